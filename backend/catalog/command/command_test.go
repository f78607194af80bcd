package command

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"toolbay/backend/model"
)

// words splits a line at spaces, which is all that the cases need.
func line(command string, env map[string]string, inputs map[string]model.Input) Line {
	w := strings.Fields(command)
	return Line{Command: w[0], Args: w[1:], Env: env, Inputs: inputs}
}

func TestLinesThatNameAPackage(t *testing.T) {
	for command, want := range map[string][3]string{
		"npx -y pkg":                        {"npm", "pkg", ""},
		"npx --yes @acme/pkg@1.2.3 --stdio": {"npm", "@acme/pkg", "1.2.3"},
		"npx -y pkg@latest":                 {"npm", "pkg", ""},
		"npx -y pkg@^1.0.0":                 {"npm", "pkg", ""},
		"npx -y --package=pkg@2.0.0 other":  {"npm", "pkg", "2.0.0"},
		"npx.cmd pkg":                       {"npm", "pkg", ""},
		"bunx pkg@1.0.0":                    {"npm", "pkg", "1.0.0"},
		"npm exec -y pkg":                   {"npm", "pkg", ""},
		"pnpm dlx pkg":                      {"npm", "pkg", ""},
		"uvx pkg==1.0":                      {"pypi", "pkg", "1.0"},
		"uvx pkg@1.0":                       {"pypi", "pkg", "1.0"},
		"uvx --from pkg[cli]==1.0 prog":     {"pypi", "pkg[cli]", "1.0"},
		"uvx --python 3.12 pkg":             {"pypi", "pkg", ""},
		"uv tool run --from pkg prog":       {"pypi", "pkg", ""},
		"uv run --with mcp-house --python 3.13 mcp-house":            {"pypi", "mcp-house", ""},
		"pipx run --spec pkg==2 prog":                                {"pypi", "pkg", "2"},
		"docker run -i --rm acme/notes:1.0":                          {"oci", "acme/notes:1.0", ""},
		"docker run -i --rm -e KEY ghcr.io/acme/notes stdio":         {"oci", "ghcr.io/acme/notes", ""},
		"podman container run -i acme/notes":                         {"oci", "acme/notes", ""},
		"npx -y mcp-remote https://mcp.example.com/mcp":              {"remote", "https://mcp.example.com/mcp", ""},
		"npx mcp-remote@0.1.2 https://mcp.example.com/sse":           {"remote", "https://mcp.example.com/sse", ""},
		"docker run -i acme/notes@sha256:" + strings.Repeat("a", 64): {"oci", "acme/notes@sha256:" + strings.Repeat("a", 64), ""},
	} {
		p, err := Package(line(command, nil, nil))
		if got := [3]string{p.Type, p.Identifier, p.Version}; err != nil || got != want {
			t.Errorf("%s: %v, %v", command, got, err)
		}
	}
}

