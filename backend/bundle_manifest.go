package backend

import (
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"toolbay/backend/catalog/recipe"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

// exported is a manifest of format 0.3 as it is written.
type exported struct {
	ManifestVersion string                `json:"manifest_version"`
	Name            string                `json:"name"`
	DisplayName     string                `json:"display_name"`
	Version         string                `json:"version"`
	Description     string                `json:"description"`
	Author          map[string]string     `json:"author"`
	Server          exportedServer        `json:"server"`
	Tools           []exportedTool        `json:"tools,omitempty"`
	License         string                `json:"license,omitempty"`
	Compatibility   exportedFit           `json:"compatibility"`
	UserConfig      map[string]exportedIn `json:"user_config,omitempty"`
}

type exportedServer struct {
	Type       string         `json:"type"`
	EntryPoint string         `json:"entry_point"`
	Config     exportedConfig `json:"mcp_config"`
}

type exportedConfig struct {
	Command string            `json:"command"`
	Args    []string          `json:"args"`
	Env     map[string]string `json:"env,omitempty"`
}

type exportedTool struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
}

type exportedFit struct {
	Platforms []string          `json:"platforms,omitempty"`
	Runtimes  map[string]string `json:"runtimes"`
}

type exportedIn struct {
	Type        string   `json:"type"`
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Required    bool     `json:"required,omitempty"`
	Default     string   `json:"default,omitempty"`
	Sensitive   bool     `json:"sensitive,omitempty"`
	Min         *float64 `json:"min,omitempty"`
	Max         *float64 `json:"max,omitempty"`
}

// exportOf is everything in a manifest but where the server's files are.
func exportOf(s model.Server) *exported {
	m := &exported{
		ManifestVersion: "0.3", Name: safeName(s.Package.Identifier), DisplayName: s.Title, Version: s.Version,
		Description: s.Title, Author: map[string]string{"name": cmp.Or(s.Publisher, s.Package.Identifier)},
		Compatibility: exportedFit{Runtimes: map[string]string{}}, UserConfig: map[string]exportedIn{},
	}
	if s.Probe != nil {
		for _, t := range s.Probe.Tools {
			m.Tools = append(m.Tools, exportedTool{t.Name, t.Description})
		}
	}
	m.questions(s)
	return m
}

// safeName makes a bundle's name of a package's.
func safeName(name string) string {
	name = strings.ToLower(strings.TrimPrefix(name, "@"))
	if i := strings.IndexByte(name, '['); i > 0 {
		name = name[:i]
	}
	return strings.Trim(notSafe().ReplaceAllString(name, "-"), "-")
}

var (
	notSafe = pattern.New(`[^a-z0-9._-]+`)
	notKey  = pattern.New(`[^A-Za-z0-9_]+`)
)

func mark(key string) string { return "${user_config." + key + "}" }

// questions turns a server's inputs into settings, and its arguments and
// variables into templates with them. What the person added to the arguments may
// be theirs alone, so all but the names of options becomes a question.
func (m *exported) questions(s model.Server) {
	p := s.Package
	declared := map[string]bool{}
	for _, i := range recipe.Inputs(p) {
		declared[i.Name] = true
	}
	for _, i := range s.Inputs {
		if !declared[i.Name] {
			in := i.Input
			in.Secret = in.Secret || i.Set
			p.Environment = append(slices.Clone(p.Environment), in)
		}
	}
	kept := map[string]model.AnsweredInput{}
	for _, i := range s.Inputs {
		kept[i.Name] = i
	}
	answers, keys := map[string]string{}, map[string]string{}
	inputs := recipe.Inputs(p)
	for _, in := range inputs {
		if in.Value != "" {
			continue
		}
		in.Secret = in.Secret || kept[in.Name].Set
		key := m.key(in.Name)
		keys[in.Name] = key
		m.UserConfig[key] = settingOf(in)
		answers[in.Name] = mark(key)
		if in.Secret {
			answers[in.Name] = recipe.SecretMark(in.Name)
		}
	}
	r := recipe.Build(p, answers, recipe.Here())
	for _, in := range inputs {
		// Whether an option stands there at all is no text to fill in: it stays as
		// this person has it.
		if key, ok := keys[in.Name]; ok && !speaksOf(r, answers[in.Name]) {
			delete(m.UserConfig, key)
			answers[in.Name] = cmp.Or(kept[in.Name].Answer, in.Default)
		}
	}
	r = recipe.Build(p, answers, recipe.Here())
	fill := func(text string) string {
		for name, key := range keys {
			text = strings.ReplaceAll(text, recipe.SecretMark(name), mark(key))
		}
		return text
	}
	c := &m.Server.Config
	c.Args, c.Env = []string{}, map[string]string{}
	for _, a := range r.Tail {
		c.Args = append(c.Args, fill(a))
	}
	for _, env := range []map[string]string{r.Env, r.SecretEnv} {
		for name, v := range env {
			c.Env[name] = fill(v)
		}
	}
	m.added(s.Arguments)
}

func speaksOf(r recipe.Recipe, text string) bool {
	has := func(s string) bool { return strings.Contains(s, text) }
	return slices.ContainsFunc(r.Tail, has) || slices.ContainsFunc(slices.Collect(maps.Values(r.Env)), has) || slices.ContainsFunc(slices.Collect(maps.Values(r.SecretEnv)), has)
}

// added makes questions of the arguments that a person added.
func (m *exported) added(args []string) {
	last := ""
	for _, a := range args {
		name, value, joined := strings.Cut(a, "=")
		option := strings.HasPrefix(a, "-") && len(a) > 1
		if option && !joined {
			last = a
			m.Server.Config.Args = append(m.Server.Config.Args, a)
			continue
		}
		in := model.Input{Name: last, Required: true}
		if option {
			in.Name = name
		} else {
			value = a
		}
		in.Secret = recipe.LooksSecret(strings.TrimLeft(in.Name, "-"))
		if st, err := os.Stat(value); err == nil && filepath.IsAbs(value) {
			in.Format = "filepath"
			if st.IsDir() {
				in.Format = "folder"
			}
		}
		key := m.key(cmp.Or(strings.TrimLeft(in.Name, "-"), "argument"))
		in.Name = key
		m.UserConfig[key] = settingOf(in)
		text := mark(key)
		if option {
			text = name + "=" + text
		}
		m.Server.Config.Args = append(m.Server.Config.Args, text)
		last = ""
	}
}

// key makes a setting's key of an input's name, one that is free.
func (m *exported) key(name string) string {
	base := cmp.Or(strings.Trim(notKey().ReplaceAllString(name, "_"), "_"), "setting")
	key := base
	for n := 2; ; n++ {
		if _, taken := m.UserConfig[key]; !taken {
			return key
		}
		key = base + "_" + strconv.Itoa(n)
	}
}

func settingOf(in model.Input) exportedIn {
	out := exportedIn{
		Type: "string", Title: LabelOf(in), Description: cmp.Or(in.Description, LabelOf(in)),
		Required: in.Required, Sensitive: in.Secret, Min: in.Min, Max: in.Max,
	}
	switch in.Format {
	case "folder":
		out.Type = "directory"
	case "filepath":
		out.Type = "file"
	}
	if !in.Secret && !filepath.IsAbs(in.Default) {
		out.Default = in.Default
	}
	return out
}
