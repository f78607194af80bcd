package shape

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// environment brings the variables to the app's own key, and their values to
// texts.
func (e *entry) environment() {
	own := e.d.Env
	for _, key := range envKeys {
		v, there := e.o.Get(key)
		if !there || key == own || key == e.d.ReferenceList {
			continue
		}
		if _, isObject := v.(configfile.Object); !isObject && !pairs(v) {
			if key == "env_vars" && isList(v) {
				e.handedOn(key, v)
			}
			continue
		}
		if key == "variables" && !e.hasCommand() {
			continue
		}
		e.add("ENTRY_WRONG_FIELD_NAME", func(f *finding.Finding) {
			e.at(f, key, own)
			had, both := e.o.Get(own)
			if !both {
				e.rename(f, key, own)
				return
			}
			mine, ok := had.(configfile.Object)
			theirs, ok2 := v.(configfile.Object)
			if !ok || !ok2 {
				f.Fix = finding.Never
				return
			}
			merged := slices.Clone(mine)
			for _, m := range theirs {
				if old, twice := merged.Get(m.Key); !twice {
					merged = append(merged, m)
				} else if old != m.Value {
					f.Fix = finding.Confirm
					f.Needs = "Two values for " + m.Key + " in " + e.name + ": keep the one that " + e.File.App.Name + " reads?"
				}
			}
			e.set(f, own, merged)
			e.remove(f, key)
		})
	}
	for _, key := range []string{"env_keys"} {
		if v, there := e.o.Get(key); there && key != e.d.ReferenceList && isList(v) {
			e.handedOn(key, v)
		}
	}
	e.strings("env", own)
}

// handedOn is a list of variables that another app hands on by their names.
func (e *entry) handedOn(key string, v any) {
	list, _ := v.([]any)
	names, ok := texts(list)
	if !ok || len(names) == 0 {
		return
	}
	if e.d.ReferenceList != "" {
		if !has(e.o, e.d.ReferenceList) {
			e.add("ENTRY_WRONG_FIELD_NAME", func(f *finding.Finding) {
				e.at(f, key, e.d.ReferenceList)
				e.rename(f, key, e.d.ReferenceList)
			})
		}
		return
	}
	if e.d.Reference == "" {
		return
	}
	e.add("ENTRY_WRONG_FIELD_NAME", func(f *finding.Finding) {
		e.at(f, key, e.d.Env)
		had, _ := e.o.Get(e.d.Env)
		env, _ := had.(configfile.Object)
		env = slices.Clone(env)
		for _, n := range names {
			if !has(env, n) {
				env = append(env, configfile.Member{Key: n, Value: e.d.EnvRef(n)})
			}
		}
		e.set(f, e.d.Env, env)
		e.remove(f, key)
	})
}

// pairs tells a list or text of NAME=value.
func pairs(v any) bool {
	_, ok := pairsOf(v, "=")
	return ok
}

// pairsOf reads a list of pairs, of texts or of objects with name and value.
func pairsOf(v any, sign string) (configfile.Object, bool) {
	var list []any
	switch v := v.(type) {
	case []any:
		list = v
	case string:
		if !strings.Contains(v, sign) {
			return nil, false
		}
		list = []any{v}
	}
	out := configfile.Object{}
	for _, item := range list {
		switch item := item.(type) {
		case string:
			name, value, ok := strings.Cut(item, sign)
			if name = strings.TrimSpace(name); !ok || name == "" || strings.ContainsAny(name, " \t") {
				return nil, false
			}
			if sign == ":" {
				value = strings.TrimSpace(value)
			}
			out = append(out, configfile.Member{Key: name, Value: value})
		case configfile.Object:
			name := first(item, "name", "key", "Name", "Key")
			value, ok := written(anyOf(item, "value", "Value", "val", "default"))
			if name == "" && len(item) == 1 {
				name = item[0].Key
				value, ok = written(item[0].Value)
			}
			if name == "" || !ok {
				return nil, false
			}
			out = append(out, configfile.Member{Key: name, Value: value})
		default:
			return nil, false
		}
	}
	return out, len(out) > 0
}

