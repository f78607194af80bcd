package configfile

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

const (
	diffContext = 3
	// maxEdits bounds the search for the shortest diff; beyond it what differs
	// is shown as taken out and put in.
	maxEdits = 1000
	// maxLine is how much of a line is shown, in bytes. One-line files of
	// megabytes exist.
	maxLine = 400
)

// Diff gives the unified diff between two versions of a file, with 3 lines of
// context and without file names; "" when they are equal. mask is applied to
// each whole line that is shown; nil shows lines as they are. Of a very long
// line only the surroundings of what changed are shown.
func Diff(before, after []byte, mask func(line string) string) string {
	if bytes.Equal(before, after) {
		return ""
	}
	// Most of a large file is equal at both ends: look at whole lines only
	// between, and at the context around them.
	skip := sharedLines(before, after)
	first := bytes.Count(before[:skip], []byte{'\n'})
	a, b := splitLines(before[skip:]), splitLines(after[skip:])
	tail := 0
	for tail < len(a) && tail < len(b) && bytes.Equal(a[len(a)-1-tail], b[len(b)-1-tail]) {
		tail++
	}
	p := printer{mask: mask}
	head := lastLines(before[:skip], diffContext)
	script := compare(a[:len(a)-tail], b[:len(b)-tail])
	lines := make([]diffLine, 0, len(head)+len(script)+diffContext)
	for _, l := range head {
		lines = append(lines, diffLine{' ', l})
	}
	lines = append(lines, script...)
	for _, l := range a[len(a)-tail:][:min(tail, diffContext)] {
		lines = append(lines, diffLine{' ', l})
	}
	p.hunks(lines, first-len(head)+1)
	return p.out.String()
}

// sharedLines is the length of the whole lines that both begin with.
func sharedLines(a, b []byte) int {
	n, m := 0, min(len(a), len(b))
	for n+4096 <= m && bytes.Equal(a[n:n+4096], b[n:n+4096]) {
		n += 4096
	}
	for n < m && a[n] == b[n] {
		n++
	}
	return bytes.LastIndexByte(a[:n], '\n') + 1
}

// splitLines cuts behind each line end; a last line without one stays so.
func splitLines(b []byte) [][]byte {
	lines := bytes.SplitAfter(b, []byte{'\n'})
	if len(lines[len(lines)-1]) == 0 {
		lines = lines[:len(lines)-1]
	}
	return lines
}

func lastLines(b []byte, n int) [][]byte {
	at := len(b)
	for ; n > 0 && at > 0; n-- {
		at = bytes.LastIndexByte(b[:at-1], '\n') + 1
	}
	return splitLines(b[at:])
}

type printer struct {
	mask func(string) string
	// seen are lines with what is shown of them: each is asked for twice, and
	// many entries have the same ones.
	seen map[string]string
	out  strings.Builder
}

// hunks prints the changed lines with their context. line is the number of the
// first of lines in the old file; before it both files are equal.
func (p *printer) hunks(lines []diffLine, line int) {
	old, neu := line, line
	for i := 0; i < len(lines); {
		if lines[i].op == ' ' {
			i, old, neu = i+1, old+1, neu+1
			continue
		}
		// A hunk goes on as long as the next change is within twice the context.
		end, quiet := i, 0
		for j := i; j < len(lines) && quiet <= 2*diffContext; j++ {
			if quiet++; lines[j].op != ' ' {
				end, quiet = j+1, 0
			}
		}
		from, to := max(i-diffContext, 0), min(end+diffContext, len(lines))
		back := i - from
		var gone, come int
		for _, l := range lines[from:to] {
			if l.op != '+' {
				gone++
			}
			if l.op != '-' {
				come++
			}
		}
		fmt.Fprintf(&p.out, "@@ -%s +%s @@\n", hunkRange(old-back, gone), hunkRange(neu-back, come))
		p.lines(lines[from:to])
		old, neu = old+gone-back, neu+come-back
		// The context behind may be walked over again: it holds no change.
		i = to
	}
}

func hunkRange(start, n int) string {
	if n == 0 {
		start--
	}
	if n == 1 {
		return fmt.Sprint(start)
	}
	return fmt.Sprintf("%d,%d", start, n)
}

// lines prints a hunk. A taken-out line is shown beside the put-in line that
// has its place, so that long ones show the part that differs.
func (p *printer) lines(lines []diffLine) {
	for i := 0; i < len(lines); {
		j := i
		for j < len(lines) && lines[j].op == '-' {
			j++
		}
		k := j
		for k < len(lines) && lines[k].op == '+' {
			k++
		}
		if k == i {
			p.line(' ', lines[i].text, p.show(lines[i].text), 0)
			i++
			continue
		}
		for n := i; n < k; n++ {
			text, at := p.show(lines[n].text), 0
			other := n + j - i
			if n >= j {
				other = n - (j - i)
			}
			if other >= i && other < k && lines[other].op != lines[n].op {
				at = sharedPrefix(text, p.show(lines[other].text))
			}
			p.line(lines[n].op, lines[n].text, text, at)
		}
		i = k
	}
}

// show gives the masked text of a line without its line end.
func (p *printer) show(line []byte) string {
	s := strings.TrimSuffix(strings.TrimSuffix(string(line), "\n"), "\r")
	if p.mask == nil {
		return s
	}
	shown, ok := p.seen[s]
	if !ok {
		if p.seen == nil {
			p.seen = map[string]string{}
		}
		shown = p.mask(s)
		p.seen[s] = shown
	}
	return shown
}

// line prints one line, shortened around the offset of interest.
func (p *printer) line(op byte, raw []byte, text string, at int) {
	if len(text) > maxLine {
		start := max(0, min(at-maxLine/4, len(text)-maxLine))
		end := start + maxLine
		for start > 0 && start < len(text) && !utf8.RuneStart(text[start]) {
			start++
		}
		for end < len(text) && !utf8.RuneStart(text[end]) {
			end++
		}
		cut := text[start:end]
		if start > 0 {
			cut = "…" + cut
		}
		if end < len(text) {
			cut += "…"
		}
		text = cut
	}
	p.out.WriteByte(op)
	p.out.WriteString(text)
	p.out.WriteByte('\n')
	if !bytes.HasSuffix(raw, []byte{'\n'}) {
		p.out.WriteString("\\ No newline at end of file\n")
	}
}

func sharedPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}
