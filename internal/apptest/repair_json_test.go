package apptest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf16"
)

// What is broken in the tests of repair: files of two servers, in the words of
// each app. %NODE% is Node, %SERVER% the program of both, %REMOTE% the address
// of one on the network.
const (
	standardJSON = `{
  "verbose": true,
  "mcpServers": {
    "alpha": {
      "command": "%NODE%",
      "args": ["%SERVER%", "alpha"],
      "env": { "JUDGED": "yes" }
    },
    "beta": {
      "command": "%NODE%",
      "args": ["%SERVER%", "beta"]
    }
  }
}
`
	opencodeJSON = `{
  "snapshot": true,
  "mcp": {
    "alpha": {
      "type": "local",
      "command": ["%NODE%", "%SERVER%", "alpha"],
      "environment": { "JUDGED": "yes" }
    },
    "beta": {
      "type": "local",
      "command": ["%NODE%", "%SERVER%", "beta"]
    }
  }
}
`
)

// between ends one server and begins the next.
const between = "    },\n    \"beta\""

func once(old, now string) func(string) string {
	return func(s string) string { return strings.Replace(s, old, now, 1) }
}

func every(old, now string) func(string) string {
	return func(s string) string { return strings.ReplaceAll(s, old, now) }
}

func match(expression, now string) func(string) string {
	return func(s string) string { return regexp.MustCompile(expression).ReplaceAllString(s, now) }
}

func around(before, after string) func(string) string {
	return func(s string) string { return before + s + after }
}

// lines puts something before each line.
func lines(before func(n int) string) func(string) string {
	return func(s string) string {
		var out strings.Builder
		n := 0
		for line := range strings.Lines(s) {
			n++
			out.WriteString(before(n) + line)
		}
		return out.String()
	}
}

func asUTF16(s string) string {
	out := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(s)) {
		out = append(out, byte(u), byte(u>>8))
	}
	return string(out)
}

// apart gives a JSON text without beta, and beta with its name.
func apart(s string) (without, beta string) {
	const end = "\n  }\n}\n"
	at := strings.Index(s, ",\n    \"beta\"")
	return s[:at] + end, strings.TrimSuffix(s[at+2:], end)
}

