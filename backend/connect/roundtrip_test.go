//go:build unix

package connect

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"toolbay/backend/model"
)

// awkward gives the files of the golden tests of an app, by name of the case;
// nil is an absent file.
func awkward(t *testing.T, app string) map[string][]byte {
	t.Helper()
	dir := filepath.Join("..", "clients", "testdata", app)
	cases, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]byte{}
	for _, c := range cases {
		b, err := os.ReadFile(filepath.Join(dir, c.Name(), "before"))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		all[c.Name()] = b
	}
	return all
}

// TestRoundTrip connects three servers to every awkward file of every app and
// takes them out in another order: the files are byte for byte as they were.
func TestRoundTrip(t *testing.T) {
	for app, file := range files {
		for name, content := range awkward(t, app) {
			t.Run(app+"/"+name, func(t *testing.T) {
				t.Parallel()
				d := newDesk(t)
				d.mkdir(filepath.Dir(file))
				if content != nil {
					d.write(file, string(content))
				} else if app == "claude-code" {
					d.mkdir(".claude") // its file stands in the home itself
				}
				before := d.everything()

				r := d.connect(user(app), wants("notes", "mail"))
				if r.ID == "" || len(r.Files) != 1 {
					t.Fatalf("record %+v", r)
				}
				for _, s := range []string{"notes", "mail"} {
					if e := d.entry(app, s); e == nil || e.Server != s || !e.Enabled {
						t.Errorf("%s stands there as %+v", s, e)
					}
				}
				d.connect(user(app), wants("third"))
				if again := d.connect(user(app), wants("mail", "notes", "third")); again.ID != "" {
					t.Errorf("connecting twice wrote: %+v", again)
				}

				d.disconnect(user(app), "notes")
				if d.entry(app, "notes") != nil || d.entry(app, "mail") == nil {
					t.Error("one of three did not go alone")
				}
				d.disconnect(user(app), "third", "mail")
				d.same(before)
				if again := d.disconnect(user(app), "notes", "mail"); again.ID != "" {
					t.Errorf("disconnecting twice wrote: %+v", again)
				}
			})
		}
	}
}

