package container_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"testing"

	"toolbay/backend/launch/container"
)

// The test's own program is launcher and guard too.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "guard":
			os.Exit(container.Guard(os.Args[2:]))
		case "serve":
			os.Exit(serve(os.Args[2]))
		}
	}
	os.Exit(m.Run())
}

// serve is a launcher: what to start is in a file.
func serve(file string) int {
	var s container.Start
	data, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	if err == nil {
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		defer stop()
		err = container.Serve(s)(ctx, os.Stdin, os.Stdout, os.Stderr)
	}
	var ended *container.Exited
	switch {
	case errors.As(err, &ended):
		return ended.Code
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		return 99
	}
	return 0
}
