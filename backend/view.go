package backend

import (
	"strings"
	"time"

	"toolbay/backend/catalog"
	"toolbay/backend/changeset"
	"toolbay/backend/configfile"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

// The types below are what the command line prints with --json. Their field
// names are a contract (docs/cli.md); the window's types build on them.

// PackageRef is the short form of a package.
type PackageRef struct {
	Type       string `json:"type"`
	Identifier string `json:"identifier"`
	Version    string `json:"version"`
}

// SearchResult is one listing as search shows it.
type SearchResult struct {
	ID          string       `json:"id"`
	Name        string       `json:"name"`
	Title       string       `json:"title"`
	Description string       `json:"description"`
	Publisher   string       `json:"publisher"`
	Repository  string       `json:"repository"`
	Sources     []string     `json:"sources"`
	Packages    []PackageRef `json:"packages"`
}

// SearchResults answers search; Total is exact up to 1,000, above that it is
// 1000 and More is true.
type SearchResults struct {
	Total   int            `json:"total"`
	More    bool           `json:"more"`
	Results []SearchResult `json:"results"`
	TookMS  float64        `json:"took_ms"`
	Facets  catalog.Facets `json:"facets"`
}

// InstallResult answers install.
type InstallResult struct {
	Server  string    `json:"server"`
	Title   string    `json:"title"`
	Version string    `json:"version"`
	Tools   []string  `json:"tools"`
	Apps    []string  `json:"apps"`
	Change  string    `json:"change"`
	HelloMS int64     `json:"hello_ms"`
	Restart []Restart `json:"restart"`
	Sample  string    `json:"sample"`
}

// Restart says what the user must do in one app before it sees a change.
type Restart struct {
	App  string `json:"app"`
	Name string `json:"name"`
	Text string `json:"text"`
}

// Statuses of an installed server.
const (
	StatusOK       = "ok"
	StatusNeedsKey = "needs-key"
	// StatusNeedsSignIn: nobody is signed in, or the sign-in is over.
	StatusNeedsSignIn = "needs-sign-in"
	StatusBroken      = "broken"
	StatusUntested    = "untested"
)

// ServerView is one installed server as list shows it.
type ServerView struct {
	ID        string     `json:"id"`
	Title     string     `json:"title"`
	Version   string     `json:"version"`
	Publisher string     `json:"publisher"`
	Category  string     `json:"category"`
	Package   PackageRef `json:"package"`
	Listing   string     `json:"listing"`
	Status    string     `json:"status"`
	Tools     []string   `json:"tools"`
	Apps      []string   `json:"apps"`
	Profiles  []string   `json:"profiles"`
	Installed time.Time  `json:"installed"`
	// Account tells apart servers of one title, "" where there is only one; it
	// stands in Title too.
	Account string `json:"account"`
	// Pinned tells that its version stays.
	Pinned bool `json:"pinned"`
	// Said is what a list says of it since it was installed, or null.
	Said    *AlertView   `json:"alert"`
	Alert   *model.Error `json:"-"`
	Server  model.Server `json:"-"`
	Problem *model.Error `json:"-"`
}

// TestResult answers test.
type TestResult struct {
	Server   string   `json:"server"`
	OK       bool     `json:"ok"`
	Protocol string   `json:"protocol"`
	Tools    []string `json:"tools"`
	TookMS   int64    `json:"took_ms"`
	Error    string   `json:"error"`
	Log      string   `json:"log"`
}

// RemoveResult answers remove.
type RemoveResult struct {
	Removed []string `json:"removed"`
	Apps    []string `json:"apps"`
	// FreedBytes is all that comes free, LaterBytes the part of it that waits in
	// the trash until it cannot be undone any more.
	FreedBytes int64  `json:"freed_bytes"`
	LaterBytes int64  `json:"later_bytes"`
	Change     string `json:"change"`
	// Runtimes are the programs that went because no server needs them, Keys the
	// servers whose keys are forgotten.
	Runtimes []string `json:"runtimes"`
	Keys     []string `json:"keys"`
}

// AppView is one AI app as apps shows it.
type AppView struct {
	ID      string     `json:"id"`
	Name    string     `json:"name"`
	Found   bool       `json:"found"`
	Files   []FileView `json:"files"`
	Servers []Entry    `json:"servers"`
	// Aside are servers in files that are set aside: they start nothing, or only
	// in one of the app's own profiles.
	Aside []Entry `json:"aside"`
	// Sure is how sure the facts of the app are: by its own source or a run of it
	// (A), by two sources (B), by one source or against another (C).
	Sure string `json:"sure"`
}

// FileView is one config file of an app.
type FileView struct {
	Path   string `json:"path"`
	Scope  string `json:"scope"`
	Format string `json:"format"`
	Health string `json:"health"`
	// Aside is "" for a file that the app reads its servers from, "old" for one of
	// an earlier release, "profile" for one of the app's own profiles, "remote" for one
	// that counts when this computer is worked with from another, and "other"
	// for one that does not count because another one is there.
	Aside string `json:"aside"`
	Sure  string `json:"sure"` // as AppView's, that the app reads this file
	Err   error  `json:"-"`
}

// Entry is a server as it stands in an app's file. Server is the id of the
// installed server when the entry is ours, else "".
type Entry struct {
	Name    string `json:"name"`
	Server  string `json:"server"`
	Command string `json:"command"`
	URL     string `json:"url"`
	Enabled bool   `json:"enabled"`
	// ReadableKeys counts values in the entry that look like keys in clear.
	ReadableKeys int    `json:"readable_keys"`
	File         string `json:"file"`
	// Scope is that of the place in the file: user, private or project.
	Scope   string `json:"scope"`
	Package string `json:"-"`
}

// ChangeResult answers connect, disconnect and undo.
type ChangeResult struct {
	Change  string     `json:"change"`
	Files   []FileDiff `json:"files"`
	Restart []Restart  `json:"restart"`
	// Warnings tell which limits of an app this comes up against.
	Warnings []Warning `json:"warnings"`
}

// FileDiff is the change to one file, with keys masked. Shown is the path as
// people read it, with ~ in place of their home.
type FileDiff struct {
	Path    string `json:"path"`
	Shown   string `json:"shown"`
	Diff    string `json:"diff"`
	Creates bool   `json:"creates"`
	Removes bool   `json:"removes"`
}

// ChangeView is one line of history.
type ChangeView struct {
	ID       string       `json:"id"`
	Time     time.Time    `json:"time"`
	Kind     string       `json:"kind"`
	Title    string       `json:"title"`
	Files    []ChangeFile `json:"files"`
	Undoable bool         `json:"undoable"`
	WhyNot   string       `json:"why_not"`
}

// ChangeFile names a file of a change; Before and After are SHA-256 in hex, or
// null where there was no file.
type ChangeFile struct {
	Path   string  `json:"path"`
	Before *string `json:"before"`
	After  *string `json:"after"`
}

func (b *Backend) diffs(in []changeset.FileDiff) []FileDiff {
	out := make([]FileDiff, 0, len(in))
	for _, d := range in {
		out = append(out, FileDiff{Path: d.Path, Shown: AtHome(d.Path, b.system.Home), Diff: d.Diff, Creates: d.Creates, Removes: d.Removes})
	}
	return out
}

// AtHome shows a path below home with ~ in its place: that is shorter, and says
// nothing of the user's name to others who see it. Any other path stays as it
// is. On Windows both separators and any case are the same folder.
func AtHome(path, home string) string {
	windows := len(home) > 1 && home[1] == ':' || strings.HasPrefix(home, `\\`)
	slash := "/"
	if windows {
		slash = `/\`
	}
	home = strings.TrimRight(home, slash)
	if home == "" || len(path) < len(home) {
		return path
	}
	head, rest := path[:len(home)], path[len(home):]
	same := head == home
	if windows {
		same = strings.EqualFold(strings.ReplaceAll(head, "/", `\`), strings.ReplaceAll(home, "/", `\`))
	}
	if !same || rest != "" && !strings.ContainsRune(slash, rune(rest[0])) {
		return path
	}
	return "~" + rest
}

func changeView(r changeset.Record) ChangeView {
	v := ChangeView{ID: r.ID, Time: r.Time.UTC(), Kind: r.Kind, Title: r.Title, Files: []ChangeFile{}, Undoable: r.Undoable, WhyNot: r.WhyNot}
	orNull := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	for _, f := range r.Files {
		v.Files = append(v.Files, ChangeFile{Path: f.Path, Before: orNull(f.Before), After: orNull(f.After)})
	}
	return v
}

func toolNames(tools []model.Tool) []string {
	names := make([]string, 0, len(tools))
	for _, t := range tools {
		names = append(names, t.Name)
	}
	return names
}

func packageRef(p model.Package) PackageRef {
	id := p.Identifier
	if id == "" {
		id = p.URL
	}
	return PackageRef{Type: p.Type, Identifier: id, Version: p.Version}
}

// MaskLine replaces by ••• what looks like a key in a line that a program
// printed. The digest of an image looks like one, and is none.
func MaskLine(line string) string {
	line = loneUser().ReplaceAllString(line, "://•••@")
	var b strings.Builder
	at := 0
	for _, m := range digest().FindAllStringIndex(line, -1) {
		b.WriteString(configfile.MaskSecrets(line[at:m[0]]) + line[m[0]:m[1]])
		at = m[1]
	}
	return b.String() + configfile.MaskSecrets(line[at:])
}

var (
	// loneUser is an address with a key in place of a name.
	loneUser = pattern.New(`://[^/\s@"']+@`)
	digest   = pattern.New(`\bsha256:[0-9a-f]{64}\b`)
)
