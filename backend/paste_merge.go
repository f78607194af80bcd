package backend

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"toolbay/backend/catalog/recipe"
	"toolbay/backend/model"
	"toolbay/backend/paste"
	"toolbay/backend/pattern"
)

func itoa(n int) string { return strconv.Itoa(n) }

// recognise looks for the listing behind a package. One that is trusted with
// the package says what it asks for; any other only explains what the text
// itself has, because a stranger's listing must not add a setting to a package
// that somebody named alone.
func (b *Backend) recognise(ctx context.Context, f paste.Found, p *pasted) (id, known string) {
	for _, name := range sameNames(f.Package) {
		if l, ok := b.catalog.Known(ctx, f.Package.Type, name); ok {
			i := slices.IndexFunc(l.Packages, func(q model.Package) bool { return q.Type == f.Package.Type && q.Identifier == name })
			if i < 0 {
				continue
			}
			l.Packages = slices.Clone(l.Packages)
			l.Packages[i] = p.merged(f.Package, l.Packages[i])
			p.listing, p.index = l, i
			return l.ID, title(l)
		}
		if card, ok, err := b.store.Known(ctx, f.Package.Type, name, nil); ok && err == nil {
			if i := slices.IndexFunc(card.Packages, func(q model.Package) bool { return q.Type == f.Package.Type && q.Identifier == name }); i >= 0 {
				p.explain(card.Packages[i])
			}
			return card.ID, ""
		}
	}
	if f.Listing != "" { // a server.json tells its own name
		if card, err := b.store.Card(ctx, f.Listing); err == nil {
			return card.ID, ""
		}
	}
	return "", ""
}

// sameNames are the ways in which lists name a package: as it stands, without
// extras or tag, with the other end of an address.
func sameNames(p model.Package) []string {
	names := []string{p.Identifier}
	switch p.Type {
	case "pypi":
		if name, _, ok := strings.Cut(p.Identifier, "["); ok {
			names = append(names, name)
		}
	case "oci":
		name, _, _ := strings.Cut(p.Identifier, "@")
		if i := strings.LastIndex(name, ":"); i > strings.LastIndex(name, "/") {
			name = name[:i]
		}
		names = append(names, name, name+":latest")
	case "remote":
		plain := strings.TrimSuffix(p.Identifier, "/")
		names = append(names, plain, plain+"/")
	}
	return slices.Compact(names)
}

// explain takes over what a listing says about the variables that the text has.
func (p *pasted) explain(q model.Package) {
	pack := p.pack()
	pack.Environment = slices.Clone(pack.Environment)
	for i, in := range pack.Environment {
		for _, says := range q.Environment {
			if says.Name == in.Name && says.Value == "" {
				pack.Environment[i].Description = says.Description
				pack.Environment[i].Secret = in.Secret || says.Secret
				pack.Environment[i].Link = says.Link
			}
		}
	}
	p.listing.Packages = slices.Clone(p.listing.Packages)
	p.listing.Packages[p.index] = pack
}

// merged is the listing's package q with what the text says: the listing's
// inputs win over guesses, and what it does not know stays.
func (p *pasted) merged(said, q model.Package) model.Package {
	q.Version = said.Version
	q.Identifier = said.Identifier // with extras, tag or digest
	q.Environment = slices.Clone(q.Environment)
	for _, in := range said.Environment {
		if !slices.ContainsFunc(q.Environment, func(have model.Input) bool { return have.Name == in.Name }) {
			q.Environment = append(q.Environment, in)
		}
	}
	if len(said.PackageArguments) > 0 && !p.fill(q.PackageArguments, said.PackageArguments) {
		q.PackageArguments = said.PackageArguments
	}
	if len(said.RuntimeArguments) > 0 {
		q.RuntimeArguments = said.RuntimeArguments
	}
	if said.Type == "remote" {
		p.headers(&q, said)
	}
	return q
}

