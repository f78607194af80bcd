package backend

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"

	"toolbay/backend/catalog"
	"toolbay/backend/model"
	"toolbay/backend/secrets"
	"toolbay/backend/store"
)

// SourceState is how a source of listings is and what it is.
type SourceState = catalog.SourceState

// RegistrySpec is a private registry as a person enters it.
type RegistrySpec struct {
	URL   string
	Name  string
	Badge string
	// Key is sent as a bearer token; Headers are sent besides. Their values go
	// to the keychain only.
	Key     string
	Headers map[string]string
	// CAFile is a file with certificates in PEM. Its text is kept.
	CAFile string
}

// RegistryTest is what a registry answered when it was asked once.
type RegistryTest struct {
	OK      bool  `json:"ok"`
	Servers int   `json:"servers"` // on its first page
	More    bool  `json:"more"`
	Error   error `json:"-"`
}

// Sources tells how each source is, the one that is believed most first.
func (b *Backend) Sources(ctx context.Context) ([]SourceState, error) {
	states, err := b.catalog.Status(ctx)
	for i := range states {
		states[i].KeySet = b.keySet(ctx, states[i].Source)
	}
	return states, err
}

// Source is how one source is. Error code: source_unknown.
func (b *Backend) Source(ctx context.Context, id string) (SourceState, error) {
	states, err := b.Sources(ctx)
	if err != nil {
		return SourceState{}, err
	}
	for _, s := range states {
		if s.Source == id {
			return s, nil
		}
	}
	return SourceState{}, model.Fail("source_unknown", nil, "source", id)
}

// AddRegistry adds a private registry; nothing is asked of it yet. Error codes:
// source_insecure, source_certificate, registry_there, registry_many,
// header_invalid, ca_unreadable, policy_*, keychain_*, consent_needed where
// there is no keychain.
func (b *Backend) AddRegistry(ctx context.Context, spec RegistrySpec) (SourceState, error) {
	r, values, err := spec.registry()
	if err != nil {
		return SourceState{}, err
	}
	release, err := b.alone(ctx)
	if err != nil {
		return SourceState{}, err
	}
	defer release()
	if r, err = b.catalog.Check(ctx, r); err != nil {
		return SourceState{}, err
	}
	if len(values) > 0 {
		if err := b.putSourceKeys(ctx, slotOf(r), values); err != nil {
			return SourceState{}, err
		}
	}
	if err := b.catalog.AddRegistry(ctx, r); err != nil {
		return SourceState{}, errors.Join(err, b.dropSourceKeys(ctx, slotOf(r)))
	}
	b.sourcesChanged()
	return b.Source(ctx, r.ID)
}

// TestRegistry asks a registry for its first page and keeps nothing. That it
// does not answer is no error: the result says so. Error codes: those of
// AddRegistry that concern what was entered.
func (b *Backend) TestRegistry(ctx context.Context, spec RegistrySpec) (RegistryTest, error) {
	r, values, err := spec.registry()
	if err != nil {
		return RegistryTest{}, err
	}
	if _, err := b.catalog.Check(ctx, r); err != nil && model.Code(err) != "registry_there" {
		return RegistryTest{}, err
	}
	t, err := b.catalog.Try(ctx, r, headers(values))
	if ctx.Err() != nil {
		return RegistryTest{}, model.Fail("cancelled", ctx.Err())
	}
	return RegistryTest{OK: err == nil, Servers: t.Servers, More: t.More, Error: err}, nil
}

// RemoveSource forgets a private registry or an imported file, its listings
// and its keys. What was installed from it stays. Error codes: source_unknown,
// source_stays, source_busy.
func (b *Backend) RemoveSource(ctx context.Context, id string) error {
	release, err := b.alone(ctx)
	if err != nil {
		return err
	}
	defer release()
	slot, err := b.slot(ctx, id)
	if err != nil {
		return err
	}
	if err := b.catalog.Remove(ctx, id); err != nil {
		return err
	}
	err = b.dropSourceKeys(ctx, slot)
	b.sourcesChanged()
	return err
}

