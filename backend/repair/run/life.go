package run

import (
	"bytes"
	"encoding/json"
	"maps"
	"path"
	"slices"
	"strings"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/pattern"
	"toolbay/backend/repair/finding"
)

// neverRead are places that people, guides and other installers write and the
// app does not read (facts of the issues that each app's table names).
var neverRead = []struct {
	app    string
	os     string // "" is all
	places []string
	right  string
}{
	{"claude-code", "", []string{"{HOME}/.claude/mcp.json", "{HOME}/.claude/.mcp.json", "{HOME}/.claude/settings.json", "{HOME}/.claude/settings.local.json", "{HOME}/.claude/mcp_servers.json", "{HOME}/.config/claude/mcp.json", "{HOME}/.config/claude-code/mcp.json"}, "{HOME}/.claude.json"},
	{"claude-code", "", []string{"{PROJECT}/.claude/mcp.json", "{PROJECT}/.claude/.mcp.json", "{PROJECT}/.claude/settings.json", "{PROJECT}/.claude/settings.local.json", "{PROJECT}/mcp.json"}, "{PROJECT}/.mcp.json"},
	{"claude-desktop", "linux", []string{"{HOME}/.config/claude/claude_desktop_config.json"}, "{HOME}/.config/Claude/claude_desktop_config.json"},
	{"claude-desktop", "darwin", []string{"{HOME}/Library/Application Support/Claude/config.json", "{HOME}/.config/Claude/claude_desktop_config.json", "{HOME}/.claude/claude_desktop_config.json"}, "{HOME}/Library/Application Support/Claude/claude_desktop_config.json"},
	{"claude-desktop", "windows", []string{"{APPDATA}/Claude/config.json", "{LOCALAPPDATA}/Claude/claude_desktop_config.json", "{LOCALAPPDATA}/AnthropicClaude/claude_desktop_config.json", "{HOME}/.claude/claude_desktop_config.json"}, "{APPDATA}/Claude/claude_desktop_config.json"},
	{"cursor", "", []string{"{HOME}/.cursor/mcp_config.json", "{HOME}/.cursor/settings.json"}, "{HOME}/.cursor/mcp.json"},
	{"vscode", "linux", []string{"{HOME}/.vscode/mcp.json"}, "{HOME}/.config/Code/User/mcp.json"},
	{"vscode", "darwin", []string{"{HOME}/.vscode/mcp.json"}, "{HOME}/Library/Application Support/Code/User/mcp.json"},
	{"vscode", "windows", []string{"{HOME}/.vscode/mcp.json"}, "{APPDATA}/Code/User/mcp.json"},
	{"zed", "darwin", []string{"{HOME}/Library/Application Support/Zed/settings.json"}, "{HOME}/.config/zed/settings.json"},
	{"zed", "windows", []string{"{HOME}/.config/zed/settings.json"}, "{APPDATA}/Zed/settings.json"},
	{"goose", "windows", []string{"{HOME}/.config/goose/config.yaml", "{LOCALAPPDATA}/Block/goose/config.yaml", "{HOME}/AppData/Block/goose/config/config.yaml"}, "{APPDATA}/Block/goose/config/config.yaml"},
	{"opencode", "", []string{"{HOME}/.agents/mcp.json", "{HOME}/.local/share/opencode/mcp-local.json", "{HOME}/.config/opencode/mcp.json", "{HOME}/.opencode/opencode.jsonc"}, "{HOME}/.config/opencode/opencode.json"},
	{"opencode", "", []string{"{PROJECT}/.agents/mcp.json"}, "{PROJECT}/opencode.json"},
	{"gemini-cli", "", []string{"{HOME}/.gemini/mcp.json", "{HOME}/.gemini/mcp_config.json"}, "{HOME}/.gemini/settings.json"},
	{"codex", "", []string{"{HOME}/.codex/mcp.json", "{HOME}/.codex/config.json", "{HOME}/.config/codex/config.toml"}, "{HOME}/.codex/config.toml"},
	{"windsurf", "", []string{"{HOME}/.windsurf/mcp.json", "{HOME}/.windsurf/mcp_config.json"}, "{HOME}/.codeium/windsurf/mcp_config.json"},
	{"copilot-cli", "", []string{"{PROJECT}/.vscode/mcp.json"}, "{PROJECT}/.mcp.json"},
}

var someHome = pattern.New(`^(?:/Users/[^/]+|/home/[^/]+|/root|[A-Za-z]:/Users/[^/]+)(/|$)`)

