// Package job is long work with stages, progress and cancel. It knows nothing
// of what the work is; backend and app start jobs, the window shows them.
//
//	jobs := job.NewBoard(func(s job.Snapshot) { emit("job", s) })
//	id := jobs.Start("install", "Notion", "io.github.acme/notion", func(ctx context.Context, report job.Report) (any, error) { … })
package job

import (
	"context"
	"errors"
	"sort"
	"strconv"
	"sync"
	"time"

	"toolbay/backend/model"
)

// Progress is one message from work that is under way. Done of Total is
// counted in Unit ("bytes" or "items"); Total 0 means unknown.
type Progress struct {
	Stage string `json:"stage"` // a key of text section "stages": resolve, runtime, download, prepare, hello, apps
	Done  int64  `json:"done"`
	Total int64  `json:"total"`
	Unit  string `json:"unit"`
	// Subject is what this is about when a job does several things at once: a
	// source's id.
	Subject string `json:"subject,omitempty"`
}

// Report receives progress. It is never nil and may be called from any
// goroutine; use Silent where nobody listens.
type Report func(Progress)

// Silent is a Report that drops everything.
func Silent(Progress) {}

// States of a job.
const (
	Running   = "running"
	Done      = "done"
	Failed    = "failed"
	Cancelled = "cancelled"
)

// Snapshot is a job as it stands at one moment.
type Snapshot struct {
	ID       string    `json:"id"`
	Kind     string    `json:"kind"`
	Title    string    `json:"title"`
	Subject  string    `json:"subject"` // what it is about: a listing, a server, a source
	State    string    `json:"state"`
	Progress Progress  `json:"progress"`
	Started  time.Time `json:"started"`
	Result   any       `json:"result,omitempty"`
	Err      error     `json:"-"`
}

// Board holds the jobs of one running program.
type Board struct {
	// Mask hides what looks like a secret in a line that a program printed. Set
	// it before the first job; nil hides what Hide names, and no more.
	Mask func(line string) string

	changed func(Snapshot)

	mu   sync.Mutex
	next int
	jobs map[string]*entry
	// tell keeps snapshots in order: an older one never overtakes a newer.
	tell sync.Mutex
}

type entry struct {
	snap   Snapshot
	cancel context.CancelFunc
	done   chan struct{}
	output *lines
}

// NewBoard makes a board; changed is called with each new state of a job.
func NewBoard(changed func(Snapshot)) *Board {
	return &Board{changed: changed, jobs: map[string]*entry{}}
}

// Start runs work about subject in the background and gives the job's id.
func (b *Board) Start(kind, title, subject string, work func(context.Context, Report) (any, error)) string {
	ctx, cancel := context.WithCancel(context.Background())
	b.mu.Lock()
	b.next++
	id := "job-" + strconv.Itoa(b.next)
	e := &entry{cancel: cancel, done: make(chan struct{}), output: &lines{mask: b.Mask}, snap: Snapshot{
		ID: id, Kind: kind, Title: title, Subject: subject, State: Running, Started: time.Now().UTC(),
	}}
	b.jobs[id] = e
	b.mu.Unlock()
	b.changed(e.snap)
	go func() {
		defer cancel()
		result, err := work(context.WithValue(ctx, outputKey{}, e.output), func(p Progress) {
			b.update(e, func(s *Snapshot) { s.Progress = p })
		})
		b.update(e, func(s *Snapshot) {
			switch {
			case err == nil:
				s.State, s.Result = Done, result
			case errors.Is(err, context.Canceled) || model.Code(err) == "cancelled":
				s.State, s.Err = Cancelled, err
			default:
				s.State, s.Err = Failed, err
			}
		})
		close(e.done)
	}()
	return id
}

// update ignores what is reported after the end: a pipe may outlive its work.
func (b *Board) update(e *entry, change func(*Snapshot)) {
	b.tell.Lock()
	defer b.tell.Unlock()
	b.mu.Lock()
	if e.snap.State != Running {
		b.mu.Unlock()
		return
	}
	change(&e.snap)
	snap := e.snap
	b.mu.Unlock()
	b.changed(snap)
}

// Cancel asks a job to stop; an unknown or ended job is left alone.
func (b *Board) Cancel(id string) {
	b.mu.Lock()
	e := b.jobs[id]
	b.mu.Unlock()
	if e != nil {
		e.cancel()
	}
}

// Wait blocks until the job has ended and gives its last state.
func (b *Board) Wait(id string) (Snapshot, bool) {
	b.mu.Lock()
	e := b.jobs[id]
	b.mu.Unlock()
	if e == nil {
		return Snapshot{}, false
	}
	<-e.done
	b.mu.Lock()
	defer b.mu.Unlock()
	return e.snap, true
}

// Output gives the last lines that the programs of a job have printed; none of
// a job that nobody knows.
func (b *Board) Output(id string) []string {
	b.mu.Lock()
	e := b.jobs[id]
	b.mu.Unlock()
	if e == nil {
		return []string{}
	}
	return e.output.all()
}

// List gives all jobs of this run, newest first.
func (b *Board) List() []Snapshot {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := make([]Snapshot, 0, len(b.jobs))
	for _, e := range b.jobs {
		out = append(out, e.snap)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Started.After(out[j].Started) })
	return out
}

// CancelAll asks every running job to stop and waits until all have ended.
func (b *Board) CancelAll() {
	all := b.List()
	for _, s := range all {
		b.Cancel(s.ID)
	}
	for _, s := range all {
		b.Wait(s.ID)
	}
}
