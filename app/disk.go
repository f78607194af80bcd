package app

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
