package tolerant

import (
	"strings"
)

// A large file is mended entry by entry: to read all of it for each way to put
// one line right would take the square of its size.

// largeYAML is where that begins, in bytes.
const largeYAML = 16 << 10

// pieces mends the entries one by one, each below the lines it belongs to. What
// is wrong between two of them is left to a reading of the whole.
func (y *yamlReader) pieces() {
	starts := y.entries()
	if len(starts) < 4 {
		return
	}
	var lines []yamlLine
	lines = append(lines, y.lines[:starts[0].line]...)
	for i, s := range starts {
		end := len(y.lines)
		if i+1 < len(starts) {
			end = starts[i+1].line
		}
		own := y.lines[s.line:end]
		p := &yamlReader{src: y.src, r: y.r, left: y.left}
		if s.above >= 0 {
			p.lines = append(p.lines, y.lines[s.above])
		}
		head := len(p.lines)
		p.lines = append(p.lines, own...)
		if ok, _ := p.takes(len(p.lines)); !ok && p.left > 0 {
			p.run()
			if head == 0 || p.lines[0].text == y.lines[s.above].text && !p.lines[0].gone {
				own = p.lines[head:]
			}
		}
		y.left = p.left
		lines = append(lines, own...)
	}
	y.lines = lines
}

// entryStart is a line at which an entry begins, and the key of the file that
// it is below, -1 for none.
type entryStart struct{ line, above int }

// entries gives where the entries of a text begin: its own keys, and what is
// below a key that has no value beside it.
func (y *yamlReader) entries() []entryStart {
	var out []entryStart
	top, in := -1, 0 // the key above, and how far its entries are indented; 0 when not known
	for i, l := range y.lines {
		t := strings.TrimSpace(l.text)
		if t == "" || t[0] == '#' || l.gone {
			continue
		}
		n := len(indentOf(l.text))
		switch {
		case n == 0 && (strings.HasPrefix(t, "- ") || t[0] == '}' || t[0] == ']'):
			continue // of the list above
		case n == 0:
			out = append(out, entryStart{i, -1})
			if top, in = -1, 0; strings.HasSuffix(t, ":") {
				top = i
			}
		case top >= 0 && in == 0:
			in = n
		case top >= 0 && n == in:
			out = append(out, entryStart{i, top})
		}
	}
	return out
}
