package backend

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"sort"
	"strings"

	"toolbay/backend/catalog/recipe"
	"toolbay/backend/changeset"
	"toolbay/backend/clients"
	"toolbay/backend/connect"
	"toolbay/backend/install"
	"toolbay/backend/job"
	"toolbay/backend/launch"
	"toolbay/backend/model"
	"toolbay/backend/profiles"
	"toolbay/backend/text"
)

// InstallRequest is what to install, with which answers, for which apps.
type InstallRequest struct {
	// Ref is a listing's id or npm:PKG[@VERSION].
	Ref string
	// Package is the index into the packages that resolve counts; below 0 takes
	// the one that fits this computer best.
	Package int
	// Name is the server's id; "" has one proposed.
	Name string
	// Profile is the profile that gets the server, "" for the one in use: with
	// apps on in those, else off in all of its apps. One that is named and no apps
	// is on in all of its apps.
	Profile string
	Answers map[string]string
	// Secrets are key values by input name. They go to the keychain only.
	Secrets map[string]string
	// Arguments are put after the package's own arguments.
	Arguments []string
	Apps      []string
	// AllowScripts lets packages run their own set-up programs.
	AllowScripts bool
	// AcceptRisk agrees to keys in a file where there is no keychain.
	AcceptRisk bool
	// Yes agrees to the download and to the change of the apps' files.
	Yes bool
	// DryRun stops before anything is written.
	DryRun bool
	Closing
	// SignIn is told the address of the page where a person signs in to a remote
	// server that wants that; it must not wait for them. With nil such an install
	// ends with signin_needed.
	SignIn func(address string)
	// told names the answers that stood in a pasted text and nowhere else.
	told map[string]bool
	// alone leaves the profiles as they are: another one is about to be made.
	alone bool
	// adopts are entries of apps that become the server's, in place of Apps.
	adopts []AdoptPlace
}

// installation is one install under way.
type installation struct {
	b      *Backend
	req    InstallRequest
	ref    ref
	claim  *claim
	id     string
	title  string
	inputs []model.Input
	values map[string]string // answers by input name, defaults filled in
	offer  install.Plan
	keysIn string // "" the keychain, "file"
	// kept are the keys that are there already, for a server that is installed
	// and gets another version.
	kept map[string]bool
	// native is the server as apps get it that speak to it themselves, or nil.
	native *clients.Launch
	// was is how the entries stood that the server takes over.
	was []connect.Original
	// warnings are what linked folders do not get.
	warnings []Warning
}

// InstallForm is everything a person is asked before an install, found
// without the network.
type InstallForm struct {
	Ref     string
	Package int
	Server  string
	Title   string
	Listing model.Listing
	Inputs  []model.Input
	// KeysIn is where keys will be kept: keychain or file.
	KeysIn string
	// KeysErr tells why keys cannot go to this computer's keychain, or nil.
	KeysErr error
	// Given names the inputs whose keys stood in a pasted text.
	Given []string
}

// Form prepares the install sheet for a listing or package. A bundle is looked
// at for that when it is on this computer; of one that has to be fetched first
// (see Fetch) nothing is asked yet.
func (b *Backend) Form(ctx context.Context, refText string, pack int) (InstallForm, error) {
	r, err := b.allowed(ctx, refText, pack)
	if err != nil {
		return InstallForm{}, err
	}
	f := InstallForm{Ref: refText, Package: r.index, Title: title(r.listing), Listing: r.listing}
	f.Server = proposeID(nameOf(r), b.taken(ctx))
	f.Inputs = inputsOf(r.pack())
	if _, _, away := b.away(ctx, r.pack()); asksItself(r.pack()) && !away {
		if err := b.askBundle(ctx, r, &f); err != nil {
			return InstallForm{}, err
		}
	}
	b.presetForm(ctx, &f)
	for _, in := range f.Inputs {
		if in.Secret {
			f.KeysIn, f.KeysErr = b.keysPlace(ctx)
			break
		}
	}
	return f, nil
}

