package connect

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/model"
)

// builder collects the edits of one plan, one per file.
type builder struct {
	known    known
	launcher string
	edits    []*edit
	vault    Vault
}

// edit is what a plan does to one file.
type edit struct {
	b    *builder
	path string
	real string // without links
	// entries are those of doc, the document that was read last.
	doc     *configfile.Document
	entries []clients.Entry
	steps   []*step
	// after is the ledger as the last run of the edit leads to it; ran tells
	// that the run made result from last.
	after        known
	ran          bool
	last, result []byte
	// originals are the entries that the last run took over, as they were.
	originals []Original
}

// step is what an edit does for one app in one place. Usually a file has one
// step; two apps can be told to use the same file, and an app may keep a
// project's servers beside the user's.
type step struct {
	client clients.Client
	puts   []entry
	takes  []removal
	turns  []turn
}

// entry is one that should stand in a file.
type entry struct {
	server, profile string
	launch          clients.Launch
}

// removal is one that should not. A strict one fails when the entry is another's;
// with keep, what the user added to it is kept until it comes again.
type removal struct {
	server       string
	strict, keep bool
}

// edit gives the edit of a place, made at first mention. Two ways to the same
// file are one edit: each would undo the other.
func (b *builder) edit(at place, client clients.Client) *step {
	path := at.file
	client = client.Within(path, at.at)
	for _, e := range b.edits {
		if e.path == path {
			return e.step(client)
		}
	}
	real := resolved(path)
	for _, e := range b.edits {
		if e.real == real {
			return e.step(client)
		}
	}
	e := &edit{b: b, path: path, real: real}
	b.edits = append(b.edits, e)
	return e.step(client)
}

// at is the place in the file in which an app has its entries.
func (e *edit) at(client clients.Client) place { return place{e.path, client.Dialect.At()} }

func resolved(path string) string {
	if p, err := filepath.EvalSymlinks(path); err == nil {
		return p
	}
	return path
}

func (e *edit) step(client clients.Client) *step {
	for _, s := range e.steps {
		if s.client.ID == client.ID && s.client.Dialect.At() == client.Dialect.At() {
			return s
		}
	}
	s := &step{client: client}
	e.steps = append(e.steps, s)
	return s
}

func (s *step) put(e entry) {
	for _, p := range s.puts {
		if p.server == e.server {
			return
		}
	}
	s.puts = append(s.puts, e)
}

func (s *step) take(server string, strict bool) {
	for i, t := range s.takes {
		if t.server == server {
			s.takes[i].strict = t.strict || strict
			return
		}
	}
	s.takes = append(s.takes, removal{server: server, strict: strict})
}

// takeKeeping is take for an entry that may come again.
func (s *step) takeKeeping(server string) {
	s.take(server, false)
	for i := range s.takes {
		if s.takes[i].server == server {
			s.takes[i].keep = true
		}
	}
}

// wantedEntry turns a want into the entry for one app.
func wantedEntry(c clients.Client, w Want, launcher string) (entry, error) {
	e := entry{server: w.Server, profile: w.Profile}
	if w.Portable == nil && w.Native != nil && c.Dialect.Speaks(*w.Native) {
		e.launch = *w.Native
		return e, nil
	}
	if w.Portable == nil {
		e.launch = clients.Launch{Command: launcher, Args: clients.LauncherArgs(w.Server, w.Profile)}
		return e, nil
	}
	e.launch = *w.Portable
	if !c.Dialect.Carries(e.launch) {
		return e, model.Fail("keys_not_portable", nil, "app", c.Name, "name", w.Server)
	}
	return e, nil
}

