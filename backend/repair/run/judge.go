package run

import (
	"net/url"
	"strings"
	"unicode"

	"toolbay/backend/catalog/recipe"
	"toolbay/backend/pattern"
)

// What a value is, as far as keys go.
type judgement int

const (
	plain       judgement = iota // no key
	empty                        // nothing, where a key should be
	placeholder                  // stands for a key that was never filled in
	secret                       // a key in plain sight
)

var (
	// strongStand says of itself, wherever it stands, that it must be replaced.
	strongStand = pattern.New(`(?i)\byour[-_ ][a-z]|\byour(api|access|token|key|secret|user|domain|name|password|project|account|org|company|workspace)|\b(replace|change|insert|enter|paste|put|add|fill)[-_ ]?(me\b|this\b|with[-_ ]|in[-_ ]|your|the[-_ ]|key|token|here)|[-_ ]here$|^<[a-z][a-z0-9 _.\-|]*>$|<(your|my|insert|api|the|project|token|key|secret|access|account|password)[a-z0-9 _.\-]*>|\bx{5,}\b|^x{3,}$|[-_]x{4,}|\*{4,}|•{2,}|^\[[A-Z][A-Z0-9_ -]*\]$|^\{\{? ?[A-Za-z_ ]+ ?\}?\}$`)
	// weakStand does so under a key's name only.
	weakStand = pattern.New(`(?i)^(\.{3}|…)$|^[a-z]{1,6}[-_](\.{3}|…|x{3,}).*$|(\.{3}|…)$|^(my|some|example|sample|the|our|a)[-_ ]?(super[-_ ]?)?((api|access|secret|auth|private)[-_ ]?)*(key|token|secret|password)$|^(todo|tbd|fixme|xxx+|change[-_]?me|changeit|replace[-_]?me|placeholder|undefined|required|api[-_]?key|token|secret|password|key|access[-_]?token|secret[-_]?key|api[-_]?token|[A-Z]+_API_KEY|[A-Z]+_TOKEN|0{6,}|123456+7?8?9?0?|sk-1234.*)$`)
	// notNeeded are what servers on one's own machine are given for a key.
	notNeeded = pattern.New(`(?i)^(none|null|nil|n/?a|no|off|dummy|empty|ollama|lm-studio|local|localhost|not[-_ ]?(needed|required|used)|no[-_ ]?(key|token|auth).*|unused|anonymous|anything)$`)
	// reference is what some app, shell or key safe replaces.
	reference = pattern.New(`\$\{[^{}]*\}|\$\{\{[^{}]*\}\}|\{(env|file):[^{}]*\}|^\$\(.*\)$|^(Bearer |Basic |Token )?\$(env:)?[A-Za-z_]\w*$|%[A-Za-z_][A-Za-z0-9_()]*%|^op://|^keychain:|^vault:|^file:|^@|^<\(`)
	scheme    = pattern.New(`(?i)^(bearer|basic|token|apikey|api-key)[ :]+(.*)$`)
	// known are the forms in which services hand out their keys and that no word
	// has; likely those that a word could have, so that digits must be there too.
	known  = pattern.New(`^(?:sk-(?:ant|proj|or|live|test|lf)-|gh[opsur]_|github_pat_|gl(?:pat|dt|rt|ptt)-|xox[abeoprs]-|xapp-|xai-|AIza[A-Za-z0-9_-]{20}|A[KS]IA[0-9A-Z]{12}|ya29\.|GOCSPX-|hf_|npm_|dckr_pat_|shp(?:at|ss|ca|pa)_|SG\.[A-Za-z0-9_-]{10}|pplx-|tvly-|ntn_|lin_api_|figd_|gsk_|r8_|nvapi-|sntr[yu]s_|apify_api_|dop_v1_|PMAK-|AT[AC]TT3|sbp_|whsec_|pcsk_|rk_live_|[sp]k_(?:live|test)_|eyJ[A-Za-z0-9_-]{8,}\.|-----BEGIN )[A-Za-z0-9_.=+/ -]{6,}`)
	likely = pattern.New(`^(?:sk-|fc-|secret_|BSA|tok_|key-|pat-|napi_|jina_|phx_|ctx7sk-|brd-|ops_|pypi-|re_)[A-Za-z0-9_.=+/-]{12,}$`)
	random = pattern.New(`^[A-Za-z0-9_=+-]{24,}$`)
	hashes = pattern.New(`(?i)^(sha\d+[:-])?[0-9a-f]+$|^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
	number = pattern.New(`^-?[0-9]{1,9}(\.[0-9]+)?$`)
	// aPath is a place on a disk or an address.
	aPath = pattern.New(`^(/[^/]|~[/\\]|\.{1,2}[/\\]|[A-Za-z]:[/\\]|\\\\)`)
	idEnd = pattern.New(`(?i)(^|[-_ ]|[a-z])(id|ids|uuid|guid|hash|sha|digest|name|version|url|uri|path|dir|file|image|model|region|checksum|commit)$`)
)

// judge says what a value under a name is.
func judge(name, value string) judgement {
	v := strings.TrimSpace(value)
	secretName := recipe.LooksSecret(name) || strings.EqualFold(name, "authorization") || strings.EqualFold(name, "proxy-authorization")
	if m := scheme().FindStringSubmatch(v + " "); m != nil {
		rest := strings.TrimSpace(m[2])
		// What says of itself how it is to be sent is a key under any name.
		if word := strings.ToLower(m[1]); (word == "bearer" || word == "basic") && len(rest) >= 4 && !strings.Contains(rest, " ") {
			secretName = true
		}
		if secretName {
			v = rest
		}
	}
	switch {
	case v == "" && secretName:
		return empty
	case v == "" || reference().MatchString(v) || notNeeded().MatchString(v):
		return plain
	case strings.Contains(v, "://"):
		return judgeAddress(v)
	case strongStand().MatchString(v) && !aPath().MatchString(v) && len(v) < 200:
		return placeholder
	case secretName && weakStand().MatchString(v):
		return placeholder
	case strings.HasPrefix(v, "{") && strings.Contains(v, `"`):
		return judgeJSON(v)
	case secretName:
		if number().MatchString(v) || strings.EqualFold(v, "true") || strings.EqualFold(v, "false") || aPath().MatchString(v) {
			return plain
		}
		return secret
	case looksKey(v) && !idEnd().MatchString(name):
		return secret
	}
	return plain
}

