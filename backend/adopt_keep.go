package backend

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/connect"
	"toolbay/backend/model"
)

// understood are the members of an entry that say what it starts and that are
// exchanged for ours; whatever else says what it starts cannot be.
var understood = []string{"type", "transport", "command", "cmd", "args", "env", "environment", "envs", "url", "uri", "httpUrl", "serverUrl", "headers", "http_headers"}

// otherWords are members that say what is started in ways that only some apps
// know. They are no part of what is exchanged.
var otherWords = []string{
	"arguments", "authorization_token", "bearerToken", "bearer_token", "httpHeaders", "requestInit", "requestOptions",
	"endpoint", "serverURL", "transportType", "config", "workingDirectory", "working_directory", "env_file", "shell",
}

// unfit gives the code why an entry that is understood cannot be taken over: it
// says something about its start that would be lost, names values that only its
// app knows, or has a member twice. What it says besides stays where it is.
func unfit(d clients.Dialect, e clients.Entry, value any, doubled [][]string, keys map[string]string) string {
	o, ok := value.(configfile.Object)
	if !ok {
		return "entry_unclear"
	}
	for _, path := range doubled {
		if len(path) >= len(e.Path) && slices.Equal(path[:len(e.Path)], e.Path) {
			return "entry_doubled"
		}
	}
	for _, m := range o {
		switch {
		case m.Key == d.List || m.Key == d.Name:
		case slices.Contains(otherWords, m.Key) || m.Key == d.Nested && isObject(m.Value):
			return "entry_special"
		case slices.Contains(understood, m.Key) || m.Key == d.Env:
			if code := plainStart(d, m.Key, m.Value); code != "" {
				return code
			}
		case d.Starts(m.Key):
			return "entry_special"
		case slices.ContainsFunc(slices.Collect(maps.Values(keys)), func(key string) bool { return says(m.Value, key) }):
			return "entry_special" // a key would stay in the file
		}
	}
	return ""
}

func isObject(v any) bool { _, ok := v.(configfile.Object); return ok }

// plainStart tells whether a member that says what is started holds plain values
// only.
func plainStart(d clients.Dialect, member string, v any) string {
	switch v := v.(type) {
	case configfile.Object:
		if member == "command" || member == "cmd" {
			return "entry_special"
		}
		for _, m := range v {
			if isObject(m.Value) {
				return "entry_special"
			}
			if code := plainStart(d, m.Key, m.Value); code != "" {
				return code
			}
		}
	case []any:
		for _, e := range v {
			if code := plainStart(d, "", e); code != "" || isObject(e) {
				return "entry_special"
			}
		}
	case string:
		if !d.Keeps(v) || strings.Contains(v, "${") || strings.Contains(v, "{env:") || strings.Contains(v, "{file:") {
			return "entry_refers"
		}
	case nil:
		return "entry_special"
	}
	return ""
}

// says tells whether a text stands somewhere in a value.
func says(v any, text string) bool {
	switch v := v.(type) {
	case configfile.Object:
		return slices.ContainsFunc(v, func(m configfile.Member) bool { return says(m.Value, text) })
	case []any:
		return slices.ContainsFunc(v, func(e any) bool { return says(e, text) })
	case string:
		return strings.Contains(v, text)
	}
	return false
}

// original is an entry as it was before it was adopted. One with keys has its
// text in an item of the keychain, with the keys as they were then.
type original struct {
	App  string   `json:"app"`
	File string   `json:"file"`
	At   string   `json:"at,omitempty"` // as clients.Entry has it
	Name string   `json:"name"`
	Text string   `json:"text,omitempty"`
	Item string   `json:"item,omitempty"`
	Keys []string `json:"keys,omitempty"`
}

const (
	adoptedSetting = "adopted."
	// What an original's item holds besides the keys, each under this and its
	// name.
	itemText = "text"
	itemKey  = "key."
)

// keepOriginals remembers how the entries were, for give-back. made forgets what
// it has put into the keychain.
func (b *Backend) keepOriginals(ctx context.Context, s model.Server, list []connect.Original, keys map[string]string) (err error) {
	var kept []original
	defer func() {
		for _, o := range kept {
			if err != nil {
				b.forgetKept(o.Item)
			}
		}
	}()
	for _, o := range list {
		k := original{App: o.App, File: o.File, At: o.At, Name: o.Name}
		texts := map[string]string{itemText: string(o.Text)}
		for _, name := range slices.Sorted(maps.Keys(keys)) {
			if says(o.Value, keys[name]) {
				k.Keys = append(k.Keys, name)
			}
			texts[itemKey+name] = keys[name]
		}
		if len(k.Keys) > 0 || looksReadable(o.Text) {
			if len(k.Keys) == 0 {
				k.Keys = slices.Sorted(maps.Keys(keys)) // they stand there in another form
			}
			if k.Item, err = b.stash(s.ID, s.KeysIn, texts, true); err != nil {
				return err
			}
		} else {
			k.Text = string(o.Text)
		}
		kept = append(kept, k)
	}
	data, err := json.Marshal(kept)
	if err == nil {
		err = b.store.PutSetting(ctx, adoptedSetting+s.ID, string(data))
	}
	return err
}

