package backend

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"toolbay/backend/changeset"
	"toolbay/backend/changeset/reverse"
	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/model"
	"toolbay/backend/text"
)

// BackupList is what we have copies of.
type BackupList struct {
	Files []BackupFile `json:"files"`
	// Bytes is what all copies take, those of files left out of Files too.
	Bytes int64 `json:"bytes"`
}

// BackupFile is one file with its versions, newest first.
type BackupFile struct {
	Path string `json:"path"`
	// Apps are the ids of those that read it, none for a file that no app on
	// this computer has in its place.
	Apps     []string        `json:"apps"`
	Bytes    int64           `json:"bytes"`
	Versions []BackupVersion `json:"versions"`
}

// BackupVersion is what a file held at one time.
type BackupVersion struct {
	ID    string    `json:"id"`
	Time  time.Time `json:"time"`
	Kind  string    `json:"kind"`
	Title string    `json:"title"`
	// By is toolbay for a version that the change made, and other for one that
	// it found: the file as it was at first, or as another program left it.
	By string `json:"by"`
	// Absent: there was no file.
	Absent bool  `json:"absent"`
	Bytes  int64 `json:"bytes"`
	// First is kept for ever, Stands is what the file holds now, Deleted has no
	// copy any more because the user had it deleted.
	First   bool `json:"first"`
	Stands  bool `json:"stands"`
	Deleted bool `json:"deleted"`
}

// Backups lists the versions that we have of a file, of the files of an app, or
// of all. Error codes: app_unknown, file_untouched.
func (b *Backend) Backups(ctx context.Context, file, app string) (BackupList, error) {
	if _, known := b.apps.Get(app); app != "" && !known {
		return BackupList{}, model.Fail("app_unknown", nil, "app", app)
	}
	if file != "" {
		file = absolute(file)
	}
	found, total, err := b.changes.Timelines(ctx, file)
	if err != nil {
		return BackupList{}, err
	}
	if file != "" && len(found) == 0 {
		return BackupList{}, model.Fail("file_untouched", nil, "path", file)
	}
	readers := b.readers()
	out := BackupList{Files: []BackupFile{}, Bytes: total}
	for _, t := range found {
		f := BackupFile{Path: t.Path, Apps: []string{}, Bytes: t.Size, Versions: []BackupVersion{}}
		for _, c := range readers[t.Path] {
			f.Apps = append(f.Apps, c.ID)
		}
		if app != "" && !slices.Contains(f.Apps, app) {
			continue
		}
		for _, v := range t.Versions {
			by := "other"
			if v.After {
				by = "toolbay"
			}
			f.Versions = append(f.Versions, BackupVersion{
				ID: v.ID, Time: v.Time.UTC(), Kind: v.Kind, Title: v.Title, By: by, Absent: v.Hash == "",
				Bytes: v.Size, First: v.First, Stands: v.Stands, Deleted: v.Deleted,
			})
		}
		out.Files = append(out.Files, f)
	}
	if file != "" || app != "" {
		out.Bytes = 0
		for _, f := range out.Files {
			out.Bytes += f.Bytes
		}
	}
	return out, nil
}

// readers gives, by path, the apps that read a file.
func (b *Backend) readers() map[string][]clients.Client {
	by := map[string][]clients.Client{}
	for _, a := range b.apps.Look(b.system, b.o.ProjectDir) {
		for _, f := range a.Files {
			by[f.Path] = append(by[f.Path], a.Client)
		}
	}
	return by
}

func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// DiffBackups shows how a file went from one version to another, keys masked;
// an empty to is the file as it is now. Error codes: file_untouched,
// backup_unknown, backup_deleted.
func (b *Backend) DiffBackups(ctx context.Context, file, from, to string) (FileDiff, error) {
	d, err := b.changes.DiffVersions(ctx, absolute(file), from, to)
	if err != nil {
		return FileDiff{}, err
	}
	return b.diffs([]changeset.FileDiff{d})[0], nil
}

