package bundle

import (
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"toolbay/backend/pattern"
)

// Launch is how a bundle is started on one kind of computer, still with
// ${__dirname}, ${HOME} and ${user_config.KEY} in Command, Args and Env.
type Launch struct {
	Type string // node, python, uv, binary
	// Runner is the program that Command is known as: node, npx, python, uv,
	// uvx, docker, bun or deno; "" for a program of the bundle and for any other.
	Runner  string
	Command string
	// Program is the file of the bundle that Command names, "" when it names
	// none. It must be executable.
	Program string
	Args    []string
	Env     map[string]string
	// Entry is the start file in the bundle, "" when what is started is fetched
	// from elsewhere.
	Entry    string
	Settings []Setting
}

// Resolve finds how a manifest's server is started on p. Files are those of
// the bundle, or of the folder it was unpacked to; without (nil) nothing is
// looked for. The reasons hold everything there is to say about it, the error
// is that of Verdict.Err.
func Resolve(m Manifest, p Platform, files fs.FS) (Launch, []Reason, error) {
	r := resolver{m: m, p: p, files: files}
	r.resolve()
	return r.l, r.reasons, verdictOf(r.reasons).Err()
}

// Judge gives everything there is to say about a manifest on p, in the order of
// the gates: the manifest itself, how it is started, what is run.
func Judge(m Manifest, p Platform, files fs.FS) []Reason {
	l, reasons, err := Resolve(m, p, files)
	reasons = append(slices.Clone(m.reasons), reasons...)
	if err != nil {
		return reasons
	}
	return append(reasons, policy(l)...)
}

type resolver struct {
	m       Manifest
	p       Platform
	files   fs.FS
	l       Launch
	reasons []Reason
}

func (r *resolver) say(code string, args ...string) {
	r.reasons = append(r.reasons, because(code, args...))
}

func (r *resolver) resolve() {
	if len(r.m.Platforms) > 0 && !slices.Contains(r.m.Platforms, r.p.OS) {
		r.say("other_system", "made", strings.Join(r.m.Platforms, ", "))
		return
	}
	entry, ok := inside(r.m.Server.Entry)
	if !ok {
		r.say("start_outside", "file", r.m.Server.Entry)
		return
	}
	r.l = Launch{Type: r.m.Server.Type, Settings: r.m.Settings, Entry: entry}
	if !r.command() {
		r.say("other_system", "made", strings.Join(slices.Sorted(maps.Keys(r.m.Server.Config.Overrides)), ", "))
		return
	}
	for i, a := range r.l.Args {
		r.l.Args[i] = r.absolute(a)
	}
	r.program()
	if !rejected(r.reasons) {
		r.start()
	}
	if !rejected(r.reasons) {
		r.native()
	}
}

// command takes the command of the manifest as the system has it; false when
// there is none for this one.
func (r *resolver) command() bool {
	c := r.m.Server.Config
	if c == nil {
		r.l.Command, r.l.Args, r.l.Env = "uv", []string{"run", "--directory", "${__dirname}", r.l.Entry}, map[string]string{}
		r.l.Runner = "uv"
		return true
	}
	r.l.Command, r.l.Args, r.l.Env = c.Command, slices.Clone(c.Args), maps.Clone(c.Env)
	over := c.Overrides[r.p.OS]
	if over.Command != nil {
		r.l.Command = *over.Command
	}
	if over.Args != nil {
		r.l.Args = slices.Clone(over.Args)
	}
	if over.Env != nil {
		r.l.Env = maps.Clone(over.Env)
		for _, s := range r.m.Settings {
			if mark := "${user_config." + s.Key + "}"; speaksOf(c.Env, mark) && !speaksOf(over.Env, mark) {
				r.say("override_loses_settings", "setting", s.Key)
			}
		}
	}
	r.l.Runner = runnerOf(r.l.Command)
	return r.l.Command != ""
}

func speaksOf(env map[string]string, mark string) bool {
	for _, v := range env {
		if strings.Contains(v, mark) {
			return true
		}
	}
	return false
}

// runnerOf gives the name a well-known program goes by; "" for every other and
// for one that is named with its place.
func runnerOf(command string) string {
	name := strings.ToLower(command)
	for _, end := range []string{".exe", ".cmd", ".bat"} {
		name = strings.TrimSuffix(name, end)
	}
	switch name {
	case "node", "npx", "uv", "uvx", "docker", "bun", "deno":
		return name
	case "nodejs":
		return "node"
	case "py":
		return "python"
	}
	if python().MatchString(name) {
		return "python"
	}
	return ""
}

var python = pattern.New(`^python(\d(\.\d+)?)?$`)

const here = "${__dirname}"

// place gives the file of the bundle that a template names: after ${__dirname},
// with whatever separators. named is false for anything else; ok is false when
// it leads out of the bundle.
func place(template string) (file string, named, ok bool) {
	rest, named := strings.CutPrefix(template, here)
	if !named {
		return "", false, true
	}
	rest = slashes(rest)
	if rest != "" && !strings.HasPrefix(rest, "/") {
		return "", true, false // ${__dirname}x is beside the bundle
	}
	if strings.Contains(rest, "${") {
		return "", false, true // known when it is started
	}
	file, ok = inside(strings.TrimLeft(rest, "/"))
	return file, true, ok
}

