package shape

import (
	"encoding/json"
	"slices"
	"strings"

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
