package reverse

import (
	"slices"

	"toolbay/backend/configfile"
)

// step is one member to take back.
type step struct {
	path []string
	// gone: it should not be there; otherwise it should have value. was is
	// whether it is there now.
	gone, was bool
	value     any
}

type steps struct {
	path string
	list []step
}

// take compares, member by member, what the change did (before to after) with
// what stands there now, and notes what has to be taken back.
func (s *steps) take(at []string, before, after, now any) error {
	if configfile.Same(before, after) {
		return nil
	}
	b, isB := before.(configfile.Object)
	a, isA := after.(configfile.Object)
	n, isN := now.(configfile.Object)
	if !isB || !isA || !isN {
		// Only the root comes here without being an object.
		return overlaps(s.path, at)
	}
	for _, m := range a {
		was, had := b.Get(m.Key)
		have, there := n.Get(m.Key)
		if err := s.member(append(slices.Clone(at), m.Key), was, had, m.Value, have, there); err != nil {
			return err
		}
	}
	for _, m := range b {
		if _, kept := a.Get(m.Key); kept {
			continue
		}
		have, there := n.Get(m.Key)
		if err := s.removed(append(slices.Clone(at), m.Key), m.Value, have, there); err != nil {
			return err
		}
	}
	return nil
}

// member is one that stood in after.
func (s *steps) member(at []string, was any, had bool, did, have any, there bool) error {
	switch {
	case had && configfile.Same(was, did):
		return nil
	case !had && !there:
		return nil // taken away since
	case !had && configfile.Same(did, have):
		s.list = append(s.list, step{path: at, gone: true, was: true})
		return nil
	case !had:
		// Others put something beside ours: where there are only entries in it,
		// ours go one by one. Into an entry itself nobody else writes unharmed.
		if holdsEntries(did) && holdsEntries(have) {
			return s.take(at, configfile.Object{}, did, have)
		}
	case !there:
		// The whole container went, and ours with it.
		if holdsEntries(was) && holdsEntries(did) {
			return s.take(at, was, did, configfile.Object{})
		}
	case configfile.Same(have, was):
		return nil // taken back since
	case isObject(was) && isObject(did) && isObject(have):
		return s.take(at, was, did, have)
	case configfile.Same(did, have):
		s.list = append(s.list, step{path: at, was: true, value: was})
		return nil
	}
	return overlaps(s.path, at)
}

// removed is a member that the change took out.
func (s *steps) removed(at []string, was, have any, there bool) error {
	switch {
	case !there:
		s.list = append(s.list, step{path: at, value: was})
		return nil
	case configfile.Same(was, have):
		return nil
	case holdsEntries(was) && holdsEntries(have):
		return s.take(at, was, configfile.Object{}, have)
	}
	return overlaps(s.path, at)
}

func isObject(v any) bool {
	_, is := v.(configfile.Object)
	return is
}

// holdsEntries tells an object of objects, such as mcpServers, from an entry.
func holdsEntries(v any) bool {
	o, is := v.(configfile.Object)
	return is && !slices.ContainsFunc(o, func(m configfile.Member) bool { return !isObject(m.Value) })
}

// applied gives the value that the file should have.
func (s *steps) applied(now any) any {
	for _, st := range s.list {
		now = put(now, st.path, st)
	}
	return now
}

func put(in any, path []string, st step) any {
	o, _ := in.(configfile.Object)
	o = slices.Clone(o)
	i := slices.IndexFunc(o, func(m configfile.Member) bool { return m.Key == path[0] })
	switch {
	case len(path) > 1 && i < 0:
		o = append(o, configfile.Member{Key: path[0], Value: put(configfile.Object{}, path[1:], st)})
	case len(path) > 1:
		o[i].Value = put(o[i].Value, path[1:], st)
	case st.gone:
		o = slices.Delete(o, i, i+1)
	case i >= 0:
		o[i].Value = st.value
	default:
		o = append(o, configfile.Member{Key: path[0], Value: st.value})
	}
	return o
}

// edit makes the steps in the file's own bytes.
func (s *steps) edit(now []byte, f configfile.Format) (out []byte, err error) {
	out = now
	for _, st := range s.list {
		switch {
		case st.gone:
			out, err = configfile.Remove(out, f, st.path, nil)
		case st.was && len(st.path) == 1: // the root has no name to be updated by
			if out, err = configfile.Remove(out, f, st.path, nil); err == nil {
				out, _, err = configfile.Insert(out, f, st.path, listed(st.value))
			}
		case st.was:
			last := len(st.path) - 1
			out, err = configfile.Update(out, f, st.path[:last], configfile.Object{{Key: st.path[last], Value: listed(st.value)}})
		default:
			out, _, err = configfile.Insert(out, f, st.path, listed(st.value))
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
