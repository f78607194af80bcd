package backend

import (
	"context"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"toolbay/backend/connect"
	"toolbay/backend/model"
	"toolbay/backend/text"
	"toolbay/backend/watch"
)

// What a notice offers.
const (
	ActionPutBack = "put-back" // PutBack makes it what it was
	ActionKeep    = "keep"     // only KeepNotice has a use
	ActionRepair  = "repair"   // the app cannot read the file
)

// NoticeView is something that changed outside Toolbay, or that is left to do, in
// words.
type NoticeView struct {
	ID   string `json:"id"`
	Code string `json:"code"`
	App  string `json:"app"`
	// AppName is what people call the app.
	AppName string `json:"app_name"`
	// Name is the entry, Server the installed server it starts; of several the
	// first. Names and Servers are all of them.
	Name    string    `json:"name"`
	Server  string    `json:"server"`
	Names   []string  `json:"names"`
	Servers []string  `json:"servers"`
	File    string    `json:"file"`
	Seen    time.Time `json:"seen"`
	Title   string    `json:"title"`
	Text    string    `json:"text"`
	// Action is what the one button does (see notices_left.go too). Every notice
	// can be kept besides.
	Action string `json:"action"`
	// Close tells that the app runs and would lose what is put back.
	Close bool `json:"close"`
}

// Notices looks at the apps' files and gives what changed there outside
// Toolbay. Error codes: changes_busy.
func (b *Backend) Notices(ctx context.Context) ([]NoticeView, error) {
	release, err := b.alone(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	if err := b.connect.Reconcile(ctx); err != nil {
		return nil, err
	}
	return b.notices(ctx)
}

// notices gives what the looks so far have found.
func (b *Backend) notices(ctx context.Context) ([]NoticeView, error) {
	found, err := b.standing(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]NoticeView, 0, len(found))
	for _, n := range found {
		out = append(out, b.noticeView(ctx, n))
	}
	left, err := b.noticesLeft(ctx)
	return append(out, left...), err
}

