// Package fakeregistry is a registry server for tests: it answers like API
// version 0.1 of the official registry (pages, cursors, filters, errors) from
// records it is given, and misbehaves on demand. Tests and test programs may
// import it; internal/fakeregistry/cmd runs it by itself.
//
//	reg := fakeregistry.New(records)
//	srv := httptest.NewServer(reg)
//	reg.Fail(fakeregistry.Fault{Kind: "500", After: 3})
package fakeregistry

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"
)

const metaKey = "io.modelcontextprotocol.registry/official"

// Record is one version of one server, with what the registry sorts and
// filters by.
type Record struct {
	Raw     json.RawMessage
	Name    string
	Version string
	Status  string
	Latest  bool
	Updated time.Time

	Published   time.Time
	Message     string // that goes with Status
	Description string // "" leaves the one in Raw
}

// NewRecord reads the fields of a record of the form {"server":…,"_meta":…}.
func NewRecord(raw json.RawMessage) (Record, error) {
	var wire struct {
		Server struct {
			Name    string `json:"name"`
			Version string `json:"version"`
		} `json:"server"`
		Meta map[string]struct {
			Status        string    `json:"status"`
			StatusMessage string    `json:"statusMessage"`
			UpdatedAt     time.Time `json:"updatedAt"`
			PublishedAt   time.Time `json:"publishedAt"`
			IsLatest      bool      `json:"isLatest"`
		} `json:"_meta"`
	}
	if err := json.Unmarshal(raw, &wire); err != nil {
		return Record{}, err
	}
	if wire.Server.Name == "" {
		return Record{}, errors.New("a record without a name")
	}
	m := wire.Meta[metaKey]
	return Record{
		Raw: raw, Name: wire.Server.Name, Version: wire.Server.Version, Status: m.Status, Latest: m.IsLatest,
		Updated: m.UpdatedAt, Published: m.PublishedAt, Message: m.StatusMessage,
	}, nil
}

// Make builds a record of a small server: an npm package of the same name.
func Make(name, version string, latest bool) Record {
	raw := fmt.Sprintf(`{"server":{"name":%q,"description":"The server %s","version":%q,"packages":[{"registryType":"npm","identifier":%q,"version":%q,"transport":{"type":"stdio"}}]},"_meta":{%q:{"status":"active","publishedAt":"2025-12-01T10:00:00Z","updatedAt":"2025-12-01T10:00:00Z","isLatest":%v}}}`,
		name, name, version, strings.ReplaceAll(name, "/", "-"), version, metaKey, latest)
	r, err := NewRecord(json.RawMessage(raw))
	if err != nil {
		panic(err) // only a name that is not JSON-safe
	}
	return r
}

// Load reads records from a JSON list, packed with gzip or not.
func Load(path string) ([]Record, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var in io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if in, err = gzip.NewReader(f); err != nil {
			return nil, err
		}
	}
	var raws []json.RawMessage
	if err := json.NewDecoder(in).Decode(&raws); err != nil {
		return nil, err
	}
	records := make([]Record, 0, len(raws))
	for _, raw := range raws {
		r, err := NewRecord(raw)
		if err != nil {
			return nil, err
		}
		records = append(records, r)
	}
	return records, nil
}

// Registry is the server. It is an http.Handler.
type Registry struct {
	mux *http.ServeMux

	mu       sync.Mutex
	records  []Record
	fault    Fault
	requests []*http.Request
	asked    []string // names whose versions were asked for
	rules    Rules
}

// Rules are how a registry differs from the official one; the zero value is
// the official one.
type Rules struct {
	// Base is a path before /v0.1.
	Base string
	// Header must come with every request, as "Bearer x" in "Authorization".
	Header map[string]string
	// Since is what it makes of updated_since: "" filters, "ignored" answers as
	// if it were not there, "refused" with an error.
	Since string
	// Most bounds a page, below what was asked for; 0 is no bound.
	Most int
	// Before is called before a list or the versions of a server are answered,
	// with how many such answers there will have been.
	Before func(answers int)
}