func first(o configfile.Object, keys ...string) string {
	for _, k := range keys {
		if v, _ := o.Get(k); v != nil {
			s, _ := v.(string)
			return s
		}
	}
	return ""
}

func anyOf(o configfile.Object, keys ...string) any {
	for _, k := range keys {
		if v, ok := o.Get(k); ok {
			return v
		}
	}
	return nil
}

// strings brings an object of texts to texts: the environment or headers.
func (e *entry) strings(what, key string) {
	v, there := e.o.Get(key)
	if !there {
		return
	}
	o, isObject := v.(configfile.Object)
	if !isObject {
		sign := "="
		if what == "headers" {
			sign = ":"
		}
		made, ok := pairsOf(v, sign)
		if !ok && !isEmptyList(v) && v != nil && v != any("") {
			e.add("ENTRY_ENV_NOT_STRING", func(f *finding.Finding) {
				e.at(f, key, "")
				f.Fix = finding.Never
			})
			return
		}
		if v == nil && e.d.Format == configfile.YAML {
			return // nothing behind the colon: an empty one
		}
		e.add("ENTRY_ENV_NOT_STRING", func(f *finding.Finding) {
			e.at(f, key, "")
			if made == nil {
				made = configfile.Object{}
			}
			e.set(f, key, made)
		})
		return
	}
	var wrong []string
	fix := finding.Safe
	fixed := make(configfile.Object, 0, len(o))
	for _, m := range o {
		switch v := m.Value.(type) {
		case string:
		case json.Number, bool:
			if _, number := v.(json.Number); number && e.reads.Numbers && what == "env" {
				break
			}
			if e.d.Format == configfile.YAML && e.File.App.ID != "goose" && what == "env" && e.File.App.ID != "continue" {
				break
			}
			wrong = append(wrong, m.Key)
			m.Value, _ = written(v)
		case nil:
			if e.reads.Numbers || e.d.Format == configfile.YAML {
				break
			}
			wrong, fix = append(wrong, m.Key), finding.Confirm
			m.Value = ""
		case []any:
			words, ok := flat(v)
			if wrong = append(wrong, m.Key); !ok {
				fix = finding.Never
				break
			}
			fix = finding.Confirm
			m.Value = strings.Join(words, ",")
		default:
			wrong, fix = append(wrong, m.Key), finding.Never
		}
		fixed = append(fixed, m)
	}
	if len(wrong) == 0 {
		return
	}
	e.add("ENTRY_ENV_NOT_STRING", func(f *finding.Finding) {
		f.Pointer = pointer(under(e.path, key, wrong[0]))
		f.Args["found"] = strings.Join(wrong, ", ")
		if f.Fix = fix; fix == finding.Never {
			return
		}
		for _, name := range wrong {
			v, _ := fixed.Get(name)
			f.Changes = append(f.Changes, finding.Change{Path: under(e.path, key, name), Value: v})
		}
		for i := range e.o {
			if e.o[i].Key == key {
				e.o[i].Value = fixed
			}
		}
	})
}

