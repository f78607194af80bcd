// Package serve offers the merged catalogue to other programs as a registry of
// MCP servers: the read-only part of the official registry's API v0.1, so that
// VS Code's gallery and everything else that speaks it can list, search and
// read what Toolbay knows. backend puts it on a loopback address.
//
//	http.Serve(listener, &serve.Handler{Catalogue: c})
package serve

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"toolbay/backend/model"
	"toolbay/backend/store"
)

// Catalogue is what is served.
type Catalogue interface {
	// Outlines gives every server, the best first and deleted ones last, and the
	// mark of that state; nothing when the mark is have.
	Outlines(ctx context.Context, have int64) (mark int64, list []store.Outline, err error)
	// Find gives the ids of what a text finds, the best first.
	Find(ctx context.Context, text string, limit, offset int) (ids []string, more bool, err error)
	// Card gives everything known of one, by any of its ids. Error code:
	// listing_unknown.
	Card(ctx context.Context, id string) (model.Card, error)
}

// Handler answers as a registry does. Its zero value with a Catalogue is ready.
type Handler struct {
	Catalogue Catalogue
	// Version of this program, for those who ask.
	Version string

	names names
}

const (
	defaultLimit = 30
	maxLimit     = 100
	maxText      = 4 << 10 // of a path or query
)

// ServeHTTP answers one request. Only GET, HEAD and OPTIONS are known, and only
// under this computer's own names: a web page that has its name point here
// (DNS rebinding) is turned away.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Vary", "Origin")
	if !ownName(r.Host) {
		problem(w, http.StatusForbidden, "this registry is for programs on this computer; ask for it as localhost")
		return
	}
	if o := r.Header.Get("Origin"); mayRead(o) {
		w.Header().Set("Access-Control-Allow-Origin", o)
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
	case http.MethodOptions:
		w.Header().Set("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS")
		w.Header().Set("Access-Control-Allow-Headers", "*")
		w.WriteHeader(http.StatusNoContent)
		return
	default:
		w.Header().Set("Allow", "GET, HEAD, OPTIONS")
		problem(w, http.StatusMethodNotAllowed, "this registry can only be read")
		return
	}
	path := r.URL.EscapedPath()
	if len(path)+len(r.URL.RawQuery) > maxText {
		problem(w, http.StatusRequestURITooLong, "the address is too long")
		return
	}
	if path != "/" && strings.HasSuffix(path, "/") {
		to := strings.TrimRight(path, "/")
		if !strings.HasPrefix(to, "/v0") { // never to another host, as "//…" would
			to = "/"
		} else if r.URL.RawQuery != "" {
			to += "?" + r.URL.RawQuery
		}
		w.Header().Set("Location", to)
		problem(w, http.StatusPermanentRedirect, "without the slash at the end")
		return
	}
	parts, err := split(path)
	if err == nil {
		err = h.answer(w, r, parts)
	}
	var p *trouble
	switch {
	case err == nil:
	case errors.As(err, &p):
		problem(w, p.status, p.detail)
	case model.Code(err) == "listing_unknown":
		problem(w, http.StatusNotFound, "Server not found")
	case r.Context().Err() != nil:
		// Nobody listens any more.
	default:
		problem(w, http.StatusInternalServerError, "the catalogue cannot be read at the moment")
	}
}

// split takes a path apart before it is unescaped: a server's name has a slash.
func split(path string) ([]string, error) {
	var out []string
	for _, p := range strings.Split(strings.Trim(path, "/"), "/") {
		s, err := url.PathUnescape(p)
		if err != nil || strings.ContainsRune(s, 0) {
			return nil, &trouble{http.StatusBadRequest, "the address cannot be read"}
		}
		out = append(out, s)
	}
	return out, nil
}

