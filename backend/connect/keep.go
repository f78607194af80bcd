package connect

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"slices"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/model"
)

// Vault keeps what holds keys, where the ledger must not: the texts of entries
// to which a user added one. It is the user's keychain.
type Vault interface {
	// Room tells whether texts about a server can be kept now.
	Room(server string) error
	// Put keeps texts in an item of their own and gives its name.
	Put(server string, texts map[string]string) (item string, err error)
	// Texts gives what an item holds. Error code: secret_unknown.
	Texts(server, item string) (map[string]string, error)
	// Forget forgets an item; one that is not there is no error.
	Forget(server, item string)
}

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

// seam is a place where something was cut out: the bytes before it, how many
// stand there now instead, and the hash of what was left.
type seam struct {
	At   int    `json:"at"`
	New  int    `json:"new,omitempty"`
	Hash string `json:"hash,omitempty"`
}

func (k keptRow) key() string { return place{k.File, k.At}.key("kept", k.Server) }

// unsealed tells that texts must not be written as they are.
func (k keptRow) unsealed() bool {
	if k.Item != "" {
		return false
	}
	for _, text := range k.Texts {
		for line := range bytes.Lines([]byte(text)) {
			if configfile.MaskSecrets(string(line)) != string(line) {
				return true
			}
		}
	}
	return k.secret
}

// tells gives the text of a line for each value of an entry, however it is
// written there, for finding keys in them.
func tells(name string, v any) (lines []string) {
	switch v := v.(type) {
	case configfile.Object:
		for _, m := range v {
			lines = append(lines, tells(m.Key, m.Value)...)
		}
	case []any:
		for _, e := range v {
			lines = append(lines, tells(name, e)...)
		}
	case string:
		quoted, _ := json.Marshal(v) // a text always encodes
		lines = append(lines, `"`+name+`": `+string(quoted), v)
	}
	return lines
}

func holdsKey(v any) bool {
	return slices.ContainsFunc(tells("", v), func(line string) bool { return configfile.MaskSecrets(line) != line })
}

