package backend

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"toolbay/backend/catalog/recipe"
	"toolbay/backend/catalog/source/registry"
	"toolbay/backend/model"
)

// PlanRequest asks how a server would be started.
type PlanRequest struct {
	// File is what ServerJSON is called in errors.
	File       string
	ServerJSON []byte
	// Package counts the file's packages and then its remotes from 0; below 0
	// takes the one that fits On best.
	Package int
	// Answers are by input name. Of a secret only whether it has an answer is
	// looked at.
	Answers map[string]string
	On      Platform
}

// Platform is an operating system and a processor.
type Platform = recipe.Platform

// PlatformOf reads their usual names, "" for this computer's; ok is false when
// one is not known.
func PlatformOf(os, arch string) (p Platform, ok bool) {
	here := recipe.Here()
	return recipe.ParsePlatform(cmp.Or(os, here.OS), cmp.Or(arch, here.Arch))
}

// Plan is a recipe as plan prints it: the portable form of a server's start.
type Plan struct {
	Command  string            `json:"command"`
	Args     []string          `json:"args"`
	Env      map[string]string `json:"env"`
	Secrets  []string          `json:"secrets"`
	URL      string            `json:"url"`
	Headers  map[string]string `json:"headers"`
	Inputs   []PlanInput       `json:"inputs"`
	Files    []string          `json:"files"`
	Warnings []string          `json:"warnings"`
}

// PlanInput is one value that a person can give.
type PlanInput struct {
	Name     string   `json:"name"`
	Label    string   `json:"label"`
	Required bool     `json:"required"`
	Secret   bool     `json:"secret"`
	Format   string   `json:"format"`
	Default  string   `json:"default"`
	Choices  []string `json:"choices"`
}

// PlanServer reads a server.json and says how it would be started. Nothing is
// written, run or fetched. Error codes: plan_format, plan_nothing,
// plan_number, plan_package, and those of recipe.Check.
func PlanServer(req PlanRequest) (Plan, error) {
	p, err := req.pack()
	if err != nil {
		return Plan{}, err
	}
	return planOf(p, req.Answers, req.On)
}

// pack finds the package that is asked for.
func (req PlanRequest) pack() (model.Package, error) {
	parts, err := registry.Parts(req.ServerJSON)
	switch {
	case err != nil:
		return model.Package{}, model.Fail("plan_format", err, "file", req.File)
	case len(parts) == 0:
		return model.Package{}, model.Fail("plan_nothing", nil, "file", req.File)
	case req.Package >= len(parts):
		return model.Package{}, model.Fail("plan_number", nil, "number", fmt.Sprint(req.Package), "file", req.File, "last", fmt.Sprint(len(parts)-1))
	}
	n := req.Package
	var packages []model.Package
	var unusable []error
	for i, part := range parts {
		packages = append(packages, part.Package)
		if part.Err != nil {
			unusable = append(unusable, fmt.Errorf("number %d: %w", i, part.Err))
		}
	}
	if n < 0 {
		at := 0
		n = recipe.Choose(packages, req.On, func(model.Package) bool {
			at++
			return parts[at-1].Err == nil
		})
	}
	if n < 0 || parts[n].Err != nil {
		return model.Package{}, model.Fail("plan_package", errors.Join(unusable...), "file", req.File)
	}
	return packages[n], nil
}

func planOf(p model.Package, answers map[string]string, on Platform) (Plan, error) {
	plain := map[string]string{}
	inputs := recipe.Portable(p, nil, on).Inputs
	var extra []string
	for _, name := range slices.Sorted(maps.Keys(answers)) {
		i := slices.IndexFunc(inputs, func(in model.Input) bool { return in.Name == name })
		if i < 0 {
			i = slices.IndexFunc(inputs, func(in model.Input) bool { return undashed(in.Name) == undashed(name) })
		}
		in := model.Input{Name: name, Secret: recipe.LooksSecret(name)}
		switch {
		case i >= 0:
			in = inputs[i]
		case !envName(name):
			return Plan{}, model.Fail("input_unknown", nil, "name", name)
		default:
			// A server is given every variable its user names, declared or not, as
			// install does.
			p.Environment = append(slices.Clone(p.Environment), in)
			extra = append(extra, "not-declared:"+name)
		}
		if !in.Secret { // a key is not looked at
			if err := recipe.Check(in, answers[name]); err != nil {
				return Plan{}, err
			}
		}
		plain[in.Name] = answers[name]
	}
	r := recipe.Portable(p, plain, on)
	plan := Plan{
		Command: r.Command, Args: r.Args, Env: r.Env, Secrets: r.Secrets, URL: r.URL, Headers: r.Headers,
		Inputs: []PlanInput{}, Files: append([]string{}, r.Files...), Warnings: append(append([]string{}, r.Warnings...), extra...),
	}
	for _, in := range r.Inputs {
		format := in.Format
		if format == "" {
			format = "string"
		}
		plan.Inputs = append(plan.Inputs, PlanInput{
			Name: in.Name, Label: LabelOf(in), Required: in.Required, Secret: in.Secret,
			Format: format, Default: in.Default, Choices: append([]string{}, in.Choices...),
		})
	}
	slices.Sort(plan.Warnings)
	return plan, nil
}

func undashed(name string) string { return strings.TrimLeft(name, "-") }
