package connect

import (
	"bytes"
	"slices"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
)

// askFor adds what the app has to ask its user for to start an entry: an item
// for each key, unless there is one of that id already.
func (e *edit) askFor(src []byte, client clients.Client, name string, prompts []clients.Prompt) ([]byte, error) {
	d := client.Dialect
	if d.Prompts == nil {
		return src, nil
	}
	key := e.at(client).key("entry", name)
	r := e.after.entries[key]
	for _, q := range prompts {
		doc, err := client.Read(src, e.path)
		if err != nil {
			return nil, err
		}
		path := d.Prompts.Path(q.ID)
		if _, there := doc.Get(path...); there {
			if e.asks(q.ID) && !slices.Contains(r.Prompts, q.ID) {
				r.Prompts = append(slices.Clone(r.Prompts), q.ID) // whoever goes last takes it along
				e.after.entries[key] = r
			}
			continue
		}
		out, trace, err := configfile.Insert(src, d.Format, path, d.Prompts.Encode(q))
		if err != nil {
			return nil, e.fail(client, err)
		}
		src = out
		place := container{File: e.path, Path: d.Prompts.List, Trace: trace}
		if old, ok := e.after.containers[place.key()]; ok && e.asks("") {
			place.Trace = old.Trace.Join(trace)
		}
		e.after.containers[place.key()] = place
		if !slices.Contains(r.Prompts, q.ID) {
			r.Prompts = append(slices.Clone(r.Prompts), q.ID)
		}
		e.after.entries[key] = r
	}
	return src, nil
}

// asks tells whether an item of ours stands in the file, or the one called id.
func (e *edit) asks(id string) bool {
	for _, r := range e.after.entries {
		if r.File == e.path && !r.Gone && len(r.Prompts) > 0 && (id == "" || slices.Contains(r.Prompts, id)) {
			return true
		}
	}
	return false
}

// askNoMore takes the items away that were added for an entry, which is about
// to go, and that nothing else in the file refers to. They go first: what was
// made for both was made for the entry.
func (e *edit) askNoMore(src []byte, client clients.Client, found clients.Entry) ([]byte, error) {
	r, ok := e.after.entry(found)
	if !ok || client.Dialect.Prompts == nil || len(r.Prompts) == 0 {
		return src, nil
	}
	rest, err := e.cut(src, client, found)
	if err != nil {
		return nil, err
	}
	var trace *configfile.Trace
	if old, ok := e.after.containers[container{File: e.path, Path: client.Dialect.Prompts.List}.key()]; ok {
		trace = &old.Trace
	}
	for _, id := range r.Prompts {
		if bytes.Contains(rest, []byte(client.Dialect.Prompts.Ref(id))) {
			continue
		}
		if src, err = configfile.Remove(src, client.Dialect.Format, client.Dialect.Prompts.Path(id), trace); err != nil {
			return nil, e.fail(client, err)
		}
	}
	r.Prompts = nil
	e.after.entries[r.key()] = r
	return src, nil
}
