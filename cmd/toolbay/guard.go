package main

import "toolbay/backend/launch"

// guard answers the hidden command `guard`, which only the launcher gives: it
// waits until the launcher is gone and takes its container away. It stands
// before the command line proper, because it sits there as long as a server
// does and must stay small.
func guard(args []string) int { return launch.Guard(args) }
