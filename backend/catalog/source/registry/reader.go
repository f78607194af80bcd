package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"toolbay/backend/catalog/source"
	"toolbay/backend/model"
)

// Reader reads a host that answers like the registry but is not it: at another
// path, with more to its records.
type Reader struct {
	Origin string // without a path
	Base   string // path before /servers; "/v0.1" when ""
	Query  string // after limit and version, as "visibility=commercial"
	// Record reads one record; Entry when nil.
	Record func(raw []byte) source.Entry
}

// Page reads the page at cursor, "" being the first. The address always has
// the same shape, so that the registry's own cache answers most of the time.
// Error codes: source_unreachable, source_refused, source_key, source_garbage,
// source_insecure.
func (r Reader) Page(ctx context.Context, web source.Web, cursor string) (source.Page, error) {
	return r.page(ctx, web, "limit=100&version=latest", cursor)
}

func (r Reader) page(ctx context.Context, web source.Web, query, cursor string) (source.Page, error) {
	address := r.address("/servers?" + query)
	if r.Query != "" {
		address += "&" + r.Query
	}
	if cursor != "" {
		address += "&cursor=" + url.QueryEscape(cursor)
	}
	body, err := web.Get(ctx, address, maxPage)
	if err != nil {
		return source.Page{}, err
	}
	return Entries(body, r.Record)
}

func (r Reader) address(path string) string {
	base := r.Base
	if base == "" {
		base = "/v0.1"
	}
	return strings.TrimSuffix(r.Origin, "/") + base + path
}

// Entries reads a page of any registry, record by record; with no reader of
// records they are the registry's own. Error code: source_garbage.
func Entries(body []byte, record func([]byte) source.Entry) (source.Page, error) {
	return entries(body, record, maxRecords)
}

func entries(body []byte, record func([]byte) source.Entry, most int) (source.Page, error) {
	if record == nil {
		record = Entry
	}
	var wire struct {
		Servers  *[]json.RawMessage `json:"servers"`
		Metadata struct {
			NextCursor  string `json:"nextCursor"`
			NextCursor1 string `json:"next_cursor"`
		} `json:"metadata"`
	}
	if err := json.Unmarshal(body, &wire); err != nil {
		return source.Page{}, model.Fail("source_garbage", err)
	}
	p := source.Page{Next: wire.Metadata.NextCursor}
	if p.Next == "" {
		p.Next = wire.Metadata.NextCursor1
	}
	if len(p.Next) > maxCursor {
		return source.Page{}, model.Fail("source_garbage", errors.New("the cursor is too long"))
	}
	if wire.Servers == nil {
		// {"servers":null} is how an empty page looks; anything else is no page.
		var keys map[string]json.RawMessage
		if err := json.Unmarshal(body, &keys); err != nil || keys["servers"] == nil {
			return source.Page{}, model.Fail("source_garbage", errors.New("no list of servers"))
		}
		return p, nil
	}
	if len(*wire.Servers) > most {
		return source.Page{}, model.Fail("source_garbage", fmt.Errorf("%d records on one page", len(*wire.Servers)))
	}
	for _, raw := range *wire.Servers {
		p.Entries = append(p.Entries, record(raw))
	}
	return p, nil
}
