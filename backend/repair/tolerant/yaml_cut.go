package tolerant

import (
	"strings"

	"toolbay/backend/repair/finding"
)

// cut takes out the server in which a text was cut off: half of it would start
// something else than was meant. A text that was written to its end has a last
// line end.
func (y *yamlReader) cut() bool {
	n := len(y.lines)
	if n == 0 || y.lines[n-1].at.next > y.lines[n-1].at.end {
		return false
	}
	last := n - 1
	lead, key, val, _ := yamlParts(y.lines[last].text)
	switch {
	case key == "" && len(lead) == len(indentOf(y.lines[last].text)):
		if val == "" || !plainKey(val) && val != "-" {
			return false
		}
	case val != "" && closers(val) == "":
		return false
	}
	from, server := last, ""
	in := len(indentOf(y.lines[last].text))
	for k, inner := last, last; k >= 0 && in >= 0; k-- {
		t := strings.TrimSpace(y.lines[k].text)
		n := len(indentOf(y.lines[k].text))
		_, key, val, _ := yamlParts(y.lines[k].text)
		// A list may stand as far left as its key.
		if k < last && (t == "" || t[0] == '#' || n > in || n == in && !(strings.HasPrefix(strings.TrimSpace(y.lines[inner].text), "- ") && val == "" && !strings.HasPrefix(t, "- "))) {
			continue
		}
		if k < last && val == "" && known(strings.TrimRight(key, " \t:")) == nServers {
			from = inner
			_, name, _, _ := yamlParts(y.lines[inner].text)
			if server = strings.Trim(strings.TrimRight(name, " \t:"), `"'`); server == "name" {
				server = ""
			}
			break
		}
		in, inner = n, k
	}
	for k := from; k <= last; k++ {
		y.lines[k].gone, y.lines[k].code, y.lines[k].fix, y.lines[k].srv = true, "JSON_TRUNCATED", finding.Confirm, server
	}
	return true
}

// quotes closes the strings that are open at the end of a line whose next one
// is a line of its own: a reader would take all of it for text.
func (y *yamlReader) quotes() {
	for i, l := range y.lines {
		lead, key, val, comment := yamlParts(l.text)
		if val == "" || val[0] != '"' && val[0] != '\'' || l.gone {
			continue
		}
		if _, closed := scanQuote([]byte(val), 1, val[0]); closed {
			continue
		}
		for k := i + 1; k < len(y.lines); k++ {
			next := strings.TrimSpace(y.lines[k].text)
			if next == "" {
				continue
			}
			if _, other, _, _ := yamlParts(y.lines[k].text); other != "" && plainKey(strings.TrimRight(other, " :")) || strings.HasPrefix(next, "- ") {
				y.set(i, yamlWay{lead + key + strings.TrimRight(val, " \t,") + val[:1] + comment, "JSON_UNCLOSED_STRING", finding.Confirm})
			}
			break
		}
	}
}
