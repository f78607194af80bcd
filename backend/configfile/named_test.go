package configfile

import (
	"reflect"
	"testing"

	"toolbay/backend/model"
)

// namedFiles are files whose servers are a list. after is what an element "x"
// with the command "c" makes of them.
var namedFiles = []struct {
	name   string
	format Format
	src    string
	after  string
}{
	{"empty file", JSON, "", "{\n  \"mcpServers\": [\n    {\n      \"name\": \"x\",\n      \"command\": \"c\"\n    }\n  ]\n}\n"},
	{"no list", JSON, "{\"a\":1}", "{\"a\":1,\"mcpServers\":[{\"name\":\"x\",\"command\":\"c\"}]}"},
	{"empty list", JSON, "{\n  \"mcpServers\": []\n}\n", "{\n  \"mcpServers\": [\n    {\n      \"name\": \"x\",\n      \"command\": \"c\"\n    }\n  ]\n}\n"},
	{"usual", JSON, "{\n\t\"mcpServers\": [\n\t\t{\n\t\t\t\"name\": \"b\"\n\t\t}\n\t]\n}\n", "{\n\t\"mcpServers\": [\n\t\t{\n\t\t\t\"name\": \"b\"\n\t\t},\n\t\t{\n\t\t\t\"name\": \"x\",\n\t\t\t\"command\": \"c\"\n\t\t}\n\t]\n}\n"},
	{"one line", JSON, `{"mcpServers":[{"name":"b"},1,null,"x"]}`, `{"mcpServers":[{"name":"b"},1,null,"x",{"name":"x","command":"c"}]}`},
	{"comments", JSONC, "{\"mcpServers\": [ // a\n  {\"name\": /* \"x\" */ \"b\"}, // b\n  // {\"name\": \"x\"}\n]}", "{\"mcpServers\": [ // a\n  {\"name\": /* \"x\" */ \"b\"}, // b\n  {\"name\": \"x\", \"command\": \"c\"},\n  // {\"name\": \"x\"}\n]}"},

	{"empty file", TOML, "", "[[mcpServers]]\nname = \"x\"\ncommand = \"c\"\n"},
	{"no list", TOML, "a = 1\n[t]\nb = 2\n", "a = 1\n[t]\nb = 2\n[[mcpServers]]\nname = \"x\"\ncommand = \"c\"\n"},
	{"empty array", TOML, "mcpServers = [] # none\n\n[t]\n", "mcpServers = [ { name = \"x\", command = \"c\" } ] # none\n\n[t]\n"},
	{"array", TOML, "mcpServers = [{ name = \"b\", args = [\"]\", ']'] }, 1]\n", "mcpServers = [{ name = \"b\", args = [\"]\", ']'] }, 1, { name = \"x\", command = \"c\" }]\n"},
	{"array over lines", TOML, "mcpServers = [\n  { name = \"b\" }, # b\n  # { name = \"x\" },\n]\n", "mcpServers = [\n  { name = \"b\" }, # b\n  { name = \"x\", command = \"c\" },\n  # { name = \"x\" },\n]\n"},
	{"tables", TOML, "[[mcpServers]]\nname = \"b\" # b\n# args = []\n\n[[mcpServers]]\nname = \"d\"\n\n[mcpServers.env]\nA = \"1\"\n\n# on t\n[t]\n", "[[mcpServers]]\nname = \"b\" # b\n# args = []\n\n[[mcpServers]]\nname = \"d\"\n\n[mcpServers.env]\nA = \"1\"\n\n[[mcpServers]]\nname = \"x\"\ncommand = \"c\"\n\n# on t\n[t]\n"},
	{"lists of lists", TOML, "[[mcpServers]]\nname = \"b\"\n[[mcpServers.more]]\nname = \"x\"\n[[mcpServers.more]]\nname = \"y\"\n[[mcpServers]]\nname = \"d\"", "[[mcpServers]]\nname = \"b\"\n[[mcpServers.more]]\nname = \"x\"\n[[mcpServers.more]]\nname = \"y\"\n[[mcpServers]]\nname = \"d\"\n[[mcpServers]]\nname = \"x\"\ncommand = \"c\""},
	{"CRLF", TOML, "[[mcpServers]]\r\nname='b'\r\n", "[[mcpServers]]\r\nname='b'\r\n\r\n[[mcpServers]]\r\nname=\"x\"\r\ncommand=\"c\"\r\n"},

	{"empty file", YAML, "", "mcpServers:\n  - name: x\n    command: c\n"},
	{"no list", YAML, "name: a\nmodels:\n- name: m\n", "name: a\nmodels:\n- name: m\nmcpServers:\n- name: x\n  command: c\n"},
	{"empty list", YAML, "mcpServers: [] # none\nz: 1\n", "mcpServers: # none\n  - name: x\n    command: c\nz: 1\n"},
	{"nothing", YAML, "mcpServers:\n", "mcpServers:\n  - name: x\n    command: c\n"},
	{"usual", YAML, "mcpServers:\n  - name: b\n    # args: []\n  # later\nz: 1\n", "mcpServers:\n  - name: b\n    # args: []\n  - name: x\n    command: c\n  # later\nz: 1\n"},
	{"at the column of the key, CRLF", YAML, "mcpServers:\r\n- name: \"b\"\r\n  args:\r\n  - \"-y\"\r\nz: 1\r\n", "mcpServers:\r\n- name: \"b\"\r\n  args:\r\n  - \"-y\"\r\n- name: \"x\"\r\n  command: \"c\"\r\nz: 1\r\n"},
	{"wide dashes", YAML, "mcpServers:\n  -   name: b\n      args: [x]\n  - # empty\n  -\n    name: d\n", "mcpServers:\n  -   name: b\n      args: [x]\n  - # empty\n  -\n    name: d\n  - name: x\n    command: c\n"},
	{"one line", YAML, "mcpServers: [{name: b}, c: 1, *d, d]\n", ""},
	{"braces over lines", YAML, "mcpServers: [\n  {name: b}, # b\n]\n", "mcpServers: [\n  {name: b}, # b\n  {name: x, command: c},\n]\n"},
	{"aliases", YAML, "d: &d {name: d}\nmcpServers:\n  - *d\n  - <<: *d\n    name: b\n", "d: &d {name: d}\nmcpServers:\n  - *d\n  - <<: *d\n    name: b\n  - name: x\n    command: c\n"},
}

