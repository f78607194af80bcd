package clients

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"toolbay/backend/configfile"
	"toolbay/backend/model"
)

// Healths of a config file.
const (
	OK         = "ok"
	Absent     = "absent"
	Empty      = "empty"      // nothing but blanks in it; Err is set when the app minds
	Broken     = "broken"     // the app cannot read what is in it
	Unreadable = "unreadable" // we cannot open it
)

// maxFile bounds what is read as a config, in bytes. Claude Code keeps its
// history in the same file: 5 MB is usual, 50 MB has been seen.
const maxFile = configfile.MaxSize

// FileState is a config file as it is now.
type FileState struct {
	Path   string
	Scope  string
	At     string // Dialect.At of this place
	Format string // as in the table: json, jsonc, json-comments, toml
	Health string
	Err    error
	// Primary is the file of its scope that gets new entries.
	Primary bool
	// Unread is a file that this app leaves aside because another one counts:
	// what stands there starts nothing. It is set for every file with Aside too.
	Unread bool
	// Aside is "old" for a place where the app kept its servers before, and
	// "profile" for one of the app's own profiles, "remote" for what it has here
	// when it is worked with from another computer.
	Aside string
	// Sure is how sure we are that the app reads this file; one that is SureC and
	// not there must not be made.
	Sure string
}

// Evidence is a sign that an app is on this computer.
type Evidence struct {
	Kind string // file, folder, app, program
	Path string
}

// App is an AI app as it stands on this computer.
type App struct {
	Client   Client
	Found    bool
	Evidence []Evidence
	// Managed is the administrator's file that decides alone, or "".
	Managed string
	Files   []FileState
	Entries []Entry
	// Aside are the entries of the files that are set aside.
	Aside []Entry
}

// Look reads the state of every app, in the order of the table. It writes
// nothing and starts nothing. Project files come with a projectDir only.
func (t *Table) Look(sys System, projectDir string) []App {
	apps := make([]App, 0, len(t.clients))
	sys = sys.looking(t)
	for _, c := range t.clients {
		apps = append(apps, t.look(sys, c, projectDir))
	}
	return apps
}

// LookOne reads the state of one app; code app_unknown when the table does not
// have it.
func (t *Table) LookOne(sys System, id, projectDir string) (App, error) {
	c, ok := t.Get(id)
	if !ok {
		return App{}, model.Fail("app_unknown", nil, "app", id)
	}
	return t.look(sys.looking(t), c, projectDir), nil
}

// Looking gives a System for several looks in a row: what they have in common is
// looked at once.
func (t *Table) Looking(sys System) System { return sys.looking(t) }

// Primary gives the file of a scope that gets new entries.
func (a App) Primary(scope string) (FileState, bool) {
	for _, f := range a.Files {
		if f.Scope == scope && f.Primary {
			return f, true
		}
	}
	return FileState{}, false
}

func (a App) has(path string) bool {
	return slices.ContainsFunc(a.Files, func(f FileState) bool { return f.Path == path })
}

