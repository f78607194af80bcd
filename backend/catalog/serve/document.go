package serve

import (
	"cmp"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

// Schema is what every server.json sent keeps to.
const Schema = "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"

// Meta is the key of what Toolbay knows beyond a server.json.
const Meta = "dev.toolbay/catalogue"

// record is one server as the API sends it.
type record struct {
	Server server `json:"server"`
	Meta   meta   `json:"_meta"`
}

type meta struct {
	Official official `json:"io.modelcontextprotocol.registry/official"`
	Ours     ours     `json:"dev.toolbay/catalogue"`
}

type official struct {
	Status        string    `json:"status"`
	StatusMessage string    `json:"statusMessage,omitempty"`
	PublishedAt   time.Time `json:"publishedAt,omitzero"`
	UpdatedAt     time.Time `json:"updatedAt,omitzero"`
	IsLatest      bool      `json:"isLatest"`
}

// ours is what Toolbay knows of a server: who lists it, what each field comes
// from, and what speaks for or against trusting it. What was seen on this
// computer is not among it.
type ours struct {
	ID        string            `json:"id"`
	Category  string            `json:"category"`
	Needs     model.Needs       `json:"needs"`
	Publisher string            `json:"publisher"`
	License   string            `json:"license"`
	Caution   string            `json:"caution"`
	Sample    string            `json:"sample"`
	Vendor    bool              `json:"vendor"`
	Stars     int               `json:"stars"`
	Downloads int               `json:"downloads"`
	Copies    int               `json:"copies"`
	Renamed   string            `json:"renamed"`
	Sources   []string          `json:"sources"`
	Tags      []string          `json:"tags"`
	Tools     []string          `json:"tools"`
	Records   []told            `json:"records"`
	Origins   map[string]string `json:"origins"`
	Facts     []model.Fact      `json:"facts"`
	// LeftOut says what of it no server.json can hold.
	LeftOut []string `json:"leftOut"`
}

// told is one source's record of a server.
type told struct {
	Source  string    `json:"source"`
	ID      string    `json:"id"`
	Version string    `json:"version"`
	Status  string    `json:"status"`
	Updated time.Time `json:"updated,omitzero"`
	Seen    time.Time `json:"seen,omitzero"`
}

type server struct {
	Schema      string      `json:"$schema"`
	Name        string      `json:"name"`
	Title       string      `json:"title,omitempty"`
	Description string      `json:"description"`
	Version     string      `json:"version"`
	WebsiteURL  string      `json:"websiteUrl,omitempty"`
	Repository  *repository `json:"repository,omitempty"`
	Icons       []icon      `json:"icons,omitempty"`
	Packages    []pack      `json:"packages,omitempty"`
	Remotes     []transport `json:"remotes,omitempty"`
}

type repository struct {
	URL       string `json:"url"`
	Source    string `json:"source"`
	Subfolder string `json:"subfolder,omitempty"`
}

type icon struct {
	Src string `json:"src"`
}

type pack struct {
	Type             string     `json:"registryType"`
	Identifier       string     `json:"identifier"`
	Version          string     `json:"version,omitempty"`
	FileSHA256       string     `json:"fileSha256,omitempty"`
	RuntimeHint      string     `json:"runtimeHint,omitempty"`
	Transport        transport  `json:"transport"`
	RuntimeArguments []argument `json:"runtimeArguments,omitempty"`
	PackageArguments []argument `json:"packageArguments,omitempty"`
	Environment      []input    `json:"environmentVariables,omitempty"`
}

type transport struct {
	Type      string           `json:"type"`
	URL       string           `json:"url,omitempty"`
	Headers   []input          `json:"headers,omitempty"`
	Variables map[string]input `json:"variables,omitempty"`
}

type input struct {
	Name        string           `json:"name,omitempty"`
	Description string           `json:"description,omitempty"`
	Required    bool             `json:"isRequired,omitempty"`
	Secret      bool             `json:"isSecret,omitempty"`
	Format      string           `json:"format,omitempty"`
	Value       string           `json:"value,omitempty"`
	Default     string           `json:"default,omitempty"`
	Placeholder string           `json:"placeholder,omitempty"`
	Choices     []string         `json:"choices,omitempty"`
	Variables   map[string]input `json:"variables,omitempty"`
}

type argument struct {
	input
	Type      string `json:"type"`
	ValueHint string `json:"valueHint,omitempty"`
	Repeated  bool   `json:"isRepeated,omitempty"`
}

// document makes a valid record of a card. What a server.json cannot say is
// shaped so that it can, or left out and named.
func document(name string, c model.Card) record {
	l := c.Listing
	d := drafter{}
	s := server{
		Schema: Schema, Name: name, Version: versionOf(l.Version),
		Title:       shorten(l.Title, 100),
		Description: shorten(cmp.Or(oneLine(l.Description), l.Title, name), 100),
		WebsiteURL:  webPage(l.Website),
	}
	if u := webPage(l.Repository); u != "" {
		s.Repository = &repository{URL: u, Source: hostOf(u), Subfolder: strings.Trim(l.Subfolder, "/")}
	}
	if u := webPage(l.Icon); strings.HasPrefix(u, "https://") && len(u) <= 255 {
		s.Icons = []icon{{u}}
	}
	for _, p := range l.Packages {
		if p.Type == "remote" {
			d.remote(&s, p)
		} else {
			d.pack(&s, p)
		}
	}
	m := meta{
		Official: official{
			Status: status(l.Status), StatusMessage: shorten(oneLine(l.StatusMessage), 500),
			PublishedAt: l.Published, UpdatedAt: l.Updated, IsLatest: true,
		},
		Ours: ours{
			ID: l.ID, Category: l.Category, Needs: l.Needs, Publisher: l.Publisher, License: l.License,
			Caution: l.Caution, Sample: l.Sample, Vendor: l.Vendor, Stars: l.Stars, Downloads: l.Downloads,
			Copies: l.Copies, Renamed: l.Renamed,
			Sources: append([]string{}, l.Sources...), Tags: append([]string{}, l.Tags...), Tools: []string{},
			Records: []told{}, Origins: map[string]string{}, Facts: []model.Fact{}, LeftOut: append([]string{}, d.leftOut...),
		},
	}
	for _, t := range l.Tools {
		m.Ours.Tools = append(m.Ours.Tools, t.Name)
	}
	for _, r := range c.Records {
		m.Ours.Records = append(m.Ours.Records, told{r.Source, r.ID, r.Version, status(r.Status), r.Updated, r.Seen})
	}
	for field, from := range c.Origins {
		m.Ours.Origins[field] = from
	}
	for _, f := range c.Facts {
		if f.Origin != "here" {
			m.Ours.Facts = append(m.Ours.Facts, f)
		}
	}
	return record{s, m}
}

// drafter makes the parts of a server.json and notes what cannot be part.
type drafter struct{ leftOut []string }

func (d *drafter) drop(p model.Package, why string) {
	d.leftOut = append(d.leftOut, p.Type+" "+cmp.Or(p.Identifier, p.URL)+": "+why)
}

var (
	address = pattern.New(`^https?://[^\s]+$`)
	digest  = pattern.New(`^[a-f0-9]{64}$`)
)

func (d *drafter) remote(s *server, p model.Package) {
	if p.Transport != "sse" {
		p.Transport = "streamable-http"
	}
	if !address().MatchString(p.URL) {
		d.drop(p, "its address begins with a placeholder")
		return
	}
	s.Remotes = append(s.Remotes, transport{Type: p.Transport, URL: p.URL, Headers: inputs(p.Headers), Variables: variables(p.Variables)})
}

func (d *drafter) pack(s *server, p model.Package) {
	out := pack{
		Type: p.Type, Identifier: p.Identifier, RuntimeHint: p.RuntimeHint, Transport: transport{Type: "stdio"},
		RuntimeArguments: arguments(p.RuntimeArguments), PackageArguments: arguments(p.PackageArguments), Environment: inputs(p.Environment),
	}
	if out.Type == "" || out.Identifier == "" {
		d.drop(p, "it has no name")
		return
	}
	if len(p.Tools) > 0 {
		d.drop(p, "its tools are a container each, which this form has no words for")
		return
	}
	if p.Version != "latest" {
		out.Version = p.Version
	}
	if digest().MatchString(p.FileSHA256) {
		out.FileSHA256 = p.FileSHA256
	}
	if p.Transport == "streamable-http" || p.Transport == "sse" {
		if !address().MatchString(p.URL) {
			d.drop(p, "it says at no usable address where it listens")
			return
		}
		out.Transport = transport{Type: p.Transport, URL: p.URL, Headers: inputs(p.Headers)}
	}
	s.Packages = append(s.Packages, out)
}

func arguments(list []model.Argument) []argument {
	var out []argument
	for _, a := range list {
		one := argument{input: inputOf(a.Input), Type: "positional", ValueHint: a.ValueHint, Repeated: a.Repeated}
		if a.Kind == "named" || a.Kind == "" && strings.HasPrefix(a.Name, "-") {
			one.Type = "named"
		}
		switch {
		case one.Type == "named" && one.Name == "":
			continue // nothing that could stand on a command line
		case one.Type == "named":
			one.ValueHint = ""
		default:
			// A positional one has no name; what it is called is its hint.
			one.ValueHint = cmp.Or(one.ValueHint, one.Name)
			one.Name = ""
			if one.Value == "" && one.ValueHint == "" {
				one.ValueHint = "value"
			}
		}
		out = append(out, one)
	}
	return out
}

func inputs(list []model.Input) []input {
	var out []input
	for _, in := range list {
		if in.Name != "" {
			out = append(out, inputOf(in))
		}
	}
	return out
}

func variables(m map[string]model.Input) map[string]input {
	if len(m) == 0 {
		return nil
	}
	out := make(map[string]input, len(m))
	for k, v := range m {
		one := inputOf(v)
		one.Name, one.Variables = "", nil
		out[k] = one
	}
	return out
}

func inputOf(in model.Input) input {
	out := input{
		Name: in.Name, Description: in.Description, Required: in.Required, Secret: in.Secret, Format: in.Format,
		Value: in.Value, Default: in.Default, Placeholder: in.Placeholder, Choices: in.Choices, Variables: variables(in.Variables),
	}
	if out.Format == "folder" { // ours
		out.Format = "filepath"
	}
	return out
}

func status(s string) string {
	switch s {
	case "deprecated", "deleted":
		return s
	}
	return "active"
}

// versionOf is a version that may stand there: neither none nor one that means
// whatever is newest.
func versionOf(v string) string {
	v = strings.Join(strings.Fields(v), "-")
	if v == "" || v == "latest" || strings.ContainsAny(v, "^~*<>=|") {
		return "0.0.0"
	}
	return v[:min(len(v), 255)]
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// shorten cuts a text to that many characters, after a word where it can.
func shorten(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	r := []rune(s)[:most-1]
	cut := len(r)
	for i := len(r) - 1; i > most/2; i-- {
		if r[i] == ' ' {
			cut = i
			break
		}
	}
	return strings.TrimRight(string(r[:cut]), " ,;:.-") + "…"
}

// webPage gives an address that a reader's own rules take for one, or "".
func webPage(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || strings.ContainsAny(s, " \t\"<>\\^`{|}") {
		return ""
	}
	return u.String()
}

// hostOf names the kind of place a repository is kept at.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "git"
	}
	switch h := strings.TrimPrefix(u.Hostname(), "www."); h {
	case "github.com":
		return "github"
	case "gitlab.com":
		return "gitlab"
	default:
		return cmp.Or(h, "git")
	}
}
