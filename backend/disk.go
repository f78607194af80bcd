package backend

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"time"

	"toolbay/backend/install"
	"toolbay/backend/launch"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

// Kinds of what takes room on the disk.
const (
	DiskServers   = "servers"
	DiskEarlier   = "earlier"   // versions that can be gone back to
	DiskPrepared  = "prepared"  // versions that wait for a yes
	DiskRuntimes  = "runtimes"  // programs that run servers
	DiskCaches    = "caches"    // downloads that are kept
	DiskTrash     = "trash"     // removed, while it can be undone
	DiskImages    = "images"    // of containers, kept by their engine
	DiskVolumes   = "volumes"   // what servers in containers have stored, kept by their engine
	DiskCatalogue = "catalogue" // what is known of servers
	DiskBackups   = "backups"   // copies of the apps' files
	DiskOther     = "other"
)

// DiskUse is what Toolbay takes on this computer.
type DiskUse struct {
	Home  string `json:"home"`
	Total int64  `json:"total"`
	// Free is what nobody uses, and clean gives back.
	Free  int64      `json:"free"`
	Parts []DiskPart `json:"parts"`
}

// DiskPart is one part of it.
type DiskPart struct {
	Kind string `json:"kind"`
	// Name is the server, program or download; "" where there is one only.
	Name  string `json:"name"`
	Bytes int64  `json:"bytes"`
	// Used tells that something needs it. What is in the trash is needed for an
	// undo.
	Used bool   `json:"used"`
	path string // to be removed when it is not used
}

// DiskUse adds up what Toolbay takes, by what it is for.
func (b *Backend) DiskUse(ctx context.Context) (DiskUse, error) {
	use := DiskUse{Home: b.home, Parts: []DiskPart{}}
	servers, err := b.store.Servers(ctx)
	if err != nil {
		return use, err
	}
	add := func(p DiskPart) {
		if p.Bytes > 0 {
			use.Parts = append(use.Parts, p)
		}
	}
	for _, s := range servers {
		for _, p := range b.diskOf(s) {
			add(p)
		}
	}
	for _, r := range b.runtimesHere() {
		add(r)
	}
	for _, name := range names(filepath.Join(b.home, "cache")) {
		path := filepath.Join(b.home, "cache", name)
		add(DiskPart{Kind: DiskCaches, Name: name, Bytes: size(path), path: path})
	}
	for _, p := range b.imagesHere(ctx, servers) {
		add(p)
	}
	for _, p := range b.volumesHere(ctx, servers) {
		add(p)
	}
	add(DiskPart{Kind: DiskTrash, Bytes: size(filepath.Join(b.home, "trash")), Used: true})
	add(DiskPart{Kind: DiskBackups, Bytes: size(filepath.Join(b.home, "changes")), Used: true})
	lists, other := int64(0), int64(0)
	counted := map[string]bool{"servers": true, "runtimes": true, "cache": true, "trash": true, "changes": true}
	for _, name := range names(b.home) {
		switch n := size(filepath.Join(b.home, name)); {
		case counted[name]:
		case strings.HasPrefix(name, "toolbay.db"):
			lists += n
		default:
			other += n
		}
	}
	add(DiskPart{Kind: DiskCatalogue, Bytes: lists, Used: true})
	add(DiskPart{Kind: DiskOther, Bytes: other, Used: true})
	for _, p := range use.Parts {
		use.Total += p.Bytes
		if !p.Used {
			use.Free += p.Bytes
		}
	}
	return use, nil
}

// diskOf is what one server takes: its version with what it keeps beside it,
// the one that can be gone back to, the one that waits.
func (b *Backend) diskOf(s model.Server) (parts []DiskPart) {
	whole := size(filepath.Join(b.home, "servers", s.ID))
	for _, e := range s.Earlier {
		n := size(e.Dir)
		whole -= n
		parts = append(parts, DiskPart{Kind: DiskEarlier, Name: s.ID, Bytes: n, Used: true})
	}
	if p, err := b.readPrepared(s.ID); err == nil && p.Next.Dir != p.Base && !b.usesFolder(s, p.Next.Dir) {
		n := size(p.Next.Dir)
		whole -= n
		parts = append(parts, DiskPart{Kind: DiskPrepared, Name: s.ID, Bytes: n, Used: true})
	}
	return append([]DiskPart{{Kind: DiskServers, Name: s.ID, Bytes: whole, Used: true}}, parts...)
}

// runtimesHere are the programs that Toolbay has fetched for itself, and
// whether a server needs them: one that is here or can be brought back.
func (b *Backend) runtimesHere(except ...string) (parts []DiskPart) {
	root := filepath.Join(b.home, "runtimes")
	needed := b.neededText(except...)
	for _, name := range names(root) {
		// Pythons stand in a folder of their own.
		if inner := filepath.Join(root, name); name == "python" && isFolder(inner) {
			for _, python := range names(inner) {
				parts = append(parts, b.runtimePart(needed, name+"/"+python))
			}
			continue
		}
		parts = append(parts, b.runtimePart(needed, name))
	}
	return parts
}

func (b *Backend) runtimePart(needed neededText, name string) DiskPart {
	path := filepath.Join(b.home, "runtimes", filepath.FromSlash(name))
	p := DiskPart{Kind: DiskRuntimes, Name: name, Bytes: size(path), path: path}
	// uv runs no server; it is what brings Python's packages up to date.
	p.Used = strings.HasPrefix(name, "uv-") && needed.python || needed.names(path)
	// What uv writes names places after all links are followed.
	if real, err := filepath.EvalSymlinks(path); err == nil && real != path {
		p.Used = p.Used || needed.names(real)
	}
	return p
}

