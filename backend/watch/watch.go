// Package watch tells when one of some files is not what it was: written,
// replaced, moved, removed or made, itself or where a link of its leads. It
// watches the folders, because editors and apps replace a file by another of
// its name, and of a folder that is not there the nearest one above. backend
// may import it; it imports nothing of ours.
//
//	err := watch.Run(ctx, paths, func(files []string) { … }, nil, watch.Options{Home: home})
//
// Where the system takes no more watches the files are looked at every 1.5
// seconds instead. macOS watches each file of a folder with one open file, so
// there the home folder and folders above missing ones are looked at that way
// from the start. Linux is proved by tests; macOS and Windows are not.
package watch

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Options of Run; the zero value works.
type Options struct {
	// Home is the user's folder: of a file below it all folders up to it are
	// watched, so that one that is moved away is noticed. "" watches the file's
	// own folder only.
	Home string
	// Quiet is how long nothing must happen to the files before a change is
	// told: who writes is let finish. Default 200 ms; after five times as long
	// it is told anyway.
	Quiet time.Duration
	// Slow is the pause between looks without the system's help, default 1.5 s;
	// Check the one with it, for what it fails to tell, default 30 s.
	Slow, Check time.Duration
	// Mode is told at the start, and when it changes, how the files are watched.
	Mode func(Mode)
	// OS is as runtime.GOOS; "" is this one.
	OS string
	// watcher makes the system's watcher; tests replace it.
	watcher func() (*fsnotify.Watcher, error)
}

// Mode is how files are watched.
type Mode struct {
	// Slow tells that the system does not tell of all changes, Why because of
	// what; nil where that is this system's way.
	Slow bool
	Why  error
}

// Run watches files until ctx ends. files is asked at each look, so that what
// is watched may change; paths are absolute. changed gets those that are not as
// they were when it was called the last time, or when Run began. ready is
// called when everything that follows is noticed, and may be nil.
func Run(ctx context.Context, files func() []string, changed func([]string), ready func(), o Options) error {
	if o.Quiet == 0 {
		o.Quiet = 200 * time.Millisecond
	}
	if o.Slow == 0 {
		o.Slow = 1500 * time.Millisecond
	}
	if o.Check == 0 {
		o.Check = 30 * time.Second
	}
	if o.OS == "" {
		o.OS = runtime.GOOS
	}
	if o.watcher == nil {
		o.watcher = fsnotify.NewWatcher
	}
	w := &watching{o: o, files: files, seen: map[string]print{}, folders: map[string]fs.FileInfo{}}
	defer w.close()
	w.look()
	if ready != nil {
		ready()
	}
	return w.run(ctx, changed)
}

// watching is one Run.
type watching struct {
	o       Options
	files   func() []string
	events  *fsnotify.Watcher // nil where there is none
	failed  error             // why there is none, or not for all folders
	told    *Mode
	seen    map[string]print
	folders map[string]fs.FileInfo // those that are watched
	names   map[string]map[string]bool
	polled  bool // some files are not watched
}

// print is a file as it was seen: its own and that which a link leads to.
type print struct{ link, file fs.FileInfo }

func (w *watching) run(ctx context.Context, changed func([]string)) error {
	next := time.NewTimer(w.pause())
	defer next.Stop()
	quiet := time.NewTimer(time.Hour)
	defer quiet.Stop()
	quiet.Stop()
	var since time.Time // of the first change that is not told yet
	stir := func() {
		now := time.Now()
		if since.IsZero() {
			since = now
		}
		quiet.Reset(min(w.o.Quiet, max(0, 5*w.o.Quiet-now.Sub(since))))
	}
	for {
		var events chan fsnotify.Event
		var errs chan error
		if w.events != nil {
			events, errs = w.events.Events, w.events.Errors
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case e := <-events:
			if w.concerns(e) {
				stir()
			}
			continue
		case <-errs: // events were lost
			stir()
			continue
		case <-quiet.C:
		case <-next.C:
		}
		since = time.Time{}
		if found := w.look(); len(found) > 0 {
			changed(found)
		}
		next.Reset(w.pause())
	}
}

func (w *watching) pause() time.Duration {
	if w.polled || w.failed != nil {
		return w.o.Slow
	}
	return w.o.Check
}

