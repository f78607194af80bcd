package identity_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"toolbay/backend/catalog/identity"
	"toolbay/internal/corpus"
	"toolbay/internal/dataset"
)

var real = sync.OnceValues(func() ([]corpus.Record, error) { return corpus.Read(os.Getenv("TOOLBAY_DATA")) })

func records(t testing.TB) []corpus.Record {
	t.Helper()
	for _, f := range corpus.Files {
		dataset.Path(t, filepath.FromSlash(f.Path))
	}
	out, err := real()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func graphOf(list []corpus.Record) *identity.Graph {
	g := identity.New(identity.Options{Order: corpus.Place, Curated: corpus.Curated, Proves: corpus.Proves, Checks: corpus.Proves, Kept: corpus.Kept})
	for _, r := range list {
		g.Add(r.Source, r.Listing)
	}
	g.Groups()
	return g
}

type end struct{ Source, ID string }

type pair struct {
	A, B      end
	Same      bool
	Kind, Why string
}

func pairs(t testing.TB) []pair {
	t.Helper()
	f, err := os.Open("testdata/pairs.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []pair
	for in := bufio.NewScanner(f); in.Scan(); {
		var p pair
		if err := json.Unmarshal(in.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		out = append(out, p)
	}
	return out
}

// At least 99 of 100 judged pairs are decided as a person did.
func TestJudgedPairs(t *testing.T) {
	list := records(t)
	group := map[end]int{}
	for n, members := range graphOf(list).Groups() {
		for _, i := range members {
			group[end{list[i].Source, list[i].ID}] = n
		}
	}
	wrong, same := 0, map[bool]int{}
	all := pairs(t)
	for _, p := range all {
		a, ok := group[p.A]
		b, ok2 := group[p.B]
		if !ok || !ok2 {
			t.Fatalf("no record %v or %v", p.A, p.B)
		}
		same[p.Same]++
		if (a == b) != p.Same {
			wrong++
			t.Logf("wrong: %s %s and %s %s: same is %v (%s: %s)", p.A.Source, p.A.ID, p.B.Source, p.B.ID, p.Same, p.Kind, p.Why)
		}
	}
	if same[true] != 100 || same[false] != 100 {
		t.Fatalf("the sample has %v", same)
	}
	if wrong*100 > len(all) {
		t.Errorf("%d of %d wrong", wrong, len(all))
	}
	t.Logf("%d of %d right", len(all)-wrong, len(all))
}

// A repository with many servers is never one card.
func TestNoMonorepoIsGlued(t *testing.T) {
	list := records(t)
	type name struct{ repo, id string }
	names := map[string]map[string]bool{}
	for _, r := range list {
		if r.Repository == "" || r.Source != "official" && !strings.HasPrefix(r.Source, "file:official-registry-names") {
			continue
		}
		repo := strings.ToLower(r.Repository)
		if names[repo] == nil {
			names[repo] = map[string]bool{}
		}
		names[repo][strings.ToLower(r.ID)] = true
	}
	groups := graphOf(list).Groups()
	big := 0
	for repo, ids := range names {
		if len(ids) <= 5 {
			continue
		}
		big++
		for _, members := range groups {
			in := map[string]bool{}
			for _, i := range members {
				if strings.ToLower(list[i].Repository) == repo && ids[strings.ToLower(list[i].ID)] {
					in[list[i].ID] = true
				}
			}
			// Some were published three times, personal name, company and old
			// name, with one text.
			if len(in) > 3 || len(in)*2 > len(ids) {
				t.Errorf("%s: %d of its %d names are one card: %v", repo, len(in), len(ids), in)
			}
		}
	}
	if big < 30 {
		t.Errorf("only %d repositories with more than five servers: the check is wrong", big)
	}
}
