package tolerant

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"toolbay/backend/configfile"
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
	for j := i - 1; j >= 0; j-- {
		if plainLine(j) && len(indentOf(y.lines[j].text)) < in {
			up := keyOf(j)
			return up == nServers || up == nEnv
		}
	}
	return true
}

// swallowed tells that one of the lines before line to is the rest of a text
// above it for the reader, and says something of its own for everybody else: a
// line that lost its colon and stands too far to the right. In a text that is
// damaged that is never meant; in one that parses only what cannot be the rest
// of such a value counts.
func (y *yamlReader) swallowed(to int, parses bool) bool {
	above, col := "", 0 // the plain value above, and the column of its key
	short := false      // no sentence can be the value of the key above
	waits := false      // the key above has no value yet
	block := -1         // lines further to the right are text
	for _, l := range y.lines[:to] {
		t := strings.TrimSpace(l.text)
		if l.gone || t == "" {
			continue
		}
		in := len(indentOf(l.text))
		switch {
		case block >= 0 && in > block:
			continue
		case t[0] == '#':
			above = "" // a text does not go on behind a comment
			continue
		case above != "" && in > col:
			if says(t, above) && (!parses || short && !strings.HasPrefix(t, "- ")) {
				return true
			}
			continue
		}
		lead, key, val, comment := yamlParts(l.text)
		alone := key == "" && len(lead) == in // neither a member nor an element
		below := alone && waits && in > col
		above, block, waits = "", -1, false
		switch {
		case below:
			if says(t, "") && !parses {
				return true
			}
		case alone:
			continue
		default:
			if col = in; key != "" {
				col = len(lead)
			}
			waits = val == ""
			name := strings.TrimRight(key, " \t:")
			short = name != "description" && (known(name) == nCommand || known(name) == nURL || known(name) == nField)
		}
		if val == "" {
			continue
		}
		switch {
		case val[0] == '|' || val[0] == '>':
			block = col
		case comment == "" && strings.IndexByte("\"'[{&*!%@`", val[0]) < 0:
			above = val
		}
	}
	return false
}

// says tells that a line is an element, or a key with its value that lost its
// colon, and not the rest of the text above.
func says(line, above string) bool {
	if strings.HasPrefix(line, "- ") || strings.HasPrefix(line, "=======") || strings.HasPrefix(line, "<<<<<<<") || strings.HasPrefix(line, ">>>>>>>") {
		return true
	}
	if n := strings.IndexByte(line, ':'); n > 0 && plainKey(line[:n]) {
		if r, _ := utf8.DecodeRuneInString(line[n+1:]); unseen(r) || known(line[:n]) != nOther {
			return true
		}
	}
	if n := strings.Index(line, "："); n > 0 && plainKey(line[:n]) {
		return true
	}
	n := strings.IndexAny(line, " =")
	if n < 0 {
		return known(line) != nOther
	}
	word, rest := line[:n], strings.TrimLeft(line[n:], " ")
	if !plainKey(word) {
		return false
	}
	if strings.HasPrefix(rest, "=") {
		return true
	}
	lone, one := !strings.Contains(above, " "), !strings.Contains(rest, " ") || strings.IndexByte("\"'[{", rest[0]) >= 0
	if known(word) != nOther {
		return lone || one
	}
	return lone && one && (strings.ContainsAny(word, "_-") || word == strings.ToUpper(word))
}

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

