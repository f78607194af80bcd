package backend

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"toolbay/backend/changeset"
	"toolbay/backend/clients"
	"toolbay/backend/model"
	"toolbay/backend/repair"
	"toolbay/backend/repair/finding"
	"toolbay/backend/repair/machine"
	"toolbay/backend/text"
)

// RepairRequest is what to look at and what may be mended.
type RepairRequest struct {
	// App is one app, "" all that are here; Path is one of its files, "" all.
	App, Path string
	// File is one file instead; As is where it would be, Scope and OS say for
	// whom and on which system. Nothing is known of that computer but Facts.
	File, As, Scope, OS string
	Facts               []byte
	// Allow is none, safe (default) or confirm.
	Allow string
	// Noticed tells that what is gone of ours is told as notices already.
	Noticed bool
	Closing
}

// allow gives the kind of fixes that may be made.
func (r RepairRequest) allow() finding.Kind {
	return finding.Kind(cmp.Or(r.Allow, string(finding.Safe)))
}

// RepairText looks at one file by itself, as it would be on another computer.
// It opens nothing else and writes nothing. Error codes: app_unknown,
// file_missing, file_too_big, file_unreadable, facts_unreadable.
func RepairText(req RepairRequest, goos string) (RepairView, error) {
	table, err := clients.Load("")
	if err != nil {
		return RepairView{}, err
	}
	file, src, facts, err := req.text(table, goos)
	if err != nil {
		return RepairView{}, err
	}
	return repairView(repair.Check(file, src, facts, req.allow())), nil
}

// text reads what a request about one file names.
func (r RepairRequest) text(table *clients.Table, goos string) (file finding.File, src []byte, facts finding.Facts, err error) {
	file = finding.File{OS: cmp.Or(r.OS, goos), Scope: cmp.Or(r.Scope, clients.User), Path: r.As}
	if file.Scope == clients.Private {
		file.Scope = clients.User // it stands in the user's own file
	}
	app, ok := table.Get(r.App)
	if r.App == "" {
		app, ok = whose(table, file.OS, file.Scope, cmp.Or(r.As, absolute(r.File)))
	}
	if !ok {
		return file, nil, facts, model.Fail("app_unknown", nil, "app", r.App)
	}
	file.App = app
	file.Path = cmp.Or(file.Path, shownPath(app, file.OS, file.Scope, r.File), absolute(r.File))
	at, _, _ := app.As(file.OS, file.Scope, file.Path)
	file.Dialect = at.Dialect
	if src, err = readPlain(r.File); err != nil {
		return file, nil, facts, err
	}
	if len(r.Facts) > 0 {
		if err := json.Unmarshal(r.Facts, &facts); err != nil {
			return file, nil, facts, model.Fail("facts_unreadable", err)
		}
	}
	return file, src, facts, nil
}

// whose gives the app that keeps a file of that name, the first in the table.
func whose(table *clients.Table, goos, scope, path string) (clients.Client, bool) {
	for _, c := range table.All() {
		if _, _, ok := c.As(goos, scope, path); ok {
			return c, true
		}
	}
	return clients.Client{}, false
}

// readPlain reads a file that a user names.
func readPlain(path string) ([]byte, error) {
	src, err := clients.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, model.Fail("file_missing", err, "path", path)
	}
	return src, err
}

// repaired is a file of this computer with what repair says of it.
type repaired struct {
	report repair.Report
	src    []byte
	facts  finding.Facts
	// others are the other files of the change, as they were read; nil for one
	// that is not there.
	others map[string][]byte
}

// Repairs looks at the files of one app or of all that are here, and gives each
// that is there, with what may be mended of it. Error codes: app_unknown.
func (b *Backend) Repairs(ctx context.Context, req RepairRequest) ([]RepairView, error) {
	found, err := b.lookRepairs(ctx, req)
	if err != nil {
		return nil, err
	}
	views := []RepairView{}
	for _, f := range found {
		views = append(views, repairView(f.report))
	}
	return views, nil
}