// answer finds what is asked for. Names come as one part (%2F) or, from
// programs that leave the slash, as two.
func (h *Handler) answer(w http.ResponseWriter, r *http.Request, parts []string) error {
	if parts[0] != "v0.1" && parts[0] != "v0" || len(parts) < 2 {
		return &trouble{http.StatusNotFound, "nothing is here; the servers are at /v0.1/servers"}
	}
	rest := parts[2:]
	switch parts[1] {
	case "ping":
		if len(rest) == 0 {
			return send(w, map[string]bool{"pong": true})
		}
	case "health":
		if len(rest) == 0 {
			return send(w, map[string]string{"status": "ok"})
		}
	case "version":
		if len(rest) == 0 {
			return send(w, map[string]string{"version": h.Version})
		}
	case "servers":
		if n := len(rest); n >= 3 && rest[1] != "versions" {
			rest = append([]string{rest[0] + "/" + rest[1]}, rest[2:]...)
		}
		switch {
		case len(rest) == 0:
			return h.list(w, r)
		case len(rest) == 2 && rest[1] == "versions":
			return h.one(w, r, rest[0], "", true)
		case len(rest) == 3 && rest[1] == "versions":
			return h.one(w, r, rest[0], rest[2], false)
		}
	}
	return &trouble{http.StatusNotFound, "nothing is here; the servers are at /v0.1/servers"}
}

// one sends the one version of a server that the catalogue has, as a record or
// as a list of one.
func (h *Handler) one(w http.ResponseWriter, r *http.Request, name, version string, asList bool) error {
	q := r.URL.Query()
	deleted, err := truth(q, "include_deleted")
	if err != nil {
		return err
	}
	all, err := h.outlines(r.Context())
	if err != nil {
		return err
	}
	entry, ok := all.byID(name)
	if !ok || entry.deleted && !deleted {
		return &trouble{http.StatusNotFound, "Server not found"}
	}
	card, err := h.Catalogue.Card(r.Context(), entry.id)
	if err != nil {
		return err
	}
	if !strings.EqualFold(name, entry.name) && named(name) {
		// It was merged into another; who asks by its own name is told what its
		// own record says.
		for _, one := range card.Records {
			if strings.EqualFold(one.ID, name) {
				one.Sources = card.Sources
				card.Listing, entry.name = one.Listing, one.ID
				break
			}
		}
	}
	rec := document(entry.name, card)
	if version != "" && version != "latest" && version != rec.Server.Version {
		return &trouble{http.StatusNotFound, "Server version not found"}
	}
	if asList {
		return send(w, page{Servers: []record{rec}, Metadata: metadata{Count: 1}})
	}
	return send(w, rec)
}

func (h *Handler) record(ctx context.Context, e entry) (record, error) {
	card, err := h.Catalogue.Card(ctx, e.id)
	if err != nil {
		return record{}, err
	}
	return document(e.name, card), nil
}

// page is the answer to a list.
type page struct {
	Servers  []record `json:"servers"`
	Metadata metadata `json:"metadata"`
}

type metadata struct {
	NextCursor string `json:"nextCursor,omitempty"`
	Count      int    `json:"count"`
}

// trouble is an answer that is no success.
type trouble struct {
	status int
	detail string
}

func (p *trouble) Error() string { return p.detail }

// problem sends an error as the registry does (RFC 9457), and under "error" as
// its OpenAPI says.
func problem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(struct {
		Title  string `json:"title"`
		Status int    `json:"status"`
		Detail string `json:"detail"`
		Error  string `json:"error"`
	}{http.StatusText(status), status, detail, detail})
}

func send(w http.ResponseWriter, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(append(body, '\n'))
	return nil
}

// ownName tells whether a Host is one that means this computer and nothing
// else.
func ownName(host string) bool {
	name := host
	if n, _, err := net.SplitHostPort(host); err == nil {
		name = n
	}
	name = strings.TrimSuffix(strings.Trim(name, "[]"), ".")
	if strings.EqualFold(name, "localhost") {
		return true
	}
	ip := net.ParseIP(name)
	return ip != nil && ip.IsLoopback()
}

// mayRead tells whether a page in a browser may read the answers: one from this
// computer, or the editor itself. Private registries are part of the catalogue,
// so not every page on the web may.
func mayRead(origin string) bool {
	switch origin {
	case "vscode-file://vscode-app", "https://vscode.dev", "https://insiders.vscode.dev":
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Path == "" && ownName(u.Host)
}

func truth(q url.Values, name string) (bool, error) {
	switch s := q.Get(name); s {
	case "":
		return false, nil
	default:
		v, err := strconv.ParseBool(s)
		if err != nil {
			return false, &trouble{http.StatusUnprocessableEntity, fmt.Sprintf("%s must be true or false", name)}
		}
		return v, nil
	}
}

func moment(q url.Values, name string) (time.Time, error) {
	s := q.Get(name)
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return t, &trouble{http.StatusBadRequest, fmt.Sprintf("%s must be a time such as 2025-08-07T13:15:04Z", name)}
	}
	return t, nil
}
