package clients

import (
	"bytes"
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"toolbay/backend/configfile"
)

var update = flag.Bool("update", false, "write the after files of testdata")

// TestGolden adds one entry to awkward files of every app, the way connect
// does, compares with the file a person has looked at, and takes it out again.
func TestGolden(t *testing.T) {
	table, err := Load("")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range table.All() {
		cases, err := os.ReadDir(filepath.Join("testdata", c.ID))
		if errors.Is(err, fs.ErrNotExist) && !first[c.ID] {
			continue // its dialect is in testdata/dialects
		}
		if err != nil || len(cases) < 5 {
			t.Fatalf("%s has %d golden cases (%v)", c.ID, len(cases), err)
		}
		for _, dir := range cases {
			t.Run(c.ID+"/"+dir.Name(), func(t *testing.T) {
				golden(t, c, filepath.Join("testdata", c.ID, dir.Name()))
			})
		}
	}
}

func golden(t *testing.T, c Client, dir string) {
	before, err := os.ReadFile(filepath.Join(dir, "before"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	doc, err := c.Read(before, "before")
	if err != nil {
		t.Fatal(err)
	}
	d := c.Dialect
	path := d.PathIn(doc, "notes")
	launch := Launch{Command: "/home/ann/.toolbay/bin/toolbay", Args: LauncherArgs("notes", "")}
	after, trace, err := configfile.Insert(before, d.Format, path, d.Encode(launch))
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "after")
	if *update {
		if err := os.WriteFile(file, after, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(after, want) {
		t.Errorf("after adding:\n%s\nwant:\n%s", after, want)
	}

	doc, err = c.Read(after, "after")
	if err != nil {
		t.Fatalf("the app cannot read the result: %v", err)
	}
	found := false
	for _, e := range d.Decode(doc) {
		if e.Name == "notes" {
			found = e.Server == "notes" && e.Enabled && e.Command == launch.Command
		}
	}
	if !found {
		t.Errorf("the entry is not there as written: %+v", d.Decode(doc))
	}

	back, err := configfile.Remove(after, d.Format, path, &trace)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(back, before) || (back == nil) != (before == nil) {
		t.Errorf("after adding and removing:\n%q\nwant:\n%q", back, before)
	}
}
