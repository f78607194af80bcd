// Package finding holds what the layers of repair hand each other: what is
// known about a file and its machine, what is wrong in it, and what would mend
// it. It decides nothing. backend/repair, its layers (tolerant, shape, run) and
// backend import it.
//
//	f := finding.New("JSON_TRAILING_COMMA")
//	f.At, f.Edits = at, []finding.Edit{{From: at, To: at + 1}}
package finding

import (
	"toolbay/backend/clients"
	"toolbay/backend/configfile"
)

// Kind says who may apply a finding's fix.
type Kind string

const (
	// Safe is provably of the same meaning: it may be done unattended.
	Safe Kind = "safe"
	// Confirm is shown first, and done when the user says yes.
	Confirm Kind = "confirm"
	// Never is what only the user can do.
	Never Kind = "never"
)

// The severities of a finding.
const (
	Error = "error" // the app does not read the file, or not this entry
	Warn  = "warn"  // it works by chance, or not as meant
	Info  = "info"
)

// Edit replaces bytes of the text that the layer was given.
type Edit struct {
	From, To int
	New      string
}

// Change is an edit of the parsed document, for layers that see one. The loop
// makes the bytes of it (package pen).
type Change struct {
	// Path is the member that changes, from the root, in the steps of
	// configfile: an element of a list is Named. No path is the whole document,
	// which To puts into a new member.
	Path []string
	// Key is the member's new name, "" when it keeps its own.
	Key string
	// Value is what it gets, in the types of configfile; nil keeps what is
	// there, None stands for null. A member that is not there is put last.
	Value any
	// Remove takes the member away.
	Remove bool
	// To is where the member goes, with its text as it stands.
	To []string
}

// The Values that are no value.
type (
	// None stands for null.
	None struct{}
	// AsMap makes an object of a list: Names are the keys of its elements, Key
	// is the member that says the name, which goes unless Keep is set.
	AsMap struct {
		Key   string
		Names []string
		Keep  bool
	}
	// AsList makes a list of an object, whose keys become the member Key of its
	// elements.
	AsList struct{ Key string }
	// Unwrap puts the members of an object into the one it stands in.
	Unwrap struct{}
)

// Finding is one thing that is wrong.
type Finding struct {
	Code     string
	Severity string
	Fix      Kind
	// Server is the entry's name, "" when it is the file's.
	Server string
	// At is the place in the text that the layer was given, -1 for none;
	// Pointer is a JSON pointer to a member.
	At      int
	Pointer string
	// Args are for the words, never a key's value.
	Args map[string]string
	// Edits or Changes mend it. Neither: editing this file cannot.
	Edits   []Edit
	Changes []Change
	// Aside is what must be written to other files: a whole text for each path,
	// as it would be on that machine.
	Aside map[string]string
	// Parked are servers that the fix takes out of the file.
	Parked []Parked
	// Notes are what the user should read beside it, Needs what must be asked,
	// each in plain English.
	Notes []string
	Needs string
}

// New gives a finding of a code with its usual severity and kind of fix, and no
// place.
func New(code string) Finding {
	c := codes[code]
	return Finding{Code: code, Severity: c.Severity, Fix: c.Fix, At: -1}
}

// Parked is a server that leaves the file and stays in the library, switched
// off: one that was written as a comment, or one that cannot start.
type Parked struct {
	Name  string
	Entry configfile.Object
	// Text is as it stood.
	Text string
}

// File is where a text is, or would be.
type File struct {
	App clients.Client
	// Dialect is that of this place in the app.
	Dialect clients.Dialect
	OS      string // as runtime.GOOS has it
	Scope   string // of clients
	// Path is as it would be written on that machine: ~, %APPDATA% and
	// relative paths of a project stay as they are.
	Path string
}

// Text is a file's text that parses, as the layers structure, entries and run
// get it.
type Text struct {
	File File
	Src  []byte
	Doc  *configfile.Document
	// Servers is where the entries stand.
	Servers []string
	Facts   Facts
	// Damaged tells that the text did not parse before repair.
	Damaged bool
}
