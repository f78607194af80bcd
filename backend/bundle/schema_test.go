package bundle

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"toolbay/internal/dataset"
)

// What we take for valid is what the official schema takes for valid: over all
// real manifests, and over every tenth with one thing changed.
func TestValidatesAsTheSchemaDoes(t *testing.T) {
	for _, version := range []string{"0.3", "0.4"} {
		c := jsonschema.NewCompiler()
		c.AssertFormat()
		schema, err := c.Compile(dataset.Path(t, "mcpb/schemas/mcpb-manifest-v"+version+".schema.json"))
		if err != nil {
			t.Fatal(err)
		}
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
		n, valid, lineNumber := 0, 0, 0
		for lines.Scan() {
			var one struct {
				Path     string
				Manifest map[string]any
			}
			if lineNumber++; version == "0.4" && lineNumber%10 != 0 {
				continue
			}
			if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
				t.Fatal(err)
			}
			delete(one.Manifest, "dxt_version")
			one.Manifest["manifest_version"] = version
			changes := 12
			if lineNumber%10 != 0 {
				changes = 1
			}
			for change := range changes {
				raw := altered(t, one.Manifest, change)
				v, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
				if err != nil {
					t.Fatal(err)
				}
				o, err := readJSON(raw)
				if err != nil {
					t.Fatal(err)
				}
				n++
				said, ours := schema.Validate(v), formatShape(version).problems(o, "")
				if said == nil {
					valid++
				}
				if (said == nil) != (len(ours) == 0) {
					t.Errorf("%s, change %d: schema says %v, we %v", one.Path, change, said, ours)
				}
			}
		}
		if n < 300 || valid < 100 || valid == n {
			t.Errorf("%d manifests, %d valid", n, valid)
		}
	}
}

// altered is a manifest with one thing changed.
func altered(t *testing.T, m map[string]any, change int) []byte {
	t.Helper()
	raw, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var c map[string]any
	if err := json.Unmarshal(raw, &c); err != nil {
		t.Fatal(err)
	}
	server, _ := c["server"].(map[string]any)
	config, _ := server["mcp_config"].(map[string]any)
	switch change {
	case 1:
		delete(c, "author")
	case 2:
		c["extra"] = 1
	case 3:
		server["type"] = "uv"
	case 4:
		config["args"] = []any{"a", 1}
	case 5:
		config["platform_overrides"] = map[string]any{"win32": map[string]any{"command": "x", "cwd": "y"}}
	case 6:
		c["icons"] = []any{map[string]any{"src": "x", "size": "16"}}
	case 7:
		c["user_config"] = map[string]any{"a": map[string]any{"type": "string", "title": "t", "description": "d", "default": []any{"x"}, "min": 1}}
	case 8:
		c["user_config"] = map[string]any{"a": map[string]any{"type": "choice", "title": "t", "description": "d"}}
	case 9:
		c["localization"] = map[string]any{"resources": "x/${locale}.json", "default_locale": "en-US"}
	case 10:
		c["_meta"] = map[string]any{"com.example": map[string]any{"x": []any{1, nil}}}
	case 11:
		c["compatibility"] = map[string]any{"platforms": []any{"linux", "macos"}}
	}
	raw, err = json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}