func slashes(s string) string {
	return strings.NewReplacer("${/}", "/", "${pathSeparator}", "/", `\`, "/").Replace(s)
}

// inside gives a path below the bundle's folder in its plain form, "" for the
// folder itself.
func inside(s string) (string, bool) {
	s = slashes(strings.TrimPrefix(s, here+"/"))
	if s == "" {
		return "", true
	}
	clean := path.Clean(s)
	if path.IsAbs(s) || clean == ".." || strings.HasPrefix(clean, "../") || len(s) > 1 && s[1] == ':' || strings.HasPrefix(s, "~") {
		return "", false
	}
	if clean == "." {
		return "", true
	}
	return clean, true
}

// absolute gives an argument that names a file of the bundle its place: some
// manifests count on being started in the bundle's folder.
func (r *resolver) absolute(a string) string {
	if r.files == nil || !strings.ContainsAny(a, "./") || strings.Contains(a, "${") || strings.HasPrefix(a, "-") {
		return a
	}
	if file, ok := inside(a); ok && file != "" && r.isFile(file) {
		return here + "/" + file
	}
	return a
}

func (r *resolver) isFile(name string) bool {
	if r.files == nil || !fs.ValidPath(name) {
		return false
	}
	st, err := fs.Stat(r.files, name)
	return err == nil && st.Mode().IsRegular()
}

// program finds the file of the bundle that is the command, if it is one, and
// sees that it runs on this kind of computer.
func (r *resolver) program() {
	file, named, ok := place(r.l.Command)
	if !ok {
		r.say("start_outside", "file", r.l.Command)
		return
	}
	if !named && r.l.Runner == "" && r.files != nil && !strings.Contains(r.l.Command, "${") {
		// bin/server, ./server, or the start file by its bare name
		if rel, ok := inside(r.l.Command); ok && rel != "" {
			if r.exists(rel) {
				file, named = rel, true
			} else if !strings.Contains(rel, "/") && path.Base(r.l.Entry) == rel && r.exists(r.l.Entry) {
				file, named = r.l.Entry, true
			}
		}
	}
	if !named || file == "" {
		return
	}
	if r.files == nil {
		r.l.Program = file
		return
	}
	if r.p.OS == "windows" && !r.isFile(file) && r.isFile(file+".exe") {
		file += ".exe"
	}
	if r.l.Program = r.forMachine(file); r.l.Program != "" {
		r.l.Command = here + "/" + r.l.Program
	}
}

func (r *resolver) exists(file string) bool {
	return r.isFile(file) || r.p.OS == "windows" && r.isFile(file+".exe")
}

// start finds the file that the runner is given, and sees that it is there.
func (r *resolver) start() {
	switch r.l.Runner {
	case "npx", "uvx", "docker":
		r.l.Entry = "" // what they start is not in the bundle
		return
	}
	if r.files == nil {
		return
	}
	entry := r.l.Entry
	if r.l.Program != "" && (entry == "" || r.l.Type == "binary") {
		if entry != "" && bare(entry) != bare(r.l.Program) && !r.exists(entry) {
			r.say("manifest_loose", "parts", "server.entry_point")
		}
		r.l.Entry = r.l.Program
		return
	}
	if given, ok := r.script(); !ok {
		return
	} else if given != "" {
		if entry != "" && r.startable(entry) == "" {
			r.say("manifest_loose", "parts", "server.entry_point")
		}
		r.l.Entry = given
		return
	}
	if r.l.Entry = r.startable(entry); r.l.Entry == "" {
		if entry == "" {
			entry = "server.entry_point"
		}
		if r.module() && r.m.Server.Entry == "" {
			return // python -m: found by its name
		}
		r.say("start_missing", "file", entry)
	}
}

// module tells that what is run is named as a module.
func (r *resolver) module() bool { return slices.Contains(r.l.Args, "-m") }

// script gives the file of the bundle that is the runner's first argument; ok
// is false when there is one that is not there or outside.
func (r *resolver) script() (file string, ok bool) {
	for _, a := range r.l.Args {
		file, named, within := place(a)
		if !named {
			continue
		}
		if !within {
			r.say("start_outside", "file", a)
			return "", false
		}
		if file == "" {
			continue // --directory ${__dirname}
		}
		if found := r.startable(file); found != "" {
			return found, true
		}
		if r.isDir(file) {
			continue
		}
		r.say("start_missing", "file", file)
		return "", false
	}
	return "", true
}

func (r *resolver) isDir(name string) bool {
	st, err := fs.Stat(r.files, name)
	return err == nil && st.IsDir()
}

// startable gives the file that a runner finds under a name: Node.js adds .js,
// and both take a folder with a start file.
func (r *resolver) startable(name string) string {
	if name == "" || !fs.ValidPath(name) {
		return ""
	}
	ends := []string{""}
	switch r.l.Runner {
	case "node", "bun":
		ends = append(ends, ".js", ".mjs", ".cjs", "/index.js", "/index.mjs", "/package.json")
	case "python", "uv":
		ends = append(ends, "/__main__.py")
	}
	for _, end := range ends {
		if r.isFile(name + end) {
			return name + end
		}
	}
	return ""
}
