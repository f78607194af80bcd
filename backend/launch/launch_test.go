package launch

import (
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"toolbay/backend/model"
)

// abs makes a path absolute on this system, Windows too.
func abs(path string) string {
	if runtime.GOOS == "windows" {
		return `C:` + filepath.FromSlash(path)
	}
	return path
}

func TestSpecComesBackAsWritten(t *testing.T) {
	home := t.TempDir()
	want := Spec{
		Server: "notes", Title: "Notes", Command: abs("/n/node"), Args: []string{"/s/index.js", "--key=${secret:KEY}"},
		Dir: "/s", Env: map[string]string{"MODE": "x"}, Path: []string{"/n"},
		SecretEnv: map[string]string{"AUTH": "Bearer ${secret:KEY}"}, Secrets: []string{"KEY"}, KeysIn: "file",
		Profiles: map[string]ProfileSpec{"work": {Env: map[string]string{"MODE": "y"}, Secrets: []string{"KEY"}}},
	}
	if err := Write(home, Spec{Server: "notes", Command: abs("/old")}); err != nil {
		t.Fatal(err)
	}
	if err := Write(home, want); err != nil {
		t.Fatal(err)
	}
	got, err := Read(home, "notes")
	want.Format = 1
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("got %+v %v", got, err)
	}
	if runtime.GOOS != "windows" {
		for path, mode := range map[string]os.FileMode{"launch": 0o700 | os.ModeDir, "launch/notes.json": 0o600} {
			if st, err := os.Stat(filepath.Join(home, path)); err != nil || st.Mode() != mode {
				t.Errorf("%s: %v %v", path, st.Mode(), err)
			}
		}
	}
	if files, err := os.ReadDir(filepath.Join(home, "launch")); err != nil || len(files) != 1 {
		t.Errorf("other files were left: %v %v", files, err)
	}
	for range 2 {
		if err := Delete(home, "notes"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Read(home, "notes"); model.Code(err) != "server_unknown" {
		t.Fatalf("after delete: %v", err)
	}
}

func TestWriteRefuses(t *testing.T) {
	cases := []struct {
		name string
		spec Spec
		code string
	}{
		{"a path as id", Spec{Server: "../notes", Command: abs("/n")}, "server_unknown"},
		{"no id", Spec{Command: abs("/n")}, "server_unknown"},
		{"a program without a place", Spec{Server: "notes", Command: "node"}, "unexpected"},
		{"a key's value", Spec{Server: "notes", Command: abs("/n"), Secrets: []string{"KEY"}, Env: map[string]string{"KEY": "hunter2"}}, "unexpected"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			home := t.TempDir()
			err := Write(home, c.spec)
			if model.Code(err) != c.code || strings.Contains(err.Error(), "hunter2") {
				t.Fatalf("%v", err)
			}
			if files, _ := filepath.Glob(filepath.Join(home, "*", "*")); len(files) != 0 {
				t.Fatalf("wrote %v", files)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, "launch"), 0o700); err != nil {
		t.Fatal(err)
	}
	command := filepath.ToSlash(abs("/n"))
	for name, text := range map[string]string{
		"../secret":    `{"format":1,"server":"../secret","command":"` + command + `"}`,
		"launch/newer": `{"format":2,"server":"newer","command":"` + command + `"}`,
		"launch/other": `{"format":1,"server":"notes","command":"` + command + `"}`,
		"launch/cut":   `{"format":1,"server":"cut","comm`,
		"launch/empty": ``,
		"launch/bare":  `{"format":1,"server":"bare","command":"node"}`,
	} {
		path := filepath.Join(home, "launch", name+".json")
		if dir, file, ok := strings.Cut(name, "/"); ok && dir == "launch" {
			path = filepath.Join(home, "launch", file+".json")
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for id, code := range map[string]string{
		"../secret": "server_unknown", "": "server_unknown", "NEWER": "server_unknown",
		"newer\x00": "server_unknown", strings.Repeat("a", 21): "server_unknown", "absent": "server_unknown",
		"newer": "spec_newer", "other": "spec_broken", "cut": "spec_broken", "empty": "spec_broken", "bare": "spec_broken",
	} {
		if _, err := Read(home, id); model.Code(err) != code {
			t.Errorf("%q: %v, want %s", id, err, code)
		}
	}
}

func TestKeysOfAProfile(t *testing.T) {
	s := Spec{Secrets: []string{"A"}, Profiles: map[string]ProfileSpec{
		"own": {Secrets: []string{"B"}}, "none": {Secrets: []string{}}, "same": {Env: map[string]string{"X": "y"}},
	}}
	cases := []struct {
		profile string
		names   []string
		item    string
	}{
		{"", []string{"A"}, ""}, {"own", []string{"B"}, "own"}, {"none", []string{}, "none"},
		{"same", []string{"A"}, ""}, {"unknown", []string{"A"}, ""},
	}
	for _, c := range cases {
		t.Run(c.profile, func(t *testing.T) {
			names, item := s.Keys(c.profile)
			if !reflect.DeepEqual(names, c.names) || item != c.item {
				t.Fatalf("got %v %q", names, item)
			}
		})
	}
}

func TestHomeOf(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	mk := func(home, marker, program string) string {
		path := filepath.Join(dir, home, program)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o700); err != nil {
			t.Fatal(err)
		}
		if marker != "" {
			if err := os.WriteFile(filepath.Join(dir, home, "home.json"), []byte(marker), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return path
	}
	good := mk("good home", `{"format":1}`, "bin/toolbay")
	cases := []struct{ name, program, want string }{
		{"launcher", good, filepath.Join(dir, "good home")},
		{"later format", mk("later", `{"format":7,"x":1}`, "bin/toolbay"), filepath.Join(dir, "later")},
		{"no marker", mk("bare", "", "bin/toolbay"), ""},
		{"another's home.json", mk("other", `{"name":"x"}`, "bin/toolbay"), ""},
		{"broken marker", mk("broken", `{"format":`, "bin/toolbay"), ""},
		{"not in bin", mk("nobin", `{"format":1}`, "sbin/toolbay"), ""},
		{"gone", filepath.Join(dir, "good home", "bin", "gone"), ""},
	}
	if runtime.GOOS != "windows" {
		link := filepath.Join(dir, "link")
		if err := os.Symlink(good, link); err != nil {
			t.Fatal(err)
		}
		cases = append(cases, struct{ name, program, want string }{"link", link, filepath.Join(dir, "good home")})
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, ok := homeOf(c.program)
			if got != c.want || ok != (c.want != "") {
				t.Fatalf("got %q %v, want %q", got, ok, c.want)
			}
		})
	}
}

func TestHome(t *testing.T) {
	cases := []struct {
		name string
		env  map[string]string
		want string
	}{
		{"told", map[string]string{"TOOLBAY_HOME": "/t", "HOME": "/h"}, "/t"},
		{"the user's", map[string]string{"HOME": "/h"}, filepath.Join("/h", ".toolbay")},
		{"the user's on Windows", map[string]string{"USERPROFILE": "/u"}, filepath.Join("/u", ".toolbay")},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := Home(func(n string) string { return c.env[n] }); got != c.want {
				t.Fatalf("got %q, want %q", got, c.want)
			}
		})
	}
	if got := Home(func(string) string { return "" }); !filepath.IsAbs(got) {
		t.Fatalf("without any variable: %q", got)
	}
}

// No tools and all tools are different things, also after a round through the
// file.
func TestToolsInTheSpec(t *testing.T) {
	home := t.TempDir()
	err := Write(home, Spec{Server: "notes", Command: "/bin/true", Tools: []string{"a"}, Profiles: map[string]ProfileSpec{
		"none": {Tools: []string{}}, "all": {}, "one": {Tools: []string{"b"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := Read(home, "notes")
	if err != nil {
		t.Fatal(err)
	}
	for profile, want := range map[string][]string{"": {"a"}, "none": {}, "all": nil, "one": {"b"}, "gone": nil} {
		if got := s.allowed(profile); !slices.Equal(got, want) || (got == nil) != (want == nil) {
			t.Errorf("profile %q: %v, want %v", profile, got, want)
		}
	}
}
