//go:build unix

package changeset

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// The kill test runs each scenario once to list its points, and then once per
// point in a process that kills itself there. A scenario is set up by the
// parent and run by the child.
type scenario struct {
	name  string
	setup func(t *testing.T, s site)
	run   func(e *Engine, s site) error
	o     Options
	// fault is called in the child besides the counting.
	fault func(s site) func(point string)
	// inPlace: a file may be half written until the next Open.
	inPlace bool
	// foreign: another program edits one file; marker "foreign" says it did.
	foreign bool
	// edit is that edit; without it, a line more in a.json.
	edit *edit
	// fails: the change cannot be made and is taken back.
	fails bool
	// killFirst is the point at which a first child is killed; the scenario
	// is then the recovery.
	killFirst string
}

// edit is what another program does to a file.
type edit struct {
	file string
	to   func(content string) string
}

var oneLineMore = edit{"a.json", func(content string) string { return content + "foreign\n" }}

func (sc scenario) edited() edit {
	if sc.edit != nil {
		return *sc.edit
	}
	return oneLineMore
}

// site is the folder of one run.
type site struct{ root string }

func (s site) user(name string) string { return filepath.Join(s.root, "user", name) }
func (s site) changes() string         { return filepath.Join(s.root, "changes") }
func (s site) marker() string          { return filepath.Join(s.root, "foreign") }

var big = strings.Repeat("0123456789abcdef", 3*chunk/16) + "\n"

func applyFiles(files ...File) func(*Engine, site) error {
	return func(e *Engine, s site) error {
		var here []File
		for _, f := range files {
			here = append(here, File{s.user(f.Path), f.Plan})
		}
		_, err := e.Apply(context.Background(), change(here...))
		return err
	}
}

func setupFiles(names ...string) func(*testing.T, site) {
	return func(t *testing.T, s site) {
		for _, n := range names {
			put(t, s.user(n), "old of "+n+"\n")
		}
	}
}

func setupApplied(names []string, files ...File) func(*testing.T, site) {
	return func(t *testing.T, s site) {
		setupFiles(names...)(t, s)
		if err := applyFiles(files...)(open(t, s.changes(), Options{}), s); err != nil {
			t.Fatal(err)
		}
	}
}

func undoNewest(e *Engine, _ site) error {
	_, err := e.Undo(context.Background(), "")
	return err
}

// failing runs what must fail once the other program has edited the file.
func failing(run func(*Engine, site) error) func(*Engine, site) error {
	return func(e *Engine, s site) error {
		err := run(e, s)
		if failed := err != nil; failed != exists(s.marker()) {
			return fmt.Errorf("failed %v, foreign edit %v: %w", failed, exists(s.marker()), err)
		}
		return nil
	}
}

func foreignEdit(write func(path, content string) error) func(site) func(string) {
	return oneLineMore.when("exchange", 1, write)
}

// when makes the edit before a point is passed for the nth time.
func (ed edit) when(point string, nth int, write func(path, content string) error) func(site) func(string) {
	return func(s site) func(string) {
		met := 0
		return func(p string) {
			if p != point {
				return
			}
			if met++; met != nth {
				return
			}
			b, err := os.ReadFile(s.user(ed.file))
			err = errors.Join(err, write(s.user(ed.file), ed.to(string(b))), os.WriteFile(s.marker(), nil, 0o600))
			if err != nil {
				panic(err)
			}
		}
	}
}

