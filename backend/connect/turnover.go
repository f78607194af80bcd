package connect

import (
	"maps"
	"slices"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
)

// exchange gives an entry another start: what says the old one goes, everything
// else in it stays.
func (e *edit) exchange(src []byte, client clients.Client, path []string, value configfile.Object) ([]byte, error) {
	d := client.Dialect
	doc, err := client.Read(src, e.path)
	if err != nil {
		return nil, err
	}
	had, _ := doc.Get(path...)
	members, _ := had.(configfile.Object)
	for _, m := range members {
		if _, stays := value.Get(m.Key); stays || !d.Starts(m.Key) {
			continue
		}
		if src, err = configfile.Remove(src, d.Format, append(slices.Clone(path), m.Key), nil); err != nil {
			return nil, e.fail(client, err)
		}
	}
	return e.differ(src, client, path, value, nil)
}

// turnOver is exchange for an entry of ours with members of the user's, from a
// program to an address or the other way. What of it has no place in the other
// is kept until it is turned over again.
func (e *edit) turnOver(src []byte, client clients.Client, found clients.Entry, value configfile.Object) ([]byte, error) {
	doc, err := client.Read(src, e.path)
	if err != nil {
		return nil, err
	}
	text, err := doc.Text(found.Path...)
	if err != nil {
		return nil, e.fail(client, err)
	}
	now := get(doc, found.Path)
	k, err := e.keptOf(client, e.b.server(found))
	if err != nil {
		return nil, err
	}
	k.Texts, k.Name = maps.Clone(k.Texts), found.Name
	was, is := "program", "address"
	if found.URL != "" {
		was, is = is, was
	}
	before := k.Texts[is]
	k.say(was, string(text))
	delete(k.Texts, is)
	if err := e.hide(&k, now); err != nil {
		return nil, err
	}
	e.after.keep(k)
	if before != "" {
		if out, err := e.asBefore(src, client, found.Path, before, now); err != nil || out != nil {
			return e.differ(out, client, found.Path, value, err)
		}
	}
	return e.exchange(src, client, found.Path, value)
}

// differ gives an entry the members of value that it lacks or has otherwise.
func (e *edit) differ(src []byte, client clients.Client, path []string, value configfile.Object, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	doc, err := client.Read(src, e.path)
	if err != nil {
		return nil, err
	}
	if differs := differing(doc, client.Dialect, path, value); len(differs) > 0 {
		if src, err = configfile.Update(src, client.Dialect.Format, path, differs); err != nil {
			return nil, e.fail(client, err)
		}
	}
	return src, nil
}

// asBefore gives an entry a text that it had, with the members of the user's as
// they are now; nil when it does not fit any more.
func (e *edit) asBefore(src []byte, client clients.Client, path []string, text string, now any) ([]byte, error) {
	d := client.Dialect
	out, err := configfile.PutText(src, d.Format, path, []byte(text))
	if err != nil {
		return nil, nil // its name or the file's form is another now
	}
	doc, err := client.Read(out, e.path)
	if err != nil {
		return nil, err
	}
	members, _ := now.(configfile.Object)
	had, _ := get(doc, path).(configfile.Object)
	for _, m := range had {
		if _, still := members.Get(m.Key); still || d.Starts(m.Key) {
			continue
		}
		if out, err = configfile.Remove(out, d.Format, append(slices.Clone(path), m.Key), nil); err != nil {
			return nil, e.fail(client, err)
		}
	}
	var own configfile.Object
	for _, m := range members {
		if !d.Starts(m.Key) && m.Key != d.List {
			own = append(own, m)
		}
	}
	if out, err = configfile.Update(out, d.Format, path, own); err != nil {
		return nil, e.fail(client, err)
	}
	return out, nil
}
