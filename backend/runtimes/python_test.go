package runtimes

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPythonRange(t *testing.T) {
	cases := []struct {
		rng      string
		yes, not string
	}{
		{"", "2.7.18 3.8.0 3.14.1", ""},
		{">=3.10", "3.10.0 3.10.1 3.14.0 4.0.0", "3.9.18 2.7.18"},
		{">=3.10,<3.13", "3.10.0 3.12.9", "3.13.0 3.9.0"},
		{">= 3.10 , < 4", "3.10.0 3.19.0", "4.0.0"},
		{">3.10", "3.10.1 3.11.0", "3.10.0 3.9.0"},
		{"<=3.12", "3.12.0 3.11.9", "3.12.1"},
		{"==3.12.*", "3.12.0 3.12.9", "3.11.0 3.13.0"},
		{"==3.12", "3.12.0", "3.12.1"},
		{"!=3.12.*,>=3.11", "3.11.5 3.13.0", "3.12.0 3.12.7"},
		{"!=3.12.1", "3.12.0 3.12.2", "3.12.1"},
		{"~=3.10", "3.10.0 3.13.1", "3.9.0 4.0.0"},
		{"~=3.10.2", "3.10.2 3.10.9", "3.10.1 3.11.0"},
		{"===3.12.1", "3.12.1", "3.12.0"},
		{">=3.8.0rc1,<4.0.dev0", "3.8.0 3.13.0", "4.0.0"},
		{">=3.10,", "3.10.0", "3.9.0"},
	}
	for _, c := range cases {
		r, err := ParsePythonRange(c.rng)
		if err != nil {
			t.Errorf("%q: %v", c.rng, err)
			continue
		}
		for _, v := range strings.Fields(c.yes) {
			if !r.Has(v) {
				t.Errorf("%q has not %s", c.rng, v)
			}
		}
		for _, v := range append(strings.Fields(c.not), "", "3", "3.12", "3.13.0rc1", "x.y.z") {
			if r.Has(v) {
				t.Errorf("%q has %q", c.rng, v)
			}
		}
	}
	for _, bad := range []string{"3.10", "^3.10", ">=", "about 3", ">=3.*", "~=3", strings.Repeat(">=3,", 400), ">=99999999999999999999"} {
		if r, err := ParsePythonRange(bad); err == nil {
			t.Errorf("%.40q was read as %v", bad, r)
		}
	}
	for _, c := range []struct {
		rng, v string
		want   bool
	}{{"^3.10", "3.9.0", false}, {"^3.10", "3.13.0", true}, {">=3.8", "3.8.1", false}, {">=3.8", "3.10.0", true}, {"", "3.9.9", false}} {
		if got := PythonRangeOf(c.rng).Has(c.v); got != c.want {
			t.Errorf("%q for %s: %v", c.rng, c.v, got)
		}
	}
}

