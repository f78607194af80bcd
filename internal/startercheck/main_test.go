package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"toolbay/backend/catalog/source/starter"
	"toolbay/backend/model"
)

func entry(key, kind string, needs model.Needs) starter.Entry {
	p := model.Package{Type: kind, Identifier: key, Version: "1.0.0", Transport: "stdio"}
	if kind == "remote" {
		p.URL = "https://example.com/mcp"
	}
	return starter.Entry{
		Key: key, Title: key, Benefit: "Does something useful for you.", Category: "other", Publisher: "Acme",
		Website: "https://example.com", Needs: needs, Packages: []model.Package{p}, Tools: []model.Tool{},
	}
}

func TestRun(t *testing.T) {
	entries := []starter.Entry{
		entry("starts", "npm", model.NeedsNothing),
		entry("exits", "npm", model.NeedsFolder),
		entry("keyed", "npm", model.NeedsKey),
		entry("gone", "npm", model.NeedsNothing),
		entry("python", "pypi", model.NeedsNothing),
		entry("far-away", "remote", model.NeedsSignIn),
	}
	body, err := encode(entries)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file, report := filepath.Join(dir, "starter.json"), filepath.Join(dir, "starter.md")
	if err := os.WriteFile(file, body, 0o600); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	var out bytes.Buffer
	var asked []string
	c := &checker{
		All: true, Out: &out,
		Now: func() time.Time { now = now.Add(time.Second); return now },
		Exists: func(_ context.Context, p model.Package) error {
			asked = append(asked, p.Identifier)
			if p.Identifier == "gone" {
				return errors.New("no such package")
			}
			return nil
		},
		Start: func(_ context.Context, e starter.Entry) (model.Probe, error) {
			switch e.Key {
			case "starts":
				return model.Probe{OK: true, Tools: []model.Tool{{Name: "read", Description: "Reads a file from the disk.\nSecond line. Third."}}}, nil
			case "exits":
				return model.Probe{Code: "start_exited", Log: "a\nthe reason\n"}, nil
			}
			return model.Probe{}, model.Fail("install_failed", nil)
		},
	}
	failed, err := run(t.Context(), c, file, report, "", true)
	if err != nil {
		t.Fatal(err)
	}
	if failed != 2 {
		t.Errorf("%d failed, want 2: the one that is gone and the one that exits", failed)
	}
	if got := strings.Join(asked, " "); got != "starts exits keyed gone python" {
		t.Errorf("looked up %q: all but the remote one", got)
	}
	for _, want := range []string{"6 checked, 1 started, 2 failed", "FAIL gone", "start_exited the reason"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("output lacks %q:\n%s", want, &out)
		}
	}
	written, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var after []starter.Entry
	if err := json.Unmarshal(written, &after); err != nil {
		t.Fatal(err)
	}
	if len(after[0].Tools) != 1 || after[0].Tools[0].Description != "Reads a file from the disk." {
		t.Errorf("tools %+v", after[0].Tools)
	}
	pageText, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"2026-11-22", "| gone | npm `gone` | 1.0.0 | nothing | **not found** |", "| starts | npm `starts` | 1.0.0 | nothing | started | 1 | 1.0 |", "| exits | npm `exits` | 1.0.0 | folder | **does not start** |", "| keyed | npm `keyed` | 1.0.0 | key | exists; could not be installed here (`install_failed`) |"} {
		if !strings.Contains(string(pageText), want) {
			t.Errorf("page lacks %q:\n%s", want, pageText)
		}
	}
}

func TestFirstSentence(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"one sentence of two", "Reads the whole file you name. Nothing else.", "Reads the whole file you name."},
		{"lines and invisible characters", "Reads\n\ta\u200b file\x00", "Reads a file"},
		{"cut at a word", strings.Repeat("word ", 60), strings.TrimRight(strings.Repeat("word ", 31), " ") + "…"},
		{"nothing", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := firstSentence(c.in); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestAnswers(t *testing.T) {
	w := &workshop{folder: "/folder"}
	p := model.Package{Type: "npm", Environment: []model.Input{
		{Name: "API_KEY", Required: true}, {Name: "DATA_DIR", Required: true},
		{Name: "MODE", Required: true, Choices: []string{"a", "b"}}, {Name: "OPTIONAL"}, {Name: "SET", Required: true, Default: "x"},
	}}
	got := w.answers(p)
	want := map[string]string{"API_KEY": "${secret:API_KEY}", "DATA_DIR": "/folder", "MODE": "a"}
	if len(got) != len(want) {
		t.Errorf("%v, want %v", got, want)
	}
	for k, v := range want {
		if got[k] != v {
			t.Errorf("%s: %q, want %q", k, got[k], v)
		}
	}
}
