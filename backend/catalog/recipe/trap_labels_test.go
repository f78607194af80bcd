package recipe

import (
	"slices"
	"strings"
	"testing"

	"toolbay/backend/model"
)

// traps says for each label what must come out where others stumble.
var traps = map[string]func(*testing.T, trapped){
	// A value that must be one of several is offered as such and nothing else
	// is taken.
	"arg-choices": func(t *testing.T, s trapped) {
		held := func(a model.Argument) bool {
			return len(a.Choices) > 0 || slices.ContainsFunc(sortedKeys(a.Variables), func(k string) bool { return len(a.Variables[k].Choices) > 0 })
		}
		for _, p := range s.parts(t, anyOf(arguments, held)) {
			r := Build(p, nil, onLinux)
			for _, a := range arguments(p) {
				name := key(a.Name, a.ValueHint)
				for _, k := range sortedKeys(a.Variables) {
					if len(a.Variables[k].Choices) > 0 {
						name = k
					}
				}
				if !held(a) {
					continue
				}
				in := inputOf(t, r, name)
				if len(in.Choices) == 0 || Check(in, "none of these") == nil {
					t.Errorf("%s takes anything", name)
				}
				last := in.Choices[len(in.Choices)-1]
				if full := Build(p, map[string]string{name: last}, onLinux); !slices.ContainsFunc(full.Args, func(s string) bool { return strings.Contains(s, last) }) {
					t.Errorf("%s=%s is not in %q", name, last, full.Args)
				}
			}
		}
	},
	// The one example repeats -e before positional names: each name gets one -e,
	// and only those that have a value.
	"arg-isRepeated": func(t *testing.T, s trapped) {
		for _, p := range s.parts(t, anyOf(arguments, func(a model.Argument) bool { return a.Repeated })) {
			r := Build(p, map[string]string{"TFE_TOKEN": "x"}, onLinux)
			if !follows(r.Args, "-e", "TFE_TOKEN") || count(r.Args, is("TFE_TOKEN")) != 1 {
				t.Errorf("args %q", r.Args)
			}
			if count(r.Args, is("-e")) != len(r.Env)+len(r.SecretEnv) {
				t.Errorf("-e without a value in %q, env %v %v", r.Args, r.Env, r.SecretEnv)
			}
		}
	},
	// A key on the command line is said so, or goes where the listing takes it
	// too; its value never stands there.
	"arg-secret-on-command-line": func(t *testing.T, s trapped) {
		for _, p := range s.parts(t, anyOf(arguments, func(a model.Argument) bool { return a.Secret })) {
			r := Build(p, answersTo(p), onLinux)
			for _, a := range arguments(p) {
				name := key(a.Name, a.ValueHint)
				if !a.Secret {
					continue
				}
				if !slices.Contains(r.Warnings, "secret-in-argument:"+name) && !slices.Contains(r.Warnings, "secret-by-variable:"+name) {
					t.Errorf("%s: warnings %q", name, r.Warnings)
				}
				if slices.Contains(r.Args, "answer-"+name) {
					t.Errorf("%s stands in %q", name, r.Args)
				}
			}
		}
	},
	// Declared variables are asked for by their own names and put in.
	"arg-variables": func(t *testing.T, s trapped) {
		for _, p := range s.parts(t, anyOf(arguments, func(a model.Argument) bool { return len(a.Variables) > 0 })) {
			answers := answersTo(p)
			r := Build(p, answers, onLinux)
			for _, a := range arguments(p) {
				for _, k := range sortedKeys(a.Variables) {
					if !strings.Contains(a.Value, "{"+k+"}") || isExample(a.Value) {
						continue
					}
					in, want := inputOf(t, r, k), answers[k]
					if in.Secret {
						want = SecretMark(k)
					}
					found := slices.ContainsFunc(append(texts(r), r.Args...), func(s string) bool { return strings.Contains(s, want) })
					if !found {
						t.Errorf("%s is nowhere in %q", k, r.Args)
					}
				}
			}
		}
	},
	"env-choices": func(t *testing.T, s trapped) {
		for _, p := range s.parts(t, anyOf(environment, func(e model.Input) bool { return len(e.Choices) > 0 })) {
			for _, e := range p.Environment {
				if len(e.Choices) == 0 {
					continue
				}
				last := e.Choices[len(e.Choices)-1]
				r := Build(p, map[string]string{e.Name: last}, onLinux)
				in := inputOf(t, r, e.Name)
				if !slices.Equal(in.Choices, e.Choices) || Check(in, "none of these") == nil || Check(in, last) != nil {
					t.Errorf("%s: choices %q", e.Name, in.Choices)
				}
				want := last
				if in.Secret {
					want = SecretMark(e.Name)
				}
				if got := r.Env[e.Name] + r.SecretEnv[e.Name]; got != want {
					t.Errorf("%s is %q, want %q", e.Name, got, want)
				}
			}
		}
	},
	// A path can be picked; one inside a container is said to be out of reach.
	"env-filepath": func(t *testing.T, s trapped) {
		for _, p := range s.parts(t, anyOf(environment, func(e model.Input) bool { return e.Format == "filepath" })) {
			r := Build(p, nil, onLinux)
			for _, e := range p.Environment {
				if e.Format != "filepath" {
					continue
				}
				if in := inputOf(t, r, e.Name); in.Secret || in.Format != "filepath" && in.Format != "folder" || !slices.Contains(r.Files, e.Name) {
					t.Errorf("%s is no file: %+v", e.Name, in)
				}
				if p.Type == "oci" && !slices.Contains(r.Warnings, "file-not-mounted:"+e.Name) {
					t.Errorf("warnings %q", r.Warnings)
				}
			}
		}
	},
	// What the publisher fixed stands there and cannot be changed by an answer;
	// an example in its place is asked for.
	"env-fixed-value": func(t *testing.T, s trapped) {
		for _, p := range s.parts(t, anyOf(environment, func(e model.Input) bool { return e.Value != "" })) {
			for _, e := range p.Environment {
				if e.Value == "" || open(e.Value) != "" {
					continue
				}
				r := Build(p, map[string]string{e.Name: "mine"}, onLinux)
				asked := slices.ContainsFunc(r.Inputs, func(in model.Input) bool { return in.Name == e.Name })
				if isExample(e.Value) {
					if !asked || r.Env[e.Name]+r.SecretEnv[e.Name] == e.Value {
						t.Errorf("%s: the example %q is taken for a value", e.Name, e.Value)
					}
					continue
				}
				if asked || r.Env[e.Name] != e.Value {
					t.Errorf("%s is %q, fixed as %q, asked %v", e.Name, r.Env[e.Name], e.Value, asked)
				}
			}
		}
	},
	"env-required-with-default": func(t *testing.T, s trapped) {
		held := func(e model.Input) bool { return e.Required && e.Default != "" }
		for _, p := range s.parts(t, anyOf(environment, held)) {
			r := Build(p, nil, onLinux)
			for _, e := range p.Environment {
				if held(e) && (r.Env[e.Name] != e.Default || slices.Contains(r.Missing, e.Name) || Check(inputOf(t, r, e.Name), "") != nil) {
					t.Errorf("%s is %q, missing %q", e.Name, r.Env[e.Name], r.Missing)
				}
			}
		}
	},
	// The variable is asked for, not the environment variable around it.
	"env-variables": func(t *testing.T, s trapped) {
		for _, p := range s.parts(t, anyOf(environment, func(e model.Input) bool { return len(e.Variables) > 0 })) {
			for _, e := range p.Environment {
				for _, k := range sortedKeys(e.Variables) {
					r := Build(p, map[string]string{k: "sunny"}, onLinux)
					inputOf(t, r, k)
					if want := strings.ReplaceAll(e.Value, "{"+k+"}", "sunny"); r.Env[e.Name] != want {
						t.Errorf("%s is %q, want %q", e.Name, r.Env[e.Name], want)
					}
					_, there := Build(p, nil, onLinux).Env[e.Name]
					if there != e.Variables[k].Required {
						t.Errorf("%s without an answer: there %v, required %v", e.Name, there, e.Variables[k].Required)
					}
				}
			}
		}
	},
	// A boolean is the bare flag or nothing, never "--flag true".
	"named-arg-boolean": func(t *testing.T, s trapped) {
		held := func(a model.Argument) bool { return a.Kind == "named" && a.Format == "boolean" && a.Value == "" }
		for _, p := range s.parts(t, anyOf(arguments, held)) {
			for _, a := range arguments(p) {
				if !held(a) {
					continue
				}
				name := key(a.Name, "")
				on := Build(p, map[string]string{name: "true"}, onLinux).Args
				off := Build(p, map[string]string{name: "false"}, onLinux).Args
				if count(on, is(dashed(a.Name))) != 1 || follows(on, dashed(a.Name), "true") || slices.Contains(off, dashed(a.Name)) {
					t.Errorf("%s: on %q, off %q", name, on, off)
				}
			}
		}
	},
	// Without an answer the flag goes too. With one, what is called a switch is
	// the bare flag and everything else takes the answer as its value. Only a
	// flag of which nothing but its name is known always stands there.
	"named-arg-optional-no-value (flag or prompt?)": func(t *testing.T, s trapped) {
		held := func(a model.Argument) bool {
			return a.Kind == "named" && !a.Required && a.Value == "" && a.Default == ""
		}
		for _, p := range s.parts(t, anyOf(arguments, held)) {
			for i, a := range arguments(p) {
				if !held(a) {
					continue
				}
				name, flag := key(a.Name, ""), dashed(a.Name)
				bare := Build(p, nil, onLinux)
				switch runtime := i < len(p.RuntimeArguments); isFlag(a, p.Type, runtime) {
				case fixedFlag:
					own := runtime && (switches(p.Type)[flag] || takesValue(p.Type)[flag])
					if !own && (!slices.Contains(bare.Args, flag) || a.Description != "") {
						t.Errorf("%s: %q", flag, bare.Args)
					}
				case toggle:
					on := Build(p, map[string]string{name: "true"}, onLinux).Args
					if slices.Contains(bare.Args, flag) || count(on, is(flag)) != 1 || follows(on, flag, "true") {
						t.Errorf("%s: without an answer %q, with %q", flag, bare.Args, on)
					}
				default:
					r := Build(p, map[string]string{name: "mine"}, onLinux)
					want := "mine"
					if inputOf(t, r, name).Secret {
						want = SecretMark(name)
					}
					if slices.Contains(bare.Args, flag) || !follows(r.Args, flag, want) && !slices.Contains(r.Warnings, "secret-by-variable:"+name) {
						t.Errorf("%s: without an answer %q, with %q", flag, bare.Args, r.Args)
					}
				}
			}
		}
	},
	"named-arg-without-dash": func(t *testing.T, s trapped) {
		held := func(a model.Argument) bool { return a.Kind == "named" && !strings.HasPrefix(a.Name, "-") }
		for _, p := range s.parts(t, anyOf(arguments, held)) {
			r := Build(p, answersTo(p), onLinux)
			for _, a := range arguments(p) {
				if held(a) && (!slices.Contains(r.Args, "--"+a.Name) || slices.Contains(r.Args, a.Name) || !slices.Contains(r.Warnings, "named-without-dash:"+a.Name)) {
					t.Errorf("%s: %q, warnings %q", a.Name, r.Args, r.Warnings)
				}
			}
		}
	},
	"nothing-installable": func(t *testing.T, s trapped) {
		if len(s.packages) > 0 || Choose(s.packages, onLinux, nil) != -1 {
			t.Errorf("%d packages", len(s.packages))
		}
	},
	"npm-runtimeArgs-has-y": func(t *testing.T, s trapped) {
		held := func(p model.Package) bool {
			return p.Type == "npm" && slices.ContainsFunc(p.RuntimeArguments, func(a model.Argument) bool {
				return slices.Contains([]string{"-y", "--yes"}, a.Value) || slices.Contains([]string{"-y", "--yes"}, a.Name)
			})
		}
		for _, p := range s.parts(t, held) {
			r := Build(p, nil, onLinux)
			if r.Args[0] != "-y" || count(r.Args, is("-y"))+count(r.Args, is("--yes")) != 1 || slices.Contains(r.Tail, "-y") {
				t.Errorf("args %q", r.Args)
			}
		}
	},
	// A container sees no variable that is not handed on; the value travels in
	// docker's own environment.
	"oci-env-needs-e-flag": func(t *testing.T, s trapped) {
		held := func(p model.Package) bool { return p.Type == "oci" && len(p.Environment) > 0 }
		for _, p := range s.parts(t, held) {
			r := Build(p, answersTo(p), onLinux)
			for _, e := range p.Environment {
				_, plain := r.Env[e.Name]
				_, secret := r.SecretEnv[e.Name]
				if plain == secret || !follows(r.Args, "-e", e.Name) {
					t.Errorf("%s: %q, plain %v, secret %v", e.Name, r.Args, plain, secret)
				}
			}
			if slices.ContainsFunc(r.Args, func(a string) bool { return strings.Contains(a, "${secret:") }) {
				t.Errorf("a key in %q", r.Args)
			}
		}
	},
	"oci-latest-tag": func(t *testing.T, s trapped) {
		for _, p := range s.parts(t, func(p model.Package) bool { return p.Type == "oci" && strings.HasSuffix(p.Identifier, ":latest") }) {
			if r := Build(p, nil, onLinux); !warned(r, "not-pinned") || !slices.Contains(r.Args, p.Identifier) {
				t.Errorf("args %q, warnings %q", r.Args, r.Warnings)
			}
		}
	},
	// The mount stands before the image, with the path the user gave.
	"oci-mount": func(t *testing.T, s trapped) {
		held := func(p model.Package) bool {
			return p.Type == "oci" && slices.ContainsFunc(p.RuntimeArguments, func(a model.Argument) bool {
				return slices.Contains([]string{"-v", "--volume", "--mount"}, a.Name)
			})
		}
		for _, p := range s.parts(t, held) {
			answers := answersTo(p)
			r := Build(p, answers, onLinux)
			image := slices.IndexFunc(r.Args, func(a string) bool { return strings.HasPrefix(a, p.Identifier) })
			for i, a := range p.RuntimeArguments {
				if !slices.Contains([]string{"-v", "--volume", "--mount"}, a.Name) {
					continue
				}
				want := a.Value
				for _, in := range r.Inputs {
					want = strings.ReplaceAll(want, "{"+in.Name+"}", answers[in.Name])
				}
				if want == "" && i+1 < len(p.RuntimeArguments) && p.RuntimeArguments[i+1].Kind == "positional" {
					want = p.RuntimeArguments[i+1].Value
				}
				if want == "" {
					want = answers[key(a.Name, a.ValueHint)]
				}
				if i := slices.Index(r.Args, want); want == "" || i < 0 || i > image || r.Args[i-1] != a.Name {
					t.Errorf("%s %s is not before the image in %q", a.Name, want, r.Args)
				}
			}
		}
	},
	"oci-no-tag": func(t *testing.T, s trapped) {
		for _, p := range s.parts(t, func(p model.Package) bool { return p.Type == "oci" && !imageTag().MatchString(p.Identifier) }) {
			if r := Build(p, nil, onLinux); !warned(r, "not-pinned") || r.Args[len(r.Args)-1] != p.Identifier {
				t.Errorf("args %q, warnings %q", r.Args, r.Warnings)
			}
		}
	},
	// The whole docker command stands in the arguments: nothing twice.
	"oci-runtimeArgs-contain-run": func(t *testing.T, s trapped) {
		held := func(p model.Package) bool {
			return p.Type == "oci" && slices.ContainsFunc(p.RuntimeArguments, func(a model.Argument) bool { return a.Value == "run" })
		}
		for _, p := range s.parts(t, held) {
			r := Build(p, answersTo(p), onLinux)
			_, name := image(p.Identifier)
			images := count(r.Args, func(a string) bool {
				_, other := image(a)
				return other == name
			})
			if r.Command != "docker" || !slices.Equal(r.Args[:3], []string{"run", "-i", "--rm"}) || images != 1 ||
				count(r.Args, is("run")) != 1 || count(r.Args, is("-i")) != 1 || count(r.Args, is("--rm")) != 1 {
				t.Errorf("%s %q", r.Command, r.Args)
			}
		}
	},
	"odd-runtimeHint:binary":        oddHint("binary", ""),
	"odd-runtimeHint:bun":           oddHint("bun", "npx"),
	"odd-runtimeHint:node":          oddHint("node", "npx"),
	"odd-runtimeHint:python":        oddHint("python", "uvx"),
	"odd-runtimeHint:python3":       oddHint("python3", "uvx"),
	"odd-runtimeHint:darwin-amd64":  oneSystem(Platform{"darwin", "amd64"}),
	"odd-runtimeHint:darwin-arm64":  oneSystem(Platform{"darwin", "arm64"}),
	"odd-runtimeHint:linux-amd64":   oneSystem(Platform{"linux", "amd64"}),
	"odd-runtimeHint:linux-arm64":   oneSystem(Platform{"linux", "arm64"}),
	"odd-runtimeHint:windows-amd64": oneSystem(Platform{"windows", "amd64"}),
	// The program is started and then talked to at an address; that is said, and
	// a way of the same kind that needs none is preferred.
	"package-http-transport": func(t *testing.T, s trapped) {
		held := func(p model.Package) bool { return p.Type != "remote" && p.Transport != "stdio" }
		for _, p := range s.parts(t, held) {
			if r := Build(p, answersTo(p), onLinux); r.URL == "" && p.URL != "" || p.URL != "" && !warned(r, "http-transport") {
				t.Errorf("address %q, warnings %q", r.URL, r.Warnings)
			}
		}
		direct := slices.ContainsFunc(s.packages, func(p model.Package) bool { return p.Transport == "stdio" })
		if n := Choose(s.packages, onLinux, nil); direct && s.packages[n].Transport != "stdio" {
			t.Errorf("number %d is chosen", n)
		}
	},
	// The port in the address is the one the program is told.
	"package-url-template": func(t *testing.T, s trapped) {
		held := func(p model.Package) bool { return p.Type != "remote" && strings.Contains(p.URL, "{") }
		for _, p := range s.parts(t, held) {
			r := Build(p, answersTo(p), onLinux)
			for _, m := range placeholder().FindAllString(p.URL, -1) {
				name, _ := variable(m)
				in := inputOf(t, r, bare(name))
				want := "answer-" + in.Name
				if in.Format == "number" {
					want = "4711"
				}
				if !strings.Contains(r.URL, want) {
					t.Errorf("address %q, %s answered %s", r.URL, in.Name, want)
				}
				told := slices.ContainsFunc(slices.Concat(r.Args, []string{r.Env[in.Name]}), func(a string) bool { return strings.Contains(a, want) })
				if !told {
					t.Errorf("the program is not told %s: %q", in.Name, r.Args)
				}
			}
		}
	},
	// Both ways are there, the packages first, and what runs here is chosen.
	"packages+remotes": func(t *testing.T, s trapped) {
		remote := func(p model.Package) bool { return p.Type == "remote" }
		first := slices.IndexFunc(s.packages, remote)
		if first < 1 || slices.ContainsFunc(s.packages[first:], func(p model.Package) bool { return !remote(p) }) {
			t.Fatalf("the first remote is number %d", first)
		}
		for _, p := range s.packages[first:] {
			if r := Build(p, answersTo(p), onLinux); r.Command != "" || r.URL == "" || len(r.Args) > 0 {
				t.Errorf("%q %q %q", r.Command, r.Args, r.URL)
			}
		}
		direct := slices.ContainsFunc(s.packages[:first], func(p model.Package) bool { return p.Transport == "stdio" })
		if n := Choose(s.packages, onLinux, nil); direct && n >= first {
			t.Errorf("number %d is chosen", n)
		}
	},
	// Left out without an answer, where it stood with one.
	"positional-without-value": func(t *testing.T, s trapped) {
		held := func(a model.Argument) bool { return a.Kind == "positional" && a.Value == "" && a.Default == "" }
		for _, p := range s.parts(t, anyOf(arguments, held)) {
			for _, a := range arguments(p) {
				if !held(a) {
					continue
				}
				name := key("", a.ValueHint)
				if r := Build(p, nil, onLinux); len(r.Tail) != 0 || inputOf(t, r, name).Required {
					t.Errorf("tail %q", r.Tail)
				}
				if r := Build(p, map[string]string{name: "/a b"}, onLinux); !slices.Equal(r.Tail, []string{"/a b"}) {
					t.Errorf("tail %q", r.Tail)
				}
			}
		}
	},
	// The whole header is the person's to give, and it is a key.
	"remote-authorization-free-text": func(t *testing.T, s trapped) {
		held := func(h model.Input) bool { return strings.EqualFold(h.Name, "authorization") && h.Value == "" }
		for _, p := range s.parts(t, func(p model.Package) bool { return p.Type == "remote" && anyOf(headers, held)(p) }) {
			keyHeaders(t, p, held)
		}
	},
	// What a header's name says is a key is one; an organisation's name is not.
	"remote-header-not-secret": func(t *testing.T, s trapped) {
		held := func(h model.Input) bool { return !h.Secret && h.Value == "" }
		for _, p := range s.parts(t, func(p model.Package) bool { return p.Type == "remote" && anyOf(headers, held)(p) }) {
			keyHeaders(t, p, func(h model.Input) bool {
				return held(h) && !slices.Contains([]string{"X-TS-Host", "X-CY-ORG"}, h.Name)
			})
			r := Build(p, answersTo(p), onLinux)
			for _, h := range p.Headers {
				if slices.Contains([]string{"X-TS-Host", "X-CY-ORG"}, h.Name) && (inputOf(t, r, h.Name).Secret || r.Headers[h.Name] != "answer-"+h.Name) {
					t.Errorf("%s is %q", h.Name, r.Headers[h.Name])
				}
			}
		}
	},
	// "Bearer {smithery_api_key}": nobody declared the name and it is asked for.
	"remote-header-placeholder-without-variables": func(t *testing.T, s trapped) {
		held := func(h model.Input) bool { return open(h.Value) != "" && len(h.Variables) == 0 }
		for _, p := range s.parts(t, func(p model.Package) bool { return p.Type == "remote" && anyOf(headers, held)(p) }) {
			r := Build(p, answersTo(p), onLinux)
			for _, h := range p.Headers {
				if !held(h) {
					continue
				}
				name, _ := variable(open(h.Value))
				in := inputOf(t, r, name)
				if want := strings.Replace(h.Value, "{"+name+"}", SecretMark(name), 1); !in.Secret || !in.Required || r.Headers[h.Name] != want {
					t.Errorf("%s is %q, want %q; %+v", h.Name, r.Headers[h.Name], want, in)
				}
			}
		}
	},
	"remote-header-variables": func(t *testing.T, s trapped) {
		held := func(h model.Input) bool { return len(h.Variables) > 0 }
		for _, p := range s.parts(t, anyOf(headers, held)) {
			r := Build(p, answersTo(p), onLinux)
			for _, h := range p.Headers {
				for _, k := range sortedKeys(h.Variables) {
					inputOf(t, r, k)
					if want := strings.ReplaceAll(h.Value, "{"+k+"}", SecretMark(k)); r.Headers[h.Name] != want {
						t.Errorf("%s is %q, want %q", h.Name, r.Headers[h.Name], want)
					}
				}
			}
		}
	},
	// The package is named again among the runner's arguments: it stands there
	// once, and what is not the runner's own comes after it.
	"runtimeArgs-contain-identifier": func(t *testing.T, s trapped) {
		held := func(p model.Package) bool {
			return slices.ContainsFunc(p.RuntimeArguments, func(a model.Argument) bool {
				return strings.Contains(pep503(a.Value), pep503(p.Identifier))
			})
		}
		for _, p := range s.parts(t, held) {
			r := Build(p, nil, onLinux)
			b := newBuilder(p, nil)
			if p.Type == "pypi" {
				at := slices.Index(r.Args, "--from")
				if at < 0 || !b.isPackage(r.Args[at+1]) {
					t.Fatalf("args %q", r.Args)
				}
				continue
			}
			if count(r.Args, b.isPackage) != 1 || slices.ContainsFunc(r.Tail, b.isPackage) {
				t.Errorf("args %q", r.Args)
			}
		}
	},
	// Several of one kind: the one that fits the system and talks directly.
	"several-packages-same-registry": func(t *testing.T, s trapped) {
		for _, on := range []Platform{{"linux", "amd64"}, {"darwin", "arm64"}, {"windows", "amd64"}} {
			best := s.packages[Choose(s.packages, on, nil)]
			if own, ok := platformOf(best); ok && !own.fits(on) {
				t.Errorf("%s is chosen for %s", best.Identifier, on)
			}
			for _, p := range s.packages {
				own, ok := platformOf(p)
				if best.Transport != "stdio" && p.Transport == "stdio" && (!ok || own.fits(on)) {
					t.Errorf("%s by %s is chosen for %s", best.Identifier, best.Transport, on)
				}
			}
		}
	},
	// npm, pypi, docker, bundle at once: each has its own command.
	"three-or-more-registries": func(t *testing.T, s trapped) {
		runner := map[string]string{"npm": "npx", "pypi": "uvx", "oci": "docker", "nuget": "dnx", "mcpb": "", "remote": ""}
		kinds := map[string]bool{}
		for i, p := range s.packages {
			if p.Type != "remote" {
				kinds[p.Type] = true
			}
			if r := Build(p, nil, onLinux); r.Command != runner[p.Type] {
				t.Errorf("#%d %s: %q", i, p.Type, r.Command)
			}
		}
		if len(kinds) < 3 {
			t.Errorf("only %q", sortedKeys(kinds))
		}
	},
}

