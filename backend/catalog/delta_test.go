package catalog_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"toolbay/backend/catalog"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/store"
	"toolbay/internal/fakeregistry"
)

// visible gives what a catalogue shows of the registry, by id. A record that
// is kept although it is deleted is not shown.
func visible(t *testing.T, s *store.Store, names []string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, name := range names {
		l, err := s.Listing(t.Context(), name)
		if model.Code(err) == "listing_unknown" || l.Status == "deleted" {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(l)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = string(b)
	}
	return out
}

// mirrors are two catalogues of one registry: one is kept by what changed, the
// other reads everything every time.
type mirrors struct {
	*bench
	whole *bench
	names []string
	rng   *rand.Rand
}

func newMirrors(t *testing.T, seed uint64, most int) *mirrors {
	t.Helper()
	m := &mirrors{bench: newBench(t, nil), whole: newBench(t, nil), rng: rand.New(rand.NewPCG(seed, 7))}
	m.whole.Catalog = m.whole.with(m.url)
	m.registry.Behave(fakeregistry.Rules{Most: most})
	for i := range 9 {
		m.names = append(m.names, fmt.Sprintf("com.example/%c%d", 'a'+i, i))
	}
	return m
}

// step makes something happen in the registry.
func (m *mirrors) step() string {
	m.clock = m.clock.Add(time.Duration(1+m.rng.IntN(600)) * time.Second)
	name := m.names[m.rng.IntN(len(m.names))]
	var versions []fakeregistry.Record
	for _, r := range m.registry.Records() {
		if r.Name == name {
			versions = append(versions, r)
		}
	}
	if len(versions) == 0 || m.rng.IntN(3) == 0 {
		v := fmt.Sprintf("%d.%d.%d", m.rng.IntN(3), m.rng.IntN(12), m.rng.IntN(3))
		if m.rng.IntN(8) == 0 {
			v = fmt.Sprintf("beta-%d", m.rng.IntN(100))
		}
		if slices.ContainsFunc(versions, func(r fakeregistry.Record) bool { return r.Version == v }) {
			return "nothing"
		}
		m.registry.Publish(name, v, m.clock)
		return "publish " + name + " " + v
	}
	r := versions[m.rng.IntN(len(versions))]
	at := slices.IndexFunc(versions, func(r fakeregistry.Record) bool { return r.Latest })
	switch m.rng.IntN(8) {
	case 0, 1: // the newest goes, and an older one is promoted without a trace
		m.registry.SetStatus(name, versions[at].Version, "deleted", "a mistake", m.clock)
		return "delete the latest of " + name
	case 2:
		m.registry.SetStatus(name, r.Version, "deleted", "", m.clock)
		return "delete " + name + " " + r.Version
	case 3:
		m.registry.SetStatus(name, r.Version, "active", "", m.clock)
		return "restore " + name + " " + r.Version
	case 4:
		m.registry.SetStatus(name, r.Version, "deprecated", "Renamed to com.example/other", m.clock)
		return "deprecate " + name + " " + r.Version
	case 5:
		m.registry.SetStatus(name, "", "deleted", "all of it", m.clock)
		return "delete all of " + name
	case 6:
		m.registry.SetStatus(name, "", "active", "", m.clock)
		return "restore all of " + name
	default:
		m.registry.Edit(name, r.Version, fmt.Sprintf("Words number %d", m.rng.IntN(1000)), m.clock)
		return "edit " + name + " " + r.Version
	}
}

// check compares what the two show.
func (m *mirrors) check(t *testing.T, done []string) {
	t.Helper()
	if err := m.whole.store.PutSetting(t.Context(), "read_from.official", ""); err != nil {
		t.Fatal(err)
	}
	m.whole.clock = m.clock
	if res, err := m.whole.Sync(t.Context(), "official", job.Silent); err != nil || res[0].Changes {
		t.Fatalf("the one that reads everything: %+v, %v", res, err)
	}
	got, want := visible(t, m.store, m.names), visible(t, m.whole.store, m.names)
	for _, name := range m.names {
		if got[name] != want[name] {
			t.Fatalf("%s\n by changes %s\n by all     %s\nafter\n  %s", name, got[name], want[name], strings.Join(done, "\n  "))
		}
	}
	a, b := source(t, m.Catalog, "official"), source(t, m.whole.Catalog, "official")
	if a.Listings != b.Listings || a.Listings != len(want) {
		t.Fatalf("%d and %d listings, %d are shown", a.Listings, b.Listings, len(want))
	}
}

func TestAMirrorKeptByChangesIsTheWhole(t *testing.T) {
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			m := newMirrors(t, seed, 3)
			var done []string
			deltas := 0
			for range 12 {
				for range 1 + m.rng.IntN(9) {
					done = append(done, m.step())
				}
				m.clock = m.clock.Add(time.Duration(m.rng.IntN(7200)) * time.Second)
				res, err := m.Sync(t.Context(), "official", job.Silent)
				if err != nil {
					t.Fatal(err)
				}
				if res[0].Changes {
					deltas++
				}
				done = append(done, fmt.Sprintf("-- sync, changes %v", res[0].Changes))
				m.check(t, done)
			}
			if deltas != 11 {
				t.Errorf("%d of 12 syncs read changes only", deltas)
			}
		})
	}
}