// jsonText are the kinds of damage that do not depend on what the app calls
// things.
var jsonText = []damage{
	{name: "a byte order mark", do: around("\ufeff", ""), fine: "claude-code opencode"},
	{name: "UTF-16", encode: asUTF16},
	{name: "a trailing comma", do: once(`"beta"]`, `"beta"],`), fine: "opencode"},
	{name: "a comment", do: once("\n    \"beta\"", "\n    // mine\n    \"beta\""), fine: "gemini-cli opencode", only: "claude-code gemini-cli"},
	{name: "old line ends and a comment", do: func(s string) string {
		return strings.ReplaceAll(once("\n    \"beta\"", "\n    // mine\n    \"beta\"")(s), "\n", "\r")
	}, only: "claude-code gemini-cli"},
	{name: "typographic quotes", do: match(`"([^"]*)"`, "“$1”")},
	{name: "no comma between servers", do: once(between, "    }\n    \"beta\"")},
	{name: "no comma between members", do: once("\",\n      \"command\"", "\"\n      \"command\""), only: "opencode"},
	{name: "no comma between arguments", do: once(`, "beta"]`, ` "beta"]`), only: "claude-code"},
	{name: "the last brace is missing", do: func(s string) string { return strings.TrimSuffix(s, "}\n") }, only: "claude-code opencode"},
	{name: "a brace is missing in the middle", do: once(between, "    \"beta\"")},
	{name: "a brace too many", do: around("", "}\n"), only: "claude-code opencode"},
	{name: "no braces around it", do: func(s string) string { return strings.TrimSuffix(strings.TrimPrefix(s, "{\n"), "}\n") }, only: "claude-code opencode"},
	{name: "a second block pasted behind", do: func(s string) string {
		without, beta := apart(s)
		key := regexp.MustCompile(`"mcp\w*": {`).FindString(s)
		return without + "{\n  " + key + "\n" + beta + "\n  }\n}\n"
	}},
	{name: "a server pasted behind", do: func(s string) string {
		without, beta := apart(s)
		return without + beta + "\n"
	}, only: "claude-code gemini-cli"},
	{name: "single quotes", do: every(`"`, `'`)},
	{name: "names without quotes", do: match(`"(\w+)":`, "$1:"), only: "claude-code"},
	{name: "words of Python", do: once("true", "True")},
	{name: "a code fence", do: around("```json\n", "```\n")},
	{name: "prose around it", do: around("Add this to your settings:\n\n", "\nThen start it again.\n")},
	{name: "JavaScript around it", do: func(s string) string { return "export default " + strings.TrimSpace(s) + ";\n" }, only: "claude-code"},
	{name: "zero bytes behind", do: around("", strings.Repeat("\x00", 64)), only: "claude-code gemini-cli"},
	{name: "a Windows path", do: once(`"beta"]`, `"beta", "C:\Users\me\data"]`)},
	{name: "a merge conflict", do: match(`(?m)^(  "\w+": )true,\n`, "<<<<<<< HEAD\n${1}true,\n=======\n${1}false,\n>>>>>>> theirs\n")},
	{name: "a colon is missing", do: once(`"beta": {`, `"beta" {`), only: "claude-code"},
	{name: "a quote is missing at the end", do: once(`"beta"]`, `"beta]`), only: "claude-code"},
	{name: "a quote is missing at a name", do: once(`"beta": {`, `"beta: {`), only: "claude-code"},
	{name: "semicolons", do: once(between, "    };\n    \"beta\""), only: "claude-code"},
	{name: "equals signs", do: every(`":`, `" =`), only: "claude-code"},
	{name: "hard blanks", do: once("    \"beta\"", "\u00a0\u00a0\u00a0\u00a0\"beta\""), only: "claude-code opencode"},
	{name: "entities of HTML", do: every(`"`, "&quot;"), only: "claude-code"},
	{name: "line numbers", do: lines(func(n int) string { return fmt.Sprintf("%3d  ", n) }), only: "claude-code"},
	{name: "marks of a comparison", do: lines(func(int) string { return "+" }), only: "claude-code"},
	{name: "quotation marks of mail", do: lines(func(int) string { return "> " }), only: "claude-code"},
	{name: "colours of a terminal", do: match(`(?m)^(  "\w+")`, "\x1b[32m$1\x1b[0m"), only: "claude-code"},
	{name: "escaped as a whole", do: func(s string) string {
		out, err := json.Marshal(s)
		if err != nil {
			panic(err)
		}
		return string(out)
	}, only: "claude-code"},
	{name: "dots for what was left out", do: once("\n    \"beta\"", "\n    ...\n    \"beta\""), only: "claude-code"},
	{name: "a closer of the other kind", do: once(`"beta"]`, `"beta"}`), only: "claude-code gemini-cli"},
	{name: "a broken line in a text", do: once(`"beta"]`, "\"beta\", \"one\ntwo\"]"), only: "claude-code"},
	{name: "quotes inside of a text", do: once(`"beta"]`, `"beta", "say "hello" twice"]`), only: "claude-code"},
	{name: "two commas", do: once(between, "    },,\n    \"beta\""), only: "claude-code"},
	{name: "a value is missing", do: once("true,", ","), only: "claude-code"},
	{name: "cut off in a server", do: func(s string) string { return s[:strings.Index(s, `"beta"]`)+3] }, servers: []string{"alpha"}, only: "claude-code opencode"},
}

// server is the entry of beta in another shape.
func server(members string) func(string) string {
	return match(`(?s)"beta": \{.*?\n    \}`, `"beta": `+strings.ReplaceAll(members, "$", "$$"))
}

// gamma is a third server, on the network.
func gamma(entry string) func(string) string {
	return once("\n    \"beta\"", "\n    \"gamma\": "+entry+",\n    \"beta\"")
}

var withGamma = []string{"alpha", "beta", "gamma"}

