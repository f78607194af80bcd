package paste

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"toolbay/backend/configfile"
	"toolbay/backend/pattern"
)

// What people copy is JSON with comments, trailing commas, keys without
// quotes, quotes of a word processor, and often without its first or last
// braces. A settings file like that is refused elsewhere; here it only has to
// be understood.

const (
	maxDeep     = 40
	maxNodes    = 50_000
	maxSettings = 512 << 10 // of one value, in bytes
)

// tolerant reads values from tokens of any quality.
type tolerant struct {
	src   []byte
	base  int // where lex began in src
	lex   *configfile.Lexer
	tok   configfile.Token // the one that is looked at, with offsets into src
	last  int              // where the token before it ended
	nodes int
	// damaged tells that something had to be completed.
	damaged bool
}

func newTolerant(src []byte) *tolerant {
	t := &tolerant{src: src, lex: configfile.NewLexer(src)}
	t.next()
	return t
}

// next moves on to the next token that is no comment. Curly single quotes are
// made a string here.
func (t *tolerant) next() {
	for {
		t.last = t.tok.End
		k := t.lex.Next()
		k.Start, k.End = k.Start+t.base, k.End+t.base
		t.tok = k
		switch k.Kind {
		case configfile.LineComment, configfile.BlockComment:
			continue
		case configfile.Invalid:
			r, n := utf8.DecodeRune(t.src[k.Start:])
			if r == '#' { // a comment of people who know other languages
				end := strings.IndexByte(string(t.src[k.Start:min(len(t.src), k.Start+500)]), '\n')
				if end < 0 {
					return
				}
				t.restart(k.Start + end)
				continue
			}
			if r != '‘' && r != '’' && r != '‚' {
				return
			}
			rest := string(t.src[k.Start+n : min(len(t.src), k.Start+n+maxValue)])
			end := strings.IndexAny(rest, "’‘'\n")
			if end < 0 || rest[end] == '\n' {
				return
			}
			_, m := utf8.DecodeRuneInString(rest[end:])
			t.tok.Kind, t.tok.End = configfile.String, k.Start+n+end+m
			t.restart(t.tok.End)
		}
		return
	}
}

func (t *tolerant) restart(at int) {
	t.base = at
	t.lex = configfile.NewLexer(t.src[at:])
}

// value reads one value; ok is false where none stands.
func (t *tolerant) value(depth int) (any, bool) {
	if t.nodes++; depth > maxDeep || t.nodes > maxNodes {
		return nil, false
	}
	text := string(t.src[t.tok.Start:t.tok.End])
	switch t.tok.Kind {
	case configfile.BeginObject:
		t.next()
		return t.members(depth+1, true)
	case configfile.BeginArray:
		t.next()
		return t.elements(depth + 1)
	case configfile.String:
		t.next()
		return unquoted(text), true
	case configfile.Number:
		t.next()
		return json.Number(text), true
	case configfile.Word:
		if name, end := fromCode(t.src[t.tok.Start:min(len(t.src), t.tok.Start+500)]); name != "" {
			t.restart(t.tok.Start + end)
			t.next()
			return "${" + name + "}", true
		}
		t.next()
		switch text {
		case "true", "True":
			return true, true
		case "false", "False":
			return false, true
		case "null", "None", "undefined":
			return nil, true
		}
		return text, true
	}
	return nil, false
}

// members reads what stands between braces, or without them up to the first
// token that cannot belong there.
func (t *tolerant) members(depth int, braced bool) (any, bool) {
	o := configfile.Object{}
	at := map[string]int{}
	for {
		switch t.tok.Kind {
		case configfile.EndObject:
			if braced {
				t.next()
			}
			return o, true
		case configfile.Comma:
			t.next()
			continue
		case configfile.String, configfile.Word:
		case configfile.EOF:
			t.damaged = t.damaged || braced
			return o, len(o) > 0
		default:
			if t.ellipsis() {
				continue
			}
			return o, !braced && len(o) > 0
		}
		key := string(t.src[t.tok.Start:t.tok.End])
		if t.tok.Kind == configfile.String {
			key = unquoted(key)
		}
		if key == "..." {
			t.next()
			continue
		}
		t.next()
		if t.tok.Kind != configfile.Colon {
			return o, !braced && len(o) > 0
		}
		t.next()
		v, ok := t.value(depth)
		if !ok {
			if t.ellipsis() {
				continue
			}
			if t.tok.Kind == configfile.EOF {
				t.damaged = true
				return o, len(o) > 0
			}
			return o, false
		}
		if i, again := at[key]; again {
			o[i].Value = v
		} else {
			at[key] = len(o)
			o = append(o, configfile.Member{Key: key, Value: v})
		}
	}
}