// Offer asks the package's own registry what exactly would be fetched. A bundle
// that is not here yet wants a yes first: consent_needed, and Fetch.
func (b *Backend) Offer(ctx context.Context, refText string, pack int) (install.Plan, error) {
	r, err := b.allowed(ctx, refText, pack)
	if err != nil {
		return install.Plan{}, err
	}
	if err := b.mayFetch(ctx, r.pack(), false); err != nil {
		return install.Plan{}, err
	}
	plan, err := b.plan(ctx, r.pack())
	plan.Needs = append(plan.Needs, b.loadNeeds(refText, r, nil)...)
	return plan, err
}

// Install fetches, checks, prepares and proves a server, and only then tells
// the chosen apps about it. When any step fails, everything is as it was
// before. Error codes: consent_needed and input_needed (with Needs), those of
// backend/install, the probe's start_* codes, those of backend/connect.
func (b *Backend) Install(ctx context.Context, req InstallRequest, report job.Report) (InstallResult, error) {
	req.Apps = unique(req.Apps)
	if err := b.appsOfProfile(ctx, &req); err != nil {
		return InstallResult{}, err
	}
	in, err := b.prepare(ctx, req, report)
	if err != nil {
		return InstallResult{}, err
	}
	defer in.claim.release()
	return in.finish(ctx, report)
}

// appsOfProfile names the apps of an install for the profile in use that names
// none: those of the profile that are here.
func (b *Backend) appsOfProfile(ctx context.Context, req *InstallRequest) error {
	if req.Profile == "" || len(req.Apps) > 0 {
		return nil
	}
	p, err := b.Profile(ctx, req.Profile)
	if err != nil {
		return err
	}
	active, err := b.activeProfile(ctx)
	if err != nil || p.ID != active {
		return err
	}
	for _, app := range p.Apps {
		if a, err := b.apps.LookOne(b.system, app, ""); err == nil && a.Found && a.Managed == "" {
			req.Apps = append(req.Apps, app)
		}
	}
	return nil
}

// finish does what was prepared, unless it is a dry run.
func (in *installation) finish(ctx context.Context, report job.Report) (InstallResult, error) {
	if in.req.DryRun {
		return InstallResult{
			Server: in.id, Title: in.title, Version: in.offer.Package.Version,
			Tools: []string{}, Apps: in.apps(), Restart: []Restart{}, Sample: in.ref.listing.Sample,
		}, nil
	}
	return in.run(ctx, report)
}

// apps are those that will have the server.
func (in *installation) apps() []string {
	out := append([]string{}, in.req.Apps...)
	for _, p := range in.req.adopts {
		out = append(out, p.App)
	}
	return append([]string{}, unique(out)...)
}

// prepare checks everything that can be checked before something is written.
func (b *Backend) prepare(ctx context.Context, req InstallRequest, report job.Report) (_ *installation, err error) {
	report(job.Progress{Stage: "resolve"})
	req = b.presetRequest(ctx, req)
	r, err := b.allowed(ctx, req.Ref, req.Package)
	if err != nil {
		return nil, err
	}
	r = withHeaders(r, req.Answers, req.Secrets)
	in := &installation{b: b, req: req, ref: r, title: title(r.listing)}
	claim, err := b.chooseID(ctx, req.Name, r)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			claim.release()
		}
	}()
	in.claim, in.id = claim, claim.id
	// A dry run writes and fetches nothing, so there is nothing to agree to.
	agreed := req.Yes || req.DryRun
	if asksItself(r.pack()) {
		if err := in.look(ctx); err != nil {
			return nil, err
		}
	}
	needs, err := in.answer(ctx)
	if err != nil {
		return nil, err
	}
	if len(in.apps()) > 0 {
		plan, _, err := in.planApps(ctx)
		if err != nil {
			return nil, err
		}
		if !req.DryRun {
			needs = append(needs, b.closeNeeds(plan.Restart, req.Closing)...)
		}
		for _, f := range plan.Change.Files {
			if !agreed {
				needs = append(needs, model.Need{Kind: "write", Name: f.Path, Text: text.Line("need.write"), Flag: "--yes"})
			}
		}
	}
	if !asksItself(r.pack()) {
		if err := in.look(ctx); err != nil {
			return nil, err
		}
	}
	in.offer.Needs = append(in.offer.Needs, b.loadNeeds(req.Ref, r, in.values)...)
	return in, needed(append(needs, in.consents(agreed)...))
}

