//go:build !windows

package launch

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"toolbay/backend/model"
	"toolbay/backend/secrets"
)

// The test program is also the launcher (its copy called toolbay) and a server
// (argument "server"), so that everything runs as it does in an app. It ends
// by syscall.Exit: os.Exit would have the tools for races and coverage wait or
// write something first.
func TestMain(m *testing.M) {
	switch {
	case filepath.Base(os.Args[0]) == "toolbay":
		err := Run(Home(os.Getenv), os.Args[1], strings.Join(os.Args[2:], ""))
		fmt.Fprintln(os.Stderr, model.Code(err))
		syscall.Exit(1)
	case len(os.Args) > 1 && os.Args[1] == "server":
		server(os.Args[2:])
	}
	os.Exit(m.Run())
}

// told is what a server sees of how it was started.
type told struct {
	PID     int
	Args    []string
	Env     []string
	Dir     string
	Left    []string // process.execArgv of Node
	Cmdline string
}

func server(args []string) {
	dir, _ := os.Getwd()
	json.NewEncoder(os.Stdout).Encode(told{PID: os.Getpid(), Args: args, Env: os.Environ(), Dir: dir})
	io.Copy(io.Discard, os.Stdin)
	syscall.Exit(7)
}

// sixVariables are all an AI app passes on.
func sixVariables(home string) []string {
	return []string{"HOME=" + home, "LOGNAME=u", "PATH=/usr/bin:/bin", "SHELL=/bin/sh", "TERM=dumb", "USER=u"}
}

// newHome makes a home with the launcher in it.
func newHome(t testing.TB) (home, launcher string) {
	t.Helper()
	home = filepath.Join(t.TempDir(), ".toolbay")
	if err := os.MkdirAll(home, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, "home.json"), []byte(`{"format":1}`), 0o600); err != nil {
		t.Fatal(err)
	}
	launcher, err := PlaceLauncher(home, testProgram(t))
	if err != nil {
		t.Fatal(err)
	}
	return home, launcher
}

func testProgram(t testing.TB) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return self
}

// started is a server started through the launcher.
type started struct {
	told
	cmd    *exec.Cmd
	stdin  io.Closer
	stderr strings.Builder
}

func startServer(t *testing.T, env []string, launcher string, args ...string) *started {
	t.Helper()
	s := &started{cmd: exec.Command(launcher, args...)}
	s.cmd.Env, s.cmd.Stderr = env, &s.stderr
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	stdin, err := s.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.stdin = stdin
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.cmd.Process.Kill()
		s.cmd.Wait()
	})
	if err := json.NewDecoder(stdout).Decode(&s.told); err != nil {
		s.cmd.Wait()
		t.Fatalf("first words on the output: %v; errors: %s", err, s.stderr.String())
	}
	return s
}

// end closes the server's input, waits and gives the exit code.
func (s *started) end() int {
	s.stdin.Close()
	s.cmd.Wait()
	return s.cmd.ProcessState.ExitCode()
}

