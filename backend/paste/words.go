package paste

import (
	"strings"
	"unicode"

	"toolbay/backend/pattern"
)

// A command is split into words as the quoting rules of shells say, and that
// is all that is taken from them: nothing is substituted, joined or run. A
// line that needs a shell to mean something is refused.

// Separators that leave two commands side by side.
const (
	then = "&&"
	next = ";"
)

// word is a word of a line or, when op, one of the separators.
type word struct {
	text string
	op   bool
}

// angled is a placeholder where a shell would see two redirections.
var angled = pattern.New(`^<[A-Za-z][^<>|&;\n]{0,80}>`)

// split gives the words of a line. ok is false for what only a shell could
// understand: open quotes, pipes, redirections, substitutions, jobs.
func split(s string, windows bool) (words []word, ok bool) {
	var b strings.Builder
	open := false // a word has begun, be it empty
	flush := func() {
		if open {
			words = append(words, word{text: b.String()})
		}
		b.Reset()
		open = false
	}
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == ' ' || c == '\t' || c == '\n':
			flush()
			i++
		case c == '\'' && (!windows || !open):
			end := strings.IndexByte(s[i+1:], '\'')
			if end < 0 {
				return nil, false
			}
			b.WriteString(s[i+1 : i+1+end])
			open = true
			i += end + 2
		case c == '"':
			n, good := doubleQuoted(s[i+1:], windows, &b)
			if !good {
				return nil, false
			}
			open = true
			i += 1 + n
		case c == '\\' && !windows:
			if i+1 < len(s) && s[i+1] != '\n' {
				b.WriteByte(s[i+1])
				open = true
			}
			i += 2
		case c == '^' && windows:
			if i+1 < len(s) && s[i+1] != '\n' {
				b.WriteByte(s[i+1])
				open = true
			}
			i += 2
		case c == '#' && !open:
			for i < len(s) && s[i] != '\n' {
				i++
			}
		case c == '&' && i+1 < len(s) && s[i+1] == '&':
			flush()
			words = append(words, word{then, true})
			i += 2
		case c == '&' && open && strings.Contains(b.String(), "://") && i+1 < len(s) && !unicode.IsSpace(rune(s[i+1])):
			b.WriteByte(c) // an address that nobody put in quotes
			i++
		case c == ';':
			flush()
			words = append(words, word{next, true})
			i++
		case c == '<' && angled().MatchString(s[i:]):
			m := angled().FindString(s[i:])
			b.WriteString(m)
			open = true
			i += len(m)
		case c == '|' || c == '&' || c == '<' || c == '>' || c == '`':
			return nil, false
		case c == '$':
			n, good := dollarWord(s[i:], &b)
			if !good {
				return nil, false
			}
			open = true
			i += n
		default:
			b.WriteByte(c)
			open = true
			i++
		}
	}
	flush()
	return words, true
}

// doubleQuoted reads what stands behind a double quote, up to the next one.
func doubleQuoted(s string, windows bool, b *strings.Builder) (n int, ok bool) {
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '"':
			return i + 1, true
		case c == '\\' && i+1 < len(s) && (s[i+1] == '"' || !windows && strings.IndexByte("\\$`\n", s[i+1]) >= 0):
			if s[i+1] != '\n' {
				b.WriteByte(s[i+1])
			}
			i += 2
		case c == '`' && !windows:
			return 0, false
		case c == '$':
			k, good := dollarWord(s[i:], b)
			if !good {
				return 0, false
			}
			i += k
		default:
			b.WriteByte(c)
			i++
		}
	}
	return 0, false
}

var variableName = pattern.New(`^\$(?:env:|Env:)?([A-Za-z_][A-Za-z0-9_]*)`)

// hereNames are the ways to say "this folder"; no shell is needed to ask which.
var hereNames = pattern.New(`^\$\((?:pwd|PWD)\)|^\$\{(?:pwd|PWD)\}|^\$(?:pwd|PWD)\b`)

// dollarWord reads a variable, as ${NAME}. A substitution is refused.
func dollarWord(s string, b *strings.Builder) (n int, ok bool) {
	if m := hereNames().FindString(s); m != "" {
		b.WriteString("${folder}")
		return len(m), true
	}
	if m := variableName().FindStringSubmatch(s); m != nil {
		b.WriteString("${" + m[1] + "}")
		return len(m[0]), true
	}
	if strings.HasPrefix(s, "${") {
		if end := strings.IndexByte(s, '}'); end > 0 {
			b.WriteString(s[:end+1])
			return end + 1, true
		}
	}
	if strings.HasPrefix(s, "$(") || strings.HasPrefix(s, "$'") || strings.HasPrefix(s, "$\"") {
		return 0, false
	}
	b.WriteByte('$')
	return 1, true
}

var (
	prompt = pattern.New(`^\s*(?:[-*•]\s+|\d+[.)]\s+)?(?:\([\w.-]+\)\s*)?(?:(?:\$|>|%|❯)\s|➜(?:\s+~)?|PS(?:\s[^>\n]{0,200})?>|[A-Za-z]:\\[^>\n]{0,200}>|[\w.-]+@[\w.-]+[:\s]?[~\w/.-]{0,100}\s?[$#%])\s*`)
	bullet = pattern.New(`^\s*(?:[-*•]\s+|\d+[.)]\s+)`)
	drive  = pattern.New(`(?:^|[\s"'=])[A-Za-z]:\\[^"\s]`)
)

// unprompted gives a line without what a terminal shows before it.
func unprompted(s string) string {
	if m := prompt().FindString(s); m != "" {
		return strings.TrimSpace(s[len(m):])
	}
	return strings.TrimSpace(s)
}

// ofWindows tells whether a line is written for cmd or PowerShell.
func ofWindows(s string) bool {
	return drive().MatchString(s) || strings.Contains(s, "$env:") || strings.Contains(s, "^\n") || strings.Contains(s, "`\n")
}

// logical gives the whole command that begins at the start of s, over the ends
// of lines that are continued or in quotes, and how long it is.
func logical(s string) (line string, n int) {
	const most = 20 << 10
	s = s[:min(len(s), most)]
	first := strings.IndexByte(s, '\n')
	if first < 0 {
		first = len(s)
	}
	var quote byte
	var b strings.Builder
	windows := ofWindows(s[:first])
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\n' && quote == 0:
			trimmed := strings.TrimRight(b.String(), " \t")
			if end := len(trimmed) - 1; end > 0 && (trimmed[end] == '\\' || trimmed[end] == '^' || trimmed[end] == '`') && i+1 < len(s) {
				kept := trimmed[:end]
				b.Reset()
				b.WriteString(kept + " ")
				continue
			}
			return b.String(), i
		case c == '\\' && i+1 < len(s) && quote != '\'' && (s[i+1] == '"' || !windows && s[i+1] == '\''):
			b.WriteByte(c)
			i++
			b.WriteByte(s[i])
			continue
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case c == quote:
			quote = 0
		}
		b.WriteByte(c)
	}
	if quote != 0 {
		return s[:first], first
	}
	return b.String(), len(s)
}
