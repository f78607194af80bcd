// Command searchcheck asks the search every judged question and prints how
// often an answer that satisfies comes first and among the first five, beside
// plain LIKE and the registry's own search over the same records. It needs the
// public data that TOOLBAY_DATA names.
//
//	go run ./internal/searchcheck -misses
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"toolbay/backend/catalog"
)

func main() {
	data := flag.String("data", os.Getenv("TOOLBAY_DATA"), "folder of the public data")
	file := flag.String("questions", "internal/searchcheck/testdata/questions.jsonl", "the judged questions")
	keep := flag.String("db", "", "keep the database at this path, and use it as it is when it is there")
	hand := flag.String("categories", "backend/catalog/testdata/categories.jsonl", "records sorted by hand")
	misses := flag.Bool("misses", false, "list every question that is not answered in first place")
	flag.Parse()
	if err := run(*data, *file, *keep, *hand, *misses); err != nil {
		fmt.Fprintln(os.Stderr, "searchcheck:", err)
		os.Exit(1)
	}
}

func run(data, file, keep, hand string, misses bool) error {
	if data == "" {
		return fmt.Errorf("set TOOLBAY_DATA to the folder of the public data")
	}
	questions, err := readQuestions(file)
	if err != nil {
		return err
	}
	path := keep
	if path == "" {
		dir, err := os.MkdirTemp("", "searchcheck-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		path = filepath.Join(dir, "toolbay.db")
	}
	ctx := context.Background()
	c, records, err := load(ctx, data, path)
	if err != nil {
		return err
	}
	defer c.close()
	rivals, err := newRivals(records)
	if err != nil {
		return err
	}
	defer rivals.close()

	ours, err := ask(questions, func(q string) ([]answer, error) {
		res, err := c.catalog.Search(ctx, catalog.Query{Text: q, Limit: shown})
		if err != nil {
			return nil, err
		}
		var out []answer
		for _, l := range res.Listings {
			out = append(out, answerOf(l))
		}
		return out, nil
	})
	if err != nil {
		return err
	}
	like, err := ask(questions, rivals.like)
	if err != nil {
		return err
	}
	registry, err := ask(questions, rivals.registry)
	if err != nil {
		return err
	}

	total, err := c.catalog.Search(ctx, catalog.Query{Limit: 1})
	if err != nil {
		return err
	}
	cards := fmt.Sprint(total.Total)
	if total.More {
		cards += "+"
	}
	fmt.Printf("%d questions, %d records, %s cards\n\n", len(questions), len(records), cards)
	fmt.Printf("%-34s %8s %8s\n", "", "first 5", "first")
	line := func(name string, o outcome) { fmt.Printf("%-34s %7.1f%% %7.1f%%\n", name, o.five, o.one) }
	line("Toolbay", rate(ours, everything))
	line("  questions looked at (tuned)", rate(ours, tuned))
	line("  questions kept apart (held out)", rate(ours, heldOut))
	line("SQL LIKE", rate(like, everything))
	line("the registry's own search", rate(registry, everything))
	fmt.Printf("goal %37s %8s\n\n", "90%", "70%")
	for _, k := range kinds(questions) {
		o := rate(ours, func(q question) bool { return q.Kind == k })
		fmt.Printf("  %-12s %4d questions %11.1f%% %7.1f%%\n", k, o.n, o.five, o.one)
	}
	took := make([]time.Duration, 0, len(ours))
	for _, r := range ours {
		took = append(took, r.took)
	}
	slices.Sort(took)
	fmt.Printf("\na whole question takes %v in the middle, %v at most\n", took[len(took)/2].Round(time.Microsecond), took[len(took)-1].Round(time.Microsecond))
	if misses {
		fmt.Println("\nNot in the first five, or not first (place, question, what came)")
		for _, r := range ours {
			if r.place == 1 {
				continue
			}
			half := "tuned"
			if heldOut(r.q) {
				half = "held out"
			}
			fmt.Printf("%2d  %-32q %-8s  %s\n", r.place, r.q.Text, half, strings.Join(r.came, "  "))
		}
	}
	return categories(path, hand, misses)
}
