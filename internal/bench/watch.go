//go:build !windows

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// idle is how long nothing happens while the watch is measured.
const idle = time.Minute

// watching measures what it costs to watch the files of all apps while nothing
// happens, with every app there. How long a
// change takes until it is told is in the log of backend/watch's tests.
func watching(toolbay, work string) error {
	fmt.Println("\nWatching the files of all apps")
	if runtime.GOOS != "linux" {
		fmt.Println("  not measured here: needs Linux")
		return nil
	}
	home := filepath.Join(work, "watched")
	env := append(os.Environ(), "HOME="+home, "TOOLBAY_HOME="+filepath.Join(home, ".toolbay"), "XDG_CONFIG_HOME=")
	list := exec.Command(toolbay, "apps", "--json")
	list.Env, list.Dir = env, work // no project's files
	out, err := list.Output()
	if err != nil {
		return fmt.Errorf("apps: %w", err)
	}
	var apps []struct {
		Files []struct{ Path, Scope, Format string }
	}
	if err := json.Unmarshal(out, &apps); err != nil {
		return err
	}
	places := 0
	for _, a := range apps {
		for _, f := range a.Files {
			if f.Scope != "user" {
				continue
			}
			content := "{}\n"
			if f.Format == "toml" || f.Format == "yaml" {
				content = ""
			}
			if err := os.MkdirAll(filepath.Dir(f.Path), 0o755); err != nil {
				return err
			}
			if err := os.WriteFile(f.Path, []byte(content), 0o644); err != nil {
				return err
			}
			places++
		}
	}
	watch := exec.Command(toolbay, "notices", "--watch", "--json")
	watch.Env, watch.Dir, watch.Stderr = env, work, os.Stderr
	said, err := watch.StdoutPipe()
	if err != nil {
		return err
	}
	if err := watch.Start(); err != nil {
		return err
	}
	defer func() { watch.Process.Kill(); watch.Wait() }()
	if line, err := bufio.NewReader(said).ReadString('\n'); err != nil || !strings.Contains(line, "watching") {
		return fmt.Errorf("the watch said %q: %v", line, err)
	}
	time.Sleep(2 * time.Second) // what belongs to its start is over
	before, err := cpu(watch.Process.Pid)
	if err != nil {
		return err
	}
	time.Sleep(idle)
	after, err := cpu(watch.Process.Pid)
	if err != nil {
		return err
	}
	rollup := fmt.Sprintf("/proc/%d/smaps_rollup", watch.Process.Pid)
	private := float64(kilobytes(rollup, "Private_Clean:")+kilobytes(rollup, "Private_Dirty:")) / 1024
	fmt.Printf("  %d apps, %d files: %s of a processor in %v idle (%.3f %%), %.1f MB of memory of its own, the whole program with its database\n",
		len(apps), places, ms(after-before), idle, 100*float64(after-before)/float64(idle), private)
	return nil
}

// cpu is the processor time a process has used.
func cpu(pid int) (time.Duration, error) {
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil || len(tasks) == 0 {
		return 0, fmt.Errorf("no threads of %d: %v", pid, err)
	}
	total := time.Duration(0)
	for _, t := range tasks {
		data, err := os.ReadFile(t)
		if err != nil {
			return 0, err
		}
		ns, err := strconv.ParseInt(strings.Fields(string(data))[0], 10, 64)
		if err != nil {
			return 0, err
		}
		total += time.Duration(ns)
	}
	return total, nil
}
