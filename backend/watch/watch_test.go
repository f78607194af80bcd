package watch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
)

// patience is how long a test waits for what should take less than two
// seconds: machines that build at the same time are slow.
const patience = 30 * time.Second

// scene is a home folder that is watched.
type scene struct {
	t    *testing.T
	home string
	told chan []string
	mode chan Mode
	slow time.Duration // the longest time that a change took to be told
}

func watched(t *testing.T, home string, o Options, files ...string) *scene {
	t.Helper()
	s := &scene{t: t, home: home, told: make(chan []string, 100), mode: make(chan Mode, 10)}
	var paths []string
	for _, f := range files {
		paths = append(paths, filepath.Join(home, f))
	}
	o.Home, o.Mode = home, func(m Mode) { s.mode <- m }
	ctx, cancel := context.WithCancel(t.Context())
	ready, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		Run(ctx, func() []string { return paths }, func(c []string) { s.told <- c }, func() { close(ready) }, o)
	}()
	t.Cleanup(func() { cancel(); <-done })
	<-ready
	return s
}

// hears expects that the change that do makes to a file is told.
func (s *scene) hears(what, file string, do func()) {
	s.t.Helper()
	began := time.Now()
	do()
	for {
		select {
		case c := <-s.told:
			if slices.Contains(c, filepath.Join(s.home, file)) {
				took := time.Since(began)
				s.t.Logf("%-46s %4d ms", what, took.Milliseconds())
				s.slow = max(s.slow, took)
				s.settle()
				return
			}
		case <-time.After(patience):
			s.t.Fatalf("%s: not noticed", what)
		}
	}
}

// settle lets what belongs to the last change be told, so that the next one
// waits for its own.
func (s *scene) settle() {
	for {
		select {
		case <-s.told:
		case <-time.After(300 * time.Millisecond):
			return
		}
	}
}

func (s *scene) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) path(p string) string { return filepath.Join(s.home, p) }

func (s *scene) write(p, content string) {
	s.t.Helper()
	s.must(os.MkdirAll(filepath.Dir(s.path(p)), 0o755))
	s.must(os.WriteFile(s.path(p), []byte(content), 0o644))
}

// byAnother has another process run a line of shell in the home folder.
func (s *scene) byAnother(line string) {
	s.t.Helper()
	sh := exec.Command("sh", "-ec", line)
	sh.Dir = s.home
	if out, err := sh.CombinedOutput(); err != nil {
		s.t.Fatalf("%s: %v\n%s", line, err, out)
	}
}

func needShell(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("needs a shell")
	}
}

func TestEveryWayAFileIsWritten(t *testing.T) {
	needShell(t)
	t.Parallel()
	home := t.TempDir()
	s := &scene{t: t, home: home}
	s.write(".cursor/mcp.json", "{}")
	s.write("dotfiles/claude/config.json", "{}")
	s.must(os.MkdirAll(s.path(".config/Claude"), 0o755))
	s.must(os.Symlink("../../dotfiles/claude/config.json", s.path(".config/Claude/config.json")))
	const cursor, claude, late = ".cursor/mcp.json", ".config/Claude/config.json", ".codeium/windsurf/mcp_config.json"
	s = watched(t, home, Options{}, cursor, claude, late, ".claude.json")
	if m := <-s.mode; m.Slow && runtime.GOOS == "linux" {
		t.Errorf("watched slowly: %v", m.Why)
	}

	s.hears("written in place", cursor, func() { s.byAnother("printf '{\"a\": 1}' >.cursor/mcp.json") })
	s.hears("emptied and written", cursor, func() { s.byAnother(": >.cursor/mcp.json; printf '{\"b\": 22}' >>.cursor/mcp.json") })
	s.hears("another file renamed onto it", cursor, func() { s.byAnother("printf '{}' >.cursor/.tmp; mv .cursor/.tmp .cursor/mcp.json") })
	s.hears("same size, same time", cursor, func() {
		s.byAnother("printf '[]' >.cursor/.tmp; touch -r .cursor/mcp.json .cursor/.tmp; mv .cursor/.tmp .cursor/mcp.json")
	})
	s.hears("removed", cursor, func() { s.byAnother("rm .cursor/mcp.json") })
	s.hears("made again", cursor, func() { s.byAnother("printf '{}' >.cursor/mcp.json") })
	s.hears("folder removed", cursor, func() { s.byAnother("rm -r .cursor") })
	s.hears("folder and file made again", cursor, func() { s.byAnother("mkdir .cursor; printf '{\"c\":1}' >.cursor/mcp.json") })
	s.hears("folder moved away", cursor, func() { s.byAnother("mv .cursor .cursor-old") })
	s.hears("folder moved back", cursor, func() { s.byAnother("mv .cursor-old .cursor") })
	s.hears("where a link leads, in place", claude, func() { s.byAnother("printf '{\"a\":1}' >dotfiles/claude/config.json") })
	s.hears("where a link leads, by rename", claude, func() {
		s.byAnother("printf '{}' >dotfiles/x; mv dotfiles/x dotfiles/claude/config.json")
	})
	s.hears("a link replaced by a file", claude, func() {
		s.byAnother("printf '{}' >.config/Claude/x; mv .config/Claude/x .config/Claude/config.json")
	})
	s.hears("a folder two above moved away", claude, func() { s.byAnother("mv .config .config-old") })
	s.hears("and back", claude, func() { s.byAnother("mv .config-old .config") })
	s.hears("a file in folders that were not there", late, func() { s.byAnother("mkdir -p .codeium/windsurf; printf '{}' >.codeium/windsurf/mcp_config.json") })
	s.hears("and it goes with them", late, func() { s.byAnother("rm -r .codeium") })
	s.hears("a file in the home folder itself", ".claude.json", func() { s.byAnother("printf '{}' >.claude.json") })
	t.Logf("the slowest took %d ms; two seconds are promised", s.slow.Milliseconds())
}

