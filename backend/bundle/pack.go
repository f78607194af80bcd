package bundle

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sort"
	"strings"

	"toolbay/backend/model"
	"toolbay/backend/text"
)

// Packed is a bundle that was made.
type Packed struct {
	Manifest Manifest
	// Files is how many are in it, Ignored how many files and folders were left
	// out.
	Files, Ignored int
	Size           int64
	SHA256         string
	// Verdict is what is said of it on this computer.
	Verdict Verdict
}

// Pack makes a bundle of a folder: a manifest of format 0.3 (0.4 for a server
// of kind uv), everything that .mcpbignore does not leave out, the same bytes
// for the same files whenever and wherever. Links are refused. The bundle is
// read again before it takes its place, where nothing or a bundle may stand;
// with output "" it takes none. Codes:
// bundle_pack_failed with "why", import_missing, cancelled.
func Pack(ctx context.Context, dir, output string) (Packed, error) {
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return Packed{}, model.Fail("import_missing", err, "file", shown(filepath.Base(dir)))
	}
	if err != nil {
		return Packed{}, cannotPack(err, err.Error())
	}
	defer root.Close()
	if output != "" && !writable(output) {
		return Packed{}, cannotPack(fs.ErrExist, text.Line("bundle.output-taken", "file", shown(filepath.Base(output))))
	}
	p := packer{root: root, out: output}
	if err := p.list(ctx); err != nil {
		return Packed{}, err
	}
	manifest, err := p.manifest()
	if err != nil {
		return Packed{}, err
	}
	var where string
	if output != "" {
		where = filepath.Dir(output)
	}
	f, err := os.CreateTemp(where, ".bundle-*")
	if err != nil {
		return Packed{}, cannotPack(err, err.Error())
	}
	defer os.Remove(f.Name())
	defer f.Close()
	sum := sha256.New()
	if err := p.write(ctx, io.MultiWriter(f, sum), manifest); err != nil {
		return Packed{}, err
	}
	out, err := read(f)
	if err != nil {
		return Packed{}, err
	}
	out.Files, out.Ignored, out.SHA256 = len(p.files), p.ignored, hex.EncodeToString(sum.Sum(nil))
	if output == "" {
		return out, nil
	}
	if err := errors.Join(f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return Packed{}, cannotPack(err, err.Error())
	}
	if err := os.Rename(f.Name(), output); err != nil {
		return Packed{}, cannotPack(err, err.Error())
	}
	return out, nil
}

// writable tells whether nothing stands in a place but perhaps a bundle, as one
// of last time.
func writable(path string) bool {
	st, err := os.Lstat(path)
	if err != nil {
		return true // what else is wrong with the place is told when it is written
	}
	if !st.Mode().IsRegular() {
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	b, err := Open(f, st.Size(), Options{})
	return err == nil && b.read && !rejected(b.reasons)
}

func cannotPack(cause error, why string) error {
	return model.Fail("bundle_pack_failed", cause, "why", shown(why))
}

type packer struct {
	root    *os.Root
	out     string
	files   []string
	ignored int
}

// list finds what is packed, sorted by its bytes.
func (p *packer) list(ctx context.Context) error {
	lines, err := p.root.ReadFile(".mcpbignore")
	if errors.Is(err, fs.ErrNotExist) {
		lines, err = p.root.ReadFile(".dxtignore") // its name when bundles were called DXT
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return cannotPack(err, ".mcpbignore")
	}
	out := newIgnored(string(lines))
	err = fs.WalkDir(p.root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return cannotPack(err, name)
		case ctx.Err() != nil:
			return model.Fail("cancelled", ctx.Err())
		case name == ".":
			return nil
		case out.has(name, d.IsDir()) || p.isOutput(name):
			p.ignored++
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		case d.IsDir():
			return nil
		case !d.Type().IsRegular():
			return cannotPack(nil, because("name_link", "file", name).Text)
		}
		p.files = append(p.files, name)
		return nil
	})
	sort.Strings(p.files)
	return err
}

// isOutput tells the bundle of last time from what belongs in this one.
func (p *packer) isOutput(name string) bool {
	if p.out == "" {
		return false
	}
	a, err := p.root.Stat(name)
	if err != nil {
		return false
	}
	b, err := os.Stat(p.out)
	return err == nil && os.SameFile(a, b)
}

