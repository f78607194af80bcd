package configfile

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// fragments are what lines with and without keys are made of.
var fragments = []string{
	`"`, `'`, ` `, `: `, `:`, `=`, ` = `, `,`, `, `, `{`, `}`, `[`, `]`, `- `, `--`, `-`, `_`, `.`, `/`, `//`, `://`, `@`, `\\"`, `#`, ` # `, "\t",
	"KEY", "key", "Key", "apiKey", "api_key", "token", "TOKEN", "secret", "pass", "password", "pwd", "pat", "PAT", "path", "patH", "paTh", "cred", "creds",
	"auth", "Authorization", "cookie", "session", "jwt", "bearer", "Bearer ", "Basic ", "basic", "Token ", "signature", "private", "dsn", "DSN", "Ba\u017fic ", "To\u212aen ",
	"sk-", "sk_live_", "pk_test_", "rk_", "whsec_", "ghp_", "gho_", "github_pat_", "glpat-", "glptt-", "gldt-", "glrt-", "glsoat-", "gloas-", "glcbt-", "glimt-", "glft-", "glagent-",
	"xoxb-", "xapp-", "AKIA", "ASIA", "AIza", "ya29.", "hf_", "npm_", "SG.", "secret_", "ntn_", "lin_api_", "figd_", "dop_v1_", "tvly-", "pplx-", "gsk_", "fc-", "eyJ",
	"abcdefgh", "ABCDEFGH1234", "0123456789abcdef", "a1b2c3d4e5f6a7b8", "hunter2", "ada", "notes", "server-12", "run", "command", "https", "a.example", "é", "\xff", "${X}", "correct horse",
}

// What plainLine lets pass is what would come out of MaskSecrets as it went in.
func TestPlainLine(t *testing.T) {
	for _, tt := range maskCases {
		if tt.line != tt.want && plainLine(tt.line) {
			t.Errorf("%s: %s is taken for plain", tt.name, tt.line)
		}
	}
	r := rand.New(rand.NewPCG(4, 7))
	plain, hidden := 0, 0
	for range 200_000 {
		var b strings.Builder
		for range 1 + r.IntN(9) {
			b.WriteString(fragments[r.IntN(len(fragments))])
		}
		line := b.String()
		shown := maskedLine(line)
		if shown != line {
			hidden++
		}
		if !plainLine(line) {
			continue
		}
		if plain++; shown != line {
			t.Fatalf("%q is taken for plain and becomes %q", line, shown)
		}
	}
	if plain < 10_000 || hidden < 10_000 {
		t.Errorf("%d plain lines and %d with something to hide prove little", plain, hidden)
	}
}

// Usual lines are known at once, or it would be of no use.
func TestPlainLineOfUsualFiles(t *testing.T) {
	for _, line := range []string{
		``, `{`, `  "mcpServers": {`, `    "server-12": {`, `      "command": "/home/ada/.toolbay/bin/toolbay",`, `      "args": ["run", "notes", "--profile", "work"]`,
		`[mcp_servers.notes]`, `args = ["run", "notes"]`, `  setting12: a value of the user, number 12`, `"url": "https://mcp.example/sse",`, `"PATH": "/usr/bin:/bin"`,
	} {
		if !plainLine(line) {
			t.Errorf("%s takes the long way", line)
		}
	}
}
