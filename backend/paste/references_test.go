package paste

import (
	"strings"
	"testing"

	"toolbay/backend/catalog/recipe"
)

// TestReferences: however an app has a value looked up, it is a question here,
// and a key where its name is that of one. Nothing of the app's notation is
// left in what is started.
func TestReferences(t *testing.T) {
	for name, written := range map[string]string{
		"Cursor":   "${env:NAME}",
		"VS Code":  "${input:NAME}",
		"opencode": "{env:NAME}",
		"a file":   "{file:~/.config/NAME}",
		"Claude":   "${NAME}",
		"default":  "${NAME:-}",
		"shell":    "$NAME",
		"Windows":  "%NAME%",
		"Continue": "${{ secrets.NAME }}",
	} {
		t.Run(name, func(t *testing.T) {
			for variable, secret := range map[string]bool{"ACME_API_KEY": true, "ACME_HOST": false} {
				value := `"` + strings.ReplaceAll(written, "NAME", variable) + `"`
				found := Read(`{"mcpServers":{"acme":{"command":"npx","args":["-y","acme-mcp"],"env":{"`+variable+`":`+value+`}}}}`, Options{})
				if len(found) != 1 {
					t.Fatalf("%d found", len(found))
				}
				f := found[0]
				inputs := recipe.Inputs(f.Package)
				if len(inputs) != 1 || inputs[0].Name != variable || inputs[0].Secret != secret || !inputs[0].Required || len(f.Answers)+len(f.Secrets) > 0 {
					t.Errorf("%s asks %+v, answers %v", value, inputs, f.Answers)
				}
				// Within a longer value, and in an argument.
				if name == "a file" {
					continue
				}
				value = strings.ReplaceAll(written, "NAME", variable)
				found = Read(`{"mcpServers":{"acme":{"command":"npx","args":["-y","acme-mcp","--at=`+value+`"],"env":{"LINE":"a `+value+` b"}}}}`, Options{})
				r := recipe.Build(found[0].Package, map[string]string{variable: "GIVEN"}, recipe.Here())
				got := r.Env["LINE"] + r.SecretEnv["LINE"]
				want := "a GIVEN b"
				if secret {
					want = "a " + recipe.SecretMark(variable) + " b"
				}
				if got != want {
					t.Errorf("%s starts with %q, want %q", value, got, want)
				}
			}
		})
	}
}
