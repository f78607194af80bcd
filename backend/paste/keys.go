package paste

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"

	"toolbay/backend/catalog/command"
	"toolbay/backend/catalog/recipe"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

// keyShapes are the forms in which services hand out their keys. The rest of a
// key must be long enough that no word or file name is taken for one.
var keyShapes = pattern.New(`^(?:sk[-_]|pk[-_](?:live|test|lf)|rk_|gh[opsur]_|github_pat_|glpat-|gldt-|xox[abeprs]-|xapp-|xai-|AIza|A[KS]IA[0-9A-Z]|ya29\.|GOCSPX-|hf_|npm_|dckr_pat_|shp(?:at|ss|ca|pa)_|SG\.|pplx-|tvly-|fc-|ntn_|secret_|lin_api_|figd_|gsk_|r8_|nvapi-|sntr[yu]s_|sntryu_|apify_api_|dop_v1_|PMAK-|ATATT3|ATCTT3|ops_|pat[A-Za-z0-9]{14}\.|jina_|phc_|phx_|ctx7sk-|brd-|sbp_|sb_secret_|sb_publishable_|whsec_|napi_|pcsk_|eyJ[A-Za-z0-9_-]{8,}\.|BSA[A-Za-z0-9_-]{15}|tok_|api_|bearer-)[A-Za-z0-9_.=+/-]{6,}$|^pypi-[A-Za-z0-9_-]{30,}$|^-----BEGIN `)

// random is a long run without any word in it, as keys of no special form are.
var random = pattern.New(`^[A-Za-z0-9_=+-]{24,}$`)

// numbered is a UUID, which in an address stands for an account.
var numbered = pattern.New(`(?i)^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)

// looksKey tells by its form alone that a value is a key.
func looksKey(s string) bool {
	return !standsFor(s) && (keyShapes().MatchString(s) || looksRandom(s))
}

func looksRandom(s string) bool {
	if !random().MatchString(s) {
		return false
	}
	digits, upper, lower, changes := 0, 0, 0, 0
	last := 0
	for _, r := range s {
		kind := 0
		switch {
		case r >= '0' && r <= '9':
			digits++
			kind = 1
		case r >= 'A' && r <= 'Z':
			upper++
			kind = 2
		case r >= 'a' && r <= 'z':
			lower++
			kind = 3
		}
		if kind != last {
			changes++
		}
		last = kind
	}
	// Words and versions joined by dashes change little from one kind to
	// another; keys do at every second or third character.
	return digits >= 3 && upper+lower >= 3 && changes*5 >= len(s)
}

var (
	placeholders = pattern.New(`(?i)x{4,}|\.\.\.|…|\*{3,}|•{2,}|^<.*>$|^\[.*\]$|^\{\{?.*\}?\}$|\byour?([-_ ]|$)|^your[a-z]|[-_ ]here$|^(replace|change|insert|enter|add|paste|put|set)[-_ ]?|^changeme$|^(my|some|example|sample|test|fake|dummy|demo)[-_ ]?((api|access|secret)[-_ ]?)?(key|token|secret|password)$|^(n/?a|none|null|todo|tbd|undefined|optional|required|empty)$|^(api[-_ ]?|access[-_ ]?|secret[-_ ]?|auth[-_ ]?)?(key|token|secret|password|pass|pwd)$|^(0{6,}|1234567?8?9?0?|abc|foo|bar|secret123)$`)
	// starters begin an order to the reader, "change_me", but also real values.
	reference = pattern.New(`^(?:\$\{[^{}]+\}|\$\{\{[^{}]+\}\}|\$[A-Za-z_][A-Za-z0-9_]*|%[A-Za-z_][A-Za-z0-9_]*%|\$?\{(?:env|file):[^{}]+\}|\{\{[^{}]+\}\}|\{[A-Za-z_][A-Za-z0-9_]*\})$`)
)

// standsFor tells whether a value only stands for one that the user has:
// YOUR_API_KEY, <token>, ${input:key}, sk-….
func standsFor(s string) bool {
	s = strings.TrimSpace(s)
	return s == "" || reference().MatchString(s) || placeholders().MatchString(s) || command.Example(s)
}

// The other ways in which apps and shells name a variable, brought to ${NAME}.
var (
	envBrace   = pattern.New(`\$?\{env:([A-Za-z_][A-Za-z0-9_]*)\}`)
	doubleRef  = pattern.New(`\$?\{\{\s*(?:secrets\.|env\.|inputs?\.|user\.)?([A-Za-z_][A-Za-z0-9_.-]*)\s*\}\}`)
	bareDollar = pattern.New(`\$(?:env:)?([A-Za-z_][A-Za-z0-9_]*)`)
	percents   = pattern.New(`%([A-Za-z_][A-Za-z0-9_]*)%`)
	configRef  = pattern.New(`\$\{(?:config|user_config|command|secret|vault|localEnv|containerEnv)[:.]([A-Za-z_][A-Za-z0-9_.-]*)\}`)
	inputRef   = pattern.New(`\$\{(input|env):\s*([^{}:]+?)\s*(?::[^{}]*)?\}`)
	oddName    = pattern.New(`[^A-Za-z0-9_.-]+`)
)

func plainReferences(s string) string {
	if !strings.ContainsAny(s, "${%") {
		return s
	}
	s = envBrace().ReplaceAllString(s, "$${$1}")
	s = doubleRef().ReplaceAllString(s, "$${$1}")
	s = configRef().ReplaceAllString(s, "$${$1}")
	s = inputRef().ReplaceAllStringFunc(s, func(m string) string {
		name := strings.Trim(oddName().ReplaceAllString(inputRef().FindStringSubmatch(m)[2], "-"), "-")
		if name == "" {
			name = "value"
		}
		return "${" + name + "}"
	})
	s = bareDollar().ReplaceAllString(s, "$${$1}")
	return percents().ReplaceAllString(s, "$${$1}")
}

// keeper takes the keys out of one entry's values.
type keeper struct {
	secrets map[string]string
	inputs  map[string]model.Input
	warned  map[string]bool
	// basic is the header that a user and password in the address become.
	basic string
}

// take keeps a key under a name that is free and gives the reference that
// stands in its place. Without a value the user is asked for it.
func (k *keeper) take(name, value string) string {
	name = strings.Trim(oddName().ReplaceAllString(strings.TrimLeft(name, "-"), "-"), "-.")
	if name == "" {
		name = "key"
	}
	base := name
	for n := 2; ; n++ {
		have, taken := k.secrets[name]
		in, asked := k.inputs[name]
		if !taken && (!asked || in.Secret && value == "") || taken && have == value {
			break
		}
		name = fmt.Sprintf("%s-%d", base, n)
	}
	in := k.inputs[name]
	in.Secret, in.Required = true, true
	k.inputs[name] = in
	if value != "" {
		k.secrets[name] = value
	}
	return "${" + name + "}"
}

var (
	bearer   = pattern.New(`(?i)^((?:bearer|basic|token|apikey|api-key|key)[ =:]\s*)(\S.*)$`)
	headline = pattern.New(`^([A-Za-z][A-Za-z0-9-]*):\s*(.*)$`)
	assigned = pattern.New(`^(-{0,2}[A-Za-z_][A-Za-z0-9_.-]*)=(.*)$`)
	inJSON   = pattern.New(`"([A-Za-z_][A-Za-z0-9_-]*)"\s*:\s*"((?:[^"\\]|\\.)*)"`)
)

