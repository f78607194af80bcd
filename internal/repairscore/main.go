// Command repairscore repairs the damaged settings files of the test corpus
// (data/broken-configs) and says how well: what was found, what became of the
// servers, what survived, and whether anything was done unasked. Nobody imports
// it.
//
//	TOOLBAY_DATA=… go run ./internal/repairscore [-v] [-case codex/05]
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	dir := flag.String("dir", filepath.Join(os.Getenv("TOOLBAY_DATA"), "broken-configs", "dev"), "folder of the cases")
	only := flag.String("case", "", "a part of the names of the cases to look at")
	verbose := flag.Bool("v", false, "print what went wrong in each case")
	breaks := flag.Bool("mutate", false, "break healthy files instead and repair them")
	files := flag.Int("files", 500, "how many files are broken")
	times := flag.Int("times", 20, "how often each is")
	seed := flag.Uint64("seed", 1, "of what is random")
	clock := flag.Bool("linear", false, "time the repair of large files instead; -case names a part of the texts")
	mb := flag.Float64("mb", 2, "how large the larger ones are")
	flag.Parse()
	if *clock {
		if !linear(os.Stdout, *only, *mb) {
			os.Exit(1)
		}
		return
	}
	if *breaks {
		if !mutate(os.Stdout, *files, *times, *seed, *verbose) {
			os.Exit(1)
		}
		return
	}
	cases, err := readCases(*dir, *only)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	total := score{}
	for _, c := range cases {
		s := c.score()
		total.add(s)
		if *verbose && len(s.faults) > 0 {
			fmt.Printf("%s\n  %s\n", c.ID, strings.Join(s.faults, "\n  "))
		}
	}
	fmt.Print(total)
	healthy, faults := falseAlarms()
	fmt.Printf("healthy files  %d looked at, %d false alarms\n", healthy, len(faults))
	if *verbose {
		for _, f := range faults {
			fmt.Println("  " + f)
		}
	}
	if len(total.faults)+len(faults) > 0 {
		os.Exit(1)
	}
}
