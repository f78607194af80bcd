// Package configfile reads and changes the settings files of AI apps without
// touching a byte it does not have to. It knows JSON in three strictnesses, TOML
// and YAML; it knows no apps. An edit is a splice into the file's own bytes, in the
// file's own indentation and line ends, and each result is parsed again and
// proved before it is handed back. backend/clients, backend/connect,
// backend/changeset and backend/repair may import it; it imports model only.
//
//	out, trace, err := configfile.Insert(src, configfile.JSONC, []string{"servers", "notes"}, entry)
//	...
//	back, err := configfile.Remove(out, configfile.JSONC, []string{"servers", "notes"}, &trace)
//	// back is src, byte for byte
package configfile

import (
	"bytes"
	"fmt"
	"strconv"
	"unicode/utf8"

	"toolbay/backend/model"
)

// Format is a file's language and how strict its reader is.
type Format string

const (
	JSON         Format = "json"          // as in RFC 8259
	JSONC        Format = "jsonc"         // with comments and trailing commas
	JSONComments Format = "json-comments" // with comments, without trailing commas
	TOML         Format = "toml"
	YAML         Format = "yaml" // what readers of YAML 1.1 and of 1.2 agree on
)

func (f Format) comments() bool       { return f == JSONC || f == JSONComments }
func (f Format) trailingCommas() bool { return f == JSONC }

// hash tells that comments begin with # and tables inside a line stay on it.
func (f Format) hash() bool { return f == TOML || f == YAML }

const (
	// MaxSize is the largest file that is read, in bytes. The largest real one
	// we know of, a ~/.claude.json with years of history, had 40 MB.
	MaxSize = 64 << 20
	// MaxTOMLKeys is how many keys and tables a TOML file may have: go-toml's
	// check for duplicates takes time by the square of them, half a second for
	// this many. MaxSize holds for TOML too.
	MaxTOMLKeys = 10_000
	// MaxYAMLSize and MaxYAMLEntries are how large a YAML file may be and how
	// many members and elements it may have: its parser needs some 300 bytes of
	// memory for each.
	MaxYAMLSize    = 16 << 20
	MaxYAMLEntries = 250_000
	// MaxDepth is how deep objects and arrays may nest.
	MaxDepth = 512
)

// The codes of the errors that this package returns.
const (
	CodeBroken  = "file_broken"   // does not parse; Cause is a *SyntaxError
	CodeExists  = "entry_exists"  // Insert: there is a member with that key
	CodeMissing = "entry_missing" // Replace, Text, PutText: there is nothing at the path
	CodeShape   = "wrong_shape"   // something on the path is no object
	CodeShared  = "entry_shared"  // YAML: the edit would change what an alias elsewhere stands for
	CodeTooBig  = "file_too_big"  // over MaxSize or another limit of its format
	CodeTooDeep = "file_too_deep" // over MaxDepth
)

// The reasons of a SyntaxError that are no Flaw.
const (
	reasonTOML      = "broken_toml"
	reasonYAML      = "broken_yaml"
	reasonLineEnd   = "odd_line_end"      // YAML: not LF or CRLF
	reasonDuplicate = "duplicate_key"     // YAML
	reasonDocuments = "several_documents" // YAML: --- a second time
	reasonAlias     = "endless_alias"     // YAML: stands for what it is in
)

// SyntaxError tells where a file stops being what its format says.
type SyntaxError struct {
	Offset int    // in bytes, from the start of the file
	Line   int    // from 1
	Column int    // in characters, from 1
	Reason string // a code: one of the Flaws or of the reasons above
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Reason)
}

// broken makes the file_broken error for an offset into src.
func broken(src []byte, offset int, reason string) error {
	e := &SyntaxError{Offset: min(offset, len(src)), Reason: reason}
	head := src[:e.Offset]
	e.Line = 1 + bytes.Count(head, []byte{'\n'})
	line := head[bytes.LastIndexByte(head, '\n')+1:]
	if e.Line == 1 {
		line = bytes.TrimPrefix(line, bom)
	}
	e.Column = 1 + utf8.RuneCount(line)
	return model.Fail(CodeBroken, e, "line", strconv.Itoa(e.Line), "column", strconv.Itoa(e.Column), "reason", reason)
}

func tooDeep() error {
	return model.Fail(CodeTooDeep, nil, "limit", strconv.Itoa(MaxDepth))
}

func tooManyKeys() error {
	return model.Fail(CodeTooBig, nil, "limit", strconv.Itoa(MaxTOMLKeys)+" entries")
}

func tooManyEntries() error {
	return model.Fail(CodeTooBig, nil, "limit", strconv.Itoa(MaxYAMLEntries)+" entries")
}

func wrongShape(path []string) error {
	return model.Fail(CodeShape, nil, "name", stepName(path[len(path)-1]))
}

// bom is the UTF-8 byte order mark. Some apps accept it, some do not; where a
// file has one it stays, and none is ever written.
var bom = []byte{0xEF, 0xBB, 0xBF}

func bomLen(src []byte) int {
	if bytes.HasPrefix(src, bom) {
		return len(bom)
	}
	return 0
}

// checkBytes refuses what no parser should be asked to read.
func checkBytes(src []byte) error {
	if len(src) > MaxSize {
		return model.Fail(CodeTooBig, nil, "limit", strconv.Itoa(MaxSize>>20)+" MB")
	}
	// UTF-16, with or without its mark: PowerShell's ">" writes it.
	if len(src) >= 2 && (src[0] == 0xFF && src[1] == 0xFE || src[0] == 0xFE && src[1] == 0xFF || src[0] == 0 || src[1] == 0) {
		return broken(src, 0, FlawEncoding.String())
	}
	return nil
}

// Parse reads a whole file. A blank file is a document without a root. The
// error has code file_broken with a *SyntaxError as its cause, file_too_big or
// file_too_deep.
func Parse(src []byte, f Format) (*Document, error) {
	if err := checkBytes(src); err != nil {
		return nil, err
	}
	if f == TOML {
		t, err := parseTOML(src)
		if err != nil {
			return nil, err
		}
		return &Document{format: f, src: src, toml: t}, nil
	}
	if f == YAML {
		y, err := parseYAML(src)
		if err != nil {
			return nil, err
		}
		return &Document{format: f, src: src, yaml: y}, nil
	}
	root, err := scanDocument(src, f)
	if err != nil {
		return nil, err
	}
	return &Document{format: f, src: src, root: root}, nil
}
