package runtimes

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/staging"
)

// DefaultUVOrigin is where uv's makers publish its archives.
const DefaultUVOrigin = "https://github.com/astral-sh/uv/releases/download"

// uvFloor is the oldest uv that knows everything Toolbay asks of it: older ones leave
// the user's own folders alone when they fetch a Python, but read a list of
// Pythons only from a file.
const uvFloor = ">=0.10.0"

//go:embed uv-digests.json
var shippedUV []byte

// ShippedUVTable is the table of uv's archives that ships with Toolbay.
func ShippedUVTable() (*Table, error) { return ParseTable(shippedUV) }

// UV is a uv program that can be used.
type UV struct {
	Path    string `json:"path"` // absolute
	Version string `json:"version"`
	Private bool   `json:"private"` // inside TOOLBAY_HOME
}

// UVs finds and fetches uv, which brings Python and packages for it. The zero
// value with Home set is right for the program; the fields mean what those of
// Nodes mean.
//
//	uvs := &runtimes.UVs{Home: home}
//	uv, err := uvs.Find(ctx)
//	if model.Code(err) == "uv_missing" {
//		offer, err := uvs.Offer()
//		uv, err = uvs.Fetch(ctx, offer, job.Silent)
//	}
type UVs struct {
	Home string
	// Origin is where archives come from; "" is DefaultUVOrigin.
	// TOOLBAY_UV_ORIGIN in the environment goes before it.
	Origin     string
	HTTP       *http.Client
	OS, Arch   string
	UserHome   string
	Getenv     func(string) string
	Table      *Table
	Run        func(ctx context.Context, argv ...string) (string, error)
	SystemDirs []string
	Stall      time.Duration
}

// here asks about this machine in the way Nodes does.
func (u *UVs) here() *Nodes {
	return &Nodes{Home: u.Home, HTTP: u.HTTP, OS: u.OS, Arch: u.Arch, UserHome: u.UserHome, Getenv: u.Getenv, Run: u.Run, Stall: u.Stall}
}

// Find gives a uv that is new enough: one of this machine, else a private one.
// Code uv_missing when there is none.
func (u *UVs) Find(ctx context.Context) (UV, error) {
	rng, err := ParseRange(uvFloor)
	if err != nil {
		return UV{}, err
	}
	for _, c := range u.candidates() {
		if err := ctx.Err(); err != nil {
			return UV{}, model.Fail("cancelled", err)
		}
		v, err := u.version(ctx, c.path)
		if err == nil && rng.Has(v) {
			return UV{Path: c.path, Version: v, Private: c.private}, nil
		}
	}
	return UV{}, model.Fail("uv_missing", nil)
}

func (u *UVs) version(ctx context.Context, path string) (string, error) {
	out, err := u.here().run(ctx, path, "--version")
	if err != nil {
		return "", err
	}
	// "uv 0.13.0 (x86_64-unknown-linux-gnu)"
	words := strings.Fields(out)
	if len(words) < 2 || words[0] != "uv" {
		return "", fmt.Errorf("%s says %.100q for its version", path, out)
	}
	return words[1], nil
}

func (u *UVs) candidates() []candidate {
	n := u.here()
	var out []candidate
	seen := map[string]bool{}
	add := func(c candidate) {
		if !seen[c.path] && isFile(c.path) {
			seen[c.path] = true
			out = append(out, c)
		}
	}
	for _, dir := range append(filepath.SplitList(n.getenv("PATH")), u.systemDirs(n)...) {
		if filepath.IsAbs(dir) && !managed(dir) {
			add(candidate{path: filepath.Join(dir, u.exe())})
		}
	}
	suffix := "-" + n.platform()
	var private []candidate
	for _, dir := range n.glob(filepath.Join(u.Home, "runtimes", "uv-*"+suffix)) {
		v := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(dir), "uv-"), suffix)
		private = append(private, candidate{path: filepath.Join(dir, u.exe()), version: v, private: true})
	}
	for _, c := range newestFirst(private) {
		add(c)
	}
	return out
}

// systemDirs are where uv's own installer and package programs put it. A
// program started from a menu often has a PATH without them.
func (u *UVs) systemDirs(n *Nodes) []string {
	if u.SystemDirs != nil {
		return u.SystemDirs
	}
	dirs := []string{n.inHome(".local", "bin"), n.inHome(".cargo", "bin")}
	if x := n.getenv("XDG_BIN_HOME"); x != "" {
		dirs = append(dirs, x)
	}
	switch n.os() {
	case "windows":
		dirs = append(dirs, n.inHome("scoop", "shims"))
		if p := n.getenv("LOCALAPPDATA"); p != "" {
			dirs = append(dirs, filepath.Join(p, "Microsoft", "WinGet", "Links"), filepath.Join(p, "Programs", "uv"))
		}
		if p := n.getenv("ProgramFiles"); p != "" {
			dirs = append(dirs, filepath.Join(p, "WinGet", "Links"))
		}
		return dirs
	case "darwin":
		return append(dirs, "/opt/homebrew/bin", "/usr/local/bin", "/opt/local/bin")
	default:
		return append(dirs, "/usr/local/bin", "/usr/bin", "/home/linuxbrew/.linuxbrew/bin", "/snap/bin")
	}
}

