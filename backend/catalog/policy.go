package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"toolbay/backend/model"
)

// maxPolicy bounds the policy file.
const maxPolicy = 1 << 20

// Policy is what the people who run this computer allow (docs/policy.md). The
// zero value allows everything.
type Policy struct {
	// Path is the file it was read from, "" for none.
	Path string
	file policyFile
	// broken is why the file cannot be used. Then nothing can be added or
	// installed, and everything that is there can be read.
	broken error
	found  []Registry
}

// policyFile is the file as it is written.
type policyFile struct {
	Format int `json:"format"`
	// Sources that may be used, by id; nil is all.
	Sources []string `json:"sources"`
	// Registries that are there without anybody adding them.
	Registries []policyRegistry `json:"registries"`
	// Namespaces are globs of the ids of listings that may be installed; nil is
	// all.
	Namespaces []string `json:"namespaces"`
	// Require says which package and version a listing is installed from.
	Require map[string]Pin `json:"require"`
}

type policyRegistry struct {
	URL   string `json:"url"`
	Name  string `json:"name"`
	Badge string `json:"badge"`
	CA    string `json:"ca"` // a file, beside the policy unless absolute
}

// Pin is the one version of a package that may be installed.
type Pin struct {
	Type       string `json:"type"` // npm, pypi, oci, …
	Identifier string `json:"identifier"`
	Version    string `json:"version"`
	listing    string // it is pinned for
}

// ReadPolicy reads the policy of this computer: the file at path if there is
// one, which an administrator placed, else the one that other names. A file
// that is there and cannot be used is a policy that allows nothing new.
func ReadPolicy(place, other string) *Policy {
	for i, at := range []string{place, other} {
		if at == "" {
			continue
		}
		p := &Policy{Path: at}
		data, err := readPolicy(at)
		if errors.Is(err, fs.ErrNotExist) && i == 0 {
			continue
		}
		if err == nil {
			err = p.read(data, filepath.Dir(at))
		}
		if err != nil {
			p.broken, p.file, p.found = err, policyFile{}, nil
		}
		return p
	}
	return &Policy{}
}

func readPolicy(at string) ([]byte, error) {
	// A pipe would hold up whoever opens it.
	if st, err := os.Stat(at); err != nil || !st.Mode().IsRegular() {
		return nil, errors.Join(err, errors.New("not a regular file"))
	}
	f, err := os.Open(at)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxPolicy+1))
	if err == nil && len(data) > maxPolicy {
		err = errors.New("too large")
	}
	return data, err
}

// read takes a field it does not know for a mistake: one that is written wrong
// would allow what it was to forbid.
func (p *Policy) read(data []byte, dir string) error {
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	d.DisallowUnknownFields()
	if err := d.Decode(&p.file); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the policy")
	}
	if p.file.Format != 1 {
		return fmt.Errorf("format %d is not 1", p.file.Format)
	}
	for _, g := range p.file.Namespaces {
		if _, err := path.Match(g, ""); err != nil || g == "" {
			return fmt.Errorf("namespace %q is no pattern", g)
		}
	}
	for id, pin := range p.file.Require {
		if pin.Type == "" || pin.Identifier == "" || pin.Version == "" || pin.Version == "latest" {
			return fmt.Errorf("%q needs a type, an identifier and an exact version", id)
		}
	}
	for _, r := range p.file.Registries {
		one := Registry{URL: r.URL, Name: r.Name, Badge: r.Badge}
		if r.CA != "" {
			at := r.CA
			if !filepath.IsAbs(at) {
				at = filepath.Join(dir, at)
			}
			ca, err := readPolicy(at)
			if err != nil {
				return err
			}
			one.CA = string(ca)
		}
		one, err := tidy(one)
		if err != nil {
			return err
		}
		one.Managed = true
		if slices.ContainsFunc(p.found, func(o Registry) bool { return o.ID == one.ID }) {
			one.ID = withHash(one.ID, one.URL)
		}
		p.found = append(p.found, one)
	}
	return nil
}

func (p *Policy) added() []Registry {
	if p == nil {
		return nil
	}
	return p.found
}

// Set tells whether this computer has a policy.
func (p *Policy) Set() bool { return p != nil && p.Path != "" }

// Broken is why the policy cannot be used, or nil. Error code: policy_broken.
func (p *Policy) Broken() error {
	if p == nil || p.broken == nil {
		return nil
	}
	return model.Fail("policy_broken", p.broken, "path", p.Path)
}

