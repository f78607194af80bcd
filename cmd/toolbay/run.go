package main

import (
	"fmt"
	"os"
	"strings"

	"toolbay/backend/launch"
	"toolbay/backend/text"
)

// start answers `run SERVER [--profile P]`. On Unix a server that starts takes
// this process over and start does not return. Nothing of ours is written to
// standard output: that belongs to the server and the app.
func start(args []string) int {
	server, profile, ok := runArgs(args)
	if !ok {
		fmt.Fprintln(os.Stderr, "toolbay run SERVER [--profile P]")
		return exitUse
	}
	err := launch.Run(launch.Home(os.Getenv), server, profile)
	if err == nil {
		return exitOK
	}
	w := text.ForError(err)
	fmt.Fprintf(os.Stderr, "Toolbay: %s %s (%s)\n", w.Message, w.Hint, oneLine(w.Detail))
	return exitFailed
}

func runArgs(args []string) (server, profile string, ok bool) {
	for i := 0; i < len(args); i++ {
		a := args[i]
		switch {
		case a == "--profile" && i+1 < len(args):
			i++
			profile = args[i]
		case strings.HasPrefix(a, "--profile="):
			profile = strings.TrimPrefix(a, "--profile=")
		case strings.HasPrefix(a, "-") || server != "":
			return "", "", false
		default:
			server = a
		}
	}
	return server, profile, server != ""
}
