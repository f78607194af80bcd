package mcpb

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/staging"
	"toolbay/backend/text"
)

const (
	// maxFile is the largest bundle that is read: real ones have up to 32 MB.
	maxFile = 256 << 20
	// fresh is how long a bundle that was fetched to be looked at is taken to be
	// what its address still gives: from the sheet to its last button.
	fresh = time.Hour
	// kept is how long a bundle stays that was looked at and never installed.
	kept = 7 * 24 * time.Hour
	// maxRedirects is Go's own bound.
	maxRedirects = 10
)

// file is a bundle's file on this computer, with what its bytes are.
type file struct {
	path   string
	sha256 string
	size   int64
	// source is where it came from as a receipt may tell it: without a user's
	// name, password, query or folders.
	source string
	// host is what answered in the end, "" for a file of this computer.
	host string
	// cached tells that the file is ours.
	cached bool
	// announced tells that its digest is the one its listing gives.
	announced bool
	// imported is the extension it was packed from, nil for none.
	imported *Extension
}

// known are the hosts where makers publish bundles. One that ends up elsewhere,
// and whose digest no catalogue names, is asked about.
func known(host string) bool {
	switch host {
	case "", "github.com", "gitlab.com", "mpak.dev":
		return true
	}
	return strings.HasSuffix(host, ".githubusercontent.com") || strings.HasSuffix(host, ".mpak.dev")
}

// find brings the bundle that a package names to this computer, or finds it
// there.
func (in *Installer) find(ctx context.Context, pkg model.Package, report job.Report) (file, error) {
	switch id := pkg.Identifier; {
	case strings.HasPrefix(id, "https://"):
		return in.fetch(ctx, id, pkg.FileSHA256, report)
	case strings.Contains(id, "://"):
		return file{}, model.Fail("bundle_insecure", fmt.Errorf("address %s", bare(id)))
	case strings.HasPrefix(id, ExtensionPrefix):
		return in.extension(ctx, strings.TrimPrefix(id, ExtensionPrefix), report)
	case filepath.IsAbs(id):
		return local(id, pkg.FileSHA256)
	default:
		return file{}, model.Fail("package_invalid", fmt.Errorf("%q is neither a file nor an address", id))
	}
}

// bare is an address without what could be a key.
func bare(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "unreadable"
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// local looks at a file of this computer.
func local(p, want string) (file, error) {
	st, err := os.Stat(p)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return file{}, model.Fail("import_missing", err, "file", filepath.Base(p))
	case err != nil:
		return file{}, model.Fail("import_unreadable", err, "file", filepath.Base(p))
	case !st.Mode().IsRegular():
		return file{}, model.Fail("import_unreadable", errors.New("it is no file"), "file", filepath.Base(p))
	case st.Size() > maxFile:
		return file{}, tooBig(filepath.Base(p))
	}
	f, err := os.Open(p)
	if err != nil {
		return file{}, model.Fail("import_unreadable", err, "file", filepath.Base(p))
	}
	defer f.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, io.LimitReader(f, maxFile+1))
	if err != nil {
		return file{}, model.Fail("import_unreadable", err, "file", filepath.Base(p))
	}
	if n > maxFile {
		return file{}, tooBig(filepath.Base(p))
	}
	out := file{path: p, sha256: hex.EncodeToString(sum.Sum(nil)), size: n, source: filepath.Base(p)}
	return out, out.as(want)
}

func tooBig(name string) error {
	return model.Fail("bundle_too_big", fmt.Errorf("%s has more than %d MB", name, maxFile>>20), "why", text.Line("bundle.archive_too_big", "limit", "size"))
}

// as compares a bundle with the digest its listing gives, "" for none.
func (f *file) as(want string) error {
	want = strings.ToLower(strings.TrimSpace(want))
	f.announced = want == f.sha256
	if want != "" && !f.announced {
		return model.Fail("package_changed", fmt.Errorf("the file's SHA-256 is %s, announced is %s", f.sha256, want), "package", path.Base(filepath.ToSlash(f.source)))
	}
	return nil
}

// looked is what is noted of an address that was read.
type looked struct {
	SHA256 string    `json:"sha256"`
	Host   string    `json:"host"`
	Time   time.Time `json:"time"`
}

func (in *Installer) cache() string { return filepath.Join(in.Home, "cache", "bundles") }

