package configfile

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"unicode/utf8"
)

// Kind is the kind of a Token.
type Kind uint8

const (
	EOF Kind = iota
	BeginObject
	EndObject
	BeginArray
	EndArray
	Colon
	Comma
	String
	Number
	Word // true, false, null, and what should perhaps have been a string
	LineComment
	BlockComment
	Invalid
)

// Flaw says what is wrong with a token; its String is the reason code of a
// SyntaxError.
type Flaw uint8

const (
	Flawless Flaw = iota
	FlawEncoding
	FlawInvisible
	FlawUnexpectedCharacter
	FlawUnknownWord
	FlawBadNumber
	FlawUnterminatedString
	FlawControlCharacter
	FlawBadEscape
	FlawSingleQuotes
	FlawSmartQuotes
	FlawUnterminatedComment
	FlawBareCR
	FlawMergeConflict
	// The rest are found by the parser, not on a single token.
	FlawComment
	FlawTrailingComma
	FlawMissingComma
	FlawMissingColon
	FlawMissingValue
	FlawMissingKey
	FlawCutOff
	FlawExtraCloser
	FlawWrongCloser
	FlawExtraContent
)

var flawNames = [...]string{"", "encoding", "invisible_character", "unexpected_character", "unknown_word", "bad_number",
	"unterminated_string", "control_character", "bad_escape", "single_quotes", "smart_quotes", "unterminated_comment",
	"bare_cr", "merge_conflict", "comment", "trailing_comma", "missing_comma", "missing_colon", "missing_value",
	"missing_key", "cut_off", "extra_closer", "wrong_closer", "extra_content"}

func (f Flaw) String() string { return flawNames[f] }

// Token is a piece of JSON text, src[Start:End], whatever its format allows. A
// line comment ends before its line end.
type Token struct {
	Start, End int
	Kind       Kind
	Flaw       Flaw
}

// Lexer cuts JSON and everything that resembles it into tokens. It never
// fails: what is wrong with a token stands in its Flaw, and the next token
// follows. Between tokens there is nothing but blanks.
//
//	lx := configfile.NewLexer(src)
//	for t := lx.Next(); t.Kind != configfile.EOF; t = lx.Next() { ... }
type Lexer struct {
	src []byte
	pos int
}

// NewLexer starts behind a byte order mark, if there is one.
func NewLexer(src []byte) *Lexer { return &Lexer{src, bomLen(src)} }

// Next gives the next token; at the end, EOF for ever.
func (l *Lexer) Next() Token {
	src, i := l.src, l.pos
	for i < len(src) && (src[i] == ' ' || src[i] == '\n' || src[i] == '\t' || src[i] == '\r') {
		i++
	}
	if i >= len(src) {
		l.pos = len(src)
		return Token{Start: len(src), End: len(src)}
	}
	t := Token{Start: i, End: i + 1}
	switch c := src[i]; c {
	case '{':
		t.Kind = BeginObject
	case '}':
		t.Kind = EndObject
	case '[':
		t.Kind = BeginArray
	case ']':
		t.Kind = EndArray
	case ':':
		t.Kind = Colon
	case ',':
		t.Kind = Comma
	case '"':
		t.Kind = String
		t.End, t.Flaw = scanString(src, i+1)
	default:
		t = l.rare(i)
	}
	l.pos = t.End
	return t
}

