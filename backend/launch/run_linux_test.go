package launch

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"toolbay/backend/secrets"
	"toolbay/backend/secrets/secretstest"
)

// The bus is where systemd puts it, and nothing in the environment says so.
func TestRunFindsItsKeysWithoutBeingTold(t *testing.T) {
	socket := userBus(t)
	bus := secretstest.Start(t, socket)
	bus.StartKeychain(t)
	home, launcher := newHome(t)
	err := Write(home, Spec{
		Server: "notes", Title: "Notes", Command: testProgram(t), Args: []string{"server"},
		Secrets: []string{"K"}, SecretEnv: map[string]string{"TOKEN": "${secret:K}"},
		Profiles: map[string]ProfileSpec{"work": {Secrets: []string{"K"}}, "new": {Secrets: []string{"K"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	bus.Store(t, "toolbay", "notes", `{"K":"first"}`)
	bus.Store(t, "toolbay", "notes@work", `{"K":"second"}`)
	user := t.TempDir()

	for _, c := range []struct{ profile, want string }{{"", "first"}, {"work", "second"}} {
		before := children(t)
		s := startServer(t, sixVariables(user), launcher, "notes", c.profile)
		want := append(sixVariables(user), "TOKEN="+c.want)
		slices.Sort(want)
		if !slices.Equal(s.Env, want) {
			t.Errorf("profile %q: env %q", c.profile, s.Env)
		}
		if s.PID != s.cmd.Process.Pid {
			t.Errorf("a process of ours stayed: %d started %d", s.cmd.Process.Pid, s.PID)
		}
		s.end()
		if after := children(t); !slices.Equal(before, after) {
			t.Errorf("processes before %v, after %v", before, after)
		}
	}

	fails := func(profile, stderr string) {
		t.Helper()
		cmd := exec.Command(launcher, "notes", profile)
		cmd.Env = sixVariables(user)
		var errors strings.Builder
		cmd.Stderr = &errors
		out, err := cmd.Output()
		if err == nil || len(out) != 0 || errors.String() != stderr {
			t.Fatalf("%v, output %q, errors %q, want %q", err, out, errors.String(), stderr)
		}
	}
	fails("new", "secret_unknown\n") // never the keys of another account
	bus.Lock(t)
	fails("", "Toolbay: your keys are locked. Notes starts when you unlock them.\nkeychain_locked\n")
	bus.StopKeychain(t)
	fails("", "keychain_absent\n")
}

// userBus gives the place of the user's own session bus where the machine has
// none, and takes it away again.
func userBus(t *testing.T) string {
	t.Helper()
	dir := fmt.Sprintf("/run/user/%d", os.Getuid())
	if err := os.Mkdir(dir, 0o700); err == nil {
		t.Cleanup(func() { os.Remove(dir) })
	} else if !os.IsExist(err) {
		t.Skipf("needs %s, which only root can make: %v", dir, err)
	}
	socket := filepath.Join(dir, "bus")
	if _, err := os.Lstat(socket); err == nil {
		t.Skip("needs a user without a session bus")
	}
	t.Cleanup(func() { os.Remove(socket) })
	return socket
}

// children are all processes below this one. It adopts those whose parent has
// gone, so that a process left behind is found too.
func children(t *testing.T) []int {
	t.Helper()
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		t.Fatal(err)
	}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	var out []int
	for _, path := range stats {
		data, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		fields := strings.Fields(string(data[strings.LastIndexByte(string(data), ')')+1:]))
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if fields[1] == strconv.Itoa(os.Getpid()) {
			out = append(out, pid)
		}
	}
	slices.Sort(out)
	return out
}

// From before the start until the server answers, nobody on the computer sees
// the key in any command line.
func TestNoCommandLineShowsAKey(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("needs node")
	}
	script, err := filepath.Abs(filepath.Join("testdata", "server.mjs"))
	if err != nil {
		t.Fatal(err)
	}
	home, launcher := newHome(t)
	const key = "k3y-7f1c9a"
	err = Write(home, Spec{
		Server: "notes", Command: node, Args: []string{script, "--key=${secret:K}"},
		Secrets: []string{"K"}, SecretEnv: map[string]string{"TOKEN": "Bearer ${secret:K}"}, KeysIn: "file",
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := secrets.OpenFile(home).Set("notes", "", map[string]string{"K": key}); err != nil {
		t.Fatal(err)
	}
	stop, rounds := make(chan struct{}), make(chan int)
	go func() {
		n := 0
		for {
			select {
			case <-stop:
				rounds <- n
				return
			default:
			}
			lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
			for _, path := range lines {
				if data, err := os.ReadFile(path); err == nil && strings.Contains(string(data), key) {
					t.Errorf("%s shows %q", path, data)
				}
			}
			n++
		}
	}()
	s := startServer(t, sixVariables(t.TempDir()), launcher, "notes")
	close(stop)
	if n := <-rounds; n < 2 {
		t.Errorf("looked only %d times", n)
	}
	if !slices.Contains(s.Args, "--key="+key) || !slices.Contains(s.Env, "TOKEN=Bearer "+key) {
		t.Errorf("the server got %q, %q", s.Args, s.Env)
	}
	s.end()
}
