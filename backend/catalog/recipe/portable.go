package recipe

import (
	"strings"

	"toolbay/backend/model"
)

// Portable is Build in the form that is shown to people and written where
// others read it. Inputs are called as the listing calls them, a named
// argument's with its dashes; an unanswered required input stands as ${name},
// and so does every secret, answered or not. Env holds the variables of
// SecretEnv too, and Secrets names every input that is a secret.
func Portable(p model.Package, answers map[string]string, pl Platform) Recipe {
	b := newBuilder(p, answers)
	b.portable = true
	r := b.build(pl)
	var marks []string
	for _, name := range r.Secrets {
		marks = append(marks, SecretMark(name), "${"+b.fields.shown(name)+"}")
	}
	unmark := strings.NewReplacer(marks...).Replace
	for _, list := range [][]string{r.Args, r.Tail} {
		for i, s := range list {
			list[i] = unmark(s)
		}
	}
	for k, v := range r.SecretEnv {
		r.Env[k] = unmark(v)
	}
	for k, v := range r.Headers {
		r.Headers[k] = unmark(v)
	}
	r.URL, r.SecretEnv = unmark(r.URL), map[string]string{}
	secrets := map[string]bool{}
	for i, in := range r.Inputs {
		r.Inputs[i].Name = b.fields.shown(in.Name)
		if in.Secret {
			secrets[r.Inputs[i].Name] = true
		}
	}
	r.Secrets = sortedKeys(secrets)
	for _, list := range [][]string{r.Files, r.Lists, r.Missing} {
		for i, s := range list {
			list[i] = b.fields.shown(s)
		}
	}
	return r
}

// shown is what the listing calls the input called name.
func (f *fields) shown(name string) string {
	if s := f.declared[name]; s != "" {
		return s
	}
	return name
}