func (in *Installer) cached(sum string) string { return filepath.Join(in.cache(), sum+".mcpb") }

// noteOf is the file that remembers what an address gave.
func (in *Installer) noteOf(address string) string {
	sum := sha256.Sum256([]byte(address))
	return filepath.Join(in.cache(), hex.EncodeToString(sum[:])+".json")
}

// fetch brings a bundle from an address into the cache. What was fetched a
// moment ago, to be looked at, is not fetched again to be installed.
func (in *Installer) fetch(ctx context.Context, address, want string, report job.Report) (file, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil {
		return file{}, model.Fail("package_invalid", fmt.Errorf("address %s", bare(address)))
	}
	if err := os.MkdirAll(in.cache(), 0o700); err != nil {
		return file{}, err
	}
	in.tidy()
	if f, ok := in.again(address, want); ok {
		return f, nil
	}
	dir, err := staging.New(in.Home)
	if err != nil {
		return file{}, err
	}
	defer dir.Close()
	f, err := in.download(ctx, u, dir.Join("bundle"), report)
	if err != nil {
		return file{}, err
	}
	if err := f.as(want); err != nil {
		return file{}, err
	}
	place := in.cached(f.sha256)
	if err := os.Rename(f.path, place); err != nil {
		return file{}, err
	}
	f.path, f.cached = place, true
	note, err := json.Marshal(looked{SHA256: f.sha256, Host: f.host, Time: in.now()})
	if err != nil {
		return file{}, err
	}
	return f, os.WriteFile(in.noteOf(address), note, 0o600)
}

// asking is how long an address is asked how large its bundle is.
const asking = 5 * time.Second

// Ahead tells what has to be fetched before anything of a bundle is known: the
// host of its address, and the size where the host tells it. ok is false when
// there is nothing to fetch: a file of this computer, one that was fetched a
// moment ago, an address that Plan refuses.
func (in *Installer) Ahead(ctx context.Context, pkg model.Package) (host string, size int64, ok bool) {
	u, err := url.Parse(pkg.Identifier)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return "", 0, false
	}
	if _, here := in.again(pkg.Identifier, pkg.FileSHA256); here {
		return "", 0, false
	}
	return u.Hostname(), in.sizeAt(ctx, u), true
}

// sizeAt asks an address how large its file is, 0 where it does not say.
func (in *Installer) sizeAt(ctx context.Context, u *url.URL) int64 {
	ctx, cancel := context.WithTimeout(ctx, asking)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, u.String(), nil)
	if err != nil {
		return 0
	}
	resp, err := in.client().Do(req)
	if err != nil {
		return 0
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK || resp.ContentLength < 0 || strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		return 0
	}
	return resp.ContentLength
}

// again gives what an address gave a moment ago.
func (in *Installer) again(address, want string) (file, bool) {
	data, err := os.ReadFile(in.noteOf(address))
	var l looked
	if err != nil || json.Unmarshal(data, &l) != nil {
		return file{}, false
	}
	if age := in.now().Sub(l.Time); age < 0 || age > fresh || len(l.SHA256) != 64 || !filepath.IsLocal(l.SHA256) {
		return file{}, false
	}
	f, err := local(in.cached(l.SHA256), want)
	if err != nil || f.sha256 != l.SHA256 {
		return file{}, false
	}
	f.source, f.host, f.cached = bare(address), l.Host, true
	return f, true
}

// tidy removes what was looked at and never installed.
func (in *Installer) tidy() {
	entries, err := os.ReadDir(in.cache())
	if err != nil {
		return
	}
	for _, e := range entries {
		if st, err := e.Info(); err == nil && in.now().Sub(st.ModTime()) > kept {
			os.Remove(filepath.Join(in.cache(), e.Name()))
		}
	}
}

// forget removes a bundle of the cache that has been installed.
func (in *Installer) forget(f file, address string) {
	if f.cached {
		os.Remove(f.path)
		os.Remove(in.noteOf(address))
	}
}

// errInsecure is a redirect to an address that anyone on the way could answer.
var errInsecure = errors.New("it leads to an address that is not https")