// oddHint: the kind of the package says how it is started, not the hint.
func oddHint(hint, command string) func(*testing.T, trapped) {
	return func(t *testing.T, s trapped) {
		for _, p := range s.parts(t, hinted(hint)) {
			r := Build(p, answersTo(p), onLinux)
			if r.Command != command || slices.Contains(r.Args, hint) && !(hint == "python" && slices.Contains(r.Args, "-m")) {
				t.Errorf("%s: %q %q", p.Type, r.Command, r.Args)
			}
			if slices.Contains(r.Args, "start:stdio") || slices.Contains(r.Args, "start:http") {
				t.Errorf("a script of the repository in %q", r.Args)
			}
		}
	}
}

// oneSystem: the bundle is chosen on its own system and warned of elsewhere.
func oneSystem(on Platform) func(*testing.T, trapped) {
	return func(t *testing.T, s trapped) {
		for _, p := range s.parts(t, hinted(on.String())) {
			if n := Choose(s.packages, on, nil); s.packages[n].Identifier != p.Identifier {
				t.Errorf("number %d is chosen for %s", n, on)
			}
			if warned(Build(p, nil, on), "other-platform") || !warned(Build(p, nil, Platform{"plan9", "arm64"}), "other-platform") {
				t.Errorf("the warning on %s", on)
			}
		}
	}
}

// keyHeaders: each of these headers is asked for as a key and is nothing else.
func keyHeaders(t *testing.T, p model.Package, held func(model.Input) bool) {
	r := Build(p, answersTo(p), onLinux)
	for _, h := range p.Headers {
		if held(h) && (!inputOf(t, r, h.Name).Secret || r.Headers[h.Name] != SecretMark(h.Name)) {
			t.Errorf("%s is %q", h.Name, r.Headers[h.Name])
		}
	}
}
