package shape

import (
	"cmp"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// Entries gives what is wrong inside the entries. The changes of all of them
// can be made one after another.
func Entries(t finding.Text) []finding.Finding {
	var found []finding.Finding
	n, most := 0, maxServers
	if f := t.File.Dialect.Format; f == configfile.TOML || f == configfile.YAML {
		most = maxInLines
	}
	for _, p := range places(t) {
		d := t.File.Dialect
		switch v := p.value.(type) {
		case configfile.Object:
			if isServer(v) {
				continue // the structure's
			}
			for _, m := range v {
				if n++; n > most {
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
				if n++; n > most {
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
	e.command()
	e.arguments()
	e.environment()
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

// notObject is an entry that is a text, a list or nothing.
func (e *entry) notObject(v any) {
	var start configfile.Object
	fix := finding.Safe
	switch v := v.(type) {
	case string:
		text := strings.TrimSpace(v)
		if isURL(text) {
			start = e.remoteEntry(text, "")
			break
		}
		if words, ok := split(text); ok && len(words) > 0 && (runners[base(words[0])] || len(words) == 1 && strings.ContainsAny(words[0], `/\`)) {
			start = e.localEntry(words)
		}
	case []any:
		words, ok := texts(v)
		if ok && len(words) > 0 && runners[base(words[0])] {
			start = e.localEntry(words)
		}
	case nil:
		fix = finding.Confirm
	}
	e.add("ENTRY_NOT_OBJECT", func(f *finding.Finding) {
		f.Fix = fix
		switch {
		case start != nil:
			f.Changes = []finding.Change{{Path: e.path, Value: start}}
		case v == nil || v == any("") || v == any(false):
			f.Fix = finding.Confirm
			e.park(f, nil)
			f.Parked = nil
			f.Needs = "The entry " + e.name + " says nothing: take it out?"
		default:
			f.Fix = finding.Never
		}
	})
}

func (e *entry) localEntry(words []string) configfile.Object {
	return e.d.Encode(clients.Launch{Name: e.name, Command: words[0], Args: words[1:]})
}

func (e *entry) remoteEntry(address, transport string) configfile.Object {
	if transport == "" {
		transport = transportByURL(address)
	}
	if e.d.Remote == nil {
		return configfile.Object{{Key: "url", Value: address}}
	}
	if _, ok := e.d.Remote.Types[transport]; !ok {
		transport = "streamable-http"
	}
	return e.d.Encode(clients.Launch{Name: e.name, URL: address, Transport: transport})
}

// transportByURL takes an address that ends in /sse for the older protocol.
func transportByURL(address string) string {
	u, err := url.Parse(address)
	if err == nil && strings.HasSuffix(strings.TrimRight(u.Path, "/"), "/sse") {
		return "sse"
	}
	return "streamable-http"
}

func texts(list []any) (words []string, ok bool) {
	for _, v := range list {
		s, is := v.(string)
		if !is {
			return nil, false
		}
		words = append(words, s)
	}
	return words, true
}

// flatten takes apart a command or a transport that is an object of its own.
func (e *entry) flatten() {
	for _, key := range []string{"command", "transport", "server", "config"} {
		inner, _ := e.o.Get(key)
		o, ok := inner.(configfile.Object)
		if !ok || key == e.d.Nested || len(o) == 0 || key != "command" && !isServer(o) && !has(o, "type") {
			continue
		}
		e.add("ENTRY_COMMAND_SHAPE", func(f *finding.Finding) {
			e.at(f, key, "")
			e.remove(f, key)
			for _, m := range o {
				to := m.Key
				if key == "command" && (to == "path" || to == "command") {
					to = e.commandKey()
				}
				if v, there := e.o.Get(to); there && v != any("") && !isEmptyList(v) {
					f.Fix = finding.Confirm
					continue
				}
				e.set(f, to, m.Value)
			}
			if v, _ := e.o.Get("settings"); isObject(v) && key == "command" && e.d.TypeKey == "source" {
				if s, _ := v.(configfile.Object); len(s) == 0 {
					e.remove(f, "settings")
				}
			}
			if e.d.TypeKey == "source" && e.d.Type != "" && !has(e.o, "source") {
				e.set(f, "source", e.d.Type)
			}
		})
	}
}

// slips finds keys that differ from those of the app by case or a slip of the
// fingers.
func (e *entry) slips() {
	own := append([]string{e.commandKey(), e.d.Env, "args", "headers", "type", "disabled", "enabled"}, e.urlKeys()...)
	if e.d.CommandList {
		own = slices.DeleteFunc(own, func(k string) bool { return k == "args" })
	}
	for _, m := range slices.Clone(e.o) {
		if slices.Contains(own, m.Key) || known(m.Key) {
			continue
		}
		for _, k := range own {
			if has(e.o, k) || (k == "disabled" || k == "enabled") && (e.d.Off == nil || e.d.Off.Key != k) {
				continue
			}
			same := plain(m.Key) == plain(k)
			if !same && !near(strings.ToLower(m.Key), strings.ToLower(k)) {
				continue
			}
			code := "ENTRY_WRONG_FIELD_NAME"
			if slices.Contains(e.urlKeys(), k) {
				code = "ENTRY_WRONG_URL_FIELD"
			}
			e.add(code, func(f *finding.Finding) {
				e.at(f, m.Key, k)
				if !same {
					f.Fix = finding.Confirm
				}
				e.rename(f, m.Key, k)
			})
			break
		}
	}
}

// known tells a key that some app has.
func known(key string) bool {
	_, off := offKeys[key]
	return off || slices.Contains(commandKeys, key) || slices.Contains(argsKeys, key) || slices.Contains(envKeys, key) ||
		slices.Contains(urlKeys, key) || slices.Contains(headerKeys, key) || slices.Contains(headerHolds, key) || slices.Contains(typeKeys, key) || otherKeys[key]
}

var otherKeys = map[string]bool{"name": true, "cwd": true, "timeout": true, "tools": true, "trust": true, "oauth": true, "auth": true, "dev": true, "envFile": true,
	"source": true, "settings": true, "required": true, "bundled": true, "description": true, "version": true, "gallery": true, "scopes": true, "metadata": true}

// command brings the command to the app's own key and shape.
func (e *entry) command() {
	own := e.commandKey()
	if !has(e.o, own) {
		for _, key := range commandKeys {
			v, there := e.o.Get(key)
			if !there || key == "path" && !has(e.o, "args") {
				continue
			}
			if _, text := v.(string); !text && !isList(v) {
				continue
			}
			e.add("ENTRY_WRONG_FIELD_NAME", func(f *finding.Finding) {
				e.at(f, key, own)
				e.rename(f, key, own)
			})
			break
		}
	}
	if !e.d.CommandList && !has(e.o, "args") {
		for _, key := range argsKeys[1:] {
			if v, there := e.o.Get(key); there && isList(v) && e.hasCommand() {
				e.add("ENTRY_WRONG_FIELD_NAME", func(f *finding.Finding) {
					e.at(f, key, "args")
					e.rename(f, key, "args")
				})
				break
			}
		}
	}
	if e.d.CommandList {
		e.commandList(own)
		return
	}
	switch v, _ := e.o.Get(own); v := v.(type) {
	case []any:
		e.commandArray(own, v)
	case string:
		if l, is := commandLine(v, e.Facts); is {
			e.add("ENTRY_COMMAND_HAS_ARGS", func(f *finding.Finding) {
				e.at(f, own, "")
				if !l.sure {
					f.Fix = finding.Confirm
				}
				e.set(f, own, l.words[0])
				args, _ := e.o.Get("args")
				list, isArray := args.([]any)
				if len(l.words) > 1 && (isArray || args == nil) {
					e.set(f, "args", append(anys(l.words[1:]), list...))
				} else if text, ok := args.(string); ok && len(l.words) > 1 {
					more, _ := split(text)
					e.set(f, "args", anys(append(l.words[1:], more...)))
				}
				e.variables(f, l.env)
			})
		}
	}
}

// variables puts NAME=value words into the environment.
func (e *entry) variables(f *finding.Finding, pairs [][2]string) {
	if len(pairs) == 0 {
		return
	}
	v, _ := e.o.Get(e.d.Env)
	env, _ := v.(configfile.Object)
	env = slices.Clone(env)
	for _, p := range pairs {
		if !has(env, p[0]) {
			env = append(env, configfile.Member{Key: p[0], Value: p[1]})
		}
	}
	e.set(f, e.d.Env, env)
}

func isList(v any) bool { _, ok := v.([]any); return ok }

func anys(words []string) []any {
	list := make([]any, 0, len(words))
	for _, w := range words {
		list = append(list, w)
	}
	return list
}

// commandArray is a list where the app wants the command and its arguments
// apart.
func (e *entry) commandArray(own string, v []any) {
	words, ok := flat(v)
	if !ok || len(words) == 0 {
		return
	}
	e.add("ENTRY_COMMAND_SHAPE", func(f *finding.Finding) {
		e.at(f, own, own+", args")
		e.set(f, own, words[0])
		args, _ := e.o.Get("args")
		more, _ := args.([]any)
		if len(words) > 1 || args == nil {
			e.set(f, "args", append(anys(words[1:]), more...))
		}
	})
}

// commandList brings a command and its arguments into one list.
func (e *entry) commandList(own string) {
	v, there := e.o.Get(own)
	if !there {
		return
	}
	args, hasArgs := e.o.Get("args")
	var words []string
	split_ := false
	sure := true
	var env [][2]string
	switch v := v.(type) {
	case string:
		words = []string{v}
		if l, is := commandLine(v, e.Facts); is {
			words, sure, env, split_ = l.words, l.sure, l.env, true
		}
	case []any:
		if one, ok := texts(v); ok && len(one) == 1 {
			if l, is := commandLine(one[0], e.Facts); is {
				e.add("ENTRY_COMMAND_HAS_ARGS", func(f *finding.Finding) {
					e.at(f, own, "")
					if !l.sure {
						f.Fix = finding.Confirm
					}
					e.set(f, own, anys(l.words))
					e.variables(f, l.env)
				})
				v, _ = mustList(e.o, own)
			}
		}
		list, ok := flat(v)
		if !ok {
			return
		}
		if _, plainTexts := texts(v); plainTexts && !hasArgs {
			return
		}
		words = list
	default:
		return
	}
	switch a := args.(type) {
	case []any:
		more, ok := flat(a)
		if !ok {
			return
		}
		words = append(words, more...)
	case string:
		more, ok := split(a)
		if !ok {
			return
		}
		words = append(words, more...)
	case nil:
	default:
		return
	}
	e.add("ENTRY_COMMAND_SHAPE", func(f *finding.Finding) {
		e.at(f, own, own)
		if !sure && split_ {
			f.Fix = finding.Confirm
		}
		e.set(f, own, anys(words))
		if hasArgs {
			e.remove(f, "args")
		}
		e.variables(f, env)
		if !has(e.o, "type") && e.d.Type != "" {
			e.set(f, "type", e.d.Type)
		}
	})
}

func mustList(o configfile.Object, key string) ([]any, bool) {
	v, _ := o.Get(key)
	l, ok := v.([]any)
	return l, ok
}

// flat gives the words of a list, of lists in it too; numbers and truths are
// written out.
func flat(v []any) (words []string, ok bool) {
	for _, e := range v {
		switch e := e.(type) {
		case []any:
			more, ok := flat(e)
			if !ok {
				return nil, false
			}
			words = append(words, more...)
		default:
			w, ok := written(e)
			if !ok {
				return nil, false
			}
			words = append(words, w)
		}
	}
	return words, true
}

// written gives a single value as text.
func written(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case bool:
		if v {
			return "true", true
		}
		return "false", true
	}
	return "", false
}

// arguments brings the arguments to a list of texts.
func (e *entry) arguments() {
	if e.d.CommandList {
		return
	}
	v, there := e.o.Get("args")
	if !there {
		return
	}
	fix := finding.Safe
	var want []string
	switch v := v.(type) {
	case []any:
		if _, ok := texts(v); ok {
			return
		}
		words, ok := flat(v)
		if !ok {
			fix = finding.Never
		}
		want = words
	case string:
		words, ok := split(v)
		if !ok {
			fix = finding.Confirm
			words = strings.Fields(v)
		}
		if len(words) > 1 && strings.ContainsAny(words[0], `/\`) && !strings.ContainsAny(v, `"'`) && !isURL(words[0]) && !strings.HasPrefix(words[0], "@") && !strings.HasPrefix(words[1], "-") {
			fix = finding.Confirm // perhaps one path with blanks in it
		}
		want = words
	case json.Number, bool:
		w, _ := written(v)
		want = []string{w}
	case configfile.Object:
		for _, m := range v {
			w, ok := written(m.Value)
			if !ok || strings.ContainsFunc(m.Key, func(r rune) bool { return !unicode.IsDigit(r) }) {
				fix = finding.Never
				break
			}
			want = append(want, w)
		}
	}
	e.add("ENTRY_ARGS_NOT_ARRAY", func(f *finding.Finding) {
		e.at(f, "args", "")
		if f.Fix = fix; fix != finding.Never {
			e.set(f, "args", anys(want))
		}
	})
}

// called looks at the entry's name.
func (e *entry) called(taken func(string) bool) {
	if taken == nil {
		return
	}
	name := e.name
	if slices.Contains(e.File.App.Reserved, name) {
		e.add("ENTRY_RESERVED_NAME", func(f *finding.Finding) {
			f.Args["name"] = name
			f.Changes = []finding.Change{{Path: e.path, Key: free(name, taken)}}
			f.Needs = e.File.App.Name + " keeps the name " + name + " for itself: may the server have another one?"
		})
		return
	}
	trimmed := strings.TrimFunc(name, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) })
	trimmed = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, trimmed)
	if name == trimmed && name != "" {
		return
	}
	e.add("ENTRY_INVALID_NAME", func(f *finding.Finding) {
		to := cmp.Or(trimmed, packageName(startWords(e.o)))
		if taken(to) {
			to = free(to, taken)
		}
		f.Args["name"], f.Args["wanted"] = name, to
		f.Changes = []finding.Change{{Path: e.path, Key: to}}
	})
}
