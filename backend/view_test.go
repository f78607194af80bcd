package backend

import (
	"strings"
	"testing"
)

func TestMaskLine(t *testing.T) {
	digest := "sha256:" + strings.Repeat("0a1b", 16)
	for _, c := range []struct{ name, line, want string }{
		{"what programs say", "npm http fetch GET 200 https://registry.example.com/left-pad 12ms", "npm http fetch GET 200 https://registry.example.com/left-pad 12ms"},
		{"a user in an address", "Using https://ann:pa55@index.example.com/simple", "Using https://•••@index.example.com/simple"},
		{"a key alone in an address", "Using https://k3y@index.example.com/simple", "Using https://•••@index.example.com/simple"},
		{"a named key", "_authToken=abcdef", "_authToken=•••"},
		{"a key in an address", "GET https://x.example.com/a?token=abcdef", "GET https://x.example.com/a?token=•••"},
		{"a header", "Authorization: Bearer abcdefgh12345", "Authorization: •••"},
		{"a digest is no key", "127.0.0.1:5000/notes@" + digest + " Pulling from notes", "127.0.0.1:5000/notes@" + digest + " Pulling from notes"},
		{"a key beside a digest", digest + " token=abcdef", digest + " token=•••"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := MaskLine(c.line); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestAtHome(t *testing.T) {
	const ann, win = "/home/ann", `C:\Users\Ann`
	for _, c := range []struct{ name, path, home, want string }{
		{"below home", "/home/ann/.cursor/mcp.json", ann, "~/.cursor/mcp.json"},
		{"home itself", ann, ann, "~"},
		{"home with a slash behind it", "/home/ann/.claude.json", "/home/ann/", "~/.claude.json"},
		{"outside home", "/srv/shop/.mcp.json", ann, "/srv/shop/.mcp.json"},
		{"above home", "/home", ann, "/home"},
		{"another's home whose name begins alike", "/home/anna/.claude.json", ann, "/home/anna/.claude.json"},
		{"home's path further in", "/mnt/home/ann/.claude.json", ann, "/mnt/home/ann/.claude.json"},
		{"case counts", "/home/Ann/.claude.json", ann, "/home/Ann/.claude.json"},
		{"a backslash is part of a name", `/home/ann\notes`, ann, `/home/ann\notes`},
		{"no home known", "/etc/mcp.json", "", "/etc/mcp.json"},
		{"home is the root", "/etc/mcp.json", "/", "/etc/mcp.json"},
		{"no path", "", ann, ""},
		{"other letters than ASCII", "/home/zoë/ü.json", "/home/zoë", "~/ü.json"},
		{"Windows", `C:\Users\Ann\AppData\Roaming\Claude\claude_desktop_config.json`, win, `~\AppData\Roaming\Claude\claude_desktop_config.json`},
		{"Windows, home itself", win, win, "~"},
		{"Windows, the other separator", "C:/Users/Ann/.cursor/mcp.json", win, "~/.cursor/mcp.json"},
		{"Windows, home with the other separator", `C:\Users\Ann\.claude.json`, "C:/Users/Ann/", `~\.claude.json`},
		{"Windows, another case", `c:\users\ann\.claude.json`, win, `~\.claude.json`},
		{"Windows, a name that begins alike", `C:\Users\Anna\.claude.json`, win, `C:\Users\Anna\.claude.json`},
		{"Windows, another disk", `D:\Users\Ann\.claude.json`, win, `D:\Users\Ann\.claude.json`},
		{"Windows, a home on a server", `\\files\ann\.claude.json`, `\\files\ann`, `~\.claude.json`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := AtHome(c.path, c.home); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}
