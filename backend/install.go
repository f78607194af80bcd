package backend

import (
	"cmp"
	"context"
	"strings"

	"toolbay/backend/clients"
	"toolbay/backend/connect"
	"toolbay/backend/install"
	"toolbay/backend/job"
	"toolbay/backend/model"
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
	// straight tells that nobody wants to know what would be fetched before it is.
	straight bool
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

// prepare checks everything that can be checked before something is written.
func (b *Backend) prepare(ctx context.Context, req InstallRequest, report job.Report) (_ *installation, err error) {
	report(job.Progress{Stage: "resolve"})
	req = b.presetRequest(ctx, req)
	r, err := b.allowed(ctx, req.Ref, req.Package)
	if err != nil {
		return nil, err
	}
	r = withHeaders(r, req.Answers, req.Secrets)
	in := &installation{b: b, req: req, ref: r, title: title(r.listing), straight: req.Yes && !req.DryRun}
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