// address brings the URL to the app's own key.
func (e *entry) address() {
	own := e.urlKeys()
	if e.reads.NoRemote {
		own = []string{"url"}
	}
	transport := e.transport()
	want := e.d.URLKey(transport)
	for _, key := range urlKeys {
		v, _ := e.o.Get(key)
		address, text := v.(string)
		address = strings.TrimSpace(address)
		if !text || address == "" || key == want || !isURL(address) && !strings.Contains(address, "${") && !strings.Contains(address, "{env:") {
			continue
		}
		if e.hasCommand() && (key == "address" || key == "endpoint" || key == "href" || key == "baseUrl" || key == "uri") {
			continue
		}
		maybe := slices.Contains(e.reads.Maybe, key)
		if slices.Contains(own, key) && !maybe && !e.otherTransport(key, transport) || has(e.o, want) {
			continue
		}
		e.add("ENTRY_WRONG_URL_FIELD", func(f *finding.Finding) {
			e.at(f, key, want)
			if maybe {
				f.Severity = finding.Warn
			}
			if slices.Contains(own, key) && !maybe && e.transportWord() == "" {
				f.Severity, f.Fix = finding.Warn, finding.Confirm
			}
			e.rename(f, key, want)
			// The key of the address said the transport, too.
			if kind, rk := e.typeFor("streamable-http"), e.remoteTypeKey(); (key == "httpUrl" || key == "http_url" || key == "httpURL") && kind != "" && !has(e.o, rk) && !e.anyType() {
				e.set(f, rk, kind)
			}
			if kind, rk := e.typeFor("sse"), e.remoteTypeKey(); (key == "sseUrl" || key == "sse_url") && kind != "" && !has(e.o, rk) && !e.anyType() {
				e.set(f, rk, kind)
			}
		})
		return
	}
}

// otherTransport tells whether an app that has a key for each transport has
// this address under the wrong one.
func (e *entry) otherTransport(key, transport string) bool {
	return e.d.Remote != nil && len(e.d.Remote.URLs) > 0 && e.d.URLKey(transport) != key &&
		(e.transportWord() != "" || transport == "streamable-http" && strings.HasSuffix(strings.TrimRight(e.text(key), "/"), "/mcp"))
}

// transportWord is what the entry's type means, "" for none or an unknown word.
func (e *entry) transportWord() string {
	for _, key := range typeKeys {
		if t := transportOf(e.text(key)); t != "" {
			return t
		}
	}
	return ""
}

// transport is what the entry speaks, as far as it says.
func (e *entry) transport() string {
	address := ""
	for _, key := range urlKeys {
		if s := e.text(key); s != "" {
			address = s
			if key == "httpUrl" && e.transportWord() == "" {
				return "streamable-http"
			}
			break
		}
	}
	switch e.transportWord() {
	case "sse":
		return "sse"
	case "streamable-http":
		if plain(e.text("type")) == "remote" {
			return transportByURL(address)
		}
		return "streamable-http"
	}
	return transportByURL(address)
}

// headers brings the headers to the app's own key.
func (e *entry) headers() {
	own := "headers"
	if e.d.Remote != nil {
		own = e.d.Remote.Headers
	}
	_, address := e.url()
	if address == "" || e.d.Remote == nil {
		return // or nobody knows how this app has them
	}
	outer, inner, nested := strings.Cut(own, "/")
	for _, key := range headerKeys {
		v, there := e.o.Get(key)
		if !there || key == own || !isObject(v) && !isList(v) {
			continue
		}
		e.add("ENTRY_WRONG_FIELD_NAME", func(f *finding.Finding) {
			e.at(f, key, strings.ReplaceAll(own, "/", " > "))
			switch {
			case nested:
				hold, _ := e.o.Get(outer)
				o, _ := hold.(configfile.Object)
				if has(o, inner) {
					f.Fix = finding.Never
					return
				}
				e.set(f, outer, append(slices.Clone(o), configfile.Member{Key: inner, Value: v}))
				e.remove(f, key)
			case has(e.o, own):
				f.Fix = finding.Never
			default:
				e.rename(f, key, own)
			}
		})
	}
	for _, key := range headerHolds {
		v, _ := e.o.Get(key)
		o, _ := v.(configfile.Object)
		h, there := o.Get("headers")
		if !there || nested && key == outer || has(e.o, own) {
			continue
		}
		e.add("ENTRY_WRONG_FIELD_NAME", func(f *finding.Finding) {
			e.at(f, key, strings.ReplaceAll(own, "/", " > "))
			if nested {
				e.set(f, outer, configfile.Object{{Key: inner, Value: h}})
			} else {
				e.set(f, own, h)
			}
			rest := slices.DeleteFunc(slices.Clone(o), func(m configfile.Member) bool { return m.Key == "headers" })
			if len(rest) == 0 {
				e.remove(f, key)
			} else {
				e.set(f, key, rest)
			}
		})
	}
	if !nested {
		e.tokens(own)
		e.strings("headers", own)
	}
}