func (b *Backend) lookRepairs(ctx context.Context, req RepairRequest) ([]repaired, error) {
	apps, err := b.appsEverywhere(ctx, req.App)
	if err != nil {
		return nil, err
	}
	m := b.thisMachine()
	var out []repaired
	seen := map[string]bool{}
	for _, app := range apps {
		if !app.Found && req.App == "" {
			continue
		}
		for _, f := range app.Files {
			if f.Health == clients.Absent || f.Health == clients.Unreadable || seen[app.Client.ID+"\n"+f.Path] || req.Path != "" && f.Path != req.Path {
				continue
			}
			seen[app.Client.ID+"\n"+f.Path] = true
			src, err := clients.ReadFile(f.Path)
			if err != nil {
				continue // gone or closed to us since the look
			}
			out = append(out, b.lookRepair(ctx, m, b.fileOf(app.Client, f.Scope, f.Path), src, req))
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// fileOf is a file of this computer as repair sees it.
func (b *Backend) fileOf(app clients.Client, scope, path string) finding.File {
	if scope == clients.Private {
		scope = clients.User // it stands in the user's own file
	}
	at, _, _ := app.As(b.goos(), scope, path)
	return finding.File{App: app, Dialect: at.Dialect, OS: b.goos(), Scope: scope, Path: path}
}

// lookRepair looks at one file with all that is known of this computer.
func (b *Backend) lookRepair(ctx context.Context, m *machine.Machine, file finding.File, src []byte, req RepairRequest) repaired {
	out := repaired{src: src, others: map[string][]byte{}, facts: b.repairFacts(ctx, m, file, file.Path, src)}
	if req.Noticed {
		out.facts.LastWrittenByUs = nil
	}
	for range 2 {
		out.report = repair.Check(file, src, out.facts, req.allow())
		news := false
		for path := range out.report.Aside {
			real := b.realPath(path)
			if _, known := out.others[real]; known {
				continue
			}
			content, err := clients.ReadFile(real)
			if err != nil {
				content = nil
			}
			out.others[real] = content
			if content != nil {
				if out.facts.Content == nil {
					out.facts.Content = map[string]json.RawMessage{}
				}
				out.facts.Content[path], _ = json.Marshal(string(content))
				news = true
			}
		}
		if !news {
			break
		}
	}
	return out
}

// realPath turns a path as a person writes it into one of this computer.
func (b *Backend) realPath(path string) string {
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		return filepath.Join(b.system.Home, filepath.FromSlash(rest))
	}
	return path
}

// RepairResult is a repair that was made, or would be.
type RepairResult struct {
	ChangeResult
	Views []RepairView `json:"-"`
	// Note is the file in which stands what the mended files cannot hold, "" for
	// none.
	Note string `json:"note"`
}

// Repair mends the files of one app or of all, as far as req allows: one
// change with its backup, which undo takes back. Error codes: app_unknown,
// file_drifted, consent_needed (an app must close first), app_not_closed and
// those of a change.
func (b *Backend) Repair(ctx context.Context, req RepairRequest, dryRun bool) (RepairResult, error) {
	release, err := b.alone(ctx)
	if err != nil {
		return RepairResult{}, err
	}
	defer release()
	found, err := b.lookRepairs(ctx, req)
	if err != nil {
		return RepairResult{}, err
	}
	if apps := toClose(found); !dryRun && len(b.runningApps(apps)) > 0 {
		if err := b.closeFirst(ctx, apps, req.Closing); err != nil {
			return RepairResult{}, err
		}
		// An app may write its file when it closes.
		if found, err = b.lookRepairs(ctx, req); err != nil {
			return RepairResult{}, err
		}
	}
	return b.writeRepairs(ctx, found, req.allow(), dryRun)
}

// toClose are the apps whose files a repair would write.
func toClose(found []repaired) (apps []string) {
	for _, f := range found {
		if f.report.Text != nil || len(f.report.Aside) > 0 {
			apps = append(apps, f.report.File.App.ID)
		}
	}
	return unique(apps)
}

// RepairOne mends a file that the user names, as it stands here.
func (b *Backend) RepairOne(ctx context.Context, req RepairRequest, dryRun bool) (RepairResult, error) {
	release, err := b.alone(ctx)
	if err != nil {
		return RepairResult{}, err
	}
	defer release()
	file, src, facts, err := req.text(b.apps, b.goos())
	if err != nil {
		return RepairResult{}, err
	}
	one := repaired{report: repair.Check(file, src, facts, req.allow()), src: src, facts: facts}
	view := repairView(one.report)
	// What belongs into other files is of another computer: it is shown only.
	one.report.Aside = nil
	one.report.File.Path = absolute(req.File)
	if !dryRun && slices.ContainsFunc(b.readers()[one.report.File.Path], func(c clients.Client) bool { return c.ID == file.App.ID }) {
		if err := b.closeFirst(ctx, toClose([]repaired{one}), req.Closing); err != nil {
			return RepairResult{}, err
		}
	}
	out, err := b.writeRepairs(ctx, []repaired{one}, req.allow(), dryRun)
	out.Views = []RepairView{view}
	return out, err
}

func (b *Backend) writeRepairs(ctx context.Context, found []repaired, allow finding.Kind, dryRun bool) (RepairResult, error) {
	out := RepairResult{ChangeResult: ChangeResult{Files: []FileDiff{}, Restart: []Restart{}, Warnings: []Warning{}}}
	change := changeset.Change{Kind: "repair"}
	var apps, names []string
	written := map[string]bool{}
	for _, f := range found {
		view := repairView(f.report)
		view.lines(f.report.File.Dialect.Format, f.src)
		view.Writes = []string{f.report.File.Path}
		for path := range f.report.Aside {
			view.Writes = append(view.Writes, b.realPath(path))
		}
		if view.lost() {
			view.Copy = b.goodCopy(ctx, f.report.File, f.report.File.Path)
		}
		out.Views = append(out.Views, view)
		if f.report.Text == nil && len(f.report.Aside) == 0 || written[f.report.File.Path] {
			continue
		}
		if f.report.Text != nil { // else only another file has to be written
			written[f.report.File.Path] = true
			change.Files = append(change.Files, changeset.File{Path: f.report.File.Path, Plan: f.plan(allow)})
		}
		for path, s := range f.report.Aside {
			real := b.realPath(path)
			if !filepath.IsAbs(real) || written[real] {
				continue
			}
			written[real] = true
			change.Files = append(change.Files, changeset.File{Path: real, Plan: f.planOther(real, s)})
		}
		if id := f.report.File.App.ID; !slices.Contains(apps, id) {
			apps, names = append(apps, id), append(names, f.report.File.App.Name)
		}
	}
	if len(change.Files) == 0 {
		return out, nil
	}
	for _, c := range b.runningApps(apps) {
		out.Warnings = append(out.Warnings, Warning{Code: "app_running", App: c.ID, Text: text.Line("repair.close", "app", c.Name)})
	}
	change.Title = text.Line("repair.title", "apps", text.List(names))
	files, err := b.changes.Preview(ctx, change)
	if err != nil {
		return RepairResult{}, err
	}
	out.Files, out.Restart = b.diffs(files), b.restarts(apps)
	if dryRun || len(files) == 0 {
		return out, nil
	}
	settle, err := b.park(ctx, found)
	if err != nil {
		return RepairResult{}, err
	}
	record, err := b.changes.Apply(ctx, change)
	if err != nil {
		return RepairResult{}, errors.Join(err, settle(""))
	}
	out.Change = record.ID
	if err := settle(record.ID); err != nil {
		return out, err
	}
	if out.Note, err = b.sideNote(record.ID, found); err != nil {
		return out, err
	}
	if err := b.connect.Reconcile(context.WithoutCancel(ctx)); err != nil {
		return out, err
	}
	for _, what := range []string{"apps", "servers", "history"} {
		b.o.Changed(what)
	}
	return out, nil
}

// plan mends a file anew when it has changed since it was looked at.
func (f repaired) plan(allow finding.Kind) func([]byte) ([]byte, error) {
	return func(before []byte) ([]byte, error) {
		if bytes.Equal(before, f.src) {
			return f.report.Text, nil
		}
		if r := repair.Check(f.report.File, before, f.facts, allow); r.Text != nil && len(r.Aside) == 0 {
			return r.Text, nil
		}
		return before, nil
	}
}

// planOther writes another file of a repair as long as it is what was read.
func (f repaired) planOther(path, content string) func([]byte) ([]byte, error) {
	return func(before []byte) ([]byte, error) {
		if !bytes.Equal(before, f.others[path]) {
			return nil, model.Fail("file_drifted", nil, "path", path)
		}
		return []byte(content), nil
	}
}
