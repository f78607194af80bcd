package store

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"toolbay/backend/model"
)

// readBody reads what body made into l, which must be zero. No list in it is
// nil that callers show.
func readBody(b []byte, l *model.Listing) error { return readText(string(b), l) }

// readText is readBody of a text, of which the texts of l are then parts.
func readText(s string, l *model.Listing) error {
	r := reader{s: s}
	if r.listing(l); r.bad || r.at != len(s) {
		*l = model.Listing{}
		if err := json.Unmarshal([]byte(s), l); err != nil {
			return err
		}
	}
	if l.Packages == nil {
		l.Packages = []model.Package{}
	}
	if l.Tools == nil {
		l.Tools = []model.Tool{}
	}
	return nil
}

// reader reads what writer wrote, members in the same order. Anything else is
// bad, and then left to encoding/json.
type reader struct {
	s     string
	at    int
	bad   bool
	depth int // of variables of variables
}

const maxDepth = 20

func (r *reader) is(c byte) bool {
	if r.at < len(r.s) && r.s[r.at] == c {
		r.at++
		return true
	}
	return false
}

func (r *reader) must(c byte) {
	if !r.is(c) {
		r.bad = true
	}
}

// key tells whether the next member has that name, and goes to its value.
func (r *reader) key(name string) bool {
	at := r.at
	if at < len(r.s) && r.s[at] == ',' {
		at++
	}
	end := at + len(name) + 3
	if r.bad || end > len(r.s) || r.s[at] != '"' || r.s[at+1] != name[0] || r.s[at+1:end-2] != name || r.s[end-2] != '"' || r.s[end-1] != ':' {
		return false
	}
	if first := r.s[r.at-1] == '{'; first == (at > r.at) { // a comma stands between two
		r.bad = true
		return false
	}
	r.at = end
	return true
}

func (r *reader) text(name string, to *string) {
	if r.key(name) {
		*to = r.quoted()
	}
}

func (r *reader) quoted() string {
	r.must('"')
	if r.bad {
		return ""
	}
	from, plain := r.at, true
	for ; r.at < len(r.s); r.at++ {
		switch c := r.s[r.at]; {
		case c == '"':
			s := r.s[from:r.at]
			r.at++
			if plain || utf8.ValidString(s) {
				return s
			}
			r.bad = true
			return ""
		case c == '\\':
			return r.escaped(from)
		case c < ' ':
			r.bad = true
			return ""
		case c >= utf8.RuneSelf:
			plain = false
		}
	}
	r.bad = true
	return ""
}

// escaped reads on at the first backslash of a text that began at from.
func (r *reader) escaped(from int) string {
	b := make([]byte, 0, 2*(r.at-from)+32)
	for r.at < len(r.s) {
		c := r.s[r.at]
		r.at++
		switch {
		case c == '"':
			b = append(b, r.s[from:r.at-1]...)
			if !utf8.Valid(b) {
				r.bad = true
			}
			return string(b)
		case c < ' ':
			r.bad = true
			return ""
		case c != '\\':
			continue
		}
		b = append(b, r.s[from:r.at-1]...)
		if r.at == len(r.s) {
			break
		}
		c = r.s[r.at]
		r.at++
		switch c {
		case '"', '\\', '/':
			b = append(b, c)
		case 'n':
			b = append(b, '\n')
		case 'r':
			b = append(b, '\r')
		case 't':
			b = append(b, '\t')
		case 'b':
			b = append(b, '\b')
		case 'f':
			b = append(b, '\f')
		case 'u':
			if r.at+4 > len(r.s) {
				r.bad = true
				return ""
			}
			n, err := strconv.ParseUint(r.s[r.at:r.at+4], 16, 16)
			if err != nil || n >= 0xD800 && n < 0xE000 {
				r.bad = true
				return ""
			}
			b = utf8.AppendRune(b, rune(n))
			r.at += 4
		default:
			r.bad = true
			return ""
		}
		from = r.at
	}
	r.bad = true
	return ""
}

func (r *reader) number(name string, to *int) {
	if !r.key(name) {
		return
	}
	from := r.at
	r.is('-')
	for r.at < len(r.s) && r.s[r.at] >= '0' && r.s[r.at] <= '9' {
		r.at++
	}
	n, err := strconv.Atoi(r.s[from:r.at])
	if err != nil || strconv.Itoa(n) != r.s[from:r.at] {
		r.bad = true
	}
	*to = n
}

func (r *reader) yes(name string, to *bool) {
	if r.key(name) {
		*to = r.word("true")
		r.bad = r.bad || !*to
	}
}

func (r *reader) word(w string) bool {
	if end := r.at + len(w); end <= len(r.s) && r.s[r.at:end] == w {
		r.at = end
		return true
	}
	return false
}

func (r *reader) time(name string, to *time.Time) {
	if !r.key(name) {
		return
	}
	from := r.at + 1
	s := r.quoted()
	// A time with an escape in it is nobody's.
	if r.bad || r.at-from-1 != len(s) || to.UnmarshalText([]byte(s)) != nil {
		r.bad = true
	}
}

func (r *reader) texts(name string, to *[]string) {
	readList(r, name, to, func(r *reader, s *string) { *s = r.quoted() })
}

func readList[T any](r *reader, name string, to *[]T, one func(*reader, *T)) {
	if !r.key(name) {
		return
	}
	r.must('[')
	var list []T
	for !r.bad {
		var v T
		one(r, &v)
		list = append(list, v)
		if !r.is(',') {
			break
		}
	}
	r.must(']')
	*to = slices.Clip(list)
}

