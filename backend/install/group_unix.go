//go:build unix

package install

import (
	"os/exec"
	"syscall"

	"golang.org/x/sys/unix"
)

// group is a program with everything it started.
type group struct{ pid int }

func startGroup(cmd *exec.Cmd) (*group, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	tie(cmd.SysProcAttr)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &group{cmd.Process.Pid}, nil
}

// ask lets the group end by itself, kill does not.
func (g *group) ask()   { _ = unix.Kill(-g.pid, unix.SIGTERM) }
func (g *group) kill()  { _ = unix.Kill(-g.pid, unix.SIGKILL) }
func (g *group) close() {}