// manifest gives the bytes of the manifest as it is packed.
func (p *packer) manifest() ([]byte, error) {
	raw, err := p.root.ReadFile(manifestName)
	if err != nil {
		return nil, cannotPack(err, because("manifest_missing").Text)
	}
	m, reason := ReadManifest(raw)
	if reason.Code != "" {
		return nil, cannotPack(nil, reason.Text)
	}
	o, err := readJSON(raw)
	if err != nil {
		return nil, cannotPack(err, err.Error())
	}
	version := "0.3"
	if m.Server.Type == "uv" {
		version = "0.4"
	}
	if m.Dialect == "seed" {
		l, _, err := Resolve(m, Here(), p.root.FS())
		if err != nil {
			return nil, cannotPack(err, err.Error())
		}
		m.Server.Entry, m.Server.Config.Args = l.Entry, l.Args
		o = m.official03()
		if m.Author.Name == "" {
			o.drop("author")
		}
	}
	changed := m.Dialect == "seed" || o.str("manifest_version") != version
	if changed {
		o.drop("dxt_version")
		if !o.has("manifest_version") {
			o.keys = append([]string{"manifest_version"}, o.keys...)
		}
		o.at["manifest_version"] = version
		if raw, err = indented(o); err != nil {
			return nil, cannotPack(err, err.Error())
		}
		if o, err = readJSON(raw); err != nil {
			return nil, cannotPack(err, err.Error())
		}
	}
	if bad := formatShape(version).problems(o, ""); len(bad) > 0 {
		return nil, cannotPack(nil, because("manifest_loose", "parts", strings.Join(bad[:min(len(bad), 10)], ", ")).Text)
	}
	return raw, nil
}

func indented(o object) ([]byte, error) {
	raw, err := plainJSON(o)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", "  "); err != nil {
		return nil, err
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// write writes the archive: no times, no rights but that to run, nothing behind
// the contents.
func (p *packer) write(ctx context.Context, w io.Writer, manifest []byte) error {
	z := zip.NewWriter(w)
	for _, name := range p.files {
		if ctx.Err() != nil {
			return model.Fail("cancelled", ctx.Err())
		}
		body, mode, err := p.read(name)
		if err != nil {
			return err
		}
		if name == manifestName {
			body = manifest
		}
		if err := add(z, name, body, mode); err != nil {
			return cannotPack(err, err.Error())
		}
	}
	if err := z.Close(); err != nil {
		return cannotPack(err, err.Error())
	}
	return nil
}

func (p *packer) read(name string) ([]byte, fs.FileMode, error) {
	f, err := p.root.Open(name)
	if err != nil {
		return nil, 0, cannotPack(err, name)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil || !st.Mode().IsRegular() {
		return nil, 0, cannotPack(err, name)
	}
	limit := Limits{}.filled().File
	body, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, 0, cannotPack(err, name)
	}
	if int64(len(body)) > limit {
		return nil, 0, cannotPack(nil, because("archive_too_big", "limit", name).Text)
	}
	mode := fs.FileMode(0o644)
	if st.Mode()&0o111 != 0 || runtime.GOOS == "windows" && len(machineOf(body[:min(len(body), headSize)]).archs) > 0 {
		mode = 0o755
	}
	return body, mode, nil
}

func add(z *zip.Writer, name string, body []byte, mode fs.FileMode) error {
	h := &zip.FileHeader{
		Name: name, Method: zip.Deflate, CRC32: crc32.ChecksumIEEE(body), UncompressedSize64: uint64(len(body)),
		CreatorVersion: 3<<8 | 20, ReaderVersion: 20, ExternalAttrs: uint32(mode) << 16,
		ModifiedDate: 1<<5 | 1, // 1 January 1980, the first day there is
	}
	if strings.ContainsFunc(name, func(r rune) bool { return r > 127 }) {
		h.Flags = flagUTF8
	}
	var packed bytes.Buffer
	f, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		return err
	}
	if _, err := f.Write(body); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	content := packed.Bytes()
	if len(content) >= len(body) {
		h.Method, content = zip.Store, body
	}
	h.CompressedSize64 = uint64(len(content))
	w, err := z.CreateRaw(h)
	if err != nil {
		return err
	}
	_, err = w.Write(content)
	return err
}

// read reads what was packed as it will be read, for every system it is for.
func read(f *os.File) (Packed, error) {
	st, err := f.Stat()
	if err != nil {
		return Packed{}, cannotPack(err, err.Error())
	}
	b, err := Open(f, st.Size(), Options{})
	if err != nil {
		return Packed{}, fmt.Errorf("read what was packed: %w", err)
	}
	out := Packed{Manifest: b.Manifest, Size: st.Size(), Verdict: b.Verdict(Here())}
	if err := verdictOf(b.reasons).Err(); err != nil {
		return Packed{}, cannotPack(err, why(out.Verdict))
	}
	systems := b.Manifest.Platforms
	if len(systems) == 0 || slices.Contains(systems, runtime.GOOS) {
		systems = []string{runtime.GOOS}
	}
	var last Verdict
	for _, system := range systems {
		for _, arch := range []string{"amd64", "arm64"} {
			if last = b.Verdict(Platform{system, arch}); last.Verdict != Rejected {
				return out, nil
			}
		}
	}
	return Packed{}, cannotPack(last.Err(), why(last))
}

func why(v Verdict) string {
	for _, r := range v.Reasons {
		if r.Fatal {
			return r.Text
		}
	}
	return ""
}