// What is published, promoted or deleted behind the cursor while pages are
// read is in the mirror after the next sync.
func TestWhatHappensWhileReadingIsNotLost(t *testing.T) {
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			m := newMirrors(t, seed+100, 3)
			var done []string
			for range 20 {
				done = append(done, m.step())
			}
			for range 5 {
				during := 0
				m.registry.Behave(fakeregistry.Rules{Most: 3, Before: func(int) {
					if during++; during < 8 {
						m.mu.Lock()
						defer m.mu.Unlock()
						done = append(done, "while reading: "+m.step())
					}
				}})
				if _, err := m.Sync(t.Context(), "official", job.Silent); err != nil {
					t.Fatal(err)
				}
				m.registry.Behave(fakeregistry.Rules{Most: 3})
				if _, err := m.Sync(t.Context(), "official", job.Silent); err != nil {
					t.Fatal(err)
				}
				m.check(t, done)
				m.clock = m.clock.Add(time.Hour)
			}
		})
	}
}

// A program that is killed at any answer goes on there when it is started
// again, with all it had read, whether it reads everything or what changed.
func TestKilledAtAnyPage(t *testing.T) {
	for _, kind := range []string{"everything", "changes"} {
		for kill := 1; ; kill++ {
			m := newMirrors(t, 42, 1)
			for range 60 {
				m.step()
			}
			if kind == "changes" {
				if _, err := m.Sync(t.Context(), "official", job.Silent); err != nil {
					t.Fatal(err)
				}
				m.clock = m.clock.Add(time.Hour)
				for range 25 {
					m.step()
				}
			}
			already := len(m.registry.Requests()) + len(m.registry.Versions())
			ctx, stop := context.WithCancel(t.Context())
			m.registry.Behave(fakeregistry.Rules{Most: 1, Before: func(n int) {
				if n-already == kill {
					stop()
				}
			}})
			_, err := m.Sync(ctx, "official", job.Silent)
			stop()
			if err == nil {
				if kill < 6 {
					t.Fatalf("%s: only %d answers", kind, kill)
				}
				break // there are not that many answers
			}
			if !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			m.registry.Behave(fakeregistry.Rules{Most: 1})
			pages := len(m.registry.Requests())
			if err := m.store.Close(); err != nil {
				t.Fatal(err)
			}
			if m.store, err = store.Open(m.path); err != nil {
				t.Fatal(err)
			}
			defer m.store.Close()
			m.Catalog = m.with(m.url)
			res, err := m.Sync(t.Context(), "official", job.Silent)
			if err != nil || res[0].Changes != (kind == "changes") {
				t.Fatalf("%s killed at %d: %+v, %v", kind, kill, res, err)
			}
			if kind == "everything" {
				if all := res[0].Read; len(m.registry.Requests())-pages > all-kill+2 {
					t.Errorf("killed at page %d of about %d: %d were read again", kill, all, len(m.registry.Requests())-pages)
				}
			}
			m.check(t, []string{fmt.Sprintf("%s killed at %d", kind, kill)})
		}
	}
}

