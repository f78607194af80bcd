// Package galleryclient asks a registry as VS Code's MCP gallery does
// (mcpGalleryService.ts and mcpGalleryManifestService.ts of 2026): the same
// addresses, the same way of paging, the same rules for what is a server.
// Tests only may import it.
//
//	g, err := galleryclient.Open(ctx, "http://127.0.0.1:8181")
//	p, err := g.Query(ctx, "postgres")
//	p, err = g.Next(ctx, p)
package galleryclient

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const pageSize = 50

// Gallery is a registry that answered.
type Gallery struct {
	servers string // the address of its list
}

// Server is what the gallery keeps of one.
type Server struct {
	Name, DisplayName, Description, Version, Publisher, Status string
	Repository, Icon                                           string
	Updated                                                    time.Time
	Packages, Remotes                                          []json.RawMessage
}

// Page is one page of a list. Cursor is "" on the last.
type Page struct {
	Servers []Server
	Cursor  string
}

// Open finds out which version of the API is spoken: the first that answers a
// list of one with success.
func Open(ctx context.Context, address string) (*Gallery, error) {
	address = strings.TrimSuffix(address, "/")
	for _, version := range []string{"v0.1", "v0"} {
		g := &Gallery{servers: address + "/" + version + "/servers"}
		if _, status, err := get(ctx, g.servers+"?limit=1"); err == nil && status/100 == 2 {
			return g, nil
		}
	}
	return nil, errors.New("the registry speaks no known version")
}

// Query asks for the first page of what a text finds, of everything without
// one.
func (g *Gallery) Query(ctx context.Context, text string) (Page, error) {
	address := fmt.Sprintf("%s?limit=%d&version=latest", g.servers, pageSize)
	if text = strings.TrimSpace(text); text != "" {
		address += "&search=" + strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
	}
	return g.page(ctx, address)
}

// Next asks for the page after p. As VS Code does, it puts the cursor into the
// address as it came and does not say again what was searched.
func (g *Gallery) Next(ctx context.Context, p Page) (Page, error) {
	return g.page(ctx, fmt.Sprintf("%s?limit=%d&version=latest&cursor=%s", g.servers, pageSize, p.Cursor))
}

// Get asks for the latest version of the server of that name; ok is false when
// there is none.
func (g *Gallery) Get(ctx context.Context, name string) (s Server, ok bool, err error) {
	body, status, err := get(ctx, g.servers+"/"+url.PathEscape(name)+"/versions/latest")
	if err != nil || status >= 400 && status < 500 {
		return s, false, err
	}
	var r raw
	if err := json.Unmarshal(body, &r); err != nil {
		return s, false, err
	}
	if !r.usable() {
		return s, false, fmt.Errorf("%s: not a server: %.200s", name, body)
	}
	return r.server(), true, nil
}

// raw is a record of the registry as far as the gallery reads it.
type raw struct {
	Server struct {
		Name, Description, Version, Title string
		Repository                        *struct{ URL, Source string }
		Icons                             []struct{ Src, Theme string }
		Packages, Remotes                 []json.RawMessage
	}
	Meta struct {
		Official struct{ Status, UpdatedAt string } `json:"io.modelcontextprotocol.registry/official"`
	} `json:"_meta"`
}

func (r raw) usable() bool {
	return r.Server.Name != "" && r.Server.Description != "" && r.Server.Version != ""
}

func (r raw) server() Server {
	s := Server{
		Name: r.Server.Name, DisplayName: r.Server.Title, Description: r.Server.Description, Version: r.Server.Version,
		Status: r.Meta.Official.Status, Packages: r.Server.Packages, Remotes: r.Server.Remotes,
	}
	space, key, _ := strings.Cut(s.Name, "/")
	s.Publisher = space[strings.LastIndex(space, ".")+1:]
	if s.DisplayName == "" {
		s.DisplayName = strings.ReplaceAll(key, "-", " ")
	}
	if r.Server.Repository != nil {
		s.Repository = r.Server.Repository.URL
	}
	if len(r.Server.Icons) > 0 {
		s.Icon = r.Server.Icons[0].Src
	}
	if t, err := time.Parse(time.RFC3339, r.Meta.Official.UpdatedAt); err == nil {
		s.Updated = t
	}
	return s
}

func (g *Gallery) page(ctx context.Context, address string) (Page, error) {
	body, status, err := get(ctx, address)
	if err != nil {
		return Page{}, err
	}
	if status/100 != 2 {
		return Page{}, fmt.Errorf("%s answers %d: %.200s", address, status, body)
	}
	var answer struct {
		Servers  *[]raw
		Metadata struct{ NextCursor string }
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return Page{}, err
	}
	if answer.Servers == nil {
		return Page{}, errors.New("no list of servers")
	}
	p := Page{Cursor: answer.Metadata.NextCursor}
	for _, r := range *answer.Servers {
		if !r.usable() {
			if len(p.Servers) == 0 {
				return Page{}, errors.New("the first of a page is no server, so that the gallery shows none")
			}
			continue
		}
		p.Servers = append(p.Servers, r.server())
	}
	return p, nil
}

func get(ctx context.Context, address string) ([]byte, int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, 0, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, 0, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return body, res.StatusCode, err
}
