package tolerant

import (
	"slices"
	"strings"

	"toolbay/backend/repair/finding"
)

// tabs turns tabs that indent into blanks: as many as let the line stand in a
// row with others.
func (y *yamlReader) tabs() {
	var at []int
	levels := map[int]bool{}
	for i, l := range y.lines {
		in := indentOf(l.text)
		if strings.Contains(in, "\t") {
			at = append(at, i)
		} else if t := strings.TrimSpace(l.text); t != "" && t[0] != '#' {
			levels[len(in)] = true
		}
	}
	if len(at) == 0 {
		return
	}
	old := slices.Clone(y.lines)
	apply := func(width int) {
		for _, i := range at {
			text := old[i].text
			in := indentOf(text)
			y.lines[i].text = strings.ReplaceAll(in, "\t", strings.Repeat(" ", width)) + text[len(in):]
		}
	}
	best, bestLine, fitting, inRow := 0, -1, 0, -2
	for _, width := range []int{8, 6, 4, 3, 2, 1, 0} {
		apply(width)
		n, _ := y.stops(0)
		row := 0
		for _, i := range at {
			if len(levels) > 1 && levels[len(indentOf(y.lines[i].text))] {
				row++
			}
		}
		sound := !slices.ContainsFunc(at, func(i int) bool { return y.astray(i, len(indentOf(y.lines[i].text))) })
		if n >= len(y.lines) && (len(levels) <= 1 || row == len(at)) && sound {
			fitting++
		}
		if !sound {
			row = -1
		}
		if n > bestLine || n == bestLine && row > inRow {
			best, bestLine, inRow = width, n, row
		}
	}
	apply(best)
	fix := finding.Safe
	if fitting > 1 && len(levels) > 1 {
		fix = finding.Confirm // it could belong to more than one
	}
	for _, i := range at {
		text := y.lines[i].text
		y.lines[i].text = old[i].text
		y.set(i, yamlWay{text, "YAML_TAB_INDENT", fix})
	}
}

// nearby is how many lines are looked at for what a line belongs to.
const nearby = 500

// astray tells that a line that stands in column in would say something about
// a server among the servers or among its variables, or lose what is below it.
func (y *yamlReader) astray(i, in int) bool {
	keyOf := func(i int) name {
		_, key, _, _ := yamlParts(y.lines[i].text)
		return known(strings.TrimRight(key, " \t:"))
	}
	plainLine := func(k int) bool {
		t := strings.TrimSpace(y.lines[k].text)
		return t != "" && t[0] != '#' && !y.lines[k].gone
	}
	_, key, val, _ := yamlParts(y.lines[i].text)
	if key != "" && val == "" {
		for k := i + 1; k < len(y.lines); k++ {
			if plainLine(k) {
				if n := len(indentOf(y.lines[k].text)); n < in || n == in && !strings.HasPrefix(strings.TrimSpace(y.lines[k].text), "- ") {
					return true
				}
				break
			}
		}
	}
	for j := i - 1; j >= 0; j-- {
		if plainLine(j) { // it would be taken for the rest of the text above
			if _, _, above, _ := yamlParts(y.lines[j].text); above != "" && in > len(indentOf(y.lines[j].text)) && strings.IndexAny(above, "|>[{") != 0 {
				return true
			}
			break
		}
	}
	k := keyOf(i)
	if k == nOther || k == nServers {
		return false
	}
	for j := i - 1; j >= max(0, i-nearby); j-- {
		if plainLine(j) && len(indentOf(y.lines[j].text)) < in {
			up := keyOf(j)
			return up == nServers || up == nEnv
		}
	}
	return true
}
