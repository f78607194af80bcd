package pypi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"toolbay/backend/install"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
	"toolbay/backend/runtimes"
	"toolbay/backend/staging"
)

// tool is a uv with what every call of it needs.
type tool struct {
	in    *Installer
	uv    runtimes.UV
	dir   *staging.Dir
	cache string
	env   []string
	// noIndex is pip's setting for those who have packages in folders only.
	noIndex bool
	// system makes uv trust what this computer trusts.
	system atomic.Bool
}

// ownProject ends uv's search for a project: one that stands above TOOLBAY_HOME,
// or where Toolbay happens to have been started, must not have a say. The
// settings of the user and of the computer are still read.
const ownProject = "[project]\nname = \"toolbay\"\nversion = \"0\"\n\n[tool.uv.workspace]\n"

// tool prepares a folder of our own for uv to work in.
func (in *Installer) tool(uv runtimes.UV) (*tool, error) {
	dir, err := staging.New(in.Home)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(dir.Join("pyproject.toml"), []byte(ownProject), 0o600); err != nil {
		dir.Close()
		return nil, err
	}
	t := &tool{in: in, uv: uv, dir: dir, cache: filepath.Join(in.Home, "cache", "uv")}
	t.env, t.noIndex = in.settings(t.cache)
	return t, nil
}

func (t *tool) close() { _ = t.dir.Close() }

// call is one run of uv.
type call struct {
	args  []string
	alive func() bool
	env   []string
}

func (t *tool) run(ctx context.Context, c call) (install.Output, error) {
	system := t.system.Load()
	out, err := t.once(ctx, c, system)
	// uv brings its own list of whom to trust. Where a company looks into what is
	// fetched, this computer has been told to trust it; so it is asked then, unless
	// the user said whom to trust.
	if err != nil && ctx.Err() == nil && !system && t.mayTrust() && bytes.Contains(out.Stderr, []byte("invalid peer certificate")) {
		t.system.Store(true)
		return t.once(ctx, c, true)
	}
	return out, err
}

func (t *tool) mayTrust() bool {
	for _, e := range t.env {
		key, value, _ := strings.Cut(e, "=")
		if value != "" && (key == "SSL_CERT_FILE" || key == "SSL_CERT_DIR" || key == "UV_NATIVE_TLS" || key == "UV_SYSTEM_CERTS") {
			return false
		}
	}
	return true
}

func (t *tool) once(ctx context.Context, c call, system bool) (install.Output, error) {
	stall := t.in.Stall
	if stall == 0 {
		stall = 5 * time.Minute
	}
	env := append(append([]string{}, t.env...), c.env...)
	if system {
		env = append(env, "UV_NATIVE_TLS=true", "UV_SYSTEM_CERTS=true")
	}
	argv := append([]string{t.uv.Path}, c.args...)
	if t.noIndex && c.args[0] == "pip" {
		argv = append(argv, "--no-index")
	}
	return install.Run(ctx, install.Program{Argv: argv, Env: env, Dir: t.dir.Path(), Stall: stall, Alive: c.alive})
}

// arrivals watches packages come into uv's cache while uv says nothing: how
// many since now are told to arrived. Where uv keeps them is its own affair; were
// it to change, only progress would be told later.
func (t *tool) arrivals(arrived func(n int64)) func() bool {
	count := func() int64 {
		entries, err := os.ReadDir(filepath.Join(t.cache, "archive-v0"))
		if err != nil {
			return 0
		}
		return int64(len(entries))
	}
	before, last, bytes := count(), int64(0), int64(-1)
	return func() bool {
		n := count() - before
		now := sizeOf(t.cache, ".tmp")
		news := n > last || now != bytes && bytes >= 0
		if n > last {
			arrived(n)
			last = n
		}
		bytes = now
		return news
	}
}

// sizeOf adds up the files in the folders of dir whose names begin with prefix.
func sizeOf(dir, prefix string) int64 {
	var total int64
	for _, root := range pattern.Files(dir, prefix+"*") {
		// What comes and goes while one looks is no error.
		_ = filepath.WalkDir(root, func(_ string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				if st, err := d.Info(); err == nil {
					total += st.Size()
				}
			}
			return nil
		})
	}
	return total
}

// errNoWheel and errPython tell that another Python may do better.
var (
	errNoWheel = errors.New("there is nothing ready-made for this Python")
	errPython  = errors.New("it is not made for this Python")
)

