package launch

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"toolbay/backend/model"
)

func TestPrepareEnvironment(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("paths and lists are written the Unix way here")
	}
	inherited := []string{"HOME=/h", "PATH=/usr/bin", "TOOLBAY_HOME=/t", "MODE=app", "PWD=/app", "broken"}
	base := Spec{
		Server: "notes", Command: "/n/node", Args: []string{"/s.js"}, Env: map[string]string{"MODE": "spec"},
		SecretEnv: map[string]string{"TOKEN": "${secret:KEY}", "AUTH": "Bearer ${secret:KEY}:${secret:PIN}"},
		Secrets:   []string{"KEY", "PIN"}, Path: []string{"/n", "/m"}, Dir: "/s",
		Profiles: map[string]ProfileSpec{
			"work":  {Args: []string{"/w.js"}, Env: map[string]string{"MODE": "work", "AUTH": "none"}, Secrets: []string{"KEY"}},
			"quiet": {Args: []string{}, SecretEnv: map[string]string{"MODE": "${secret:PIN}"}},
		},
	}
	values := map[string]string{"KEY": "k$1", "PIN": "${secret:KEY}"}
	cases := []struct {
		name, profile string
		env, args     []string
		hide          []string
	}{
		{"server", "", []string{
			"AUTH=Bearer k$1:${secret:KEY}", "HOME=/h", "MODE=spec", "PATH=/n:/m:/usr/bin", "PWD=/s", "TOKEN=k$1",
		}, []string{"/s.js"}, []string{"${secret:KEY}", "k$1"}},
		{"profile of its own", "work", []string{
			"AUTH=none", "HOME=/h", "MODE=work", "PATH=/n:/m:/usr/bin", "PWD=/s", "TOKEN=k$1",
		}, []string{"/w.js"}, []string{"k$1"}},
		{"profile with a secret in place of a plain value", "quiet", []string{
			"AUTH=Bearer k$1:${secret:KEY}", "HOME=/h", "MODE=${secret:KEY}", "PATH=/n:/m:/usr/bin", "PWD=/s", "TOKEN=k$1",
		}, []string{}, []string{"${secret:KEY}", "k$1"}},
		{"profile without settings", "other", []string{
			"AUTH=Bearer k$1:${secret:KEY}", "HOME=/h", "MODE=spec", "PATH=/n:/m:/usr/bin", "PWD=/s", "TOKEN=k$1",
		}, []string{"/s.js"}, []string{"${secret:KEY}", "k$1"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := Prepare("/t", base, c.profile, values, inherited)
			want := Command{Path: "/n/node", Args: c.args, Env: c.env, Dir: "/s", Hide: c.hide}
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Fatalf("got  %+v %v\nwant %+v", got, err, want)
			}
		})
	}
}

func TestPreparePath(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("paths and lists are written the Unix way here")
	}
	cases := []struct {
		name      string
		path, env []string
		own       map[string]string
		want      string
	}{
		{"none asked for", nil, []string{"PATH=/a"}, nil, "PATH=/a"},
		{"in front", []string{"/n"}, []string{"PATH=/a:/b"}, nil, "PATH=/n:/a:/b"},
		{"the app gives none", []string{"/n"}, nil, nil, "PATH=/n:/usr/local/bin:/usr/bin:/bin"},
		{"the server has its own", []string{"/n"}, []string{"PATH=/a"}, map[string]string{"PATH": "/o"}, "PATH=/n:/o"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := Prepare("/t", Spec{Command: "/x", Path: c.path, Env: c.own}, "", nil, c.env)
			if err != nil || !slices.Equal(got.Env, []string{c.want}) {
				t.Fatalf("got %v %v, want %s", got.Env, err, c.want)
			}
		})
	}
}

func TestPrepareRefuses(t *testing.T) {
	cases := []struct {
		name string
		spec Spec
		code string
	}{
		{"a key that is not there", Spec{Command: "/n/node", SecretEnv: map[string]string{"A": "${secret:GONE}"}}, "secret_unknown"},
		{"a key that is not there in an argument", Spec{Command: "/n/node", Args: []string{"${secret:GONE}"}}, "secret_unknown"},
		{"a key in an argument of another program", Spec{Command: "/n/notes", Args: []string{"--k=${secret:KEY}"}}, "secret_in_argument"},
		{"a key in an option of Python's own", Spec{Command: "/n/python", Args: []string{"-c", "print('${secret:KEY}')"}}, "secret_in_argument"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := Prepare(t.TempDir(), c.spec, "", map[string]string{"KEY": "hunter2"}, nil)
			if model.Code(err) != c.code || strings.Contains(err.Error(), "hunter2") {
				t.Fatalf("%v", err)
			}
		})
	}
}

