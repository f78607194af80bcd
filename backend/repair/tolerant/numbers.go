package tolerant

import (
	"bytes"
	"strconv"
)

// numbers takes the numbers of lines away. What stands between a number and its
// text with nothing but blanks is partly the text's own indentation: only what
// every line has goes.
func numbers(src []byte, _ *Reading) []mend {
	last := -1
	gaps := newGaps()
	ms := eachLine(src, "TEXT_LINE_NUMBERS", func(i int, line []byte) (int, bool) {
		k := numbered().FindSubmatchIndex(line)
		if k == nil {
			if t := bytes.TrimSpace(line); len(t) < 7 && last >= 0 { // the number alone
				if n, err := strconv.Atoi(string(t)); err == nil && n == last+1 {
					last = n
					return len(line), true
				}
			}
			return 0, false
		}
		n, _ := strconv.Atoi(string(line[k[2]:k[3]]))
		if last >= 0 && (n <= last || n > last+200) {
			return 0, false
		}
		// One blank is little to go by: then no number may be missing.
		if k[8] >= 0 && last >= 0 && n != last+1 {
			return 0, false
		}
		last = n
		for group := 4; group < len(k); group += 2 {
			if k[group] >= 0 {
				gaps.add(k[3], k[group+1], len(bytes.TrimSpace(line[k[group]:])) == 0)
				return k[group+1], true
			}
		}
		return k[1], true
	})
	for _, m := range ms {
		for i := range m.edits {
			e := &m.edits[i]
			line := src[e.From:e.To]
			number := len(bytes.TrimRight(line, " \t"))
			if number < len(line) && line[number-1] >= '0' && line[number-1] <= '9' && line[number] == ' ' {
				e.To = e.From + gaps.end(number, len(line))
			}
		}
	}
	return ms
}

// gaps are the blanks between the numbers and the texts of lines.
type gaps struct {
	least   int         // of blanks
	columns map[int]int // the leftmost text, for each column that numbers end at
}

func newGaps() *gaps { return &gaps{columns: map[int]int{}} }

func (g *gaps) add(number, text int, blank bool) {
	if blank {
		return
	}
	if gap := text - number; g.least == 0 || gap < g.least {
		g.least = gap
	}
	if at, ok := g.columns[number]; !ok || text < at {
		g.columns[number] = text
	}
}

// end is where the text of a line begins, its indentation included. Numbers that
// begin in one column are often filled up with blanks to the right.
func (g *gaps) end(number, text int) int {
	column, same := 0, true
	for _, at := range g.columns {
		if column > 0 {
			same, at = same && at == column, min(at, column)
		}
		column = at
	}
	if len(g.columns) > 1 && (same || g.least > 2) {
		return min(max(column, number), text)
	}
	return min(number+g.least, text)
}
