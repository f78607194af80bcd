//go:build !windows

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
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
