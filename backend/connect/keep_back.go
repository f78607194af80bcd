package connect

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"slices"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/model"
)

// seam is a place where something was cut out: the bytes before it, how many
// stand there now instead, and the hash of what was left.
type seam struct {
	At   int    `json:"at"`
	New  int    `json:"new,omitempty"`
	Hash string `json:"hash,omitempty"`
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
