//go:build unix

package clients

import (
	"os"
	"path/filepath"
	"reflect"
	"syscall"
	"testing"

	"toolbay/backend/model"
)

// userFile is where each app has its file on Linux without any variable set.
var userFile = map[string]string{
	"claude-desktop": "home/ann/.config/Claude/claude_desktop_config.json",
	"claude-code":    "home/ann/.claude.json",
	"cursor":         "home/ann/.cursor/mcp.json",
	"vscode":         "home/ann/.config/Code/User/mcp.json",
	"codex":          "home/ann/.codex/config.toml",
	"gemini-cli":     "home/ann/.gemini/settings.json",
	"opencode":       "home/ann/.config/opencode/opencode.json",
	"droid":          "home/ann/.factory/mcp.json",
	"amp":            "home/ann/.config/amp/settings.json",
}

// TestHealth follows what the apps were seen to accept.
func TestHealth(t *testing.T) {
	const bom = "\ufeff"
	cases := []struct {
		name, app, content string
		health, code       string
	}{
		{"plain", "claude-code", `{}`, OK, ""},
		{"mark, Claude Code takes it", "claude-code", bom + `{}`, OK, ""},
		{"mark, Claude Desktop does not", "claude-desktop", bom + `{}`, Broken, "file_broken"},
		{"mark, Gemini does not", "gemini-cli", bom + `{}`, Broken, "file_broken"},
		{"mark, opencode takes it", "opencode", bom + `{}`, OK, ""},
		{"mark, Codex takes it", "codex", bom + "a = 1\n", OK, ""},
		{"comment, strict", "claude-code", "{} // x", Broken, "file_broken"},
		{"comment, strict", "cursor", "{} // x", Broken, "file_broken"},
		{"comment, Gemini", "gemini-cli", "{} // x", OK, ""},
		{"comment, VS Code", "vscode", "{} // x", OK, ""},
		{"trailing comma, strict", "claude-desktop", `{"a":1,}`, Broken, "file_broken"},
		{"trailing comma, Gemini", "gemini-cli", `{"a":1,}`, Broken, "file_broken"},
		{"trailing comma, opencode", "opencode", `{"a":1,}`, OK, ""},
		{"mark, Droid does not", "droid", bom + `{}`, Broken, "file_broken"},
		{"comment, Droid", "droid", "{} // x", OK, ""},
		{"trailing comma, Droid", "droid", `{"a":1,}`, Broken, "file_broken"},
		{"empty, Droid minds", "droid", "", Empty, "file_blank"},
		{"mark, Amp does not", "amp", bom + `{}`, Broken, "file_broken"},
		{"comment and trailing comma, Amp", "amp", "{\"a\":1,} // x", OK, ""},
		{"empty, Amp minds", "amp", "", Empty, "file_blank"},
		{"cut off", "vscode", `{"servers":{"a":`, Broken, "file_broken"},
		{"UTF-16", "claude-code", "\xff\xfe{\x00}\x00", Broken, "file_broken"},
		{"two documents", "cursor", `{}{}`, Broken, "file_broken"},
		{"TOML cut off", "codex", "[mcp_servers", Broken, "file_broken"},
		{"TOML table twice", "codex", "[mcp_servers.a]\ncommand=\"x\"\n[mcp_servers.a]\ncommand=\"y\"\n", Broken, "file_broken"},
		{"empty, Claude Code does not mind", "claude-code", "", Empty, ""},
		{"empty, Gemini minds", "gemini-cli", "", Empty, "file_blank"},
		{"blank, Codex does not mind", "codex", "\n \n", Empty, ""},
		{"blank, opencode does not mind", "opencode", "\r\n", Empty, ""},
		{"a list", "cursor", `[]`, Broken, "wrong_shape"},
		{"servers as a list", "claude-code", `{"mcpServers":[]}`, Broken, "wrong_shape"},
		{"servers as null", "vscode", `{"servers":null}`, Broken, "wrong_shape"},
		{"servers as text", "codex", "mcp_servers = \"x\"\n", Broken, "wrong_shape"},
		{"name twice", "claude-code", `{"mcpServers":{"a":{"command":"x"},"a":{"command":"y"}}}`, OK, ""},
	}
	for _, c := range cases {
		t.Run(c.app+"/"+c.name, func(t *testing.T) {
			b := newBox(t, "linux")
			b.file(userFile[c.app], c.content)
			a, err := shippedTable(t).LookOne(b.sys, c.app, "")
			if err != nil {
				t.Fatal(err)
			}
			f, _ := a.Primary(User)
			if f.Health != c.health || model.Code(f.Err) != c.code {
				t.Errorf("health %s, error %v", f.Health, f.Err)
			}
			if !a.Found {
				t.Error("a file in any state shows that the app is here")
			}
		})
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	cases := []struct {
		name string
		make func(t *testing.T, path string)
		code string
	}{
		{"a folder in its place", func(t *testing.T, p string) { must(t, os.MkdirAll(p, 0o755)) }, "file_is_folder"},
		{"a dangling link", func(t *testing.T, p string) { must(t, os.Symlink("nowhere", p)) }, "link_dangling"},
		{"a link to itself", func(t *testing.T, p string) { must(t, os.Symlink(filepath.Base(p), p)) }, "file_unreadable"},
		{"a pipe", func(t *testing.T, p string) { must(t, syscall.Mkfifo(p, 0o600)) }, "file_unreadable"},
		{"no permission", func(t *testing.T, p string) {
			if os.Getuid() == 0 {
				t.Skip("root may read everything")
			}
			must(t, os.WriteFile(p, []byte("{}"), 0))
		}, "file_unreadable"},
		{"too large", func(t *testing.T, p string) {
			must(t, os.WriteFile(p, nil, 0o600))
			must(t, os.Truncate(p, maxFile+1))
		}, "file_too_big"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for app, file := range userFile {
				b := newBox(t, "linux")
				b.dir(filepath.Dir(file))
				c.make(t, b.path(file))
				a, err := shippedTable(t).LookOne(b.sys, app, "")
				if err != nil {
					t.Fatal(err)
				}
				f, _ := a.Primary(User)
				if f.Health != Unreadable || model.Code(f.Err) != c.code {
					t.Errorf("%s: health %s, error %v", app, f.Health, f.Err)
				}
			}
		})
	}
	t.Run("a file where its folder should be", func(t *testing.T) {
		b := newBox(t, "linux")
		b.file("home/ann/.cursor", "x")
		a, err := shippedTable(t).LookOne(b.sys, "cursor", "")
		if err != nil {
			t.Fatal(err)
		}
		if f, _ := a.Primary(User); f.Health != Unreadable || model.Code(f.Err) != "file_unreadable" {
			t.Errorf("health %s, error %v", f.Health, f.Err)
		}
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestEntries(t *testing.T) {
	cases := []struct {
		name, app, content string
		want               []Entry // File and Path are checked for all
	}{
		{"standard", "claude-desktop", `{"mcpServers":{"b":{"command":"npx","args":["-y","x"],"env":{"K":"v"}},"a":{"command":"y"}}}`, []Entry{
			{Name: "b", Command: "npx", Args: []string{"-y", "x"}, Env: map[string]string{"K": "v"}, Enabled: true},
			{Name: "a", Command: "y", Enabled: true},
		}},
		{"remote", "claude-code", `{"mcpServers":{"r":{"type":"http","url":"https://x/mcp","headers":{"A":"b"}}}}`, []Entry{
			{Name: "r", URL: "https://x/mcp", Enabled: true},
		}},
		{"the last of a name counts", "cursor", `{"mcpServers":{"a":{"command":"x"},"a":{"command":"y"}}}`, []Entry{
			{Name: "a", Command: "y", Enabled: true},
		}},
		{"any shape keeps its name", "vscode", `{"servers":{"n":null,"s":"x","l":[1],"w":{"command":["a","b"],"args":"c","env":{"N":1,"B":true,"O":{}}}}}`, []Entry{
			{Name: "n", Enabled: true}, {Name: "s", Enabled: true}, {Name: "l", Enabled: true},
			{Name: "w", Command: "a", Args: []string{"b"}, Env: map[string]string{"N": "1", "B": "true", "O": ""}, Enabled: true},
		}},
		{"codex", "codex", "[mcp_servers.a]\ncommand = \"x\"\nargs = [\"1\"]\nenabled = false\n[mcp_servers.a.env]\nK = \"v\"\n[mcp_servers.\"b.c\"]\nurl = \"https://x\"\n", []Entry{
			{Name: "a", Command: "x", Args: []string{"1"}, Env: map[string]string{"K": "v"}},
			{Name: "b.c", URL: "https://x", Enabled: true},
		}},
		{"codex ignores disabled", "codex", "[mcp_servers.a]\ncommand = \"x\"\ndisabled = true\n", []Entry{{Name: "a", Command: "x", Enabled: true}}},
		{"gemini's lists", "gemini-cli", `{"mcp":{"allowed":["a","b"],"excluded":["b"]},"mcpServers":{"a":{"command":"x"},"b":{"command":"x"},"c":{"httpUrl":"https://x"}}}`, []Entry{
			{Name: "a", Command: "x", Enabled: true}, {Name: "b", Command: "x"}, {Name: "c", URL: "https://x"},
		}},
		{"opencode", "opencode", `{"mcp":{"l":{"type":"local","command":["x","1"],"environment":{"K":"v"},"enabled":false},"r":{"type":"remote","url":"https://x"}}}`, []Entry{
			{Name: "l", Command: "x", Args: []string{"1"}, Env: map[string]string{"K": "v"}},
			{Name: "r", URL: "https://x", Enabled: true},
		}},
		{"opencode's second layout", "opencode", `{"mcp":{"servers":{"a":{"type":"local","command":["x"]}}}}`, []Entry{
			{Name: "a", Command: "x", Args: []string{}, Enabled: true, Path: []string{"mcp", "servers", "a"}},
		}},
		{"opencode with a server called servers", "opencode", `{"mcp":{"servers":{"type":"local","command":["x"]}}}`, []Entry{
			{Name: "servers", Command: "x", Args: []string{}, Enabled: true},
		}},
		{"ours", "cursor", `{"mcpServers":{"n":{"command":"/h/.toolbay/bin/toolbay","args":["run","notes"]},"p":{"command":"C:\\h\\bin\\Toolbay.exe","args":["run","n","--profile","work"]},"x":{"command":"toolbay","args":["serve"]},"y":{"command":"mytoolbay","args":["run","n"]}}}`, []Entry{
			{Name: "n", Command: "/h/.toolbay/bin/toolbay", Args: []string{"run", "notes"}, Enabled: true, Server: "notes"},
			{Name: "p", Command: `C:\h\bin\Toolbay.exe`, Args: []string{"run", "n", "--profile", "work"}, Enabled: true, Server: "n", Profile: "work"},
			{Name: "x", Command: "toolbay", Args: []string{"serve"}, Enabled: true},
			{Name: "y", Command: "mytoolbay", Args: []string{"run", "n"}, Enabled: true},
		}},
	}
	for _, c := range cases {
		t.Run(c.app+"/"+c.name, func(t *testing.T) {
			b := newBox(t, "linux")
			b.file(userFile[c.app], c.content)
			a, err := shippedTable(t).LookOne(b.sys, c.app, "")
			if err != nil {
				t.Fatal(err)
			}
			for i := range c.want {
				c.want[i].File, c.want[i].At = b.path(userFile[c.app]), a.Client.Dialect.At()
				if c.want[i].Path == nil {
					c.want[i].Path = a.Client.Dialect.Path(c.want[i].Name)
				}
			}
			if !reflect.DeepEqual(a.Entries, c.want) {
				t.Errorf("got  %+v\nwant %+v", a.Entries, c.want)
			}
		})
	}
}
