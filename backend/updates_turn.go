package backend

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"toolbay/backend/changeset"
	"toolbay/backend/connect"
	"toolbay/backend/install"
	"toolbay/backend/launch"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
	"toolbay/backend/staging"
	"toolbay/backend/update"
	"toolbay/backend/whole"
)

// turn is the change of a server from one installed version to another. It is
// written down before anything is changed; from then on it will be done, by
// this program or by the next start. The apps' files are no part of it: they
// start the launcher, which reads the spec.
type turn struct {
	// From and To are the server's folders before and after.
	From string `json:"from"`
	// To is the server as it will be.
	To model.Server `json:"to"`
	// Kind, Title and Note are the change's line in the history; with Undoes that
	// is the undo of a change.
	Kind   string          `json:"kind"`
	Title  string          `json:"title"`
	Note   json.RawMessage `json:"note,omitempty"`
	Undoes string          `json:"undoes,omitempty"`
	Time   time.Time       `json:"time"`
	// Drop are versions' folders that nobody can go back to afterwards.
	Drop []string `json:"drop,omitempty"`
	// Carried tells that what the server wrote beside its program is where the
	// version that it comes to will look for it.
	Carried bool `json:"carried,omitempty"`
}

// switched is what a change did to the version of a server.
type switched struct {
	Server string `json:"server"`
	From   string `json:"from"`
	To     string `json:"to"`
	// Since tells which server it was: another may have the id later.
	Since time.Time `json:"since"`
	// At makes each switch another one.
	At time.Time `json:"at"`
}

func (b *Backend) turnFile(id string) string { return b.updatesFile(id + ".turn.json") }

// outcome is what a turn came to.
type outcome struct {
	change string // the history's id
	freed  int64  // what the folders took that are gone
	// carried is what of the server's own files went along, trashed are folders
	// that were put into the trash because there are such files in them.
	carried install.Carried
	trashed []string
}

// turnTo changes a server's version. It wants b.alone and the server's id held.
func (b *Backend) turnTo(ctx context.Context, from model.Server, t turn) (out outcome, err error) {
	ctx = context.WithoutCancel(ctx) // from here on it is done as a whole
	t.From, t.Time = from.Dir, b.o.Now().UTC()
	if t.Undoes == "" {
		t.Note = encodeNote(note{Switched: &switched{Server: from.ID, From: from.Dir, To: t.To.Dir, Since: from.Installed, At: t.Time}})
	}
	b.o.Fault("begin")
	if err := b.writeTurn(t); err != nil {
		return out, err
	}
	b.o.Fault("noted")
	if out, err = b.finishTurn(ctx, t); err == nil {
		return out, nil
	}
	// Back to what was. When that fails too, the disk is full perhaps, the note
	// stays and the next start goes on.
	if b.writeSpec(ctx, from) == nil && b.putServer(ctx, from) == nil {
		os.Remove(b.turnFile(from.ID))
	}
	return outcome{}, err
}

func (b *Backend) writeTurn(t turn) error {
	data, err := json.Marshal(t)
	if err != nil {
		return err
	}
	return whole.Write(b.turnFile(t.To.ID), data)
}

// finishTurn does what a turn says, or what is left of it.
func (b *Backend) finishTurn(ctx context.Context, t turn) (out outcome, err error) {
	if !t.Carried {
		if out.carried, err = carry(t, false); err != nil {
			return out, err
		}
		// From the next step on the new version may write there itself.
		t.Carried = true
		if err := b.writeTurn(t); err != nil {
			return out, err
		}
	}
	b.o.Fault("carried")
	if err := b.writeSpec(ctx, t.To); err != nil {
		return out, err
	}
	b.o.Fault("spec")
	if err := b.putServer(ctx, t.To); err != nil {
		return out, err
	}
	b.o.Fault("record")
	if out.change, err = b.noteTurn(ctx, t); err != nil {
		return out, err
	}
	b.o.Fault("history")
	for _, dir := range t.Drop {
		// On Windows a program that runs keeps its folder; the next start tries
		// again.
		n, trashed := b.dropUsed(out.change, t.To.ID, dir)
		out.freed += n
		if trashed != "" {
			out.trashed = append(out.trashed, trashed)
		}
	}
	b.o.Fault("dropped")
	b.discard(t.To.ID)
	return out, os.Remove(b.turnFile(t.To.ID))
}

