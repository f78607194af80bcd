package run_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
	"toolbay/backend/repair/pen"
	"toolbay/backend/repair/run"
)

// look checks a text of an app.
func look(t *testing.T, app, system, scope, path, text, facts string) (found []finding.Finding, d clients.Dialect) {
	t.Helper()
	table, err := clients.Load("")
	if err != nil {
		t.Fatal(err)
	}
	c, ok := table.Get(app)
	if !ok {
		t.Fatalf("no app %q", app)
	}
	var known finding.Facts
	if facts != "" {
		if err := json.Unmarshal([]byte(facts), &known); err != nil {
			t.Fatal(err)
		}
	}
	at := c.At(scope, "")
	if path != "" {
		at, _, _ = c.As(system, scope, path)
	}
	doc, err := configfile.Parse([]byte(text), at.Dialect.Format)
	if err != nil {
		t.Fatal(err)
	}
	return run.Check(finding.Text{
		File: finding.File{App: c, Dialect: at.Dialect, OS: system, Scope: scope, Path: path},
		Src:  []byte(text), Doc: doc, Servers: at.Dialect.Servers, Facts: known,
	}), at.Dialect
}

// mend makes the changes that a user agrees to, as the loop does, until nothing
// more is found that has any.
func mend(t *testing.T, app, system, scope, path, text, facts string) string {
	t.Helper()
	for range 6 {
		found, d := look(t, app, system, scope, path, text, facts)
		before := text
		for _, f := range found {
			if f.Fix == finding.Never {
				if len(f.Changes) > 0 {
					t.Errorf("%s cannot be mended and has changes", f.Code)
				}
				continue
			}
			out, err := pen.Apply([]byte(text), d.Format, f.Changes...)
			if err != nil {
				t.Fatalf("%s: %v", f.Code, err)
			}
			text = string(out)
		}
		if text == before {
			return text
		}
	}
	t.Errorf("it never comes to rest: %s", text)
	return text
}

// one is a file of the usual shape with one server.
func one(entry string) string { return `{"mcpServers": {"s": ` + entry + `}}` }

const macPath = `"gui_path": ["/usr/local/bin", "/opt/homebrew/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"]`

