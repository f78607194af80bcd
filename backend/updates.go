package backend

import (
	"context"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"toolbay/backend/catalog/recipe"
	"toolbay/backend/install"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
	"toolbay/backend/update"
)

// States of an installed server beside what there is now.
const (
	UpdateCurrent   = "current"
	UpdateNewer     = "newer"
	UpdateChanged   = "changed"   // a remote server that says something else now
	UpdateWithdrawn = "withdrawn" // its list says that it was deleted: nothing newer is looked for
	UpdateUnknown   = "unknown"   // it was not asked for yet, or could not be
)

// UpdateView is what is known of newer versions of one installed server.
type UpdateView struct {
	Server  string `json:"server"`
	Title   string `json:"title"`
	Type    string `json:"type"`
	Version string `json:"version"`
	State   string `json:"state"`
	// Newer is the version there is, "" for none.
	Newer  string `json:"newer"`
	Pinned bool   `json:"pinned"`
	// Checked is when it was asked for, nil for never.
	Checked *time.Time `json:"checked"`
	// Error is the code of why it could not be found out, or "".
	Error string `json:"error"`
	// Earlier is the version that can be gone back to, "" for none. GoneBack
	// tells that it is Newer: the user has had it already.
	Earlier  string `json:"earlier"`
	GoneBack bool   `json:"gone_back"`
	// Prepared tells that the newer version is fetched and compared already.
	Prepared bool `json:"prepared"`
	// Said is what a list says of it since it was installed, or null.
	Said  *AlertView   `json:"alert"`
	Alert *model.Error `json:"-"`
}

// checkPatience is how long a quiet look for one server's newer version may
// take.
const checkPatience = time.Minute

// Updates tells what is known of newer versions, from the last look for them.
// It asks nobody.
func (b *Backend) Updates(ctx context.Context) ([]UpdateView, error) {
	servers, err := b.Servers(ctx)
	if err != nil {
		return nil, err
	}
	seen := b.readSeen()
	out := []UpdateView{}
	for _, v := range servers {
		out = append(out, b.updateView(v, seen))
	}
	return out, nil
}

func (b *Backend) updateView(v ServerView, seen seenUpdates) UpdateView {
	s := v.Server
	u := UpdateView{
		Server: s.ID, Title: v.Title, Type: s.Package.Type, Version: s.Version, State: UpdateUnknown,
		Pinned: s.Pinned, Said: v.Said, Alert: v.Alert,
	}
	if len(s.Earlier) > 0 {
		u.Earlier = s.Earlier[0].Version
	}
	if n, ok := seen.Servers[s.ID]; ok && n.Version == s.Version && n.Dir == s.Dir {
		when := n.Checked.UTC()
		u.State, u.Newer, u.Checked, u.Error = n.State, n.Newer, &when, n.Error
		u.GoneBack = u.Newer != "" && u.Newer == u.Earlier
	}
	if p, err := b.readPrepared(s.ID); err == nil && p.Base == s.Dir && !p.Again {
		u.Prepared = true
	}
	return u
}

// CheckUpdates looks whether there are newer versions of what is installed, of
// all servers or of those named, and remembers the answer. It fetches no
// package and changes no server. One that cannot be asked for is told with its
// error code. Error code: server_unknown.
func (b *Backend) CheckUpdates(ctx context.Context, ids ...string) ([]UpdateView, error) {
	servers, err := b.Servers(ctx)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if !slices.ContainsFunc(servers, func(v ServerView) bool { return v.ID == id }) {
			return nil, model.Fail("server_unknown", nil, "server", id)
		}
	}
	asked := b.lookedUp()
	found := map[string]seenUpdate{}
	var views []ServerView
	for _, v := range servers {
		if len(ids) > 0 && !slices.Contains(ids, v.ID) {
			continue
		}
		views = append(views, v)
		n := b.check(ctx, v.Server, v.Alert, asked)
		if err := ctx.Err(); err != nil {
			return nil, model.Fail("cancelled", err)
		}
		found[v.ID] = n
	}
	seen, err := b.remember(found, len(ids) == 0)
	if err != nil {
		return nil, err
	}
	out := []UpdateView{}
	for _, v := range views {
		out = append(out, b.updateView(v, seen))
	}
	b.o.Changed("updates")
	return out, nil
}

