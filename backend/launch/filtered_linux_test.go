package launch

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

// With some tools only, the launcher stays; the server ends with it in any case.
func TestFilteredServer(t *testing.T) {
	home, launcher := newHome(t)
	err := Write(home, Spec{
		Server: "notes", Command: testProgram(t), Args: []string{"server"}, Dir: home,
		Profiles: map[string]ProfileSpec{"work": {Tools: []string{}}, "play": {}},
	})
	if err != nil {
		t.Fatal(err)
	}
	ends := map[string]func(*started){
		"the end of its input": func(s *started) { s.stdin.Close() },
		"being asked to":       func(s *started) { s.cmd.Process.Signal(syscall.SIGTERM) },
		"being killed":         func(s *started) { s.cmd.Process.Kill() },
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			s := startServer(t, sixVariables(home), launcher, "notes", "work")
			if s.PID == s.cmd.Process.Pid {
				t.Fatal("nothing stays between the app and the server")
			}
			end(s)
			s.cmd.Wait()
			for start := time.Now(); !gone(s.PID); time.Sleep(5 * time.Millisecond) {
				if time.Since(start) > 20*time.Second {
					t.Fatal("the server is still there")
				}
			}
			if code := s.cmd.ProcessState.ExitCode(); name == "the end of its input" && code != 7 {
				t.Errorf("exit code %d", code)
			}
			if s.stderr.String() != "" && name != "being killed" {
				t.Errorf("errors: %q", s.stderr.String())
			}
		})
	}
	for _, profile := range []string{"", "play"} {
		if s := startServer(t, sixVariables(home), launcher, "notes", profile); s.PID != s.cmd.Process.Pid {
			t.Errorf("profile %q: something stays though all tools can be used", profile)
		}
	}
}

func gone(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return true
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || strings.Contains(string(stat), ") Z ")
}
