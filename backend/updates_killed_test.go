package backend

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"toolbay/backend/install"
	"toolbay/backend/launch"
	"toolbay/backend/model"
	"toolbay/backend/update"
	"toolbay/backend/whole"
)

// stepsOfATurn are all the places at which a switch calls Fault.
var stepsOfATurn = []string{"begin", "noted", "carried", "spec", "database", "record", "history", "dropped"}

// version makes the folder of a version as an install leaves it.
func version(t *testing.T, home, name string) model.Server {
	t.Helper()
	dir := filepath.Join(home, "servers", "notes", name+"-1")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	entry := filepath.Join(dir, "cli.js")
	if err := os.WriteFile(entry, []byte(name), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := install.WriteReceipt(dir, install.Receipt{Format: 1, Type: "npm", Server: "notes", Version: name}); err != nil {
		t.Fatal(err)
	}
	if err := install.Seal(dir); err != nil {
		t.Fatal(err)
	}
	return model.Server{
		ID: "notes", Title: "Notes", Version: name, Package: model.Package{Type: "npm", Identifier: "notes-mcp", Version: name},
		Installed: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Dir: dir, Command: filepath.Join(home, "node"), Args: []string{entry},
		Inputs: []model.AnsweredInput{},
	}
}

// versioned is a home with a server at version 2 that was 1 before, and
// version 3 prepared.
func versioned(t *testing.T) (home string) {
	t.Helper()
	home = t.TempDir()
	b := openIn(t, home, nil)
	one, two, three := version(t, home, "1"), version(t, home, "2"), version(t, home, "3")
	if err := b.putServer(t.Context(), one); err != nil {
		t.Fatal(err)
	}
	if err := launch.Write(home, specOf(one)); err != nil {
		t.Fatal(err)
	}
	for _, next := range []model.Server{two, three} {
		s, err := b.server(t.Context(), "notes")
		if err != nil {
			t.Fatal(err)
		}
		p := prepared{Server: "notes", Time: time.Now(), Base: s.Dir, Next: next, Difference: update.Compare(b.side(s), b.side(next))}
		data, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if err := whole.Write(b.preparedFile("notes"), data); err != nil {
			t.Fatal(err)
		}
		if next.Version == "2" {
			if _, err := b.ApplyUpdate(t.Context(), UpdateRequest{Server: "notes"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	return home
}

func openIn(t *testing.T, home string, fault func(string)) *Backend {
	t.Helper()
	b, err := Open(t.Context(), Options{Home: home, Fault: fault, Getenv: func(string) string { return "" }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

// turns are the ways in which a server comes to another version.
var turns = map[string]struct {
	do func(t *testing.T, b *Backend) error
	// from and to are the versions before and after, kind is the history's.
	from, to, kind string
}{
	"update": {func(t *testing.T, b *Backend) error {
		_, err := b.ApplyUpdate(t.Context(), UpdateRequest{Server: "notes"})
		return err
	}, "2", "3", "update"},
	"rollback": {func(t *testing.T, b *Backend) error {
		_, err := b.Rollback(t.Context(), "notes", false)
		return err
	}, "2", "1", "rollback"},
	"undo": {func(t *testing.T, b *Backend) error {
		_, err := b.Undo(t.Context(), "", false)
		return err
	}, "2", "1", "undo"},
}

// A switch from one version to another that is killed at any step: what apps
// start is the one or the other version as a whole, and the next start finds
// spec, database and record of the same one, with its line in the history.
func TestSwitchKilled(t *testing.T) {
	if plan := os.Getenv("TOOLBAY_TEST_KILL"); plan != "" {
		part := strings.SplitN(plan, " ", 3)
		self, err := os.FindProcess(os.Getpid())
		if err != nil {
			t.Fatal(err)
		}
		b := openIn(t, part[2], func(step string) {
			if step == part[1] {
				_ = self.Kill()
				select {}
			}
		})
		if err := turns[part[0]].do(t, b); err != nil {
			t.Fatal(err)
		}
		return
	}
	for name, c := range turns {
		for _, step := range stepsOfATurn {
			t.Run(name+" at "+step, func(t *testing.T) {
				t.Parallel()
				home := versioned(t)
				cmd := exec.Command(os.Args[0], "-test.run=^TestSwitchKilled$", "-test.count=1")
				cmd.Env = append(os.Environ(), "TOOLBAY_TEST_KILL="+name+" "+step+" "+home)
				if out, err := cmd.CombinedOutput(); err == nil {
					t.Fatalf("it was not killed: %s", out)
				} else if cmd.ProcessState.ExitCode() == 1 {
					t.Fatalf("it failed before: %s", out)
				}
				started := versionStarted(t, home)
				if started != c.from && started != c.to {
					t.Errorf("apps would start %q", started)
				}
				want := c.to
				if step == "begin" {
					want = c.from
				}
				isWhole(t, home, want, c.kind)
			})
		}
	}
}

// versionStarted is the version that an app would start, and it must be there.
func versionStarted(t *testing.T, home string) string {
	t.Helper()
	spec, err := launch.Read(home, "notes")
	if err != nil {
		t.Fatal(err)
	}
	body, err := os.ReadFile(spec.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// isWhole opens a home and fails unless all of it is of one version.
func isWhole(t *testing.T, home, want, kind string) {
	t.Helper()
	b := openIn(t, home, nil)
	s, err := b.server(t.Context(), "notes")
	if err != nil {
		t.Fatal(err)
	}
	var record model.Server
	data, err := os.ReadFile(filepath.Join(home, "servers", "notes", "server.json"))
	if err == nil {
		err = json.Unmarshal(data, &record)
	}
	if err != nil {
		t.Fatal(err)
	}
	if started := versionStarted(t, home); s.Version != want || record.Version != want || started != want || record.Dir != s.Dir {
		t.Errorf("the database says %s, the record %s, apps start %s; want %s", s.Version, record.Version, started, want)
	}
	earlier := map[string]string{"1": "2", "2": "1", "3": "2"}[want]
	if len(s.Earlier) != 1 || s.Earlier[0].Version != earlier || !isFolder(s.Earlier[0].Dir) {
		t.Errorf("earlier: %+v", s.Earlier)
	}
	if fileExists(b.turnFile("notes")) {
		t.Error("the note of the switch is left")
	}
	folders := 0
	for _, v := range []string{"1", "2", "3"} {
		if isFolder(filepath.Join(home, "servers", "notes", v+"-1")) {
			folders++
		}
	}
	if _, err := b.readPrepared("notes"); (err == nil) != (want == "2") || folders != map[bool]int{true: 3, false: 2}[want == "2"] {
		t.Errorf("%d versions are there, prepared: %v", folders, err)
	}
	history, err := b.changes.History(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	lines := 1
	if want != "2" {
		lines = 2
	}
	if len(history) != lines {
		t.Fatalf("history: %+v", history)
	}
	if newest := history[0]; want != "2" && newest.Kind != kind && (kind != "undo" || newest.Undoes == "") || !newest.Undoable {
		t.Errorf("newest change: %+v", newest)
	}
	// And it goes on from there.
	if _, err := b.Rollback(t.Context(), "notes", false); err != nil {
		t.Errorf("rollback afterwards: %v", err)
	}
}

// A switch that cannot be written is taken back as a whole.
func TestSwitchFails(t *testing.T) {
	home := versioned(t)
	b := openIn(t, home, nil)
	s, err := b.server(t.Context(), "notes")
	if err != nil {
		t.Fatal(err)
	}
	to, err := b.backTo(s)
	if err != nil {
		t.Fatal(err)
	}
	to.Command = "node" // no place to start from: the spec is refused
	if _, err := b.turnTo(t.Context(), s, turn{To: to, Kind: "rollback"}); err == nil {
		t.Fatal("a spec without a place was written")
	}
	isWhole(t, home, "2", "")
}

// An earlier version that is not whole any more is not gone back to.
func TestRollbackToDamaged(t *testing.T) {
	for name, damage := range map[string]func(dir string) error{
		"changed": func(dir string) error { return os.WriteFile(filepath.Join(dir, "cli.js"), []byte("x"), 0o600) },
		"gone":    os.RemoveAll,
	} {
		t.Run(name, func(t *testing.T) {
			home := versioned(t)
			b := openIn(t, home, nil)
			if err := damage(filepath.Join(home, "servers", "notes", "1-1")); err != nil {
				t.Fatal(err)
			}
			if _, err := b.Rollback(t.Context(), "notes", false); model.Code(err) != "update_earlier_damaged" {
				t.Errorf("rollback: %v", err)
			}
			if got := versionStarted(t, home); got != "2" {
				t.Errorf("apps start %s", got)
			}
			if h, err := b.History(t.Context()); err != nil || h[0].Undoable || h[0].WhyNot != "update_earlier_damaged" {
				t.Errorf("history: %+v, %v", h, err)
			}
		})
	}
}

// What was prepared waits for a day. Folders that belong to nobody go at once,
// those of a server that is being worked on stay.
func TestSweepUpdates(t *testing.T) {
	home := versioned(t)
	dir := filepath.Join(home, "servers", "notes")
	own := filepath.Join(dir, "data-1") // nothing that an install made
	if err := os.Mkdir(own, 0o700); err != nil {
		t.Fatal(err)
	}
	b := openIn(t, home, nil)
	c, err := b.hold(t.Context(), "notes")
	if c == nil || err != nil {
		t.Fatal(err)
	}
	loose := version(t, home, "9").Dir
	openIn(t, home, nil)
	if !isFolder(loose) {
		t.Error("swept while it was being worked on")
	}
	c.release()
	openIn(t, home, nil)
	if isFolder(loose) || !isFolder(own) || !isFolder(filepath.Join(dir, "3-1")) || !isFolder(filepath.Join(dir, "1-1")) {
		t.Errorf("left: %v", names(dir))
	}
	late, err := Open(t.Context(), Options{Home: home, Getenv: func(string) string { return "" }, Now: func() time.Time { return time.Now().Add(25 * time.Hour) }})
	if err != nil {
		t.Fatal(err)
	}
	defer late.Close()
	if isFolder(filepath.Join(dir, "3-1")) || fileExists(late.preparedFile("notes")) {
		t.Errorf("what was prepared is left: %v", names(dir))
	}
	if _, err := late.ApplyUpdate(t.Context(), UpdateRequest{Server: "notes"}); model.Code(err) != "update_not_prepared" {
		t.Errorf("apply: %v", err)
	}
}
