package launch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"time"

	"toolbay/backend/launch/filter"
	"toolbay/backend/model"
)

// parting is how long a program that was asked to end has for it, and how long
// its output is awaited when it has ended but something it started has not.
const parting = 2 * time.Second

// filtered is a server of which only some tools can be used. A program then
// does not take this one's place: it talks through it.
func filtered(c Command, spec Spec, tools []string) Serve {
	next := c.Serve
	if next == nil {
		next = beside(c, spec)
	}
	return func(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) error {
		return filter.Serve(tools, stdin, stdout, stderr, func(in io.Reader, out io.Writer) error {
			return next(ctx, in, out, stderr)
		})
	}
}

// beside runs a program as a child that does not outlive this one. When ctx
// ends the program is asked to end, and made to after a moment.
func beside(c Command, spec Spec) Serve {
	return func(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) error {
		cmd := exec.CommandContext(ctx, c.Path, c.Args...)
		cmd.Env, cmd.Dir = c.Env, c.Dir
		cmd.Stdout, cmd.Stderr = stdout, stderr
		cmd.Cancel = func() error { return askToEnd(cmd.Process) }
		cmd.WaitDelay = parting
		input, err := cmd.StdinPipe()
		if err != nil {
			return fmt.Errorf("start %s: %w", c.Path, err)
		}
		// On Linux the child dies with the thread that started it, so that thread
		// must last.
		runtime.LockOSThread()
		if err := tie(cmd); err != nil {
			return fmt.Errorf("start %s: %w", c.Path, err)
		}
		if err := cmd.Start(); err != nil {
			return model.Fail("program_missing", err, "server", spec.name())
		}
		// Not cmd.Stdin: Wait would then wait for the app to say something more.
		go func() {
			io.Copy(input, stdin)
			input.Close()
		}()
		err = cmd.Wait()
		if errors.Is(err, exec.ErrWaitDelay) || ctx.Err() != nil && !errors.As(err, new(*exec.ExitError)) {
			return nil
		}
		return err
	}
}