// fill answers the listing's arguments with the words that the text has, and
// tells whether every word found its place.
func (p *pasted) fill(asked, said []model.Argument) bool {
	answers, keys := map[string]string{}, map[string]string{}
	give := func(name string, in model.Input) bool {
		if name == "" {
			return false
		}
		if key, only := reference(in); only {
			if v, ok := p.keys[key]; ok {
				keys[name] = v
			}
			return true
		}
		if len(in.Variables) > 0 || in.Value == "" && !in.Required {
			return false
		}
		if in.Value != "" {
			answers[name] = in.Value
		}
		return true
	}
	next := 0
	for i := 0; i < len(said); i++ {
		a := said[i]
		flag, value, joined := a.Name, a.Input, false
		if a.Kind == "positional" && strings.HasPrefix(a.Value, "-") {
			flag, value.Value, joined = strings.Cut(a.Value, "=")
		}
		if flag != "" && a.Kind == "named" || strings.HasPrefix(flag, "-") && a.Kind == "positional" {
			at := slices.IndexFunc(asked, func(q model.Argument) bool { return q.Kind == "named" && q.Name == flag })
			if at < 0 {
				return false
			}
			q := asked[at]
			if q.Value != "" || len(q.Variables) > 0 {
				return false
			}
			if a.Kind == "positional" && !joined {
				// The value is the next word.
				if q.Format == "boolean" {
					answers[strings.TrimLeft(flag, "-")] = "true"
					continue
				}
				if i++; i >= len(said) || said[i].Kind != "positional" {
					return false
				}
				value = said[i].Input
			}
			if !give(strings.TrimLeft(flag, "-"), value) {
				return false
			}
			continue
		}
		for next < len(asked) && (asked[next].Kind == "named" || asked[next].Value != "" && asked[next].Value == a.Value) {
			if asked[next].Kind != "named" {
				break
			}
			next++
		}
		if next >= len(asked) {
			return false
		}
		q := asked[next]
		switch {
		case q.Value != "":
			if q.Value != a.Value {
				return false
			}
			next++
		case q.Repeated && a.Value != "" && len(a.Variables) == 0:
			name := inputName(q)
			if name == "" {
				return false
			}
			if answers[name] != "" {
				answers[name] += "\n"
			}
			answers[name] += a.Value
		default:
			if !give(inputName(q), a.Input) {
				return false
			}
			next++
		}
	}
	for name, v := range answers {
		p.answers[name] = v
	}
	for name, v := range keys {
		p.keys[name] = v
	}
	return true
}

// inputName is what recipe calls the input of a positional argument.
func inputName(a model.Argument) string {
	list := recipe.Inputs(model.Package{PackageArguments: []model.Argument{a}})
	if len(list) != 1 {
		return ""
	}
	return list[0].Name
}

var wholeReference = pattern.New(`^\{([A-Za-z0-9_.-]+)\}$`)

// reference gives the one name that a value consists of.
func reference(in model.Input) (name string, only bool) {
	m := wholeReference().FindStringSubmatch(in.Value)
	if m == nil {
		return "", false
	}
	_, declared := in.Variables[m[1]]
	return m[1], declared
}

// headers gives the listing's headers what the text has for them, and adds
// those that the listing does not know.
func (p *pasted) headers(q *model.Package, said model.Package) {
	q.Headers = slices.Clone(q.Headers)
	for _, h := range said.Headers {
		at := slices.IndexFunc(q.Headers, func(have model.Input) bool { return strings.EqualFold(have.Name, h.Name) })
		if at < 0 {
			q.Headers = append(q.Headers, h)
			continue
		}
		whole, secret, complete := p.whole(h)
		if !complete {
			continue // the listing asks better
		}
		have := q.Headers[at]
		if have.Value == "" {
			p.give(have.Name, whole, secret)
			continue
		}
		names, values, ok := blanks(have.Value, whole)
		if !ok {
			q.Headers[at] = h
			continue
		}
		for i, name := range names {
			p.give(name, values[i], secret)
		}
	}
}

func (p *pasted) give(name, value string, secret bool) {
	if secret {
		p.keys[name] = value
	} else {
		p.answers[name] = value
	}
}

// whole is a header's value with the keys in it. complete is false when one is
// not known.
func (p *pasted) whole(h model.Input) (value string, secret, complete bool) {
	if h.Value == "" {
		v, ok := p.keys[h.Name]
		return v, true, ok
	}
	value = h.Value
	for name := range h.Variables {
		v, ok := p.keys[name]
		if !ok {
			return "", false, false
		}
		value, secret = strings.ReplaceAll(value, "{"+name+"}", v), true
	}
	return value, secret, true
}

var blankPart = pattern.New(`\{([A-Za-z0-9_.-]+)\}`)

// blanks matches a value against a listing's own form of it: "Bearer {token}".
func blanks(form, value string) (names, values []string, ok bool) {
	expr, last := "^", 0
	for _, m := range blankPart().FindAllStringSubmatchIndex(form, -1) {
		expr += regexp.QuoteMeta(form[last:m[0]]) + "(.+)"
		names = append(names, form[m[2]:m[3]])
		last = m[1]
	}
	re, err := regexp.Compile(expr + regexp.QuoteMeta(form[last:]) + "$")
	if err != nil {
		return nil, nil, false
	}
	m := re.FindStringSubmatch(value)
	if m == nil {
		return nil, nil, false
	}
	return names, m[1:], true
}
