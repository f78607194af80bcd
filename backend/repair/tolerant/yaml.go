package tolerant

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// YAML is mended where its reader stops: each way to put that line or the one
// before it right is tried, and the one with which the reader comes furthest is
// taken. So nothing is changed that the reader is content with.

const (
	yamlTries = 8 << 20 // bytes that are read again at most, besides
	yamlTimes = 8       // the text this often
)

func yamlText(src []byte, f configfile.Format, r *Reading) []mend {
	y := &yamlReader{src: src, r: r, left: yamlTries + yamlTimes*len(src)}
	for _, l := range split(src) {
		y.lines = append(y.lines, yamlLine{at: l, text: string(src[l.start:l.end])})
	}
	if parses(src, f) {
		if y.swallowed(len(y.lines), true) {
			y.run()
			return y.mends()
		}
		if ms := unseenInside(src); len(ms) > 0 {
			return ms
		}
		if bytes.Contains(src, []byte("”")) || bytes.Contains(src, []byte("“")) {
			return curly(src)
		}
		for _, find := range []func([]byte, *Reading) []mend{numbers, added} {
			if ms := find(src, r); len(ms) > 0 {
				// Keys may look so; then they are no server's.
				if _, text := findings(src, ms); holdsServers(text) && !holdsServers(src) {
					return ms
				}
			}
		}
		return nil
	}
	for _, find := range []func([]byte, *Reading) []mend{lineEnds, colours, conflictIn(f), fences, quoted, numbers, added, twice} {
		if ms := find(src, r); len(ms) > 0 {
			return ms
		}
	}
	if looksJSON(src) {
		if ms := jsonText(src, configfile.JSON, r); len(ms) > 0 && ms[0].fix != finding.Never {
			return ms
		}
	}
	if tomlTable().Match(src) {
		if d, err := configfile.Parse(src, configfile.TOML); err == nil {
			if v, _ := d.Get(); v != nil {
				if o, ok := v.(configfile.Object); ok && len(o) > 0 {
					return []mend{{code: "TEXT_OTHER_FORMAT", fix: finding.Confirm, edits: []finding.Edit{{From: 0, To: len(src), New: blockOf(o, "", "\n")}}}}
				}
			}
		}
	}
	if y.pasted() || y.documents() || y.cut() {
		return y.mends()
	}
	y.tabs()
	y.quotes()
	y.run()
	ms := y.mends()
	if len(ms) == 0 {
		r.Saved = saved(src, configfile.JSON)
		return []mend{{code: "FILE_BEYOND_REPAIR", fix: finding.Never, at: -1}}
	}
	return ms
}

// holdsServers tells that a text that parses has servers at a usual place.
func holdsServers(src []byte) bool {
	d, err := configfile.Parse(src, configfile.YAML)
	return err == nil && slices.ContainsFunc(d.Keys(), func(k string) bool { return known(k) == nServers })
}

type yamlLine struct {
	at   textLine
	text string // as it is now; may have line ends
	tail string // of a line that was put in: its end
	gone bool
	code string // of the last change
	fix  finding.Kind
	more []string // codes of the changes before
	srv  string
}

type yamlReader struct {
	src   []byte
	r     *Reading
	lines []yamlLine
	left  int
	extra []mend
}

// text gives the lines before line to.
func (y *yamlReader) text(to int) []byte {
	var b bytes.Buffer
	for _, l := range y.lines[:to] {
		if l.gone {
			continue
		}
		b.WriteString(l.text)
		b.Write(y.src[l.at.end:l.at.next])
		b.WriteString(l.tail)
	}
	return b.Bytes()
}

// takes tells whether the reader takes the lines before line to, and why not.
func (y *yamlReader) takes(to int) (bool, string) {
	text := y.text(min(to, len(y.lines)))
	y.left -= len(text)
	_, err := configfile.Parse(text, configfile.YAML)
	if err == nil && y.swallowed(min(to, len(y.lines)), false) {
		return false, "swallowed"
	}
	return err == nil, reasonOf(err)
}

