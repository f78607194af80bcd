package bundle

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"toolbay/backend/model"
)

// systemNames are the variables of a template that are no setting.
var systemNames = []string{"__dirname", "pathSeparator", "/", "HOME", "DESKTOP", "DOCUMENTS", "DOWNLOADS"}

// Folders are the person's own; "" is not known.
type Folders struct{ Home, Desktop, Documents, Downloads string }

func (f Folders) named(name string) (string, bool) {
	v := map[string]string{"HOME": f.Home, "DESKTOP": f.Desktop, "DOCUMENTS": f.Documents, "DOWNLOADS": f.Downloads}[name]
	return v, v != ""
}

// fill puts the folders into a default; ok is false when one that stands there
// is not known.
func (f Folders) fill(s string) (filled string, ok bool) {
	ok = true
	return expand(s, func(name string) (string, bool) {
		v, known := f.named(name)
		if !known && slices.Contains(systemNames, name) && name != "/" && name != "pathSeparator" {
			ok = false
		}
		return v, known
	}), ok
}

// Values are what is put into a launch.
type Values struct {
	// Dir is where the bundle lies, an absolute path.
	Dir string
	// Answers are by a setting's key; several values of one are one a line. Of
	// a secret only whether it is empty is looked at.
	Answers map[string]string
	Folders Folders
	// Separator is "/", or "\\" on Windows; "" is "/".
	Separator string
	// Secret tells which settings are secrets; nil is what the manifest says.
	Secret func(key string) bool
}

// Filled is a launch with everything put in. Where a secret belongs stands
// ${secret:KEY}.
type Filled struct {
	Command string
	Args    []string
	// Env holds plain values, SecretEnv those with marks of secrets.
	Env, SecretEnv map[string]string
	// Secrets names, sorted, the settings whose marks stand in Args or
	// SecretEnv.
	Secrets []string
	// Dropped are flags that were left out with the optional setting they are
	// for.
	Dropped []string
}

// Substitute puts a person's answers into a launch, each once and never read
// again. Codes: input_unknown for an answer nobody asked for, input_missing,
// input_not_number, input_not_yes_no, input_out_of_range, input_invalid, each
// with the key in "name". No error holds an answer.
func Substitute(l Launch, v Values) (Filled, error) {
	s, err := newSubstitution(l.Settings, v)
	if err != nil {
		return Filled{}, err
	}
	f := Filled{Env: map[string]string{}, SecretEnv: map[string]string{}, Args: []string{}}
	f.Command = s.text(l.Command)
	for i, a := range l.Args {
		before := ""
		if i > 0 {
			before = l.Args[i-1]
		}
		s.argument(a, before, &f)
	}
	for name, template := range l.Env {
		refs, set := s.refs(template)
		if len(refs) > 0 && set == 0 {
			continue // a blank field is no variable, not an empty one
		}
		value := s.text(template)
		if strings.Contains(value, "${secret:") {
			f.SecretEnv[name] = value
		} else {
			f.Env[name] = value
		}
	}
	for key := range s.used {
		f.Secrets = append(f.Secrets, key)
	}
	slices.Sort(f.Secrets)
	return f, nil
}

type substitution struct {
	v        Values
	settings map[string]Setting
	values   map[string][]string
	used     map[string]bool // secrets
}

func newSubstitution(settings []Setting, v Values) (*substitution, error) {
	s := &substitution{v: v, settings: map[string]Setting{}, values: map[string][]string{}, used: map[string]bool{}}
	if v.Separator == "" {
		s.v.Separator = "/"
	}
	for _, one := range settings {
		if v.Secret != nil {
			one.Sensitive = v.Secret(one.Key)
		}
		s.settings[one.Key] = one
		values, err := one.values(v.Answers[one.Key], v.Folders)
		if err != nil {
			return nil, err
		}
		s.values[one.Key] = values
	}
	for key := range v.Answers {
		if _, declared := s.settings[key]; !declared {
			return nil, model.Fail("input_unknown", nil, "name", key)
		}
	}
	return s, nil
}

// values are what a setting is given: the answer, else the default.
func (s Setting) values(answer string, dirs Folders) ([]string, error) {
	fail := func(code string, more ...string) error {
		return model.Fail(code, nil, append([]string{"name", s.Key}, more...)...)
	}
	if s.Sensitive && answer != "" {
		return []string{"${secret:" + s.Key + "}"}, nil
	}
	var out []string
	switch {
	case strings.TrimSpace(answer) == "":
		for _, d := range s.Default {
			v, _ := dirs.fill(d)
			out = append(out, v)
		}
	case s.Multiple:
		for _, line := range strings.Split(answer, "\n") {
			if line = strings.TrimSuffix(line, "\r"); strings.TrimSpace(line) != "" {
				out = append(out, line)
			}
		}
	default:
		out = []string{answer}
	}
	if len(out) == 0 && s.Required {
		return nil, fail("input_missing")
	}
	for i, v := range out {
		if len(v) > maxValue || strings.ContainsRune(v, 0) || strings.Contains(v, "${secret:") {
			// A mark would be filled in with a key later.
			return nil, fail("input_invalid")
		}
		switch s.Type {
		case "number":
			n, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
			if err != nil || math.IsNaN(n) || math.IsInf(n, 0) || strings.ContainsAny(v, "xX_pP") {
				return nil, fail("input_not_number")
			}
			if s.Min != nil && n < *s.Min || s.Max != nil && n > *s.Max {
				return nil, fail("input_out_of_range", "min", bound(s.Min), "max", bound(s.Max))
			}
			out[i] = strings.TrimSpace(v)
		case "boolean":
			switch strings.ToLower(strings.TrimSpace(v)) {
			case "true", "yes", "on", "1":
				out[i] = "true"
			case "false", "no", "off", "0":
				out[i] = "false"
			default:
				return nil, fail("input_not_yes_no")
			}
		}
	}
	return out, nil
}

