package connect

import (
	"iter"
	"slices"

	"toolbay/backend/clients"
)

// sight is what one place holds, for comparing the rows of the ledger with it.
type sight struct {
	l      *looking
	client clients.Client
	rows   []row
	path   string
	health string
	found  []clients.Entry
	names  map[string]int   // the first place in found of each name
	server map[string][]int // places in found by the server that an entry names, "" for none
	twice  []string         // names that stand there more than once
	// byUs tells whether the file is as a change of ours left it that the rows do
	// not know of.
	byUs func() bool
}

// row gives a row as it is after the look.
func (s sight) row(r row) row {
	e := s.named(r.Name)
	past := r.Gone && r.Loss == nil // it is not there, and that is nothing new
	twice := slices.Contains(s.twice, r.Name)
	r.Twice = r.Twice && twice
	switch {
	case e != nil && !past && twice && !r.Twice && !s.byUs():
		r.Loss = s.l.since(r.Loss, loss{Code: Doubled, Name: r.Name, File: s.path})
		r.Gone = !s.starts(*e, r)
	case e != nil && r.is(*e):
		before := r.Loss
		r = r.following(*e)
		r.Loss = s.second(r, before)
	case e != nil && s.starts(*e, r) && (past || s.byUs()):
		r = r.following(*e)
	case e != nil && !past && !s.byUs():
		r.Loss = s.l.since(r.Loss, loss{Code: Edited})
		r.Gone = !s.starts(*e, r)
	case past:
	case r.Ahead || r.Loss == nil && s.byUs() || s.standsBesides(r) || s.movedOn(r):
		r.Gone, r.Ahead, r.Loss, r.Back = true, false, nil, nil
	default:
		r.Loss = s.l.since(r.Loss, s.missing(r))
		r.Gone = true
	}
	return r
}

// following gives a row that says what the entry says.
func (r row) following(e clients.Entry) row {
	if r.Command != "" && len(r.Was) > 0 && slices.Equal(r.Was, r.start(e.Command, e.Args)) {
		r.Was = r.start(r.Command, r.Args)
	}
	r.Command, r.Args, r.Profile = e.Command, e.Args, e.Profile
	if r.URL = ""; e.Command == "" {
		r.URL = e.URL
	}
	r.Gone, r.Ahead, r.Loss, r.Off = false, false, nil, !e.Enabled
	return r
}

// missing tells in what way an entry is not there.
func (s sight) missing(r row) loss {
	if s.health == clients.Absent {
		return loss{Code: FileGone}
	}
	if len(s.found) == 0 {
		return loss{Code: Wiped}
	}
	for e := range s.starting(r) {
		if _, known := s.l.after.entry(e); !known {
			return loss{Code: Renamed, Name: e.Name, File: s.path}
		}
	}
	return loss{Code: Vanished}
}

// second tells of another entry that starts the same server as r, which stands
// there as it should.
func (s sight) second(r row, before *loss) *loss {
	for e := range s.starting(r) {
		if e.Name == r.Name {
			continue
		}
		if _, known := s.l.after.entry(e); !known && !s.byUs() {
			return s.l.since(before, loss{Code: Doubled, Name: e.Name, File: s.path})
		}
	}
	if before == nil || before.Code != Doubled || before.File == s.path {
		return nil
	}
	if e := entryIn(s.client, r.other(before), before.Name); e != nil && s.starts(*e, r) {
		return before
	}
	return nil
}

// standsBesides tells whether another entry that we know of starts the server.
func (s sight) standsBesides(r row) bool {
	for e := range s.starting(r) {
		if _, known := s.l.b.known.entry(e); known {
			return true
		}
	}
	return false
}

// movedOn tells whether the app keeps the entry in another of its files now, as
// one does that has moved to a new place.
func (s sight) movedOn(r row) bool {
	app, err := s.l.c.Apps.LookOne(s.l.c.System, r.App, "")
	if err != nil || !slices.ContainsFunc(app.Files, func(f clients.FileState) bool { return f.Path == s.path || s.health == clients.Absent }) {
		return false
	}
	return slices.ContainsFunc(app.Entries, func(e clients.Entry) bool {
		if e.File == s.path {
			return false
		}
		_, known := s.l.after.entry(e)
		return !known && s.starts(e, r)
	})
}

// starting gives the entries that start the server of r and are ours.
func (s sight) starting(r row) iter.Seq[clients.Entry] {
	return func(yield func(clients.Entry) bool) {
		for _, server := range []string{r.Server, ""} {
			for _, i := range s.server[server] {
				if e := s.found[i]; s.starts(e, r) && !yield(e) {
					return
				}
			}
		}
	}
}

// starts tells whether an entry, whatever it is called, starts the server of r
// and is ours.
func (s sight) starts(e clients.Entry, r row) bool {
	if e.Server != "" {
		return e.Server == r.Server && s.l.b.ours(e)
	}
	r.Name = e.Name
	return r.is(e)
}

func (s sight) named(name string) *clients.Entry {
	if i, there := s.names[name]; there {
		return &s.found[i]
	}
	return nil
}
