package bundle

import (
	"bytes"
	"encoding/json"
	"slices"
)

// MarshalJSON writes the manifest in the words of the official format, whatever
// dialect it was read from. Texts are as they are shown.
func (m Manifest) MarshalJSON() ([]byte, error) { return json.Marshal(m.official03()) }

// MarshalJSON keeps the order of the keys.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, k := range o.keys {
		if i > 0 {
			b.WriteByte(',')
		}
		for j, v := range []any{k, o.at[k]} {
			if j > 0 {
				b.WriteByte(':')
			}
			raw, err := plainJSON(v)
			if err != nil {
				return nil, err
			}
			b.Write(raw)
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// plainJSON writes v without the signs that only web pages need.
func plainJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// set adds a key, unless there is nothing to say.
func (o *object) set(key string, v any) {
	switch v := v.(type) {
	case string:
		if v == "" {
			return
		}
	case bool:
		if !v {
			return
		}
	case []string:
		if len(v) == 0 {
			return
		}
	case *float64:
		if v == nil {
			return
		}
	case object:
		if len(v.keys) == 0 {
			return
		}
	}
	if o.at == nil {
		o.at = map[string]any{}
	}
	if !slices.Contains(o.keys, key) {
		o.keys = append(o.keys, key)
	}
	o.at[key] = v
}

// put is set for what is said even when it is empty.
func (o *object) put(key string, v any) {
	o.set(key, true)
	o.at[key] = v
}

func (o *object) drop(key string) {
	o.keys = slices.DeleteFunc(o.keys, func(k string) bool { return k == key })
	delete(o.at, key)
}

// official03 is the manifest as an object of format 0.3.
func (m Manifest) official03() object {
	var o object
	o.put("manifest_version", m.Format)
	if m.Dialect == "seed" || m.Format == "" {
		o.put("manifest_version", "0.3")
	}
	o.put("name", m.Name)
	if m.Title != m.Name {
		o.set("display_name", m.Title)
	}
	o.put("version", m.Version)
	o.put("description", m.Description)
	o.set("long_description", m.Long)
	var author object
	author.put("name", m.Author.Name)
	author.set("email", m.Author.Email)
	author.set("url", m.Author.URL)
	o.put("author", author)
	if m.Repository != "" {
		o.put("repository", object{keys: []string{"type", "url"}, at: map[string]any{"type": "git", "url": m.Repository}})
	}
	o.set("homepage", m.Homepage)
	o.set("documentation", m.Documentation)
	o.set("support", m.Support)
	o.set("icon", m.Icon)
	o.put("server", m.Server.official03())
	tools := []object{}
	for _, t := range m.Tools {
		var tool object
		tool.put("name", t.Name)
		tool.set("description", t.Description)
		tools = append(tools, tool)
	}
	if len(tools) > 0 {
		o.put("tools", tools)
	}
	o.set("tools_generated", m.ToolsGenerated)
	o.set("keywords", m.Keywords)
	o.set("license", m.License)
	o.set("privacy_policies", m.Privacy)
	var compatibility, runtimes object
	compatibility.set("platforms", platformNames(m.Platforms))
	for _, name := range []string{"node", "python"} {
		runtimes.set(name, m.Runtimes[name])
	}
	compatibility.set("runtimes", runtimes)
	o.set("compatibility", compatibility)
	var settings object
	for _, s := range m.Settings {
		settings.put(s.Key, s.official03())
	}
	o.set("user_config", settings)
	return o
}

// platformNames are the format's names of systems.
func platformNames(systems []string) []string {
	out := slices.Clone(systems)
	for i, s := range out {
		if s == "windows" {
			out[i] = "win32"
		}
	}
	return out
}

func (s Server) official03() object {
	var o object
	o.put("type", s.Type)
	o.put("entry_point", s.Entry)
	if s.Config == nil {
		return o
	}
	var c object
	c.put("command", s.Config.Command)
	c.put("args", s.Config.Args)
	c.put("env", s.Config.Env)
	var overrides object
	for _, system := range []string{"darwin", "linux", "windows"} {
		over, ok := s.Config.Overrides[system]
		if !ok {
			continue
		}
		var one object
		if over.Command != nil {
			one.put("command", *over.Command)
		}
		if over.Args != nil {
			one.put("args", over.Args)
		}
		if over.Env != nil {
			one.put("env", over.Env)
		}
		overrides.put(platformNames([]string{system})[0], one)
	}
	c.set("platform_overrides", overrides)
	o.put("mcp_config", c)
	return o
}

func (s Setting) official03() object {
	var o object
	o.put("type", s.Type)
	o.put("title", s.Title)
	o.put("description", s.Description)
	if s.Description == "" {
		o.put("description", s.Title)
	}
	o.set("required", s.Required)
	switch {
	case len(s.Default) == 0:
	case s.Multiple:
		o.put("default", s.Default)
	case s.Type == "number":
		o.put("default", json.Number(s.Default[0]))
	case s.Type == "boolean":
		o.put("default", s.Default[0] == "true")
	default:
		o.put("default", s.Default[0])
	}
	o.set("multiple", s.Multiple)
	o.set("sensitive", s.Sensitive)
	o.set("min", s.Min)
	o.set("max", s.Max)
	return o
}
