// Package smithery reads Smithery's directory of hosted servers, which wants a
// key of the user's. Only catalog imports it.
//
//	page, err := smithery.Plugin.Open("").Page(ctx, web, "")
package smithery

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"toolbay/backend/catalog/internal/clean"
	"toolbay/backend/catalog/internal/loose"
	"toolbay/backend/catalog/source"
	"toolbay/backend/model"
)

// ID is the source's, and the first half of its listings' ids.
const ID = "smithery"

// Origin is where the directory is, without a path.
const Origin = "https://api.smithery.ai"

const (
	maxPage    = 16 << 20 // bytes
	maxRecords = 1000     // of one page; 100 are asked for
	maxTools   = 500
	lastPage   = 10_000
)

// Plugin is the source.
var Plugin = source.Plugin{
	ID: ID, Site: "https://smithery.ai", Off: true, Key: true, Every: 24 * time.Hour, Pause: time.Second,
	Open: func(origin string) source.Reader { return reader{origin} },
}

type reader struct{ origin string }

// Page reads the page whose number is the cursor.
func (r reader) Page(ctx context.Context, web source.Web, cursor string) (source.Page, error) {
	origin := r.origin
	if origin == "" {
		origin = Origin
	}
	n := 1
	if cursor != "" {
		var err error
		if n, err = strconv.Atoi(cursor); err != nil || n < 1 || n > lastPage {
			return source.Page{}, model.Fail("source_garbage", fmt.Errorf("page %q", cursor))
		}
	}
	body, err := web.Get(ctx, fmt.Sprintf("%s/servers?page=%d&pageSize=100", strings.TrimSuffix(origin, "/"), n), maxPage)
	if err != nil {
		return source.Page{}, err
	}
	p, pages, err := Entries(body)
	if err == nil && n < min(pages, lastPage) {
		p.Next = strconv.Itoa(n + 1)
	}
	return p, err
}

// Entries reads a page and tells how many there are. Error code:
// source_garbage.
func Entries(body []byte) (p source.Page, pages int, err error) {
	var wire struct {
		Servers    *[]json.RawMessage `json:"servers"`
		Pagination struct {
			Pages int `json:"totalPages"`
		} `json:"pagination"`
	}
	err = json.Unmarshal(body, &wire)
	switch {
	case err != nil:
		return p, 0, model.Fail("source_garbage", err)
	case wire.Servers == nil:
		return p, 0, model.Fail("source_garbage", errors.New("no list of servers"))
	case len(*wire.Servers) > maxRecords:
		return p, 0, model.Fail("source_garbage", fmt.Errorf("%d records on one page", len(*wire.Servers)))
	}
	for _, raw := range *wire.Servers {
		p.Entries = append(p.Entries, Read(raw))
	}
	return p, wire.Pagination.Pages, nil
}

// Read reads one entry of the list, or all there is about a server, which has
// its connections besides.
func Read(raw []byte) source.Entry {
	fail := func(err error) source.Entry { return source.Entry{Err: err, Raw: raw} }
	o, err := loose.JSON(raw)
	if err != nil {
		return fail(fmt.Errorf("not JSON: %w", err))
	}
	name := o.Str("qualifiedName")
	key := strings.ReplaceAll(strings.TrimPrefix(name, "@"), "/", "-")
	if _, ok := clean.Name(key, 200); !ok || strings.ContainsAny(key, `\`) {
		return fail(errors.New("no usable name"))
	}
	publisher, _, named := strings.Cut(strings.TrimPrefix(name, "@"), "/")
	if !named {
		publisher = ""
	}
	l := model.Listing{
		ID: ID + "/" + key, Name: key,
		Title:       clean.Line(o.Str("displayName"), 100),
		Description: clean.Line(o.Str("description"), 1000),
		Publisher:   clean.Line(publisher, 100),
		Website:     clean.WebPage(o.Str("homepage")),
		Status:      "active",
		Packages:    []model.Package{},
		Tools:       []model.Tool{},
	}
	if l.Title == "" {
		l.Title = key
	}
	if icon := clean.Secure(o.Str("iconUrl")); !strings.HasSuffix(strings.ToLower(icon), ".svg") {
		l.Icon = icon
	}
	if t, err := time.Parse(time.RFC3339, o.Str("createdAt")); err == nil {
		l.Published = t.UTC()
	}
	if n, err := strconv.Atoi(o.Str("useCount")); err == nil && n > 0 && n < 1<<31 {
		l.Downloads = n
	}
	for _, t := range o.Objects("tools") {
		if tool := clean.Line(t.Str("name"), 128); tool != "" && len(l.Tools) < maxTools {
			l.Tools = append(l.Tools, model.Tool{Name: tool, Description: clean.Text(t.Str("description"), 1000)})
		}
	}
	e := source.Entry{Listing: l}
	e.Listing.Packages, e.LeftOut = packages(o, name)
	return e
}
