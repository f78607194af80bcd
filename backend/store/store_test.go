package store_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"toolbay/backend/model"
	"toolbay/backend/store"
)

var when = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

func open(t testing.TB, path string) *store.Store {
	t.Helper()
	s, err := store.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func listing(id, title, description string) model.Listing {
	return model.Listing{ID: id, Name: id, Title: title, Description: description, Status: "active",
		Packages: []model.Package{{Type: "npm", Identifier: id[strings.Index(id, "/")+1:], Version: "1.0.0"}}}
}

func TestServersSettingsAndLedgerSurviveReopening(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "a folder, 100% odd?#", "toolbay.db")
	s := open(t, path)
	if !s.Fresh() || s.Damaged() != "" {
		t.Fatalf("fresh %v, damaged %q", s.Fresh(), s.Damaged())
	}
	probe := model.Probe{OK: true, Time: when, Tools: []model.Tool{{Name: "read"}}}
	must(t, s.PutServer(ctx, model.Server{ID: "notes", Title: "Notes"}))
	must(t, s.PutProbe(ctx, "notes", probe))
	must(t, s.PutServer(ctx, model.Server{ID: "notes", Title: "Notes 2"}))
	must(t, s.PutSetting(ctx, "theme", "dark"))
	must(t, s.LedgerWrite(ctx, map[string]string{"a": "1", "b": "2"}, nil))
	must(t, s.LedgerWrite(ctx, map[string]string{"c": "3"}, []string{"a"}))
	must(t, s.Close())
	if st, err := os.Stat(path); err != nil || st.Mode().Perm()&0o077 != 0 {
		t.Fatalf("others may read the database: %v %v", st.Mode(), err)
	}

	s = open(t, path)
	if s.Fresh() {
		t.Error("an existing database is told as fresh")
	}
	got, err := s.Server(ctx, "Notes")
	if err != nil || got.Title != "Notes 2" || got.Probe == nil || got.Probe.Tools[0].Name != "read" {
		t.Errorf("server: %+v, %v", got, err)
	}
	if v, err := s.Setting(ctx, "theme"); v != "dark" || err != nil {
		t.Errorf("setting %q, %v", v, err)
	}
	if v, err := s.Setting(ctx, "never set"); v != "" || err != nil {
		t.Errorf("unset setting %q, %v", v, err)
	}
	if rows, err := s.LedgerRows(ctx); err != nil || fmt.Sprint(rows) != "map[b:2 c:3]" {
		t.Errorf("ledger %v, %v", rows, err)
	}
	must(t, s.DeleteServer(ctx, "notes"))
	if _, err := s.Server(ctx, "notes"); model.Code(err) != "server_unknown" {
		t.Errorf("deleted server: %v", err)
	}
	if err := s.PutProbe(ctx, "notes", probe); model.Code(err) != "server_unknown" {
		t.Errorf("probe of a deleted server: %v", err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestNewerDatabaseIsRefusedAndLeftAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "toolbay.db")
	must(t, open(t, path).Close())
	raw(t, path, "PRAGMA user_version = 999", "PRAGMA journal_mode = DELETE")
	before, err := os.ReadFile(path)
	must(t, err)

	if _, err := store.Open(path); model.Code(err) != "database_newer" {
		t.Fatalf("got %v", err)
	}
	after, err := os.ReadFile(path)
	must(t, err)
	if string(before) != string(after) {
		t.Error("the newer database was changed")
	}
}

func raw(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	must(t, err)
	defer db.Close()
	for _, q := range statements {
		_, err := db.Exec(q)
		must(t, err)
	}
}

func count(t *testing.T, path, query string) int {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	must(t, err)
	defer db.Close()
	n := 0
	must(t, db.QueryRow(query).Scan(&n))
	return n
}

func TestDamagedDatabaseIsSetAside(t *testing.T) {
	ctx := context.Background()
	fill := func(t *testing.T, path string) {
		s := open(t, path)
		for i := range 200 {
			must(t, s.PutServer(ctx, model.Server{ID: fmt.Sprintf("server-%d", i), Title: strings.Repeat("x", 500)}))
		}
		must(t, s.Close())
	}
	for name, spoil := range map[string]func(t *testing.T, path string){
		"not a database": func(t *testing.T, path string) {
			must(t, os.WriteFile(path, []byte(strings.Repeat("hello ", 1000)), 0o600))
		},
		"header gone": func(t *testing.T, path string) {
			fill(t, path)
			overwrite(t, path, 0, 100)
		},
		"cut in the middle": func(t *testing.T, path string) {
			fill(t, path)
			st, err := os.Stat(path)
			must(t, err)
			must(t, os.Truncate(path, st.Size()/2/4096*4096))
		},
		"pages of servers overwritten": func(t *testing.T, path string) {
			fill(t, path)
			st, err := os.Stat(path)
			must(t, err)
			overwrite(t, path, st.Size()/2/4096*4096, int(st.Size()/2))
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "toolbay.db")
			spoil(t, path)
			before, err := os.ReadFile(path)
			must(t, err)
			s := open(t, path)
			if !s.Fresh() || s.Damaged() == "" {
				t.Fatalf("fresh %v, damaged %q", s.Fresh(), s.Damaged())
			}
			kept, err := os.ReadFile(s.Damaged())
			must(t, err)
			if string(kept) != string(before) {
				t.Error("what was set aside is not what was there")
			}
			must(t, s.PutServer(ctx, model.Server{ID: "new"}))
		})
	}
}