// consents is what the plan asks a person to agree to; agreed is a yes to
// downloads.
func (in *installation) consents(agreed bool) (needs []model.Need) {
	for _, n := range in.offer.Needs {
		if n.Kind != "risk" || !in.req.AcceptRisk {
			needs = append(needs, n)
		}
	}
	if agreed {
		return needs
	}
	for _, f := range in.offer.Fetch {
		needs = append(needs, model.Need{Kind: "download", Name: f.Name, Text: needLine(f.Name, f.Version, f.Size), Flag: "--yes"})
	}
	if in.offer.Node != nil {
		needs = append(needs, model.Need{Kind: "download", Name: "node", Text: needLine("node", in.offer.Node.Version, in.offer.Node.Size), Flag: "--yes"})
	}
	if in.offer.Package.Type == "remote" {
		host := hostOf(in.offer.Package.URL)
		return append(needs, model.Need{Kind: "download", Name: host, Text: text.Line("need.remote", "title", in.title, "host", host), Flag: "--yes"})
	}
	if in.offer.Package.Type == "local" {
		return append(needs, model.Need{Kind: "download", Name: in.offer.Package.Identifier, Text: text.Line("need.local"), Flag: "--yes"})
	}
	words := text.Line("need.download", "title", in.title, "version", in.offer.Package.Version)
	if in.offer.Package.Version == "" {
		words = text.Line("need.download.any", "title", in.title)
	}
	if hosts := text.Hosts(in.offer.Package.Hosts); hosts != "" {
		words += " " + hosts
	}
	for _, note := range in.offer.Notes {
		words += " " + note
	}
	return append(needs, model.Need{Kind: "download", Name: in.offer.Package.Identifier, Text: words, Flag: "--yes"})
}

// needLine says what is fetched first, with its size where that is known.
func needLine(name, version string, size int64) string {
	if size <= 0 {
		name += ".any"
	}
	return text.Line("need."+name, "version", version, "size", megabytes(size))
}

// look asks the package's own registry, or the package itself, what would be
// fetched.
func (in *installation) look(ctx context.Context) (err error) {
	if err := in.b.mayFetch(ctx, in.ref.pack(), in.req.Yes); err != nil {
		return err
	}
	if in.offer, err = in.b.plan(ctx, in.ref.pack()); err != nil {
		return in.ref.otherWays(err)
	}
	if in.ref.listing.Title == "" && in.offer.Title != "" {
		in.title = in.offer.Title
	}
	in.ref.listing.Publisher = cmp.Or(in.ref.listing.Publisher, in.offer.Publisher)
	return nil
}

// needed turns open needs into the error that names them: input_needed when
// something must be supplied, else consent_needed.
func needed(needs []model.Need) error {
	if len(needs) == 0 {
		return nil
	}
	code := "consent_needed"
	for _, n := range needs {
		if n.Kind == "input" || n.Kind == "secret" {
			code = "input_needed"
		}
	}
	e := model.Fail(code, nil)
	e.Needs = needs
	return e
}