// stops gives the line at which the reader stops, len(lines) when it does not.
// The lines before from are fine. A reader names the beginning of what it could
// not read; where it really stops is where less text is fine.
func (y *yamlReader) stops(from int) (line int, reason string) {
	ok, reason := y.takes(len(y.lines))
	if ok {
		return len(y.lines), ""
	}
	lo, hi := from, len(y.lines) // the lines before lo are fine, those before hi are not
	for step := 1; lo+step < hi && y.left > 0; step *= 2 {
		if ok, _ := y.takes(lo + step); !ok {
			hi = lo + step
			break
		}
		lo += step
	}
	for y.left > 0 {
		for hi-lo > 1 && y.left > 0 {
			mid := (lo + hi) / 2
			if ok, _ := y.takes(mid); ok {
				lo = mid
			} else {
				hi = mid
			}
		}
		// A list that is open goes on below.
		further := false
		if closers(y.lines[hi-1].text) != "" {
			for k := hi + 1; k <= min(hi+40, len(y.lines)-1) && y.left > 0; k++ {
				if ok, _ := y.takes(k); ok {
					lo, hi, further = k, len(y.lines), true
					break
				}
			}
		}
		if !further {
			break
		}
	}
	_, reason = y.takes(hi)
	return hi - 1, reason
}

func reasonOf(err error) string {
	for err != nil {
		if s, ok := err.(*configfile.SyntaxError); ok {
			return s.Reason
		}
		u, ok := err.(interface{ Unwrap() error })
		if !ok {
			break
		}
		err = u.Unwrap()
	}
	return ""
}

// mends makes an edit of each line that is another now: of what differs in it.
func (y *yamlReader) mends() []mend {
	ms := y.extra
	for _, l := range y.lines {
		old := string(y.src[l.at.start:l.at.end])
		if l.tail != "" {
			if !l.gone {
				m := change(l.code, l.fix, l.at.start, l.at.start, l.text+l.tail)
				if l.at.start > 0 && y.src[l.at.start-1] != '\n' { // the text has no last line end
					m.edits[0].New = l.tail + l.text
				}
				ms = append(ms, m)
			}
			continue
		}
		if l.gone {
			m := change(l.code, l.fix, l.at.start, l.at.next, "")
			m.server = l.srv
			ms = append(ms, m)
			continue
		}
		if l.text == old {
			continue
		}
		from, to, end := 0, len(old), len(l.text)
		for from < to && from < end && old[from] == l.text[from] {
			from++
		}
		for to > from && end > from && old[to-1] == l.text[end-1] {
			to, end = to-1, end-1
		}
		m := change(l.code, l.fix, l.at.start+from, l.at.start+to, l.text[from:end])
		m.server = l.srv
		ms = append(ms, m)
		for _, c := range l.more {
			// The places are one; it is told what else was wrong.
			ms = append(ms, mend{code: c, fix: l.fix, at: l.at.start})
		}
	}
	return ms
}

func (y *yamlReader) set(i int, w yamlWay) {
	l := &y.lines[i]
	if l.code != "" && l.code != w.code {
		l.more = append(l.more, l.code)
	}
	if l.fix != finding.Confirm {
		l.fix = w.fix
	}
	l.text, l.code = w.text, w.code
}

type yamlWay struct {
	text, code string
	fix        finding.Kind
}

