//go:build unix

package backend

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"toolbay/backend/changeset"
	"toolbay/backend/model"
	"toolbay/backend/running"
)

// A repair asks first when its app runs and would write over it, closes it as
// the other commands do, and mends what the app has written on closing.
func TestRepairClosesFirst(t *testing.T) {
	p := newPlace(t, nil, "claude-desktop", "cursor")
	file := p.file("claude-desktop")
	const broken = `{"mcpServers": {"a": {"command": "/bin/true", "args": ["x",]}}}`
	run := func() {
		p.procs, p.asked = []running.Process{{PID: 7, Path: "/usr/bin/claude-desktop", Started: time.Now()}}, 0
		p.must(os.WriteFile(file, []byte(broken), 0o644))
	}
	req := RepairRequest{App: "claude-desktop"}

	run()
	if _, err := p.Repair(t.Context(), req, false); model.Code(err) != "consent_needed" || p.asked > 0 {
		t.Fatalf("%v, asked %d times", err, p.asked)
	}
	if now, err := os.ReadFile(file); err != nil || string(now) != broken {
		t.Fatalf("%s, %v", now, err)
	}
	would, err := p.Repair(t.Context(), req, true)
	p.must(err)
	if len(would.Warnings) != 1 || would.Warnings[0].Code != "app_running" {
		t.Errorf("a look does not tell that the app runs: %+v", would.Warnings)
	}
	// What needs no change asks nothing.
	if _, err := p.Repair(t.Context(), RepairRequest{App: "cursor"}, false); err != nil {
		t.Error(err)
	}

	closes := p.running.Ask
	p.running.Ask = func(ctx context.Context, one running.Process) error {
		p.must(os.WriteFile(file, []byte(strings.Replace(broken, `"a"`, `"b"`, 1)), 0o644))
		return closes(ctx, one)
	}
	req.Closing = Closing{CloseApps: true}
	done, err := p.Repair(t.Context(), req, false)
	p.must(err)
	if now, err := os.ReadFile(file); p.asked != 1 || done.Change == "" || err != nil || !strings.Contains(string(now), `"b": {"command": "/bin/true", "args": ["x"]}`) {
		t.Errorf("asked %d times, %s, %v", p.asked, now, err)
	}

	run()
	req.Closing = Closing{WriteAnyway: true}
	done, err = p.Repair(t.Context(), req, false)
	p.must(err)
	if p.asked != 0 || len(done.Warnings) != 1 {
		t.Errorf("asked %d times, %+v", p.asked, done.Warnings)
	}
}

// What a notice tells of is not told again by the repair beside it, and a file
// of a linked folder is repaired like the user's own.
func TestRepairBesideNotices(t *testing.T) {
	p := newPlace(t, nil, "cursor", "gemini-cli")
	p.must(os.WriteFile(p.file("cursor"), []byte("{}"), 0o644))
	if now, err := p.Notices(t.Context()); err != nil || len(now) != 1 || now[0].Code != "wiped" {
		t.Fatalf("%+v, %v", now, err)
	}
	told := func(req RepairRequest) bool {
		t.Helper()
		req.App, req.Allow = "cursor", "confirm"
		views, err := p.Repairs(t.Context(), req)
		p.must(err)
		return slices.ContainsFunc(views, func(v RepairView) bool {
			return slices.ContainsFunc(v.Problems, func(p RepairProblem) bool { return p.Code == "FILE_SERVERS_WIPED" })
		})
	}
	if !told(RepairRequest{}) || told(RepairRequest{Noticed: true}) {
		t.Error("the empty list is told of twice, or not at all")
	}
}

