package backend

import (
	"cmp"
	"context"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"toolbay/backend/catalog/recipe"
	"toolbay/backend/model"
	"toolbay/backend/paste"
	words "toolbay/backend/text"
)

// PasteItem is one server found in a text, as toolbay paste --json prints it.
// It names the keys that stood in the text and never has their values.
type PasteItem struct {
	// Ref is what Form, Offer and Install take for it, as long as this program
	// runs.
	Ref  string `json:"ref"`
	Kind string `json:"kind"` // npm, pypi, oci, mcpb, remote, local, listing
	// Name is what the text calls it.
	Name      string       `json:"name"`
	Title     string       `json:"title"`
	Publisher string       `json:"publisher"`
	Category  string       `json:"category"`
	Package   PastePackage `json:"package"`
	// Plan is how it would be started, keys left out.
	Plan Plan `json:"plan"`
	// Listing is the id of the listing that has the package, "" for none.
	Listing string `json:"listing"`
	// Known is that listing's title when its list is trusted with the package.
	Known string `json:"known"`
	// Keys names the inputs whose keys stood in the text.
	Keys []string `json:"keys"`
	// Warnings are codes (docs/paste.md).
	Warnings []string `json:"warnings"`
	// Usable tells that it can be installed.
	Usable bool `json:"usable"`
}

// PastePackage names a package.
type PastePackage struct {
	Type       string `json:"type"`
	Identifier string `json:"identifier"`
	Version    string `json:"version"`
}

// pasted is what is remembered of an item.
type pasted struct {
	name    string
	card    string // the listing it is, when it is no package by itself
	listing model.Listing
	index   int
	// answers and keys are what the text said, by input name.
	answers, keys map[string]string
	// loads are the variables of the text that make other code run.
	loads map[string]string
}

// pastes are the items of this program's run. Keys in them go to the keychain
// with the install and are forgotten with the program.
type pastes struct {
	sync.Mutex
	n     int
	items map[string]pasted
}

// maxPasted is how many items are remembered.
const maxPasted = 500

const pasteRef = "paste:"

func (p *pastes) keep(item pasted) string {
	p.Lock()
	defer p.Unlock()
	if p.items == nil || len(p.items) >= maxPasted {
		p.items = map[string]pasted{}
	}
	p.n++
	ref := pasteRef + itoa(p.n)
	p.items[ref] = item
	return ref
}

func (p *pastes) get(ref string) (pasted, bool) {
	p.Lock()
	defer p.Unlock()
	item, ok := p.items[ref]
	return item, ok
}

// Paste finds the servers in any text, without running or fetching anything.
// The keys in it stay in memory, for an install of an item. Error code:
// paste_too_big.
func (b *Backend) Paste(ctx context.Context, text string) ([]PasteItem, error) {
	if len(text) > paste.MaxText {
		return nil, model.Fail("paste_too_big", nil)
	}
	items := []PasteItem{}
	for _, f := range paste.Read(text, paste.Options{Known: func(kind, id string) bool { return b.isKnown(ctx, kind, id) }}) {
		if err := ctx.Err(); err != nil {
			return nil, model.Fail("cancelled", err)
		}
		items = append(items, b.pasteItem(ctx, f))
	}
	return items, nil
}

// isKnown tells whether a list has a package, a listing or a repository.
func (b *Backend) isKnown(ctx context.Context, kind, id string) bool {
	switch {
	case kind != paste.KindListing:
		_, ok, err := b.store.Known(ctx, kind, id, nil)
		return ok && err == nil
	case strings.HasPrefix(id, "https://"):
		return b.ofRepository(ctx, id) != ""
	}
	_, err := b.store.Card(ctx, id)
	return err == nil
}

// ofRepository gives the listing whose repository has this page, "" where none
// or several have.
func (b *Backend) ofRepository(ctx context.Context, page string) string {
	found, err := b.catalog.Search(ctx, Query{Text: page, Limit: 100})
	if err != nil {
		return ""
	}
	plain := func(s string) string {
		return strings.TrimSuffix(strings.TrimSuffix(strings.ToLower(s), "/"), ".git")
	}
	id := ""
	for _, l := range found.Listings {
		if plain(l.Repository) != plain(page) {
			continue
		}
		if id != "" {
			return ""
		}
		id = l.ID
	}
	return id
}

// take gives an item and forgets it: one that is asked for again is kept anew.
func (p *pastes) take(ref string) (pasted, bool) {
	p.Lock()
	defer p.Unlock()
	item, ok := p.items[ref]
	delete(p.items, ref)
	return item, ok
}