// standing leaves out what is about servers that are not installed any more:
// the undo of their removal brings it back.
func (b *Backend) standing(ctx context.Context) ([]connect.Notice, error) {
	found, err := b.connect.Notices(ctx)
	if err != nil {
		return nil, err
	}
	installed, err := b.store.Servers(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(found, func(n connect.Notice) bool {
		return !slices.ContainsFunc(installed, func(s model.Server) bool { return slices.Contains(n.Servers, s.ID) })
	}), nil
}

func (b *Backend) noticeView(ctx context.Context, n connect.Notice) NoticeView {
	v := NoticeView{
		ID: n.ID, Code: n.Code, App: n.App, AppName: n.App, Name: n.Names[0], Server: n.Servers[0],
		Names: n.Names, Servers: n.Servers, File: n.File, Seen: n.Seen.UTC(), Action: ActionKeep,
	}
	c, _ := b.apps.Get(n.App)
	if c.Name != "" {
		v.AppName = c.Name
	}
	if folder := c.ProjectAt(n.At); folder != "" {
		v.AppName += " (" + filepath.Base(folder) + ")"
	}
	titles := b.titlesOf(ctx, n.Servers)
	args := []string{"app", v.AppName, "name", titles[0], "names", text.List(titles), "file", filepath.Base(n.File), "other", n.OtherName, "place", n.OtherFile}
	words := "notice." + n.Code
	v.Title, v.Text = text.Line(words+".title", args...), text.Line(words+".text", args...)
	switch {
	case n.Code == connect.FileBroken:
		v.Action = ActionRepair
	case n.Fought:
		v.Text = text.Line("notice.fought", args...)
	case !b.mayPutBack(n):
		if n.Code == connect.FileGone {
			v.Text = text.Line("notice.app-gone", args...)
		}
	default:
		v.Action = ActionPutBack
		if n.AtStart {
			v.Text = text.Line("notice.at-start", args...)
		}
		if _, v.Close = b.startedSince(c); v.Close {
			v.Text += " " + text.Line("notice.close", args...)
		}
	}
	return v
}

// mayPutBack leaves alone the files of an app that is not here any more.
func (b *Backend) mayPutBack(n connect.Notice) bool {
	if !n.CanPutBack {
		return false
	}
	if n.Code != connect.FileGone {
		return true
	}
	app, err := b.apps.LookOne(b.system, n.App, "")
	return err == nil && app.Found
}

// PutBackRequest is what to put back.
type PutBackRequest struct {
	IDs []string
	// All is everything that can be.
	All    bool
	DryRun bool
	Closing
}

// PutBack makes the entries that notices are about what they were, in the files
// as they are now: one change, which can be undone. An app that was left out of
// a switch it brings up to date, for that notice alone. Error codes:
// notice_unknown, fought_over, consent_needed (an app must close first),
// app_not_closed, and those of Connect.
func (b *Backend) PutBack(ctx context.Context, req PutBackRequest) (ChangeResult, error) {
	if !req.All && len(req.IDs) == 1 {
		list, err := b.leftovers(ctx)
		if err != nil {
			return ChangeResult{}, err
		}
		if i := slices.IndexFunc(list, func(l leftover) bool { return l.ID == req.IDs[0] && l.Code == AppSkipped }); i >= 0 {
			return b.catchUp(ctx, list[i].App, req)
		}
	}
	release, err := b.alone(ctx)
	if err != nil {
		return ChangeResult{}, err
	}
	defer release()
	found, err := b.standing(ctx)
	if err != nil {
		return ChangeResult{}, err
	}
	var chosen []connect.Notice
	var names []string
	for _, n := range found {
		if req.All && b.mayPutBack(n) || !req.All && slices.Contains(req.IDs, n.ID) {
			chosen = append(chosen, n)
			names = append(names, b.titlesOf(ctx, n.Servers)...)
		}
	}
	for _, id := range req.IDs {
		i := slices.IndexFunc(chosen, func(n connect.Notice) bool { return n.ID == id })
		if i < 0 {
			return ChangeResult{}, model.Fail("notice_unknown", nil, "notice", id)
		}
		if n := chosen[i]; !n.Fought && !b.mayPutBack(n) {
			return ChangeResult{}, model.Fail("nothing_to_put_back", nil, "notice", id)
		}
	}
	plan, err := b.connect.PlanPutBack(ctx, strings.Join(unique(names), ", "), chosen)
	if err != nil {
		return ChangeResult{}, err
	}
	if !req.DryRun {
		if err := b.closeFirst(ctx, plan.Restart, req.Closing); err != nil {
			return ChangeResult{}, err
		}
		if err := b.placeLauncher(); err != nil {
			return ChangeResult{}, err
		}
	}
	res, err := b.change(ctx, plan, nil, req.DryRun)
	if err == nil && !req.DryRun {
		b.o.Changed("notices")
	}
	return res, err
}

func (b *Backend) titlesOf(ctx context.Context, servers []string) []string {
	var out []string
	for _, id := range servers {
		if s, err := b.store.Server(ctx, id); err == nil {
			id = s.Title
		}
		out = append(out, id)
	}
	return out
}

// KeepNotice accepts what a notice is about as it is now. Error code:
// notice_unknown.
func (b *Backend) KeepNotice(ctx context.Context, id string) error {
	release, err := b.alone(ctx)
	if err != nil {
		return err
	}
	defer release()
	found, err := b.standing(ctx)
	if err != nil {
		return err
	}
	left, err := b.leftovers(ctx)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(left, func(l leftover) bool { return l.ID == id }) {
		err = b.done(ctx, id)
	} else if i := slices.IndexFunc(found, func(n connect.Notice) bool { return n.ID == id }); i >= 0 {
		err = b.connect.Keep(ctx, found[i])
	} else {
		err = model.Fail("notice_unknown", nil, "notice", id)
	}
	if err != nil {
		return err
	}
	for _, what := range []string{"notices", "apps", "servers"} {
		b.o.Changed(what)
	}
	return nil
}

// WatchMode tells how Watch watches, in words where there is something to say.
type WatchMode struct {
	// Slow: the system tells of no changes, or not of all; every second or two
	// Toolbay looks itself.
	Slow bool
	Text string
}

// Watch looks at all apps' files and then watches them until ctx ends. told
// gets all notices at once, and again whenever they are others; mode how it is
// watched, and may be nil. What changes is told of as "apps" and "notices" too.
// Nothing goes on after it has returned.
func (b *Backend) Watch(ctx context.Context, told func([]NoticeView), mode func(WatchMode)) error {
	first, err := b.Notices(ctx)
	if err != nil {
		return err
	}
	w := &watcher{b: b, told: told, last: asJSON(first)}
	w.places()
	ready := func() { told(first) }
	return watch.Run(ctx, w.files, func(files []string) { w.changed(ctx, files) }, ready, watch.Options{
		Home: b.system.Home,
		Mode: func(m watch.Mode) {
			if mode == nil {
				return
			}
			said := WatchMode{Slow: m.Slow}
			if m.Why != nil {
				said.Text = text.Line("notice.watch.slow")
			}
			mode(said)
		},
	})
}

// watcher is one Watch.
type watcher struct {
	b    *Backend
	told func([]NoticeView)
	last string

	mu  sync.Mutex
	own map[string][]string // the apps that read a file, by its path
	// folders are those that profiles were linked to when own was found.
	folders []string
	late    []string // changed files that could not be looked at yet
}

// places finds where the apps keep their servers.
func (w *watcher) places() {
	own, folders := map[string][]string{}, w.b.linkedFolders(context.Background())
	apps, _ := w.b.appsEverywhere(context.Background(), "") // no id, no error
	for _, a := range apps {
		for _, f := range a.Files {
			own[f.Path] = append(own[f.Path], a.Client.ID)
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.own, w.folders = own, folders
}

// files are those of the apps, and those in which entries of ours stand: a
// project's, for one. A folder that has been linked since is among them.
func (w *watcher) files() []string {
	w.mu.Lock()
	were := w.folders
	w.mu.Unlock()
	if !slices.Equal(were, w.b.linkedFolders(context.Background())) {
		w.places()
	}
	out, err := w.b.connect.Files(context.Background())
	if err != nil {
		out = nil // the next look has them again
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for path := range w.own {
		out = append(out, path)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (w *watcher) changed(ctx context.Context, files []string) {
	w.late = append(w.late, files...)
	if err := w.look(ctx); err != nil {
		return // another Toolbay is busy for long: the next change brings this one along
	}
	w.late = nil
	w.b.o.Changed("apps")
	now, err := w.b.notices(ctx)
	if err != nil {
		return
	}
	if text := asJSON(now); text != w.last {
		w.last = text
		w.b.o.Changed("notices")
		w.told(now)
	}
}

// look has the connector look at what changed. An app is looked at as a whole
// only where a file of its changed in which nothing of ours stands: something
// of ours may have come there.
func (w *watcher) look(ctx context.Context) error {
	release, err := w.b.alone(ctx)
	if err != nil {
		return err
	}
	defer release()
	known, err := w.b.connect.Files(ctx)
	if err != nil {
		return err
	}
	var apps []string
	w.mu.Lock()
	for _, f := range w.late {
		if !slices.Contains(known, f) {
			apps = append(apps, w.own[f]...)
		}
	}
	w.mu.Unlock()
	if len(apps) > 0 {
		w.places() // an app may have come, and with it other files
	}
	return w.b.connect.LookAt(ctx, w.late, apps)
}

func asJSON(v []NoticeView) string {
	out, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(out)
}
