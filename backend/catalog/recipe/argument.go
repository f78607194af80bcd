package recipe

import (
	"strings"

	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

// group is what one declared argument becomes: a flag, a flag with its value,
// or a value.
type group struct {
	tokens []string
	named  bool
}

// The three meanings a named argument without any value can have.
const (
	valued    = iota // it takes a value
	fixedFlag        // it always stands there
	toggle           // the user switches it on
)

// saysToggle begins the description of every real flag in the registry that
// forgot to say "boolean".
var saysToggle = pattern.New(`(?i)^(use|run|enable|disable|flag|automatically|allow|skip|whether|turn|if set|do not|only|force|don't|activate)\b`)

// isFlag tells which of the three a is. The schema does not say: 24 servers of
// 1,108 leave it open.
func isFlag(a model.Argument, packageType string, runtime bool) int {
	if positional(a) || a.Value != "" || a.Secret || a.Default != "" || a.ValueHint != "" || a.Placeholder != "" || len(a.Choices) > 0 {
		return valued
	}
	if runtime && switches(packageType)[dashed(a.Name)] {
		return fixedFlag
	}
	if a.Format == "boolean" {
		return toggle
	}
	if runtime && takesValue(packageType)[dashed(a.Name)] {
		return fixedFlag // its value is the next positional argument
	}
	switch {
	case a.Format != "":
		return valued
	case a.Required || LooksSecret(a.Name):
		return valued
	case a.Description == "":
		return fixedFlag
	case saysToggle().MatchString(a.Description):
		return toggle
	}
	return valued
}

// positional tells whether an argument has no name of its own; type "" is in
// five live records.
func positional(a model.Argument) bool {
	switch a.Kind {
	case "positional":
		return true
	case "named":
		return false
	}
	return !strings.HasPrefix(a.Name, "-")
}

// dashed puts dashes before a name that has none: in six servers (52
// arguments) the publisher left them out, and none of those programs takes
// the bare word.
func dashed(name string) string {
	name = strings.TrimSpace(name)
	switch {
	case name == "" || strings.HasPrefix(name, "-") || strings.HasPrefix(name, "/") || strings.HasPrefix(name, "+"):
		return name
	case len(name) == 1:
		return "-" + name
	}
	return "--" + name
}

// arguments turns declared arguments into what stands on the command line.
func (b *builder) arguments(list []model.Argument) []group { return b.groups(list, false) }

func (b *builder) groups(list []model.Argument, runtime bool) []group {
	var out []group
	for _, a := range list {
		if positional(a) {
			v, ok := b.text(a.Input, "", firstOf(a.Name, a.ValueHint))
			if a.Value == "" && key("", firstOf(a.Name, a.ValueHint)) == "" {
				b.warn("argument-empty")
				continue
			}
			for _, one := range b.several(a, v, ok, "") {
				out = append(out, group{tokens: []string{one}})
			}
			continue
		}
		name := dashed(a.Name)
		if name != strings.TrimSpace(a.Name) {
			b.warn("named-without-dash:" + a.Name)
		}
		switch isFlag(a, b.p.Type, runtime) {
		case fixedFlag:
			out = append(out, group{[]string{name}, true})
			continue
		case toggle:
			if v, ok := b.answer(key(a.Name, "")); ok && truth(v) {
				out = append(out, group{[]string{name}, true})
			}
			continue
		}
		v, ok := b.text(a.Input, a.Name, "")
		if ok && !runtime && b.byVariable(a, v) {
			continue
		}
		if ok && a.Format == "boolean" && len(a.Choices) == 0 {
			if truth(v) {
				out = append(out, group{[]string{name}, true})
			}
			continue
		}
		for _, one := range b.several(a, v, ok, a.Name) {
			if b.holdsSecret(one) && !runtime {
				b.warn("secret-in-argument:" + key(a.Name, ""))
			}
			if strings.HasSuffix(name, "=") {
				out = append(out, group{[]string{name + one}, true})
			} else {
				out = append(out, group{[]string{name, one}, true})
			}
		}
	}
	return out
}

// byVariable keeps a key off the command line, where everybody on the computer
// can read it: an optional argument whose key the listing also takes as a
// variable is left out, and the variable gets the key unless it has one.
func (b *builder) byVariable(a model.Argument, value string) bool {
	name := key(a.Name, "")
	if a.Value != "" || a.Required || value != SecretMark(name) {
		return false
	}
	for _, e := range b.p.Environment {
		in := b.fields.by[e.Name]
		if e.Value != "" || in == nil || !in.Secret || !endsAlike(split(e.Name), split(name)) {
			continue
		}
		if _, given := b.r.SecretEnv[e.Name]; !given {
			b.setEnv(e.Name, value)
		}
		b.warn("secret-by-variable:" + name)
		return true
	}
	return false
}

// endsAlike tells whether both end in the same word and all other words of
// short stand in long in their order: MDB_MCP_API_CLIENT_SECRET and
// --apiClientSecret.
func endsAlike(long, short []string) bool {
	if len(long) == 0 || len(short) == 0 || long[len(long)-1] != short[len(short)-1] {
		return false
	}
	i := 0
	for _, w := range long {
		if i < len(short) && w == short[i] {
			i++
		}
	}
	return i == len(short)
}

// several gives the values of an argument: one, or one a line when it may be
// repeated. Where the lines are a variable's, the text around it stands in each:
// "{paths}:{paths}" makes a mount of every path.
func (b *builder) several(a model.Argument, v string, ok bool, name string) []string {
	if !ok || v == "" {
		return nil
	}
	if !a.Repeated {
		return []string{v}
	}
	if a.Value == "" {
		return lines(v)
	}
	one := b.fields.only(a.Input)
	answer := b.answers[one]
	if one == "" || !strings.Contains(answer, "\n") {
		return []string{v}
	}
	defer func() { b.answers[one] = answer }()
	var out []string
	for _, line := range lines(answer) {
		b.answers[one] = line
		if v, ok := b.text(a.Input, name, ""); ok && v != "" {
			out = append(out, v)
		}
	}
	return out
}

func lines(v string) []string {
	var out []string
	for _, line := range strings.Split(v, "\n") {
		if line = strings.TrimRight(line, "\r"); line != "" {
			out = append(out, line)
		}
	}
	return out
}

func (b *builder) flat(groups []group) []string {
	var out []string
	for _, g := range groups {
		out = append(out, g.tokens...)
	}
	return out
}
