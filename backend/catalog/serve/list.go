package serve

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// question is what a list was asked for and how far it is. A cursor holds all
// of it: VS Code's gallery repeats neither the search nor the encoding of the
// cursor when it asks for the next page.
type question struct {
	Mark    int64     `json:"m"` // the state of the catalogue at the first page
	Offset  int       `json:"o"`
	Search  string    `json:"s,omitempty"`
	Version string    `json:"v,omitempty"`
	Since   time.Time `json:"u,omitzero"`
	Deleted bool      `json:"d,omitempty"`
}

func (q question) cursor() string {
	b, err := json.Marshal(q)
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// read takes the question from the query; limit is not part of the cursor.
func read(values url.Values) (q question, limit int, err error) {
	limit = defaultLimit
	if s := values.Get("limit"); s != "" {
		if limit, err = strconv.Atoi(s); err != nil || limit < 1 || limit > maxLimit {
			return q, 0, &trouble{http.StatusUnprocessableEntity, fmt.Sprintf("limit must be a number from 1 to %d", maxLimit)}
		}
	}
	for _, v := range values {
		if strings.ContainsRune(strings.Join(v, ""), 0) {
			return q, 0, &trouble{http.StatusBadRequest, "the query cannot be read"}
		}
	}
	if c := values.Get("cursor"); c != "" {
		b, err := base64.RawURLEncoding.DecodeString(c)
		if err != nil || json.Unmarshal(b, &q) != nil || q.Offset < 0 {
			return q, 0, &trouble{http.StatusBadRequest, "cursor must be one that this registry gave"}
		}
		return q, limit, nil
	}
	q.Search, q.Version = strings.TrimSpace(values.Get("search")), values.Get("version")
	if q.Version == "latest" { // there is no other
		q.Version = ""
	}
	if q.Since, err = moment(values, "updated_since"); err != nil {
		return q, 0, err
	}
	if q.Deleted, err = truth(values, "include_deleted"); err != nil {
		return q, 0, err
	}
	if !q.Since.IsZero() {
		if values.Has("include_deleted") && !q.Deleted {
			return q, 0, &trouble{http.StatusBadRequest, "updated_since tells of deleted servers too"}
		}
		q.Deleted = true
	}
	return q, limit, nil
}

func (q question) wants(e entry) bool {
	return (q.Deleted || !e.deleted) && (q.Version == "" || q.Version == e.version) &&
		(q.Since.IsZero() || e.updated.After(q.Since))
}

func (h *Handler) list(w http.ResponseWriter, r *http.Request) error {
	q, limit, err := read(r.URL.Query())
	if err != nil {
		return err
	}
	all, err := h.outlinesOf(r.Context(), q.Mark)
	if err != nil {
		return err
	}
	q.Mark = all.mark
	next := h.walk
	if q.Search != "" {
		next = h.search
	}
	out := page{Servers: []record{}}
	for {
		entries, at, more, err := next(r.Context(), all, q, limit-len(out.Servers))
		if err != nil {
			return err
		}
		for _, e := range entries {
			rec, err := h.record(r.Context(), e)
			if err != nil {
				if r.Context().Err() != nil {
					return err
				}
				continue // gone since the list was made
			}
			out.Servers = append(out.Servers, rec)
		}
		q.Offset = at
		if !more || len(out.Servers) == limit {
			if more {
				out.Metadata.NextCursor = q.cursor()
			}
			break
		}
	}
	out.Metadata.Count = len(out.Servers)
	return send(w, out)
}

// walk gives the next of all servers in their order. more tells that there is
// another one, so that no last page is empty.
func (h *Handler) walk(_ context.Context, all *listed, q question, limit int) (out []entry, at int, more bool, err error) {
	for i := min(q.Offset, len(all.entries)); i < len(all.entries); i++ {
		if !q.wants(all.entries[i]) {
			continue
		}
		if len(out) == limit {
			return out, i, true, nil
		}
		out = append(out, all.entries[i])
	}
	return out, len(all.entries), false, nil
}

// search gives the next of what the text finds.
func (h *Handler) search(ctx context.Context, all *listed, q question, limit int) (out []entry, at int, more bool, err error) {
	ids, more, err := h.Catalogue.Find(ctx, q.Search, limit, q.Offset)
	if err != nil {
		return nil, 0, false, err
	}
	for _, id := range ids {
		if e, ok := all.byID(id); ok && q.wants(e) {
			out = append(out, e)
		}
	}
	return out, q.Offset + len(ids), more && len(ids) > 0, nil
}