// tokens turns the names of variables that another app puts into headers into
// this app's references.
func (e *entry) tokens(own string) {
	if e.d.Reference == "" || e.d.ReferenceList != "" || e.File.App.ID == "codex" {
		return
	}
	add := func(key, header, value string) {
		e.add("ENTRY_WRONG_FIELD_NAME", func(f *finding.Finding) {
			e.at(f, key, own)
			had, _ := e.o.Get(own)
			o, _ := had.(configfile.Object)
			if !has(o, header) {
				e.set(f, own, append(slices.Clone(o), configfile.Member{Key: header, Value: value}))
			}
			e.remove(f, key)
		})
	}
	if name := e.text("bearer_token_env_var"); name != "" {
		add("bearer_token_env_var", "Authorization", "Bearer "+e.d.EnvRef(name))
	}
}

// anyType tells an app that does not look at the type of an address.
func (e *entry) anyType() bool {
	if e.reads.AnyType || e.d.Remote == nil {
		return true
	}
	for _, v := range e.d.Remote.Types {
		if v != "" {
			return false
		}
	}
	return true
}

func (e *entry) localTypeKey() string { return cmp.Or(e.d.TypeKey, "type") }

func (e *entry) remoteTypeKey() string {
	if e.d.Remote == nil {
		return "type"
	}
	return cmp.Or(e.d.Remote.TypeKey, e.d.TypeKey, "type")
}

// typeFor is this app's word for a transport.
func (e *entry) typeFor(transport string) string {
	if transport == "stdio" {
		return cmp.Or(e.d.Type, "stdio")
	}
	if e.d.Remote == nil {
		return ""
	}
	if v, ok := e.d.Remote.Types[transport]; ok {
		return v
	}
	if transport == "sse" && slices.Contains(e.reads.Types, "sse") {
		return "sse"
	}
	return e.d.Remote.Types["streamable-http"]
}

// takes tells whether the app knows a word for the type.
func (e *entry) takes(word string) bool {
	if word == e.d.Type || slices.Contains(e.reads.Types, word) {
		return true
	}
	if e.d.Remote != nil {
		for _, v := range e.d.Remote.Types {
			if v == word {
				return true
			}
		}
	}
	return false
}

// kind brings the type to the app's own key and words.
func (e *entry) kind() {
	_, address := e.url()
	remote := e.isRemote()
	if !remote && !e.hasCommand() {
		return
	}
	if remote && (e.anyType() || e.reads.NoRemote) || !remote && e.d.TypeKey == "source" {
		return
	}
	own := e.localTypeKey()
	if remote {
		own = e.remoteTypeKey()
	}
	if !has(e.o, own) {
		for _, alias := range typeKeys {
			word := e.text(alias)
			if alias == own || transportOf(word) == "" || alias == "type" && !remote && !e.reads.NeedsType || !remote && !e.reads.NeedsType {
				continue
			}
			if alias == "type" && own == "transport" && e.typeFor(transportOf(word)) == e.typeFor("streamable-http") && e.reads.NoType == "" {
				continue // what the app takes it for anyway
			}
			e.add("ENTRY_WRONG_FIELD_NAME", func(f *finding.Finding) {
				e.at(f, alias, own)
				e.rename(f, alias, own)
				if !e.takes(word) {
					e.set(f, own, e.typeFor(e.meant(word, remote, address)))
				}
			})
			return
		}
	}
	v, there := e.o.Get(own)
	word, text := v.(string)
	switch {
	case !there || v == nil || text && word == "":
		e.noType(own, remote, address)
	case !text:
		e.wrongType(own, "", remote, address, false)
	case remote && transportOf(word) == "stdio" || !remote && transportOf(word) != "stdio" && transportOf(word) != "":
		if e.takes(word) || remote || e.reads.NeedsType {
			e.wrongType(own, word, remote, address, false)
		}
	case !e.takes(word):
		known := transportOf(word) != ""
		if !remote && !known && e.d.Type == "" && e.anyType() {
			return
		}
		if !remote && e.d.Type == "" && !slices.Contains(e.reads.Types, "stdio") {
			return // it does not look at the type of a command
		}
		e.wrongType(own, word, remote, address, known)
	}

}

