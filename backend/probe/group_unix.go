//go:build !windows

package probe

import (
	"os/exec"
	"syscall"
	"time"
)

// group is a process group led by the server.
type group struct{ leader int }

func startGroup(cmd *exec.Cmd) (*group, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	tie(cmd.SysProcAttr)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &group{leader: cmd.Process.Pid}, nil
}

// end asks all processes of the group to end, waits until they have or until
// grace is over, and kills those that are left. Processes that left the group
// but not the family are ended with it; they can be found only as long as
// nobody of the family has been asked.
func (g *group) end(ended <-chan struct{}, grace time.Duration, closeInput func()) {
	var family []member
	select {
	case <-ended: // its number may be another's by now
	default:
		family = descendants(g.leader)
	}
	closeInput()
	syscall.Kill(-g.leader, syscall.SIGTERM)
	deadline := time.NewTimer(grace)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	// The number of a group stays taken while any of its processes lives, so
	// the signals below reach ours or nobody.
waiting:
	for syscall.Kill(-g.leader, 0) == nil {
		select {
		case <-tick.C:
		case <-deadline.C:
			break waiting
		}
	}
	syscall.Kill(-g.leader, syscall.SIGKILL)
	for _, m := range family {
		m.kill()
	}
	<-ended
}
