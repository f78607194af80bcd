//go:build !windows

package main

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"toolbay/backend/catalog"
	"toolbay/backend/model"
	"toolbay/backend/store"
)

// sizes are how many listings the catalogue is measured with, and the goals for
// one letter typed.
var sizes = []struct {
	listings int
	goal     float64 // ms
}{{52_000, 10}, {150_000, 20}, {1_000_000, 50}}

// data are the public lists that the listings are made of, in TOOLBAY_DATA.
const (
	wholeRecords = "registry/official-registry-full-2025-12-18.json.gz"
	dockers      = "docker/catalog-v3.yaml.gz"
	namesOnly    = "registry/official-registry-names-2026-06-12.jsonl.gz"
)

// catalogue measures search, import, size and memory with a large catalogue.
// keep is a folder for the databases, which then stay there; "" for none.
func catalogue(work, keep string, million bool) error {
	dir := os.Getenv("TOOLBAY_DATA")
	if dir == "" {
		fmt.Println("\nThe catalogue: not measured, TOOLBAY_DATA names no folder with the public lists")
		return nil
	}
	if keep == "" {
		keep = work
	}
	base := filepath.Join(work, "base.jsonl")
	n, err := makeBase(work, dir, base)
	if err != nil {
		return err
	}
	fmt.Printf("\nThe catalogue: %d real listings, multiplied with changed names, packages and repositories\n", n)
	for _, size := range sizes {
		if size.listings == 1_000_000 && !million {
			continue
		}
		home := filepath.Join(keep, fmt.Sprintf("catalogue-%d", size.listings))
		if err := os.RemoveAll(home); err != nil {
			return err
		}
		if err := os.MkdirAll(home, 0o700); err != nil {
			return err
		}
		fmt.Printf(" %d listings\n", size.listings)
		if err := measure(home, base, size.listings, size.goal); err != nil {
			return err
		}
	}
	return nil
}

func measure(home, base string, n int, goal float64) error {
	db := filepath.Join(home, "toolbay.db")
	var in imported
	if err := child(&in, "import", db, base, strconv.Itoa(n)); err != nil {
		return err
	}
	bare, err := bareInserts(db)
	if err != nil {
		return err
	}
	rate := func(s float64) float64 { return float64(n) / s }
	fmt.Printf("  import        %6.1f s, %6.0f listings/s: pages of 100 staged, exchanged, grouped, indexed\n", in.Seconds, rate(in.Seconds))
	fmt.Printf("  bare inserts  %6.1f s, %6.0f listings/s: the same rows of the tables listing, card, member, package and search,\n", bare.All, rate(bare.All))
	fmt.Printf("                prepared inserts in one transaction   ratio %.2f   (goal 0.50)\n", bare.All/in.Seconds)
	fmt.Printf("                processor's time %.1f s and %.1f s, ratio %.2f, which a busy machine spoils less\n", in.CPU, bare.CPU, bare.CPU/in.CPU)
	fmt.Printf("                the table listing alone %.1f s, ratio %.2f\n", bare.Listing, bare.Listing/in.Seconds)
	fmt.Printf("  peak memory   %6.0f MB of the process that imported and indexed   (goal 150 MB up to 150,000)\n", in.PeakMB)
	st, err := os.Stat(db)
	if err != nil {
		return err
	}
	fmt.Printf("  database      %6.0f MB, %d bytes a listing, %d cards\n", float64(st.Size())/1e6, st.Size()/int64(n), in.Cards)
	var se searched
	if err := child(&se, "search", db); err != nil {
		return err
	}
	fmt.Printf("  search        p50 %.1f ms  p99 %.1f ms  max %.1f ms per letter typed, %d in all   (goal p99 %.0f ms)\n", se.P50, se.P99, se.Max, se.Queries, goal)
	fmt.Printf("                processor's time p50 %.1f ms  p99 %.1f ms, which a busy machine spoils less\n", se.CPU50, se.CPU99)
	fmt.Printf("                the first one in a process %.1f ms, memory of the process that searched %.0f MB\n", se.First, se.PeakMB)
	return startSearch(home)
}

// startSearch measures the whole life of a `toolbay search`.
func startSearch(home string) error {
	toolbay, err := filepath.Abs("build/bin/toolbay")
	if err != nil {
		return err
	}
	var took []time.Duration
	// The first start adds what comes with the program and builds the index
	// anew; it is not counted.
	for i := range 11 {
		c := exec.Command(toolbay, "search", "google calendar", "--json")
		c.Env = append(os.Environ(), "HOME="+home, "TOOLBAY_HOME="+home)
		began := time.Now()
		if out, err := c.Output(); err != nil || !bytes.Contains(out, []byte(`"results"`)) {
			fmt.Printf("  toolbay search: not measured, %v (make build first)\n", err)
			return nil
		}
		if i > 0 {
			took = append(took, time.Since(began))
		}
	}
	fmt.Printf("  toolbay search, start to end: min %s  median %s   (10 times)\n", ms(least(took)), ms(median(took)))
	return nil
}