func (y *yamlReader) run() {
	from := 0
	for range 200 {
		if y.left < 0 {
			return
		}
		at, reason := y.stops(from)
		if at >= len(y.lines) {
			return
		}
		if reason == "duplicate_key" {
			if from = 0; !y.double(at) {
				return
			}
			continue
		}
		best, bestAt, bestScore := yamlWay{}, -1, 0
		try := func(i int, w yamlWay) {
			old := y.lines[i].text
			if w.text == old || y.left < 0 || bestScore == wholly {
				return
			}
			y.lines[i].text = w.text
			if score := y.further(i, at, reason); score > bestScore {
				best, bestAt, bestScore = w, i, score
			}
			y.lines[i].text = old
		}
		near := []int{at}
		for i, n := at-1, 0; i >= 0 && n < 2; i-- {
			if t := strings.TrimSpace(y.lines[i].text); t != "" && t[0] != '#' && !y.lines[i].gone {
				near = append(near, i)
				n++
			}
		}
		// Before its indentation is doubted, what is on the line must be; both at
		// once only when neither helps.
		for _, ways := range []func(int) []yamlWay{y.spellings, y.columns, y.both} {
			for _, i := range near {
				for _, w := range ways(i) {
					try(i, w)
				}
			}
			if bestScore > 0 {
				break
			}
		}
		if bestAt < 0 {
			text := y.lines[at].text
			try(at, yamlWay{indentOf(text) + "# " + strings.TrimSpace(text), "JSON_STRAY_TEXT", finding.Confirm})
			if bestAt < 0 {
				return
			}
			y.r.Comments = append(y.r.Comments, strings.TrimSpace(text))
		}
		y.set(bestAt, best)
		from = max(0, min(bestAt, at)-1)
		if ok, _ := y.takes(from); !ok {
			from = 0
		}
	}
}

// wholly is the score of a way with which the reader takes the whole text.
const wholly = 1000

// further says how far the reader comes beyond line at, now that line i is
// another: 0 when it still stops there. Of equals the one counts more that
// stands as the lines below do.
func (y *yamlReader) further(i, at int, reason string) int {
	ok, why := y.takes(at + 1)
	if !ok && (why != "duplicate_key" || reason == why) {
		return 0
	}
	score := 10
	if ok, _ := y.takes(len(y.lines)); ok {
		return wholly
	}
	for _, n := range []int{2, 3, 6} {
		if ok, _ := y.takes(at + n); !ok {
			break
		}
		score += 10
	}
	in, seen := len(indentOf(y.lines[i].text)), 0
	for k := at + 1; k < len(y.lines) && seen < 6; k++ {
		if t := strings.TrimSpace(y.lines[k].text); t != "" && t[0] != '#' && !y.lines[k].gone {
			seen++
			score += btoi(len(indentOf(y.lines[k].text)) == in)
		}
	}
	return score
}

func indentOf(s string) string {
	return s[:len(s)-len(strings.TrimLeft(s, " \t"))]
}

// yamlParts cuts a line into its indentation and dashes, its key with the colon,
// its value and its comment.
func yamlParts(s string) (lead, key, val, comment string) {
	i := len(indentOf(s))
	for strings.HasPrefix(s[i:], "- ") {
		i += 2
		for i < len(s) && s[i] == ' ' {
			i++
		}
	}
	lead, s = s[:i], s[i:]
	// A comment: a # behind a blank, outside of quotes.
	var quote byte
	for k := 0; k < len(s); k++ {
		switch c := s[k]; {
		case quote != 0:
			if c == quote {
				quote = 0
			} else if c == '\\' && quote == '"' {
				k++
			}
		case (c == '"' || c == '\'') && (k == 0 || strings.IndexByte(" [{,:", s[k-1]) >= 0):
			quote = c
		case c == '#' && (k == 0 || s[k-1] == ' ' || s[k-1] == '\t'):
			for k > 0 && (s[k-1] == ' ' || s[k-1] == '\t') {
				k--
			}
			s, comment = s[:k], s[k:]
		}
	}
	e := -1
	if s != "" && (s[0] == '"' || s[0] == '\'') {
		if k, closed := scanQuote([]byte(s), 1, s[0]); closed && strings.HasPrefix(strings.TrimLeft(s[k+1:], " "), ":") {
			e = k + 1 + strings.IndexByte(s[k+1:], ':')
		}
	} else if s != "" && s[0] != '[' && s[0] != '{' {
		if e = strings.Index(s, ": "); e < 0 && strings.HasSuffix(s, ":") {
			e = len(s) - 1
		}
	}
	if e < 0 {
		return lead, "", s, comment
	}
	v := s[e+1:]
	n := len(v) - len(strings.TrimLeft(v, " \t"))
	return lead, s[:e+1] + v[:n], v[n:], comment
}

