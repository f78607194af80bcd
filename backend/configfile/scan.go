package configfile

// span is src[start:end].
type span struct{ start, end int }

// member is a key and its value inside an object, and the comma that follows
// it (-1 when there is none).
type member struct {
	key, val span
	comma    int
}

// object is where an object's braces and members stand: a JSON object, or an
// inline table of TOML, which is spliced the same way. A list is one whose
// members have empty keys, which stand where the elements begin.
type object struct {
	open, close int // of the braces themselves
	members     []member
}

// node is a value that has been checked; obj is set when it is an object, list
// when it is an array.
type node struct {
	span
	obj  *object
	list *object
}

// holder gives what a step of a path leads into, nil when it cannot.
func (n *node) holder(step string) *object {
	if n == nil {
		return nil
	}
	if isNamed(step) {
		return n.list
	}
	return n.obj
}

type expect uint8

const (
	needValue expect = iota
	needValueOrEnd
	needKey
	needKeyOrEnd
	needColon
	needCommaOrEnd
	needNothing
)

// scanDocument checks a whole file in one pass. It keeps nothing but the
// members of the root object: a deeper object is looked into when it is asked
// for. nil without error is a blank file.
func scanDocument(src []byte, f Format) (*node, error) {
	s := scanner{lex: Lexer{src, bomLen(src)}, format: f}
	t, err := s.next()
	if err != nil {
		return nil, err
	}
	if t.Kind == EOF {
		return nil, nil
	}
	n, err := s.value(t)
	if err != nil {
		return nil, err
	}
	if t, err = s.next(); err != nil {
		return nil, err
	}
	switch t.Kind {
	case EOF:
		return n, nil
	case EndObject, EndArray:
		return nil, broken(src, t.Start, FlawExtraCloser.String())
	}
	return nil, broken(src, t.Start, FlawExtraContent.String())
}

// scanValue looks into a value of a file that has been checked.
func scanValue(src []byte, f Format, v span) *node {
	s := scanner{lex: Lexer{src[:v.end], v.start}, format: f}
	t, err := s.next()
	if err != nil {
		return &node{span: v}
	}
	n, err := s.value(t)
	if err != nil {
		return &node{span: v}
	}
	return n
}

type scanner struct {
	lex    Lexer
	format Format
}

// next gives the next token that is no comment.
func (s *scanner) next() (Token, error) {
	for {
		t := s.lex.Next()
		comment := t.Kind == LineComment || t.Kind == BlockComment
		if comment && !s.format.comments() {
			return t, broken(s.lex.src, t.Start, FlawComment.String())
		}
		if t.Flaw != Flawless {
			return t, broken(s.lex.src, t.Start, t.Flaw.String())
		}
		if !comment {
			return t, nil
		}
	}
}

// value checks the value that begins with t, without recursion.
func (s *scanner) value(t Token) (*node, error) {
	src := s.lex.src
	n := &node{span: span{start: t.Start}}
	var stack []Kind // open objects and arrays
	lastComma := 0
	state := needValue
	fail := func(f Flaw) (*node, error) {
		if t.Kind == EOF {
			f = FlawCutOff
		}
		return nil, broken(src, t.Start, f.String())
	}
	// top is the outermost object or array, cur its member that is being read.
	var top *object
	var cur member
	for {
		closed := false // a value ends with t
		switch t.Kind {
		case BeginObject, BeginArray:
			if state != needValue && state != needValueOrEnd {
				return fail(misplaced(state))
			}
			if len(stack) == MaxDepth {
				return nil, tooDeep()
			}
			if len(stack) == 0 {
				top = &object{open: t.Start}
				if n.obj = top; t.Kind == BeginArray {
					n.obj, n.list = nil, top
				}
			}
			if len(stack) == 1 {
				if n.list != nil {
					cur.key = span{t.Start, t.Start}
				}
				cur.val.start = t.Start
			}
			stack = append(stack, t.Kind)
			state = needValueOrEnd
			if t.Kind == BeginObject {
				state = needKeyOrEnd
			}
		case EndObject, EndArray:
			if len(stack) == 0 {
				return fail(FlawMissingValue)
			}
			if open := stack[len(stack)-1]; (open == BeginObject) != (t.Kind == EndObject) {
				return fail(FlawWrongCloser)
			}
			switch state {
			case needKey, needValue:
				if t.Kind == EndObject && state == needValue {
					return fail(FlawMissingValue)
				}
				if !s.format.trailingCommas() {
					return nil, broken(src, lastComma, FlawTrailingComma.String())
				}
			case needColon:
				return fail(FlawMissingColon)
			}
			stack = stack[:len(stack)-1]
			if len(stack) == 0 {
				top.close = t.Start
				if state == needCommaOrEnd {
					cur.comma = -1
					top.members = append(top.members, cur)
				}
			}
			closed = true
		case String:
			switch state {
			case needKey, needKeyOrEnd:
				if len(stack) == 1 {
					cur = member{key: span{t.Start, t.End}}
				}
				state = needColon
			case needValue, needValueOrEnd:
				closed = true
			default:
				return fail(misplaced(state))
			}
		case Number, Word:
			if state != needValue && state != needValueOrEnd {
				return fail(misplaced(state))
			}
			closed = true
		case Colon:
			if state != needColon {
				return fail(FlawUnexpectedCharacter)
			}
			state = needValue
		case Comma:
			if state != needCommaOrEnd {
				return fail(misplaced(state))
			}
			lastComma = t.Start
			state = needValue
			if stack[len(stack)-1] == BeginObject {
				state = needKey
			}
			if len(stack) == 1 {
				cur.comma = t.Start
				top.members = append(top.members, cur)
			}
		default:
			return fail(misplaced(state))
		}
		if closed {
			if len(stack) == 0 {
				n.end = t.End
				return n, nil
			}
			if len(stack) == 1 {
				cur.val.end = t.End
				if t.Kind != EndObject && t.Kind != EndArray {
					cur.val.start = t.Start
					if n.list != nil {
						cur.key = span{t.Start, t.Start}
					}
				}
			}
			state = needCommaOrEnd
		}
		var err error
		if t, err = s.next(); err != nil {
			return nil, err
		}
	}
}

// misplaced names what is missing where something else stands.
func misplaced(state expect) Flaw {
	switch state {
	case needKey, needKeyOrEnd:
		return FlawMissingKey
	case needColon:
		return FlawMissingColon
	case needCommaOrEnd:
		return FlawMissingComma
	}
	return FlawMissingValue
}