// What uv says, by what it means; the first that fits counts. uv has no codes,
// so its words are matched; the tests run them against the real program.
var complaints = []struct {
	code  string
	words []string
}{
	{"disk_full", []string{"no space left on device", "os error 28", "os error 122", "os error 112", "disk quota exceeded"}},
	{"package_changed", []string{"hash mismatch"}},
	{"package_incomplete", []string{"was included as a url dependency", "attempted to resolve via url"}},
	{"registry_denied", []string{"401 unauthorized", "403 forbidden", "authentication credentials", "unauthorized access"}},
	{"registry_unreachable", []string{"error sending request", "failed to fetch", "could not connect", "request failed after", "dns error", "timed out",
		"http status server error", "http status client error", "invalid peer certificate", "network connectivity is disabled", "failed to parse", "received some unexpected", "unsupported content-type", "unsupported `content-type`", "error decoding response", "invalid url"}},
	{"package_unknown", []string{"was not found in the package registry", "was not found in the provided package locations", "was not found in the cache"}},
	{"wheel", []string{"has no wheels", "have no wheels", "no usable wheels", "wheels are required for", "building source distributions is disabled", "building from source is disabled", "no compatible wheel"}},
	{"python", []string{"requested python version", "current python version"}},
	{"version_unknown", []string{"there is no version of", "there are no versions of", "no solution found"}},
}

var (
	userInURL = pattern.New(`(://)[^/@\s]+@`)
	missing   = pattern.New(`(?i)because ([a-z0-9][a-z0-9._-]*)(\[[^\]]*\])? was not found`)
	versions  = pattern.New(`(?i)(?:there is no version of|there are no versions of) ([a-z0-9][a-z0-9._-]*)`)
	only      = pattern.New(`(?i)because only ([a-z0-9][a-z0-9._-]*?)(?:[<>=]=?| )[^,]{0,500}? available and you require`)
)

// explain turns what uv says into our code.
func (t *tool) explain(err error, out install.Output, pkg string) error {
	if errors.Is(err, install.ErrStalled) {
		return model.Fail("install_stalled", err)
	}
	said := string(out.Stderr)
	cause := fmt.Errorf("uv: %w: %s", err, lastLines(userInURL().ReplaceAllString(said, "$1***@"), 20))
	// uv breaks long sentences into lines.
	low := strings.ToLower(strings.Join(strings.Fields(said), " "))
	code := "install_failed"
find:
	for _, c := range complaints {
		for _, w := range c.words {
			if strings.Contains(low, w) {
				code = c.code
				break find
			}
		}
	}
	switch code {
	case "wheel":
		return errors.Join(errNoWheel, cause)
	case "python":
		return errors.Join(errPython, cause)
	case "package_unknown":
		// The one that is missing may be one that it needs.
		if m := missing().FindStringSubmatch(said); m != nil && normal(m[1]) != normal(pkg) {
			return model.Fail("package_incomplete", cause, "package", pkg)
		}
		return model.Fail("package_unknown", cause, "package", pkg)
	case "version_unknown":
		line := strings.Join(strings.Fields(said), " ")
		m := versions().FindStringSubmatch(line)
		if m == nil {
			m = only().FindStringSubmatch(line)
		}
		if m == nil || normal(m[1]) != normal(pkg) {
			return model.Fail("package_incomplete", cause, "package", pkg)
		}
		return model.Fail("version_unknown", cause, "package", pkg, "version", "")
	case "package_changed":
		return model.Fail("package_changed", cause, "package", pkg)
	case "package_incomplete":
		return model.Fail("package_incomplete", cause, "package", pkg)
	case "disk_full":
		return model.Fail("disk_full", cause)
	case "registry_denied":
		return model.Fail("registry_denied", cause)
	case "registry_unreachable":
		return model.Fail("registry_unreachable", cause)
	}
	return model.Fail("install_failed", cause, "package", pkg)
}

// named gives what is left of the inner errors its code, for a place where no
// other Python can be tried.
func named(err error, pkg string) error {
	switch {
	case errors.Is(err, errNoWheel):
		return model.Fail("python_needs_build", err, "package", pkg)
	case errors.Is(err, errPython):
		return model.Fail("python_not_offered", err)
	}
	return err
}

func lastLines(s string, n int) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
