// Package glama reads Glama's directory, which wants a key of the user's. Its
// entries name a repository and what has to be configured, but no package, so
// they only add to what others list. Only catalog imports it.
//
//	page, err := glama.Plugin.Open("").Page(ctx, web, "")
package glama

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"toolbay/backend/catalog/internal/clean"
	"toolbay/backend/catalog/internal/loose"
	"toolbay/backend/catalog/source"
	"toolbay/backend/model"
)

// ID is the source's, and the first half of its listings' ids.
const ID = "glama"

// Origin is where the directory is, without a path.
const Origin = "https://glama.ai"

const (
	maxPage    = 16 << 20 // bytes
	maxRecords = 1000     // of one page; 100 are asked for
	maxCursor  = 1 << 10
	maxTools   = 500
)

// Plugin is the source.
var Plugin = source.Plugin{
	ID: ID, Site: "https://glama.ai/mcp/servers", Off: true, Key: true, Enriches: true,
	Every: 24 * time.Hour, Pause: time.Second,
	Open: func(origin string) source.Reader { return reader{origin} },
}

type reader struct{ origin string }

// Page reads the page at cursor.
func (r reader) Page(ctx context.Context, web source.Web, cursor string) (source.Page, error) {
	origin := r.origin
	if origin == "" {
		origin = Origin
	}
	address := strings.TrimSuffix(origin, "/") + "/api/mcp/v1/servers?first=100"
	if cursor != "" {
		address += "&after=" + url.QueryEscape(cursor)
	}
	body, err := web.Get(ctx, address, maxPage)
	if err != nil {
		return source.Page{}, err
	}
	return Entries(body)
}

// Entries reads a page. Error code: source_garbage.
func Entries(body []byte) (source.Page, error) {
	var wire struct {
		Servers *[]json.RawMessage `json:"servers"`
		Info    struct {
			More bool   `json:"hasNextPage"`
			End  string `json:"endCursor"`
		} `json:"pageInfo"`
	}
	err := json.Unmarshal(body, &wire)
	switch {
	case err != nil:
		return source.Page{}, model.Fail("source_garbage", err)
	case wire.Servers == nil:
		return source.Page{}, model.Fail("source_garbage", errors.New("no list of servers"))
	case len(*wire.Servers) > maxRecords || len(wire.Info.End) > maxCursor:
		return source.Page{}, model.Fail("source_garbage", errors.New("too much on one page"))
	}
	var p source.Page
	if wire.Info.More {
		p.Next = wire.Info.End
	}
	for _, raw := range *wire.Servers {
		p.Entries = append(p.Entries, Read(raw))
	}
	return p, nil
}

// Read reads one entry.
func Read(raw []byte) source.Entry {
	fail := func(err error) source.Entry { return source.Entry{Err: err, Raw: raw} }
	o, err := loose.JSON(raw)
	if err != nil {
		return fail(fmt.Errorf("not JSON: %w", err))
	}
	key := strings.Trim(o.Str("namespace")+"-"+o.Str("slug"), "-")
	if key == "" {
		key = o.Str("id")
	}
	if _, ok := clean.Name(key, 200); !ok || strings.ContainsAny(key, `/\`) {
		return fail(errors.New("no usable name"))
	}
	repository, subfolder := clean.Repository(o.Object("repository").Str("url"))
	l := model.Listing{
		ID: ID + "/" + key, Name: key,
		Title:       clean.Line(o.Str("name"), 100),
		Description: clean.Line(o.Str("description"), 1000),
		Publisher:   clean.Line(o.Str("namespace"), 100),
		Repository:  repository, Subfolder: subfolder,
		Website:  clean.WebPage(o.Str("url")),
		License:  license(o),
		Status:   "active",
		Packages: []model.Package{},
		Tools:    []model.Tool{},
	}
	if l.Title == "" {
		l.Title = key
	}
	for _, t := range o.Objects("tools") {
		if name := clean.Line(t.Str("name"), 128); name != "" && len(l.Tools) < maxTools {
			l.Tools = append(l.Tools, model.Tool{Name: name, Description: clean.Text(t.Str("description"), 1000)})
		}
	}
	for _, a := range o.Strings("attributes") {
		if a == "author:official" {
			l.Vendor = true
		}
	}
	if len(o.Object("environmentVariablesJsonSchema").Strings("required")) > 0 {
		l.Needs = model.NeedsKey
	}
	return source.Entry{Listing: l}
}

func license(o loose.Object) string {
	s := o.Str("spdxLicense")
	if m := o.Object("spdxLicense"); s == "" && m != nil {
		if s = m.Str("id"); s == "" {
			u := m.Str("url")
			s = strings.TrimSuffix(u[strings.LastIndex(u, "/")+1:], ".json")
		}
	}
	if s == "NOASSERTION" {
		return ""
	}
	return clean.Line(s, 100)
}
