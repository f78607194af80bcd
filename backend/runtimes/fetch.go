package runtimes

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/staging"
)

// maxArchive bounds what is written before the digest can be checked; the
// largest archive of Node.js is 60 MB.
const maxArchive = 256 << 20

// Measure asks the origin for the size of a download the table does not know,
// so that it can be shown before anything is fetched. Without an answer the
// size stays 0.
func (n *Nodes) Measure(ctx context.Context, d Download) Download {
	return measure(ctx, n.client(), d)
}

func measure(ctx context.Context, client *http.Client, d Download) Download {
	if d.Size != 0 {
		return d
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, d.URL, nil)
	if err != nil {
		return d
	}
	resp, err := client.Do(req)
	if err != nil {
		return d
	}
	resp.Body.Close()
	if resp.StatusCode == http.StatusOK && resp.ContentLength > 0 {
		d.Size = resp.ContentLength
	}
	return d
}

// Fetch brings the Node.js of an Offer into TOOLBAY_HOME/runtimes: bytes to
// staging, digest checked, unpacked, tried, moved into place in one step. A
// failure or a cancel leaves nothing. Codes: node_download_failed,
// node_digest_wrong, node_archive_bad, node_unusable, disk_full, cancelled.
func (n *Nodes) Fetch(ctx context.Context, d Download, report job.Report) (Node, error) {
	node, err := n.fetch(ctx, d, report)
	switch {
	case err == nil:
		return node, nil
	case ctx.Err() != nil:
		return Node{}, model.Fail("cancelled", ctx.Err())
	case staging.Full(err):
		return Node{}, model.Fail("disk_full", err)
	case model.Code(err) == "unexpected":
		return Node{}, model.Fail("node_download_failed", err)
	}
	return Node{}, err
}

func (n *Nodes) fetch(ctx context.Context, d Download, report job.Report) (Node, error) {
	place := filepath.Join(n.Home, "runtimes", "node-"+d.Version+"-"+n.platform())
	if isFile(n.nodeIn(place)) {
		return n.tried(ctx, place, d.Version)
	}
	dir, err := staging.New(n.Home)
	if err != nil {
		return Node{}, err
	}
	defer dir.Close()
	archive := dir.Join("archive")
	if err := n.download(ctx, d, archive, report); err != nil {
		return Node{}, err
	}
	if err := os.Mkdir(dir.Join("node"), 0o755); err != nil {
		return Node{}, err
	}
	top := strings.TrimSuffix(strings.TrimSuffix(ArchiveName(d.Version, n.platform()), ".zip"), ".tar.gz")
	if err := unpack(ctx, archive, dir.Join("node"), top, n.os() == "windows"); err != nil {
		if ctx.Err() != nil || staging.Full(err) {
			return Node{}, err
		}
		return Node{}, model.Fail("node_archive_bad", err)
	}
	// Tried before it is kept: Alpine's C library or an old system cannot start
	// the official builds.
	if _, err := n.tried(ctx, dir.Join("node"), d.Version); err != nil {
		return Node{}, err
	}
	// Another Toolbay may have been quicker; its copy has the same digest.
	if err := dir.Keep("node", place); err != nil && !errors.Is(err, os.ErrExist) {
		return Node{}, err
	}
	return n.tried(ctx, place, d.Version)
}

// tried starts one unpacked copy and checks that it is what it should be.
func (n *Nodes) tried(ctx context.Context, dir, version string) (Node, error) {
	node, err := n.look(ctx, n.nodeIn(dir))
	if err == nil && node.Version != version {
		err = fmt.Errorf("it says it is version %q, not %s", node.Version, version)
	}
	if err != nil {
		return Node{}, model.Fail("node_unusable", err)
	}
	node.Private = true
	return node, nil
}

// fetching is one download into a staging folder, checked against the digest of
// a table.
type fetching struct {
	http  *http.Client
	stall time.Duration
	// wrong makes the error for bytes that are not the table's.
	wrong func(cause error) error
}

func (n *Nodes) download(ctx context.Context, d Download, to string, report job.Report) error {
	f := fetching{n.client(), n.Stall, func(cause error) error { return model.Fail("node_digest_wrong", cause) }}
	return f.run(ctx, d, to, report)
}

func (g fetching) run(ctx context.Context, d Download, to string, report job.Report) error {
	stall := g.stall
	if stall == 0 {
		stall = time.Minute
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := time.AfterFunc(stall, func() { cancel(fmt.Errorf("nothing came for %v", stall)) })
	defer timer.Stop()

	report(job.Progress{Stage: "runtime", Total: d.Size, Unit: "bytes"})
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.URL, nil)
	if err != nil {
		return err
	}
	resp, err := g.http.Do(req)
	if err != nil {
		return causeOf(ctx, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", req.URL.Host, resp.Status)
	}
	total := d.Size
	if total == 0 && resp.ContentLength > 0 {
		total = resp.ContentLength
	}
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	sum := sha256.New()
	buf := make([]byte, 256<<10)
	var done int64
	for {
		k, rerr := resp.Body.Read(buf)
		if k > 0 {
			timer.Reset(stall)
			done += int64(k)
			if done > maxArchive || (d.Size > 0 && done > d.Size) {
				return g.wrong(errors.New("the file is larger than announced"))
			}
			if _, err := io.MultiWriter(f, sum).Write(buf[:k]); err != nil {
				return err
			}
			report(job.Progress{Stage: "runtime", Done: done, Total: max(total, done), Unit: "bytes"})
		}
		if rerr == io.EOF {
			break
		}
		if rerr != nil {
			return causeOf(ctx, rerr)
		}
	}
	if err := f.Close(); err != nil {
		return err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); !strings.EqualFold(got, d.SHA256) {
		return g.wrong(fmt.Errorf("the file's SHA-256 is %s, the table says %s", got, d.SHA256))
	}
	return nil
}

// causeOf prefers why the context ended over the error that followed from it.
func causeOf(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

func (n *Nodes) client() *http.Client {
	if n.HTTP != nil {
		return n.HTTP
	}
	return defaultClient
}

var defaultClient = &http.Client{Transport: &http.Transport{
	Proxy:                 http.ProxyFromEnvironment,
	DialContext:           (&net.Dialer{Timeout: 15 * time.Second}).DialContext,
	TLSHandshakeTimeout:   15 * time.Second,
	ResponseHeaderTimeout: 30 * time.Second,
	ForceAttemptHTTP2:     true,
	// The archive is compressed already, and the digest is of what is sent.
	DisableCompression: true,
}}
