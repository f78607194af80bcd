// Package repair finds out what is wrong in an app's settings file and makes
// the text that would be right. It looks in layers (bytes and syntax, where the
// servers stand, each entry, whether it can start), mends each and looks again,
// so that everything is found at once. It reads and writes no file and knows of
// a machine only what it is told. backend and internal/repairscore import it.
//
//	report := repair.Check(file, src, facts, finding.Safe)
//	for _, p := range report.Problems {
//		fmt.Println(p.Where, p.Code)
//	}
//	if report.Text != nil { ... }
package repair

import (
	"bytes"
	"slices"
	"strings"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
	"toolbay/backend/repair/pen"
	"toolbay/backend/repair/run"
	"toolbay/backend/repair/shape"
	"toolbay/backend/repair/tolerant"
)

// MaxSize is the largest text that is repaired, in bytes; larger ones are
// reported only.
const MaxSize = 16 << 20

// Allowed kinds of fixes, besides finding.Safe and finding.Confirm.
const None finding.Kind = "none"

// Problem is a finding with its place in the text as it was.
type Problem struct {
	finding.Finding
	// Where is line:column, or a JSON pointer into the text as it would be.
	Where string
	// Places is how often it is there.
	Places int
	// Mends tells that it has a fix that Check could make.
	Mends bool
}

// Report is what Check gives.
type Report struct {
	File          finding.File
	ParsesBefore  bool
	ParsesAfter   bool
	Problems      []Problem
	Text          []byte            // the mended text, nil when nothing is to be done
	Aside         map[string]string // other files that belong to the change
	Parked        []finding.Parked  // servers that leave the file
	Comments      []string          // comments that the file cannot hold
	Notes         []string
	Needs         []string
	BeyondReading bool // nothing that is allowed makes the text readable
}

// Check looks at a file's text and mends what allow permits: finding.Safe,
// finding.Confirm (which includes safe) or None. Problems are found as if
// everything had been permitted.
func Check(file finding.File, src []byte, facts finding.Facts, allow finding.Kind) Report {
	full := &pass{file: file, facts: facts, src: src, text: src, allow: finding.Confirm}
	full.run()
	r := Report{File: file, ParsesBefore: Parses(file, src), Problems: full.report()}
	did := full
	if allow != finding.Confirm {
		did = &pass{file: file, facts: facts, src: src, text: src, allow: allow}
		if allow == finding.Safe {
			did.run()
		}
	}
	r.ParsesAfter = r.ParsesBefore
	if allow != None && !bytes.Equal(did.text, src) && did.worthWriting(r.ParsesBefore) {
		r.Text, r.ParsesAfter = did.text, Parses(file, did.text)
		if r.Text == nil {
			r.Text = []byte{}
		}
		r.Aside, r.Parked, r.Comments = did.aside, did.parked, did.comments
	} else if len(did.aside) > 0 {
		r.Aside = did.aside
	}
	r.Aside = inOwnWords(file, r.Aside)
	r.BeyondReading = !Parses(file, full.text)
	for _, p := range r.Problems {
		r.Notes = append(r.Notes, p.Notes...)
		if p.Needs != "" && !slices.Contains(r.Needs, p.Needs) {
			r.Needs = append(r.Needs, p.Needs)
		}
	}
	return r
}

// inOwnWords mends what is to be written into other files of the app, where
// entries are written in another way than in the one that is left.
func inOwnWords(file finding.File, aside map[string]string) map[string]string {
	for path, text := range aside {
		at, _, ok := file.App.As(file.OS, file.Scope, path)
		if !ok || at.Dialect.Same(file.Dialect) {
			continue
		}
		other := finding.File{App: at, Dialect: at.Dialect, OS: file.OS, Scope: file.Scope, Path: path}
		p := &pass{file: other, src: []byte(text), text: []byte(text), allow: finding.Safe}
		if p.run(); Parses(other, p.text) {
			aside[path] = string(p.text)
		}
	}
	return aside
}

