package recipe

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"toolbay/backend/model"
)

func named(name, value string) model.Argument {
	return model.Argument{Kind: "named", Input: model.Input{Name: name, Value: value}}
}

func word(value string) model.Argument {
	return model.Argument{Kind: "positional", Input: model.Input{Value: value}}
}

func asked(name string, in model.Input) model.Argument {
	in.Name = name
	return model.Argument{Kind: "named", Input: in}
}

func TestTail(t *testing.T) {
	folders := model.Argument{Kind: "positional", ValueHint: "folders", Repeated: true, Input: model.Input{Required: true, Format: "folder"}}
	for _, c := range []struct {
		name    string
		args    []model.Argument
		answers map[string]string
		want    []string
	}{
		{"fixed words", []model.Argument{word("mcp"), named("--mode", "static")}, nil, []string{"mcp", "--mode", "static"}},
		{"required without answer", []model.Argument{asked("--dir", model.Input{Required: true})}, nil, []string{"--dir", "${dir}"}},
		{"optional without answer goes with its flag", []model.Argument{asked("--dir", model.Input{Description: "Home directory"})}, nil, []string{}},
		{"answer under the dashed name", []model.Argument{asked("--dir", model.Input{Description: "Home directory"})}, map[string]string{"--dir": "/a"}, []string{"--dir", "/a"}},
		{"default", []model.Argument{asked("--port", model.Input{Default: "80"})}, nil, []string{"--port", "80"}},
		{"joined name", []model.Argument{asked("--port=", model.Input{Default: "80"})}, nil, []string{"--port=80"}},
		{"boolean on", []model.Argument{asked("--debug", model.Input{Format: "boolean"})}, map[string]string{"debug": "yes"}, []string{"--debug"}},
		{"boolean off", []model.Argument{asked("--debug", model.Input{Format: "boolean"})}, map[string]string{"debug": "false"}, []string{}},
		{"boolean by default", []model.Argument{asked("--debug", model.Input{Format: "boolean", Default: "true"})}, nil, []string{"--debug"}},
		{"toggle known by its words", []model.Argument{asked("--safe", model.Input{Description: "Use only read-only tools"})}, map[string]string{"safe": "true"}, []string{"--safe"}},
		{"bare name is a flag", []model.Argument{asked("--stdio", model.Input{})}, nil, []string{"--stdio"}},
		{"several folders, one a line", []model.Argument{folders}, map[string]string{"folders": "/a b\n/c\n"}, []string{"/a b", "/c"}},
		{"secret in an argument", []model.Argument{asked("--api-key", model.Input{Required: true})}, map[string]string{"api-key": "hunter2"}, []string{"--api-key", "${secret:api-key}"}},
		{"secret inside a longer text", []model.Argument{{Kind: "named", Input: model.Input{Name: "--header", Value: "Bearer {token}", Variables: map[string]model.Input{"token": {Required: true}}}}}, map[string]string{"token": "hunter2"}, []string{"--header", "Bearer ${secret:token}"}},
		{"answers are not expanded", []model.Argument{{Kind: "positional", Input: model.Input{Value: "{a}/{b}", Variables: map[string]model.Input{"a": {}, "b": {}}}}}, map[string]string{"a": "{b}", "b": "${HOME}"}, []string{"{b}/${HOME}"}},
		{"half a value is none", []model.Argument{{Kind: "named", Input: model.Input{Name: "--user", Value: "{a}:{b}", Variables: map[string]model.Input{"a": {}, "b": {}}}}}, map[string]string{"a": "1"}, []string{}},
		{"a shell's variable is not ours", []model.Argument{word("${HOME}/x")}, nil, []string{"${HOME}/x"}},
		{"undeclared variable is asked", []model.Argument{word("{project}")}, nil, []string{"${project}"}},
		{"json is no template", []model.Argument{word(`{"a": {}}`)}, nil, []string{`{"a": {}}`}},
		{"no byte that a process cannot be given", []model.Argument{word("a\x00b")}, nil, []string{"ab"}},
		{"argument of nothing", []model.Argument{{Kind: "positional"}}, nil, []string{}},
		{"answer to nothing asked", []model.Argument{word("x")}, map[string]string{"": "y", "z": "--evil"}, []string{"x"}},
		{"never a shell", []model.Argument{asked("--name", model.Input{Required: true})}, map[string]string{"name": "$(rm -rf ~); `id`"}, []string{"--name", "$(rm -rf ~); `id`"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Build(model.Package{Type: "npm", Identifier: "@a/b", Version: "1.0.0", PackageArguments: c.args}, c.answers, Here())
			if !slices.Equal(r.Tail, c.want) {
				t.Errorf("tail %q, want %q", r.Tail, c.want)
			}
			if want := append([]string{"-y", "@a/b@1.0.0"}, c.want...); !slices.Equal(r.Args, want) {
				t.Errorf("args %q, want %q", r.Args, want)
			}
		})
	}
}