// answer matches what was given against what the package asks for.
func (in *installation) answer(ctx context.Context) ([]model.Need, error) {
	in.inputs = in.offer.Inputs
	if in.inputs == nil {
		in.inputs = inputsOf(in.ref.pack())
	}
	known := map[string]model.Input{}
	for _, i := range in.inputs {
		known[i.Name] = i
	}
	in.values = map[string]string{}
	for name, v := range in.req.Answers {
		i, ok := known[name]
		switch {
		case !ok && !envName(name):
			return nil, model.Fail("input_unknown", nil, "name", name)
		case !ok:
			i = model.Input{Name: name}
			in.inputs = append(in.inputs, i)
		case i.Secret:
			return nil, model.Fail("secret_as_answer", nil, "name", name)
		}
		if !ok && recipe.LooksSecret(name) {
			return nil, model.Fail("secret_as_answer", nil, "name", name)
		}
		if err := recipe.Check(i, v); err != nil {
			return nil, err
		}
		in.values[name] = v
	}
	for name, v := range in.req.Secrets {
		if v == "" {
			return nil, model.Fail("secret_missing", nil, "name", name)
		}
		if err := recipe.Check(known[name], v); err != nil {
			return nil, err
		}
		if _, ok := known[name]; !ok {
			if !envName(name) {
				return nil, model.Fail("input_unknown", nil, "name", name)
			}
			in.inputs = append(in.inputs, model.Input{Name: name, Secret: true})
		}
	}
	for name := range in.kept {
		if _, ok := known[name]; !ok {
			in.inputs = append(in.inputs, model.Input{Name: name, Secret: true})
		}
	}
	sort.SliceStable(in.inputs[len(known):], func(a, b int) bool {
		rest := in.inputs[len(known):]
		return rest[a].Name < rest[b].Name
	})

	var needs []model.Need
	for _, i := range in.inputs {
		_, answered := in.values[i.Name]
		_, secret := in.req.Secrets[i.Name]
		if answered || secret || in.kept[i.Name] || !i.Required || i.Default != "" {
			continue
		}
		n := model.Need{Kind: "input", Name: i.Name, Text: about(i), Flag: "--answer " + i.Name + "="}
		if i.Secret {
			n.Kind, n.Flag = "secret", "--secret "+i.Name+"=-"
		}
		needs = append(needs, n)
	}
	if len(in.req.Secrets) > 0 {
		where, err := in.b.keysPlace(ctx)
		if where == "file" || err != nil {
			in.keysIn = "file"
		}
		if err != nil && !in.req.AcceptRisk {
			needs = append(needs, keysFileNeed(err))
		}
	}
	return needs, nil
}

// run does the install whose every question is answered.
func (in *installation) run(ctx context.Context, report job.Report) (res InstallResult, err error) {
	b := in.b
	kind, err := b.kind(in.ref.pack())
	if err != nil {
		return res, err
	}
	done, err := kind.Install(ctx, in.offer, in.options(), report)
	if err != nil {
		return res, err
	}
	defer func() {
		if err != nil {
			if b.takeBack(context.WithoutCancel(ctx), in.claim) != nil {
				in.claim.keep()
			}
			b.dropBrought(context.WithoutCancel(ctx), done.Container, in.id)
		}
	}()

	server := in.server(in.installed(ctx, done))
	if err := in.signIn(ctx, &server, report); err != nil {
		return res, err
	}
	if err := b.writeSpec(ctx, server); err != nil {
		return res, err
	}
	report(job.Progress{Stage: "hello"})
	probe, err := b.prove(ctx, &server, in.req.Secrets)
	if err != nil {
		return res, err
	}
	if err := ctx.Err(); err != nil {
		return res, model.Fail("cancelled", err)
	}
	if !probe.OK {
		return res, in.notStarted(probe, done)
	}
	server.Probe = &probe
	if server.Remote != nil && server.Version == "" {
		server.Version = probe.Version // only the server itself knows it
	}

	in.native = native(server)
	report(job.Progress{Stage: "apps"})
	record, restart, err := in.connect(ctx, server)
	if err != nil {
		return res, err
	}
	b.o.Changed("servers")
	b.o.Changed("apps")
	b.o.Changed("history")
	b.o.Changed("keys")
	return InstallResult{
		Server: in.id, Title: server.Title, Version: server.Version, Tools: toolNames(probe.Tools),
		Apps: in.apps(), Change: record, HelloMS: probe.TookMS,
		Restart: restart, Sample: server.Sample,
	}, nil
}

