package backend

import (
	"context"
	"encoding/json"
	"path/filepath"
	"slices"
	"time"

	"toolbay/backend/clients"
	"toolbay/backend/model"
	"toolbay/backend/profiles"
	"toolbay/backend/text"
)

// Notices that nobody else is the cause of: something that is left to do.
const (
	AppSkipped = "app_skipped"     // an app was left out of a switch
	ChangeLeft = "change_left"     // a change was cut off beside somebody else's
	CopiesHold = "copies_hold_key" // copies from before an adoption hold its key
)

// What such a notice offers besides.
const (
	ActionTryAgain = "try-again"     // PutBack brings the app up to date
	ActionLook     = "look"          // the earlier copies of the file are under Apps
	ActionDelete   = "delete-copies" // DeleteHolding, after a yes
)

// leftover is such a thing, kept until it is done or the user has seen it.
type leftover struct {
	ID     string `json:"id"`
	Code   string `json:"code"`
	App    string `json:"app,omitempty"`
	Server string `json:"server,omitempty"`
	File   string `json:"file,omitempty"`
	// Title is that of a change of which no file is known.
	Title string    `json:"title,omitempty"`
	Seen  time.Time `json:"seen"`
}

const leftoverSetting = "leftovers"

// maxLeftovers bounds the list: the oldest go first.
const maxLeftovers = 100

func (b *Backend) leftovers(ctx context.Context) ([]leftover, error) {
	kept, err := b.store.Setting(ctx, leftoverSetting)
	if err != nil || kept == "" {
		return nil, err
	}
	var list []leftover
	if json.Unmarshal([]byte(kept), &list) != nil {
		return nil, nil // of a version to come: nothing that could be acted on
	}
	return list, nil
}

// leave notes things that are left to do; one that is known already is as new.
func (b *Backend) leave(ctx context.Context, more ...leftover) error {
	if len(more) == 0 {
		return nil
	}
	return b.changeLeftovers(ctx, func(list []leftover) []leftover {
		for _, l := range more {
			l.Seen = b.o.Now().UTC()
			list = append(slices.DeleteFunc(list, func(o leftover) bool { return o.ID == l.ID }), l)
		}
		return list[max(0, len(list)-maxLeftovers):]
	})
}

// done forgets what is not left to do any more.
func (b *Backend) done(ctx context.Context, ids ...string) error {
	return b.changeLeftovers(ctx, func(list []leftover) []leftover {
		return slices.DeleteFunc(list, func(o leftover) bool { return slices.Contains(ids, o.ID) })
	})
}

func (b *Backend) changeLeftovers(ctx context.Context, change func([]leftover) []leftover) error {
	list, err := b.leftovers(ctx)
	if err != nil {
		return err
	}
	kept := ""
	if list = change(list); len(list) > 0 {
		data, err := json.Marshal(list)
		if err != nil {
			return err
		}
		kept = string(data)
	}
	return b.store.PutSetting(ctx, leftoverSetting, kept)
}

// noteSettled keeps what this program found half made and could not decide.
func (b *Backend) noteSettled(ctx context.Context) {
	all := b.changes.Settled()
	n := int(b.settledNoted.Load())
	var more []leftover
	for _, s := range all[min(n, len(all)):] {
		if len(s.Left)+len(s.Found) == 0 {
			continue
		}
		l := leftover{ID: "change-" + s.ID, Code: ChangeLeft, Title: s.Title}
		if len(s.Left) > 0 {
			l.File = s.Left[0]
		}
		more = append(more, l)
	}
	if b.leave(ctx, more...) == nil {
		b.settledNoted.Store(int64(len(all)))
	}
}

// noticesLeft gives what is left to do, in words, and forgets what is done.
func (b *Backend) noticesLeft(ctx context.Context) ([]NoticeView, error) {
	list, err := b.leftovers(ctx)
	if err != nil {
		return nil, err
	}
	var out []NoticeView
	var over []string
	for _, l := range list {
		v, stands, err := b.leftView(ctx, l)
		switch {
		case err != nil:
			return nil, err
		case stands:
			out = append(out, v)
		default:
			over = append(over, l.ID)
		}
	}
	if len(over) > 0 {
		err = b.done(ctx, over...)
	}
	return out, err
}

