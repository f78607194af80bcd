package backend

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"toolbay/backend/changeset"
	"toolbay/backend/clients"
	"toolbay/backend/pattern"
	"toolbay/backend/text"
	"toolbay/backend/whole"
)

// sideNote keeps what the mended files cannot hold where people can read it,
// with keys masked: the whole of them is in the backup.
func (b *Backend) sideNote(change string, found []repaired) (string, error) {
	var w strings.Builder
	for _, f := range found {
		r := f.report
		if r.Text == nil || len(r.Comments)+len(r.Parked) == 0 {
			continue
		}
		w.WriteString(text.Line("repair.note.file", "app", r.File.App.Name, "path", r.File.Path) + "\n\n")
		for _, c := range r.Comments {
			w.WriteString("    " + strings.ReplaceAll(strings.TrimSpace(maskedLines(c)), "\n", "\n    ") + "\n")
		}
		for _, p := range r.Parked {
			if len(p.Entry) > 0 {
				w.WriteString("\n" + text.Line("repair.note.server", "name", p.Name) + "\n")
				continue
			}
			w.WriteString("\n" + text.Line("repair.note.text", "name", p.Name) + "\n\n    " + strings.ReplaceAll(strings.TrimSpace(maskedLines(p.Text)), "\n", "\n    ") + "\n")
		}
		w.WriteString("\n")
	}
	if w.Len() == 0 {
		return "", nil
	}
	path := b.noteFile(change)
	if err := whole.Write(path, []byte(text.Line("repair.note.head")+"\n\n"+w.String())); err != nil {
		return "", unwritable(err, path)
	}
	return path, nil
}

func (b *Backend) noteFile(change string) string {
	return filepath.Join(b.home, "repairs", change+".md")
}

// RepairNote is what mended files could not hold.
type RepairNote struct {
	// Change is the repair, Path where it can be read.
	Change string    `json:"change"`
	Time   time.Time `json:"time"`
	Path   string    `json:"path"`
	Text   string    `json:"text"`
}

// RepairNotes gives what repairs of an app's files kept aside, the newest first.
// What a repair kept that has been undone is in the file again.
func (b *Backend) RepairNotes(ctx context.Context, app string) ([]RepairNote, error) {
	history, err := b.changes.History(ctx)
	if err != nil {
		return nil, err
	}
	undone, out := undoneIn(history), []RepairNote{}
	var files []string
	if apps, err := b.appsEverywhere(ctx, app); err != nil {
		return nil, err
	} else {
		for _, f := range apps[0].Files {
			files = append(files, f.Path)
		}
	}
	for _, r := range history {
		ours := func(f changeset.FileRecord) bool { return slices.Contains(files, f.Path) }
		if r.Kind != "repair" || undone[r.ID] || !slices.ContainsFunc(r.Files, ours) {
			continue
		}
		path := b.noteFile(r.ID)
		content, err := clients.ReadFile(path)
		if err != nil {
			continue // that repair had nothing to keep aside
		}
		out = append(out, RepairNote{Change: r.ID, Time: r.Time.UTC(), Path: path, Text: maskedLines(string(content))})
	}
	return out, nil
}

// holdingAside are the notes and the parked servers in which one of some keys
// stands.
func (b *Backend) holdingAside(holds func([]byte) bool) (notes []string, parked []parkedEntry) {
	for _, path := range pattern.Files(filepath.Dir(b.noteFile("x")), "*.md") {
		if content, err := clients.ReadFile(path); err == nil && holds(content) {
			notes = append(notes, path)
		}
	}
	for _, p := range b.allParked() {
		if holds(p.Entry) {
			parked = append(parked, p)
		}
	}
	return notes, parked
}

// RepairReport tells what is wrong, for somebody who helps: without what the
// files say, and without anything that names the user or the computer.
func RepairReport(views []RepairView, of Owner) string {
	var w strings.Builder
	for _, v := range views {
		state := "report.readable"
		if !v.ParsesBefore {
			state = "report.unreadable"
		}
		w.WriteString(v.App + "  " + v.Path + "  " + text.Line(state) + "\n")
		for _, p := range v.Problems {
			w.WriteString("  " + p.Severity + "  " + p.Code + "  " + p.Where + "  " + p.Title + "\n")
		}
		if len(v.Problems) == 0 {
			w.WriteString("  " + text.Line("report.healthy") + "\n")
		}
	}
	return of.anonymous(w.String())
}