func TestEnvironment(t *testing.T) {
	p := model.Package{Type: "npm", Identifier: "x", Version: "1", Environment: []model.Input{
		{Name: "PLAIN", Default: "a"},
		{Name: "UNANSWERED"},
		{Name: "MISSING", Required: true},
		{Name: "API_KEY"},
		{Name: "OTHER_KEY"},
		{Name: "AUTH", Value: "Bearer {MY_TOKEN}", Secret: true},
		{Name: "FIXED", Value: "stdio"},
		{Name: "ON", Format: "boolean"},
		{Name: "BAD NAME", Value: "x"},
		{Name: "EVIL=1", Value: "x"},
	}}
	r := Build(p, map[string]string{"API_KEY": "hunter2", "ON": "Yes"}, Here())
	want := map[string]string{"PLAIN": "a", "MISSING": "${MISSING}", "FIXED": "stdio", "ON": "true"}
	if !reflect.DeepEqual(r.Env, want) {
		t.Errorf("env %v, want %v", r.Env, want)
	}
	want = map[string]string{"API_KEY": "${secret:API_KEY}", "AUTH": "Bearer ${secret:MY_TOKEN}"}
	if !reflect.DeepEqual(r.SecretEnv, want) {
		t.Errorf("secret env %v, want %v", r.SecretEnv, want)
	}
	if want := []string{"API_KEY", "MY_TOKEN"}; !slices.Equal(r.Secrets, want) {
		t.Errorf("secrets %q, want %q", r.Secrets, want)
	}
	if want := []string{"MISSING", "MY_TOKEN"}; !slices.Equal(r.Missing, want) {
		t.Errorf("missing %q, want %q", r.Missing, want)
	}
}

func TestDocker(t *testing.T) {
	p := model.Package{
		Type: "oci", Identifier: "ghcr.io/a/b:1.2",
		Environment:      []model.Input{{Name: "TOKEN"}, {Name: "HOST", Default: "h"}, {Name: "UNSET"}},
		RuntimeArguments: []model.Argument{named("-v", "{folder}:/data"), named("-e", "K={my_key}"), named("-d", ""), word("elsewhere.example/nothing")},
	}
	r := Build(p, map[string]string{"TOKEN": "hunter2", "folder": "/home/ann/a b", "my_key": "hunter3"}, Here())
	want := []string{"run", "-i", "--rm", "-e", "TOKEN", "-e", "HOST", "-v", "/home/ann/a b:/data", "-e", "K", "ghcr.io/a/b:1.2", "elsewhere.example/nothing"}
	if !slices.Equal(r.Args, want) {
		t.Errorf("args %q\nwant %q", r.Args, want)
	}
	if want := map[string]string{"TOKEN": "${secret:TOKEN}", "K": "${secret:my_key}"}; !reflect.DeepEqual(r.SecretEnv, want) {
		t.Errorf("secret env %v, want %v", r.SecretEnv, want)
	}
}