// pasteItem makes of a find what can be shown and installed.
func (b *Backend) pasteItem(ctx context.Context, f paste.Found) PasteItem {
	b.placed(&f)
	p := pasted{
		name: f.Name, answers: f.Answers, keys: f.Secrets, loads: loadedBy(f),
		listing: model.Listing{Name: f.Name, Title: titleOf(f.Name), Description: f.Description, Status: "active", Sources: []string{}, Packages: []model.Package{f.Package}},
	}
	if f.Kind == "mcpb" {
		p.listing.Title = "" // a bundle has its own
	}
	item := PasteItem{Kind: f.Kind, Name: f.Name, Warnings: f.Warnings}
	if f.Kind == paste.KindListing {
		item.Listing = f.Listing
		if f.Repository != "" {
			item.Listing = b.ofRepository(ctx, f.Repository)
		}
		r, err := b.resolve(ctx, item.Listing, -1)
		switch {
		case item.Listing == "" || model.Code(err) == "listing_unknown":
			item.Listing = ""
			if f.Listing != "" {
				item.Warnings = append(item.Warnings, "listing-unknown")
			}
		case err != nil:
			item.Warnings = append(item.Warnings, "no-package")
		default:
			p.card, p.listing, p.index = item.Listing, r.listing, r.index
			item.Known, item.Usable = title(r.listing), true
			item.Warnings = slices.DeleteFunc(item.Warnings, func(w string) bool { return w == paste.WarnSourceOnly })
		}
	} else {
		item.Listing, item.Known = b.recognise(ctx, f, &p)
		item.Usable = Installable(p.pack())
		if item.Listing != "" {
			item.Warnings = slices.DeleteFunc(item.Warnings, func(w string) bool { return w == paste.WarnNoEvidence })
		}
	}
	for name := range p.loads {
		item.Known = "" // what runs is not only what the list knows
		item.Warnings = append(item.Warnings, "loads-code:"+name)
	}
	p.settle(&item)
	pack := p.pack()
	if item.Usable || f.Kind != paste.KindListing {
		item.Package = PastePackage{pack.Type, pack.Identifier, pack.Version}
	} else {
		item.Package = PastePackage{Identifier: f.Package.Identifier}
	}
	item.Title, item.Publisher, item.Category = title(p.listing), p.listing.Publisher, p.listing.Category
	item.Plan = p.plan()
	for _, w := range item.Plan.Warnings {
		if strings.HasPrefix(w, recipe.NotKept) || strings.HasPrefix(w, recipe.NoPort) {
			item.Warnings = append(item.Warnings, w)
		}
	}
	item.Keys = append([]string{}, slices.Sorted(maps.Keys(p.keys))...)
	slices.Sort(item.Warnings)
	item.Warnings = append([]string{}, slices.Compact(item.Warnings)...)
	item.Ref = b.pasted.keep(p)
	return item
}

func (p pasted) pack() model.Package { return p.listing.Packages[p.index] }

// settle leaves only what the package asks for, and makes a key of an answer to
// what a listing calls a key.
func (p *pasted) settle(item *PasteItem) {
	inputs := map[string]model.Input{}
	for _, in := range inputsOf(p.pack()) {
		inputs[in.Name] = in
	}
	answers, keys := map[string]string{}, map[string]string{}
	for name, v := range p.keys {
		if in, ok := inputs[name]; ok && recipe.Check(in, v) == nil {
			keys[name] = v
		}
	}
	for name, v := range p.answers {
		in, ok := inputs[name]
		switch {
		case !ok:
		case recipe.Check(in, v) != nil:
			item.Warnings = append(item.Warnings, "value-not-allowed:"+name)
		case in.Secret && v != "":
			keys[name] = v
		default:
			answers[name] = v
		}
	}
	p.answers, p.keys = answers, keys
}

// plan is the portable form, with the keys answered and not shown.
func (p pasted) plan() Plan {
	if p.pack().Type == "" { // nothing is known to be started
		return Plan{
			Args: []string{}, Env: map[string]string{}, Secrets: []string{}, Headers: map[string]string{},
			Inputs: []PlanInput{}, Files: []string{}, Warnings: []string{},
		}
	}
	given := maps.Clone(p.answers)
	for name := range p.keys {
		given[name] = "given"
	}
	plan, err := planOf(p.pack(), given, recipe.Here())
	if err != nil {
		plan, _ = planOf(p.pack(), nil, recipe.Here())
	}
	return plan
}

