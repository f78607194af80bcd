package repair

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// step is what turned one text into the next: edits in the order of the text.
type step struct {
	edits []finding.Edit
	at    []int // where each edit's text begins afterwards
}

func stepOf(edits ...finding.Edit) step {
	s := step{edits: edits, at: make([]int, len(edits))}
	shift := 0 // of the text behind the edits so far
	for i, e := range edits {
		s.at[i] = e.From + shift
		shift += len(e.New) - (e.To - e.From)
	}
	return s
}

// back gives the offset that a place had before the step; moved tells that it is
// within text which the step brought there.
func (s step) back(at int) (before int, moved bool) {
	i, there := slices.BinarySearch(s.at, at)
	for there && i+1 < len(s.at) && s.at[i+1] == at { // what is taken out leaves nothing
		i++
	}
	if !there {
		i--
	}
	if i < 0 {
		return at, false
	}
	e := s.edits[i]
	if at < s.at[i]+len(e.New) {
		return min(e.From+(at-s.at[i]), e.To), len(e.New) >= block
	}
	return at - s.at[i] - len(e.New) + e.To, false
}

// block is how long a text that an edit puts in is at least when it may have
// stood elsewhere before, sign how much of it is looked for there,
// around how far from the place, all in bytes.
const block, sign, around = 20, 40, 64 << 10

// nearest gives where a text stands in src, the nearest to at of several; at
// when it is not there.
func nearest(src, text []byte, at int) int {
	if len(text) < 3 || bytes.HasPrefix(src[at:], text) {
		return at
	}
	best := -1
	src = src[:min(len(src), at+around)]
	for from := max(0, at-around); from < len(src); {
		i := bytes.Index(src[from:], text)
		if i < 0 {
			break
		}
		if i += from; best < 0 || max(i-at, at-i) < max(best-at, at-best) {
			best = i
		}
		from = i + 1
	}
	if best < 0 {
		return at
	}
	return best
}

// splice makes edits of the text; what overlaps an earlier one waits for the
// next round. It is false when nothing changed.
func (p *pass) splice(edits []finding.Edit) bool {
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b finding.Edit) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	var s []finding.Edit
	var b bytes.Buffer
	at := 0
	for _, e := range edits {
		if e.From < at || e.To < e.From || e.To > len(p.text) {
			continue
		}
		b.Write(p.text[at:e.From])
		b.WriteString(e.New)
		at = e.To
		s = append(s, e)
	}
	b.Write(p.text[at:])
	if len(s) == 0 || bytes.Equal(b.Bytes(), p.text) {
		return false
	}
	p.steps = append(p.steps, stepOf(s...))
	p.text = b.Bytes()
	return true
}

// replace takes a whole new text, as one edit of what differs.
func (p *pass) replace(out []byte) {
	from := 0
	for from < len(out) && from < len(p.text) && out[from] == p.text[from] {
		from++
	}
	to, end := len(p.text), len(out)
	for to > from && end > from && p.text[to-1] == out[end-1] {
		to, end = to-1, end-1
	}
	p.steps = append(p.steps, stepOf(finding.Edit{From: from, To: to, New: string(out[from:end])}))
	p.text = out
}

// where names the place of a finding: line:column of the source, or a pointer.
func (p *pass) where(f finding.Finding) string {
	if f.At < 0 || f.Pointer != "" {
		return f.Pointer
	}
	at := min(f.At, len(p.text))
	text, _, _ := bytes.Cut(p.text[at:min(at+sign, len(p.text))], []byte("\n"))
	elsewhere := false
	for _, s := range slices.Backward(p.steps) {
		var moved bool
		at, moved = s.back(at)
		elsewhere = elsewhere || moved
	}
	at = max(0, min(at, len(p.src)))
	if elsewhere {
		at = nearest(p.src, bytes.TrimRight(text, " \t\r"), at)
	}
	if p.lines == nil {
		p.lines = []int{0}
		for i, c := range p.src {
			if c == '\n' {
				p.lines = append(p.lines, i+1)
			}
		}
	}
	n, there := slices.BinarySearch(p.lines, at)
	if !there {
		n--
	}
	line := bytes.TrimPrefix(p.src[p.lines[n]:at], []byte("\xef\xbb\xbf"))
	return strconv.Itoa(1+n) + ":" + strconv.Itoa(1+utf8.RuneCount(line))
}

// lostComments gives the comments of a text that another no longer has.
func lostComments(before, after []byte, f configfile.Format) []string {
	left := map[string]int{}
	for _, c := range comments(after, f) {
		left[c]++
	}
	var lost []string
	for _, c := range comments(before, f) {
		if left[c] > 0 {
			left[c]--
			continue
		}
		lost = append(lost, c)
	}
	return lost
}

// comments gives the comments of a text that parses.
func comments(src []byte, f configfile.Format) []string {
	var found []string
	if f != configfile.TOML && f != configfile.YAML {
		lx := configfile.NewLexer(src)
		for t := lx.Next(); t.Kind != configfile.EOF; t = lx.Next() {
			if t.Kind == configfile.LineComment || t.Kind == configfile.BlockComment {
				found = append(found, string(src[t.Start:t.End]))
			}
		}
		return found
	}
	for line := range strings.Lines(string(src)) {
		// A "#" in a text is no comment: it is kept as one too often rather than
		// lost once.
		if i := strings.IndexByte(line, '#'); i == 0 || i > 0 && strings.ContainsAny(line[i-1:i], " \t") {
			found = append(found, strings.TrimSpace(line[i:]))
		}
	}
	return found
}
