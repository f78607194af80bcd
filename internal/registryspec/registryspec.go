// Package registryspec holds answers against the official registry's own
// OpenAPI and its schema of server.json, which are public data not kept here.
// Tests only may import it.
//
//	spec := registryspec.Load(t)
//	err := spec.Check("ServerList", body)
package registryspec

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"toolbay/internal/dataset"
)

// Spec is what a registry must keep to.
type Spec struct {
	compiler *jsonschema.Compiler
	server   *jsonschema.Schema
}

// Load reads both documents, or skips the test.
func Load(t testing.TB) *Spec {
	t.Helper()
	var doc any
	if err := yaml.Unmarshal(unzip(t, "registry/official-registry-openapi.yaml.gz"), &doc); err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(doc) // keys and numbers as the validator expects them
	if err != nil {
		t.Fatal(err)
	}
	api, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	delete(api.(map[string]any), "$id") // its parts are meant, under our name for it
	s := &Spec{compiler: jsonschema.NewCompiler()}
	s.compiler.DefaultDraft(jsonschema.Draft2020)
	s.compiler.AssertFormat()
	if err := s.compiler.AddResource("https://api.test/api.json", api); err != nil {
		t.Fatal(err)
	}
	files := tar.NewReader(bytes.NewReader(unzip(t, "registry/schemas.tar.gz")))
	for s.server == nil {
		h, err := files.Next()
		if err != nil {
			t.Fatalf("no schema of 2025-12-11: %v", err)
		}
		if !strings.HasSuffix(h.Name, "2025-12-11.json") {
			continue
		}
		doc, err := jsonschema.UnmarshalJSON(files)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.compiler.AddResource("https://server.test/server.json", doc); err != nil {
			t.Fatal(err)
		}
		if s.server, err = s.compiler.Compile("https://server.test/server.json"); err != nil {
			t.Fatal(err)
		}
	}
	// A validator that lets everything through would prove nothing.
	for what, bad := range map[string]string{
		"ServerList": `{"servers":[{"server":{"name":"no slash","description":"x","version":"1"}}]}`, "ServerResponse": `{"server":{}}`, "": `{"name":"a/b","description":"","version":"1"}`,
	} {
		if s.Check(what, []byte(bad)) == nil {
			t.Fatalf("%q lets %s through", what, bad)
		}
	}
	return s
}

// Check holds an answer against a schema of the OpenAPI ("ServerList",
// "ServerResponse"), and every server in it against the schema of server.json;
// "" is a server.json by itself.
func (s *Spec) Check(name string, body []byte) error {
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	if name == "" {
		return s.server.Validate(v)
	}
	schema, err := s.compiler.Compile("https://api.test/api.json#/components/schemas/" + name)
	if err != nil {
		return err
	}
	if err := schema.Validate(v); err != nil {
		return err
	}
	records := []any{v}
	if list, ok := v.(map[string]any)["servers"].([]any); ok {
		records = list
	}
	var errs []error
	for _, r := range records {
		server := r.(map[string]any)["server"]
		if err := s.server.Validate(server); err != nil {
			errs = append(errs, fmt.Errorf("%v: %w", server.(map[string]any)["name"], err))
		}
	}
	return errors.Join(errs...)
}

func unzip(t testing.TB, name string) []byte {
	t.Helper()
	f, err := os.Open(dataset.Path(t, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
