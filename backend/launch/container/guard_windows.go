package container

import (
	"os/exec"
	"syscall"
)

const (
	detachedProcess = 0x00000008
	newProcessGroup = 0x00000200
)

// own takes a program out of the launcher's console and group. A job object
// that ends with its programs still holds it; then the next start clears up.
func own(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: detachedProcess | newProcessGroup, HideWindow: true}
}
