package bundle

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"toolbay/backend/model"
)

type outcome struct {
	command string
	args    []string
	env     map[string]string // values and templates with marks together
	failure string
}

// Where the reference tool is wrong, what we do instead, and why.
var departures = map[string]struct {
	want outcome
	why  string
}{
	"array-inside-string-arg": {outcome{command: "node", args: []string{"--dirs=/p1", "--dirs=/p2"}},
		"the reference hands the server the text ${user_config.d}; a flag with several values is said once for each, as programs expect it"},
	"array-in-env": {outcome{command: "node", env: map[string]string{"D": "/p1:/p2"}},
		"the reference hands the server the text ${user_config.d}; several paths in one variable are a list, as in PATH"},
	"optional-unset-in-env": {outcome{command: "node"},
		"a blank field is no variable; the reference's text ${user_config.k} is taken for a key by servers"},
	"optional-unset-as-arg": {outcome{command: "node"},
		"neither the text ${user_config.k} nor a flag without its value can be meant"},
	"optional-empty-string-own-arg": {outcome{command: "node"},
		"a field left empty is the same as one never touched"},
	"optional-empty-string-env": {outcome{command: "node"},
		"a field left empty is the same as one never touched; many servers take an empty variable for a set one"},
	"required-missing":             {outcome{failure: "input_missing"}, "the same refusal, with a code"},
	"required-missing-but-default": {outcome{command: "node", env: map[string]string{"K": "dflt"}}, "a default answers a required question"},
	"required-array-with-empty-item": {outcome{command: "node", args: []string{"/a"}},
		"answers of several values are one a line; an empty line is no value, and the other one was given"},
	"default-with-HOME-string": {outcome{command: "node", args: []string{"--w=/home/u/Documents"}, env: map[string]string{"W": "/home/u/Documents"}},
		"the format promises ${HOME} in defaults"},
	"default-with-HOME-own-arg":       {outcome{command: "node", args: []string{"/home/u/Desktop"}}, "the format promises ${HOME} in defaults"},
	"number-out-of-range-not-checked": {outcome{failure: "input_out_of_range"}, "a bound in the manifest is one"},
	"dollar-in-secret-env": {outcome{command: "node", env: map[string]string{"K": "${secret:k}"}},
		"a secret stands as its mark; what is put there later is put in as it is, $& and all (launch)"},
	"dollar-in-secret-own-arg": {outcome{command: "node", args: []string{"${secret:k}"}}, "a secret stands as its mark"},
	"dollar-in-dirname":        {outcome{command: "node", args: []string{"/home/u$$x/ext/i.js"}}, "what is put in is put in as it is"},
	"value-contains-other-var": {outcome{command: "node", env: map[string]string{"A": "${user_config.b}"}},
		"an answer is never read for variables: else one field could take another's key"},
	"undeclared-user-config-key-supplied": {outcome{failure: "input_unknown"}, "what was not asked for is not handed on"},
	"platform-override-linux-env-replaces": {outcome{command: "node", args: []string{"x"}, env: map[string]string{"C": "3"}},
		"the same, without the overrides themselves in the result"},
	"platform-override-linux-args-only": {outcome{command: "node", args: []string{"y"}, env: map[string]string{"A": "1"}},
		"the same, without the overrides themselves in the result"},
	"platform-override-empty-args": {outcome{command: "node"}, "the same, without the overrides themselves in the result"},
	"platform-override-other-os":   {outcome{command: "node", args: []string{"x"}}, "the same, without the overrides themselves in the result"},
	"regex-meta-in-key": {outcome{command: "node", env: map[string]string{"A": "v", "B": "${user_config.aXb}"}},
		"a key is a name, not a pattern"},
	"uv-no-mcp_config": {outcome{command: "uv", args: []string{"run", "--directory", "/ext/dir", "server.py"}},
		"a server of kind uv says by its kind how it is started"},
}

type vector struct {
	Name          string
	Config        json.RawMessage `json:"mcp_config"`
	Schema        json.RawMessage `json:"user_config_schema"`
	ExtensionPath string
	UserConfig    map[string]any
	Reference     *struct {
		Command string
		Args    []string
		Env     map[string]string
	} `json:"reference_result"`
}