// Restore makes a file what it was in one of its versions. It is a change like
// any other: what stands there now is kept, and undo brings it back. A version
// that the file's apps cannot read needs acceptRisk. Error codes:
// file_untouched, backup_unknown, backup_deleted, consent_needed, file_drifted
// and those of a change.
func (b *Backend) Restore(ctx context.Context, file, version string, dryRun, acceptRisk bool) (ChangeResult, error) {
	release, err := b.alone(ctx)
	if err != nil {
		return ChangeResult{}, err
	}
	defer release()
	file = absolute(file)
	content, err := b.changes.Content(ctx, file, version)
	if err != nil {
		return ChangeResult{}, err
	}
	if err := b.readable(file, content); err != nil && !acceptRisk {
		why := model.Fail("backup_broken", err, "path", file)
		e := model.Fail("consent_needed", why)
		e.Needs = []model.Need{{Kind: "risk", Name: "broken-copy", Text: text.ForError(why).Message, Flag: "--accept-risk"}}
		return ChangeResult{}, e
	}
	files, err := b.changes.PreviewRestore(ctx, file, version)
	if err != nil {
		return ChangeResult{}, err
	}
	restart := []string{}
	if len(files) > 0 {
		for _, c := range b.readers()[files[0].Path] {
			restart = append(restart, c.ID)
		}
	}
	out := ChangeResult{Files: b.diffs(files), Restart: b.restarts(restart), Warnings: []Warning{}}
	if dryRun || len(files) == 0 {
		return out, nil
	}
	record, err := b.changes.Restore(ctx, file, version)
	if err != nil {
		return ChangeResult{}, err
	}
	out.Change = record.ID
	if err := b.connect.Reconcile(context.WithoutCancel(ctx)); err != nil {
		return ChangeResult{}, err
	}
	for _, what := range []string{"apps", "servers", "history", "keys"} {
		b.o.Changed(what)
	}
	return out, nil
}

// readable tells why an app could not read that content, nil when all can. An
// absent file can be read by all of them.
func (b *Backend) readable(file string, content []byte) error {
	if content == nil {
		return nil
	}
	apps := b.readers()[file]
	for _, c := range apps {
		if _, err := c.Read(content, file); err != nil {
			return err
		}
	}
	if formats := reverse.Formats(file); len(apps) == 0 && len(formats) > 0 {
		// Nobody is known to read it: what its name says, taken loosely.
		_, err := configfile.Parse(content, formats[len(formats)-1])
		return err
	}
	return nil
}

// HeldCopy is a copy that holds a key.
type HeldCopy struct {
	// Path is the user's file that it is a copy of, "" when that is not known.
	Path string `json:"path"`
	// Version is "" for a copy that is no version of the file.
	Version string `json:"version"`
	Change  string `json:"change"`
}

// HeldResult answers a search for copies that hold a key.
type HeldResult struct {
	Copies  []HeldCopy `json:"copies"`
	Deleted int        `json:"deleted"`
	// Still are files that hold the key now.
	Still []string `json:"still"`

	// What repairs kept aside that holds it: among Copies, in our own folder.
	notes  []string
	parked []parkedEntry
}

// shortestKey is what is looked for at least, in bytes: anything shorter is
// found where it is no key.
const shortestKey = 6

// Holding finds the copies in which one of some keys stands readable. The
// values are looked for as they are and as files write them. They are kept
// nowhere and are in no error. Error code: key_too_short.
func (b *Backend) Holding(ctx context.Context, values ...string) (HeldResult, error) {
	_, out, err := b.holding(ctx, values)
	return out, err
}

func (b *Backend) holding(ctx context.Context, values []string) ([]changeset.Copy, HeldResult, error) {
	out := HeldResult{Copies: []HeldCopy{}, Still: []string{}}
	for _, v := range values {
		if len(v) < shortestKey {
			return nil, out, model.Fail("key_too_short", nil)
		}
	}
	holds := func(content []byte) bool {
		plain := content
		if bytes.IndexByte(content, '\\') >= 0 {
			plain = unescaped(content)
		}
		return slices.ContainsFunc(values, func(v string) bool {
			return bytes.Contains(content, []byte(v)) || bytes.Contains(plain, []byte(v))
		})
	}
	copies, err := b.changes.Holding(ctx, holds)
	if err != nil {
		return nil, out, err
	}
	for _, c := range copies {
		out.Copies = append(out.Copies, HeldCopy{Path: c.Path, Version: c.Version, Change: c.Change})
	}
	// What repairs kept aside has no keys in it that anybody could tell as such.
	out.notes, out.parked = b.holdingAside(holds)
	for _, path := range out.notes {
		out.Copies = append(out.Copies, HeldCopy{Path: path, Change: strings.TrimSuffix(filepath.Base(path), ".md")})
	}
	for _, p := range out.parked {
		out.Copies = append(out.Copies, HeldCopy{Path: b.parkedFile(), Change: p.Change})
	}
	files, _, err := b.changes.Timelines(ctx, "")
	if err != nil {
		return nil, out, err
	}
	for _, f := range files {
		// A file that is gone or cannot be read shows its key to nobody.
		if now, err := clients.ReadFile(f.Path); err == nil && holds(now) {
			out.Still = append(out.Still, f.Path)
		}
	}
	return copies, out, nil
}