func listPath(name string) []string { return []string{"mcpServers", Named("name", name)} }

func TestNamedElements(t *testing.T) {
	for _, tt := range namedFiles {
		t.Run(string(tt.format)+"/"+tt.name, func(t *testing.T) {
			src := []byte(tt.src)
			if tt.after == "" {
				src = []byte("d: &d {name: q}\n" + tt.src)
			}
			d, err := Parse(src, tt.format)
			if err != nil {
				t.Fatal(err)
			}
			checkReplaceAll(t, src, tt.format, 10, nil, []string{"mcpServers"})
			before := d.Names("name", "mcpServers")
			for _, names := range [][]string{{"x", "y", "z"}, {"é\"'\\", "no", "a: b"}, {"", "1.10", "\x01"}} {
				checkNamedInsertRemove(t, src, tt.format, []string{"mcpServers"}, names, everyOrder)
				checkNamedInsertRemove(t, src, tt.format, []string{"deep", "list"}, names, everyOrder)
			}
			out, tr, err := Insert(src, tt.format, listPath("x"), Object{{"name", "x"}, {"command", "c"}})
			if err != nil || tt.after != "" && string(out) != tt.after {
				t.Fatalf("Insert: %v\n%q, want\n%q", err, out, tt.after)
			}
			d, err = Parse(out, tt.format)
			if err != nil {
				t.Fatal(err)
			}
			if got := d.Names("name", "mcpServers"); !reflect.DeepEqual(got, append(before, "x")) {
				t.Errorf("Names: %q", got)
			}
			if d.Keys("mcpServers") != nil {
				t.Errorf("Keys of a list: %q", d.Keys("mcpServers"))
			}
			// A member of it, changed, added and taken away.
			more, err := Update(out, tt.format, listPath("x"), Object{{"command", "d"}, {"env", Object{{"A", "b"}}}})
			if err != nil {
				t.Fatalf("Update: %v", err)
			}
			d, _ = Parse(more, tt.format)
			if v, _ := d.Get(append(listPath("x"), "env", "A")...); v != "b" {
				t.Errorf("after Update: %v in %q", v, more)
			}
			if _, _, err := Insert(more, tt.format, listPath("x"), Object{{"name", "x"}}); model.Code(err) != CodeExists {
				t.Errorf("Insert again: %v", err)
			}
			less, err := Remove(more, tt.format, append(listPath("x"), "env"), nil)
			if err == nil {
				less, err = Update(less, tt.format, listPath("x"), Object{{"command", "c"}})
			}
			if err != nil || string(less) != string(out) {
				t.Errorf("back from Update: %v\n%q, want\n%q", err, less, out)
			}
			for i := len(before) - 1; i >= 0; i-- { // those of others
				if out, err = Remove(out, tt.format, listPath(before[i]), nil); err != nil {
					t.Fatalf("Remove %q: %v", before[i], err)
				}
				d, _ = Parse(out, tt.format)
				if got := d.Names("name", "mcpServers"); !reflect.DeepEqual(got, append(before[:i:i], "x")) {
					t.Errorf("Names after Remove %q: %q in %q", before[i], got, out)
				}
			}
			_ = tr
		})
	}
}

