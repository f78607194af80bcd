package connect

import (
	"slices"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/model"
)

// sheet is a file while one step of an edit is made in it. It is read once, and
// what stands in it is carried along.
type sheet struct {
	e       *edit
	client  clients.Client
	at      place
	batch   *configfile.Batch
	doc     *configfile.Document // as it was read; nil for a blank file
	entries []standing
	names   map[string][]int // places in entries
	ours    map[string][]int // the same by server, of entries of ours
	values  map[string]configfile.Object
	layout  []string // where new entries go, once it is known
	// rows are the keys of the ledger's rows of the place, by server.
	rows map[string][]string
}

// standing is an entry that stands in the file, or stood there when it is gone.
type standing struct {
	clients.Entry
	ours, gone bool
	server     string
}

// sheet reads a file for a step.
func (e *edit) sheet(src []byte, client clients.Client) (*sheet, error) {
	s := &sheet{e: e, client: client, at: e.at(client)}
	return s, s.read(src)
}

func (s *sheet) read(src []byte) (err error) {
	if s.doc, err = s.client.Read(src, s.e.path); err != nil {
		return err
	}
	s.entries, s.names, s.ours, s.values, s.layout = nil, map[string][]int{}, map[string][]int{}, nil, nil
	if s.doc == nil {
		if s.batch, err = configfile.Begin(src, s.client.Dialect.Format); err != nil {
			return s.e.fail(s.client, err)
		}
		return nil
	}
	s.batch = s.doc.Batch()
	for _, found := range s.client.Dialect.Decode(s.doc) {
		found.File = s.e.path
		s.add(standing{Entry: found, ours: s.e.b.ours(found), server: s.e.b.server(found)})
	}
	return nil
}

func (s *sheet) add(found standing) {
	s.names[found.Name] = append(s.names[found.Name], len(s.entries))
	if found.ours {
		s.ours[found.server] = append(s.ours[found.server], len(s.entries))
	}
	s.entries = append(s.entries, found)
}

// done proves what was done and gives the file.
func (s *sheet) done() ([]byte, error) {
	out, err := s.batch.Done()
	if err != nil {
		return nil, s.e.fail(s.client, err)
	}
	return out, nil
}

// apart makes a rare edit that works on the whole file.
func (s *sheet) apart(rare func(src []byte) ([]byte, error)) error {
	src, err := s.done()
	if err == nil {
		src, err = rare(src)
	}
	if err != nil {
		return err
	}
	return s.read(src)
}

// still gives the first of some entries that is not gone, nil for none.
func (s *sheet) still(places []int) *standing {
	for _, i := range places {
		if !s.entries[i].gone {
			return &s.entries[i]
		}
	}
	return nil
}

// take removes the entries of ours that start a server, whatever they are
// called: a user may have renamed one.
func (s *sheet) take(t removal) error {
	if named := s.still(s.names[t.server]); t.strict && named != nil && !(named.ours && named.server == t.server) {
		return model.Fail("not_ours", nil, "app", s.client.Name, "name", t.server)
	}
	after := s.e.after
	for found := s.still(s.ours[t.server]); found != nil; found = s.still(s.ours[t.server]) {
		if r, _ := after.entry(found.Entry); len(r.Prompts) > 0 && s.client.Dialect.Prompts != nil {
			entry := found.Entry
			err := s.apart(func(src []byte) ([]byte, error) { return s.e.askNoMore(src, s.client, entry) })
			if err != nil {
				return err
			}
			if r, _ = after.entry(entry); len(r.Prompts) == 0 {
				continue // the entry itself is next
			}
		}
		if err := s.cut(found); err != nil {
			return err
		}
	}
	if k, ok := after.kept[s.at.key("kept", t.server)]; ok {
		k.Out, k.Texts, k.Item = false, nil, ""
		after.kept[k.key()] = k
	}
	if s.rows == nil {
		s.rows = map[string][]string{}
		for key, r := range after.entries {
			if r.place() != s.at {
				continue
			}
			s.rows[r.Server] = append(s.rows[r.Server], key)
		}
	}
	for _, key := range s.rows[t.server] {
		r := after.entries[key]
		r.Gone, r.Loss = true, nil
		after.entries[key] = r
	}
	return nil
}

// cut takes an entry out, with what was made for it.
func (s *sheet) cut(found *standing) error {
	if err := s.batch.Remove(found.Path, s.e.trace(found.Path)); err != nil {
		return s.e.fail(s.client, err)
	}
	found.gone, s.layout = true, nil
	return nil
}

