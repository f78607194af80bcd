package apptest

import (
	"fmt"
	"strings"
)

const codexTOML = `model = "gpt-5"
hide_agent_reasoning = true

[mcp_servers.alpha]
command = "%NODE%"
args = ["%SERVER%", "alpha"]
env = { JUDGED = "yes" }

[mcp_servers.beta]
command = "%NODE%"
args = ["%SERVER%", "beta"]
`

// beta in another shape, to the end of the file.
func table(text string) func(string) string {
	return func(s string) string { return s[:strings.Index(s, "[mcp_servers.beta]")] + text }
}

func more(text string) func(string) string { return around("", text) }

var tomlKinds = []damage{
	{name: "a byte order mark", do: around("\ufeff", ""), fine: "codex"},
	{name: "UTF-16", encode: asUTF16},
	{name: "old line ends", do: every("\n", "\r")},
	{name: "zero bytes behind", do: more(strings.Repeat("\x00", 64))},
	{name: "a letter of older Windows", do: around("# caf\xe9\n", "")},
	{name: "typographic quotes", do: match(`"([^"]*)"`, "“$1”")},
	{name: "texts without quotes", do: match(`(?m)^command = "(.*)"$`, "command = $1")},
	{name: "a quote is missing at the end", do: once(`"beta"]`, `"beta]`)},
	{name: "no comma between arguments", do: once(`, "beta"]`, ` "beta"]`)},
	{name: "a list is not closed", do: once(`"beta"]`, `"beta"`)},
	{name: "a table's name is not closed", do: once("[mcp_servers.beta]", "[mcp_servers.beta")},
	{name: "an inline table is not closed", do: once(`"yes" }`, `"yes"`)},
	{name: "line breaks and tabs in an inline table", do: once(`{ JUDGED = "yes" }`, "{\n\tJUDGED = \"yes\",\n}"), fine: "codex"},
	{name: "colons", do: match(`(?m)^(\w+) = `, "$1: ")},
	{name: "words of Python", do: once("true", "True")},
	{name: "comments of JavaScript", do: once("\n[mcp_servers.beta]", "\n// mine\n[mcp_servers.beta]")},
	{name: "commas at the ends of lines", do: once("\"\nargs", "\",\nargs")},
	{name: "semicolons at the ends of lines", do: match(`(?m)^(command = .*)$`, "$1;")},
	{name: "a Windows path", do: once(`"beta"]`, `"beta", "C:\Users\me\data"]`)},
	{name: "a code fence", do: around("```toml\n", "```\n")},
	{name: "prose around it", do: around("Add this to your config.toml:\n\n", "\nThen start it again.\n")},
	{name: "a merge conflict", do: once("hide_agent_reasoning = true\n", "<<<<<<< HEAD\nhide_agent_reasoning = true\n=======\nhide_agent_reasoning = false\n>>>>>>> theirs\n")},
	{name: "line numbers", do: lines(func(n int) string { return fmt.Sprintf("%3d  ", n) })},
	{name: "marks of a comparison", do: lines(func(int) string { return "+" })},
	{name: "a table twice", do: more("\n[mcp_servers.beta]\ncommand = \"%NODE%\"\nargs = [\"%SERVER%\", \"beta\"]\n")},
	{name: "a member twice", do: more("args = [\"%SERVER%\", \"beta\"]\n")},
	{name: "the key of Claude", do: every("mcp_servers", "mcpServers")},
	{name: "the key of opencode", do: every("mcp_servers", "mcp")},
	{name: "a table without its key", do: every("[mcp_servers.", "[")},
	{name: "a file of Claude", text: standardJSON},
	{name: "JSON pasted at the end", do: table("{\n  \"mcpServers\": {\n    \"beta\": { \"command\": \"%NODE%\", \"args\": [\"%SERVER%\", \"beta\"] }\n  }\n}\n")},
	{name: "a JSON entry pasted at the end", do: table("\"beta\": {\n  \"command\": \"%NODE%\",\n  \"args\": [\"%SERVER%\", \"beta\"]\n}\n")},
	{name: "a name with a blank", do: once("[mcp_servers.beta]", "[mcp_servers.my beta]")},
	{name: "a name with a dot", do: once("[mcp_servers.beta]", "[mcp_servers.my.beta]")},
	{name: "the servers as a list", text: "[[mcp_servers]]\nname = \"alpha\"\ncommand = \"%NODE%\"\nargs = [\"%SERVER%\", \"alpha\"]\nenv = { JUDGED = \"yes\" }\n\n[[mcp_servers]]\nname = \"beta\"\ncommand = \"%NODE%\"\nargs = [\"%SERVER%\", \"beta\"]\n"},
	{name: "a command line for an entry", do: func(s string) string {
		s = table("")(s)
		return once("[mcp_servers.alpha]", "[mcp_servers]\nbeta = \"%NODE% %SERVER% beta\"\n\n[mcp_servers.alpha]")(s)
	}},
	{name: "the arguments as a text", do: table("[mcp_servers.beta]\ncommand = \"%NODE%\"\nargs = \"%SERVER% beta\"\n")},
	{name: "the command with its arguments", do: table("[mcp_servers.beta]\ncommand = \"%NODE% %SERVER% beta\"\n")},
	{name: "the command as a list", do: table("[mcp_servers.beta]\ncommand = [\"%NODE%\", \"%SERVER%\", \"beta\"]\n")},
	{name: "the command under another name", do: table("[mcp_servers.beta]\ncmd = \"%NODE%\"\nargs = [\"%SERVER%\", \"beta\"]\n")},
	{name: "an entry without a command", do: more("\n[mcp_servers.empty]\nenv = { A = \"b\" }\n")},
	{name: "variables under another name", do: once("env =", "environment =")},
	{name: "variables as a list", do: once(`{ JUDGED = "yes" }`, `["JUDGED=yes"]`)},
	{name: "a number for a variable", do: once(`"yes" }`, `"yes", PORT = 8080 }`)},
	{name: "a command and an address", do: more("url = \"%REMOTE%\"\n")},
	{name: "an address under another name", do: more("\n[mcp_servers.gamma]\nserverUrl = \"%REMOTE%\"\n"), servers: withGamma},
	{name: "the address of Gemini", do: more("\n[mcp_servers.gamma]\nhttpUrl = \"%REMOTE%\"\n"), servers: withGamma},
	{name: "variables for an address", do: more("\n[mcp_servers.gamma]\nurl = \"%REMOTE%\"\nenv = { A = \"b\" }\n"), servers: withGamma},
	// The user still has to give it gamma's key.
	{name: "a key in the open", do: more("\n[mcp_servers.gamma]\nurl = \"%REMOTE%\"\nbearer_token = \"made-up-key-of-nobody\"\n")},
	{name: "cut off in a server", do: func(s string) string { return s[:strings.Index(s, `"beta"]`)+3] }, servers: []string{"alpha"}},
}