// DeleteHolding deletes, for good, the copies in which one of some keys stands
// readable. The changes they belong to stay in the history; those of which the
// copy from before is gone cannot be undone any more. agreed is the user's yes.
// Error codes: key_too_short, consent_needed.
func (b *Backend) DeleteHolding(ctx context.Context, values []string, dryRun, agreed bool) (HeldResult, error) {
	release, err := b.alone(ctx)
	if err != nil {
		return HeldResult{}, err
	}
	defer release()
	copies, out, err := b.holding(ctx, values)
	if err != nil || dryRun || len(out.Copies) == 0 {
		return out, err
	}
	if !agreed {
		e := model.Fail("consent_needed", nil)
		e.Needs = []model.Need{{
			Kind: "write", Name: "delete-copies", Flag: "--yes",
			Text: text.Line("need.delete-copies", "n", strconv.Itoa(len(out.Copies))),
		}}
		return HeldResult{}, e
	}
	if err := b.changes.Delete(ctx, copies); err != nil {
		return HeldResult{}, err
	}
	for _, path := range out.notes {
		if err := os.Remove(path); err != nil {
			return HeldResult{}, unwritable(err, path)
		}
	}
	for _, p := range out.parked {
		if err := b.unpark(p); err != nil {
			return HeldResult{}, err
		}
	}
	out.Deleted = len(out.Copies)
	b.o.Changed("history")
	list, err := b.leftovers(ctx)
	for _, l := range list {
		if l.Code == CopiesHold {
			b.copiesLeft(ctx, l.Server)
		}
	}
	return out, err
}

// KeyValues gives the values of a server's keys, or of the one of that name, to
// look for copies that hold them. They must not be shown or kept. Error codes:
// server_unknown, key_unknown, secret_unknown, keychain_*.
func (b *Backend) KeyValues(ctx context.Context, server, name string) ([]string, error) {
	s, err := b.server(ctx, server)
	if err != nil {
		return nil, err
	}
	if name != "" {
		if err := b.CheckKey(ctx, server, name); err != nil {
			return nil, err
		}
	}
	if !hasKeys(s) {
		return nil, model.Fail("secret_unknown", nil, "server", s.Title)
	}
	kept, err := b.keysIn(s.KeysIn).Get(server, "")
	if err != nil {
		return nil, err
	}
	var values []string
	for key, v := range kept {
		if (name == "" || key == name) && v != "" {
			values = append(values, v)
		}
	}
	if len(values) == 0 {
		return nil, model.Fail("secret_unknown", nil, "server", s.Title)
	}
	return values, nil
}

// unescaped reads the escapes that JSON, TOML and YAML have in common wherever
// they stand.
func unescaped(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' || i+1 == len(b) {
			out = append(out, b[i])
			continue
		}
		i++
		switch b[i] {
		case 'n':
			out = append(out, '\n')
		case 't':
			out = append(out, '\t')
		case 'r':
			out = append(out, '\r')
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'u', 'U':
			n := 4
			if b[i] == 'U' {
				n = 8
			}
			r, ok := hexRune(b, i+1, n)
			if !ok {
				out = append(out, '\\', b[i])
				continue
			}
			i += n
			if low, ok := hexRune(b, i+3, 4); ok && utf16.IsSurrogate(r) && b[i+1] == '\\' && b[i+2] == 'u' {
				if both := utf16.DecodeRune(r, low); both != utf8.RuneError {
					r, i = both, i+6
				}
			}
			out = utf8.AppendRune(out, r)
		default:
			out = append(out, b[i])
		}
	}
	return out
}

func hexRune(b []byte, at, n int) (rune, bool) {
	if at+n > len(b) {
		return 0, false
	}
	v, err := strconv.ParseUint(string(b[at:at+n]), 16, 32)
	return rune(v), err == nil
}
