//go:build !windows

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// window compares our window with a bare one: memory of all its processes,
// and how long until something is drawn. It needs a screen (build/session.sh).
func window(work string, env []string) error {
	fmt.Println("\nThe window beside a bare Wails window")
	if runtime.GOOS != "linux" || os.Getenv("DISPLAY") == "" {
		fmt.Println("  not measured here: needs Linux and a screen")
		return nil
	}
	bare := filepath.Join(work, "bare")
	build := exec.Command("go", "build", "-tags", "desktop,production,webkit2_41", "-ldflags", "-s -w", "-o", bare, "./internal/bench/bare")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return err
	}
	ours, err := filepath.Abs("build/bin/toolbay-window")
	if err != nil {
		return err
	}
	quiet := append(env, "TOOLBAY_REGISTRY_URL=http://127.0.0.1:9", "TOOLBAY_DOCKER_CATALOG_URL=http://127.0.0.1:9/c.yaml")
	// Past the first start, so that the first screen is Discover with its cards.
	seen := exec.Command("build/bin/toolbay", "settings", "first_run", "done")
	seen.Env = quiet
	if err := seen.Run(); err != nil {
		return err
	}
	theirMB, theirDrawn, err := open(bare, quiet)
	if err != nil {
		return err
	}
	ourMB, ourDrawn, err := open(ours, quiet)
	if err != nil {
		return err
	}
	fmt.Printf("  memory       ours %6.0f MB   bare %6.0f MB   over it %5.0f MB, ratio %.2f\n", ourMB, theirMB, ourMB-theirMB, ourMB/theirMB)
	fmt.Printf("  first results, ours %4.1f s; the bare one draws its page after %4.1f s (looked at every tenth of a second)\n", ourDrawn, theirDrawn)
	return nil
}

// open starts a window, waits until it has drawn something and settled, and
// gives its proportional memory in MB and the seconds until it had drawn.
func open(program string, env []string) (mb, drawn float64, err error) {
	c := exec.Command(program)
	c.Env = env
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	began := time.Now()
	if err := c.Start(); err != nil {
		return 0, 0, err
	}
	defer func() {
		syscall.Kill(-c.Process.Pid, syscall.SIGTERM)
		c.Wait()
	}()
	for !isDrawn() {
		if time.Since(began) > 60*time.Second {
			return 0, 0, fmt.Errorf("%s drew nothing within a minute", filepath.Base(program))
		}
		time.Sleep(100 * time.Millisecond)
	}
	drawn = time.Since(began).Seconds()
	time.Sleep(5 * time.Second)
	for _, pid := range family(c.Process.Pid) {
		mb += pss(pid)
	}
	return mb, drawn, nil
}

// isDrawn tells whether the screen shows cards with their tints and text, not bare grounds or skeletons.
func isDrawn() bool {
	out, err := exec.Command("sh", "-c", `import -window root -resize 160x113 txt:- | awk '{print $3}' | sort -u | wc -l`).Output()
	n, _ := strconv.Atoi(strings.TrimSpace(string(out)))
	return err == nil && n > 150
}

// family is a process and everything it started.
func family(root int) []int {
	parents := map[int]int{}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, s := range stats {
		data, err := os.ReadFile(s)
		if err != nil {
			continue
		}
		text := string(data)
		pid, _ := strconv.Atoi(text[:strings.IndexByte(text, ' ')])
		after := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
		if len(after) > 1 {
			parents[pid], _ = strconv.Atoi(after[1])
		}
	}
	out := []int{root}
	for i := 0; i < len(out); i++ {
		for pid, parent := range parents {
			if parent == out[i] {
				out = append(out, pid)
			}
		}
	}
	return out
}

// pss is a process's share of memory in MB: what is shared counts in part.
func pss(pid int) float64 {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0
	}
	for _, l := range strings.Split(string(data), "\n") {
		if f := strings.Fields(l); len(f) > 1 && f[0] == "Pss:" {
			kb, _ := strconv.ParseFloat(f[1], 64)
			return kb / 1024
		}
	}
	return 0
}
