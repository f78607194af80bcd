//go:build !windows

package store_test

import (
	"bufio"
	"cmp"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"toolbay/backend/store"
)

// BenchmarkTyping types the judged questions letter by letter into the database
// that STORE_BENCH_DB names and prints what a letter costs, and the letters
// that cost the most. The processor's time is that of the whole process, which
// other programs disturb less than the time that passes.
//
//	STORE_BENCH_DB=…/toolbay.db go test -run '^$' -bench Typing -benchtime 1x -v ./backend/store
func BenchmarkTyping(b *testing.B) {
	path := os.Getenv("STORE_BENCH_DB")
	if path == "" {
		b.Skip("needs STORE_BENCH_DB, the path of a database with listings: `go run ./internal/bench -only catalogue -keep DIR` makes some")
	}
	s, err := store.Open(path)
	must(b, err)
	defer s.Close()
	questions := judged(b)
	res, err := s.Search(b.Context(), store.Query{Text: "a"})
	must(b, err)
	if res.Total == 0 {
		b.Fatal("the database has no index that this version reads")
	}
	type letter struct {
		text         string
		passed, used time.Duration
	}
	var all []letter
	for b.Loop() {
		for _, q := range questions {
			rs := []rune(q)
			for i := range rs {
				began, before := time.Now(), used(b)
				_, err := s.Search(b.Context(), store.Query{Text: string(rs[:i+1]), Limit: 24})
				must(b, err)
				all = append(all, letter{string(rs[:i+1]), time.Since(began), used(b) - before})
			}
		}
	}
	at := func(by func(letter) time.Duration, p float64) float64 {
		slices.SortFunc(all, func(x, y letter) int { return cmp.Compare(by(x), by(y)) })
		return float64(by(all[int(p*float64(len(all)-1))]).Microseconds()) / 1000
	}
	passed, process := func(l letter) time.Duration { return l.passed }, func(l letter) time.Duration { return l.used }
	sum := time.Duration(0)
	for _, l := range all {
		sum += l.used
	}
	b.ReportMetric(float64(sum.Microseconds())/1000/float64(len(all)), "cpu-ms/letter")
	b.ReportMetric(at(process, 0.5), "cpu-p50-ms")
	b.ReportMetric(at(process, 0.99), "cpu-p99-ms")
	b.ReportMetric(at(passed, 0.5), "p50-ms")
	b.ReportMetric(at(passed, 0.99), "p99-ms")
	b.ReportMetric(at(passed, 1), "max-ms")
	at(process, 0)
	for i := range min(20, len(all)) {
		l := all[len(all)-1-i]
		b.Logf("%6.1f ms of the processor, %6.1f ms passed: %s", float64(l.used.Microseconds())/1000, float64(l.passed.Microseconds())/1000, l.text)
	}
}

func used(b *testing.B) time.Duration {
	var u syscall.Rusage
	must(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// judged are the questions of internal/searchcheck.
func judged(b *testing.B) []string {
	var out []string
	for _, name := range []string{"questions", "later"} {
		f, err := os.Open("../../internal/searchcheck/testdata/" + name + ".jsonl")
		must(b, err)
		defer f.Close()
		in := bufio.NewScanner(f)
		in.Buffer(nil, 1<<20)
		for in.Scan() {
			var q struct {
				Text string `json:"q"`
			}
			must(b, json.Unmarshal(in.Bytes(), &q))
			if strings.TrimSpace(q.Text) != "" {
				out = append(out, q.Text)
			}
		}
		must(b, in.Err())
	}
	return out
}