func (t *Table) look(sys System, c Client, projectDir string) App {
	if projectDir != "" {
		if abs, err := filepath.Abs(projectDir); err == nil {
			projectDir = abs
		}
	}
	a := App{Client: c}
	for _, scope := range []string{User, Private, Project} {
		if scope == Private && projectDir == "" {
			continue
		}
		instead := false // an earlier place of the scope took over
		primary := false
		for _, spec := range c.Files {
			if spec.Scope != scope || !sys.is(spec.OS) || !sys.applies(spec, projectDir) {
				continue
			}
			if spec.Aside != "" {
				a.lookAside(sys, spec, projectDir)
				continue
			}
			folder := sys.first(c, spec.Folders, spec.Names, projectDir)
			if folder == "" {
				continue
			}
			at := c.in(spec, projectDir)
			files, docs := at.filesIn(folder, spec)
			if spec.Existing && !slices.ContainsFunc(files, func(f FileState) bool { return f.Health != Absent }) {
				continue
			}
			own := min(spec.own(), len(files))
			best := choose(files[:own], docs[:own], at.Dialect)
			for i, f := range files {
				if scope != Private && a.has(f.Path) {
					continue // the project is the home folder
				}
				f.Primary = !primary && i == best && i < own
				f.Unread = instead
				if f.Health == Absent && !f.Primary {
					continue
				}
				a.Files = append(a.Files, f)
				if f.Scope == User && f.Health != Absent && !spec.Shared {
					a.Evidence = append(a.Evidence, Evidence{Kind: "file", Path: f.Path})
				}
				if docs[i] != nil && !f.Unread {
					a.Entries = append(a.Entries, at.entries(docs[i], f.Path)...)
				}
			}
			primary = primary || own > 0
			instead = instead || spec.Instead
		}
	}
	a.Evidence = append(a.Evidence, t.evidence(sys, c)...)
	a.Found = len(a.Evidence) > 0
	for _, m := range c.Managed {
		if !sys.is(m.OS) {
			continue
		}
		for _, p := range sys.Places(m.Path, "") {
			if exists(p) {
				a.Managed = p
			}
		}
	}
	return a
}

// lookAside reads the files of a place that is never written: every folder that
// fits, as far as there is a file.
func (a *App) lookAside(sys System, spec FileSpec, projectDir string) {
	at := a.Client.in(spec, projectDir)
	for _, alternative := range spec.Folders {
		for _, folder := range sys.Places(alternative, projectDir) {
			files, docs := at.filesIn(folder, spec)
			for i, f := range files {
				if f.Health == Absent || a.has(f.Path) {
					continue
				}
				entries := []Entry(nil)
				if docs[i] != nil {
					entries = at.entries(docs[i], f.Path)
				}
				if len(spec.Servers) > 0 && len(entries) == 0 {
					continue // a file of settings that merely could hold servers
				}
				f.Aside, f.Unread = spec.Aside, true
				a.Files = append(a.Files, f)
				a.Aside = append(a.Aside, entries...)
			}
		}
	}
}

func (c Client) entries(doc *configfile.Document, path string) []Entry {
	entries := c.Dialect.Decode(doc)
	for i := range entries {
		entries[i].File = path
	}
	return entries
}

// in gives the app with the dialect that it has in a place.
func (c Client) in(spec FileSpec, projectDir string) Client {
	if spec.Dialect != nil {
		c.Dialect = *spec.Dialect
	}
	if len(spec.Servers) > 0 {
		c.Dialect.Servers = slices.Clone(spec.Servers)
		for i, step := range c.Dialect.Servers {
			if step == "{PROJECT}" {
				c.Dialect.Servers[i] = projectKey(projectDir)
			}
		}
	}
	c.Sure = cmp.Or(spec.Sure, c.Sure)
	return c
}

// At gives the app with the dialect of a scope: some apps write another one in
// a project's files, and a project's private servers stand elsewhere in the
// user's own file.
func (c Client) At(scope, projectDir string) Client {
	for _, spec := range c.Files {
		if spec.Scope == scope && spec.Aside == "" {
			return c.in(spec, projectDir)
		}
	}
	return c
}

// For gives the app with the dialect of a file, known by how its path ends.
func (c Client) For(path string) Client {
	for _, spec := range c.Files {
		if spec.Dialect == nil {
			continue
		}
		for _, name := range spec.Names {
			for _, folder := range spec.Folders {
				end := filepath.Join(filepath.Base(filepath.FromSlash(folder)), filepath.FromSlash(name))
				if ends(filepath.ToSlash(path), filepath.ToSlash(end)) > 0 {
					return c.in(spec, "")
				}
			}
		}
	}
	return c
}

