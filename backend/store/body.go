package store

import (
	"encoding/json"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"

	"toolbay/backend/model"
)

// body is a listing as it is kept in a column: JSON that leaves out whatever
// says nothing, a sixth of a row. It is written and read here by hand, in the
// order of the fields, as an import and its index do little else. What
// encoding/json would write is the same to the byte, so that a row that did not
// change is known by its text.
func body(l model.Listing) (string, error) {
	w := writers.Get().(*writer)
	defer writers.Put(w)
	w.b, w.err = w.b[:0], nil
	w.listing(&l)
	return string(w.b), w.err
}

var writers = sync.Pool{New: func() any { return &writer{} }}

// writer appends JSON. A value is left out when it says nothing.
type writer struct {
	b   []byte
	err error
}

// key begins a member of an object.
func (w *writer) key(name string) {
	if c := w.b[len(w.b)-1]; c != '{' {
		w.b = append(w.b, ',')
	}
	w.b = append(w.b, '"')
	w.b = append(w.b, name...)
	w.b = append(w.b, '"', ':')
}

func (w *writer) text(name, s string) {
	if s != "" {
		w.key(name)
		w.quote(s)
	}
}

func (w *writer) number(name string, n int) {
	if n != 0 {
		w.key(name)
		w.b = strconv.AppendInt(w.b, int64(n), 10)
	}
}

func (w *writer) yes(name string, on bool) {
	if on {
		w.key(name)
		w.b = append(w.b, "true"...)
	}
}

func (w *writer) time(name string, t time.Time) {
	if t.IsZero() {
		return
	}
	w.key(name)
	w.b = append(w.b, '"')
	b, err := t.AppendText(w.b)
	if err != nil {
		w.err = err
		return
	}
	w.b = append(b, '"')
}

func (w *writer) texts(name string, list []string) {
	writeList(w, name, list, func(w *writer, s *string) { w.quote(*s) })
}

func writeList[T any](w *writer, name string, list []T, one func(*writer, *T)) {
	if len(list) == 0 {
		return
	}
	w.key(name)
	w.b = append(w.b, '[')
	for i := range list {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		one(w, &list[i])
	}
	w.b = append(w.b, ']')
}

// quote appends a text the way encoding/json does.
func (w *writer) quote(s string) {
	w.b = append(w.b, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			i += size
			if r == utf8.RuneError && size == 1 || r == '\u2028' || r == '\u2029' {
				w.b = append(w.b, s[from:i-size]...)
				w.escape(r)
				from = i
			}
			continue
		}
		i++
		if c >= ' ' && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&' {
			continue
		}
		w.b = append(w.b, s[from:i-1]...)
		from = i
		switch c {
		case '"', '\\':
			w.b = append(w.b, '\\', c)
		case '\n':
			w.b = append(w.b, '\\', 'n')
		case '\r':
			w.b = append(w.b, '\\', 'r')
		case '\t':
			w.b = append(w.b, '\\', 't')
		case '\b':
			w.b = append(w.b, '\\', 'b')
		case '\f':
			w.b = append(w.b, '\\', 'f')
		default:
			w.escape(rune(c))
		}
	}
	w.b = append(append(w.b, s[from:]...), '"')
}