func overwrite(t *testing.T, path string, at int64, n int) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	must(t, err)
	defer f.Close()
	_, err = f.WriteAt([]byte(strings.Repeat("\xfe", n)), at)
	must(t, err)
}

// Damage in the listings is not looked for at every start, only after it was
// met.
func TestDamageMetWhileRunningIsDealtWithAtTheNextStart(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "toolbay.db")
	s := open(t, path)
	var many []model.Listing
	for i := range 300 {
		many = append(many, listing(fmt.Sprintf("com.example/s%d", i), "Server", strings.Repeat("words ", 200)))
	}
	must(t, s.ReplaceSource(ctx, "official", many, when))
	must(t, s.Close())
	st, err := os.Stat(path)
	must(t, err)
	overwrite(t, path, st.Size()/4/4096*4096, int(st.Size()/2))

	s, err = store.Open(path)
	must(t, err)
	var met error
	for i := range 300 {
		if _, err := s.Listing(ctx, fmt.Sprintf("com.example/s%d", i)); err != nil {
			met = err
			break
		}
	}
	if model.Code(met) != "database_damaged" && s.Damaged() == "" {
		t.Fatalf("the damage did not show: %v", met)
	}
	s.Close()
	s = open(t, path)
	if s.Damaged() == "" {
		t.Error("the next start did not set the file aside")
	}
}

// A second process, this test program itself, writes at the same time.
func TestTwoProcessesWriteAtOnce(t *testing.T) {
	ctx := context.Background()
	if path := os.Getenv("STORE_TEST_WRITER"); path != "" {
		s := open(t, path)
		work(t, s, "child")
		return
	}
	path := filepath.Join(t.TempDir(), "toolbay.db")
	cmd := exec.Command(os.Args[0], "-test.run=^TestTwoProcessesWriteAtOnce$")
	cmd.Env = append(os.Environ(), "STORE_TEST_WRITER="+path)
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &out
	must(t, cmd.Start()) // both may meet no database and make it
	s := open(t, path)
	work(t, s, "parent")
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	servers, err := s.Servers(ctx)
	must(t, err)
	if len(servers) != 2*writes {
		t.Errorf("%d servers of %d", len(servers), 2*writes)
	}
	for _, who := range []string{"child", "parent"} {
		res, err := s.Search(ctx, store.Query{Text: who})
		must(t, err)
		if res.Total != 5 {
			t.Errorf("%s: %d listings found", who, res.Total)
		}
	}
}

const writes = 60

func work(t *testing.T, s *store.Store, who string) {
	ctx := context.Background()
	var wg sync.WaitGroup
	for g := range 3 {
		wg.Go(func() {
			for i := range writes / 3 {
				if err := s.PutServer(ctx, model.Server{ID: fmt.Sprintf("%s-%d-%d", who, g, i)}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Go(func() {
		for i := range 5 {
			var ls []model.Listing
			for n := range i + 1 {
				ls = append(ls, listing(fmt.Sprintf("com.%s/s%d", who, n), who, "A server"))
			}
			if err := s.ReplaceSource(ctx, who, ls, when); err != nil {
				t.Error(err)
				return
			}
			if _, err := s.Search(ctx, store.Query{Text: who}); err != nil {
				t.Error(err)
				return
			}
		}
	})
	wg.Wait()
}

func TestOpeningWaitsForTheOther(t *testing.T) {
	path := filepath.Join(t.TempDir(), "toolbay.db")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			s, err := store.Open(path)
			if err != nil {
				t.Error(err)
				return
			}
			s.Close()
		})
	}
	wg.Wait()
}

func TestExclusiveIsHeldByOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "toolbay.db")
	a, b := open(t, path), open(t, path)
	release, ok, err := a.Exclusive("sync")
	if !ok || err != nil {
		t.Fatal(ok, err)
	}
	if _, ok, _ := b.Exclusive("sync"); ok {
		t.Error("two hold the same lock")
	}
	release()
	if release, ok, _ := b.Exclusive("sync"); !ok {
		t.Error("a released lock is not free")
	} else {
		release()
	}
}

func TestADatabaseThatCannotBeMade(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "file"), nil, 0o600))
	if _, err := store.Open(filepath.Join(dir, "file", "toolbay.db")); model.Code(err) != "database_unusable" {
		t.Errorf("got %v", err)
	}
	must(t, os.Mkdir(filepath.Join(dir, "folder.db"), 0o700))
	if _, err := store.Open(filepath.Join(dir, "folder.db")); model.Code(err) != "database_unusable" {
		t.Errorf("a folder: %v", err)
	}
}
