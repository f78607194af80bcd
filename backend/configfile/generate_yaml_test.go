package configfile

import (
	"fmt"
	"strings"
)

// yamlFile writes a settings file in YAML, most of them ugly. Some are refused
// by the judge. list makes the servers a list of named entries.
func (g *gen) yamlFile(list bool) string {
	if g.one(8) {
		g.b.WriteString("\ufeff")
	}
	if g.one(40) {
		return g.b.String() + pick(g.Rand, "", " ", g.eol, g.eol+"# nothing"+g.eol, "---"+g.eol)
	}
	y := yamlGen{gen: g, step: 1 + g.IntN(4), indentless: g.one(2)}
	y.noise(0)
	if g.one(6) {
		g.b.WriteString(pick(g.Rand, "", "%YAML 1.2"+g.eol) + "---" + pick(g.Rand, "", " # doc", " ") + g.eol)
	}
	if g.one(12) { // JSON in a file of YAML
		s := g.b.String()
		g.b.Reset()
		g.comments, g.trailing, g.style = false, false, g.IntN(2)
		g.object(0, "mcpServers")
		return s + strings.NewReplacer("\t", " ", `\/`, `/`, `\ud800`, "x", `\ud83d\ude00`, "x").Replace(g.b.String()) + g.eol
	}
	n := 1 + g.IntN(4)
	at := g.IntN(n + 1)
	for i := range n {
		if i == at && !g.one(6) {
			y.servers(list)
		}
		y.member(fmt.Sprintf("k%d", i), 0, 0)
	}
	if at == n && !g.one(6) {
		y.servers(list)
	}
	if g.one(10) {
		g.b.WriteString("..." + g.eol)
	}
	y.noise(0)
	s := g.b.String()
	if g.one(3) {
		s = strings.TrimSuffix(s, g.eol)
	}
	if g.one(20) { // a tab where some parsers take it and some do not
		s = strings.Replace(s, " ", "\t", 1+g.IntN(3))
	}
	return s
}

type yamlGen struct {
	*gen
	step       int
	indentless bool
	anchors    []string
}

func (y *yamlGen) pad(indent int) { y.b.WriteString(strings.Repeat(" ", indent)) }

// end ends a line, perhaps with a comment.
func (y *yamlGen) end() {
	eol := y.eol
	if y.style == 2 && y.one(8) {
		eol = pick(y.Rand, "\n", "\r\n")
	}
	y.b.WriteString(pick(y.Rand, "", "", "", "", " ", "", " # same line", "  # a: b") + eol)
}

// noise writes blank lines and comments.
func (y *yamlGen) noise(indent int) {
	for range max(0, y.IntN(5)-2) {
		switch y.IntN(4) {
		case 0:
			y.b.WriteString(pick(y.Rand, "", "  ", "") + y.eol)
		case 1:
			y.pad(max(0, indent+pick(y.Rand, 0, 0, 2, -2)))
			y.b.WriteString("# old: {a: 1}" + y.eol)
		default:
			y.pad(indent)
			y.b.WriteString(pick(y.Rand, "#", "# é ☃", "# - x", "## a: \"b") + y.eol)
		}
	}
}

func (y *yamlGen) servers(list bool) {
	y.noise(0)
	key := pick(y.Rand, "mcpServers:", "mcpServers:", "mcpServers :", `"mcpServers":`, "'mcpServers':")
	if y.one(10) {
		key += " " + y.anchor()
	}
	y.b.WriteString(key)
	n := y.IntN(5)
	if n == 0 {
		y.b.WriteString(pick(y.Rand, "", " {}", " []", " ~", " { }", " [ ]", " null"))
		y.end()
		return
	}
	if y.one(8) {
		y.b.WriteString(" ")
		y.flowServers(list, n)
		y.end()
		return
	}
	y.end()
	indent := y.step
	if list && y.indentless {
		indent = 0
	}
	for i := range n {
		y.noise(indent)
		y.pad(indent)
		if !list {
			y.member(pick(y.Rand, fmt.Sprintf("s%d", i), fmt.Sprintf("'s %d'", i), fmt.Sprintf("%q", fmt.Sprintf("s.%d", i)), fmt.Sprint(i), fmt.Sprintf("é%d", i)), indent, 1)
			continue
		}
		if len(y.anchors) > 0 && y.one(10) {
			y.b.WriteString("- *" + pick(y.Rand, y.anchors...))
			y.end()
			continue
		}
		gap := pick(y.Rand, 1, 1, 1, 3)
		y.b.WriteString("-" + strings.Repeat(" ", gap))
		for j := range 1 + y.IntN(3) {
			if j > 0 {
				y.noise(indent + 1 + gap)
				y.pad(indent + 1 + gap)
			}
			if j == 0 {
				y.b.WriteString("name: " + pick(y.Rand, fmt.Sprintf("s%d", i), fmt.Sprintf("%q", fmt.Sprintf("s %d", i))))
				y.end()
			} else {
				y.member(fmt.Sprintf("m%d", j), indent+1+gap, 2)
			}
		}
	}
}

