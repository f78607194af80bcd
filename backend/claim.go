package backend

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"toolbay/backend/changeset"
	"toolbay/backend/launch"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
	"toolbay/backend/signin"
	"toolbay/backend/whole"
)

// alonePatience is how long one Toolbay waits for another's change.
const alonePatience = 30 * time.Second

// alone waits until no other Toolbay is working out or making a change to the
// apps' files, servers or trash. What is planned then is what is applied. Error
// codes: changes_busy, cancelled.
func (b *Backend) alone(ctx context.Context) (release func(), err error) {
	wait, cancel := context.WithTimeout(ctx, alonePatience)
	defer cancel()
	l := flock.New(filepath.Join(b.home, "changes", ".plan.lock"))
	held, err := l.TryLockContext(wait, 10*time.Millisecond)
	switch {
	case held:
		// What cannot be settled now is before the next change of profiles.
		_ = b.settleProfiles(ctx)
		// Whatever others did to our entries is noted before we add to it. It is
		// no reason against a change that it cannot be.
		_ = b.connect.Look(ctx)
		b.noteSettled(ctx)
		return func() { l.Close() }, nil
	case ctx.Err() != nil:
		return nil, model.Fail("cancelled", ctx.Err())
	case errors.Is(err, context.DeadlineExceeded):
		return nil, model.Fail("changes_busy", err)
	}
	return nil, unwritable(err, b.home)
}

// claim is a server's id while it is being installed. It keeps two installs
// from taking the same one, and when the program is killed it tells the next
// start what there is to take back.
type claim struct {
	id   string
	lock *flock.Flock
	// Path is the record, which is written after the lock is held.
	path string
	// kept tells that the record is the next start's to see to.
	kept bool
	claimed
}

type claimed struct {
	Time time.Time `json:"time"`
	// Had is what servers/<id> held before.
	Had []string `json:"had"`
	// Keys is where keys have been put: "keychain", "file" or, as long as none
	// have, "".
	Keys string `json:"keys"`
}

// claimNew claims an id that no server has; nil when one has it or is about to.
func (b *Backend) claimNew(ctx context.Context, id string) (*claim, error) {
	c, err := b.hold(ctx, id)
	if c == nil || err != nil {
		return nil, err
	}
	if there, err := b.has(ctx, id); there || err != nil {
		c.release()
		return nil, err
	}
	c.claimed = claimed{Time: b.o.Now().UTC(), Had: names(filepath.Join(b.home, "servers", id))}
	if err := c.write(); err != nil {
		c.release()
		return nil, unwritable(err, b.home)
	}
	return c, nil
}

// hold takes an id without there being anything to take back; nil when an
// install has it.
func (b *Backend) hold(ctx context.Context, id string) (*claim, error) {
	dir := filepath.Join(b.home, "staging")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, unwritable(err, b.home)
	}
	l, err := lockFile(filepath.Join(dir, id+".lock"))
	if l == nil || err != nil {
		return nil, err
	}
	c := &claim{id: id, lock: l, path: filepath.Join(dir, id+".install")}
	if err := b.settle(ctx, c); err != nil {
		l.Close()
		return nil, err
	}
	return c, nil
}

// lockFile makes and locks a file; nil when it is held. Whoever held it may
// have removed it between our opening and locking: then it is made anew.
func lockFile(path string) (*flock.Flock, error) {
	for {
		l := flock.New(path)
		ok, err := l.TryLock()
		if err != nil || !ok {
			l.Close()
			if err != nil {
				err = fmt.Errorf("hold %s: %w", path, err)
			}
			return nil, err
		}
		ours, err := l.Stat()
		if there, serr := os.Stat(path); err == nil && serr == nil && os.SameFile(ours, there) {
			return l, nil
		}
		l.Close()
	}
}

func (c *claim) write() error {
	data, err := json.Marshal(c.claimed)
	if err != nil {
		return err
	}
	return whole.Write(c.path, data)
}

// keep lets go of the id and leaves the record, so that what could not be taken
// back now is at the next start, or by the next install under this id.
func (c *claim) keep() {
	c.kept = true
	c.lock.Close()
}

// release lets go of the id. What was installed stays.
func (c *claim) release() {
	if c.kept {
		return
	}
	os.Remove(c.path)
	c.unlock()
}

func (c *claim) unlock() {
	os.Remove(c.lock.Path())
	c.lock.Close()
	if runtime.GOOS == "windows" { // where a file in use cannot be removed
		os.Remove(c.lock.Path())
	}
}

// sweepInstalls takes back what installs that were killed have left. What
// cannot be taken back now is tried again at the next start.
func (b *Backend) sweepInstalls(ctx context.Context) {
	found := pattern.Files(b.home, "staging", "*.lock")
	for _, path := range found {
		id := strings.TrimSuffix(filepath.Base(path), ".lock")
		if !launch.ValidID(id) {
			continue
		}
		l, err := lockFile(path)
		if l == nil || err != nil {
			continue // it is under way
		}
		c := &claim{id: id, lock: l, path: filepath.Join(filepath.Dir(path), id+".install")}
		if b.settle(ctx, c) != nil {
			l.Close()
			continue
		}
		c.release()
	}
}

// settle takes back the install of a killed program whose claim this was,
// unless it had come to its end.
func (b *Backend) settle(ctx context.Context, c *claim) error {
	data, err := os.ReadFile(c.path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if json.Unmarshal(data, &c.claimed) != nil {
		return nil // written at once or not at all: it is nothing of ours
	}
	done, err := b.installed(ctx, c)
	if err != nil || done {
		return err
	}
	return b.takeBack(ctx, c)
}

// installed tells whether the install of a claim is in the history: that is
// written last.
func (b *Backend) installed(ctx context.Context, c *claim) (bool, error) {
	if there, err := b.has(ctx, c.id); !there || err != nil {
		return false, err
	}
	history, err := b.changes.History(ctx)
	if err != nil {
		return false, err
	}
	for _, r := range history {
		if !r.Time.Before(c.Time) && slices.Contains(noteOf(r).Installed, c.id) {
			return true, nil
		}
	}
	return false, nil
}

func noteOf(r changeset.Record) note {
	var n note
	_ = json.Unmarshal(r.Note, &n) // most changes have none
	return n
}

// takeBack removes every trace of an install that did not end well.
func (b *Backend) takeBack(ctx context.Context, c *claim) error {
	if err := b.store.DeleteServer(ctx, c.id); err != nil {
		return err
	}
	if err := launch.Delete(b.home, c.id); err != nil {
		return err
	}
	dir := filepath.Join(b.home, "servers", c.id)
	for _, name := range names(dir) {
		if !slices.Contains(c.Had, name) {
			if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
				return err
			}
		}
	}
	os.Remove(dir) // only when nothing was there before
	if c.Keys == "" {
		return nil
	}
	keys := b.keysIn(c.Keys)
	return errors.Join(keys.Delete(c.id, ""), signin.Accounts{Home: b.home, Keys: keys}.Forget(c.id))
}

func names(dir string) []string {
	entries, _ := os.ReadDir(dir) // a folder that is not there has none
	out := []string{}
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}
