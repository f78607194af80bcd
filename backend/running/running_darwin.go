package running

import (
	"context"
	"os"
	"os/exec"
	"syscall"
	"time"
)

func processes(ctx context.Context, _ func(Process) bool) ([]Process, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	ps := exec.CommandContext(ctx, "/bin/ps", "-axo", "pid=,ppid=,uid=,lstart=,comm=")
	ps.Env = append(os.Environ(), "LC_ALL=C")
	out, err := ps.Output()
	if err != nil {
		return nil, err
	}
	return parsePS(string(out), os.Getuid()), nil
}

// askToClose asks an application as its menu does. The system may ask the user
// first whether Toolbay may do so.
func askToClose(ctx context.Context, p Process) error {
	app := application(p.Path)
	if app == "" {
		return syscall.Kill(p.PID, syscall.SIGTERM)
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	return exec.CommandContext(ctx, "/usr/bin/osascript", "-e", quitScript(app)).Run()
}

// homeOf: the system does not tell.
func homeOf(int) string { return "" }