// canon brings a path to the table's way of writing it.
func (c *check) canon(p string) string {
	p = strings.ReplaceAll(p, `\`, "/")
	if !strings.HasPrefix(p, "//") {
		p = path.Clean(p)
	}
	home := strings.TrimSuffix(strings.ReplaceAll(c.Facts.Home, `\`, "/"), "/")
	for _, v := range [][2]string{
		{"~", "{HOME}"}, {"$HOME", "{HOME}"}, {"%USERPROFILE%", "{HOME}"}, {"%APPDATA%", "{APPDATA}"}, {"%LOCALAPPDATA%", "{LOCALAPPDATA}"}, {"%HOMEPATH%", "{HOME}"}, {home, "{HOME}"},
	} {
		if rest, ok := strings.CutPrefix(p, v[0]); ok && v[0] != "" && (rest == "" || rest[0] == '/') {
			p = v[1] + rest
			break
		}
	}
	if m := someHome().FindString(p); m != "" {
		p = "{HOME}/" + p[len(m):]
	}
	if !strings.HasPrefix(p, "{") && !strings.HasPrefix(p, "/") && !drive().MatchString(p) {
		p = "{PROJECT}/" + p
	}
	if c.windows() {
		if rest, ok := strings.CutPrefix(p, "{HOME}/AppData/Roaming/"); ok {
			p = "{APPDATA}/" + rest
		} else if rest, ok := strings.CutPrefix(p, "{HOME}/AppData/Local/"); ok {
			p = "{LOCALAPPDATA}/" + rest
		}
	}
	return p
}

// shown writes a place of the table as the file's own path is written.
func (c *check) shown(p string) string {
	if rest, ok := strings.CutPrefix(p, "{PROJECT}/"); ok {
		return rest
	}
	if drive().MatchString(c.File.Path) {
		home := strings.TrimRight(c.Facts.Home, `\/`)
		if m := someHome().FindString(strings.ReplaceAll(c.File.Path, `\`, "/")); home == "" && m != "" {
			home = strings.TrimRight(c.File.Path[:len(m)], `\/`)
		}
		for _, v := range [][2]string{{"{APPDATA}", `\AppData\Roaming`}, {"{LOCALAPPDATA}", `\AppData\Local`}, {"{HOME}", ""}} {
			if rest, ok := strings.CutPrefix(p, v[0]); ok && home != "" {
				return home + v[1] + strings.ReplaceAll(rest, "/", `\`)
			}
		}
	}
	unix := !c.windows() || strings.HasPrefix(c.File.Path, "~")
	for _, v := range [][2]string{{"{APPDATA}", "%APPDATA%"}, {"{LOCALAPPDATA}", "%LOCALAPPDATA%"}, {"{HOME}", "%USERPROFILE%"}} {
		if rest, ok := strings.CutPrefix(p, v[0]); ok {
			if v[0] == "{HOME}" && unix {
				return c.atHome(rest)
			}
			return v[1] + strings.ReplaceAll(rest, "/", `\`)
		}
	}
	return p
}

// atHome keeps an absolute path absolute.
func (c *check) atHome(rest string) string {
	if strings.HasPrefix(c.File.Path, "/") {
		if m := someHome().FindString(c.File.Path); m != "" && c.Facts.Home == "" {
			return strings.TrimSuffix(m, "/") + rest
		}
		if c.Facts.Home != "" {
			return strings.TrimSuffix(c.Facts.Home, "/") + rest
		}
	}
	return "~" + rest
}

// fits tells whether a place matches a pattern of the table, in which * stands
// within one step.
func fits(pattern, place string) bool {
	if !strings.Contains(pattern, "*") {
		return strings.EqualFold(pattern, place) && (pattern == place || strings.HasPrefix(pattern, "{APPDATA}") || strings.HasPrefix(pattern, "{LOCALAPPDATA}"))
	}
	ok, err := path.Match(pattern, place)
	return err == nil && ok
}

// fact gives what is known to be at a place of the table: the place itself, or
// something inside it. at is the place with its stars filled in.
func (c *check) fact(pattern string) (at string, there, known bool) {
	steps := strings.Count(pattern, "/") + 1
	for _, k := range slices.Sorted(maps.Keys(c.Facts.Exists)) {
		place := c.canon(k)
		parts := strings.Split(place, "/")
		if len(parts) < steps || !fits(pattern, strings.Join(parts[:steps], "/")) {
			continue
		}
		exists := c.Facts.Exists[k]
		if !exists && len(parts) > steps {
			continue // what is inside it is not there
		}
		known = true
		if exists {
			return strings.Join(parts[:steps], "/"), true, true
		}
		at = place
	}
	for k := range c.Facts.Content {
		place := c.canon(k)
		parts := strings.Split(place, "/")
		if len(parts) >= steps && fits(pattern, strings.Join(parts[:steps], "/")) {
			return strings.Join(parts[:steps], "/"), true, true
		}
	}
	return at, false, known
}

// filesOf gives the places that a spec means.
func filesOf(s clients.FileSpec) []string {
	var all []string
	for _, folder := range s.Folders {
		for _, name := range s.Names {
			all = append(all, folder+"/"+name)
		}
	}
	return all
}

// place tells whether the app reads the file at all.
func (c *check) place() {
	if c.File.Path == "" || len(c.entries) == 0 {
		return
	}
	here := c.canon(c.File.Path)
	for _, n := range neverRead {
		if n.app == c.File.App.ID && (n.os == "" || n.os == c.File.OS) && slices.ContainsFunc(n.places, func(p string) bool { return fits(p, here) }) {
			c.elsewhere("FILE_NOT_READ_BY_CLIENT", n.right, c.File.Dialect)
			return
		}
	}
	var mine *clients.FileSpec
	for _, s := range c.File.App.Files {
		if !c.onSystem(s) {
			continue
		}
		for _, p := range filesOf(s) {
			if mine == nil && fits(p, here) {
				mine = &s
			}
		}
	}
	if mine == nil || mine.Aside == "profile" || len(mine.Servers) > 0 && mine.Scope == clients.Private {
		return
	}
	if mine.Aside == "old" && slices.Contains(mine.Servers, "servers") {
		return // the structure's own matter: settings that moved out of settings.json
	}
	for _, s := range c.File.App.Files {
		if !c.onSystem(s) || s.Scope != mine.Scope || s.Aside != "" {
			continue
		}
		if slices.Equal(s.Folders, mine.Folders) && mine.Aside == "" {
			return // the first of the places that counts
		}
		right, marked := "", false
		if s.If != "" {
			at, there, _ := c.fact(s.If)
			if !there || !s.Instead {
				continue
			}
			right = c.at(s, at)
			marked = true
		} else if mine.Aside != "" {
			for _, p := range filesOf(s) {
				if at, there, _ := c.fact(p); there {
					right, marked = at, true
					break
				}
			}
		}
		if !marked || right == "" {
			continue
		}
		code := "FILE_STALE_LOCATION"
		if strings.Contains(s.If, "/Packages/") {
			code = "FILE_NOT_READ_BY_CLIENT"
		}
		d := c.File.App.Dialect
		if s.Dialect != nil {
			d = *s.Dialect
		}
		c.elsewhere(code, right, d)
		return
	}
}

func (c *check) onSystem(s clients.FileSpec) bool {
	return len(s.OS) == 0 || c.File.OS == "" || slices.Contains(s.OS, c.File.OS)
}

// at gives the first file of a spec, with the stars that its condition has
// filled in.
func (c *check) at(s clients.FileSpec, condition string) string {
	for _, p := range filesOf(s) {
		if at, there, _ := c.fact(p); there {
			return at
		}
	}
	p := filesOf(s)[0]
	have, want := strings.Split(condition, "/"), strings.Split(p, "/")
	for i := range want {
		if strings.Contains(want[i], "*") {
			if i >= len(have) {
				return ""
			}
			want[i] = have[i]
		}
	}
	return strings.Join(want, "/")
}

// elsewhere reports a file that the app leaves alone, and writes its servers
// where the app looks.
func (c *check) elsewhere(code, right string, d clients.Dialect) {
	p := c.shown(right)
	if c.contained(right, d) {
		return // what was left behind is where it belongs too
	}
	c.report(nil, code, func(f *finding.Finding) {
		f.Args["path"], f.Args["app"] = p, c.File.App.Name
		if text, ok := c.merged(right, p, d); ok {
			f.Aside = map[string]string{p: text}
		}
	})
}

// contained tells whether all servers stand in the right file as well.
func (c *check) contained(right string, d clients.Dialect) bool {
	for k := range c.Facts.Content {
		if c.canon(k) != right {
			continue
		}
		text, _ := c.Facts.Text(k)
		doc, err := configfile.Parse(text, d.Format)
		if err != nil {
			return false
		}
		return !slices.ContainsFunc(c.entries, func(e *entry) bool {
			_, there := doc.Get(d.PathIn(doc, e.name)...)
			return !there
		})
	}
	return false
}

// merged gives what the right file holds with the servers that it lacks. ok is
// false when what it holds is not known or would have to be guessed at.
func (c *check) merged(right, shown string, d clients.Dialect) (string, bool) {
	var have []byte
	for k := range c.Facts.Content {
		if c.canon(k) == right {
			have, _ = c.Facts.Text(k)
			have = indented(have)
		}
	}
	if have == nil {
		if there, known := c.exists(shown); known && there {
			return "", false
		}
	}
	if d.Format != c.File.Dialect.Format || !sameShape(d, c.File.Dialect) {
		return "", false
	}
	out := have
	doc, err := configfile.Parse(have, d.Format)
	if err != nil {
		return "", false
	}
	v, _ := c.Doc.Get(c.Servers...)
	servers, ok := v.(configfile.Object)
	if !ok {
		return "", false
	}
	for _, m := range servers {
		at := d.PathIn(doc, m.Key)
		if _, there := doc.Get(at...); there {
			continue
		}
		next, _, err := configfile.Insert(out, d.Format, at, m.Value)
		if err != nil {
			return "", false
		}
		out = next
	}
	return string(out), true
}

// sameShape tells whether an entry of one dialect is one of the other.
func sameShape(a, b clients.Dialect) bool {
	url := func(d clients.Dialect) string {
		if d.Remote == nil {
			return ""
		}
		return d.Remote.URL + d.Remote.TypeKey + d.Remote.Headers
	}
	return a.Command == b.Command && a.CommandList == b.CommandList && a.Env == b.Env && a.List == b.List && a.Name == b.Name && a.Type == b.Type && url(a) == url(b)
}

// indented writes a parsed fact as a file would be written.
func indented(raw []byte) []byte {
	var b bytes.Buffer
	if !json.Valid(raw) || bytes.ContainsRune(raw, '\n') || json.Indent(&b, raw, "", "  ") != nil {
		return raw
	}
	b.WriteByte('\n')
	return b.Bytes()
}

// wiped reports servers that Toolbay wrote and that are gone, and puts them
// back.
func (c *check) wiped() {
	if c.Damaged || len(c.Facts.LastWrittenByUs) == 0 {
		return
	}
	ours := asObject(c.Facts.LastWrittenByUs, c.Servers, c.File.Dialect)
	good := asObject(c.Facts.LastKnownGood, c.Servers, c.File.Dialect)
	doc := c.Doc
	if doc == nil {
		return
	}
	var gone []string
	var changes []finding.Change
	for _, m := range ours {
		at := c.File.Dialect.PathIn(doc, m.Key)
		if _, there := doc.Get(at...); there || c.fold(m.Key) {
			continue
		}
		gone = append(gone, m.Key)
		value, ok := m.Value.(configfile.Object)
		if !ok {
			v, _ := good.Get(m.Key)
			value, ok = v.(configfile.Object)
		}
		if ok {
			changes = append(changes, finding.Change{Path: at, Value: value})
		}
	}
	if len(gone) == 0 {
		return
	}
	c.report(nil, "FILE_SERVERS_WIPED", func(f *finding.Finding) {
		f.Pointer = pointer(c.Servers...)
		f.Args["names"], f.Args["app"] = strings.Join(gone, ", "), c.File.App.Name
		f.Changes = changes
		if c.Facts.ClientRunning != nil && *c.Facts.ClientRunning && c.File.App.CloseFirst {
			f.Args["running"] = "yes"
		}
	})
}

// fold tells whether an entry is there under the same letters.
func (c *check) fold(name string) bool {
	return slices.ContainsFunc(c.entries, func(e *entry) bool { return strings.EqualFold(e.name, name) })
}

// asObject reads servers: by name, in the app's own list, as a list of names,
// or within a whole document.
func asObject(raw json.RawMessage, servers []string, d clients.Dialect) configfile.Object {
	if len(raw) == 0 {
		return nil
	}
	doc, err := configfile.Parse(append(append([]byte(`{"v":`), raw...), '}'), configfile.JSON)
	if err != nil {
		return nil
	}
	v, _ := doc.Get("v")
	if inner, ok := doc.Get(append([]string{"v"}, servers...)...); ok {
		v = inner
	}
	switch v := v.(type) {
	case configfile.Object:
		return v
	case []any:
		var o configfile.Object
		for _, e := range v {
			switch e := e.(type) {
			case string:
				o = append(o, configfile.Member{Key: e})
			case configfile.Object:
				for _, key := range []string{d.List, "name"} {
					if name, ok := e.Get(key); ok && key != "" {
						if name, ok := name.(string); ok {
							o = append(o, configfile.Member{Key: name, Value: e})
							break
						}
					}
				}
			}
		}
		return o
	}
	return nil
}