// A hand in the registry's database moves the mark of the latest and nothing
// else; only reading everything shows that, so that is done every week.
func TestEveryWeekEverythingIsRead(t *testing.T) {
	b := newBench(t, nil)
	b.registry.Publish("com.example/one", "1.0.0", b.clock)
	b.registry.Publish("com.example/one", "2.0.0", b.clock)
	b.registry.Publish("com.example/two", "1.0.0", b.clock)
	sync := func() catalog.SyncResult {
		t.Helper()
		res, err := b.Sync(t.Context(), "official", job.Silent)
		if err != nil {
			t.Fatal(err)
		}
		return res[0]
	}
	sync()
	b.registry.Promote("com.example/one", "1.0.0")
	b.registry.Forget("com.example/two")
	b.clock = b.clock.Add(6 * 24 * time.Hour)
	if r := sync(); !r.Changes {
		t.Error("read everything after six days")
	}
	b.clock = b.clock.Add(25 * time.Hour)
	if r := sync(); r.Changes || r.Kept != 1 {
		t.Errorf("after a week: %+v", r)
	}
	if l, err := b.Show(t.Context(), "com.example/one"); err != nil || l.Version != "1.0.0" {
		t.Errorf("%s, %v", l.Version, err)
	}
	if l, err := b.Show(t.Context(), "com.example/two"); err != nil || l.Status != "deleted" {
		t.Errorf("what is gone is kept as deleted: %q, %v", l.Status, err)
	}
}

func TestRegistriesThatTellNoChanges(t *testing.T) {
	for name, rules := range map[string]fakeregistry.Rules{
		"it ignores the question": {Since: "ignored"},
		"it refuses the question": {Since: "refused"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, made(30))
			b.registry.Behave(rules)
			if _, err := b.Sync(t.Context(), "official", job.Silent); err != nil {
				t.Fatal(err)
			}
			b.clock = b.clock.Add(time.Hour)
			b.registry.Set(made(25))
			res, err := b.Sync(t.Context(), "official", job.Silent)
			if err != nil || res[0].Changes || res[0].Kept != 25 {
				t.Fatalf("%+v, %v", res, err)
			}
		})
	}
}

// A flood of changes is read as a whole.
func TestManyChangesAreReadAsAWhole(t *testing.T) {
	b := newBench(t, nil)
	for i := range 520 {
		b.registry.Publish(fmt.Sprintf("com.example/s%04d", i), "1.0.0", b.clock)
	}
	if _, err := b.Sync(t.Context(), "official", job.Silent); err != nil {
		t.Fatal(err)
	}
	b.clock = b.clock.Add(time.Hour)
	for i := range 520 {
		b.registry.SetStatus(fmt.Sprintf("com.example/s%04d", i), "", "deprecated", "", b.clock)
	}
	res, err := b.Sync(t.Context(), "official", job.Silent)
	if err != nil || res[0].Changes || res[0].Kept != 520 {
		t.Fatalf("%+v, %v", res, err)
	}
	if n := len(b.registry.Versions()); n > 500 {
		t.Errorf("asked for the versions of %d servers", n)
	}
}

func TestAChangeIsReadFromTenMinutesBeforeTheLastStart(t *testing.T) {
	b := newBench(t, made(3))
	if _, err := b.Sync(t.Context(), "official", job.Silent); err != nil {
		t.Fatal(err)
	}
	b.clock = b.clock.Add(time.Hour)
	if _, err := b.Sync(t.Context(), "official", job.Silent); err != nil {
		t.Fatal(err)
	}
	asked := b.registry.Requests()
	if got, want := asked[len(asked)-1].URL.RequestURI(), "/v0.1/servers?limit=100&updated_since=2026-01-02T02%3A54%3A05Z"; got != want {
		t.Errorf("asked %s, want %s", got, want)
	}
}
