package backend

import (
	"cmp"
	"context"
	"sort"

	"toolbay/backend/catalog/recipe"
	"toolbay/backend/model"
	"toolbay/backend/text"
)

// consents is what the plan asks a person to agree to; agreed is a yes to
// downloads.
func (in *installation) consents(agreed bool) (needs []model.Need) {
	for _, n := range in.offer.Needs {
		if n.Kind != "risk" || !in.req.AcceptRisk {
			needs = append(needs, n)
		}
	}
	if agreed {
		return needs
	}
	for _, f := range in.offer.Fetch {
		needs = append(needs, model.Need{Kind: "download", Name: f.Name, Text: needLine(f.Name, f.Version, f.Size), Flag: "--yes"})
	}
	if in.offer.Node != nil {
		needs = append(needs, model.Need{Kind: "download", Name: "node", Text: needLine("node", in.offer.Node.Version, in.offer.Node.Size), Flag: "--yes"})
	}
	if in.offer.Package.Type == "remote" {
		host := hostOf(in.offer.Package.URL)
		return append(needs, model.Need{Kind: "download", Name: host, Text: text.Line("need.remote", "title", in.title, "host", host), Flag: "--yes"})
	}
	if in.offer.Package.Type == "local" {
		return append(needs, model.Need{Kind: "download", Name: in.offer.Package.Identifier, Text: text.Line("need.local"), Flag: "--yes"})
	}
	words := text.Line("need.download", "title", in.title, "version", in.offer.Package.Version)
	if in.offer.Package.Version == "" {
		words = text.Line("need.download.any", "title", in.title)
	}
	if hosts := text.Hosts(in.offer.Package.Hosts); hosts != "" {
		words += " " + hosts
	}
	for _, note := range in.offer.Notes {
		words += " " + note
	}
	return append(needs, model.Need{Kind: "download", Name: in.offer.Package.Identifier, Text: words, Flag: "--yes"})
}

// needLine says what is fetched first, with its size where that is known.
func needLine(name, version string, size int64) string {
	if size <= 0 {
		name += ".any"
	}
	return text.Line("need."+name, "version", version, "size", megabytes(size))
}

// look asks the package's own registry, or the package itself, what would be
// fetched.
func (in *installation) look(ctx context.Context) (err error) {
	if err := in.b.mayFetch(ctx, in.ref.pack(), in.req.Yes); err != nil {
		return err
	}
	plan := in.b.plan
	if in.straight {
		plan = in.b.planAgreed
	}
	if in.offer, err = plan(ctx, in.ref.pack()); err != nil {
		return in.ref.otherWays(err)
	}
	if in.ref.listing.Title == "" && in.offer.Title != "" {
		in.title = in.offer.Title
	}
	in.ref.listing.Publisher = cmp.Or(in.ref.listing.Publisher, in.offer.Publisher)
	return nil
}

// needed turns open needs into the error that names them: input_needed when
// something must be supplied, else consent_needed.
func needed(needs []model.Need) error {
	if len(needs) == 0 {
		return nil
	}
	code := "consent_needed"
	for _, n := range needs {
		if n.Kind == "input" || n.Kind == "secret" {
			code = "input_needed"
		}
	}
	e := model.Fail(code, nil)
	e.Needs = needs
	return e
}

// answer matches what was given against what the package asks for.
func (in *installation) answer(ctx context.Context) ([]model.Need, error) {
	in.inputs = in.offer.Inputs
	if in.inputs == nil {
		in.inputs = inputsOf(in.ref.pack())
	}
	known := map[string]model.Input{}
	for _, i := range in.inputs {
		known[i.Name] = i
	}
	in.values = map[string]string{}
	for name, v := range in.req.Answers {
		i, ok := known[name]
		switch {
		case !ok && !envName(name):
			return nil, model.Fail("input_unknown", nil, "name", name)
		case !ok:
			i = model.Input{Name: name}
			in.inputs = append(in.inputs, i)
		case i.Secret:
			return nil, model.Fail("secret_as_answer", nil, "name", name)
		}
		if !ok && recipe.LooksSecret(name) {
			return nil, model.Fail("secret_as_answer", nil, "name", name)
		}
		if err := recipe.Check(i, v); err != nil {
			return nil, err
		}
		in.values[name] = v
	}
	for name, v := range in.req.Secrets {
		if v == "" {
			return nil, model.Fail("secret_missing", nil, "name", name)
		}
		if err := recipe.Check(known[name], v); err != nil {
			return nil, err
		}
		if _, ok := known[name]; !ok {
			if !envName(name) {
				return nil, model.Fail("input_unknown", nil, "name", name)
			}
			in.inputs = append(in.inputs, model.Input{Name: name, Secret: true})
		}
	}
	for name := range in.kept {
		if _, ok := known[name]; !ok {
			in.inputs = append(in.inputs, model.Input{Name: name, Secret: true})
		}
	}
	sort.SliceStable(in.inputs[len(known):], func(a, b int) bool {
		rest := in.inputs[len(known):]
		return rest[a].Name < rest[b].Name
	})

	var needs []model.Need
	for _, i := range in.inputs {
		_, answered := in.values[i.Name]
		_, secret := in.req.Secrets[i.Name]
		if answered || secret || in.kept[i.Name] || !i.Required || i.Default != "" {
			continue
		}
		n := model.Need{Kind: "input", Name: i.Name, Text: about(i), Flag: "--answer " + i.Name + "="}
		if i.Secret {
			n.Kind, n.Flag = "secret", "--secret "+i.Name+"=-"
		}
		needs = append(needs, n)
	}
	if len(in.req.Secrets) > 0 {
		where, err := in.b.keysPlace(ctx)
		if where == "file" || err != nil {
			in.keysIn = "file"
		}
		if err != nil && !in.req.AcceptRisk {
			needs = append(needs, keysFileNeed(err))
		}
	}
	return needs, nil
}