// carry brings what a server wrote beside its program to the version that it
// comes to. One that was just fetched has nothing of the user's yet; one that
// is gone back to keeps its own.
func carry(t turn, dry bool) (install.Carried, error) {
	if t.From == "" || t.From == t.To.Dir {
		return install.Carried{}, nil
	}
	c, err := install.Carry(t.From, t.To.Dir, t.Kind == "update" || t.Kind == "mend", dry)
	if staging.Full(err) {
		err = model.Fail("disk_full", err)
	}
	return c, err
}

// noteTurn puts a turn into the history unless it is there.
func (b *Backend) noteTurn(ctx context.Context, t turn) (string, error) {
	history, err := b.changes.History(ctx)
	if err != nil {
		return "", err
	}
	for _, r := range history {
		if t.Undoes != "" && r.Undoes == t.Undoes && !r.Time.Before(t.Time) {
			return r.ID, nil
		}
		if n := noteOf(r).Switched; t.Undoes == "" && n != nil && n.Server == t.To.ID && n.At.Equal(t.Time) && r.Undoes == "" {
			return r.ID, nil
		}
	}
	var r changeset.Record
	if t.Undoes != "" {
		r, err = b.changes.Undo(ctx, t.Undoes)
	} else {
		r, err = b.applyTurn(ctx, t)
	}
	return r.ID, err
}

// applyTurn puts a turn into the history, with the files of linked folders that
// name the version. They are no reason for the server to stay at the old one:
// those that cannot be changed stay as they are.
func (b *Backend) applyTurn(ctx context.Context, t turn) (changeset.Record, error) {
	alone := connect.Plan{Change: changeset.Change{Kind: t.Kind, Title: t.Title, Note: t.Note, Keep: true}}
	if e, err := b.editing(ctx); err == nil {
		e.version = t.To.ID
		of, _ := b.store.ProfilesOf(ctx, t.To.ID)
		for id := range of {
			_, _ = e.load(ctx, b, id) // one that cannot be read has no files we know of
		}
		if plan, err := b.withFolders(ctx, alone, e, new([]Warning)); err == nil && len(plan.Change.Files) > 0 {
			if r, err := b.connect.Apply(ctx, plan); err == nil || r.ID != "" {
				return r, nil
			}
		}
	}
	return b.connect.Apply(ctx, alone)
}

// settleTurns finishes what a killed program had begun. One that is under way
// in another program is left to it.
func (b *Backend) settleTurns(ctx context.Context) {
	found := pattern.Files(filepath.Dir(b.turnFile("x")), filepath.Base(b.turnFile("*")))
	if len(found) == 0 {
		return
	}
	l := flock.New(filepath.Join(b.home, "changes", ".plan.lock"))
	if held, err := l.TryLock(); err != nil || !held {
		return
	}
	defer l.Close()
	for _, file := range found {
		// What cannot be finished now is tried again at the next start.
		_ = b.settleTurn(ctx, file)
	}
}

func (b *Backend) settleTurn(ctx context.Context, file string) error {
	var t turn
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	id := strings.TrimSuffix(filepath.Base(file), ".turn.json")
	if json.Unmarshal(data, &t) != nil || t.To.ID != id || !launch.ValidID(id) {
		return os.Remove(file) // it is written as a whole or not at all, so this is nothing of ours
	}
	s, err := b.store.Server(ctx, id)
	switch {
	case model.Code(err) == "server_unknown":
		return os.Remove(file) // removed since
	case err != nil:
		return err
	case s.Dir != t.From && s.Dir != t.To.Dir || !s.Installed.Equal(t.To.Installed) || !isFolder(t.To.Dir):
		return os.Remove(file)
	}
	if _, err = b.finishTurn(ctx, t); err != nil {
		return err
	}
	b.o.Changed("servers")
	return nil
}

