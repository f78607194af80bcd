package tolerant

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"testing"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// fuzz: whatever is read, the reader comes to an end without a panic, its edits
// fit the text and give what it says, a text that parsed parses afterwards, and
// reading until nothing is found ends.
func fuzz(f *testing.F, format configfile.Format, seeds ...string) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if len(src) > 64<<10 {
			return
		}
		text := src
		for range 12 {
			good := parses(text, format)
			r := Read(text, format)
			applied(t, text, r)
			if r.Text == nil {
				t.Fatal("no text")
			}
			if good && !parses(r.Text, format) {
				t.Fatalf("%q parsed, %q does not", text, r.Text)
			}
			if bytes.Equal(r.Text, text) {
				break
			}
			text = r.Text
		}
	})
}

// applied makes the edits of the findings as repair does.
func applied(t *testing.T, src []byte, r Reading) {
	t.Helper()
	var edits []finding.Edit
	for _, f := range r.Findings {
		if _, ok := finding.Of(f.Code); !ok {
			t.Fatalf("no such code: %s", f.Code)
		}
		if f.At > len(src) {
			t.Fatalf("%s at %d of %d", f.Code, f.At, len(src))
		}
		edits = append(edits, f.Edits...)
	}
	slices.SortStableFunc(edits, func(a, b finding.Edit) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	var b strings.Builder
	at := 0
	for _, e := range edits {
		if e.From < at || e.To < e.From || e.To > len(src) {
			t.Fatalf("edit %+v behind %d of %q", e, at, src)
		}
		b.Write(src[at:e.From])
		b.WriteString(e.New)
		at = e.To
	}
	b.Write(src[at:])
	if b.String() != string(r.Text) {
		t.Fatalf("the edits make\n%q, not\n%q\nof\n%q", b.String(), r.Text, src)
	}
}

func FuzzJSON(f *testing.F) {
	fuzz(f, configfile.JSON, pretty, oneLine, `{"a": "b, "c": [1, {"x" 'y'}`, "{\"a\": 1}\n{\"a\": 2}", "```\n{}\n```", "{“a”: «b», 'c': `d`}", `{"a":"C:\x\","b":/* */1,}]}`)
}

func FuzzJSONC(f *testing.F) {
	fuzz(f, configfile.JSONC, pretty, "{\n // a\n \"b\": 1, # c\n}", `{"a": {"command": "x", "b": {"command": "y"}`)
}

func FuzzTOML(f *testing.F) {
	fuzz(f, configfile.TOML, codex, "[a\nb = [1, 2\nc: 'x\n[a]\nb = {c \"d\", }", "[[a]\nx = C:\\b\n{\"mcpServers\": {\"a\": {\"command\": \"b\"}}}")
}

func FuzzYAML(f *testing.F) {
	fuzz(f, configfile.YAML, goose, "a:\n\tb: c\n  d: \"e\n  f: [g\n- h", "a: b: c\n---\na: b\n{\"x\": {\"command\": \"y\"}}")
}
