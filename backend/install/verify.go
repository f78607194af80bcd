package install

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

// Findings is what is not as it was when a folder was sealed. Paths are below
// the folder, with slashes, in order.
type Findings struct {
	// Files is how many were looked at.
	Files   int
	Changed []string
	Missing []string
	// Added are files that could be run or loaded and were not installed.
	Added []string
	// Extra are other files that were not installed: what a server keeps beside
	// its program, as a rule.
	Extra []string
}

// Wrong names the first thing that is wrong, "" for nothing. A server may keep
// files of its own.
func (f Findings) Wrong() string {
	for _, x := range []struct {
		what  string
		files []string
	}{{"changed", f.Changed}, {"missing", f.Missing}, {"added", f.Added}} {
		if len(x.files) > 0 {
			return x.what + ": " + x.files[0]
		}
	}
	return ""
}

// Verify compares a private folder with its seal. Error codes: seal_missing for
// a folder that has none, receipt_unreadable when it cannot be read.
func Verify(dir string) (Findings, error) {
	var f Findings
	data, err := os.ReadFile(filepath.Join(dir, SealName))
	if errors.Is(err, fs.ErrNotExist) {
		return f, model.Fail("seal_missing", err)
	}
	sealed := map[string]string{}
	if err == nil {
		err = json.Unmarshal(data, &sealed)
	}
	if err != nil {
		return f, model.Fail("receipt_unreadable", err)
	}
	now, err := digests(dir)
	if err != nil {
		return f, model.Fail("receipt_unreadable", err)
	}
	f.Files = len(sealed)
	intact := func(file string) bool { return sealed[file] != "" && sealed[file] == now[file] }
	for file, was := range sealed {
		switch is, there := now[file]; {
		case !there:
			f.Missing = append(f.Missing, file)
		case is != was && !(cached(dir, file) && intact(sourceOf(file))):
			f.Changed = append(f.Changed, file)
		}
	}
	for file := range now {
		_, was := sealed[file]
		switch {
		case was || cached(dir, file) && intact(sourceOf(file)):
		case runs(dir, file):
			f.Added = append(f.Added, file)
		default:
			f.Extra = append(f.Extra, file)
		}
	}
	for _, list := range []*[]string{&f.Changed, &f.Missing, &f.Added, &f.Extra} {
		slices.Sort(*list)
	}
	return f, nil
}

// pycName is a file that Python keeps of a source: "server.cpython-312.pyc".
var pycName = pattern.New(`^([^.]+)\.[a-z]+-[0-9]+(\.opt-[12])?\.pyc$`)

// sourceOf gives the source beside a __pycache__ that a file in it is of, or "".
func sourceOf(file string) string {
	m := pycName().FindStringSubmatch(path.Base(file))
	if m == nil || path.Base(path.Dir(file)) != "__pycache__" {
		return ""
	}
	return path.Join(path.Dir(path.Dir(file)), m[1]+".py")
}

// cached tells whether a file is what Python itself keeps of a source beside
// it: it is named for it, and its head has the source's time and size, without
// which Python would not take it. It says nothing of the source.
func cached(dir, file string) bool {
	source := sourceOf(file)
	if source == "" {
		return false
	}
	st, err := os.Stat(filepath.Join(dir, filepath.FromSlash(source)))
	if err != nil {
		return false
	}
	f, err := os.Open(filepath.Join(dir, filepath.FromSlash(file)))
	if err != nil {
		return false
	}
	defer f.Close()
	// A word that names Python's version, flags, time and size (PEP 552); with
	// any flag the time and size are something else.
	var head [16]byte
	if _, err := io.ReadFull(f, head[:]); err != nil {
		return false
	}
	word := func(at int) uint32 { return binary.LittleEndian.Uint32(head[at:]) }
	return word(4) == 0 && word(8) == uint32(st.ModTime().Unix()) && word(12) == uint32(st.Size())
}

// runs tells whether a file could become part of a program by lying where it
// does.
func runs(dir, file string) bool {
	switch strings.ToLower(path.Ext(file)) {
	case ".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".node", ".wasm", ".py", ".pyc", ".pyd", ".pth", ".so", ".dylib", ".dll", ".exe", ".bat", ".cmd", ".ps1", ".sh":
		return true
	}
	if path.Base(file) == "package.json" || strings.Contains(path.Base(file), ".so.") {
		return true
	}
	st, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(file)))
	return err == nil && (st.Mode()&fs.ModeSymlink != 0 || st.Mode().IsRegular() && st.Mode()&0o111 != 0)
}
