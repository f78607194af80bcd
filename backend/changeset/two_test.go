//go:build unix

package changeset_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"toolbay/backend/changeset"
	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/connect"
	"toolbay/backend/model"
	"toolbay/backend/store"
)

// Two Toolbays put entries into the same files and take them out again, with
// other programs at the same files or without.

func init() {
	changeset.RegisterChild("toolbay", func(a []string) error { return aToolbay(a[0], a[1], a[2]) })
	changeset.RegisterChild("third", func(a []string) error { return aThird(a[0], a[1], a[2]) })
}

type sharedFile struct {
	app, file string
	format    configfile.Format
	path      []string
}

// shared are the files, and how a third program sees them.
var shared = []sharedFile{
	{"cursor", "cursor.json", configfile.JSON, []string{"mcpServers"}},
	{"vscode", "vscode.json", configfile.JSONC, []string{"servers"}},
	{"codex", "codex.toml", configfile.TOML, []string{"mcp_servers"}},
}

func toolbayIn(root string) (*connect.Connector, *store.Store, error) {
	engine, err := changeset.Open(filepath.Join(root, "changes"), changeset.Options{})
	if err != nil {
		return nil, nil, err
	}
	ledger, err := store.Open(filepath.Join(root, "toolbay.db"))
	if err != nil {
		return nil, nil, err
	}
	apps, err := clients.Load("")
	return &connect.Connector{
		Apps: apps, System: clients.System{OS: "linux", Home: filepath.Join(root, "home"), Root: filepath.Join(root, "root")},
		Changes: engine, Ledger: ledger,
		Launcher: func() (string, error) { return filepath.Join(root, "bin", "toolbay"), nil },
	}, ledger, err
}

// aToolbay makes rounds changes, each to all files, and prints which entries of
// its own should stand at the end. A change that failed is made again: it did
// nothing.
func aToolbay(root, name, rounds string) error {
	n, err := strconv.Atoi(rounds)
	if err != nil {
		return err
	}
	c, ledger, err := toolbayIn(root)
	if err != nil {
		return err
	}
	defer ledger.Close()
	r := rand.New(rand.NewSource(time.Now().UnixNano()))
	ctx := context.Background()
	stands := map[string]bool{}
	var targets []connect.Target
	for _, s := range shared {
		targets = append(targets, connect.Target{App: s.app, File: filepath.Join(root, "home", s.file)})
	}
	refused := 0
	for done := 0; done < n; {
		server := fmt.Sprint(name, r.Intn(6))
		var p connect.Plan
		if stands[server] {
			p, err = c.PlanDisconnect(ctx, "disconnect", server, targets, []string{server})
		} else {
			p, err = c.PlanConnect(ctx, "connect", server, targets, []connect.Want{{Server: server}})
		}
		if err == nil {
			_, err = c.Apply(ctx, p)
		}
		switch code := model.Code(err); {
		case err == nil:
			stands[server] = !stands[server]
			done++
		case slices.Contains([]string{"file_busy", "file_broken", "wrong_shape"}, code) && refused < 50*n:
			refused++ // the third program is in the middle of writing
		default:
			return fmt.Errorf("round %d, %s: %w", done, server, err)
		}
	}
	return json.NewEncoder(os.Stdout).Encode(stands)
}

// aThird is a program that knows nothing of us: it reads a file, adds an entry
// of its own or takes one out, and writes the whole, until it is told to stop.
// Each time it looks whether all of its own stands as it left it.
func aThird(path, how, stop string) error {
	s := shared[slices.IndexFunc(shared, func(s sharedFile) bool { return s.file == filepath.Base(path) })]
	var own []string
	for turn := 0; ; turn++ {
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		doc, err := configfile.Parse(content, s.format)
		if err != nil {
			return fmt.Errorf("turn %d: the file cannot be read: %w\n%s", turn, err, content)
		}
		var found []string
		for _, key := range doc.Keys(s.path...) {
			if strings.HasPrefix(key, "third") {
				found = append(found, key)
			}
		}
		if !slices.Equal(found, own) {
			return fmt.Errorf("turn %d: %v stand there, %v should", turn, found, own)
		}
		if _, err := os.Stat(stop); err == nil {
			return json.NewEncoder(os.Stdout).Encode(map[string]int{"turns": turn})
		}
		if len(own) == 5 {
			if content, err = configfile.Remove(content, s.format, append(slices.Clone(s.path), own[0]), nil); err != nil {
				return err
			}
			own = own[1:]
		}
		name := fmt.Sprint("third", turn)
		content, _, err = configfile.Insert(content, s.format, append(slices.Clone(s.path), name), configfile.Object{{Key: "command", Value: "x"}})
		if err != nil {
			return err
		}
		own = append(own, name)
		if how == "replaces" {
			err = os.WriteFile(path+".theirs", content, 0o644)
			if err == nil {
				err = os.Rename(path+".theirs", path)
			}
		} else {
			err = os.WriteFile(path, content, 0o644)
		}
		if err != nil {
			return err
		}
		time.Sleep(time.Duration(40+turn%61) * time.Millisecond)
	}
}

