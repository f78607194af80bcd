package shape

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// flatten takes apart a command or a transport that is an object of its own.
func (e *entry) flatten() {
	for _, key := range startKeys {
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
		if text := strings.TrimSpace(v); text != v && text != "" && !strings.ContainsAny(text, " \t\n") {
			e.add("ENTRY_COMMAND_HAS_ARGS", func(f *finding.Finding) {
				e.at(f, own, "")
				e.set(f, own, text)
			})
			return
		}
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

// packed gives the arguments that somebody wrote as one text in a list, nil when
// there are none: a runner has no use for an argument with blanks in it alone.
func (e *entry) packed(args []string) []string {
	if len(args) != 1 || !runners[base(e.text(e.commandKey()))] {
		return nil
	}
	words, ok := split(args[0])
	if !ok || len(words) < 2 || strings.ContainsAny(words[0], `/\`) && !strings.HasPrefix(words[0], "@") {
		return nil
	}
	return words
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
		if words, ok := texts(v); ok {
			if want = e.packed(words); want == nil {
				return
			}
			fix = finding.Confirm
			break
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