// looksKey tells by its form alone that a value is a key.
func looksKey(s string) bool {
	if strings.ContainsAny(s, "/\\ ") && !strings.HasPrefix(s, "-----BEGIN ") || hashes().MatchString(s) {
		return false
	}
	return known().MatchString(s) || likely().MatchString(s) && digits(s) >= 2 || looksRandom(s)
}

func digits(s string) (n int) {
	for _, r := range s {
		if unicode.IsDigit(r) {
			n++
		}
	}
	return n
}

// looksRandom tells a key from words that are joined by dashes: it changes from
// one kind of character to another all the time.
func looksRandom(s string) bool {
	if !random().MatchString(s) {
		return false
	}
	var upper, lower, num, changes int
	last := rune(0)
	for _, r := range s {
		kind := rune('-')
		switch {
		case unicode.IsDigit(r):
			num++
			kind = '0'
		case unicode.IsUpper(r):
			upper++
			kind = 'A'
		case unicode.IsLower(r):
			lower++
			kind = 'a'
		}
		if kind != last {
			changes++
		}
		last = kind
	}
	return num >= 3 && upper >= 2 && lower >= 2 && changes*5 >= len(s)*2
}

// judgeAddress looks for a password or a key within an address.
func judgeAddress(v string) judgement {
	if strongStand().MatchString(v) {
		return placeholder
	}
	u, err := url.Parse(v)
	if err != nil {
		return plain
	}
	if u.User != nil {
		if pw, ok := u.User.Password(); ok && pw != "" && !reference().MatchString(pw) {
			if weakStand().MatchString(pw) && weakUser(u.User.Username()) && !isLocal(u.Hostname()) {
				return placeholder
			}
			return secret
		}
		if looksKey(u.User.Username()) {
			return secret
		}
	}
	for name, values := range u.Query() {
		for _, q := range values {
			if j := judge(name, q); j == secret || j == placeholder {
				return j
			}
		}
	}
	for _, part := range strings.Split(u.Path, "/") {
		if known().MatchString(part) || looksRandom(part) && len(part) >= 32 {
			return secret
		}
	}
	return plain
}

func weakUser(name string) bool { return name == "user" || name == "username" || name == "" }

func isLocal(host string) bool {
	return host == "localhost" || host == "127.0.0.1" || host == "::1" || host == "host.docker.internal" || !strings.Contains(host, ".")
}

var inJSON = pattern.New(`"([A-Za-z_][A-Za-z0-9_-]*)"\s*:\s*"((?:[^"\\]|\\.)*)"`)

// judgeJSON looks into a value that is itself JSON, as some servers take their
// headers.
func judgeJSON(v string) judgement {
	for _, m := range inJSON().FindAllStringSubmatch(v, 50) {
		if j := judge(m[1], m[2]); j == secret || j == placeholder {
			return j
		}
	}
	return plain
}