// standardShape are kinds of damage to where the servers stand and to what an
// entry says, for the apps with mcpServers.
var standardShape = []damage{
	{name: "the key of VS Code", do: once("mcpServers", "servers")},
	{name: "the key of Codex", do: once("mcpServers", "mcp_servers")},
	{name: "servers within servers", do: func(s string) string {
		return once(`"mcpServers": {`, `"mcpServers": { "mcpServers": {`)(strings.TrimSuffix(s, "}\n") + "}}\n")
	}},
	{name: "no key around the servers", do: func(s string) string {
		return strings.TrimSuffix(once("  \"mcpServers\": {\n", "")(s), "  }\n}\n") + "}\n"
	}},
	{name: "a server outside of the block", do: func(s string) string {
		without, beta := apart(s)
		return strings.TrimSuffix(without, "\n}\n") + ",\n" + beta + "\n}\n"
	}},
	{name: "the servers as a list", text: `{
  "mcpServers": [
    { "name": "alpha", "command": "%NODE%", "args": ["%SERVER%", "alpha"], "env": { "JUDGED": "yes" } },
    { "name": "beta", "command": "%NODE%", "args": ["%SERVER%", "beta"] }
  ]
}
`},
	{name: "the block twice", do: func(s string) string {
		without, beta := apart(s)
		return strings.TrimSuffix(without, "\n}\n") + ",\n  \"mcpServers\": {\n" + beta + "\n  }\n}\n"
	}},
	{name: "a command line for an entry", do: server(`"%NODE% %SERVER% beta"`)},
	{name: "the arguments as a text", do: once(`["%SERVER%", "beta"]`, `"%SERVER% beta"`)},
	{name: "the command with its arguments", do: server(`{ "command": "%NODE% %SERVER% beta" }`)},
	{name: "the command as a list", do: server(`{ "command": ["%NODE%", "%SERVER%", "beta"] }`)},
	{name: "the entry of opencode", do: server(`{ "type": "local", "command": ["%NODE%", "%SERVER%", "beta"], "enabled": true }`)},
	{name: "the entry of Zed", do: server(`{ "command": { "path": "%NODE%", "args": ["%SERVER%", "beta"] } }`)},
	{name: "the entry of Goose", do: server(`{ "name": "beta", "type": "stdio", "cmd": "%NODE%", "args": ["%SERVER%", "beta"], "enabled": true }`)},
	{name: "variables under another name", do: once(`"env"`, `"environment"`)},
	{name: "variables as a list", do: once(`{ "JUDGED": "yes" }`, `["JUDGED=yes"]`)},
	{name: "a number for a variable", do: once(`"yes"`, `"yes", "PORT": 8080`)},
	{name: "an address under another name", do: gamma(`{ "serverUrl": "%REMOTE%" }`), servers: withGamma},
}

var claudeShape = []damage{
	{name: "an address without a type", do: gamma(`{ "url": "%REMOTE%" }`), servers: withGamma},
	{name: "a type of another app", do: gamma(`{ "type": "streamableHttp", "url": "%REMOTE%" }`), servers: withGamma},
	{name: "the address of Gemini", do: gamma(`{ "httpUrl": "%REMOTE%" }`), servers: withGamma},
}

var geminiShape = []damage{}

var opencodeShape = []damage{
	{name: "a file of Claude", do: func(string) string { return standardJSON }},
	{name: "servers of Claude under its key", do: func(string) string {
		return once("mcpServers", "mcp")(once(`  "verbose": true,`+"\n", "")(standardJSON))
	}},
	{name: "an entry without a type", do: server(`{ "command": ["%NODE%", "%SERVER%", "beta"] }`)},
	{name: "a type of another app", do: server(`{ "type": "stdio", "command": ["%NODE%", "%SERVER%", "beta"] }`)},
	{name: "the command as a text", do: server(`{ "type": "local", "command": "%NODE%", "args": ["%SERVER%", "beta"] }`)},
	{name: "a command line for a command", do: server(`{ "type": "local", "command": "%NODE% %SERVER% beta" }`)},
	{name: "a command line for an entry", do: server(`"%NODE% %SERVER% beta"`)},
	{name: "variables under another name", do: once(`"environment"`, `"env"`)},
	{name: "a number for a variable", do: once(`"yes"`, `"yes", "PORT": 8080`)},
	{name: "a text for a switch", do: once(`"type": "local",`, `"type": "local", "enabled": "true",`)},
	{name: "servers within servers", do: func(s string) string {
		return once(`"mcp": {`, `"mcp": { "mcp": {`)(strings.TrimSuffix(s, "}\n") + "}}\n")
	}},
	{name: "an entry without a command", do: once("\n    \"beta\"", "\n    \"empty\": { \"type\": \"local\" },\n    \"beta\"")},
	{name: "a remote type of another app", do: gamma(`{ "type": "http", "url": "%REMOTE%" }`), servers: withGamma},
	{name: "an address under another name", do: gamma(`{ "type": "remote", "serverUrl": "%REMOTE%" }`), servers: withGamma},
}