// makeBase writes one real listing to a line. Most of them are known by name,
// description and repository only; they get the packages of the others in turn,
// so that they weigh what a whole one does.
func makeBase(work, dir, base string) (int, error) {
	db := filepath.Join(work, "base.db")
	s, err := store.Open(db)
	if err != nil {
		return 0, err
	}
	defer s.Close()
	c := catalog.New(s, catalog.Options{})
	s.SetMerger(c.Merger)
	for _, name := range []string{wholeRecords, dockers, namesOnly} {
		if _, err := c.Import(context.Background(), filepath.Join(dir, filepath.FromSlash(name))); err != nil {
			return 0, fmt.Errorf("%s: %w", name, err)
		}
	}
	rows, err := sql.Open("sqlite", db)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	var whole, bare []model.Listing
	met := map[string]bool{}
	list, err := rows.Query(`SELECT body FROM listing ORDER BY id, body LIKE '%"packages"%' DESC, source`)
	if err != nil {
		return 0, err
	}
	defer list.Close()
	for list.Next() {
		var body []byte
		var l model.Listing
		if err := list.Scan(&body); err != nil {
			return 0, err
		}
		if err := json.Unmarshal(body, &l); err != nil {
			return 0, err
		}
		switch {
		case met[l.ID]: // in two of the lists
		case len(l.Packages) > 0:
			whole = append(whole, l)
		default:
			bare = append(bare, l)
		}
		met[l.ID] = true
	}
	if err := list.Err(); err != nil {
		return 0, err
	}
	if len(whole) == 0 {
		return 0, errors.New("no listing with a package in the data")
	}
	f, err := os.Create(base)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	e := json.NewEncoder(w)
	for i, l := range bare {
		from := whole[i%len(whole)]
		l.Packages, l.Needs, l.Tools = from.Packages, from.Needs, from.Tools
		if err := e.Encode(l); err != nil {
			return 0, err
		}
	}
	for _, l := range whole {
		if err := e.Encode(l); err != nil {
			return 0, err
		}
	}
	return len(whole) + len(bare), w.Flush()
}

// listings gives n listings made of the base, in pages, changing those of every
// further round so that none is the server of another.
func listings(base string, n, page int, give func([]model.Listing, bool) error) error {
	var out []model.Listing
	made := 0
	for round := 0; ; round++ {
		f, err := os.Open(base)
		if err != nil {
			return err
		}
		in := bufio.NewScanner(f)
		in.Buffer(nil, 16<<20)
		line := 0
		for in.Scan() {
			var l model.Listing
			if err := json.Unmarshal(in.Bytes(), &l); err != nil {
				f.Close()
				return err
			}
			out = append(out, another(l, line, round))
			line++
			made++
			if len(out) == page || made == n {
				if err := give(out, made == n); err != nil || made == n {
					f.Close()
					return err
				}
				out = out[:0]
			}
		}
		f.Close()
		if err := in.Err(); err != nil {
			return err
		}
	}
}

// another is a listing under another name. Packages are told apart by line too,
// as many lines have the same.
func another(l model.Listing, line, round int) model.Listing {
	tail := fmt.Sprintf("-again%d", round)
	if round > 0 {
		l.ID += tail
		l.Name += tail
		if l.Title != "" {
			l.Title += " " + strconv.Itoa(round)
		}
	}
	if l.Repository != "" && round > 0 {
		l.Repository = strings.TrimSuffix(l.Repository, "/") + tail
	}
	for i := range l.Packages {
		p := &l.Packages[i]
		mark := fmt.Sprintf("-%d-%d", line, round)
		switch {
		case p.Identifier == "":
		case p.Type == "oci":
			at := strings.LastIndexAny(p.Identifier, ":@")
			if at <= strings.LastIndex(p.Identifier, "/") {
				at = len(p.Identifier)
			}
			p.Identifier = p.Identifier[:at] + mark + p.Identifier[at:]
		default:
			p.Identifier += mark
		}
		if p.URL != "" {
			p.URL += mark
		}
	}
	return l
}

// child runs this program again, so that its memory is its own, and reads what
// it prints.
func child(into any, args ...string) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	c := exec.Command(self, append([]string{"-child"}, args...)...)
	c.Stderr = os.Stderr
	out, err := c.Output()
	if err != nil {
		return fmt.Errorf("%s: %w", args[0], err)
	}
	return json.Unmarshal(out, into)
}