// columns are the indentations that a line could have been meant to have.
func (y *yamlReader) columns(i int) []yamlWay {
	s := y.lines[i].text
	if y.lines[i].gone {
		return nil
	}
	levels := y.levels(i)
	slices.SortStableFunc(levels, func(a, b int) int {
		return btoi(y.astray(i, a)) - btoi(y.astray(i, b))
	})
	var out []yamlWay
	for _, n := range levels {
		out = append(out, yamlWay{strings.Repeat(" ", n) + strings.TrimLeft(s, " \t"), "YAML_BAD_INDENT", finding.Confirm})
	}
	return out
}

// both are spellings of a line in another column.
func (y *yamlReader) both(i int) []yamlWay {
	var out []yamlWay
	old := y.lines[i].text
	for _, w := range y.spellings(i) {
		y.lines[i].text = w.text
		for _, c := range y.columns(i) {
			out = append(out, yamlWay{c.text, w.code, finding.Confirm})
		}
		y.lines[i].text = old
	}
	return out
}

// spellings are what could have been meant by what is on a line.
func (y *yamlReader) spellings(i int) []yamlWay {
	s := y.lines[i].text
	if len(s) > 20_000 || y.lines[i].gone {
		return nil
	}
	var out []yamlWay
	add := func(code string, fix finding.Kind, text string) {
		if text != s {
			out = append(out, yamlWay{text, code, fix})
		}
	}
	lead, key, val, comment := yamlParts(s)
	t := strings.TrimSpace(s)
	if strings.HasPrefix(t, "//") {
		add("JSON_COMMENT_IN_STRICT", finding.Safe, indentOf(s)+"#"+strings.TrimPrefix(t, "//"))
	}
	if k := strings.Index(s, " // "); k > 0 {
		add("JSON_COMMENT_IN_STRICT", finding.Safe, s[:k]+" # "+s[k+4:])
	}
	// Blanks and quotes of other worlds.
	var clean strings.Builder
	for _, r := range s {
		if unseen(r) {
			clean.WriteString(spaced(r))
		} else {
			clean.WriteRune(r)
		}
	}
	add("JSON_INVISIBLE_CHARS", finding.Safe, clean.String())
	add("JSON_SMART_QUOTES", finding.Safe, straight(s))
	if strings.Contains(s, "：") {
		add("JSON_WRONG_SEPARATOR", finding.Safe, strings.ReplaceAll(s, "：", ": "))
	}
	if k := strings.IndexByte(s, '\t'); k >= 0 {
		add("YAML_TAB_INDENT", finding.Safe, strings.ReplaceAll(s, "\t", " "))
	}
	flow := strings.HasPrefix(val, "[") || strings.HasPrefix(val, "{")
	switch {
	case val == "":
	case val[0] == '"' || val[0] == '\'':
		q := val[0]
		e, closed := scanQuote([]byte(val), 1, q)
		if q == '\'' {
			if e = strings.IndexByte(val[1:], q) + 1; e == 0 {
				e, closed = len(val), false
			} else {
				closed = true
			}
		}
		if !closed {
			add("JSON_UNCLOSED_STRING", finding.Confirm, lead+key+strings.TrimRight(val, " \t,")+string(q)+comment)
		} else if rest := strings.TrimSpace(val[e+1:]); rest == "," || rest == ";" {
			add("JSON_TRAILING_COMMA", finding.Safe, lead+key+val[:e+1]+comment)
		} else if rest != "" && strings.HasSuffix(val, string(q)) && len(val) > 2 {
			inner := val[1 : len(val)-1]
			add("JSON_UNESCAPED_QUOTE", finding.Confirm, lead+key+quoteText(inner)+comment)
		} else if rest != "" {
			add("YAML_UNQUOTED_COLON", finding.Confirm, lead+key+quoteText(val)+comment)
		}
		if q == '"' && strings.Contains(val, `\`) {
			end := len(val)
			for k := 1; k < len(val); k++ { // where a path's last backslash is no escape
				if val[k] == '\\' && k+1 < len(val) && val[k+1] == '\\' {
					k++
				} else if val[k] == '\\' && k+2 == len(val) && val[k+1] == '"' {
					end = k + 2
				}
			}
			l := &lexer{src: []byte(val), format: configfile.YAML}
			l.content(1, min(end, len(val))-1, backslashes([]byte(val[1:])))
			fix := finding.Safe
			for _, m := range l.mends {
				if m.fix == finding.Confirm {
					fix = m.fix
				}
			}
			_, text := findings([]byte(val), l.mends)
			add("JSON_BAD_ESCAPE", fix, lead+key+string(text)+comment)
		}
	case flow:
		open, shut := strings.Count(val, "[")+strings.Count(val, "{"), strings.Count(val, "]")+strings.Count(val, "}")
		if open > shut {
			add("JSON_TRUNCATED", finding.Confirm, lead+key+strings.TrimRight(val, " \t,")+closers(val)+comment)
		} else if shut > open {
			add("JSON_EXTRA_CLOSER", finding.Confirm, lead+key+val[:len(val)-1]+comment)
		}
		// Read as JSON with its words in quotes.
		code, text := "", []byte(val)
		fix := finding.Safe
		for range 3 {
			var r Reading
			ms, _, lost := structure(text, configfile.JSONC, &r)
			if lost || len(ms) == 0 {
				break
			}
			for _, m := range ms {
				if code == "" || code == "JSON_UNQUOTED_VALUE" || code == "JSON_UNQUOTED_KEYS" {
					code = m.code
				}
				if m.fix == finding.Confirm && m.code != "JSON_UNQUOTED_VALUE" {
					fix = m.fix
				}
			}
			_, text = findings(text, ms)
		}
		if code == "JSON_UNQUOTED_VALUE" || code == "JSON_UNQUOTED_KEYS" {
			code = "YAML_UNQUOTED_COLON"
		}
		if code != "" {
			add(code, fix, lead+key+string(text)+comment)
		}
	default:
		if strings.HasSuffix(val, `"`) && strings.Count(val, `"`) == 1 {
			add("JSON_UNCLOSED_STRING", finding.Confirm, lead+key+`"`+val+comment)
		}
		if key != "" || lead != indentOf(s) {
			add("YAML_UNQUOTED_COLON", finding.Safe, lead+key+quoteText(strings.TrimRight(val, " \t"))+comment)
		}
		if key == "" {
			// A key that lost its colon, or the blank behind it.
			if k := strings.IndexByte(val, ':'); k > 0 && plainKey(val[:k]) {
				add("JSON_WRONG_SEPARATOR", finding.Safe, lead+val[:k]+": "+val[k+1:]+comment)
			}
			if k := strings.IndexByte(val, '='); k > 0 && plainKey(strings.TrimSpace(val[:k])) {
				add("JSON_WRONG_SEPARATOR", finding.Confirm, lead+strings.TrimSpace(val[:k])+": "+strings.TrimSpace(val[k+1:])+comment)
			}
			if k := strings.IndexByte(val, ' '); k > 0 && plainKey(val[:k]) && lead == indentOf(s) {
				add("JSON_MISSING_COLON", finding.Confirm, lead+val[:k]+":"+val[k:]+comment)
			} else if k < 0 && plainKey(val) && lead == indentOf(s) {
				add("JSON_MISSING_COLON", finding.Confirm, lead+val+":"+comment)
			}
			if strings.HasPrefix(val, "-") && len(val) > 1 && lead == indentOf(s) {
				add("YAML_BAD_INDENT", finding.Confirm, lead+"- "+val[1:]+comment)
			}
		} else if t := strings.TrimRight(val, " \t"); strings.HasSuffix(t, ",") {
			add("JSON_TRAILING_COMMA", finding.Confirm, lead+key+strings.TrimSuffix(t, ",")+comment)
		}
	}
	if len(key) > 2 && key[0] == '-' && plainKey(strings.TrimRight(key[1:], " \t:")) && lead == indentOf(s) {
		add("YAML_BAD_INDENT", finding.Confirm, lead+"- "+key[1:]+val+comment)
	}
	// A key whose text the reader does not take.
	if key != "" && key[0] != '"' && key[0] != '\'' {
		name := strings.TrimRight(key, " \t:")
		add("YAML_UNQUOTED_COLON", finding.Safe, lead+quoteText(name)+key[len(name):]+val+comment)
	}
	if key != "" && (key[0] == '"') != strings.HasSuffix(strings.TrimRight(key, " \t:"), `"`) {
		name := strings.TrimRight(key, " \t:")
		add("JSON_UNCLOSED_STRING", finding.Confirm, lead+quoteText(strings.Trim(name, `"`))+key[len(name):]+val+comment)
	}
	return out
}