// Within is For where the entries stand at a place of the file, as Dialect.At
// names it; "" is the usual one.
func (c Client) Within(path, at string) Client {
	if c = c.For(path); at != "" && at != c.Dialect.At() {
		c.Dialect.Servers = stepsOf(at)
	}
	return c
}

// filesIn reads the files of a spec; docs[i] is nil where files[i] has no
// readable content.
func (c Client) filesIn(folder string, spec FileSpec) (files []FileState, docs []*configfile.Document) {
	for _, n := range spec.in(folder) {
		f, doc := c.Inspect(filepath.Join(folder, filepath.FromSlash(n)))
		f.Scope, f.Sure = spec.Scope, c.Sure
		files, docs = append(files, f), append(docs, doc)
	}
	return files, docs
}

// maxFurther is how many files of a folder are read where an app reads all.
const maxFurther = 100

// own is how many of the names are of files that the app may be given; those
// with a star come after them.
func (f FileSpec) own() int {
	if i := slices.IndexFunc(f.Names, func(n string) bool { return strings.Contains(n, "*") }); i >= 0 {
		return i
	}
	return len(f.Names)
}

// in gives the names of the files in a folder: first those that may be given to
// the app, there or not, then what else is there of the kinds it reads.
func (f FileSpec) in(folder string) []string {
	own := f.own()
	names := slices.Clone(f.Names[:own])
	if own == len(f.Names) {
		return names
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		return names // not there, or not ours to read: nothing stands there for us
	}
	for _, e := range entries {
		if e.IsDir() || slices.Contains(names, e.Name()) || !slices.ContainsFunc(f.Names[own:], func(n string) bool { return ends(e.Name(), n) > 0 }) {
			continue
		}
		if names = append(names, e.Name()); len(names) == own+maxFurther {
			break
		}
	}
	return names
}

// choose gives the index of the file that gets new entries: the only one that
// is there, of several the first that already has servers, else the first that
// is there, as the app's own writer does, else the first.
func choose(files []FileState, docs []*configfile.Document, d Dialect) int {
	there := -1
	for i, f := range files {
		if f.Health == Absent {
			continue
		}
		if there < 0 {
			there = i
		}
		if docs[i] != nil {
			if _, there := docs[i].HasObject(d.Servers...); there {
				return i
			}
		}
	}
	return max(there, 0)
}

// Inspect reads one file the way this app does. The document is nil unless the
// health is ok.
func (c Client) Inspect(path string) (FileState, *configfile.Document) {
	f := FileState{Path: path, Scope: User, At: c.Dialect.At(), Format: string(c.Dialect.Format)}
	src, err := ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.Health = Absent
		return f, nil
	case err != nil:
		f.Health, f.Err = Unreadable, err
		return f, nil
	}
	doc, err := c.Read(src, path)
	switch {
	case err != nil:
		f.Health, f.Err = Broken, err
	case doc == nil:
		f.Health = Empty
		if c.Dialect.RefusesBlank {
			f.Err = model.Fail("file_blank", nil, "app", c.Name, "path", path)
		}
	default:
		f.Health = OK
	}
	return f, doc
}

// Read parses what stands in a file of this app with the app's own strictness;
// path is for the error's words only. A blank file gives no document and no
// error. Codes: file_broken, and wrong_shape when it parses but the servers do
// not stand in it the way the app has them.
func (c Client) Read(src []byte, path string) (*configfile.Document, error) {
	text, mark := bytes.CutPrefix(src, []byte("\xef\xbb\xbf"))
	if mark && c.Dialect.RefusesBOM {
		return nil, model.Fail("file_broken", errors.New("begins with a byte order mark, which "+c.Name+" does not accept"), "app", c.Name, "app_id", c.ID, "path", path)
	}
	doc, err := configfile.Parse(src, c.Dialect.Format)
	if err != nil {
		return nil, model.Fail("file_broken", err, "app", c.Name, "app_id", c.ID, "path", path)
	}
	if len(bytes.Trim(text, " \t\r\n")) == 0 {
		return nil, nil
	}
	if c.Dialect.Format != configfile.TOML {
		if doc.Blank() {
			return nil, nil // comments and nothing else
		}
		if object, _ := doc.HasObject(); !object {
			return nil, c.wrongShape(path)
		}
	}
	for n := 1; n <= len(c.Dialect.Servers); n++ {
		holds, there := c.Dialect.holds(doc, n)
		if !there {
			break
		}
		if !holds {
			return nil, c.wrongShape(path, c.Dialect.Servers[:n]...)
		}
	}
	return doc, nil
}

