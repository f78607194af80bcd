package backend

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"sort"
	"time"

	"toolbay/backend/catalog/recipe"
	"toolbay/backend/install"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/update"
	"toolbay/backend/whole"
)

// preparedKept is how long a version that was fetched to be looked at waits.
const preparedKept = 24 * time.Hour

// UpdateRequest is which server to bring up to date, and what its user says.
type UpdateRequest struct {
	Server string
	// Again fetches the version that is installed once more and puts it in the
	// place of the files that are here.
	Again bool
	// Answers and Secrets are for questions that the old version did not ask, or
	// answers other than before.
	Answers map[string]string
	Secrets map[string]string
	// Yes agrees to the download, AllowScripts lets packages run their own set-up
	// programs, AcceptRisk agrees to the differences that are risky.
	Yes, AllowScripts, AcceptRisk bool
	// DryRun stops before anything is fetched.
	DryRun bool
}

// UpdateResult answers update and rollback.
type UpdateResult struct {
	Server string `json:"server"`
	Title  string `json:"title"`
	From   string `json:"from"`
	// To is the version that the server has now, or would have; it is From when
	// there is nothing newer.
	To string `json:"to"`
	// Newest tells that there is nothing newer.
	Newest     bool              `json:"newest"`
	Difference update.Difference `json:"difference"`
	// Change is the history's id of the switch, "" while nothing is switched.
	Change string `json:"change"`
	// FreedBytes is what the versions took that are gone.
	FreedBytes int64 `json:"freed_bytes"`
	// Earlier is the version that rollback goes to, "" for none.
	Earlier string `json:"earlier"`
	// Trashed are the folders, in the trash for as long as an undo is offered, of
	// versions that are gone and had files of the server's own in them.
	Trashed []string `json:"trashed"`
}

// prepared is a version that was fetched and tried, and waits for a yes. No
// secret is in it.
type prepared struct {
	Server string    `json:"server"`
	Time   time.Time `json:"time"`
	// Base is the folder of the version that it was compared with.
	Base  string       `json:"base"`
	Again bool         `json:"again"`
	Next  model.Server `json:"next"`
	// Version and Integrity are the plan's. Answers and Keys are what it was tried
	// with besides what is kept: answers by name, names of keys.
	Version    string            `json:"version"`
	Integrity  string            `json:"integrity"`
	Answers    map[string]string `json:"answers,omitempty"`
	Keys       []string          `json:"keys,omitempty"`
	Difference update.Difference `json:"difference"`
}

func (b *Backend) preparedFile(id string) string { return b.updatesFile(id + ".next.json") }

func (b *Backend) readPrepared(id string) (prepared, error) {
	var p prepared
	data, err := os.ReadFile(b.preparedFile(id))
	if err == nil {
		err = json.Unmarshal(data, &p)
	}
	if err == nil && (p.Server != id || p.Next.ID != id) {
		err = errors.New("it is of another server")
	}
	return p, err
}

// Update brings one server up to date: PrepareUpdate and then ApplyUpdate.
func (b *Backend) Update(ctx context.Context, req UpdateRequest, report job.Report) (UpdateResult, error) {
	res, err := b.PrepareUpdate(ctx, req, report)
	if err != nil || res.Newest || req.DryRun {
		return res, err
	}
	return b.ApplyUpdate(ctx, req)
}

