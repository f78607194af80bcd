// Package machine finds out what repair may know of this computer about one
// app: what the app finds on its own PATH, which places that its file names are
// there, which Node.js there are, and what its log said last. It writes nothing
// and starts nothing but the user's login shell, to ask for its PATH. backend
// may import it.
//
//	m := machine.Machine{Home: home, Getenv: os.Getenv}
//	facts := m.Facts(ctx, file, path, mentions)
package machine

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"toolbay/backend/clients"
	"toolbay/backend/repair/finding"
	"toolbay/backend/repair/run"
)

// Machine is a computer for one or several looks; what is the same for all apps
// is found out once.
type Machine struct {
	// OS is as runtime.GOOS; "" is this one.
	OS   string
	Home string
	// Root stands before the system's own places; "" is the real root.
	Root   string
	Getenv func(string) string
	// Processes gives the ids of an app's processes, nil for none.
	Processes func(ctx context.Context, c clients.Client) []int
	// ShellPath gives the PATH of the user's login shell; nil asks the shell.
	ShellPath func(ctx context.Context) string
	// SessionPath gives the PATH of programs that the desktop starts; nil is the
	// real thing.
	SessionPath func(ctx context.Context) string

	once  sync.Once
	shell []string
}

// The limits of a look: of the whole, and of what other files hold, in bytes.
const (
	within  = 8 * time.Second
	maxText = 1 << 20
)

// shellReaders are apps with a window that ask the login shell for its PATH
// when they start on macOS and Linux.
var shellReaders = []string{"vscode", "vscode-insiders", "vscodium", "cursor", "windsurf", "devin", "kiro", "trae", "antigravity", "zed", "cline", "roo", "kilo", "continue", "qoder", "warp"}

// terminals are apps that are started in a terminal.
var terminals = []string{"claude-code", "codex", "gemini-cli", "qwen-code", "opencode", "copilot-cli", "amazon-q", "goose", "crush", "droid", "kimi", "vibe", "amp"}

// macFolders are on the PATH that programs with a window have, or that those
// programs add themselves.
var macFolders = []string{"/usr/local/bin", "/opt/homebrew/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"}

func (m *Machine) os() string {
	if m.OS == "" {
		return runtime.GOOS
	}
	return m.OS
}

func (m *Machine) getenv(name string) string {
	if m.Getenv == nil {
		return ""
	}
	return m.Getenv(name)
}

// Facts gives what can be known for a file of an app. path is where the file is
// on this computer. What could not be found out is left open.
func (m *Machine) Facts(ctx context.Context, file finding.File, path string, named run.Mentions) finding.Facts {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	f := finding.Facts{Home: m.Home, Exists: map[string]bool{}}
	var folders []string
	login := m.loginPath(ctx)
	switch {
	case slices.Contains(terminals, file.App.ID):
		folders = m.processPath(ctx, file.App)
		if folders == nil {
			folders = login
		}
	default:
		folders = m.appPath(ctx, file.App, login)
		f.GUIPath = folders
	}
	commands := named.Commands
	if len(commands) > 0 && !slices.Contains(commands, "node") {
		commands = append(slices.Clone(commands), "node")
	}
	if folders != nil {
		f.Which = m.which(folders, commands)
	}
	if login != nil {
		f.LoginShellWhich = m.which(login, commands)
	}
	if m.os() == "windows" {
		f.GUIPath = nil // the terminal has the same one
	}
	for _, p := range named.Paths {
		at := p
		if rest, ok := strings.CutPrefix(p, "~"); ok && (rest == "" || rest[0] == '/' || rest[0] == '\\') {
			at = filepath.Join(m.Home, rest)
		}
		if filepath.IsAbs(at) {
			_, err := os.Stat(at)
			f.Exists[p] = err == nil || !os.IsNotExist(err)
		}
	}
	m.places(file.App, path, &f)
	f.NodeVersions = m.nodes(folders, slices.Contains(commands, "node"))
	f.ObservedError = m.observed(file, path, named.Servers)
	return f
}

// which looks commands up in folders; "" is one that is not there.
func (m *Machine) which(folders, commands []string) map[string]string {
	found := map[string]string{}
	for _, name := range commands {
		found[name] = m.lookUp(folders, name)
	}
	return found
}