// keepLast puts the removals of entries behind the others that say more than we
// write, or stand in the place of one of the user's: those alone are kept, and
// what goes last comes back first.
func (s *sheet) keepLast(takes []removal) []removal {
	if s.doc == nil || !slices.ContainsFunc(takes, func(t removal) bool { return t.keep }) {
		return takes
	}
	e, d := s.e, s.client.Dialect
	more := map[string]bool{}
	comments := d.Format != configfile.JSON && s.doc.Commented()
	for i := range s.entries {
		found := &s.entries[i]
		if !found.ours {
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

// hide sees to it that a row whose texts hold a key can be kept.
func (e *edit) hide(k *keptRow, value any) error {
	if holdsKey(value) {
		k.secret = true
	}
	if !k.unsealed() {
		return nil
	}
	if e.b.vault == nil {
		return model.Fail("entry_holds_key", nil, "name", k.Name, "path", k.File)
	}
	if err := e.b.vault.Room(k.Server); err != nil {
		return model.Fail("entry_holds_key", err, "name", k.Name, "path", k.File)
	}
	return nil
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

// open gets the texts of a row out of the vault. Error codes: entry_holds_key,
// secret_unknown.
func (e *edit) open(k *keptRow) (err error) {
	if k.Item == "" || k.Texts != nil {
		return nil
	}
	why := errors.New("there is no place for keys")
	if e.b.vault != nil {
		k.secret = true
		k.Texts, why = e.b.vault.Texts(k.Server, k.Item)
	}
	if why == nil || model.Code(why) == "secret_unknown" {
		return why
	}
	return model.Fail("entry_holds_key", why, "name", k.Name, "path", k.File)
}

func (k *known) keep(r keptRow) {
	if !r.Adopted && !r.Out && len(r.Texts) == 0 {
		if _, there := k.kept[r.key()]; !there {
			return
		}
	}
	k.kept[r.key()] = r
}

// seams notes where an entry stood that keeps has noted: before is the file with
// it, after the one without it.
func (e *edit) seams(before, after []byte, client clients.Client, found clients.Entry) {
	k := e.after.kept[e.at(client).key("kept", e.b.server(found))]
	if !k.Out || after == nil {
		return
	}
	cut, whole := cutOf(before, after)
	k.Texts = maps.Clone(k.Texts)
	k.say("cut", cut)
	k.Whole = whole
	if at := found.Path[:len(found.Path)-1]; len(at) > 0 && client.Dialect.Format != configfile.TOML {
		had, err := configfile.Text(before, client.Dialect.Format, at)
		if err == nil {
			var left []byte
			if left, err = configfile.Text(after, client.Dialect.Format, at); err == nil {
				if inner, place := cutOf(had, left); inner == cut {
					k.Inner = place
				}
			}
		}
	}
	e.after.keep(k)
}

// cutOf tells what after lacks of before, which differ in one place.
func cutOf(before, after []byte) (cut string, s seam) {
	most := min(len(before), len(after))
	for s.At < most && before[s.At] == after[s.At] {
		s.At++
	}
	same := 0
	for same < most-s.At && before[len(before)-1-same] == after[len(after)-1-same] {
		same++
	}
	s.New, s.Hash = len(after)-same-s.At, sum(after)
	return string(before[s.At : len(before)-same]), s
}

// mend puts what was cut out back into what was left, which is as it was then.
func (s seam) mend(left []byte, cut string) []byte {
	return slices.Concat(left[:s.At], []byte(cut), left[s.At+s.New:])
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
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

// bringBack puts the entries of ours that are to come in and were kept where
// they stood, as they were; what they start is exchanged afterwards. The last
// that went is the first to come: each finds the file as it left it.
func (e *edit) bringBack(src []byte, client clients.Client, puts []entry) ([]byte, error) {
	var waiting []keptRow
	for _, p := range puts {
		if k, ok := e.after.kept[e.at(client).key("kept", p.server)]; ok && k.Out {
			waiting = append(waiting, k)
		}
	}
	if len(waiting) == 0 {
		return src, nil
	}
	doc, err := client.Read(src, e.path)
	if err != nil {
		return nil, err
	}
	var found []clients.Entry
	if doc != nil {
		found = client.Dialect.Decode(doc)
	}
	for i := 0; i < len(waiting); i++ {
		k := &waiting[i]
		stands := slices.ContainsFunc(found, func(f clients.Entry) bool {
			f.File = e.path
			return f.Name == k.Name || f.Name == k.Server || e.b.ours(f) && e.b.server(f) == k.Server
		})
		if r, ok := e.b.known.row(e.at(client), k.Name); ok && r.Loss != nil {
			stands = true // the user took it away, or is asked about it
		}
		if !stands {
			err := e.open(k)
			if stands = model.Code(err) == "secret_unknown"; err != nil && !stands {
				return nil, err
			}
		}
		if stands {
			waiting = slices.Delete(waiting, i, i+1)
			i--
		}
	}
	for len(waiting) > 0 {
		i, out := e.fitting(src, client, waiting)
		if i < 0 {
			i = len(waiting) - 1
			if out, err = e.atTheEnd(src, client, waiting[i]); err != nil {
				return nil, err
			}
		}
		src = out
		e.after.kept[waiting[i].key()] = waiting[i]
		waiting = slices.Delete(waiting, i, i+1)
	}
	return src, nil
}

// fitting gives the one that was cut out of what src is now, with src as it was
// before; -1 for none.
func (e *edit) fitting(src []byte, client clients.Client, waiting []keptRow) (int, []byte) {
	now := sum(src)
	for i, k := range waiting {
		if k.Whole.Hash == now && len(k.Texts["cut"]) > 0 {
			return i, k.Whole.mend(src, k.Texts["cut"])
		}
	}
	d := client.Dialect
	if doc, err := client.Read(src, e.path); err == nil && doc != nil && len(d.Servers) > 0 {
		at := d.PathIn(doc, "x")
		at = at[:len(at)-1]
		if left, err := configfile.Text(src, d.Format, at); err == nil {
			now = sum(left)
			for i, k := range waiting {
				if k.Inner.Hash != now {
					continue
				}
				if out, err := configfile.PutText(src, d.Format, at, k.Inner.mend(left, k.Texts["cut"])); err == nil {
					return i, out
				}
			}
		}
	}
	return -1, nil
}

// atTheEnd puts a kept entry behind the others: the file has changed since.
func (e *edit) atTheEnd(src []byte, client clients.Client, k keptRow) ([]byte, error) {
	doc, err := client.Read(src, e.path)
	if err != nil {
		return nil, err
	}
	l := clients.Launch{Name: k.Name, Command: e.b.launcher, Args: clients.LauncherArgs(k.Server, "")}
	if src, err = e.insert(src, client, doc, k.Name, client.Dialect.Encode(l)); err != nil {
		return nil, err
	}
	_, found, err := e.find(src, client, k.Name)
	if err != nil || found == nil {
		return nil, errors.Join(err, e.fail(client, errors.New("the entry is not where it was put")))
	}
	out, err := configfile.PutText(src, client.Dialect.Format, found.Path, []byte(k.Texts["out"]))
	if err != nil {
		return nil, e.fail(client, err)
	}
	return out, nil
}

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

// seal puts the texts that hold keys into the vault, and adds the rows that keep
// entries to put. made are the items that it made.
func (c *Connector) seal(e *edit, put map[string]string) (made []keptRow, err error) {
	for key, k := range e.after.kept {
		if k.unsealed() {
			if c.Vault == nil {
				return made, model.Fail("entry_holds_key", nil, "name", k.Name, "path", k.File)
			}
			item, err := c.Vault.Put(k.Server, k.Texts)
			if err != nil {
				return made, err
			}
			k.Item = item
			e.after.kept[key] = k
			made = append(made, k)
		}
		if k.Item != "" {
			k.Texts = nil
		}
		if text := encode(k); text != encode(e.b.known.kept[key]) {
			put[key] = text
		}
	}
	return made, nil
}

// drop forgets items that were made for a change which is not made.
func (c *Connector) drop(made []keptRow) {
	for _, k := range made {
		c.Vault.Forget(k.Server, k.Item)
	}
}

// unseal forgets the items of rows that have another one now, or none.
func (c *Connector) unseal(e *edit) {
	for key, had := range e.b.known.kept {
		if had.Item != "" && had.File == e.path && e.after.kept[key].Item != had.Item && c.Vault != nil {
			c.Vault.Forget(had.Server, had.Item)
		}
	}
}

// Forget forgets what is kept of the entries of a server that is gone for good.
func (c *Connector) Forget(ctx context.Context, server string) error {
	known, err := c.ledger(ctx)
	if err != nil {
		return err
	}
	var gone []string
	for key, k := range known.kept {
		if k.Server != server {
			continue
		}
		if gone = append(gone, key); k.Item != "" && c.Vault != nil {
			c.Vault.Forget(k.Server, k.Item)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	return c.Ledger.LedgerWrite(ctx, nil, gone)
}
