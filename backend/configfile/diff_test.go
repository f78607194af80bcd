package configfile

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestDiff(t *testing.T) {
	many := func(from, to int) string {
		var b strings.Builder
		for i := from; i <= to; i++ {
			fmt.Fprintf(&b, "%d\n", i)
		}
		return b.String()
	}
	tests := []struct{ name, before, after, want string }{
		{"equal", "a\n", "a\n", ""},
		{"new file", "", "a\nb\n", "@@ -0,0 +1,2 @@\n+a\n+b\n"},
		{"gone file", "a\n", "", "@@ -1 +0,0 @@\n-a\n"},
		{"middle", many(1, 9), many(1, 4) + "x\n" + many(6, 9), "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n"},
		{"two hunks", many(1, 20), "x\n" + many(1, 19) + "y\n", "@@ -1,3 +1,4 @@\n+x\n 1\n 2\n 3\n@@ -17,4 +18,4 @@\n 17\n 18\n 19\n-20\n+y\n"},
		{"no final line end", "a", "a\n", "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n"},
		{"CRLF is not shown", "a\r\n", "a\r\nb\r\n", "@@ -1 +1,2 @@\n a\n+b\n"},
		{"masked", "TOKEN = \"a\"\n", "TOKEN = \"a\"\nx = 1\n", "@@ -1 +1,2 @@\n TOKEN = \"•••\"\n+x = 1\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Diff([]byte(tt.before), []byte(tt.after), MaskSecrets); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// A diff holds the whole change: patching the old text gives the new one.
func TestDiffPatches(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	text := func() []string {
		lines := make([]string, r.IntN(40))
		for i := range lines {
			lines[i] = fmt.Sprintf("%d\n", r.IntN(6))
		}
		return lines
	}
	for range 3000 {
		a := text()
		b := append([]string{}, a...)
		if r.IntN(4) == 0 {
			b = text()
		}
		for range r.IntN(4) {
			at := r.IntN(len(b) + 1)
			b = append(b[:at:at], append([]string{"new\n"}, b[min(at+r.IntN(2), len(b)):]...)...)
		}
		before, after := strings.Join(a, ""), strings.Join(b, "")
		d := Diff([]byte(before), []byte(after), nil)
		if got := patch(t, a, d); got != after {
			t.Fatalf("before %q\nafter  %q\npatched %q\n%s", before, after, got, d)
		}
	}
}

// So it does where entries go, come, change and move among hundreds: lines that
// are there once hold the rest together, and nothing that stayed is shown as gone.
func TestDiffOfManyEntries(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	entry := func(name int, profile string) []string {
		return []string{fmt.Sprintf("    \"server-%d\": {\n", name), "      \"command\": \"toolbay\",\n", fmt.Sprintf("      \"args\": [\"run\", \"server-%d\"%s]\n", name, profile), "    },\n"}
	}
	for round := range 60 {
		var a, b []string
		for name := range 200 {
			if r.IntN(3) > 0 {
				a = append(a, entry(name, "")...)
			}
		}
		names := r.Perm(260)[:150]
		if round%2 == 0 {
			slices.Sort(names)
		}
		for _, name := range names {
			b = append(b, entry(name, []string{"", ", \"--profile\", \"work\""}[r.IntN(2)])...)
		}
		before, after := strings.Join(a, ""), strings.Join(b, "")
		d := Diff([]byte(before), []byte(after), nil)
		if got := patch(t, a, d); got != after {
			t.Fatalf("round %d: patched %q, not %q\n%s", round, got, after, d)
		}
		if round%2 != 0 {
			continue
		}
		for _, l := range a {
			if strings.Contains(l, ": {") && slices.Contains(b, l) && strings.Contains(d, "-"+l) {
				t.Fatalf("round %d: %q has stayed and is shown as gone\n%s", round, l, d)
			}
		}
	}
}

func patch(t *testing.T, a []string, diff string) string {
	var out strings.Builder
	at := 0
	for line := range strings.Lines(diff) {
		switch line[0] {
		case '@':
			var start, n int
			if k, _ := fmt.Sscanf(line, "@@ -%d,%d", &start, &n); k == 1 {
				n = 1
			}
			if n > 0 {
				start--
			}
			for ; at < start; at++ {
				out.WriteString(a[at])
			}
		case '+':
			out.WriteString(line[1:])
		default:
			if at >= len(a) || a[at] != line[1:] {
				t.Fatalf("line %d of the old text is not %q in\n%s", at+1, line, diff)
			}
			if line[0] == ' ' {
				out.WriteString(a[at])
			}
			at++
		}
	}
	for ; at < len(a); at++ {
		out.WriteString(a[at])
	}
	return out.String()
}

// What a person has to see of a one-line file is the change, not its start.
func TestDiffOfLongLines(t *testing.T) {
	long := strings.Repeat("é", 100_000)
	d := Diff([]byte(`{"a":"`+long+`","b":1}`), []byte(`{"a":"`+long+`","b":2}`), nil)
	if !strings.Contains(d, `"b":1}`) || !strings.Contains(d, `"b":2}`) || len(d) > 2000 {
		t.Errorf("%d bytes: %.3000s", len(d), d)
	}
}

// Far too many changes for the shortest way are still all shown.
func TestDiffOfDifferentFiles(t *testing.T) {
	d := Diff([]byte(strings.Repeat("a\nb\n", 2000)), []byte(strings.Repeat("c\nd\n", 2000)), nil)
	if strings.Count(d, "\n-")+strings.Count(d, "\n+") != 8000 {
		t.Errorf("%d lines", strings.Count(d, "\n"))
	}
}
