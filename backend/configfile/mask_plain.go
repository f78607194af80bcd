package configfile

// Most lines of a settings file hold nothing that could be a key, and a change
// over many apps shows thousands of them. plainLine finds these in one walk; it
// knows nothing that the expressions do not, and is held against them in a test.

// secretParts are in every name that secretName accepts and in each scheme,
// whatever else is: one of them at least.
var secretParts = [26][]string{
	'a' - 'a': {"auth"},
	'b' - 'a': {"bearer", "basic"},
	'c' - 'a': {"cred", "cookie"},
	'd' - 'a': {"dsn"},
	'j' - 'a': {"jwt"},
	'k' - 'a': {"key"},
	'p' - 'a': {"pass", "pwd", "private", "pat"},
	's' - 'a': {"secret", "session", "signature"},
	't' - 'a': {"token"},
}

// tokenStarts are how tokens begin that say what they are, as far as three
// letters tell.
var tokenStarts = map[string]bool{
	"sk-": true, "sk_": true, "pk_": true, "rk_": true, "whs": true, "gho": true, "ghp": true, "ghu": true, "ghs": true, "ghr": true,
	"git": true, "glp": true, "gld": true, "glr": true, "gls": true, "glo": true, "glc": true, "gli": true, "glf": true, "gla": true,
	"xox": true, "xap": true, "AKI": true, "ASI": true, "AIz": true, "ya2": true, "hf_": true, "npm": true, "SG.": true,
	"sec": true, "ntn": true, "lin": true, "fig": true, "dop": true, "tvl": true, "ppl": true, "gsk": true, "fc-": true, "eyJ": true,
}

// glued is the length from which letters, digits and hyphens in one piece may
// be a key: knownToken and opaque ask for as many at least.
const (
	gluedToken  = 11
	gluedOpaque = 32
)

// plainLine tells that no expression of MaskSecrets can fit a line. false is no
// more than that it has to be looked at.
func plainLine(line string) bool {
	var token bool   // a piece began as a token does
	var address bool // there was a ://
	var glued int    // length of the piece so far
	var before byte  // the byte before
	for i := 0; i < len(line); i++ {
		c := line[i]
		if c >= 0x80 {
			return false // letters of other alphabets fold to these in (?i)
		}
		if !wordByte(c) && c != '-' && c != '.' {
			glued, token = 0, false
			address = address || c == '/' && before == '/' && i >= 2 && line[i-2] == ':'
			if address && c == '@' {
				return false // a password may stand before it
			}
			before = c
			continue
		}
		if glued++; glued >= gluedOpaque {
			return false
		}
		if !wordByte(before) && i+3 <= len(line) && tokenStarts[line[i:i+3]] {
			token = true
		}
		if token && glued >= gluedToken {
			return false
		}
		if l := c | 0x20; l >= 'a' && l <= 'z' && secretAt(line, i, l) {
			return false
		}
		before = c
	}
	return true
}

// secretAt tells whether a part of a secret's name begins at i with letter l.
func secretAt(line string, i int, l byte) bool {
next:
	for _, part := range secretParts[l-'a'] {
		if len(line)-i < len(part) {
			continue
		}
		for j := 1; j < len(part); j++ {
			if line[i+j]|0x20 != part[j] {
				continue next
			}
		}
		// pat counts as a word of its own only: paths are in every file.
		if end := i + len(part); part == "pat" && end < len(line) && (lower(line[end]) || upper(line[end]) && upper(line[end-1])) {
			continue
		}
		return true
	}
	return false
}

func wordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

func lower(c byte) bool { return c >= 'a' && c <= 'z' }
func upper(c byte) bool { return c >= 'A' && c <= 'Z' }
