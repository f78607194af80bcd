//go:build unix

package connect

import (
	"strings"
	"testing"

	"toolbay/backend/clients"
)

// TestPrompts gives VS Code's project file entries whose keys it asks for, in
// files with and without such a list, and takes them out again: the files are
// byte for byte as they were, and what somebody else asks for stays.
func TestPrompts(t *testing.T) {
	ask := func(server, id string) Want {
		return Want{Server: server, Portable: &clients.Launch{
			Command: "npx", Args: []string{"-y", server + "-mcp@1.0.0"},
			Env: map[string]string{"TOKEN": "${input:" + id + "}"}, Prompts: []clients.Prompt{{ID: id, Text: "Token"}},
		}}
	}
	const file = "code/.vscode/mcp.json"
	for name, content := range map[string]string{
		"no file":         "",
		"empty object":    "{}\n",
		"a list":          "{\n\t// ours\n\t\"inputs\": [\n\t\t{ \"type\": \"promptString\", \"id\": \"other\" }, // theirs\n\t],\n\t\"servers\": {}\n}\n",
		"an empty list":   "{\"inputs\": [], \"servers\": {\"x\": {\"command\": \"x\"}}}",
		"the same id":     "{\n  \"inputs\": [{\"id\": \"notes-token\", \"type\": \"promptString\"}]\n}\r\n",
		"somebody's uses": "{\n  \"servers\": { \"x\": { \"command\": \"x\", \"args\": [\"${input:notes-token}\"] } }\n}\n",
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.mkdir("code/.vscode")
			d.mkdir(".config/Code/User")
			if content != "" {
				d.write(file, content)
			}
			before := d.everything()
			target := []Target{{App: "vscode", Scope: clients.Project, ProjectDir: d.path("code")}}
			d.connect(target, []Want{ask("notes", "notes-token")})
			d.connect(target, []Want{ask("mail", "mail-token")})
			d.connect(target, []Want{ask("post", "mail-token")}) // asks for the same
			text := d.read(file)
			for _, id := range []string{"notes-token", "mail-token"} {
				if n := strings.Count(text, `"id": "`+id+`"`); n != 1 {
					t.Errorf("%s is asked for %d times in\n%s", id, n, text)
				}
			}
			if again := d.connect(target, []Want{ask("notes", "notes-token")}); again.ID != "" {
				t.Error("connecting twice wrote")
			}
			d.disconnect(target, "mail")
			if text := d.read(file); !strings.Contains(text, `"id": "mail-token"`) {
				t.Errorf("post still needs its token:\n%s", text)
			}
			d.disconnect(target, "post")
			d.disconnect(target, "notes")
			if name == "somebody's uses" {
				if text := d.read(file); !strings.Contains(text, `"id": "notes-token"`) {
					t.Errorf("somebody else's entry needs the token:\n%s", text)
				}
				return
			}
			d.same(before)
		})
	}
}