// Behave changes the rules.
func (r *Registry) Behave(rules Rules) {
	r.mu.Lock()
	r.rules = rules
	r.mu.Unlock()
}

// Versions gives the names whose versions were asked for so far.
func (r *Registry) Versions() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.asked)
}

// New makes a registry that holds records.
func New(records []Record) *Registry {
	r := &Registry{mux: http.NewServeMux()}
	r.Set(records)
	for _, v := range []string{"/v0", "/v0.1"} {
		r.mux.HandleFunc("GET "+v+"/servers", r.list)
		r.mux.HandleFunc("GET "+v+"/servers/{name}/versions", r.versions)
		r.mux.HandleFunc("GET "+v+"/servers/{name}/versions/{version}", r.version)
		r.mux.HandleFunc("GET "+v+"/ping", func(w http.ResponseWriter, _ *http.Request) {
			reply(w, http.StatusOK, map[string]bool{"pong": true})
		})
	}
	r.mux.HandleFunc("POST /fault", r.setFault)
	r.mux.HandleFunc("/", func(w http.ResponseWriter, q *http.Request) {
		problem(w, http.StatusNotFound, "Endpoint not found. See /docs for the API documentation.")
	})
	return r
}

// Set replaces all records.
func (r *Registry) Set(records []Record) {
	records = slices.Clone(records)
	// Versions are sorted as text, so 1.10.0 stands before 1.2.0.
	sort.SliceStable(records, func(i, j int) bool { return before(records[i], records[j].Name, records[j].Version) })
	r.mu.Lock()
	r.records = records
	r.mu.Unlock()
}

func before(a Record, name, version string) bool {
	return a.Name < name || a.Name == name && a.Version < version
}

// Requests gives the requests for lists so far.
func (r *Registry) Requests() []*http.Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.requests)
}

func (r *Registry) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	if p := q.URL.Path; len(p) > 1 && strings.HasSuffix(p, "/") {
		to := url.URL{Path: strings.TrimRight(p, "/"), RawQuery: q.URL.RawQuery}
		http.Redirect(w, q, to.String(), http.StatusPermanentRedirect)
		return
	}
	if strings.ContainsRune(q.URL.Path, 0) || strings.Contains(q.URL.RawQuery, "%00") {
		problem(w, http.StatusBadRequest, "NUL bytes are not allowed")
		return
	}
	r.mu.Lock()
	rules := r.rules
	r.mu.Unlock()
	if q.URL.Path != "/fault" {
		for name, value := range rules.Header {
			if q.Header.Get(name) != value {
				problem(w, http.StatusUnauthorized, "Authentication required")
				return
			}
		}
		if !strings.HasPrefix(q.URL.Path, rules.Base) {
			problem(w, http.StatusNotFound, "Endpoint not found. See /docs for the API documentation.")
			return
		}
	}
	http.StripPrefix(rules.Base, r.mux).ServeHTTP(w, q)
}

func (r *Registry) list(w http.ResponseWriter, q *http.Request) {
	r.mu.Lock()
	r.requests = append(r.requests, q)
	fault, rules, answers := r.fault.take(), r.rules, len(r.requests)+len(r.asked)
	r.mu.Unlock()
	if rules.Before != nil {
		rules.Before(answers)
	}
	r.mu.Lock()
	records := r.records
	r.mu.Unlock()

	query := q.URL.Query()
	if query.Has("updated_since") && rules.Since == "refused" {
		problem(w, http.StatusBadRequest, "updated_since is not supported")
		return
	}
	if rules.Since == "ignored" {
		query.Del("updated_since")
	}
	f, status, why := readFilter(query)
	if why != "" {
		problem(w, status, why)
		return
	}
	if rules.Most > 0 {
		f.limit = min(f.limit, rules.Most)
	}
	page := []json.RawMessage{}
	next := ""
	for _, rec := range records {
		if f.cursor && !after(rec, f.name, f.version) || !f.pass(rec) {
			continue
		}
		page = append(page, rec.Raw)
		if len(page) == f.limit {
			// Set whenever the page is full, so an empty one may follow.
			next = rec.Name + ":" + rec.Version
			break
		}
	}
	if fault != "" && r.misbehave(w, q, fault, page, next) {
		return
	}
	reply(w, http.StatusOK, pageBody(page, next))
}

