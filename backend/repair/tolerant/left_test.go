package tolerant

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// TestComments: what a strict file cannot hold is handed back, servers ready to
// be used; where comments may stand they stay.
func TestComments(t *testing.T) {
	src := strings.Join([]string{
		"{", "  // mine", "  \"mcpServers\": {", "    \"a\": { \"command\": \"x\" }, // of work", "    // \"b\": {", "    //   \"command\": \"y\",", "    //   \"args\": [\"1\"]", "    // },",
		"    /* \"c\": { \"url\": \"https://c.example.com\" }, */", "    \"d\": { \"command\": \"z\" }", "    # \"e\": { command: 'w' }", "  }", "}", ""}, "\n")
	r := JSON([]byte(src), configfile.JSON)
	if want := "{\n  \"mcpServers\": {\n    \"a\": { \"command\": \"x\" },\n    \"d\": { \"command\": \"z\" }\n  }\n}\n"; string(r.Text) != want {
		t.Errorf("came out as\n%s", r.Text)
	}
	var names []string
	for _, p := range r.Parked {
		names = append(names, p.Name)
	}
	if !slices.Equal(names, []string{"b", "c", "e"}) {
		t.Errorf("parked %v", names)
	}
	if len(r.Parked) > 0 && !reflect.DeepEqual(r.Parked[0].Entry, configfile.Object{{Key: "command", Value: "y"}, {Key: "args", Value: []any{"1"}}}) {
		t.Errorf("parked %v", r.Parked[0].Entry)
	}
	for _, c := range []string{"mine", "of work"} {
		if !slices.Contains(r.Comments, c) {
			t.Errorf("comments %q", r.Comments)
		}
	}
	for _, f := range []configfile.Format{configfile.JSONC, configfile.JSONComments} {
		text, _, _ := mended([]byte(src), f)
		if got := string(text); !strings.Contains(got, "// mine") || !strings.Contains(got, "/* \"c\"") || !strings.Contains(got, "// \"e\"") || !parses(text, f) {
			t.Errorf("%s: came out as\n%s", f, got)
		}
	}
}

// TestLeft: what cannot be known is left to the user, and what can be saved is
// told.
func TestLeft(t *testing.T) {
	whole := "{\n  \"mcpServers\": {\n    \"a\": { \"command\": \"x\" }\n  }\n}\n"
	for _, c := range []struct {
		name, src, want, code string
		fix                   finding.Kind
		f                     configfile.Format
	}{
		{"no settings at all", "Dear all, this is a letter.\n", "Dear all, this is a letter.\n", "FILE_BEYOND_REPAIR", finding.Never, configfile.JSON},
		{"the end of an older text", whole + "nd\": \"x\" }\n  }\n}\n", whole, "JSON_EXTRA_CLOSER", finding.Confirm, configfile.JSON},
		{"a comment that never ends", "{\n  \"a\": 1 /* b\n}\n", "{\n  \"a\": 1\n}\n", "JSON_COMMENT_IN_STRICT", finding.Confirm, configfile.JSON},
		{"closers at the end only", "{\n  \"a\": {\n    \"b\": [\"c\"\n", "{\n  \"a\": {\n    \"b\": [\"c\"]\n  }\n}\n", "JSON_TRUNCATED", finding.Safe, configfile.JSON},
		{"a number that may go on", `{"a": 12`, `{"a": 12}`, "JSON_TRUNCATED", finding.Confirm, configfile.JSON},
		{"a closer in the middle", `{"a": [1, "b": 2}`, `{"a": [1], "b": 2}`, "JSON_TRUNCATED", finding.Confirm, configfile.JSON},
		{"another setting cut off", `{"mcpServers": {"a": {"command": "x"}}, "theme": "da`, `{"mcpServers": {"a": {"command": "x"}}}`, "JSON_TRUNCATED", finding.Confirm, configfile.JSON},
		{"nothing", " \n", "{}\n", "FILE_EMPTY", finding.Confirm, configfile.JSON},
		{"zeros", "\x00\x00\x00\x00", "{}\n", "FILE_EMPTY", finding.Confirm, configfile.JSON},
		{"nothing in YAML", "\n", "\n", "", "", configfile.YAML},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Read([]byte(c.src), c.f)
			if string(r.Text) != c.want {
				t.Errorf("came out as\n%s", r.Text)
			}
			if c.code == "" {
				if len(r.Findings) > 0 {
					t.Errorf("found %v", r.Findings)
				}
				return
			}
			if len(r.Findings) == 0 || r.Findings[0].Code != c.code || r.Findings[0].Fix != c.fix {
				t.Errorf("found %v", r.Findings)
			}
		})
	}
}

// TestSaved: servers are read out of a text that nothing mends.
func TestSaved(t *testing.T) {
	deep := strings.Repeat("[", configfile.MaxDepth+10)
	r := JSON([]byte(`{"x": `+deep+`, "a": {"command": "x", "args": ["y"]}`), configfile.JSON)
	if len(r.Saved) != 1 || r.Saved[0].Name != "a" {
		t.Errorf("saved %v, found %v", r.Saved, r.Findings)
	}
}

// TestSecrets: a key's value is in no finding.
func TestSecrets(t *testing.T) {
	const secret = "sk-invented-0123456789"
	for _, src := range []string{
		`{"mcpServers": {"a": {"command": "x", "env": {"K": "` + secret + `}}}}`,
		`{"mcpServers": {"a": {"command": "x", "env": {"K": '` + secret + `'`,
		`{"mcpServers": {"a": {"env": {"K": ` + secret + `, "K": "b"}}}}`,
	} {
		for _, x := range JSON([]byte(src), configfile.JSON).Findings {
			said := x.Code + x.Server + x.Needs + x.Pointer + strings.Join(x.Notes, "")
			for k, v := range x.Args {
				said += k + v
			}
			if strings.Contains(said, secret) {
				t.Errorf("%s tells a key", x.Code)
			}
		}
	}
}
