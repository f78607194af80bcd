package launch

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"

	"toolbay/backend/model"
)

// Command is a program ready to be started. Env holds secrets and is complete:
// nothing is added to it.
type Command struct {
	Path string
	Args []string
	Env  []string
	Dir  string
	// Hide are the secret values the program gets; whatever it prints is
	// masked with them before it is kept.
	Hide []string
	// Serve is set instead of Path where this program stays and carries the
	// conversation: to a container, to a remote server. It returns when either
	// side has ended, and ends everything it started when ctx does.
	Serve Serve
}

// Serve carries a conversation between an app and a server.
type Serve func(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) error

// Prepare joins a spec with a profile, the keys (values, by name) and the
// environment the app gives. Both the launcher and the probe start what comes
// out. Error codes: secret_unknown for a key that is not in values,
// secret_in_argument where a program cannot be given one without others on
// this computer seeing it.
func Prepare(home string, spec Spec, profile string, values map[string]string, env []string) (Command, error) {
	s := spec.with(profile)
	fill := filler{server: s.name(), values: values, used: map[string]bool{}}
	if s.Container != nil || s.Remote != nil {
		serve, err := s.stay(home, &fill)
		return Command{Serve: serve, Hide: fill.hide()}, err
	}
	c := Command{Path: s.Command, Args: s.Args, Dir: s.Dir}
	e := environment{}
	for _, entry := range env {
		name, value, ok := strings.Cut(entry, "=")
		// What is meant for Toolbay is not the server's to see.
		if ok && !strings.HasPrefix(strings.ToUpper(name), "TOOLBAY_") {
			e.set(name, value)
		}
	}
	for name, value := range s.Env {
		e.set(name, value)
	}
	for name, template := range s.SecretEnv {
		value, err := fill.text(template)
		if err != nil {
			return Command{}, err
		}
		e.set(name, value)
	}
	if err := hideArguments(home, &c, &fill, e); err != nil {
		return Command{}, err
	}
	e.prefixPath(s.Path)
	if _, told := e.get("PWD"); told && s.Dir != "" {
		e.set("PWD", s.Dir)
	}
	c.Env, c.Hide = e.list(), fill.hide()
	return c, nil
}

// passedOn are the variables that AI apps let a server have, as the MCP SDKs
// list them.
var passedOn = map[string][]string{
	"windows": {"APPDATA", "HOMEDRIVE", "HOMEPATH", "LOCALAPPDATA", "PATH", "PROCESSOR_ARCHITECTURE",
		"SYSTEMDRIVE", "SYSTEMROOT", "TEMP", "USERNAME", "USERPROFILE", "PROGRAMFILES"},
	"": {"HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER"},
}

// AppEnvironment is what is left of an environment when an AI app starts a
// server. What works with it works in the apps.
func AppEnvironment(getenv func(string) string) []string {
	names, ok := passedOn[runtime.GOOS]
	if !ok {
		names = passedOn[""]
	}
	env := []string{}
	for _, name := range names {
		if v := getenv(name); v != "" {
			env = append(env, name+"="+v)
		}
	}
	return env
}

// environment maps a name, in upper case on Windows, to the whole entry.
type environment map[string]string

func key(name string) string {
	if runtime.GOOS == "windows" {
		return strings.ToUpper(name)
	}
	return name
}

func (e environment) set(name, value string) { e[key(name)] = name + "=" + value }

func (e environment) get(name string) (string, bool) {
	_, value, ok := strings.Cut(e[key(name)], "=")
	return value, ok
}

func (e environment) prefixPath(dirs []string) {
	if len(dirs) == 0 {
		return
	}
	path, _ := e.get("PATH")
	if path == "" && runtime.GOOS != "windows" {
		path = "/usr/local/bin:/usr/bin:/bin"
	}
	list := strings.Join(dirs, string(os.PathListSeparator))
	if path != "" {
		list += string(os.PathListSeparator) + path
	}
	e.set("PATH", list)
}

func (e environment) list() []string {
	out := make([]string, 0, len(e))
	for _, entry := range e {
		out = append(out, entry)
	}
	sort.Strings(out)
	return out
}

// filler puts secrets where their marks stand and remembers which it used.
type filler struct {
	server string
	values map[string]string
	used   map[string]bool
}

const markStart, markEnd = "${secret:", "}"

// names are the secrets whose marks stand in text.
func names(text string) []string {
	var out []string
	for {
		_, rest, ok := strings.Cut(text, markStart)
		if !ok {
			return out
		}
		name, after, ok := strings.Cut(rest, markEnd)
		if !ok {
			return out
		}
		out, text = append(out, name), after
	}
}

// value gives one secret; secret_unknown when it is not there.
func (f *filler) value(name string) (string, error) {
	v, ok := f.values[name]
	if !ok {
		return "", model.Fail("secret_unknown", nil, "server", f.server, "name", name)
	}
	f.used[name] = true
	return v, nil
}

// text fills all marks in one pass: a value that looks like a mark stays as it
// is.
func (f *filler) text(template string) (string, error) {
	var pairs []string
	for _, name := range names(template) {
		v, err := f.value(name)
		if err != nil {
			return "", err
		}
		pairs = append(pairs, markStart+name+markEnd, v)
	}
	if pairs == nil {
		return template, nil
	}
	return strings.NewReplacer(pairs...).Replace(template), nil
}

func (f *filler) hide() []string {
	var out []string
	for name := range f.used {
		if v := f.values[name]; v != "" {
			out = append(out, v)
		}
	}
	sort.Strings(out)
	return out
}

// isNode tells whether a program is Node.js by its name.
func isNode(path string) bool {
	name := strings.ToLower(filepath.Base(path))
	return name == "node" || name == "node.exe"
}

// isPython tells whether a program is Python by its name.
func isPython(path string) bool {
	name := strings.TrimSuffix(strings.ToLower(filepath.Base(path)), ".exe")
	version, ok := strings.CutPrefix(name, "python")
	return ok && strings.Trim(version, "0123456789.") == ""
}