func bound(f *float64) string {
	if f == nil {
		return "…"
	}
	return strconv.FormatFloat(*f, 'f', -1, 64)
}

// argument puts one argument of the template behind those of f; before is the
// one before it in the template.
func (s *substitution) argument(template, before string, f *Filled) {
	refs, set := s.refs(template)
	if len(refs) == 0 {
		f.Args = append(f.Args, s.text(template))
		return
	}
	if key := refs[0]; template == "${user_config."+key+"}" {
		if set == 0 {
			dropFlag(f, before)
			return
		}
		for _, v := range s.values[key] {
			f.Args = append(f.Args, s.mark(key, v))
		}
		return
	}
	if set == 0 && flagWithValue(template, refs) {
		return
	}
	// --dir=${user_config.dirs} with several folders is said once for each.
	for _, key := range refs {
		if values := s.values[key]; len(refs) == 1 && len(values) > 1 {
			for _, v := range values {
				f.Args = append(f.Args, s.with(template, map[string]string{key: v}))
			}
			return
		}
	}
	f.Args = append(f.Args, s.text(template))
}

// dropFlag leaves out the flag whose value was not given. A switch that takes
// no value stays.
func dropFlag(f *Filled, flag string) {
	if len(f.Args) == 0 || f.Args[len(f.Args)-1] != flag || !strings.HasPrefix(flag, "-") || strings.Trim(flag, "-") == "" ||
		strings.ContainsAny(flag, "=${ ") || slices.Contains(switches, strings.TrimLeft(flag, "-")) {
		return
	}
	f.Args = f.Args[:len(f.Args)-1]
	f.Dropped = append(f.Dropped, flag)
}

var switches = []string{"y", "yes", "v", "verbose", "debug", "quiet", "q", "stdio", "read-only", "readonly", "no-cache", "isolated", "u", "i", "rm", "init", "force", "headless"}

// flagWithValue tells --name=${user_config.x}: without the value there is
// nothing to say.
func flagWithValue(template string, refs []string) bool {
	name, value, ok := strings.Cut(template, "=")
	return ok && strings.HasPrefix(name, "-") && !strings.Contains(name, "${") && len(refs) == 1 && value == "${user_config."+refs[0]+"}"
}

// refs names the settings a template speaks of, and how many of them have a
// value.
func (s *substitution) refs(template string) (keys []string, set int) {
	expand(template, func(name string) (string, bool) {
		key, ok := strings.CutPrefix(name, "user_config.")
		if _, declared := s.settings[key]; ok && declared {
			keys = append(keys, key)
			if len(s.values[key]) > 0 {
				set++
			}
			return "", true
		}
		return "", false
	})
	return keys, set
}

func (s *substitution) text(template string) string { return s.with(template, nil) }

func (s *substitution) with(template string, given map[string]string) string {
	return expand(template, func(name string) (string, bool) {
		switch name {
		case "__dirname":
			return s.v.Dir, true
		case "/", "pathSeparator":
			return s.v.Separator, true
		}
		if v, ok := s.v.Folders.named(name); ok {
			return v, true
		}
		key, ok := strings.CutPrefix(name, "user_config.")
		if _, declared := s.settings[key]; !ok || !declared {
			return "", false
		}
		if v, ok := given[key]; ok {
			return s.mark(key, v), true
		}
		// Several in one text are a list of paths, as PATH is one.
		list := ":"
		if s.v.Separator == `\` {
			list = ";"
		}
		return s.mark(key, strings.Join(s.values[key], list)), true
	})
}

// mark remembers that a secret is used.
func (s *substitution) mark(key, value string) string {
	if strings.HasPrefix(value, "${secret:") {
		s.used[key] = true
	}
	return value
}

// expand puts values into a template in one pass: what was put in is not read
// again, and a name that is not known stays as it is.
func expand(template string, value func(name string) (string, bool)) string {
	var b strings.Builder
	for {
		start := strings.Index(template, "${")
		if start < 0 {
			b.WriteString(template)
			return b.String()
		}
		b.WriteString(template[:start])
		template = template[start:]
		if end := strings.IndexByte(template, '}'); end > 0 {
			if v, ok := value(template[2:end]); ok {
				b.WriteString(v)
				template = template[end+1:]
				continue
			}
		}
		b.WriteString("${")
		template = template[2:]
	}
}
