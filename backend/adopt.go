package backend

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"toolbay/backend/catalog/recipe"
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

	item pasted
}

// AdoptPlace is an entry of an adoptable server.
type AdoptPlace struct {
	App     string `json:"app"`
	Name    string `json:"name"` // the entry's
	File    string `json:"file"`
	Enabled bool   `json:"enabled"`
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
			_, doc := app.Client.Inspect(f.Path)
			if doc == nil {
				continue
			}
			for _, e := range app.Entries {
				if e.File != f.Path || owner(e) != "" {
					continue
				}
				if err := ctx.Err(); err != nil {
					return nil, model.Fail("cancelled", err)
				}
				value, _ := doc.Get(e.Path...)
				a, identity := b.adoptable(ctx, e.Name, value)
				place := AdoptPlace{App: app.Client.ID, Name: e.Name, File: e.File, Enabled: e.Enabled}
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
	for i := range out {
		out[i].ID = out[i].id()
	}
	slices.SortStableFunc(out, func(a, b Adoptable) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	return out, nil
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
	case !simple(object, a.item.keys):
		a.Problem = "entry_special"
		return a, "" // not one with another, which may be taken over
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

// simple tells whether an entry says no more than what it starts, in a way that
// is found again in its text: only such a one is taken over, so that nothing of
// it can be lost later.
func simple(o configfile.Object, keys map[string]string) bool {
	seen := map[string]bool{}
	for _, m := range o {
		if seen[m.Key] || !slices.Contains([]string{"type", "command", "args", "env", "environment", "url", "headers", "http_headers"}, m.Key) {
			return false
		}
		seen[m.Key] = true
		inner := map[string]bool{}
		if members, ok := m.Value.(configfile.Object); ok {
			for _, v := range members {
				text, isText := v.Value.(string)
				if inner[v.Key] || !isText || strings.Contains(text, "${") || strings.Contains(text, "{env:") {
					return false
				}
				inner[v.Key] = true
			}
		}
		if list, ok := m.Value.([]any); ok && slices.ContainsFunc(list, func(v any) bool { s, ok := v.(string); return !ok || strings.Contains(s, "${") }) {
			return false
		}
	}
	for _, v := range keys {
		if len(v) < 8 {
			return false
		}
	}
	return true
}

// id is short and changes when an entry comes, goes or moves, so that nobody
// takes over something else than what was shown.
func (a Adoptable) id() string {
	h := sha256.New()
	json.NewEncoder(h).Encode([]any{a.Kind, a.Package.Type, a.Package.Identifier, a.Places})
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
	res.Files = diffs(files)
	if res.InstallResult, err = in.finish(ctx, report); err != nil {
		return AdoptResult{}, err
	}
	return res, nil
}

// adoptions are the entries that this install takes over.
func (in *installation) adoptions(profile string) []connect.Adoption {
	var out []connect.Adoption
	for _, p := range in.req.adopts {
		out = append(out, connect.Adoption{
			App: p.App, File: p.File, Name: p.Name,
			Want: connect.Want{Server: in.id, Profile: profile, Native: in.native},
		})
	}
	return out
}

// original is an entry as it was before it was adopted, its keys as marks.
type original struct {
	App  string `json:"app"`
	File string `json:"file"`
	Name string `json:"name"`
	Text string `json:"text"`
	// Escaped names the keys that stood in the text as JSON writes them.
	Escaped []string `json:"escaped,omitempty"`
	Keys    []string `json:"keys,omitempty"`
}

// masked is an original without its keys. ok is false when a key of the entry
// is not found in the text: it is written in a way we would not find again.
func masked(o connect.Original, keys map[string]string) (out original, ok bool) {
	out = original{App: o.App, File: o.File, Name: o.Name, Text: string(o.Text)}
	// The longest first: one key may be the beginning of another.
	names := slices.SortedFunc(maps.Keys(keys), func(a, b string) int { return len(keys[b]) - len(keys[a]) })
	for _, name := range names {
		value, mark := keys[name], recipe.SecretMark(name)
		if escaped := jsonText(value); escaped != value && strings.Contains(out.Text, escaped) {
			out.Text = strings.ReplaceAll(out.Text, escaped, mark)
			out.Escaped = append(out.Escaped, name)
		} else if strings.Contains(out.Text, value) {
			out.Text = strings.ReplaceAll(out.Text, value, mark)
		} else {
			return original{}, false
		}
		out.Keys = append(out.Keys, name)
	}
	return out, true
}

// jsonText is a text as it stands between the quotes in JSON.
func jsonText(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.Encode(s)
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(b.String()), `"`), `"`)
}

// whole is the text of an original with its keys.
func (o original) whole(keys map[string]string) ([]byte, error) {
	pairs := []string{}
	for _, name := range o.Keys {
		value, ok := keys[name]
		if !ok {
			return nil, model.Fail("secret_unknown", nil, "name", name, "server", o.Name)
		}
		if slices.Contains(o.Escaped, name) {
			value = jsonText(value)
		}
		pairs = append(pairs, recipe.SecretMark(name), value)
	}
	return []byte(strings.NewReplacer(pairs...).Replace(o.Text)), nil
}

const adoptedSetting = "adopted."

// keepOriginals remembers how the entries were, for give-back.
func (b *Backend) keepOriginals(ctx context.Context, server string, list []connect.Original, keys map[string]string) error {
	var kept []original
	for _, o := range list {
		if m, ok := masked(o, keys); ok {
			kept = append(kept, m)
		}
	}
	data, err := json.Marshal(kept)
	if err != nil {
		return err
	}
	return b.store.PutSetting(ctx, adoptedSetting+server, string(data))
}

func (b *Backend) originals(ctx context.Context, server string) ([]original, error) {
	kept, err := b.store.Setting(ctx, adoptedSetting+server)
	if err != nil || kept == "" {
		return nil, err
	}
	var list []original
	return list, json.Unmarshal([]byte(kept), &list)
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
	var keys map[string]string
	for _, o := range list {
		if len(o.Keys) > 0 && keys == nil {
			if keys, err = b.keysIn(s.KeysIn).Get(server, ""); err != nil {
				return ChangeResult{}, err
			}
		}
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
	var back []connect.Original
	for _, o := range list {
		text, err := o.whole(keys)
		if err != nil {
			return ChangeResult{}, err
		}
		back = append(back, connect.Original{App: o.App, File: o.File, Name: o.Name, Text: text})
	}
	plan, err := b.connect.PlanGiveBack(ctx, s.Title, server, back)
	if err != nil {
		return ChangeResult{}, err
	}
	e, p, err := b.editFor(ctx, ConnectRequest{})
	if err != nil {
		return ChangeResult{}, err
	}
	for _, o := range list {
		p = profiles.TurnOff(p, server, o.App)
	}
	e.set(p.ID, &p)
	return b.change(ctx, plan, e, dryRun)
}