var rules = []struct {
	name, app, system string
	text, facts       string
	codes             string // with their servers left out
	after             string // "": as it was
}{
	{"a command that only the terminal finds", "cursor", "darwin", one(`{"command": "uvx", "args": ["a-mcp"]}`),
		`{"login_shell_which": {"uvx": "/Users/sam/.local/bin/uvx"}, ` + macPath + `}`,
		"RT_COMMAND_NOT_ON_GUI_PATH", one(`{"command": "/Users/sam/.local/bin/uvx", "args": ["a-mcp"]}`)},
	{"Homebrew's programs are found", "cursor", "darwin", one(`{"command": "uvx", "args": ["a-mcp"]}`),
		`{"login_shell_which": {"uvx": "/opt/homebrew/bin/uvx"}, ` + macPath + `}`, "", ""},
	{"an app of the terminal has the terminal's PATH", "claude-code", "darwin", one(`{"command": "uvx", "args": ["a-mcp"]}`),
		`{"login_shell_which": {"uvx": "/Users/sam/.local/bin/uvx"}}`, "", ""},
	{"the entry's own PATH counts", "cursor", "darwin", one(`{"command": "uvx", "args": ["a-mcp"], "env": {"PATH": "/Users/sam/.local/bin:/usr/bin"}}`),
		`{"login_shell_which": {"uvx": "/Users/sam/.local/bin/uvx"}, ` + macPath + `}`, "", ""},
	{"a script for node brings node along", "claude-desktop", "darwin", one(`{"command": "npx", "args": ["-y", "a-mcp"]}`),
		`{"login_shell_which": {"npx": "/Users/sam/.nvm/versions/node/v22.1.0/bin/npx", "node": "/Users/sam/.nvm/versions/node/v22.1.0/bin/node"}, "gui_path": ["/usr/bin", "/bin"]}`,
		"RT_COMMAND_NOT_ON_GUI_PATH", one(`{"command": "/Users/sam/.nvm/versions/node/v22.1.0/bin/npx", "args": ["-y", "a-mcp"], "env": {"PATH": "/Users/sam/.nvm/versions/node/v22.1.0/bin:/usr/bin:/bin"}}`)},
	{"a command that is nowhere", "zed", "linux", `{"context_servers": {"s": {"command": "uvx", "args": []}}}`,
		`{"which": {"uvx": ""}, "login_shell_which": {"uvx": ""}}`, "RT_COMMAND_NOT_FOUND", ""},
	{"nothing is known, nothing is said", "claude-desktop", "darwin", one(`{"command": "docker", "args": ["run", "-i", "--rm", "x/y"]}`), "", "", ""},
	{"a list is command and arguments", "opencode", "linux", `{"mcp": {"s": {"type": "local", "command": ["uvx", "a-mcp"]}}}`,
		`{"which": {"uvx": ""}, "login_shell_which": {"uvx": "/home/a/.local/bin/uvx"}}`,
		"RT_COMMAND_NOT_ON_GUI_PATH", `{"mcp": {"s": {"type": "local", "command": ["/home/a/.local/bin/uvx", "a-mcp"]}}}`},
	{"a command that an update took away", "cursor", "darwin", one(`{"command": "/Users/sam/.nvm/versions/node/v20.1.0/bin/npx", "args": ["-y", "a-mcp"]}`),
		`{"exists": {"/Users/sam/.nvm/versions/node/v20.1.0/bin/npx": false}, "which": {"npx": "/opt/homebrew/bin/npx", "node": "/opt/homebrew/bin/node"}}`,
		"RT_PATH_MISSING", one(`{"command": "/opt/homebrew/bin/npx", "args": ["-y", "a-mcp"]}`)},

	{"a script of Windows that was seen to fail", "junie", "windows", one(`{"command": "npx", "args": ["-y", "a-mcp"]}`),
		`{"which": {"npx": "C:\\Program Files\\nodejs\\npx.cmd"}, "observed_error": "Error: spawn npx ENOENT"}`,
		"RT_WINDOWS_NPX", one(`{"command": "cmd", "args": ["/c", "npx", "-y", "a-mcp"]}`)},
	{"newer Node refuses it with another word", "cline", "windows", one(`{"command": "npx.cmd", "args": ["-y", "a-mcp"]}`),
		`{"observed_error": "spawn npx.cmd EINVAL"}`, "RT_WINDOWS_NPX", one(`{"command": "cmd", "args": ["/c", "npx.cmd", "-y", "a-mcp"]}`)},
	{"not without the failure", "cline", "windows", one(`{"command": "npx", "args": ["-y", "a-mcp"]}`),
		`{"which": {"npx": "C:\\Program Files\\nodejs\\npx.cmd"}}`, "", ""},
	{"a real program needs no wrapper", "cline", "windows", one(`{"command": "uvx", "args": ["a-mcp"]}`),
		`{"which": {"uvx": "C:\\uv\\uvx.exe"}, "observed_error": "spawn uvx ENOENT"}`, "", ""},

	{"a header with blanks on Windows", "cursor", "windows", one(`{"command": "npx", "args": ["-y", "mcp-remote", "https://a.example/mcp", "--header", "X-Org: Blue Team"]}`), "",
		"RT_ARG_SPACE_SPLIT", one(`{"command": "npx", "args": ["-y", "mcp-remote", "https://a.example/mcp", "--header", "X-Org:${X_ORG_HEADER}"], "env": {"X_ORG_HEADER": "Blue Team"}}`)},
	{"a blank behind the colon only", "claude-desktop", "windows", one(`{"command": "npx", "args": ["-y", "mcp-remote", "https://a.example/mcp", "--header", "X-Org: blue"]}`), "",
		"RT_ARG_SPACE_SPLIT", one(`{"command": "npx", "args": ["-y", "mcp-remote", "https://a.example/mcp", "--header", "X-Org:blue"]}`)},
	{"no shell is in the way on a Mac", "claude-desktop", "darwin", one(`{"command": "npx", "args": ["-y", "mcp-remote", "https://a.example/mcp", "--header", "X-Org: Blue Team"]}`), "", "", ""},
	{"a folder with a blank is cut in two", "claude-desktop", "windows", one(`{"command": "npx", "args": ["-y", "files-mcp", "C:\\My Files"]}`),
		`{"which": {"npx": "C:\\Program Files\\nodejs\\npx.cmd", "node": "C:\\Program Files\\nodejs\\node.exe"}, "observed_error": "'C:\\Program' is not recognized as an internal or external command"}`,
		"RT_ARG_SPACE_SPLIT", one(`{"command": "C:\\Program Files\\nodejs\\node.exe", "args": ["C:\\Program Files\\nodejs\\node_modules\\npm\\bin\\npx-cli.js", "-y", "files-mcp", "C:\\My Files"]}`)},

	{"the oldest Node comes first", "claude-desktop", "darwin", one(`{"command": "node", "args": ["/opt/a/server.js"]}`),
		`{"node_versions": ["16.20.2", "22.11.0"], "home": "/Users/sam"}`,
		"RT_NODE_TOO_OLD", one(`{"command": "/Users/sam/.nvm/versions/node/v22.11.0/bin/node", "args": ["/opt/a/server.js"]}`)},
	{"the newest Node beside the one that is found", "cursor", "darwin", one(`{"command": "npx", "args": ["-y", "a-mcp"]}`),
		`{"node_versions": ["v14.1.0", "v20.2.0"], "which": {"npx": "/Users/sam/.nvm/versions/node/v14.1.0/bin/npx", "node": "/Users/sam/.nvm/versions/node/v14.1.0/bin/node"}, "gui_path": ["/Users/sam/.nvm/versions/node/v14.1.0/bin", "/usr/bin"]}`,
		"RT_NODE_TOO_OLD", one(`{"command": "/Users/sam/.nvm/versions/node/v20.2.0/bin/npx", "args": ["-y", "a-mcp"], "env": {"PATH": "/Users/sam/.nvm/versions/node/v20.2.0/bin:/Users/sam/.nvm/versions/node/v14.1.0/bin:/usr/bin"}}`)},
	{"seen not to be found on Windows", "cursor", "windows", one(`{"command": "uvx", "args": ["a-mcp"]}`),
		`{"login_shell_which": {"uvx": "C:\\Users\\sam\\.local\\bin\\uvx.exe"}, "observed_error": "spawn uvx ENOENT"}`,
		"RT_COMMAND_NOT_ON_GUI_PATH", one(`{"command": "C:\\Users\\sam\\.local\\bin\\uvx.exe", "args": ["a-mcp"]}`)},
	{"the same server for all projects", "cursor", "linux", one(`{"command": "npx", "args": ["-y", "x@1.0.0"]}`),
		`{"content": {".cursor/mcp.json": {"mcpServers": {"other": {"command": "npx", "args": ["-y", "x"]}}}}}`, "RT_DUPLICATE_SERVER", ""},
	{"an old Node by its folder", "cursor", "darwin", one(`{"command": "/Users/sam/.nvm/versions/node/v14.17.0/bin/node", "args": ["/opt/a/server.js"]}`), "",
		"RT_NODE_TOO_OLD", ""},
	{"a new Node", "cursor", "darwin", one(`{"command": "node", "args": ["/opt/a/server.js"]}`), `{"node_versions": {"/usr/local/bin/node": "v22.1.0"}}`, "", ""},

	{"npx that may ask", "cursor", "linux", one(`{"command": "npx", "args": ["a-mcp"]}`), "", "RT_NPX_NO_YES", one(`{"command": "npx", "args": ["-y", "a-mcp"]}`)},
	{"npx within cmd", "cursor", "windows", one(`{"command": "cmd", "args": ["/c", "npx", "a-mcp"]}`), "", "RT_NPX_NO_YES", one(`{"command": "cmd", "args": ["/c", "npx", "-y", "a-mcp"]}`)},
	{"npx that has its yes behind the package's name", "cursor", "linux", one(`{"command": "npx", "args": ["-p", "a-mcp", "--yes", "a"]}`), "", "", ""},

	{"another editor's word for a variable", "gemini-cli", "linux", one(`{"command": "a-mcp", "env": {"A_TOKEN": "${env:A_TOKEN}"}}`), "", "RT_INTERPOLATION_DIALECT", one(`{"command": "a-mcp", "env": {"A_TOKEN": "${A_TOKEN}"}}`)},
	{"plain names in Cursor", "cursor", "linux", one(`{"url": "https://a.example/mcp", "headers": {"Authorization": "Bearer ${A_TOKEN}"}}`), "", "RT_INTERPOLATION_DIALECT", one(`{"url": "https://a.example/mcp", "headers": {"Authorization": "Bearer ${env:A_TOKEN}"}}`)},
	{"opencode has its own braces", "opencode", "linux", `{"mcp": {"s": {"type": "local", "command": ["a-mcp"], "environment": {"A_TOKEN": "${A_TOKEN}"}}}}`, "", "RT_INTERPOLATION_DIALECT", `{"mcp": {"s": {"type": "local", "command": ["a-mcp"], "environment": {"A_TOKEN": "{env:A_TOKEN}"}}}}`},
	{"opencode's braces elsewhere", "claude-code", "linux", one(`{"command": "a-mcp", "env": {"A_TOKEN": "{env:A_TOKEN}"}}`), "", "RT_INTERPOLATION_DIALECT", one(`{"command": "a-mcp", "env": {"A_TOKEN": "${A_TOKEN}"}}`)},
	{"a shell's word in Claude Code", "claude-code", "linux", one(`{"command": "a-mcp", "env": {"A_TOKEN": "$A_TOKEN"}}`), "", "RT_INTERPOLATION_DIALECT", one(`{"command": "a-mcp", "env": {"A_TOKEN": "${A_TOKEN}"}}`)},
	{"Claude Code's own default", "claude-code", "linux", one(`{"command": "a-mcp", "args": ["${HOST:-localhost}"], "env": {"A_TOKEN": "${A_TOKEN}"}}`), "", "", ""},
	{"Qwen Code knows no default", "qwen-code", "linux", one(`{"command": "a-mcp", "args": ["${HOST:-localhost}"]}`), "", "RT_INTERPOLATION_DIALECT", one(`{"command": "a-mcp", "args": ["${HOST}"]}`)},
	{"Claude Desktop replaces nothing", "claude-desktop", "darwin", one(`{"command": "a-mcp", "env": {"A_TOKEN": "${A_TOKEN}"}}`), "", "RT_INTERPOLATION_DIALECT", ""},
	{"what the bridge reads itself", "claude-desktop", "darwin", one(`{"command": "npx", "args": ["-y", "mcp-remote", "https://a.example", "--header", "X-Org:${ORG}"], "env": {"ORG": "blue"}}`), "", "", ""},
	{"Codex has a list for them", "codex", "linux", "[mcp_servers.s]\ncommand = \"a-mcp\"\n\n[mcp_servers.s.env]\nA_TOKEN = \"${A_TOKEN}\"\n", "", "RT_INTERPOLATION_DIALECT", "[mcp_servers.s]\ncommand = \"a-mcp\"\nenv_vars = [\"A_TOKEN\"]\n"},
	{"an editor's folders in a terminal's app", "claude-code", "linux", one(`{"command": "a-mcp", "args": ["${userHome}/notes", "${workspaceFolder}"]}`), "", "RT_INTERPOLATION_DIALECT", one(`{"command": "a-mcp", "args": ["${HOME}/notes", "${workspaceFolder}"]}`)},
	{"nobody knows what this app does", "lm-studio", "linux", one(`{"command": "a-mcp", "env": {"A_HOST": "${A_HOST}"}}`), "", "", ""},
	{"VS Code's own words", "vscode", "linux", `{"servers": {"s": {"command": "a-mcp", "args": ["${workspaceFolder}/x", "${userHome}"], "env": {"K_TOKEN": "${input:k}", "B": "${env:B}"}}}, "inputs": [{"id": "k", "type": "promptString"}]}`, "", "", ""},

	{"a key that was never filled in", "cursor", "linux", one(`{"command": "a-mcp", "env": {"A_API_KEY": "<your-api-key>"}}`), "", "RT_PLACEHOLDER_SECRET", ""},
	{"one in an argument", "cursor", "linux", one(`{"command": "a-mcp", "args": ["--api-key", "YOUR_API_KEY"]}`), "", "RT_PLACEHOLDER_SECRET", ""},
	{"one in a header", "cursor", "linux", one(`{"url": "https://a.example", "headers": {"Authorization": "Bearer xxxxxxxx"}}`), "", "RT_PLACEHOLDER_SECRET", ""},
	{"nothing where a key belongs", "cursor", "linux", one(`{"command": "a-mcp", "env": {"A_TOKEN": "", "A_MODE": ""}}`), "", "RT_EMPTY_SECRET", ""},
	{"a key in an argument", "cursor", "linux", one(`{"command": "a-mcp", "args": ["--token=not-a-real-one-1"]}`), "", "RT_PLAINTEXT_SECRET", ""},
	{"a password in an address", "cursor", "linux", one(`{"command": "a-mcp", "args": ["postgresql://app:s3cr3tpw@db.example.com/x"]}`), "", "RT_PLAINTEXT_SECRET", ""},
	{"a key in the query of an address", "cursor", "linux", one(`{"url": "https://a.example/mcp?api_key=not-a-real-one-1"}`), "", "RT_PLAINTEXT_SECRET", ""},
	{"a key within JSON", "cursor", "linux", one(`{"command": "a-mcp", "env": {"HEADERS": "{\"Authorization\": \"Bearer not-a-real-one\"}"}}`), "", "RT_PLAINTEXT_SECRET", ""},
	{"a key by its form", "cursor", "linux", one(`{"command": "a-mcp", "env": {"A_VALUE": "ghp_NotReal00000000000000000000000000"}}`), "", "RT_PLAINTEXT_SECRET", ""},
	{"what only looks like keys", "cursor", "linux", one(`{"command": "a-mcp", "args": ["--commit", "9fceb02d0ae598e95dc970b74767f19372d61af8", "--id=0b8f2b5e-4f0c-4a6e-9c5d-2f1f2a8f7f10", "image@sha256:6c3c624b58dbbcd3c0dd82b4c53f04194d1247c6eebdaab7c610cf7d66709b3b", "mcp-server-with-a-long-name-2024-11-05"], "env": {"A_KEY_FILE": "/home/a/.keys/a.pem", "MAX_TOKENS": "4096", "DB_URL": "postgres://localhost/x", "OPENAI_API_KEY": "none", "PROJECT_ID": "aB3dE5fG7hI9jK1lM3nO5pQ7"}}`), "", "", ""},

	{"a container nobody can talk to", "cursor", "linux", one(`{"command": "docker", "args": ["run", "-d", "-it", "--rm", "a/b"]}`), "", "RT_DOCKER_FLAGS", one(`{"command": "docker", "args": ["run", "-i", "--rm", "a/b"]}`)},
	{"a container without an input", "cursor", "linux", one(`{"command": "docker", "args": ["run", "--rm", "a/b"]}`), "", "RT_DOCKER_FLAGS", one(`{"command": "docker", "args": ["run", "-i", "--rm", "a/b"]}`)},
	{"a variable that stays outside", "cursor", "linux", one(`{"command": "docker", "args": ["run", "-i", "--rm", "-v", "a:/b", "a/b", "stdio"], "env": {"A_HOST": "x"}}`), "", "RT_DOCKER_ENV_NOT_PASSED", one(`{"command": "docker", "args": ["run", "-i", "--rm", "-v", "a:/b", "-e", "A_HOST", "a/b", "stdio"], "env": {"A_HOST": "x"}}`)},
	{"other words of docker", "cursor", "linux", one(`{"command": "docker", "args": ["mcp", "gateway", "run"]}`), "", "", ""},
	{"a container as it should be", "cursor", "linux", one(`{"command": "docker", "args": ["run", "--rm", "-i", "--env=A_HOST", "a/b", "-t", "stdio"], "env": {"A_HOST": "x", "DOCKER_HOST": "unix:///x"}}`), "", "", ""},
	{"docker does not run", "cursor", "linux", one(`{"command": "docker", "args": ["run", "-i", "a/b"]}`), `{"observed_error": "Cannot connect to the Docker daemon at unix:///var/run/docker.sock"}`, "DOCKER_DOWN", ""},

	{"a shell's word for home", "cursor", "darwin", one(`{"command": "a-mcp", "args": ["--root=~/notes", "~/b"], "env": {"A_DIR": "~/c"}}`), `{"home": "/Users/sam"}`, "RT_PATH_TILDE", one(`{"command": "a-mcp", "args": ["--root=/Users/sam/notes", "/Users/sam/b"], "env": {"A_DIR": "/Users/sam/c"}}`)},
	{"home in the app's own words", "vscode", "linux", `{"servers": {"s": {"command": "~/bin/a"}}}`, "", "RT_PATH_TILDE", `{"servers": {"s": {"command": "${env:HOME}/bin/a"}}}`},
	{"a shell replaces it", "cursor", "darwin", one(`{"command": "bash", "args": ["-c", "~/bin/a"]}`), "", "", ""},
	{"a place of a README", "cursor", "darwin", one(`{"command": "node", "args": ["/path/to/a/build/index.js"]}`), "", "RT_PATH_MISSING", ""},
	{"a file from nowhere", "claude-desktop", "darwin", one(`{"command": "python", "args": ["server.py"]}`), "", "RT_PATH_RELATIVE", ""},
	{"a file that is in one place", "claude-desktop", "darwin", one(`{"command": "node", "args": ["./dist/index.js"]}`), `{"exists": {"/Users/sam/a/dist/index.js": true}}`, "RT_PATH_RELATIVE", one(`{"command": "node", "args": ["/Users/sam/a/dist/index.js"]}`)},
	{"a file from a named folder", "claude-desktop", "darwin", one(`{"command": "uv", "args": ["run", "--directory", "/Users/sam/a", "server.py"]}`), "", "", ""},
	{"a folder that is gone", "claude-desktop", "linux", one(`{"command": "a-mcp", "args": ["/srv/notes"]}`), `{"exists": {"/srv/notes": false}}`, "RT_PATH_MISSING", ""},

	{"a program of the Linux inside", "claude-desktop", "windows", one(`{"command": "/home/sam/.local/bin/uvx", "args": ["a-mcp"]}`), "", "RT_WSL_MISMATCH", one(`{"command": "wsl.exe", "args": ["/home/sam/.local/bin/uvx", "a-mcp"]}`)},
	{"the same by its share", "claude-desktop", "windows", one(`{"command": "\\\\wsl$\\Ubuntu\\usr\\bin\\node", "args": ["/opt/x.js"], "env": {"A": "b"}}`), "", "RT_WSL_MISMATCH", one(`{"command": "wsl.exe", "args": ["-d", "Ubuntu", "/usr/bin/node", "/opt/x.js"], "env": {"A": "b", "WSLENV": "A/u"}}`)},
	{"Windows' own disk seen from inside", "cursor", "windows", one(`{"command": "node", "args": ["/mnt/c/Users/sam/a.js"]}`), "", "RT_WSL_MISMATCH", one(`{"command": "node", "args": ["C:\\Users\\sam\\a.js"]}`)},
	{"Windows' wrapper on a Mac", "cursor", "darwin", one(`{"command": "cmd", "args": ["/c", "npx", "-y", "a-mcp"]}`), "", "RT_WSL_MISMATCH", one(`{"command": "npx", "args": ["-y", "a-mcp"]}`)},
	{"a disk of Windows in a Linux", "cursor", "linux", one(`{"command": "node", "args": ["C:\\a\\b.js"]}`), `{"exists": {"/mnt/c/a/b.js": true}}`, "RT_WSL_MISMATCH", one(`{"command": "node", "args": ["/mnt/c/a/b.js"]}`)},
	{"which system it is may be a guess", "cursor", "linux", one(`{"command": "C:\\a\\b.exe", "args": ["C:\\a"]}`), "", "", ""},
	{"LibreChat's own words", "librechat", "linux", "mcpServers:\n  s:\n    url: https://a.example\n    headers:\n      X-User-ID: \"{{LIBRECHAT_USER_ID}}\"\n", "", "", ""},
	{"wsl itself", "claude-desktop", "windows", one(`{"command": "wsl.exe", "args": ["/home/sam/a"]}`), "", "", ""},

	{"the same server twice", "cursor", "linux", `{"mcpServers": {"a": {"command": "npx", "args": ["-y", "x@1.0.0"]}, "b": {"command": "npx", "args": ["-y", "x@2.0.0"]}, "c": {"command": "npx", "args": ["-y", "x", "/other"]}}}`, "", "RT_DUPLICATE_SERVER", ""},
	{"a name that leaves no room", "cursor", "linux", `{"mcpServers": {"` + strings.Repeat("n", 59) + `": {"command": "a"}}}`, "", "RT_NAME_LEN", ""},
	{"the server talks before its turn", "cursor", "linux", one(`{"command": "a-mcp"}`), `{"observed_error": "Unexpected token 'd', \"[dotenv@17.0\"... is not valid JSON"}`, "RT_STDOUT_NOISE", ""},
	{"the app complains of its own file", "cursor", "linux", one(`{"command": "a-mcp"}`), `{"observed_error": "Unexpected token '/', \"{\"mcpServers\": {\"s\"\"... is not valid JSON"}`, "", ""},
	{"a broken cache", "cursor", "linux", one(`{"command": "npx", "args": ["-y", "a-mcp"]}`), `{"observed_error": "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'zod' imported from /home/a/.npm/_npx/5a9d879542beca3a/node_modules/a/index.js"}`, "RT_NPX_CACHE", ""},
	{"what was said of one server is not the other's", "cursor", "linux", `{"mcpServers": {"a": {"command": "npx", "args": ["-y", "a-mcp"]}, "b": {"command": "npx", "args": ["-y", "b-mcp"]}}}`,
		`{"observed_error": "[b] Unexpected token 'd', \"[dotenv@17.0\"... is not valid JSON"}`, "RT_STDOUT_NOISE", ""},
	{"too many tools", "windsurf", "linux", one(`{"command": "a-mcp"}`), `{"observed_error": "Error: exceed max limit of 100 tools"}`, "RT_TOO_MANY_TOOLS", ""},
	{"our own launcher is left alone", "claude-desktop", "darwin", one(`{"command": "/Users/sam/.toolbay/bin/toolbay", "args": ["run", "notes"]}`), `{"exists": {"/Users/sam/.toolbay/bin/toolbay": false}}`, "", ""},
}

