package repair

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"toolbay/backend/clients"
	"toolbay/backend/repair/finding"
)

func TestNoText(t *testing.T) {
	table, err := clients.Load("")
	if err != nil {
		t.Fatal(err)
	}
	chaos := func(seed uint64, n int) []byte {
		r := rand.New(rand.NewPCG(seed, 1))
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return b
	}
	const good = `{"mcpServers": {"a": {"command": "/bin/true", "args": []}}}`
	for name, c := range map[string]struct {
		src  []byte
		want bool
	}{
		"random":                   {chaos(1, 700), true},
		"random, short":            {chaos(2, 64), true},
		"random, long":             {chaos(3, 50_000), true},
		"settings":                 {[]byte(good), false},
		"settings, then random":    {append([]byte(good), chaos(4, 500)...), false},
		"an old encoding":          {[]byte("{\"note\": \"f\xfcr die B\xfccher, gr\xfcn, K\xe4se\"}"), false},
		"an old encoding, Russian": {[]byte("\"\xcf\xf0\xe8\xe2\xe5\xf2, \xea\xe0\xea \xe4\xe5\xeb\xe0?\""), false},
		"UTF-16":                   {append([]byte("\xff\xfe"), bytes.ReplaceAll([]byte(good), []byte("a"), []byte("a\x00"))...), false},
		"words":                    {[]byte(strings.Repeat("nothing of it is settings ", 20)), false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := noText(c.src); got != c.want {
				t.Fatalf("%v, want %v", got, c.want)
			}
			if !c.want {
				return
			}
			for _, id := range []string{"cursor", "claude-desktop", "codex", "goose"} {
				app, ok := table.Get(id)
				if !ok {
					t.Fatalf("no %s", id)
				}
				for _, allow := range []finding.Kind{None, finding.Safe, finding.Confirm} {
					r := Check(finding.File{App: app, Dialect: app.Dialect, OS: "linux", Scope: clients.User, Path: "x"}, c.src, finding.Facts{}, allow)
					if len(r.Problems) != 1 || r.Problems[0].Code != "FILE_BEYOND_REPAIR" || r.Text != nil {
						t.Errorf("%s, %s: %+v, changed %v", id, allow, r.Problems, r.Text != nil)
					}
				}
			}
		})
	}
}
