// Package snapshot holds the catalogue that was baked into this build, if one
// was: `make snapshot` fetches at release time what the sources' licences let
// be given on, and puts it into data, which is not kept in git. catalog unpacks
// it where a source was never read.
//
//	if f, ok := snapshot.Open(); ok { … }
package snapshot

import (
	"embed"
	"io"
)

// File and Notices are what `make snapshot` writes into data.
const (
	File    = "snapshot.jsonl.gz"
	Notices = "NOTICES.md"
)

//go:embed all:data
var data embed.FS

// Open gives the baked catalogue; ok is false when this build has none.
func Open() (f io.ReadCloser, ok bool) {
	file, err := data.Open("data/" + File)
	return file, err == nil
}
