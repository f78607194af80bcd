package configfile

import (
	"regexp"
	"strings"
	"unicode"

	"toolbay/backend/pattern"
)

// masked stands in place of a secret.
const masked = "•••"

// A secret is recognised by the name it stands under, or by its own look.
var (
	// name, separator, the start of the value. The name may be a key of JSON or
	// TOML, a flag (--api-key=…) or a part of a web address (?token=…).
	namedValue = pattern.New(`([A-Za-z0-9_.\-]*[A-Za-z0-9])((?:\\?["'])?\s*[:=]\s*)`)
	// A key of YAML and a text without quotes, which may have several words.
	plainText = pattern.New(`^(\s*(?:- +)*([A-Za-z0-9_.\-]*[A-Za-z0-9]) *: +)([^"'\[{&*|>#\s][^#]* [^#]*?)( +#.*)?$`)
	// A flag and its value as two arguments.
	flagThenValue = pattern.New(`(["'])--?([A-Za-z0-9][A-Za-z0-9_.\-]*)["']\s*,\s*`)
	// Tokens that say what they are: OpenAI, Anthropic, GitHub, GitLab, Slack,
	// AWS, Google, Hugging Face, npm, Stripe, SendGrid, Notion, Linear, Figma,
	// JSON Web Tokens, and private keys.
	knownToken = pattern.New(`\b(?:sk-[A-Za-z0-9_\-]{8,}|(?:sk|pk|rk|whsec)_(?:live_|test_)?[A-Za-z0-9]{8,}|gh[opusr]_[A-Za-z0-9]{8,}|github_pat_[A-Za-z0-9_]{8,}|gl(?:pat|ptt|dt|rt|oas|soat|cbt|imt|ft|agent)-[A-Za-z0-9_\-]{8,}|xox[abeoprs]-[A-Za-z0-9\-]{8,}|xapp-[A-Za-z0-9\-]{8,}|(?:AKIA|ASIA)[A-Z0-9]{12,}|AIza[A-Za-z0-9_\-]{20,}|ya29\.[A-Za-z0-9_\-]{8,}|hf_[A-Za-z0-9]{8,}|npm_[A-Za-z0-9]{8,}|SG\.[A-Za-z0-9_\-]{8,}[A-Za-z0-9_.\-]*|secret_[A-Za-z0-9]{16,}|ntn_[A-Za-z0-9]{8,}|lin_api_[A-Za-z0-9]{8,}|figd_[A-Za-z0-9_\-]{8,}|dop_v1_[a-f0-9]{8,}|tvly-[A-Za-z0-9_\-]{8,}|pplx-[A-Za-z0-9]{8,}|gsk_[A-Za-z0-9]{8,}|fc-[a-f0-9]{16,}|eyJ[A-Za-z0-9_\-]{8,}\.[A-Za-z0-9_.\-]+)`)
	scheme     = pattern.New(`(?i)\b(Bearer|Basic|Token)\s+([A-Za-z0-9_\-.~+/=]{8,})`)
	userInfo   = pattern.New(`(://[^/\s:@"']*:)([^/\s@"']+)(@)`)
	// Long runs of mixed characters: keys that say nothing.
	opaque = pattern.New(`\b[A-Za-z0-9_\-]{32,}\b`)
	// What apps put in place of a value: ${X}, ${env:X}, {env:X}, $X, %X%.
	placeholder = pattern.New(`^(?:Bearer |Basic |Token )?(?:\$\{[^}]*\}|\$\{\{[^}]*\}\}|\{[a-z]+:[^}]*\}|\$[A-Za-z_]\w*|%\w+%)$`)
)

// MaskSecrets replaces by ••• what looks like a key, password or token in a
// line of a settings file. It would rather hide too much than too little.
func MaskSecrets(line string) string {
	if plainLine(line) {
		return line
	}
	return maskedLine(line)
}

func maskedLine(line string) string {
	if m := plainText().FindStringSubmatch(line); m != nil && secretName(m[2]) {
		text := strings.TrimRight(m[3], " ")
		if strings.Contains(text, " ") && !placeholder().MatchString(text) {
			line = m[1] + masked + m[3][len(text):] + m[4]
		}
	}
	line = maskAfter(line, namedValue(), func(m []string) bool { return secretName(m[1]) })
	line = maskAfter(line, flagThenValue(), func(m []string) bool { return secretName(m[2]) })
	line = knownToken().ReplaceAllString(line, masked)
	line = scheme().ReplaceAllString(line, "$1 "+masked)
	line = userInfo().ReplaceAllStringFunc(line, func(s string) string {
		m := userInfo().FindStringSubmatch(s)
		if placeholder().MatchString(m[2]) {
			return s
		}
		return m[1] + masked + m[3]
	})
	return opaque().ReplaceAllStringFunc(line, func(s string) string {
		if isOpaque(s) {
			return masked
		}
		return s
	})
}

