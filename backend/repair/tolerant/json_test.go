package tolerant

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"toolbay/backend/configfile"
	"toolbay/internal/dataset"
)

// mended reads a text again and again until nothing is found, as the loop of
// backend/repair does, and gives the codes in order.
func mended(src []byte, f configfile.Format) (text []byte, codes []string, rs []Reading) {
	text = src
	for range 12 {
		r := Read(text, f)
		rs = append(rs, r)
		for _, x := range r.Findings {
			codes = append(codes, x.Code)
		}
		if r.Text == nil || bytes.Equal(r.Text, text) {
			return text, codes, rs
		}
		text = r.Text
	}
	return text, codes, rs
}

func decoded(t *testing.T, text []byte, f configfile.Format) any {
	t.Helper()
	d, err := configfile.Parse(text, f)
	if err != nil {
		return nil
	}
	v, _ := d.Get()
	return plainValue(v)
}

// plainValue makes maps of objects, to be compared.
func plainValue(v any) any {
	switch v := v.(type) {
	case configfile.Object:
		m := map[string]any{}
		for _, e := range v {
			m[e.Key] = plainValue(e.Value)
		}
		return m
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = plainValue(v[i])
		}
		return out
	}
	return v
}

func fromJSON(t *testing.T, s string) any {
	t.Helper()
	v := decoded(t, []byte(s), configfile.JSON)
	if v == nil {
		t.Fatalf("not JSON: %s", s)
	}
	return v
}

// TestCorpus reads the broken files of the data set: each text layer's code is
// found, nothing else, and what comes out parses.
func TestCorpus(t *testing.T) {
	dir := dataset.Path(t, "broken-configs/dev")
	files, err := filepath.Glob(filepath.Join(dir, "*", "*.expect.json"))
	if err != nil || len(files) < 46 {
		t.Fatalf("%d cases, %v", len(files), err)
	}
	for _, file := range files {
		var c struct {
			Format, Parser string
			Problems       []struct{ Code, Fix, Server string }
		}
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(raw, &c); err != nil {
			t.Fatal(err)
		}
		matches, _ := filepath.Glob(strings.TrimSuffix(file, ".expect.json") + ".*")
		for _, m := range matches {
			if strings.HasSuffix(m, ".expect.json") {
				continue
			}
			t.Run(filepath.Base(filepath.Dir(m))+"/"+filepath.Base(m), func(t *testing.T) {
				src, err := os.ReadFile(m)
				if err != nil {
					t.Fatal(err)
				}
				f := map[string]configfile.Format{"strict": configfile.JSON, "jsonc": configfile.JSONC, "comments-only": configfile.JSONComments, "toml": configfile.TOML, "yaml": configfile.YAML}[c.Parser]
				want := map[string]string{}
				for _, p := range c.Problems {
					if of := p.Code; strings.HasPrefix(of, "JSON_") || strings.HasPrefix(of, "TEXT_") || strings.HasPrefix(of, "ENC_") || strings.HasPrefix(of, "TOML_") || strings.HasPrefix(of, "YAML_") || of == "FILE_EMPTY" {
						want[of] = p.Fix + " " + p.Server
					}
				}
				text, _, rs := mended(src, f)
				got := map[string]string{}
				for _, r := range rs {
					for _, x := range r.Findings {
						got[x.Code] = string(x.Fix) + " " + x.Server
					}
				}
				if !reflect.DeepEqual(got, want) {
					t.Errorf("found %v, want %v\n%s", got, want, text)
				}
				if _, err := configfile.Parse(text, f); err != nil {
					t.Errorf("%v\n%s", err, text)
				}
			})
		}
	}
}