// notStarted is the error for a server that did not answer. Where the package
// wanted to run its own set-up and was not let, that is the likely cause and
// becomes a question.
func (in *installation) notStarted(p model.Probe, done install.Installed) error {
	if len(done.Receipt.Scripts) > 0 && !in.req.AllowScripts {
		e := model.Fail("consent_needed", logOf(p), "server", in.title)
		e.Needs = []model.Need{{Kind: "scripts", Name: strings.Join(done.Receipt.Scripts, ", "), Text: text.Line("need.scripts", "title", in.title), Flag: "--allow-scripts"}}
		return e
	}
	return model.Fail(p.Code, logOf(p), "server", in.title)
}

// connect keeps the server with its keys and tells the chosen apps, all or
// none, and notes the install in the history either way.
func (in *installation) connect(ctx context.Context, server model.Server) (change string, restart []Restart, err error) {
	b := in.b
	release, err := b.alone(ctx)
	if err != nil {
		return "", nil, err
	}
	defer release()
	// What is kept of entries is another server's that had the id.
	if err := b.connect.Forget(ctx, in.id); err != nil {
		return "", nil, err
	}
	plan, edit, err := in.planApps(ctx)
	if err != nil {
		return "", nil, err
	}
	if in.req.CloseApps {
		if err := b.closeFirst(ctx, plan.Restart, in.req.Closing); err != nil {
			return "", nil, err
		}
	}
	if len(plan.Change.Files) > 0 {
		if err := b.placeLauncher(); err != nil {
			return "", nil, err
		}
	}
	if err := in.keepKeys(server.KeysIn); err != nil {
		return "", nil, err
	}
	if err := b.putServer(ctx, server); err != nil {
		return "", nil, err
	}
	if plan, err = b.withFolders(ctx, plan, edit, &in.warnings); err != nil {
		return "", nil, err
	}
	if len(in.was) > 0 {
		if err := b.keepOriginals(ctx, server, in.was, in.req.Secrets); err != nil {
			return "", nil, err
		}
	}
	record, err := b.withProfiles(ctx, edit, "", func(n *profileNote) (changeset.Record, error) {
		plan.Change.Note, plan.Change.Keep = noteInstalled(server, n), true
		return b.connect.Apply(ctx, plan)
	})
	if err != nil && record.ID == "" {
		return "", nil, err
	}
	return record.ID, b.restarts(plan.Restart), nil
}

// keepKeys puts the keys where the launcher finds them. That comes only once
// the server has answered with them, for it ends what an undo of an earlier
// removal could bring back.
func (in *installation) keepKeys(where string) error {
	if len(in.req.Secrets) == 0 {
		return nil
	}
	keys := in.b.keysIn(where)
	in.claim.Keys = keys.Where()
	if err := in.claim.write(); err != nil {
		return err
	}
	in.b.forgetKeysInTrash(in.id, keys)
	return keys.Set(in.id, "", in.req.Secrets)
}

// planApps plans the apps' files, and the profile that gets the server. Apps are
// told only when that is the one in use.
func (in *installation) planApps(ctx context.Context) (connect.Plan, *profileEdit, error) {
	plan := connect.Plan{Change: changeset.Change{Kind: "install", Title: in.title}, Restart: []string{}}
	e, p, err := in.b.editFor(ctx, ConnectRequest{Profile: in.req.Profile})
	if err != nil {
		return plan, nil, err
	}
	if len(in.req.adopts) > 0 {
		p = profiles.AddOff(p, in.id)
		for _, place := range in.req.adopts {
			if place.Project == "" { // a profile is for what an app has everywhere
				p = profiles.TurnOn(p, in.id, place.App)
			}
		}
		e.set(p.ID, &p)
		plan, in.was, err = in.b.connect.PlanAdopt(ctx, in.title, in.adoptions(profiles.Named(p.ID)))
		return plan, e, err
	}
	var targets []connect.Target
	for _, app := range in.req.Apps {
		targets = append(targets, connect.Target{App: app, Scope: "user"})
		if _, ok := in.b.apps.Get(app); !ok {
			return plan, nil, model.Fail("app_unknown", nil, "app", app)
		}
		p = profiles.TurnOn(p, in.id, app)
	}
	switch {
	case len(targets) > 0 || in.req.alone:
	case in.req.Profile != "":
		p = profiles.Add(p, in.id)
	default:
		p = profiles.AddOff(p, in.id)
	}
	e.set(p.ID, &p)
	if p.ID != e.in {
		return plan, e, nil
	}
	wants := []connect.Want{{Server: in.id, Profile: profiles.Named(p.ID), Native: in.native}}
	for _, t := range targets {
		if err := in.b.otherLetters(t.App, wants); err != nil {
			return plan, nil, err
		}
	}
	plan, err = in.b.connect.PlanConnect(ctx, "install", in.title, targets, wants)
	return plan, e, err
}

