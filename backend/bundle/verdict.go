package bundle

import (
	"maps"
	"slices"

	"toolbay/backend/model"
	"toolbay/backend/text"
)

// The verdicts, from the best to the worst.
const (
	Accept   = "accept"
	Noted    = "accept-with-note"
	Warn     = "warn"
	Confirm  = "confirm" // only after the person saw exactly what would be run
	Rejected = "reject"
)

var order = []string{Accept, Noted, Warn, Confirm, Rejected}

// levels holds every code there is and what follows from it. docs/cli.md lists
// them; a test compares.
var levels = map[string]string{
	"archive_unreadable":  Rejected, // not an archive, or not all of one
	"archive_ambiguous":   Rejected, // programs would read different things in it
	"archive_unusual":     Rejected, // encrypted, in parts, packed in a way bundles are not
	"archive_damaged":     Rejected, // contents do not match their checksums
	"archive_too_big":     Rejected, // too many or too large files, or lies about it
	"archive_backslashes": Noted,
	"name_outside":        Rejected,
	"name_unsafe":         Rejected,
	"name_link":           Rejected,
	"name_collision":      Rejected,
	"modes_dropped":       Noted,

	"signature_malformed": Rejected,
	"signature_invalid":   Rejected,
	"signature_unknown":   Noted, // by somebody this computer does not know
	"signature_expired":   Noted,

	"manifest_missing":         Rejected,
	"manifest_unreadable":      Rejected,
	"manifest_unusable":        Rejected, // readable, but without a way to start it
	"manifest_in_folder":       Noted,
	"manifest_no_version":      Noted,
	"manifest_unknown_version": Noted,
	"manifest_unknown_keys":    Noted,
	"manifest_loose":           Noted, // parts are missing or not as the format has them
	"runtime_range":            Noted,

	"text_markup":       Noted,
	"text_hidden":       Noted,
	"text_instructions": Noted,

	"start_missing":           Rejected,
	"start_outside":           Rejected,
	"other_system":            Rejected,
	"other_cpu":               Rejected,
	"cpu_file_chosen":         Noted,
	"cpu_emulated":            Noted,
	"native_other":            Noted,
	"override_loses_settings": Noted,
	"setting_undeclared":      Noted,

	"fetches_code":        Noted,
	"command_outside":     Confirm,
	"command_code":        Confirm, // a program text stands in the command itself
	"command_hidden":      Confirm, // signs that are not shown stand in it
	"container_open":      Confirm,
	"loads_foreign_code":  Confirm,
	"loads_code":          Warn,
	"secret_in_arguments": Warn,
}

// Codes are all codes a reason can have, sorted.
func Codes() []string { return slices.Sorted(maps.Keys(levels)) }

// Reason is one thing that is to be said about a bundle.
type Reason struct {
	// Code is stable; docs/cli.md lists them.
	Code string `json:"code"`
	// Text says it in a sentence; what it quotes of the bundle is harmless to
	// show.
	Text string `json:"text"`
	// Level is the verdict that follows from this reason alone.
	Level string `json:"-"`
	// Fatal tells that the bundle must not be installed.
	Fatal bool `json:"-"`
	// Args are what Text quotes.
	Args map[string]string `json:"-"`
}

func because(code string, args ...string) Reason {
	r := Reason{Code: code, Level: levels[code], Args: map[string]string{}}
	for i := 0; i+1 < len(args); i += 2 {
		args[i+1] = shown(args[i+1])
		r.Args[args[i]] = args[i+1]
	}
	r.Fatal = r.Level == Rejected
	r.Text = text.Line("bundle."+code, args...)
	return r
}

func rejected(reasons []Reason) bool {
	return slices.ContainsFunc(reasons, func(r Reason) bool { return r.Fatal })
}

// Verdict is what follows from all reasons together.
type Verdict struct {
	Verdict string
	// Reasons are in the order in which they were found, each code once or, with
	// other words, a few times; when one is fatal only the fatal ones and what
	// was found before them.
	Reasons []Reason
}

// maxSame bounds how often one code is told: ten thousand bad names are one
// problem.
const maxSame = 5

func verdictOf(reasons []Reason) Verdict {
	v := Verdict{Verdict: Accept, Reasons: []Reason{}}
	worst, times, said := 0, map[string]int{}, map[string]bool{}
	for _, r := range reasons {
		worst = max(worst, slices.Index(order, r.Level))
		if times[r.Code]++; times[r.Code] > maxSame || said[r.Text] {
			continue
		}
		said[r.Text] = true
		v.Reasons = append(v.Reasons, r)
	}
	v.Verdict = order[worst]
	return v
}

// Err is nil unless the bundle must not be installed; then it is the failure to
// report: bundle_unreadable, bundle_tampered, bundle_unsafe, bundle_too_big,
// bundle_unusable or bundle_other_system, each with "why".
func (v Verdict) Err() error {
	for _, r := range v.Reasons {
		if !r.Fatal {
			continue
		}
		switch r.Code {
		case "archive_unreadable", "archive_damaged":
			return model.Fail("bundle_unreadable", nil, "why", r.Text, "reason", r.Code)
		case "signature_malformed", "signature_invalid":
			return model.Fail("bundle_tampered", nil, "why", r.Text, "reason", r.Code)
		case "archive_too_big":
			return model.Fail("bundle_too_big", nil, "why", r.Text, "reason", r.Code)
		case "other_system", "other_cpu":
			return model.Fail("bundle_other_system", nil, "why", r.Text, "reason", r.Code)
		case "manifest_missing", "manifest_unreadable", "manifest_unusable", "start_missing":
			return model.Fail("bundle_unusable", nil, "why", r.Text, "reason", r.Code)
		}
		return model.Fail("bundle_unsafe", nil, "why", r.Text, "reason", r.Code)
	}
	return nil
}

// Ask gives the reasons a person must agree to before the bundle is installed:
// those of verdict warn or confirm.
func (v Verdict) Ask() []Reason {
	var out []Reason
	for _, r := range v.Reasons {
		if r.Level == Warn || r.Level == Confirm {
			out = append(out, r)
		}
	}
	return out
}
