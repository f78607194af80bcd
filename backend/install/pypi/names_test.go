package pypi

import (
	"slices"
	"strings"
	"testing"

	"toolbay/backend/model"
)

func TestParse(t *testing.T) {
	for _, c := range []struct{ id, version, line string }{
		{"hello-mcp", "", "hello-mcp"}, {"hello-mcp", "latest", "hello-mcp"}, {"Hello.MCP", "1.0", "Hello.MCP==1.0"},
		{"hello-mcp[cli, x]", "2!1.0rc1.post2+local", "hello-mcp[cli, x]==2!1.0rc1.post2+local"}, {"h", ">=1,<2", "h>=1,<2"}, {"h", "~=1.4", "h~=1.4"}, {"h", "==1.*", "h==1.*"},
	} {
		r, err := parse(model.Package{Identifier: c.id, Version: c.version})
		if err != nil || r.line() != c.line {
			t.Errorf("%q %q: %q, %v", c.id, c.version, r.line(), err)
		}
	}
	for _, c := range [][2]string{
		{"", ""}, {"-r", ""}, {"--index-url=http://x", ""}, {"./here", ""}, {"/etc/passwd", ""}, {"h @ https://x.example/a.whl", ""}, {"git+https://x.example/r", ""},
		{"h;python_version>'3'", ""}, {"h\n-r x", ""}, {"h h", ""}, {"h-", ""}, {"h[a]b", ""}, {"é", ""}, {strings.Repeat("h", 400), ""},
		{"h", "-1"}, {"h", "1 2"}, {"h", "@https://x.example"}, {"h", ">=1;x"}, {"h", "1\n2"}, {"h", "/x"}, {"h", "=1"}, {"h", "1 --pre"}, {"h", ">="},
	} {
		if r, err := parse(model.Package{Identifier: c[0], Version: c[1]}); model.Code(err) != "package_invalid" {
			t.Errorf("%q %q became %q, %v", c[0], c[1], r.line(), err)
		}
	}
}

// The order is the one of PEP 440's own examples.
func TestCompare(t *testing.T) {
	order := []string{"no version", "1.dev0", "1.0.dev456", "1.0a1", "1.0a2.dev456", "1.0a12.dev456", "1.0a12", "1.0b1.dev456", "1.0b2", "1.0b2.post345.dev456", "1.0b2.post345",
		"1.0rc1.dev456", "1.0rc1", "1.0", "1.0.post456.dev34", "1.0.post456", "1.0.15", "1.1.dev1", "1.1", "2026.10.19", "1!0.1"}
	for i, a := range order {
		for j, b := range order {
			got := Compare(a, b)
			if a == "1.dev0" && b == "1.0.dev456" || (i < j) != (got < 0) || (i == j) != (got == 0) {
				if !(i < j && got < 0) {
					t.Errorf("%s and %s: %d", a, b, got)
				}
			}
		}
	}
	for _, same := range [][2]string{{"1.0", "1"}, {"1.0-1", "1.0.post1"}, {"v1.0-RC_1", "1rc1"}, {"1.0.0.0", "1"}} {
		if Compare(same[0], same[1]) != 0 {
			t.Errorf("%q are not the same", same)
		}
	}
	list := []string{"1.10.0", "1.9.0", "1.2"}
	slices.SortFunc(list, Compare)
	if !slices.Equal(list, []string{"1.2", "1.9.0", "1.10.0"}) {
		t.Errorf("%q", list)
	}
}

func TestReadPins(t *testing.T) {
	digest := strings.Repeat("a", 64)
	good := "# made by\na-b==1.0 \\\n    --hash=sha256:" + digest + " \\\n    --hash=sha256:" + strings.Repeat("b", 64) + "\nc[x]==2.0rc1 ; python_version < '3.11' \\\n    --hash=sha256:" + digest + "\n"
	pins, err := readPins([]byte(good))
	if err != nil || len(pins) != 2 || len(pins[0].hashes) != 2 || pins[1].version != "2.0rc1" || pins[1].marker != "python_version < '3.11'" {
		t.Fatalf("%+v, %v", pins, err)
	}
	again, err := readPins([]byte(format(pins)))
	if err != nil || len(again) != 2 || again[1].marker != pins[1].marker || !slices.Equal(again[0].hashes, pins[0].hashes) {
		t.Errorf("%+v, %v", again, err)
	}
	for name, bad := range map[string]string{
		"an address": "a @ https://x.example/a.whl \\\n    --hash=sha256:" + digest, "a folder": "-e ./a", "an index": "--index-url https://x.example",
		"no digest": "a==1.0\n", "a digest too short": "a==1.0 --hash=sha256:aa", "another file": "-r other.txt", "a range": "a>=1 \\\n    --hash=sha256:" + digest,
	} {
		if pins, err := readPins([]byte(bad)); err == nil {
			t.Errorf("%s became %+v", name, pins)
		}
	}
}
