package reverse

import (
	"bytes"
	"strconv"

	"toolbay/backend/model"
)

// hunk says that the lines [from,to) of the one text are [newFrom,newTo) of the
// other.
type hunk struct{ from, to, newFrom, newTo int }

// lines takes the change out line by line. A line from 1 on is the first one in
// now at which a later edit overlaps the change or touches it.
func lines(before, after, now []byte) (out []byte, line int) {
	if (before == nil) != (after == nil) || now == nil {
		return nil, 1
	}
	base, here, old := split(after), split(now), split(before)
	later, back := hunks(base, here), hunks(base, old)
	at, shift := 0, 0 // in later; of now against base
	done := 0         // lines of now that are out
	for _, h := range back {
		for ; at < len(later) && later[at].to < h.from; at++ {
			shift = later[at].newTo - later[at].to
		}
		if at < len(later) && later[at].from <= h.to {
			return nil, later[at].newFrom + 1
		}
		out = join(out, here[done:h.from+shift])
		out = join(out, old[h.newFrom:h.newTo])
		done = h.to + shift
	}
	out = join(out, here[done:])
	if out == nil {
		out = []byte{}
	}
	return out, 0
}

func join(to []byte, lines [][]byte) []byte {
	for _, l := range lines {
		to = append(to, l...)
	}
	return to
}

func split(b []byte) [][]byte {
	if len(b) == 0 {
		return nil
	}
	l := bytes.SplitAfter(b, []byte("\n"))
	if len(l[len(l)-1]) == 0 {
		l = l[:len(l)-1]
	}
	return l
}

// far bounds the work of hunks: texts further apart count as one that was
// replaced where they differ.
const far = 1000

// hunks is the shortest way from a to b in lines (Myers 1986).
func hunks(a, b [][]byte) []hunk {
	head := 0
	for head < len(a) && head < len(b) && bytes.Equal(a[head], b[head]) {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && bytes.Equal(a[len(a)-1-tail], b[len(b)-1-tail]) {
		tail++
	}
	a, b = a[head:len(a)-tail], b[head:len(b)-tail]
	if len(a)+len(b) == 0 {
		return nil
	}
	var trail [][]int
	reach := map[int]int{1: 0}
	for d := 0; d <= min(len(a)+len(b), far); d++ {
		row := make([]int, 2*d+1)
		for k := -d; k <= d; k += 2 {
			x := reach[k-1] + 1
			if k == -d || k != d && reach[k-1] < reach[k+1] {
				x = reach[k+1]
			}
			y := x - k
			for x < len(a) && y < len(b) && bytes.Equal(a[x], b[y]) {
				x, y = x+1, y+1
			}
			reach[k], row[k+d] = x, x
			if x >= len(a) && y >= len(b) {
				return walk(append(trail, row), len(a), len(b), head)
			}
		}
		trail = append(trail, row)
	}
	return []hunk{{head, head + len(a), head, head + len(b)}}
}

// walk goes back along the trail and gathers neighbouring edits.
func walk(trail [][]int, x, y, head int) []hunk {
	var found []hunk
	for d := len(trail) - 1; d > 0; d-- {
		k := x - y
		row := trail[d-1]
		at := func(k int) int {
			if k < -(d-1) || k > d-1 {
				return -1
			}
			return row[k+d-1]
		}
		from := k - 1
		if k == -d || k != d && at(k-1) < at(k+1) {
			from = k + 1
		}
		px := at(from)
		py := px - from
		h := hunk{from: px, to: px, newFrom: py, newTo: py}
		if from == k-1 {
			h.to++
		} else {
			h.newTo++
		}
		if n := len(found); n > 0 && found[n-1].from == h.to+head && found[n-1].newFrom == h.newTo+head {
			found[n-1].from, found[n-1].newFrom = h.from+head, h.newFrom+head
		} else {
			found = append(found, hunk{h.from + head, h.to + head, h.newFrom + head, h.newTo + head})
		}
		x, y = px, py
	}
	for i, k := 0, len(found)-1; i < k; i, k = i+1, k-1 {
		found[i], found[k] = found[k], found[i]
	}
	return found
}

func overlapsAtLine(path string, line int) error {
	return model.Fail("undo_overlaps", nil, "path", path, "what", "line "+strconv.Itoa(line))
}