// meant is the transport that a word of another app means here.
func (e *entry) meant(word string, remote bool, address string) string {
	t := transportOf(word)
	if !remote {
		return "stdio"
	}
	if t == "" || t == "stdio" || t == "ws" || plain(word) == "remote" {
		return transportByURL(address)
	}
	return t
}

func (e *entry) wrongType(own, word string, remote bool, address string, sure bool) {
	want := e.typeFor(e.meant(word, remote, address))
	if want == "" || want == word {
		return
	}
	e.add("ENTRY_WRONG_TYPE_VALUE", func(f *finding.Finding) {
		e.at(f, own, "")
		f.Args["found"], f.Args["wanted"] = word, want
		if !sure {
			f.Fix = finding.Confirm
		}
		e.set(f, own, want)
	})
}

// noType is an entry that does not say of what kind it is.
func (e *entry) noType(own string, remote bool, address string) {
	if !remote {
		if e.reads.NeedsType && e.d.Type != "" {
			e.add("ENTRY_MISSING_FIELD", func(f *finding.Finding) {
				e.at(f, own, "")
				e.set(f, own, e.d.Type)
			})
		}
		return
	}
	transport := transportByURL(address)
	want := e.typeFor(transport)
	if e.reads.NoType == "" || want == "" || e.reads.NoType == "sse" && transport == "sse" {
		return
	}
	e.add("ENTRY_REMOTE_MISSING_TYPE", func(f *finding.Finding) {
		f.Args["wanted"] = want
		if e.reads.NoType == "sse" {
			f.Severity, f.Fix = finding.Warn, finding.Confirm
			f.Needs = e.File.App.Name + " takes the address of " + e.name + " for the older kind of connection: is it the newer one?"
		}
		e.set(f, own, want)
	})
}

// off brings the switch to the app's own member.
func (e *entry) off() {
	if e.d.Off == nil || has(e.o, e.d.Off.Key) {
		return
	}
	for _, m := range e.o {
		off, is := offKeys[m.Key]
		value, isBool := m.Value.(bool)
		if text, ok := m.Value.(string); ok {
			isBool = text == "true" || text == "false"
			value = text == "true"
		}
		if !is || !isBool || m.Key == e.d.Off.Key {
			continue
		}
		isOff := value == off
		if !isOff && !e.d.SaysOn {
			continue // on is what the app takes it for
		}
		want := e.d.Off.Value == isOff
		e.add("ENTRY_WRONG_FIELD_NAME", func(f *finding.Finding) {
			e.at(f, m.Key, e.d.Off.Key)
			e.rename(f, m.Key, e.d.Off.Key)
			if v, _ := e.o.Get(e.d.Off.Key); v != any(want) {
				e.set(f, e.d.Off.Key, want)
			}
		})
		return
	}
}

// values finds truths and numbers that are written as texts.
func (e *entry) values() {
	for _, m := range slices.Clone(e.o) {
		text, ok := m.Value.(string)
		if !ok {
			continue
		}
		var want any
		_, isSwitch := offKeys[m.Key]
		switch {
		case (isSwitch && (e.d.Off != nil && e.d.Off.Key == m.Key) || m.Key == "trust") && (text == "true" || text == "false"):
			want = text == "true"
		case m.Key == "timeout" || strings.HasPrefix(m.Key, "startup_timeout") || m.Key == "tool_timeout_sec":
			if _, err := strconv.Atoi(text); err == nil {
				want = json.Number(text)
			}
		}
		if want == nil {
			continue
		}
		e.add("ENTRY_WRONG_VALUE_TYPE", func(f *finding.Finding) {
			e.at(f, m.Key, "")
			e.set(f, m.Key, want)
		})
	}
}

