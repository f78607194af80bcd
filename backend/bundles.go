package backend

import (
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Opening reads what a desktop hands over to be opened: a bundle's file, as its
// path or as a file: address, or a toolbay: link. dir is where a relative path
// begins. A file becomes the reference that Install takes; a link stays the
// text it is, for the paste box to read. ok is false for anything else.
func Opening(arg, dir string) (ref, kind string, ok bool) {
	const most = 8 << 10
	arg = strings.TrimSpace(arg)
	if arg == "" || len(arg) > most || strings.ContainsRune(arg, 0) {
		return "", "", false
	}
	if scheme, _, found := strings.Cut(arg, ":"); found && strings.EqualFold(scheme, "toolbay") {
		return arg, "link", true
	}
	path := arg
	if u, err := url.Parse(arg); err == nil && strings.EqualFold(u.Scheme, "file") {
		if u.Host != "" && u.Host != "localhost" {
			return "", "", false
		}
		path = u.Path
		if runtime.GOOS == "windows" {
			path = strings.TrimPrefix(path, "/") // "/C:/…"
		}
	}
	path = filepath.FromSlash(path)
	if !filepath.IsAbs(path) {
		if dir == "" {
			return "", "", false
		}
		path = filepath.Join(dir, path)
	}
	if !isBundleName(path) {
		return "", "", false
	}
	if st, err := os.Stat(path); err != nil || !st.Mode().IsRegular() {
		return "", "", false
	}
	return "mcpb:" + filepath.Clean(path), "file", true
}

// isBundleName tells whether a path ends as a bundle's does.
func isBundleName(path string) bool {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".mcpb", ".dxt":
		return true
	}
	return false
}