// TestRoundTripPlaces does the same where the file lies in an awkward place.
func TestRoundTripPlaces(t *testing.T) {
	places := []struct {
		name string
		make func(t *testing.T, path string, content []byte)
		// check, when set, looks at the file while the server is connected.
		check func(t *testing.T, path string)
	}{
		{"symlinked", func(t *testing.T, path string, content []byte) {
			real := filepath.Join(filepath.Dir(filepath.Dir(path)), "dotfiles-"+filepath.Base(path))
			must(t, os.WriteFile(real, content, 0o600))
			must(t, os.Symlink(real, path))
		}, func(t *testing.T, path string) {
			if fi, err := os.Lstat(path); err != nil || fi.Mode()&fs.ModeSymlink == 0 {
				t.Errorf("the link is gone: %v %v", fi, err)
			}
		}},
		{"folder symlinked", func(t *testing.T, path string, content []byte) {
			dir := filepath.Dir(path)
			real := dir + "-real"
			must(t, os.Rename(dir, real))
			must(t, os.Symlink(real, dir))
			must(t, os.WriteFile(path, content, 0o640))
		}, nil},
		{"its own mode", func(t *testing.T, path string, content []byte) {
			must(t, os.WriteFile(path, content, 0o600))
		}, func(t *testing.T, path string) {
			if fi, err := os.Stat(path); err != nil || fi.Mode().Perm() != 0o600 {
				t.Errorf("mode %v, %v", fi.Mode(), err)
			}
		}},
		{"bind-mounted", func(t *testing.T, path string, content []byte) {
			if os.Getuid() != 0 {
				t.Skip("mounting needs root")
			}
			source := filepath.Join(t.TempDir(), "source")
			must(t, os.WriteFile(source, content, 0o644))
			must(t, os.WriteFile(path, nil, 0o644))
			if err := bindMount(source, path); err != nil {
				t.Skipf("mounting is not allowed here: %v", err)
			}
			t.Cleanup(func() { must(t, syscall.Unmount(path, 0)) })
		}, nil},
	}
	for _, p := range places {
		for app, file := range files {
			t.Run(p.name+"/"+app, func(t *testing.T) {
				if p.name == "folder symlinked" && app == "claude-code" {
					t.Skip("its folder is the home folder")
				}
				d := newDesk(t)
				d.mkdir(filepath.Dir(file))
				content := awkward(t, app)["no-final-newline"]
				p.make(t, d.path(file), content)
				before := d.everything()
				d.connect(user(app), wants("notes"))
				if d.entry(app, "notes") == nil {
					t.Fatal("not connected")
				}
				if p.check != nil {
					p.check(t, d.path(file))
				}
				d.disconnect(user(app), "notes")
				d.same(before)
			})
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestReadOnly: a file that its owner made read-only is left alone, and said.
func TestReadOnly(t *testing.T) {
	for app, file := range files {
		t.Run(app, func(t *testing.T) {
			d := newDesk(t)
			d.write(file, string(awkward(t, app)["no-final-newline"]))
			must(t, os.Chmod(d.path(file), 0o444))
			before := d.everything()
			p, err := d.c.PlanConnect(d.ctx, "connect", "Test", user(app), wants("notes"))
			must(t, err)
			_, err = d.c.Apply(d.ctx, p)
			if err == nil {
				// An owner who may write anyway (root) gets the entry, and the file
				// stays read-only.
				d.disconnect(user(app), "notes")
			} else if model.Code(err) != "file_read_only" {
				t.Errorf("error %v", err)
			}
			d.same(before)
		})
	}
}

// TestChangedBetweenPlanAndApply: what the app or the user wrote meanwhile
// survives, and the entry goes into the newer file.
func TestChangedBetweenPlanAndApply(t *testing.T) {
	for app, file := range files {
		t.Run(app, func(t *testing.T) {
			d := newDesk(t)
			all := awkward(t, app)
			d.write(file, string(all["no-final-newline"]))
			p, err := d.c.PlanConnect(d.ctx, "connect", "Test", user(app), wants("notes"))
			must(t, err)
			d.write(file, string(all["crlf"]))
			before := d.everything()
			_, err = d.c.Apply(d.ctx, p)
			must(t, err)
			if d.entry(app, "notes") == nil {
				t.Fatal("not connected")
			}
			d.disconnect(user(app), "notes")
			d.same(before)
		})
		t.Run(app+"/to something broken", func(t *testing.T) {
			d := newDesk(t)
			d.write(file, string(awkward(t, app)["no-final-newline"]))
			p, err := d.c.PlanConnect(d.ctx, "connect", "Test", user(app), wants("notes"))
			must(t, err)
			d.write(file, `{"mcpServers": {"a": `)
			before := d.everything()
			if _, err = d.c.Apply(d.ctx, p); model.Code(err) != "file_broken" {
				t.Errorf("error %v", err)
			}
			d.same(before)
			if rows, err := d.ledger.LedgerRows(d.ctx); err != nil || len(rows) != 0 {
				t.Errorf("the ledger says %v, %v", rows, err)
			}
		})
	}
}

// TestLargeClaudeFile: Claude Code keeps years of history in the same file.
func TestLargeClaudeFile(t *testing.T) {
	var b bytes.Buffer
	b.WriteString("{\n  \"numStartups\": 900,\n  \"projects\": {\n")
	for i := 0; b.Len() < 5<<20; i++ {
		if i > 0 {
			b.WriteString(",\n")
		}
		fmt.Fprintf(&b, "    \"/home/ann/p%d\": { \"history\": [%q], \"mcpServers\": {} }", i, strings.Repeat("word \\\" ", 300))
	}
	b.WriteString("\n  },\n  \"mcpServers\": {}\n}")
	d := newDesk(t)
	d.write(".claude.json", b.String())
	before := d.everything()
	d.connect(user("claude-code"), wants("notes"))
	if !strings.Contains(d.read(".claude.json"), "toolbay") {
		t.Fatal("not connected")
	}
	d.disconnect(user("claude-code"), "notes")
	d.same(before)
}
