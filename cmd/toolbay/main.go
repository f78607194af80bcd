// Command toolbay is Toolbay's command line, and the program that AI apps
// start: `toolbay run SERVER` becomes the server's own program.
package main

import "os"

func main() {
	// Apps wait for this path; it must not pay for the rest of the program.
	if len(os.Args) > 1 && os.Args[1] == "run" {
		os.Exit(start(os.Args[2:]))
	}
	if len(os.Args) > 1 && os.Args[1] == "guard" {
		os.Exit(guard(os.Args[2:]))
	}
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}