func pageBody(page []json.RawMessage, next string) map[string]any {
	meta := map[string]any{"count": len(page)}
	if next != "" {
		meta["nextCursor"] = next
	}
	return map[string]any{"servers": page, "metadata": meta}
}

func after(r Record, name, version string) bool {
	return r.Name > name || r.Name == name && r.Version > version
}

type filter struct {
	limit         int
	cursor        bool
	name, version string // of the cursor
	search        string
	only          string // version wanted: "", "latest" or exact
	since         time.Time
	deleted       bool
}

func readFilter(v url.Values) (f filter, status int, why string) {
	f.limit = 30
	if s := v.Get("limit"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > 100 {
			return f, http.StatusUnprocessableEntity, "expected limit between 1 and 100"
		}
		f.limit = n
	}
	if s := v.Get("cursor"); s != "" {
		name, version, ok := strings.Cut(s, ":")
		if !ok {
			return f, http.StatusBadRequest, "Invalid cursor parameter"
		}
		f.cursor, f.name, f.version = true, name, version
	}
	if s := strings.TrimSpace(v.Get("search")); s != "" {
		if len([]rune(s)) < 3 {
			return f, http.StatusUnprocessableEntity, "expected search of at least 3 characters"
		}
		f.search = strings.ToLower(s)
	}
	f.only = v.Get("version")
	f.deleted = v.Get("include_deleted") == "true"
	if s := v.Get("updated_since"); s != "" {
		t, err := time.Parse(time.RFC3339, s)
		if err != nil {
			return f, http.StatusBadRequest, "Invalid updated_since format: expected RFC3339 timestamp"
		}
		if v.Get("include_deleted") == "false" {
			return f, http.StatusBadRequest, "include_deleted=false cannot be combined with updated_since"
		}
		f.since, f.deleted = t, true
	}
	return f, 0, ""
}

func (f filter) pass(r Record) bool {
	switch {
	case r.Status == "deleted" && !f.deleted,
		f.only == "latest" && !r.Latest,
		f.only != "" && f.only != "latest" && r.Version != f.only,
		!f.since.IsZero() && !r.Updated.After(f.since),
		f.search != "" && !strings.Contains(strings.ToLower(r.Name), f.search):
		return false
	}
	return true
}

func (r *Registry) versions(w http.ResponseWriter, q *http.Request) {
	page := []json.RawMessage{}
	r.mu.Lock()
	r.asked = append(r.asked, q.PathValue("name"))
	rules, answers := r.rules, len(r.requests)+len(r.asked)
	r.mu.Unlock()
	if rules.Before != nil {
		rules.Before(answers)
	}
	for _, rec := range r.of(q.PathValue("name"), q.URL.Query().Get("include_deleted") == "true") {
		page = append(page, rec.Raw)
	}
	if len(page) == 0 {
		problem(w, http.StatusNotFound, "Server not found")
		return
	}
	reply(w, http.StatusOK, pageBody(page, ""))
}

func (r *Registry) version(w http.ResponseWriter, q *http.Request) {
	want := q.PathValue("version")
	for _, rec := range r.of(q.PathValue("name"), q.URL.Query().Get("include_deleted") == "true") {
		if rec.Version == want || want == "latest" && rec.Latest {
			reply(w, http.StatusOK, rec.Raw)
			return
		}
	}
	problem(w, http.StatusNotFound, "Server not found")
}

func (r *Registry) of(name string, deleted bool) []Record {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []Record
	for _, rec := range r.records {
		if rec.Name == name && (deleted || rec.Status != "deleted") {
			out = append(out, rec)
		}
	}
	slices.SortStableFunc(out, func(a, b Record) int { return b.Updated.Compare(a.Updated) })
	return out
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}

func problem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]any{"title": http.StatusText(status), "status": status, "detail": detail})
}