// Rollback goes back to the version that a server had before its last update;
// done again it goes forth. Error codes: server_unknown, update_no_earlier,
// update_earlier_damaged, changes_busy.
func (b *Backend) Rollback(ctx context.Context, id string, dryRun bool) (UpdateResult, error) {
	s, err := b.server(ctx, id)
	if err != nil {
		return UpdateResult{}, err
	}
	if dryRun {
		to, err := b.backTo(s)
		res := b.updateResult(s, to)
		if err == nil {
			var c install.Carried
			c, err = carry(turn{From: s.Dir, To: to, Kind: "rollback"}, true)
			res.Difference = withOwn(res.Difference, c)
		}
		return res, err
	}
	release, err := b.forTurn(ctx, id)
	if err != nil {
		return UpdateResult{}, err
	}
	defer release()
	if s, err = b.server(ctx, id); err != nil { // as it is now that we are alone
		return UpdateResult{}, err
	}
	to, err := b.backTo(s)
	if err != nil {
		return UpdateResult{}, err
	}
	res := b.updateResult(s, to)
	out, err := b.turnTo(ctx, s, turn{To: to, Kind: "rollback", Title: turnTitle(s, to)})
	if err != nil {
		return UpdateResult{}, err
	}
	res.Change, res.FreedBytes, res.Difference = out.change, out.freed, withOwn(res.Difference, out.carried)
	b.carryOver(s, to, false)
	b.turned()
	return res, nil
}

// backTo is a server as it is with its earlier version in the place of this
// one.
func (b *Backend) backTo(s model.Server) (model.Server, error) {
	if len(s.Earlier) == 0 {
		return s, model.Fail("update_no_earlier", nil, "server", s.Title)
	}
	to := withInstallation(s, s.Earlier[0])
	to.Earlier = []model.Installation{installationOf(s)}
	if !isFolder(to.Dir) {
		return s, model.Fail("update_earlier_damaged", errors.New("its folder is gone"), "server", s.Title, "version", to.Version)
	}
	found, err := install.Verify(to.Dir)
	if err == nil {
		if bad := found.Wrong(); bad != "" {
			err = errors.New(bad)
		}
	}
	if err != nil && model.Code(err) != "seal_missing" {
		return s, model.Fail("update_earlier_damaged", err, "server", s.Title, "version", to.Version)
	}
	return to, nil
}

// forTurn waits until this program alone may change a server's version.
func (b *Backend) forTurn(ctx context.Context, id string) (release func(), err error) {
	c, err := b.hold(ctx, id)
	if c == nil && err == nil {
		err = model.Fail("update_busy", nil, "server", id)
	}
	if err != nil {
		return nil, err
	}
	alone, err := b.alone(ctx)
	if err != nil {
		c.release()
		return nil, err
	}
	return func() { alone(); c.release() }, nil
}

// withOwn tells in a difference what becomes of the server's own files.
func withOwn(d update.Difference, c install.Carried) update.Difference {
	d.Kept, d.Left = append([]string{}, c.Kept...), append([]string{}, c.Left...)
	return d
}

func (b *Backend) turned() {
	for _, what := range []string{"servers", "history", "keys", "updates"} {
		b.o.Changed(what)
	}
}

func turnTitle(from, to model.Server) string {
	if from.Version == to.Version {
		return from.Title + " (" + to.Version + ")"
	}
	return from.Title + " (" + from.Version + " → " + to.Version + ")"
}

