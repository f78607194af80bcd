package launch

import (
	"os/exec"
	"syscall"
)

// tie has the system end the child with this program, however that ends.
func tie(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return nil
}
