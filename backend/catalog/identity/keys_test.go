package identity

import (
	"testing"

	"toolbay/backend/model"
)

func TestKeys(t *testing.T) {
	tests := []struct {
		name, kind, a, b string
		same             bool
	}{
		{"npm has no case and no version", "npm", "@Acme/Notes", "@acme/notes@1.2.3", true},
		{"another scope is another package", "npm", "@acme/notes", "notes", false},
		{"PEP 503", "pypi", "Acme_Notes.server", "acme-notes-server[all]==1.0", true},
		{"underscores run together", "pypi", "acme--notes", "acme_notes", true},
		{"an image without tag or digest", "oci", "mcp/notes@sha256:abc", "docker.io/mcp/notes:1.0", true},
		{"an image of nobody's is the library's", "oci", "notes", "docker.io/library/notes:latest", true},
		{"a registry with a port", "oci", "example.org:5000/acme/notes", "example.org:5000/acme/notes:2", true},
		{"another registry", "oci", "ghcr.io/acme/notes", "acme/notes", false},
		{"a bundle for two systems", "mcpb", "https://github.com/Acme/Notes/releases/download/v1.0/notes-1.0-darwin-arm64.mcpb", "https://github.com/acme/notes/releases/download/v2.0/notes_2.0_linux_amd64.mcpb", true},
		{"two bundles of one repository", "mcpb", "https://github.com/acme/all/releases/download/v1/notes.mcpb", "https://github.com/acme/all/releases/download/v1/mail.mcpb", false},
		{"one endpoint, two transports", "remote", "https://mcp.acme.com/mcp", "https://MCP.acme.com/sse/", true},
		{"two paths of one host", "remote", "https://acme.com/notes/mcp", "https://acme.com/mail/mcp", false},
		{"a host of many tenants", "remote", "https://server.smithery.ai/@a/notes/mcp", "https://server.smithery.ai/@b/notes/mcp", false},
		{"a placeholder in the query", "remote", "https://acme.com/mcp?key={key}", "https://acme.com/mcp", true},
		{"a value in the query", "remote", "https://acme.com/mcp?server=notes", "https://acme.com/mcp?server=mail", false},
		{"the port of https", "remote", "https://acme.com:443/mcp", "https://acme.com", true},
		{"crates with both dashes", "cargo", "acme_notes", "acme-notes", true},
		{"nuget has no case", "nuget", "Acme.Notes", "acme.notes", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, ok := keyOf(model.Package{Type: tt.kind, Identifier: tt.a})
			b, ok2 := keyOf(model.Package{Type: tt.kind, Identifier: tt.b})
			if !ok || !ok2 || (a.hash == b.hash) != tt.same {
				t.Errorf("%s and %s: same is %v (%v %v)", tt.a, tt.b, a.hash == b.hash, ok, ok2)
			}
		})
	}
	for _, none := range []model.Package{
		{Type: "remote", Identifier: "http://localhost:3000/mcp"},
		{Type: "remote", Identifier: "http://127.0.0.1/mcp"},
		{Type: "remote", Identifier: "http://192.168.1.5/mcp"},
		{Type: "remote", Identifier: "https://{host}/mcp"},
		{Type: "remote", Identifier: "{url}"},
		{Type: "remote", Identifier: "https://\x00"},
		{Type: "npm", Identifier: ""},
		{Type: "npm", Identifier: "my package"},
		{Type: "pypi", Identifier: "=="},
		{Type: "oci", Identifier: ":"},
		{Type: "mcpb", Identifier: "not an address"},
		{Type: "", Identifier: "x"},
	} {
		if k, ok := keyOf(none); ok {
			t.Errorf("%v has a key of kind %s", none, kindNames[k.kind])
		}
	}
}

func FuzzKeys(f *testing.F) {
	for _, s := range []string{"@a/b@1", "a[x]==1", "docker.io/a:b@sha256:c", "https://github.com/a/b/releases/download/v1/c.mcpb", "https://a.b/mcp?x={y}", "::", "@", "https://[::1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, kind := range []string{"npm", "pypi", "oci", "mcpb", "remote", "nuget", "cargo", s} {
			keyOf(model.Package{Type: kind, Identifier: s})
		}
		nameOf(model.Listing{ID: s, Title: s})
		repositoryOf(s)
		proseOf(s)
	})
}
