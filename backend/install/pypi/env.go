package pypi

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"toolbay/backend/install"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
	"toolbay/backend/runtimes"
)

const (
	envName  = "env"
	lockName = "requirements.lock"
)

// Env is a Python environment in a folder of its own. It may be moved: nothing
// in it names its place.
type Env struct{ Dir string }

// Bin is where its programs are.
func (e Env) Bin() string {
	if runtime.GOOS == "windows" {
		return filepath.Join(e.Dir, "Scripts")
	}
	return filepath.Join(e.Dir, "bin")
}

// Program is the path of one of its programs.
func (e Env) Program(name string) string {
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join(e.Bin(), name)
}

// Variables are what a program of it always gets.
func (e Env) Variables() map[string]string { return map[string]string{"VIRTUAL_ENV": e.Dir} }

// build is an environment on its way into a folder.
type build struct {
	t       *tool
	root    string // gets the environment and its lock file
	name    string // of the environment's folder, "" for envName
	python  runtimes.Python
	pins    []pin
	scripts bool // whether packages may be built, which runs their programs
}

func (b build) env() Env { return Env{filepath.Join(b.root, cmp.Or(b.name, envName))} }

// run makes the environment and brings exactly what the lock says, each with
// its digest checked by uv.
func (b build) run(ctx context.Context, pkg string, report job.Report) error {
	if err := b.empty(ctx, pkg); err != nil {
		return err
	}
	return b.fill(ctx, pkg, report)
}

// empty makes an environment with nothing in it.
func (b build) empty(ctx context.Context, pkg string) error {
	if err := os.MkdirAll(b.root, 0o755); err != nil {
		return err
	}
	out, err := b.t.run(ctx, call{args: []string{"venv", "--quiet", "--relocatable", "--no-project", "--python", b.python.Path, b.env().Dir}})
	if err != nil {
		return b.t.explain(err, out, pkg)
	}
	b.env().tidy()
	return nil
}

// fill brings what the lock says into it.
func (b build) fill(ctx context.Context, pkg string, report job.Report) error {
	lock := filepath.Join(b.root, lockName)
	if err := os.WriteFile(lock, []byte(format(b.pins)), 0o644); err != nil {
		return err
	}
	if len(b.pins) == 0 {
		return nil
	}
	total := int64(len(b.pins))
	report(job.Progress{Stage: "download", Total: total, Unit: "items"})
	args := []string{"pip", "install", "--python", b.env().Program("python"), "--require-hashes", "--no-deps", "--requirements", lock}
	if !b.scripts {
		args = append(args, "--no-build")
	}
	out, err := b.t.run(ctx, call{args: args, alive: b.t.arrivals(func(n int64) {
		report(job.Progress{Stage: "download", Done: min(n, total), Total: total, Unit: "items"})
	})})
	if err != nil {
		return b.t.explain(err, out, pkg)
	}
	report(job.Progress{Stage: "download", Done: total, Total: total, Unit: "items"})
	for _, p := range b.pins {
		if p.marker != "" {
			continue
		}
		if d, err := b.site(p.name); err != nil || Compare(d.version, p.version) != 0 {
			return model.Fail("package_changed", errOther(p.version, d.version, err), "package", pkg)
		}
	}
	return nil
}

// tidy takes out the scripts for working in the environment by hand: nobody does,
// and some name the place it was made in.
func (e Env) tidy() {
	for _, script := range []string{"activate*", "deactivate*", "pydoc.bat"} {
		for _, f := range pattern.Files(e.Bin(), script) {
			_ = os.Remove(f) // one that stays does no harm
		}
	}
}

// dist is an installed package: its folder of facts and what stands in it.
type dist struct {
	dir, name, version, requires string
}

// site finds an installed package in the environment.
func (b build) site(name string) (dist, error) { return findDist(b.env().packages(), name) }

// packages is the folder that holds what is installed.
func (e Env) packages() string {
	if runtime.GOOS == "windows" {
		return filepath.Join(e.Dir, "Lib", "site-packages")
	}
	m := pattern.Files(e.Dir, "lib", "python3*", "site-packages")
	if len(m) == 0 {
		return filepath.Join(e.Dir, "lib")
	}
	return m[0]
}

func findDist(dir, name string) (dist, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return dist{}, err
	}
	for _, e := range entries {
		stem, ok := strings.CutSuffix(e.Name(), ".dist-info")
		if !ok || !e.IsDir() {
			continue
		}
		n, _, ok := strings.Cut(stem, "-")
		if !ok || normal(n) != normal(name) {
			continue
		}
		return readDist(filepath.Join(dir, e.Name()))
	}
	return dist{}, fmt.Errorf("%s is not among what was installed", name)
}

