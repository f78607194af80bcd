// Command mergecheck merges all records of the public data sets and prints what
// came of it: listings, cards, joins by kind of key, the biggest cards, copies,
// and how the judged pairs are decided. docs/identity.md has its figures.
//
//	TOOLBAY_DATA=../shared/data go run ./internal/mergecheck
package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"toolbay/backend/catalog/identity"
	"toolbay/backend/model"
	"toolbay/internal/corpus"
)

func main() {
	pairs := flag.String("pairs", "backend/catalog/identity/testdata/pairs.jsonl", "judged pairs")
	most := flag.Int("most", 12, "how many of the biggest to print")
	sample := flag.Int("sample", 0, "print every n-th card of several names, for reading")
	listings := flag.Int("listings", 0, "only measure, with this many listings: the real ones over and over with changed names")
	flag.Parse()
	var err error
	if *listings > 0 {
		err = measure(os.Stdout, os.Getenv("TOOLBAY_DATA"), *listings)
	} else {
		err = run(os.Stdout, os.Getenv("TOOLBAY_DATA"), *pairs, *most, *sample)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "mergecheck:", err)
		os.Exit(1)
	}
}

func run(out io.Writer, dir, pairs string, most, sample int) error {
	records, err := corpus.Read(dir)
	if err != nil {
		return err
	}
	count := map[string]int{}
	for _, r := range records {
		count[r.Source]++
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := time.Now()
	g := identity.New(identity.Options{Order: corpus.Place, Curated: corpus.Curated, Proves: corpus.Proves, Checks: corpus.Proves, Kept: corpus.Kept})
	for _, r := range records {
		g.Add(r.Source, r.Listing)
	}
	groups := g.Groups()
	took := time.Since(start)
	runtime.GC()
	runtime.ReadMemStats(&after)

	fmt.Fprintf(out, "%d listings of %d sources, %d cards (%v, %d bytes a listing)\n", len(records), len(count), len(groups),
		took.Round(time.Millisecond), int64(after.HeapAlloc-before.HeapAlloc)/int64(len(records)))
	for _, k := range ranked(count) {
		fmt.Fprintf(out, "  %6d %s\n", count[k], k)
	}
	names, several, sources := 0, 0, map[int]int{}
	for _, members := range groups {
		ids, from := idsOf(records, members)
		if len(ids) > 1 {
			several++
			names += len(ids)
		}
		sources[len(from)]++
	}
	fmt.Fprintf(out, "%d cards have several names, %d together; by number of sources: %v\n", several, names, sources)

	fmt.Fprintln(out, "\njoins by")
	for _, k := range ranked(g.Merges()) {
		fmt.Fprintf(out, "  %6d %s\n", g.Merges()[k], k)
	}
	fmt.Fprintln(out, "\nbiggest cards")
	big := make([]int, len(groups))
	for i := range big {
		big[i] = i
	}
	weight := func(i int) int { ids, _ := idsOf(records, groups[i]); return len(ids) }
	slices.SortStableFunc(big, func(a, b int) int { return weight(b) - weight(a) })
	for _, n := range big[:min(most, len(big))] {
		ids, _ := idsOf(records, groups[n])
		fmt.Fprintf(out, "  %d names: %s\n", len(ids), strings.Join(ids, " "))
	}
	fmt.Fprintln(out, "\ncopies")
	spam := map[string]int{}
	total := 0
	for n, members := range groups {
		if g.Copies(n) > 0 {
			total++
			space, _, _ := strings.Cut(records[members[0]].ID, "/")
			spam[space]++
			if sample > 0 && spam[space]%sample == 1 {
				fmt.Fprintf(out, "      %d like %s: %s\n", g.Copies(n), records[members[0]].ID, records[members[0]].Description)
			}
		}
	}
	for _, k := range ranked(spam)[:min(most, len(spam))] {
		fmt.Fprintf(out, "  %6d %s\n", spam[k], k)
	}
	fmt.Fprintf(out, "  %6d together, of %d publishers\n", total, len(spam))
	forks := 0
	for n, members := range groups {
		if card(g, n, records, members).Fork != "" {
			forks++
		}
		if ids, _ := idsOf(records, members); sample > 0 && n%sample == 0 && len(ids) > 1 {
			fmt.Fprintln(out)
			for _, i := range members {
				r := records[i]
				fmt.Fprintf(out, "  %-22.22s %-60s %-60.60s %s\n", r.Source, r.ID, r.Repository+" "+r.Subfolder, r.Description)
			}
		}
	}
	fmt.Fprintf(out, "\n%d cards have the repository name and words of another owner's\n", forks)
	return judge(out, pairs, records, groups)
}

func card(g *identity.Graph, n int, records []corpus.Record, members []int32) model.Card {
	list := make([]model.Record, len(members))
	for i, m := range members {
		list[i] = model.Record{Source: records[m].Source, Listing: records[m].Listing}
	}
	return g.Card(n, list)
}

func ranked(count map[string]int) []string {
	keys := make([]string, 0, len(count))
	for k := range count {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b string) int { return cmp.Or(count[b]-count[a], strings.Compare(a, b)) })
	return keys
}