// neededText is all that names what servers need to start.
type neededText struct {
	text   string
	python bool
}

// names tells whether something of a folder is named.
func (n neededText) names(dir string) bool { return strings.Contains(n.text, slashed(dir)+"/") }

// neededText gathers it from what is here, and from the trash but for that of
// the changes named.
func (b *Backend) neededText(except ...string) neededText {
	var all strings.Builder
	n := neededText{}
	patterns := []string{
		"launch/*.json", "updates/*.json",
		"servers/*/server.json", "servers/*/*/receipt.json", "servers/*/*/pyvenv.cfg", "servers/*/*/*/pyvenv.cfg", "servers/*/*/*/*/pyvenv.cfg",
		"trash/*/*/trashed.json", "trash/*/*/files/*/receipt.json", "trash/*/*/files/*/pyvenv.cfg", "trash/*/*/files/*/*/pyvenv.cfg", "trash/*/*/files/*/*/*/pyvenv.cfg",
	}
	for _, p := range patterns {
		// From within the home, whose own name may look like a pattern.
		found, _ := fs.Glob(os.DirFS(b.home), p)
		for _, name := range found {
			file := filepath.Join(b.home, filepath.FromSlash(name))
			if rel, err := filepath.Rel(filepath.Join(b.home, "trash"), file); err == nil {
				if change, _, _ := strings.Cut(filepath.ToSlash(rel), "/"); change != ".." && slices.Contains(except, change) {
					continue
				}
			}
			data, err := os.ReadFile(file)
			if err != nil {
				continue
			}
			all.Write(data)
			if filepath.Ext(file) == ".json" {
				writeStrings(&all, data)
			}
			var r install.Receipt
			if filepath.Base(file) == install.ReceiptName && json.Unmarshal(data, &r) == nil {
				n.python = n.python || r.Type == "pypi" || r.Python != ""
			}
		}
	}
	n.text = slashed(all.String())
	return n
}

// writeStrings writes the texts of a JSON document as they are meant: signs in
// a path, the & for one, may be written by their number there.
func writeStrings(all *strings.Builder, data []byte) {
	for d := json.NewDecoder(bytes.NewReader(data)); ; {
		token, err := d.Token()
		if err != nil {
			return // its end, or no JSON from here on
		}
		if s, ok := token.(string); ok {
			all.WriteString("\n" + s)
		}
	}
}

// slashed writes paths in one way, also those that JSON has written.
func slashed(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, `\\`, "/"), `\`, "/")
}

// imagesHere are the images of servers in containers, as far as their engines
// answer.
func (b *Backend) imagesHere(ctx context.Context, servers []model.Server) (parts []DiskPart) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	seen := map[string]bool{}
	for _, s := range servers {
		for _, c := range containersOf(s) {
			if seen[c.Image] {
				continue
			}
			seen[c.Image] = true
			e, err := openEngine(ctx, c.Engine)
			if err != nil {
				continue
			}
			if image, err := e.Image(ctx, c.Image); err == nil {
				parts = append(parts, DiskPart{Kind: DiskImages, Name: c.Image, Bytes: image.Size, Used: true})
			}
			e.Close()
		}
	}
	return parts
}

// CleanResult answers disk --clean.
type CleanResult struct {
	FreedBytes int64      `json:"freed_bytes"`
	Removed    []DiskPart `json:"removed"`
}

// CleanDisk removes what nobody uses: programs that run no server any more and
// downloads that are kept. With trash it also empties the trash, after which
// what was removed cannot be brought back. Error codes: changes_busy,
// update_busy when an install is under way.
func (b *Backend) CleanDisk(ctx context.Context, trash, dryRun bool) (CleanResult, error) {
	res := CleanResult{Removed: []DiskPart{}}
	release, err := b.alone(ctx)
	if err != nil {
		return res, err
	}
	defer release()
	if b.installing() {
		return res, model.Fail("changes_busy", nil)
	}
	before := size(b.home)
	stored := int64(0) // in volumes, which are not in our folder
	if trash {
		n := size(filepath.Join(b.home, "trash"))
		res.FreedBytes += n
		if n > 0 {
			res.Removed = append(res.Removed, DiskPart{Kind: DiskTrash, Bytes: n})
		}
		if !dryRun {
			stored = b.emptyTrashOf(ctx, 0)
		}
	}
	use, err := b.DiskUse(ctx)
	if err != nil {
		return res, err
	}
	for _, p := range use.Parts {
		if p.Used || p.path == "" {
			continue
		}
		if !dryRun {
			if err := os.RemoveAll(p.path); err != nil {
				continue // in use, on Windows; it is told as still there
			}
		}
		res.Removed = append(res.Removed, p)
		res.FreedBytes += p.Bytes
	}
	if !dryRun {
		// As it really is: files may be shared.
		res.FreedBytes = max(0, before-size(b.home)) + stored
		b.o.Changed("settings")
		b.o.Changed("history")
	}
	sort.SliceStable(res.Removed, func(i, j int) bool { return res.Removed[i].Bytes > res.Removed[j].Bytes })
	return res, nil
}

// installing tells whether an install or an update is under way, in any
// Toolbay: it may be about to use what nobody uses yet.
func (b *Backend) installing() bool {
	found := pattern.Files(b.home, "staging", "*.lock")
	for _, path := range found {
		if !launch.ValidID(strings.TrimSuffix(filepath.Base(path), ".lock")) {
			continue
		}
		l, err := lockFile(path)
		if l == nil || err != nil {
			return true
		}
		os.Remove(path)
		l.Close()
	}
	return false
}