func byRename(path, content string) error {
	if err := os.WriteFile(path+".new", []byte(content), 0o644); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

func byWriting(path, content string) error { return os.WriteFile(path, []byte(content), 0o644) }

var three = []File{
	{Path: "a.json", Plan: addLine("ours")},
	{Path: "b/b.json", Plan: addLine("ours")},
	{Path: "c.json", Plan: addLine("ours")},
}

func scenarios() []scenario {
	return []scenario{
		{name: "one file", setup: setupFiles("a.json"), run: applyFiles(three[:1]...)},
		{name: "three files", setup: setupFiles("a.json", "b/b.json", "c.json"), run: applyFiles(three...)},
		{name: "new file in new folders", setup: setupFiles("other"),
			run: applyFiles(File{Path: "x/y/new.json", Plan: addLine("ours")})},
		{name: "remove a file", setup: setupFiles("a.json", "c.json"),
			run: applyFiles(File{Path: "a.json", Plan: removeFile}, three[2])},
		{name: "linked file", setup: func(t *testing.T, s site) {
			setupFiles("dotfiles/a.json", "b/b.json")(t, s)
			if err := os.Symlink("dotfiles/a.json", s.user("a.json")); err != nil {
				t.Fatal(err)
			}
		}, run: applyFiles(three[:2]...)},
		{name: "in place", inPlace: true, setup: func(t *testing.T, s site) {
			setupFiles("a.json", "ro/b.json")(t, s)
			if err := os.WriteFile(s.user("ro/b.json"), []byte("start\n"+big), 0o644); err != nil {
				t.Fatal(err)
			}
			protect(t, s.user("ro"))
		}, run: applyFiles(three[0], File{Path: "ro/b.json", Plan: func(b []byte) ([]byte, error) {
			return []byte("ours\n" + string(b)), nil
		}})},
		{name: "undo", setup: setupApplied([]string{"a.json", "b/b.json", "c.json"}, three...), run: undoNewest},
		{name: "undo of a new file", setup: setupApplied([]string{"a.json"}, three[0], File{Path: "x/y/new.json", Plan: addLine("ours")}),
			run: undoNewest},
		{name: "drift by rename", foreign: true, fault: foreignEdit(byRename),
			setup: setupFiles("a.json", "b/b.json"), run: applyFiles(three[:2]...)},
		{name: "drift by writing", foreign: true, fault: foreignEdit(byWriting),
			setup: setupFiles("a.json", "b/b.json"), run: applyFiles(three[:2]...)},
		{name: "drift in the only file", foreign: true, fault: foreignEdit(byRename), setup: setupFiles("a.json"), run: applyFiles(three[0])},
		{name: "drift without exchange", foreign: true, fault: foreignEdit(byRename), o: Options{noExchange: true},
			setup: setupFiles("a.json"), run: applyFiles(three[0])},
		{name: "taken back after an error", foreign: true, fails: true, fault: foreignEdit(byRename),
			setup: setupFiles("a.json", "b/b.json", "c.json"),
			run: failing(applyFiles(three[2], File{"x/new.json", addLine("ours")}, File{"b/b.json", removeFile},
				File{"a.json", func(b []byte) ([]byte, error) {
					if strings.Contains(string(b), "foreign") {
						return nil, errors.New("cannot be merged")
					}
					return append(b, "ours\n"...), nil
				}}))},
		{name: "no exchange", o: Options{noExchange: true}, setup: setupFiles("a.json", "b/b.json"), run: applyFiles(three[:2]...)},
		{name: "recovery after the first file", killFirst: "looked at what came out", setup: setupFiles("a.json", "b/b.json", "c.json"),
			run: applyFiles(three...)},
		{name: "recovery after all files", killFirst: "journal done half written", setup: setupFiles("a.json", "b/b.json"),
			run: applyFiles(three[:2]...)},
		{name: "recovery of a drift", killFirst: "put back", foreign: true, fault: foreignEdit(byRename),
			setup: setupFiles("a.json", "b/b.json"), run: applyFiles(three[:2]...)},
		{name: "recovery of a new file", killFirst: "looked at what came out",
			setup: setupFiles("c.json"), run: applyFiles(File{Path: "x/new.json", Plan: addLine("ours")}, three[2])},
		{name: "recovery of a removal", killFirst: "exchanged",
			setup: setupFiles("a.json", "c.json"), run: applyFiles(File{Path: "a.json", Plan: removeFile}, three[2])},
	}
}

// protect makes a folder read-only until the test ends.
func protect(t *testing.T, dir string) {
	t.Helper()
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o755) })
}

const childEnv = "CHANGESET_TEST_CHILD"

func TestMain(m *testing.M) {
	if spec := os.Getenv(childEnv); spec != "" {
		if err := child(strings.Split(spec, "|")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child runs scenario args[0] in the site args[1] and kills itself at the
// point args[2]: a number, the name of a point, or a name, # and which time it is
// met. With "" it lists all points, with "told" only the first.
// args[3] is "run" or "recover".
func child(args []string) error {
	if run, is := otherChildren[args[0]]; is {
		return run(args[1:])
	}
	switch args[0] {
	case "many":
		return manyChanges(args[1], args[2])
	case "as":
		code, err := asAnother(args[1], args[2])
		fmt.Print(code)
		return err
	}
	for _, sc := range append(scenarios(), switches()...) {
		if sc.name != args[0] {
			continue
		}
		s := site{args[1]}
		kill, count := args[2], 0
		met := map[string]int{}
		o := sc.o
		besides := func(string) {}
		if sc.fault != nil && args[3] == "run" {
			besides = sc.fault(s)
		}
		o.Fault = func(point string) {
			besides(point)
			count++
			if kill == "" || kill == "told" && count == 1 {
				fmt.Println(point)
			}
			met[point]++
			if kill == point || kill == strconv.Itoa(count) || kill == point+"#"+strconv.Itoa(met[point]) {
				_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
				select {}
			}
		}
		e, err := Open(s.changes(), o)
		if err != nil || args[3] == "recover" {
			return err
		}
		return sc.run(e, s)
	}
	return errors.New("no such scenario")
}

func spawn(sc scenario, s site, kill, what string) (out string, killed bool, err error) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+strings.Join([]string{sc.name, s.root, kill, what}, "|"))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	b, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL {
		return string(b), true, nil
	}
	if err != nil {
		err = fmt.Errorf("%w: %s", err, stderr.String())
	}
	return string(b), false, err
}

func newSite(t *testing.T, sc scenario) site {
	t.Helper()
	// In memory where there is such a place: a kill loses nothing that was
	// written, so waiting for a disk hundreds of times would prove nothing.
	root, err := os.MkdirTemp("/dev/shm", "changeset")
	if err != nil {
		root = t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(root) })
	s := site{root}
	if err := os.Mkdir(filepath.Join(s.root, "user"), 0o755); err != nil {
		t.Fatal(err)
	}
	sc.setup(t, s)
	return s
}

