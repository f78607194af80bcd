package pen

import (
	"bytes"
	"slices"
	"strings"

	"toolbay/backend/configfile"
)

// wrap puts the members of the root into a new one.
func wrap(src []byte, f configfile.Format, to []string) ([]byte, error) {
	doc, err := configfile.Parse(src, f)
	if err != nil {
		return nil, err
	}
	v, _ := doc.Get()
	root, ok := v.(configfile.Object)
	if !ok || len(to) == 0 {
		return nil, errMeaning
	}
	want := any(root)
	for i := len(to) - 1; i >= 0; i-- {
		want = configfile.Object{{Key: to[i], Value: want}}
	}
	switch f {
	case configfile.TOML:
		out := src
		for _, m := range root {
			if out, err = rename(out, f, []string{m.Key}, append(slices.Clone(to), m.Key)); err != nil {
				return nil, err
			}
		}
		return expect(out, f, nil, want)
	case configfile.YAML:
		return wrapYAML(src, to, want)
	}
	n := tree(src)
	if n == nil {
		return nil, errMeaning
	}
	open, shut := "", ""
	inner := src[n.start+1 : n.end-1]
	if bytes.IndexByte(inner, '\n') < 0 {
		for _, step := range to {
			open, shut = open+quoted(step)+": {", "}"+shut
		}
		return expect(splice(src, n.start+1, n.end-1, open+string(inner)+shut), f, nil, want)
	}
	u, e, deep := unit(src), eol(src), ""
	for _, step := range to {
		deep += u
		open, shut = open+e+deep+quoted(step)+": {", deep+"}"+e+shut
	}
	lines := bytes.SplitAfter(bytes.TrimRight(inner, " \t"), []byte("\n"))
	for i, l := range lines {
		if i > 0 && len(bytes.TrimSpace(l)) > 0 {
			lines[i] = append([]byte(deep), l...)
		}
	}
	body := string(bytes.Join(lines, nil))
	if !strings.HasSuffix(body, "\n") {
		body += e
	}
	return expect(splice(src, n.start+1, n.end-1, open+body+shut), f, nil, want)
}

func wrapYAML(src []byte, to []string, want any) ([]byte, error) {
	e, deep, head := eol(src), "", ""
	for _, step := range to {
		head += deep + yamlKey(step) + ":" + e
		deep += "  "
	}
	lines := bytes.SplitAfter(src, []byte("\n"))
	started := false
	for i, l := range lines {
		text := bytes.TrimSpace(l)
		switch {
		case len(text) == 0 || !started && text[0] == '#':
		case bytes.HasPrefix(l, []byte("---")) || bytes.HasPrefix(l, []byte("...")):
			return nil, errMeaning
		default:
			if lines[i] = append([]byte(deep), l...); !started {
				lines[i] = append([]byte(head), lines[i]...)
			}
			started = true
		}
	}
	return expect(bytes.Join(lines, nil), configfile.YAML, nil, want)
}

func yamlKey(s string) string {
	if s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r != '_' && r != '-' && r != '.' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) && s[0] != '-' && s[0] != '.' && (s[0] < '0' || s[0] > '9') {
		return s
	}
	return quoted(s)
}

// unwrap puts the members of an object into the one it stands in.
func unwrap(src []byte, f configfile.Format, path []string) ([]byte, error) {
	doc, err := configfile.Parse(src, f)
	if err != nil {
		return nil, err
	}
	v, _ := doc.Get(path...)
	inner, ok := v.(configfile.Object)
	if !ok {
		return nil, errMeaning
	}
	parent := path[:len(path)-1]
	if f != configfile.TOML && f != configfile.YAML && len(inner) > 0 {
		if out, err := unwrapJSON(src, f, path, doc, inner); err == nil {
			return out, nil
		}
	}
	out := src
	for _, m := range inner {
		if m.Key == path[len(path)-1] {
			return nil, errMeaning
		}
		if out, err = move(out, f, append(slices.Clone(path), m.Key), append(slices.Clone(parent), m.Key)); err != nil {
			return nil, err
		}
	}
	return configfile.Remove(out, f, path, nil)
}

func unwrapJSON(src []byte, f configfile.Format, path []string, doc *configfile.Document, inner configfile.Object) ([]byte, error) {
	parent := path[:len(path)-1]
	n := tree(src).find(path)
	if n == nil || len(n.kids) == 0 {
		return nil, errMeaning
	}
	before, _ := doc.Get(parent...)
	outer, _ := before.(configfile.Object)
	var want configfile.Object
	for _, m := range outer {
		if m.Key == path[len(path)-1] {
			want = append(want, inner...)
		} else if _, twice := inner.Get(m.Key); !twice {
			want = append(want, m)
		} else {
			return nil, errMeaning
		}
	}
	text := src[n.start+1 : n.end-1]
	last := n.kids[len(n.kids)-1].end
	if tail := src[last : n.end-1]; bytes.Contains(tail, []byte(",")) && len(bytes.TrimSpace(tail)) == 1 {
		text = src[n.start+1 : last] // its trailing comma
	}
	first := n.kids[0].keyStart
	text = indented(bytes.TrimSpace(text), lineIndent(src, first), lineIndent(src, n.keyStart))
	return expect(splice(src, n.keyStart, n.end, string(text)), f, parent, want)
}
