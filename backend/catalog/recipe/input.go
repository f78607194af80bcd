package recipe

import (
	"slices"
	"strconv"
	"strings"

	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

// Inputs is what a person is asked before p can be started: required ones
// first, otherwise in the order of the listing. Fixed values are not asked.
// What looks like a secret, a file or a folder is marked so even when the
// listing forgot to.
func Inputs(p model.Package) []model.Input { return collect(p).list() }

// fields are the inputs of a package by name.
type fields struct {
	by       map[string]*model.Input
	order    []string
	declared map[string]string // what the listing calls an input, where that is not its name
	defaults map[string]string // what a variable's first declaration said
	repeated map[string]bool
	mounted  map[string]bool // stands in a docker option, so the path is the user's
	warned   map[string]bool
	oci      bool
}

func collect(p model.Package) *fields {
	f := &fields{
		by: map[string]*model.Input{}, declared: map[string]string{}, defaults: map[string]string{}, repeated: map[string]bool{},
		mounted: map[string]bool{}, warned: map[string]bool{}, oci: p.Type == "oci",
	}
	// Environment first: an argument's {NAME} may mean a declared variable.
	for _, e := range p.Environment {
		if envName(e.Name) {
			f.add(e, e.Name, "")
		}
	}
	for i, list := range [][]model.Argument{p.RuntimeArguments, p.PackageArguments} {
		for _, a := range list {
			before := len(f.order)
			name, hint := a.Name, a.ValueHint
			if positional(a) {
				name, hint = "", firstOf(a.Name, a.ValueHint)
			}
			if a.Value == "" && isFlag(a, p.Type, i == 0) == fixedFlag {
				continue
			}
			if isFlag(a, p.Type, i == 0) == toggle {
				a.Format = "boolean"
			}
			f.add(a.Input, name, hint)
			if a.Repeated && a.Value == "" {
				f.repeated[key(name, hint)] = true
			} else if one := f.only(a.Input); a.Repeated && one != "" {
				f.repeated[one] = true
			}
			if i == 0 {
				for _, n := range f.order[before:] {
					f.mounted[n] = true
				}
			}
		}
	}
	for _, h := range p.Headers {
		if headerName(h.Name) {
			f.add(header(h), h.Name, "")
		}
	}
	f.template(p.URL, p.Variables, model.Input{Required: true})
	return f
}

// list gives the inputs, required ones first.
func (f *fields) list() []model.Input {
	out := make([]model.Input, 0, len(f.order))
	for _, n := range f.order {
		out = append(out, *f.by[n])
	}
	slices.SortStableFunc(out, func(a, b model.Input) int {
		switch {
		case a.Required == b.Required:
			return 0
		case a.Required:
			return -1
		}
		return 1
	})
	return out
}

// add takes in one declared input: its variables when its value is fixed,
// else itself.
func (f *fields) add(in model.Input, name, hint string) {
	k := key(name, hint)
	if in.Value != "" {
		if !isExample(in.Value) {
			in.Secret = in.Secret || LooksSecret(k)
			f.template(in.Value, in.Variables, in)
			return
		}
		// The publisher left an example where a fixed value should stand.
		f.warned["example-as-value:"+k] = true
		in.Placeholder, in.Value, in.Required = in.Value, "", true
	}
	if k == "" {
		return
	}
	in.Name = k
	if _, known := f.by[k]; !known && strings.HasPrefix(strings.TrimSpace(name), "-") {
		f.declared[k] = strings.TrimRight(strings.TrimSpace(name), "=")
	}
	f.put(in)
}

// template takes in the variables of a fixed value, those nobody declared
// too: 213 of 1,108 servers in the registry rely on it.
func (f *fields) template(text string, vars map[string]model.Input, owner model.Input) {
	found := placeholder().FindAllString(text, -1)
	names := []string{}
	for _, m := range found {
		if n, ok := variable(m); ok && !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	for _, n := range names {
		in, declared := vars[n]
		k := f.resolve(n, vars)
		if !declared {
			if _, known := f.by[k]; known {
				continue
			}
			f.warned["undeclared-variable:"+n] = true
			// What the publisher said of the whole value is all there is.
			in = model.Input{Description: owner.Description, Default: owner.Default, Choices: owner.Choices, Required: owner.Default == ""}
		}
		if _, known := f.defaults[k]; declared && !known {
			f.defaults[k] = in.Default
		}
		in.Name = k
		// A value that must be there needs all its parts.
		in.Required = in.Required || owner.Required
		in.Secret = in.Secret || owner.Secret && (len(names) == 1 || !declared)
		f.put(in)
	}
}

// only is the one input that a fixed value speaks of, "" when there are none or
// several.
func (f *fields) only(in model.Input) string {
	one := ""
	for _, m := range placeholder().FindAllString(in.Value, -1) {
		n, ok := variable(m)
		if !ok {
			continue
		}
		if k := f.resolve(n, in.Variables); one == "" || one == k {
			one = k
		} else {
			return ""
		}
	}
	return one
}

// resolve gives the input that {name} means: a declared variable, else an
// input of that name, with or without its dashes.
func (f *fields) resolve(name string, vars map[string]model.Input) string {
	if v, ok := vars[name]; ok {
		return f.variable(name, v.Default)
	}
	if _, ok := f.by[name]; ok {
		return name
	}
	return bare(name)
}

// variable gives the input of a declared variable. A variable belongs to its
// value: of two that share a name and have different defaults (the sources of
// two mounts, both "source_path"), the second is an input of its own.
func (f *fields) variable(name, def string) string {
	own := name
	for n := 2; ; n++ {
		first, known := f.defaults[own]
		if !known || first == def || first == "" || def == "" {
			return own
		}
		own = name + "-" + strconv.Itoa(n)
	}
}

// put adds an input or, when the name is there already, makes one of both.
func (f *fields) put(in model.Input) {
	in.Value, in.Variables = "", nil
	if in.Format == "integer" || in.Format == "float" {
		in.Format = "number"
	}
	if isExample(in.Default) || homeless().MatchString(in.Default) {
		f.warned["example-as-default:"+in.Name] = true
		in.Placeholder, in.Default = firstOf(in.Placeholder, in.Default), ""
	}
	// A file that holds a key is named, not told.
	if !in.Secret && LooksSecret(in.Name) && in.Format != "filepath" && in.Format != "folder" {
		in.Secret = true
		f.warned["secret-not-marked:"+in.Name] = true
	}
	in.Format = format(in, f.oci)
	old, ok := f.by[in.Name]
	if !ok {
		f.by[in.Name] = &in
		f.order = append(f.order, in.Name)
		return
	}
	old.Required = old.Required || in.Required
	old.Secret = old.Secret || in.Secret
	old.Default = firstOf(old.Default, in.Default)
	old.Description = firstOf(old.Description, in.Description)
	old.Placeholder = firstOf(old.Placeholder, in.Placeholder)
	old.Format = firstOf(old.Format, in.Format)
	old.Link = firstOf(old.Link, in.Link)
	if len(old.Choices) == 0 {
		old.Choices = in.Choices
	}
}

// key is the name of an argument's input: its own without dashes, else the
// hint made plain.
func key(name, hint string) string {
	if k := bare(name); k != "" {
		return k
	}
	return strings.Trim(plain().ReplaceAllString(bare(hint), "-"), "-.")
}

var plain = pattern.New(`[^A-Za-z0-9_.]+`)

func bare(name string) string {
	return strings.TrimSpace(strings.TrimRight(strings.TrimLeft(strings.TrimSpace(name), "-"), "="))
}

var (
	envNames    = pattern.New(`^[A-Za-z_][A-Za-z0-9_.-]*$`)
	headerNames = pattern.New("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")
)

func envName(s string) bool    { return envNames().MatchString(s) }
func headerName(s string) bool { return headerNames().MatchString(s) }

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
