package mcpb

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"testing"

	"toolbay/backend/bundle"
	"toolbay/backend/install"
	"toolbay/backend/model"
	"toolbay/internal/dataset"
)

// Real manifests, nearly all of them lines that name a package: each ends in a
// plan or in a reason that says what to do instead.
func TestCorpus(t *testing.T) {
	f, err := os.Open(dataset.Path(t, "mcpb/corpus-awesome-claude-dxt.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	m := newMachine(t)
	m.in.Others["pypi"] = m.npm
	got := map[string]int{}
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		var one struct{ Manifest json.RawMessage }
		if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
			t.Fatal(err)
		}
		if one.Manifest == nil {
			one.Manifest = lines.Bytes()
		}
		read, reason := bundle.ReadManifest(one.Manifest)
		if reason.Code != "" {
			got[reason.Code]++
			continue
		}
		l, _, err := bundle.Resolve(read, bundle.Here(), nil)
		if err != nil {
			got[model.Code(err)]++
			continue
		}
		s, err := m.in.howToStart(t.Context(), l, read, nil, &install.Plan{})
		if err != nil {
			got[model.Code(err)]++
			continue
		}
		got[s.on+" "+s.other.Package.Type]++
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	t.Log(got)
	if named := got["package npm"] + got["package pypi"]; named < 150 || got["unexpected"] > 0 {
		t.Errorf("of real manifests only %d name a package that can be pinned: %v", named, got)
	}
}