// step is what a child does.
func step(args []string) error {
	switch {
	case len(args) == 4 && args[0] == "import":
		return importChild(args[1], args[2], args[3])
	case len(args) == 2 && args[0] == "search":
		return searchChild(args[1])
	}
	return fmt.Errorf("no such step: %v", args)
}

type imported struct {
	Seconds, CPU, PeakMB float64
	Cards                int
}

// importChild fills a database as a sync does and prints how that went. Only
// the time inside the store counts, not that of making up listings.
func importChild(db, base, count string) error {
	n, err := strconv.Atoi(count)
	if err != nil {
		return err
	}
	ctx := context.Background()
	s, err := store.Open(db)
	if err != nil {
		return err
	}
	defer s.Close()
	s.SetMerger(catalog.New(s, catalog.Options{}).Merger)
	now := time.Now()
	state := store.Crawl{Source: "official", Origin: "bench", Started: now}
	var took, used time.Duration
	err = listings(base, n, 100, func(page []model.Listing, last bool) error {
		began, before := time.Now(), processor()
		defer func() { took, used = took+time.Since(began), used+processor()-before }()
		if last {
			_, err := s.FinishCrawl(ctx, "official", page, now)
			return err
		}
		state.Pages++
		state.Cursor = strconv.Itoa(state.Pages)
		_, err := s.StagePage(ctx, state, page)
		return err
	})
	if err != nil {
		return err
	}
	all, err := s.Catalogue(ctx)
	if err != nil {
		return err
	}
	if all.Entries != n {
		return fmt.Errorf("%d entries of %d", all.Entries, n)
	}
	return json.NewEncoder(os.Stdout).Encode(imported{took.Seconds(), used.Seconds(), peakMB(), all.Servers})
}

type searched struct {
	First, P50, P99, Max, CPU50, CPU99, PeakMB float64
	Queries                                    int
}

// searchChild types questions letter by letter.
func searchChild(db string) error {
	ctx := context.Background()
	s, err := store.Open(db)
	if err != nil {
		return err
	}
	defer s.Close()
	var took, used []time.Duration
	first := time.Duration(0)
	for range 5 {
		for _, q := range typed {
			for i := range q {
				began, before := time.Now(), processor()
				if _, err := s.Search(ctx, store.Query{Text: q[:i+1], Limit: 24}); err != nil {
					return err
				}
				if d := time.Since(began); first == 0 {
					first = d
				} else {
					took, used = append(took, d), append(used, processor()-before)
				}
			}
		}
	}
	slices.Sort(took)
	slices.Sort(used)
	at := func(of []time.Duration, p float64) float64 {
		return float64(of[int(p*float64(len(of)-1))].Microseconds()) / 1000
	}
	return json.NewEncoder(os.Stdout).Encode(searched{float64(first.Microseconds()) / 1000, at(took, 0.5), at(took, 0.99), at(took, 1),
		at(used, 0.5), at(used, 0.99), peakMB(), len(took)})
}

var typed = []string{
	"filesystem", "github", "google calendar", "notion", "slack", "read my email", "postgres database", "browser",
	"time", "weather", "stripe payments", "pdf", "excel files", "youtube", "web search", "memory", "jira issues",
	"kubernetes", "docker", "home assistant", "spotify", "figma design", "translate", "maps", "stock prices",
	"create issues and pull requests", "what is the time in tokyo", "send message", "aws", "sql", "mcp server",
}

// peakMB is the most memory this process has had.
func peakMB() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if f := strings.Fields(line); len(f) > 1 && f[0] == "VmHWM:" {
			kb, _ := strconv.ParseFloat(f[1], 64)
			return kb / 1024
		}
	}
	return 0
}

// processor is the processor's time this process has used.
func processor() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

type inserted struct{ All, CPU, Listing float64 }

var figure = regexp.MustCompile(`([0-9.]+) (all|cpu|listing)-s`)

// bareInserts writes the rows of db again with nothing but SQLite; the store's
// own benchmark knows them.
func bareInserts(db string) (inserted, error) {
	c := exec.Command("go", "test", "-run", "^$", "-bench", "BareInserts", "-benchtime", "1x", "-timeout", "60m", "./backend/store")
	c.Env = append(os.Environ(), "STORE_BENCH_DB="+db)
	out, err := c.CombinedOutput()
	var in inserted
	for _, m := range figure.FindAllSubmatch(out, -1) {
		v, _ := strconv.ParseFloat(string(m[1]), 64)
		switch string(m[2]) {
		case "all":
			in.All = v
		case "cpu":
			in.CPU = v
		default:
			in.Listing = v
		}
	}
	if err == nil && (in.All == 0 || in.Listing == 0) {
		err = errors.New("no figure")
	}
	if err != nil {
		return in, fmt.Errorf("bare inserts: %w\n%s", err, out)
	}
	return in, nil
}