func TestPrepareKeepsSecretsOffTheCommandLine(t *testing.T) {
	home := t.TempDir()
	spec := Spec{Server: "notes", Command: abs("/n/node"), Args: []string{"s.js", "--k=${secret:K}", "plain"}, Secrets: []string{"K"}}
	for range 2 { // the second finds the file in place
		c, err := Prepare(home, spec, "", map[string]string{"K": "hunter2", "OTHER": "unused"}, nil)
		if err != nil {
			t.Fatal(err)
		}
		script := filepath.Join(home, "lib", "args.cjs")
		if !slices.Equal(c.Args, []string{"--require", script, "s.js", "--k=${secret:K}", "plain"}) {
			t.Errorf("args %q", c.Args)
		}
		if !slices.Equal(c.Env, []string{argsVariable + `={"K":"hunter2"}`}) || !slices.Equal(c.Hide, []string{"hunter2"}) {
			t.Errorf("env %q, hide %q", c.Env, c.Hide)
		}
		if data, err := os.ReadFile(script); err != nil || string(data) != string(argsScript) {
			t.Errorf("the file: %q %v", data, err)
		}
		if err := os.WriteFile(script, []byte("older"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(spec.Args, []string{"s.js", "--k=${secret:K}", "plain"}) {
		t.Errorf("the spec was changed: %q", spec.Args)
	}
}

// A Python server sees the key among its arguments, and itself as if it had been
// started directly; nobody else sees the key.
func TestPythonGetsItsArguments(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("needs Python")
	}
	home, dir := t.TempDir(), t.TempDir()
	script := filepath.Join(dir, "server.py")
	told := "import json, os, sys\nimport beside\nprint(json.dumps([sys.argv, __name__, 'TOOLBAY_ARGUMENT_SECRETS' in os.environ, beside.here]))\n"
	for name, content := range map[string]string{"server.py": told, "beside.py": "here = True\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name  string
		args  []string
		first string
	}{
		{"a script", []string{script}, script},
		{"a module", []string{"-m", "server"}, script},
	} {
		t.Run(c.name, func(t *testing.T) {
			spec := Spec{Server: "notes", Command: python, Args: append(c.args, "--k=${secret:K}", "${other}"), Secrets: []string{"K"}}
			cmd, err := Prepare(home, spec, "", map[string]string{"K": "hunter2${secret:K}"}, []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME")})
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(strings.Join(cmd.Args, " "), "hunter2") {
				t.Fatalf("the key is visible: %q", cmd.Args)
			}
			p := exec.Command(cmd.Path, cmd.Args...)
			p.Env, p.Dir = cmd.Env, dir
			out, err := p.CombinedOutput()
			want, _ := json.Marshal([]any{[]string{c.first, "--k=hunter2${secret:K}", "${other}"}, "__main__", false, true})
			got := strings.ReplaceAll(strings.TrimSpace(string(out)), ", ", ",")
			if err != nil || got != string(want) {
				t.Errorf("it saw %s %v, want %s", out, err, want)
			}
		})
	}
}

func TestSpecFileHoldsMarksOnly(t *testing.T) {
	home := t.TempDir()
	spec := Spec{
		Server: "notes", Command: abs("/n/node"), Args: []string{"s.js", "${secret:K}"}, Secrets: []string{"K"},
		SecretEnv: map[string]string{"A": "Bearer ${secret:K}"},
	}
	c, err := Prepare(home, spec, "", map[string]string{"K": "hunter2"}, nil)
	if err != nil || !strings.Contains(strings.Join(c.Env, "\n"), "A=Bearer hunter2") {
		t.Fatalf("%v %v", c.Env, err)
	}
	if err := Write(home, spec); err != nil {
		t.Fatal(err)
	}
	n := 0
	err = filepath.WalkDir(home, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		n++
		data, err := os.ReadFile(path)
		if strings.Contains(string(data), "hunter2") {
			t.Errorf("%s holds the key", path)
		}
		return err
	})
	if err != nil || n != 2 {
		t.Fatalf("looked into %d files, %v", n, err)
	}
}

func TestAppEnvironment(t *testing.T) {
	all := map[string]string{"HOME": "/h", "PATH": "/p", "USER": "u", "SYSTEMROOT": `C:\Windows`, "DBUS_SESSION_BUS_ADDRESS": "x", "API_KEY": "k", "TERM": ""}
	got := AppEnvironment(func(n string) string { return all[n] })
	want := []string{"HOME=/h", "PATH=/p", "USER=u"}
	if runtime.GOOS == "windows" {
		want = []string{"PATH=/p", `SYSTEMROOT=C:\Windows`}
	}
	if !slices.Equal(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
}

func FuzzFill(f *testing.F) {
	for _, s := range []string{"", "${secret:A}", "x${secret:A}${secret:B}y", "${secret:", "${secret:}", "${secret:A", "}${secret:A}{"} {
		f.Add(s, "v${secret:B}")
	}
	f.Fuzz(func(t *testing.T, template, value string) {
		values := map[string]string{}
		for _, name := range names(template) {
			values[name] = value
		}
		fill := filler{values: values, used: map[string]bool{}}
		got, err := fill.text(template)
		if err != nil {
			t.Fatal(err)
		}
		marks := 0
		for _, name := range names(template) {
			marks += len(value) - len(markStart+name+markEnd)
		}
		if len(got) != len(template)+marks {
			t.Fatalf("%q became %q", template, got)
		}
		if _, err := json.Marshal(fill.hide()); err != nil {
			t.Fatal(err)
		}
	})
}
