package paste

import (
	"encoding/json"
	"html"
	"strconv"
	"strings"

	"toolbay/backend/pattern"
)

// plainer gives a text without what copying put around or into it: the marks of
// a mail's quotation, of a comparison or of numbered lines, a web page's
// writing of quotes, full-width marks, and the quotes of a text within a text.
// It is asked only about a text in which nothing was found as it is.
func plainer(text string) string {
	if strings.Contains(text, "&quot;") || strings.Contains(text, "&#34;") || strings.Contains(text, "&#x22;") {
		text = html.UnescapeString(text)
	}
	lines := strings.Split(text, "\n")
	for _, cut := range []func([]string) []string{quotation, comparison, counted} {
		if l := cut(lines); l != nil {
			lines = l
		}
	}
	text = strings.Join(lines, "\n")
	if strings.Contains(text, "：") && strings.ContainsAny(text, "{“\"") {
		text = strings.NewReplacer("：", ":", "，", ",", "｛", "{", "｝", "}", "［", "[", "］", "]", "＂", `"`).Replace(text)
	}
	s := strings.TrimSpace(text)
	if strings.HasPrefix(s, `"`) && strings.Contains(s, `\"`) {
		var inner string
		if json.Unmarshal([]byte(s), &inner) == nil {
			return inner
		}
	}
	if strings.Contains(s, `{\"`) && !strings.Contains(s, `{"`) {
		return unescaped(text)
	}
	return text
}

// quotation takes the marks of a mail away when each line has them.
func quotation(lines []string) []string {
	return marked(lines, func(l string) (string, bool) {
		l = strings.TrimLeft(l, " \t")
		rest, ok := strings.CutPrefix(l, ">")
		return strings.TrimPrefix(rest, " "), ok
	})
}

// comparison takes what a comparison of two versions adds, and what it leaves.
func comparison(lines []string) []string {
	adds := false
	out := marked(lines, func(l string) (string, bool) {
		switch l[0] {
		case '+':
			adds = true
			if strings.HasPrefix(l, "+++") {
				return "", true
			}
			return l[1:], true
		case '-', '@', '\\':
			return "", true
		case ' ':
			return l[1:], true
		}
		return "", strings.HasPrefix(l, "diff ") || strings.HasPrefix(l, "index ")
	})
	if !adds {
		return nil
	}
	return out
}

var lineNumber = pattern.New(`^[ \t]*(\d{1,5})(?:[ \t]*[|:│.)]|[ \t]|$) ?`)

// counted takes the numbers of lines away when they count up by one.
func counted(lines []string) []string {
	last, many := -1, 0
	out := marked(lines, func(l string) (string, bool) {
		m := lineNumber().FindStringSubmatch(l)
		if m == nil {
			return "", false
		}
		n, err := strconv.Atoi(m[1])
		if err != nil || last >= 0 && n != last+1 {
			return "", false
		}
		last = n
		many++
		return l[len(m[0]):], true
	})
	if many < 2 {
		return nil
	}
	return out
}

// marked takes from each line what cut takes; nil when one that is not empty
// has nothing of the kind.
func marked(lines []string, cut func(string) (string, bool)) []string {
	out, some := make([]string, len(lines)), false
	for i, l := range lines {
		if strings.TrimSpace(l) == "" {
			continue
		}
		rest, ok := cut(l)
		if !ok {
			return nil
		}
		out[i], some = rest, true
	}
	if !some {
		return nil
	}
	return out
}

var echoed = pattern.New(`\$\(echo\s+["']?([^()"']*)["']?\)`)
var substituted = pattern.New(`\$\([^()]*\)`)

// unshelled gives a value in which a shell was to put something: what it would
// repeat is taken, for what it would find out the person is asked.
func unshelled(name, v string) string {
	if !strings.Contains(v, "$(") || strings.EqualFold(v, "$(pwd)") {
		return v
	}
	v = echoed().ReplaceAllString(v, "$1")
	return substituted().ReplaceAllLiteralString(v, "${"+name+"}")
}