// PrepareUpdate fetches the newer version of a server beside the one that is
// there, tries it with the keys that are kept, and tells what would change.
// Nothing is switched; what is not applied is swept after a day. Error codes:
// server_unknown, update_pinned, update_not_possible, listing_deleted,
// consent_needed and input_needed (with Needs), update_no_start, update_busy,
// policy_*, those of backend/install.
func (b *Backend) PrepareUpdate(ctx context.Context, req UpdateRequest, report job.Report) (UpdateResult, error) {
	report(job.Progress{Stage: "resolve"})
	s, err := b.server(ctx, req.Server)
	if err != nil {
		return UpdateResult{}, err
	}
	if err := b.mayUpdate(ctx, s, req.Again); err != nil {
		return UpdateResult{}, err
	}
	if s.Package.Type == "remote" {
		return b.prepareRemote(ctx, s, report)
	}
	in, err := b.updating(ctx, s, req)
	if err != nil {
		return UpdateResult{}, err
	}
	if in == nil || !req.Again && !isNewer(s, in.offer) {
		b.seenNow(s, "")
		return b.nothingNewer(s), nil
	}
	if p, err := b.readPrepared(s.ID); err == nil && p.serves(s, in, req) {
		return b.offered(s, p), nil
	}
	needs, err := in.answer(ctx)
	if err != nil {
		return UpdateResult{}, err
	}
	if err := needed(append(needs, in.consents(req.Yes || req.DryRun)...)); err != nil {
		return UpdateResult{}, err
	}
	if req.DryRun {
		res := b.nothingNewer(s)
		to := s.Version
		if !req.Again {
			to = newerName(s, in.offer)
		}
		res.To, res.Newest, res.Difference.To = to, false, to
		return res, nil
	}
	c, err := b.hold(ctx, s.ID)
	if c == nil && err == nil {
		err = model.Fail("update_busy", nil, "server", s.Title)
	}
	if err != nil {
		return UpdateResult{}, err
	}
	defer c.release()
	if now, err := b.server(ctx, s.ID); err != nil { // it may have gone before it was held
		return UpdateResult{}, err
	} else if now.Dir != s.Dir {
		return UpdateResult{}, model.Fail("update_busy", nil, "server", s.Title)
	}
	b.discard(s.ID)
	p, err := b.fetchNext(ctx, s, in, req, report)
	if err != nil {
		return UpdateResult{}, err
	}
	if !req.Again {
		b.seenNow(s, newerName(s, in.offer))
	}
	b.o.Changed("updates")
	return b.offered(s, p), nil
}

// mayUpdate tells what stands against bringing a server up to date at all.
func (b *Backend) mayUpdate(ctx context.Context, s model.Server, again bool) error {
	if s.Pinned && !again {
		return model.Fail("update_pinned", nil, "server", s.Title, "version", s.Version)
	}
	if s.Package.Type == "local" {
		return model.Fail("update_not_possible", nil, "server", s.Title)
	}
	if alert := b.alert(ctx, s); alert != nil && alert.Code == "listing_deleted" && !again {
		return alert
	}
	return nil
}

// updating is the install of another version of a server, with what was
// answered for this one; nil where its list is known to have none.
func (b *Backend) updating(ctx context.Context, s model.Server, req UpdateRequest) (*installation, error) {
	var r ref
	var err error
	if req.Again {
		l := model.Listing{ID: s.Listing, Name: s.Package.Identifier, Title: s.Title, Publisher: s.Publisher, Packages: []model.Package{s.Package}}
		r, err = b.permitted(ctx, ref{listing: l}, true, 0)
	} else {
		r, err = b.successor(ctx, s)
	}
	if err != nil {
		return nil, err
	}
	if s.Package.Type == "mcpb" && !req.Again && !bundleDiffers(s, r.pack()) {
		return nil, nil // to look at it would be to fetch it
	}
	in := &installation{b: b, ref: r, id: s.ID, title: s.Title, keysIn: s.KeysIn, kept: map[string]bool{}}
	in.req = InstallRequest{
		Secrets: req.Secrets, Arguments: s.Arguments,
		AllowScripts: req.AllowScripts, AcceptRisk: req.AcceptRisk, Yes: req.Yes, DryRun: req.DryRun,
	}
	if err := in.look(ctx); err != nil {
		return nil, err
	}
	inputs := in.offer.Inputs
	if inputs == nil {
		inputs = recipe.Inputs(r.pack())
	}
	in.takeOver(s, inputs)
	for name, v := range req.Answers {
		in.req.Answers[name] = v
	}
	for name := range req.Secrets {
		delete(in.kept, name)
	}
	return in, nil
}

