package running

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"toolbay/backend/model"
)

// The test binary is the app when it is told so: it runs until it is asked to
// close, or for ever.
func TestMain(m *testing.M) {
	if os.Getenv("BE_THE_APP") != "" {
		os.Stdout.WriteString("up\n")
		time.Sleep(time.Minute)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// start runs a program of that name with a home folder of its own.
func start(t *testing.T, name, home string) *exec.Cmd {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Link(self, file); err != nil {
		content, err := os.ReadFile(self)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, content, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	c := exec.Command(file)
	c.Env = append(os.Environ(), "BE_THE_APP=1", "HOME="+home)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill(); c.Wait() })
	if _, err := out.Read(make([]byte, 3)); err != nil {
		t.Fatal(err)
	}
	return c
}

var madeUp = Program{Names: []string{"made-up-app"}}

func TestARealProgramIsAskedToClose(t *testing.T) {
	home := t.TempDir()
	c := start(t, "made-up-app", home)
	other := start(t, "made-up-app", t.TempDir())
	s := System{Home: home}
	found := s.Find(t.Context(), madeUp)
	if len(found) != 1 || found[0].PID != c.Process.Pid {
		t.Fatalf("found %+v, want %d", found, c.Process.Pid)
	}
	if age := time.Since(found[0].Started); age < -2*time.Second || age > time.Hour {
		t.Errorf("started %v ago", age)
	}
	done := make(chan error, 1)
	go func() { done <- c.Wait() }()
	if err := s.Close(t.Context(), "Made Up", madeUp); err != nil {
		t.Fatal(err)
	}
	<-done
	if len((System{Home: other.Dir}).Find(t.Context(), madeUp)) != 1 {
		t.Error("the app of another home was closed too")
	}
	if err := s.Close(t.Context(), "Made Up", madeUp); model.Code(err) != "" {
		t.Errorf("an app that does not run: %v", err)
	}
}
