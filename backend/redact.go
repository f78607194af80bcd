package backend

import (
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"toolbay/backend/pattern"
)

// Owner is whose computer a report is about, as far as the report must not tell
// it.
type Owner struct {
	// Home is the user's folder, "" when it is not known.
	Home string
	// Names are what the user and the computer are called.
	Names []string
}

// ThisOwner is who runs Toolbay.
func ThisOwner() Owner {
	home, _ := os.UserHomeDir()
	host, _ := os.Hostname()
	first, _, _ := strings.Cut(host, ".")
	o := Owner{Home: home, Names: []string{host, first}}
	for _, name := range []string{"USER", "USERNAME", "LOGNAME"} {
		o.Names = append(o.Names, os.Getenv(name))
	}
	return o
}

// unsaid stands where a name was.
const unsaid = "…"

var (
	// driveHome and otherHome are the folders of users as systems have them. On
	// Windows a user's name may have blanks, so there the next folder ends it.
	driveHome = pattern.New(`(?i)([a-z]:[\\/]{1,2}(?:Users|Documents and Settings)[\\/]{1,2})[^\\/"'<>|:*?\n]{1,64}([\\/])`)
	otherHome = pattern.New(`(?i)((?:^|[^\w.~…-])(?:[\w$.:\\/-]*[\\/])?(?:home|Users|Documents and Settings)[\\/]{1,2})[^\\/\s"'<>|:*?,;()]{1,64}`)
)

// anonymous takes out of a text what tells whose computer it is from: the
// user's folder wherever it stands, the folders of other users, the names of the
// user and the computer, and keys.
func (o Owner) anonymous(text string) string {
	names := o.Names
	if home := strings.TrimRight(o.Home, `/\`); home != "" {
		text = withoutHome(text, home)
		// Windows writes paths with either slash, JSON with two.
		text = withoutHome(text, strings.ReplaceAll(home, `\`, `\\`))
		text = withoutHome(text, strings.ReplaceAll(home, `\`, `/`))
		names = append([]string{home[strings.LastIndexAny(home, `/\`)+1:], filepath.Base(home)}, names...)
	}
	text = driveHome().ReplaceAllString(text, "${1}"+unsaid+"${2}")
	text = otherHome().ReplaceAllString(text, "${1}"+unsaid)
	for _, name := range names {
		// Shorter ones are parts of everything, and these tell nobody's name.
		if utf8.RuneCountInString(name) > 2 && !strings.EqualFold(name, "root") && !strings.EqualFold(name, "localhost") {
			text = withoutWord(text, name, unsaid)
		}
	}
	return maskedLines(text)
}

// withoutHome puts ~ in place of a folder, not of one whose name only begins
// like it.
func withoutHome(text, home string) string {
	var w strings.Builder
	for {
		at := strings.Index(text, home)
		if at < 0 {
			return w.String() + text
		}
		rest := text[at+len(home):]
		w.WriteString(text[:at])
		if next, _ := utf8.DecodeRuneInString(rest); rest != "" && partOfName(next) {
			w.WriteString(home)
		} else {
			w.WriteString("~")
		}
		text = rest
	}
}

// withoutWord puts something else in place of a word, in capitals or not.
func withoutWord(text, word, by string) string {
	if len(strings.ToLower(text)) != len(text) {
		return strings.ReplaceAll(text, word, by) // small letters of another length
	}
	low, lowWord := strings.ToLower(text), strings.ToLower(word)
	var w strings.Builder
	for {
		at := strings.Index(low, lowWord)
		if at < 0 || lowWord == "" {
			return w.String() + text
		}
		end := min(at+len(lowWord), len(text))
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		after, _ := utf8.DecodeRuneInString(text[end:])
		w.WriteString(text[:at])
		if at > 0 && letter(before) || end < len(text) && letter(after) {
			w.WriteString(text[at:end])
		} else {
			w.WriteString(by)
		}
		text, low = text[end:], low[end:]
	}
}

func letter(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// partOfName tells whether a name of a folder goes on with it.
func partOfName(r rune) bool { return letter(r) || strings.ContainsRune("-_.", r) }
