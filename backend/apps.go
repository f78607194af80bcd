package backend

import (
	"cmp"
	"context"
	"net/url"
	"path/filepath"
	"strings"

	"toolbay/backend/catalog/recipe"
	"toolbay/backend/clients"
)

// Apps lists the AI apps Toolbay knows, whether they are here, and what stands
// in their files. It only reads. Error code: app_unknown.
func (b *Backend) Apps(ctx context.Context, id string) ([]AppView, error) {
	var found []clients.App
	if id == "" {
		found = b.apps.Look(b.system, b.o.ProjectDir)
	} else {
		a, err := b.apps.LookOne(b.system, id, b.o.ProjectDir)
		if err != nil {
			return nil, err
		}
		found = []clients.App{a}
	}
	out := make([]AppView, 0, len(found))
	owner := b.owners(ctx)
	for _, a := range found {
		out = append(out, b.appView(a, owner))
	}
	return out, nil
}

func (b *Backend) appView(a clients.App, owner func(clients.Entry) string) AppView {
	v := AppView{ID: a.Client.ID, Name: a.Client.Name, Found: a.Found, Files: []FileView{}, Servers: []Entry{}, Aside: []Entry{}, Sure: a.Client.Sure}
	for _, f := range a.Files {
		aside := f.Aside
		if f.Unread {
			aside = cmp.Or(aside, "other")
		}
		v.Files = append(v.Files, FileView{Path: f.Path, Scope: f.Scope, Format: f.Format, Health: f.Health, Aside: aside, Sure: f.Sure, Err: f.Err})
	}
	shown := func(e clients.Entry) Entry {
		return Entry{
			Name: e.Name, Server: owner(e), Command: e.Command, URL: shownURL(e.URL), Enabled: e.Enabled,
			ReadableKeys: readableKeys(e), File: e.File, Scope: scopeIn(a, e), Package: packageIn(e),
		}
	}
	for _, e := range a.Entries {
		v.Servers = append(v.Servers, shown(e))
	}
	for _, e := range a.Aside {
		v.Aside = append(v.Aside, shown(e))
	}
	return v
}

// scopeIn is the scope of the place in which an app has an entry.
func scopeIn(a clients.App, e clients.Entry) string {
	for _, f := range a.Files {
		if f.Path == e.File && f.At == e.At {
			return f.Scope
		}
	}
	return clients.User
}

// readableKeys counts the values of an entry that look like keys and stand
// there in clear, not as a reference to a variable.
func readableKeys(e clients.Entry) int {
	n := 0
	for name, v := range e.Env {
		if recipe.LooksSecret(name) && v != "" && !strings.HasPrefix(v, "$") && !strings.HasPrefix(v, "{env:") {
			n++
		}
	}
	return n
}

// packageIn names what an entry starts, so that the same server in two apps
// is recognised: the package of an npx or uvx line, or the program's name.
func packageIn(e clients.Entry) string {
	if e.URL != "" {
		return shownURL(e.URL)
	}
	switch strings.TrimSuffix(filepath.Base(e.Command), ".exe") {
	case "npx", "uvx", "bunx", "npx.cmd":
		for _, a := range e.Args {
			// Nothing but a package's name is shown: what stands before it may
			// be the value of an option, and that a key.
			if name, ok := packageName(a); ok {
				return name
			}
		}
	}
	return filepath.Base(e.Command)
}

// shownURL is an address without what may be a key: the user part and the
// values of a query.
func shownURL(s string) string {
	if s == "" {
		return ""
	}
	u, err := url.Parse(s)
	if err != nil {
		return "•••"
	}
	u.User = nil
	if u.RawQuery != "" {
		u.RawQuery = "•••"
	}
	u.Fragment = ""
	return strings.ReplaceAll(u.String(), "%E2%80%A2", "•")
}

// packageName takes the version off a package as npx and uvx name it; ok is
// false for anything that is no such name.
func packageName(s string) (name string, ok bool) {
	name = s
	if i := strings.LastIndex(s, "@"); i > 0 {
		name = s[:i]
	}
	name, _, _ = strings.Cut(name, "==")
	scoped := strings.HasPrefix(name, "@") && strings.Contains(name, "/")
	return name, npmName().MatchString(name) && (scoped || strings.Contains(strings.ToLower(name), "mcp") || strings.Contains(strings.ToLower(name), "server"))
}
