package bundle

import (
	"slices"
	"strings"

	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

// Manifest is what a bundle says of itself, whatever dialect it was written in.
// Texts are harmless to show. What is run (command, arguments, variables,
// start file) is as it was written.
type Manifest struct {
	// Format is the version of the manifest format, "0.1" to "0.4" or one that
	// is not known here; "" where none is said.
	Format string
	// Dialect is "mcpb", or "seed" for the simpler one with mcp and
	// configuration.
	Dialect       string
	Name          string
	Title         string
	Version       string
	Description   string
	Long          string
	Author        Author
	Repository    string
	Homepage      string
	Documentation string
	Support       string
	License       string
	// Icon is a file in the bundle, or an address, which is never loaded.
	Icon     string
	Keywords []string
	Privacy  []string
	Server   Server
	Tools    []model.Tool
	// ToolsGenerated tells that there are more tools once it runs.
	ToolsGenerated bool
	Settings       []Setting
	// Platforms are the systems it is made for, as Go names them; none is all.
	Platforms []string
	// Runtimes are the ranges of Node.js ("node") and Python ("python") it
	// needs, as it writes them.
	Runtimes map[string]string

	reasons []Reason
}

// Author made the bundle, as the bundle says. Nobody checked that.
type Author struct {
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
	URL   string `json:"url,omitempty"`
}

// Server is how the bundle is started.
type Server struct {
	Type  string // node, python, uv, binary
	Entry string // the start file as it is written
	// Config is nil where the kind of server says how to start it.
	Config *Config
}

// Config is a command; Overrides replace parts of it on a system, by the names
// Go has for systems.
type Config struct {
	Command   string
	Args      []string
	Env       map[string]string
	Overrides map[string]Override
}

// Override replaces what is not nil in it.
type Override struct {
	Command *string
	Args    []string
	Env     map[string]string
}

const (
	maxTools    = 500
	maxSettings = 200
	maxArgs     = 1000
	maxValue    = 32 << 10
)

// ReadManifest reads a manifest of any version, loosely. The reason is that of
// a refusal; its Code is "" when the manifest could be read.
func ReadManifest(raw []byte) (Manifest, Reason) {
	o, err := readJSON(raw)
	if err != nil {
		return Manifest{}, because("manifest_unreadable", "why", err.Error())
	}
	m := Manifest{Dialect: "mcpb", Runtimes: map[string]string{}, Keywords: []string{}, Privacy: []string{}, Tools: []model.Tool{}, Settings: []Setting{}, Platforms: []string{}}
	if !o.has("server") && len(o.object("mcp").keys) > 0 {
		m.Dialect = "seed"
	}
	m.words(o)
	m.version(o)
	if m.Dialect == "seed" {
		m.seed(o)
	} else {
		m.official(o)
	}
	if m.Name == "" {
		return Manifest{}, because("manifest_unusable", "why", "name")
	}
	if m.Server.Config == nil && m.Server.Type != "uv" {
		return Manifest{}, because("manifest_unusable", "why", "server")
	}
	if what := m.unfit(); what != "" {
		return Manifest{}, because("manifest_unusable", "why", what)
	}
	m.lookAtTexts(o)
	return m, Reason{}
}

func (m *Manifest) note(code string, args ...string) {
	m.reasons = append(m.reasons, because(code, args...))
}

var formatVersion = pattern.New(`^0\.[1-4](\.\d+)?$`)

func (m *Manifest) version(o object) {
	if m.Format = oneLine(o.str("manifest_version"), 20); m.Format == "" {
		m.Format = oneLine(o.str("dxt_version"), 20)
	}
	switch {
	case m.Dialect == "seed":
	case m.Format == "":
		m.note("manifest_no_version")
	case !formatVersion().MatchString(m.Format):
		m.note("manifest_unknown_version", "version", m.Format)
	default:
		m.Format = m.Format[:3] // 0.1.0 stands in some
	}
}

// words reads what is only shown.
func (m *Manifest) words(o object) {
	m.Name, m.Title = oneLine(o.str("name"), 200), oneLine(o.str("display_name"), 100)
	if m.Title == "" {
		m.Title = oneLine(m.Name, 100)
	}
	m.Version, m.License = oneLine(o.str("version"), 100), oneLine(o.str("license"), 100)
	m.Description, m.Long = oneLine(o.str("description"), 1000), lines(o.str("long_description"), 10000)
	author := o.object("author")
	m.Author = Author{oneLine(author.str("name"), 100), oneLine(author.str("email"), 200), webPage(author.str("url"))}
	if m.Author.Name == "" {
		m.Author.Name = oneLine(o.str("author"), 100)
	}
	if m.Repository = webPage(strings.TrimPrefix(o.object("repository").str("url"), "git+")); m.Repository == "" {
		m.Repository = webPage(strings.TrimPrefix(o.str("repository"), "git+"))
	}
	m.Homepage, m.Documentation, m.Support = webPage(o.str("homepage")), webPage(o.str("documentation")), webPage(o.str("support"))
	m.Icon = oneLine(o.str("icon"), 500)
	for _, k := range o.strings("keywords") {
		if k = oneLine(k, 50); k != "" && len(m.Keywords) < 50 && !slices.Contains(m.Keywords, k) {
			m.Keywords = append(m.Keywords, k)
		}
	}
	for _, p := range o.strings("privacy_policies") {
		if p = webPage(p); p != "" && len(m.Privacy) < 20 {
			m.Privacy = append(m.Privacy, p)
		}
	}
	for _, v := range o.list("tools") {
		t, _ := v.(object)
		if name := oneLine(t.str("name"), 128); name != "" && len(m.Tools) < maxTools {
			m.Tools = append(m.Tools, model.Tool{Name: name, Description: lines(t.str("description"), 1000)})
		}
	}
	m.ToolsGenerated = o.bool("tools_generated")
}

// official reads the real dialect.
func (m *Manifest) official(o object) {
	missing := []string{}
	for _, key := range []string{"version", "description", "author"} {
		if !o.has(key) {
			missing = append(missing, key)
		}
	}
	s := o.object("server")
	m.Server = Server{Type: strings.ToLower(oneLine(s.str("type"), 20)), Entry: s.str("entry_point")}
	m.Server.Config = m.config(s.object("mcp_config"))
	switch m.Server.Type {
	case "node", "python", "uv", "binary":
	default:
		missing = append(missing, "server.type")
		m.Server.Type = m.guessType()
	}
	if len(missing) > 0 {
		m.note("manifest_loose", "parts", strings.Join(missing, ", "))
	}
	m.settings(o.object("user_config"))
	m.compatibility(o.object("compatibility"))
	m.unknown(o)
}

// config reads a command; nil is none on any system.
func (m *Manifest) config(o object) *Config {
	c := &Config{Command: o.str("command"), Args: o.strings("args"), Env: m.env(o.object("env")), Overrides: map[string]Override{}}
	all, commands := o.object("platform_overrides"), c.Command != ""
	for _, name := range all.keys {
		system, one := system(name), all.object(name)
		if system == "" {
			continue
		}
		var over Override
		if command, ok := one.at["command"].(string); ok && command != "" {
			over.Command = &command
		}
		if one.has("args") {
			over.Args = one.strings("args")
		}
		if one.has("env") {
			over.Env = m.env(one.object("env"))
		}
		if over.Command == nil && over.Args == nil && over.Env == nil {
			continue
		}
		c.Overrides[system] = over
		commands = commands || over.Command != nil
	}
	if !commands {
		return nil
	}
	return c
}

// system gives Go's name of an operating system.
func system(name string) string {
	switch strings.ToLower(name) {
	case "win32", "windows":
		return "windows"
	case "darwin", "macos", "mac":
		return "darwin"
	case "linux":
		return "linux"
	}
	return ""
}

func (m *Manifest) env(o object) map[string]string {
	env := map[string]string{}
	for _, name := range o.keys {
		if name == "" || strings.ContainsAny(name, "=\x00") || hasHidden(name) {
			m.note("manifest_loose", "parts", "env "+name)
			continue
		}
		switch o.at[name].(type) {
		case object, []any:
			m.note("manifest_loose", "parts", "env "+name)
		default:
			env[name] = o.str(name)
		}
	}
	return env
}

func (m *Manifest) compatibility(o object) {
	unknown := 0
	for _, name := range o.strings("platforms") {
		if s := system(name); s == "" {
			unknown++
		} else if !slices.Contains(m.Platforms, s) {
			m.Platforms = append(m.Platforms, s)
		}
	}
	if unknown > 0 {
		m.note("manifest_loose", "parts", "compatibility.platforms")
	}
	runtimes := o.object("runtimes")
	for _, name := range []string{"node", "python"} {
		if r := oneLine(runtimes.str(name), 200); r != "" {
			m.Runtimes[name] = r
			if strings.Contains(r, ",") || strings.Contains(r, "~=") || strings.Contains(r, "!=") {
				m.note("runtime_range", "range", r)
			}
		}
	}
}

// guessType tells what kind of server a command starts.
func (m *Manifest) guessType() string {
	if m.Server.Config == nil {
		return ""
	}
	switch runnerOf(m.Server.Config.Command) {
	case "node", "npx", "bun", "deno":
		return "node"
	case "python":
		return "python"
	case "uv", "uvx":
		return "uv"
	}
	return "binary"
}

// seed reads the simpler dialect into the real one: settings reach the server
// as variables named after them where nothing else says how.
func (m *Manifest) seed(o object) {
	start := o.object("mcp")
	m.settings(o.object("configuration"))
	m.Server.Entry = start.str("entry_point")
	c := m.config(start)
	if c == nil {
		return
	}
	own := func(s string) string {
		for _, k := range m.Settings {
			mark := "${user_config." + k.Key + "}"
			s = strings.ReplaceAll(s, "${configuration."+k.Key+"}", mark)
			if !slices.Contains(systemNames, k.Key) {
				s = strings.ReplaceAll(s, "${"+k.Key+"}", mark)
			}
		}
		return s
	}
	c.Command = own(c.Command)
	for i, a := range c.Args {
		c.Args[i] = own(a)
	}
	everything := c.Command + "\n" + strings.Join(c.Args, "\n")
	for name, v := range c.Env {
		c.Env[name] = own(v)
		everything += "\n" + c.Env[name]
	}
	for _, k := range m.Settings {
		name := notName().ReplaceAllString(strings.ToUpper(k.Key), "_")
		if _, taken := c.Env[name]; !taken && !strings.Contains(everything, "${user_config."+k.Key+"}") {
			c.Env[name] = "${user_config." + k.Key + "}"
		}
	}
	m.Server.Config = c
	m.Server.Type = m.guessType()
	m.compatibility(o.object("compatibility"))
}

var notName = pattern.New(`[^A-Z0-9_]`)

// known are the keys of all versions together.
var known = map[string][]string{
	"":           strings.Fields("$schema dxt_version manifest_version name display_name version description long_description author repository homepage documentation support icon icons screenshots localization server tools tools_generated prompts prompts_generated keywords license privacy_policies compatibility user_config _meta"),
	"server":     strings.Fields("type entry_point mcp_config"),
	"mcp_config": strings.Fields("command args env platform_overrides"),
}

func (m *Manifest) unknown(o object) {
	var odd []string
	look := func(o object, at string) {
		for _, k := range o.keys {
			if !slices.Contains(known[at], k) {
				odd = append(odd, k)
			}
		}
	}
	look(o, "")
	look(o.object("server"), "server")
	look(o.object("server").object("mcp_config"), "mcp_config")
	if len(odd) > 0 {
		m.note("manifest_unknown_keys", "keys", strings.Join(odd[:min(len(odd), 10)], ", "))
	}
}

// unfit names what in the manifest cannot be run at all.
func (m *Manifest) unfit() string {
	bad := func(s string) bool {
		// A mark of a key would be filled in as if we had written it.
		return len(s) > maxValue || strings.ContainsRune(s, 0) || strings.Contains(s, "${secret:")
	}
	if bad(m.Server.Entry) {
		return "server.entry_point"
	}
	if m.Server.Config == nil {
		return ""
	}
	check := func(command string, args []string, env map[string]string) string {
		if bad(command) {
			return "command"
		}
		if len(args) > maxArgs || slices.ContainsFunc(args, bad) {
			return "args"
		}
		for _, v := range env {
			if bad(v) || len(env) > maxArgs {
				return "env"
			}
		}
		return ""
	}
	c := m.Server.Config
	if what := check(c.Command, c.Args, c.Env); what != "" {
		return what
	}
	for _, over := range c.Overrides {
		command := ""
		if over.Command != nil {
			command = *over.Command
		}
		if what := check(command, over.Args, over.Env); what != "" {
			return what
		}
	}
	return ""
}
