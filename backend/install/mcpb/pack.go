package mcpb

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"toolbay/backend/model"
)

// pack writes a folder as it is into an archive, without anything but files.
// What is in there is judged as in any bundle.
func pack(ctx context.Context, to io.Writer, dir string) error {
	z := zip.NewWriter(to)
	var total int64
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !d.Type().IsRegular() {
			return nil
		}
		st, err := d.Info()
		if err != nil {
			return err
		}
		if total += st.Size(); total > maxFolder {
			return tooBig(filepath.Base(dir))
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		return add(z, filepath.ToSlash(rel), p, st.Mode())
	})
	if err == nil {
		return z.Close()
	}
	if model.Code(err) == "unexpected" && ctx.Err() == nil {
		err = model.Fail("import_unreadable", err, "file", filepath.Base(dir))
	}
	return err
}

// maxFolder is what package bundle lets a bundle unpack to.
const maxFolder = 1 << 30

// add writes one file with its sizes in front, as packers of bundles do.
func add(z *zip.Writer, name, file string, mode fs.FileMode) error {
	content, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestSpeed)
	if err != nil {
		return err
	}
	if _, err := w.Write(content); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	h := &zip.FileHeader{
		Name: name, Method: zip.Deflate, CRC32: crc32.ChecksumIEEE(content),
		CompressedSize64: uint64(packed.Len()), UncompressedSize64: uint64(len(content)),
	}
	h.SetMode(mode.Perm() & 0o755)
	out, err := z.CreateRaw(h)
	if err != nil {
		return fmt.Errorf("pack %s: %w", name, err)
	}
	_, err = out.Write(packed.Bytes())
	return err
}
