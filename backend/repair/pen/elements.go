package pen

import (
	"bytes"

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
		sep = ""
	case len(lead) == 0:
		sep = ", "
	}
	return "{" + string(lead) + quoted(key) + ": " + quoted(value) + sep + string(rest)
}