func TestRunBecomesTheServer(t *testing.T) {
	home, launcher := newHome(t)
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	err = Write(home, Spec{
		Server: "notes", Command: testProgram(t), Args: []string{"server", "a b", "$HOME", ""}, Dir: dir,
		Env: map[string]string{"MODE": "x y"}, Path: []string{"/private node"},
		Profiles: map[string]ProfileSpec{"work": {Env: map[string]string{"MODE": "work"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	user := t.TempDir()
	for _, c := range []struct{ profile, mode string }{{"", "x y"}, {"work", "work"}} {
		s := startServer(t, sixVariables(user), launcher, "notes", c.profile)
		want := []string{"HOME=" + user, "LOGNAME=u", "MODE=" + c.mode, "PATH=/private node:/usr/bin:/bin", "SHELL=/bin/sh", "TERM=dumb", "USER=u"}
		if s.PID != s.cmd.Process.Pid {
			t.Errorf("a process of ours stayed: %d started %d", s.cmd.Process.Pid, s.PID)
		}
		if !slices.Equal(s.Args, []string{"a b", "$HOME", ""}) || s.Dir != dir || !slices.Equal(s.Env, want) {
			t.Errorf("args %q, dir %s, env %q", s.Args, s.Dir, s.Env)
		}
		if code := s.end(); code != 7 || s.stderr.String() != "" {
			t.Errorf("exit code %d, errors %q", code, s.stderr.String())
		}
	}
}

func TestRunThatFailsSaysSoAndNothingElse(t *testing.T) {
	home, launcher := newHome(t)
	for _, s := range []Spec{
		{Server: "gone", Command: filepath.Join(home, "gone")},
		{Server: "folder", Command: home},
		{Server: "no-dir", Command: testProgram(t), Dir: filepath.Join(home, "gone")},
		{Server: "no-key", Command: testProgram(t), Secrets: []string{"K"}, KeysIn: "file"},
		{Server: "some-keys", Command: testProgram(t), Secrets: []string{"K"}, SecretEnv: map[string]string{"K": "${secret:K}"}, KeysIn: "file"},
	} {
		if err := Write(home, s); err != nil {
			t.Fatal(err)
		}
	}
	if err := secrets.OpenFile(home).Set("some-keys", "", map[string]string{"OTHER": "x"}); err != nil {
		t.Fatal(err)
	}
	for id, code := range map[string]string{
		"absent": "server_unknown", "../bin": "server_unknown", "gone": "program_missing", "folder": "program_missing",
		"no-dir": "program_missing", "no-key": "secret_unknown", "some-keys": "secret_unknown",
	} {
		t.Run(id, func(t *testing.T) {
			cmd := exec.Command(launcher, id)
			cmd.Env = sixVariables(t.TempDir())
			var errors strings.Builder
			cmd.Stderr = &errors
			out, err := cmd.Output()
			if err == nil || len(out) != 0 || errors.String() != code+"\n" {
				t.Fatalf("%v, output %q, errors %q, want %s", err, out, errors.String(), code)
			}
		})
	}
}

func TestSecretInAnArgumentOfNode(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("needs node")
	}
	if node, err = filepath.EvalSymlinks(node); err != nil {
		t.Fatal(err)
	}
	const secret = `hun"ter$2 ${secret:X} ü`
	for _, entry := range []string{"server.cjs", "server.mjs"} {
		t.Run(entry, func(t *testing.T) {
			home, launcher := newHome(t)
			script, err := filepath.Abs(filepath.Join("testdata", entry))
			if err != nil {
				t.Fatal(err)
			}
			err = Write(home, Spec{
				Server: "notes", Command: node, Args: []string{script, "plain", "--key=${secret:K}", "${secret:other}"},
				Secrets: []string{"K", "other"}, KeysIn: "file",
			})
			if err != nil {
				t.Fatal(err)
			}
			if err := secrets.OpenFile(home).Set("notes", "", map[string]string{"K": secret, "other": "$&"}); err != nil {
				t.Fatal(err)
			}
			s := startServer(t, sixVariables(t.TempDir()), launcher, "notes")
			if !slices.Equal(s.Args, []string{"plain", "--key=" + secret, "$&"}) {
				t.Errorf("arguments %q", s.Args)
			}
			if len(s.Left) != 0 {
				t.Errorf("the server's children would load our file: %q", s.Left)
			}
			for _, v := range s.Env {
				if strings.HasPrefix(v, "TOOLBAY_") || strings.Contains(v, "hun") {
					t.Errorf("the server sees %s", v)
				}
			}
			if strings.Contains(s.Cmdline, "hun") || s.Cmdline != "" && !strings.Contains(s.Cmdline, "${secret:K}") {
				t.Errorf("others see %q", s.Cmdline)
			}
			if code := s.end(); code != 0 {
				t.Errorf("exit code %d, %s", code, s.stderr.String())
			}
		})
	}
}

func TestSupervise(t *testing.T) {
	out, err := os.CreateTemp(t.TempDir(), "out")
	if err != nil {
		t.Fatal(err)
	}
	in, feed, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stdin, stdout := os.Stdin, os.Stdout
	os.Stdin, os.Stdout = in, out
	t.Cleanup(func() { os.Stdin, os.Stdout = stdin, stdout })

	type result struct {
		code int
		err  error
	}
	done := make(chan result, 1)
	go func() {
		code, err := supervise(Command{Path: testProgram(t), Args: []string{"server", "x"}, Env: []string{"A=b"}, Dir: t.TempDir()})
		done <- result{code, err}
	}()
	await(t, func() bool { st, err := out.Stat(); return err == nil && st.Size() > 0 })
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} { // would end this program
		if err := syscall.Kill(os.Getpid(), s); err != nil {
			t.Fatal(err)
		}
	}
	feed.Close()
	if r := <-done; r.code != 7 || r.err != nil {
		t.Fatalf("%+v", r)
	}
	var s told
	data, err := os.ReadFile(out.Name())
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	if err != nil || !slices.Equal(s.Args, []string{"x"}) || !slices.Contains(s.Env, "A=b") {
		t.Fatalf("%+v %v", s, err)
	}
	if _, err := supervise(Command{Path: "/nowhere/program"}); err == nil {
		t.Fatal("a program that is not there was started")
	}
}

func await(t testing.TB, ok func() bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("did not happen")
		}
	}
}