// process runs this binary as a child and reads what it prints as JSON.
func process(out any, args ...string) error {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), changeset.ChildEnv+"="+strings.Join(args, "|"))
	var complaint strings.Builder
	cmd.Stderr = &complaint
	b, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", args[0], err, complaint.String())
	}
	return json.Unmarshal(b, out)
}

func TestManyRoundsOfTwoToolbays(t *testing.T) {
	for _, tc := range []struct {
		name   string
		rounds int
		third  map[string]string
	}{
		{"alone", 500, nil},
		{"beside programs that rewrite their files", 250, map[string]string{"cursor.json": "replaces", "vscode.json": "truncates"}},
		{"beside programs that rewrite TOML", 60, map[string]string{"codex.toml": "truncates", "cursor.json": "truncates"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			root, err := os.MkdirTemp("/dev/shm", "toolbays")
			if err != nil {
				root = t.TempDir()
			}
			t.Cleanup(func() { _ = os.RemoveAll(root) })
			start := map[string]string{
				"cursor.json": "{\n  \"mcpServers\": {},\n  \"n\": 12345678901234567890\n}\n",
				"vscode.json": "// mine\n{\n\t\"servers\": {\n\t\t\"own\": {\"command\": \"own\"}, // keep\n\t},\n}\n",
				"codex.toml":  "# mine\nmodel = \"x\"\n",
			}
			for dir, files := range map[string]map[string]string{"home": start, "bin": {"toolbay": ""}, "root": {}} {
				if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
					t.Fatal(err)
				}
				for name, content := range files {
					if err := os.WriteFile(filepath.Join(root, dir, name), []byte(content), 0o755); err != nil {
						t.Fatal(err)
					}
				}
			}
			stop := filepath.Join(root, "stop")
			var thirds, ours sync.WaitGroup
			for file, how := range tc.third {
				thirds.Go(func() {
					turns := map[string]int{}
					if err := process(&turns, "third", filepath.Join(root, "home", file), how, stop); err != nil {
						t.Error(err)
					}
					t.Logf("%s: the program that %s it wrote %d times", file, how, turns["turns"])
				})
			}
			stands := map[string]bool{}
			var mu sync.Mutex
			for _, name := range []string{"x", "y"} {
				ours.Go(func() {
					own := map[string]bool{}
					if err := process(&own, "toolbay", root, name, fmt.Sprint(tc.rounds)); err != nil {
						t.Error(err)
					}
					mu.Lock()
					defer mu.Unlock()
					for server, is := range own {
						stands[server] = is
					}
				})
			}
			ours.Wait()
			if err := os.WriteFile(stop, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			thirds.Wait()
			if t.Failed() {
				return
			}
			compare(t, root, stands, tc.third)
		})
	}
}

// compare holds the files against what should stand in them. Where a third
// program wrote, its stale copy may have erased an entry of ours or brought one
// back; the first must be told of, the second known again.
func compare(t *testing.T, root string, stands map[string]bool, third map[string]string) {
	t.Helper()
	c, ledger, err := toolbayIn(root)
	if err != nil {
		t.Fatal(err)
	}
	defer ledger.Close()
	if s := c.Changes.Settled(); len(s) > 0 {
		t.Errorf("something was left half made: %+v", s)
	}
	if err := c.Reconcile(t.Context()); err != nil {
		t.Fatal(err)
	}
	notices, err := c.Notices(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	erased, back := 0, 0
	for _, s := range shared {
		path := filepath.Join(root, "home", s.file)
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := configfile.Parse(content, s.format)
		if err != nil {
			t.Fatalf("%s: %v\n%s", s.file, err, content)
		}
		here := doc.Keys(s.path...)
		for server, should := range stands {
			is := slices.Contains(here, server)
			switch {
			case is == should:
			case third[s.file] == "":
				t.Errorf("%s: %s stands there: %v, should: %v", s.file, server, is, should)
			case is:
				back++
			default:
				erased++
				told := slices.ContainsFunc(notices, func(n connect.Notice) bool {
					return n.File == path && slices.Contains(n.Names, server)
				})
				if !told {
					t.Errorf("%s: nobody tells that %s was erased; told is %+v", s.file, server, notices)
				}
			}
		}
		for _, mine := range []string{"# mine", "// mine", "// keep", "12345678901234567890"} {
			if strings.Contains(map[string]string{"cursor.json": "12345678901234567890", "vscode.json": "// mine // keep", "codex.toml": "# mine"}[s.file], mine) &&
				!strings.Contains(string(content), mine) {
				t.Errorf("%s: %q went:\n%s", s.file, mine, content)
			}
		}
	}
	if third != nil {
		t.Logf("stale copies erased %d entries of ours, each told of, and brought %d back", erased, back)
	}
	// What others wrote and we kept for safety is an edit of theirs that a
	// temporary file of ours nearly took along: there must be none.
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if strings.HasPrefix(d.Name(), "found-") || strings.HasPrefix(d.Name(), ".toolbay-") {
			t.Errorf("left behind: %s", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
