package changeset

import "time"

// daily is how long one change a day is kept of each file; one a month is kept
// after that.
const daily = 90 * 24 * time.Hour

// prune forgets old changes, so that a file's past is dense where it is near
// and never ends. It needs the lock.
func (e *Engine) prune() {
	all, err := e.journals()
	if err != nil || len(all) <= e.o.Keep {
		return
	}
	kept := keeping(all, e.o.Keep, e.o.Now())
	for i := range all {
		if !kept[i] {
			e.drop(all[i].ID)
		}
	}
}

// keeping tells which of all changes, oldest first, are kept: the newest; of
// each file for ever the first, whose before is the file as it was before
// Toolbay came; and of each file the last of a day, later of a month.
func keeping(all []journal, newest int, now time.Time) []bool {
	kept := make([]bool, len(all))
	byID := map[string]int{}
	first := map[string]bool{}
	for i := range all {
		j := &all[i]
		byID[j.ID] = i
		kept[i] = j.open() || i >= len(all)-newest
		for n := range j.Files {
			if real := j.Files[n].Real; !first[real] {
				first[real], kept[i] = true, true
			}
		}
	}
	last := map[string]bool{}
	for i := len(all) - 1; i >= 0; i-- {
		period := "2006-01-02"
		if now.Sub(all[i].Time) > daily {
			period = "2006-01"
		}
		for n := range all[i].Files {
			if at := all[i].Time.Format(period) + " " + all[i].Files[n].Real; !last[at] {
				last[at], kept[i] = true, true
			}
		}
	}
	// A change without its undo would look as if it stood. An undo is younger
	// than what it undoes, and may be undone itself.
	for i := range all {
		if of, known := byID[all[i].Undoes]; known && kept[of] {
			kept[i] = true
		}
	}
	return kept
}
