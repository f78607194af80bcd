package tolerant

import (
	"fmt"
	"strings"
	"testing"

	"toolbay/backend/configfile"
)

// Marks of a comparison go from every format, and a dash that is the text's own
// stays.
func TestMarksOfAComparison(t *testing.T) {
	marked := func(s string) string {
		return "+" + strings.ReplaceAll(strings.TrimSuffix(s, "\n"), "\n", "\n+") + "\n"
	}
	toml := "model = \"x\"\n\n[mcp_servers.a]\ncommand = \"npx\"\nargs = [\"-y\"]\n"
	yaml := "name: Mine\nmcpServers:\n  - name: a\n    command: npx\n    args:\n      - -y\n"
	flat := "mcpServers:\n- name: a\n  command: npx\n  args:\n  - -y\n"
	for _, c := range []struct {
		name, src, want string
		format          configfile.Format
	}{
		{"TOML, all new", marked(toml), toml, configfile.TOML},
		{"TOML, with what was there", "@@ -1,2 +1,5 @@\n model = \"x\"\n \n-[mcp_servers.b]\n+[mcp_servers.a]\n command = \"npx\"\n+args = [\"-y\"]\n", toml, configfile.TOML},
		{"YAML, all new", marked(yaml), yaml, configfile.YAML},
		{"YAML, lists at the margin, all new", marked(flat), flat, configfile.YAML},
		{"YAML, with what was there", "@@ -1,4 +1,6 @@\n name: Mine\n mcpServers:\n-  - name: b\n+  - name: a\n     command: npx\n+    args:\n+      - -y\n", yaml, configfile.YAML},
		{"YAML, its own dashes", "mcpServers:\n- name: a\n  command: npx\n  args: [-y\n", "mcpServers:\n- name: a\n  command: npx\n  args: [-y]\n", configfile.YAML},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, codes, _ := mended([]byte(c.src), c.format)
			if string(got) != c.want {
				t.Errorf("%v\n%s", codes, got)
			}
		})
	}
}

// Numbers of lines go, and what a line is indented by stays: in YAML that is
// what it means.
func TestNumbersOfLines(t *testing.T) {
	var yaml string
	for _, name := range []string{"a", "b", "c"} {
		yaml += "  - name: " + name + "\n    command: npx\n    args:\n      - -y\n"
	}
	yaml = "name: Mine\n\nmcpServers:\n" + yaml
	toml := "model = \"x\"\n\n[mcp_servers.a]\ncommand = \"npx\"\nargs = [\n  \"-y\",\n]\n"
	json := "{\n  \"mcpServers\": {\n    \"a\": {\n      \"command\": \"npx\"\n    }\n  }\n}\n"
	for _, style := range []string{"%3d  %s", "%d  %s", "%-4d%s", "%-4d %s", "%3d %s", "%d %s", "%d: %s", "%d. %s", "%6d\t%s", "%3d | %s"} {
		for format, text := range map[configfile.Format]string{configfile.YAML: yaml, configfile.TOML: toml, configfile.JSON: json} {
			t.Run(fmt.Sprintf("%q in %s", style, format), func(t *testing.T) {
				var src strings.Builder
				for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
					src.WriteString(strings.TrimRight(fmt.Sprintf(style, i+1, line), " \t") + "\n")
				}
				got, codes, _ := mended([]byte(src.String()), format)
				if string(got) != text {
					t.Errorf("%v\n%s\nof\n%s", codes, got, src.String())
				}
			})
		}
	}
}