// maskAfter masks the value that follows each match of name for which secret
// says so.
func maskAfter(line string, name *regexp.Regexp, secret func(m []string) bool) string {
	var b strings.Builder
	at := 0
	for at < len(line) {
		loc := name.FindStringSubmatchIndex(line[at:])
		if loc == nil {
			break
		}
		m := make([]string, len(loc)/2)
		for i := range m {
			m[i] = line[at+loc[2*i] : at+loc[2*i+1]]
		}
		value := at + loc[1]
		b.WriteString(line[at:value])
		at = value
		if secret(m) {
			shown, n := maskValue(line[value:])
			b.WriteString(shown)
			at += n
		}
	}
	b.WriteString(line[at:])
	return b.String()
}

// maskValue masks the value at the start of s: a string in quotes, an array of
// them, or a bare word. It gives what to show and how much of s that replaces.
func maskValue(s string) (shown string, n int) {
	switch {
	case s == "":
		return "", 0
	case s[0] == '[':
		end := strings.IndexByte(s, ']')
		if end < 0 {
			end = len(s)
		}
		return "[" + masked, end
	case s[0] == '{':
		if end := strings.IndexByte(s, '}'); end < 0 || !placeholder().MatchString(s[:end+1]) {
			return "", 0 // an object: its own names tell
		} else {
			return s[:end+1], end + 1
		}
	case s[0] == '"' || s[0] == '\'' || strings.HasPrefix(s, `\"`):
		quote := s[:1]
		if s[0] == '\\' {
			quote = s[:2]
		}
		if strings.HasPrefix(s, strings.Repeat(quote, 3)) {
			quote = strings.Repeat(quote, 3)
		}
		end := len(quote)
		for end < len(s) && !strings.HasPrefix(s[end:], quote) {
			if s[end] == '\\' && quote[0] == '"' {
				end++
			}
			end++
		}
		end = min(end, len(s))
		text := s[len(quote):end]
		if text == "" || placeholder().MatchString(text) {
			return s[:end], end
		}
		return quote + masked, end
	}
	end := strings.IndexAny(s, " \t,;&}])\"'#\\")
	if strings.HasPrefix(s, "${") {
		end = strings.IndexByte(s, '}') + 1
	}
	if end <= 0 {
		end = len(s)
	}
	switch word := s[:end]; {
	case word == "true" || word == "false" || word == "null" || placeholder().MatchString(word) || isBlank([]byte(word)):
		return word, end
	case strings.HasPrefix(word, "//") || strings.HasPrefix(word, "["):
		return "", 0
	}
	// "Authorization: Bearer abc": the word is not the secret yet.
	switch strings.ToLower(s[:end]) {
	case "bearer", "basic", "token":
		rest := strings.TrimLeft(s[end:], " \t")
		skip := len(s) - len(rest)
		if shown, n := maskValue(rest); n > 0 {
			return s[:skip] + shown, skip + n
		}
		return s[:skip], skip
	}
	return masked, end
}

// secretWords are the parts of names under which secrets stand.
var secretWords = map[string]bool{
	"key": true, "keys": true, "apikey": true, "apikeys": true, "token": true, "tokens": true, "secret": true, "secrets": true,
	"pass": true, "passwd": true, "password": true, "passwords": true, "passphrase": true, "pwd": true, "pat": true,
	"credential": true, "credentials": true, "creds": true, "cred": true, "auth": true, "authorization": true,
	"cookie": true, "cookies": true, "session": true, "jwt": true, "bearer": true, "signature": true, "private": true, "dsn": true,
}

// secretName tells whether a name is one that secrets have: API_KEY, apiKey,
// x-auth-token, GITHUBTOKEN.
func secretName(name string) bool {
	for _, w := range nameWords(name) {
		if secretWords[w] {
			return true
		}
		for _, end := range []string{"apikey", "token", "secret", "password", "passwd", "passphrase", "credential", "credentials", "accesskey", "secretkey", "authkey"} {
			if strings.HasSuffix(w, end) {
				return true
			}
		}
	}
	return false
}

// nameWords cuts a name at punctuation and where capitals begin.
func nameWords(name string) []string {
	var words []string
	var w []rune
	flush := func() {
		if len(w) > 0 {
			words = append(words, strings.ToLower(string(w)))
			w = nil
		}
	}
	var prev rune
	for _, r := range name {
		if !unicode.IsLetter(r) {
			flush()
			prev = 0
			continue
		}
		if unicode.IsUpper(r) && unicode.IsLower(prev) {
			flush()
		}
		w = append(w, r)
		prev = r
	}
	flush()
	return words
}

// isOpaque tells a key from a long name: digits and letters mixed, and not
// words between hyphens.
func isOpaque(s string) bool {
	var digits, letters, changes int
	var prev int
	for _, c := range s {
		class := 0
		switch {
		case c >= '0' && c <= '9':
			digits++
			class = 1
		case c == '-' || c == '_':
			class = 2
		default:
			letters++
			class = 3
		}
		if class != prev && class != 2 {
			changes++
		}
		prev = class
	}
	return digits >= 4 && letters >= 4 && changes >= 8
}
