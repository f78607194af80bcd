//go:build !windows

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
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
