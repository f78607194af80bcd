package clients

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"toolbay/backend/configfile"
)

// maxProjects bounds how many projects of one file are looked at.
const maxProjects = 2000

// InProjects gives the entries of the user's own file that are private to a
// project, for all projects that the document names and that are still there.
func (c Client) InProjects(doc *configfile.Document, path string) (out []Entry) {
	for _, spec := range c.Files {
		at := slices.Index(spec.Servers, "{PROJECT}")
		if spec.Scope != Private || at < 0 || !slices.Contains(spec.Names, filepath.Base(path)) {
			continue
		}
		for i, folder := range doc.Keys(spec.Servers[:at]...) {
			if i == maxProjects {
				break
			}
			c.Dialect.Servers = slices.Clone(spec.Servers)
			c.Dialect.Servers[at] = folder
			if object, _ := doc.HasObject(c.Dialect.Servers...); !object || !filepath.IsAbs(folder) || !exists(folder) {
				continue
			}
			for _, e := range c.entries(doc, path) {
				e.Project = folder
				out = append(out, e)
			}
		}
	}
	return out
}

// ProjectAt is the project whose private entries stand at a place of the user's
// own file, "" for any other place.
func (c Client) ProjectAt(at string) string {
	have := stepsOf(at)
	for _, spec := range c.Files {
		i := slices.Index(spec.Servers, "{PROJECT}")
		if i < 0 || len(have) != len(spec.Servers) {
			continue
		}
		like := slices.Clone(spec.Servers)
		like[i] = have[i]
		if slices.Equal(like, have) {
			return have[i]
		}
	}
	return ""
}

// projectKey is what Claude Code calls a project in its own file: the folder
// without links, or that of the repository around it, of a repository's further
// work trees the first one; on Windows with "/" (run of 2.1.330 on Linux, and
// its program for Windows). "" stays, for a folder that is not known.
func projectKey(folder string) string {
	if folder == "" {
		return ""
	}
	if real, err := filepath.EvalSymlinks(folder); err == nil {
		folder = repository(real)
	}
	if strings.HasPrefix(folder, `\\`) || len(folder) > 2 && folder[1] == ':' && folder[2] == '\\' {
		folder = strings.ReplaceAll(folder, `\`, "/")
	}
	return folder
}

// repository is the folder of the repository that a folder is in, or that folder.
func repository(folder string) string {
	for dir := folder; ; dir = filepath.Dir(dir) {
		git := filepath.Join(dir, ".git")
		if st, err := os.Stat(git); err == nil {
			if !st.IsDir() {
				return firstTree(dir, git)
			}
			return dir
		}
		if dir == filepath.Dir(dir) {
			return folder
		}
	}
}

// firstTree gives the folder of the repository that a further work tree belongs
// to, which its .git file names; dir for one that is something else.
func firstTree(dir, git string) string {
	src, err := ReadFile(git)
	to, named := strings.CutPrefix(strings.TrimSpace(string(src)), "gitdir: ")
	if err != nil || !named || len(src) > 4096 {
		return dir
	}
	if !filepath.IsAbs(to) {
		to = filepath.Join(dir, to)
	}
	trees := filepath.Dir(filepath.Clean(to))
	if own := filepath.Dir(trees); filepath.Base(trees) == "worktrees" && filepath.Base(own) == ".git" {
		return filepath.Dir(own)
	}
	return dir
}