// Allows tells whether a source may be used.
func (p *Policy) Allows(source string) bool { return p.Source(source) == nil }

// Source tells why a source may not be used, or nil. What comes with Toolbay
// itself needs no permission. Registries that the policy adds are allowed by
// that. Error codes: policy_source, policy_broken.
func (p *Policy) Source(source string) error {
	if p == nil || source == Starter && p.broken == nil && p.file.Sources == nil {
		return nil
	}
	if err := p.Broken(); err != nil {
		if source == Starter {
			return nil
		}
		return err
	}
	if p.file.Sources == nil || slices.Contains(p.file.Sources, source) ||
		slices.ContainsFunc(p.found, func(r Registry) bool { return r.ID == source }) {
		return nil
	}
	if strings.HasPrefix(source, File+":") && slices.Contains(p.file.Sources, File) {
		return nil
	}
	return model.Fail("policy_source", nil, "source", source)
}

// Install tells why a package may not be installed, or nil. records are those
// of its card; one that is allowed must list the very package. Error codes:
// policy_broken, policy_source, policy_namespace, policy_version.
func (p *Policy) Install(records []model.Record, pack model.Package) error {
	if !p.Set() {
		return nil
	}
	if err := p.Broken(); err != nil {
		return err
	}
	name := pack.Type + ":" + pack.Identifier
	if p.file.Namespaces != nil || p.file.Sources != nil {
		spaced, sourced := false, false
		for _, r := range records {
			if !slices.ContainsFunc(r.Packages, func(q model.Package) bool { return same(q, pack) }) {
				continue
			}
			name = r.ID
			in := p.inNamespaces(r.ID) && p.vouches(r.Source)
			spaced = spaced || in
			sourced = sourced || in && p.Allows(r.Source)
		}
		switch {
		case !spaced && p.file.Namespaces != nil:
			return model.Fail("policy_namespace", nil, "id", name)
		case !sourced:
			return model.Fail("policy_source", nil, "source", name)
		}
	}
	for id, pin := range p.file.Require {
		listed := slices.ContainsFunc(records, func(r model.Record) bool { return strings.EqualFold(r.ID, id) })
		if (listed || pin.Of(pack)) && (!pin.Of(pack) || pin.Version != pack.Version) {
			pin.listing = id
			return pin.Refused()
		}
	}
	return nil
}

// Pinned gives the version that a card is to be installed in, by any of its
// ids.
func (p *Policy) Pinned(records []model.Record) (Pin, bool) {
	if p == nil {
		return Pin{}, false
	}
	for id, pin := range p.file.Require {
		if slices.ContainsFunc(records, func(r model.Record) bool { return strings.EqualFold(r.ID, id) }) {
			pin.listing = id
			return pin, true
		}
	}
	return Pin{}, false
}

// Of tells whether a package is the pinned one, in whatever version.
func (pin Pin) Of(p model.Package) bool {
	return pin.Type == p.Type && strings.EqualFold(pin.Identifier, p.Identifier)
}

// Refused says that only this version may be installed.
func (pin Pin) Refused() error {
	return model.Fail("policy_version", nil, "id", pin.listing, "package", pin.Type+":"+pin.Identifier, "version", pin.Version)
}

// same tells whether two are one package, in whatever version.
func same(a, b model.Package) bool {
	return a.Type == b.Type && strings.EqualFold(a.Identifier, b.Identifier) && (a.Type != "remote" || a.URL == b.URL)
}

// vouches tells whether a source's word for a name counts. What the user has
// imported or added may call anything by any name, so it counts only where the
// policy names it among the sources.
func (p *Policy) vouches(source string) bool {
	own := source == File || strings.HasPrefix(source, File+":") || strings.HasPrefix(source, "reg-")
	return !own || p.file.Sources != nil || slices.ContainsFunc(p.found, func(r Registry) bool { return r.ID == source })
}

func (p *Policy) inNamespaces(id string) bool {
	return p.file.Namespaces == nil || slices.ContainsFunc(p.file.Namespaces, func(g string) bool { return inNamespace(g, id) })
}

// inNamespace matches an id; a star stands for anything but a slash.
func inNamespace(glob, id string) bool {
	ok, err := path.Match(strings.ToLower(glob), strings.ToLower(id))
	return err == nil && ok
}
