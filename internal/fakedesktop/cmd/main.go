// Command cmd is the made-up Claude Desktop as a program, for tests of the
// window: build it under the name claude-desktop.
package main

import "toolbay/internal/fakedesktop"

func main() { fakedesktop.Main() }
