package profiles

import (
	"encoding/json"
	"slices"
	"strings"

	"toolbay/backend/model"
)

// Delta is what a change did to one profile: enough to take it back, or to do
// it again, while other changes stand.
type Delta struct {
	ID string `json:"id"`
	// Made or Gone is the whole profile, where the change made or deleted it.
	Made *model.Profile `json:"made,omitempty"`
	Gone *model.Profile `json:"gone,omitempty"`
	// Name is the name before and after.
	Name    *[2]string `json:"name,omitempty"`
	Apps    *Sets      `json:"apps,omitempty"`
	Folders *Sets      `json:"folders,omitempty"`
	// In are servers that came into the profile, Out those that went.
	In  []model.ProfileServer `json:"in,omitempty"`
	Out []model.ProfileServer `json:"out,omitempty"`
	// Set are servers with other settings, keys or tools.
	Set []Reset `json:"set,omitempty"`
	// Off tells, by app, for which servers it was turned off (added) or on.
	Off map[string]Sets `json:"off,omitempty"`
}

// Sets is what a change added to a list and took from it.
type Sets struct {
	Added   []string `json:"added,omitempty"`
	Removed []string `json:"removed,omitempty"`
}

// Reset is a profile's word on a server before and after, without Off.
type Reset struct {
	Before model.ProfileServer `json:"before"`
	After  model.ProfileServer `json:"after"`
}

// Diff tells what makes after out of before, which must be tidy; nil is no
// profile. ok is false when they say the same.
func Diff(before, after *model.Profile) (d Delta, ok bool) {
	switch {
	case before == nil && after == nil:
		return d, false
	case before == nil:
		return Delta{ID: after.ID, Made: after}, true
	case after == nil:
		return Delta{ID: before.ID, Gone: before}, true
	}
	d.ID = after.ID
	if before.Name != after.Name {
		d.Name, ok = &[2]string{before.Name, after.Name}, true
	}
	if s := sets(before.Apps, after.Apps); s != nil {
		d.Apps, ok = s, true
	}
	if s := sets(before.Folders, after.Folders); s != nil {
		d.Folders, ok = s, true
	}
	was := map[string]model.ProfileServer{}
	for _, s := range before.Servers {
		was[s.Server] = s
	}
	for _, s := range after.Servers {
		old, had := was[s.Server]
		delete(was, s.Server)
		if !had {
			d.In, ok = append(d.In, s), true
			continue
		}
		if !Same(old, s) {
			d.Set, ok = append(d.Set, Reset{Before: bare(old), After: bare(s)}), true
		}
		if turned := sets(old.Off, s.Off); turned != nil {
			ok = true
			d.turn(turned.Added, s.Server, true)
			d.turn(turned.Removed, s.Server, false)
		}
	}
	for _, s := range before.Servers {
		if _, gone := was[s.Server]; gone {
			d.Out, ok = append(d.Out, s), true
		}
	}
	return d, ok
}

func (d *Delta) turn(apps []string, server string, off bool) {
	for _, app := range apps {
		if d.Off == nil {
			d.Off = map[string]Sets{}
		}
		s := d.Off[app]
		if off {
			s.Added = append(s.Added, server)
		} else {
			s.Removed = append(s.Removed, server)
		}
		d.Off[app] = s
	}
}

// sets tells what makes after out of before, nil for nothing.
func sets(before, after []string) *Sets {
	s := &Sets{}
	for _, v := range after {
		if !slices.Contains(before, v) {
			s.Added = append(s.Added, v)
		}
	}
	for _, v := range before {
		if !slices.Contains(after, v) {
			s.Removed = append(s.Removed, v)
		}
	}
	if s.Added == nil && s.Removed == nil {
		return nil
	}
	return s
}

func (s Sets) do(list []string) []string {
	list = slices.DeleteFunc(slices.Clone(list), func(v string) bool { return slices.Contains(s.Removed, v) })
	return append(list, s.Added...)
}

// bare is a profile's word on a server without the apps.
func bare(s model.ProfileServer) model.ProfileServer {
	s.Off = nil
	return s
}

