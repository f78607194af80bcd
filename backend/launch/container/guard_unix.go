//go:build !windows

package container

import (
	"os/exec"
	"syscall"
)

// own gives a program a session of its own: no signal to the launcher's group
// and no closed terminal reaches it.
func own(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
