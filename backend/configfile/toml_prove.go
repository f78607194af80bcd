package configfile

// compareTOML compares values: at each place that w knows stands its value or
// nothing, all else is as it was. A parent that is only named by what was put
// in or taken away may come and go.
func compareTOML(before, after *Document, w *wish) error {
	b, _ := before.Get()
	a, _ := after.Get()
	return alongTOML(b, a, w)
}

func alongTOML(b, a any, w *wish) error {
	if err := said(b, a, w); err != nil {
		return err
	}
	if !Same(without(b, w), without(a, w.renamed())) {
		return errNeighbour
	}
	return nil
}

// said tells that what w knows is so in a.
func said(b, a any, w *wish) error {
	for step, s := range w.steps {
		was, _ := follow(b, step)
		to := step
		if s.as != "" {
			to = s.as
		}
		is, there := follow(a, to)
		switch {
		case s.emptied && !s.covers(was):
			return errNeighbour
		case !s.known:
			if err := said(was, is, s); err != nil {
				return err
			}
		case there == s.absent, there && !Same(is, s.value):
			return errValue
		}
	}
	return nil
}

// renamed is w with elements under the names that they get.
func (w *wish) renamed() *wish {
	r := *w
	r.steps = map[string]*wish{}
	for step, s := range w.steps {
		if s.as != "" {
			step = s.as
		}
		r.steps[step] = s.renamed()
	}
	return &r
}

// follow gives what a step leads to.
func follow(v any, step string) (any, bool) {
	switch v := v.(type) {
	case Object:
		return v.Get(step)
	case []any:
		return pickNamed(v, step)
	}
	return nil, false
}
