package backend

import (
	"cmp"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"toolbay/backend/clients"
	"toolbay/backend/connect"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/repair"
	"toolbay/backend/repair/finding"
	"toolbay/backend/repair/machine"
	"toolbay/backend/runtimes/engine"
	"toolbay/backend/text"
)

// States of what was looked at.
const (
	CheckOK        = "ok"
	CheckAdvice    = "advice"    // it works, and could be better
	CheckAttention = "attention" // something does not work
	CheckUnknown   = "unknown"   // it could not be looked at
)

// Areas of what is looked at.
const (
	AreaApps       = "apps"
	AreaServers    = "servers"
	AreaRuntimes   = "runtimes"
	AreaKeys       = "keys"
	AreaSources    = "sources"
	AreaContainers = "containers"
	AreaLauncher   = "launcher"
	AreaChanges    = "changes"
)

// Diagnosis is what the doctor found.
type Diagnosis struct {
	// Healthy tells that nothing needs attention.
	Healthy   bool          `json:"healthy"`
	Attention int           `json:"attention"`
	Checks    []DoctorCheck `json:"checks"`
}

// DoctorCheck is one thing that was looked at, or one thing that is wrong.
type DoctorCheck struct {
	Area string `json:"area"`
	// ID is the app, server or source, "" for none; Name is what people call it.
	ID   string `json:"id"`
	Name string `json:"name"`
	// Code is what is wrong, "" for nothing.
	Code  string `json:"code"`
	State string `json:"state"`
	// File and Where are the place of what is wrong.
	File   string `json:"file"`
	Where  string `json:"where"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
	// Command mends it or tells more, "" for none.
	Command string `json:"command"`
}

// containersWithin is how long Docker may take to answer.
const containersWithin = 5 * time.Second

// Doctor looks at everything that must be in order for servers to work in apps:
// the apps' files, the installed servers, what runs them, the keys, the lists,
// Docker where something uses it, and what is not finished. It changes nothing
// and asks nobody on the network. What cannot be looked at is unknown and does
// not stop the rest. Error code: cancelled.
func (b *Backend) Doctor(ctx context.Context, report job.Report) (Diagnosis, error) {
	d := &Diagnosis{Checks: []DoctorCheck{}}
	look := &doctor{b: b, d: d, machine: b.thisMachine()}
	for i, part := range []func(context.Context){look.apps, look.servers, look.runtimes, look.keys, look.sources, look.containers, look.launcher, look.changes} {
		if report != nil {
			report(job.Progress{Done: int64(i), Total: 8})
		}
		part(ctx)
		if err := ctx.Err(); err != nil {
			return Diagnosis{}, model.Fail("cancelled", err)
		}
	}
	for _, c := range d.Checks {
		if c.State == CheckAttention {
			d.Attention++
		}
	}
	d.Healthy = d.Attention == 0
	return *d, nil
}

// doctor is one look at everything.
type doctor struct {
	b       *Backend
	d       *Diagnosis
	machine *machine.Machine
	// containerised tells that an app or a server of ours needs Docker.
	containerised bool
	ours          int             // entries in apps that start servers of ours
	wiped         map[string]bool // files whose losses are told as notices
	seen          map[string]bool // files by app
}

func (l *doctor) add(c DoctorCheck) { l.d.Checks = append(l.d.Checks, c) }

// fails adds what went wrong with the words of its code.
func (l *doctor) fails(c DoctorCheck, err error) {
	w := text.ForError(err)
	c.Code, c.Title, c.Detail, c.Command = w.Code, w.Message, w.Hint, cmp.Or(c.Command, w.Command)
	if c.State == "" {
		c.State = CheckAttention
	}
	l.add(c)
}

func (l *doctor) apps(ctx context.Context) {
	b := l.b
	if b.appsErr != nil {
		l.fails(DoctorCheck{Area: AreaApps}, b.appsErr)
	}
	l.wiped, l.seen = map[string]bool{}, map[string]bool{}
	if notices, err := b.connect.Notices(ctx); err == nil {
		for _, n := range notices {
			l.wiped[n.File] = true
		}
	}
	owner := b.owners(ctx)
	found := 0
	apps, err := b.appsEverywhere(ctx, "")
	if err != nil {
		l.fails(DoctorCheck{Area: AreaApps, State: CheckUnknown}, err)
		return
	}
	for _, a := range apps {
		if !a.Found {
			continue
		}
		found++
		for _, e := range a.Entries {
			if owner(e) != "" {
				l.ours++
			}
			if name := strings.TrimSuffix(filepath.Base(e.Command), ".exe"); name == "docker" && e.Enabled {
				l.containerised = true
			}
		}
		wrong := false
		for _, f := range a.Files {
			if f.Health == clients.Absent || f.Aside == "profile" || f.Aside == "remote" {
				continue
			}
			wrong = l.file(ctx, a, f) || wrong
			if ctx.Err() != nil {
				return
			}
		}
		if !wrong {
			l.add(DoctorCheck{Area: AreaApps, ID: a.Client.ID, Name: a.Client.Name, State: CheckOK,
				Title: text.Line("doctor.app-ok", "app", a.Client.Name, "n", strconv.Itoa(len(a.Entries)))})
		}
	}
	if found == 0 {
		l.add(DoctorCheck{Area: AreaApps, State: CheckAdvice, Title: text.Line("doctor.no-app")})
	}
}

// file looks at one file of an app; wrong tells that something is to be told.
func (l *doctor) file(ctx context.Context, a clients.App, f clients.FileState) (wrong bool) {
	place := DoctorCheck{Area: AreaApps, ID: a.Client.ID, Name: a.Client.Name, File: f.Path}
	if f.Health == clients.Unreadable {
		l.fails(place, f.Err)
		return true
	}
	src, err := clients.ReadFile(f.Path)
	if err != nil {
		l.fails(place, err)
		return true
	}
	if f.Scope == clients.Private || l.seen[a.Client.ID+"\n"+f.Path] {
		return false // a part of the user's own file, which is looked at as a whole
	}
	l.seen[a.Client.ID+"\n"+f.Path] = true
	looked := l.b.lookRepair(ctx, l.machine, l.b.fileOf(a.Client, f.Scope, f.Path), src, RepairRequest{Allow: string(repair.None)})
	for i, p := range repairView(looked.report).Problems {
		code, _ := finding.Of(p.Code)
		switch {
		case p.Severity == finding.Info:
			continue
		case f.Unread && code.Layer != finding.LayerLife:
			continue // what stands where the app does not look harms nobody
		case p.Code == "FILE_SERVERS_WIPED" && l.wiped[f.Path]:
			continue // told as a notice, which knows more
		}
		c := place
		c.Code, c.Where, c.State, c.Title, c.Detail = p.Code, p.Where, CheckAttention, p.Title, p.Detail
		if p.Severity == finding.Warn {
			c.State = CheckAdvice
		}
		if looked.report.Problems[i].Mends {
			c.Command = "toolbay repair " + a.Client.ID
		}
		l.add(c)
		wrong = true
	}
	return wrong
}

func (l *doctor) servers(ctx context.Context) {
	servers, err := l.b.Servers(ctx)
	if err != nil {
		l.fails(DoctorCheck{Area: AreaServers, State: CheckUnknown}, err)
		return
	}
	l.room(servers)
	for _, s := range servers {
		if s.Package.Type == "oci" {
			l.containerised = true
		}
		here := DoctorCheck{Area: AreaServers, ID: s.ID, Name: s.Title}
		wrong := false
		switch {
		case s.Status == StatusNeedsKey:
			c := here
			c.Code, c.State, c.Command = StatusNeedsKey, CheckAttention, "toolbay keys"
			c.Title = text.Line("doctor.needs-key", "server", s.Title)
			l.add(c)
			wrong = true
		case s.Problem != nil:
			c := here
			c.Command = "toolbay test " + s.ID
			if s.Status == StatusNeedsSignIn {
				c.Command = "toolbay login " + s.ID
			}
			l.fails(c, s.Problem)
			wrong = true
		}
		results, err := l.b.Verify(ctx, s.ID)
		if err != nil {
			if ctx.Err() != nil {
				return
			}
			here.State = CheckUnknown
			l.fails(here, err)
			continue
		}
		for _, r := range results {
			if r.State != VerifiedWrong {
				continue
			}
			c := here
			c.State, c.Command, c.Detail = CheckAttention, "toolbay verify "+s.ID, r.Hint
			c.Title = text.Line("doctor.changed", "server", s.Title)
			for _, f := range r.Findings {
				if !notWrong[f.Code] {
					c.Code = f.Code
					break
				}
			}
			l.add(c)
			wrong = true
		}
		if s.Said != nil {
			c := here
			c.Code, c.Title, c.Detail, c.State = s.Said.Code, s.Said.Message, s.Said.Hint, CheckAdvice
			l.add(c)
			wrong = true
		}
		if !wrong {
			c := here
			c.State, c.Title = CheckOK, text.Line("doctor.server-ok", "server", s.Title)
			if s.Status == StatusUntested {
				c.Title = text.Line("doctor.server-untested", "server", s.Title)
			}
			l.add(c)
		}
	}
}

// room tells of apps that have more tools of our servers than they take.
func (l *doctor) room(servers []ServerView) {
	tools := map[string]int{}
	for _, s := range servers {
		for _, app := range s.Apps {
			tools[app] += len(s.Tools)
		}
	}
	for _, c := range l.b.apps.All() {
		if c.Limits.Tools == 0 || tools[c.ID] <= c.Limits.Tools {
			continue
		}
		check := DoctorCheck{Area: AreaApps, ID: c.ID, Name: c.Name, Code: "RT_TOO_MANY_TOOLS", State: CheckAdvice, Command: "toolbay profile"}
		check.Title, check.Detail, _ = text.Problem(check.Code, map[string]string{"app": c.Name})
		l.add(check)
	}
}

// runtimes names what Toolbay brought to run servers. That something a server
// needs is missing is found with the server.
func (l *doctor) runtimes(context.Context) {
	var names []string
	for _, p := range l.b.runtimesHere() {
		if p.Used {
			names = append(names, p.Name)
		}
	}
	title := text.Line("doctor.no-runtimes")
	if len(names) > 0 {
		title = text.Line("doctor.runtimes", "names", text.List(names))
	}
	l.add(DoctorCheck{Area: AreaRuntimes, State: CheckOK, Title: title})
}

func (l *doctor) keys(ctx context.Context) {
	keys, err := l.b.Keys(ctx)
	if err != nil {
		l.fails(DoctorCheck{Area: AreaKeys, State: CheckUnknown}, err)
		return
	}
	inKeychain := slices.ContainsFunc(keys, func(k KeyView) bool { return k.Set && k.Where == "keychain" })
	switch err := l.b.openKeys().Available(); {
	case err != nil && inKeychain:
		l.fails(DoctorCheck{Area: AreaKeys}, err)
	case err != nil:
		l.fails(DoctorCheck{Area: AreaKeys, State: CheckAdvice}, err)
	default:
		l.add(DoctorCheck{Area: AreaKeys, State: CheckOK, Title: text.Line("doctor.keys-ok")})
	}
}

func (l *doctor) sources(ctx context.Context) {
	states, err := l.b.Sources(ctx)
	if err != nil {
		l.fails(DoctorCheck{Area: AreaSources, State: CheckUnknown}, err)
		return
	}
	working := 0
	for _, s := range states {
		if !s.Enabled || !s.Allowed {
			continue
		}
		name := s.Name
		if name == "" {
			name = text.Source(s.Source)
		}
		c := DoctorCheck{Area: AreaSources, ID: s.Source, Name: name}
		switch {
		case s.Error != "":
			w := text.ForError(model.Fail(s.Error, errors.New("at the last look")))
			c.Code, c.State, c.Detail, c.Command = s.Error, CheckAdvice, w.Message, "toolbay sync "+s.Source
			c.Title = text.Line("doctor.source-down", "source", name)
			l.add(c)
		case s.Listings > 0:
			working++
		}
	}
	if working == 0 {
		l.add(DoctorCheck{Area: AreaSources, State: CheckAttention, Code: "catalogue_empty", Title: text.Line("doctor.no-list"), Command: "toolbay sync"})
		return
	}
	c := DoctorCheck{Area: AreaSources, State: CheckOK, Title: text.Line("doctor.sources-ok", "n", strconv.Itoa(working))}
	if l.b.ListsAreOld(ctx) {
		c.State, c.Command, c.Title = CheckAdvice, "toolbay sync", text.Line("doctor.lists-old")
	}
	l.add(c)
}

// containers asks Docker only when something uses it.
func (l *doctor) containers(ctx context.Context) {
	if !l.containerised {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, containersWithin)
	defer cancel()
	e, err := engine.Find(ctx, engine.Here())
	if err == nil {
		err = e.Check(ctx)
		e.Close()
	}
	if err != nil {
		l.fails(DoctorCheck{Area: AreaContainers}, err)
		return
	}
	l.add(DoctorCheck{Area: AreaContainers, State: CheckOK, Title: text.Line("doctor.docker-ok")})
}

// launcher is the program that apps start in place of a server.
func (l *doctor) launcher(context.Context) {
	p := filepath.Join(l.b.home, "bin", launcherName())
	switch {
	case fileExists(p):
		l.add(DoctorCheck{Area: AreaLauncher, State: CheckOK, File: p, Title: text.Line("doctor.launcher-ok")})
	case l.ours > 0:
		l.fails(DoctorCheck{Area: AreaLauncher, File: p}, model.Fail("launcher_missing", nil))
	default:
		l.add(DoctorCheck{Area: AreaLauncher, State: CheckOK, File: p, Title: text.Line("doctor.launcher-later")})
	}
}

// changes tells what others did to the apps' files, and what is not finished.
func (l *doctor) changes(ctx context.Context) {
	notices, err := l.b.Notices(ctx)
	if err != nil {
		l.fails(DoctorCheck{Area: AreaChanges, State: CheckUnknown}, err)
		return
	}
	told := false
	for _, n := range notices {
		if n.Code == connect.FileBroken {
			continue // told with the app
		}
		c := DoctorCheck{Area: AreaChanges, ID: n.App, Name: n.AppName, Code: n.Code, State: CheckAdvice, File: n.File, Title: n.Title, Detail: n.Text, Command: "toolbay notices keep " + n.ID}
		if n.Action == ActionPutBack {
			c.State, c.Command = CheckAttention, "toolbay notices put-back "+n.ID
		}
		l.add(c)
		told = true
	}
	if l.b.Rebuilt() {
		l.add(DoctorCheck{Area: AreaChanges, Code: "store_rebuilt", State: CheckAdvice, Title: text.Line("doctor.rebuilt")})
		told = true
	}
	if !told {
		l.add(DoctorCheck{Area: AreaChanges, State: CheckOK, Title: text.Line("doctor.changes-ok")})
	}
}