// ours tells whether an entry in a file may be changed or taken away by us: it
// is as the ledger has it, or it runs our launcher. A launcher of another
// Toolbay home is another's as long as it is there; one that is gone can only
// be mended by taking it over.
func (b *builder) ours(e clients.Entry) bool {
	if r, ok := b.known.entry(e); ok && r.is(e) {
		return true
	}
	if e.Server == "" {
		return false
	}
	if !strings.ContainsAny(e.Command, `/\`) || samePath(e.Command, b.launcher) {
		return true
	}
	_, err := os.Stat(e.Command)
	return b.launcher != "" && errors.Is(err, os.ErrNotExist)
}

// server is the one that an entry of ours starts: a portable entry does not
// say it, the ledger does.
func (b *builder) server(e clients.Entry) string {
	if e.Server != "" {
		return e.Server
	}
	r, _ := b.known.entry(e)
	return r.Server
}

func samePath(a, b string) bool {
	if runtime.GOOS == "windows" {
		return strings.EqualFold(filepath.Clean(a), filepath.Clean(b))
	}
	return a != "" && filepath.Clean(a) == filepath.Clean(b)
}

// run is the changeset's Plan: bytes in, bytes out. It may run several times,
// each time on what the file holds then; planning, showing and applying mostly
// see the same bytes, and 5 MB take 40 ms.
func (e *edit) run(before []byte) ([]byte, error) {
	if e.ran && same(e.last, before) {
		return e.result, nil
	}
	e.ran, e.originals = false, nil
	e.after = e.b.known.of(e.path)
	src := before
	for _, s := range e.steps {
		var err error
		if src, err = e.shift(src, s); err != nil {
			return nil, err
		}
		for _, t := range s.turns {
			if src, err = e.turn(src, s.client, t); err != nil {
				return nil, err
			}
		}
	}
	e.ran, e.last, e.result = true, before, src
	return src, nil
}

// decoded gives the entries of a document that was just read. Several questions
// are asked of each.
func (e *edit) decoded(doc *configfile.Document, d clients.Dialect) []clients.Entry {
	if e.doc != doc {
		e.doc, e.entries = doc, d.Decode(doc)
	}
	return e.entries
}

// find reads src and gives the entry called name.
func (e *edit) find(src []byte, client clients.Client, name string) (*configfile.Document, *clients.Entry, error) {
	doc, err := client.Read(src, e.path)
	if err != nil || doc == nil {
		return nil, nil, err
	}
	for _, found := range e.decoded(doc, client.Dialect) {
		if found.Name == name {
			found.File = e.path
			return doc, &found, nil
		}
	}
	return doc, nil, nil
}

// shift makes what a step takes out and puts in, in one pass over the file.
func (e *edit) shift(src []byte, s *step) ([]byte, error) {
	if len(s.takes) == 0 && len(s.puts) == 0 {
		return src, nil
	}
	sheet, err := e.sheet(src, s.client)
	if err != nil {
		return nil, err
	}
	for _, t := range sheet.keepLast(s.takes) {
		if t.keep {
			err = sheet.apart(func(src []byte) ([]byte, error) { return e.takeOut(src, s.client, t) })
		} else {
			err = sheet.take(t)
		}
		if err != nil {
			return nil, err
		}
	}
	if slices.ContainsFunc(s.puts, func(p entry) bool { return e.after.kept[e.at(s.client).key("kept", p.server)].Out }) {
		if err := sheet.apart(func(src []byte) ([]byte, error) { return e.bringBack(src, s.client, s.puts) }); err != nil {
			return nil, err
		}
	}
	for _, p := range s.puts {
		if err := sheet.put(p); err != nil {
			return nil, err
		}
	}
	return sheet.done()
}

func get(doc *configfile.Document, path []string) any {
	v, _ := doc.Get(path...)
	return v
}

// under gives the entry of ours that starts a server by another name: it was
// adopted, or the user renamed it.
func (e *edit) under(doc *configfile.Document, client clients.Client, server string) *clients.Entry {
	if doc == nil {
		return nil
	}
	for _, found := range e.decoded(doc, client.Dialect) {
		found.File = e.path
		if e.b.ours(found) && e.b.server(found) == server {
			return &found
		}
	}
	return nil
}

// insert puts a new entry into src, which doc is, and notes what was made for it.
func (e *edit) insert(src []byte, client clients.Client, doc *configfile.Document, name string, value configfile.Object) ([]byte, error) {
	d := client.Dialect
	path := d.PathIn(doc, name)
	out, trace, err := configfile.Insert(src, d.Format, path, value)
	if err != nil {
		return nil, e.fail(client, err)
	}
	e.made(path[:len(path)-1], trace, e.holdsOurs(doc, d, path[:len(path)-1]))
	return out, nil
}

// made notes what was made in a container for an entry of ours; held tells that
// another one stood there before it.
func (e *edit) made(path []string, trace configfile.Trace, held bool) {
	place := container{File: e.path, Path: path, Trace: trace}
	if old, ok := e.after.containers[place.key()]; ok && held {
		place.Trace = old.Trace.Join(trace)
	}
	e.after.containers[place.key()] = place
}

// takeOut removes the entries of ours that start a server, as sheet.take does,
// and keeps what the user added to them.
func (e *edit) takeOut(src []byte, client clients.Client, t removal) ([]byte, error) {
	doc, err := client.Read(src, e.path)
	if err != nil {
		return nil, err
	}
	var ours []clients.Entry
	if doc != nil {
		for _, found := range e.decoded(doc, client.Dialect) {
			found.File = e.path
			switch {
			case e.b.ours(found) && e.b.server(found) == t.server:
				ours = append(ours, found)
			case found.Name == t.server && t.strict:
				return nil, model.Fail("not_ours", nil, "app", client.Name, "name", t.server)
			}
		}
	}
	for i, found := range ours {
		if i == 0 {
			if err := e.keeps(doc, client, found); err != nil {
				return nil, err
			}
		}
		if src, err = e.askNoMore(src, client, found); err != nil {
			return nil, err
		}
		before := src
		if src, err = e.cut(src, client, found); err != nil {
			return nil, err
		}
		if i == 0 {
			e.seams(before, src, client, found)
		}
	}
	for key, r := range e.after.entries {
		if r.place() == e.at(client) && r.Server == t.server {
			r.Gone, r.Loss = true, nil
			e.after.entries[key] = r
		}
	}
	return src, nil
}

// cut takes an entry out, with what was made for it. Without a trace (the ledger
// was lost) the entry goes and what we may have created around it stays.
func (e *edit) cut(src []byte, client clients.Client, found clients.Entry) ([]byte, error) {
	out, err := configfile.Remove(src, client.Dialect.Format, found.Path, e.trace(found.Path))
	if err != nil {
		return nil, e.fail(client, err)
	}
	return out, nil
}

// trace is what was made for the entries of ours beside the one at path, nil
// where that is not known.
func (e *edit) trace(path []string) *configfile.Trace {
	if old, ok := e.after.containers[container{File: e.path, Path: path[:len(path)-1]}.key()]; ok {
		return &old.Trace
	}
	return nil
}

// holdsOurs tells whether an entry of ours stands at path. Where none does, an
// older trace tells of a container that somebody else has made since.
func (e *edit) holdsOurs(doc *configfile.Document, d clients.Dialect, path []string) bool {
	if doc == nil {
		return false
	}
	for _, found := range e.decoded(doc, d) {
		found.File = e.path
		if slices.Equal(found.Path[:len(found.Path)-1], path) && e.isOurs(found) {
			return true
		}
	}
	return false
}

// isOurs is ours with the entries that this run has put in already.
func (e *edit) isOurs(found clients.Entry) bool {
	r, ok := e.after.entry(found)
	return ok && r.is(found) || e.b.ours(found)
}

// fail gives an error of configfile the name of the app it is about.
func (e *edit) fail(client clients.Client, err error) error {
	return model.Fail(model.Code(err), err, "app", client.Name, "path", e.path)
}

// differing gives the members of value that an entry of ours lacks or has
// otherwise. What the user added is left out of it: further variables, and the
// app's own switch, for whoever switched the entry off meant it.
func differing(doc *configfile.Document, d clients.Dialect, path []string, value configfile.Object) configfile.Object {
	return differingFrom(func(key string) (any, bool) { return doc.Get(append(slices.Clone(path), key)...) }, d, value)
}

// differingFrom is differing where get gives the members of the entry.
func differingFrom(get func(key string) (any, bool), d clients.Dialect, value configfile.Object) configfile.Object {
	var out configfile.Object
	for _, m := range value {
		if d.Default(m.Key) {
			continue
		}
		have, ok := get(m.Key)
		if ok && reflect.DeepEqual(have, m.Value) {
			continue
		}
		if env, isEnv := m.Value.(configfile.Object); isEnv {
			if old, isObject := have.(configfile.Object); isObject {
				m.Value = merged(old, env)
				if reflect.DeepEqual(have, m.Value) {
					continue
				}
			}
		}
		out = append(out, m)
	}
	return out
}

// merged gives the variables of an entry in their order with the wanted values
// in place, and the wanted ones that are new after them.
func merged(have, want configfile.Object) configfile.Object {
	out := slices.Clone(have)
	for _, w := range want {
		if i := slices.IndexFunc(out, func(m configfile.Member) bool { return m.Key == w.Key }); i >= 0 {
			out[i].Value = w.Value
		} else {
			out = append(out, w)
		}
	}
	return out
}

// same is bytes.Equal that tells an absent file from an empty one.
func same(a, b []byte) bool { return (a == nil) == (b == nil) && bytes.Equal(a, b) }