func TestRules(t *testing.T) {
	for _, c := range rules {
		t.Run(c.name, func(t *testing.T) {
			found, _ := look(t, c.app, c.system, clients.User, "", c.text, c.facts)
			var codes []string
			for _, f := range found {
				codes = append(codes, f.Code)
				if _, ok := finding.Of(f.Code); !ok {
					t.Errorf("no code %q", f.Code)
				}
				if shown := fmt.Sprint(f.Args, f.Notes, f.Needs, f.Pointer); strings.Contains(shown, "not-a-real") || strings.Contains(shown, "s3cr3tpw") || strings.Contains(shown, "NotReal") {
					t.Errorf("a key is told: %s", shown)
				}
			}
			if got := strings.Join(codes, " "); got != c.codes {
				t.Errorf("found %q, want %q", got, c.codes)
			}
			want := c.after
			if want == "" {
				want = c.text
			}
			if got := mend(t, c.app, c.system, clients.User, "", c.text, c.facts); got != want {
				t.Errorf("mended\n  %s\nwant\n  %s", got, want)
			}
		})
	}
}

// What became of a file: where the app looks instead, and what is gone.
func TestFiles(t *testing.T) {
	server := `{"mcpServers": {"a": {"command": "a-mcp"}}}`
	for _, c := range []struct {
		name, app, system, path string
		text, facts             string
		code, at                string
		after                   string
	}{
		{"the Store's Claude has a folder of its own", "claude-desktop", "windows", `%APPDATA%\Claude\claude_desktop_config.json`, server,
			`{"exists": {"%LOCALAPPDATA%\\Packages\\Claude_pzs8sxrjxfjjc": true}}`,
			"FILE_NOT_READ_BY_CLIENT", `%LOCALAPPDATA%\Packages\Claude_pzs8sxrjxfjjc\LocalCache\Roaming\Claude\claude_desktop_config.json`, ""},
		{"the same with whole paths", "claude-desktop", "windows", `C:\Users\Mara\AppData\Roaming\Claude\claude_desktop_config.json`, server,
			`{"exists": {"C:\\Users\\Mara\\AppData\\Local\\Packages\\Claude_pzs8sxrjxfjjc\\LocalCache\\Roaming\\Claude\\claude_desktop_config.json": true}}`,
			"FILE_NOT_READ_BY_CLIENT", "", ""},
		{"the same before the Store's Claude has begun", "claude-desktop", "windows", `C:\Users\Mara\AppData\Roaming\Claude\claude_desktop_config.json`, server,
			`{"exists": {"C:\\Users\\Mara\\AppData\\Local\\Packages\\Claude_pzs8sxrjxfjjc": true}}`,
			"FILE_NOT_READ_BY_CLIENT", `C:\Users\Mara\AppData\Local\Packages\Claude_pzs8sxrjxfjjc\LocalCache\Roaming\Claude\claude_desktop_config.json`, ""},
		{"Cline moved with all its servers", "cline", "linux", "~/.config/Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json", server,
			`{"content": {"~/.cline/data/settings/cline_mcp_settings.json": {"mcpServers": {"a": {"command": "a"}}}}}`, "", "", ""},
		{"no Store, no other folder", "claude-desktop", "windows", `%APPDATA%\Claude\claude_desktop_config.json`, server,
			`{"exists": {"%LOCALAPPDATA%\\Packages\\Claude_pzs8sxrjxfjjc": false}}`, "", "", ""},
		{"a guide's folder", "claude-code", "linux", "~/.claude/mcp.json", server, "", "FILE_NOT_READ_BY_CLIENT", "~/.claude.json", ""},
		{"Cline moved", "cline", "darwin", "~/Library/Application Support/Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json", server,
			`{"exists": {"~/.cline/data/settings/cline_mcp_settings.json": true}, "content": {"~/.cline/data/settings/cline_mcp_settings.json": {"mcpServers": {"b": {"command": "b"}}}}}`,
			"FILE_STALE_LOCATION", "~/.cline/data/settings/cline_mcp_settings.json", ""},
		{"nobody knows whether Cline moved", "cline", "darwin", "~/Library/Application Support/Code/User/globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json", server, "", "", "", ""},
		{"servers that we wrote are gone", "claude-desktop", "darwin", "~/Library/Application Support/Claude/claude_desktop_config.json", `{"preferences": {}}`,
			`{"last_written_by_us": {"a": {"command": "a-mcp"}}, "client_running": true}`, "FILE_SERVERS_WIPED", "",
			"{\"preferences\": {}, \"mcpServers\": {\"a\": {\"command\": \"a-mcp\"}}}"},
		{"they are there", "claude-desktop", "darwin", "~/Library/Application Support/Claude/claude_desktop_config.json", server,
			`{"last_written_by_us": {"a": {"command": "other"}}}`, "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			found, _ := look(t, c.app, c.system, clients.User, c.path, c.text, c.facts)
			if c.code == "" {
				if len(found) > 0 {
					t.Fatalf("found %v", found)
				}
				return
			}
			if len(found) != 1 || found[0].Code != c.code {
				t.Fatalf("found %+v", found)
			}
			if c.at != "" {
				text, ok := found[0].Aside[c.at]
				if !ok || !strings.Contains(text, `"a-mcp"`) {
					t.Errorf("goes to %q", found[0].Aside)
				}
				if strings.Contains(c.facts, `"b"`) && !strings.Contains(text, `"b"`) {
					t.Errorf("what was there is gone: %s", text)
				}
			}
			want := c.after
			if want == "" {
				want = c.text
			}
			if got := mend(t, c.app, c.system, clients.User, c.path, c.text, c.facts); got != want {
				t.Errorf("mended %s, want %s", got, want)
			}
		})
	}
}