func (r *reader) listing(l *model.Listing) {
	r.must('{')
	if r.bad {
		return
	}
	r.text("id", &l.ID)
	r.text("name", &l.Name)
	r.text("title", &l.Title)
	r.text("description", &l.Description)
	r.text("publisher", &l.Publisher)
	r.text("repository", &l.Repository)
	r.text("website", &l.Website)
	r.text("icon", &l.Icon)
	r.text("version", &l.Version)
	r.text("license", &l.License)
	r.text("category", &l.Category)
	r.text("needs", (*string)(&l.Needs))
	r.text("sample", &l.Sample)
	r.text("caution", &l.Caution)
	r.text("status", &l.Status)
	r.time("updated", &l.Updated)
	r.texts("sources", &l.Sources)
	readList(r, "packages", &l.Packages, (*reader).pack)
	readList(r, "tools", &l.Tools, (*reader).tool)
	r.number("featured", &l.Featured)
	r.text("subfolder", &l.Subfolder)
	r.text("statusMessage", &l.StatusMessage)
	r.text("renamed", &l.Renamed)
	r.time("published", &l.Published)
	r.texts("tags", &l.Tags)
	r.yes("vendor", &l.Vendor)
	r.number("stars", &l.Stars)
	r.number("downloads", &l.Downloads)
	r.number("copies", &l.Copies)
	r.text("fork", &l.Fork)
	r.texts("merged", &l.Merged)
	r.must('}')
}

func (r *reader) pack(p *model.Package) {
	r.must('{')
	if r.bad {
		return
	}
	r.text("type", &p.Type)
	r.text("identifier", &p.Identifier)
	r.text("version", &p.Version)
	r.text("runtimeHint", &p.RuntimeHint)
	r.text("transport", &p.Transport)
	r.text("url", &p.URL)
	r.text("fileSha256", &p.FileSHA256)
	readList(r, "runtimeArguments", &p.RuntimeArguments, (*reader).argument)
	readList(r, "packageArguments", &p.PackageArguments, (*reader).argument)
	readList(r, "environmentVariables", &p.Environment, (*reader).input)
	readList(r, "headers", &p.Headers, (*reader).input)
	r.variables(&p.Variables)
	r.texts("hosts", &p.Hosts)
	r.containers(&p.Tools)
	r.must('}')
}

// containers reads what only three listings of thousands have.
func (r *reader) containers(to *[]model.ContainerTool) {
	if !r.key("tools") {
		return
	}
	dec := json.NewDecoder(strings.NewReader(r.s[r.at:]))
	if dec.Decode(to) != nil {
		r.bad = true
		return
	}
	r.at += int(dec.InputOffset())
}

func (r *reader) argument(a *model.Argument) {
	r.must('{')
	if r.bad {
		return
	}
	r.inputFields(&a.Input)
	r.text("type", &a.Kind)
	r.text("valueHint", &a.ValueHint)
	r.yes("isRepeated", &a.Repeated)
	r.must('}')
}

func (r *reader) input(in *model.Input) {
	r.must('{')
	if r.bad {
		return
	}
	r.inputFields(in)
	r.must('}')
}

func (r *reader) inputFields(in *model.Input) {
	r.text("name", &in.Name)
	r.text("description", &in.Description)
	r.yes("isRequired", &in.Required)
	r.yes("isSecret", &in.Secret)
	r.text("format", &in.Format)
	r.text("value", &in.Value)
	r.text("default", &in.Default)
	r.text("placeholder", &in.Placeholder)
	r.texts("choices", &in.Choices)
	r.variables(&in.Variables)
	r.text("link", &in.Link)
	r.text("title", &in.Title)
	r.yes("multiple", &in.Multiple)
	r.bound("min", &in.Min)
	r.bound("max", &in.Max)
}

func (r *reader) bound(name string, to **float64) {
	if !r.key(name) {
		return
	}
	from := r.at
	for r.at < len(r.s) && strings.IndexByte("+-.0123456789Ee", r.s[r.at]) >= 0 {
		r.at++
	}
	n, err := strconv.ParseFloat(r.s[from:r.at], 64)
	if err != nil {
		r.bad = true
		return
	}
	// A number in another form than ours is left to encoding/json.
	if b, err := json.Marshal(n); err != nil || string(b) != r.s[from:r.at] {
		r.bad = true
	}
	*to = &n
}

// variables reads inputs by name, which have none themselves but in a source
// that means harm.
func (r *reader) variables(to *map[string]model.Input) {
	if !r.key("variables") {
		return
	}
	r.must('{')
	of := map[string]model.Input{}
	for !r.bad {
		name := r.quoted()
		r.must(':')
		var in model.Input
		if r.depth++; r.depth > maxDepth {
			r.bad = true
			return
		}
		r.input(&in)
		r.depth--
		if _, twice := of[name]; twice {
			r.bad = true
		}
		of[name] = in
		if !r.is(',') {
			break
		}
	}
	r.must('}')
	*to = of
}

func (r *reader) tool(t *model.Tool) {
	r.must('{')
	if r.bad {
		return
	}
	r.text("name", &t.Name)
	r.text("title", &t.Title)
	r.text("description", &t.Description)
	if r.key("readOnly") {
		yes := r.word("true")
		if !yes && !r.word("false") {
			r.bad = true
		}
		t.ReadOnly = &yes
	}
	r.text("takes", &t.Takes)
	r.text("print", &t.Print)
	r.must('}')
}
