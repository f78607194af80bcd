package configfile

import (
	"bytes"
	"slices"
	"sort"
)

type diffLine struct {
	op   byte // ' ', '-', '+'
	text []byte
}

// manyLines is from when on the search for the shortest way is cut into short
// ones: it takes time by the square of what differs.
const manyLines = 300

// compare finds a short way from a to b. In long ones the lines that are in each
// exactly once, such as the names of entries, are taken to be the same ones.
func compare(a, b [][]byte) []diffLine {
	if len(a)+len(b) < manyLines {
		return shortest(a, b)
	}
	var lines []diffLine
	x, y := 0, 0
	for _, p := range anchors(a, b) {
		lines = between(lines, a[x:p.a], b[y:p.b])
		lines = append(lines, diffLine{' ', a[p.a]})
		x, y = p.a+1, p.b+1
	}
	return between(lines, a[x:], b[y:])
}

// between adds the way from a to b without looking for it in what they begin and
// end with alike: mostly nothing of one of them is left.
func between(lines []diffLine, a, b [][]byte) []diffLine {
	first := 0
	for first < min(len(a), len(b)) && bytes.Equal(a[first], b[first]) {
		lines = append(lines, diffLine{' ', a[first]})
		first++
	}
	a, b = a[first:], b[first:]
	last := 0
	for last < min(len(a), len(b)) && bytes.Equal(a[len(a)-1-last], b[len(b)-1-last]) {
		last++
	}
	lines = append(lines, shortest(a[:len(a)-last], b[:len(b)-last])...)
	for _, l := range a[len(a)-last:] {
		lines = append(lines, diffLine{' ', l})
	}
	return lines
}

// anchor is a line that is in both files, and where.
type anchor struct{ a, b int }

// anchors gives lines that are in each file exactly once, as many as stand in
// the same order in both.
func anchors(a, b [][]byte) []anchor {
	type times struct{ a, b, at int }
	seen := make(map[string]*times, len(a))
	for i, l := range a {
		n := seen[string(l)]
		if n == nil {
			n = &times{at: i}
			seen[string(l)] = n
		}
		n.a++
	}
	for _, l := range b {
		if n := seen[string(l)]; n != nil {
			n.b++
		}
	}
	// The longest run of growing places, by the piles of patience sorting.
	var all []anchor
	var piles, under []int // the last of each pile, and what lies beneath each
	for j, l := range b {
		n := seen[string(l)]
		if n == nil || n.a != 1 || n.b != 1 {
			continue
		}
		pile := sort.Search(len(piles), func(p int) bool { return all[piles[p]].a >= n.at })
		below := -1
		if pile > 0 {
			below = piles[pile-1]
		}
		all, under = append(all, anchor{n.at, j}), append(under, below)
		if pile == len(piles) {
			piles = append(piles, 0)
		}
		piles[pile] = len(all) - 1
	}
	var found []anchor
	if len(piles) > 0 {
		for i := piles[len(piles)-1]; i >= 0; i = under[i] {
			found = append(found, all[i])
		}
	}
	slices.Reverse(found)
	return found
}

// shortest finds a short way from a to b: Myers' algorithm.
func shortest(a, b [][]byte) []diffLine {
	n, m := len(a), len(b)
	if n == 0 || m == 0 {
		return allOf(a, b)
	}
	limit := min(n+m, maxEdits)
	reach := make([]int, 2*limit+2) // furthest x on diagonal k, at k+limit
	var trail [][]int
	found := -1
search:
	for d := 0; d <= limit; d++ {
		trail = append(trail, append([]int(nil), reach[limit-d:limit+d+1]...))
		for k := -d; k <= d; k += 2 {
			var x int
			if k == -d || k != d && reach[limit+k-1] < reach[limit+k+1] {
				x = reach[limit+k+1]
			} else {
				x = reach[limit+k-1] + 1
			}
			for x < n && x-k < m && x-k >= 0 && bytes.Equal(a[x], b[x-k]) {
				x++
			}
			reach[limit+k] = x
			if x >= n && x-k >= m {
				found = d
				break search
			}
		}
	}
	if found < 0 {
		return allOf(a, b)
	}
	var lines []diffLine
	x, y := n, m
	for d := found; d > 0; d-- {
		// trail[d] holds diagonals -d..d as they were before step d.
		at := func(k int) int {
			if k < -d || k > d {
				return -1
			}
			return trail[d][k+d]
		}
		k := x - y
		down := k == -d || k != d && at(k-1) < at(k+1)
		from := at(k-1) + 1 // where the equal lines of this step began
		if down {
			from = at(k + 1)
		}
		for x > from {
			x, y = x-1, y-1
			lines = append(lines, diffLine{' ', a[x]})
		}
		if down {
			y--
			lines = append(lines, diffLine{'+', b[y]})
		} else {
			x--
			lines = append(lines, diffLine{'-', a[x]})
		}
	}
	for x > 0 && y > 0 {
		x, y = x-1, y-1
		lines = append(lines, diffLine{' ', a[x]})
	}
	for i, j := 0, len(lines)-1; i < j; i, j = i+1, j-1 {
		lines[i], lines[j] = lines[j], lines[i]
	}
	return lines
}

// allOf takes everything out and puts everything in.
func allOf(a, b [][]byte) []diffLine {
	lines := make([]diffLine, 0, len(a)+len(b))
	for _, l := range a {
		lines = append(lines, diffLine{'-', l})
	}
	for _, l := range b {
		lines = append(lines, diffLine{'+', l})
	}
	return lines
}