// installationOf is what an update replaces.
func installationOf(s model.Server) model.Installation {
	when := s.Installed
	if r, err := install.ReadReceipt(s.Dir); err == nil {
		when = r.Installed
	}
	return model.Installation{
		Version: s.Version, Package: s.Package, Installed: when, Dir: s.Dir, Command: s.Command, Args: s.Args, Path: s.Path,
		Env: s.Env, Container: s.Container, Remote: s.Remote, Signer: s.Signer, Inputs: s.Inputs, Probe: s.Probe,
	}
}

// withInstallation is a server with another of its versions. Which keys there
// are is the server's, not the version's.
func withInstallation(s model.Server, in model.Installation) model.Server {
	kept := keptKeys(s)
	s.Version, s.Package, s.Dir, s.Command, s.Args, s.Path = in.Version, in.Package, in.Dir, in.Command, in.Args, in.Path
	s.Env, s.Container, s.Remote, s.Signer, s.Probe = in.Env, in.Container, in.Remote, in.Signer, in.Probe
	asked := s.Inputs
	s.Inputs = slices.Clone(in.Inputs)
	for i := range s.Inputs {
		x := &s.Inputs[i]
		if slices.ContainsFunc(asked, func(a model.AnsweredInput) bool { return a.Name == x.Name }) {
			x.Set = x.Secret && kept[x.Name]
		}
	}
	return s
}

// keptKeys names the keys of a server that are there.
func keptKeys(s model.Server) map[string]bool {
	kept := map[string]bool{}
	for _, i := range s.Inputs {
		if i.Set {
			kept[i.Name] = true
		}
	}
	return kept
}

func isFolder(path string) bool {
	st, err := os.Stat(path)
	return err == nil && st.IsDir()
}

// turnBack gives the turn that an undo of a change means, nil for a change that
// switched no version. Error codes: not_undoable when the server has another
// version by now, trash_emptied when the one to go to is gone.
func (b *Backend) turnBack(ctx context.Context, undone changeset.Record, history []changeset.Record) (*model.Server, *turn, error) {
	n := noteOf(undone).Switched
	if n == nil {
		return nil, nil, nil
	}
	leave, reach := n.To, n.From
	for r := undone; r.Undoes != ""; {
		next, ok := find(history, r.Undoes)
		if !ok {
			break
		}
		r = next
		leave, reach = reach, leave
	}
	s, err := b.store.Server(ctx, n.Server)
	if err != nil && model.Code(err) != "server_unknown" {
		return nil, nil, err
	}
	if err != nil || !s.Installed.Equal(n.Since) || s.Dir != leave {
		return nil, nil, model.Fail("not_undoable", err, "change", undone.ID)
	}
	if len(s.Earlier) == 0 || s.Earlier[0].Dir != reach {
		return nil, nil, model.Fail("trash_emptied", nil, "server", n.Server)
	}
	to, err := b.backTo(s)
	if err != nil {
		return nil, nil, err
	}
	return &s, &turn{To: to, Undoes: undone.ID}, nil
}

// undoTurn takes back a change that was a switch and nothing else. It wants
// b.alone.
func (b *Backend) undoTurn(ctx context.Context, from *model.Server, t *turn, err error) (ChangeResult, error) {
	if err != nil {
		return ChangeResult{}, err
	}
	c, err := b.hold(ctx, from.ID)
	if c == nil && err == nil {
		err = model.Fail("update_busy", nil, "server", from.Title)
	}
	if err != nil {
		return ChangeResult{}, err
	}
	defer c.release()
	out, err := b.turnTo(ctx, *from, *t)
	if err != nil {
		return ChangeResult{}, err
	}
	if err := b.connect.Reconcile(ctx); err != nil {
		return ChangeResult{}, err
	}
	b.turned()
	return ChangeResult{Change: out.change, Files: []FileDiff{}, Restart: []Restart{}, Warnings: []Warning{}}, nil
}
