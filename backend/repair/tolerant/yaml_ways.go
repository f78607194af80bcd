package tolerant

import (
	"cmp"
	"slices"
	"strings"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

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
		if y.rest(i, n) {
			continue
		}
		out = append(out, yamlWay{strings.Repeat(" ", n) + strings.TrimLeft(s, " \t"), "YAML_BAD_INDENT", finding.Confirm})
	}
	return out
}

// rest tells that a line in column in would be read as the rest of the text
// above it, which then says something else, although one of the two is a word
// and no sentence.
func (y *yamlReader) rest(i, in int) bool {
	for j := i - 1; j >= 0; j-- {
		t := strings.TrimSpace(y.lines[j].text)
		if t == "" || t[0] == '#' || y.lines[j].gone {
			continue
		}
		lead, key, above, comment := yamlParts(y.lines[j].text)
		_, own, _, _ := yamlParts(y.lines[i].text)
		col := len(indentOf(y.lines[j].text))
		if key != "" {
			col = len(lead)
		}
		if above == "" || own != "" || comment != "" || in <= col || strings.IndexByte("|>[{\"'&*", above[0]) >= 0 {
			return false
		}
		return !strings.Contains(above, " ") || !strings.Contains(strings.TrimSpace(y.lines[i].text), " ")
	}
	return false
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
			add("JSON_UNESCAPED_QUOTE", finding.Confirm, lead+key+configfile.Quoted(inner)+comment)
		} else if rest != "" {
			add("YAML_UNQUOTED_COLON", finding.Confirm, lead+key+configfile.Quoted(val)+comment)
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
		if key != "" && strings.HasPrefix(val, "- ") { // args: - a
			var list []string
			for _, e := range strings.Split(val[2:], " - ") {
				if e = strings.TrimSpace(e); !strings.HasPrefix(e, `"`) && !strings.HasPrefix(e, "'") {
					e = configfile.Quoted(e)
				}
				list = append(list, e)
			}
			add("YAML_BAD_INDENT", finding.Confirm, lead+key+"["+strings.Join(list, ", ")+"]"+comment)
		} else if key != "" || lead != indentOf(s) {
			add("YAML_UNQUOTED_COLON", finding.Safe, lead+key+configfile.Quoted(strings.TrimRight(val, " \t"))+comment)
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
		add("YAML_UNQUOTED_COLON", finding.Safe, lead+configfile.Quoted(name)+key[len(name):]+val+comment)
	}
	if key != "" && (key[0] == '"') != strings.HasSuffix(strings.TrimRight(key, " \t:"), `"`) {
		name := strings.TrimRight(key, " \t:")
		add("JSON_UNCLOSED_STRING", finding.Confirm, lead+configfile.Quoted(strings.Trim(name, `"`))+key[len(name):]+val+comment)
	}
	return out
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
	for k, n := i-1, 0; k >= max(0, i-nearby) && n < 12; k-- {
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
	for k, n := i+1, 0; k < min(len(y.lines), i+nearby) && n < 2; k++ {
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
