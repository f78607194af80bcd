package engine

import (
	"strings"
	"testing"

	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"
)

// What stands in for two modules of Docker's client (internal/lean) does what
// the client asks of them.
func TestStandIns(t *testing.T) {
	sum := "sha256:" + strings.Repeat("0a", 32)
	for _, c := range []struct{ in, name, tag, sum string }{
		{"notes", "notes", "latest", ""},
		{"acme/notes:1.2", "acme/notes", "1.2", ""},
		{"images.example:5000/acme/notes", "images.example:5000/acme/notes", "latest", ""},
		{"localhost/notes:a_B.c-d", "localhost/notes", "a_B.c-d", ""},
		{"[::1]:5000/notes:1", "[::1]:5000/notes", "1", ""},
		{"acme/notes@" + sum, "acme/notes", "", sum},
		{"acme/notes:1@" + sum, "acme/notes", "", sum},
		{in: "acme/Notes"},
		{in: "acme//notes"},
		{in: "acme/notes:"},
		{in: "acme/notes:-x"},
		{in: "acme/notes@sha256:0a"},
		{in: "/notes"},
		{in: "notes-"},
		{in: "a b"},
		{in: ""},
		{in: strings.Repeat("a", 256)},
	} {
		ref, err := reference.ParseNormalizedNamed(c.in)
		if (err == nil) != (c.name != "") {
			t.Errorf("%q: %v", c.in, err)
			continue
		}
		if err != nil {
			continue
		}
		tag, got := "", ""
		if d, ok := ref.(reference.Digested); ok {
			got = d.Digest().String()
		} else if tagged, ok := reference.TagNameOnly(ref).(reference.Tagged); ok {
			tag = tagged.Tag()
		}
		if ref.Name() != c.name || tag != c.tag || got != c.sum {
			t.Errorf("%q: %q %q %q", c.in, ref.Name(), tag, got)
		}
	}
	for in, want := range map[string]error{
		sum: nil, "": digest.ErrDigestInvalidFormat, "sha256": digest.ErrDigestInvalidFormat,
		"md5:0a": digest.ErrDigestUnsupported, "sha256:0a": digest.ErrDigestInvalidLength,
		"sha256:" + strings.Repeat("0A", 32): digest.ErrDigestInvalidFormat,
	} {
		if _, err := digest.Parse(in); err != want {
			t.Errorf("%q: %v, want %v", in, err, want)
		}
	}
}
