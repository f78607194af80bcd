//go:build unix

package backend

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"toolbay/backend/clients"
	"toolbay/backend/model"
	"toolbay/backend/running"
)

// place is a home folder with some apps and a server called notes, and a
// Backend on it for which no program runs.
type place struct {
	*Backend
	t     *testing.T
	user  string
	procs []running.Process
	asked int
}

func newPlace(t *testing.T, now func() time.Time, apps ...string) *place {
	t.Helper()
	p := &place{t: t, user: t.TempDir()}
	t.Setenv("HOME", p.user)
	for _, v := range []string{"XDG_CONFIG_HOME", "CODEX_HOME", "CLAUDE_CONFIG_DIR", "GEMINI_CLI_HOME", "COPILOT_HOME"} {
		t.Setenv(v, "")
	}
	launcher := filepath.Join(p.user, "toolbay")
	p.must(os.WriteFile(launcher, []byte("#!/bin/sh\n"), 0o755))
	b, err := Open(t.Context(), Options{Home: filepath.Join(p.user, ".toolbay"), Now: now, Launcher: launcher})
	p.must(err)
	t.Cleanup(func() { b.Close() })
	p.Backend = b
	p.running = running.System{
		OS: "linux",
		List: func(context.Context) ([]running.Process, error) {
			return p.procs, nil
		},
		Ask:   func(context.Context, running.Process) error { p.asked++; p.procs = nil; return nil },
		Pause: func(context.Context, time.Duration) error { return nil },
	}
	p.system.OS = "linux"
	p.must(b.putServer(t.Context(), model.Server{ID: "notes", Title: "Notes", Command: "/bin/true", Inputs: []model.AnsweredInput{}}))
	for _, id := range apps {
		p.must(os.MkdirAll(filepath.Dir(p.file(id)), 0o755))
		p.must(os.WriteFile(p.file(id), []byte(emptyFor(b.apps, id)), 0o644))
		_, err := b.Connect(t.Context(), ConnectRequest{App: id, Servers: []string{"notes"}})
		p.must(err)
	}
	return p
}

func emptyFor(table *clients.Table, id string) string {
	c, _ := table.Get(id)
	if f := string(c.Dialect.Format); f == "toml" || f == "yaml" {
		return ""
	}
	return "{}"
}

func (p *place) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// file is where an app has its servers.
func (p *place) file(id string) string {
	p.t.Helper()
	a, err := p.apps.LookOne(clients.System{OS: "linux", Home: p.user}, id, "")
	p.must(err)
	f, ok := a.Primary(clients.User)
	if !ok {
		p.t.Fatalf("%s has no file", id)
	}
	return f.Path
}

// While Toolbay is open, what another process does to the files of twelve apps
// is told within two seconds; here, on a machine that may be busy with other
// things, a generous bound is asserted and the time is logged.
func TestWatchTellsWithinTwoSeconds(t *testing.T) {
	apps := []string{"claude-desktop", "claude-code", "cursor", "vscode", "codex", "gemini-cli", "opencode", "windsurf", "zed", "kiro", "lm-studio", "droid"}
	p := newPlace(t, nil, apps...)
	told := make(chan []NoticeView, 100)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- p.Watch(ctx, func(n []NoticeView) { told <- n }, nil) }()
	defer func() { cancel(); <-done }()
	if first := <-told; len(first) != 0 {
		t.Fatalf("told at the start: %+v", first)
	}
	slowest := time.Duration(0)
	until := func(what string, ok func([]NoticeView) bool) {
		t.Helper()
		began := time.Now()
		for {
			select {
			case now := <-told:
				if !ok(now) {
					continue
				}
				took := time.Since(began)
				t.Logf("%-40s %4d ms", what, took.Milliseconds())
				slowest = max(slowest, took)
				return
			case <-time.After(30 * time.Second):
				t.Fatalf("%s: not told", what)
			}
		}
	}
	about := func(app string) func([]NoticeView) bool {
		return func(now []NoticeView) bool {
			return slices.ContainsFunc(now, func(n NoticeView) bool { return n.App == app })
		}
	}
	for i, id := range apps {
		f, empty := p.file(id), emptyFor(p.Backend.apps, id)
		ways := []string{"printf '%s' \"$2\" >\"$1\"", ": >\"$1\"; printf '%s' \"$2\" >>\"$1\"", "printf '%s' \"$2\" >\"$1.tmp\"; mv \"$1.tmp\" \"$1\"", "rm \"$1\""}
		sh := exec.Command("sh", "-ec", ways[i%len(ways)], "sh", f, empty)
		if out, err := sh.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		until(fmt.Sprintf("%s, way %d", id, i%len(ways)), about(id))
	}
	t.Logf("the slowest took %d ms; two seconds are promised", slowest.Milliseconds())

	res, err := p.PutBack(t.Context(), PutBackRequest{All: true})
	p.must(err)
	if len(res.Files) != len(apps) {
		t.Errorf("put back into %d files", len(res.Files))
	}
	until("all settled", func(now []NoticeView) bool { return len(now) == 0 })
	if now, err := p.Notices(t.Context()); err != nil || len(now) > 0 {
		t.Errorf("%+v, %v", now, err)
	}
}