// A file that becomes broken while Toolbay is open is told of at once and can be
// repaired, in the user's own files and in those of a folder that a profile is
// linked to.
func TestBrokenFilesAreNoticed(t *testing.T) {
	p := newPlace(t, nil, "cursor", "vscode", "gemini-cli")
	folder := filepath.Join(p.user, "work", "site")
	p.must(os.MkdirAll(filepath.Join(folder, ".git"), 0o755))
	own := p.file("vscode") // nothing of ours will stand in it
	p.must(os.WriteFile(own, []byte(`{"servers": {"mine": {"type": "stdio", "command": "/bin/true", "args": []}}}`), 0o644))
	shared := filepath.Join(folder, ".cursor", "mcp.json")
	p.must(os.MkdirAll(filepath.Dir(shared), 0o755))
	p.must(os.WriteFile(shared, []byte(`{"mcpServers": {"team": {"command": "/bin/true", "args": []}}}`), 0o644))
	profiles, active, err := p.store.Profiles(t.Context())
	p.must(err)
	i := slices.IndexFunc(profiles, func(m model.Profile) bool { return m.ID == active })
	profiles[i].Folders = []string{folder}
	p.must(p.store.WriteProfiles(t.Context(), profiles[i:i+1], nil, active))
	before := map[string]string{}
	for _, f := range []string{p.file("cursor"), p.file("gemini-cli"), own, shared} {
		text, err := os.ReadFile(f)
		p.must(err)
		before[f] = string(text)
	}

	changed := make(chan string, 1000)
	p.o.Changed = func(what string) { changed <- what }
	told := make(chan []NoticeView, 100)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- p.Watch(ctx, func(n []NoticeView) { told <- n }, nil) }()
	defer func() { cancel(); <-done }()
	<-told

	// A folder that is linked while it is watched is watched too, and what is
	// broken in it by then is told.
	late := filepath.Join(p.user, "work", "shop")
	lateFile := filepath.Join(late, ".gemini", "settings.json")
	p.must(os.MkdirAll(filepath.Dir(lateFile), 0o755))
	p.must(os.WriteFile(lateFile, []byte(`{"mcpServers": {"team": {"command": "/bin/true", "args": []}}}`), 0o644))
	before[lateFile] = `{"mcpServers": {"team": {"command": "/bin/true", "args": []}}}`
	profiles[i].Folders = []string{folder, late}
	p.must(p.store.WriteProfiles(t.Context(), profiles[i:i+1], nil, active))
	p.must(os.WriteFile(own, append([]byte(before[own]), '\n'), 0o644)) // the next look at anything
	before[own] += "\n"
	for what := ""; what != "apps"; {
		select {
		case what = <-changed:
		case <-time.After(30 * time.Second):
			t.Fatal("the linked folder is not looked at")
		}
	}

	for file, app := range map[string]string{lateFile: "gemini-cli", p.file("cursor"): "cursor", p.file("gemini-cli"): "gemini-cli", own: "vscode", shared: "cursor"} {
		t.Run(strings.TrimPrefix(file, p.user), func(t *testing.T) {
			for len(changed) > 0 {
				<-changed
			}
			began := time.Now()
			p.must(os.WriteFile(file, []byte(strings.Replace(before[file], "[", "[,", 1)), 0o644))
			for what := ""; what != "apps"; {
				select {
				case what = <-changed:
				case <-time.After(30 * time.Second):
					t.Fatal("not noticed")
				}
			}
			t.Logf("noticed after %d ms; two seconds are promised", time.Since(began).Milliseconds())
			looked, err := p.Repairs(t.Context(), RepairRequest{Allow: "confirm", Noticed: true})
			p.must(err)
			i := slices.IndexFunc(looked, func(v RepairView) bool { return v.Path == file })
			if i < 0 || looked[i].ParsesBefore || looked[i].Repaired == nil || looked[i].App != app {
				t.Fatalf("no repair is offered: %+v", looked)
			}
			res, err := p.Repair(t.Context(), RepairRequest{App: app, Path: file, Allow: "confirm", Noticed: true}, false)
			p.must(err)
			if now, err := os.ReadFile(file); res.Change == "" || err != nil || string(now) != before[file] {
				t.Errorf("repaired: %s, %v", now, err)
			}
		})
	}
	if all, err := p.changes.History(t.Context()); err != nil || slices.ContainsFunc(all, func(r changeset.Record) bool { return len(r.Files) > 1 }) {
		t.Errorf("%+v, %v", all, err)
	}
}
