package catalog

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"toolbay/backend/catalog/internal/clean"
	"toolbay/backend/catalog/internal/loose"
	"toolbay/backend/catalog/source"
	"toolbay/backend/catalog/source/docker"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

// ExportVersion is the form of what Toolbay exports: JSON Lines, first
// {"toolbay":1,…}, then a record to a line as {"source","seen","listing"}.
const ExportVersion = 1

var ownerAndName = pattern.New(`^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+$`)

// checkExport reads the first line of an export. One of a later Toolbay is
// refused, because what is in it may mean something else.
func checkExport(line []byte) error {
	o, err := loose.JSON(line)
	if err != nil {
		return err
	}
	if v := o.Str("toolbay"); v != fmt.Sprint(ExportVersion) {
		return fmt.Errorf("an export of version %q", v)
	}
	return nil
}

// readExport reads one line of an export. The file may have been written by
// anybody, so that it is cleaned like any other. Of several sources that have
// a server under one id, the newest version stays, else the one that comes
// first in the file.
func readExport(raw []byte) source.Entry {
	var line struct {
		Listing model.Listing `json:"listing"`
	}
	if err := json.Unmarshal(raw, &line); err != nil {
		return source.Entry{Err: fmt.Errorf("not a record of an export: %w", err), Raw: raw}
	}
	l, leftOut, err := scrub(line.Listing)
	if err != nil {
		return source.Entry{Err: err, Raw: raw}
	}
	return source.Entry{Listing: l, LeftOut: leftOut}
}

// scrub cleans a listing that is in our own form already.
func scrub(l model.Listing) (model.Listing, []string, error) {
	if _, ok := clean.Name(l.ID, 250); !ok {
		return l, nil, errors.New("no usable name")
	}
	line := func(s *string, most int) { *s = clean.Line(*s, most) }
	for _, s := range []*string{&l.Name, &l.Title, &l.Publisher, &l.License, &l.Renamed} {
		line(s, 200)
	}
	line(&l.Description, 1000)
	line(&l.Version, 255)
	line(&l.Sample, 200)
	line(&l.Caution, 250)
	l.StatusMessage = clean.Text(l.StatusMessage, 500)
	l.Repository, l.Website, l.Icon = clean.WebPage(l.Repository), clean.WebPage(l.Website), clean.Secure(l.Icon)
	l.Subfolder = clean.Folder(l.Subfolder)
	if !slices.Contains([]string{"active", "deprecated", "deleted"}, l.Status) {
		l.Status = "active"
	}
	l.Tags = l.Tags[:min(len(l.Tags), 50)]
	for i := range l.Tags {
		line(&l.Tags[i], 50)
	}
	l.Tools = append([]model.Tool{}, l.Tools[:min(len(l.Tools), 500)]...)
	for i := range l.Tools {
		line(&l.Tools[i].Name, 128)
		line(&l.Tools[i].Title, 100)
		l.Tools[i].Description = clean.Text(l.Tools[i].Description, 1000)
	}
	// These belong to the card and to the program, not to a record.
	l.Sources, l.Merged, l.Copies, l.Featured = nil, nil, 0, 0
	l.Stars, l.Downloads = max(0, l.Stars), max(0, l.Downloads)
	packages, leftOut := []model.Package{}, []string(nil)
	for i, p := range l.Packages[:min(len(l.Packages), 64)] {
		if err := scrubPackage(&p); err != nil {
			leftOut = append(leftOut, fmt.Sprintf("package %d: %v", i, err))
			continue
		}
		packages = append(packages, p)
	}
	l.Packages = packages
	return l, leftOut, nil
}

var packageTypes = []string{"npm", "pypi", "oci", "mcpb", "remote", "nuget", "cargo"}

func scrubPackage(p *model.Package) error {
	_, named := clean.Name(p.Identifier, 2000)
	_, versioned := clean.Value(p.Version, 255)
	_, hinted := clean.Value(p.RuntimeHint, 50)
	_, summed := clean.Value(p.FileSHA256, 64)
	switch {
	case !slices.Contains(packageTypes, p.Type):
		return errors.New("of a type nobody knows")
	case !named:
		return errors.New("without a usable identifier")
	case p.Type == "mcpb" && clean.Secure(p.Identifier) == "":
		return errors.New("without a secure address")
	case !versioned || len(p.Version) > 0 && p.Version[0] == '-':
		return errors.New("without a usable version")
	case !hinted || !summed || !slices.Contains([]string{"", "stdio", "streamable-http", "sse"}, p.Transport):
		return errors.New("that cannot be used")
	}
	if !docker.UsableTools(p.Tools) || len(p.Tools) > 0 && p.Type != "oci" {
		return errors.New("with a tool that cannot be used")
	}
	for _, h := range p.Hosts {
		if _, ok := clean.Name(h, 300); !ok {
			return errors.New("with an address that cannot be used")
		}
	}
	if p.URL != "" {
		if _, ok := clean.Name(p.URL, 2000); !ok {
			return errors.New("without a usable address")
		}
	}
	inputs := slices.Concat(p.Environment, p.Headers)
	for _, list := range [][]model.Argument{p.RuntimeArguments, p.PackageArguments} {
		for i := range list {
			inputs = append(inputs, list[i].Input)
			list[i].ValueHint = clean.Line(list[i].ValueHint, 200)
		}
	}
	for _, in := range p.Variables {
		inputs = append(inputs, in)
	}
	if len(inputs) > 1000 {
		return errors.New("with too many settings")
	}
	for _, in := range inputs {
		if !usable(in, 3) {
			return errors.New("with a setting that cannot be used")
		}
	}
	return nil
}

// usable tells whether everything of an input that reaches a program is plain.
func usable(in model.Input, depth int) bool {
	for _, s := range append([]string{in.Name, in.Value, in.Default, in.Placeholder, in.Format}, in.Choices...) {
		if _, ok := clean.Value(s, 8<<10); !ok {
			return false
		}
	}
	if clean.Text(in.Description, 2000) != in.Description || in.Link != "" && clean.Secure(in.Link) == "" {
		return false
	}
	if len(in.Variables) > 0 && depth == 0 {
		return false
	}
	for name, v := range in.Variables {
		if _, ok := clean.Value(name, 200); !ok || !usable(v, depth-1) {
			return false
		}
	}
	return true
}
