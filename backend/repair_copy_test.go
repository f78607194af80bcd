//go:build unix

package backend

import (
	"os"
	"strings"
	"testing"
)

// The newest copy that the app could read is offered where mending cannot bring
// back what stood there: not one that was broken too, and none where the file
// can be mended whole.
func TestGoodCopyIsOffered(t *testing.T) {
	p := newPlace(t, nil, "cursor")
	file := p.file("cursor")
	look := func() RepairView {
		t.Helper()
		out, err := p.Repair(t.Context(), RepairRequest{App: "cursor", Allow: "confirm"}, true)
		p.must(err)
		return out.Views[0]
	}
	const good = `{"mcpServers": {"a": {"command": "/bin/true", "args": []}, "b": {"command": "/bin/true", "args": []}}}`
	p.must(os.WriteFile(file, []byte(strings.Replace(good, "[]}}}", "[],}}}", 1)), 0o644))
	if v := look(); v.Copy != nil {
		t.Errorf("a copy is offered beside a whole repair: %+v", v.Copy)
	}
	if _, err := p.Repair(t.Context(), RepairRequest{App: "cursor"}, false); err != nil {
		t.Fatal(err)
	}
	for name, broken := range map[string]string{
		"nothing of it can be read": "\x01\xff\xfe\x02\x03\x90\x81\x04\xfa\x05\x06\xf9\x07\x99\x10\x9a\x11\x9b\x12\xc0",
		"empty":                     "",
		"cut off":                   good[:60],
	} {
		p.must(os.WriteFile(file, []byte(broken), 0o644))
		v := look()
		if v.Copy == nil || v.Copy.Servers != 2 {
			t.Fatalf("%s: %+v, %+v", name, v.Copy, v.Problems)
		}
		for _, n := range v.Said() {
			if strings.HasPrefix(n, "Bring back the last good copy of the file?") {
				t.Errorf("%s: asked beside the button: %s", name, n)
			}
		}
		would, err := p.Restore(t.Context(), file, v.Copy.Version, true, false)
		if err != nil || len(would.Files) != 1 {
			t.Errorf("%s: %+v, %v", name, would, err)
		}
	}
	v := look()
	done, err := p.Restore(t.Context(), file, v.Copy.Version, false, false)
	p.must(err)
	if now, err := os.ReadFile(file); err != nil || string(now) != good || done.Change == "" {
		t.Errorf("%s, %v", now, err)
	}
}
