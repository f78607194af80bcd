package backend

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"toolbay/backend/catalog/recipe"
	"toolbay/backend/catalog/source/registry"
	"toolbay/backend/model"
	"toolbay/internal/dataset"
)

var onLinux = Platform{OS: "linux", Arch: "amd64"}

// eachServer gives every record of the official data set.
func eachServer(t *testing.T, each func(raw json.RawMessage)) {
	t.Helper()
	f, err := os.Open(dataset.Path(t, "registry/official-registry-full-2025-12-18.json.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(z)
	var raw json.RawMessage
	if err := d.Decode(&raw); err != nil {
		t.Fatal(err)
	}
	var records []json.RawMessage
	if json.Unmarshal(raw, &records) != nil {
		var page struct{ Servers []json.RawMessage }
		if err := json.Unmarshal(raw, &page); err != nil {
			t.Fatal(err)
		}
		records = page.Servers
	}
	if len(records) < 2000 {
		t.Fatalf("%d records", len(records))
	}
	for _, r := range records {
		each(r)
	}
}

// TestInstallingStartsFromTheRecipe installs nothing: it compares, for every
// npm package of the data, what plan shows with what the launcher is told to
// start once the same answers are given. After the package the arguments are
// the same, and so are the variables and the inputs.
func TestInstallingStartsFromTheRecipe(t *testing.T) {
	compared := 0
	eachServer(t, func(raw json.RawMessage) {
		parts, err := registry.Parts(raw)
		if err != nil {
			t.Fatal(err)
		}
		for i, part := range parts {
			p := part.Package
			if part.Err != nil || !Installable(p) || p.Type == "mcpb" {
				continue // how a bundle starts stands in the bundle
			}
			for _, all := range []bool{false, true} {
				compared++
				where := fmt.Sprintf("%s#%d, all answered %v", p.Identifier, i, all)
				given, s := map[string]string{}, model.Server{ID: "x", Command: "/n/node", Args: []string{"/s/entry.js"}, Package: p}
				if p.Type == "remote" {
					s.Command, s.Args, s.Remote = "", nil, &model.Remote{Transport: p.Transport}
				}
				for _, in := range recipe.Inputs(p) {
					a := model.AnsweredInput{Input: in}
					switch {
					case !all && (!in.Required || in.Default != ""):
					case in.Secret:
						given[in.Name], a.Set = "k3y", true
					default:
						a.Answer = answerTo(in)
						given[in.Name] = a.Answer
					}
					s.Inputs = append(s.Inputs, a)
				}
				plan, err := PlanServer(PlanRequest{ServerJSON: raw, Package: i, Answers: given, On: recipe.Here()})
				if err != nil {
					t.Fatalf("%s: %v", where, err)
				}
				spec := specOf(s)
				tail := spec.Args[len(s.Args):]
				shown := map[string]string{}
				for j, in := range recipe.Inputs(p) {
					if n := plan.Inputs[j]; n.Name != in.Name && n.Name != "--"+in.Name && n.Name != "-"+in.Name || n.Required != in.Required || n.Secret != in.Secret {
						t.Errorf("%s: plan asks for %+v, install for %+v", where, n, in)
					}
					shown[in.Name] = plan.Inputs[j].Name
				}
				marks := []string{}
				for _, name := range spec.Secrets {
					marks = append(marks, recipe.SecretMark(name), "${"+shown[name]+"}")
				}
				unmark := strings.NewReplacer(marks...).Replace
				if spec.Remote != nil {
					headers := map[string]string{}
					for k, v := range spec.Remote.Headers {
						headers[k] = unmark(v)
					}
					if unmark(spec.Remote.URL) != plan.URL || !maps.Equal(headers, plan.Headers) {
						t.Errorf("%s: plan %q %v, launcher %q %v", where, plan.URL, plan.Headers, spec.Remote.URL, headers)
					}
					continue
				}
				var want []string
				for _, a := range tail {
					want = append(want, unmark(a))
				}
				at := len(plan.Args) - len(tail)
				if at < 2 || !slices.Equal(plan.Args[at:], want) {
					t.Errorf("%s: plan %q, launcher %q", where, plan.Args, tail)
				} else if !slices.ContainsFunc(plan.Args[1:at], func(a string) bool { return strings.Contains(a, p.Identifier) }) {
					t.Errorf("%s: the package is not before its arguments: %q", where, plan.Args)
				}
				env := maps.Clone(spec.Env)
				for k, v := range spec.SecretEnv {
					env[k] = unmark(v)
				}
				if !reflect.DeepEqual(env, plan.Env) {
					t.Errorf("%s: plan %v, launcher %v", where, plan.Env, env)
				}
			}
		}
	})
	if compared < 1000 {
		t.Errorf("only %d compared", compared)
	}
}

func answerTo(in model.Input) string {
	switch {
	case len(in.Choices) > 0:
		return in.Choices[0]
	case in.Format == "boolean":
		return "true"
	case in.Format == "number":
		return "7"
	}
	return "an answer"
}

func TestPlanServer(t *testing.T) {
	const (
		notes = `{"name":"io.github.acme/notes","version":"1.0.0","packages":[
			{"registryType":"npm","identifier":"notes","version":"1.0.0","transport":{"type":"sse","url":"http://localhost:{--port}/sse"},
			 "packageArguments":[{"type":"named","name":"--port","default":"80","format":"number"}]},
			{"registryType":"floppy","identifier":"notes","transport":{"type":"stdio"}},
			{"registryType":"pypi","identifier":"notes","version":"1.0.0","transport":{"type":"stdio"},
			 "packageArguments":[{"type":"named","name":"--dir","isRequired":true,"format":"filepath"},{"type":"named","name":"--lang","description":"Language","choices":["en","fr"]}],
			 "environmentVariables":[{"name":"NOTES_TOKEN","isRequired":true},{"name":"NOTES_LEVEL"}]}],
			"remotes":[{"type":"streamable-http","url":"https://notes.example.com/mcp","headers":[{"name":"Authorization","value":"Bearer {token}"}]}]}`
		bundles = `{"server":{"name":"io.github.acme/b","packages":[
			{"registryType":"mcpb","identifier":"https://example.com/b-darwin-arm64.mcpb","transport":{"type":"stdio"}},
			{"registryType":"mcpb","identifier":"https://example.com/b-linux-x86_64.mcpb","transport":{"type":"stdio"}},
			{"registryType":"mcpb","identifier":"https://example.com/b.mcpb","runtimeHint":"windows-amd64","transport":{"type":"stdio"}}]}}`
		old = `{"name":"io.github.acme/old","packages":[{"registry_type":"npm","identifier":"old","version":"2.0.0",
			"package_arguments":[{"type":"named","name":"--key","is_required":true}],"environment_variables":[{"name":"A_KEY","is_required":true,"is_secret":true}]}]}`
	)
	for _, c := range []struct {
		name, file string
		number     int
		answers    map[string]string
		on         Platform
		want       string // of command, args, env, secrets, url and headers; or an error's code
	}{
		{"the best one, nothing answered", notes, -1, nil, onLinux,
			`uvx ["--from","notes==1.0.0","notes","--dir","${--dir}"] {"NOTES_TOKEN":"${NOTES_TOKEN}"} ["NOTES_TOKEN"]  {}`},
		{"answered, with and without dashes", notes, 2, map[string]string{"--dir": "/a b", "lang": "fr", "NOTES_TOKEN": "hunter2", "NOTES_LEVEL": "5"}, onLinux,
			`uvx ["--from","notes==1.0.0","notes","--dir","/a b","--lang","fr"] {"NOTES_LEVEL":"5","NOTES_TOKEN":"${NOTES_TOKEN}"} ["NOTES_TOKEN"]  {}`},
		{"a default in arguments and address", notes, 0, nil, onLinux,
			`npx ["-y","notes@1.0.0","--port","80"] {} [] http://localhost:80/sse {}`},
		{"a variable that nobody declared", notes, 0, map[string]string{"DEBUG": "1", "X_TOKEN": "hunter2"}, onLinux,
			`npx ["-y","notes@1.0.0","--port","80"] {"DEBUG":"1","X_TOKEN":"${X_TOKEN}"} ["X_TOKEN"] http://localhost:80/sse {}`},
		{"a remote counts after the packages", notes, 3, map[string]string{"token": "hunter2"}, onLinux,
			` [] {} ["token"] https://notes.example.com/mcp {"Authorization":"Bearer ${token}"}`},
		{"an answer is not read again", notes, 2, map[string]string{"--dir": "${NOTES_TOKEN} {lang}"}, onLinux,
			`uvx ["--from","notes==1.0.0","notes","--dir","${NOTES_TOKEN} {lang}"] {"NOTES_TOKEN":"${NOTES_TOKEN}"} ["NOTES_TOKEN"]  {}`},
		{"the old spelling", old, -1, map[string]string{"A_KEY": "hunter2", "key": "hunter2"}, onLinux,
			`npx ["-y","old@2.0.0","--key","${--key}"] {"A_KEY":"${A_KEY}"} ["--key","A_KEY"]  {}`},
		{"one that cannot be used keeps its number", notes, 1, nil, onLinux, "plan_package"},
		{"no such number", notes, 4, nil, onLinux, "plan_number"},
		{"not one of the choices", notes, 2, map[string]string{"lang": "de"}, onLinux, "input_not_choice"},
		{"not a number", notes, 0, map[string]string{"port": "eighty"}, onLinux, "input_not_number"},
		{"nothing that asks for it", notes, 0, map[string]string{"no such thing": "1"}, onLinux, "input_unknown"},
		{"a mark that would be filled in later", notes, 2, map[string]string{"dir": "${secret:NOTES_TOKEN}"}, onLinux, "input_invalid"},
		{"no JSON", "---\nname: x", -1, nil, onLinux, "plan_format"},
		{"nothing", "", -1, nil, onLinux, "plan_format"},
		{"JSON of something else", `{"mcpServers":{}}`, -1, nil, onLinux, "plan_format"},
		{"a list", `{"servers":[{"server":{"name":"a/b"}}]}`, -1, nil, onLinux, "plan_format"},
		{"two documents", `{"name":"a/b"}{"name":"c/d"}`, -1, nil, onLinux, "plan_format"},
		{"no package at all", `{"name":"a/b","version":"1"}`, -1, nil, onLinux, "plan_nothing"},
		{"none that can be used", `{"name":"a/b","packages":["x",{"registryType":"npm","identifier":"-rf"}]}`, -1, nil, onLinux, "plan_package"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := PlanServer(PlanRequest{File: "server.json", ServerJSON: []byte(c.file), Package: c.number, Answers: c.answers, On: c.on})
			got := model.Code(err)
			if err == nil {
				got = fmt.Sprintf("%s %s %s %s %s %s", p.Command, inJSON(t, p.Args), inJSON(t, p.Env), inJSON(t, p.Secrets), p.URL, inJSON(t, p.Headers))
				if strings.Contains(inJSON(t, p), "hunter2") {
					t.Errorf("a key's value in %s", inJSON(t, p))
				}
				if strings.Contains(inJSON(t, p), "null") {
					t.Errorf("null in %s", inJSON(t, p))
				}
			}
			if got != c.want {
				t.Errorf("got  %s\nwant %s (%v)", got, c.want, err)
			}
		})
	}
	t.Run("the bundle for the system", func(t *testing.T) {
		for on, n := range map[Platform]int{{OS: "darwin", Arch: "arm64"}: 0, {OS: "linux", Arch: "amd64"}: 1, {OS: "windows", Arch: "amd64"}: 2} {
			p, err := PlanRequest{ServerJSON: []byte(bundles), Package: -1, On: on}.pack()
			parts, _ := registry.Parts([]byte(bundles))
			if err != nil || !reflect.DeepEqual(p, parts[n].Package) {
				t.Errorf("%s: %s (%v)", on, p.Identifier, err)
			}
		}
	})
}

func inJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
