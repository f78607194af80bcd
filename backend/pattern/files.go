package pattern

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// Files gives the files below dir that a pattern of path.Match fits, dir's own
// name taken as it is: filepath.Glob would take a [ in the name of somebody's
// home folder for a pattern.
//
//	found := pattern.Files(home, "trash", "*", "*", "trashed.json")
func Files(dir string, parts ...string) []string {
	found, _ := fs.Glob(os.DirFS(dir), path.Join(parts...)) // it fails for a bad pattern only
	for i, f := range found {
		found[i] = filepath.Join(dir, filepath.FromSlash(f))
	}
	return found
}
