package main

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/repair"
	"toolbay/backend/repair/finding"
)

// An entry that was written for one app and stands in the file of another says
// the same after the repair, in the other's words.
func TestEntriesOfEveryAppInEveryOther(t *testing.T) {
	launches := map[string]clients.Launch{
		"program": {Name: "notes", Command: "/usr/bin/notes", Args: []string{"--dir", "/srv"}, Env: map[string]string{"LEVEL": "info"}},
		"address": {Name: "notes", URL: "https://notes.example.com/mcp", Transport: "streamable-http", Headers: map[string]string{"X-Region": "eu"}},
		"events":  {Name: "notes", URL: "https://notes.example.com/sse", Transport: "sse"},
	}
	tried := 0
	for _, from := range table.All() {
		for _, kind := range slices.Sorted(maps.Keys(launches)) {
			l := launches[kind]
			if l.URL != "" {
				if from.Dialect.Remote == nil {
					continue
				}
				if _, ok := from.Dialect.Remote.Types[l.Transport]; !ok {
					continue
				}
			}
			entry := from.Dialect.Encode(l)
			for _, to := range table.All() {
				if to.ID == from.ID || l.URL != "" && to.Dialect.Remote == nil {
					continue
				}
				tried++
				tops := [][]string{to.Dialect.Servers, from.Dialect.Servers}
				if slices.Equal(tops[0], tops[1]) || kind == "events" {
					tops = tops[:1]
				}
				for _, top := range tops {
					if fault := crossed(from, to, top, entry, l); fault != "" {
						t.Errorf("%s of %s in %s under %v: %s", kind, from.ID, to.ID, top, fault)
					}
				}
			}
		}
	}
	if tried < 1000 {
		t.Errorf("only %d tried", tried)
	}
}

func crossed(from, to clients.Client, top []string, entry configfile.Object, l clients.Launch) string {
	d := to.Dialect
	path := append(slices.Clone(top), "notes")
	if d.List != "" && slices.Equal(top, d.Servers) {
		path = d.Path("notes")
		entry = append(configfile.Object{{Key: d.List, Value: "notes"}}, slices.DeleteFunc(slices.Clone(entry), func(m configfile.Member) bool { return m.Key == d.List })...)
	}
	src, _, err := configfile.Insert(nil, d.Format, path, entry)
	if err != nil {
		return err.Error()
	}
	file := finding.File{App: to, Dialect: d, OS: "linux", Scope: clients.User, Path: shown(to)}
	r := repair.Check(file, src, finding.Facts{}, finding.Confirm)
	text := src
	if r.Text != nil {
		text = r.Text
	}
	doc, err := configfile.Parse(text, d.Format)
	if err != nil {
		return err.Error()
	}
	for _, e := range d.Decode(doc) {
		if e.Name != "notes" {
			continue
		}
		if e.Command != l.Command || l.Command != "" && (!slices.Equal(e.Args, l.Args) || !maps.Equal(e.Env, l.Env)) || e.URL != l.URL || !e.Enabled {
			return fmt.Sprintf("it says %+v:\n%s", e, text)
		}
		if again := repair.Check(file, text, finding.Facts{}, finding.Confirm); again.Text != nil {
			return fmt.Sprintf("a second repair makes %s\nof\n%s", again.Text, text)
		}
		return wrongWord(d, doc, l)
	}
	return fmt.Sprintf("the server is not there:\n%s", text)
}

// wrongWord checks what Decode does not look at: the type and the headers.
func wrongWord(d clients.Dialect, doc *configfile.Document, l clients.Launch) string {
	want := d.Encode(l)
	v, _ := doc.Get(d.Path("notes")...)
	got, _ := v.(configfile.Object)
	for _, key := range []string{"type", "transport", "headers", "http_headers", "requestOptions"} {
		w, needed := want.Get(key)
		g, there := got.Get(key)
		reads := d.Taken()
		switch {
		case !needed:
		case (key == "type" || key == "transport") && !there && (l.URL == "" && !reads.NeedsType || l.URL != "" && reads.NoType != "refuses"):
			// the app finds out by itself
		case slices.Contains(reads.Types, fmt.Sprint(g)):
		case !equal(w, g):
			return fmt.Sprintf("%s is %v, not %v", key, g, w)
		}
	}
	return ""
}

func equal(a, b any) bool { return fmt.Sprint(a) == fmt.Sprint(b) }

func shown(c clients.Client) string {
	path, _, _ := c.PathOn(clients.Machine{OS: "linux", Home: "~"}, clients.User)
	return path
}