// Parses tells whether the app itself reads the text.
func Parses(file finding.File, text []byte) bool {
	if bytes.HasPrefix(text, []byte("\xef\xbb\xbf")) && file.Dialect.RefusesBOM {
		return false
	}
	doc, err := configfile.Parse(text, file.Dialect.Format)
	return err == nil && !(doc.Blank() && refusesBlank(file))
}

// refusesBlank tells whether nothing at all is an error to the app: JSON itself
// has no empty text.
func refusesBlank(file finding.File) bool {
	return file.Dialect.RefusesBlank || file.Dialect.Format == configfile.JSON
}

// pass is one way through the layers with the fixes of some kinds.
type pass struct {
	file  finding.File
	facts finding.Facts
	allow finding.Kind
	src   []byte
	text  []byte
	// steps lead from the source to text, for the places of what is found.
	steps    []step
	lines    []int // where those of the source begin, once asked for
	problems []Problem
	known    map[string]int // places in problems, by code and server
	aside    map[string]string
	parked   []finding.Parked
	saved    []finding.Parked // what the last reading saved
	comments []string
	merged   bool // two entries became one
}

// rounds is how often a layer is looked at again at most.
const rounds = 12

func (p *pass) allowed(f finding.Finding) bool {
	return f.Fix == finding.Safe || f.Fix == finding.Confirm && p.allow == finding.Confirm
}

func (p *pass) run() {
	if len(p.src) > MaxSize {
		if !Parses(p.file, p.src) {
			p.add(finding.New("FILE_BEYOND_REPAIR"), false)
		}
		return
	}
	if p.blank() {
		return
	}
	if noText(p.src) {
		if p.allow == finding.Confirm {
			p.beyond()
		}
		return
	}
	p.readText()
	if p.merged {
		p.text, p.steps = p.src, nil
		p.saved = tolerant.Saved(p.src, p.file.Dialect.Format)
		p.beyond()
		return
	}
	doc, err := configfile.Parse(p.text, p.file.Dialect.Format)
	if err != nil {
		if p.allow == finding.Confirm {
			p.beyond()
		}
		return
	}
	for range rounds {
		t := finding.Text{File: p.file, Src: p.text, Doc: doc, Servers: p.file.Dialect.Servers, Facts: p.facts, Damaged: !Parses(p.file, p.src)}
		changed := p.make(shape.Structure(t), true)
		if !changed {
			changed = p.make(shape.Entries(t), false)
		}
		if !changed {
			changed = p.make(run.Check(t), false)
		}
		if !changed {
			return
		}
		if doc, err = configfile.Parse(p.text, p.file.Dialect.Format); err != nil {
			return
		}
	}
}

// hasCopy tells that a good copy of the file is known.
func (p *pass) hasCopy() bool { return len(bytes.TrimSpace(p.facts.LastKnownGood)) > 4 }

// lastGood gives the names of the servers in the last good copy.
func (p *pass) lastGood() []string {
	doc, err := configfile.Parse(p.facts.LastKnownGood, configfile.JSON)
	if err != nil {
		return nil
	}
	return doc.Keys()
}

// AskCopy is what is asked about a text that cannot be mended and has a copy.
const AskCopy = "Bring back the last good copy of the file? The one that is there stays in Toolbay's backups."

// beyond tells what can still be read of a text that cannot be mended.
func (p *pass) beyond() {
	f := finding.New("FILE_BEYOND_REPAIR")
	if p.hasCopy() {
		f.Needs = AskCopy
	}
	var names []string
	for _, s := range p.saved {
		names = append(names, s.Name)
		f.Parked = append(f.Parked, s)
	}
	if len(names) > 0 {
		f.Notes = append(f.Notes, "These servers could still be read: "+strings.Join(names, ", ")+".")
	}
	p.add(f, false)
}

