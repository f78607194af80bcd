package launch

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"

	"toolbay/backend/model"
)

// stay gives what carries the conversation with a container or a remote
// server. Its variables, headers and address have their secrets filled in; none
// of them stands in an argument of any program.
func (s Spec) stay(home string, fill *filler) (Serve, error) {
	return nil, model.Fail("spec_broken", errors.New("neither a container nor a remote"), "server", s.name())
}

// here runs a conversation on this program's own streams until it ends or this
// program is asked to.
func here(serve Serve) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	return serve(ctx, os.Stdin, os.Stdout, os.Stderr)
}