// What a log says is told with the finding, without its keys.
func TestLogIsQuoted(t *testing.T) {
	found, _ := look(t, "cursor", "linux", clients.User, "", one(`{"command": "npx", "args": ["-y", "a-mcp"]}`),
		`{"observed_error": "started\nError [ERR_MODULE_NOT_FOUND]: API_KEY=sk-ant-REDACTED0123456789 imported from /a/_npx/5a9d879542beca3a/x.js"}`)
	if len(found) != 1 || len(found[0].Notes) != 1 {
		t.Fatalf("%+v", found)
	}
	if note := found[0].Notes[0]; !strings.Contains(note, "ERR_MODULE_NOT_FOUND") || strings.Contains(note, "0123456789") {
		t.Errorf("%q", note)
	}
}

// A damaged file lost its servers by the damage: that is the text's matter.
func TestDamagedIsNotWiped(t *testing.T) {
	table, err := clients.Load("")
	if err != nil {
		t.Fatal(err)
	}
	app, _ := table.Get("claude-desktop")
	doc, err := configfile.Parse([]byte(`{"mcpServers": {}}`), configfile.JSON)
	if err != nil {
		t.Fatal(err)
	}
	found := run.Check(finding.Text{
		File: finding.File{App: app, Dialect: app.Dialect, OS: "darwin", Scope: clients.User}, Doc: doc, Servers: app.Dialect.Servers,
		Facts: finding.Facts{LastWrittenByUs: json.RawMessage(`{"a": {"command": "a"}}`)}, Damaged: true,
	})
	if len(found) > 0 {
		t.Errorf("found %v", found)
	}
}

