package job

import (
	"bytes"
	"context"
	"io"
	"strings"
	"sync"
	"unicode"
)

// What is kept of a job's output: the end of it, with long lines cut.
const (
	maxLines = 300
	maxLine  = 500 // bytes
)

// Output is where a program that works for a job prints to, line by line: the
// ctx that the job's work got leads there. Work that belongs to no job has it
// too, and nobody reads it. Close tells that nothing more comes; each program
// takes one of its own.
func Output(ctx context.Context) io.WriteCloser {
	l, _ := ctx.Value(outputKey{}).(*lines)
	return &output{to: l}
}

// Hide keeps values out of the output of the job that ctx belongs to.
func Hide(ctx context.Context, secrets ...string) {
	l, _ := ctx.Value(outputKey{}).(*lines)
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range secrets {
		// A key may have several lines, and comes line by line.
		for _, s := range strings.Fields(s) {
			if len(s) >= 4 { // less occurs by chance
				l.hide = append(l.hide, s, hidden)
			}
		}
	}
}

type outputKey struct{}

const hidden = "•••"

// lines are the last lines that the programs of a job have printed.
type lines struct {
	mask func(string) string

	mu   sync.Mutex
	hide []string // pairs for a strings.Replacer
	kept []string
}

func (l *lines) add(raw []byte) {
	s := strings.TrimRightFunc(plain(raw), unicode.IsSpace)
	if s == "" {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	// Before it is cut: half a secret is not found.
	s = strings.NewReplacer(l.hide...).Replace(s)
	if l.mask != nil {
		s = l.mask(s)
	}
	if len(s) > maxLine {
		s = strings.ToValidUTF8(s[:maxLine], "") + "…"
	}
	if len(l.kept) >= maxLines {
		l.kept = append(l.kept[:0], l.kept[len(l.kept)-maxLines+1:]...)
	}
	l.kept = append(l.kept, s)
}

func (l *lines) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]string{}, l.kept...)
}

// output cuts what one program prints into lines.
type output struct {
	to *lines
	mu sync.Mutex
	// rest is a line that has not ended.
	rest []byte
}

func (o *output) Write(p []byte) (int, error) {
	if o.to == nil {
		return len(p), nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	n := len(p)
	for {
		// A bar that is drawn over itself ends its line with a return.
		at := bytes.IndexAny(p, "\r\n")
		if at < 0 {
			break
		}
		o.to.add(append(o.rest, p[:at]...))
		o.rest, p = o.rest[:0], p[at+1:]
	}
	// A line without end is told in pieces; a secret is looked for in each.
	if o.rest = append(o.rest, p...); len(o.rest) > 64<<10 {
		o.to.add(o.rest)
		o.rest = o.rest[:0]
	}
	return n, nil
}

func (o *output) Close() error {
	if o.to == nil {
		return nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.to.add(o.rest)
	o.rest = nil
	return nil
}

// plain leaves out what acts on a terminal or turns the direction of writing.
func plain(raw []byte) string {
	var b strings.Builder
	escape := 0 // 1 after ESC, 2 within a sequence
	for _, r := range strings.ToValidUTF8(string(raw), "�") {
		switch {
		case escape == 1 && (r == '[' || r == ']'):
			escape = 2
		case escape == 2 && r < '@':
		case escape > 0:
			escape = 0
		case r == 0x1b:
			escape = 1
		case r == '\t':
			b.WriteByte(' ')
		case unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r):
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
