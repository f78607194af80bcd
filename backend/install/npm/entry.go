package npm

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"

	"toolbay/backend/model"
)

// entry is what starts a server.
type entry struct {
	path     string   // relative to the private folder, with slashes
	native   bool     // a program rather than a script for Node
	nodeArgs []string // what its first line wants Node to be given
}

func noStart(pkg string, cause error) error {
	return model.Fail("package_no_start", cause, "package", pkg)
}

// findEntry finds the start file of the package installed in dir from the bin
// of its package.json. want names one of several, "" chooses.
func findEntry(dir, pkg, want string) (entry, error) {
	folder := filepath.Join(dir, "node_modules", filepath.FromSlash(pkg))
	b, err := os.ReadFile(filepath.Join(folder, "package.json"))
	if err != nil {
		return entry{}, err
	}
	var manifest struct {
		Bin json.RawMessage `json:"bin"`
	}
	if err := json.Unmarshal(b, &manifest); err != nil {
		return entry{}, noStart(pkg, fmt.Errorf("read its package.json: %w", err))
	}
	bin, err := chooseBin(manifest.Bin, pkg, want)
	if err != nil {
		return entry{}, noStart(pkg, err)
	}
	file, err := inside(folder, bin)
	if err != nil {
		return entry{}, noStart(pkg, err)
	}
	e, err := howToStart(file)
	if err != nil {
		return entry{}, noStart(pkg, err)
	}
	// Not the resolved path: the folder is going to move.
	rel, err := filepath.Rel(dir, filepath.Join(folder, filepath.FromSlash(bin)))
	if err != nil {
		return entry{}, err
	}
	e.path = filepath.ToSlash(rel)
	return e, nil
}

// chooseBin gives the file of the program to start: the one asked for, the
// one named like the package, the only one; several names for one file are one.
func chooseBin(raw json.RawMessage, pkg, want string) (string, error) {
	_, short, _ := cutLast(pkg, "/")
	var one string
	if json.Unmarshal(raw, &one) == nil && one != "" {
		if want != "" && want != short {
			return "", fmt.Errorf("it brings no program %q", want)
		}
		return one, nil
	}
	var many map[string]string
	if err := json.Unmarshal(raw, &many); err != nil || len(many) == 0 {
		return "", errors.New("it names no program to start")
	}
	if want != "" {
		if f, ok := many[want]; ok {
			return f, nil
		}
		return "", fmt.Errorf("it brings no program %q", want)
	}
	if f, ok := many[short]; ok {
		return f, nil
	}
	files := map[string]bool{}
	for _, f := range many {
		files[path.Clean(f)], one = true, f
	}
	if len(files) > 1 {
		return "", fmt.Errorf("it brings %d programs, none of them named like it", len(many))
	}
	return one, nil
}

// inside gives the real path of a file of a package, which must lie in the
// package's folder after all links are followed.
func inside(folder, bin string) (string, error) {
	local := filepath.FromSlash(path.Clean(bin))
	if strings.Contains(bin, "\\") || !filepath.IsLocal(local) {
		return "", fmt.Errorf("its start file %q is not in it", bin)
	}
	root, err := filepath.EvalSymlinks(folder)
	if err != nil {
		return "", err
	}
	file, err := filepath.EvalSymlinks(filepath.Join(folder, local))
	if err != nil {
		return "", fmt.Errorf("its start file %q is missing: %w", bin, err)
	}
	rel, err := filepath.Rel(root, file)
	if err != nil || !filepath.IsLocal(rel) {
		return "", fmt.Errorf("its start file %q leads out of it", bin)
	}
	st, err := os.Stat(file)
	if err != nil {
		return "", err
	}
	if !st.Mode().IsRegular() {
		return "", fmt.Errorf("its start file %q is no file", bin)
	}
	return file, nil
}

// howToStart looks at a file as the system would: a script for Node, another
// program, or nothing that can be started.
func howToStart(file string) (entry, error) {
	f, err := os.Open(file)
	if err != nil {
		return entry{}, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return entry{}, err
	}
	head := make([]byte, 512)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && err != io.EOF {
		return entry{}, err
	}
	head = bytes.TrimPrefix(head[:n], []byte("\xef\xbb\xbf"))
	if args, ok := forNode(head); ok {
		return entry{nodeArgs: args}, nil
	}
	script := bytes.HasPrefix(head, []byte("#!"))
	ext := strings.ToLower(filepath.Ext(file))
	if !script && (ext == ".js" || ext == ".mjs" || ext == ".cjs") {
		return entry{nodeArgs: []string{}}, nil
	}
	if runtime.GOOS == "windows" {
		if ext == ".exe" || bytes.HasPrefix(head, []byte("MZ")) {
			return entry{native: true, nodeArgs: []string{}}, nil
		}
		return entry{}, errors.New("its start file is for another system")
	}
	if st.Mode()&0o111 != 0 && (script || isProgram(head)) {
		return entry{native: true, nodeArgs: []string{}}, nil
	}
	return entry{}, errors.New("its start file is neither a script for Node.js nor a program")
}

// forNode tells whether a first line asks for Node, and with which options:
// "#!/usr/bin/env node", "#!/usr/bin/env -S node --no-warnings".
func forNode(head []byte) ([]string, bool) {
	if !bytes.HasPrefix(head, []byte("#!")) {
		return nil, false
	}
	line, _, _ := bytes.Cut(head[2:], []byte("\n"))
	words := strings.Fields(string(line))
	if len(words) > 0 && path.Base(words[0]) == "env" {
		words = words[1:]
		if len(words) > 0 && (words[0] == "-S" || words[0] == "--split-string") {
			words = words[1:]
		}
	}
	if len(words) == 0 {
		return nil, false
	}
	if b := path.Base(words[0]); b != "node" && b != "nodejs" {
		return nil, false
	}
	args := []string{}
	for _, w := range words[1:] {
		if !strings.HasPrefix(w, "-") {
			return nil, false // "node other-script": not ours to understand
		}
		args = append(args, w)
	}
	return args, true
}

func isProgram(head []byte) bool {
	for _, magic := range []string{"\x7fELF", "\xcf\xfa\xed\xfe", "\xce\xfa\xed\xfe", "\xca\xfe\xba\xbe"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return true
		}
	}
	return false
}
