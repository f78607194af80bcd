package serve

import (
	"cmp"
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"toolbay/backend/pattern"
	"toolbay/backend/store"
)

// ownSpace is where servers stand that no registry has named.
const ownSpace = "dev.toolbay."

// entry is one server as it is listed.
type entry struct {
	name, id, version string
	updated           time.Time
	deleted           bool
}

// listed is every server of one state of the catalogue.
type listed struct {
	mark    int64
	entries []entry
	at      map[string]int // by lower-case name and by id of any record
}

func (l *listed) byID(id string) (entry, bool) {
	i, ok := l.at[strings.ToLower(id)]
	if !ok {
		return entry{}, false
	}
	return l.entries[i], true
}

// states is how many states of the catalogue are remembered, so that a client
// that is paging while a sync changes it goes on undisturbed.
const states = 3

type names struct {
	mu   sync.Mutex
	last []*listed // the newest first
}

// outlines gives the present state.
func (h *Handler) outlines(ctx context.Context) (*listed, error) { return h.outlinesOf(ctx, 0) }

// outlinesOf gives the state with that mark while it is remembered, else the
// present one.
func (h *Handler) outlinesOf(ctx context.Context, mark int64) (*listed, error) {
	h.names.mu.Lock()
	defer h.names.mu.Unlock()
	for _, l := range h.names.last {
		if mark != 0 && l.mark == mark {
			return l, nil
		}
	}
	have := int64(0)
	if len(h.names.last) > 0 {
		have = h.names.last[0].mark
	}
	now, outlines, err := h.Catalogue.Outlines(ctx, have)
	if err != nil {
		return nil, err
	}
	if len(h.names.last) > 0 && now == have {
		return h.names.last[0], nil
	}
	l := list(now, outlines)
	h.names.last = append([]*listed{l}, h.names.last[:min(len(h.names.last), states-1)]...)
	return l, nil
}

func list(mark int64, outlines []store.Outline) *listed {
	l := &listed{mark: mark, entries: make([]entry, 0, len(outlines)), at: make(map[string]int, 2*len(outlines))}
	taken := make(map[string]bool, len(outlines))
	for _, o := range outlines {
		e := entry{id: o.ID, version: versionOf(o.Version), updated: o.Updated, deleted: o.Status == "deleted"}
		base := nameFor(o)
		e.name = base
		for n := 2; taken[strings.ToLower(e.name)]; n++ {
			end := "-" + strconv.Itoa(n)
			e.name = base[:min(len(base), maxName-len(end))] + end
		}
		taken[strings.ToLower(e.name)] = true
		l.entries = append(l.entries, e)
	}
	// Names first: an id of a record that is another server's name yields.
	for i, e := range l.entries {
		l.at[strings.ToLower(e.name)] = i
	}
	for i, o := range outlines {
		for _, id := range append([]string{o.ID}, o.Merged...) {
			if k := strings.ToLower(id); !taken[k] || i == l.at[k] {
				if _, known := l.at[k]; !known {
					l.at[k] = i
				}
			}
		}
	}
	return l
}

const maxName = 200

var (
	registryName = pattern.New(`^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$`)
	notInName    = pattern.New(`[^a-zA-Z0-9._-]+`)
)

// named tells whether an id is a name that a registry gave.
func named(id string) bool {
	space, _, _ := strings.Cut(id, "/")
	return len(id) >= 3 && len(id) <= maxName && strings.Contains(space, ".") && registryName().MatchString(id)
}

// nameFor gives the name a server is listed under: that of a registry when the
// record that speaks has one, else one of our own, made of its id. The name of
// another record would put its publisher's name to what somebody else says.
func nameFor(o store.Outline) string {
	if named(o.ID) {
		return o.ID
	}
	space, key, _ := strings.Cut(o.ID, "/")
	plain := func(s string) string { return strings.Trim(notInName().ReplaceAllString(s, "-"), "-") }
	space, key = cmp.Or(strings.ReplaceAll(plain(space), "_", "-"), "listing"), plain(key)
	if key == "" {
		key = "server"
	}
	name := ownSpace + space + "/" + key
	return name[:min(len(name), maxName)]
}
