package npm

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/Masterminds/semver/v3"

	"toolbay/backend/install"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
	"toolbay/backend/runtimes"
	"toolbay/backend/staging"
)

// npm takes folders, addresses and aliases where it takes a name or version.
// Both come from catalogues, that is from strangers, so only a name and only a
// version, a range or a tag may pass.
var (
	name = pattern.New(`^(@[a-z0-9~_-][a-z0-9._~-]*/)?[a-zA-Z0-9~_-][a-zA-Z0-9._~-]*$`)
	spec = pattern.New(`^[0-9A-Za-z^~<>=*|. +-]*$`)
)

func check(pkg model.Package) error {
	id, v := pkg.Identifier, pkg.Version
	if len(id) > 214 || !name().MatchString(id) || strings.HasPrefix(id, "-") || len(v) > 200 || !spec().MatchString(v) || strings.HasPrefix(v, "-") {
		return model.Fail("package_invalid", fmt.Errorf("name %.300q, version %.300q", id, v))
	}
	return nil
}

// view is what `npm view --json` tells of one version.
type view struct {
	Version string `json:"version"`
	Engines any    `json:"engines"` // an object; old packages have an array
	Bin     any    `json:"bin"`
	Dist    struct {
		UnpackedSize int64  `json:"unpackedSize"`
		Integrity    string `json:"integrity"`
	} `json:"dist"`
	Tags             map[string]string `json:"dist-tags"`
	Scripts          map[string]any    `json:"scripts"`
	HasInstallScript bool              `json:"hasInstallScript"`
}

// resolve asks the registry, through npm, which exact version is meant.
func (in *Installer) resolve(ctx context.Context, node runtimes.Node, pkg model.Package) (install.Plan, error) {
	v, err := in.meant(ctx, node, pkg)
	if err != nil {
		return install.Plan{}, err
	}
	pkg.Version = v.Version
	plan := install.Plan{Package: pkg, Resolved: true, Size: v.Dist.UnpackedSize, Integrity: v.Dist.Integrity, Scripts: v.HasInstallScript}
	if e, ok := v.Engines.(map[string]any); ok {
		plan.Engines, _ = e["node"].(string)
	}
	for _, s := range []string{"preinstall", "install", "postinstall"} {
		if _, ok := v.Scripts[s]; ok {
			plan.Scripts = true
		}
	}
	if !startable(v.Bin) {
		return install.Plan{}, noStart(pkg.Identifier, errors.New("it names no program to start"))
	}
	plan.Runs, err = in.exactly(ctx, node, asked(pkg))
	plan.Fetch, _ = install.With(plan.Runs)
	return plan, err
}

// asked are the packages that a package's start asks for besides it.
func asked(pkg model.Package) (others []model.Package) {
	for _, spec := range install.ExtrasOf(pkg).With {
		p := model.Package{Type: "npm", Identifier: spec}
		if i := strings.LastIndex(spec, "@"); i > 0 {
			p.Identifier, p.Version = spec[:i], spec[i+1:]
		}
		others = append(others, p)
	}
	return others
}

// exactly finds the versions of packages that are meant.
func (in *Installer) exactly(ctx context.Context, node runtimes.Node, packages []model.Package) ([]model.Package, error) {
	for i, p := range packages {
		if err := check(p); err != nil {
			return nil, err
		}
		v, err := in.meant(ctx, node, p)
		if err != nil {
			return nil, err
		}
		packages[i].Version = v.Version
	}
	return packages, nil
}

// meant is the one version that a package's version, range or tag stands for.
func (in *Installer) meant(ctx context.Context, node runtimes.Node, pkg model.Package) (view, error) {
	want := cmp.Or(strings.TrimSpace(pkg.Version), "latest")
	out, err := in.ask(ctx, node, pkg.Identifier, want)
	if model.Code(err) == "package_unknown" && want != "latest" {
		// npm has one code for both: is it the package or the version?
		if _, again := in.ask(ctx, node, pkg.Identifier, "latest"); again == nil {
			err = model.Fail("version_unknown", err, "package", pkg.Identifier, "version", want)
		}
	}
	if err != nil {
		return view{}, err
	}
	v, ok := pick(out)
	if !ok {
		return view{}, model.Fail("version_unknown", nil, "package", pkg.Identifier, "version", want)
	}
	return v, nil
}

// startable tells whether a package names any program.
func startable(bin any) bool {
	switch b := bin.(type) {
	case string:
		return b != ""
	case map[string]any:
		return len(b) > 0
	}
	return false
}

// pick chooses among the versions that match, as npm does: the one tagged
// latest if it matches, else the highest, releases before pre-releases.
func pick(views []view) (view, bool) {
	var best view
	var bestV *semver.Version
	for _, v := range views {
		sv, err := semver.StrictNewVersion(v.Version)
		if err != nil {
			continue
		}
		if v.Version == v.Tags["latest"] {
			return v, true
		}
		if bestV == nil || better(sv, bestV) {
			best, bestV = v, sv
		}
	}
	return best, bestV != nil
}

func better(a, b *semver.Version) bool {
	if (a.Prerelease() == "") != (b.Prerelease() == "") {
		return a.Prerelease() == ""
	}
	return a.GreaterThan(b)
}

