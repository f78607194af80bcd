package npm

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"testing"

	"toolbay/backend/model"
)

func TestChooseBin(t *testing.T) {
	cases := []struct {
		name, bin, pkg, want, got string
	}{
		{"a string", `"dist/index.js"`, "notes-mcp", "", "dist/index.js"},
		{"the only one", `{"anything":"a.js"}`, "notes-mcp", "", "a.js"},
		{"named like the package", `{"other":"a.js","notes-mcp":"b.js"}`, "notes-mcp", "", "b.js"},
		{"named like the package without its scope", `{"other":"a.js","notes-mcp":"b.js"}`, "@acme/notes-mcp", "", "b.js"},
		{"several names for one file", `{"x":"a.js","y":"./a.js"}`, "notes-mcp", "", "a.js"},
		{"several, none named like it", `{"x":"a.js","y":"b.js"}`, "notes-mcp", "", ""},
		{"the one asked for", `{"x":"a.js","y":"b.js"}`, "notes-mcp", "y", "b.js"},
		{"one asked for that is not there", `{"x":"a.js"}`, "notes-mcp", "y", ""},
		{"a string, asked for by its name", `"a.js"`, "@acme/notes-mcp", "notes-mcp", "a.js"},
		{"nothing", ``, "notes-mcp", "", ""},
		{"null", `null`, "notes-mcp", "", ""},
		{"an empty string", `""`, "notes-mcp", "", ""},
		{"an empty map", `{}`, "notes-mcp", "", ""},
		{"a list", `["a.js"]`, "notes-mcp", "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := chooseBin(json.RawMessage(c.bin), c.pkg, c.want)
			if c.got == "" {
				if err == nil {
					t.Errorf("chose %q", got)
				}
				return
			}
			if err != nil || filepath.Clean(got) != c.got {
				t.Errorf("chose %q, %v", got, err)
			}
		})
	}
}

func TestFindEntry(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes and links are those of Unix")
	}
	const elf = "\x7fELF\x02\x01\x01"
	cases := []struct {
		name, bin, body string
		mode            os.FileMode
		link            string // the bin is a link to this
		native, none    bool
		args            []string
	}{
		{name: "a script for node", bin: "cli.js", body: "#!/usr/bin/env node\n1", mode: 0o755},
		{name: "without a first line", bin: "dist/cli.mjs", body: "1", mode: 0o644},
		{name: "without an ending", bin: "bin/cli", body: "#!/usr/bin/env node\r\n1", mode: 0o644},
		{name: "a byte-order mark", bin: "cli", body: "\xef\xbb\xbf#!/usr/bin/env node\n", mode: 0o644},
		{name: "node with options", bin: "cli.js", body: "#!/usr/bin/env -S node --no-warnings --enable-source-maps\n", mode: 0o755, args: []string{"--no-warnings", "--enable-source-maps"}},
		{name: "node by its path", bin: "cli", body: "#!/usr/local/bin/node\n", mode: 0o755},
		{name: "a program", bin: "cli", body: elf, mode: 0o755, native: true},
		{name: "a shell script", bin: "cli.sh", body: "#!/bin/sh\n", mode: 0o755, native: true},
		{name: "another interpreter behind a .js", bin: "cli.js", body: "#!/usr/bin/env bun\n", mode: 0o755, native: true},
		{name: "a program that may not be started", bin: "cli", body: elf, mode: 0o644, none: true},
		{name: "text", bin: "README.md", body: "hello", mode: 0o755, none: true},
		{name: "an empty file", bin: "cli", body: "", mode: 0o755, none: true},
		{name: "missing", bin: "gone.js", none: true},
		{name: "a folder", bin: "lib", none: true},
		{name: "a way up", bin: "../other/cli.js", none: true},
		{name: "an absolute path", bin: "/bin/sh", none: true},
		{name: "a backslash", bin: "..\\cli.js", none: true},
		{name: "a link inside", bin: "l.js", link: "lib/real.js", mode: 0o755},
		{name: "a link out", bin: "l.js", link: "../../../outside.js", none: true},
		{name: "an absolute link out", bin: "l.js", link: "/bin/sh", none: true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			folder := filepath.Join(dir, "node_modules", "@acme", "notes")
			put := func(name, body string, mode os.FileMode) {
				p := filepath.Join(folder, name)
				if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(p, []byte(body), mode); err != nil {
					t.Fatal(err)
				}
			}
			manifest, _ := json.Marshal(map[string]string{"bin": c.bin})
			put("package.json", string(manifest), 0o644)
			put("lib/real.js", "1", 0o644)
			if err := os.WriteFile(filepath.Join(dir, "outside.js"), []byte("1"), 0o644); err != nil {
				t.Fatal(err)
			}
			if c.link != "" {
				if err := os.Symlink(c.link, filepath.Join(folder, c.bin)); err != nil {
					t.Fatal(err)
				}
			} else if c.mode != 0 {
				put(c.bin, c.body, c.mode)
			}
			e, err := findEntry(dir, "@acme/notes", "")
			if c.none {
				if model.Code(err) != "package_no_start" {
					t.Errorf("found %+v, %v", e, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			want := entry{path: "node_modules/@acme/notes/" + c.bin, native: c.native, nodeArgs: append([]string{}, c.args...)}
			if !reflect.DeepEqual(e, want) {
				t.Errorf("found %+v, want %+v", e, want)
			}
		})
	}
}

func TestFindEntryUnreadableManifest(t *testing.T) {
	dir := t.TempDir()
	folder := filepath.Join(dir, "node_modules", "x")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "package.json"), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := findEntry(dir, "x", ""); model.Code(err) != "package_no_start" {
		t.Errorf("got %v", err)
	}
}

func TestCheckRefusesWhatIsNoNameOrVersion(t *testing.T) {
	for _, p := range []model.Package{
		{Identifier: ""}, {Identifier: "-g"}, {Identifier: "--prefix=/"}, {Identifier: "../x"}, {Identifier: "a/b"},
		{Identifier: "file:x"}, {Identifier: "https://x/y.tgz"}, {Identifier: "git+ssh://x"}, {Identifier: "x@1"},
		{Identifier: "@a"}, {Identifier: "@a/"}, {Identifier: "a b"}, {Identifier: ".x"}, {Identifier: "x\n"},
		{Identifier: "x", Version: "file:../y"}, {Identifier: "x", Version: "npm:y@1"}, {Identifier: "x", Version: "https://y"},
		{Identifier: "x", Version: "-g"}, {Identifier: "x", Version: "1;rm"}, {Identifier: "x", Version: "github:a/b"},
	} {
		if err := check(p); model.Code(err) != "package_invalid" {
			t.Errorf("%+v passed: %v", p, err)
		}
	}
	for _, p := range []model.Package{
		{Identifier: "x"}, {Identifier: "@acme/notes.mcp", Version: "1.0.0-beta.1+b"}, {Identifier: "JSONStream", Version: "^1 || >=2 <3"},
		{Identifier: "_x", Version: "latest"}, {Identifier: "x", Version: "*"},
	} {
		if err := check(p); err != nil {
			t.Errorf("%+v: %v", p, err)
		}
	}
}
