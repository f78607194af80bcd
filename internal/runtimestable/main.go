// Command runtimestable renews the tables of programs Toolbay may fetch:
// backend/runtimes/node-digests.json, for each release line in it the newest
// Node.js, with digests from SHASUMS256.txt, and uv-digests.json, the newest uv,
// with digests from the files beside its archives; sizes come from the origins.
// Look at the difference before committing it; `make runtimes` runs this.
//
//	go run ./internal/runtimestable
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/Masterminds/semver/v3"

	"toolbay/backend/runtimes"
)

func main() {
	origin := flag.String("origin", runtimes.DefaultOrigin, "where Node.js is published")
	file := flag.String("file", "backend/runtimes/node-digests.json", "the table to renew")
	uvOrigin := flag.String("uv-origin", runtimes.DefaultUVOrigin, "where uv is published")
	uvFile := flag.String("uv-file", "backend/runtimes/uv-digests.json", "the table of uv to renew")
	flag.Parse()
	client := &http.Client{Timeout: time.Minute}
	err := errors.Join(renew(client, *origin, *file, os.Stdout), renewUV(client, *uvOrigin, *uvFile, os.Stdout))
	if err != nil {
		fmt.Fprintln(os.Stderr, "runtimestable:", err)
		os.Exit(1)
	}
}

func renew(client *http.Client, origin, file string, log io.Writer) error {
	old, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	table, err := runtimes.ParseTable(old)
	if err != nil {
		return err
	}
	origin = strings.TrimRight(origin, "/")
	newest, err := newestOf(client, origin)
	if err != nil {
		return err
	}
	for i, r := range table.Releases {
		v, err := semver.StrictNewVersion(r.Version)
		if err != nil {
			return fmt.Errorf("table: %w", err)
		}
		next := newest[v.Major()]
		if next == nil || next.LessThan(v) {
			return fmt.Errorf("the origin has nothing as new as %s", r.Version)
		}
		renewed, err := release(client, origin, next.String())
		if err != nil {
			return err
		}
		// The digests of a published version never change.
		for p, a := range renewed.Archives {
			if was := r.Archives[p].SHA256; r.Version == renewed.Version && was != "" && was != a.SHA256 {
				return fmt.Errorf("%s for %s: the origin says %s, the table %s", r.Version, p, a.SHA256, was)
			}
		}
		fmt.Fprintf(log, "%s → %s\n", r.Version, renewed.Version)
		table.Releases[i] = renewed
	}
	out, err := format(table)
	if err != nil {
		return err
	}
	return os.WriteFile(file, out, 0o644)
}

// newestOf gives the newest version of each major one.
func newestOf(client *http.Client, origin string) (map[uint64]*semver.Version, error) {
	b, err := get(client, origin+"/index.json")
	if err != nil {
		return nil, err
	}
	var index []struct {
		Version string `json:"version"`
	}
	if err := json.Unmarshal(b, &index); err != nil {
		return nil, fmt.Errorf("read the list of releases: %w", err)
	}
	newest := map[uint64]*semver.Version{}
	for _, r := range index {
		v, err := semver.NewVersion(r.Version)
		if err != nil || v.Prerelease() != "" {
			continue
		}
		if n := newest[v.Major()]; n == nil || v.GreaterThan(n) {
			newest[v.Major()] = v
		}
	}
	return newest, nil
}

func release(client *http.Client, origin, version string) (runtimes.Release, error) {
	base := origin + "/v" + version + "/"
	b, err := get(client, base+"SHASUMS256.txt")
	if err != nil {
		return runtimes.Release{}, err
	}
	digests := map[string]string{}
	for lines := bufio.NewScanner(bytes.NewReader(b)); lines.Scan(); {
		if f := strings.Fields(lines.Text()); len(f) == 2 {
			digests[strings.TrimPrefix(f[1], "*")] = f[0]
		}
	}
	r := runtimes.Release{Version: version, Archives: map[string]runtimes.Archive{}}
	for _, p := range runtimes.Platforms {
		name := runtimes.ArchiveName(version, p)
		d := digests[name]
		if d == "" {
			return r, fmt.Errorf("SHASUMS256.txt of %s does not list %s", version, name)
		}
		resp, err := client.Head(base + name)
		if err != nil {
			return r, err
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return r, fmt.Errorf("%s: %s", name, resp.Status)
		}
		r.Archives[p] = runtimes.Archive{SHA256: d, Size: max(0, resp.ContentLength)}
	}
	return r, nil
}

func get(client *http.Client, url string) ([]byte, error) {
	resp, err := client.Get(url)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", url, resp.Status)
	}
	return io.ReadAll(io.LimitReader(resp.Body, 32<<20))
}

// format writes one archive per line, so that a renewal is easy to read.
func format(t *runtimes.Table) ([]byte, error) {
	var b bytes.Buffer
	quote := func(s string) string {
		var q bytes.Buffer
		e := json.NewEncoder(&q)
		e.SetEscapeHTML(false)
		_ = e.Encode(s) // a string can always be encoded
		return strings.TrimSuffix(q.String(), "\n")
	}
	b.WriteString("{\n  \"comment\": [\n")
	for i, c := range t.Comment {
		fmt.Fprintf(&b, "    %s%s\n", quote(c), comma(i, len(t.Comment)))
	}
	b.WriteString("  ],\n  \"releases\": [\n")
	for i, r := range t.Releases {
		fmt.Fprintf(&b, "    {\n      \"version\": %s,\n      \"archives\": {\n", quote(r.Version))
		for j, p := range runtimes.Platforms {
			fmt.Fprintf(&b, "        %s: {\"sha256\": %s, \"size\": %d}%s\n", quote(p), quote(r.Archives[p].SHA256), r.Archives[p].Size, comma(j, len(runtimes.Platforms)))
		}
		fmt.Fprintf(&b, "      }\n    }%s\n", comma(i, len(t.Releases)))
	}
	b.WriteString("  ]\n}\n")
	// What was written must be readable again.
	_, err := runtimes.ParseTable(b.Bytes())
	return b.Bytes(), err
}

func comma(i, n int) string {
	if i < n-1 {
		return ","
	}
	return ""
}
