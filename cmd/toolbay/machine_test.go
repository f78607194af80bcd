package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"toolbay/internal/fakenpm"
)

// machine is a computer of a test's own: a home, a registry, an environment.
// Tests with one run side by side.
type machine struct {
	t    *testing.T
	home string // the user's; Toolbay's is home/.toolbay
	env  []string
	// heard is everything that any toolbay printed.
	heard bytes.Buffer
}

func newMachine(t *testing.T, more ...string) *machine {
	t.Helper()
	needNode(t)
	t.Parallel() // they wait for npm most of the time
	home := filepath.Join(t.TempDir(), "home")
	if err := os.Mkdir(home, 0o700); err != nil {
		t.Fatal(err)
	}
	env := append([]string{
		"HOME=" + home, "USERPROFILE=" + home, "PATH=" + os.Getenv("PATH"), "SystemRoot=" + os.Getenv("SystemRoot"),
		"DBUS_SESSION_BUS_ADDRESS=unix:path=" + filepath.Join(home, "no-bus"),
	}, npmEnvironment(fakenpm.New(t, packages...), t.TempDir())...)
	return &machine{t: t, home: home, env: append(env, more...)}
}

func (m *machine) path(parts ...string) string {
	return filepath.Join(append([]string{m.home}, parts...)...)
}

func (m *machine) write(name, content string) {
	m.t.Helper()
	path := m.path(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		m.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		m.t.Fatal(err)
	}
}

func (m *machine) read(name string) string {
	m.t.Helper()
	data, err := os.ReadFile(m.path(name))
	if err != nil {
		m.t.Fatal(err)
	}
	return string(data)
}

func (m *machine) command(args ...string) *exec.Cmd {
	cmd := exec.Command("toolbay", args...)
	cmd.Env, cmd.Dir = m.env, m.home
	return cmd
}

// run gives the exit code and what stood on standard output.
func (m *machine) run(stdin string, args ...string) (exit int, stdout string) {
	m.t.Helper()
	cmd := m.command(args...)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errs
	err := cmd.Run()
	m.heard.Write(out.Bytes())
	m.heard.Write(errs.Bytes())
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		m.t.Fatalf("toolbay %s: %v", strings.Join(args, " "), err)
	}
	m.t.Logf("toolbay %s: exit code %d\n%s%s", strings.Join(args, " "), cmd.ProcessState.ExitCode(), out.String(), errs.String())
	return cmd.ProcessState.ExitCode(), out.String()
}

// succeeds runs a command that must, and gives its document.
func (m *machine) succeeds(stdin string, args ...string) any {
	m.t.Helper()
	exit, out := m.run(stdin, append([]string{"--json"}, args...)...)
	var doc any
	if err := json.Unmarshal([]byte(out), &doc); err != nil || exit != exitOK {
		m.t.Fatalf("toolbay %s: exit code %d, %v", strings.Join(args, " "), exit, err)
	}
	return doc
}

// fails runs a command that must fail with a code.
func (m *machine) fails(code, stdin string, args ...string) {
	m.t.Helper()
	exit, out := m.run(stdin, append([]string{"--json"}, args...)...)
	var doc struct{ Error struct{ Code string } }
	if err := json.Unmarshal([]byte(out), &doc); err != nil || exit == exitOK || doc.Error.Code != code {
		m.t.Fatalf("toolbay %s: exit code %d, %v, code %q, want %s", strings.Join(args, " "), exit, err, doc.Error.Code, code)
	}
}

// field is a field's value as text.
func (m *machine) field(doc any, path string) string {
	m.t.Helper()
	v, err := at(doc, path)
	if err != nil {
		m.t.Fatal(err)
	}
	return text1(v)
}

func (m *machine) snapshot() map[string]string {
	m.t.Helper()
	files, err := snapshot(m.home)
	if err != nil {
		m.t.Fatal(err)
	}
	return files
}

// unchanged fails when the home is not as in a snapshot.
func (m *machine) unchanged(before map[string]string) {
	m.t.Helper()
	if d := differences(before, m.snapshot()); len(d) > 0 {
		m.t.Fatalf("changed: %s", strings.Join(d, "\n"))
	}
}

// holding lists the files below the home that contain a text.
func (m *machine) holding(text string) []string {
	m.t.Helper()
	var found []string
	err := filepath.WalkDir(m.home, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte(text)) {
			rel, _ := filepath.Rel(m.home, path)
			found = append(found, rel)
		}
		return err
	})
	if err != nil {
		m.t.Fatal(err)
	}
	return found
}
