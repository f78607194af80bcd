package recipe

import (
	"slices"
	"strings"
	"unicode"

	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

// Words of a name that make its value a secret, and words that take that back:
// TOKEN_LIMIT is a number, PRIVATE_KEY_PATH a file, PASSWORD_FILE_PASSWORD a
// secret again. In the registry 62 of 467 secret-looking variables are not
// marked (facts of 2025-12-18), 12 of those only name something about a key.
var (
	secretWords = []string{"KEY", "KEYS", "TOKEN", "TOKENS", "SECRET", "SECRETS", "PASSWORD", "PASSWD", "PASS", "PASSWORDS", "PASSPHRASE", "PASSCODE", "PWD", "CREDENTIAL", "CREDENTIALS", "CREDS", "AUTHORIZATION", "BEARER", "COOKIE", "COOKIES", "PAT", "DSN"}
	secretParts = []string{"APIKEY", "TOKEN", "SECRET", "PASSW", "CREDENTIAL", "ACCESSKEY", "PRIVATEKEY", "AUTHKEY", "CONNECTIONSTRING"}
	aboutWords  = []string{"PATH", "PATHS", "FILE", "FILEPATH", "FILENAME", "DIR", "DIRECTORY", "FOLDER", "LIMIT", "LIMITS", "TTL", "ALGORITHM", "CAPACITY", "WINDOW", "TYPE", "TIMEOUT", "EXPIRY", "EXPIRATION", "EXPIRES", "COUNT", "SIZE", "LENGTH", "BUDGET", "URL", "URI", "ENDPOINT", "HOST", "PORT", "NAME", "ID", "PERMISSION", "PERMISSIONS", "MODE", "ENABLED", "REQUIRED", "CHECK", "CHECKS", "FORMAT", "VERSION", "PREFIX", "REGION", "SCOPE", "SCOPES", "STORE", "STORAGE", "CACHE", "USAGE", "HEADER", "NAMESPACE"}
	notSecret   = []string{"MAX", "MIN", "FOREIGN", "ENABLE", "DISABLE", "SKIP", "USE", "REQUIRE", "ALLOW", "NUM", "KEYBOARD", "KEYWORD", "KEYWORDS", "KEYCLOAK", "TOKENIZER", "TOKENIZERS"}
	// Addresses of databases carry a password more often than not.
	databaseURL = pattern.New(`(?i)^(.*[_-])?(database|db|postgres(ql)?|pg|mysql|mariadb|mongo(db)?|redis|amqp|rabbitmq)[_-]?(url|uri)$|connection[_-]?string`)
)

// LooksSecret tells from its name alone whether a variable, header or
// argument should be kept as a secret.
func LooksSecret(name string) bool {
	if databaseURL().MatchString(bare(name)) {
		return true
	}
	words := split(name)
	if len(words) == 0 {
		return false
	}
	joined := strings.Join(words, "")
	hit := false
	for _, w := range words {
		if slices.Contains(notSecret, w) {
			return false
		}
		hit = hit || slices.Contains(secretWords, w)
	}
	for _, part := range secretParts {
		hit = hit || strings.Contains(joined, part)
	}
	if strings.HasSuffix(words[len(words)-1], "KEY") && words[len(words)-1] != "MONKEY" {
		hit = true
	}
	// "AUTH" alone says a header or variable is the credential itself.
	hit = hit || words[len(words)-1] == "AUTH"
	return hit && !slices.Contains(aboutWords, words[len(words)-1])
}

// split gives the words of a name in capitals: MY_KEY, my-key and myKey alike.
func split(name string) []string {
	var words []string
	var cur []rune
	flush := func() {
		if len(cur) > 0 {
			words = append(words, strings.ToUpper(string(cur)))
			cur = nil
		}
	}
	prevLower := false
	for _, r := range name {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush()
			prevLower = false
			continue
		case unicode.IsUpper(r) && prevLower:
			flush()
		}
		prevLower = unicode.IsLower(r) || unicode.IsDigit(r)
		cur = append(cur, r)
	}
	flush()
	return words
}

var (
	folderWords = []string{"DIR", "DIRECTORY", "FOLDER", "VAULT"}
	fileWords   = []string{"FILE", "FILEPATH", "FILENAME", "PATH"}
	severalOf   = pattern.New(`(?i)\b(comma|colon|semicolon|space)[- ]separated|\blist of\b|\bdirectories\b|\bfolders\b|\bjson\b.*\barray\b`)
	saysFolder  = pattern.New(`(?i)\b(directory|folder)\b`)
	saysFile    = pattern.New(`(?i)\bfile\b`)
	saysPath    = pattern.New(`(?i)^(optional |the |an? )*(absolute |local |full |custom )*(path|directory|folder)( path)? (to|of|for|where|containing|with|on)\b`)
	notOnDisk   = pattern.New(`(?i)\b(url|endpoint|route|http|request path|json ?path|xpath|inside the container|in the container)\b`)
)

// format gives the input's format, with files and folders recognised by what
// the name and the description call them. Secrets, choices and lists of
// several paths stay text: a picker could not fill them.
func format(in model.Input, oci bool) string {
	if in.Format == "folder" || in.Format == "boolean" || in.Format == "number" {
		return in.Format
	}
	declared := in.Format == "filepath"
	if declared && saysFolder().MatchString(in.Description) && !saysFile().MatchString(in.Description) && !severalOf().MatchString(in.Description) {
		return "folder"
	}
	if declared || in.Secret || len(in.Choices) > 0 || severalOf().MatchString(in.Description) || notOnDisk().MatchString(in.Description) {
		return in.Format
	}
	words := split(in.Name)
	last := ""
	if len(words) > 0 {
		last = words[len(words)-1]
	}
	switch {
	case oci:
		// A path in a container's variable is the container's own.
		return in.Format
	case slices.Contains(folderWords, last):
		return "folder"
	case slices.Contains(fileWords, last) || saysPath().MatchString(in.Description):
		if saysFolder().MatchString(in.Description) && !saysFile().MatchString(in.Description) {
			return "folder"
		}
		if len(words) > 1 && (words[0] == "API" || words[0] == "URL" || words[0] == "BASE") && last == "PATH" {
			return in.Format
		}
		return "filepath"
	}
	return in.Format
}
