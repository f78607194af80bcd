// Command startercheck proves the starter catalogue: that every package is
// where it is said to be, and that every server on npm which needs no key
// starts and says what it can do. `make starter-check` runs it; nothing
// imports it.
//
//	go run ./internal/startercheck                 # check all, exit 1 when one fails
//	go run ./internal/startercheck -only files     # check one
//	go run ./internal/startercheck -all -write     # try the others too, write tools and docs/starter.md
//
// It uses the program's own installer and probe in a folder that is deleted
// afterwards, and asks the packages' own clients (npm, pip), by their settings.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"toolbay/backend/catalog/source/starter"
	"toolbay/backend/model"
)

func main() {
	c := checker{Out: os.Stdout, Now: time.Now}
	only := flag.String("only", "", "check these entries, by key, with commas between them")
	flag.BoolVar(&c.All, "all", false, "also try, with made-up keys, what need not start: only to learn its tools")
	flag.IntVar(&c.Jobs, "jobs", 3, "work on this many at a time")
	write := flag.Bool("write", false, "put the tools into the catalogue and the outcome into docs/starter.md")
	file := flag.String("catalogue", "backend/catalog/source/starter/starter.json", "the catalogue")
	report := flag.String("report", "docs/starter.md", "where -write puts the outcome")
	flag.Parse()

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	failed, err := run(ctx, &c, *file, *report, *only, *write)
	if err != nil {
		fmt.Fprintln(os.Stderr, "startercheck:", err)
		os.Exit(2)
	}
	if failed > 0 {
		os.Exit(1)
	}
}

func run(ctx context.Context, c *checker, file, report, only string, write bool) (failed int, err error) {
	body, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	if _, err := starter.Read(body); err != nil {
		return 0, fmt.Errorf("%s: %w", file, err)
	}
	var entries []starter.Entry
	if err := json.Unmarshal(body, &entries); err != nil {
		return 0, err
	}
	home, err := os.MkdirTemp("", "startercheck-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(home)
	real, err := newWorkshop(home)
	if err != nil {
		return 0, err
	}
	if c.Exists == nil {
		c.Exists = exists
	}
	if c.Start == nil {
		c.Start = real.start
	}
	outcomes := c.check(ctx, pick(entries, only))
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	checked, started, failed := count(outcomes)
	fmt.Fprintf(c.Out, "%d checked, %d started, %d failed\n", checked, started, failed)
	if !write {
		return failed, nil
	}
	keepTools(entries, outcomes)
	if body, err = encode(entries); err != nil {
		return failed, err
	}
	if _, err := starter.Read(body); err != nil {
		return failed, fmt.Errorf("with the tools put in: %w", err)
	}
	if err := os.WriteFile(file, body, 0o644); err != nil {
		return failed, err
	}
	if only != "" {
		return failed, nil // a part is no report
	}
	return failed, os.WriteFile(filepath.FromSlash(report), []byte(page(outcomes, c.Now())), 0o644)
}

func pick(entries []starter.Entry, only string) []starter.Entry {
	if only == "" {
		return entries
	}
	var out []starter.Entry
	for _, e := range entries {
		for _, k := range strings.Split(only, ",") {
			if e.Key == strings.TrimSpace(k) {
				out = append(out, e)
			}
		}
	}
	return out
}

func encode(entries []starter.Entry) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(entries)
	return b.Bytes(), err
}

// outcome is what was found out about one entry.
type outcome struct {
	Entry   starter.Entry
	Missing error // the package is not where it is said to be
	Must    bool  // it has to start
	Tried   bool
	Probe   model.Probe
	Err     error // it could not be installed
	Took    time.Duration
}

func (o outcome) ok() bool {
	return o.Missing == nil && (!o.Must || o.started())
}

func (o outcome) started() bool { return o.Tried && o.Err == nil && o.Probe.OK }

// checker goes through the catalogue. Exists and Start are the effects.
type checker struct {
	All bool
	// Jobs is how many entries are worked on at a time; below 1 is 1.
	Jobs   int
	Out    io.Writer
	Now    func() time.Time
	Exists func(ctx context.Context, p model.Package) error
	Start  func(ctx context.Context, e starter.Entry) (model.Probe, error)
}

func (c *checker) check(ctx context.Context, entries []starter.Entry) []outcome {
	out := make([]outcome, len(entries))
	var wait sync.WaitGroup
	var mu sync.Mutex // guards Out
	free := make(chan struct{}, max(c.Jobs, 1))
	for i, e := range entries {
		free <- struct{}{}
		wait.Go(func() {
			defer func() { <-free }()
			if ctx.Err() != nil {
				return
			}
			out[i] = c.one(ctx, e)
			mu.Lock()
			defer mu.Unlock()
			fmt.Fprintln(c.Out, out[i].line())
		})
	}
	wait.Wait()
	return out
}

func (c *checker) one(ctx context.Context, e starter.Entry) outcome {
	p := e.Packages[0]
	o := outcome{Entry: e}
	if p.Type != "remote" {
		if o.Missing = c.Exists(ctx, p); o.Missing != nil {
			return o
		}
	}
	o.Must = p.Type == "npm" && (e.Needs == model.NeedsNothing || e.Needs == model.NeedsFolder)
	if p.Type != "npm" || !o.Must && !c.All {
		return o
	}
	begin := c.Now()
	o.Tried = true
	o.Probe, o.Err = c.Start(ctx, e)
	o.Took = c.Now().Sub(begin)
	return o
}

func (o outcome) line() string {
	p := o.Entry.Packages[0]
	word, more := "ok  ", ""
	switch {
	case !o.ok():
		word = "FAIL"
	case o.Must:
	case o.started():
		word = "also"
	case p.Type == "remote":
		word = "far "
	default:
		word = "is  " // it is there; starting it is not asked for
	}
	switch {
	case o.Missing != nil:
		more = oneLine(o.Missing.Error(), 200)
	case o.started():
		more = fmt.Sprintf("%d tools, %.1f s, hello in %.1f s", len(o.Probe.Tools), o.Took.Seconds(), float64(o.Probe.TookMS)/1000)
	case o.Err != nil:
		more = oneLine(o.Err.Error(), 300)
	case o.Tried:
		more = o.Probe.Code + " " + oneLine(lastOf(o.Probe.Log), 200)
	}
	return strings.TrimSpace(fmt.Sprintf("%s %-20s %s:%s %s  %s", word, o.Entry.Key, p.Type, p.Identifier, p.Version, more))
}

func count(outcomes []outcome) (checked, started, failed int) {
	for _, o := range outcomes {
		checked++
		if o.started() {
			started++
		}
		if !o.ok() {
			failed++
		}
	}
	return checked, started, failed
}
