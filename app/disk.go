package app

import (
	"os/exec"
	"runtime"
	"time"

	"toolbay/backend/model"
)

// DiskView is what Toolbay takes on this computer.
type DiskView struct {
	Total int64 `json:"total"`
	// Free is what nobody uses, and CleanDisk gives back.
	Free  int64      `json:"free"`
	Parts []DiskPart `json:"parts"`
}

// DiskPart is one part of it.
type DiskPart struct {
	Kind string `json:"kind"`
	// Name is the server, program or download; "" where there is one only.
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
	Used  bool   `json:"used"`
}

// Disk adds up what Toolbay takes.
func (w *Window) Disk() (DiskView, error) {
	use, err := w.back.DiskUse(w.context())
	if err != nil {
		return DiskView{}, err
	}
	v := DiskView{Total: use.Total, Free: use.Free, Parts: []DiskPart{}}
	for _, p := range use.Parts {
		v.Parts = append(v.Parts, DiskPart{Kind: p.Kind, Name: p.Name, Bytes: p.Bytes, Used: p.Used})
	}
	return v, nil
}

// CleanDisk removes what nobody uses, with trash also what could be brought
// back, and gives the bytes that came free.
func (w *Window) CleanDisk(trash bool) (int64, error) {
	r, err := w.back.CleanDisk(w.context(), trash, false)
	return r.FreedBytes, err
}

// Trashed is one thing that was removed or set aside and is not gone yet.
type Trashed struct {
	ID     string `json:"id"`
	Kind   string `json:"kind"` // server, version, folder
	Server string `json:"server"`
	Title  string `json:"title"`
	Bytes  int64  `json:"bytes"`
	Since  string `json:"since"`
	// Until is when it goes for good.
	Until string `json:"until"`
	// Change is what Undo brings it back by, "" when nothing does by itself.
	Change string `json:"change"`
	// Path is its folder, "" when it has no files.
	Path string `json:"path"`
}

// Trash lists what was removed or set aside, the newest first.
func (w *Window) Trash() ([]Trashed, error) {
	all, err := w.back.Trash(w.context())
	if err != nil {
		return nil, err
	}
	out := []Trashed{}
	for _, t := range all {
		out = append(out, Trashed{
			ID: t.ID, Kind: t.Kind, Server: t.Server, Title: t.Title, Bytes: t.Bytes, Change: t.Change, Path: t.Path,
			Since: t.Since.UTC().Format(time.RFC3339), Until: t.Until.UTC().Format(time.RFC3339),
		})
	}
	return out, nil
}

// OpenTrash shows the folder of what is in the trash in the system's own
// program for files. Error codes: trash_emptied, folder_not_shown.
func (w *Window) OpenTrash(id string) error {
	path, err := w.back.TrashFolder(w.context(), id)
	if err != nil {
		return err
	}
	program := map[string]string{"windows": "explorer", "darwin": "open"}[runtime.GOOS]
	if program == "" {
		program = "xdg-open"
	}
	cmd := exec.Command(program, path)
	if err := cmd.Start(); err != nil {
		return model.Fail("folder_not_shown", err)
	}
	go func() { _ = cmd.Wait() }()
	return nil
}