func (b *Backend) leftView(ctx context.Context, l leftover) (v NoticeView, stands bool, err error) {
	v = NoticeView{
		ID: l.ID, Code: l.Code, App: l.App, AppName: b.appName(l.App), Server: l.Server, Names: []string{}, Servers: []string{},
		File: l.File, Seen: l.Seen.UTC(), Action: ActionLook,
	}
	words, args := "notice."+l.Code, []string{"app", v.AppName, "file", filepath.Base(l.File)}
	said := words + ".text"
	switch l.Code {
	case AppSkipped:
		app, behind, err := b.behind(ctx, l.App)
		if err != nil || !behind {
			return v, false, err
		}
		p, err := b.Profile(ctx, "")
		if err != nil {
			return v, false, err
		}
		args = append(args, "profile", p.Name)
		v.Action = ActionTryAgain
		if f, ok := app.Primary(clients.User); ok {
			v.File = f.Path
			if f.Health == clients.Broken || f.Health == clients.Unreadable {
				v.Action, said = ActionRepair, words+".broken"
			}
		}
		_, v.Close = b.startedSince(app.Client)
	case ChangeLeft:
		if l.File == "" {
			said, args[3] = words+".found", l.Title
		}
		for _, c := range b.readers()[l.File] {
			v.App, v.AppName = c.ID, c.Name
			break
		}
	case CopiesHold:
		s, err := b.store.Server(ctx, l.Server)
		if model.Code(err) == "server_unknown" || err == nil && !hasKeys(s) {
			return v, false, nil
		}
		if err != nil {
			return v, false, err
		}
		v.Name, v.Names, v.Servers, v.Action = s.Title, []string{s.Title}, []string{s.ID}, ActionDelete
		args = append(args, "name", s.Title)
	default:
		return v, false, nil
	}
	v.Title, v.Text = text.Line(words+".title", args...), text.Line(said, args...)
	if v.Close && v.Action == ActionTryAgain {
		v.Text += " " + text.Line("notice.close", args...)
	}
	return v, true, nil
}

// behind tells whether an app's own files have other entries of ours than the
// profile in use says, or cannot be read.
func (b *Backend) behind(ctx context.Context, id string) (clients.App, bool, error) {
	app, err := b.apps.LookOne(b.system, id, "")
	if err != nil || !app.Found {
		return app, false, nil // gone from this computer, or from the table
	}
	if f, ok := app.Primary(clients.User); ok && (f.Health == clients.Broken || f.Health == clients.Unreadable) {
		return app, true, nil
	}
	active, err := b.activeProfile(ctx)
	if err != nil {
		return app, false, err
	}
	p, _, err := b.store.Profile(ctx, active)
	if err != nil {
		return app, false, err
	}
	servers, err := b.serversByID(ctx)
	if err != nil {
		return app, false, err
	}
	missing := map[string]bool{}
	for _, s := range p.Servers {
		if _, here := servers[s.Server]; here && profiles.On(p, s.Server, id) {
			missing[s.Server] = true
		}
	}
	wanted, owner := len(missing), b.owners(ctx)
	seen := map[string]bool{}
	for _, e := range app.Entries {
		server := owner(e)
		if server == "" || seen[server] {
			continue
		}
		if !missing[server] || e.Command != "" && e.Profile != profiles.Named(p.ID) {
			return app, true, nil
		}
		seen[server] = true
	}
	return app, len(seen) < wanted, nil
}

// copiesLeft notes whether earlier copies of files hold a key of a server, and
// forgets it where none does.
func (b *Backend) copiesLeft(ctx context.Context, server string) {
	id := "copies-" + server
	values, err := b.KeyValues(ctx, server, "")
	if err != nil {
		return // the offer to look for them by hand stays
	}
	found, err := b.Holding(ctx, values...)
	switch {
	case err != nil:
	case len(found.Copies) > 0:
		err = b.leave(ctx, leftover{ID: id, Code: CopiesHold, Server: server})
	default:
		err = b.done(ctx, id)
	}
	if err == nil {
		b.o.Changed("notices")
	}
}

// catchUp brings an app that was left out of a switch to the profile in use.
func (b *Backend) catchUp(ctx context.Context, app string, req PutBackRequest) (ChangeResult, error) {
	res, err := b.editProfile(ctx, commit{kind: "switch", only: app, dryRun: req.DryRun, closing: req.Closing}, func(e *profileEdit) (string, error) {
		_, err := e.load(ctx, b, e.in)
		return e.in, err
	})
	if err != nil {
		return ChangeResult{}, err
	}
	if !req.DryRun {
		b.o.Changed("notices")
	}
	return ChangeResult{Change: res.Change, Files: res.Files, Restart: res.Restart, Warnings: res.Warnings}, nil
}
