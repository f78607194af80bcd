package backend

import (
	"strings"
	"testing"
)

func TestMaskLine(t *testing.T) {
	digest := "sha256:" + strings.Repeat("0a1b", 16)
	for _, c := range []struct{ name, line, want string }{
		{"what programs say", "npm http fetch GET 200 https://registry.example.com/left-pad 12ms", "npm http fetch GET 200 https://registry.example.com/left-pad 12ms"},
		{"a user in an address", "Using https://ann:pa55@index.example.com/simple", "Using https://•••@index.example.com/simple"},
		{"a key alone in an address", "Using https://k3y@index.example.com/simple", "Using https://•••@index.example.com/simple"},
		{"a named key", "_authToken=abcdef", "_authToken=•••"},
		{"a key in an address", "GET https://x.example.com/a?token=abcdef", "GET https://x.example.com/a?token=•••"},
		{"a header", "Authorization: Bearer abcdefgh12345", "Authorization: •••"},
		{"a digest is no key", "127.0.0.1:5000/notes@" + digest + " Pulling from notes", "127.0.0.1:5000/notes@" + digest + " Pulling from notes"},
		{"a key beside a digest", digest + " token=abcdef", digest + " token=•••"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := MaskLine(c.line); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}
