// Command tally reads `go test -json` and prints what a person wants to see:
// one line per package, the output of what failed, why tests were skipped.
// It adds its counts to the file named by -counts, for the closing line of a
// whole run. Only the Makefile uses it.
//
//	go test -json ./... | go run ./internal/tally -counts build/bin/counts
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"sort"
	"strings"
)

type event struct {
	Action, Package, Test, Output string
	Elapsed                       float64
}

func main() {
	counts := flag.String("counts", "", "file that the counts are added to")
	flag.Parse()
	passed, failed, skipped := 0, 0, 0
	output := map[string][]string{}
	reasons := map[string]int{}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 64<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			fmt.Println(lines.Text()) // a build error of an older go
			continue
		}
		key := e.Package + " " + e.Test
		switch e.Action {
		case "output", "build-output":
			output[key] = append(output[key], e.Output)
			if e.Action == "build-output" {
				fmt.Print(e.Output)
			}
		case "pass", "fail", "skip":
			if e.Test == "" {
				fmt.Printf("%-5s %-44s %6.1fs\n", e.Action, e.Package, e.Elapsed)
				if e.Action == "fail" && failed == 0 {
					failed++ // a package that does not build has no test to count
					fmt.Print(strings.Join(output[key], ""))
				}
				continue
			}
			switch e.Action {
			case "pass":
				passed++
			case "skip":
				skipped++
				reasons[reason(output[key])]++
			case "fail":
				failed++
				fmt.Printf("--- FAIL %s %s\n%s", e.Package, e.Test, strings.Join(output[key], ""))
			}
			delete(output, key)
		}
	}
	if err := lines.Err(); err != nil {
		fmt.Println("tally:", err)
		failed++
	}
	var why []string
	for r, n := range reasons {
		why = append(why, fmt.Sprintf("%4d skipped: %s", n, r))
	}
	sort.Strings(why)
	for _, w := range why {
		fmt.Println(w)
	}
	fmt.Printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped)
	if *counts != "" {
		f, err := os.OpenFile(*counts, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
		if err == nil {
			fmt.Fprintln(f, passed, failed, skipped)
			err = f.Close()
		}
		if err != nil {
			fmt.Println("tally:", err)
			os.Exit(1)
		}
	}
	if failed > 0 {
		os.Exit(1)
	}
}

// reason is the line a skipped test gave.
func reason(out []string) string {
	for _, l := range out {
		l = strings.TrimSpace(l)
		if i := strings.Index(l, ".go:"); i > 0 {
			if _, r, ok := strings.Cut(l[i:], ": "); ok {
				return r
			}
		}
	}
	return "no reason given"
}