// put makes an entry stand there as it should.
func (s *sheet) put(p entry) error {
	e, d := s.e, s.client.Dialect
	found := s.still(s.names[p.server])
	if found == nil {
		found = s.still(s.ours[p.server]) // adopted, or renamed by the user
	}
	name := p.server
	if found != nil {
		name = found.Name
	}
	r := row{
		App: s.client.ID, File: e.path, At: s.at.at, Name: name, Server: p.server, Profile: p.profile,
		Command: p.launch.Command, Args: p.launch.Args, URL: p.launch.URL,
		Env: p.launch.Env, Transport: p.launch.Transport, Headers: p.launch.Headers,
	}
	old := e.after.entries[r.key()]
	r = r.follows(old, e.b.launcher)
	if !old.Gone {
		r.Prompts = old.Prompts
	}
	if found != nil && (found.URL != "") != (p.launch.URL != "") && e.isOurs(found.Entry) && found.server == p.server {
		// It was spoken to in another way: no member of the one has a place in the
		// other, but for those of the user's own.
		if e.added(s.value(found), s.client, found.Entry) {
			p.launch.Name = name
			turned := found.Entry
			if err := s.apart(func(src []byte) ([]byte, error) { return e.turnOver(src, s.client, turned, d.Encode(p.launch)) }); err != nil {
				return err
			}
			e.after.entries[r.key()] = r
			return s.ask(name, p.launch.Prompts)
		}
		if err := s.cut(found); err != nil {
			return err
		}
		found = s.still(s.names[name])
	}
	p.launch.Name = name
	value := d.Encode(p.launch)
	e.after.entries[r.key()] = r
	switch {
	case found == nil:
		if err := s.insert(name, p.server, value); err != nil {
			return err
		}
	case !found.ours || found.server != p.server:
		return model.Fail("name_taken", nil, "app", s.client.Name, "name", p.server)
	default:
		if differs := differingFrom(s.value(found).Get, d, value); len(differs) > 0 {
			if err := s.batch.Update(found.Path, differs); err != nil {
				return e.fail(s.client, err)
			}
		}
	}
	return s.ask(name, p.launch.Prompts)
}

// ask adds what the app has to ask its user for.
func (s *sheet) ask(name string, prompts []clients.Prompt) error {
	if len(prompts) == 0 || s.client.Dialect.Prompts == nil {
		return nil
	}
	return s.apart(func(src []byte) ([]byte, error) { return s.e.askFor(src, s.client, name, prompts) })
}

// insert adds an entry and notes what was made for it.
func (s *sheet) insert(name, server string, value configfile.Object) error {
	d := s.client.Dialect
	if s.layout == nil {
		now := s.batch.Document()
		if now.Blank() {
			now = nil
		}
		path := d.PathIn(now, name)
		s.layout = path[:len(path)-1]
	}
	path := append(slices.Clone(s.layout), d.Step(name))
	trace, err := s.batch.Insert(path, value)
	if err != nil {
		return s.e.fail(s.client, err)
	}
	held := slices.ContainsFunc(s.entries, func(found standing) bool {
		return !found.gone && slices.Equal(found.Path[:len(found.Path)-1], s.layout) && (found.ours || s.e.isOurs(found.Entry))
	})
	s.e.made(s.layout, trace, held)
	s.add(standing{Entry: clients.Entry{Name: name, File: s.e.path, At: s.at.at, Path: path, Server: server}, ours: true, server: server})
	return nil
}

// value gives the members of an entry as they were when the file was read.
func (s *sheet) value(found *standing) configfile.Object {
	if s.values == nil {
		s.values = map[string]configfile.Object{}
		for _, e := range s.entries {
			place := container{Path: e.Path[:len(e.Path)-1]}.key()
			if _, read := s.values[place]; read {
				continue
			}
			s.values[place] = nil
			switch all := get(s.doc, e.Path[:len(e.Path)-1]).(type) {
			case configfile.Object:
				s.values[place] = all
			case []any:
				for _, v := range all {
					if o, ok := v.(configfile.Object); ok {
						if name, _ := o.Get(s.client.Dialect.List); name != nil {
							if text, ok := name.(string); ok {
								s.values[place] = append(s.values[place], configfile.Member{Key: s.client.Dialect.Step(text), Value: o})
							}
						}
					}
				}
			}
		}
	}
	last := len(found.Path) - 1
	v, _ := s.values[container{Path: found.Path[:last]}.key()].Get(found.Path[last])
	o, _ := v.(configfile.Object)
	return o
}
