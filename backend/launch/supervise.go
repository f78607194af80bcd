package launch

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
)

// supervise starts a program with this one's streams, outlives the signals the
// program gets as well, and gives its exit code. Windows, having no exec, is
// the one to use it; it is built everywhere so that it can be tested.
func supervise(c Command) (code int, err error) {
	cmd := exec.Command(c.Path, c.Args...)
	cmd.Env, cmd.Dir = c.Env, c.Dir
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	// Ctrl+C and the closing of a console reach every program in it: the server
	// decides what to do, and this program goes when the server has gone.
	// Nobody reads the channel; a full one drops what comes.
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)

	err = cmd.Run()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		return 0, err
	}
	return cmd.ProcessState.ExitCode(), nil
}
