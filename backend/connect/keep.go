package connect

import (
	"bytes"
	"maps"
	"reflect"
	"slices"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/model"
)

// keptRow is what the ledger knows of an entry of ours that says more than we
// write, or that stands in the place of one of the user's: while no profile has
// it there, it is kept as it was.
type keptRow struct {
	File   string `json:"kept_in"`
	At     string `json:"at,omitempty"` // as clients.Entry has it
	Server string `json:"server"`
	// Name is what the entry was called.
	Name string `json:"name,omitempty"`
	// Adopted: the entry was the user's. Its place is kept too.
	Adopted bool `json:"adopted,omitempty"`
	// Out tells that the entry was taken out as Texts have it.
	Out bool `json:"out,omitempty"`
	// Whole and Inner tell where it stood: in the file, and in the object or list
	// that it was in.
	Whole seam `json:"whole,omitzero"`
	Inner seam `json:"inner,omitzero"`
	// Texts are the entry's own ("out"), what was cut with it ("cut"), and what
	// it was when it started a program ("program") or had an address ("address")
	// while it is the other. Where Item is set they are in the vault.
	Texts map[string]string `json:"texts,omitempty"`
	Item  string            `json:"item,omitempty"`

	secret bool // Texts hold a key
}

func (k keptRow) key() string { return place{k.File, k.At}.key("kept", k.Server) }

// keepLast puts the removals of entries behind the others that say more than we
// write, or stand in the place of one of the user's: those alone are kept, and
// what goes last comes back first.
func (s *sheet) keepLast(takes []removal) []removal {
	if s.doc == nil || !slices.ContainsFunc(takes, func(t removal) bool { return t.keep }) {
		return takes
	}
	e, d := s.e, s.client.Dialect
	more, goes := map[string]bool{}, map[string]bool{}
	for _, t := range takes {
		goes[t.server] = t.keep
	}
	comments := d.Format != configfile.JSON && s.doc.Commented()
	for i := range s.entries {
		found := &s.entries[i]
		if !found.ours || !goes[found.server] {
			continue
		}
		k := e.after.kept[s.at.key("kept", found.server)]
		more[found.server] = more[found.server] || k.Adopted || k.Texts["program"]+k.Texts["address"] != "" || k.Item != "" ||
			e.added(s.value(found), s.client, found.Entry) || comments && commented(s.doc, found.Entry)
	}
	first := make([]removal, 0, len(takes))
	var last []removal
	for _, t := range takes {
		if t.keep = t.keep && more[t.server]; t.keep {
			last = append(last, t)
		} else {
			first = append(first, t)
		}
	}
	return append(first, last...)
}

// keeps notes an entry of ours that is about to go out of doc.
func (e *edit) keeps(doc *configfile.Document, client clients.Client, found clients.Entry) error {
	k, err := e.keptOf(client, e.b.server(found))
	if err != nil {
		return err
	}
	text, err := doc.Text(found.Path...)
	if err != nil {
		return e.fail(client, err)
	}
	k.Out, k.Name, k.Texts, k.Whole, k.Inner = true, found.Name, maps.Clone(k.Texts), seam{}, seam{}
	delete(k.Texts, "cut")
	k.say("out", string(text))
	if err := e.hide(&k, get(doc, found.Path)); err != nil {
		return err
	}
	e.after.keep(k)
	return nil
}

func (k *keptRow) say(of, text string) {
	if k.Texts == nil {
		k.Texts = map[string]string{}
	}
	k.Texts[of] = text
}

// keptOf gives what is kept of the entry of a server, with its texts, for
// keeping something else.
func (e *edit) keptOf(client clients.Client, server string) (keptRow, error) {
	at := e.at(client)
	k := e.after.kept[at.key("kept", server)]
	k.File, k.At, k.Server = at.file, at.at, server
	if k.Item == "" {
		return k, nil
	}
	err := e.open(&k)
	if model.Code(err) == "secret_unknown" {
		err = nil // it was forgotten with the server's keys
	}
	k.Item = ""
	return k, err
}

func (k *known) keep(r keptRow) {
	if !r.Adopted && !r.Out && len(r.Texts) == 0 {
		if _, there := k.kept[r.key()]; !there {
			return
		}
	}
	k.kept[r.key()] = r
}

// added tells whether an entry of ours says anything that we do not write.
func (e *edit) added(value any, client clients.Client, found clients.Entry) bool {
	d := client.Dialect
	l := clients.Launch{Command: found.Command, Args: found.Args}
	if r, ok := e.after.entry(found); ok && r.is(found) {
		l = r.launch()
	}
	if l.Name = found.Name; l.URL != "" && d.Remote == nil {
		return true
	}
	return !alike(value, d.Encode(l))
}

// commented tells whether there may be a comment in an entry.
func commented(doc *configfile.Document, found clients.Entry) bool {
	text, err := doc.Text(found.Path...)
	return err != nil || bytes.Contains(text, []byte("#")) || bytes.Contains(text, []byte("//")) || bytes.Contains(text, []byte("/*"))
}

// alike compares two values without regard to the order of members.
func alike(a, b any) bool {
	x, isObject := a.(configfile.Object)
	y, both := b.(configfile.Object)
	if !isObject || !both {
		return reflect.DeepEqual(a, b)
	}
	if len(x) != len(y) {
		return false
	}
	for _, m := range x {
		if other, ok := y.Get(m.Key); !ok || !alike(m.Value, other) {
			return false
		}
	}
	return true
}
