package pen

import (
	"bytes"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// asMap makes an object of a list of objects.
func asMap(src []byte, f configfile.Format, path []string, as finding.AsMap) ([]byte, error) {
	doc, err := configfile.Parse(src, f)
	if err != nil {
		return nil, err
	}
	v, _ := doc.Get(path...)
	list, ok := v.([]any)
	if !ok || len(list) != len(as.Names) {
		return nil, errMeaning
	}
	want := configfile.Object{}
	for i, e := range list {
		o, ok := element(e, as)
		if !ok {
			return nil, errMeaning
		}
		if _, twice := want.Get(as.Names[i]); twice {
			return nil, errMeaning
		}
		want = append(want, configfile.Member{Key: as.Names[i], Value: o})
	}
	switch {
	case f == configfile.TOML:
		if out, err := expect(tomlAsMap(src, path, as), f, path, want); err == nil {
			return out, nil
		}
	case f != configfile.YAML:
		if out, err := expect(jsonAsMap(src, path, as), f, path, want); err == nil {
			return out, nil
		}
	}
	return setAnew(src, f, path, want)
}

// setAnew replaces a value by one of another shape.
func setAnew(src []byte, f configfile.Format, path []string, want any) ([]byte, error) {
	out, err := configfile.Remove(src, f, path, nil)
	if err != nil {
		return nil, err
	}
	if list, ok := want.([]any); ok && len(list) > 0 && f == configfile.TOML {
		for _, e := range list {
			o, _ := e.(configfile.Object)
			name, _ := o.Get("name")
			text, _ := name.(string)
			if out, _, err = configfile.Insert(out, f, append(slices.Clone(path), configfile.Named("name", text)), o); err != nil {
				return nil, err
			}
		}
		return expect(out, f, path, want)
	}
	if out, _, err = configfile.Insert(out, f, path, want); err != nil {
		return nil, err
	}
	return expect(out, f, path, want)
}

// element is what an element of a list says as a member.
func element(e any, as finding.AsMap) (configfile.Object, bool) {
	o, ok := e.(configfile.Object)
	if !ok {
		return nil, false
	}
	if as.Key == "" { // {"name": {…}}
		if len(o) != 1 {
			return nil, false
		}
		o, ok = o[0].Value.(configfile.Object)
		return o, ok
	}
	if as.Keep {
		return o, true
	}
	return slices.DeleteFunc(slices.Clone(o), func(m configfile.Member) bool { return m.Key == as.Key }), true
}

func jsonAsMap(src []byte, path []string, as finding.AsMap) []byte {
	n := tree(src).find(path)
	if n == nil || n.kind != configfile.BeginArray || len(n.kids) != len(as.Names) {
		return nil
	}
	var b bytes.Buffer
	at := n.start + 1
	b.Write(src[:n.start])
	b.WriteByte('{')
	for i, kid := range n.kids {
		b.Write(src[at:kid.start])
		b.WriteString(quoted(as.Names[i]) + ": ")
		text := src[kid.start:kid.end]
		switch {
		case as.Key == "" && len(kid.kids) == 1:
			inner := kid.kids[0]
			text = indented(src[inner.start:inner.end], lineIndent(src, inner.keyStart), lineIndent(src, kid.start))
		case as.Key != "" && !as.Keep:
			if out, err := configfile.Remove(text, configfile.JSONC, []string{as.Key}, nil); err == nil {
				text = out
			}
		}
		b.Write(text)
		at = kid.end
	}
	b.Write(src[at : n.end-1])
	b.WriteByte('}')
	b.Write(src[n.end:])
	return b.Bytes()
}

// header is one [a.b] or [[a.b]] of a TOML text.
type header struct {
	start, end int // of the brackets
	list       bool
	keys       []string
}

func headers(src []byte) []header {
	var found []header
	var p unstable.Parser
	p.Reset(src)
	for p.NextExpression() {
		n := p.Expression()
		if n.Kind != unstable.Table && n.Kind != unstable.ArrayTable {
			continue
		}
		h := header{list: n.Kind == unstable.ArrayTable}
		end := 0
		for it := n.Key(); it.Next(); {
			r := it.Node().Raw
			if len(h.keys) == 0 {
				h.start = bytes.LastIndexByte(src[:r.Offset], '[')
			}
			h.keys = append(h.keys, string(it.Node().Data))
			end = int(r.Offset + r.Length)
		}
		h.end = end + bytes.IndexByte(src[end:], ']') + 1
		if h.list {
			h.start, h.end = h.start-1, h.end+1
		}
		found = append(found, h)
	}
	return found
}

func under(keys, path []string) bool {
	return len(keys) >= len(path) && slices.Equal(keys[:len(path)], path)
}

func tomlKeys(keys []string) string {
	parts := make([]string, len(keys))
	for i, k := range keys {
		parts[i] = k
		if k == "" || strings.ContainsFunc(k, func(r rune) bool {
			return r != '_' && r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
		}) {
			parts[i] = quoted(k)
		}
	}
	return strings.Join(parts, ".")
}

// tomlAsMap writes [[servers]] as [servers.name].
func tomlAsMap(src []byte, path []string, as finding.AsMap) []byte {
	bom := src[:len(src)-len(bytes.TrimPrefix(src, []byte("\xef\xbb\xbf")))]
	src = src[len(bom):]
	all := headers(src)
	var b bytes.Buffer
	b.Write(bom)
	at, n := 0, -1
	for i, h := range all {
		if !under(h.keys, path) {
			continue
		}
		if h.list && len(h.keys) == len(path) {
			n++
		}
		if n < 0 || n >= len(as.Names) {
			return nil
		}
		to := append(append(slices.Clone(path), as.Names[n]), h.keys[len(path):]...)
		open, shut := "[", "]"
		if h.list && len(h.keys) > len(path) {
			open, shut = "[[", "]]"
		}
		b.Write(src[at:h.start])
		b.WriteString(open + tomlKeys(to) + shut)
		at = h.end
		if len(h.keys) > len(path) || as.Keep {
			continue
		}
		stop := len(src)
		if i+1 < len(all) {
			stop = all[i+1].start
		}
		body := src[h.end:stop]
		for _, line := range bytes.SplitAfter(body, []byte("\n")) {
			key, _, ok := bytes.Cut(line, []byte("="))
			if ok && strings.Trim(string(bytes.TrimSpace(key)), `"'`) == as.Key {
				off := bytes.Index(body, line)
				b.Write(body[:off])
				at = h.end + off + len(line)
				break
			}
		}
	}
	b.Write(src[at:])
	return b.Bytes()
}

// asList makes a list of an object of objects.
func asList(src []byte, f configfile.Format, path []string, as finding.AsList) ([]byte, error) {
	doc, err := configfile.Parse(src, f)
	if err != nil {
		return nil, err
	}
	v, _ := doc.Get(path...)
	o, ok := v.(configfile.Object)
	if !ok {
		return nil, errMeaning
	}
	want := make([]any, 0, len(o))
	for _, m := range o {
		e, ok := m.Value.(configfile.Object)
		if !ok {
			return nil, errMeaning
		}
		if name, has := e.Get(as.Key); !has {
			e = append(configfile.Object{{Key: as.Key, Value: m.Key}}, e...)
		} else if _, text := name.(string); !text {
			return nil, errMeaning
		}
		want = append(want, e)
	}
	var out []byte
	switch f {
	case configfile.YAML:
		out = yamlAsList(src, doc, path, o, as)
	case configfile.TOML:
		out = tomlAsList(src, path, o, as)
	default:
		out = jsonAsList(src, path, o, as)
	}
	if out != nil {
		if out, err := expect(out, f, path, want); err == nil {
			return out, nil
		}
	}
	return setAnew(src, f, path, want)
}

// yamlAsList puts a dash before each member of a block; nil when it is written
// in another style.
func yamlAsList(src []byte, doc *configfile.Document, path []string, o configfile.Object, as finding.AsList) []byte {
	type item struct{ at, end int }
	var items []item
	for _, m := range o {
		at, ok := doc.Place(append(slices.Clone(path), m.Key)...)
		if !ok {
			return nil
		}
		text, err := configfile.Text(src, configfile.YAML, append(slices.Clone(path), m.Key))
		if err != nil || !bytes.HasPrefix(src[at:], text) {
			return nil
		}
		items = append(items, item{at, at + len(text)})
	}
	var b bytes.Buffer
	done := 0
	for i, it := range items {
		indent := lineIndent(src, it.at)
		start := it.at - len(indent)
		if start > 0 && src[start-1] != '\n' || strings.Contains(indent, "\t") {
			return nil
		}
		lines := bytes.SplitAfter(src[it.at:it.end], []byte("\n"))
		first := lines[0]
		colon := bytes.IndexByte(first, ':')
		if colon < 0 {
			return nil
		}
		if inner, ok := strings.CutPrefix(strings.TrimSpace(string(first[colon+1:])), "{"); ok && len(lines) == 1 {
			b.Write(src[done:it.at])
			sep := ", "
			if strings.TrimSpace(inner) == "}" {
				sep = ""
			}
			b.WriteString("- {" + as.Key + ": " + strings.TrimSpace(string(first[:colon])) + sep + inner)
			done = it.end
			continue
		}
		if len(lines) < 2 {
			return nil
		}
		behind := bytes.TrimSpace(first[colon+1:])
		if len(behind) > 0 && behind[0] != '#' {
			return nil
		}
		b.Write(src[done:it.at])
		e, _ := o[i].Value.(configfile.Object)
		if _, has := e.Get(as.Key); has {
			b.WriteString("-" + strings.TrimRight(string(first[colon+1:]), "\r\n") + eol(src))
		} else {
			b.WriteString("- " + as.Key + ": " + strings.TrimSpace(string(first[:colon])) + string(first[colon+1:]))
		}
		child := ""
		for _, l := range lines[1:] {
			if t := bytes.TrimSpace(l); len(t) > 0 && t[0] != '#' {
				child = string(l[:len(l)-len(bytes.TrimLeft(l, " "))])
				break
			}
		}
		for _, l := range lines[1:] {
			if rest, ok := bytes.CutPrefix(l, []byte(child)); ok && len(bytes.TrimSpace(l)) > 0 {
				b.WriteString(indent + "  ")
				b.Write(rest)
				continue
			}
			b.Write(l)
		}
		done = it.end
	}
	b.Write(src[done:])
	return b.Bytes()
}

// tomlAsList writes [servers.name] as [[servers]].
func tomlAsList(src []byte, path []string, o configfile.Object, as finding.AsList) []byte {
	bom := src[:len(src)-len(bytes.TrimPrefix(src, []byte("\xef\xbb\xbf")))]
	src = src[len(bom):]
	var b bytes.Buffer
	b.Write(bom)
	at, current := 0, ""
	for _, h := range headers(src) {
		if !under(h.keys, path) {
			continue
		}
		if len(h.keys) == len(path) || h.list {
			return nil
		}
		name := h.keys[len(path)]
		b.Write(src[at:h.start])
		at = h.end
		if len(h.keys) == len(path)+1 {
			current = name
			b.WriteString("[[" + tomlKeys(path) + "]]")
			e, _ := o.Get(name)
			inner, _ := e.(configfile.Object)
			if _, has := inner.Get(as.Key); !has {
				end := at + bytes.IndexByte(append(slices.Clone(src[at:]), '\n'), '\n')
				b.Write(src[at:end])
				b.WriteString(eol(src) + as.Key + " = " + quoted(name))
				at = end
			}
			continue
		}
		if name != current {
			return nil
		}
		b.WriteString("[" + tomlKeys(append(slices.Clone(path), h.keys[len(path)+1:]...)) + "]")
	}
	b.Write(src[at:])
	return b.Bytes()
}