func TestKilledAtEveryPoint(t *testing.T) {
	total := 0
	var mu sync.Mutex
	t.Run("scenarios", func(t *testing.T) {
		for _, sc := range scenarios() {
			t.Run(sc.name, func(t *testing.T) {
				t.Parallel()
				n := killEverywhere(t, sc)
				mu.Lock()
				total += n
				mu.Unlock()
			})
		}
	})
	t.Logf("killed at %d points", total)
	if total < 200 {
		t.Errorf("only %d points", total)
	}
}

func killEverywhere(t *testing.T, sc scenario) int {
	// What there is before and after, and with the other program's edit alone.
	whole := newSite(t, sc)
	old := tree(t, whole.user(""))
	what := "run"
	if sc.killFirst != "" {
		if _, killed, err := spawn(sc, whole, sc.killFirst, "run"); !killed {
			t.Fatalf("first child was not killed: %v", err)
		}
		what = "recover"
	}
	out, _, err := spawn(sc, whole, "", what)
	if err != nil {
		t.Fatal(err)
	}
	points := strings.Split(strings.TrimSpace(out), "\n")
	done := newSite(t, sc)
	if _, _, err := spawn(sc, done, "", "run"); err != nil {
		t.Fatal(err)
	}
	good := outcome{old: old, done: tree(t, done.user(""))}
	if sc.foreign {
		edited := newSite(t, sc)
		ed := sc.edited()
		put(t, edited.user(ed.file), ed.to(get(t, edited.user(ed.file))))
		good.foreign = tree(t, edited.user(""))
	}
	if good.old == good.done {
		t.Fatal("the scenario changes nothing")
	}
	// Until its first journal line a change is the same in all scenarios; that
	// part is killed in the first two.
	begun := sc.killFirst != "" || sc.name == "one file" || sc.name == "three files" || sc.name == "switch"
	killed := 0
	for n, point := range points {
		begun = begun || point == "journal writing written"
		if !begun {
			continue
		}
		killed++
		t.Run(fmt.Sprintf("%d %s", n+1, point), func(t *testing.T) {
			s := newSite(t, sc)
			before := len(history(t, open(t, s.changes(), Options{})))
			if sc.killFirst != "" {
				if _, killed, err := spawn(sc, s, sc.killFirst, "run"); !killed {
					t.Fatalf("first child was not killed: %v", err)
				}
			}
			if _, killed, err := spawn(sc, s, strconv.Itoa(n+1), what); !killed {
				t.Fatalf("was not killed: %v", err)
			}
			good.check(t, sc, s, before)
		})
	}
	return killed
}

// outcome is what may be there after a kill.
type outcome struct{ old, done, foreign string }

func (good outcome) check(t *testing.T, sc scenario, s site, records int) {
	if !sc.inPlace {
		// Before anybody mends anything each file is the old or the new one.
		for _, line := range strings.Split(tree(t, s.user("")), "\n") {
			name := strings.SplitN(line, " ", 2)[0]
			file := strings.Contains(line, " -rw")
			if file && !strings.Contains(name, ".toolbay-") && !sc.foreign &&
				!strings.Contains(good.old, line+"\n") && !strings.Contains(good.done, line+"\n") {
				t.Errorf("after the kill: %s", line)
			}
		}
	}
	e := open(t, s.changes(), Options{})
	now := tree(t, s.user(""))
	switch {
	case now == good.done && !sc.fails:
		records++
	case exists(s.marker()) && now == good.foreign:
	case !exists(s.marker()) && now == good.old:
	default:
		t.Errorf("after the next start:\n%s\nneither old:\n%s\nnor new:\n%s", now, good.old, good.done)
	}
	wantNoTemp(t, s.user(""))
	wantSettled(t, e)
	wantWholeBackups(t, e)
	h := history(t, e)
	if len(h) != records {
		t.Errorf("history has %d records, want %d: %+v", len(h), records, h)
	}
	if len(h) > 0 && (len(h[0].Files) == 0 || h[0].WhyNot != "") {
		t.Errorf("newest record does not match the files: %+v", h[0])
	}
	if e.Settled() != nil && open(t, s.changes(), Options{}).Settled() != nil {
		t.Error("was not settled the first time")
	}
	// The machinery still works: what was cut off can be done again.
	if now != good.done && !sc.fails {
		if err := sc.run(e, s); err != nil {
			t.Fatalf("again: %v", err)
		}
		if again := tree(t, s.user("")); !sc.foreign && again != good.done {
			t.Errorf("done again:\n%s\nwant:\n%s", again, good.done)
		}
		wantNoTemp(t, s.user(""))
	}
}
