package backend

import (
	"os"
	"path/filepath"
	"testing"

	"toolbay/backend/catalog"
	"toolbay/backend/model"
)

// TestAKeyStaysWithItsAddress leaves a key behind, as a program that ends in
// the middle of removing a registry does.
func TestAKeyStaysWithItsAddress(t *testing.T) {
	b := withLists(t, nil)
	if err := b.store.PutSetting(t.Context(), "keys", "file"); err != nil {
		t.Fatal(err)
	}
	if b.keychain.Available() == nil {
		t.Skip("there is a keychain here, which is not ours to write to")
	}
	add := func(address, key string) SourceState {
		s, err := b.AddRegistry(t.Context(), RegistrySpec{URL: address, Name: "Corp", Key: key})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	sent := func(id string) string {
		h, err := b.sourceHeaders(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return h.Get("Authorization")
	}
	first := add("https://one.example", "s3cret")
	if !first.KeySet || sent(first.Source) != "Bearer s3cret" {
		t.Fatalf("%+v, sent %q", first, sent(first.Source))
	}
	if err := b.catalog.Remove(t.Context(), first.Source); err != nil { // and not its key
		t.Fatal(err)
	}
	if other := add("https://two.example", ""); other.Source != first.Source || other.KeySet || sent(other.Source) != "" {
		t.Errorf("%+v is sent %q", other, sent(other.Source))
	}
	if err := b.RemoveSource(t.Context(), first.Source); err != nil {
		t.Fatal(err)
	}
	again := add("https://one.example", "s3cret")
	if err := b.RemoveSource(t.Context(), again.Source); err != nil {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(filepath.Join(b.home, "keys", "*")); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// TestAPolicysRegistryGetsNobodysKey has a policy whose registry is called as
// one that the user has added.
func TestAPolicysRegistryGetsNobodysKey(t *testing.T) {
	b := withLists(t, nil)
	if err := b.store.PutSetting(t.Context(), "keys", "file"); err != nil {
		t.Fatal(err)
	}
	if b.keychain.Available() == nil {
		t.Skip("there is a keychain here, which is not ours to write to")
	}
	own, err := b.AddRegistry(t.Context(), RegistrySpec{URL: "https://one.example", Name: "Corp", Key: "s3cret"})
	if err != nil {
		t.Fatal(err)
	}
	at := filepath.Join(t.TempDir(), "policy.json")
	if err := os.WriteFile(at, []byte(`{"format":1,"registries":[{"url":"https://two.example","name":"Corp"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	b.catalog = catalog.New(b.store, catalog.Options{Policy: catalog.ReadPolicy(at, "")})
	s, err := b.Source(t.Context(), own.Source)
	if err != nil || !s.Managed || s.KeySet {
		t.Errorf("%+v, %v", s, err)
	}
	if h, err := b.sourceHeaders(t.Context(), own.Source); err != nil || len(h) > 0 {
		t.Errorf("sent %v, %v", h, err)
	}
	if err := b.RemoveSource(t.Context(), own.Source); model.Code(err) != "source_stays" {
		t.Error(err)
	}
}
