package catalog

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"toolbay/backend/catalog/internal/clean"
	"toolbay/backend/catalog/source"
	"toolbay/backend/catalog/source/registry"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

const (
	// registriesSetting holds the registries that the user added, as JSON. No
	// key is in it.
	registriesSetting = "registries"
	maxRegistries     = 24
	maxCA             = 256 << 10
)

// Registry is a private registry: any address that speaks the registry API.
type Registry struct {
	// ID is "reg-" and up to 16 characters of [a-z0-9-].
	ID    string `json:"id"`
	URL   string `json:"url"`
	Name  string `json:"name"`
	Badge string `json:"badge"`
	// CA are certificates in PEM.
	CA string `json:"ca,omitempty"`
	// Headers are the names of the headers it is sent; their values are where
	// keys are.
	Headers []string `json:"headers,omitempty"`
	// Managed tells that a policy added it.
	Managed bool `json:"-"`
}

// Registries gives the private registries, the policy's first.
func (c *Catalog) Registries(ctx context.Context) ([]Registry, error) {
	out := slices.Clone(c.o.Policy.added())
	own, err := c.ownRegistries(ctx)
	if err != nil {
		return nil, err
	}
	for _, r := range own {
		if !slices.ContainsFunc(out, func(o Registry) bool { return o.ID == r.ID }) {
			out = append(out, r)
		}
	}
	return out, nil
}

func (c *Catalog) ownRegistries(ctx context.Context) ([]Registry, error) {
	text, err := c.store.Setting(ctx, registriesSetting)
	if err != nil || text == "" {
		return nil, err
	}
	var own []Registry
	if json.Unmarshal([]byte(text), &own) != nil {
		return nil, nil // not written by us
	}
	return own, nil
}

func (c *Catalog) putRegistries(ctx context.Context, own []Registry) error {
	if len(own) == 0 {
		return c.store.PutSetting(ctx, registriesSetting, "")
	}
	text, err := json.Marshal(own)
	if err != nil {
		return err
	}
	return c.store.PutSetting(ctx, registriesSetting, string(text))
}

// CopyRegistries puts the user's registries into another database.
func (c *Catalog) CopyRegistries(ctx context.Context, to Store) error {
	text, err := c.store.Setting(ctx, registriesSetting)
	if err != nil {
		return err
	}
	return to.PutSetting(ctx, registriesSetting, text)
}

// Check makes a registry fit to be added: an address without what is not part
// of it, a name, an id that no other has. It asks nobody. Error codes:
// source_insecure, source_certificate, registry_there, registry_many,
// header_invalid, policy_source, policy_broken.
func (c *Catalog) Check(ctx context.Context, r Registry) (Registry, error) {
	if err := c.o.Policy.Broken(); err != nil {
		return r, err
	}
	r, err := tidy(r)
	if err != nil {
		return r, err
	}
	have, err := c.Registries(ctx)
	if err != nil {
		return r, err
	}
	if len(have) >= maxRegistries {
		return r, model.Fail("registry_many", nil)
	}
	for _, h := range have {
		if h.URL == r.URL {
			return r, model.Fail("registry_there", nil, "name", h.Name)
		}
	}
	slug := r.ID
	for slices.ContainsFunc(have, func(h Registry) bool { return h.ID == r.ID }) {
		r.ID = withHash(slug, r.URL)
		if slug == r.ID {
			break
		}
		slug = r.ID
	}
	return r, c.o.Policy.Source(r.ID)
}

// AddRegistry keeps a registry that Check has passed.
func (c *Catalog) AddRegistry(ctx context.Context, r Registry) error {
	own, err := c.ownRegistries(ctx)
	if err != nil {
		return err
	}
	r.Managed = false
	return c.putRegistries(ctx, append(own, r))
}

// Remove forgets a private registry or an imported file with all that it
// lists. Error codes: source_unknown, source_stays for what comes with Toolbay
// or with the computer's policy, source_busy.
func (c *Catalog) Remove(ctx context.Context, id string) error {
	s, err := c.state(ctx, id)
	if err != nil {
		return err
	}
	if s.Kind == BuiltIn || s.Managed {
		return model.Fail("source_stays", nil, "source", id)
	}
	release, ok, err := c.store.Exclusive("sync-" + id)
	if err != nil {
		return err
	}
	if !ok {
		return model.Fail("source_busy", nil)
	}
	defer release()
	own, err := c.ownRegistries(ctx)
	if err != nil {
		return err
	}
	if err := c.putRegistries(ctx, slices.DeleteFunc(own, func(r Registry) bool { return r.ID == id })); err != nil {
		return err
	}
	if err := c.store.PutSetting(ctx, "read_from."+id, ""); err != nil {
		return err
	}
	if err := c.store.PutSetting(ctx, "short."+id, ""); err != nil {
		return err
	}
	return c.store.RemoveSource(ctx, id)
}