// rare lexes everything but strings and punctuation.
func (l *Lexer) rare(i int) Token {
	src, c := l.src, l.src[i]
	t := Token{Start: i, End: i + 1, Kind: Invalid, Flaw: FlawUnexpectedCharacter}
	switch {
	case c == '-' || c == '+' || c == '.' || c >= '0' && c <= '9':
		t.Kind, t.Flaw = Number, FlawBadNumber
		for t.End < len(src) && isWordByte(src[t.End]) {
			t.End++
		}
		if isNumber(src[i:t.End]) {
			t.Flaw = Flawless
		}
	case isWordByte(c):
		t.Kind, t.Flaw = Word, FlawUnknownWord
		for t.End < len(src) && isWordByte(src[t.End]) {
			t.End++
		}
		switch string(src[i:t.End]) {
		case "true", "false", "null":
			t.Flaw = Flawless
		}
	case c == '/' && i+1 < len(src) && src[i+1] == '/':
		t.Kind, t.Flaw = LineComment, Flawless
		t.End = len(src)
		if n := bytes.IndexByte(src[i:], '\n'); n >= 0 {
			t.End = i + n
		}
		if src[t.End-1] == '\r' {
			t.End--
		}
		// Apps disagree on whether a lone CR ends a comment.
		if bytes.IndexByte(src[i:t.End], '\r') >= 0 {
			t.Flaw = FlawBareCR
		}
	case c == '/' && i+1 < len(src) && src[i+1] == '*':
		t.Kind, t.Flaw = BlockComment, Flawless
		if n := bytes.Index(src[i+2:], []byte("*/")); n >= 0 {
			t.End = i + 2 + n + 2
		} else {
			t.End, t.Flaw = len(src), FlawUnterminatedComment
		}
	case c == '\'':
		t.Kind, t.Flaw = String, FlawSingleQuotes
		t.End = looseString(src, i+1, "'")
	case c == 0:
		t.Flaw = FlawEncoding
	case (c == '<' || c == '=' || c == '>' || c == '|') && (i == 0 || src[i-1] == '\n') && bytes.HasPrefix(src[i:], bytes.Repeat([]byte{c}, 7)):
		t.Flaw = FlawMergeConflict
		for t.End < len(src) && src[t.End] != '\n' {
			t.End++
		}
	case c >= utf8.RuneSelf:
		r, n := utf8.DecodeRune(src[i:])
		t.End = i + n
		switch r {
		case '“', '”', '„':
			t.Kind, t.Flaw = String, FlawSmartQuotes
			t.End = looseString(src, t.End, "“”\"")
		case '\u00a0', '\u200b', '\u200c', '\u200d', '\u2028', '\u2029', '\u2060', '\u3000', '\ufeff':
			t.Flaw = FlawInvisible
		}
	}
	return t
}

func isWordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '$' || c == '-' || c == '+' || c == '.'
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// scanString finds the end of a string whose text begins at i, eight bytes at
// a time: most of a large settings file is text of old conversations.
func scanString(src []byte, i int) (end int, flaw Flaw) {
	for {
		for i+8 <= len(src) {
			w := binary.LittleEndian.Uint64(src[i:])
			quote, slash := w^(ones*'"'), w^(ones*'\\')
			// The lowest bit set is exact; bits above it may be false.
			hit := ((quote-ones)&^quote | (slash-ones)&^slash | (w-ones*0x20)&^w) & highs
			if hit != 0 {
				i += bits.TrailingZeros64(hit) >> 3
				break
			}
			i += 8
		}
		if i >= len(src) {
			return len(src), FlawUnterminatedString
		}
		switch c := src[i]; {
		case c == '"':
			return i + 1, flaw
		case c == '\\':
			n := EscapeLen(src[i:])
			if n == 0 {
				n = 2
				if flaw == Flawless {
					flaw = FlawBadEscape
				}
			}
			i = min(i+n, len(src))
		case c == '\n' || c == '\r':
			return i, FlawUnterminatedString
		case c < 0x20:
			if flaw == Flawless {
				flaw = FlawControlCharacter
			}
			i++
		default:
			i++
		}
	}
}

// EscapeLen is the length of the JSON escape at the start of b, 0 when it is none.
func EscapeLen(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if len(b) < 6 {
			return 0
		}
		for _, c := range b[2:6] {
			if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F') {
				return 0
			}
		}
		return 6
	}
	return 0
}

// looseString finds the end of a string in the wrong quotes, at the latest at
// the end of its line.
func looseString(src []byte, i int, closers string) int {
	for i < len(src) && src[i] != '\n' && src[i] != '\r' {
		if src[i] == '\\' && i+1 < len(src) {
			i += 2
			continue
		}
		r, n := utf8.DecodeRune(src[i:])
		i += n
		if bytes.ContainsRune([]byte(closers), r) && r != utf8.RuneError {
			return i
		}
	}
	return min(i, len(src))
}

// isNumber tells whether b is a number by RFC 8259.
func isNumber(b []byte) bool {
	digits := func() bool {
		n := 0
		for n < len(b) && b[n] >= '0' && b[n] <= '9' {
			n++
		}
		b = b[n:]
		return n > 0
	}
	if len(b) > 0 && b[0] == '-' {
		b = b[1:]
	}
	if len(b) > 0 && b[0] == '0' {
		b = b[1:]
	} else if !digits() {
		return false
	}
	if len(b) > 0 && b[0] == '.' {
		b = b[1:]
		if !digits() {
			return false
		}
	}
	if len(b) > 0 && (b[0] == 'e' || b[0] == 'E') {
		b = b[1:]
		if len(b) > 0 && (b[0] == '+' || b[0] == '-') {
			b = b[1:]
		}
		if !digits() {
			return false
		}
	}
	return len(b) == 0
}
