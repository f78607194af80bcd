// Package tolerant reads damaged JSON, TOML and YAML. It never gives up and
// never fails: it says what is wrong with a text, where, and which bytes would
// mend it. A reading looks at one depth of damage: what lies under a wrong
// encoding or around a pasted block is found by reading the mended text again,
// until nothing is found. Pure: no disk, no network, no clock. backend/repair
// imports it.
//
//	r := tolerant.Read(src, configfile.JSON)
//	for _, f := range r.Findings {
//		fmt.Println(f.Code, f.Fix, f.At, f.Edits)
//	}
//
// docs/repair.md says how it decides.
package tolerant

import (
	"bytes"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// Reading is what was understood of a text.
type Reading struct {
	Findings []finding.Finding
	// Comments are those that leave the file, and what else does.
	Comments []string
	// Parked are servers that were written as comments and leave the file.
	Parked []finding.Parked
	// Saved are the servers that could be read out of a text that no edit can
	// mend.
	Saved []finding.Parked
	// Text has every edit of the findings.
	Text []byte
}

// MaxSize is the largest text that is mended, in bytes; a larger one that does
// not parse is left to its backup.
const MaxSize = 8 << 20

// Read reads a text of a format.
func Read(src []byte, f configfile.Format) Reading {
	switch f {
	case configfile.TOML:
		return TOML(src)
	case configfile.YAML:
		return YAML(src)
	}
	return JSON(src, f)
}

// JSON reads a text that should be JSON of that strictness.
func JSON(src []byte, f configfile.Format) Reading {
	return read(src, f, jsonText)
}

// TOML reads a text that should be TOML.
func TOML(src []byte) Reading {
	return read(src, configfile.TOML, tomlText)
}

// YAML reads a text that should be YAML.
func YAML(src []byte) Reading {
	return read(src, configfile.YAML, yamlText)
}

func read(src []byte, f configfile.Format, text func([]byte, configfile.Format, *Reading) []mend) Reading {
	var r Reading
	if len(src) > MaxSize {
		r.Text = src
		if _, err := configfile.Parse(src, f); err != nil {
			r.Findings = []finding.Finding{finding.New("FILE_BEYOND_REPAIR")}
		}
		return r
	}
	ms := encoding(src)
	if len(ms) == 0 {
		if len(bytes.TrimSpace(src)) == 0 {
			ms = empty(src, f)
		} else {
			ms = text(src, f, &r)
		}
	}
	r.Findings, r.Text = findings(src, ms)
	if len(ms) > 0 && len(r.Findings) == 0 {
		r.Text = src
	}
	return r
}

// empty is a file with nothing in it, which JSON does not allow.
func empty(src []byte, f configfile.Format) []mend {
	if f == configfile.TOML || f == configfile.YAML {
		return nil
	}
	return []mend{{code: "FILE_EMPTY", fix: finding.Confirm, at: 0, edits: []finding.Edit{{From: 0, To: len(src), New: "{}\n"}}}}
}