func plainKey(s string) bool {
	return tomlBare().MatchString(s) && (s[0] >= 'A' && s[0] <= 'Z' || s[0] >= 'a' && s[0] <= 'z' || s[0] == '_')
}

// closers gives the brackets that a line leaves open.
func closers(s string) string {
	var stack []byte
	var quote byte
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == '\\' && quote == '"' {
				i++
			} else if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '[':
			stack = append(stack, ']')
		case c == '{':
			stack = append(stack, '}')
		case (c == ']' || c == '}') && len(stack) > 0:
			stack = stack[:len(stack)-1]
		}
	}
	slices.Reverse(stack)
	if quote != 0 {
		return string(quote) + string(stack)
	}
	return string(stack)
}

// straight puts plain quotes for the curly ones that stand where quotes do.
func straight(s string) string {
	var b strings.Builder
	prev := ' '
	for i, r := range s {
		as := opener(r)
		next, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
		if as != 0 && (strings.ContainsRune(" [{,:-\t", prev) || strings.ContainsRune(" ]},:#", next) || i+utf8.RuneLen(r) >= len(s)) {
			b.WriteByte('"')
		} else {
			b.WriteRune(r)
		}
		prev = r
	}
	return b.String()
}

// levels are the indentations that a line could have, the nearest first.
func (y *yamlReader) levels(i int) []int {
	own := len(indentOf(y.lines[i].text))
	var out []int
	add := func(n int) {
		if n >= 0 && n != own && !slices.Contains(out, n) && len(out) < 12 {
			out = append(out, n)
		}
	}
	for k, n := i-1, 0; k >= 0 && n < 12; k-- {
		l := y.lines[k].text
		if t := strings.TrimSpace(l); t == "" || t[0] == '#' || y.lines[k].gone {
			continue
		}
		in := len(indentOf(l))
		lead, _, _, _ := yamlParts(l)
		add(in)
		add(len(lead))
		if n == 0 {
			add(in + 2)
		}
		n++
	}
	for k, n := i+1, 0; k < len(y.lines) && n < 2; k++ {
		if t := strings.TrimSpace(y.lines[k].text); t != "" && t[0] != '#' {
			add(len(indentOf(y.lines[k].text)))
			n++
		}
	}
	slices.SortFunc(out, func(a, b int) int { return cmp.Or(abs(a-own)-abs(b-own), b-a) })
	return out
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}
