package run

import (
	"slices"
	"strings"

	"toolbay/backend/pattern"
	"toolbay/backend/repair/finding"
)

var (
	flag     = pattern.New(`^--?([A-Za-z][A-Za-z0-9_.-]*)(?:=(.*))?$`)
	assigned = pattern.New(`^([A-Za-z_][A-Za-z0-9_]*)=(.*)$`)
	headline = pattern.New(`^([A-Za-z][A-Za-z0-9-]*):\s*(.*)$`)
)

// keys reports keys that are missing, never filled in, or in plain sight. They
// are told by the names they stand under: a value never leaves here.
func (c *check) keys(e *entry) {
	names := map[judgement][]string{}
	at := map[judgement]string{}
	own := slices.Contains(e.d.Expands, "{{NAME}}")
	note := func(name, where, value string, j judgement) {
		if j == plain || len(names[j]) >= 20 || j == placeholder && own && strings.Contains(value, "{{") {
			return
		}
		if names[j] == nil {
			at[j] = where
		}
		names[j] = append(names[j], name)
	}
	for _, p := range e.env {
		note(p.name, e.pointer+pointer(e.envAt[len(e.envAt)-1], p.name), p.value, judge(p.name, p.value))
	}
	for _, p := range e.headers {
		if strings.Contains(p.value, "{{") && !c.File.Dialect.Keeps(p.value) {
			continue // the app puts something of its own there
		}
		note(p.name, e.pointer+pointer("headers", p.name), p.value, judge(p.name, p.value))
	}
	if e.url != "" {
		note("url", e.pointer+pointer(e.urlAt[len(e.urlAt)-1]), e.url, judgeAddress(e.url))
	}
	before := ""
	for _, a := range e.args {
		name, j := judgeArgument(before, a)
		note(name, e.pointer+pointer("args"), a, j)
		before = a
	}
	for _, kind := range []struct {
		of   judgement
		code string
	}{{placeholder, "RT_PLACEHOLDER_SECRET"}, {empty, "RT_EMPTY_SECRET"}, {secret, "RT_PLAINTEXT_SECRET"}} {
		if len(names[kind.of]) == 0 {
			continue
		}
		c.report(e, kind.code, func(f *finding.Finding) {
			f.Pointer = at[kind.of]
			f.Args["name"] = names[kind.of][0]
			f.Args["names"] = strings.Join(names[kind.of], ", ")
		})
	}
}

// judgeArgument says what an argument is, given the one before it, and what to
// call it.
func judgeArgument(before, a string) (string, judgement) {
	if m := flag().FindStringSubmatch(a); m != nil {
		if strings.Contains(a, "=") {
			return "--" + m[1], judge(m[1], m[2])
		}
		return a, plain
	}
	if m := flag().FindStringSubmatch(before); m != nil && !strings.Contains(before, "=") {
		switch {
		case m[1] == "e" || m[1] == "env" || m[1] == "H" || m[1] == "header" || m[1] == "headers":
		case a == "":
			return before, judge(m[1], a)
		default:
			if j := judge(m[1], a); j != plain || headline().FindString(a) == "" {
				return before, j
			}
		}
	}
	if m := headline().FindStringSubmatch(a); m != nil && !strings.HasPrefix(m[2], "//") && !aPath().MatchString(a) {
		return m[1], judge(m[1], m[2])
	}
	if m := assigned().FindStringSubmatch(a); m != nil {
		return m[1], judge(m[1], m[2])
	}
	if a == "" {
		return "", plain
	}
	return "an argument", judge("", a)
}