// A Python says what TestPythons needs of it; the made-up ones hold the answer.
func TestPythons(t *testing.T) {
	says := func(v string) string { return "cpython " + v + " final 1" }
	cases := []struct {
		name     string
		goos     string
		files    map[string]string
		env      map[string]string
		requires string
		want     string // places, best first
	}{
		{name: "none"},
		{name: "what most packages are made for comes first", files: map[string]string{"path/python3": says("3.15.0"), "usr/bin/python3.10": says("3.10.2"), "usr/bin/python3.13": says("3.13.1"), "usr/bin/python3.12": says("3.12.7")},
			want: "usr/bin/python3.13 usr/bin/python3.12 usr/bin/python3.10 path/python3"},
		{name: "a version manager's when there is no other", files: map[string]string{"home/.pyenv/versions/3.12.7/bin/python3": says("3.12.7"), "home/.pyenv/versions/3.13.7/bin/python3": says("3.13.7"), "home/.pyenv/versions/3.8.1/bin/python3": says("3.8.1")},
			want: "home/.pyenv/versions/3.13.7/bin/python3 home/.pyenv/versions/3.12.7/bin/python3"},
		{name: "places that stay, then private", files: map[string]string{
			"usr/bin/python3": says("3.11.2"), "toolbay/runtimes/python/cpython-3.13.5-linux-x86_64-gnu/bin/python3": says("3.13.5"), "home/.pyenv/versions/3.13.7/bin/python3": says("3.13.7")},
			want: "usr/bin/python3 toolbay/runtimes/python/cpython-3.13.5-linux-x86_64-gnu/bin/python3"},
		{name: "only those asked for", files: map[string]string{"usr/bin/python3.11": says("3.11.2"), "usr/bin/python3.12": says("3.12.7")}, requires: ">=3.12", want: "usr/bin/python3.12"},
		{name: "too old for any server", files: map[string]string{"usr/bin/python3": says("3.9.2")}, requires: ">=3.8"},
		{name: "another kind, a preview, an environment, a broken one", files: map[string]string{
			"usr/bin/python3.10": "pypy 3.10.2 final 1", "usr/bin/python3.14": "cpython 3.14.0 candidate 1", "usr/bin/python3.12": "cpython 3.12.0 final 0", "usr/bin/python3": "python: not found"}},
		{name: "shims and environments in use", files: map[string]string{
			"home/.pyenv/shims/python3": says("3.12.0"), "venv/bin/python3": says("3.12.1"), "miniconda3/bin/python3": says("3.12.2")},
			env: map[string]string{"PATH": "home/.pyenv/shims:venv/bin:miniconda3/bin", "VIRTUAL_ENV": "venv"}},
		{name: "Windows", goos: "windows", files: map[string]string{"local/Programs/Python/Python312/python.exe": says("3.12.4"), "toolbay/runtimes/python/cpython-3.13.5-windows-x86_64-none/python.exe": says("3.13.5")},
			want: "local/Programs/Python/Python312/python.exe toolbay/runtimes/python/cpython-3.13.5-windows-x86_64-none/python.exe"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if c.goos == "" {
				c.goos = "linux"
			}
			n, dir := machine(t, c.goos)
			for place, body := range c.files {
				write(t, 0o755, body, dir, filepath.FromSlash(place))
			}
			p := &Pythons{Home: n.Home, UserHome: n.UserHome, OS: c.goos, Run: n.Run, Getenv: func(k string) string {
				v, ok := c.env[k]
				if !ok {
					return n.Getenv(k)
				}
				var out []string
				for _, part := range strings.Split(v, ":") {
					out = append(out, filepath.Join(dir, filepath.FromSlash(part)))
				}
				return strings.Join(out, string(os.PathListSeparator))
			}}
			if c.goos != "windows" {
				p.SystemDirs = []string{filepath.Join(dir, "usr", "bin")}
			}
			found, err := p.List(context.Background(), c.requires)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range found {
				rel, _ := filepath.Rel(dir, f.Path)
				got = append(got, filepath.ToSlash(rel))
				if f.Private != strings.HasPrefix(rel, "toolbay") {
					t.Errorf("%+v", f)
				}
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("found %q", got)
			}
		})
	}
}

func TestSweepPythons(t *testing.T) {
	home := t.TempDir()
	if err := SweepPythons(home); err != nil {
		t.Fatal(err)
	}
	kept := write(t, 0o644, "x", PythonsDir(home), "cpython-3.13.5-linux-x86_64-gnu", "bin", "python3")
	temp := write(t, 0o644, "x", PythonsDir(home), ".temp", "half", "python3")
	release, err := HoldPythons(home)
	if err != nil {
		t.Fatal(err)
	}
	if err := SweepPythons(home); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(temp); err != nil {
		t.Error("a fetch under way was swept")
	}
	release()
	if err := SweepPythons(home); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(temp); err == nil {
		t.Error("what a killed fetch left is still there")
	}
	if _, err := os.Stat(kept); err != nil {
		t.Error("a Python was swept")
	}
}