// takeOver takes what was answered for the installed version: what the new one
// asks too, if the answer still is one, and what the user added beyond that.
func (in *installation) takeOver(s model.Server, inputs []model.Input) {
	in.req.Answers = map[string]string{}
	declared := map[string]bool{}
	for _, i := range recipe.Inputs(s.Package) {
		declared[i.Name] = true
	}
	for _, old := range s.Inputs {
		at := slices.IndexFunc(inputs, func(i model.Input) bool { return i.Name == old.Name })
		switch {
		case at < 0 && declared[old.Name] || at < 0 && !envName(old.Name):
		case old.Set:
			in.kept[old.Name] = true
		case old.Answer == "" || at >= 0 && (inputs[at].Secret || recipe.Check(inputs[at], old.Answer) != nil) || at < 0 && recipe.LooksSecret(old.Name):
		default:
			in.req.Answers[old.Name] = old.Answer
		}
	}
}

// fetchNext fetches and tries the next version. It wants the server's id held.
func (b *Backend) fetchNext(ctx context.Context, s model.Server, in *installation, req UpdateRequest, report job.Report) (p prepared, err error) {
	kind, err := b.kind(in.ref.pack())
	if err != nil {
		return p, err
	}
	values := map[string]string{}
	if len(in.kept) > 0 {
		if values, err = b.keysIn(s.KeysIn).Get(s.ID, ""); err != nil {
			return p, err
		}
		if values == nil {
			values = map[string]string{}
		}
	}
	for name, v := range req.Secrets {
		values[name] = v
	}
	done, err := kind.Install(ctx, in.offer, in.options(), report)
	if err != nil {
		return p, err
	}
	defer func() {
		if err != nil {
			b.dropNext(model.Server{Dir: done.Dir, Container: done.Container})
		}
	}()
	if _, err := b.server(ctx, s.ID); err != nil {
		return p, err // a Toolbay that does not look at held ids has removed it
	}
	next := in.next(ctx, s, done)
	report(job.Progress{Stage: "hello"})
	tried, _ := b.proveAny(ctx, &next, values)
	if err := ctx.Err(); err != nil {
		return p, model.Fail("cancelled", err)
	}
	if !tried.OK {
		err := in.notStarted(tried, done)
		if model.Code(err) != "consent_needed" {
			err = model.Fail("update_no_start", err, "server", s.Title, "version", next.Version, "old", s.Version)
		}
		return p, err
	}
	next.Probe = &tried
	before := s
	if before.Probe == nil || !before.Probe.OK {
		// Nothing is known of the tools there were, its key was changed perhaps.
		now := b.probe(ctx, specOf(s), "")
		before.Probe = &now
	}
	p = prepared{
		Server: s.ID, Time: b.o.Now().UTC(), Base: s.Dir, Again: req.Again, Next: next, Version: in.offer.Package.Version, Integrity: in.offer.Integrity,
		Answers: req.Answers, Difference: update.Compare(b.side(before), b.side(next)),
	}
	own, err := carry(turn{From: s.Dir, To: next, Kind: "update"}, true)
	if err != nil {
		return p, err
	}
	p.Difference = withOwn(p.Difference, own)
	for name := range req.Secrets {
		p.Keys = append(p.Keys, name)
	}
	sort.Strings(p.Keys)
	data, err := json.Marshal(p)
	if err != nil {
		return p, err
	}
	return p, whole.Write(b.preparedFile(s.ID), data)
}

// next is the server with the version that was fetched.
func (in *installation) next(ctx context.Context, s model.Server, done install.Installed) model.Server {
	n := in.server(in.installed(ctx, done))
	n.Title, n.Listing, n.Installed, n.Pinned, n.Earlier = s.Title, s.Listing, s.Installed, s.Pinned, s.Earlier
	n.Publisher, n.Category, n.Sample = cmp.Or(n.Publisher, s.Publisher), cmp.Or(n.Category, s.Category), cmp.Or(n.Sample, s.Sample)
	for i := range n.Inputs {
		// What was a key stays one, whatever the new version calls it.
		if in.kept[n.Inputs[i].Name] {
			n.Inputs[i].Secret = true
		}
	}
	return n
}

