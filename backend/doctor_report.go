package backend

import (
	"strings"

	"toolbay/backend/text"
)

// DoctorReport tells what the doctor found, for somebody who helps: without
// keys, and without anything that names the user or the computer.
func DoctorReport(d Diagnosis, of Owner) string {
	var w strings.Builder
	for _, c := range d.Checks {
		parts := []string{text.Line("doctor.state." + c.State), c.Area, c.Title}
		for _, more := range []string{c.Code, c.File, c.Where} {
			if more != "" && c.State != CheckOK {
				parts = append(parts, more)
			}
		}
		w.WriteString(strings.Join(strings.Fields(strings.Join(parts, "  ")), " ") + "\n")
	}
	return of.anonymous(w.String())
}