func TestRemote(t *testing.T) {
	p := model.Package{
		Type: "remote", Transport: "streamable-http", URL: "https://{tenant}.example.com/mcp",
		Variables: map[string]model.Input{"tenant": {Description: "Your team's name"}},
		Headers: []model.Input{
			{Name: "Authorization", Value: "Bearer {smithery_api_key}"},
			{Name: "X-Region", Default: "eu\r\nX-Evil: 1"},
			{Name: "Bad Header", Value: "x"},
		},
	}
	r := Build(p, map[string]string{"tenant": "acme", "smithery_api_key": "hunter2"}, Here())
	if r.URL != "https://acme.example.com/mcp" {
		t.Errorf("url %q", r.URL)
	}
	want := map[string]string{"Authorization": "Bearer ${secret:smithery_api_key}", "X-Region": "euX-Evil: 1"}
	if !reflect.DeepEqual(r.Headers, want) {
		t.Errorf("headers %q, want %q", r.Headers, want)
	}
	if len(r.Missing) != 0 {
		t.Errorf("missing %q", r.Missing)
	}
	in := Inputs(p)
	if len(in) != 3 || !in[0].Required || !in[1].Required || in[2].Required {
		t.Errorf("inputs %+v: the two required ones come first", in)
	}
}

// An answer stays the part of an address that it was put in.
func TestAddress(t *testing.T) {
	for _, c := range []struct{ name, url, a, want string }{
		{"query", "https://x.example/mcp?u={a}&v=1", "ann b&v=2#3", "https://x.example/mcp?u=ann+b%26v%3D2%233&v=1"},
		{"path", "https://x.example/{a}/mcp", "my notes?x", "https://x.example/my%20notes%3Fx/mcp"},
		{"folders", "https://x.example/{a}", "a/b", "https://x.example/a/b"},
		{"host", "https://{a}.example/mcp", "acme", "https://acme.example/mcp"},
		{"port", "http://{a}/mcp", "localhost:3000", "http://localhost:3000/mcp"},
		{"all of it", "{a}/mcp", "https://x.example:8/y", "https://x.example:8/y/mcp"},
		{"a key", "https://x.example/mcp?k={a}", SecretMark("a"), "https://x.example/mcp?k=${secret:a}"},
		{"twice in a colon", "https://x.example/a:b/{a}", "c:d", "https://x.example/a:b/c:d"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if r := Build(model.Package{Type: "remote", Transport: "sse", URL: c.url}, map[string]string{"a": c.a}, Here()); r.URL != c.want {
				t.Errorf("%s, want %s", r.URL, c.want)
			}
		})
	}
}

