package tolerant

import (
	"slices"
	"strconv"
	"strings"

	"toolbay/backend/repair/finding"
)

// documents joins several documents into one.
func (y *yamlReader) documents() bool {
	seen, found := false, false
	for i, l := range y.lines {
		t := strings.TrimSpace(l.text)
		switch {
		case t == "" || strings.HasPrefix(t, "#"):
		case l.text == "---" || strings.HasPrefix(l.text, "--- ") || l.text == "...":
			if seen {
				y.lines[i].gone, y.lines[i].code, y.lines[i].fix = true, "JSON_CONCATENATED_DOCS", finding.Confirm
				found = true
			}
			seen = true
		default:
			seen = true
		}
	}
	if found {
		// A mark at the very end separates nothing, but then nothing is wrong with it.
		if _, reason := y.stops(0); reason == "several_documents" {
			return false
		}
	}
	return found
}

// block gives where the lines below line i end.
func (y *yamlReader) block(i int) int {
	in := len(indentOf(y.lines[i].text))
	end := i + 1
	for k := i + 1; k < len(y.lines); k++ {
		t := strings.TrimSpace(y.lines[k].text)
		if y.lines[k].gone || t == "" || t[0] == '#' {
			continue
		}
		n := len(indentOf(y.lines[k].text))
		// A list may stand as far left as its key.
		if n < in || n == in && !strings.HasPrefix(t, "- ") && t != "-" {
			break
		}
		end = k + 1
	}
	return end
}

// double mends a key that is there twice; at is the second one.
func (y *yamlReader) double(at int) bool {
	lead, key, _, _ := yamlParts(y.lines[at].text)
	in := len(indentOf(y.lines[at].text))
	name := strings.Trim(strings.TrimRight(key, " \t:"), `"'`)
	if name == "" {
		return false
	}
	first, parent := -1, -1
	for k := at - 1; k >= 0; k-- {
		l := y.lines[k]
		t := strings.TrimSpace(l.text)
		if l.gone || t == "" || t[0] == '#' {
			continue
		}
		if n := len(indentOf(l.text)); n < in {
			parent = k
			break
		}
		if _, other, _, _ := yamlParts(l.text); len(indentOf(l.text)) == in && strings.Trim(strings.TrimRight(other, " \t:"), `"'`) == name {
			first = k
		}
	}
	if first < 0 {
		return false
	}
	end, firstEnd := y.block(at), y.block(first)
	body := func(from, to int) string {
		var b strings.Builder
		for _, l := range y.lines[from:to] {
			b.WriteString(strings.TrimSpace(l.text) + "\n")
		}
		return b.String()
	}
	drop := func(from, to int) {
		for k := from; k < to; k++ {
			y.lines[k].gone, y.lines[k].code, y.lines[k].fix = true, "JSON_DUPLICATE_KEY", finding.Confirm
		}
	}
	server, below := false, -1
	for _, l := range y.lines[at+1 : end] {
		if t := strings.TrimSpace(l.text); t == "" || t[0] == '#' {
			continue
		}
		if below < 0 {
			below = len(indentOf(l.text))
		}
		if len(indentOf(l.text)) != below {
			continue
		}
		_, k, _, _ := yamlParts(l.text)
		switch known(strings.TrimRight(k, " \t:")) {
		case nCommand, nURL:
			server = true
		}
	}
	if parent >= 0 {
		_, k, _, _ := yamlParts(y.lines[parent].text)
		server = server && known(strings.TrimRight(k, " \t:")) == nServers
	}
	switch {
	case body(at, end) == body(first, firstEnd):
		drop(at, end)
	case server:
		for n := 2; n < 100; n++ {
			as := name + "-" + strconv.Itoa(n)
			taken := slices.ContainsFunc(y.lines, func(l yamlLine) bool { return strings.HasPrefix(strings.TrimSpace(l.text), as+":") })
			if !taken {
				text := y.lines[at].text
				k := strings.Index(text[len(lead):], name) + len(lead) + len(name)
				y.set(at, yamlWay{text[:k] + "-" + strconv.Itoa(n) + text[k:], "JSON_DUPLICATE_KEY", finding.Confirm})
				y.lines[at].srv = name
				return true
			}
		}
		return false
	case end > at+1 && firstEnd > first+1:
		// What is below the second one goes to the end of the first.
		pos := y.lines[firstEnd-1].at.next
		var moved []yamlLine
		for _, l := range y.lines[at+1 : end] {
			if !l.gone {
				moved = append(moved, yamlLine{at: textLine{pos, pos, pos}, text: l.text, tail: eolOf(y.src), code: "JSON_DUPLICATE_KEY", fix: finding.Confirm})
			}
		}
		drop(at, end)
		y.lines = slices.Insert(y.lines, firstEnd, moved...)
	default:
		if y.values == nil {
			y.values = map[int]int{}
		}
		guessed := slices.ContainsFunc(y.lines, func(l yamlLine) bool {
			return l.fix == finding.Confirm && l.code != "JSON_DUPLICATE_KEY"
		})
		if y.values[parent]++; y.values[parent] > 1 && guessed {
			y.doubt = true // two entries became one
			return false
		}
		y.r.Comments = append(y.r.Comments, strings.TrimSpace(body(first, firstEnd)))
		drop(first, firstEnd)
	}
	return true
}
