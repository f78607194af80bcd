package repair

import (
	"testing"

	"toolbay/backend/clients"
	"toolbay/backend/repair/finding"
)

// What can be read in several ways is left as it is: no server gets what
// another one has.
func TestDoubt(t *testing.T) {
	table, err := clients.Load("")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, app, src string }{
		{"the line between two servers is lost", "opencode", `{
  "mcp": {
    "notes": {
      "type": "remote",
      "url": "https://notes.example.com/mcp",
      "enabled": true
    },
    mail“: ”
      "type": "remote",
      "url": "https://mail.example.com/mcp",
      "enabled": true
    }
  }
}
`},
		{"two texts of a list lost a quote", "cursor", `{"mcpServers":{"notes":{"command":"notes","args":["--say",hello, world: it's me",--n","12"]}}}
`},
		{"a version inside of a version", "cursor", `{
  "mcpServers": {
    "clock": {
      "command": "clock",
      "args": [
` + "<<<<<<< HEAD" + `
        "--n",
` + "<<<<<<< HEAD" + `
` + "=======" + `
` + "=======" + `
` + "=======" + `
` + ">>>>>>> other" + `
        "--n",
` + ">>>>>>> other" + `
        "12"
      ]
    }
  }
}
`},
		{"the end of one table and the beginning of the next", "codex", "[mcp_servers.db]\ncommand = \"uvx\"\nargs = [\"db-mcp\"\n\n[mcp_servers mail\ncommand = \"npx\"\nargs = [\"mail-mcp\"]\nenv = { A = \"b\" }\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			app, _ := table.Get(c.app)
			file := finding.File{App: app, Dialect: app.Dialect, OS: "linux", Scope: clients.User}
			r := Check(file, []byte(c.src), finding.Facts{}, finding.Confirm)
			if r.Text != nil {
				t.Errorf("became\n%s", r.Text)
			}
			if n := len(r.Problems); n == 0 || r.Problems[n-1].Code != "FILE_BEYOND_REPAIR" {
				t.Errorf("says %v", r.Problems)
			}
		})
	}
}