// header gives a header's value with the key in it taken out.
func (k *keeper) header(name, value string) string {
	value = plainReferences(strings.TrimSpace(value))
	if strings.Contains(value, "${") {
		return value
	}
	scheme, rest := "", value
	if m := bearer().FindStringSubmatch(value); m != nil {
		scheme, rest = m[1], m[2]
	}
	switch {
	case value == "":
		return k.take(name, "")
	case scheme != "" && standsFor(rest):
		return scheme + k.take("token", "")
	case scheme != "":
		return scheme + k.take("token", rest)
	case standsFor(value) && (recipe.LooksSecret(name) || strings.EqualFold(name, "Authorization")):
		return k.take(name, "")
	case recipe.LooksSecret(name) || strings.EqualFold(name, "Authorization") || looksKey(value):
		return k.take(name, value)
	}
	return k.value(value)
}

// value gives any value with keys inside it taken out: passwords in addresses,
// keys in what follows a question mark, NAME=KEY, "Authorization: Bearer KEY"
// and fields of JSON.
func (k *keeper) value(s string) string {
	s = plainReferences(s)
	switch {
	case s == "" || len(s) > maxValue:
		return s
	case looksKey(s) && s[0] != '-' && !assigned().MatchString(s):
		return k.take("key", s)
	case strings.Contains(s, "://"):
		return k.address(s)
	}
	if m := assigned().FindStringSubmatch(s); m != nil {
		switch {
		case recipe.LooksSecret(m[1]) && !strings.Contains(m[2], "${"):
			if standsFor(m[2]) {
				return m[1] + "=" + k.take(m[1], "")
			}
			return m[1] + "=" + k.take(m[1], m[2])
		case looksKey(s) && strings.Trim(m[2], "=") == "" && s[0] != '-':
			return k.take("key", s) // base64 ends so
		case m[2] != "":
			return m[1] + "=" + k.value(m[2])
		}
		return s
	}
	if m := headline().FindStringSubmatch(s); m != nil && (recipe.LooksSecret(m[1]) || strings.EqualFold(m[1], "Authorization")) && !strings.Contains(m[2], "${") {
		return m[1] + ": " + k.header(m[1], m[2])
	}
	if m := bearer().FindStringSubmatch(s); m != nil && looksKey(m[2]) {
		return m[1] + k.take("token", m[2])
	}
	if strings.HasPrefix(s, "{") && strings.Contains(s, `"`) {
		return inJSON().ReplaceAllStringFunc(s, func(m string) string {
			f := inJSON().FindStringSubmatch(m)
			if f[2] == "" || strings.Contains(f[2], "${") || !recipe.LooksSecret(f[1]) && !looksKey(f[2]) {
				return m
			}
			v := f[2]
			if standsFor(v) {
				v = ""
			}
			return m[:len(m)-len(f[2])-1] + k.take(f[1], v) + `"`
		})
	}
	return s
}