func TestRunners(t *testing.T) {
	for _, c := range []struct {
		name string
		p    model.Package
		want string
	}{
		{"npm", model.Package{Type: "npm", Identifier: "x", Version: "1"}, "npx -y x@1"},
		{"npm with a program named", model.Package{Type: "npm", Identifier: "x", Version: "1", RuntimeArguments: []model.Argument{named("--package", "x"), word("x-mcp"), word("serve")}}, "npx -y --package=x@1 x-mcp serve"},
		{"pypi", model.Package{Type: "pypi", Identifier: "x", Version: "1"}, "uvx --from x==1 x"},
		{"pypi with extras", model.Package{Type: "pypi", Identifier: "x[cli]", Version: "1"}, "uvx --from x[cli]==1 x"},
		{"pypi with an option", model.Package{Type: "pypi", Identifier: "x", Version: "1", RuntimeArguments: []model.Argument{named("--with", "y")}}, "uvx --with y --from x==1 x"},
		{"nuget", model.Package{Type: "nuget", Identifier: "X", Version: "1", PackageArguments: []model.Argument{word("mcp")}}, "dnx X@1 --yes -- mcp"},
		{"cargo", model.Package{Type: "cargo", Identifier: "x", Version: "1", PackageArguments: []model.Argument{word("mcp")}}, "x mcp"},
		{"oci with its version apart", model.Package{Type: "oci", Identifier: "a/b", Version: "1"}, "docker run -i --rm a/b:1"},
		{"oci by digest", model.Package{Type: "oci", Identifier: "a/b@sha256:00", Version: "1"}, "docker run -i --rm a/b@sha256:00"},
		{"oci on a host with a port", model.Package{Type: "oci", Identifier: "h:5000/b", Version: "1"}, "docker run -i --rm h:5000/b:1"},
		{"a bundle waits for its manifest", model.Package{Type: "mcpb", Identifier: "https://example.com/x.mcpb"}, ""},
		{"unknown kind", model.Package{Type: "floppy", Identifier: "x"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := Build(c.p, nil, Here())
			if got := strings.TrimSpace(r.Command + " " + strings.Join(r.Args, " ")); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestInputs(t *testing.T) {
	for _, c := range []struct {
		name   string
		in     model.Input
		format string
		secret bool
	}{
		{"folder by name", model.Input{Name: "VAULT_DIR"}, "folder", false},
		{"folder by description", model.Input{Name: "VAULT_PATH", Description: "Path to your notes folder"}, "folder", false},
		{"declared file that is a folder", model.Input{Name: "ROOT", Format: "filepath", Description: "The directory to search"}, "folder", false},
		{"file", model.Input{Name: "CONFIG_PATH", Description: "Path to the settings file"}, "filepath", false},
		{"file by description", model.Input{Name: "CONFIG", Description: "Path to the settings"}, "filepath", false},
		{"path of an address", model.Input{Name: "API_PATH"}, "", false},
		{"several folders in one text", model.Input{Name: "DIRS", Description: "Comma-separated directories"}, "", false},
		{"whole numbers are numbers", model.Input{Name: "PORT", Format: "integer"}, "number", false},
		{"key not marked", model.Input{Name: "OPENAI_API_KEY"}, "", true},
		{"key in camel case", model.Input{Name: "voyageApiKey"}, "", true},
		{"private key's place is no secret", model.Input{Name: "PRIVATE_KEY_PATH"}, "filepath", false},
		{"file of credentials", model.Input{Name: "GOOGLE_CREDENTIALS", Format: "filepath"}, "filepath", false},
		{"limit of tokens", model.Input{Name: "MAX_TOKENS"}, "", false},
		{"keyboard", model.Input{Name: "KEYBOARD_LAYOUT"}, "", false},
		{"password of a key's file", model.Input{Name: "KEY_FILE_PWD"}, "", true},
		{"database address", model.Input{Name: "DATABASE_URL"}, "", true},
		{"marked by the publisher", model.Input{Name: "PIN_CODE", Secret: true}, "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Inputs(model.Package{Type: "npm", Environment: []model.Input{c.in}})
			if len(got) != 1 || got[0].Format != c.format || got[0].Secret != c.secret {
				t.Errorf("%+v, want format %q, secret %v", got, c.format, c.secret)
			}
		})
	}
}

func TestInputsOrderAndMerge(t *testing.T) {
	p := model.Package{Type: "npm",
		Environment:      []model.Input{{Name: "A"}, {Name: "KEY", Required: true}, {Name: "FIXED", Value: "x"}},
		PackageArguments: []model.Argument{word("{KEY}"), asked("--b", model.Input{Required: true}), asked("-v", model.Input{})},
	}
	var names []string
	for _, in := range Inputs(p) {
		names = append(names, in.Name)
	}
	if want := []string{"KEY", "b", "A"}; !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		name   string
		in     model.Input
		answer string
		code   string
	}{
		{"optional left empty", model.Input{}, "", ""},
		{"required left empty", model.Input{Required: true}, " ", "input_missing"},
		{"required with default", model.Input{Required: true, Default: "x"}, "", ""},
		{"number", model.Input{Format: "number"}, "-1.5e3", ""},
		{"no number", model.Input{Format: "number"}, "twelve", "input_not_number"},
		{"hexadecimal", model.Input{Format: "number"}, "0x10", "input_not_number"},
		{"endless", model.Input{Format: "number"}, "inf", "input_not_number"},
		{"yes", model.Input{Format: "boolean"}, "Yes", ""},
		{"maybe", model.Input{Format: "boolean"}, "maybe", "input_not_yes_no"},
		{"choice", model.Input{Choices: []string{"a", "b"}}, "b", ""},
		{"no choice", model.Input{Choices: []string{"a", "b"}}, "B", "input_not_choice"},
		{"secret of several lines", model.Input{Secret: true}, "-----BEGIN\n-----END", ""},
		{"zero byte", model.Input{}, "a\x00", "input_invalid"},
		{"a secret's mark", model.Input{}, "x${secret:KEY}", "input_invalid"},
		{"very long", model.Input{}, strings.Repeat("x", maxAnswer+1), "input_invalid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.in.Name = "field"
			err := Check(c.in, c.answer)
			if got := model.Code(err); got != c.code {
				t.Errorf("code %q, want %q", got, c.code)
			}
		})
	}
}

func TestChoose(t *testing.T) {
	list := []model.Package{
		{Type: "npm", Transport: "sse"},
		{Type: "mcpb", RuntimeHint: "darwin-arm64"},
		{Type: "mcpb", RuntimeHint: "linux-amd64"},
		{Type: "npm", Transport: "stdio"},
		{Type: "npm", Transport: "stdio", Identifier: "second"},
	}
	is := func(kind string) func(model.Package) bool {
		return func(p model.Package) bool { return p.Type == kind }
	}
	for _, c := range []struct {
		name string
		can  func(model.Package) bool
		want int
	}{
		{"direct before HTTP, first of equals", is("npm"), 3},
		{"this platform's bundle", is("mcpb"), 2},
		{"none", is("oci"), -1},
		{"any", nil, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Choose(list, Platform{"linux", "amd64"}, c.can); got != c.want {
				t.Errorf("%d, want %d", got, c.want)
			}
		})
	}
}