func TestSubstitutionVectors(t *testing.T) {
	raw, err := os.ReadFile("testdata/substitution-vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var all struct{ Cases []vector }
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	if len(all.Cases) != 33 {
		t.Fatalf("%d cases", len(all.Cases))
	}
	departed := 0
	for _, v := range all.Cases {
		t.Run(v.Name, func(t *testing.T) {
			want := outcome{}
			if d, ok := departures[v.Name]; ok {
				want = d.want
				departed++
				if d.why == "" {
					t.Error("no reason")
				}
			} else if v.Reference == nil {
				t.Fatal("the reference refuses, and nothing says what we do")
			} else {
				want = outcome{command: v.Reference.Command, args: v.Reference.Args, env: v.Reference.Env}
			}
			if got := v.run(t); !same(got, want) {
				t.Errorf("%+v\nwant %+v", got, want)
			}
		})
	}
	if departed != len(departures) {
		t.Errorf("%d of %d departures are of no case", len(departures)-departed, len(departures))
	}
}

func (v vector) run(t *testing.T) outcome {
	t.Helper()
	manifest := map[string]any{"manifest_version": "0.3", "name": "t", "version": "1", "description": "d", "author": map[string]any{"name": "a"}}
	server := map[string]any{"type": "node", "entry_point": "i.js"}
	if v.Config != nil {
		server["mcp_config"] = v.Config
	} else {
		server = map[string]any{"type": "uv", "entry_point": "server.py"}
	}
	manifest["server"] = server
	if v.Schema != nil {
		manifest["user_config"] = v.Schema
	}
	raw, err := json.Marshal(manifest)
	if err != nil {
		t.Fatal(err)
	}
	m, reason := ReadManifest(raw)
	if reason.Code != "" {
		t.Fatal(reason.Text)
	}
	l, _, err := Resolve(m, linux, nil)
	if err != nil {
		t.Fatal(err)
	}
	answers := map[string]string{}
	for k, x := range v.UserConfig {
		switch x := x.(type) {
		case []any:
			var several []string
			for _, one := range x {
				several = append(several, one.(string))
			}
			answers[k] = strings.Join(several, "\n")
		case string:
			answers[k] = x
		default:
			b, _ := json.Marshal(x)
			answers[k] = string(b)
		}
	}
	f, err := Substitute(l, Values{Dir: v.ExtensionPath, Answers: answers, Folders: Folders{"/home/u", "/home/u/Desktop", "/home/u/Documents", "/home/u/Downloads"}})
	if err != nil {
		return outcome{failure: model.Code(err)}
	}
	out := outcome{command: f.Command, args: f.Args, env: f.Env}
	for k, x := range f.SecretEnv {
		out.env[k] = x
	}
	for _, s := range answers {
		if strings.Contains(s, "$$") && strings.Contains(strings.Join(f.Args, " ")+f.Command, s) {
			t.Error("a secret stands in the result")
		}
	}
	return out
}

func same(a, b outcome) bool {
	return a.command == b.command && a.failure == b.failure && strings.Join(a.args, "\x00") == strings.Join(b.args, "\x00") && len(a.args) == len(b.args) &&
		(len(a.env) == 0 && len(b.env) == 0 || reflect.DeepEqual(a.env, b.env))
}

func TestSubstitute(t *testing.T) {
	one := 1.0
	for name, c := range map[string]struct {
		l       Launch
		v       Values
		want    outcome
		secrets []string
		dropped []string
	}{
		"a switch before a blank setting stays": {
			l:    Launch{Args: []string{"--verbose", "${user_config.p}"}, Settings: []Setting{{Key: "p"}}},
			want: outcome{args: []string{"--verbose"}},
		},
		"a flag goes with its blank setting": {
			l:    Launch{Args: []string{"x", "--path", "${user_config.p}", "y"}, Settings: []Setting{{Key: "p"}}},
			want: outcome{args: []string{"x", "y"}}, dropped: []string{"--path"},
		},
		"an answer that looks like a flag stays": {
			l:    Launch{Args: []string{"${user_config.a}", "${user_config.p}"}, Settings: []Setting{{Key: "a"}, {Key: "p"}}},
			v:    Values{Answers: map[string]string{"a": "--evil"}},
			want: outcome{args: []string{"--evil"}},
		},
		"flag with a blank value in one": {
			l:    Launch{Args: []string{"--path=${user_config.p}", "pre-${user_config.p}"}, Settings: []Setting{{Key: "p"}}},
			want: outcome{args: []string{"pre-"}},
		},
		"partly blank text": {
			l:    Launch{Env: map[string]string{"U": "${user_config.a}:${user_config.b}"}, Settings: []Setting{{Key: "a"}, {Key: "b"}}},
			v:    Values{Answers: map[string]string{"a": "1"}},
			want: outcome{env: map[string]string{"U": "1:"}},
		},
		"secret in a text": {
			l:    Launch{Env: map[string]string{"AUTH": "Bearer ${user_config.k}"}, Settings: []Setting{{Key: "k", Sensitive: true}}},
			v:    Values{Answers: map[string]string{"k": "invented-value"}},
			want: outcome{env: map[string]string{"AUTH": "Bearer ${secret:k}"}}, secrets: []string{"k"},
		},
		"an answer cannot name a key": {
			l:    Launch{Settings: []Setting{{Key: "a"}, {Key: "k", Sensitive: true}}},
			v:    Values{Answers: map[string]string{"a": "${secret:k}", "k": "x"}},
			want: outcome{failure: "input_invalid"},
		},
		"a word for yes": {
			l:    Launch{Args: []string{"${user_config.b}"}, Settings: []Setting{{Key: "b", Type: "boolean"}}},
			v:    Values{Answers: map[string]string{"b": "Yes"}},
			want: outcome{args: []string{"true"}},
		},
		"no number":       {l: Launch{Settings: []Setting{{Key: "n", Type: "number"}}}, v: Values{Answers: map[string]string{"n": "0x10"}}, want: outcome{failure: "input_not_number"}},
		"number too low":  {l: Launch{Settings: []Setting{{Key: "n", Type: "number", Min: &one}}}, v: Values{Answers: map[string]string{"n": "0.5"}}, want: outcome{failure: "input_out_of_range"}},
		"no truth value":  {l: Launch{Settings: []Setting{{Key: "b", Type: "boolean"}}}, v: Values{Answers: map[string]string{"b": "perhaps"}}, want: outcome{failure: "input_not_yes_no"}},
		"brace in brace":  {l: Launch{Args: []string{"${FOO${HOME}}"}}, v: Values{Folders: Folders{Home: "/h"}}, want: outcome{args: []string{"${FOO/h}"}}},
		"windows":         {l: Launch{Command: "${__dirname}${/}a"}, v: Values{Dir: `C:\x`, Separator: `\`}, want: outcome{command: `C:\x\a`}},
		"unknown folders": {l: Launch{Args: []string{"${DESKTOP}"}}, want: outcome{args: []string{"${DESKTOP}"}}},
		"asked whether it is a secret": {
			l:    Launch{Env: map[string]string{"K": "${user_config.k}"}, Settings: []Setting{{Key: "k"}}},
			v:    Values{Answers: map[string]string{"k": "x"}, Secret: func(string) bool { return true }},
			want: outcome{env: map[string]string{"K": "${secret:k}"}}, secrets: []string{"k"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := Substitute(c.l, c.v)
			got := outcome{command: f.Command, args: f.Args, env: map[string]string{}}
			if err != nil {
				got = outcome{failure: model.Code(err)}
				for _, a := range c.v.Answers {
					if len(a) > 3 && strings.Contains(err.Error(), a) {
						t.Errorf("an answer stands in %q", err)
					}
				}
			}
			for k, v := range f.Env {
				got.env[k] = v
			}
			for k, v := range f.SecretEnv {
				if _, twice := f.Env[k]; twice {
					t.Errorf("%s is plain and secret", k)
				}
				got.env[k] = v
			}
			if !same(got, c.want) {
				t.Errorf("%+v, want %+v", got, c.want)
			}
			if !reflect.DeepEqual(f.Secrets, c.secrets) || !reflect.DeepEqual(f.Dropped, c.dropped) {
				t.Errorf("secrets %v, dropped %v", f.Secrets, f.Dropped)
			}
		})
	}
}
