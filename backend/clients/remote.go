package clients

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"toolbay/backend/configfile"
)

// Remote is how an app writes an entry for a server on the network. An app
// without one can only start programs.
type Remote struct {
	// Types gives for each transport that the app speaks (streamable-http, sse)
	// the value of "type", "" for none.
	Types map[string]string `json:"types"`
	// TypeKey is the key of that value where it is not the dialect's.
	TypeKey string `json:"typeKey,omitempty"`
	// URL is the key of the address where it is not "url"; URLs where it depends
	// on the transport.
	URL  string            `json:"url,omitempty"`
	URLs map[string]string `json:"urls,omitempty"`
	// Headers is the key of the headers; a "/" leads into an inner object.
	Headers string `json:"headers"`
}

func (r *Remote) check() error {
	if r == nil {
		return nil
	}
	if len(r.Types) == 0 || r.Headers == "" {
		return fmt.Errorf("remote needs types and headers")
	}
	for transport := range r.Types {
		if transport != "streamable-http" && transport != "sse" {
			return fmt.Errorf("remote of type %q", transport)
		}
	}
	for transport := range r.URLs {
		if _, ok := r.Types[transport]; !ok {
			return fmt.Errorf("remote has an address for %q", transport)
		}
	}
	return nil
}

// Speaks tells whether the app can be given l, a server on the network, as it
// is: it speaks the transport, and takes nothing in address and headers for a
// variable of its own.
func (d Dialect) Speaks(l Launch) bool {
	if _, ok := d.remoteType(l.Transport); !ok || l.URL == "" {
		return false
	}
	texts := append(slices.Collect(maps.Values(l.Headers)), l.URL)
	return !slices.ContainsFunc(texts, func(s string) bool { return strings.ContainsAny(s, "${}") })
}

// remoteType gives the value of "type" for a transport, ok when the app speaks
// it.
func (d Dialect) remoteType(transport string) (value string, ok bool) {
	if d.Remote == nil {
		return "", false
	}
	value, ok = d.Remote.Types[transport]
	return value, ok
}

// carriesRemote is Carries for a server on the network: references to the
// user's variables may stand in its headers and address where the app replaces
// them there.
func (d Dialect) carriesRemote(l Launch) bool {
	if _, ok := d.remoteType(l.Transport); !ok {
		return false
	}
	if d.Reference != "" && d.ReferenceList == "" {
		return true
	}
	return d.Speaks(l)
}

// encodeRemote gives the entry of a server on the network.
func (d Dialect) encodeRemote(l Launch) configfile.Object {
	r := d.Remote
	o := d.opening(l, cmp.Or(r.TypeKey, d.TypeKey), r.Types[l.Transport])
	o = append(o, configfile.Member{Key: cmp.Or(r.URLs[l.Transport], r.URL, "url"), Value: l.URL})
	var headers configfile.Object
	for _, name := range sortedKeys(l.Headers) {
		headers = append(headers, configfile.Member{Key: name, Value: l.Headers[name]})
	}
	if len(headers) > 0 {
		steps := strings.Split(r.Headers, "/")
		for i := len(steps) - 1; i > 0; i-- {
			headers = configfile.Object{{Key: steps[i], Value: headers}}
		}
		o = append(o, configfile.Member{Key: steps[0], Value: headers})
	}
	return append(o, d.closing()...)
}
