package bundle

import (
	"maps"
	"slices"
	"strings"

	"toolbay/backend/pattern"
)

// policy tells what a person should know about the command before it is run.
func policy(l Launch) []Reason {
	var out []Reason
	say := func(code string, args ...string) { out = append(out, because(code, args...)) }
	line := commandLine(l)
	if l.Runner == "" && l.Program == "" {
		say("command_outside", "command", line)
	}
	if hasHidden(l.Command + strings.Join(l.Args, "")) {
		say("command_hidden", "command", line)
	}
	found := l.arguments()
	if slices.ContainsFunc(found, func(f finding) bool { return f.text }) {
		say("command_code", "command", line)
	}
	for _, f := range found {
		if !f.text {
			say("loads_foreign_code", "name", f.flag, "value", f.value)
		}
	}
	switch l.Runner {
	case "npx", "uvx", "docker":
		say("fetches_code", "package", fetched(l))
	}
	if l.Runner == "docker" && slices.ContainsFunc(l.Args, open) {
		say("container_open", "command", line)
	}
	for _, name := range slices.Sorted(maps.Keys(l.Env)) {
		switch loads(name, l.Env[name]) {
		case Warn:
			say("loads_code", "name", name, "value", l.Env[name])
		case Confirm:
			say("loads_foreign_code", "name", name, "value", l.Env[name])
		}
	}
	declared := map[string]bool{}
	for _, s := range l.Settings {
		declared[s.Key] = true
		if mark := "${user_config." + s.Key + "}"; s.Sensitive && strings.Contains(l.Command+strings.Join(l.Args, "\n"), mark) {
			say("secret_in_arguments", "setting", s.Title)
		}
	}
	for _, template := range slices.Concat([]string{l.Command}, l.Args, slices.Sorted(maps.Values(l.Env))) {
		expand(template, func(name string) (string, bool) {
			if key, ok := strings.CutPrefix(name, "user_config."); ok && !declared[key] {
				say("setting_undeclared", "setting", key)
			}
			return "", true
		})
	}
	return out
}

// commandLine is the command as a person reads it, quoted where words would run
// into each other.
func commandLine(l Launch) string {
	words := make([]string, 0, len(l.Args)+1)
	for _, w := range append([]string{l.Command}, l.Args...) {
		if w == "" || strings.ContainsAny(w, " \t\n\"'") {
			w = `"` + strings.ReplaceAll(w, `"`, `\"`) + `"`
		}
		words = append(words, w)
	}
	return strings.Join(words, " ")
}

// fetched is the package that a runner fetches, as far as it can be told.
func fetched(l Launch) string {
	args := l.Args
	if l.Runner == "docker" {
		if len(args) > 0 {
			args = args[1:]
		}
	}
	takes := []string{"-p", "--package", "--from", "--with", "--python", "-e", "--env", "-v", "--volume", "--mount", "--name", "--network", "--index-url", "--registry"}
	for i := 0; i < len(args); i++ {
		switch a := args[i]; {
		case (a == "--from" || a == "-p" && l.Runner == "npx" || a == "--package") && i+1 < len(args):
			return args[i+1]
		case slices.Contains(takes, a):
			i++
		case !strings.HasPrefix(a, "-"):
			return a
		}
	}
	return l.Runner
}

var openFlag = pattern.New(`^(--privileged|--pid=host|--network=host|--net=host|--userns=host|--ipc=host|--cap-add.*|--security-opt.*|--device.*|/:.*|(-v|--volume)=?/:.*|.*docker\.sock.*|.*(source|src)=/,.*|host)$`)

// open tells an argument that takes a container's walls away.
func open(a string) bool { return openFlag().MatchString(a) }

// loads tells what follows from a variable that makes programs load code.
func loads(name, value string) string {
	name = strings.ToUpper(name)
	own := insideOnly(value)
	switch {
	case name == "PATH":
		return Warn
	case name == "LD_LIBRARY_PATH", name == "DYLD_LIBRARY_PATH", name == "DYLD_FALLBACK_LIBRARY_PATH":
		if own {
			return ""
		}
		return Confirm
	case name == "PYTHONPATH", name == "NODE_PATH", name == "PYTHONHOME":
		if own {
			return ""
		}
		return Warn
	case name == "NODE_OPTIONS":
		value = strings.ReplaceAll(value, `"`, "") // they may stand anywhere in a word
		for _, word := range strings.Fields(strings.ReplaceAll(value, "=", " ")) {
			if !strings.HasPrefix(word, "-") && !insideOnly(word) && loaders().MatchString(value) {
				return Confirm
			}
		}
		return Warn
	case strings.HasPrefix(name, "LD_"), strings.HasPrefix(name, "DYLD_"), name == "PYTHONSTARTUP", name == "BASH_ENV", name == "ENV" && strings.Contains(value, "/"),
		name == "RUBYOPT", name == "PERL5OPT", name == "JAVA_TOOL_OPTIONS":
		if own {
			return Warn
		}
		return Confirm
	}
	return ""
}

var loaders = pattern.New(`(^|\s)(-r|--require|--import|--loader|--experimental[-_]loader|--env[-_]file|--openssl[-_]config|--experimental[-_]config[-_]file)\b`)

// insideOnly tells that all of a list of paths are in the bundle.
func insideOnly(value string) bool {
	for _, p := range strings.FieldsFunc(value, func(r rune) bool { return r == ':' || r == ';' }) {
		if _, named, ok := place(strings.TrimSpace(p)); !named || !ok {
			return false
		}
	}
	return true
}
