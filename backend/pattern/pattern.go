// Package pattern holds regular expressions that are compiled at first use.
// Go runs every package-level variable of a program before main; the program
// that AI apps start for each server is the same one that reads catalogues, and
// must not pay for expressions it does not use. Everything of ours may import
// it; internal/rules compiles them all in a test.
//
//	var plain = pattern.New(`^[a-z]+$`)
//	ok := plain().MatchString(s)
package pattern

import (
	"regexp"
	"sync"
)

// New gives a function that compiles expr when it is first called.
func New(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}