// An app that writes its file from memory is asked about before anything is
// written, whoever wants to write.
func TestClosingAsksFirst(t *testing.T) {
	p := newPlace(t, nil, "claude-desktop", "cursor")
	run := func() {
		p.procs, p.asked = []running.Process{{PID: 7, Path: "/usr/bin/claude-desktop", Started: time.Now()}}, 0
	}
	wipe := func() {
		t.Helper()
		p.must(os.WriteFile(p.file("claude-desktop"), []byte("{}"), 0o644))
		now, err := p.Notices(t.Context())
		p.must(err)
		if len(now) != 1 || !now[0].Close || now[0].Action != ActionPutBack {
			t.Fatalf("%+v", now)
		}
	}
	ways := map[string]func(how Closing) error{
		"disconnect and connect": func(how Closing) error {
			_, err := p.Disconnect(t.Context(), ConnectRequest{App: "claude-desktop", Servers: []string{"notes"}, Closing: how})
			if err != nil {
				return err
			}
			_, err = p.Connect(t.Context(), ConnectRequest{App: "claude-desktop", Servers: []string{"notes"}, Closing: how})
			return err
		},
		"put back": func(how Closing) error {
			wipe()
			_, err := p.PutBack(t.Context(), PutBackRequest{All: true, Closing: how})
			return err
		},
	}
	for name, do := range ways {
		t.Run(name, func(t *testing.T) {
			run()
			err := do(Closing{})
			if model.Code(err) != "consent_needed" || p.asked > 0 {
				t.Fatalf("%v, asked %d times", err, p.asked)
			}
			var e *model.Error
			if e = err.(*model.Error); len(e.Needs) != 1 || e.Needs[0].Kind != "close" || e.Needs[0].Name != "claude-desktop" || e.Needs[0].Flag != "--close-app" || e.Needs[0].Text == "" {
				t.Errorf("needs %+v", e.Needs)
			}
			p.must(do(Closing{CloseApps: true}))
			if p.asked != 1 {
				t.Errorf("asked %d times", p.asked)
			}
			run()
			p.must(do(Closing{WriteAnyway: true}))
			if p.asked != 0 {
				t.Error("asked though it was to be written anyway")
			}
		})
	}
	t.Run("other apps are not asked", func(t *testing.T) {
		run()
		p.procs = append(p.procs, running.Process{PID: 8, Path: "/opt/cursor"})
		_, err := p.Disconnect(t.Context(), ConnectRequest{App: "cursor", Servers: []string{"notes"}})
		if err != nil || p.asked > 0 {
			t.Errorf("%v, asked %d times", err, p.asked)
		}
	})
	t.Run("one that does not close", func(t *testing.T) {
		run()
		stays := p.running.Ask
		p.running.Ask = func(context.Context, running.Process) error { return nil }
		defer func() { p.running.Ask = stays }()
		before, err := os.ReadFile(p.file("claude-desktop"))
		p.must(err)
		_, err = p.Disconnect(t.Context(), ConnectRequest{App: "claude-desktop", Servers: []string{"notes"}, Closing: Closing{CloseApps: true}})
		after, rerr := os.ReadFile(p.file("claude-desktop"))
		if model.Code(err) != "app_not_closed" || rerr != nil || string(before) != string(after) {
			t.Errorf("%v, the file holds %s", err, after)
		}
	})
	t.Run("before an undo", func(t *testing.T) {
		run()
		would, err := p.Undo(t.Context(), "", true)
		p.must(err)
		if err := p.CloseFirst(t.Context(), []string{"claude-desktop"}, Closing{}); model.Code(err) != "consent_needed" || len(would.Restart) == 0 {
			t.Errorf("%v, %+v", err, would)
		}
	})
}

