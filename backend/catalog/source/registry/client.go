// Package registry reads registries that speak the official MCP registry's
// API, version 0.1: the official one, private ones and others, page by page or
// only what changed, and their records wherever they come from. Only catalog
// and the sources that are such a registry import it.
//
//	c, err := registry.At("https://mcp.example.com/v0.1")
//	page, err := c.Page(ctx, web, "")
package registry

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"toolbay/backend/catalog/source"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

// Origin is where the official registry is.
const Origin = "https://registry.modelcontextprotocol.io"

const (
	maxPage    = 16 << 20 // bytes; a page of 100 real records has 0.1 MB
	maxRecords = 1000     // of one page; 100 are asked for
	maxCursor  = 1 << 10
	// maxVersions of one server is the official registry's own bound.
	maxVersions = 10_000
)

// Client reads a registry that also tells what changed. It is a
// source.Changes.
type Client struct{ Reader }

// At gives the client for an address as a person copies it: with or without
// /v0.1 and /servers at its end. Error code: source_insecure for what is no
// address.
func At(address string) (Client, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		// What stands there is often a key, and addresses are shown and logged.
		return Client{}, model.Fail("source_insecure", errors.New("no plain address of a registry"))
	}
	var c Client
	path := strings.TrimRight(strings.TrimSuffix(strings.TrimRight(u.Path, "/"), "/servers"), "/")
	if m := apiVersion().FindString(path); m != "" {
		path, c.Base = strings.TrimSuffix(path, m), m
	}
	c.Origin = (&url.URL{Scheme: strings.ToLower(u.Scheme), Host: strings.ToLower(u.Host), Path: path}).String()
	return c, nil
}

var apiVersion = pattern.New(`/v0(\.[0-9]+)?$`)

// ChangedSince reads a page of the versions of any age that changed after
// since, deleted ones too. Not only the newest: when the newest is deleted, the
// one that takes its place does not count as changed.
func (c Client) ChangedSince(ctx context.Context, web source.Web, since time.Time, cursor string) (source.Page, error) {
	return c.page(ctx, web, "limit=100&updated_since="+url.QueryEscape(since.UTC().Format(time.RFC3339)), cursor)
}

// Versions gives every version of one server, deleted ones too.
func (c Client) Versions(ctx context.Context, web source.Web, name string) ([]source.Entry, error) {
	body, err := web.Get(ctx, c.address("/servers/"+url.PathEscape(name)+"/versions?include_deleted=true"), 4*maxPage)
	if err != nil {
		return nil, err
	}
	p, err := entries(body, c.Record, maxVersions)
	if err != nil {
		return nil, err
	}
	for i, e := range p.Entries {
		if e.Err == nil && e.Listing.ID != name {
			p.Entries[i] = source.Entry{Err: fmt.Errorf("a version of %q among those of %q", e.Listing.ID, name)}
		}
	}
	return p.Entries, nil
}
