package main

import (
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"strings"

	"github.com/Masterminds/semver/v3"

	"toolbay/backend/runtimes"
)

// keptUV is how many releases of uv the table holds: the newest, and some before
// it for when that one turns out not to work somewhere.
const keptUV = 3

// renewUV puts the newest release of uv first into its table, with digests from
// the .sha256 files beside the archives.
func renewUV(client *http.Client, origin, file string, log io.Writer) error {
	old, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	table, err := runtimes.ParseTable(old)
	if err != nil {
		return err
	}
	origin = strings.TrimRight(origin, "/")
	newest, err := newestUV(client, origin)
	if err != nil {
		return err
	}
	var rest []runtimes.Release
	was := map[string]runtimes.Archive{}
	for _, r := range table.Releases {
		v, err := semver.StrictNewVersion(r.Version)
		if err != nil {
			return fmt.Errorf("table: %w", err)
		}
		if newest.LessThan(v) {
			return fmt.Errorf("the origin has nothing as new as %s", r.Version)
		}
		if newest.Equal(v) {
			was = r.Archives
			continue
		}
		rest = append(rest, r)
	}
	renewed, err := releaseUV(client, origin, newest.String())
	if err != nil {
		return err
	}
	// The digests of a published version never change.
	for p, a := range renewed.Archives {
		if before := was[p].SHA256; before != "" && before != a.SHA256 {
			return fmt.Errorf("%s for %s: the origin says %s, the table %s", renewed.Version, p, a.SHA256, before)
		}
	}
	fmt.Fprintf(log, "uv → %s\n", renewed.Version)
	table.Releases = append([]runtimes.Release{renewed}, rest[:min(len(rest), keptUV-1)]...)
	out, err := format(table)
	if err != nil {
		return err
	}
	return os.WriteFile(file, out, 0o644)
}

// newestUV is where the address of the latest release leads to.
func newestUV(client *http.Client, origin string) (*semver.Version, error) {
	resp, err := client.Head(strings.TrimSuffix(origin, "/download") + "/latest")
	if err != nil {
		return nil, err
	}
	resp.Body.Close()
	v, err := semver.StrictNewVersion(path.Base(resp.Request.URL.Path))
	if err != nil {
		return nil, fmt.Errorf("the latest release leads to %s: %w", resp.Request.URL, err)
	}
	return v, nil
}

func releaseUV(client *http.Client, origin, version string) (runtimes.Release, error) {
	r := runtimes.Release{Version: version, Archives: map[string]runtimes.Archive{}}
	for _, p := range runtimes.Platforms {
		file := origin + "/" + version + "/" + runtimes.UVArchiveName(p)
		b, err := get(client, file+".sha256")
		if err != nil {
			return r, err
		}
		digest, _, _ := strings.Cut(strings.TrimSpace(string(b)), " ")
		if d, err := hex.DecodeString(digest); err != nil || len(d) != 32 {
			return r, fmt.Errorf("%s.sha256 holds no digest", file)
		}
		resp, err := client.Head(file)
		if err != nil {
			return r, err
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return r, fmt.Errorf("%s: %s", file, resp.Status)
		}
		r.Archives[p] = runtimes.Archive{SHA256: strings.ToLower(digest), Size: max(0, resp.ContentLength)}
	}
	return r, nil
}