// ask runs npm view. npm prints one object for one match and an array for
// several; an error is an object too, with npm's code in it.
func (in *Installer) ask(ctx context.Context, node runtimes.Node, pkg, version string) ([]view, error) {
	// In a folder of our own: a project's settings where Toolbay happens to
	// have been started must not count.
	dir, err := staging.New(in.Home)
	if err != nil {
		if staging.Full(err) {
			return nil, model.Fail("disk_full", err)
		}
		return nil, err
	}
	defer dir.Close()
	if err := os.WriteFile(dir.Join("package.json"), []byte("{\"private\":true}\n"), 0o600); err != nil {
		return nil, err
	}
	args := []string{"view", pkg + "@" + version, "name", "version", "engines", "bin", "dist", "dist-tags", "scripts", "hasInstallScript",
		"--json", "--loglevel=error", "--fetch-retries=1", "--fetch-timeout=30000"}
	out, err := in.npm(ctx, node, dir.Path(), args, watch{})
	if err != nil && ctx.Err() != nil {
		return nil, model.Fail("cancelled", ctx.Err())
	}
	if err != nil {
		return nil, explain(err, out, pkg)
	}
	raw := []byte(strings.TrimSpace(string(out.Stdout)))
	if len(raw) == 0 {
		return nil, nil
	}
	var many []view
	if raw[0] == '{' {
		raw = append(append([]byte{'['}, raw...), ']')
	}
	if err := json.Unmarshal(raw, &many); err != nil {
		return nil, model.Fail("registry_unreachable", fmt.Errorf("npm view: %w", err))
	}
	return many, nil
}

// watch is how an npm under way is watched; see install.Program.
type watch struct {
	alive func() bool
	heard func(chunk []byte)
}

// npm runs the npm program in dir with what every call needs.
func (in *Installer) npm(ctx context.Context, node runtimes.Node, dir string, args []string, watch watch) (install.Output, error) {
	stall := in.Stall
	if stall == 0 {
		stall = 5 * time.Minute
	}
	argv := append(append([]string{}, node.NPM...), args...)
	// What a user may have set for their own work must not lead npm elsewhere;
	// registry, proxy, certificates and cache stay theirs.
	argv = append(argv, "--prefix="+dir, "--global=false", "--workspaces=false", "--dry-run=false", "--offline=false",
		"--color=false", "--progress=false", "--unicode=false", "--update-notifier=false", "--audit=false", "--fund=false",
		"--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000", "--logs-max=0")
	return install.Run(ctx, install.Program{Argv: argv, Env: in.env(node), Dir: dir, Stall: stall, Alive: watch.alive, Heard: watch.heard})
}

// explain turns npm's own error code into ours. npm prints it as JSON on
// stdout with --json, and as a line "npm error code X" on stderr always.
func explain(err error, out install.Output, pkg string) error {
	if errors.Is(err, install.ErrStalled) {
		return model.Fail("install_stalled", err)
	}
	code := npmCode(out)
	cause := fmt.Errorf("npm: %w: %s", err, lastLines(out.Stderr, 20))
	switch code {
	case "E404":
		return model.Fail("package_unknown", cause, "package", pkg)
	case "ETARGET", "ENOVERSIONS":
		return model.Fail("version_unknown", cause, "package", pkg, "version", "")
	case "E401", "E403", "ENEEDAUTH", "EOTP":
		return model.Fail("registry_denied", cause)
	case "ENOSPC", "EDQUOT":
		return model.Fail("disk_full", cause)
	case "EINTEGRITY":
		return model.Fail("package_changed", cause, "package", pkg)
	}
	if unreachable[code] || httpFailure().MatchString(code) {
		return model.Fail("registry_unreachable", cause)
	}
	return model.Fail("install_failed", cause, "package", pkg)
}

// The codes Node and npm give when the other side cannot be reached or does
// not answer as a registry does.
var unreachable = map[string]bool{
	"ENOTFOUND": true, "EAI_AGAIN": true, "ECONNREFUSED": true, "ECONNRESET": true, "ECONNABORTED": true,
	"ETIMEDOUT": true, "ESOCKETTIMEDOUT": true, "ERR_SOCKET_TIMEOUT": true, "EHOSTUNREACH": true, "ENETUNREACH": true,
	"EPIPE": true, "EPROTO": true, "ENETDOWN": true, "EHOSTDOWN": true, "FETCH_ERROR": true, "ERR_INVALID_URL": true,
	"EINVALIDRESPONSE": true, "EJSONPARSE": true, "E500": true, "ENOTCACHED": true, "ETOOMANYREDIRECTS": true,
	"SELF_SIGNED_CERT_IN_CHAIN": true, "UNABLE_TO_VERIFY_LEAF_SIGNATURE": true, "UNABLE_TO_GET_ISSUER_CERT_LOCALLY": true,
	"DEPTH_ZERO_SELF_SIGNED_CERT": true, "CERT_HAS_EXPIRED": true, "ERR_TLS_CERT_ALTNAME_INVALID": true,
}

var (
	httpFailure = pattern.New(`^E(4[0-9][0-9]|5[0-9][0-9])$`)
	codeLine    = pattern.New(`(?m)^npm (?:error|ERR!) code (\S+)`)
	errnoLine   = pattern.New(`(?m)^npm (?:error|ERR!) (?:nospc|errno)\b.*\b(ENOSPC)\b`)
)

func npmCode(out install.Output) string {
	var e struct {
		Error struct {
			Code string `json:"code"`
		} `json:"error"`
	}
	if json.Unmarshal(out.Stdout, &e) == nil && e.Error.Code != "" {
		return e.Error.Code
	}
	if m := codeLine().FindSubmatch(out.Stderr); m != nil {
		return string(m[1])
	}
	if m := errnoLine().FindSubmatch(out.Stderr); m != nil {
		return string(m[1])
	}
	return ""
}

func lastLines(b []byte, n int) string {
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
