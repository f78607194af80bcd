package clients

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"toolbay/backend/configfile"
)

// FuzzPutAndTake: whatever stands in a file, reading it never panics, and
// where the app can read it, an entry of ours can be read back as written and
// goes without a trace.
func FuzzPutAndTake(f *testing.F) {
	table, err := Load("")
	if err != nil {
		f.Fatal(err)
	}
	apps := table.All()
	for i, c := range apps {
		cases, err := filepath.Glob(filepath.Join("testdata", c.ID, "*", "before"))
		if err != nil || len(cases) == 0 && first[c.ID] {
			f.Fatalf("no seeds for %s: %v", c.ID, err)
		}
		for _, file := range cases {
			src, err := os.ReadFile(file)
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				f.Fatal(err)
			}
			f.Add(i, src)
		}
	}
	f.Fuzz(func(t *testing.T, i int, src []byte) {
		if i < 0 || i >= len(apps) {
			return
		}
		c := apps[i]
		d := c.Dialect
		doc, err := c.Read(src, "x")
		if err != nil {
			return
		}
		if doc != nil {
			for _, e := range d.Decode(doc) {
				if e.Name == "notes" {
					return
				}
			}
		}
		launch := Launch{Command: `C:\Users\ann\.toolbay\bin\toolbay.exe`, Args: LauncherArgs("notes", "work")}
		path := d.PathIn(doc, "notes")
		out, trace, err := configfile.Insert(src, d.Format, path, d.Encode(launch))
		if err != nil {
			t.Fatalf("the app reads it, we cannot write it: %v", err)
		}
		doc, err = c.Read(out, "x")
		if err != nil {
			t.Fatalf("we write what the app cannot read: %v\n%s", err, out)
		}
		found := false
		for _, e := range d.Decode(doc) {
			found = found || e.Name == "notes" && e.Server == "notes" && e.Profile == "work" && e.Command == launch.Command
		}
		if !found {
			t.Errorf("not read back from\n%s", out)
		}
		back, err := configfile.Remove(out, d.Format, path, &trace)
		if err != nil || !bytes.Equal(back, src) {
			t.Errorf("%v\nback %q\nwant %q", err, back, src)
		}
	})
}