// holds tells whether something stands at the first n steps to the entries, and
// whether it is what it must be; the last of them holds the entries.
func (d Dialect) holds(doc *configfile.Document, n int) (holds, there bool) {
	if n < len(d.Servers) || d.List == "" {
		return doc.HasObject(d.Servers[:n]...)
	}
	v, there := doc.Get(d.Servers...)
	list, isList := v.([]any)
	return isList && !slices.ContainsFunc(list, func(e any) bool { _, ok := e.(configfile.Object); return !ok }), there
}

func (c Client) wrongShape(path string, at ...string) error {
	return model.Fail("wrong_shape", fmt.Errorf("at %q: not a set of names and values", at), "app", c.Name, "app_id", c.ID, "path", path)
}

// ReadFile gives the bytes of a file. Codes: file_is_folder, link_dangling,
// file_too_big, file_unreadable; fs.ErrNotExist when there is nothing.
func ReadFile(path string) ([]byte, error) {
	fi, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if target, lerr := os.Readlink(path); lerr == nil {
			return nil, model.Fail("link_dangling", fmt.Errorf("link to %s, which is not there", target), "path", path)
		}
		return nil, fs.ErrNotExist
	case err != nil:
		return nil, model.Fail("file_unreadable", err, "path", path)
	case fi.IsDir():
		return nil, model.Fail("file_is_folder", nil, "path", path)
	case !fi.Mode().IsRegular():
		// A pipe would hold us for ever.
		return nil, model.Fail("file_unreadable", fmt.Errorf("not a plain file: %s", fi.Mode().Type()), "path", path)
	case fi.Size() > maxFile:
		return nil, model.Fail("file_too_big", fmt.Errorf("%d bytes", fi.Size()), "path", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, model.Fail("file_unreadable", err, "path", path)
	}
	defer f.Close()
	src := bytes.NewBuffer(make([]byte, 0, fi.Size()+bytes.MinRead))
	if _, err := src.ReadFrom(io.LimitReader(f, maxFile)); err != nil {
		return nil, model.Fail("file_unreadable", err, "path", path)
	}
	return src.Bytes(), nil
}

func (t *Table) evidence(sys System, c Client) []Evidence {
	var found []Evidence
	for _, e := range c.Evidence {
		if !sys.is(e.OS) {
			continue
		}
		if e.Kind == "program" {
			if p := sys.program(e.Name); p != "" {
				found = append(found, Evidence{Kind: e.Kind, Path: p})
			}
			continue
		}
		for _, p := range sys.Places(e.Path, "") {
			if fi, err := os.Stat(p); err != nil || (e.Kind == "folder" && !fi.IsDir()) {
				continue
			}
			if len(e.Shared) > 0 && onlyShared(p, e.Shared) {
				continue
			}
			found = append(found, Evidence{Kind: e.Kind, Path: p})
		}
	}
	return found
}

// onlyShared tells whether a folder holds other apps' things and nothing else.
// An empty folder is nobody's in particular: it counts for the app.
func onlyShared(dir string, shared []string) bool {
	names, err := os.ReadDir(dir)
	if err != nil || len(names) == 0 {
		return false
	}
	for _, n := range names {
		if !slices.Contains(shared, n.Name()) {
			return false
		}
	}
	return true
}
