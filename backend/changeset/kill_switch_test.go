//go:build unix

package changeset

import (
	"context"
	"errors"
	"fmt"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"toolbay/backend/configfile"
)

// The switch from one set of servers to another over twelve files of all
// formats. It is killed at every named point, which stand between any two things
// it does to the disk; its undo, its recovery and that of its undo too, and while
// another program writes to one of the files; and at times of the clock that know
// no points. What holds after each kill:
//
//   - Before anybody mends anything each of the twelve files is wholly the old or
//     wholly the new one, its mode included.
//   - After the next start all twelve agree: all old or all new. What the other
//     program wrote is there in both cases.
//   - No file of ours lies beside them, and no journal is open.
//   - Each copy of what was there, and of what came, is there and whole.
//   - The history tells what happened, and the switch can be made again.

// place12 is one of the twelve.
type place12 struct {
	name   string
	format configfile.Format
	path   []string // where the entries stand
	// had is the file before the first entry; "" is an absent one.
	had string
	// link, when set, is what the name leads to.
	link string
	// first and second are the servers of the two sets in this file.
	first, second []string
}

var (
	work = []string{"notes", "mail", "files"}
	home = []string{"notes", "music", "photos"}
)

func twelve() []place12 {
	long := strings.Repeat("    {\"at\": 12345678901234567890, \"text\": \"caf\\u00e9 ☕\"},\n", 300)
	return []place12{
		{name: "cursor/mcp.json", format: configfile.JSON, path: []string{"mcpServers"}, had: "{\n  \"mcpServers\": {\n    \"own\": { \"command\": \"x\" }\n  }\n}\n", first: work, second: home},
		{name: "claude.json", format: configfile.JSON, path: []string{"mcpServers"}, had: "{\n  \"history\": [\n" + long + "    0\n  ],\n  \"theme\": \"dark\"\n}\n", first: work, second: home},
		{name: "vscode/mcp.json", format: configfile.JSONC, path: []string{"servers"}, had: "// mine\n{\n\t\"inputs\": [], // none\n\t\"servers\": {\n\t},\n}\n", first: work, second: home},
		{name: "zed/settings.json", format: configfile.JSONC, path: []string{"context_servers"}, had: "{\r\n  // Zed\r\n  \"vim_mode\": true,\r\n}\r\n", first: work, second: home},
		{name: "gemini/settings.json", format: configfile.JSONComments, path: []string{"mcpServers"}, had: "{\"theme\":\"x\"/* no */}", first: work, second: home},
		{name: "codex/config.toml", format: configfile.TOML, path: []string{"mcp_servers"}, had: "# mine\nmodel = \"x\"\n\n[profiles.a]\nb = 1\n", first: work, second: home},
		{name: "linked.toml", link: "dotfiles/own.toml", format: configfile.TOML, path: []string{"mcp_servers"}, had: "model = 'x'\n", first: work, second: home},
		{name: "goose/config.yaml", format: configfile.YAML, path: []string{"extensions"}, had: "# mine\nGOOSE_MODEL: x\nextensions:\n  own:\n    enabled: true\n", first: work, second: home},
		{name: "linked.json", link: "dotfiles/deep/own.json", format: configfile.JSON, path: []string{"mcpServers"}, had: "{}\n", first: work, second: home},
		{name: "absent.json", format: configfile.JSON, path: []string{"mcpServers"}, second: home},
		{name: "far/away/absent.yaml", format: configfile.YAML, path: []string{"mcpServers"}, second: home[:1]},
		{name: "goes/with/us.json", format: configfile.JSON, path: []string{"mcpServers"}, first: work},
	}
}

// settings is the file as it is with some servers of ours in it, from the start.
func (p place12) settings(t *testing.T, servers []string) []byte {
	t.Helper()
	var b []byte
	if p.had != "" {
		b = []byte(p.had)
	}
	for _, s := range servers {
		out, _, err := configfile.Insert(b, p.format, append(append([]string{}, p.path...), s), serverEntry(s))
		if err != nil {
			t.Fatalf("%s: %v", p.name, err)
		}
		b = out
	}
	return b
}