func (t *tolerant) elements(depth int) (any, bool) {
	list := []any{}
	quoted, names := false, []int{}
	for {
		switch t.tok.Kind {
		case configfile.EndArray:
			t.next()
			if quoted { // what has no quotes beside others that have is a name of the program's
				for _, i := range names {
					s := list[i].(string)
					list[i] = "${" + s[strings.LastIndexByte(s, '.')+1:] + "}"
				}
			}
			return list, true
		case configfile.Comma:
			t.next()
			continue
		case configfile.EOF:
			t.damaged = true
			return list, true
		case configfile.EndObject: // a bracket was forgotten
			t.damaged = true
			return list, true
		}
		kind := t.tok.Kind
		v, ok := t.value(depth)
		if !ok {
			if t.ellipsis() {
				continue
			}
			return list, false
		}
		quoted = quoted || kind == configfile.String
		if s, is := v.(string); is && kind == configfile.Word && codeName().MatchString(s) {
			names = append(names, len(list))
		}
		list = append(list, v)
	}
}

var codeName = pattern.New(`^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*$`)

var codeValue = pattern.New(`^(?:(?:process\.env|import\.meta\.env|Bun\.env)\.([A-Za-z_]\w*)|(?:process\.env|os\.environ)\[\s*["']([A-Za-z_]\w*)["']\s*\]|(?:os\.getenv|os\.environ\.get|Deno\.env\.get)\(\s*["']([A-Za-z_]\w*)["'][^()\n]*\))(?:!|\s+as\s+string|\s*(?:\?\?|\|\||\bor\b)\s*(?:"[^"\n]*"|'[^'\n]*'))?`)

// fromCode reads how programs ask for a variable, where a value should be, and
// says how long that is.
func fromCode(s []byte) (name string, end int) {
	m := codeValue().FindSubmatch(s)
	if m == nil {
		return "", 0
	}
	return string(m[1]) + string(m[2]) + string(m[3]), len(m[0])
}

// ellipsis steps over "..." and "…", which stand for more of the same.
func (t *tolerant) ellipsis() bool {
	s := string(t.src[t.tok.Start:t.tok.End])
	if s != "…" && strings.Trim(s, ".") != "" || t.tok.Kind == configfile.EOF {
		return false
	}
	t.next()
	return true
}

var singleSlash = pattern.New(`^[A-Za-z]:\\[^\\]|^\\\\[^\\]+\\[^\\]`)

// unquoted gives the text of a string in any quotes. Backslashes of a Windows
// path that nobody doubled stay.
func unquoted(s string) string {
	if strings.HasPrefix(s, `"`) {
		inner := strings.TrimSuffix(s[1:], `"`)
		if singleSlash().MatchString(inner) && !strings.Contains(inner, `\\`) {
			return inner
		}
		var out string
		if json.Unmarshal([]byte(`"`+inner+`"`), &out) == nil {
			return out
		}
		return unescaped(inner)
	}
	_, n := utf8.DecodeRuneInString(s)
	inner := s[n:]
	if _, m := utf8.DecodeLastRuneInString(inner); m > 0 && strings.ContainsAny(inner[len(inner)-m:], `'"“”’‘`) {
		inner = inner[:len(inner)-m]
	}
	return unescaped(inner)
}

func unescaped(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	return strings.NewReplacer(`\\`, `\`, `\"`, `"`, `\'`, `'`, `\n`, "\n", `\t`, "\t", `\/`, "/").Replace(s)
}

// parseJSON reads the value at the start of s, with its braces or without, and
// says how long it is. n is at least 1 and never smaller than what was looked
// at in vain, so that no text is read twice.
func parseJSON(s string) (v any, n int, damaged, ok bool) {
	t := newTolerant([]byte(s[:min(len(s), maxSettings)]))
	switch t.tok.Kind {
	case configfile.BeginObject, configfile.BeginArray:
		v, ok = t.value(0)
	case configfile.String, configfile.Word:
		v, ok = t.members(0, false)
	}
	n = max(1, t.last)
	if !ok {
		n = max(n, t.tok.Start)
	}
	return v, min(n, len(s)), t.damaged, ok
}
