package apptest

import (
	"fmt"
	"strings"
)

const continueYAML = `name: Mine
version: 1.0.0
schema: v1
models:
  - name: judge
    provider: openai
    model: judge
    apiKey: none
    apiBase: %MODEL%
    roles:
      - chat
    capabilities:
      - tool_use
mcpServers:
  - name: alpha
    command: %NODE%
    args:
      - %SERVER%
      - alpha
    env:
      JUDGED: "yes"
  - name: beta
    command: %NODE%
    args:
      - %SERVER%
      - beta
`

// last is beta in another shape; it is the last in the file.
func last(text string) func(string) string {
	return func(s string) string { return s[:strings.Index(s, "  - name: beta")] + text }
}

// block is all servers in another shape.
func block(text string) func(string) string {
	return func(s string) string { return s[:strings.Index(s, "mcpServers:")] + text }
}

var yamlKinds = []damage{
	{name: "a byte order mark", do: around("\ufeff", ""), fine: "continue"},
	{name: "UTF-16", encode: asUTF16},
	{name: "zero bytes behind", do: more(strings.Repeat("\x00", 64))},
	{name: "old line ends and a comment", do: func(s string) string { return strings.ReplaceAll("# mine\n"+s, "\n", "\r") }},
	{name: "tabs", do: once("    command", "\tcommand")},
	{name: "a member too far left", do: once("    command", "   command")},
	{name: "a member too far right", do: once("    command", "      command")},
	{name: "an argument too far left", do: once("      - beta", "     - beta")},
	{name: "a server too far left", do: once("  - name: beta", " - name: beta")},
	{name: "a colon is missing", do: once("mcpServers:", "mcpServers")},
	{name: "a colon of a member is missing", do: once("    command:", "    command")},
	{name: "no blank after a colon", do: once("    command: ", "    command:")},
	{name: "no blank after a dash", do: once("  - name: beta", "  -name: beta")},
	{name: "a colon in a text", do: once("name: Mine", "name: Mine: the second")},
	{name: "a quote is missing at the end", do: once(`"yes"`, `"yes`)},
	{name: "a list is not closed", do: last("  - name: beta\n    command: %NODE%\n    args: [%SERVER%, beta\n")},
	{name: "typographic quotes", do: once(`"yes"`, "“yes”")},
	{name: "equals signs", do: match(`(?m)^    (command|args):`, "    $1 =")},
	{name: "comments of JavaScript", do: once("mcpServers:", "// mine\nmcpServers:")},
	{name: "a code fence", do: around("```yaml\n", "```\n")},
	{name: "prose around it", do: around("Add this to your config.yaml:\n\n", "\nThen start it again.\n")},
	{name: "a merge conflict", do: once("version: 1.0.0\n", "<<<<<<< HEAD\nversion: 1.0.0\n=======\nversion: 1.0.1\n>>>>>>> theirs\n")},
	{name: "line numbers", do: lines(func(n int) string { return fmt.Sprintf("%3d  ", n) })},
	{name: "marks of a comparison", do: lines(func(int) string { return "+" })},
	{name: "the block twice", do: once("  - name: beta", "mcpServers:\n  - name: beta")},
	{name: "JSON pasted at the end", do: last("{\n  \"mcpServers\": {\n    \"beta\": { \"command\": \"%NODE%\", \"args\": [\"%SERVER%\", \"beta\"] }\n  }\n}\n")},
	{name: "a JSON entry pasted at the end", do: last("\"beta\": {\n  \"command\": \"%NODE%\",\n  \"args\": [\"%SERVER%\", \"beta\"]\n}\n")},
	{name: "the key of Codex", do: once("mcpServers", "mcp_servers")},
	{name: "the servers as a map", do: block("mcpServers:\n  alpha:\n    command: %NODE%\n    args:\n      - %SERVER%\n      - alpha\n    env:\n      JUDGED: \"yes\"\n  beta:\n    command: %NODE%\n    args:\n      - %SERVER%\n      - beta\n")},
	{name: "an entry without a name", do: last("  - command: %NODE%\n    args:\n      - %SERVER%\n      - beta\n")},
	{name: "the arguments as a text", do: last("  - name: beta\n    command: %NODE%\n    args: %SERVER% beta\n")},
	{name: "the command with its arguments", do: last("  - name: beta\n    command: %NODE% %SERVER% beta\n")},
	{name: "the command as a list", do: last("  - name: beta\n    command: [%NODE%, %SERVER%, beta]\n")},
	{name: "the entry of Goose", do: last("  - name: beta\n    type: stdio\n    cmd: %NODE%\n    args:\n      - %SERVER%\n      - beta\n    enabled: true\n")},
	{name: "an entry without a command", do: more("  - name: empty\n    env:\n      A: b\n")},
	{name: "variables under another name", do: once("    env:", "    environment:")},
	{name: "variables as a list", do: once("      JUDGED: \"yes\"", "      - JUDGED=yes")},
	{name: "a number for a variable", do: once("      JUDGED: \"yes\"", "      JUDGED: \"yes\"\n      PORT: 8080")},
	{name: "a type of another app", do: more("  - name: gamma\n    type: http\n    url: %REMOTE%\n"), servers: withGamma},
	{name: "an address under another name", do: more("  - name: gamma\n    type: streamable-http\n    serverUrl: %REMOTE%\n"), servers: withGamma},
	{name: "cut off in a server", do: func(s string) string { return s[:strings.LastIndex(s, "command:")+4] }, servers: []string{"alpha"}},
}
