package store

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// The short way through ASCII gives what the long one gives. A letter that is
// not ASCII, apart from the rest, makes split take the long one.
func TestSplitASCII(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	const of = "abcxyzABCXYZ019 -_./\t\x00"
	cases := []string{"", " ", "a", "A", "sendMessage", "HTTPServer", "sendHTTPMessage2Go", "a_bC", "x9Y", "io.github.acme/notes", "aB cD", "-aB"}
	for range 5000 {
		b := make([]byte, r.IntN(24))
		for i := range b {
			b[i] = of[r.IntN(len(of))]
		}
		cases = append(cases, string(b))
	}
	for _, text := range cases {
		for _, camel := range []bool{false, true} {
			long := split(text+" \u65e5", camel)
			if got, want := split(text, camel), long[:len(long)-1]; !slices.Equal(got, want) {
				t.Fatalf("%q, %v: %q, want %q", text, camel, got, want)
			}
		}
	}
}
