package container

import (
	"context"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"toolbay/backend/runtimes/engine"
)

// life is a locked file that stands for a launcher being alive. The system
// takes the lock back when the launcher dies, however it dies; a process id
// would be somebody else's one day, or mean nothing in another namespace.
type life struct {
	path string
	lock *flock.Flock
}

func lifeFile(home, name string) string { return filepath.Join(home, "run", name) }

// hold gives a life without a file where none can be written: then nobody
// takes the container for a leftover, and only the guard stands by it.
func hold(home, name string) life {
	path := lifeFile(home, name)
	if os.MkdirAll(filepath.Dir(path), 0o700) != nil {
		return life{}
	}
	l := flock.New(path, flock.SetPermissions(0o600))
	if ok, err := l.TryLock(); !ok || err != nil {
		return life{}
	}
	return life{path, l}
}

// release ends it. Unless it is known that there is no container, the file
// stays: that of a launcher that has died.
func (l life) release(none bool) {
	if l.lock == nil {
		return
	}
	if none {
		_ = os.Remove(l.path)
	}
	_ = l.lock.Close()
}

// dead tells whether the launcher of a container has died: its file is there
// and nobody holds it.
func dead(path string) bool {
	if _, err := os.Stat(path); err != nil {
		return false
	}
	l := flock.New(path)
	ok, err := l.TryLock()
	if ok {
		_ = l.Close()
	}
	return ok && err == nil
}

// Clear takes away the containers of a TOOLBAY_HOME whose launchers have died,
// and tells how many there were. Their number is bounded by what the engine
// lists.
func Clear(ctx context.Context, e *engine.Engine, home string) (int, error) {
	found, err := e.Labelled(ctx, LabelHome, HomeMark(home))
	if err != nil {
		return 0, err
	}
	n := 0
	for _, c := range found {
		path := lifeFile(home, c.Name)
		if filepath.Base(path) != c.Name || !dead(path) {
			continue
		}
		if remove(ctx, e, c.ID, false) {
			_ = os.Remove(path)
		}
		n++
	}
	return n, nil
}

// RemoveAll takes away every container of one server, running or not, and
// tells how many there were.
func RemoveAll(ctx context.Context, e *engine.Engine, home, server string) (int, error) {
	found, err := e.Labelled(ctx, LabelHome, HomeMark(home))
	if err != nil {
		return 0, err
	}
	n := 0
	for _, c := range found {
		if c.Labels[LabelServer] != server {
			continue
		}
		if path := lifeFile(home, c.Name); remove(ctx, e, c.ID, false) && filepath.Base(path) == c.Name {
			_ = os.Remove(path)
		}
		n++
	}
	return n, nil
}

// tidy clears up beside a start, which it must not hold up or break.
func tidy(e *engine.Engine, home string) {
	ctx, cancel := context.WithTimeout(context.Background(), tidying)
	defer cancel()
	_, _ = Clear(ctx, e, home)
	sweepLives(home)
}

// sweepLives deletes what is left of launchers that died together with their
// guards after the container had gone.
func sweepLives(home string) {
	entries, err := os.ReadDir(filepath.Join(home, "run"))
	if err != nil {
		return
	}
	for _, e := range entries {
		path := lifeFile(home, e.Name())
		if st, err := e.Info(); err == nil && st.Mode().IsRegular() && time.Since(st.ModTime()) > 24*time.Hour && dead(path) {
			_ = os.Remove(path)
		}
	}
}
