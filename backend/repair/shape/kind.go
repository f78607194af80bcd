package shape

import (
	"cmp"
	"slices"

	"toolbay/backend/repair/finding"
)

// anyType tells an app that does not look at the type of an address.
func (e *entry) anyType() bool {
	if e.reads.AnyType || e.d.Remote == nil {
		return true
	}
	for _, v := range e.d.Remote.Types {
		if v != "" {
			return false
		}
	}
	return len(e.reads.Types) == 0
}

func (e *entry) localTypeKey() string { return cmp.Or(e.d.TypeKey, "type") }

func (e *entry) remoteTypeKey() string {
	if e.d.Remote == nil {
		return "type"
	}
	return cmp.Or(e.d.Remote.TypeKey, e.d.TypeKey, "type")
}

// typeFor is this app's word for a transport.
func (e *entry) typeFor(transport string) string {
	if transport == "stdio" {
		return cmp.Or(e.d.Type, "stdio")
	}
	if e.d.Remote == nil {
		return ""
	}
	if v := e.d.Remote.Types[transport]; v != "" {
		return v
	}
	for _, word := range e.reads.Types { // a word that it takes and needs not
		if transportOf(word) == transport {
			return word
		}
	}
	if transport == "sse" && slices.Contains(e.reads.Types, "sse") {
		return "sse"
	}
	return e.d.Remote.Types["streamable-http"]
}

// takes tells whether the app knows a word for the type.
func (e *entry) takes(word string) bool {
	if word == e.d.Type || slices.Contains(e.reads.Types, word) {
		return true
	}
	if e.d.Remote != nil {
		for _, v := range e.d.Remote.Types {
			if v == word {
				return true
			}
		}
	}
	return false
}

// kind brings the type to the app's own key and words.
func (e *entry) kind() {
	_, address := e.url()
	remote := e.isRemote()
	if !remote && (!e.hasCommand() || address != "") {
		return // nothing to start, or the matter of both
	}
	if remote && (e.anyType() || e.reads.NoRemote) || !remote && e.d.TypeKey == "source" {
		return
	}
	own := e.localTypeKey()
	if remote {
		own = e.remoteTypeKey()
	}
	if !has(e.o, own) {
		for _, alias := range typeKeys {
			word := e.text(alias)
			if alias == own || transportOf(word) == "" || alias == "type" && !remote && !e.reads.NeedsType || !remote && !e.reads.NeedsType {
				continue
			}
			if alias == "type" && own == "transport" && e.typeFor(transportOf(word)) == e.typeFor("streamable-http") && e.reads.NoType == "" {
				continue // what the app takes it for anyway
			}
			e.add("ENTRY_WRONG_FIELD_NAME", func(f *finding.Finding) {
				e.at(f, alias, own)
				e.rename(f, alias, own)
				if !e.takes(word) {
					e.set(f, own, e.typeFor(e.meant(word, remote, address)))
				}
			})
			return
		}
	}
	v, there := e.o.Get(own)
	word, text := v.(string)
	switch {
	case !there || v == nil || text && word == "":
		e.noType(own, remote, address)
	case !text:
		e.wrongType(own, "", remote, address, false)
	case remote && transportOf(word) == "stdio" || !remote && transportOf(word) != "stdio" && transportOf(word) != "":
		if e.takes(word) || remote || e.reads.NeedsType {
			e.wrongType(own, word, remote, address, false)
		}
	case !e.takes(word):
		known := transportOf(word) != ""
		if !remote && !known && e.d.Type == "" && e.anyType() {
			return
		}
		if !remote && e.d.Type == "" && !slices.Contains(e.reads.Types, "stdio") {
			return // it does not look at the type of a command
		}
		e.wrongType(own, word, remote, address, known)
	}

}

// meant is the transport that a word of another app means here.
func (e *entry) meant(word string, remote bool, address string) string {
	t := transportOf(word)
	if !remote {
		return "stdio"
	}
	if t == "" || t == "stdio" || t == "ws" || plain(word) == "remote" {
		return transportByURL(address)
	}
	return t
}

func (e *entry) wrongType(own, word string, remote bool, address string, sure bool) {
	want := e.typeFor(e.meant(word, remote, address))
	if want == "" || want == word {
		return
	}
	e.add("ENTRY_WRONG_TYPE_VALUE", func(f *finding.Finding) {
		e.at(f, own, "")
		f.Args["found"], f.Args["wanted"] = word, want
		if !sure {
			f.Fix = finding.Confirm
		}
		e.set(f, own, want)
	})
}

// noType is an entry that does not say of what kind it is.
func (e *entry) noType(own string, remote bool, address string) {
	if !remote {
		if e.reads.NeedsType && e.d.Type != "" {
			e.add("ENTRY_MISSING_FIELD", func(f *finding.Finding) {
				e.at(f, own, "")
				e.set(f, own, e.d.Type)
			})
		}
		return
	}
	transport := transportByURL(address)
	want := e.typeFor(transport)
	if e.reads.NoType == "" || want == "" || e.reads.NoType == "sse" && transport == "sse" {
		return
	}
	e.add("ENTRY_REMOTE_MISSING_TYPE", func(f *finding.Finding) {
		f.Args["wanted"] = want
		if e.reads.NoType == "sse" {
			f.Severity, f.Fix = finding.Warn, finding.Confirm
			f.Needs = e.File.App.Name + " takes the address of " + e.name + " for the older kind of connection: is it the newer one?"
		}
		e.set(f, own, want)
	})
}