// SetSourceKey keeps the key that a source is sent as a bearer token; ""
// forgets it. Headers that were set for the source besides stay. Error codes:
// source_unknown, input_invalid, keychain_*, consent_needed where there is no
// keychain.
func (b *Backend) SetSourceKey(ctx context.Context, id, value string) error {
	s, err := b.Source(ctx, id)
	if err != nil {
		return err
	}
	if s.Kind == catalog.OfFile || s.Kind == catalog.BuiltIn && !s.NeedsKey {
		return model.Fail("source_no_key", nil, "source", id)
	}
	if value = strings.TrimSpace(value); !headerValue(value) {
		return model.Fail("input_invalid", nil, "name", "key")
	}
	release, err := b.alone(ctx)
	if err != nil {
		return err
	}
	defer release()
	values, err := b.sourceKeys(ctx, id)
	if err != nil {
		return err
	}
	if values == nil {
		values = map[string]string{}
	}
	if value == "" {
		delete(values, "Authorization")
	} else {
		values["Authorization"] = "Bearer " + value
	}
	slot, err := b.slot(ctx, id)
	switch {
	case err != nil:
	case len(values) == 0:
		err = b.dropSourceKeys(ctx, slot)
	default:
		err = b.putSourceKeys(ctx, slot, values)
	}
	b.sourcesChanged()
	return err
}

// OrderSources says which source is believed where several say different
// things, the first most; none is the usual order. Error code: source_unknown.
func (b *Backend) OrderSources(ctx context.Context, ids []string) error {
	err := b.catalog.Order(ctx, ids)
	b.sourcesChanged()
	return err
}

func (b *Backend) sourcesChanged() {
	b.o.Changed("settings")
	b.o.Changed("catalogue")
}

// registry takes a spec apart: what may be kept anywhere, and what may be kept
// with the keys only.
func (spec RegistrySpec) registry() (catalog.Registry, map[string]string, error) {
	r := catalog.Registry{URL: spec.URL, Name: spec.Name, Badge: spec.Badge}
	values := map[string]string{}
	if key := strings.TrimSpace(spec.Key); key != "" {
		if !headerValue(key) {
			return r, nil, model.Fail("input_invalid", nil, "name", "key")
		}
		values["Authorization"] = "Bearer " + key
	}
	for name, value := range spec.Headers {
		if value = strings.TrimSpace(value); value == "" || !headerValue(value) {
			return r, nil, model.Fail("input_invalid", nil, "name", name)
		}
		values[http.CanonicalHeaderKey(strings.TrimSpace(name))] = value
	}
	for name := range values {
		r.Headers = append(r.Headers, name)
	}
	slices.Sort(r.Headers)
	if spec.CAFile != "" {
		if st, err := os.Stat(spec.CAFile); err != nil || !st.Mode().IsRegular() {
			return r, nil, model.Fail("ca_unreadable", err, "file", spec.CAFile)
		}
		f, err := os.Open(spec.CAFile)
		if err != nil {
			return r, nil, model.Fail("ca_unreadable", err, "file", spec.CAFile)
		}
		defer f.Close()
		const most = 1 << 20
		text, err := io.ReadAll(io.LimitReader(f, most))
		if err != nil || len(text) == most {
			return r, nil, model.Fail("ca_unreadable", err, "file", spec.CAFile)
		}
		// A private key beside the certificate is none of our business.
		r.CA = certificates(text)
		if r.CA == "" {
			return r, nil, model.Fail("ca_unreadable", errors.New("no certificate in it"), "file", spec.CAFile)
		}
	}
	return r, values, nil
}

// certificates gives the certificates of a file in PEM and nothing else of it.
func certificates(text []byte) string {
	var out strings.Builder
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			return out.String()
		}
		if block.Type == "CERTIFICATE" {
			out.Write(pem.EncodeToMemory(&pem.Block{Type: block.Type, Bytes: block.Bytes}))
		}
	}
}

// headerValue tells whether a value can be sent: visible characters of ASCII.
func headerValue(v string) bool {
	for i := range len(v) {
		if v[i] < ' ' || v[i] > '~' {
			return false
		}
	}
	return len(v) <= 16<<10
}

