package catalog

import (
	"context"
	"hash/fnv"
	"slices"
	"strings"
	"time"

	"toolbay/backend/catalog/source"
	"toolbay/backend/catalog/source/registry"
	"toolbay/backend/model"
	"toolbay/backend/store"
)

// Kinds of sources.
const (
	BuiltIn = "built-in"
	Private = "private" // a registry that the user or a policy added
	OfFile  = "file"    // a file or folder that was imported
)

// usualAge is how long a source's entries are good when it says nothing else.
// The official registry asks for infrequent readers, hourly at most.
const usualAge = 6 * time.Hour

// SourceState is how a source is and what it is.
type SourceState struct {
	store.SourceState
	Kind string `json:"kind"`
	// Name is what the user called a private registry, or the file's; built-in
	// sources have theirs in the texts.
	Name  string `json:"name"`
	Badge string `json:"badge"` // a word beside the listings of a private registry
	Site  string `json:"site"`
	// NeedsKey tells that it answers nothing without a key; KeySet that it has
	// one.
	NeedsKey bool `json:"needs_key"`
	KeySet   bool `json:"key_set"`
	Curated  bool `json:"curated"`
	Enriches bool `json:"enriches"`
	// Allowed is false when the computer's policy does not let it be used.
	Allowed bool `json:"allowed"`
	// Managed tells that the policy added it, so that it cannot be removed.
	Managed bool `json:"managed"`
	// Due tells that its entries are older than it keeps them good.
	Due bool `json:"-"`
}

// feed is a source as the engine sees it.
type feed struct {
	source.Plugin
	private *Registry // nil for those that come with Toolbay
}

// feeds gives all sources that can be read, built-in ones first.
func (c *Catalog) feeds(ctx context.Context) ([]feed, error) {
	var out []feed
	for _, p := range plugins() {
		out = append(out, feed{Plugin: p})
	}
	registries, err := c.Registries(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range registries {
		client, err := registry.At(r.URL)
		if err != nil {
			continue // not written by us
		}
		out = append(out, feed{private: &r, Plugin: source.Plugin{
			ID: r.ID, Site: r.URL,
			Open: func(string) source.Reader { return client },
		}})
	}
	return out, nil
}

// Status tells how every source is, also one that was never synced. Imported
// files are among them once there are any.
func (c *Catalog) Status(ctx context.Context) ([]SourceState, error) {
	feeds, err := c.feeds(ctx)
	if err != nil {
		return nil, err
	}
	have, err := c.store.Sources(ctx)
	if err != nil {
		return nil, err
	}
	place, err := c.store.SourceOrder(ctx)
	if err != nil {
		return nil, err
	}
	known := map[string]store.SourceState{}
	for _, s := range have {
		known[s.Source] = s
	}
	out := make([]SourceState, 0, len(feeds)+len(have))
	for _, f := range feeds {
		s := SourceState{
			SourceState: store.SourceState{Source: f.ID, Enabled: !f.Off},
			Kind:        BuiltIn, Site: f.Site, NeedsKey: f.Key, Curated: f.Curated, Enriches: f.Enriches,
			Allowed: c.o.Policy.Allows(f.ID),
		}
		if r := f.private; r != nil {
			s.Kind, s.Name, s.Badge, s.Managed = Private, r.Name, r.Badge, r.Managed
			s.NeedsKey = len(r.Headers) > 0
		}
		if k, ok := known[f.ID]; ok {
			s.SourceState = k
		}
		s.Due = c.due(f, s)
		out = append(out, s)
	}
	for _, k := range have {
		if name, ok := fileName(k.Source); ok {
			out = append(out, SourceState{SourceState: k, Kind: OfFile, Name: name, Allowed: c.o.Policy.Allows(k.Source)})
		}
	}
	slices.SortStableFunc(out, func(a, b SourceState) int { return place(a.Source) - place(b.Source) })
	return out, nil
}

// fileName gives the name of an imported file by the id of its source.
func fileName(source string) (string, bool) {
	if source == File {
		return "", true
	}
	return strings.CutPrefix(source, File+":")
}

// due tells whether a source should be asked again. Computers differ by up to
// a quarter of the time, or all those that start at nine would come at three.
func (c *Catalog) due(f feed, s SourceState) bool {
	if f.ID == Starter || !s.Enabled || !s.Allowed {
		return false
	}
	if s.Synced == nil {
		return true
	}
	age := f.Every
	if age <= 0 {
		age = usualAge
	}
	h := fnv.New32a()
	h.Write([]byte(c.o.Seed + "\x00" + f.ID + "\x00" + s.Synced.UTC().Format(time.RFC3339)))
	age += time.Duration(uint64(age/4) * uint64(h.Sum32()) >> 32)
	return c.o.Now().Sub(*s.Synced) > age
}

// Enable tells whether Sync of all sources includes this one. Its listings
// stay. Error codes: source_unknown, policy_source.
func (c *Catalog) Enable(ctx context.Context, source string, enabled bool) error {
	if _, err := c.state(ctx, source); err != nil {
		return err
	}
	if enabled {
		if err := c.o.Policy.Source(source); err != nil {
			return err
		}
	}
	return c.store.EnableSource(ctx, source, enabled)
}

// Order says which source is believed where several say different things, the
// first most. Error code: source_unknown.
func (c *Catalog) Order(ctx context.Context, ids []string) error {
	for _, id := range ids {
		if _, err := c.state(ctx, id); err != nil {
			return err
		}
	}
	return c.store.PutSourceOrder(ctx, ids)
}

// state gives the state of one source. Error code: source_unknown.
func (c *Catalog) state(ctx context.Context, source string) (SourceState, error) {
	all, err := c.Status(ctx)
	if err != nil {
		return SourceState{}, err
	}
	for _, s := range all {
		if s.Source == source {
			return s, nil
		}
	}
	return SourceState{}, model.Fail("source_unknown", nil, "source", source)
}
