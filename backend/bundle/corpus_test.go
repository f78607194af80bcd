package bundle

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"testing"

	"toolbay/internal/dataset"
)

// Real manifests, of a list of extensions: every one can be read, and for the
// most part they start what a well-known program fetches.
func TestRealManifests(t *testing.T) {
	f, err := os.Open(dataset.Path(t, "mcpb/corpus-awesome-claude-dxt.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 4<<20)
	n, runners, said := 0, map[string]int{}, map[string]int{}
	for lines.Scan() {
		var one struct {
			Path     string
			Manifest json.RawMessage
		}
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			t.Fatal(err)
		}
		n++
		m, reason := ReadManifest(one.Manifest)
		if reason.Code != "" {
			t.Errorf("%s: %s", one.Path, reason.Text)
			continue
		}
		if m.Name == "" || m.Server.Config == nil || m.Server.Config.Command == "" || m.Server.Type == "" {
			t.Errorf("%s: %+v", one.Path, m)
		}
		platforms := []Platform{linux, {"darwin", "arm64"}, {"windows", "amd64"}}
		for _, p := range platforms[:1+2*(n%5/4)] {
			for _, r := range Judge(m, p, nil) {
				if r.Fatal && r.Code != "other_system" {
					t.Errorf("%s on %s: %s", one.Path, p.OS, r.Text)
				}
				if p == linux {
					said[r.Code]++
				}
			}
		}
		l, _, _ := Resolve(m, linux, nil)
		runners[l.Runner]++
		var declared struct {
			Settings map[string]struct{ Sensitive bool } `json:"user_config"`
		}
		if err := json.Unmarshal(one.Manifest, &declared); err != nil {
			t.Fatal(err)
		}
		inputs := m.Inputs(Folders{Home: "/home/u"})
		if len(inputs) != len(declared.Settings) {
			t.Errorf("%s: %d settings of %d", one.Path, len(inputs), len(declared.Settings))
		}
		for _, in := range inputs {
			if in.Secret != declared.Settings[in.Name].Sensitive {
				t.Errorf("%s: %s", one.Path, in.Name)
			}
		}
	}
	if n != 268 || runners["npx"] < 100 || runners["uvx"] < 100 {
		t.Errorf("%d manifests, %v", n, runners)
	}
	t.Log(n, runners, said)
}

// The official tool's own examples are read, those too that its strict check
// refuses.
func TestOfficialExamples(t *testing.T) {
	for file, want := range map[string]string{
		"chrome-applescript.manifest.json":  "manifest_unknown_keys",
		"file-manager-python.manifest.json": "",
		"file-system-node.manifest.json":    "manifest_unknown_keys",
		"hello-world-node.manifest.json":    "",
		"hello-world-uv.manifest.json":      "",
		"valid-manifest.json":               "",
		"valid-manifest-0.2.json":           "",
		"invalid-manifest.json":             "refused",
	} {
		raw, err := os.ReadFile(dataset.Path(t, "mcpb/examples/"+file))
		if err != nil {
			t.Fatal(err)
		}
		m, reason := ReadManifest(raw)
		got := codes(m.reasons)
		if reason.Fatal {
			got = "refused"
		}
		if got != want {
			t.Errorf("%s: %q (%s), want %q", file, got, reason.Text, want)
		}
	}
}
