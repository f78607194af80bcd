//go:build !windows

package probe

import (
	"os"
	"os/exec"
	"syscall"
)

var terminating = []os.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP}

// detach has a child leave the group and session of its parent.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