// check looks for a newer version of one server.
func (b *Backend) check(ctx context.Context, s model.Server, alert *model.Error, asked func(context.Context, model.Package) (install.Plan, error)) seenUpdate {
	n := seenUpdate{Checked: b.o.Now().UTC(), Version: s.Version, Dir: s.Dir, State: UpdateCurrent}
	if alert != nil && alert.Code == "listing_deleted" {
		n.State = UpdateWithdrawn
		return n
	}
	ctx, cancel := context.WithTimeout(ctx, checkPatience)
	defer cancel()
	var err error
	switch s.Package.Type {
	case "local":
	case "remote":
		n.State, err = b.checkRemote(ctx, s)
	default:
		n.Newer, err = b.checkPackage(ctx, s, asked)
	}
	switch {
	case err != nil:
		n.State, n.Error = UpdateUnknown, model.Code(err)
	case n.Newer != "":
		n.State = UpdateNewer
	}
	return n
}

// checkRemote asks a remote server for its tools: they are all of it that can
// change under its user.
func (b *Backend) checkRemote(ctx context.Context, s model.Server) (state string, err error) {
	if s.Probe == nil || !s.Probe.OK {
		return UpdateUnknown, nil
	}
	now := b.probe(ctx, specOf(s), "")
	if !now.OK {
		return "", model.Fail(now.Code, nil, "server", s.Title)
	}
	if now.Fingerprint != s.Probe.Fingerprint {
		return UpdateChanged, nil
	}
	return UpdateCurrent, nil
}

func (b *Backend) checkPackage(ctx context.Context, s model.Server, asked func(context.Context, model.Package) (install.Plan, error)) (newer string, err error) {
	r, err := b.successor(ctx, s)
	if err != nil {
		return "", err
	}
	if s.Package.Type == "mcpb" {
		// Asking the package itself would mean to fetch it.
		if bundleDiffers(s, r.pack()) {
			return r.pack().Version, nil
		}
		return "", nil
	}
	plan, err := asked(ctx, r.pack())
	if err != nil || !isNewer(s, plan) {
		return "", err
	}
	return newerName(s, plan), nil
}

// lookedUp asks the packages' registries, each question once: two accounts are
// two servers of one package.
func (b *Backend) lookedUp() func(context.Context, model.Package) (install.Plan, error) {
	type answer struct {
		plan install.Plan
		err  error
	}
	known := map[[3]string]answer{}
	return func(ctx context.Context, p model.Package) (install.Plan, error) {
		question := [3]string{p.Type, p.Identifier, p.Version}
		a, ok := known[question]
		if !ok {
			a.plan, a.err = b.plan(ctx, p)
			known[question] = a
		}
		return a.plan, a.err
	}
}

// successor is what a server would be brought up to date with: its package as
// its listing has it now, or, where none does, the newest that the package's
// own registry has. What the policy of this computer says holds. Error codes:
// policy_*.
func (b *Backend) successor(ctx context.Context, s model.Server) (ref, error) {
	p := s.Package
	switch p.Type {
	case "oci": // a tag goes on to mean the newest of its line
	case "mcpb":
	default:
		p.Version = ""
	}
	r := ref{listing: model.Listing{Name: p.Identifier, Title: s.Title, Publisher: s.Publisher, Packages: []model.Package{p}}}
	if s.Listing != "" {
		card, err := b.store.Card(ctx, s.Listing)
		if err != nil && model.Code(err) != "listing_unknown" {
			return r, err
		}
		if err == nil {
			l := card.Listing
			if own, ok := recordOf(card, s.Listing); ok {
				l = own
			}
			// A listing that names another package now is not followed: that would
			// be another server.
			if at := sameWay(l.Packages, s.Package); at >= 0 {
				r = ref{listing: l, index: at}
			}
		}
	}
	return b.permitted(ctx, r, false, -1)
}

