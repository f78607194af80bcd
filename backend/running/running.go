// Package running tells whether an AI app's program runs, and asks it to close
// as its own menu would. It never ends a program by force. backend may import
// it; it imports model only.
//
//	s, claude := running.System{Home: home}, running.Program{Names: []string{"claude-desktop"}}
//	if found := s.Find(ctx, claude); len(found) > 0 {
//		err := s.Close(ctx, "Claude Desktop", claude)
//	}
//
// Linux is proved by tests that run programs. What ps of macOS prints and which
// programs Windows lists is tested with made-up answers; asking an app there to
// close is not proved.
package running

import (
	"context"
	"path"
	"runtime"
	"slices"
	"strings"
	"time"

	"toolbay/backend/model"
)

// Process is a program that runs for the user who runs this one.
type Process struct {
	PID, Parent int
	// Path is the program's file, Called what it was started as; either may be
	// "" where the system does not tell.
	Path, Called string
	// Home is the home folder it was started with, "" where that is not told or
	// was not asked.
	Home    string
	Started time.Time
}

// Program is how an app's processes are told from others.
type Program struct {
	// Names are those of the program's file, on Windows with or without ".exe";
	// none is an app whose program is not known.
	Names []string
	// Within are names of folders, of which one must begin the name of a folder
	// that the file is in; none leaves that open.
	Within []string
}

// System is the computer as this package sees it; the zero value is this one.
type System struct {
	// OS is as runtime.GOOS; "" is this one.
	OS string
	// Home leaves out programs that were started with another home folder: they
	// use other files. "" leaves out none.
	Home string
	// List gives the user's processes, Ask asks one to close; nil is the real
	// thing.
	List func(ctx context.Context) ([]Process, error)
	Ask  func(ctx context.Context, p Process) error
	// Wait is how long an app that was asked may take to close; default 20 s. It
	// may ask the user something first.
	Wait time.Duration
	// Pause waits between two looks; nil is a real pause.
	Pause func(ctx context.Context, d time.Duration) error
}

// between is the pause between two looks at a program that is closing.
const between = 100 * time.Millisecond

// Find gives the main processes of an app: those that no other of them has
// started. What cannot be found out is not running.
func (s System) Find(ctx context.Context, programs ...Program) []Process {
	if len(programs) == 0 {
		return nil
	}
	wanted := func(p Process) bool {
		return slices.ContainsFunc(programs, func(n Program) bool { return s.is(p, n) })
	}
	list, home := s.List, func(p Process) string { return p.Home }
	if list == nil {
		list = func(ctx context.Context) ([]Process, error) { return processes(ctx, wanted) }
		home = func(p Process) string { return homeOf(p.PID) }
	}
	all, err := list(ctx)
	if err != nil {
		return nil
	}
	var found []Process
	for _, p := range all {
		if !wanted(p) {
			continue
		}
		if at := home(p); s.Home == "" || at == "" || path.Clean(at) == path.Clean(s.Home) {
			found = append(found, p)
		}
	}
	var main []Process
	for _, p := range found {
		if !slices.ContainsFunc(found, func(o Process) bool { return o.PID == p.Parent && o.PID != p.PID }) {
			main = append(main, p)
		}
	}
	return main
}

// Since tells since when a program runs; of several the one that was started
// last counts.
func (s System) Since(ctx context.Context, programs ...Program) (since time.Time, runs bool) {
	for _, p := range s.Find(ctx, programs...) {
		if runs = true; p.Started.After(since) {
			since = p.Started
		}
	}
	return since, runs
}

// Close asks an app's program to close, and waits until it has. One that does
// not run is closed. Error codes: app_not_closed, cancelled.
func (s System) Close(ctx context.Context, app string, programs ...Program) error {
	ask, pause, wait := s.Ask, s.Pause, s.Wait
	if ask == nil {
		ask = askToClose
	}
	if pause == nil {
		pause = sleep
	}
	if wait == 0 {
		wait = 20 * time.Second
	}
	var refused error
	for _, p := range s.Find(ctx, programs...) {
		if err := ask(ctx, p); err != nil {
			refused = err
		}
	}
	for waited := time.Duration(0); ; waited += between {
		if len(s.Find(ctx, programs...)) == 0 {
			return nil
		}
		if refused != nil || waited >= wait {
			return model.Fail("app_not_closed", refused, "app", app)
		}
		if err := pause(ctx, between); err != nil {
			return model.Fail("cancelled", err)
		}
	}
}

// is tells whether a process is one of a program's.
func (s System) is(p Process, program Program) bool {
	plain := func(s string) string { return s }
	if s.OS == "windows" || s.OS == "" && runtime.GOOS == "windows" {
		plain = func(s string) string {
			return strings.TrimSuffix(strings.ToLower(strings.ReplaceAll(s, `\`, "/")), ".exe")
		}
	}
	file, called := plain(p.Path), plain(p.Called)
	named := slices.ContainsFunc(program.Names, func(n string) bool {
		return plain(n) == path.Base(file) || plain(n) == path.Base(called)
	})
	if !named || len(program.Within) == 0 {
		return named
	}
	for _, folder := range strings.Split(path.Dir(file), "/") {
		if slices.ContainsFunc(program.Within, func(w string) bool { return strings.HasPrefix(folder, plain(w)) }) {
			return true
		}
	}
	return false
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