func (u *UVs) exe() string {
	if u.here().os() == "windows" {
		return "uv.exe"
	}
	return "uv"
}

// uvTargets are uv's names of the platforms a table holds archives for.
var uvTargets = map[string]string{
	"linux-x64": "x86_64-unknown-linux-gnu", "linux-arm64": "aarch64-unknown-linux-gnu",
	"darwin-x64": "x86_64-apple-darwin", "darwin-arm64": "aarch64-apple-darwin",
	"win-x64": "x86_64-pc-windows-msvc", "win-arm64": "aarch64-pc-windows-msvc",
}

// UVArchiveName is the makers' name of the file for a platform.
func UVArchiveName(platform string) string {
	if strings.HasPrefix(platform, "win-") {
		return "uv-" + uvTargets[platform] + ".zip"
	}
	return "uv-" + uvTargets[platform] + ".tar.gz"
}

// Offer gives the first release of the table that runs on this machine. Codes:
// uv_not_offered, uv_origin_invalid.
func (u *UVs) Offer() (Download, error) {
	t := u.Table
	if t == nil {
		var err error
		if t, err = ShippedUVTable(); err != nil {
			return Download{}, err
		}
	}
	origin, err := u.origin()
	if err != nil {
		return Download{}, err
	}
	platform := u.here().platform()
	for _, r := range t.Releases {
		if a, ok := r.Archives[platform]; ok && uvTargets[platform] != "" {
			return Download{
				Version: r.Version, Size: a.Size, SHA256: a.SHA256,
				URL: origin + "/" + r.Version + "/" + UVArchiveName(platform),
			}, nil
		}
	}
	return Download{}, model.Fail("uv_not_offered", nil)
}

func (u *UVs) origin() (string, error) {
	o := u.here().getenv("TOOLBAY_UV_ORIGIN")
	if o == "" {
		o = u.Origin
	}
	if o == "" {
		o = DefaultUVOrigin
	}
	p, err := url.Parse(o)
	if err != nil || (p.Scheme != "https" && p.Scheme != "http") || p.Host == "" {
		return "", model.Fail("uv_origin_invalid", err)
	}
	return strings.TrimRight(o, "/"), nil
}

// Measure asks the origin for the size of a download the table does not know.
func (u *UVs) Measure(ctx context.Context, d Download) Download {
	return measure(ctx, u.here().client(), d)
}

// Fetch brings the uv of an Offer into TOOLBAY_HOME/runtimes, in the way
// Nodes.Fetch does. Codes: uv_download_failed, uv_digest_wrong, uv_archive_bad,
// uv_unusable, disk_full, cancelled.
func (u *UVs) Fetch(ctx context.Context, d Download, report job.Report) (UV, error) {
	uv, err := u.fetch(ctx, d, report)
	switch {
	case err == nil:
		return uv, nil
	case ctx.Err() != nil:
		return UV{}, model.Fail("cancelled", ctx.Err())
	case staging.Full(err):
		return UV{}, model.Fail("disk_full", err)
	case model.Code(err) == "unexpected":
		return UV{}, model.Fail("uv_download_failed", err)
	}
	return UV{}, err
}

func (u *UVs) fetch(ctx context.Context, d Download, report job.Report) (UV, error) {
	n := u.here()
	place := filepath.Join(u.Home, "runtimes", "uv-"+d.Version+"-"+n.platform())
	if isFile(filepath.Join(place, u.exe())) {
		return u.tried(ctx, place, d.Version)
	}
	dir, err := staging.New(u.Home)
	if err != nil {
		return UV{}, err
	}
	defer dir.Close()
	f := fetching{n.client(), u.Stall, func(cause error) error { return model.Fail("uv_digest_wrong", cause) }}
	archive := dir.Join("archive")
	if err := f.run(ctx, d, archive, report); err != nil {
		return UV{}, err
	}
	if err := os.Mkdir(dir.Join("uv"), 0o755); err != nil {
		return UV{}, err
	}
	// The archives for Windows have no folder around their files.
	top, isZip := "", n.os() == "windows"
	if !isZip {
		top = strings.TrimSuffix(UVArchiveName(n.platform()), ".tar.gz")
	}
	if err := unpack(ctx, archive, dir.Join("uv"), top, isZip); err != nil {
		if ctx.Err() != nil || staging.Full(err) {
			return UV{}, err
		}
		return UV{}, model.Fail("uv_archive_bad", err)
	}
	if _, err := u.tried(ctx, dir.Join("uv"), d.Version); err != nil {
		return UV{}, err
	}
	if err := dir.Keep("uv", place); err != nil && !errors.Is(err, os.ErrExist) {
		return UV{}, err
	}
	return u.tried(ctx, place, d.Version)
}

// tried starts one unpacked copy and checks that it is what it should be.
func (u *UVs) tried(ctx context.Context, dir, version string) (UV, error) {
	path := filepath.Join(dir, u.exe())
	v, err := u.version(ctx, path)
	if err == nil && v != version {
		err = fmt.Errorf("it says it is version %q, not %s", v, version)
	}
	if err != nil {
		return UV{}, model.Fail("uv_unusable", err)
	}
	return UV{Path: path, Version: v, Private: true}, nil
}