// looksReadable tells whether a line of a text looks as if a key stood in it.
func looksReadable(text []byte) bool {
	for line := range bytes.Lines(text) {
		if configfile.MaskSecrets(string(line)) != string(line) {
			return true
		}
	}
	return false
}

func (b *Backend) originals(ctx context.Context, server string) ([]original, error) {
	kept, err := b.store.Setting(ctx, adoptedSetting+server)
	if err != nil || kept == "" {
		return nil, err
	}
	var list []original
	return list, json.Unmarshal([]byte(kept), &list)
}

// wholeOriginals gives originals as they are to be written: with the keys that
// the server has now.
func (b *Backend) wholeOriginals(s model.Server, list []original) (out []connect.Original, err error) {
	var now map[string]string
	for _, o := range list {
		back := connect.Original{App: o.App, File: o.File, At: o.At, Name: o.Name, Text: []byte(o.Text)}
		if o.Item != "" {
			texts, err := b.stashed(s.ID, o.Item)
			if err != nil {
				return nil, err
			}
			back.Text = []byte(texts[itemText])
			if now == nil && len(o.Keys) > 0 {
				if now, err = b.keysIn(s.KeysIn).Get(s.ID, ""); err != nil {
					return nil, err
				}
			}
			for _, name := range o.Keys {
				was, is := texts[itemKey+name], now[name]
				if is == "" {
					return nil, model.Fail("secret_unknown", nil, "name", name, "server", o.Name)
				}
				if was != is {
					before := back.Revise
					back.Revise = func(value configfile.Object) configfile.Object {
						if before != nil {
							value = before(value)
						}
						return withKey(value, name, was, is)
					}
				}
			}
		}
		out = append(out, back)
	}
	return out, nil
}

// spotsOf gives where a key stands in an entry, as paths of members and indexes:
// the variable or header of its name, else the values in which it is found.
func spotsOf(value configfile.Object, name, key string) (out [][]any) {
	for _, m := range value {
		for _, inner := range objectOf(m.Value) {
			if strings.EqualFold(inner.Key, name) && inner.Value == any(key) {
				return [][]any{{m.Key, inner.Key}}
			}
		}
	}
	for _, m := range value {
		if !slices.Contains(understood, m.Key) || m.Key == "command" || m.Key == "cmd" || m.Key == "type" || m.Key == "transport" {
			if _, list := m.Value.([]any); !list || m.Key != "command" {
				continue
			}
		}
		switch v := m.Value.(type) {
		case string:
			if within(v, key) >= 0 {
				out = append(out, []any{m.Key})
			}
		case configfile.Object:
			for _, inner := range v {
				if text, ok := inner.Value.(string); ok && within(text, key) >= 0 {
					out = append(out, []any{m.Key, inner.Key})
				}
			}
		case []any:
			for i, e := range v {
				if text, ok := e.(string); ok && (i > 0 || m.Key != "command") && within(text, key) >= 0 {
					out = append(out, []any{m.Key, i})
				}
			}
		}
	}
	return out
}

func objectOf(v any) configfile.Object { o, _ := v.(configfile.Object); return o }

// within tells where a key stands in a text, alone or behind what leads to a
// value; -1 for nowhere.
func within(text, key string) int {
	for at := 0; key != ""; {
		i := strings.Index(text[at:], key)
		if i < 0 {
			break
		}
		i += at
		end := i + len(key)
		if (i == 0 || strings.ContainsRune("=: /&?@\"',;", rune(text[i-1]))) && (end == len(text) || strings.ContainsRune(" /&?@\"',;", rune(text[end]))) {
			return i
		}
		at = i + 1
	}
	return -1
}

// withKey is an entry with another value of a key where that stands.
func withKey(value configfile.Object, name, was, is string) configfile.Object {
	value = slices.Clone(value)
	put := func(v any) any {
		text, _ := v.(string)
		i := max(within(text, was), 0)
		return text[:i] + is + text[i+len(was):]
	}
	for _, p := range spotsOf(value, name, was) {
		i := slices.IndexFunc(value, func(m configfile.Member) bool { return m.Key == p[0] })
		switch v := value[i].Value.(type) {
		case string:
			value[i].Value = put(v)
		case configfile.Object:
			v = slices.Clone(v)
			at := slices.IndexFunc(v, func(m configfile.Member) bool { return m.Key == p[1] })
			v[at].Value = put(v[at].Value)
			value[i].Value = v
		case []any:
			v = slices.Clone(v)
			v[p[1].(int)] = put(v[p[1].(int)])
			value[i].Value = v
		}
	}
	return value
}
