// Package reference stands in for the module github.com/distribution/reference
// (see the replace line in go.mod), which Docker's client uses to take an
// image's name apart. The original compiles some twenty patterns when a program
// starts, which costs every start of every server 0.7 ms. This one also leaves
// a name as it was given: which registry an unqualified name belongs to is for
// the engine to know. Only the engine's client imports it.
//
//	ref, err := reference.ParseNormalizedNamed("acme/notes:1.2")
package reference

import (
	"errors"
	"strings"

	"github.com/opencontainers/go-digest"
)

// ErrReferenceInvalidFormat is told of what is no image's name.
var ErrReferenceInvalidFormat = errors.New("invalid reference format")

// Reference is an image's name in any form.
type Reference interface{ String() string }

// Named has a name: "host:port/path".
type Named interface {
	Reference
	Name() string
}

// Tagged has a tag.
type Tagged interface {
	Reference
	Tag() string
}

// Digested has a digest.
type Digested interface {
	Reference
	Digest() digest.Digest
}

// Canonical has a name and a digest.
type Canonical interface {
	Named
	Digest() digest.Digest
}

type plain string

func (p plain) String() string { return string(p) }
func (p plain) Name() string   { return string(p) }

type tagged struct {
	plain
	tag string
}

func (t tagged) String() string { return t.Name() + ":" + t.tag }
func (t tagged) Tag() string    { return t.tag }

type canonical struct {
	Named
	digest digest.Digest
}

func (c canonical) String() string        { return c.Named.String() + "@" + string(c.digest) }
func (c canonical) Digest() digest.Digest { return c.digest }

type bareDigest digest.Digest

func (d bareDigest) String() string        { return string(d) }
func (d bareDigest) Digest() digest.Digest { return digest.Digest(d) }

const maxName, maxTag = 255, 128

// ParseNormalizedNamed reads NAME[:TAG][@DIGEST].
func ParseNormalizedNamed(s string) (Named, error) {
	rest, sum, digested := strings.Cut(s, "@")
	name, tag := rest, ""
	if i := strings.LastIndexByte(rest, ':'); i > strings.LastIndexByte(rest, '/') {
		name, tag = rest[:i], rest[i+1:]
		if !tagLike(tag) {
			return nil, ErrReferenceInvalidFormat
		}
	}
	if !nameLike(name) {
		return nil, ErrReferenceInvalidFormat
	}
	var ref Named = plain(name)
	if tag != "" {
		ref = tagged{plain(name), tag}
	}
	if digested {
		d, err := digest.Parse(sum)
		if err != nil {
			return nil, err
		}
		ref = canonical{ref, d}
	}
	return ref, nil
}

// ParseAnyReference reads a digest or a name.
func ParseAnyReference(s string) (Reference, error) {
	if d, err := digest.Parse(s); err == nil {
		return bareDigest(d), nil
	}
	return ParseNormalizedNamed(s)
}

// TagNameOnly adds the tag that a name without tag and digest means.
func TagNameOnly(ref Named) Named {
	if p, ok := ref.(plain); ok {
		return tagged{p, "latest"}
	}
	return ref
}

// FamiliarString is the name as it was given.
func FamiliarString(ref Reference) string { return ref.String() }

// WithDigest adds a digest to a name.
func WithDigest(name Named, d digest.Digest) (Canonical, error) {
	if err := d.Validate(); err != nil {
		return nil, err
	}
	return canonical{name, d}, nil
}

// nameLike tells whether s can be a name: an optional host with a port, then
// lower-case parts joined by slashes.
func nameLike(s string) bool {
	if s == "" || len(s) > maxName {
		return false
	}
	parts := strings.Split(s, "/")
	if first := parts[0]; len(parts) > 1 && (strings.ContainsAny(first, ".:[]") || first == "localhost") {
		if !hostLike(first) {
			return false
		}
		parts = parts[1:]
	}
	for _, p := range parts {
		if p == "" || !alphanumeric(p[0]) || !alphanumeric(p[len(p)-1]) {
			return false
		}
		for i := range len(p) {
			if !alphanumeric(p[i]) && p[i] != '.' && p[i] != '_' && p[i] != '-' {
				return false
			}
		}
	}
	return true
}

func hostLike(s string) bool {
	for _, r := range s {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(".-:[]", r) {
			return false
		}
	}
	return true
}

func tagLike(s string) bool {
	if s == "" || len(s) > maxTag || s[0] == '.' || s[0] == '-' {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !alphanumeric(c) && (c < 'A' || c > 'Z') && c != '_' && c != '.' && c != '-' {
			return false
		}
	}
	return true
}

func alphanumeric(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' }
