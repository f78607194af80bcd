package backend

import (
	"cmp"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"time"

	"toolbay/backend/changeset"
	"toolbay/backend/model"
)

// Kinds of what is in the trash.
const (
	TrashedServer  = "server"  // one that was removed, whole
	TrashedVersion = "version" // an older version's folder, kept for its own files
	TrashedFolder  = "folder"  // what stood where a removed server came back to
)

// Trashed is one thing in the trash.
type Trashed struct {
	// ID names it within the trash: the change it went with, and its place there.
	ID     string    `json:"id"`
	Kind   string    `json:"kind"`
	Server string    `json:"server"`
	Title  string    `json:"title"`
	Bytes  int64     `json:"bytes"`
	Since  time.Time `json:"since"`
	// Until is when it goes for good.
	Until time.Time `json:"until"`
	// Change is what an undo brings it back by, "" when nothing does by itself.
	Change string `json:"change"`
	// Path is its folder, "" when it has no files.
	Path string `json:"path"`
}

// Trash lists what was removed or set aside and is not gone yet, the newest
// first.
func (b *Backend) Trash(ctx context.Context) ([]Trashed, error) {
	history, err := b.changes.History(ctx)
	if err != nil {
		return nil, err
	}
	out := []Trashed{}
	for _, change := range names(filepath.Join(b.home, "trash")) {
		for _, name := range names(filepath.Join(b.home, "trash", change)) {
			if t, ok := b.trashedAt(ctx, change, name, history); ok {
				out = append(out, t)
			}
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].Since.After(out[j].Since) })
	return out, nil
}

// trashedAt reads one place of the trash. What only belongs to another, such as
// the programs that went along with a server, is none.
func (b *Backend) trashedAt(ctx context.Context, change, name string, history []changeset.Record) (Trashed, bool) {
	dir := b.trashDir(change, name)
	t := Trashed{ID: change + "/" + name, Bytes: size(dir), Path: filepath.Join(dir, "files")}
	if !isFolder(t.Path) {
		t.Path = ""
	}
	var gone trashed
	var old oldVersion
	switch {
	case readRecord(filepath.Join(dir, "version.json"), &old):
		t.Kind, t.Server, t.Since = TrashedVersion, old.Server, old.Time
		t.Title = b.titleOr(ctx, old.Server)
	case !readRecord(filepath.Join(dir, "trashed.json"), &gone):
		return Trashed{}, false
	case strings.HasPrefix(name, leftIn):
		t.Kind, t.Server, t.Since = TrashedFolder, strings.TrimPrefix(name, leftIn), gone.Time
		t.Title = b.titleOr(ctx, t.Server)
	default:
		t.Kind, t.Server, t.Since = TrashedServer, name, gone.Time
		t.Title = cmp.Or(gone.Server.Title, name)
		t.Change = b.bringsBack(ctx, change, name, history)
	}
	t.Until = t.Since.Add(trashKept)
	return t, true
}

// bringsBack names the change whose undo brings a server back from the trash of
// a change, or "".
func (b *Backend) bringsBack(ctx context.Context, change, id string, history []changeset.Record) string {
	for _, r := range history {
		if !r.Undoable {
			continue
		}
		comes, _, root := follows(r, history)
		if root == change && slices.Contains(comes, id) && b.mayFollow(ctx, r, history) == nil {
			return r.ID
		}
	}
	return ""
}

func (b *Backend) titleOr(ctx context.Context, id string) string {
	if s, err := b.store.Server(ctx, id); err == nil {
		return s.Title
	}
	return id
}

// TrashFolder gives the folder of what the trash has under an id, to be looked
// at. Error code: trash_emptied.
func (b *Backend) TrashFolder(ctx context.Context, id string) (string, error) {
	all, err := b.Trash(ctx)
	if err != nil {
		return "", err
	}
	for _, t := range all {
		if t.ID == id && t.Path != "" {
			return t.Path, nil
		}
	}
	return "", model.Fail("trash_emptied", nil, "server", id)
}

func readRecord(file string, into any) bool {
	data, err := os.ReadFile(file)
	return err == nil && json.Unmarshal(data, into) == nil
}
