package recipe

import (
	"strings"

	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

// placeholder finds {name}, {{name}} and ${{name}}. A "$" before a single brace
// is a shell's or an app's own notation and not ours.
var placeholder = pattern.New(`\$?\{\{?\s*([A-Za-z0-9_.-]+)\s*\}?\}`)

// answer gives the text for the input called name: the answer, else the
// default, else its placeholder when it is required. ok is false for an
// optional input that nobody answered.
func (b *builder) answer(name string) (text string, ok bool) {
	in := b.fields.by[name]
	if in == nil {
		return "", false
	}
	if a := b.answers[name]; a != "" {
		if in.Secret {
			b.secrets[name] = true
			return SecretMark(name), true
		}
		if in.Format == "boolean" && len(in.Choices) == 0 {
			return yesNo(a), true
		}
		return noNUL(a), true
	}
	if in.Default != "" {
		return noNUL(in.Default), true
	}
	if !in.Required {
		return "", false
	}
	b.missing[name] = true
	if in.Secret {
		b.secrets[name] = true
		return SecretMark(name), true
	}
	if b.portable {
		name = b.fields.shown(name)
	}
	return "${" + name + "}", true
}

// text gives the value of an input wherever it stands: its fixed value with
// the variables put in, or the answer to it.
func (b *builder) text(in model.Input, name, hint string) (string, bool) {
	if in.Value != "" && !isExample(in.Value) {
		in.Secret = in.Secret || LooksSecret(name)
		return b.expand(in.Value, in.Variables, in)
	}
	return b.answer(key(name, hint))
}

// expand puts answers into a template, once: what is put in is not looked at
// again. ok is false when an optional variable has no answer, because half a
// value helps nobody.
func (b *builder) expand(template string, vars map[string]model.Input, owner model.Input) (string, bool) {
	ok := true
	out := placeholder().ReplaceAllStringFunc(template, func(m string) string {
		name, is := variable(m)
		if !is {
			return m
		}
		v, answered := b.answer(b.fields.resolve(name, vars))
		if !answered {
			ok = false
		}
		if b.escape != nil && !strings.HasPrefix(v, "${") {
			v = b.escape(v)
		}
		return v
	})
	return noNUL(out), ok
}

// variable gives the name in a match of placeholder.
func variable(match string) (string, bool) {
	if strings.HasPrefix(match, "$") && !strings.HasPrefix(match, "${{") {
		return "", false
	}
	return strings.TrimSpace(strings.Trim(match, "${}")), true
}

// example is a value that only shows what could stand there. Real listings
// carry them as fixed values and defaults: "<sauce-user-name>",
// "C:/Users/YourName/…", "/path/to/your/models".
var example = pattern.New(`^<[^<>]+>$|(?i)\byour([-_]|[ ]?(name|api|key|token|password|secret|user|project|access))|[/\\]path[/\\]to[/\\]`)

func isExample(s string) bool { return example().MatchString(s) }

// homeless is a path that only a shell could complete, and no shell reads it:
// "${HOME}/.config/tiger".
var homeless = pattern.New(`^(\$\{?(HOME|USERPROFILE)\}?|%USERPROFILE%)([/\\]|$)`)

// header is a declared header as its maker meant it: no shell or app completes
// ${NAME} there, so it is a placeholder, and one that is called like a key
// holds one.
func header(h model.Input) model.Input {
	h.Value = shellName().ReplaceAllString(h.Value, "{$1}")
	h.Secret = h.Secret || LooksSecret(h.Name)
	return h
}

var shellName = pattern.New(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// noNUL drops what no argument or variable of a process can hold.
func noNUL(s string) string { return strings.ReplaceAll(s, "\x00", "") }

// truth reads the ways in which listings and people say yes.
func truth(s string) bool {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "true", "yes", "on", "1":
		return true
	}
	return false
}

func yesNo(s string) string {
	if truth(s) {
		return "true"
	}
	return "false"
}
