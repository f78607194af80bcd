// Command snapshot fetches, at release time, the live sources whose licence
// lets their entries be given on, and bakes them into the next build: it writes
// backend/catalog/snapshot/data, which is not kept in git. `make snapshot` runs
// it; nobody imports it.
//
// TOOLBAY_SOURCE_MIRROR names a place that has copies of all sources and of
// their licences, as <mirror>/<source> and <mirror>/<source>/LICENSE.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"toolbay/backend/catalog"
	"toolbay/backend/catalog/snapshot"
	"toolbay/backend/job"
	"toolbay/backend/store"
)

// licenses says where the words of a licence stand. The official registry's
// entries are CC0 by its terms of service; there is nothing to repeat.
var licenses = map[string]string{
	"docker":   "https://raw.githubusercontent.com/docker/mcp-registry/main/LICENSE",
	"toolhive": "https://raw.githubusercontent.com/stacklok/toolhive-registry/main/LICENSE",
	"mcpm":     "https://raw.githubusercontent.com/pathintegral-institute/mcpm.sh/main/LICENSE",
}

func main() {
	to := flag.String("to", "backend/catalog/snapshot/data", "the folder that is written")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *to, os.Getenv("TOOLBAY_SOURCE_MIRROR"), os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "snapshot:", err)
		os.Exit(1)
	}
}

// run makes both files or, when a source or a licence cannot be had, none.
func run(ctx context.Context, to, mirror string, log io.Writer) error {
	mirror = strings.TrimRight(mirror, "/")
	dir, err := os.MkdirTemp("", "snapshot-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	db, err := store.Open(filepath.Join(dir, "snapshot.db"))
	if err != nil {
		return err
	}
	defer db.Close()
	origins := map[string]string{}
	var ids []string
	for _, p := range catalog.GivenOn() {
		ids = append(ids, p.ID)
		if mirror != "" {
			origins[p.ID] = mirror + "/" + p.ID
		}
	}
	c := catalog.New(db, catalog.Options{Origins: origins, UserAgent: "toolbay-snapshot (baked into releases of Toolbay)"})
	for _, id := range ids {
		res, err := c.Sync(ctx, id, job.Silent)
		if err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
		if res[0].Kept == 0 {
			return fmt.Errorf("%s: it lists nothing", id)
		}
		fmt.Fprintf(log, "%-9s %6d read, %6d kept, %d unreadable\n", id, res[0].Read, res[0].Kept, len(res[0].Unreadable))
	}
	notices, err := noticesOf(ctx, mirror)
	if err != nil {
		return err
	}
	made := filepath.Join(dir, snapshot.File)
	out, err := os.Create(made)
	if err != nil {
		return err
	}
	res, err := c.ExportTo(ctx, out, ids)
	if err = errors.Join(err, out.Close()); err != nil {
		return err
	}
	body, err := os.ReadFile(made)
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{snapshot.File: body, snapshot.Notices: []byte(notices)} {
		if err := replace(filepath.Join(to, name), content); err != nil {
			return err
		}
	}
	fmt.Fprintf(log, "%d entries of %s, %.1f MB\n", res.Listings, strings.Join(res.Sources, ", "), float64(len(body))/1e6)
	return nil
}

// noticesOf writes whose lists these are and under which licence.
func noticesOf(ctx context.Context, mirror string) (string, error) {
	var b strings.Builder
	b.WriteString("# The lists that come with this build\n\nThe catalogue that is part of this build was made of the lists below.\n")
	for _, p := range catalog.GivenOn() {
		fmt.Fprintf(&b, "\n## %s\n\nFrom %s, licence %s.\n", p.ID, p.Site, p.License)
		address := licenses[p.ID]
		if p.License == "CC0-1.0" {
			b.WriteString("Its terms of service dedicate the entries to the public domain (CC0 1.0).\n")
			continue
		}
		if address == "" {
			return "", fmt.Errorf("%s: nobody said where its licence stands", p.ID)
		}
		if mirror != "" {
			address = mirror + "/" + p.ID + "/LICENSE"
		}
		words, err := fetch(ctx, address)
		if err != nil {
			return "", fmt.Errorf("the licence of %s: %w", p.ID, err)
		}
		if !saysLicense(words, p.License) {
			return "", fmt.Errorf("the licence of %s at %s is not %s any more", p.ID, address, p.License)
		}
		b.WriteString("\n```\n" + strings.TrimSpace(words) + "\n```\n")
	}
	return b.String(), nil
}

// saysLicense tells whether a text is the licence of that name: a source that
// changed its own must not be baked in unseen.
func saysLicense(words, license string) bool {
	words = strings.Join(strings.Fields(words), " ")
	switch license {
	case "MIT":
		return strings.Contains(words, "Permission is hereby granted, free of charge")
	case "Apache-2.0":
		return strings.Contains(words, "Apache License") && strings.Contains(words, "Version 2.0")
	}
	return false
}

func fetch(ctx context.Context, address string) (string, error) {
	ctx, stop := context.WithTimeout(ctx, 45*time.Second)
	defer stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s answers %s", address, res.Status)
	}
	b, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	return string(b), err
}

func replace(path string, content []byte) error {
	tmp := path + ".new"
	if err := os.WriteFile(tmp, content, 0o644); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}
