package mcpb

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"toolbay/backend/pattern"
)

// A project in a bundle is never built: that would run whatever its makers say
// builds it, before anybody has seen it start. Its packages come from the
// index, and its own code is found where it lies, as uv does for a project that
// is worked on.

// project is what a pyproject.toml says of a bundle's own code.
type project struct {
	// at is its folder in the bundle, "" for the bundle itself.
	at                      string
	name, version, requires string
	// scripts are its programs: name to "module:function".
	scripts map[string]string
	// folders hold its code, as places in the bundle.
	folders []string
}

const maxProject = 1 << 20

var (
	distName    = pattern.New(`^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$`)
	distVersion = pattern.New(`^[0-9A-Za-z.+!_-]{1,100}$`)
	entryPoint  = pattern.New(`^([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)\s*:\s*([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)$`)
)

// readProject reads the project in a folder of the bundle. What it cannot read
// is left to uv to complain about.
func readProject(files fs.FS, at string) project {
	p := project{at: at, scripts: map[string]string{}}
	for _, folder := range []string{path.Join(at, "src"), path.Join(".", at)} {
		if st, err := fs.Stat(files, folder); err == nil && st.IsDir() {
			p.folders = append(p.folders, folder)
		}
	}
	f, err := files.Open(path.Join(at, "pyproject.toml"))
	if err != nil {
		return p
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxProject))
	if err != nil {
		return p
	}
	var said struct {
		Project struct {
			Name     string            `toml:"name"`
			Version  string            `toml:"version"`
			Requires string            `toml:"requires-python"`
			Scripts  map[string]string `toml:"scripts"`
		} `toml:"project"`
	}
	if toml.Unmarshal(raw, &said) != nil {
		return p
	}
	p.requires = said.Project.Requires
	if distName().MatchString(said.Project.Name) {
		p.name, p.version = said.Project.Name, said.Project.Version
		if !distVersion().MatchString(p.version) {
			p.version = "0"
		}
	}
	for name, what := range said.Project.Scripts {
		if plainName().MatchString(name) && entryPoint().MatchString(what) {
			p.scripts[name] = what
		}
	}
	return p
}

// lay makes the environment find the project's code in the bundle beside it,
// and the project's name and version, which some servers ask for. packages is
// the environment's folder of packages; nothing in it names its place.
func (p project) lay(server, packages string) error {
	var lines []string
	for _, folder := range p.folders {
		rel, err := filepath.Rel(packages, filepath.Join(server, unpacked, filepath.FromSlash(folder)))
		if err != nil {
			return err
		}
		lines = append(lines, rel)
	}
	if err := os.WriteFile(filepath.Join(packages, "bundle.pth"), []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		return err
	}
	if p.name == "" {
		return nil
	}
	dir := filepath.Join(packages, strings.ReplaceAll(p.name, "-", "_")+"-"+p.version+".dist-info")
	if err := os.Mkdir(dir, 0o755); err != nil && !os.IsExist(err) {
		return err
	}
	facts := fmt.Sprintf("Metadata-Version: 2.1\nName: %s\nVersion: %s\n", p.name, p.version)
	if err := os.WriteFile(filepath.Join(dir, "METADATA"), []byte(facts), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "INSTALLER"), []byte("toolbay\n"), 0o644)
}

// starter is a script that does what a program of the project would.
func starter(name, what string) string {
	m := entryPoint().FindStringSubmatch(what)
	first, _, _ := strings.Cut(m[2], ".")
	return fmt.Sprintf("import sys\n\nfrom %s import %s\n\nif __name__ == %q:\n    sys.argv[0] = %q\n    sys.exit(%s())\n", m[1], first, "__main__", name, m[2])
}

// sitePackages finds an environment's folder of packages.
func sitePackages(env string) (string, error) {
	for _, glob := range []string{filepath.Join("lib", "python3*", "site-packages"), filepath.Join("Lib", "site-packages")} {
		found := pattern.Files(env, filepath.ToSlash(glob))
		if len(found) > 0 {
			return slices.Min(found), nil
		}
	}
	return "", fmt.Errorf("there is no folder of packages in %s", filepath.Base(env))
}