func headers(values map[string]string) http.Header {
	h := http.Header{}
	for name, v := range values {
		h.Set(name, v)
	}
	return h
}

// A source's keys are one item, named so that no server can have it. Where it
// is stands in the settings, so that the keychain is asked only for a source
// that has one. That of a private registry is named after its address and not
// after its id: a key that was left behind is never sent to whatever is called
// the same later.
func keysOf(slot string) string       { return "source." + slot }
func keyPlaceName(slot string) string { return "source_keys." + slot }

func slotOf(r catalog.Registry) string {
	sum := sha256.Sum256([]byte(r.URL))
	return "reg-" + hex.EncodeToString(sum[:8])
}

// slot names what a source's keys are kept under.
func (b *Backend) slot(ctx context.Context, id string) (string, error) {
	registries, err := b.catalog.Registries(ctx)
	if i := slices.IndexFunc(registries, func(r catalog.Registry) bool { return r.ID == id }); i >= 0 {
		id = slotOf(registries[i])
	}
	return id, err
}

func (b *Backend) keySet(ctx context.Context, id string) bool {
	slot, err := b.slot(ctx, id)
	if err != nil {
		return false
	}
	where, err := b.store.Setting(ctx, keyPlaceName(slot))
	return err == nil && where != ""
}

func (b *Backend) keysAt(where string) secrets.Keys {
	if where == "file" {
		return b.keysIn("file")
	}
	return b.keysIn("")
}

// sourceKeys gives the values of a source's headers, nil for none.
func (b *Backend) sourceKeys(ctx context.Context, id string) (map[string]string, error) {
	slot, err := b.slot(ctx, id)
	if err != nil {
		return nil, err
	}
	where, err := b.store.Setting(ctx, keyPlaceName(slot))
	if err != nil || where == "" {
		return nil, err
	}
	values, err := b.keysAt(where).Get(keysOf(slot), "")
	if model.Code(err) == "secret_unknown" {
		return nil, nil
	}
	return values, err
}

func (b *Backend) sourceHeaders(ctx context.Context, id string) (http.Header, error) {
	values, err := b.sourceKeys(ctx, id)
	if err != nil {
		return nil, err
	}
	return headers(values), nil
}

func (b *Backend) putSourceKeys(ctx context.Context, slot string, values map[string]string) error {
	where, err := b.keysPlace(ctx)
	if err != nil {
		e := model.Fail("consent_needed", err)
		need := keysFileNeed(err)
		need.Flag = "settings keys file"
		e.Needs = []model.Need{need}
		return e
	}
	if err := b.keysAt(where).Set(keysOf(slot), "", values); err != nil {
		return err
	}
	return b.store.PutSetting(ctx, keyPlaceName(slot), where)
}

func (b *Backend) dropSourceKeys(ctx context.Context, slot string) error {
	where, err := b.store.Setting(ctx, keyPlaceName(slot))
	if err != nil || where == "" {
		return err
	}
	if err := b.keysAt(where).Delete(keysOf(slot), ""); err != nil {
		return err
	}
	return b.store.PutSetting(ctx, keyPlaceName(slot), "")
}

// rehearseSources gives the catalogue of a dry run the same sources, with the
// same switches.
func (b *Backend) rehearseSources(ctx context.Context, s *store.Store, c *catalog.Catalog, states []SourceState) error {
	if err := b.catalog.CopyRegistries(ctx, s); err != nil {
		return err
	}
	for _, id := range states {
		slot, err := b.slot(ctx, id.Source)
		if err != nil {
			return err
		}
		where, err := b.store.Setting(ctx, keyPlaceName(slot))
		if err == nil {
			err = s.PutSetting(ctx, keyPlaceName(slot), where)
		}
		if err != nil {
			return err
		}
		if id.Kind != catalog.OfFile && id.Allowed {
			if err := c.Enable(ctx, id.Source, id.Enabled); err != nil {
				return err
			}
		}
	}
	return nil
}