// installed is the record of what a kind has installed.
func (in *installation) installed(ctx context.Context, done install.Installed) model.Server {
	l := in.ref.listing
	s := model.Server{
		ID: in.id, Title: in.title, Version: done.Version, Package: done.Package,
		Listing: l.ID, Publisher: l.Publisher, Category: l.Category, Sample: l.Sample,
		Installed: in.b.o.Now().UTC(), Dir: done.Dir, Command: done.Command, Args: done.Args,
		Path: done.Path, Env: done.Env, Container: done.Container, Remote: done.Remote, Signer: done.Signer,
	}
	if s.Container != nil {
		in.b.shareImage(ctx, s.Container)
	}
	if known, ok := in.b.catalog.Known(ctx, s.Package.Type, s.Package.Identifier); ok && s.Sample == "" {
		s.Sample, s.Category = known.Sample, cmp.Or(s.Category, known.Category)
	}
	return s
}

// server adds to a record what the user said.
func (in *installation) server(s model.Server) model.Server {
	s.Arguments, s.KeysIn, s.Inputs = in.req.Arguments, in.keysIn, []model.AnsweredInput{}
	for _, i := range in.inputs {
		a := model.AnsweredInput{Input: i, Answer: in.values[i.Name]}
		if _, secret := in.req.Secrets[i.Name]; secret || in.kept[i.Name] {
			a.Secret, a.Set, a.Answer = true, true, ""
		}
		s.Inputs = append(s.Inputs, a)
	}
	return s
}

// resolve finds what a reference means. By the id of a card, pack counts the
// card's packages; by that of another of its records, the packages that this
// record lists, and nothing else is installed. Error codes: listing_unknown,
// package_type_later, package_unknown, bundle_insecure.
func (b *Backend) resolve(ctx context.Context, refText string, pack int) (ref, error) {
	if r, is, err := b.pastedRef(ctx, refText, pack); is {
		return r, err
	}
	l, direct, err := parseRef(refText)
	if err != nil {
		return ref{}, err
	}
	if direct {
		p := l.Packages[0]
		if known, ok := b.catalog.Known(ctx, p.Type, p.Identifier); ok {
			for i, q := range known.Packages {
				if q.Type == p.Type && q.Identifier == p.Identifier {
					known.Packages[i].Version = p.Version
					return ref{known, i}, nil
				}
			}
		}
		return ref{l, 0}, nil
	}
	card, err := b.store.Card(ctx, refText)
	if err != nil {
		return ref{}, err
	}
	l = card.Listing
	at := Recommended(card)
	if own, ok := recordOf(card, refText); ok {
		l, at = own, choose(own.Packages, Installable)
	}
	if pack >= len(l.Packages) {
		return ref{}, model.Fail("package_unknown", nil, "package", refText)
	}
	if pack >= 0 {
		if !Installable(l.Packages[pack]) {
			return ref{}, model.Fail("package_type_later", nil, "type", l.Packages[pack].Type)
		}
		return listed(l, pack)
	}
	if at >= 0 {
		return listed(l, at)
	}
	kind := "none"
	if len(l.Packages) > 0 {
		kind = l.Packages[0].Type
	}
	return ref{}, model.Fail("package_type_later", nil, "type", kind)
}