func (m *Machine) lookUp(folders []string, name string) string {
	if name == "" || strings.ContainsAny(name, `/\`) {
		return ""
	}
	endings := []string{""}
	if m.os() == "windows" {
		endings = []string{".exe", ".cmd", ".bat", ".com"}
		if filepath.Ext(name) != "" {
			endings = append([]string{""}, endings...)
		}
	}
	for _, dir := range folders {
		if !filepath.IsAbs(dir) {
			continue
		}
		for _, ending := range endings {
			p := filepath.Join(dir, name+ending)
			if fi, err := os.Stat(p); err == nil && fi.Mode().IsRegular() && (m.os() == "windows" || fi.Mode()&0o111 != 0) {
				return p
			}
		}
	}
	return ""
}

// appPath is the PATH of an app with a window: that of its process while it
// runs, else what the desktop would give it.
func (m *Machine) appPath(ctx context.Context, c clients.Client, login []string) []string {
	if p := m.processPath(ctx, c); p != nil {
		return p
	}
	if slices.Contains(shellReaders, c.ID) && login != nil {
		return login
	}
	session := m.SessionPath
	if session == nil {
		session = sessionPath
	}
	if p := split(m.os(), session(ctx)); p != nil {
		if m.os() == "darwin" {
			p = union(macFolders, p)
		}
		return p
	}
	if m.os() == "darwin" {
		return macFolders
	}
	return nil
}

// processPath is the PATH with which an app runs now.
func (m *Machine) processPath(ctx context.Context, c clients.Client) []string {
	if m.Processes == nil {
		return nil
	}
	for _, pid := range m.Processes(ctx, c) {
		if p := split(m.os(), environmentOf(pid, "PATH")); p != nil {
			return p
		}
	}
	return nil
}

// loginPath is the PATH of the user's login shell, nil when it is not known.
func (m *Machine) loginPath(ctx context.Context) []string {
	m.once.Do(func() {
		ask := m.ShellPath
		if ask == nil {
			ask = func(ctx context.Context) string { return askShell(ctx, m.getenv("SHELL"), m.Home) }
			if m.os() == "windows" {
				ask = sessionPath
			}
		}
		m.shell = split(m.os(), ask(ctx))
	})
	return m.shell
}

func split(system, list string) []string {
	sep := ":"
	if system == "windows" {
		sep = ";"
	}
	var out []string
	for _, dir := range strings.Split(list, sep) {
		if dir = strings.Trim(strings.TrimSpace(dir), `"`); dir != "" && len(out) < 500 && !slices.Contains(out, dir) {
			out = append(out, dir)
		}
	}
	return out
}

func union(a, b []string) []string {
	out := slices.Clone(a)
	for _, s := range b {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// places looks at all the places that the app knows: another of them may count
// instead.
func (m *Machine) places(c clients.Client, path string, f *finding.Facts) {
	for _, s := range c.Files {
		if len(s.OS) > 0 && !slices.Contains(s.OS, m.os()) || s.Scope == clients.Project {
			continue
		}
		for _, p := range m.expand(s.If) {
			_, err := os.Lstat(p)
			f.Exists[p] = err == nil
		}
		for _, folder := range s.Folders {
			for _, dir := range m.expand(folder) {
				for _, name := range s.Names {
					p := filepath.Join(dir, filepath.FromSlash(name))
					if p == path {
						continue
					}
					fi, err := os.Stat(p)
					f.Exists[p] = err == nil
					if err != nil || s.Aside != "" || !fi.Mode().IsRegular() || fi.Size() > maxText {
						continue
					}
					if text, err := os.ReadFile(p); err == nil {
						if raw, err := json.Marshal(string(text)); err == nil {
							if f.Content == nil {
								f.Content = map[string]json.RawMessage{}
							}
							f.Content[p] = raw
						}
					}
				}
			}
		}
	}
}

// expand gives the places that a path of the table stands for, at most 20; those
// of the system itself are not looked at.
func (m *Machine) expand(path string) []string {
	if !strings.HasPrefix(path, "{") {
		return nil
	}
	found := clients.System{OS: m.OS, Home: m.Home, Getenv: m.Getenv}.Places(path, "")
	return found[:min(len(found), 20)]
}
