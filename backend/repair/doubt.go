package repair

import (
	"slices"
	"strings"

	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
	"toolbay/backend/repair/tolerant"
)

// mergesEntries tells that in the text as it was mended so far an entry has
// several members twice, with other values. Then the line between two entries
// is what was lost, and taking one value of each pair would make a third server
// of both: the text is left as it is.
func (p *pass) mergesEntries(r tolerant.Reading) bool {
	d := p.file.Dialect
	twice := func(f finding.Finding) bool { // of one table
		return f.Code == "TOML_DUPLICATE_TABLE" && f.Needs == "which of the two holds" && f.Server != "" && f.Args["places"] != ""
	}
	if len(p.steps) > 0 && slices.ContainsFunc(r.Findings, twice) && slices.ContainsFunc(p.problems, func(q Problem) bool { return guesses[q.Code] && q.Fix == finding.Confirm }) {
		return true
	}
	if len(p.steps) == 0 || !slices.ContainsFunc(p.problems, func(q Problem) bool { return guesses[q.Code] && q.Fix == finding.Confirm }) ||
		!slices.ContainsFunc(r.Findings, func(f finding.Finding) bool { return f.Code == "JSON_DUPLICATE_KEY" && f.Needs != "" }) {
		return false
	}
	doc, err := configfile.Parse(p.text, d.Format)
	if err != nil {
		return false
	}
	count := map[string]int{}
	for _, path := range doc.Duplicates() {
		if len(path) != len(d.Servers)+2 || !slices.Equal(path[:len(d.Servers)], d.Servers) {
			continue
		}
		entry := strings.Join(path[:len(path)-1], "\x00")
		if count[entry]++; count[entry] > 1 {
			return true
		}
	}
	return false
}

// guesses are the fixes after which an entry may begin or end where it did not.
var guesses = map[string]bool{
	"JSON_UNCLOSED_STRING": true, "JSON_SMART_QUOTES": true, "JSON_UNESCAPED_QUOTE": true, "JSON_UNQUOTED_VALUE": true,
	"JSON_MISSING_OPENER": true, "JSON_MISSING_VALUE": true, "JSON_TRUNCATED": true, "JSON_EXTRA_CLOSER": true,
	"JSON_WRONG_CLOSER": true, "JSON_STRAY_TEXT": true, "JSON_MISSING_COLON": true,
}