// placed answers what only this computer knows: the home folder, paths of
// examples that are there, programs that are found by name.
func (b *Backend) placed(f *paste.Found) {
	home := b.system.Home
	p := &f.Package
	var vars []map[string]model.Input
	for _, list := range [][]model.Argument{p.PackageArguments, p.RuntimeArguments} {
		for _, a := range list {
			vars = append(vars, a.Variables)
			if name := strings.TrimLeft(cmp.Or(a.Name, a.ValueHint), "-"); a.Value == "" && name != "" && b.isPlace(a.Placeholder) {
				f.Answers[name] = a.Placeholder
			}
		}
	}
	for _, in := range p.Environment {
		vars = append(vars, in.Variables)
		if in.Value == "" && f.Answers[in.Name] == "" && b.isPlace(in.Placeholder) {
			f.Answers[in.Name] = in.Placeholder
		}
	}
	for _, m := range vars {
		for name, in := range m {
			switch {
			case name == "HOME" && home != "":
				f.Answers[name] = home
			case b.isPlace(in.Placeholder):
				f.Answers[name] = in.Placeholder
			}
		}
	}
	if f.Kind == "mcpb" && !strings.Contains(p.Identifier, "://") {
		if path, err := filepath.Abs(p.Identifier); err == nil {
			p.Identifier = path
			f.Warnings = slices.DeleteFunc(f.Warnings, func(w string) bool { return w == paste.WarnRelativePath })
		}
	}
	if f.Kind != paste.KindLocal {
		return
	}
	if rest, ok := strings.CutPrefix(p.Identifier, "${HOME}"); ok && home != "" {
		p.Identifier = filepath.Join(home, filepath.FromSlash(rest))
	}
	if filepath.Base(p.Identifier) == p.Identifier && p.RuntimeHint == "" {
		if path, err := exec.LookPath(p.Identifier); err == nil && filepath.IsAbs(path) {
			p.Identifier = path
		}
		f.Warnings = slices.DeleteFunc(f.Warnings, func(w string) bool { return w == paste.WarnRelativePath })
	}
	if _, err := os.Stat(p.Identifier); err == nil {
		f.Warnings = slices.DeleteFunc(f.Warnings, func(w string) bool { return w == paste.WarnExamplePath })
	} else if len(f.Warnings) == 0 {
		f.Warnings = append(f.Warnings, "program-not-there")
	}
}

// isPlace tells whether an example is a place on this computer after all, for
// somebody who pasted their own settings.
func (b *Backend) isPlace(s string) bool {
	if !filepath.IsAbs(s) {
		return false
	}
	_, err := os.Stat(s)
	return err == nil
}

// pastedRef is what paste:… means. Error code: paste_unknown.
func (b *Backend) pastedRef(ctx context.Context, refText string, pack int) (r ref, is bool, err error) {
	if !strings.HasPrefix(refText, pasteRef) {
		return ref{}, false, nil
	}
	p, ok := b.pasted.get(refText)
	if !ok {
		return ref{}, true, model.Fail("paste_unknown", nil)
	}
	if p.card != "" {
		r, err = b.resolve(ctx, p.card, pack)
		return r, true, err
	}
	if p.pack().Type == "" {
		return ref{}, true, model.Fail("paste_source_only", nil, "page", p.pack().Identifier)
	}
	l := p.listing
	l.Packages = slices.Clone(l.Packages)
	return ref{l, p.index}, true, nil
}

// presetForm puts what the text said into the form. A key is not shown: its
// field only need not be filled in.
func (b *Backend) presetForm(ctx context.Context, f *InstallForm) {
	p, ok := b.pasted.get(f.Ref)
	if !ok {
		return
	}
	if p.name != "" && p.card == "" {
		f.Server = proposeID(p.name, b.taken(ctx))
	}
	for i, in := range f.Inputs {
		if _, given := p.keys[in.Name]; given && in.Secret {
			f.Inputs[i].Required, f.Inputs[i].Placeholder = false, "•••"
			f.Given = append(f.Given, in.Name)
		} else if v := p.answers[in.Name]; v != "" && !in.Secret {
			f.Inputs[i].Default = v
		}
	}
}

// presetRequest adds what the text said, keys too, to what a person did not
// say otherwise.
func (b *Backend) presetRequest(ctx context.Context, req InstallRequest) InstallRequest {
	p, ok := b.pasted.get(req.Ref)
	if !ok {
		return req
	}
	if req.Name == "" && p.name != "" && p.card == "" {
		req.Name = proposeID(p.name, b.taken(ctx))
	}
	answers, keys := maps.Clone(p.answers), maps.Clone(p.keys)
	req.told = map[string]bool{}
	for name := range answers {
		if _, said := req.Answers[name]; !said {
			req.told[name] = true
		}
	}
	maps.Copy(answers, req.Answers)
	maps.Copy(keys, req.Secrets)
	for name := range req.Secrets {
		delete(answers, name)
	}
	req.Answers, req.Secrets = answers, keys
	return req
}

// PasteWarning gives the sentence for a warning of an item.
func PasteWarning(code string) string {
	head, detail, _ := strings.Cut(code, ":")
	return words.Line("paste."+head, "detail", detail)
}
