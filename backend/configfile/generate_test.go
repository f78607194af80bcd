package configfile

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// gen writes random settings files, most of them ugly.
type gen struct {
	*rand.Rand
	b        strings.Builder
	eol      string
	comments bool
	trailing bool
	style    int // 0 pretty, 1 compact, 2 anything
	unit     string
}

func newGen(seed uint64) *gen {
	r := rand.New(rand.NewPCG(seed, 7))
	g := &gen{Rand: r, eol: "\n", style: r.IntN(3), unit: pick(r, "  ", "    ", "\t", " ")}
	if r.IntN(3) == 0 {
		g.eol = "\r\n"
	}
	return g
}

func pick[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

func (g *gen) one(n int) bool { return g.IntN(n) == 0 }

// blank writes what may stand between two tokens.
func (g *gen) blank(depth int, line bool) {
	switch g.style {
	case 0:
		if line {
			g.b.WriteString(g.eol + strings.Repeat(g.unit, depth))
		}
	case 2:
		for range g.IntN(3) {
			g.b.WriteString(pick(g.Rand, " ", "\t", g.eol, g.eol+g.unit, "  ", "\n", "\r\n"))
		}
	}
	if g.comments && g.one(6) {
		g.comment(depth)
	}
}

func (g *gen) comment(depth int) {
	text := pick(g.Rand, "", " x", `"old": {"command": "y"},`, " }{][,:", "é ☃", " trailing  ", "*", "/")
	if g.one(2) {
		g.b.WriteString("/*" + strings.ReplaceAll(text, "/", "") + pick(g.Rand, "", g.eol, " ") + "*/")
	} else {
		g.b.WriteString("//" + text + g.eol + strings.Repeat(g.unit, depth))
	}
}

var genKeys = []string{`"a"`, `"mcpServers"`, `"command"`, `"notes"`, `"env"`, `"é"`, `"a\/b"`, `"\u0061"`, `""`, `"a.b"`, `"x y"`, `"😀"`, `"\ud83d\ude00"`, `"disabled"`}

func (g *gen) key() string {
	if g.one(3) {
		return fmt.Sprintf(`"k%d"`, g.IntN(40))
	}
	return pick(g.Rand, genKeys...)
}

func (g *gen) value(depth int) {
	n := g.IntN(10)
	if depth > 4 && n < 4 {
		n += 4
	}
	switch n {
	case 0, 1, 2:
		g.object(depth, "")
	case 3:
		g.list(depth, '[', ']', g.IntN(4), func() { g.value(depth + 1) })
	case 4:
		g.b.WriteString(pick(g.Rand, "true", "false", "null"))
	case 5:
		g.b.WriteString(pick(g.Rand, "0", "-0", "12345678901234567890", "1.0", "1e400", "-1.5E-7", "3"))
	default:
		g.b.WriteString(pick(g.Rand, `""`, `"x"`, `"\u00e9\/\n\\"`, `"// no comment"`, `"a,b}]"`, `"é☃😀"`, `"a long text that is longer than eight bytes \" and on"`, `"\ud800"`))
	}
}

func (g *gen) list(depth int, open, close byte, n int, item func()) {
	g.b.WriteByte(open)
	for i := range n {
		g.blank(depth+1, true)
		item()
		if i < n-1 || g.trailing && g.one(2) {
			g.blank(depth+1, false)
			g.b.WriteByte(',')
		}
	}
	g.blank(depth, n > 0 || g.one(4))
	g.b.WriteByte(close)
}

// object writes an object; with a name it may hold a container of that name.
func (g *gen) object(depth int, name string) {
	n := pick(g.Rand, 0, 1, 1, 2, 3, 5)
	at := -1
	if name != "" && g.one(2) {
		at = g.IntN(n + 1)
		n++
	}
	i := 0
	g.list(depth, '{', '}', n, func() {
		key := g.key()
		if i == at {
			key = `"` + name + `"`
		}
		g.b.WriteString(key)
		g.blank(depth, false)
		g.b.WriteByte(':')
		if g.style != 1 {
			g.b.WriteByte(' ')
		}
		if i == at && !g.one(12) {
			g.object(depth+1, "")
		} else {
			g.value(depth + 1)
		}
		i++
	})
}

func (g *gen) jsonFile(f Format) string {
	g.comments = f.comments() && !g.one(4)
	g.trailing = f.trailingCommas() && g.one(2)
	if g.one(8) {
		g.b.WriteString("\ufeff")
	}
	if g.one(40) {
		return g.b.String() + pick(g.Rand, "", " ", g.eol, g.eol+g.eol)
	}
	g.blank(0, g.one(6))
	g.object(0, "mcpServers")
	g.blank(0, g.one(2))
	if g.comments && g.one(8) {
		g.b.WriteString("// end")
	}
	return g.b.String()
}

// tomlFile writes a settings file of Codex's kind. Some clash; the judge says.
func (g *gen) tomlFile() string {
	if g.one(8) {
		g.b.WriteString("\ufeff")
	}
	if g.one(40) {
		return g.b.String() + pick(g.Rand, "", " ", g.eol, "\t"+g.eol)
	}
	g.tomlNoise()
	shape := g.IntN(6)
	for i := range g.IntN(4) {
		g.tomlPair(fmt.Sprintf("r%d", i), "")
	}
	switch shape {
	case 0:
		g.b.WriteString("mcp_servers" + g.eq())
		g.tomlInline(g.IntN(3), func(i int) string { return fmt.Sprintf("s%d", i) })
		g.tomlEnd()
	case 1:
		for i := range 1 + g.IntN(3) {
			g.tomlPair(fmt.Sprintf("mcp_servers.s%d.command", i), "")
			if g.one(2) {
				g.tomlPair(fmt.Sprintf("mcp_servers . s%d . args", i), "")
			}
		}
	case 2, 3, 4:
		indent := pick(g.Rand, "", "", "", "  ", "\t")
		for i := range g.IntN(4) {
			g.tomlNoise()
			if g.one(6) && i == 0 {
				g.tomlHeader(indent, "mcp_servers")
				if g.one(2) {
					g.tomlPair("inl", indent)
				}
				continue
			}
			name := pick(g.Rand, fmt.Sprintf("s%d", i), fmt.Sprintf(`"s %d"`, i), fmt.Sprintf("'s.%d'", i))
			g.tomlHeader(indent, pick(g.Rand, "mcp_servers.", "mcp_servers . ")+name)
			for j := range g.IntN(3) {
				if g.one(5) {
					g.tomlNoise()
				}
				g.tomlPair(fmt.Sprintf("k%d", j), indent)
			}
			if g.one(3) {
				g.tomlHeader(indent, "mcp_servers."+name+".env")
				g.tomlPair("A", indent)
			}
			if g.one(6) {
				g.tomlHeader("", fmt.Sprintf("other%d", i))
				g.tomlPair("z", "")
			}
		}
	}
	for i := range g.IntN(3) {
		g.tomlNoise()
		g.tomlHeader("", fmt.Sprintf("t%d", i))
		g.tomlPair("a", "")
	}
	if g.one(4) {
		g.tomlHeader("", "[arr]")
		g.tomlHeader("", "[arr]")
		g.tomlPair("a.b", "")
	}
	g.tomlNoise()
	s := g.b.String()
	if g.one(3) {
		s = strings.TrimSuffix(s, g.eol)
	}
	return s
}

func (g *gen) eq() string { return pick(g.Rand, " = ", "=", " =", "  =  ") }

func (g *gen) tomlNoise() {
	for range g.IntN(3) {
		g.b.WriteString(pick(g.Rand, g.eol, "# comment"+g.eol, "  # [mcp_servers.old]"+g.eol, " \t"+g.eol, "#"+g.eol))
	}
}

func (g *gen) tomlEnd() {
	g.b.WriteString(pick(g.Rand, "", "", "", " ", " # same line", "#x") + g.eol)
}

func (g *gen) tomlHeader(indent, name string) {
	g.b.WriteString(indent + "[" + name + "]")
	g.tomlEnd()
}

func (g *gen) tomlPair(key, indent string) {
	g.b.WriteString(indent + key + g.eq())
	g.tomlVal(0)
	g.tomlEnd()
}

func (g *gen) tomlVal(depth int) {
	n := g.IntN(8)
	if depth > 2 {
		n = 2
	}
	switch n {
	case 0:
		g.tomlInline(g.IntN(3), func(i int) string { return fmt.Sprintf("i%d", i) })
	case 1:
		g.b.WriteString(pick(g.Rand, "[]", `["a", "b"]`, `[1, [2]]`, "[ # c"+g.eol+" 'x',"+g.eol+"]", "[{a = 1}]"))
	default:
		g.b.WriteString(pick(g.Rand, `"x # no"`, `'C:\x'`, "1", "0xff", "1_000", "+1.5", "inf", "true", "1979-05-27T07:32:00Z", "07:32:00", `"""`+g.eol+`[mcp_servers.no]`+g.eol+`"""`, `'''a'''`, `"\u00e9\""`, "3.0e7"))
	}
}

func (g *gen) tomlInline(n int, key func(int) string) {
	g.b.WriteString("{" + pick(g.Rand, "", " "))
	for i := range n {
		if i > 0 {
			g.b.WriteString(pick(g.Rand, ",", ", ", " , "))
		}
		g.b.WriteString(key(i) + g.eq())
		g.tomlVal(2)
	}
	g.b.WriteString(pick(g.Rand, "", " ") + "}")
}