// listed is a package as a list names it. A list may not name a file of this
// computer as its bundle, also one that was kept before that was looked at when
// lists are read: only the user may. Error code: bundle_insecure.
func listed(l model.Listing, at int) (ref, error) {
	if p := l.Packages[at]; p.Type == "mcpb" && !strings.HasPrefix(p.Identifier, "https://") {
		return ref{}, model.Fail("bundle_insecure", nil)
	}
	return ref{l, at}, nil
}

// recordOf gives what the record with an id says, unless it is the card's own
// id. A card may warn of what the record does not.
func recordOf(card model.Card, id string) (model.Listing, bool) {
	if strings.EqualFold(id, card.ID) {
		return model.Listing{}, false
	}
	for _, r := range card.Records {
		if strings.EqualFold(r.ID, id) {
			l := r.Listing
			l.Category, l.Sample = cmp.Or(l.Category, card.Category), cmp.Or(l.Sample, card.Sample)
			l.Caution = cmp.Or(card.Caution, l.Caution)
			return l, true
		}
	}
	return model.Listing{}, false
}

// Recommended gives the index of the card's package that is installed unless
// another is asked for, -1 for none: one that the record which speaks lists,
// and only when that has none, one of the others.
func Recommended(card model.Card) int {
	at := choose(card.Packages, func(p model.Package) bool {
		return Installable(p) && len(card.Records) > 0 && slices.ContainsFunc(card.Records[0].Packages, func(q model.Package) bool {
			return p.Type == q.Type && p.Identifier == q.Identifier
		})
	})
	if at < 0 {
		at = choose(card.Packages, Installable)
	}
	return at
}

// chooseID claims the id of a new server. Error codes: name_invalid,
// name_in_use.
func (b *Backend) chooseID(ctx context.Context, asked string, r ref) (*claim, error) {
	if asked == "" {
		taken, busy := b.taken(ctx), map[string]bool{}
		for {
			id := proposeID(nameOf(r), func(id string) bool { return busy[id] || taken(id) })
			if c, err := b.claimNew(ctx, id); c != nil || err != nil {
				return c, err
			}
			busy[id] = true
		}
	}
	if !launch.ValidID(asked) {
		return nil, model.Fail("name_invalid", nil, "name", asked)
	}
	c, err := b.claimNew(ctx, asked)
	if c == nil && err == nil {
		err = model.Fail("name_in_use", nil, "name", asked)
	}
	return c, err
}

// taken tells which names a new server must not get: those of servers here and
// of entries that stand in the apps already, without those it adopts.
func (b *Backend) taken(ctx context.Context, adopts ...AdoptPlace) func(string) bool {
	used := map[string]bool{}
	if servers, err := b.store.Servers(ctx); err == nil {
		for _, s := range servers {
			used[s.ID] = true
		}
	}
	for _, a := range b.apps.Look(b.system, "") {
		for _, e := range a.Entries {
			own := func(p AdoptPlace) bool {
				return p.App == a.Client.ID && p.File == e.File && p.at == e.At && p.Name == e.Name
			}
			if !slices.ContainsFunc(adopts, own) {
				used[strings.ToLower(e.Name)] = true
			}
		}
	}
	return func(id string) bool { return used[id] }
}

// nameOf is the name a server's id is made from.
func nameOf(r ref) string {
	if key, ok := strings.CutPrefix(r.listing.ID, "starter/"); ok {
		return key
	}
	if r.pack().Type == "remote" {
		if u, err := url.Parse(blank().ReplaceAllString(r.pack().URL, "x")); err == nil && r.listing.ID == "" {
			return nameOfHost(u.Hostname())
		}
		return r.listing.Name
	}
	if r.pack().Type == "mcpb" {
		return bundleName(r.pack().Identifier)
	}
	if r.pack().Type == "oci" {
		return imageName(r.pack().Identifier)
	}
	return r.pack().Identifier
}

func title(l model.Listing) string {
	if l.Title != "" {
		return l.Title
	}
	return titleOf(l.Name)
}

func envName(s string) bool {
	for i, r := range s {
		if r != '_' && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}