// download writes what an address gives into a file, its digest taken on the
// way.
func (in *Installer) download(ctx context.Context, u *url.URL, to string, report job.Report) (file, error) {
	stall := in.Stall
	if stall == 0 {
		stall = time.Minute
	}
	asked := ctx
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := time.AfterFunc(stall, func() { cancel(fmt.Errorf("nothing came for %v", stall)) })
	defer timer.Stop()
	// Cancelled by the person, or given up by us: only the second is said.
	unreachable := func(err error) error {
		if asked.Err() != nil {
			return model.Fail("cancelled", asked.Err())
		}
		if errors.Is(err, errInsecure) {
			return model.Fail("bundle_insecure", errInsecure)
		}
		if cause := context.Cause(ctx); cause != nil {
			err = cause
		}
		return model.Fail("bundle_unreachable", withoutQuery(err), "host", u.Hostname())
	}

	report(job.Progress{Stage: "download", Unit: "bytes"})
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return file{}, unreachable(err)
	}
	req.Header.Set("Accept", "application/octet-stream, */*")
	client := in.client()
	resp, err := client.Do(req)
	if err != nil {
		return file{}, unreachable(err)
	}
	defer resp.Body.Close()
	name := path.Base(u.Path)
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound, http.StatusGone:
		return file{}, model.Fail("bundle_gone", fmt.Errorf("answer %s", resp.Status), "file", name)
	case http.StatusUnauthorized, http.StatusForbidden:
		return file{}, model.Fail("registry_denied", fmt.Errorf("answer %s", resp.Status))
	default:
		return file{}, unreachable(fmt.Errorf("answer %s", resp.Status))
	}
	if resp.ContentLength > maxFile {
		return file{}, tooBig(name)
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return file{}, err
	}
	defer out.Close()
	sum := sha256.New()
	buf := make([]byte, 256<<10)
	var done int64
	for {
		n, rerr := resp.Body.Read(buf)
		if n > 0 {
			timer.Reset(stall)
			if done == 0 && isPage(buf[:n], resp.Header.Get("Content-Type")) {
				return file{}, model.Fail("bundle_not_one", errors.New("a web page came instead"), "file", name)
			}
			if done += int64(n); done > maxFile {
				return file{}, tooBig(name)
			}
			if _, err := io.MultiWriter(out, sum).Write(buf[:n]); err != nil {
				return file{}, err
			}
			report(job.Progress{Stage: "download", Done: done, Total: max(resp.ContentLength, done), Unit: "bytes"})
		}
		// Given up, an answer may still seem to have come to its end.
		if rerr == io.EOF && ctx.Err() == nil {
			break
		}
		if rerr != nil {
			return file{}, unreachable(rerr)
		}
	}
	if err := out.Close(); err != nil {
		return file{}, err
	}
	return file{path: to, sha256: hex.EncodeToString(sum.Sum(nil)), size: done, source: bare(u.String()), host: resp.Request.URL.Hostname()}, nil
}

// withoutQuery takes the address, which may hold a key, out of an error of
// net/http.
func withoutQuery(err error) error {
	var ue *url.Error
	if errors.As(err, &ue) {
		return ue.Err
	}
	return err
}

// isPage tells whether an answer begins as a web page does: a sign-in, a "not
// found" that says 200.
func isPage(head []byte, kind string) bool {
	if strings.HasPrefix(string(head), "PK") {
		return false
	}
	start := strings.ToLower(strings.TrimSpace(strings.TrimPrefix(string(head[:min(len(head), 512)]), "\ufeff")))
	return strings.HasPrefix(start, "<!doctype") || strings.HasPrefix(start, "<html") || strings.HasPrefix(kind, "text/html")
}

func (in *Installer) client() *http.Client {
	base := defaultClient
	if in.HTTP != nil {
		base = in.HTTP
	}
	c := *base
	c.CheckRedirect = func(req *http.Request, via []*http.Request) error {
		if req.URL.Scheme != "https" {
			return errInsecure
		}
		if len(via) >= maxRedirects {
			return errors.New("it leads from one address to the next without end")
		}
		return nil
	}
	return &c
}

var defaultClient = &http.Client{Transport: &http.Transport{
	Proxy:                 http.ProxyFromEnvironment,
	DialContext:           (&net.Dialer{Timeout: 15 * time.Second}).DialContext,
	TLSHandshakeTimeout:   15 * time.Second,
	ResponseHeaderTimeout: 30 * time.Second,
	ForceAttemptHTTP2:     true,
	// The digest is of what is sent.
	DisableCompression: true,
}}