// timeout converts the times of apps whose key says the unit.
func (e *entry) timeout() {
	unit := e.reads.Timeout
	if e.File.App.ID == "codex" {
		v, there := e.o.Get("timeout")
		n, ok := v.(json.Number)
		ms, err := strconv.Atoi(n.String())
		if !there || !ok || err != nil || has(e.o, "tool_timeout_sec") {
			return
		}
		e.add("ENTRY_WRONG_FIELD_NAME", func(f *finding.Finding) {
			f.Fix, f.Severity = finding.Confirm, finding.Warn
			e.at(f, "timeout", "tool_timeout_sec")
			if ms >= 1000 {
				ms /= 1000
			}
			e.rename(f, "timeout", "tool_timeout_sec")
			e.set(f, "tool_timeout_sec", json.Number(strconv.Itoa(ms)))
		})
		return
	}
	if unit == "" || has(e.o, "timeout") {
		return
	}
	for key, of := range map[string]int{"tool_timeout_sec": 1000, "timeout_seconds": 1000, "timeoutSeconds": 1000, "timeoutMs": 1, "timeout_ms": 1} {
		v, there := e.o.Get(key)
		n, ok := v.(json.Number)
		value, err := strconv.ParseFloat(n.String(), 64)
		if !there || !ok || err != nil || value <= 0 || value > 1e9 {
			continue
		}
		ms := int(value * float64(of))
		if unit == "s" {
			ms = max(1, ms/1000)
		}
		e.add("ENTRY_WRONG_FIELD_NAME", func(f *finding.Finding) {
			e.at(f, key, "timeout")
			e.rename(f, key, "timeout")
			if v, _ := e.o.Get("timeout"); v != any(json.Number(strconv.Itoa(ms))) {
				e.set(f, "timeout", json.Number(strconv.Itoa(ms)))
			}
		})
		return
	}
}

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

// remoteToProgram bridges an address for an app that starts programs only.
func (e *entry) remoteToProgram() {
	if !e.reads.NoRemote || e.hasCommand() {
		return
	}
	var key, address string
	for _, k := range urlKeys {
		if v := e.text(k); isURL(v) {
			key, address = k, strings.TrimSpace(v)
			break
		}
	}
	if address == "" {
		return
	}
	e.add("ENTRY_REMOTE_UNSUPPORTED", func(f *finding.Finding) {
		e.at(f, key, "")
		f.Needs = "Connect " + e.name + " through a small program (mcp-remote), or add it in " + e.File.App.Name + " under Settings, Connectors, instead?"
		l := clients.Launch{Command: "npx", Args: []string{"-y", "mcp-remote", address}}
		had, _ := e.o.Get(e.d.Env)
		env, _ := had.(configfile.Object)
		env = slices.Clone(env)
		v, _ := e.o.Get("headers")
		headers, _ := v.(configfile.Object)
		for _, h := range headers {
			value, ok := h.Value.(string)
			if !ok {
				f.Fix = finding.Never
				return
			}
			name := headerVariable(h.Key)
			l.Args = append(l.Args, "--header", h.Key+":${"+name+"}")
			env = append(env, configfile.Member{Key: name, Value: value})
		}
		if transportOf(e.text("type")) == "sse" {
			l.Args = append(l.Args, "--transport", "sse-only")
		}
		for _, k := range []string{key, "type", "headers", "transport"} {
			if has(e.o, k) {
				e.remove(f, k)
			}
		}
		e.set(f, e.commandKey(), l.Command)
		e.set(f, "args", anys(l.Args))
		if len(env) > 0 {
			e.set(f, e.d.Env, env)
		}
	})
}

// headerVariable is a variable for the value of a header.
func headerVariable(header string) string {
	if strings.EqualFold(header, "Authorization") {
		return "AUTH_HEADER"
	}
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToUpper(header)) + "_HEADER"
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

func isOff(o configfile.Object, s clients.Switch) bool {
	v, _ := o.Get(s.Key)
	return v == any(s.Value)
}
