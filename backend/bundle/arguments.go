package bundle

import (
	"path"
	"slices"
	"strings"

	"toolbay/backend/pattern"
)

// grammar is what a policy must know of the flags of a program: which hold a
// program text, which make it load a file, and which take the word that follows,
// so that it is not taken for the start file. Of a short flag the value may be
// joined to it.
type grammar struct {
	code, loads, values []string
	// words are commands of the program before its start file, texts those that
	// are followed by a program text.
	words, texts []string
	// strict tells that no flag but those in values takes the word that follows.
	strict bool
}

var grammars = map[string]grammar{
	"node": {
		code: []string{"-e", "--eval", "-p", "--print"},
		loads: []string{
			"-r", "--require", "--import", "--loader", "--experimental-loader", "--env-file", "--env-file-if-exists",
			"--experimental-config-file", "--snapshot-blob", "--openssl-config",
		},
		values: []string{
			"-C", "--conditions", "--title", "--input-type", "--experimental-default-type", "--icu-data-dir", "--inspect-port", "--debug-port",
			"--disable-warning", "--redirect-warnings", "--dns-result-order", "--unhandled-rejections", "--watch-path", "--diagnostic-dir",
			"--trace-event-categories", "--trace-event-file-pattern", "--report-dir", "--report-directory", "--report-filename", "--report-signal",
			"--cpu-prof-dir", "--cpu-prof-name", "--heap-prof-dir", "--heap-prof-name", "--localstorage-file", "--secure-heap", "--secure-heap-min",
			"--tls-cipher-list", "--tls-keylog", "--use-largepages", "--max-http-header-size", "--disable-proto", "--es-module-specifier-resolution",
		},
	},
	"bun": {
		code:   []string{"-e", "--eval", "-p", "--print"},
		loads:  []string{"-r", "--require", "--import", "--preload", "--env-file", "-c", "--config", "--cwd", "--tsconfig-override"},
		values: []string{"-d", "--define", "-l", "--loader", "--conditions", "--port", "--extension-order", "--main-fields", "--drop"},
		words:  []string{"run"}, texts: []string{"exec"},
	},
	"deno": {
		code:   []string{"--eval"},
		loads:  []string{"--preload", "--import", "--require", "--import-map", "-c", "--config", "--env-file", "--eval-file"},
		values: []string{"--location", "--seed", "--cert", "--log-level", "-L", "--ext", "--conditions", "--node-modules-dir"},
		words:  []string{"run", "serve"}, texts: []string{"eval"},
	},
	"npx": {
		code:   []string{"-c", "--cal", "--call"},
		loads:  []string{"--node-options", "--userconfig", "--globalconfig", "--script-shell"},
		values: []string{"-p", "--package", "-w", "--workspace", "--registry", "--cache", "--prefix", "--loglevel"},
		strict: true,
	},
}

// A finding is code that the arguments of a command bring: a program text in
// them, or a file from outside the bundle that a flag names.
type finding struct {
	text        bool
	flag, value string
}

// arguments finds what code the arguments themselves bring.
func (l Launch) arguments() []finding {
	switch l.Runner {
	case "python":
		return pythonArguments(l.Args)
	case "uv":
		return uvArguments(l.Args)
	}
	g, ok := grammars[l.Runner]
	if !ok {
		return nil
	}
	return g.read(l.Runner, l.Args)
}

func (g grammar) read(runner string, args []string) (out []finding) {
	for i := 0; i < len(args); i++ {
		a := args[i]
		if !strings.HasPrefix(a, "-") {
			switch {
			case slices.Contains(g.texts, a):
				return append(out, finding{text: true})
			case slices.Contains(g.words, a):
				continue
			case !g.strict && i > 0 && strings.HasPrefix(args[i-1], "-") && !strings.Contains(args[i-1], "=") && args[i-1] != "--" && !strings.HasPrefix(a, here) && !outside(a):
				continue // a flag's value, perhaps
			}
			if runner != "npx" && outside(a) {
				out = append(out, finding{flag: runner, value: a})
			}
			return out // from here on they are the server's own
		}
		name, value, joined := flagOf(a)
		next := func() string {
			if i++; !joined && i < len(args) {
				return args[i]
			}
			return ""
		}
		switch {
		case slices.Contains(g.code, name), runner == "npx" && combined().MatchString(a):
			out = append(out, finding{text: true})
		case slices.Contains(g.loads, name):
			if !joined {
				value = next()
			}
			if !insideOnly(value) {
				out = append(out, finding{flag: name, value: value})
			}
		case slices.Contains(g.values, name) && !joined:
			next()
		}
	}
	return out
}