// serves tells whether what was prepared is what is asked for now.
func (p prepared) serves(s model.Server, in *installation, req UpdateRequest) bool {
	same := p.Base == s.Dir && p.Again == req.Again && len(req.Secrets) == 0 && len(p.Keys) == 0 && isFolder(p.Next.Dir) &&
		p.Version == in.offer.Package.Version && p.Integrity == in.offer.Integrity && len(p.Answers) == len(req.Answers)
	for name, v := range req.Answers {
		same = same && p.Answers[name] == v
	}
	return same
}

// nothingNewer is the answer for a server that is up to date.
func (b *Backend) nothingNewer(s model.Server) UpdateResult {
	res := b.updateResult(s, s)
	res.Newest = true
	if len(s.Earlier) > 0 {
		res.Earlier = s.Earlier[0].Version
	}
	return res
}

func (b *Backend) offered(s model.Server, p prepared) UpdateResult {
	res := b.updateResult(s, p.Next)
	res.Difference = p.Difference
	return res
}

func (b *Backend) updateResult(s, to model.Server) UpdateResult {
	res := UpdateResult{
		Server: s.ID, Title: s.Title, From: s.Version, To: to.Version,
		Difference: update.Compare(update.Side{Version: s.Version}, update.Side{Version: to.Version}),
		Trashed:    []string{},
	}
	if len(to.Earlier) > 0 {
		res.Earlier = to.Earlier[0].Version
	}
	return res
}

// carryOver remembers of a server that was just switched what is known of it.
func (b *Backend) carryOver(from, to model.Server, again bool) {
	newer := ""
	switch known, ok := b.readSeen().Servers[from.ID]; {
	case again && (!ok || known.Version != from.Version || known.Dir != from.Dir):
		return // it was not asked for
	case again:
		newer = known.Newer
	case update.Later(to.Version, from.Version): // it went back
		newer = from.Version
	}
	b.seenNow(to, newer)
}

// seenNow remembers what was found while a server was brought up to date.
func (b *Backend) seenNow(s model.Server, newer string) {
	n := seenUpdate{Checked: b.o.Now().UTC(), Version: s.Version, Dir: s.Dir, State: UpdateCurrent, Newer: newer}
	if newer != "" {
		n.State = UpdateNewer
	}
	_, _ = b.remember(map[string]seenUpdate{s.ID: n}, false) // only a note; the next look makes it anew
}

// prepareRemote asks a remote server for its tools; there is nothing else of it
// here that could become newer.
func (b *Backend) prepareRemote(ctx context.Context, s model.Server, report job.Report) (UpdateResult, error) {
	report(job.Progress{Stage: "hello"})
	tried := b.probe(ctx, specOf(s), "")
	if err := ctx.Err(); err != nil {
		return UpdateResult{}, model.Fail("cancelled", err)
	}
	if !tried.OK {
		return UpdateResult{}, model.Fail(tried.Code, logOf(tried), "server", s.Title)
	}
	next := s
	next.Probe = &tried
	p := prepared{Server: s.ID, Time: b.o.Now().UTC(), Base: s.Dir, Next: next, Difference: update.Compare(b.side(s), b.side(next))}
	if s.Probe != nil && s.Probe.OK && s.Probe.Fingerprint == tried.Fingerprint {
		b.seenNow(s, "")
		return b.nothingNewer(s), nil
	}
	data, err := json.Marshal(p)
	if err != nil {
		return UpdateResult{}, err
	}
	if err := whole.Write(b.preparedFile(s.ID), data); err != nil {
		return UpdateResult{}, err
	}
	return b.offered(s, p), nil
}