var (
	userInfo = pattern.New(`^([A-Za-z][A-Za-z0-9+.-]*://)([^/?#@\s]*)@`)
	segment  = pattern.New(`[^/]+`)
)

// address gives an address with its keys taken out: the password before the @,
// parameters that are called like keys or look like one, and parts of the path
// that are one.
func (k *keeper) address(s string) string {
	at := strings.Index(s, "://")
	if at > 0 && !keyScheme().MatchString(s[:at]) {
		return s
	}
	if m := userInfo().FindStringSubmatch(s); m != nil {
		user, password, has := strings.Cut(m[2], ":")
		rest := s[len(m[0]):]
		switch {
		case strings.Contains(m[2], "${"):
		case has && password != "":
			if standsFor(password) {
				password = ""
			}
			k.warned[WarnKeyInAddress] = true
			return m[1] + user + ":" + k.take("password", password) + "@" + k.tail(rest)
		case !has && looksKey(user):
			k.warned[WarnKeyInAddress] = true
			return m[1] + k.take("token", user) + "@" + k.tail(rest)
		}
		return m[1] + m[2] + "@" + k.tail(rest)
	}
	if at < 0 {
		return s
	}
	return s[:at+3] + k.tail(s[at+3:])
}

var keyScheme = pattern.New(`^[A-Za-z0-9+.=-]{1,60}$`)

// tail takes the keys out of an address behind its scheme and user.
func (k *keeper) tail(s string) string {
	s, fragment, _ := strings.Cut(s, "#")
	if fragment != "" {
		fragment = "#" + fragment
		if looksKey(fragment[1:]) {
			fragment = ""
		}
	}
	head, query, hasQuery := strings.Cut(s, "?")
	host, path, hasPath := strings.Cut(head, "/")
	if hasPath {
		path = "/" + segment().ReplaceAllStringFunc(path, func(part string) string {
			if strings.Contains(part, "$") || !looksKey(part) && !numbered().MatchString(part) && !longWord(part) {
				return part
			}
			k.warned[WarnKeyInAddress] = true
			return k.take("address-key", part)
		})
	}
	if !hasQuery {
		return host + path + fragment
	}
	pairs := strings.Split(query, "&")
	for i, pair := range pairs {
		name, v, ok := strings.Cut(pair, "=")
		if !ok || v == "" && !recipe.LooksSecret(name) || strings.Contains(v, "${") {
			continue
		}
		plain, err := url.QueryUnescape(v)
		if err != nil {
			plain = v
		}
		switch {
		case (recipe.LooksSecret(name) || name == "code" || name == "sig" || name == "signature") && standsFor(plain):
			pairs[i] = name + "=" + k.take(name, "")
		case recipe.LooksSecret(name) || name == "code" || name == "sig" || name == "signature" || looksKey(plain):
			k.warned[WarnKeyInAddress] = true
			pairs[i] = name + "=" + k.take(name, v)
		case standsFor(plain):
			pairs[i] = name + "=" + k.ask(name, plain)
		}
	}
	return host + path + "?" + strings.Join(pairs, "&") + fragment
}

// longWord is a part of a path that nobody could remember.
func longWord(s string) bool {
	return len(s) >= 40 && !strings.ContainsAny(s, "./:@$") && strings.ContainsAny(s, "0123456789")
}

// ask makes a question of a value that is none.
func (k *keeper) ask(name, shown string) string {
	name = strings.Trim(oddName().ReplaceAllString(name, "-"), "-.")
	if name == "" {
		name = "value"
	}
	in := k.inputs[name]
	in.Required = true
	if in.Placeholder == "" {
		in.Placeholder = line(shown, 200)
	}
	k.inputs[name] = in
	return "${" + name + "}"
}

func encoded(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// decoded reads the base64 that links carry, with or without its ends.
func decoded(s string) (string, bool) {
	s = strings.TrimRight(strings.ReplaceAll(strings.TrimSpace(s), " ", "+"), "=")
	for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		if b, err := e.DecodeString(s); err == nil {
			return string(b), true
		}
	}
	return "", false
}
