// Package registry reads the official MCP registry: its API, version 0.1,
// page by page, and its records wherever they come from. Only catalog imports
// it.
//
//	c := registry.Client{Fetch: web}
//	page, err := c.Page(ctx, "")
package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"toolbay/backend/catalog/internal/fetch"
	"toolbay/backend/model"
)

// Origin is where the official registry is.
const Origin = "https://registry.modelcontextprotocol.io"

const (
	maxPage    = 16 << 20 // bytes; a page of 100 real records has 0.1 MB
	maxRecords = 1000     // of one page; 100 are asked for
	maxCursor  = 1 << 10
)

// Client reads one registry.
type Client struct {
	Fetch  *fetch.Client
	Origin string // without a path; "" is the official registry
}

// Page is one page of the newest versions.
type Page struct {
	Records []Result
	Next    string // cursor of the next page, "" at the end
}

// Result is one record of a page, or why it could not be read.
type Result struct {
	Record
	Err error
}

// Page reads the page at cursor, "" being the first. The address always has
// the same shape, so that the registry's own cache answers most of the time.
// Error codes: source_unreachable, source_refused, source_garbage,
// source_insecure.
func (c Client) Page(ctx context.Context, cursor string) (Page, error) {
	origin := c.Origin
	if origin == "" {
		origin = Origin
	}
	address := strings.TrimSuffix(origin, "/") + "/v0.1/servers?limit=100&version=latest"
	if cursor != "" {
		address += "&cursor=" + url.QueryEscape(cursor)
	}
	body, err := c.Fetch.Get(ctx, address, maxPage)
	if err != nil {
		return Page{}, err
	}
	return readPage(body)
}

func readPage(body []byte) (Page, error) {
	var wire struct {
		Servers  []json.RawMessage `json:"servers"`
		Metadata struct {
			NextCursor  string `json:"nextCursor"`
			NextCursor1 string `json:"next_cursor"`
		} `json:"metadata"`
	}
	if err := json.Unmarshal(body, &wire); err != nil {
		return Page{}, model.Fail("source_garbage", err)
	}
	if wire.Servers == nil {
		// {"servers":null} is how an empty page looks; anything else is no page.
		var keys map[string]json.RawMessage
		if err := json.Unmarshal(body, &keys); err != nil || keys["servers"] == nil {
			return Page{}, model.Fail("source_garbage", errors.New("no list of servers"))
		}
	}
	if len(wire.Servers) > maxRecords {
		return Page{}, model.Fail("source_garbage", fmt.Errorf("%d records on one page", len(wire.Servers)))
	}
	p := Page{Next: wire.Metadata.NextCursor}
	if p.Next == "" {
		p.Next = wire.Metadata.NextCursor1
	}
	if len(p.Next) > maxCursor {
		return Page{}, model.Fail("source_garbage", errors.New("the cursor is too long"))
	}
	for _, raw := range wire.Servers {
		r, err := Read(raw)
		p.Records = append(p.Records, Result{r, err})
	}
	return p, nil
}
