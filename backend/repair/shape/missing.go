package shape

import (
	"slices"
	"strconv"
	"strings"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// missing finds members without which the app does not take the entry.
func (e *entry) missing() {
	_, address := e.url()
	if !e.hasCommand() && address == "" {
		e.nothing()
		return
	}
	if e.hasCommand() && !e.isRemote() {
		for _, key := range e.reads.Needs {
			if !has(e.o, key) && !has(e.o, "settings") {
				e.add("ENTRY_MISSING_FIELD", func(f *finding.Finding) {
					f.Args["wanted"] = key
					e.set(f, key, []any{})
				})
			}
		}
	}
	if e.d.Name != "" && e.text(e.d.Name) == "" {
		e.add("ENTRY_MISSING_FIELD", func(f *finding.Finding) {
			f.Args["wanted"] = e.d.Name
			e.set(f, e.d.Name, e.name)
		})
	}
}

// nothing is an entry that starts nothing.
func (e *entry) nothing() {
	if slices.ContainsFunc(e.reads.Whole, func(k string) bool { return has(e.o, k) }) || has(e.o, e.d.Nested) && e.d.Nested != "" ||
		slices.ContainsFunc(commandKeys, func(k string) bool { v, _ := e.o.Get(k); return v != nil && v != any("") }) ||
		slices.ContainsFunc(urlKeys, func(k string) bool { v, _ := e.o.Get(k); return v != nil && v != any("") }) {
		return
	}
	if kind := e.text("type"); kind != "" && transportOf(kind) == "" {
		return // a kind of entry of the app's own
	}
	if topKeys[plain(e.name)] && len(e.o) == 0 {
		return // the structure's
	}
	// Where the app merges several files an entry may say only what is other.
	if e.d.Off != nil && !e.reads.NeedsStart && onlyKey(e.o, e.d.Off.Key) {
		return
	}
	if e.d.Off != nil && !e.reads.NeedsStart && isOff(e.o, *e.d.Off) {
		return
	}
	e.add("ENTRY_MISSING_FIELD", func(f *finding.Finding) {
		f.Fix = finding.Confirm
		f.Args["wanted"] = e.commandKey() + " / " + e.d.URLKey("streamable-http")
		if slices.ContainsFunc(e.o, func(m configfile.Member) bool { return isServer(m.Value) }) {
			f.Fix = finding.Never // what is inside it is not to be lost
			return
		}
		f.Needs = "The server " + e.name + " names nothing to start and no address: complete it, or take it out?"
		e.park(f, e.o)
	})
}

func onlyKey(o configfile.Object, key string) bool { return len(o) == 1 && o[0].Key == key }

// dotted is a TOML table whose name has a dot and no quotes: it became a table
// in a table.
func (e *entry) dotted() bool {
	if e.d.Format != configfile.TOML || len(e.o) == 0 || e.d.List != "" {
		return false
	}
	for _, m := range e.o {
		if !isServer(m.Value) || m.Key == "transport" || m.Key == "command" {
			return false
		}
	}
	for _, m := range e.o {
		name := e.name + "." + m.Key
		e.add("ENTRY_INVALID_NAME", func(f *finding.Finding) {
			f.Args["name"], f.Args["wanted"] = name, strconv.Quote(name)
			f.Changes = []finding.Change{{Path: under(e.path, m.Key), To: under(e.parent.path, name)}}
		})
	}
	return true
}

// refused finds members that stop the app.
func (e *entry) refused() {
	_, address := e.url()
	if address != "" && e.hasCommand() {
		e.both()
		return
	}
	list := e.reads.Local
	if address != "" {
		list = e.reads.Remote
	}
	for _, key := range list {
		v, there := e.o.Get(key)
		if !there {
			continue
		}
		e.add("ENTRY_UNSUPPORTED_FIELD", func(f *finding.Finding) {
			e.at(f, key, "")
			if key == "bearer_token" && address != "" {
				name := variable(e.name) + "_MCP_TOKEN"
				f.Args["wanted"] = "bearer_token_env_var"
				f.Needs = "The key of " + e.name + " must move out of the file: set it as " + name + " on this computer, or keep it in Toolbay."
				e.remove(f, key)
				if !has(e.o, "bearer_token_env_var") {
					e.set(f, "bearer_token_env_var", name)
				}
				return
			}
			if o, ok := v.(configfile.Object); ok && len(o) == 0 || isEmptyList(v) {
				f.Fix = finding.Safe
			}
			e.remove(f, key)
		})
	}
}

// variable makes the name of a variable.
func variable(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToUpper(s))
}

// both is an entry with a command and an address.
func (e *entry) both() {
	e.add("ENTRY_MIXED_TRANSPORT", func(f *finding.Finding) {
		if e.reads.Both != "refuses" {
			f.Severity = finding.Warn
		}
		keepURL := e.reads.Both == "url"
		if t := e.transportWord(); t != "" {
			keepURL = t != "stdio"
		}
		f.Needs = "The server " + e.name + " has a command and an address: which one is meant?"
		had := slices.Clone(e.o)
		drop := append(slices.Clone(e.urlKeys()), "headers", "http_headers", "bearer_token_env_var", "env_http_headers")
		if keepURL {
			drop = []string{e.commandKey(), "args", e.d.Env, "cwd", "env_vars"}
		}
		for _, key := range drop {
			if has(e.o, key) {
				e.remove(f, key)
			}
		}
		f.Parked = []finding.Parked{{Name: e.name, Entry: had}}
	})
}