// Every app's entries are read, whatever their shape; odd ones stop nothing.
func TestOddEntries(t *testing.T) {
	table, err := clients.Load("")
	if err != nil {
		t.Fatal(err)
	}
	for _, app := range table.All() {
		if app.Dialect.Format == configfile.TOML || app.Dialect.Format == configfile.YAML {
			continue
		}
		key := app.Dialect.Servers
		for _, entry := range []string{`null`, `[]`, `"x"`, `{}`, `{"command": null}`, `{"command": [], "args": {}}`, `{"command": ["a", 1]}`, `{"command": "", "args": [""], "env": {"A": null}}`, `{"command": "docker", "args": ["run"]}`, `{"command": "cmd", "args": ["/c"]}`, `{"command": "env", "args": ["-"]}`, `{"command": "wsl", "args": ["-d", "--"]}`, `{"command": "npx", "args": ["-p"]}`, `{"url": "://", "headers": []}`} {
			text := `{"s": ` + entry + `}`
			for _, k := range slices.Backward(key) {
				text = `{` + fmt.Sprintf("%q", k) + `: ` + text + `}`
			}
			doc, err := configfile.Parse([]byte(text), configfile.JSON)
			if err != nil {
				t.Fatal(err)
			}
			for _, system := range []string{"windows", "darwin", "linux"} {
				run.Check(finding.Text{File: finding.File{App: app, Dialect: app.Dialect, OS: system, Scope: clients.User, Path: "x"}, Src: []byte(text), Doc: doc, Servers: key,
					Facts: finding.Facts{Which: map[string]string{}, ObservedError: "spawn npx ENOENT", Exists: map[string]bool{"": true, "/": false}}})
			}
		}
	}
}