func (w *writer) escape(r rune) {
	const hex = "0123456789abcdef"
	w.b = append(w.b, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}

func (w *writer) listing(l *model.Listing) {
	w.b = append(w.b, '{')
	w.text("id", l.ID)
	w.text("name", l.Name)
	w.text("title", l.Title)
	w.text("description", l.Description)
	w.text("publisher", l.Publisher)
	w.text("repository", l.Repository)
	w.text("website", l.Website)
	w.text("icon", l.Icon)
	w.text("version", l.Version)
	w.text("license", l.License)
	w.text("category", l.Category)
	w.text("needs", string(l.Needs))
	w.text("sample", l.Sample)
	w.text("caution", l.Caution)
	w.text("status", l.Status)
	w.time("updated", l.Updated)
	w.texts("sources", l.Sources)
	writeList(w, "packages", l.Packages, (*writer).pack)
	writeList(w, "tools", l.Tools, (*writer).tool)
	w.number("featured", l.Featured)
	w.text("subfolder", l.Subfolder)
	w.text("statusMessage", l.StatusMessage)
	w.text("renamed", l.Renamed)
	w.time("published", l.Published)
	w.texts("tags", l.Tags)
	w.yes("vendor", l.Vendor)
	w.number("stars", l.Stars)
	w.number("downloads", l.Downloads)
	w.number("copies", l.Copies)
	w.text("fork", l.Fork)
	w.texts("merged", l.Merged)
	w.b = append(w.b, '}')
}

func (w *writer) pack(p *model.Package) {
	w.b = append(w.b, '{')
	w.key("type")
	w.quote(p.Type)
	w.key("identifier")
	w.quote(p.Identifier)
	w.key("version")
	w.quote(p.Version)
	w.text("runtimeHint", p.RuntimeHint)
	w.text("transport", p.Transport)
	w.text("url", p.URL)
	w.text("fileSha256", p.FileSHA256)
	writeList(w, "runtimeArguments", p.RuntimeArguments, (*writer).argument)
	writeList(w, "packageArguments", p.PackageArguments, (*writer).argument)
	writeList(w, "environmentVariables", p.Environment, (*writer).input)
	writeList(w, "headers", p.Headers, (*writer).input)
	w.variables(p.Variables)
	w.texts("hosts", p.Hosts)
	w.containers(p.Tools)
	w.b = append(w.b, '}')
}

// containers writes what only three listings of thousands have.
func (w *writer) containers(tools []model.ContainerTool) {
	if len(tools) == 0 {
		return
	}
	w.key("tools")
	b, err := json.Marshal(tools)
	if err != nil {
		w.err = err
	}
	w.b = append(w.b, b...)
}

func (w *writer) argument(a *model.Argument) {
	w.b = append(w.b, '{')
	w.inputFields(&a.Input)
	w.key("type")
	w.quote(a.Kind)
	w.text("valueHint", a.ValueHint)
	w.yes("isRepeated", a.Repeated)
	w.b = append(w.b, '}')
}

func (w *writer) input(in *model.Input) {
	w.b = append(w.b, '{')
	w.inputFields(in)
	w.b = append(w.b, '}')
}

func (w *writer) inputFields(in *model.Input) {
	w.text("name", in.Name)
	w.text("description", in.Description)
	w.yes("isRequired", in.Required)
	w.yes("isSecret", in.Secret)
	w.text("format", in.Format)
	w.text("value", in.Value)
	w.text("default", in.Default)
	w.text("placeholder", in.Placeholder)
	w.texts("choices", in.Choices)
	w.variables(in.Variables)
	w.text("link", in.Link)
	w.text("title", in.Title)
	w.yes("multiple", in.Multiple)
	w.bound("min", in.Min)
	w.bound("max", in.Max)
}

func (w *writer) bound(name string, n *float64) {
	if n == nil {
		return
	}
	w.key(name)
	b, err := json.Marshal(*n)
	if err != nil {
		w.err = err
	}
	w.b = append(w.b, b...)
}

func (w *writer) variables(of map[string]model.Input) {
	if len(of) == 0 {
		return
	}
	w.key("variables")
	b, err := json.Marshal(of) // few have any
	if err != nil {
		w.err = err
	}
	w.b = append(w.b, b...)
}

func (w *writer) tool(t *model.Tool) {
	w.b = append(w.b, '{')
	w.key("name")
	w.quote(t.Name)
	w.text("title", t.Title)
	w.text("description", t.Description)
	if t.ReadOnly != nil {
		w.key("readOnly")
		w.b = strconv.AppendBool(w.b, *t.ReadOnly)
	}
	w.text("takes", t.Takes)
	w.text("print", t.Print)
	w.b = append(w.b, '}')
}
