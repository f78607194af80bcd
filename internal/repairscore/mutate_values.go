package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// leaf is a single value of a text, and where it stands with its key.
type leaf struct {
	path, value string
	from, to    int
}

// leaves gives every single value of a text; nil of one that does not parse.
// Their places are right in the texts that this program makes, where values
// stand in the order in which they are read.
func leaves(file finding.File, src []byte) []leaf {
	doc, err := configfile.Parse(bytes.TrimPrefix(src, []byte("\xef\xbb\xbf")), file.Dialect.Format)
	if err != nil {
		return nil
	}
	out := []leaf{}
	pos := 0
	find := func(text string) (from, to int) {
		best, size := -1, 0
		escaped, _ := json.Marshal(text)
		for _, s := range []string{text, string(escaped[1 : len(escaped)-1])} {
			if n := bytes.Index(src[pos:], []byte(s)); n >= 0 && (best < 0 || n < best) {
				best, size = n, len(s)
			}
		}
		if best < 0 {
			return pos, pos
		}
		from = pos + best
		pos = from + size
		return from, pos
	}
	var walk func(path string, from int, v any)
	walk = func(path string, from int, v any) {
		switch v := v.(type) {
		case configfile.Object:
			for _, m := range v {
				at, _ := find(m.Key)
				walk(path+"\x00"+m.Key, at, m.Value)
			}
		case []any:
			for i, e := range v {
				step := strconv.Itoa(i)
				if o, ok := e.(configfile.Object); ok { // an entry of a list goes by its name
					if n, ok := o.Get("name"); ok {
						step = fmt.Sprint(n)
					}
				}
				walk(path+"\x00"+step, -1, e)
			}
		default:
			at, to := find(fmt.Sprint(v))
			if from < 0 {
				from = at
			}
			out = append(out, leaf{path, fmt.Sprint(v), from, to})
		}
	}
	v, _ := doc.Get()
	walk("", -1, v)
	return out
}

// values gives the leaves by their path.
func values(ls []leaf) map[string]string {
	if ls == nil {
		return nil
	}
	out := make(map[string]string, len(ls))
	for _, l := range ls {
		out[l.path] = l.value
	}
	return out
}

// damage is where the first of several texts, each made of the one before, was
// broken itself.
type damage struct {
	// from, to, how long what came is, and where in it that stands which was
	// there, -1 when it does not
	splices [][4]int
	broken  [][2]int // in the first text
}

// add notes what differs between two texts; here says that what stands beside
// it was broken with it, and not only moved, copied or stored in another way.
func (d *damage) add(src, out []byte, here bool) {
	from, to, end := 0, len(src), len(out)
	for from < to && from < end && src[from] == out[from] {
		from++
	}
	for to > from && end > from && src[to-1] == out[end-1] {
		to, end = to-1, end-1
	}
	if here {
		a, b := from, to
		for a > 0 && bytes.IndexByte([]byte(" \t:=,[]{}\"'"), src[a-1]) >= 0 {
			a--
		}
		for b < len(src) && bytes.IndexByte([]byte(" \t:=,[]{}\"'"), src[b]) >= 0 {
			b++
		}
		d.broken = append(d.broken, [2]int{d.back(a), d.back(b)})
	}
	d.splices = append(d.splices, [4]int{from, to, end - from, bytes.Index(out[from:end], src[from:to])})
}

// back gives a place in the first text.
func (d *damage) back(at int) int {
	for i := len(d.splices) - 1; i >= 0; i-- {
		switch s := d.splices[i]; {
		case at >= s[0]+s[2]:
			at += s[1] - s[0] - s[2]
		case at > s[0] && s[0] == s[1]:
			at = max(0, at-s[2]) // in a copy of what stands before it
		case at > s[0] && s[3] > 0: // something came around it
			at = min(max(at-s[3], s[0]), s[1])
		case at > s[0]:
			at = min(at, s[1])
		}
	}
	return at
}

func (d *damage) touches(l leaf) bool {
	for _, b := range d.broken {
		if l.from <= b[1] && l.to >= b[0] {
			return true
		}
	}
	return false
}
