package registry

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/Masterminds/semver/v3"

	"toolbay/backend/catalog/internal/clean"
	"toolbay/backend/catalog/internal/loose"
	"toolbay/backend/catalog/source"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

// maxRecord is the most one record may weigh; the largest of the 2,794 real
// ones of 2025-12-18 has 62 kB.
const maxRecord = 1 << 20

// Record is one version of one server as the registry tells it.
type Record = source.Entry

// Entry is Read for those who keep what cannot be read.
func Entry(raw []byte) source.Entry {
	e, err := Read(raw)
	if err != nil {
		return source.Entry{Err: err, Raw: raw}
	}
	return e
}

// Read reads one record: {"server":…,"_meta":…}, a bare server.json, or the
// registry's format of 2025-07 with snake_case names and its own fields in
// server._meta. One in ten real records does not keep to its schema (empty
// repositories, version "latest", argument types that do not exist), so
// nothing is refused that still has a name.
func Read(raw []byte) (Record, error) {
	if len(raw) > maxRecord {
		return Record{}, errors.New("too large")
	}
	o, err := loose.JSON(raw)
	if err != nil {
		return Record{}, fmt.Errorf("not JSON: %w", err)
	}
	server := o.Object("server")
	if server == nil {
		server = o
	}
	official := o.Object("_meta").Object("io.modelcontextprotocol.registry/official")
	if official == nil {
		official = server.Object("_meta").Object("io.modelcontextprotocol.registry/official")
	}
	return read(server, official)
}

// spaces are the first halves of the ids that other sources give.
var spaces = map[string]bool{
	"starter": true, "docker": true, "mcpm": true, "cline": true, "smithery": true, "glama": true, "toolsdk": true, "dxt": true, "file": true,
}

func read(server, official loose.Object) (Record, error) {
	id := server.Str("name")
	space, name, _ := strings.Cut(id, "/")
	if _, ok := clean.Name(id, 200); !ok || space == "" || name == "" {
		return Record{}, errors.New("no usable name")
	}
	if spaces[space] {
		return Record{}, errors.New("a name that is not a registry's")
	}
	repository, subfolder := clean.Repository(server.Object("repository").Str("url"))
	if sub := clean.Folder(server.Object("repository").Str("subfolder")); sub != "" {
		subfolder = sub
	}
	message := clean.Text(official.Str("statusMessage", "status_message"), 500)
	l := model.Listing{
		ID: id, Name: id,
		Title:         clean.Line(server.Str("title"), 100),
		Description:   clean.Line(server.Str("description"), 1000),
		Publisher:     clean.Line(Publisher(id), 100),
		Website:       clean.WebPage(server.Str("websiteUrl", "website_url")),
		Repository:    repository,
		Subfolder:     subfolder,
		Icon:          icon(server),
		Version:       clean.Line(server.Str("version"), 255),
		Status:        status(official, server),
		StatusMessage: message,
		Renamed:       renamed(message, id),
		Published:     date(official.Str("publishedAt", "published_at", "release_date")),
		Updated:       date(official.Str("updatedAt", "updated_at")),
		Packages:      []model.Package{},
		Tools:         []model.Tool{},
	}
	if l.Version == "" {
		l.Version = clean.Line(server.Object("version_detail").Str("version"), 255)
	}
	if l.Title == "" {
		l.Title = clean.Line(Title(id), 100)
	}
	var r Record
	if official.Has("isLatest", "is_latest") {
		latest := official.Bool("isLatest", "is_latest")
		r.Latest = &latest
	}
	for i, o := range limit(server.Objects("packages"), maxPackages) {
		p, err := local(o)
		if err != nil {
			r.LeftOut = append(r.LeftOut, fmt.Sprintf("package %d: %v", i, err))
			continue
		}
		l.Packages = append(l.Packages, p)
	}
	for i, o := range limit(server.Objects("remotes"), maxPackages) {
		p, err := remote(o)
		if err != nil {
			r.LeftOut = append(r.LeftOut, fmt.Sprintf("remote %d: %v", i, err))
			continue
		}
		l.Packages = append(l.Packages, p)
	}
	r.Listing = l
	return r, nil
}

// newName finds the name in words such as "Renamed to io.github.acme/notes".
var newName = pattern.New(`(?i)\b(?:renamed|moved|migrated|replaced|superseded|succeeded|published|use|see|now|to|by|as|at)\b[ :"'\x60(]*(?:server |the )?["'\x60(]?([a-z0-9-]+(?:\.[a-z0-9-]+)+/[a-z0-9._-]*[a-z0-9])`)