func FuzzBuild(f *testing.F) {
	f.Add("npm", "x@1", "--a", "{b}", "answer")
	f.Add("oci", "run", "-e", "K={b}", "${secret:b}")
	f.Add("pypi", "-m", "=", "{{b}}", "\x00")
	f.Fuzz(func(t *testing.T, kind, id, name, value, answer string) {
		p := model.Package{Type: kind, Identifier: id, Version: "1",
			RuntimeArguments: []model.Argument{named(name, value), word(value)},
			PackageArguments: []model.Argument{asked(name, model.Input{Required: true, Secret: true})},
			Environment:      []model.Input{{Name: name, Value: value}},
		}
		answers := map[string]string{}
		for _, in := range Inputs(p) {
			answers[in.Name] = answer
			if in.Secret {
				answers[in.Name] = "s3cr3t-7f"
			}
		}
		r := Build(p, answers, Here())
		for _, s := range append(append([]string{}, r.Args...), r.Tail...) {
			if strings.Contains(s, "s3cr3t-7f") && !strings.Contains(id+name+value+answer, "s3cr3t") {
				t.Errorf("secret in %q", s)
			}
			if strings.ContainsRune(s, 0) && !strings.ContainsRune(id+name, 0) {
				t.Errorf("zero byte in %q", s)
			}
		}
	})
}

func TestLocalPrograms(t *testing.T) {
	arg := func(v string) model.Argument {
		return model.Argument{Kind: "positional", Input: model.Input{Value: v}}
	}
	for name, c := range map[string]struct {
		hint, command string
		args          []string
	}{
		"a script for Node":   {"node", "node", []string{"--no-warnings", "/srv/notes.js", "--fast"}},
		"a script for Python": {"python", "python3", []string{"--no-warnings", "/srv/notes.js", "--fast"}},
		"a program":           {"", "/srv/notes.js", []string{"--fast"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := model.Package{Type: "local", Identifier: "/srv/notes.js", RuntimeHint: c.hint, RuntimeArguments: []model.Argument{arg("--no-warnings")}, PackageArguments: []model.Argument{arg("--fast")}}
			r := Build(p, nil, Here())
			if r.Command != c.command || !slices.Equal(r.Args, c.args) || !slices.Equal(r.Tail, []string{"--fast"}) || len(r.Warnings) > 0 {
				t.Errorf("%s %q, tail %q, warnings %q", r.Command, r.Args, r.Tail, r.Warnings)
			}
		})
	}
}
