//go:build !windows

package launch

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"toolbay/backend/model"
)

// start replaces this program by the server: no process of ours stays, and
// signals, exit code and streams are the server's own.
func start(c Command, spec Spec) error {
	if c.Dir != "" {
		if err := os.Chdir(c.Dir); err != nil {
			return model.Fail("program_missing", err, "server", spec.name())
		}
	}
	err := syscall.Exec(c.Path, append([]string{c.Path}, c.Args...), c.Env)
	switch {
	case errors.Is(err, syscall.ENOENT), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.EACCES), errors.Is(err, syscall.ENOEXEC):
		return model.Fail("program_missing", fmt.Errorf("start %s: %w", c.Path, err), "server", spec.name())
	}
	return fmt.Errorf("start %s: %w", c.Path, err)
}

// askToEnd asks a program to end.
func askToEnd(p *os.Process) error { return p.Signal(syscall.SIGTERM) }