func (y *yamlGen) flowServers(list bool, n int) {
	open, close := "{", "}"
	if list {
		open, close = "[", "]"
	}
	y.b.WriteString(open)
	lines := y.one(2)
	for i := range n {
		if i > 0 {
			y.b.WriteString(pick(y.Rand, ",", ", ", " , "))
		}
		if lines {
			y.b.WriteString(pick(y.Rand, y.eol+"  ", " # c"+y.eol+"   ", ""))
		}
		if list {
			y.b.WriteString(fmt.Sprintf("{name: s%d", i) + pick(y.Rand, "", ", a: [1, 2]", ", c: 'x'") + "}")
		} else {
			y.b.WriteString(fmt.Sprintf("s%d: ", i) + pick(y.Rand, "{a: 1}", "{ }", "[x, \"y\"]", "http://x/y", "1.10", "{\"a\": \"b\"}"))
		}
	}
	if lines {
		y.b.WriteString(pick(y.Rand, "", ",") + y.eol + " ")
	}
	y.b.WriteString(close)
}

func (y *yamlGen) anchor() string {
	a := fmt.Sprintf("a%d", len(y.anchors))
	y.anchors = append(y.anchors, a)
	return "&" + a
}

// member writes a key and its value, to the end of the line.
func (y *yamlGen) member(key string, indent, depth int) {
	if depth == 0 {
		y.noise(indent)
	}
	y.b.WriteString(key + pick(y.Rand, ":", ":", ":", " :"))
	n := y.IntN(14)
	if depth > 3 && n < 5 {
		n += 6
	}
	if y.one(12) && n < 13 {
		y.b.WriteString(" " + y.anchor())
	}
	deeper := indent + y.step
	switch n {
	case 0, 1, 2:
		y.end()
		if len(y.anchors) > 1 && y.one(4) {
			y.pad(deeper)
			y.b.WriteString("<<: *" + y.anchors[0])
			y.end()
		}
		for i := range 1 + y.IntN(3) {
			y.noise(deeper)
			y.pad(deeper)
			y.member(fmt.Sprintf("m%d", i), deeper, depth+1)
		}
	case 3, 4:
		if y.indentless {
			deeper = indent
		}
		y.end()
		for range 1 + y.IntN(3) {
			y.noise(deeper)
			y.pad(deeper)
			y.b.WriteString("-" + pick(y.Rand, " ", " ", "   "))
			switch y.IntN(4) {
			case 0:
				y.b.WriteString("[a, {b: c}]")
			case 1:
			default:
				y.b.WriteString(y.scalar())
			}
			y.end()
		}
	case 5:
		y.b.WriteString(" " + pick(y.Rand, "{}", "[]", "{a: b, 'c': [1, 2]}", "[a, b: c, \"d\" , ]", "{a, b: }", "{ # c"+y.eol+strings.Repeat(" ", deeper)+"a: 1 }"))
		y.end()
	case 6: // a text of its own lines
		y.b.WriteString(" " + pick(y.Rand, "|", ">", "|-", ">+", "|+", "|2", ">-") + pick(y.Rand, "", " # c") + y.eol)
		for i := range 1 + y.IntN(3) {
			y.pad(indent + 2)
			if i > 0 && y.one(4) {
				y.b.WriteString("  ")
			}
			y.b.WriteString(pick(y.Rand, "text: # no comment", "- é", "\"", "{", "mcpServers:", "end  ", "tab\t") + y.eol)
			if y.one(3) {
				y.b.WriteString(pick(y.Rand, "", strings.Repeat(" ", indent+8)) + y.eol)
			}
		}
	case 7: // a text over lines
		y.b.WriteString(" " + pick(y.Rand, "one"+y.eol+strings.Repeat(" ", indent+1)+"two", "\"a \\"+y.eol+strings.Repeat(" ", indent+3)+"# b\\\"\"", "'it''s"+y.eol+y.eol+strings.Repeat(" ", indent+1)+"x: y'"))
		y.end()
	case 8: // on the next line
		y.end()
		y.pad(indent + 2)
		y.b.WriteString(y.scalar())
		y.end()
	case 13:
		if len(y.anchors) > 0 {
			y.b.WriteString(" *" + pick(y.Rand, y.anchors...))
		}
		y.end()
	default:
		y.b.WriteString(pick(y.Rand, " ", " ", "\t", "   ") + y.scalar())
		y.end()
	}
}

