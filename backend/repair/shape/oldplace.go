package shape

import (
	"path"
	"slices"
	"strings"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// oldLocation finds servers in a file from which the app no longer takes them:
// they belong in another one.
func (s *structure) oldLocation() bool {
	_, spec, ok := s.File.App.As(s.File.OS, s.File.Scope, s.File.Path)
	if !ok || spec.Aside != "old" || len(spec.Servers) == 0 {
		return false
	}
	var at []string
	var entries configfile.Object
	for _, path := range [][]string{spec.Servers, {strings.Join(spec.Servers, ".")}, {"github.copilot.chat.mcp.servers"}, {"mcp", "mcpServers"}, {"mcpServers"}} {
		v, _ := s.Doc.Get(path...)
		if o, ok := v.(configfile.Object); ok && isServers(o) {
			at, entries = path, o
			break
		}
	}
	if at == nil {
		return true
	}
	s.add("STRUCT_OLD_LOCATION", at[:1], func(f *finding.Finding) {
		file, now := s.newFile(spec)
		f.Args["file"] = file
		if file == "" {
			return
		}
		text, known := s.Facts.Text(file)
		if !known || len(strings.TrimSpace(string(text))) == 0 {
			text = nil
		}
		var outer configfile.Object
		if len(at) > 1 {
			o, _ := s.Doc.Get(at[:1]...)
			outer, _ = o.(configfile.Object)
		}
		text, names, err := moved(text, now, entries, outer)
		if err != nil {
			return
		}
		if len(names) > 0 {
			f.Needs = "The other file has servers of the same name (" + strings.Join(names, ", ") + "): they stay as they are there."
		}
		f.Aside = map[string]string{file: string(text)}
		f.Changes = []finding.Change{{Path: at[:1], Remove: true}}
		if len(at) > 1 && slices.ContainsFunc(outer, func(m configfile.Member) bool { return m.Key != at[1] && m.Key != "inputs" }) {
			f.Changes = []finding.Change{{Path: at, Remove: true}}
		}
	})
	return true
}

// newFile gives the path of the file that the app reads now, as the old one is
// written, and the app with its dialect.
func (s *structure) newFile(old clients.FileSpec) (string, clients.Client) {
	for _, spec := range s.File.App.Files {
		if spec.Scope != old.Scope || spec.Aside != "" || len(spec.OS) > 0 && !slices.Contains(spec.OS, s.File.OS) {
			continue
		}
		dir, sep := path.Dir(strings.ReplaceAll(s.File.Path, `\`, "/")), "/"
		if strings.Contains(s.File.Path, `\`) {
			dir, sep = strings.ReplaceAll(dir, "/", `\`), `\`
		}
		if len(spec.Folders) > 0 && slices.Equal(spec.Folders, old.Folders) {
			at, _, _ := s.File.App.As(s.File.OS, s.File.Scope, dir+sep+spec.Names[0])
			if dir == "." {
				return spec.Names[0], at
			}
			return dir + sep + spec.Names[0], at
		}
	}
	return "", s.File.App
}

// moved puts entries into the text of another file; names are those that are
// taken there.
func moved(text []byte, now clients.Client, entries, outer configfile.Object) (out []byte, names []string, err error) {
	d := now.Dialect
	out = text
	doc, err := configfile.Parse(text, d.Format)
	if err != nil {
		return nil, nil, err
	}
	for _, m := range entries {
		at := d.Path(m.Key)
		if _, there := doc.Get(at...); there {
			names = append(names, m.Key)
			continue
		}
		if out, _, err = configfile.Insert(out, d.Format, at, m.Value); err != nil {
			return nil, nil, err
		}
	}
	if d.Prompts == nil {
		return out, names, nil
	}
	v, _ := outer.Get(d.Prompts.List[0])
	asks, _ := v.([]any)
	for _, ask := range asks {
		o, _ := ask.(configfile.Object)
		id, _ := o.Get("id")
		name, ok := id.(string)
		if !ok {
			continue
		}
		if _, there := doc.Get(d.Prompts.Path(name)...); there {
			continue
		}
		if out, _, err = configfile.Insert(out, d.Format, d.Prompts.Path(name), o); err != nil {
			return nil, nil, err
		}
	}
	return out, names, nil
}