func TestWhatIsNoChangeIsNotTold(t *testing.T) {
	needShell(t)
	t.Parallel()
	home := t.TempDir()
	s := &scene{t: t, home: home}
	s.write(".cursor/mcp.json", "{}")
	s = watched(t, home, Options{}, ".cursor/mcp.json")
	s.byAnother("cat .cursor/mcp.json >/dev/null; chmod 600 .cursor/mcp.json; touch .cursor/other; mkdir .cursor/x; touch .cursor/x/mcp.json; touch unrelated")
	// A change after it all is told alone, and at once.
	s.hears("the file itself", ".cursor/mcp.json", func() { s.byAnother("printf '{} ' >.cursor/mcp.json") })
	if len(s.told) > 0 {
		t.Errorf("told too: %v", <-s.told)
	}
}

// Twelve apps at once, whose folders are there, are made later, or are links.
func TestTwelveApps(t *testing.T) {
	needShell(t)
	t.Parallel()
	home := t.TempDir()
	s := &scene{t: t, home: home}
	var files []string
	for i := range 12 {
		f := fmt.Sprintf(".config/app%d/User/mcp.json", i)
		files = append(files, f)
		switch i % 3 {
		case 0:
			s.write(f, "{}")
		case 1:
			s.write(fmt.Sprintf("real/app%d/mcp.json", i), "{}")
			s.must(os.MkdirAll(s.path(fmt.Sprintf(".config/app%d", i)), 0o755))
			s.must(os.Symlink(s.path(fmt.Sprintf("real/app%d", i)), s.path(fmt.Sprintf(".config/app%d/User", i))))
		}
	}
	s = watched(t, home, Options{}, files...)
	for i, f := range files {
		s.hears(fmt.Sprintf("app %d", i), f, func() { s.write(f, "[]") })
	}
}

func TestWithoutTheSystemsHelp(t *testing.T) {
	needShell(t)
	t.Parallel()
	home := t.TempDir()
	s := &scene{t: t, home: home}
	s.write(".cursor/mcp.json", "{}")
	none := errors.New("no space left on device")
	s = watched(t, home, Options{
		watcher: func() (*fsnotify.Watcher, error) { return nil, none }, Slow: 50 * time.Millisecond,
	}, ".cursor/mcp.json", ".kiro/mcp.json")
	if m := <-s.mode; !m.Slow || !errors.Is(m.Why, none) {
		t.Errorf("mode %+v", m)
	}
	s.hears("in place", ".cursor/mcp.json", func() { s.byAnother("printf 1 >.cursor/mcp.json") })
	s.hears("by rename", ".cursor/mcp.json", func() { s.byAnother("printf 2 >x; mv x .cursor/mcp.json") })
	s.hears("made", ".kiro/mcp.json", func() { s.byAnother("mkdir .kiro; printf 2 >.kiro/mcp.json") })
	s.hears("removed", ".kiro/mcp.json", func() { s.byAnother("rm -r .kiro") })
}

// The way of macOS, run here: few watches, the rest is looked at.
func TestMacWay(t *testing.T) {
	needShell(t)
	t.Parallel()
	home := t.TempDir()
	s := &scene{t: t, home: home}
	s.write(".cursor/mcp.json", "{}")
	s = watched(t, home, Options{OS: "darwin", Slow: 50 * time.Millisecond}, ".cursor/mcp.json", ".claude.json", ".kiro/settings/mcp.json")
	if m := <-s.mode; !m.Slow || m.Why != nil {
		t.Errorf("mode %+v", m)
	}
	s.hears("watched", ".cursor/mcp.json", func() { s.byAnother("printf 1 >.cursor/mcp.json") })
	s.hears("in the home folder", ".claude.json", func() { s.byAnother("printf 1 >.claude.json") })
	s.hears("in a new folder", ".kiro/settings/mcp.json", func() { s.byAnother("mkdir -p .kiro/settings; printf 1 >.kiro/settings/mcp.json") })
}

func TestFilesThatComeLater(t *testing.T) {
	needShell(t)
	t.Parallel()
	home := t.TempDir()
	path := func(p string) string { return filepath.Join(home, p) }
	for _, p := range []string{"a", "b"} {
		if err := os.WriteFile(path(p), []byte("1"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	more := make(chan bool, 1)
	list := []string{path("a")}
	told, ready := make(chan []string, 10), make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		Run(ctx, func() []string {
			select {
			case <-more:
				list = append(list, path("b"))
			default:
			}
			return list
		}, func(c []string) { told <- c }, func() { close(ready) }, Options{Home: home, Check: 20 * time.Millisecond})
	}()
	defer func() { cancel(); <-done }()
	<-ready
	more <- true
	select {
	case c := <-told:
		if !slices.Equal(c, []string{path("b")}) {
			t.Errorf("told %v", c)
		}
	case <-time.After(patience):
		t.Fatal("a file that is watched from now on was not told")
	}
}
