package running

import (
	"bytes"
	"context"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// processes reads /proc. A process that ends meanwhile is left out. Of those
// that are not wanted no more is read than what they are called: a computer has
// hundreds.
func processes(ctx context.Context, wanted func(Process) bool) ([]Process, error) {
	boot, err := bootTime()
	if err != nil {
		return nil, err
	}
	names, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	var found []Process
	for _, n := range names {
		pid, err := strconv.Atoi(n.Name())
		if err != nil {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if p, ok := process(pid, boot, wanted); ok {
			found = append(found, p)
		}
	}
	return found, nil
}

// clockTicks is the unit of the times in /proc/PID/stat, which is the same on
// every Linux that Go runs on (sysconf's _SC_CLK_TCK).
const clockTicks = 100

func process(pid int, boot time.Time, wanted func(Process) bool) (Process, bool) {
	dir := "/proc/" + strconv.Itoa(pid) + "/"
	st, err := os.Stat(dir)
	if err != nil {
		return Process{}, false
	}
	if owner, ok := st.Sys().(*syscall.Stat_t); !ok || int(owner.Uid) != os.Getuid() {
		return Process{}, false
	}
	p := Process{PID: pid}
	if p.Path, err = os.Readlink(dir + "exe"); err == nil {
		p.Path = strings.TrimSuffix(p.Path, " (deleted)") // replaced by an update while it runs
	}
	if line, err := os.ReadFile(dir + "cmdline"); err == nil {
		first, _, _ := bytes.Cut(line, []byte{0})
		p.Called = string(first)
	}
	if p.Path == "" && p.Called == "" || !wanted(p) {
		return Process{}, false
	}
	stat, err := os.ReadFile(dir + "stat")
	if err != nil {
		return Process{}, false
	}
	// The name in field 2 may hold spaces and brackets of its own.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 20 || string(fields[0]) == "Z" || string(fields[0]) == "X" {
		return Process{}, false
	}
	p.Parent, _ = strconv.Atoi(string(fields[1]))
	if ticks, err := strconv.ParseInt(string(fields[19]), 10, 64); err == nil {
		p.Started = boot.Add(time.Duration(ticks) * time.Second / clockTicks)
	}
	return p, true
}

// homeOf is asked for the few programs that are an app's.
func homeOf(pid int) (home string) {
	env, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/environ")
	if err != nil {
		return ""
	}
	for _, v := range bytes.Split(env, []byte{0}) {
		if is, ok := bytes.CutPrefix(v, []byte("HOME=")); ok {
			home = string(is)
		}
	}
	return home
}

func bootTime() (time.Time, error) {
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return time.Time{}, err
	}
	_, rest, _ := strings.Cut(string(stat), "\nbtime ")
	line, _, _ := strings.Cut(rest, "\n")
	seconds, err := strconv.ParseInt(line, 10, 64)
	if err != nil {
		return time.Time{}, err
	}
	return time.Unix(seconds, 0), nil
}

// askToClose sends what a session sends to its programs when it ends. The
// process is looked at once more: its number may be another's by now.
func askToClose(_ context.Context, p Process) error {
	boot, err := bootTime()
	if err != nil {
		return err
	}
	if now, ok := process(p.PID, boot, func(Process) bool { return true }); !ok || !now.Started.Equal(p.Started) {
		return nil
	}
	return syscall.Kill(p.PID, syscall.SIGTERM)
}
