package bundle

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var linux = Platform{"linux", "amd64"}

func openFile(t testing.TB, path string, o Options) *Bundle {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	st, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	b, err := Open(f, st.Size(), o)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func codes(reasons []Reason) string {
	var out []string
	for _, r := range reasons {
		out = append(out, r.Code)
	}
	return strings.Join(out, " ")
}

// Harmful and odd bundles, with the verdict each must get on linux/amd64.
func TestHostile(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("testdata", "hostile", "EXPECTED.json"))
	if err != nil {
		t.Fatal(err)
	}
	var expected map[string]struct{ Verdict, Why string }
	if err := json.Unmarshal(raw, &expected); err != nil {
		t.Fatal(err)
	}
	// The class of each reason, in the words of EXPECTED.json.
	classes := map[string]string{
		"path leaves the bundle":                                        "name_outside",
		"link or special file type":                                     "name_link",
		"name not safe on all systems":                                  "name_unsafe",
		"two entries become one file":                                   "name_collision",
		"too large when unpacked or too many entries or lying sizes":    "archive_too_big",
		"archive readers disagree":                                      "archive_ambiguous",
		"not a readable bundle":                                         "archive_unreadable",
		"no or unreadable manifest":                                     "manifest_",
		"start file missing or outside the bundle":                      "start_",
		"runs something outside the bundle or loads foreign code":       "command_outside",
		"secret would be visible in the process list":                   "secret_in_arguments",
		"made for another system":                                       "other_system",
		"text must be shown as harmless text; tool description flagged": "text_instructions",
		"tolerated form":                                                "",
		"simplified seed dialect; api_key goes to keychain":             "",
	}
	if len(expected) != 33 {
		t.Fatalf("%d expectations", len(expected))
	}
	for name, want := range expected {
		t.Run(name, func(t *testing.T) {
			v := openFile(t, filepath.Join("testdata", "hostile", name+".mcpb"), Options{}).Verdict(linux)
			class, known := classes[want.Why]
			if v.Verdict != want.Verdict || !known || !strings.Contains(codes(v.Reasons), class) {
				t.Errorf("%s because of %q, want %s because of %s", v.Verdict, codes(v.Reasons), want.Verdict, want.Why)
			}
			for _, r := range v.Reasons {
				if strings.HasPrefix(r.Text, "bundle.") || strings.Contains(r.Text, "{") || hasHidden(r.Text) {
					t.Errorf("%s says %q", r.Code, r.Text)
				}
			}
			if (v.Err() != nil) != (want.Verdict == Rejected) {
				t.Errorf("failure %v", v.Err())
			}
		})
	}
}