func (y *yamlGen) scalar() string {
	return pick(y.Rand, "x", "no", "1.10", "0x1f", "12345678901234567890", "1e400", "-1.5E-7", "~", "null", "true", "2001-12-14", `"a # \" b"`, "'it''s'", "é ☃ 😀", "a#b", "http://x/y?z=1", `C:\x`, "!!str 12", "!x y", `"\u00e9\x41"`, "a: b"[:1], "-y", "[]", "'#'", "07", "1_000", "yes")
}

// listFile writes a TOML file whose servers are a list.
func (g *gen) tomlListFile() string {
	if g.one(8) {
		g.b.WriteString("\ufeff")
	}
	g.tomlNoise()
	for i := range g.IntN(3) {
		g.tomlPair(fmt.Sprintf("r%d", i), "")
	}
	shape := g.IntN(6)
	if shape == 0 {
		g.b.WriteString("mcp_servers" + g.eq() + "[")
		n, lines := g.IntN(4), g.one(2)
		for i := range n {
			if i > 0 {
				g.b.WriteString(pick(g.Rand, ",", ", ", " ,"))
			}
			if lines {
				g.b.WriteString(pick(g.Rand, g.eol+"  ", " # c"+g.eol, "\t"))
			}
			g.b.WriteString(fmt.Sprintf("{ name = 's%d'", i) + pick(g.Rand, "", ", a = [\"]\", 1]", ", b = { c = \"\"\"x\"\"\" }", ", d.e = 1979-05-27 07:32:00Z") + "}")
		}
		if lines {
			g.b.WriteString(pick(g.Rand, "", ", # last") + g.eol)
		}
		g.b.WriteString("]")
		g.tomlEnd()
	}
	if shape == 1 {
		g.tomlHeader("", "t0")
		g.tomlPair("a", "")
	}
	indent := pick(g.Rand, "", "", "", "  ", "\t")
	for i := range g.IntN(4) {
		if shape == 0 {
			break
		}
		g.tomlNoise()
		g.tomlHeader(indent, pick(g.Rand, "[mcp_servers]", "[ mcp_servers ]", "['mcp_servers']"))
		if g.one(8) {
			continue
		}
		g.b.WriteString(indent + "name" + g.eq() + fmt.Sprintf("\"s%d\"", i))
		g.tomlEnd()
		for j := range g.IntN(3) {
			if g.one(5) {
				g.tomlNoise()
			}
			g.tomlPair(fmt.Sprintf("k%d", j), indent)
		}
		if g.one(3) {
			g.tomlHeader(indent, "mcp_servers.env")
			g.tomlPair("A", indent)
		}
		if g.one(6) {
			g.tomlHeader(indent, "[mcp_servers.more]")
			g.tomlPair("name", indent)
		}
		if g.one(6) {
			g.tomlHeader("", fmt.Sprintf("other%d", i))
			g.tomlPair("z", "")
		}
	}
	g.tomlNoise()
	if g.one(3) {
		return strings.TrimSuffix(g.b.String(), g.eol)
	}
	return g.b.String()
}

// jsonListFile turns the servers of a generated file into a list.
func (g *gen) jsonListFile(f Format) string {
	s := g.jsonFile(f)
	list := pick(g.Rand, "[]", "[ ]", "["+g.eol+"]", `[{"name":"s1","a":1}]`, `[{"name": "s1"}, {"name":"\u0073"}]`,
		"["+g.eol+"  {"+g.eol+"    \"name\": \"s1\""+g.eol+"  }"+g.eol+"]", `[1, null, "s", {"name": 1}, {"name": "s3", "name": "s4"}]`)
	if i := strings.Index(s, "{"); i >= 0 && strings.Trim(s[:i], "\ufeff \r\n\t") == "" {
		rest := s[i+1:]
		if d, err := Parse([]byte(s), f); err == nil && len(d.Keys()) > 0 {
			list += ","
		}
		s = s[:i+1] + pick(g.Rand, "", g.eol+g.unit) + `"servers":` + list + rest
	}
	return s
}
