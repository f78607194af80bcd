package run

import (
	"path"
	"slices"
	"strings"
)

// terminal are apps that people start in a terminal: they have its PATH.
var terminal = []string{"claude-code", "codex", "gemini-cli", "qwen-code", "opencode", "copilot-cli", "amazon-q", "goose", "crush", "droid", "kimi", "vibe", "amp", "cline-cli"}

// Where an app finds a command.
type place int

const (
	unknown   place = iota
	here            // on the app's own PATH
	elsewhere       // on the computer, where the app does not look
	nowhere
)

// macPath is what programs with a window have on macOS, with the folders that
// installers and Homebrew put there (facts of 25 issues).
var macPath = []string{"/usr/local/bin", "/opt/homebrew/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"}

// guiPath is the PATH of the app, nil when it is not known.
func (c *check) guiPath() []string {
	if c.Facts.GUIPath != nil {
		return c.Facts.GUIPath
	}
	if c.File.OS == "darwin" {
		return macPath
	}
	return nil
}

func (c *check) inTerminal() bool { return slices.Contains(terminal, c.File.App.ID) }

// find says where a command without a folder is, and its path when it is
// known. A PATH that the entry gives its server counts too.
func (c *check) find(e *entry, command string) (place, string) {
	folders := c.guiPath()
	if own, ok := e.envValue("PATH", c.windows()); ok {
		folders = append(slices.Clone(folders), c.split(own)...)
	}
	on := func(p string) bool {
		return slices.ContainsFunc(folders, func(f string) bool { return c.samePath(f, c.dir(p)) })
	}
	app, asked := c.lookup(c.Facts.Which, command)
	login, askedLogin := c.lookup(c.Facts.LoginShellWhich, command)
	switch {
	case app != "":
		if c.Facts.GUIPath != nil && c.File.OS == "darwin" && !c.inTerminal() && !on(app) {
			return elsewhere, app
		}
		return here, app
	case login != "":
		switch {
		case on(login):
			return here, login
		case c.inTerminal() && !asked && c.Facts.GUIPath == nil:
			return here, login
		case asked || c.Facts.Which != nil || c.Facts.GUIPath != nil || c.File.OS == "darwin":
			return elsewhere, login
		}
		return unknown, login
	}
	if p := c.existing(command, on); p != "" {
		if on(p) {
			return here, p
		}
		if asked || askedLogin || c.Facts.GUIPath != nil {
			return elsewhere, p
		}
		return unknown, p
	}
	if asked || askedLogin {
		return nowhere, ""
	}
	return unknown, ""
}

// lookup takes a command with and without the ending that Windows adds.
func (c *check) lookup(which map[string]string, command string) (string, bool) {
	if p, ok := which[command]; ok {
		return p, true
	}
	if c.windows() {
		for name, p := range which {
			if strings.EqualFold(name, command) || base(name) == base(command) {
				return p, true
			}
		}
	}
	return "", false
}

// existing gives the one program of that name that is known to be there.
func (c *check) existing(command string, on func(string) bool) string {
	var found []string
	for p, there := range c.Facts.Exists {
		if there && c.absolute(p) && base(p) == base(command) && !strings.HasSuffix(p, ".json") {
			found = append(found, p)
		}
	}
	slices.Sort(found)
	if i := slices.IndexFunc(found, on); i >= 0 {
		return found[i]
	}
	if len(found) == 1 {
		return found[0]
	}
	return ""
}

// exists tells whether a place is there; known is false when nobody looked.
func (c *check) exists(p string) (there, known bool) {
	if there, known = c.Facts.Exists[p]; known {
		return there, true
	}
	for k, v := range c.Facts.Exists {
		if c.samePath(k, p) {
			return v, true
		}
	}
	return false, false
}

func (c *check) samePath(a, b string) bool {
	a, b = c.tidy(a), c.tidy(b)
	return a == b || c.windows() && strings.EqualFold(a, b)
}

// tidy brings a place to one way of writing it.
func (c *check) tidy(p string) string {
	if c.windows() {
		p = strings.ReplaceAll(p, `\`, "/")
	}
	p = strings.TrimSuffix(p, "/")
	home := strings.TrimSuffix(c.Facts.Home, "/")
	if c.windows() {
		home = strings.TrimSuffix(strings.ReplaceAll(c.Facts.Home, `\`, "/"), "/")
	}
	if home == "" {
		return p
	}
	for _, h := range []string{"~", "$HOME", "${HOME}", "%USERPROFILE%"} {
		if rest, ok := strings.CutPrefix(p, h); ok && (rest == "" || rest[0] == '/') {
			return home + rest
		}
	}
	return p
}

// absolute tells whether a path says all of where it is, on this system.
func (c *check) absolute(p string) bool {
	if c.windows() {
		return drive().MatchString(p) || strings.HasPrefix(p, `\\`)
	}
	return strings.HasPrefix(p, "/")
}

// dir is the folder of a path of this system.
func (c *check) dir(p string) string {
	if c.windows() {
		if i := strings.LastIndexAny(p, `\/`); i > 0 {
			return p[:i]
		}
		return p
	}
	return path.Dir(p)
}

// join puts a name into a folder of this system.
func (c *check) join(dir string, names ...string) string {
	sep := "/"
	if c.windows() && !strings.Contains(dir, "/") {
		sep = `\`
	}
	return strings.TrimRight(dir, `/\`) + sep + strings.Join(names, sep)
}

// split takes a PATH apart.
func (c *check) split(list string) []string {
	sep := ":"
	if c.windows() {
		sep = ";"
	}
	return strings.Split(list, sep)
}
