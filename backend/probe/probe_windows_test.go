package probe

import (
	"os"
	"os/exec"
	"syscall"

	"golang.org/x/sys/windows"
)

var terminating = []os.Signal{os.Interrupt}

// detach has a child leave the console group of its parent.
func detach(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP}
}
