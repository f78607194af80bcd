package catalog

import (
	"archive/tar"
	"bufio"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"toolbay/backend/catalog/internal/loose"
	"toolbay/backend/catalog/source"
	"toolbay/backend/catalog/source/docker"
	"toolbay/backend/catalog/source/dxt"
	"toolbay/backend/model"
)

// Depths of a folder that are looked into, from 1.
const maxDepth = 6

// meant tells the files of a folder that are records.
func meant(name string) bool {
	switch path.Base(name) {
	case "server.yaml", "server.yml", "server.json", "manifest.json":
		return true
	}
	return strings.HasSuffix(name, ".manifest.json")
}

// folder takes every server.yaml, server.json and manifest.json in a folder, and
// every list. It does not leave the folder, whatever links are in it.
func (m *importer) folder(ctx context.Context, dir string) error {
	name := filepath.Base(dir)
	root, err := os.OpenRoot(dir)
	if err != nil {
		return model.Fail("import_unreadable", err, "file", name)
	}
	defer root.Close()
	read := func(name string) ([]byte, error) { return readWhole(root, name) }
	files := 0
	err = fs.WalkDir(root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		if files++; files > maxFiles {
			return errTooBig
		}
		if e.IsDir() {
			if base := path.Base(name); strings.Count(name, "/") >= maxDepth || base == "node_modules" || base == ".git" {
				return fs.SkipDir
			}
			return nil
		}
		m.file++
		switch {
		case meant(name):
			return m.found(ctx, name, read)
		case isList(name):
			return m.list(ctx, root, name)
		case isTable(name):
			return m.take(ctx, source.Entry{Err: errors.New(name + ": no list that Toolbay understands"), Raw: []byte(name)})
		}
		return nil
	})
	switch {
	case errors.Is(err, errTooBig):
		return model.Fail("import_too_big", err, "file", name)
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		var known *model.Error
		if errors.As(err, &known) {
			return err
		}
		return model.Fail("import_unreadable", err, "file", name)
	}
	return nil
}

// found takes one file of a folder or archive.
func (m *importer) found(ctx context.Context, name string, read func(string) ([]byte, error)) error {
	body, err := read(name)
	if err == nil && crowded(body, maxRecordParts) {
		err = errors.New("too much for one record")
	}
	if err != nil {
		return m.take(ctx, source.Entry{Err: err, Raw: []byte(name)})
	}
	switch base := path.Base(name); {
	case strings.HasSuffix(base, "manifest.json"):
		o, err := loose.JSON(body)
		if err == nil && !dxt.Is(o) {
			return nil // of a browser's extension or a web page
		}
		return m.take(ctx, dxt.Read(name, body))
	case base == "server.json":
		return m.take(ctx, m.record(body))
	}
	tools, err := read(path.Join(path.Dir(name), "tools.json"))
	if err != nil || crowded(tools, maxRecordParts) {
		tools = nil // not every server has one
	}
	return m.take(ctx, docker.Server(body, tools))
}

func readWhole(root *os.Root, name string) ([]byte, error) {
	f, err := openRegular(root, name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(limit(f, maxOne))
}

// openRegular looks before it opens: a pipe is only opened when somebody writes
// to it.
func openRegular(root *os.Root, name string) (*os.File, error) {
	if st, err := root.Stat(name); err != nil || !st.Mode().IsRegular() {
		return nil, errors.Join(errors.New("not a regular file"), err)
	}
	return root.Open(name)
}

// isArchive tells a tar file by the mark in its first header.
func isArchive(in *bufio.Reader) bool {
	head, err := in.Peek(512)
	return err == nil && string(head[257:262]) == "ustar"
}

// archive takes what a folder has that was packed into a tar file. Nothing is
// unpacked onto the disk.
func (m *importer) archive(ctx context.Context, in io.Reader) error {
	files := map[string][]byte{}
	size := int64(0)
	r := tar.NewReader(in)
	for n := 0; ; n++ {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		name := path.Clean("/" + strings.ReplaceAll(h.Name, `\`, "/"))[1:]
		if n > maxFiles {
			return errTooBig
		}
		if h.Typeflag != tar.TypeReg || !meant(name) && path.Base(name) != "tools.json" {
			continue
		}
		body, err := io.ReadAll(limit(r, maxOne))
		if err != nil {
			return err
		}
		if size += int64(len(body)); size > maxHeld {
			return errTooBig
		}
		files[name] = body
	}
	names := make([]string, 0, len(files))
	for name := range files {
		if meant(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	read := func(name string) ([]byte, error) {
		if body, ok := files[name]; ok {
			return body, nil
		}
		return nil, fs.ErrNotExist
	}
	for _, name := range names {
		if err := m.found(ctx, name, read); err != nil {
			return err
		}
	}
	return nil
}