// curly finds texts in quotes that YAML takes for letters of the text.
func curly(src []byte) []mend {
	var ms []mend
	inside := -1 // the indentation of a text of several lines
	for _, l := range split(src) {
		text := string(src[l.start:l.end])
		in := len(indentOf(text))
		if inside >= 0 && (in > inside || strings.TrimSpace(text) == "") {
			continue
		}
		inside = -1
		lead, key, val, _ := yamlParts(text)
		if strings.HasPrefix(val, "|") || strings.HasPrefix(val, ">") {
			inside = in
			continue
		}
		first, n := utf8.DecodeRuneInString(val)
		last, m := utf8.DecodeLastRuneInString(val)
		if len(val) > n+m && opener(first) == '"' && opener(last) == '"' && !strings.ContainsAny(val, `"\`) {
			at := l.start + len(lead) + len(key)
			ms = append(ms, mend{code: "JSON_SMART_QUOTES", fix: finding.Confirm, at: at, edits: []finding.Edit{{From: at, To: at + n, New: `"`}, {From: at + len(val) - m, To: at + len(val), New: `"`}}})
		}
	}
	return ms
}

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
		y.r.Comments = append(y.r.Comments, strings.TrimSpace(body(first, firstEnd)))
		drop(first, firstEnd)
	}
	return true
}

func eolOf(src []byte) string {
	if strings.Contains(string(src[:min(len(src), 4096)]), "\r\n") {
		return "\r\n"
	}
	return "\n"
}

// pasted finds JSON that stands behind or between YAML, and writes it as YAML.
func (y *yamlReader) pasted() bool {
	for i, l := range y.lines {
		if l.text == "" || l.text[0] != '{' && !(l.text[0] == '"' && jsonMember([]byte(l.text))) || i == 0 {
			continue
		}
		end := braced(y.src, l.at.start)
		o, ok := pasted(y.src[l.at.start:end])
		if !ok || len(o) == 0 {
			continue
		}
		servers, rest := configfile.Object{}, configfile.Object{}
		for _, m := range o {
			v, ok := m.Value.(configfile.Object)
			if ok && known(m.Key) == nServers {
				servers = append(servers, v...)
			} else if ok && starts(v) {
				servers = append(servers, m)
			} else {
				rest = append(rest, m)
			}
		}
		eol := eolOf(y.src)
		m := mend{code: "YAML_JSON_PASTED", fix: finding.Confirm, at: l.at.start}
		for k, r := range y.lines[:i] {
			_, key, val, _ := yamlParts(r.text)
			if len(indentOf(r.text)) == 0 && val == "" && known(strings.TrimRight(key, " \t:")) == nServers && len(servers) > 0 {
				to := y.block(k)
				if to > i {
					to = i
				}
				in := "  "
				if to > k+1 {
					in = indentOf(y.lines[k+1].text)
				}
				if strings.HasPrefix(strings.TrimSpace(y.lines[min(k+1, len(y.lines)-1)].text), "- ") {
					break // a list of servers: they are put as a map, which the next layer turns
				}
				at := y.lines[to-1].at.next
				m.edits = append(m.edits, finding.Edit{From: at, To: at, New: blockOf(servers, in, eol)})
				servers = nil
				break
			}
		}
		if len(servers) > 0 {
			rest = append(rest, configfile.Member{Key: "mcpServers", Value: servers})
		}
		m.edits = append(m.edits, finding.Edit{From: l.at.start, To: end, New: strings.TrimSuffix(blockOf(rest, "", eol), eol)})
		y.extra = append(y.extra, m)
		return true
	}
	return false
}

// blockOf writes an object as YAML, a line for each member.
func blockOf(o configfile.Object, indent, eol string) string {
	var b strings.Builder
	for _, m := range o {
		b.WriteString(indent + yamlKeyText(m.Key) + ":")
		switch v := m.Value.(type) {
		case configfile.Object:
			if len(v) > 0 {
				b.WriteString(eol + blockOf(v, indent+"  ", eol))
				continue
			}
			b.WriteString(" {}")
		case []any:
			b.WriteString(" " + yamlFlow(v))
		default:
			b.WriteString(" " + yamlFlow(v))
		}
		b.WriteString(eol)
	}
	return b.String()
}

func yamlKeyText(s string) string {
	if plainKeyText(s) {
		return s
	}
	return quoteText(s)
}

func plainKeyText(s string) bool { return s != "" && plainKey(s) && !literal(s) }

func yamlFlow(v any) string {
	switch v := v.(type) {
	case configfile.Object:
		var parts []string
		for _, m := range v {
			parts = append(parts, yamlKeyText(m.Key)+": "+yamlFlow(m.Value))
		}
		return "{ " + strings.Join(parts, ", ") + " }"
	case []any:
		parts := make([]string, len(v))
		for i, e := range v {
			parts[i] = yamlFlow(e)
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case string:
		return quoteText(v)
	case json.Number:
		return string(v)
	case bool:
		return strconv.FormatBool(v)
	}
	return "null"
}