func TestLinesThatNameNone(t *testing.T) {
	for command, why := range map[string]string{
		"npx -y https://github.com/acme/notes":               "repository",
		"npx -y github:acme/notes":                           "repository",
		"npx -y acme/notes":                                  "repository",
		"npx -y":                                             "no package",
		"npx -y ./notes":                                     "repository",
		"npx -c evil":                                        "option",
		"npx --registry https://evil.example pkg":            "option",
		"npx @smithery/cli run notes":                        "bridge",
		"npx -y forevervm-mcp install --client x":            "installer",
		"uvx --from git+https://github.com/acme/notes notes": "repository",
		"uvx --index-url https://evil.example pkg":           "own",
		"uvx main.py":                                        "no package",
		"uv run server.py":                                   "folder",
		"uv --directory /home/me/notes run notes":            "folder",
		"uv run --with evil server":                          "folder",
		"node build/index.js":                                "folder",
		"python -m notes":                                    "folder",
		"/path/to/notes":                                     "own computer",
		`C:\notes\notes.exe`:                                 "own computer",
		"docker run -i notes":                                "made first",
		"docker compose up":                                  "not the start",
		"docker run -i --env-file .env acme/notes":           "own",
		"docker run -i --weird acme/notes":                   "option",
		"bash -c evil":                                       "has to be there",
		"notes-server":                                       "nothing installs",
		"npm run start":                                      "folder",
		"npx mcp-remote":                                     "address",
		"npx mcp-remote file:///etc/passwd":                  "address",
		"npx mcp-remote https://x.example --header noncolon": "header",
		"pip install notes":                                  "nothing installs",
	} {
		if p, err := Package(line(command, nil, nil)); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%s: %+v, %v", command, p, err)
		}
	}
	for name, l := range map[string]Line{
		"NUL":            {Command: "npx", Args: []string{"-y", "a\x00b"}},
		"reversed text":  {Command: "npx", Args: []string{"-y", "a\u202Eb"}},
		"giant":          {Command: "npx", Args: []string{"-y", strings.Repeat("a", 10_000)}},
		"many arguments": {Command: "npx", Args: slices.Repeat([]string{"a"}, 1000)},
		"bad variable":   {Command: "npx", Args: []string{"pkg"}, Env: map[string]string{"A B": "x"}},
		"bad value":      {Command: "npx", Args: []string{"pkg"}, Env: map[string]string{"A": "x\x00"}},
		"nothing":        {},
	} {
		if p, err := Package(l); err == nil {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

func TestInputs(t *testing.T) {
	inputs := map[string]model.Input{
		"API_KEY": {Description: "From the site", Required: true, Placeholder: "abc"},
		"REGION":  {Description: "Where"},
		"DB":      {Description: "Which database", Required: true},
		"LOG_DIR": {Description: "For logs"},
	}
	p, err := Package(Line{
		Command: "npx",
		Args:    []string{"-y", "pkg", "--dsn", "${DB}", "--region=${REGION}", "/path/to/notes", "--key", "YOUR_KEY", "--verbose"},
		Env:     map[string]string{"API_KEY": "${API_KEY}", "TOKEN": "${API_KEY}", "FIXED": "1", "REGION": "eu", "SECRET_KEY": "sk-left-in", "URL": "https://${REGION}.example.com", "OTHER": "<your name>"},
		Inputs:  inputs,
	})
	if err != nil {
		t.Fatal(err)
	}
	body, _ := json.MarshalIndent(p, "", " ")
	a := p.PackageArguments
	if len(a) != 5 ||
		a[0].Kind != "named" || a[0].Name != "--dsn" || a[0].Value != "{DB}" || !a[0].Required || a[0].Variables["DB"].Description == "" ||
		a[1].Value != "--region={REGION}" || a[1].Required ||
		a[2].Kind != "positional" || a[2].Value != "" || a[2].Format != "filepath" || a[2].Placeholder != "/path/to/notes" || !a[2].Required ||
		a[3].Name != "--key" || a[3].Value != "" || !a[3].Required || a[3].Placeholder != "YOUR_KEY" ||
		a[4].Value != "--verbose" {
		t.Errorf("arguments: %s", body)
	}
	env := map[string]model.Input{}
	for _, in := range p.Environment {
		env[in.Name] = in
	}
	if len(env) != 8 ||
		!env["API_KEY"].Secret || !env["API_KEY"].Required || env["API_KEY"].Value != "" ||
		env["TOKEN"].Description != "From the site" || env["TOKEN"].Value != "" ||
		env["FIXED"].Value != "1" || env["REGION"].Default != "eu" ||
		env["SECRET_KEY"].Value != "" || env["SECRET_KEY"].Default != "" || !env["SECRET_KEY"].Secret ||
		env["URL"].Value != "https://{REGION}.example.com" ||
		env["OTHER"].Value != "" || env["OTHER"].Placeholder != "<your name>" ||
		env["LOG_DIR"].Description != "For logs" {
		t.Errorf("variables: %s", body)
	}
	if strings.Contains(string(body), "sk-left-in") {
		t.Error("a key that was left in the line is kept")
	}
}

func TestContainers(t *testing.T) {
	p, err := Package(Line{
		Command: "docker",
		Args: []string{"run", "-i", "--rm", "--name", "notes", "-e", "KEY", "-e", "MODE=fast", "--env", "URL=${URL}", "-e", "${ODD}=/a",
			"-v", "/path/to/notes:/notes", "-v", "cache:/cache", "-v", "${DIR}:/dir", "--mount", "type=bind,src=/Users/me/x,dst=/x",
			"--network=host", "acme/notes:1", "--stdio"},
		Env: map[string]string{"KEY": "${KEY}", "EXTRA": "1"},
	})
	if err != nil {
		t.Fatal(err)
	}
	body, _ := json.MarshalIndent(p, "", " ")
	names := []string{}
	for _, in := range p.Environment {
		names = append(names, in.Name+"="+in.Value)
	}
	if !slices.Equal(names, []string{"KEY=", "MODE=fast", "URL=", "ODD=/a", "EXTRA=1"}) || !p.Environment[0].Secret {
		t.Errorf("variables %v: %s", names, body)
	}
	r := p.RuntimeArguments
	if len(r) != 5 || r[0].Value != "{folder}:/notes" || r[0].Variables["folder"].Format != "filepath" || r[1].Value != "cache:/cache" || len(r[1].Variables) != 0 ||
		r[2].Value != "{DIR}:/dir" || r[2].Variables["DIR"].Format != "filepath" || r[3].Value != "type=bind,src={folder-2},dst=/x" || r[4].Name != "--network" || r[4].Value != "host" {
		t.Errorf("options: %s", body)
	}
	if len(p.PackageArguments) != 1 || p.PackageArguments[0].Value != "--stdio" {
		t.Errorf("arguments: %s", body)
	}
}

func TestTypedLines(t *testing.T) {
	for name, l := range map[string]Line{
		"a bridge":           {Command: "npx", Args: []string{"-y", "supergateway", "--sse", "https://example.com/sse"}},
		"a Python bridge":    {Command: "uvx", Args: []string{"mcp-proxy", "https://example.com/sse"}},
		"an image of no one": {Command: "docker", Args: []string{"run", "-i", "notes:1"}},
	} {
		t.Run(name, func(t *testing.T) {
			if p, err := Package(l); err == nil {
				t.Errorf("a catalogue would list %+v", p)
			}
			l.Typed = true
			if _, err := Package(l); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestBridgeBecomesRemote(t *testing.T) {
	p, err := Package(Line{
		Command: "npx", Args: []string{"-y", "mcp-remote", "https://mcp.example.com/${TENANT}/mcp", "--header", "Authorization: ${AUTH}", "--transport", "sse-only"},
		Env: map[string]string{"AUTH": "Bearer ${TOKEN}"},
	})
	if err != nil || p.Type != "remote" || p.URL != "https://mcp.example.com/{TENANT}/mcp" || !p.Variables["TENANT"].Required || p.Transport != "sse" ||
		len(p.Headers) != 1 || p.Headers[0].Value != "Bearer {TOKEN}" || !p.Headers[0].Variables["TOKEN"].Secret || len(p.Environment) != 0 {
		t.Errorf("%+v, %v", p, err)
	}
}

func FuzzPackage(f *testing.F) {
	f.Add("npx -y pkg@1 --a ${B}", "A=${C}")
	f.Add("docker run -i -e A=b -v /x:/y acme/notes z", "A=1")
	f.Add("uvx --from git+https://x pkg", "")
	f.Add("npx mcp-remote https://x/{y} --header A:b", "=")
	f.Fuzz(func(t *testing.T, args, env string) {
		w := append(strings.Split(args, " "), "")
		name, value, _ := strings.Cut(env, "=")
		p, err := Package(Line{Command: w[0], Args: w[1:], Env: map[string]string{name: value}})
		if err != nil {
			return
		}
		if p.Identifier == "" || strings.HasPrefix(p.Identifier, "-") || strings.ContainsAny(p.Identifier, " \n\x00") {
			t.Errorf("%q gives %q", args, p.Identifier)
		}
		if p.Type == "remote" && !strings.HasPrefix(p.URL, "https://") && !strings.HasPrefix(p.URL, "{") {
			t.Errorf("%q gives %q", args, p.URL)
		}
		if _, err := json.Marshal(p); err != nil {
			t.Error(err)
		}
	})
}
