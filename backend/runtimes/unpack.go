package runtimes

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
)

// Bounds on what an archive may hold; Node.js has some 6,000 entries and 200 MB.
const (
	maxEntries  = 50_000
	maxUnpacked = 1 << 30
)

// unpack writes the entries below the folder top ("" for all) of a .tar.gz or
// .zip into dir.
// The digest has been checked by then, so this guards against a table gone
// wrong: nothing is ever written or linked outside dir, an entry that would is
// an error and not skipped.
func unpack(ctx context.Context, archive, dir, top string, isZip bool) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	u := &unpacker{ctx: ctx, root: root, top: top}
	if isZip {
		return u.zip(archive)
	}
	return u.tarGz(archive)
}

type unpacker struct {
	ctx     context.Context // lives only as long as unpack
	root    *os.Root        // refuses to follow a link out of it
	top     string
	links   []string // made so far
	entries int
	bytes   int64
}

func (u *unpacker) tarGz(archive string) error {
	f, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer f.Close()
	gz, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	defer gz.Close()
	tr := tar.NewReader(gz)
	for {
		h, err := tr.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		name, err := u.name(h.Name)
		if err != nil {
			return err
		}
		if name == "" {
			continue
		}
		switch h.Typeflag {
		case tar.TypeDir:
			err = u.root.MkdirAll(name, 0o755)
		case tar.TypeReg:
			err = u.file(name, h.FileInfo().Mode(), tr)
		case tar.TypeSymlink:
			err = u.link(name, h.Linkname)
		case tar.TypeXGlobalHeader:
		default:
			err = fmt.Errorf("entry %q is of kind %q", h.Name, h.Typeflag)
		}
		if err != nil {
			return err
		}
	}
}

func (u *unpacker) zip(archive string) error {
	z, err := zip.OpenReader(archive)
	if err != nil {
		return err
	}
	defer z.Close()
	for _, f := range z.File {
		name, err := u.name(f.Name)
		if err != nil {
			return err
		}
		if name == "" {
			continue
		}
		mode := f.Mode()
		switch {
		case mode.IsDir():
			if err := u.root.MkdirAll(name, 0o755); err != nil {
				return err
			}
		case mode.IsRegular():
			r, err := f.Open()
			if err != nil {
				return err
			}
			err = errors.Join(u.file(name, mode, r), r.Close())
			if err != nil {
				return err
			}
		default: // nodejs.org's zip archives hold no links
			return fmt.Errorf("entry %q is of kind %v", f.Name, mode.Type())
		}
	}
	return nil
}

// name checks an entry's name and gives it without the archive's top folder;
// "" is the top folder itself, or a part that no server needs.
func (u *unpacker) name(s string) (string, error) {
	if err := u.ctx.Err(); err != nil {
		return "", err
	}
	if u.entries++; u.entries > maxEntries {
		return "", errors.New("too many entries")
	}
	clean := strings.TrimSuffix(s, "/")
	if strings.ContainsAny(clean, "\\:\x00") || !fs.ValidPath(clean) {
		return "", fmt.Errorf("entry %q has no plain name", s)
	}
	name := clean
	if u.top != "" {
		if clean == u.top {
			return "", nil
		}
		var ok bool
		if name, ok = strings.CutPrefix(clean, u.top+"/"); !ok {
			return "", fmt.Errorf("entry %q is not in %q", s, u.top)
		}
	}
	for _, l := range u.links {
		if strings.HasPrefix(name, l+"/") {
			return "", fmt.Errorf("entry %q stands behind the link %q", s, l)
		}
	}
	// Headers for building add-ons (60 MB) and manual pages.
	if name == "include" || strings.HasPrefix(name, "include/") || name == "share" || strings.HasPrefix(name, "share/") {
		return "", nil
	}
	return name, nil
}

func (u *unpacker) file(name string, mode fs.FileMode, r io.Reader) error {
	if err := u.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	perm := fs.FileMode(0o644)
	if mode&0o111 != 0 {
		perm = 0o755
	}
	f, err := u.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
	if err != nil {
		return err
	}
	n, err := io.Copy(f, &ctxReader{u.ctx, io.LimitReader(r, maxUnpacked-u.bytes+1)})
	err = errors.Join(err, f.Close())
	if u.bytes += n; u.bytes > maxUnpacked {
		return errors.New("the archive is too large")
	}
	return err
}

// link makes a link that stays inside: npm and npx are relative ones. The way
// is judged by its words, so it may go up only at its start: "a/.." is
// somewhere else when a is a link.
func (u *unpacker) link(name, target string) error {
	inside := path.Join(path.Dir(name), target)
	if path.IsAbs(target) || target != path.Clean(target) || strings.ContainsAny(target, "\\:\x00") || !fs.ValidPath(inside) {
		return fmt.Errorf("link %q leads to %q", name, target)
	}
	if err := u.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	u.links = append(u.links, name)
	return u.root.Symlink(target, name)
}

type ctxReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *ctxReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
