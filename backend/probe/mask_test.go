package probe

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMaskText(t *testing.T) {
	cases := []struct{ name, secret, in, want string }{
		{"none", "", "a\tb\n", "a\tb\n"},
		{"plain", "hunter2", "is hunter2, hunter2", "is •••, •••"},
		{"short", "xy", "axyb", "a•••b"},
		{"colours", "hunter2", "\x1b[31mhunter2\x1b[0m", "•••"},
		{"colours inside", "hunter2", "hun\x1b[1mter2", "•••"},
		{"title", "hunter2", "\x1b]0;x\x07ok\x1b]8;;http://x\x1b\\ok\x1b(Bok", "okokBok"},
		{"broken off", "hunter2", "a\x1b[31", "a"},
		{"broken in the middle", "hunter2", "\x1b[3\nb", "\nb"},
		{"last byte", "hunter2", "a\x1b", "a"},
		{"carriage returns", "hunter2", "a\r\nb\rc", "a\nb\nc"},
		{"not UTF-8", "hunter2", "a\xff\xfeb", "a�b"},
		{"control characters", "hunter2", "a\x00\x08\u009b\u202eb", "ab"},
		{"longer secret first", "hunter2\nhunter2 again", "hunter2 again", "•••"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := newMask([]string{c.secret}).text(c.in); got != c.want {
				t.Fatalf("got %q, want %q", got, c.want)
			}
		})
	}
}

// Wherever the log's beginning is cut, no part of a key is left of it.
func TestLogCutInAKey(t *testing.T) {
	const key = "hunter2-0123456789"
	m := newMask([]string{key})
	for shift := range len(key) + 2 {
		l := &tail{}
		l.Write([]byte(strings.Repeat("x", 100) + key + strings.Repeat("y", 2*maxLog-shift)))
		l.Write([]byte("end"))
		got := m.log(l)
		if !l.dropped() || len(got) > maxLog || !strings.HasSuffix(got, "yend") || strings.ContainsAny(got, "0123456789") {
			t.Fatalf("shift %d: %d bytes, begins %q", shift, len(got), got[:30])
		}
	}
}

func TestTailKeepsTheEnd(t *testing.T) {
	l := &tail{}
	for _, n := range []int{1, maxLog / 2, maxLog, 3 * maxLog, 10} {
		l.Write([]byte(strings.Repeat("a", n-1) + "z"))
		if s := l.String(); !strings.HasSuffix(s, "z") || len(s) > 2*maxLog {
			t.Fatalf("after %d: %d bytes", n, len(s))
		}
	}
	if len(l.String()) < maxLog {
		t.Fatalf("too little is left: %d", len(l.String()))
	}
}

func FuzzMask(f *testing.F) {
	f.Add("hunter2", "a hunter2\x1b[31m b")
	f.Add("a\x1b[b", "a\x1b[b")
	f.Add("••", "•••")
	f.Fuzz(func(t *testing.T, secret, text string) {
		if strings.Contains(hidden, secret) || !utf8.ValidString(secret) {
			return // it cannot be told from what replaces it; keys are kept as JSON, so as UTF-8
		}
		m := newMask([]string{secret})
		got := m.text(text)
		if !utf8.ValidString(strings.ReplaceAll(got, hidden, "")) || strings.ContainsRune(got, 0x1b) {
			t.Fatalf("%q became %q", text, got)
		}
		for _, rest := range strings.Split(got, hidden) {
			if strings.Contains(rest, secret) {
				t.Fatalf("%q is left in %q", secret, got)
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, line := range []string{`{"jsonrpc":"2.0","id":1,"result":{}}`, `{"jsonrpc":"2.0","method":"x","params":[1]}`, `{"level":1}`, `[]`, `{`, `{"jsonrpc":"2.0","id":null,"error":{"code":1}}`} {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		m, ok := parse(line)
		if ok && m.Method == "" && m.Result == nil && m.Error == nil {
			t.Fatalf("%q is no message", line)
		}
	})
}
