// Package starter holds the catalogue that comes with Toolbay: well-known
// servers in our own words, useful without any network. Only catalog imports
// it.
//
//	listings, err := starter.Listings()
package starter

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode/utf8"

	"toolbay/backend/catalog/internal/clean"
	"toolbay/backend/catalog/source"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

//go:embed starter.json
var embedded []byte

// Plugin is the source.
var Plugin = source.Plugin{
	ID: "starter", Curated: true,
	Open: func(string) source.Reader { return reader{} },
}

type reader struct{}

// Page gives everything at once and asks nobody.
func (reader) Page(context.Context, source.Web, string) (source.Page, error) {
	listings, err := Listings()
	if err != nil {
		return source.Page{}, model.Fail("unexpected", fmt.Errorf("starter catalogue: %w", err))
	}
	var p source.Page
	for _, l := range listings {
		p.Entries = append(p.Entries, source.Entry{Listing: l})
	}
	return p, nil
}

// Source is the catalogue as it is shipped.
func Source() []byte { return embedded }

// Entry is one server of the catalogue.
type Entry struct {
	Key        string          `json:"key"`
	Title      string          `json:"title"`
	Benefit    string          `json:"benefit"`  // what a person can do with it, one line
	Category   string          `json:"category"` // one of model.Categories
	Publisher  string          `json:"publisher"`
	Repository string          `json:"repository"`
	Website    string          `json:"website"`
	Needs      model.Needs     `json:"needs"`
	Sample     string          `json:"sample"`
	Caution    string          `json:"caution"`
	Featured   int             `json:"featured"` // place on the start page, 0 = not there
	Packages   []model.Package `json:"packages"`
	Tools      []model.Tool    `json:"tools"`
}

// Listings gives the catalogue that is shipped.
func Listings() ([]model.Listing, error) { return Read(embedded) }

// Read reads a catalogue in the starter's format and is strict about it: the
// one that is shipped is checked by this when it is written.
func Read(body []byte) ([]model.Listing, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	var entries []Entry
	if err := d.Decode(&entries); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the list")
	}
	keys, places := map[string]bool{}, map[int]string{}
	out := make([]model.Listing, 0, len(entries))
	for i, e := range entries {
		if err := e.check(); err != nil {
			return nil, fmt.Errorf("entry %d (%s): %w", i, e.Key, err)
		}
		if keys[e.Key] {
			return nil, fmt.Errorf("key %s is there twice", e.Key)
		}
		keys[e.Key] = true
		if other := places[e.Featured]; e.Featured > 0 && other != "" {
			return nil, fmt.Errorf("%s and %s are both at place %d", other, e.Key, e.Featured)
		}
		places[e.Featured] = e.Key
		out = append(out, e.listing())
	}
	return out, nil
}

func (e Entry) listing() model.Listing {
	l := model.Listing{
		ID: "starter/" + e.Key, Name: e.Key, Title: e.Title, Description: e.Benefit,
		Publisher: e.Publisher, Repository: e.Repository, Website: e.Website,
		Category: e.Category, Needs: e.Needs, Sample: e.Sample, Caution: e.Caution,
		Status: "active", Packages: e.Packages, Tools: e.Tools, Featured: e.Featured,
	}
	if len(l.Packages) > 0 {
		l.Version = l.Packages[0].Version
	}
	if l.Tools == nil {
		l.Tools = []model.Tool{}
	}
	return l
}

var (
	key   = pattern.New(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	needs = []model.Needs{model.NeedsNothing, model.NeedsKey, model.NeedsSignIn, model.NeedsFolder, model.NeedsApp, model.NeedsDocker}
	kinds = []string{"npm", "pypi", "oci", "mcpb", "remote"}
)

func (e Entry) check() error {
	switch {
	case !key().MatchString(e.Key) || len(e.Key) > 40:
		return errors.New("the key must be a-z, 0-9 and single dashes, at most 40")
	case !line(e.Title, 1, 60):
		return errors.New("the title must be one line of at most 60 characters")
	case !line(e.Benefit, 10, 160):
		return errors.New("the benefit must be one line of 10 to 160 characters")
	case !slices.Contains(model.Categories, e.Category):
		return fmt.Errorf("%q is no category", e.Category)
	case !line(e.Publisher, 1, 80):
		return errors.New("the publisher is missing or too long")
	case !slices.Contains(needs, e.Needs):
		return fmt.Errorf("%q is nothing a server can need", e.Needs)
	case !line(e.Sample, 0, 200), !line(e.Caution, 0, 250):
		return errors.New("sample and caution must be short single lines")
	case e.Featured < 0:
		return errors.New("featured cannot be below 0")
	case e.Repository != "" && clean.Secure(e.Repository) != e.Repository:
		return errors.New("the repository must be an https address")
	case e.Website != "" && clean.Secure(e.Website) != e.Website:
		return errors.New("the website must be an https address")
	case len(e.Packages) == 0:
		return errors.New("a package is missing")
	}
	for i, p := range e.Packages {
		if err := checkPackage(p); err != nil {
			return fmt.Errorf("package %d: %w", i, err)
		}
	}
	for _, t := range e.Tools {
		if t.Name == "" || !line(t.Name, 1, 128) || clean.Text(t.Description, 2000) != t.Description {
			return fmt.Errorf("tool %q", t.Name)
		}
	}
	return nil
}

func checkPackage(p model.Package) error {
	if !slices.Contains(kinds, p.Type) {
		return fmt.Errorf("type %q", p.Type)
	}
	if p.Type == "remote" {
		if clean.Secure(p.URL) == "" {
			return errors.New("a remote needs an https address")
		}
		return nil
	}
	if _, ok := clean.Name(p.Identifier, 300); !ok {
		return errors.New("the identifier cannot be used")
	}
	if p.Type == "mcpb" && clean.Secure(p.Identifier) == "" {
		return errors.New("a bundle needs an https address")
	}
	if _, ok := clean.Value(p.Version, 100); !ok {
		return errors.New("the version cannot be used")
	}
	return nil
}

// line tells whether s is clean single-line text of that many characters.
func line(s string, least, most int) bool {
	n := utf8.RuneCountInString(s)
	return n >= least && n <= most && clean.Line(s, most+1) == s
}
