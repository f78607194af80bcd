package catalog_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"toolbay/backend/catalog"
	"toolbay/backend/job"
	"toolbay/backend/model"
)

// exported gives an export of the catalogue, checked to be the same twice.
func exported(t *testing.T, b *bench) []byte {
	t.Helper()
	var one, two bytes.Buffer
	if _, err := b.ExportTo(t.Context(), &one, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := b.ExportTo(t.Context(), &two, nil); err != nil || !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Fatalf("the same catalogue gives different exports (%v)", err)
	}
	return one.Bytes()
}

func lines(t *testing.T, export []byte) []string {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(export))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
}

func synced(t *testing.T, records int) *bench {
	t.Helper()
	b := newBench(t, made(records))
	if err := b.Starter(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Sync(t.Context(), "official", job.Silent); err != nil {
		t.Fatal(err)
	}
	return b
}

func TestExport(t *testing.T) {
	b := synced(t, 30)
	out := lines(t, exported(t, b))
	var head struct {
		Toolbay int
		Made    time.Time
		Sources []struct {
			ID, License     string
			Synced, Changes time.Time
		}
	}
	if err := json.Unmarshal([]byte(out[0]), &head); err != nil {
		t.Fatal(err)
	}
	if head.Toolbay != 1 || !head.Made.Equal(now) || len(head.Sources) != 2 || head.Sources[0].ID != "official" || head.Sources[0].License != "CC0-1.0" ||
		!head.Sources[0].Synced.Equal(now) || head.Sources[0].Changes.IsZero() || head.Sources[1].ID != "starter" {
		t.Errorf("header %s", out[0])
	}
	count := map[string]int{}
	for _, l := range out[1:] {
		var line struct {
			Source  string
			Seen    time.Time
			Listing model.Listing
		}
		if err := json.Unmarshal([]byte(l), &line); err != nil || line.Listing.ID == "" || line.Seen.IsZero() {
			t.Fatalf("%v in %s", err, l)
		}
		count[line.Source]++
	}
	if count["official"] != 30 || count["starter"] != source(t, b.Catalog, "starter").Listings {
		t.Errorf("records %v", count)
	}
}

func TestExportToAFile(t *testing.T) {
	b := synced(t, 3)
	path := filepath.Join(t.TempDir(), "all.jsonl.gz")
	for range 2 { // the second one replaces the first
		res, err := b.Export(t.Context(), path)
		if err != nil || !slices.Equal(res.Sources, []string{"official", "starter"}) || res.Listings < 4 {
			t.Fatalf("%+v %v", res, err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, exported(t, b)) {
		t.Errorf("the file holds something else (%v)", err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), "*")); len(left) != 1 {
		t.Errorf("left behind: %q", left)
	}
	for _, bad := range []string{t.TempDir(), filepath.Join(path, "x"), filepath.Join(t.TempDir(), "no", "folder")} {
		if _, err := b.Export(t.Context(), bad); model.Code(err) != "export_unwritable" {
			t.Errorf("%s: %v", bad, err)
		}
	}
	other := newBench(t, nil)
	res, err := other.Import(t.Context(), path)
	if err != nil || res.Kept < 4 {
		t.Errorf("%+v %v", res, err)
	}
	if l, err := other.Show(t.Context(), "com.example/server-0002"); err != nil || !slices.Equal(l.Sources, []string{"file:all.jsonl.gz"}) {
		t.Errorf("%+v %v", l, err)
	}
}

func TestRestore(t *testing.T) {
	b := synced(t, 700)
	out := exported(t, b)

	t.Run("where nothing was read", func(t *testing.T) {
		fresh := newBench(t, nil)
		fresh.clock = now.Add(90 * 24 * time.Hour)
		if err := fresh.Starter(t.Context()); err != nil {
			t.Fatal(err)
		}
		for range 2 { // the second time there is nothing to do
			if err := fresh.Restore(t.Context(), bytes.NewReader(out)); err != nil {
				t.Fatal(err)
			}
			s := source(t, fresh.Catalog, "official")
			if s.Listings != 700 || s.Synced == nil || !s.Synced.Equal(now) || s.Error != "" || !s.Due {
				t.Errorf("official %+v", s)
			}
		}
		if s := source(t, fresh.Catalog, "starter"); s.Synced.Equal(now) {
			t.Error("the starter catalogue is not this build's")
		}
		card, err := fresh.store.Card(t.Context(), "com.example/server-0007")
		if err != nil || !card.Records[0].Seen.Equal(now) {
			t.Errorf("%+v %v", card.Records, err)
		}
		if got := exported(t, fresh); !slices.Equal(only(lines(t, got), "official"), only(lines(t, out), "official")) {
			t.Error("the records are not the same")
		}
	})
	t.Run("what was read here stays", func(t *testing.T) {
		have := synced(t, 5)
		if err := have.Restore(t.Context(), bytes.NewReader(out)); err != nil {
			t.Fatal(err)
		}
		if s := source(t, have.Catalog, "official"); s.Listings != 5 {
			t.Errorf("official %+v", s)
		}
	})
	t.Run("what is switched off stays empty", func(t *testing.T) {
		off := newBench(t, nil)
		if err := off.Enable(t.Context(), "official", false); err != nil {
			t.Fatal(err)
		}
		if err := off.Restore(t.Context(), bytes.NewReader(out)); err != nil {
			t.Fatal(err)
		}
		if s := source(t, off.Catalog, "official"); s.Listings != 0 || s.Synced != nil {
			t.Errorf("official %+v", s)
		}
	})
	t.Run("cut off and begun again", func(t *testing.T) {
		cut := newBench(t, nil)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		err := cut.Restore(ctx, &stopAt{r: bytes.NewReader(out), left: len(out) / 2, stop: stop})
		if err == nil || source(t, cut.Catalog, "official").Listings != 0 {
			t.Fatalf("%v", err)
		}
		if err := cut.Restore(t.Context(), bytes.NewReader(out)); err != nil || source(t, cut.Catalog, "official").Listings != 700 {
			t.Errorf("%v", err)
		}
	})
	t.Run("somebody is reading it", func(t *testing.T) {
		busy := newBench(t, nil)
		release, ok, err := busy.store.Exclusive("sync-official")
		if err != nil || !ok {
			t.Fatal(err)
		}
		defer release()
		if err := busy.Restore(t.Context(), bytes.NewReader(out)); err != nil || source(t, busy.Catalog, "official").Listings != 0 {
			t.Errorf("%v", err)
		}
	})
	for name, bad := range map[string][]byte{
		"nothing": nil, "not packed": []byte(`{"toolbay":1}`), "cut": out[:len(out)/2],
		"of a later Toolbay": inGzip(`{"toolbay":2,"sources":[{"id":"official"}]}`), "an empty file": inGzip(""),
		"rubbish inside": inGzip(`{"toolbay":1,"sources":[{"id":"official","synced":"2026-01-01T00:00:00Z"}]}` + "\nrubbish\n"),
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, nil)
			if err := b.Restore(t.Context(), bytes.NewReader(bad)); err == nil {
				t.Error("was taken")
			}
			if s := source(t, b.Catalog, "official"); s.Listings != 0 || s.Synced != nil {
				t.Errorf("official %+v", s)
			}
		})
	}
}

func only(lines []string, source string) []string {
	return slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return !strings.HasPrefix(l, `{"source":"`+source+`"`) })
}

func inGzip(s string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	io.WriteString(z, s)
	z.Close()
	return b.Bytes()
}

// stopAt ends the context after some bytes.
type stopAt struct {
	r    io.Reader
	left int
	stop func()
}

func (s *stopAt) Read(p []byte) (int, error) {
	if s.left <= 0 {
		s.stop()
	}
	n, err := s.r.Read(p[:min(len(p), 512)])
	s.left -= n
	return n, err
}

func TestGivenOn(t *testing.T) {
	var ids []string
	for _, p := range catalog.GivenOn() {
		ids = append(ids, p.ID)
	}
	slices.Sort(ids)
	if !slices.Equal(ids, []string{"docker", "mcpm", "official", "toolhive"}) {
		t.Errorf("%q", ids)
	}
}