// blank handles a file that holds nothing.
func (p *pass) blank() bool {
	rest := bytes.Trim(bytes.TrimPrefix(p.text, []byte("\xef\xbb\xbf")), " \t\r\n\x00")
	if len(rest) > 0 {
		return false
	}
	had := p.hasCopy() || len(bytes.TrimSpace(p.facts.LastWrittenByUs)) > 4
	if !refusesBlank(p.file) && !had {
		return true
	}
	f := finding.New("FILE_EMPTY")
	f.At = 0
	f.Args = map[string]string{"app": p.file.App.Name}
	if had {
		f.Needs = "Bring back the last good copy of this file, or begin with an empty list of servers?"
	}
	if out, _, err := configfile.Insert(nil, p.file.Dialect.Format, p.file.Dialect.Servers, shape.NoServers(p.file.Dialect)); err == nil && refusesBlank(p.file) {
		f.Edits = []finding.Edit{{From: 0, To: len(p.text), New: string(out)}}
	}
	p.edit(f)
	return true
}

// readText mends bytes and syntax.
func (p *pass) readText() {
	for range rounds {
		r := read(p.text, p.file)
		if p.merged = p.mergesEntries(r); p.merged {
			return
		}
		changed := false
		var edits []finding.Edit
		for _, f := range r.Findings {
			if f.Code == "ENC_BOM" && Parses(p.file, p.text) {
				f.Severity = finding.Warn // other programs stumble over it
			}
			if f.Code == "JSON_INVISIBLE_CHARS" && f.Fix == finding.Confirm {
				f.Severity = finding.Warn // inside a text: the app reads it
			}
			if f.Code == "JSON_TRUNCATED" && f.Fix == finding.Confirm {
				f.Needs = "The end of the file was cut off. Keep what is left?"
				if p.hasCopy() {
					f.Needs = "The end of the file was cut off. Keep what is left, or bring back the last good copy?"
				}
				if names := p.lastGood(); len(names) > 0 {
					f.Needs += " The copy has " + strings.Join(names, ", ") + "."
				}
			}
			p.add(f, len(f.Edits) > 0)
			if p.allowed(f) && len(f.Edits) > 0 {
				edits = append(edits, f.Edits...)
				changed = true
				p.take(f)
			}
		}
		if p.saved = r.Saved; !changed {
			return
		}
		for _, c := range r.Comments {
			p.comments = append(p.comments, c)
		}
		p.parked = append(p.parked, r.Parked...)
		if !p.splice(edits) {
			return
		}
		p.withoutNulls(r.Findings)
	}
}

func read(src []byte, file finding.File) tolerant.Reading {
	return tolerant.Read(src, file.Dialect.Format)
}

// make reports what a layer found and makes the changes that are allowed. Of
// the structure one thing is done at a time: each gives the rest new paths.
func (p *pass) make(found []finding.Finding, oneByOne bool) (changed bool) {
	var todo []finding.Finding
	for _, f := range found {
		p.add(f, len(f.Changes) > 0 || len(f.Edits) > 0 || len(f.Aside) > 0)
		if p.allowed(f) {
			todo = append(todo, f)
		}
	}
	before := p.text
	if !oneByOne {
		todo, changed = p.inside(todo)
	}
	for _, f := range todo {
		if changed && oneByOne {
			break
		}
		changed = p.do(f, changed) || changed
	}
	if changed {
		p.comments = append(p.comments, lostComments(before, p.text, p.file.Dialect.Format)...)
	}
	return changed
}

// do makes the changes of one finding.
func (p *pass) do(f finding.Finding, changed bool) bool {
	if len(f.Changes) == 0 && len(f.Edits) == 0 {
		if len(f.Aside) > 0 {
			p.take(f)
		}
		return false
	}
	before := p.text
	if len(f.Edits) > 0 && (changed || !p.splice(f.Edits)) { // their places are of the text before
		return false
	}
	out, err := pen.Apply(p.text, p.file.Dialect.Format, f.Changes...)
	if err != nil {
		p.fails(f)
		return !bytes.Equal(before, p.text)
	}
	if !bytes.Equal(out, p.text) {
		p.replace(out)
	}
	if bytes.Equal(before, p.text) {
		return false
	}
	p.take(f)
	return true
}

// few is how many findings are always made one by one, slowest how many bytes
// may be read for more: each reads the whole text.
const (
	few     = 4
	slowest = 8 << 20
)