// renamed gives the name that a publisher says a server has now. Nothing ties
// it to the publisher of that name, so it is shown and not followed.
func renamed(message, id string) string {
	for _, m := range newName().FindAllStringSubmatch(message, -1) {
		space, _, _ := strings.Cut(strings.ToLower(m[1]), "/")
		if m[1] != id && !strings.HasSuffix(space, ".com") && !strings.HasPrefix(space, "www.") {
			return m[1]
		}
	}
	return ""
}

func status(official, server loose.Object) string {
	for _, o := range []loose.Object{official, server} {
		switch s := o.Str("status"); s {
		case "active", "deprecated", "deleted":
			return s
		}
	}
	return "active"
}

func date(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// icon gives the first picture that is safe to show: SVG can carry programs.
func icon(server loose.Object) string {
	for _, i := range server.Objects("icons") {
		src := clean.Secure(i.Str("src"))
		if src != "" && !strings.Contains(i.Str("mimeType"), "svg") && !strings.HasSuffix(strings.ToLower(src), ".svg") {
			return src
		}
	}
	return ""
}

// Publisher names who a registry name belongs to, which the registry has
// proved: "acme" for io.github.acme/notes (a GitHub account), "notion.com" for
// com.notion/mcp (a domain).
func Publisher(id string) string {
	space, _, ok := strings.Cut(id, "/")
	if !ok {
		return ""
	}
	if account, ok := strings.CutPrefix(space, "io.github."); ok {
		return account
	}
	labels := strings.Split(space, ".")
	for i, j := 0, len(labels)-1; i < j; i, j = i+1, j-1 {
		labels[i], labels[j] = labels[j], labels[i]
	}
	return strings.Join(labels, ".")
}

// Title makes a title of a registry name for the three in four servers that
// give none: "Pulse Fetch" for com.pulsemcp.servers/pulse-fetch.
func Title(id string) string {
	space, name, ok := strings.Cut(id, "/")
	if !ok {
		name = id
	}
	parts := strings.FieldsFunc(name, func(r rune) bool { return r == '-' || r == '_' || r == '.' })
	kept := parts[:0:0]
	for _, p := range parts {
		switch strings.ToLower(p) {
		case "mcp", "server":
		default:
			kept = append(kept, capital(p))
		}
	}
	if len(kept) == 0 { // com.notion/mcp
		labels := strings.Split(space, ".")
		kept = append(kept, capital(labels[min(1, len(labels)-1)]))
		if account, ok := strings.CutPrefix(space, "io.github."); ok {
			kept[0] = capital(account)
		}
	}
	return strings.Join(kept, " ")
}

// spelled are words that are not simply capitalised.
var spelled = map[string]string{
	"ai": "AI", "api": "API", "aws": "AWS", "cli": "CLI", "csv": "CSV", "github": "GitHub", "gitlab": "GitLab",
	"gmail": "Gmail", "html": "HTML", "http": "HTTP", "ios": "iOS", "json": "JSON", "linkedin": "LinkedIn",
	"mongodb": "MongoDB", "mysql": "MySQL", "openapi": "OpenAPI", "pdf": "PDF", "postgresql": "PostgreSQL",
	"rss": "RSS", "seo": "SEO", "sql": "SQL", "sqlite": "SQLite", "ssh": "SSH", "ui": "UI", "url": "URL",
	"xml": "XML", "youtube": "YouTube",
}

func capital(word string) string {
	if s, ok := spelled[word]; ok {
		return s
	}
	for i, r := range word {
		return strings.ToUpper(string(r)) + word[i+len(string(r)):]
	}
	return word
}

// Newest tells whether a is newer than b of the same server, by the rule of
// the registry: what is marked as latest, else the higher version when both
// are semantic, else the one that is semantic, else the one published later.
func Newest(a, b Record) bool {
	la, lb := a.Latest != nil && *a.Latest, b.Latest != nil && *b.Latest
	if la != lb {
		return la
	}
	va, ea := semver.NewVersion(a.Listing.Version)
	vb, eb := semver.NewVersion(b.Listing.Version)
	switch {
	case ea == nil && eb == nil && !va.Equal(vb):
		return va.GreaterThan(vb)
	case (ea == nil) != (eb == nil):
		return ea == nil
	}
	return a.Listing.Published.After(b.Listing.Published)
}
