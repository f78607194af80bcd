// Command cmd runs the test's remote MCP server by itself, behind a sign-in,
// for end-to-end tests:
//
//	go run ./internal/fakeremote/cmd
//
// The first line on standard output is its address. Each line "end" on standard
// input makes every sign-in worthless, as a user does who takes it back.
package main

import (
	"bufio"
	"fmt"
	"os"
	"testing"

	"toolbay/internal/fakeremote"
)

// life stands in for a test: the server lives as long as this program.
type life struct{ testing.TB }

func (life) Cleanup(func()) {}

func main() {
	s := fakeremote.New(life{})
	auth := s.Protect(life{})
	fmt.Println(s.URL)
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		if in.Text() == "end" {
			auth.End()
			fmt.Println("ended")
		}
	}
}