// readDist reads the head of METADATA, which is written like a mail's.
func readDist(dir string) (dist, error) {
	b, err := readCapped(filepath.Join(dir, "METADATA"), 4<<20)
	if err != nil {
		return dist{}, err
	}
	d := dist{dir: dir}
	for line := range strings.Lines(string(b)) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			break
		}
		key, value, _ := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		switch strings.ToLower(key) {
		case "name":
			d.name = value
		case "version":
			d.version = value
		case "requires-python":
			d.requires = value
		}
	}
	return d, nil
}

func readCapped(path string, limit int64) ([]byte, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !st.Mode().IsRegular() || st.Size() > limit {
		return nil, fmt.Errorf("%s is no file of a usual size", filepath.Base(path))
	}
	return os.ReadFile(path)
}

func errOther(planned, got string, err error) error {
	if err != nil {
		return err
	}
	return fmt.Errorf("planned version %s, got %s", planned, got)
}

// entry is how a package is started, relative to the private folder.
type entry struct {
	path   string
	native bool // a program; else a script for the environment's Python
}

// entry finds the program to start: the one named bin; else the one named like
// the package, or its only one.
func (b build) entry(self dist, bin string) (entry, error) {
	if bin == "python" || bin == "python3" {
		return b.relative(b.env().Program("python"), true)
	}
	own := ownPrograms(self)
	if bin == "" {
		for _, name := range own {
			if normal(name) == normal(self.name) {
				bin = name
			}
		}
	}
	if bin == "" && len(own) == 1 {
		bin = own[0]
	}
	if bin == "" {
		return entry{}, fmt.Errorf("it names these programs: %q", own)
	}
	// Programs of what it needs may be named too, as with uvx.
	if filepath.Base(bin) != bin || strings.ContainsAny(bin, `/\:`) || strings.HasPrefix(bin, ".") {
		return entry{}, fmt.Errorf("program %q is no plain name", bin)
	}
	file := b.env().Program(bin)
	native, err := isProgram(file)
	if err != nil {
		return entry{}, err
	}
	return b.relative(file, native)
}

func (b build) relative(file string, native bool) (entry, error) {
	rel, err := filepath.Rel(b.root, file)
	return entry{filepath.ToSlash(rel), native}, err
}

// ownPrograms names what a package puts among the environment's programs.
func ownPrograms(d dist) []string {
	var names []string
	seen := map[string]bool{}
	add := func(name string) {
		if name != "" && !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	if b, err := readCapped(filepath.Join(d.dir, "entry_points.txt"), 1<<20); err == nil {
		in := ""
		for line := range strings.Lines(string(b)) {
			line = strings.TrimSpace(line)
			if strings.HasPrefix(line, "[") {
				in = line
				continue
			}
			if name, _, ok := strings.Cut(line, "="); ok && (in == "[console_scripts]" || in == "[gui_scripts]") {
				add(strings.TrimSpace(name))
			}
		}
	}
	// Programs that are no entry points, as those written in other languages.
	if b, err := readCapped(filepath.Join(d.dir, "RECORD"), 32<<20); err == nil {
		for line := range strings.Lines(string(b)) {
			file, _, _ := strings.Cut(line, ",")
			file = filepath.ToSlash(strings.ReplaceAll(file, `\`, "/"))
			dir, base := filepath.ToSlash(filepath.Dir(file)), filepath.Base(file)
			if strings.HasPrefix(dir, "../") && (strings.HasSuffix(dir, "/bin") || strings.HasSuffix(dir, "/Scripts")) {
				add(strings.TrimSuffix(base, ".exe"))
			}
		}
	}
	return names
}

// isProgram tells a program from a script for Python. The scripts of an
// environment that can be moved start with a line for the shell, which looks for
// the Python beside them; given to that Python they do without the shell.
func isProgram(file string) (bool, error) {
	st, err := os.Stat(file)
	if err != nil {
		return false, err
	}
	if !st.Mode().IsRegular() {
		return false, fmt.Errorf("%s is no file", filepath.Base(file))
	}
	if runtime.GOOS == "windows" {
		return true, nil
	}
	f, err := os.Open(file)
	if err != nil {
		return false, err
	}
	defer f.Close()
	head := make([]byte, 512)
	n, err := f.Read(head)
	if err != nil {
		return false, fmt.Errorf("read %s: %w", filepath.Base(file), err)
	}
	first, rest, _ := strings.Cut(string(head[:n]), "\n")
	if !strings.HasPrefix(first, "#!") {
		return true, nil
	}
	return !strings.Contains(first, "python") && !strings.HasPrefix(rest, "'''exec'"), nil
}

// compile-time check that the installer is a kind of package.
var _ install.Kind = (*Installer)(nil)
