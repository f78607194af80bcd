package main

import (
	"strings"
	"testing"

	"toolbay/backend/clients"
	"toolbay/backend/repair"
	"toolbay/backend/repair/finding"
	"toolbay/internal/dataset"
)

func TestScore(t *testing.T) { scored(t, dataset.Path(t, "broken-configs/dev")) }

// Further files, in other apps, on other systems and with several problems in
// one of them.
func TestScoreOfOwnCases(t *testing.T) { scored(t, "testdata/cases") }

func scored(t *testing.T, dir string) {
	cases, err := readCases(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.ID, func(t *testing.T) {
			for _, f := range c.score().faults {
				t.Error(f)
			}
		})
	}
}

// The score sees what changed without a finding that says so.
func TestMinimality(t *testing.T) {
	file := fileOf("cursor", "linux", clients.User, "~/.cursor/mcp.json")
	src := "{\n  \"mcpServers\": {\n    \"a\": { \"command\": \"x\", \"args\": \"-y\" },\n    \"b\": { \"command\": \"y\" }\n  }\n}\n"
	r := repair.Check(file, []byte(src), finding.Facts{}, finding.Confirm)
	if faults := unexplained(file, []byte(src), r.Text, r); len(r.Text) == 0 || len(faults) > 0 {
		t.Errorf("the repair itself: %v", faults)
	}
	for name, after := range map[string]string{
		"another server": strings.Replace(string(r.Text), `"y"`, `"z"`, 1),
		"a brace more":   string(r.Text) + "}\n",
		"another layout": strings.Replace(src, "    \"b\"", "  \"b\"", 1),
		"a word more":    strings.Replace(src, "{\n", "{\n  \"theme\": \"dark\",\n", 1),
	} {
		if faults := unexplained(file, []byte(src), []byte(after), r); len(faults) == 0 {
			t.Errorf("%s is not seen", name)
		}
	}
}

func TestHealthyFilesRaiseNoAlarm(t *testing.T) {
	n, faults := falseAlarms()
	if n < 200 {
		t.Fatalf("looked at %d files only", n)
	}
	for _, f := range faults {
		t.Error(f)
	}
}
