package shape

import (
	"slices"
	"strings"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// Entries gives what is wrong inside the entries. The changes of all of them
// can be made one after another.
func Entries(t finding.Text) []finding.Finding {
	var found []finding.Finding
	n := 0
	for _, p := range places(t) {
		d := t.File.Dialect
		switch v := p.value.(type) {
		case configfile.Object:
			if isServer(v) {
				continue // the structure's
			}
			for _, m := range v {
				if n++; n > maxServers {
					return found
				}
				nested := len(p.path) == len(t.Servers) && d.Quirk == "opencode-nested" && m.Key == "servers" && isServers(m.Value)
				if nested {
					continue
				}
				e := entry{Text: t, d: d, reads: d.Taken(), parent: p, name: m.Key, path: under(p.path, m.Key), found: &found}
				e.look(m.Value, func(name string) bool { return has(v, name) })
			}
		case []any:
			if d.List == "" {
				continue
			}
			for _, name := range t.Doc.Names(d.List, p.path...) {
				if n++; n > maxServers {
					return found
				}
				path := under(p.path, configfile.Named(d.List, name))
				v, _ := t.Doc.Get(path...)
				e := entry{Text: t, d: d, reads: d.Taken(), parent: p, name: name, path: path, found: &found}
				e.look(v, nil)
			}
		}
	}
	return found
}

// entry is one server that is looked at. o is what it says after the changes so
// far.
type entry struct {
	finding.Text
	d      clients.Dialect
	reads  clients.Reads
	parent place
	name   string
	path   []string
	o      configfile.Object
	found  *[]finding.Finding
}

// add reports a finding of the entry; edit describes it and makes its changes.
func (e *entry) add(code string, edit func(*finding.Finding)) {
	f := finding.New(code)
	f.Server, f.Pointer = e.name, pointer(e.path)
	f.Args = map[string]string{"server": e.name, "app": e.File.App.Name}
	edit(&f)
	*e.found = append(*e.found, f)
}

// at points a finding to a member, and says what it becomes.
func (e *entry) at(f *finding.Finding, member, becomes string) {
	if f.Args["found"] == "" {
		f.Pointer = pointer(under(e.path, member))
		f.Args["found"] = member
	} else if !strings.Contains(", "+f.Args["found"]+", ", ", "+member+", ") {
		f.Args["found"] += ", " + member
	}
	if becomes != "" && !strings.Contains(", "+f.Args["wanted"]+", ", ", "+becomes+", ") {
		if f.Args["wanted"] != "" {
			becomes = f.Args["wanted"] + ", " + becomes
		}
		f.Args["wanted"] = becomes
	}
}

func (e *entry) rename(f *finding.Finding, from, to string) {
	f.Changes = append(f.Changes, finding.Change{Path: under(e.path, from), Key: to})
	for i := range e.o {
		if e.o[i].Key == from {
			e.o[i].Key = to
		}
	}
}

func (e *entry) set(f *finding.Finding, key string, v any) {
	f.Changes = append(f.Changes, finding.Change{Path: under(e.path, key), Value: v})
	for i := range e.o {
		if e.o[i].Key == key {
			e.o[i].Value = v
			return
		}
	}
	e.o = append(e.o, configfile.Member{Key: key, Value: v})
}

func (e *entry) remove(f *finding.Finding, key string) {
	f.Changes = append(f.Changes, finding.Change{Path: under(e.path, key), Remove: true})
	e.o = slices.DeleteFunc(e.o, func(m configfile.Member) bool { return m.Key == key })
}

// park takes the whole entry out of the file, into the library.
func (e *entry) park(f *finding.Finding, o configfile.Object) {
	f.Changes = []finding.Change{{Path: e.path, Remove: true}}
	f.Parked = []finding.Parked{{Name: e.name, Entry: slices.Clone(o)}}
}

func (e *entry) text(key string) string {
	v, _ := e.o.Get(key)
	s, _ := v.(string)
	return s
}

// look goes through the rules. Each sees what the ones before it made.
func (e *entry) look(v any, taken func(string) bool) {
	o, ok := v.(configfile.Object)
	if !ok {
		e.notObject(v)
		return
	}
	e.o = slices.Clone(o)
	if slices.Contains(e.reads.Kinds, e.text("type")) {
		return
	}
	if e.dotted() {
		return
	}
	before := len(*e.found)
	e.flatten()
	e.slips()
	e.commas()
	e.command()
	e.arguments()
	e.environment()
	e.scheme()
	e.address()
	e.headers()
	e.kind()
	e.off()
	e.values()
	e.timeout()
	e.missing()
	e.remoteToProgram()
	e.refused()
	if len(*e.found) == before || taken != nil {
		e.called(taken)
	}
}

// commandKey and urlKey are the members by which this app says what to start.
func (e *entry) commandKey() string { return e.d.CommandKey() }

func (e *entry) urlKeys() []string {
	keys := append([]string{e.d.URLKey("streamable-http"), e.d.URLKey("sse")}, e.reads.URLs...)
	return append(keys, e.reads.Maybe...)
}

// address gives the URL of the entry and its key, "" when it has none.
func (e *entry) url() (key, address string) {
	for _, k := range e.urlKeys() {
		if s := e.text(k); s != "" {
			return k, s
		}
	}
	return "", ""
}

func (e *entry) hasCommand() bool {
	switch v, _ := e.o.Get(e.commandKey()); v := v.(type) {
	case string:
		return v != ""
	case []any:
		return len(v) > 0
	}
	return false
}

func (e *entry) isRemote() bool {
	_, address := e.url()
	return address != "" && !e.hasCommand()
}
