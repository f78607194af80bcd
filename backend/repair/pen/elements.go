package pen

import (
	"bytes"
	"slices"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// jsonAsList leaves out the keys of an object and puts them into its members,
// which stay where they are with the comments between them.
func jsonAsList(src []byte, path []string, o configfile.Object, as finding.AsList) []byte {
	n := tree(src).find(path)
	if n == nil || n.kind != configfile.BeginObject || len(n.kids) != len(o) {
		return nil
	}
	var b bytes.Buffer
	b.Write(src[:n.start])
	b.WriteByte('[')
	at := n.start + 1
	for i, kid := range n.kids {
		if kid.kind != configfile.BeginObject {
			return nil
		}
		b.Write(src[at:kid.keyStart])
		e, _ := o[i].Value.(configfile.Object)
		if _, has := e.Get(as.Key); has {
			b.Write(src[kid.start:kid.end])
		} else {
			b.WriteString(named(src[kid.start:kid.end], as.Key, kid.key))
		}
		at = kid.end
	}
	b.Write(src[at : n.end-1])
	b.WriteByte(']')
	b.Write(src[n.end:])
	return b.Bytes()
}

// named puts a member first into an object in braces.
func named(object []byte, key, value string) string {
	rest := object[1:]
	lead := rest[:len(rest)-len(bytes.TrimLeft(rest, " \t\r\n"))]
	sep := "," + string(lead)
	switch {
	case rest[len(lead)] == '}':
		sep = string(lead)
	case len(lead) == 0:
		sep = ", "
	}
	return "{" + string(lead) + quoted(key) + ": " + quoted(value) + sep + string(rest[len(lead):])
}

// setElements gives the elements of a list what they lack, each where it is
// written: its name, what stood one step deeper, or all of it where there was
// only a line. It is nil where the list is written in a way it does not know, or
// where more than that is to change.
func setElements(src []byte, f configfile.Format, doc *configfile.Document, path []string, old, value any) []byte {
	was, ok := old.([]any)
	is, both := value.([]any)
	if !ok || !both || len(was) != len(is) || len(was) == 0 {
		return nil
	}
	var out []byte
	switch f {
	case configfile.YAML:
		at, ok := doc.Place(path...)
		text, err := configfile.Text(src, f, path)
		if !ok || err != nil || !bytes.HasPrefix(src[at:], text) {
			return nil
		}
		made := yamlElements(string(text), eol(src), was, is)
		if made == "" {
			return nil
		}
		out = splice(src, at, at+len(text), made)
	case configfile.TOML:
		out = tomlElements(src, path, was, is)
	}
	if out == nil {
		return nil
	}
	done, err := expect(out, f, path, value)
	if err != nil {
		return nil
	}
	return done
}

// tomlElements puts members into tables of a list, first in each.
func tomlElements(src []byte, path []string, was, is []any) []byte {
	bom := src[:len(src)-len(bytes.TrimPrefix(src, []byte("\xef\xbb\xbf")))]
	src = src[len(bom):]
	var b bytes.Buffer
	b.Write(bom)
	at, n := 0, 0
	for _, h := range headers(src) {
		if !h.list || !slices.Equal(h.keys, path) {
			continue
		}
		if n >= len(was) {
			return nil
		}
		from, to := was[n], is[n]
		n++
		if configfile.Same(from, to) {
			continue
		}
		key, name, ok := gained(from, to)
		if !ok {
			return nil
		}
		end := h.end + bytes.IndexByte(append(slices.Clone(src[h.end:]), '\n'), '\n')
		b.Write(src[at:end])
		if b.Bytes()[b.Len()-1] == '\r' {
			b.Truncate(b.Len() - 1)
			end--
		}
		b.WriteString(eol(src) + tomlKeys([]string{key}) + " = " + quoted(name))
		at = end
	}
	if n != len(was) {
		return nil
	}
	b.Write(src[at:])
	return b.Bytes()
}

// gained gives the text member that an element got in front of what it had.
func gained(from, to any) (key, text string, ok bool) {
	old, _ := from.(configfile.Object)
	made, _ := to.(configfile.Object)
	if len(old) == 0 || len(made) != len(old)+1 || !configfile.Same(old, made[1:]) {
		return "", "", false
	}
	text, ok = made[0].Value.(string)
	return made[0].Key, text, ok
}
