package configfile

import "bytes"

// Trace tells what Insert had to create or replace besides the member itself,
// so that Remove can put back the exact bytes. It is kept as JSON, one for
// each container (file and path without its last part): that of the first
// Insert, to which each later one is added with Join.
type Trace struct {
	// Created counts the parents on the path that did not exist.
	Created int `json:"created,omitempty"`
	// Gap is the white space that stood in the container when it was empty.
	Gap *string `json:"gap,omitempty"`
	// Absent tells that there was no file.
	Absent bool `json:"absent,omitempty"`
	// Whole is set when the file held no value.
	Whole *Whole `json:"whole,omitempty"`
}

// Whole tells how the first value came into a file: the white space Had was
// replaced by Lead, the value and Tail.
type Whole struct {
	Had  string `json:"had,omitempty"`
	Lead string `json:"lead,omitempty"`
	Tail string `json:"tail,omitempty"`
}

// Join gives the trace to keep for a container in which later is the trace of
// one more Insert. An Insert that found the container empty or absent knows
// best what to put back; any other knows nothing of it.
func (t Trace) Join(later Trace) Trace {
	if later == (Trace{}) {
		return t
	}
	return later
}

// edit replaces a span of a file by text.
type edit struct {
	span
	text string
}

// splice makes the edits, which are in order and do not overlap.
func splice(src []byte, edits []edit) []byte {
	n := len(src)
	for _, e := range edits {
		n += len(e.text) - (e.end - e.start)
	}
	out := make([]byte, 0, n)
	at := 0
	for _, e := range edits {
		out = append(out, src[at:e.start]...)
		out = append(out, e.text...)
		at = e.end
	}
	return append(out, src[at:]...)
}

func isBlank(s []byte) bool {
	for _, c := range s {
		if c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			return false
		}
	}
	return true
}

func hasNewline(s []byte) bool { return bytes.IndexByte(s, '\n') >= 0 }
