package repair_test

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"toolbay/backend/clients"
	"toolbay/backend/repair"
	"toolbay/backend/repair/finding"
)

func fileOf(t *testing.T, app, system, scope, path string) finding.File {
	t.Helper()
	table, err := clients.Load("")
	if err != nil {
		t.Fatal(err)
	}
	c, ok := table.Get(app)
	if !ok {
		t.Fatalf("no app %s", app)
	}
	at, _, _ := c.As(system, scope, path)
	return finding.File{App: c, Dialect: at.Dialect, OS: system, Scope: scope, Path: path}
}

func TestShapes(t *testing.T) {
	src, err := os.ReadFile(filepath.Join("testdata", "shapes.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	files := txtar.Parse(src).Files
	if len(files) < 150 {
		t.Fatalf("only %d parts", len(files))
	}
	for i := 0; i+2 < len(files); i += 3 {
		in, codes, want := files[i], files[i+1], files[i+2]
		t.Run(in.Name, func(t *testing.T) {
			p := strings.SplitN(in.Name, " ", 4)
			file := fileOf(t, p[0], p[1], p[2], p[3])
			r := repair.Check(file, in.Data, finding.Facts{}, finding.Confirm)
			var got []string
			for _, p := range r.Problems {
				s := p.Code + ":" + string(p.Fix)
				if p.Server != "" && strings.TrimSpace(p.Server) == p.Server {
					s += ":" + p.Server
				}
				got = append(got, s)
			}
			if s := strings.Join(got, " "); s != strings.TrimSpace(string(codes.Data)) {
				t.Errorf("found %s\nwant  %s", s, codes.Data)
			}
			text := in.Data
			if r.Text != nil {
				text = r.Text
			}
			if string(text) != string(want.Data) {
				t.Errorf("got\n%s\nwant\n%s", text, want.Data)
			}
			if again := repair.Check(file, text, finding.Facts{}, finding.Confirm); again.Text != nil {
				t.Errorf("a second repair makes\n%s", again.Text)
			}
		})
	}
}

// What is not allowed is found and not done, and nothing is built on it.
func TestRestraint(t *testing.T) {
	file := fileOf(t, "claude-desktop", "darwin", "user", "~/x/claude_desktop_config.json")
	for _, c := range []struct {
		name, src   string
		allow       finding.Kind
		want        string // "" for no text
		parses      bool
		problemsLen int
	}{
		{"none", `{"mcpServers":{"a":{"command":"x","args":[],},}}`, repair.None, "", false, 1},
		{"safe", `{"mcpServers":{"a":{"command":"x","args":[],},}}`, finding.Safe, `{"mcpServers":{"a":{"command":"x","args":[]}}}`, true, 1},
		{"a cut value is not guessed", `{"mcpServers":{"a":{"command":"x","args":["-y", "a-m`, finding.Safe, "", false, 1},
		{"safe beside a question", `{"mcpServers":{"a":{"command":"x","args":"-y"},"b":{"url":"https://b.example/mcp"}}}`, finding.Safe, `{"mcpServers":{"a":{"command":"x","args":["-y"]},"b":{"url":"https://b.example/mcp"}}}`, true, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := repair.Check(file, []byte(c.src), finding.Facts{}, c.allow)
			if string(r.Text) != c.want || (r.Text == nil) != (c.want == "") || r.ParsesAfter != c.parses || len(r.Problems) != c.problemsLen {
				t.Errorf("%q, parses %v, %d problems: %+v", r.Text, r.ParsesAfter, len(r.Problems), r.Problems)
			}
		})
	}
}

func TestPlacesAreOfTheSource(t *testing.T) {
	file := fileOf(t, "cursor", "linux", "user", "~/.cursor/mcp.json")
	src := "\ufeff{\r\n  \"servers\": {\r\n    \"a\": { \"command\": \"x\", \"args\": [], },\r\n    “b”: { \"command\": \"y\", \"args\": \"z\" }\r\n  }\r\n}\r\n"
	r := repair.Check(file, []byte(src), finding.Facts{}, finding.Confirm)
	want := map[string]string{"JSON_TRAILING_COMMA": "3:38", "JSON_SMART_QUOTES": "4:5", "STRUCT_WRONG_TOP_KEY": "2:3", "ENTRY_ARGS_NOT_ARRAY": "/mcpServers/b/args"}
	for _, p := range r.Problems {
		if w, ok := want[p.Code]; ok && p.Where != w {
			t.Errorf("%s at %s, want %s", p.Code, p.Where, w)
		}
		delete(want, p.Code)
	}
	if len(want) > 0 {
		t.Errorf("not found: %v", want)
	}
	if !strings.Contains(string(r.Text), "\r\n") || strings.Count(string(r.Text), "\n") != strings.Count(string(r.Text), "\r\n") {
		t.Errorf("the ends of lines changed: %q", r.Text)
	}
}

// What a first fix carried to another place is named where it stood.
func TestPlacesOfWhatMoved(t *testing.T) {
	file := fileOf(t, "vscode", "linux", "user", "~/.config/Code/User/mcp.json")
	src := "{\n  \"servers\": { \"a\": { \"command\": \"x\" } } // first\n}\n{\n  \"mcpServers\": { \"b\": { \"command\": \"y\" } }\n}\n"
	r := repair.Check(file, []byte(src), finding.Facts{}, finding.Confirm)
	at := map[string]string{}
	for _, p := range r.Problems {
		at[p.Code] = p.Where
	}
	if want := map[string]string{"JSON_CONCATENATED_DOCS": "4:1", "STRUCT_WRONG_TOP_KEY": "5:3"}; !maps.Equal(at, want) {
		t.Errorf("%v, want %v", at, want)
	}
	if !strings.Contains(string(r.Text), "// first") {
		t.Errorf("the comment is gone: %s", r.Text)
	}
}