// Trial is what a registry answered when it was asked once.
type Trial struct {
	Servers int  // on its first page
	More    bool // there are more pages
}

// Try asks a registry for its first page and keeps nothing. header holds its
// key. Error codes: those of Sync.
func (c *Catalog) Try(ctx context.Context, r Registry, header http.Header) (Trial, error) {
	r, err := tidy(r)
	if err != nil {
		return Trial{}, err
	}
	if err := c.o.Policy.Broken(); err != nil {
		return Trial{}, err
	}
	client, err := registry.At(r.URL)
	if err != nil {
		return Trial{}, err
	}
	one := *c
	one.o.Headers = func(string) (http.Header, error) { return header, nil }
	one.o.CA = nil
	web, err := one.web(feed{private: &r, Plugin: source.Plugin{ID: r.ID}})
	if err != nil {
		return Trial{}, err
	}
	p, err := client.Page(ctx, web, "")
	if err != nil {
		return Trial{}, err
	}
	t := Trial{More: p.Next != ""}
	var why error
	for _, e := range p.Entries {
		if e.Err == nil {
			t.Servers++
		} else {
			why = e.Err
		}
	}
	if t.Servers == 0 && why != nil {
		return t, model.Fail("source_garbage", why)
	}
	return t, nil
}

// tidy makes the parts of a registry what they should be.
func tidy(r Registry) (Registry, error) {
	client, err := registry.At(r.URL)
	if err != nil {
		return r, err
	}
	r.URL = client.Origin
	if client.Base != "/v0.1" { // the usual one: two spellings of an address are one
		r.URL += client.Base
	}
	u, err := url.Parse(client.Origin)
	if err != nil {
		return r, model.Fail("source_insecure", err)
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !thisComputer(u.Hostname())) {
		return r, model.Fail("source_insecure", errors.New("only https, except on this computer"), "host", u.Hostname())
	}
	r.Name, r.Badge = clean.Line(r.Name, 60), clean.Line(r.Badge, 20)
	if r.Name == "" {
		r.Name = u.Hostname()
	}
	if r.ID == "" {
		r.ID = slug(r.Name, r.URL)
	}
	if r.CA != "" {
		block, _ := pem.Decode([]byte(r.CA))
		if len(r.CA) > maxCA || block == nil || block.Type != "CERTIFICATE" {
			return r, model.Fail("source_certificate", errors.New("the file holds no certificate"), "host", u.Hostname())
		}
	}
	for i, name := range r.Headers {
		r.Headers[i] = http.CanonicalHeaderKey(strings.TrimSpace(name))
		if !headerName().MatchString(r.Headers[i]) || slices.Contains(ours, r.Headers[i]) {
			return r, model.Fail("header_invalid", nil, "name", clean.Line(name, 60))
		}
	}
	return r, nil
}

var headerName = pattern.New(`^[A-Za-z0-9!#$%&'*+.^_|~-]{1,100}$`)

// ours are headers that a source may not set: they belong to the connection.
var ours = []string{"Host", "Content-Length", "Transfer-Encoding", "Connection", "User-Agent", "Accept-Encoding", "Proxy-Authorization", "Te", "Trailer", "Upgrade", "Range"}

func thisComputer(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// slug makes an id of a name.
func slug(name, address string) string {
	s := strings.Trim(notPlain().ReplaceAllString(strings.ToLower(name), "-"), "-")
	if s == "" {
		return withHash("reg-", address)
	}
	return strings.TrimRight("reg-"+s[:min(len(s), 16)], "-")
}

var notPlain = pattern.New(`[^a-z0-9]+`)

// withHash tells ids apart that would be the same.
func withHash(id, address string) string {
	sum := sha256.Sum256([]byte(id + "\x00" + address))
	return strings.TrimRight(id[:min(len(id), 13)], "-") + "-" + hex.EncodeToString(sum[:3])
}