func idsOf(records []corpus.Record, members []int32) (ids, sources []string) {
	for _, i := range members {
		if id := strings.ToLower(records[i].ID); !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
		if s := records[i].Source; !slices.Contains(sources, s) {
			sources = append(sources, s)
		}
	}
	return ids, sources
}

// judge compares the groups with the pairs that a person decided.
func judge(out io.Writer, path string, records []corpus.Record, groups [][]int32) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	type end struct{ Source, ID string }
	group := map[end]int{}
	for n, members := range groups {
		for _, i := range members {
			group[end{records[i].Source, records[i].ID}] = n + 1
		}
	}
	all, wrong := 0, 0
	for in := bufio.NewScanner(f); in.Scan(); all++ {
		var p struct {
			A, B end
			Same bool
			Why  string
		}
		if err := json.Unmarshal(in.Bytes(), &p); err != nil {
			return err
		}
		if group[p.A] == 0 || group[p.B] == 0 {
			return fmt.Errorf("no record %v or %v", p.A, p.B)
		}
		if (group[p.A] == group[p.B]) != p.Same {
			wrong++
			fmt.Fprintf(out, "  wrong, same is %v: %s and %s: %s\n", p.Same, p.A.ID, p.B.ID, p.Why)
		}
	}
	fmt.Fprintf(out, "%d of %d judged pairs are right\n", all-wrong, all)
	return nil
}

// measure prints the time and memory that many listings take.
func measure(out io.Writer, dir string, n int) error {
	records, err := corpus.Read(dir)
	if err != nil {
		return err
	}
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := time.Now()
	g := identity.New(identity.Options{Order: corpus.Place, Curated: corpus.Curated, Proves: corpus.Proves, Checks: corpus.Proves, Kept: corpus.Kept})
	for i := range n {
		r := records[i%len(records)]
		if round := i / len(records); round > 0 {
			r.Listing = renamed(r.Listing, fmt.Sprint("v", round))
		}
		g.Add(r.Source, r.Listing)
	}
	added := time.Since(start)
	peak := make(chan uint64)
	done := make(chan struct{})
	go func() {
		var most uint64
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
			select {
			case <-done:
				peak <- most
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	runtime.GC()
	groups := len(g.Groups())
	took := time.Since(start)
	close(done)
	most := <-peak
	runtime.GC()
	runtime.ReadMemStats(&now)
	const mb = 1 << 20
	fmt.Fprintf(out, "%d listings, %d cards: added in %v, grouped in %v; %d MB kept, %d MB at most while grouping\n", n, groups,
		added.Round(time.Millisecond), (took - added).Round(time.Millisecond), (now.HeapAlloc-before.HeapAlloc)/mb, (most-before.HeapAlloc)/mb)
	runtime.KeepAlive(g)
	runtime.KeepAlive(records)
	return nil
}

// renamed is a listing of the same shape that is another server.
func renamed(l model.Listing, tag string) model.Listing {
	l.ID += "-" + tag
	if l.Repository != "" {
		l.Repository += "-" + tag
	}
	l.Packages = slices.Clone(l.Packages)
	for i := range l.Packages {
		p := &l.Packages[i]
		if p.Type == "remote" {
			p.URL = strings.Replace(cmp.Or(p.URL, p.Identifier), "://", "://"+tag+".", 1)
			p.Identifier = p.URL
			continue
		}
		p.Identifier = tag + "-" + p.Identifier
	}
	return l
}