// concerns tells whether an event may be about a file or a folder on the way
// to one. That a file was read or its mode changed does not concern us.
func (w *watching) concerns(e fsnotify.Event) bool {
	if e.Op == fsnotify.Chmod {
		return false
	}
	name := filepath.Clean(e.Name)
	if _, ok := w.folders[name]; ok {
		return true
	}
	return w.names[filepath.Dir(name)][filepath.Base(name)]
}

// look gives the files that are not as they were, and watches what has to be
// watched now.
func (w *watching) look() (changed []string) {
	files := w.files()
	first := len(w.seen) == 0
	w.arm(files)
	seen := map[string]print{}
	for _, f := range files {
		now := printOf(f)
		if was, ok := w.seen[f]; ok && !was.same(now) || !ok && !first && now.link != nil {
			changed = append(changed, f)
		}
		seen[f] = now
	}
	w.seen = seen
	return changed
}

// arm sets the watches. A folder is watched before the files in it are looked
// at, so that nothing happens in between.
func (w *watching) arm(files []string) {
	if w.events == nil && w.failed == nil {
		w.events, w.failed = w.o.watcher()
	}
	w.names, w.polled = map[string]map[string]bool{}, false
	for _, f := range files {
		w.want(f)
	}
	if w.events != nil {
		w.failed = nil
		for dir, was := range w.folders {
			if now, err := os.Stat(dir); w.names[dir] == nil || err != nil || !os.SameFile(was, now) {
				w.events.Remove(dir) // one that went has been forgotten already
				delete(w.folders, dir)
			}
		}
		for dir := range w.names {
			if w.folders[dir] == nil {
				w.add(dir)
			}
		}
	}
	mode := Mode{Slow: w.polled || w.failed != nil, Why: w.failed}
	if w.o.Mode != nil && (w.told == nil || w.told.Slow != mode.Slow) {
		w.told = &mode
		w.o.Mode(mode)
	}
}

func (w *watching) add(dir string) {
	now, err := os.Stat(dir)
	if err != nil {
		return
	}
	if err := w.events.Add(dir); err != nil {
		if _, serr := os.Stat(dir); serr == nil {
			w.failed = err
		}
		return
	}
	w.folders[dir] = now
}

// want notes which folders must be watched for a file, and for which names in
// them.
func (w *watching) want(file string) {
	for range 40 { // as many links as systems follow
		w.wantWay(file)
		to, err := os.Readlink(file)
		if err != nil {
			return
		}
		if !filepath.IsAbs(to) {
			to = filepath.Join(filepath.Dir(file), to)
		}
		file = to
	}
}

func (w *watching) wantWay(file string) {
	there := false
	for at := filepath.Clean(file); ; at = filepath.Dir(at) {
		dir := filepath.Dir(at)
		if dir == at {
			return
		}
		if there && !w.inHome(at) {
			return
		}
		if st, err := os.Stat(dir); err != nil || !st.IsDir() {
			continue
		}
		own := at == filepath.Clean(file)
		switch {
		case w.o.OS != "darwin":
			w.note(dir, filepath.Base(at))
		case own && dir != filepath.Clean(w.o.Home):
			w.note(dir, filepath.Base(at))
			return
		default:
			w.polled = true
			return
		}
		there = true
	}
}

func (w *watching) note(dir, name string) {
	if w.names[dir] == nil {
		w.names[dir] = map[string]bool{}
	}
	w.names[dir][name] = true
}

// inHome tells whether a path is below the home folder.
func (w *watching) inHome(path string) bool {
	if w.o.Home == "" {
		return false
	}
	rel, err := filepath.Rel(w.o.Home, path)
	return err == nil && rel != "." && filepath.IsLocal(rel)
}

func (w *watching) close() {
	if w.events != nil {
		w.events.Close()
	}
}

func printOf(file string) print {
	var p print
	p.link, _ = os.Lstat(file) // nil where there is nothing
	if p.link != nil && p.link.Mode()&fs.ModeSymlink != 0 {
		p.file, _ = os.Stat(file)
	}
	return p
}

func (p print) same(o print) bool { return alike(p.link, o.link) && alike(p.file, o.file) }

func alike(a, b fs.FileInfo) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime()) && a.Mode().Type() == b.Mode().Type()
}
