package backend

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/connect"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/paste"
	"toolbay/backend/profiles"
	"toolbay/backend/text"
)

// Adoptable is a server that apps have and Toolbay does not look after yet;
// the same one in several apps is one.
type Adoptable struct {
	// ID names it for Adopt as long as its entries stand where they do.
	ID        string       `json:"id"`
	Name      string       `json:"name"`
	Title     string       `json:"title"`
	Publisher string       `json:"publisher"`
	Kind      string       `json:"kind"`
	Package   PastePackage `json:"package"`
	Listing   string       `json:"listing"`
	Known     string       `json:"known"`
	Places    []AdoptPlace `json:"places"`
	// Keys names the keys that stand readable in the apps' files.
	Keys     []string `json:"keys"`
	Warnings []string `json:"warnings"`
	// Usable tells that it can be adopted; Problem is the code why not.
	Usable  bool   `json:"usable"`
	Problem string `json:"problem"`

	item   pasted
	parked *parkedEntry // kept from a repair, nil for what an app has
}

// AdoptPlace is an entry of an adoptable server.
type AdoptPlace struct {
	App     string `json:"app"`
	Name    string `json:"name"` // the entry's
	File    string `json:"file"`
	Enabled bool   `json:"enabled"`
	// Project is the folder whose user alone has the entry, "" for one that the
	// app has everywhere.
	Project string `json:"project"`

	at string // where in the file, as clients.Entry has it
}

// AdoptRequest is which server to take over, with what it asks for besides
// what its entries say.
type AdoptRequest struct {
	ID string
	// Name is the server's id; "" has one proposed from the entry's name.
	Name                                  string
	Answers, Secrets                      map[string]string
	Yes, AcceptRisk, AllowScripts, DryRun bool
	SignIn                                func(address string)
	Closing
}

// AdoptResult is an install with the entries that became ours.
type AdoptResult struct {
	InstallResult
	Places []AdoptPlace `json:"places"`
	// Keys names the keys that moved out of the apps' files.
	Keys  []string   `json:"keys"`
	Files []FileDiff `json:"files"`
}

