package launch

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"toolbay/backend/model"
)

// stay gives what carries the conversation with a container or a remote
// server. Its variables, headers and address have their secrets filled in; none
// of them stands in an argument of any program.
func (s Spec) stay(home string, fill *filler) (Serve, error) {
	if s.Container != nil {
		return s.contained(home, fill)
	}
	if s.Remote != nil {
		return s.bridged(home, fill)
	}
	return nil, model.Fail("spec_broken", errors.New("neither a container nor a remote"), "server", s.name())
}

// here runs a conversation on this program's own streams until it ends or this
// program is asked to. A server's own exit code becomes this program's.
func here(serve Serve) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	// This program sits there as long as the server does.
	debug.SetGCPercent(20)
	debug.FreeOSMemory()
	err := serve(ctx, os.Stdin, os.Stdout, os.Stderr)
	var ended interface{ ExitCode() int }
	if errors.As(err, &ended) {
		os.Exit(ended.ExitCode())
	}
	return err
}