// inside makes what stays within the entries in one pass, and gives what is
// left to be done.
func (p *pass) inside(todo []finding.Finding) (left []finding.Finding, changed bool) {
	d := p.file.Dialect
	if len(todo) <= few {
		return todo, false
	}
	var entries []*pen.Entry
	at := map[string]*pen.Entry{}
	var mine []finding.Finding
	var step []int
	for _, f := range todo {
		path := p.entryOf(f)
		if path == nil {
			left = append(left, f)
			continue
		}
		key := strings.Join(path, "\x00")
		e := at[key]
		if e == nil {
			e = &pen.Entry{Path: path}
			at[key] = e
			entries = append(entries, e)
		}
		mine, step = append(mine, f), append(step, len(e.Steps))
		e.Steps = append(e.Steps, f.Changes)
	}
	out, ok := pen.Each(p.text, d.Format, d.List, entries)
	if !ok {
		return todo[:min(len(todo), max(few, slowest/(len(p.text)+1)))], false
	}
	if changed = !bytes.Equal(out, p.text); changed {
		p.replace(out)
	}
	for i, f := range mine {
		if at[strings.Join(p.entryOf(f), "\x00")].Failed[step[i]] {
			p.fails(f)
		} else if changed {
			p.take(f)
		}
	}
	return left, changed
}

// entryOf is the path of the entry inside which a finding's changes are, nil
// when they are elsewhere too.
func (p *pass) entryOf(f finding.Finding) []string {
	if len(f.Changes) == 0 || len(f.Edits) > 0 || len(f.Aside) > 0 {
		return nil
	}
	first := f.Changes[0].Path
	n := len(p.file.Dialect.Servers) + 1
	if len(first) < n || !slices.Equal(first[:n-1], p.file.Dialect.Servers) {
		n = 4 // projects, a folder, the servers, the entry
		if len(first) < n || first[0] != "projects" {
			return nil
		}
	}
	for _, c := range f.Changes {
		if len(c.Path) <= n || c.To != nil || !slices.Equal(c.Path[:n], first[:n]) {
			return nil
		}
	}
	return first[:n]
}

// take remembers what a fix does beside the text.
func (p *pass) take(f finding.Finding) {
	for path, text := range f.Aside {
		if p.aside == nil {
			p.aside = map[string]string{}
		}
		p.aside[path] = text
	}
	p.parked = append(p.parked, f.Parked...)
}

func (p *pass) edit(f finding.Finding) {
	p.add(f, len(f.Edits) > 0)
	if p.allowed(f) && len(f.Edits) > 0 {
		p.splice(f.Edits)
	}
}

// add notes a problem, once for each code and server.
func (p *pass) add(f finding.Finding, mends bool) {
	key := f.Code + "\x00" + f.Server
	if i, there := p.known[key]; there {
		o := &p.problems[i]
		if o.At != f.At || o.Pointer != f.Pointer {
			o.Places++
		}
		if f.Fix == finding.Confirm && o.Fix == finding.Safe {
			o.Fix = finding.Confirm // part of it has to be asked
		}
		if o.Needs == "" {
			o.Needs = f.Needs
		}
		for _, n := range f.Notes {
			if len(o.Notes) < 100 && !slices.Contains(o.Notes, n) {
				o.Notes = append(o.Notes, n)
			}
		}
		return
	}
	if p.known == nil {
		p.known = map[string]int{}
	}
	p.known[key] = len(p.problems)
	p.problems = append(p.problems, Problem{Finding: f, Where: p.where(f), Places: 1, Mends: mends})
}

// fails marks a problem whose fix could not be made.
func (p *pass) fails(f finding.Finding) {
	if i, there := p.known[f.Code+"\x00"+f.Server]; there {
		p.problems[i].Mends = false
	}
}

func (p *pass) report() []Problem { return p.problems }

// worthWriting tells whether the text is better than it was: half mended it is
// of no use to the app.
func (p *pass) worthWriting(parsed bool) bool {
	return Parses(p.file, p.text) && len(p.problems) > 0
}