// combined are short flags of npx in one word, one of which is -c.
var combined = pattern.New(`^-[a-z]{0,3}c[a-z]{0,3}$`)

// flagOf takes a flag apart: --flag=value, -fvalue. Node.js takes an underscore
// for a dash.
func flagOf(a string) (name, value string, joined bool) {
	if strings.HasPrefix(a, "--") {
		name, value, joined = strings.Cut(a, "=")
		return strings.ReplaceAll(name, "_", "-"), value, joined
	}
	if len(a) > 2 {
		return a[:2], strings.TrimPrefix(a[2:], "="), true
	}
	return a, "", false
}

// outside tells that a start file is named by a place or an address that is not
// the bundle's.
func outside(a string) bool {
	if strings.HasPrefix(a, here) {
		return false // Resolve has looked at it
	}
	clean := slashes(a)
	return strings.HasPrefix(clean, "/") || strings.HasPrefix(clean, "../") || strings.HasPrefix(clean, "~") ||
		strings.HasPrefix(clean, "${") || addressed().MatchString(clean)
}

// addressed is what begins as an address or a drive does.
var addressed = pattern.New(`(?i)^([a-z]:/|(data|file|https?|jsr|npm|node|blob):)`)

// pythonArguments reads Python's flags, any number of which may stand in one
// word; the last may have its value joined to it.
func pythonArguments(args []string) []finding {
	for i := 0; i < len(args); i++ {
		a := args[i]
		switch {
		case a == "--check-hash-based-pycs":
			i++
			continue
		case strings.HasPrefix(a, "--"), strings.HasPrefix(a, "-V:"):
			continue
		case !strings.HasPrefix(a, "-") || a == "-":
			if outside(a) {
				return []finding{{flag: "python", value: a}}
			}
			return nil
		}
		switch at := strings.IndexAny(a, "cmWX"); {
		case at < 0:
		case a[at] == 'c':
			return []finding{{text: true}}
		case a[at] == 'm':
			return nil // what follows is the module's own
		case at == len(a)-1:
			i++
		}
	}
	return nil
}

// uvArguments looks at what uv is told to load, and at the arguments of the
// program that it runs. Where the server's own arguments begin cannot be told
// without all flags of uv, so every word is looked at.
func uvArguments(args []string) (out []finding) {
	loads := []string{"--env-file", "--config-file", "--directory", "--project", "--with-editable", "--with-requirements"}
	for i, a := range args {
		name, value, joined := flagOf(a)
		if slices.Contains(loads, name) {
			if !joined && i+1 < len(args) {
				value = args[i+1]
			}
			if value != "." && !insideOnly(value) {
				out = append(out, finding{flag: name, value: value})
			}
			continue
		}
		base := path.Base(slashes(a))
		switch runner := runnerOf(base); {
		case runner == "python", runner == "node", runner == "bun", runner == "deno":
			out = append(out, Launch{Runner: runner, Args: args[i+1:]}.arguments()...)
		case shell().MatchString(base) && i+1 < len(args):
			out = append(out, finding{text: true})
		}
		if path.Ext(base) == ".py" && !strings.HasPrefix(a, "-") && outside(a) {
			out = append(out, finding{flag: "uv", value: a})
		}
	}
	return out
}

var shell = pattern.New(`(?i)^(sh|bash|dash|zsh|ksh|fish|cmd|powershell|pwsh)(\.exe)?$`)
