package paste

import (
	"strings"

	"toolbay/backend/catalog/recipe"
	"toolbay/backend/model"
)

// choose gives the package of a server.json that fits this computer best.
func choose(packages []model.Package) int {
	return recipe.Choose(packages, recipe.Here(), nil)
}

// keysOut takes keys out of a package that somebody wrote down whole: fixed
// values and defaults of what is a secret, and keys inside others.
func (f *Found) keysOut() {
	k := &keeper{secrets: f.Secrets, inputs: map[string]model.Input{}, warned: map[string]bool{}}
	one := func(in model.Input) model.Input {
		secret := in.Secret || recipe.LooksSecret(in.Name)
		for _, at := range []*string{&in.Value, &in.Default} {
			switch {
			case *at == "" || strings.Contains(*at, "{"):
			case (secret || looksKey(*at)) && standsFor(*at):
				*at, in.Required, in.Secret = "", true, true
			case secret || looksKey(*at):
				if in.Name == "" {
					in.Name = "key"
				}
				f.Secrets[strings.TrimLeft(in.Name, "-")] = *at
				*at, in.Required, in.Secret = "", true, true
			case strings.Contains(*at, "://"):
				t := k.template(k.address(*at))
				*at = t.Value
				for name, v := range t.Variables {
					if in.Variables == nil {
						in.Variables = map[string]model.Input{}
					}
					in.Variables[name] = v
				}
			}
		}
		return in
	}
	p := &f.Package
	for _, list := range [][]model.Input{p.Environment, p.Headers} {
		for i := range list {
			list[i] = one(list[i])
		}
	}
	for _, list := range [][]model.Argument{p.PackageArguments, p.RuntimeArguments} {
		for i := range list {
			list[i].Input = one(list[i].Input)
		}
	}
	for name, v := range p.Variables {
		v.Name = name
		v = one(v)
		v.Name = ""
		p.Variables[name] = v
	}
	if p.URL != "" {
		in := k.template(k.address(p.URL))
		p.URL = in.Value
		if p.Type == "remote" {
			p.Identifier = p.URL
		}
		for name, v := range in.Variables {
			if p.Variables == nil {
				p.Variables = map[string]model.Input{}
			}
			if _, have := p.Variables[name]; !have {
				p.Variables[name] = v
			}
		}
	}
	for code := range k.warned {
		f.warn(code)
	}
}
