package tolerant

import (
	"strings"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

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
		for i, n := at-1, 0; i >= max(0, at-nearby) && n < 2; i-- {
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
			if bestScore > 1 {
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
	if !ok {
		return 1 // there it is a second one: somewhere else may be better
	}
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
