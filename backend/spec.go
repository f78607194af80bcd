package backend

import (
	"sort"

	"toolbay/backend/catalog/recipe"
	"toolbay/backend/launch"
	"toolbay/backend/model"
	"toolbay/backend/text"
)

// specOf is what the launcher needs to start an installed server. It starts
// from the same recipe as the portable form; the installed program stands in
// the place of command and package. It sets no folder: a server works where
// the app starts it, as with npx, and some read the project they stand in.
func specOf(s model.Server) launch.Spec {
	if s.Package.Type == "mcpb" {
		return specOfBundle(s)
	}
	spec := launch.Spec{
		Server: s.ID, Title: s.Title, Command: s.Command, Path: s.Path, KeysIn: s.KeysIn,
		Args: append([]string{}, s.Args...),
	}
	r := recipeOf(s)
	spec.Args = append(append(spec.Args, r.Tail...), s.Arguments...)
	spec.Env, spec.SecretEnv = r.Env, r.SecretEnv
	for name, value := range s.Env {
		if _, asked := r.Env[name]; !asked {
			spec.Env[name] = value
		}
	}
	if s.Container != nil {
		spec.Container, spec.Command = s.Container, ""
	}
	if s.Remote != nil {
		// Answers and keys may have changed since the install.
		remote := *s.Remote
		remote.URL, remote.Headers = r.URL, r.Headers
		spec.Remote, spec.Command = &remote, ""
	}
	spec.Secrets = keysSet(s)
	return spec
}

// keysSet names, sorted, the keys that a server was given.
func keysSet(s model.Server) []string {
	var names []string
	for _, i := range s.Inputs {
		if i.Set {
			names = append(names, i.Name)
		}
	}
	sort.Strings(names)
	return names
}

// recipeOf is the recipe of an installed server with the answers given; a key
// that is set stands in it as a mark, never as its value.
func recipeOf(s model.Server) recipe.Recipe {
	p := s.Package
	declared := map[string]bool{}
	for _, i := range inputsOf(p) {
		declared[i.Name] = true
	}
	answers := map[string]string{}
	for _, i := range s.Inputs {
		if !declared[i.Name] {
			p.Environment = append(append([]model.Input{}, p.Environment...), i.Input)
		}
		if i.Set {
			answers[i.Name] = recipe.SecretMark(i.Name)
		} else if i.Answer != "" {
			answers[i.Name] = i.Answer
		}
	}
	return recipe.Build(p, answers, recipe.Here())
}

func keysFileNeed(why error) model.Need {
	return model.Need{Kind: "risk", Name: "keys-file", Text: text.ForError(why).Message + " " + text.Line("need.keys-file"), Flag: "--accept-risk"}
}
