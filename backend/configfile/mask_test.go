package configfile

import "testing"

var maskCases = []struct{ name, line, want string }{
	{"JSON", `  "API_KEY": "abc123",`, `  "API_KEY": "•••",`},
	{"camel case", `"apiKey":"abc"`, `"apiKey":"•••"`},
	{"several on a line", `{"TOKEN": "a", "URL": "b", "clientSecret": "c\"d"}`, `{"TOKEN": "•••", "URL": "b", "clientSecret": "•••"}`},
	{"number", `"PASSWORD": 123456`, `"PASSWORD": •••`},
	{"TOML", `GITHUB_TOKEN = "abc"  # mine`, `GITHUB_TOKEN = "•••"  # mine`},
	{"TOML literal", `key='a"b'`, `key='•••'`},
	{"TOML inline", `env = { A = "1", SECRET = "x" }`, `env = { A = "1", SECRET = "•••" }`},
	{"TOML of three quotes", `token = """abc"""`, `token = """•••"""`},
	{"array", `"apiKeys": ["a", "b"],`, `"apiKeys": [•••],`},
	{"comment", `  // "API_KEY": "abc"`, `  // "API_KEY": "•••"`},
	{"header", `"Authorization": "Bearer abc"`, `"Authorization": "•••"`},
	{"header in an argument", `"args": ["--header", "Authorization: Bearer abc"]`, `"args": ["--header", "Authorization: Bearer •••"]`},
	{"flag with =", `"args": ["--api-key=abc", "-v"]`, `"args": ["--api-key=•••", "-v"]`},
	{"flag and value", `"args": ["--token", "abc", "-v"]`, `"args": ["--token", "•••", "-v"]`},
	{"web address", `"url": "https://a.example/mcp?api_key=abc&v=2"`, `"url": "https://a.example/mcp?api_key=•••&v=2"`},
	{"user in a web address", `"DB": "postgres://ada:hunter2@db/x"`, `"DB": "postgres://ada:•••@db/x"`},
	{"JSON in a text", `"cfg": "{\"token\": \"abc\"}"`, `"cfg": "{\"token\": \"•••\"}"`},
	{"known token", `"args": ["ghp_abcdefgh1234567890"]`, `"args": ["•••"]`},
	{"another known token", `x = "sk-ant-api03-abcdefgh_ij"`, `x = "•••"`},
	{"web token", `"v": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-def"`, `"v": "•••"`},
	{"scheme by itself", `    "Bearer abcdefgh1234"`, `    "Bearer •••"`},
	{"opaque", `"v": "a1b2c3d4e5f6a7b8c9d0a1b2c3d4e5f6"`, `"v": "•••"`},
	{"cut off", `"TOKEN": "abc`, `"TOKEN": "•••`},
	{"not closed array", `"TOKENS": ["abc"`, `"TOKENS": [•••`},

	{"YAML", `  API_KEY: abc123 # mine`, `  API_KEY: ••• # mine`},
	{"YAML of several words", `- PASSWORD: correct horse battery  # mine`, `- PASSWORD: •••  # mine`},
	{"YAML header", `      Authorization: Bearer abcdefgh`, `      Authorization: •••`},
	{"YAML list", `apiKeys: [abc, def]`, `apiKeys: [•••]`},

	{"YAML placeholder", `  API_KEY: ${{ secrets.API_KEY }}`, `  API_KEY: ${{ secrets.API_KEY }}`},
	{"YAML other words", `description: a key to success`, `description: a key to success`},
	{"placeholder", `"API_KEY": "${API_KEY}"`, `"API_KEY": "${API_KEY}"`},
	{"input", `"API_KEY": "${input:key}"`, `"API_KEY": "${input:key}"`},
	{"placeholder of opencode", `"TOKEN": "{env:TOKEN}"`, `"TOKEN": "{env:TOKEN}"`},
	{"placeholder in a header", `"Authorization": "Bearer ${TOKEN}"`, `"Authorization": "Bearer ${TOKEN}"`},
	{"empty", `"API_KEY": ""`, `"API_KEY": ""`},
	{"truth", `"requireAuth": true`, `"requireAuth": true`},
	{"object", `"auth": {`, `"auth": {`},
	{"other words", `"monkey": "a", "keyboard": "b", "author": "c"`, `"monkey": "a", "keyboard": "b", "author": "c"`},
	{"path", `"command": "/home/ada/.toolbay/bin/toolbay"`, `"command": "/home/ada/.toolbay/bin/toolbay"`},
	{"our entry", `"args": ["run", "notes", "--profile", "work"]`, `"args": ["run", "notes", "--profile", "work"]`},
	{"package", `"args": ["-y", "@modelcontextprotocol/server-filesystem@2025.1.14"]`, `"args": ["-y", "@modelcontextprotocol/server-filesystem@2025.1.14"]`},
	{"long name with hyphens", `"command": "my-very-long-server-name-with-words"`, `"command": "my-very-long-server-name-with-words"`},
	{"TOML header", `[mcp_servers.token-server]`, `[mcp_servers.token-server]`},
	{"blank", ``, ``},
}

func TestMaskSecrets(t *testing.T) {
	for _, tt := range maskCases {
		t.Run(tt.name, func(t *testing.T) {
			if got := MaskSecrets(tt.line); got != tt.want {
				t.Errorf("MaskSecrets(%s)\ngot  %s\nwant %s", tt.line, got, tt.want)
			}
			if again := MaskSecrets(tt.want); again != tt.want {
				t.Errorf("masked again: %s", again)
			}
		})
	}
}