// checkNamedInsertRemove is checkInsertRemove for elements of a list.
func checkNamedInsertRemove(t testing.TB, src []byte, f Format, list []string, names []string, orders [][]int) {
	t.Helper()
	steps := make([]string, len(names))
	for i, n := range names {
		steps[i] = Named("name", n)
	}
	checkInsertRemove(t, src, f, list, steps, orders)
}

func TestNamedRefusals(t *testing.T) {
	tests := []struct {
		name   string
		format Format
		src    string
		path   []string
		code   string
	}{
		{"object for the list", JSON, `{"mcpServers": {}}`, listPath("x"), CodeShape},
		{"list for the object", JSON, `{"mcpServers": []}`, []string{"mcpServers", "x"}, CodeShape},
		{"there", JSON, `{"mcpServers": [{"name": "\u0078"}]}`, listPath("x"), CodeExists},
		{"table for the list", TOML, "[mcpServers]\n", listPath("x"), CodeShape},
		{"number for the list", TOML, "mcpServers = 1\n", listPath("x"), CodeShape},
		{"list for the table", TOML, "mcpServers = []\n", []string{"mcpServers", "x"}, CodeShape},
		{"there", TOML, "[[mcpServers]]\nname = 'x'\n", listPath("x"), CodeExists},
		{"there, in the line", TOML, "mcpServers = [{name = 'x'}]\n", listPath("x"), CodeExists},
		{"mapping for the list", YAML, "mcpServers: {}\n", listPath("x"), CodeShape},
		{"text for the list", YAML, "mcpServers: a\n", listPath("x"), CodeShape},
		{"list for the mapping", YAML, "mcpServers: []\n", []string{"mcpServers", "x"}, CodeShape},
		{"there", YAML, "mcpServers:\n- name: \"\\x78\"\n", listPath("x"), CodeExists},
		{"the file is a list", YAML, "- name: b\n", []string{"mcpServers", "x"}, CodeShape},
	}
	for _, tt := range tests {
		t.Run(string(tt.format)+"/"+tt.name, func(t *testing.T) {
			out, _, err := Insert([]byte(tt.src), tt.format, tt.path, Object{{"name", "x"}})
			if model.Code(err) != tt.code || out != nil {
				t.Errorf("%v, %q; want %s", err, out, tt.code)
			}
		})
	}
	if _, _, err := Insert(nil, JSON, listPath("x"), Object{{"name", "y"}}); err == nil {
		t.Error("an element of another name went in")
	}
	if _, _, err := Insert(nil, JSON, []string{Named("name", "x")}, Object{{"name", "x"}}); err == nil {
		t.Error("a list became the whole file")
	}
}
