package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"

	"toolbay/backend/repair"
	"toolbay/backend/repair/finding"
)

//go:embed healthy.txtar
var healthy []byte

// falseAlarms looks at files in which nothing is wrong: those of healthy.txtar
// and 300 made ones.
func falseAlarms() (looked int, faults []string) {
	all := samples(300, 2)
	for _, f := range txtar.Parse(healthy).Files {
		parts := strings.SplitN(f.Name, " ", 4)
		if len(parts) != 4 {
			faults = append(faults, "a name without a path: "+f.Name)
			continue
		}
		all = append(all, sample{name: f.Name, file: fileOf(parts[0], parts[1], parts[2], parts[3]), src: f.Data})
	}
	for _, s := range all {
		if bytes.Contains(s.src, []byte(`:\`)) {
			s.file.OS = "windows"
		}
		r := repair.Check(s.file, s.src, finding.Facts{}, finding.Confirm)
		if !r.ParsesBefore {
			faults = append(faults, s.name+": does not parse")
		}
		for _, p := range r.Problems {
			// A made file has programs of several systems, and its keys are keys.
			if !strings.Contains(s.name, " ") && (p.Code == "RT_PLAINTEXT_SECRET" || p.Code == "RT_WSL_MISMATCH") {
				continue
			}
			faults = append(faults, fmt.Sprintf("%s: %s %s at %s", s.name, p.Code, p.Server, p.Where))
		}
	}
	return len(all), faults
}
