package backend

import (
	"database/sql"
	"path/filepath"
	"testing"

	"toolbay/backend/store"
)

// A window that opens on an index of an older program does not wait for the new
// one, and search goes on meanwhile.
func TestWindowDoesNotWaitForANewIndex(t *testing.T) {
	home := t.TempDir()
	o := Options{Home: home, Getenv: func(string) string { return "" }}
	b, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	b.Close()
	db, err := sql.Open("sqlite", filepath.Join(home, "toolbay.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	recipe := func() (n int) {
		if err := db.QueryRow(`SELECT recipe FROM generation WHERE active = 1`).Scan(&n); err != nil {
			t.Error(err)
		}
		return n
	}
	now := recipe()
	if _, err := db.Exec(`UPDATE generation SET recipe = 6`); err != nil {
		t.Fatal(err)
	}

	o.Background = true
	opened := make(chan struct{})
	changed := make(chan bool, 1)
	o.Changed = func(what string) {
		if what == "catalogue" {
			<-opened // or Open waits for it
			changed <- true
		}
	}
	// Another process has the index, so that a new one cannot be there yet.
	other, err := store.Open(filepath.Join(home, "toolbay.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	release, ok, err := other.Exclusive("index")
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	b, err = Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if found, err := b.Search(t.Context(), Query{Text: "filesystem"}); err != nil || len(found.Results) == 0 {
		t.Errorf("search with the old index: %v, %v", found.Results, err)
	}
	if n := recipe(); n != 6 {
		t.Errorf("the index is already of recipe %d", n)
	}
	release()
	close(opened)
	<-changed
	if n := recipe(); n != now {
		t.Errorf("the index is of recipe %d", n)
	}
}
