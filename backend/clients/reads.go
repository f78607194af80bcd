package clients

import (
	"cmp"
	"fmt"
	"slices"
)

// Reads is what an app takes in an entry besides what the rest of its Dialect
// writes, and what it refuses: repair must not mend what works.
type Reads struct {
	// URLs are further keys of the address that it understands; Maybe are keys of
	// which the sources disagree.
	URLs  []string `json:"urls,omitempty"`
	Maybe []string `json:"maybe,omitempty"`
	// Types are further values of the type.
	Types []string `json:"types,omitempty"`
	// AnyType is an app that does not look at the type.
	AnyType bool `json:"anyType,omitempty"`
	// NoType is what it makes of an address without a type: "refuses", "sse", or
	// "" for finding out by itself. NeedsType is an app that refuses a command
	// without one.
	NoType    string `json:"noType,omitempty"`
	NeedsType bool   `json:"needsType,omitempty"`
	// Needs are members without which it refuses a command; where one is missing
	// an empty list is meant.
	Needs []string `json:"needs,omitempty"`
	// Local and Remote are members that it refuses beside a command, and beside
	// an address.
	Local  []string `json:"local,omitempty"`
	Remote []string `json:"remote,omitempty"`
	// NoRemote is an app that starts programs only.
	NoRemote bool `json:"noRemote,omitempty"`
	// Both is what it does with a command and an address in one entry: "url",
	// "refuses", or "" for taking the command.
	Both string `json:"both,omitempty"`
	// Numbers is an app that takes numbers for texts in the environment.
	Numbers bool `json:"numbers,omitempty"`
	// Whole are members that make an entry complete without a command or address,
	// Kinds values of the type of entries that are the app's own.
	Whole []string `json:"whole,omitempty"`
	Kinds []string `json:"kinds,omitempty"`
	// NeedsStart is an app that does not start at all when an entry has neither.
	NeedsStart bool `json:"needsStart,omitempty"`
	// NoNull is an app that refuses its file when a member is null.
	NoNull bool `json:"noNull,omitempty"`
	// Bare is a scope in which it takes the entries without what they stand in.
	Bare string `json:"bare,omitempty"`
	// Timeout is the unit of its member "timeout": s or ms.
	Timeout string `json:"timeout,omitempty"`
}

func (r *Reads) check() error {
	if r == nil {
		return nil
	}
	if !slices.Contains([]string{"", "refuses", "sse"}, r.NoType) {
		return fmt.Errorf("noType %q", r.NoType)
	}
	if !slices.Contains([]string{"", "refuses", "url"}, r.Both) {
		return fmt.Errorf("both %q", r.Both)
	}
	if !slices.Contains([]string{"", "s", "ms"}, r.Timeout) {
		return fmt.Errorf("timeout %q", r.Timeout)
	}
	return nil
}

// Taken is what the app takes besides what the dialect writes.
func (d Dialect) Taken() Reads {
	if d.Reads == nil {
		return Reads{}
	}
	return *d.Reads
}

// URLKey is the key of the address of a server that speaks a transport.
func (d Dialect) URLKey(transport string) string {
	if d.Remote == nil {
		return "url"
	}
	return cmp.Or(d.Remote.URLs[transport], d.Remote.URL, "url")
}

// CommandKey is the key of the command.
func (d Dialect) CommandKey() string { return d.commandKey() }

// Same tells whether an entry of one dialect is one of the other.
func (d Dialect) Same(o Dialect) bool {
	address := func(d Dialect) string {
		if d.Remote == nil {
			return ""
		}
		return d.Remote.URL + d.Remote.TypeKey + d.Remote.Headers
	}
	return d.Command == o.Command && d.CommandList == o.CommandList && d.Env == o.Env && d.List == o.List && d.Name == o.Name && d.Type == o.Type && address(d) == address(o)
}
