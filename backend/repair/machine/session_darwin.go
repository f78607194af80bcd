package machine

import (
	"context"
	"os/exec"
	"strings"
	"time"
)

// sessionPath is what the user gave all programs with a window by launchctl, ""
// for the system's own.
func sessionPath(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "/bin/launchctl", "getenv", "PATH")
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// environmentOf is not told on macOS.
func environmentOf(int, string) string { return "" }
