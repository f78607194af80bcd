package clients

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// schema compiles schema.json, which describes the shipped files and a user's
// own table to whoever writes one.
func schema(t *testing.T) func(src []byte) error {
	t.Helper()
	src, err := os.ReadFile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(src))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return func(src []byte) error {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(src))
		if err != nil {
			return err
		}
		return s.Validate(doc)
	}
}

func TestSchema(t *testing.T) {
	valid := schema(t)
	files, err := shipped.ReadDir("apps")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		src, err := shipped.ReadFile("apps/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		if err := valid(src); err != nil {
			t.Errorf("%s: %v", f.Name(), err)
		}
		// Of a shipped app it is said how sure it is, by what, and what it needs.
		var c Client
		if err := json.Unmarshal(src, &c); err != nil || c.Sure == "" || c.Why == "" || c.Reload == "" || c.ID+".json" != f.Name() {
			t.Errorf("%s: %v, %+v", f.Name(), err, c)
		}
		for _, spec := range c.Files {
			if spec.Sure == SureC && spec.Why == "" && c.Why == "" {
				t.Errorf("%s: nothing says why a place is unsure", f.Name())
			}
		}
	}
	table, err := shipped.ReadFile("table.json")
	if err == nil {
		err = valid(table)
	}
	if err != nil {
		t.Error(err)
	}
	if err := valid([]byte(minimal)); err != nil {
		t.Errorf("a user's table: %v", err)
	}
}

// TestSchemaAndRulesAgree: what the schema refuses of a user's table, reading
// it refuses too.
func TestSchemaAndRulesAgree(t *testing.T) {
	valid := schema(t)
	for name, change := range map[string][2]string{
		"another format":       {`"format":1`, `"format":2`},
		"an unknown field":     {`"name":"Mine"`, `"name":"Mine","nmae":"x"`},
		"no name":              {`"name":"Mine"`, `"name":""`},
		"an id that is a path": {`"mine"`, `"../x"`},
		"an unknown dialect":   {`"format":"json"`, `"format":"ini"`},
		"an unknown quirk":     {`"env":"env"`, `"env":"env","quirk":"x"`},
		"an absolute folder":   {`["{HOME}/.mine"]`, `["/etc/mine"]`},
		"an unknown system":    {`"scope":"user"`, `"scope":"user","os":["beos"]`},
		"an unknown scope":     {`"scope":"user"`, `"scope":"all"`},
		"an unknown kind":      {`"kind":"folder"`, `"kind":"registry"`},
		"an unknown sure":      {`"name":"Mine"`, `"name":"Mine","sure":"D"`},
		"an unknown reload":    {`"name":"Mine"`, `"name":"Mine","reload":"never"`},
		"an unknown aside":     {`"scope":"user"`, `"scope":"user","aside":"new"`},
		"a constant object":    {`"env":"env"`, `"env":"env","always":[{"key":"a","value":{}}]`},
		"a form without name":  {`"env":"env"`, `"env":"env","expands":["$"]`},
		"an odd transport":     {`"env":"env"`, `"env":"env","remote":{"types":{"http":""},"headers":"h"}`},
		"places of no place":   {`"name":"Mine"`, `"name":"Mine","fileOnly":true`},
	} {
		src := strings.Replace(minimal, change[0], change[1], 1)
		if src == minimal {
			t.Fatalf("%s: the case changes nothing", name)
		}
		if valid([]byte(src)) == nil {
			t.Errorf("%s: the schema takes it", name)
		}
		if _, err := parseTable([]byte(src)); err == nil {
			t.Errorf("%s: reading takes it", name)
		}
	}
}