// Adoptables lists the servers that apps have without Toolbay. Entries in
// files that a project shares are left out: others read them too.
func (b *Backend) Adoptables(ctx context.Context) ([]Adoptable, error) {
	owner := b.owners(ctx)
	out := []Adoptable{}
	at := map[string]int{}
	for _, app := range b.apps.Look(b.system, "") {
		for _, f := range app.Files {
			if f.Scope != clients.User || f.Health != clients.OK {
				continue
			}
			client := app.Client.For(f.Path)
			_, doc := client.Inspect(f.Path)
			if doc == nil {
				continue
			}
			doubled := doc.Duplicates()
			for _, e := range append(slices.Clone(app.Entries), client.InProjects(doc, f.Path)...) {
				if e.File != f.Path || owner(e) != "" {
					continue
				}
				if err := ctx.Err(); err != nil {
					return nil, model.Fail("cancelled", err)
				}
				value, _ := doc.Get(e.Path...)
				a, identity := b.adoptable(ctx, e.Name, value)
				if a.Usable {
					a.Problem = unfit(client.Dialect, e, value, doubled, a.item.keys)
				}
				if a.Problem != "" && a.Usable {
					a.Usable, identity = false, "" // not one with another, which may be taken over
				}
				place := AdoptPlace{App: app.Client.ID, Name: e.Name, File: e.File, Enabled: e.Enabled, Project: e.Project, at: e.At}
				// A second one in the same place is another server: each entry is its own.
				for i, ok := at[identity]; ok && identity != "" && out[i].in(place); i, ok = at[identity] {
					identity += "+"
				}
				if i, ok := at[identity]; ok && identity != "" {
					out[i].Places = append(out[i].Places, place)
					continue
				}
				if identity != "" {
					at[identity] = len(out)
				}
				a.Places = []AdoptPlace{place}
				out = append(out, a)
			}
		}
	}
	out = append(out, b.parkedAdoptables(ctx)...)
	for i := range out {
		out[i].ID = out[i].id()
	}
	slices.SortStableFunc(out, func(a, b Adoptable) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	return out, nil
}

func (a Adoptable) in(place AdoptPlace) bool {
	return slices.ContainsFunc(a.Places, func(p AdoptPlace) bool { return p.App == place.App && p.at == place.at })
}

// adoptable is what an entry says, and what tells it from another: package,
// settings and keys, but neither its name nor its version. The identity is ""
// for an entry that says nothing we understand; it holds keys only as a digest.
func (b *Backend) adoptable(ctx context.Context, name string, value any) (Adoptable, string) {
	a := Adoptable{Name: name, Title: titleOf(name), Keys: []string{}, Warnings: []string{}, Problem: "entry_unclear"}
	object, ok := value.(configfile.Object)
	if !ok {
		return a, ""
	}
	written, _, err := configfile.Insert(nil, configfile.JSON, []string{"mcpServers", name}, object)
	if err != nil {
		return a, ""
	}
	found := paste.Read(string(written), paste.Options{})
	if len(found) != 1 || found[0].Kind == paste.KindListing {
		return a, ""
	}
	f := found[0]
	item := b.pasteItem(ctx, f)
	a.Title, a.Publisher, a.Kind, a.Package, a.Listing, a.Known = item.Title, item.Publisher, item.Kind, item.Package, item.Listing, item.Known
	a.Warnings = item.Warnings
	a.item, _ = b.pasted.take(item.Ref)
	a.Keys = append(a.Keys, slices.Sorted(maps.Keys(a.item.keys))...)
	switch {
	case !item.Usable:
		a.Problem = "package_type_later"
	default:
		a.Usable, a.Problem = true, ""
	}
	pack := f.Package
	pack.Version = ""
	said, _ := json.Marshal(struct {
		Package       model.Package
		Answers, Keys map[string]string
	}{pack, f.Answers, f.Secrets})
	sum := sha256.Sum256(said)
	return a, string(sum[:])
}

// id is short and changes when an entry comes, goes or moves, so that nobody
// takes over something else than what was shown.
func (a Adoptable) id() string {
	h := sha256.New()
	json.NewEncoder(h).Encode([]any{a.Kind, a.Package.Type, a.Package.Identifier, a.Places})
	if a.parked != nil {
		json.NewEncoder(h).Encode([]any{a.parked.File, a.parked.Change, a.parked.Entry})
	}
	slug := proposeID(a.Name, func(string) bool { return false })
	return slug + "-" + hex.EncodeToString(h.Sum(nil))[:6]
}

// Adopt takes a server over from the apps that have it: installed, proved to
// start, its keys in the keychain, its entries replaced in place, all as one
// change. Error codes: adopt_unknown, entry_unclear and those of Install.
func (b *Backend) Adopt(ctx context.Context, req AdoptRequest, report job.Report) (AdoptResult, error) {
	all, err := b.Adoptables(ctx)
	if err != nil {
		return AdoptResult{}, err
	}
	i := slices.IndexFunc(all, func(a Adoptable) bool { return a.ID == req.ID })
	if i < 0 {
		return AdoptResult{}, model.Fail("adopt_unknown", nil, "name", req.ID)
	}
	a := all[i]
	if !a.Usable {
		return AdoptResult{}, model.Fail(a.Problem, nil, "name", a.Name, "type", a.Kind)
	}
	a = b.withParkedKeys(ctx, a)
	known := b.pasted.keep(a.item)
	defer b.pasted.take(known)
	r := InstallRequest{
		Ref: known, Package: -1, Name: req.Name, Answers: req.Answers, Secrets: req.Secrets,
		AllowScripts: req.AllowScripts, AcceptRisk: req.AcceptRisk, Yes: req.Yes, DryRun: req.DryRun, SignIn: req.SignIn,
		Closing: req.Closing, adopts: a.Places,
	}
	if r.Name == "" {
		r.Name = proposeID(a.Name, b.taken(ctx, a.Places...))
	}
	res := AdoptResult{Places: a.Places, Keys: a.Keys, Files: []FileDiff{}}
	in, err := b.prepare(ctx, r, report)
	if err != nil {
		return AdoptResult{}, err
	}
	defer in.claim.release()
	plan, _, err := in.planApps(ctx)
	if err != nil {
		return AdoptResult{}, err
	}
	files, err := b.connect.Preview(ctx, plan)
	if err != nil {
		return AdoptResult{}, err
	}
	res.Files = b.diffs(files)
	if res.InstallResult, err = in.finish(ctx, report); err != nil {
		return AdoptResult{}, err
	}
	if len(res.Keys) > 0 && !req.DryRun {
		b.copiesLeft(ctx, res.Server)
	}
	if a.parked != nil && !req.DryRun {
		return res, b.unpark(*a.parked)
	}
	return res, nil
}

// adoptions are the entries that this install takes over.
func (in *installation) adoptions(profile string) []connect.Adoption {
	var out []connect.Adoption
	for _, p := range in.req.adopts {
		out = append(out, connect.Adoption{
			App: p.App, File: p.File, At: p.at, Name: p.Name,
			Want: connect.Want{Server: in.id, Profile: profile, Native: in.native},
		})
	}
	return out
}

// GiveBack writes the entries of an adopted server as they were before. The
// server stays installed, in no app that had it. Error codes: not_adopted,
// consent_needed where a key would stand readable in a file again, and those of
// backend/connect.
func (b *Backend) GiveBack(ctx context.Context, server string, acceptRisk, dryRun bool) (ChangeResult, error) {
	release, err := b.alone(ctx)
	if err != nil {
		return ChangeResult{}, err
	}
	defer release()
	s, err := b.server(ctx, server)
	if err != nil {
		return ChangeResult{}, err
	}
	list, err := b.originals(ctx, server)
	if err != nil {
		return ChangeResult{}, err
	}
	if len(list) == 0 {
		return ChangeResult{}, model.Fail("not_adopted", nil, "server", s.Title)
	}
	var needs []model.Need
	for _, o := range list {
		if len(o.Keys) > 0 && !acceptRisk {
			needs = append(needs, model.Need{
				Kind: "risk", Name: "readable-key", Flag: "--accept-risk",
				Text: text.Line("need.readable-key", "app", b.AppName(o.App), "names", strings.Join(o.Keys, ", ")),
			})
		}
	}
	if err := needed(needs); err != nil {
		return ChangeResult{}, err
	}
	back, err := b.wholeOriginals(s, list)
	if err != nil {
		return ChangeResult{}, err
	}
	plan, err := b.connect.PlanGiveBack(ctx, s.Title, server, back)
	if err != nil {
		return ChangeResult{}, err
	}
	e, err := b.editing(ctx)
	if err != nil {
		return ChangeResult{}, err
	}
	// In no profile: the next switch would find the app's own entry in the way.
	all, _, err := b.store.Profiles(ctx)
	if err != nil {
		return ChangeResult{}, err
	}
	for _, p := range all {
		if p, err = e.load(ctx, b, p.ID); err != nil {
			return ChangeResult{}, err
		}
		for _, o := range list {
			if b.usersOwn(o.App, o.File, o.At) {
				p = profiles.TurnOff(p, server, o.App)
			}
		}
		e.set(p.ID, &p)
	}
	return b.change(ctx, plan, e, dryRun)
}
