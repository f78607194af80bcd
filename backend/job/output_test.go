package job

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// outputOf runs a job and gives what is kept of its output.
func outputOf(t *testing.T, mask func(string) string, work func(ctx context.Context)) []string {
	t.Helper()
	b := NewBoard(func(Snapshot) {})
	b.Mask = mask
	id := b.Start("install", "Notes", "notes", func(ctx context.Context, _ Report) (any, error) {
		work(ctx)
		return nil, errors.New("it failed")
	})
	b.Wait(id)
	return b.Output(id)
}

func write(ctx context.Context, parts ...string) {
	o := Output(ctx)
	defer o.Close()
	for _, p := range parts {
		fmt.Fprint(o, p)
	}
}

func TestOutput(t *testing.T) {
	for _, c := range []struct {
		name  string
		parts []string
		want  []string
	}{
		{"lines", []string{"one\ntwo\n"}, []string{"one", "two"}},
		{"a line that comes in pieces", []string{"o", "n", "e\ntw", "o"}, []string{"one", "two"}},
		{"empty lines", []string{"\n\r\n  \none\n"}, []string{"one"}},
		{"a bar that is drawn over itself", []string{"10%\r50%\r100%\n"}, []string{"10%", "50%", "100%"}},
		{"colours and what acts on a terminal", []string{"\x1b[31mred\x1b[0m\x1b[2K \x07bell\u202eturned\n"}, []string{"red bellturned"}},
		{"no text", []string{"a\xffb\n"}, []string{"a�b"}},
		{"a named secret", []string{"with key-4711 in it\n"}, []string{"with ••• in it"}},
		{"a secret in two pieces", []string{"with key-", "4711 in it\n"}, []string{"with ••• in it"}},
		{"a secret by its look", []string{"token=abc\n"}, []string{"token=(masked)"}},
		{"a line that is too long", []string{strings.Repeat("ä", 400) + "\n"}, []string{strings.Repeat("ä", 250) + "…"}},
		{"a secret where a long line is cut", []string{strings.Repeat("x", 496) + "key-4711\n"}, []string{strings.Repeat("x", 496) + "•" + "…"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			mask := func(s string) string { return strings.ReplaceAll(s, "token=abc", "token=(masked)") }
			got := outputOf(t, mask, func(ctx context.Context) {
				Hide(ctx, "key-4711", "abc")
				write(ctx, c.parts...)
			})
			if !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

func TestOutputKeepsTheEnd(t *testing.T) {
	got := outputOf(t, nil, func(ctx context.Context) {
		for i := range 1000 {
			write(ctx, fmt.Sprintln("line", i))
		}
	})
	if len(got) != maxLines || got[0] != "line 700" || got[maxLines-1] != "line 999" {
		t.Errorf("%d lines, from %q to %q", len(got), got[0], got[len(got)-1])
	}
}

func TestProgramsSideBySideKeepTheirLinesWhole(t *testing.T) {
	got := outputOf(t, nil, func(ctx context.Context) {
		a, b := Output(ctx), Output(ctx)
		fmt.Fprint(a, "from ")
		fmt.Fprint(b, "from b\n")
		fmt.Fprint(a, "a\n")
		a.Close()
		b.Close()
	})
	if want := []string{"from b", "from a"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestOutputWithoutAJob(t *testing.T) {
	Hide(t.Context(), "key-4711")
	write(t.Context(), "nobody\n", "listens")
	if got := NewBoard(func(Snapshot) {}).Output("job-1"); len(got) != 0 {
		t.Errorf("an unknown job has output: %q", got)
	}
}
