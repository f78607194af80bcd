package shape

import (
	"net/url"
	"strings"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// notObject is an entry that is a text, a list or nothing.
func (e *entry) notObject(v any) {
	var start configfile.Object
	fix := finding.Safe
	switch v := v.(type) {
	case string:
		text := strings.TrimSpace(v)
		if isURL(text) {
			start = e.remoteEntry(text, "")
			break
		}
		if words, ok := split(text); ok && len(words) > 0 && (runners[base(words[0])] || len(words) == 1 && strings.ContainsAny(words[0], `/\`)) {
			start = e.localEntry(words)
		}
	case []any:
		if o, one := onlyObject(v); one && isServer(o) {
			start = o
			break
		}
		words, ok := texts(v)
		if ok && len(words) > 0 && runners[base(words[0])] {
			start = e.localEntry(words)
		}
	case nil:
		fix = finding.Confirm
	}
	e.add("ENTRY_NOT_OBJECT", func(f *finding.Finding) {
		f.Fix = fix
		switch {
		case start != nil:
			f.Changes = []finding.Change{{Path: e.path, Value: start}}
		case v == nil || v == any("") || v == any(false):
			f.Fix = finding.Confirm
			e.park(f, nil)
			f.Parked = nil
			f.Needs = "The entry " + e.name + " says nothing: take it out?"
		default:
			f.Fix = finding.Never
		}
	})
}

// onlyObject is what a list of one object holds.
func onlyObject(list []any) (configfile.Object, bool) {
	if len(list) != 1 {
		return nil, false
	}
	o, ok := list[0].(configfile.Object)
	return o, ok
}

func (e *entry) localEntry(words []string) configfile.Object {
	return e.d.Encode(clients.Launch{Name: e.name, Command: words[0], Args: words[1:]})
}

func (e *entry) remoteEntry(address, transport string) configfile.Object {
	if transport == "" {
		transport = transportByURL(address)
	}
	if e.d.Remote == nil {
		return configfile.Object{{Key: "url", Value: address}}
	}
	if _, ok := e.d.Remote.Types[transport]; !ok {
		transport = "streamable-http"
	}
	return e.d.Encode(clients.Launch{Name: e.name, URL: address, Transport: transport})
}

// transportByURL takes an address that ends in /sse for the older protocol.
func transportByURL(address string) string {
	u, err := url.Parse(address)
	if err == nil && strings.HasSuffix(strings.TrimRight(u.Path, "/"), "/sse") {
		return "sse"
	}
	return "streamable-http"
}

func texts(list []any) (words []string, ok bool) {
	for _, v := range list {
		s, is := v.(string)
		if !is {
			return nil, false
		}
		words = append(words, s)
	}
	return words, true
}