// sameWay finds among the packages of a listing the one that a server came
// from, -1 for none.
func sameWay(packages []model.Package, have model.Package) int {
	at := slices.IndexFunc(packages, func(p model.Package) bool { return p.Type == have.Type && p.Identifier == have.Identifier })
	if at >= 0 || have.Type != "mcpb" {
		return at
	}
	// A bundle's name is its address, in which its version stands. One from
	// elsewhere is somebody else's until the user says otherwise.
	near := func(p model.Package) bool { return p.Type == "mcpb" && samePlace(p, have) }
	without := func(p model.Package) string { return strings.ReplaceAll(p.Identifier, p.Version, "*") }
	at = slices.IndexFunc(packages, func(p model.Package) bool {
		return near(p) && have.Version != "" && without(p) == without(have)
	})
	if at >= 0 {
		return at
	}
	return recipe.Choose(packages, recipe.Here(), func(p model.Package) bool { return near(p) && Installable(p) })
}

// samePlace tells whether two bundles are at addresses of one host and, there,
// of one owner's repository: the first two folders.
func samePlace(a, b model.Package) bool {
	one, ok := placeOf(a)
	other, found := placeOf(b)
	return ok && found && strings.EqualFold(one, other)
}

var versionIn = pattern.New(`^v?[0-9]+(\.[0-9]+)+`)

func placeOf(p model.Package) (string, bool) {
	u, err := url.Parse(p.Identifier)
	if err != nil || u.Scheme != "https" || u.Host == "" {
		return "", false
	}
	folders := strings.Split(strings.Trim(path.Clean("/"+path.Dir(u.Path)), "/"), "/")
	// A version may stand among them where a host has no repositories.
	if at := slices.IndexFunc(folders, versionIn().MatchString); at >= 0 {
		folders = folders[:at]
	}
	folders = folders[:min(len(folders), 2)]
	return u.Host + "/" + strings.Join(folders, "/"), true
}

// bundleDiffers tells whether a listing has a later bundle than the installed
// one, or another file for the same version.
func bundleDiffers(s model.Server, p model.Package) bool {
	if p.Identifier == s.Package.Identifier && p.Version == s.Package.Version && p.FileSHA256 == s.Package.FileSHA256 {
		return false
	}
	return update.Later(s.Version, p.Version) || p.Version == s.Version && p.FileSHA256 != "" && s.Package.FileSHA256 != "" && !strings.EqualFold(p.FileSHA256, s.Package.FileSHA256)
}

// isNewer tells whether a plan brings something later than what is installed.
func isNewer(s model.Server, plan install.Plan) bool {
	switch {
	case s.Container != nil && len(s.Container.Tools) > 0:
		have, err := install.ReadReceipt(s.Dir)
		return err == nil && plan.Integrity != "" && plan.Integrity != have.Integrity
	case s.Container != nil:
		return plan.Integrity != "" && !strings.HasSuffix(s.Container.Image, plan.Integrity)
	case s.Package.Type == "mcpb":
		return true // its list said so, before it was fetched to be looked at
	}
	return plan.Resolved && update.Later(s.Version, plan.Package.Version)
}

// newerName is what the newer version of a server is called. What is behind a
// tag may change; then it is known by its digest only.
func newerName(s model.Server, plan install.Plan) string {
	if v := plan.Package.Version; v != "" && v != s.Version {
		return v
	}
	_, digest, _ := strings.Cut(plan.Integrity, ":")
	return digest[:min(len(digest), 12)]
}
