// Package cline reads the marketplace of the Cline app. Its entries say how
// well known a server is and what it is about, but not how it is started, so
// they only add to what others list. Only catalog imports it.
//
//	entries, err := cline.Marketplace(body)
package cline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"toolbay/backend/catalog/internal/clean"
	"toolbay/backend/catalog/internal/loose"
	"toolbay/backend/catalog/source"
	"toolbay/backend/model"
)

// ID is the source's, and the first half of its listings' ids.
const ID = "cline"

// Origin is where the marketplace is.
const Origin = "https://api.cline.bot/v1/mcp/marketplace"

const (
	maxSize    = 64 << 20
	maxServers = 20_000
	maxTags    = 50
)

// Plugin is the source.
var Plugin = source.Plugin{
	ID: ID, Site: "https://cline.bot/mcp-marketplace", Curated: true, Enriches: true, Every: 24 * time.Hour,
	Open: func(origin string) source.Reader { return reader{origin} },
}

type reader struct{ origin string }

// Page gives everything at once.
func (r reader) Page(ctx context.Context, web source.Web, _ string) (source.Page, error) {
	address := r.origin
	if address == "" {
		address = Origin
	}
	body, err := web.Get(ctx, address, maxSize)
	if err != nil {
		return source.Page{}, err
	}
	entries, err := Marketplace(body)
	return source.Page{Entries: entries}, err
}

// Marketplace reads the whole list. Error code: source_garbage.
func Marketplace(body []byte) ([]source.Entry, error) {
	var all []json.RawMessage
	if err := json.Unmarshal(body, &all); err != nil {
		return nil, model.Fail("source_garbage", err)
	}
	switch {
	case len(all) == 0:
		return nil, model.Fail("source_garbage", errors.New("no servers in the list"))
	case len(all) > maxServers:
		return nil, model.Fail("source_garbage", fmt.Errorf("%d servers are too many", len(all)))
	}
	out := make([]source.Entry, 0, len(all))
	for _, raw := range all {
		out = append(out, Read(raw))
	}
	return out, nil
}

// Read reads one entry.
func Read(raw []byte) source.Entry {
	fail := func(err error) source.Entry { return source.Entry{Err: err, Raw: raw} }
	o, err := loose.JSON(raw)
	if err != nil {
		return fail(fmt.Errorf("not JSON: %w", err))
	}
	// The marketplace's ids are mostly addresses: github.com/acme/notes.
	id := strings.TrimPrefix(strings.TrimPrefix(o.Str("mcpId"), "https://"), "github.com/")
	key := strings.ReplaceAll(strings.Trim(id, "/"), "/", "-")
	if _, ok := clean.Name(key, 150); !ok || strings.ContainsAny(key, `\`) {
		return fail(errors.New("no usable name"))
	}
	repository, subfolder := clean.Repository(o.Str("githubUrl"))
	l := model.Listing{
		ID: ID + "/" + key, Name: key,
		Title:       clean.Line(o.Str("name"), 100),
		Description: clean.Line(o.Str("description"), 1000),
		Publisher:   clean.Line(o.Str("author"), 100),
		Repository:  repository, Subfolder: subfolder,
		Category:  categories[strings.ToLower(o.Str("category"))],
		Status:    "active",
		Updated:   date(o.Str("updatedAt")),
		Published: date(o.Str("createdAt")),
		Packages:  []model.Package{},
		Tools:     []model.Tool{},
		Stars:     count(o.Str("githubStars")),
		Downloads: count(o.Str("downloadCount")),
	}
	if l.Title == "" {
		l.Title = key
	}
	if icon := clean.Secure(o.Str("logoUrl")); !strings.HasSuffix(strings.ToLower(icon), ".svg") {
		l.Icon = icon
	}
	if o.Bool("requiresApiKey") {
		l.Needs = model.NeedsKey
	}
	for _, tag := range append(o.Strings("tags"), o.Str("category")) {
		if tag = clean.Line(tag, 50); tag != "" && len(l.Tags) < maxTags {
			l.Tags = append(l.Tags, tag)
		}
	}
	return source.Entry{Listing: l}
}

func date(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

func count(s string) int {
	var n json.Number = json.Number(s)
	if v, err := n.Int64(); err == nil && v > 0 && v < 1<<31 {
		return int(v)
	}
	return 0
}

var categories = map[string]string{
	"developer-tools": "coding", "version-control": "coding", "security": "coding", "os-automation": "other",
	"databases": "databases", "knowledge-memory": "ai", "ai": "ai",
	"search": "web", "browser-automation": "web", "web-scraping": "web", "research-data": "science",
	"communication": "chat", "cloud-platforms": "cloud", "cloud-storage": "files", "file-systems": "files",
	"monitoring": "cloud", "virtualization": "cloud", "finance": "money", "marketing": "web", "calendar-management": "calendar",
	"note-taking": "calendar", "entertainment-media": "media", "art-culture": "media", "location-services": "science", "home-automation-iot": "home",
}
