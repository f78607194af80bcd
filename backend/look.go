package backend

import (
	"context"
	"net/url"
	"slices"
	"sort"
	"strings"

	"toolbay/backend/changeset"
	"toolbay/backend/connect"
	"toolbay/backend/model"
	"toolbay/backend/store"
	"toolbay/backend/text"
)

// FoundServer is a server that the apps had before Toolbay; the same one in
// several apps is one.
type FoundServer struct {
	Name        string   `json:"name"`
	Detail      string   `json:"detail"`
	Apps        []string `json:"apps"`
	ReadableKey bool     `json:"readable_key"`
	Entries     int      `json:"entries"`
}

// FirstLook tells whether the first screen is still to be shown, and which
// servers the apps have already. It only reads.
func (b *Backend) FirstLook(ctx context.Context) (needed bool, found []FoundServer, err error) {
	seen, err := b.store.Setting(ctx, "first_run")
	if err != nil {
		return false, nil, err
	}
	apps, err := b.Apps(ctx, "")
	if err != nil {
		return false, nil, err
	}
	at := map[string]int{}
	for _, a := range apps {
		for _, e := range a.Servers {
			key := strings.ToLower(e.Name) + "\x00" + e.Package
			i, ok := at[key]
			if !ok {
				i = len(found)
				at[key] = i
				found = append(found, FoundServer{Name: e.Name, Detail: e.Package, Apps: []string{}})
			}
			f := &found[i]
			f.Entries++
			f.ReadableKey = f.ReadableKey || e.ReadableKeys > 0
			if !slices.Contains(f.Apps, a.ID) {
				f.Apps = append(f.Apps, a.ID)
			}
		}
	}
	sort.SliceStable(found, func(i, j int) bool { return strings.ToLower(found[i].Name) < strings.ToLower(found[j].Name) })
	return seen == "", found, nil
}

// AppChoice is one app a new server could be added to.
type AppChoice struct {
	ID, Name string
	Found    bool
	// Err tells why the app's file cannot be written now, or nil.
	Err     error
	Changes []FileDiff
	Restart string
}

// AppChoices shows, for each app that is here, what adding the server of a form
// would change. One on the network whose sign-in only comes out on trying is
// shown as apps get it that speak to it themselves.
func (b *Backend) AppChoices(ctx context.Context, f InstallForm) ([]AppChoice, error) {
	out := []AppChoice{}
	id, want := f.Server, connect.Want{Server: f.Server}
	if f.Package < len(f.Listing.Packages) && f.Listing.Packages[f.Package].Type == "remote" {
		p := f.Listing.Packages[f.Package]
		want.Native = native(model.Server{ID: id, Package: p, Remote: &model.Remote{Transport: p.Transport, SignIn: f.Listing.Needs == model.NeedsSignIn}})
	}
	for _, a := range b.apps.Look(b.system, "") {
		c := AppChoice{ID: a.Client.ID, Name: a.Client.Name, Found: a.Found, Restart: text.Line(a.Client.Restart)}
		if a.Found {
			var files []changeset.FileDiff
			plan, err := b.connect.PlanConnect(ctx, "connect", id, []connect.Target{{App: c.ID, Scope: "user"}}, []connect.Want{want})
			if err == nil {
				files, err = b.connect.Preview(ctx, plan)
			}
			c.Err, c.Changes = err, b.diffs(files)
		}
		out = append(out, c)
	}
	return out, nil
}

// CatalogueSize tells how much all lists together hold, and the room it takes.
func (b *Backend) CatalogueSize(ctx context.Context) (store.Catalogue, error) {
	return b.store.Catalogue(ctx)
}

// Installed lists the servers here without looking into the apps' files.
func (b *Backend) Installed(ctx context.Context) ([]model.Server, error) {
	return b.store.Servers(ctx)
}

// RestartText says what the user must do in an app before it sees a change.
func (b *Backend) RestartText(app string) string {
	c, ok := b.apps.Get(app)
	if !ok {
		return ""
	}
	return text.Line(c.Restart)
}

// AppName is what an app is called, or its id when it is not known.
func (b *Backend) AppName(id string) string {
	if c, ok := b.apps.Get(id); ok {
		return c.Name
	}
	return id
}

// TitleOf is a listing's title, made from its name where it has none.
func TitleOf(l model.Listing) string { return title(l) }

// TitleOfRef is the title of what a reference means, or the reference.
func (b *Backend) TitleOfRef(ctx context.Context, refText string) string {
	r, err := b.resolve(ctx, refText, -1)
	if err != nil {
		return refText
	}
	return title(r.listing)
}

// RefOf is the short form of a package.
func RefOf(p model.Package) PackageRef { return packageRef(p) }

// LabelOf is what a form calls an input: "NOTION_API_KEY" becomes "Notion API
// key".
func LabelOf(in model.Input) string {
	words := strings.FieldsFunc(in.Name, func(r rune) bool { return r == '_' || r == '-' || r == ' ' || r == '.' })
	for i, w := range words {
		switch u := strings.ToUpper(w); u {
		case "API", "URL", "ID", "AWS", "SQL", "SSH", "MCP", "PAT":
			words[i] = u
		default:
			words[i] = strings.ToLower(w)
		}
	}
	s := strings.Join(words, " ")
	if s == "" {
		return in.Name
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// about says what an input is for: in its maker's words or, without any, by
// its name.
func about(in model.Input) string {
	if in.Description != "" {
		return in.Description
	}
	return LabelOf(in)
}

// CheckLink lets only plain https addresses through to the browser. Error
// code: link_refused.
func CheckLink(link string) error {
	u, err := url.Parse(link)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return model.Fail("link_refused", err)
	}
	return nil
}
