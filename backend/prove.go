package backend

import (
	"context"
	"os/exec"
	"path/filepath"
	"strings"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/launch"
	"toolbay/backend/model"
	"toolbay/backend/probe"
)

// EntryProof is how a server of an app's file did when it was started once.
type EntryProof struct {
	Name  string
	OK    bool
	Tools int
	Err   error // in words; nil when OK
}

// ProveEntries starts each server of an app's file that is turned on, as the
// app would, and ends it again. What stands in the file was put there to be
// run by the app; it is run here only because the user asked for it. Error
// codes: app_unknown.
func (b *Backend) ProveEntries(ctx context.Context, app, file string) ([]EntryProof, error) {
	all, err := b.appsEverywhere(ctx, app)
	if err != nil {
		return nil, err
	}
	found := all[0]
	owner := b.owners(ctx)
	_, doc := found.Client.Inspect(file)
	out := []EntryProof{}
	for _, e := range found.Entries {
		if e.File != file || !e.Enabled {
			continue
		}
		p := b.proveEntry(ctx, e, doc, owner(e))
		if err := ctx.Err(); err != nil {
			return nil, model.Fail("cancelled", err)
		}
		proof := EntryProof{Name: e.Name, OK: p.OK, Tools: len(p.Tools)}
		if !p.OK {
			proof.Err = model.Fail(p.Code, logOf(p), "server", e.Name, "id", e.Name)
		}
		out = append(out, proof)
	}
	return out, nil
}

func (b *Backend) proveEntry(ctx context.Context, e clients.Entry, doc *configfile.Document, ours string) model.Probe {
	if ours != "" {
		p, err := b.try(ctx, ours)
		if err != nil {
			return b.notProbed(err)
		}
		return p
	}
	spec := launch.Spec{Server: e.Name, Title: e.Name, Command: e.Command, Args: e.Args, Env: e.Env}
	hide := []string{}
	if e.URL != "" {
		headers := headersOf(doc, e)
		for _, v := range headers {
			hide = append(hide, v)
		}
		spec = launch.Spec{Server: e.Name, Title: e.Name, Remote: &model.Remote{URL: e.URL, Headers: headers}}
	} else if !filepath.IsAbs(e.Command) {
		path, err := exec.LookPath(e.Command)
		if err != nil {
			return b.notProbed(model.Fail("start_not_found", err))
		}
		spec.Command = path
	}
	cmd, err := launch.Prepare(b.home, spec, "", nil, launch.AppEnvironment(b.o.Getenv))
	if err != nil {
		return b.notProbed(err)
	}
	for _, v := range e.Env {
		hide = append(hide, v)
	}
	return probe.Run(ctx, probe.Command{
		Path: cmd.Path, Args: cmd.Args, Env: cmd.Env, Dir: b.system.Home,
		Hide: append(cmd.Hide, long(hide)...), Serve: cmd.Serve,
	}, probe.Options{})
}

// long leaves out words so short that hiding them would hide half of a text.
func long(values []string) []string {
	out := []string{}
	for _, v := range values {
		if len(v) >= 6 {
			out = append(out, v)
		}
	}
	return out
}

// headersOf reads the headers of an entry, whatever its app calls them.
func headersOf(doc *configfile.Document, e clients.Entry) map[string]string {
	headers := map[string]string{}
	if doc == nil {
		return headers
	}
	value, _ := doc.Get(e.Path...)
	entry, _ := value.(configfile.Object)
	for _, m := range entry {
		object, ok := m.Value.(configfile.Object)
		if !ok || !strings.HasSuffix(m.Key, "eaders") {
			continue
		}
		for _, h := range object {
			if text, ok := h.Value.(string); ok {
				headers[h.Key] = text
			}
		}
	}
	return headers
}