func serverEntry(name string) configfile.Object {
	return configfile.Object{{Key: "command", Value: "/opt/toolbay"}, {Key: "args", Value: []string{"run", name}}}
}

// setup12 lays the files as they are with the first set.
func setup12(t *testing.T, s site) {
	for _, p := range twelve() {
		name := p.name
		if p.link != "" {
			if err := os.MkdirAll(filepath.Dir(s.user(p.link)), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(p.link, s.user(name)); err != nil {
				t.Fatal(err)
			}
			name = p.link
		}
		if b := p.settings(t, p.first); b != nil {
			put(t, s.user(name), string(b))
		}
	}
	// Not every file is like every other.
	for name, mode := range map[string]os.FileMode{"codex/config.toml": 0o600, "zed/settings.json": 0o664} {
		if err := os.Chmod(s.user(name), mode); err != nil {
			t.Fatal(err)
		}
	}
}

// switch12 takes the first set out of all files and puts the second one in.
func switch12(e *Engine, s site) error {
	c := Change{Kind: "switch", Title: "Work → Home"}
	for _, p := range twelve() {
		c.Files = append(c.Files, File{Path: s.user(p.name), Plan: func(b []byte) (out []byte, err error) {
			out = b
			at := func(name string) []string { return append(append([]string{}, p.path...), name) }
			for _, name := range p.first {
				// Where the set was all there was, the file goes with it.
				trace := &configfile.Trace{Created: len(p.path), Absent: p.had == ""}
				if out, err = configfile.Remove(out, p.format, at(name), trace); err != nil {
					return nil, err
				}
			}
			for _, name := range p.second {
				if out, _, err = configfile.Insert(out, p.format, at(name), serverEntry(name)); err != nil {
					return nil, err
				}
			}
			return out, nil
		}})
	}
	_, err := e.Apply(context.Background(), c)
	return err
}

func setupSwitched(t *testing.T, s site) {
	setup12(t, s)
	if err := switch12(open(t, s.changes(), Options{}), s); err != nil {
		t.Fatal(err)
	}
}

func switches() []scenario {
	list := []scenario{
		{name: "switch", setup: setup12, run: switch12},
		{name: "switch undone", setup: setupSwitched, run: undoNewest},
	}
	// Each recovery has to do something else: remove what was staged, take back
	// one file, half of them, all but one; go on where all were in place.
	for _, point := range []string{
		"temp half written#9", "temp dressed#5", "temp complete#11", "journal exchanging half written", "journal exchanging written",
		"exchange#3", "exchanged#1", "looked at what came out#4", "exchanged#6", "looked at what came out#8", "exchanged#9",
		"looked at what came out#11", "all in place", "journal done half written", "temp removed#5", "journal settled half written",
	} {
		list = append(list, scenario{name: "recovery of a switch at " + point, killFirst: point, setup: setup12, run: switch12})
	}
	for _, point := range []string{"exchanged#2", "exchanged#7", "looked at what came out#11", "all in place"} {
		list = append(list, scenario{name: "recovery of an undo at " + point, killFirst: point, setup: setupSwitched, run: undoNewest})
	}
	// Another program writes to one of the files before its turn comes: as the
	// second of them, and when others are in place already. (After its turn and
	// then a kill, both at once, is "left" and has its own test.)
	for _, other := range []struct {
		nth, file int
		from, to  string
	}{{1, 1, `"theme": "dark"`, `"theme": "light"`}, {6, 7, "GOOSE_MODEL: x", "GOOSE_MODEL: another"}} {
		ed := edit{twelve()[other.file].name, func(content string) string { return strings.Replace(content, other.from, other.to, 1) }}
		list = append(list, scenario{name: "switch beside another at " + ed.file, foreign: true, edit: &ed,
			fault: ed.when("exchange", other.nth, byRename), setup: setup12, run: switch12})
	}
	return list
}

func TestKilledSwitchAtEveryPoint(t *testing.T) {
	total := 0
	var mu sync.Mutex
	t.Run("scenarios", func(t *testing.T) {
		for _, sc := range switches() {
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
	if total < 1000 {
		t.Errorf("only %d points", total)
	}
}

// clockKills is how often the switch is killed by the clock.
const clockKills = 400

// Named points are where we thought of something. The clock knows nothing.
func TestKilledSwitchByTheClock(t *testing.T) {
	sc := scenario{name: "switch", setup: setup12, run: switch12}
	whole := newSite(t, sc)
	old := tree(t, whole.user(""))
	_, takes := killAfter(t, sc, whole, "run", time.Minute)
	good := outcome{old: old, done: tree(t, whole.user(""))}
	if good.old == good.done {
		t.Fatal("the switch changes nothing")
	}
	var mu sync.Mutex
	counts := map[string]int{}
	t.Run("kills", func(t *testing.T) {
		for worker := range 4 {
			t.Run(fmt.Sprint(worker), func(t *testing.T) {
				t.Parallel()
				r := rand.New(rand.NewSource(time.Now().UnixNano()))
				for range clockKills / 4 {
					s := newSite(t, sc)
					killed, _ := killAfter(t, sc, s, "run", time.Duration(r.Int63n(int64(takes))))
					// The recovery is killed too, every other time.
					if killed && r.Intn(2) == 0 {
						killAfter(t, sc, s, "recover", time.Duration(r.Int63n(int64(takes/4))))
					}
					stage := good.agrees(t, s)
					if !killed {
						stage = "not killed, it had ended"
					}
					mu.Lock()
					counts[stage]++
					mu.Unlock()
					_ = os.RemoveAll(s.root)
					if t.Failed() {
						return
					}
				}
			})
		}
	})
	t.Logf("a switch takes %v; killed %d times: %v", takes.Round(100*time.Microsecond), clockKills, counts)
	if n := counts["taken back"]; n < clockKills/20 {
		t.Errorf("only %d of %d kills met it half way", n, clockKills)
	}
}

// agrees checks what matters after a kill: all files old or all new, nothing
// lies about, the journal is settled, the copies are whole. It tells what the
// kill had met.
func (good outcome) agrees(t *testing.T, s site) string {
	t.Helper()
	met := "nothing open"
	if found, err := filepath.Glob(filepath.Join(s.changes(), "*", "journal")); err != nil || len(found) > 0 {
		met = "taken back"
	}
	e := open(t, s.changes(), Options{})
	now := tree(t, s.user(""))
	records := 0
	switch now {
	case good.old:
	case good.done:
		records, met = 1, "gone through with"
	default:
		t.Errorf("neither old nor new:\n%s", now)
	}
	wantNoTemp(t, s.user(""))
	wantSettled(t, e)
	if h := history(t, e); len(h) != records {
		t.Errorf("%d records, want %d", len(h), records)
	}
	wantWholeBackups(t, e)
	return met
}

// wantWholeBackups reads every copy and compares it to its hash.
func wantWholeBackups(t *testing.T, e *Engine) {
	t.Helper()
	all, err := e.journals()
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		for n := range all[i].Files {
			for _, what := range []string{"before", "after"} {
				if _, err := e.content(&all[i], n, what); err != nil {
					t.Errorf("copy of %s: %v", all[i].Files[n].Path, err)
				}
			}
		}
	}
}

// killAfter starts a child and kills it some time after its first point. It
// tells whether the child had not ended by then, and how long it took.
func killAfter(t *testing.T, sc scenario, s site, what string, wait time.Duration) (killed bool, took time.Duration) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+strings.Join([]string{sc.name, s.root, "told", what}, "|"))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	// Nothing to read: it had nothing to do, as a recovery may.
	_, _ = out.Read(make([]byte, 1))
	began := time.Now()
	timer := time.AfterFunc(wait, func() { _ = cmd.Process.Kill() })
	err = cmd.Wait()
	timer.Stop()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
			t.Errorf("the child failed: %v", err)
		}
		return true, time.Since(began)
	}
	if err != nil {
		t.Errorf("the child: %v", err)
	}
	return false, time.Since(began)
}