// The words of every kind of notice are there, name what they are about, and
// hold no sign of a place left open.
func TestNoticeWords(t *testing.T) {
	p := newPlace(t, nil, "cursor")
	launcher := filepath.Join(p.home, "bin", "toolbay")
	ours := `{"command":"` + launcher + `","args":["run","notes"]}`
	for code, content := range map[string]string{
		"vanished":    `{"mcpServers":{"x":{"command":"y"}}}`,
		"wiped":       `{}`,
		"file_gone":   "",
		"edited":      `{"mcpServers":{"notes":{"command":"y"}}}`,
		"renamed":     `{"mcpServers":{"my-own":` + ours + `}}`,
		"doubled":     `{"mcpServers":{"notes":` + ours + `,"more":` + ours + `}}`,
		"file_broken": `{"mcpServers":`,
	} {
		t.Run(code, func(t *testing.T) {
			if content == "" {
				p.must(os.Remove(p.file("cursor")))
			} else {
				p.must(os.WriteFile(p.file("cursor"), []byte(content), 0o644))
			}
			now, err := p.Notices(t.Context())
			p.must(err)
			if len(now) != 1 || now[0].Code != code {
				t.Fatalf("%+v", now)
			}
			n := now[0]
			said := n.Title + " " + n.Text
			if strings.ContainsAny(said, "{}") || strings.Contains(said, "notice.") || !strings.Contains(said, "Cursor") {
				t.Errorf("%s", said)
			}
			if n.ID == "" || n.Server != "notes" || n.AppName != "Cursor" || n.Seen.IsZero() || n.Action == "" {
				t.Errorf("%+v", n)
			}
			if _, err := json.Marshal(n); err != nil {
				t.Error(err)
			}
		})
	}
}

// An app that has gone with its file, and a server that is not installed any
// more, have nothing to be put back.
func TestNothingToPutBack(t *testing.T) {
	p := newPlace(t, nil, "cursor", "codex")
	p.must(os.RemoveAll(filepath.Dir(p.file("cursor"))))
	now, err := p.Notices(t.Context())
	p.must(err)
	if len(now) != 1 || now[0].Action != ActionKeep {
		t.Fatalf("%+v", now)
	}
	if _, err := p.PutBack(t.Context(), PutBackRequest{IDs: []string{now[0].ID}}); model.Code(err) != "nothing_to_put_back" {
		t.Error(err)
	}
	if res, err := p.PutBack(t.Context(), PutBackRequest{All: true}); err != nil || len(res.Files) > 0 {
		t.Errorf("%+v, %v", res, err)
	}
	if _, err := os.Stat(filepath.Dir(p.file("cursor"))); err == nil {
		t.Error("a folder was made for an app that is gone")
	}
	p.must(p.KeepNotice(t.Context(), now[0].ID))

	p.must(os.WriteFile(p.file("codex"), nil, 0o644))
	if now, err := p.Notices(t.Context()); err != nil || len(now) != 1 {
		t.Fatalf("%+v, %v", now, err)
	}
	p.must(p.store.DeleteServer(t.Context(), "notes"))
	if now, err := p.Notices(t.Context()); err != nil || len(now) != 0 {
		t.Errorf("%+v, %v", now, err)
	}
}