// Same tells whether two words on a server differ in the apps at most.
func Same(a, b model.ProfileServer) bool { return text(bare(a)) == text(bare(b)) }

func text(v any) string {
	data, _ := json.Marshal(v) // names only, which always encode
	return string(data)
}

// Reverse is the change that takes d back.
func (d Delta) Reverse() Delta {
	r := Delta{ID: d.ID, Made: d.Gone, Gone: d.Made, In: d.Out, Out: d.In}
	if d.Name != nil {
		r.Name = &[2]string{d.Name[1], d.Name[0]}
	}
	if d.Apps != nil {
		r.Apps = &Sets{Added: d.Apps.Removed, Removed: d.Apps.Added}
	}
	if d.Folders != nil {
		r.Folders = &Sets{Added: d.Folders.Removed, Removed: d.Folders.Added}
	}
	for _, s := range d.Set {
		r.Set = append(r.Set, Reset{Before: s.After, After: s.Before})
	}
	for app, s := range d.Off {
		if r.Off == nil {
			r.Off = map[string]Sets{}
		}
		r.Off[app] = Sets{Added: s.Removed, Removed: s.Added}
	}
	return r
}

// Do makes a change to a profile as it is now, nil for none. Error code:
// profile_changed, when what the change would replace is something else by now.
func (d Delta) Do(now *model.Profile) (*model.Profile, error) {
	if d.Made != nil {
		if now != nil {
			return nil, changed(now.Name)
		}
		return d.Made, nil
	}
	if now == nil {
		if d.Gone != nil {
			return nil, changed(d.Gone.Name)
		}
		return nil, changed(d.ID)
	}
	if d.Gone != nil {
		if _, differ := Diff(d.Gone, now); differ {
			return nil, changed(now.Name)
		}
		return nil, nil
	}
	p := clone(*now)
	if d.Name != nil {
		if p.Name != d.Name[0] {
			return nil, changed(now.Name)
		}
		p.Name = d.Name[1]
	}
	if d.Apps != nil {
		p.Apps = d.Apps.do(p.Apps)
	}
	if d.Folders != nil {
		p.Folders = d.Folders.do(p.Folders)
	}
	for _, s := range d.Out {
		i := at(p, s.Server)
		if i < 0 {
			continue
		}
		if !Same(p.Servers[i], s) {
			return nil, changed(now.Name)
		}
		p.Servers = slices.Delete(p.Servers, i, i+1)
	}
	for _, s := range d.Set {
		i := at(p, s.Before.Server)
		if i < 0 || !Same(p.Servers[i], s.Before) {
			return nil, changed(now.Name)
		}
		off := p.Servers[i].Off
		p.Servers[i] = s.After
		p.Servers[i].Off = off
	}
	for i, s := range p.Servers {
		for app, turned := range d.Off {
			if slices.Contains(turned.Added, s.Server) {
				s.Off = append(slices.Clone(s.Off), app)
			}
			if slices.Contains(turned.Removed, s.Server) {
				s.Off = slices.DeleteFunc(slices.Clone(s.Off), func(a string) bool { return a == app })
			}
		}
		p.Servers[i] = s
	}
	for _, s := range d.In {
		if i := at(p, s.Server); i < 0 {
			p.Servers = append(p.Servers, s)
		} else if !Same(p.Servers[i], s) {
			return nil, changed(now.Name)
		}
	}
	out := Tidy(p)
	return &out, nil
}

func changed(name string) error {
	return model.Fail("profile_changed", nil, "profile", strings.TrimSpace(name))
}

// Servers names the servers whose start a change may have changed.
func (d Delta) Servers() []string {
	var out []string
	for _, p := range []*model.Profile{d.Made, d.Gone} {
		if p != nil {
			for _, s := range p.Servers {
				out = append(out, s.Server)
			}
		}
	}
	for _, list := range [][]model.ProfileServer{d.In, d.Out} {
		for _, s := range list {
			out = append(out, s.Server)
		}
	}
	for _, s := range d.Set {
		out = append(out, s.After.Server)
	}
	return set(out)
}
