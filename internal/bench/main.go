//go:build !windows

// Command bench prints Toolbay's figures beside their goals: each one measured
// side by side with what it is compared to, in one run. Timings are never
// asserted in tests; machines are noisy. `make bench` runs it.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"toolbay/backend/launch"
)

const (
	pairs = 40
	pkg   = "@modelcontextprotocol/server-everything@2026.8.31"
	hello = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"bench","version":"1"}}}` + "\n"
)

func main() {
	only := flag.String("only", "", "window, catalogue, kinds, installs, switch or watch: measure that alone")
	million := flag.Bool("million", false, "measure the catalogue with 1,000,000 listings too")
	keep := flag.String("keep", "", "a folder where the catalogue's databases stay")
	home := flag.String("home", "", "a TOOLBAY_HOME to measure with, such as one of -keep's; a fresh one unless set")
	child := flag.Bool("child", false, "one step of the catalogue's measurement, in a process of its own")
	flag.Parse()
	var err error
	if *child {
		err = step(flag.Args())
	} else {
		err = run(*only, *home, *keep, *million)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(only, home, keep string, million bool) error {
	work, err := os.MkdirTemp("", "toolbay-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	toolbay, err := filepath.Abs("build/bin/toolbay")
	if err != nil {
		return err
	}
	if home == "" {
		home = filepath.Join(work, "home")
	}
	env := append(os.Environ(), "HOME="+work, "TOOLBAY_HOME="+home)

	switch only {
	case "window":
		return window(work, env)
	case "catalogue":
		return catalogue(work, keep, million)
	case "kinds":
		return kinds(toolbay, work, env)
	case "installs":
		uv, env := withUV(env)
		return installs(toolbay, work, uv, env)
	case "switch":
		return errors.Join(profileSwitches(toolbay, work), editing(work))
	case "watch":
		return watching(toolbay, work)
	}
	fmt.Println("Starting a server: time to its answer to initialize")
	install := exec.Command(toolbay, "install", "npm:"+pkg, "--yes", "--json")
	install.Env, install.Stderr = env, os.Stderr
	out, err := install.Output()
	if err != nil {
		return fmt.Errorf("install: %w\n%s", err, out)
	}
	spec, err := launch.Read(home, "everything")
	if err != nil {
		return err
	}
	launcher := filepath.Join(home, "bin", "toolbay")
	if _, err := launch.PlaceLauncher(home, toolbay); err != nil {
		return err
	}
	direct := append([]string{spec.Command}, spec.Args...)
	ours := []string{launcher, "run", "everything"}
	a, b, err := alternate(env, ours, direct, pairs)
	if err != nil {
		return err
	}
	compare("toolbay run", a, "node <entry>", b, 1.05)

	npx := []string{"npx", "-y", pkg}
	if _, err := start(env, npx); err != nil { // fills npm's cache
		return err
	}
	a, b, err = alternate(env, ours, npx, 10)
	if err != nil {
		return err
	}
	compare("toolbay run", a, "npx -y, warm", b, 0.6)

	fmt.Println("\nThe launcher's own cost, against a server that answers at once")
	instant := filepath.Join(work, "instant")
	build := exec.Command("go", "build", "-o", instant, "./internal/bench/instant")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return err
	}
	if err := launch.Write(home, launch.Spec{Server: "instant", Command: instant}); err != nil {
		return err
	}
	a, b, err = alternate(env, []string{launcher, "run", "instant"}, []string{instant}, pairs)
	if err != nil {
		return err
	}
	overhead("without keys", a, b, 6)
	if err := keyed(home, instant, env); err != nil {
		fmt.Printf("  with keys: not measured, %v\n", err)
	}
	if err := memory(env, ours); err != nil {
		return err
	}
	if err := kinds(toolbay, work, env); err != nil {
		return err
	}
	if err := watching(toolbay, work); err != nil {
		return err
	}
	if err := errors.Join(profileSwitches(toolbay, work), editing(work)); err != nil {
		return err
	}
	if err := search(); err != nil {
		return err
	}
	if err := catalogue(work, keep, million); err != nil {
		return err
	}
	return window(work, env)
}

// alternate starts one and other by turns, n times each, so that a busy
// moment of the machine hits both.
func alternate(env []string, one, other []string, n int) (a, b []time.Duration, err error) {
	for i := 0; i < n; i++ {
		x, err := start(env, one)
		if err != nil {
			return nil, nil, err
		}
		y, err := start(env, other)
		if err != nil {
			return nil, nil, err
		}
		a, b = append(a, x), append(b, y)
	}
	return a, b, nil
}

// start measures from the start of a program to its first line of output.
func start(env, argv []string) (time.Duration, error) {
	c := exec.Command(argv[0], argv[1:]...)
	c.Env = env
	in, err := c.StdinPipe()
	if err != nil {
		return 0, err
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if err := c.Start(); err != nil {
		return 0, err
	}
	if _, err := in.Write([]byte(hello)); err != nil {
		return 0, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	took := time.Since(began)
	in.Close()
	c.Process.Kill()
	c.Wait()
	if err != nil || !strings.Contains(line, "protocolVersion") {
		return 0, fmt.Errorf("%s did not answer: %q %v", argv[0], line, err)
	}
	return took, nil
}

func least(d []time.Duration) time.Duration { s := sorted(d); return s[0] }
func median(d []time.Duration) time.Duration {
	s := sorted(d)
	return s[len(s)/2]
}

func sorted(d []time.Duration) []time.Duration {
	s := append([]time.Duration{}, d...)
	sort.Slice(s, func(i, j int) bool { return s[i] < s[j] })
	return s
}

func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }

func compare(x string, a []time.Duration, y string, b []time.Duration, goal float64) {
	fmt.Printf("  %-12s min %9s  median %9s\n  %-12s min %9s  median %9s\n", x, ms(least(a)), ms(median(a)), y, ms(least(b)), ms(median(b)))
	fmt.Printf("  ratio        min %9.3f  median %9.3f   (goal %.2f, %d pairs)\n",
		float64(least(a))/float64(least(b)), float64(median(a))/float64(median(b)), goal, len(a))
}

func overhead(what string, a, b []time.Duration, goal float64) {
	fmt.Printf("  %-12s min %9s  median %9s   (goal %.0f ms, %d pairs)\n", what, ms(least(a)-least(b)), ms(median(a)-median(b)), goal, len(a))
}

// memory looks for anything of ours that stays beside a running server.
func memory(env, argv []string) error {
	c := exec.Command(argv[0], argv[1:]...)
	c.Env = env
	in, err := c.StdinPipe()
	if err != nil {
		return err
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	defer func() { in.Close(); c.Process.Kill(); c.Wait() }()
	if _, err := in.Write([]byte(hello)); err != nil {
		return err
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		return err
	}
	exe, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", c.Process.Pid))
	if err != nil {
		fmt.Println("\nMemory of ours beside a running server: not measured here (no /proc)")
		return nil
	}
	what := "none: the process became " + filepath.Base(exe)
	if filepath.Base(exe) == "toolbay" {
		what = "the launcher stayed"
	}
	fmt.Printf("\nMemory of ours beside a running server: %s   (goal none)\n", what)
	return nil
}

// search runs the catalogue's own benchmark, which prints its percentiles.
func search() error {
	fmt.Println("\nSearch, in process, over the public dump of the registry (goal p99 5 ms)")
	c := exec.Command("go", "test", "-run", "^$", "-bench", "Search", "-benchtime", "20x", "./backend/catalog/...", "./backend/store/...")
	out, err := c.CombinedOutput()
	for _, l := range strings.Split(string(out), "\n") {
		if strings.HasPrefix(l, "Benchmark") || strings.Contains(l, "p99") || strings.Contains(l, "SKIP") {
			fmt.Println(" ", l)
		}
	}
	return err
}
