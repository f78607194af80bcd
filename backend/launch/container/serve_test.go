package container_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"toolbay/backend/job"
	"toolbay/backend/launch/container"
	"toolbay/backend/model"
	"toolbay/backend/runtimes/engine"
	"toolbay/internal/containertest"
)

// begin gives a start of the test server, its image in the engine.
func begin(t *testing.T, env ...string) container.Start {
	t.Helper()
	image := containertest.Image(t, "acme/launch", "1")
	e := open(t, image.Engine)
	if err := e.Pull(t.Context(), image.Name+"@"+image.Digest, "", "", job.Silent); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return container.Start{
		Home: t.TempDir(), Server: "notes", Env: env, Guard: []string{self},
		Container: model.Container{Image: image.Name + "@" + image.Digest, Engine: image.Engine, ReadOnly: true},
	}
}

func open(t *testing.T, host string) *engine.Engine {
	t.Helper()
	a, err := engine.ParseAddress(host)
	if err != nil {
		t.Fatal(err)
	}
	e, err := engine.Open(a)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	if err := e.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	return e
}

// launcher is a launcher under way, in a program of its own.
type launcher struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func launch(t *testing.T, s container.Start) *launcher {
	t.Helper()
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "start.json")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	l := &launcher{cmd: exec.Command(s.Guard[0], "serve", file)}
	l.cmd.Stderr = io.Discard
	if l.in, err = l.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := l.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	l.out = bufio.NewReader(out)
	if err := l.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.cmd.Process.Kill(); l.cmd.Wait() })
	return l
}

// ask sends a request and gives the answer's line.
func (l *launcher) ask(t *testing.T, line string) string {
	t.Helper()
	if _, err := io.WriteString(l.in, line+"\n"); err != nil {
		t.Fatal(err)
	}
	answer, err := l.out.ReadString('\n')
	if err != nil {
		t.Fatalf("no answer: %v", err)
	}
	return answer
}

const hello = `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}`

func call(tool string, args map[string]string) string {
	a, _ := json.Marshal(args)
	return `{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"` + tool + `","arguments":` + string(a) + `}}`
}

func mine(s container.Start) string { return container.LabelHome + "=" + container.HomeMark(s.Home) }

// gone waits until no container of a start is left.
func gone(t *testing.T, s container.Start) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; {
		left := containertest.Containers(t, mine(s))
		if len(left) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d containers are left, the first %s: %s", len(left), left[0].Name, left[0].State.Status)
		}
		runtime.Gosched()
		<-time.After(20 * time.Millisecond)
	}
}

func TestAServerIsShutOff(t *testing.T) {
	folder, other := t.TempDir(), t.TempDir()
	for _, dir := range []string{folder, other} {
		if err := os.WriteFile(filepath.Join(dir, "here.txt"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := begin(t, "PLAIN=word", "KEY=k3y-of-nobody")
	s.Args = []string{"--notes", "/notes"}
	s.Container.Network, s.Container.Workdir = "none", "/data"
	s.Container.CPUs, s.Container.MemoryMB = 0.5, 64
	s.Container.Mounts = []model.Mount{{Source: folder, Target: "/notes"}, {Source: other, Target: "/drafts", Writable: true}}
	l := launch(t, s)
	if got := l.ask(t, hello); !strings.Contains(got, "container-test") {
		t.Fatalf("hello: %s", got)
	}
	for _, c := range []struct {
		name, ask, want string
	}{
		{"a key is a variable", call("env", map[string]string{"name": "KEY"}), "k3y-of-nobody"},
		{"arguments and folder", call("who", nil), "0 /data --notes /notes"},
		{"a chosen folder is seen", call("read", map[string]string{"path": "/notes"}), "here.txt"},
		{"and not written to", call("write", map[string]string{"path": "/notes/new"}), "read-only file system"},
		{"one that may be written to", call("write", map[string]string{"path": "/drafts/new"}), "written"},
		{"the rest is not", call("write", map[string]string{"path": "/data/new"}), "read-only file system"},
		{"but /tmp is", call("write", map[string]string{"path": "/tmp/new"}), "written"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := l.ask(t, c.ask); !strings.Contains(got, c.want) {
				t.Errorf("got %s, want %q", got, c.want)
			}
		})
	}
	found := containertest.Containers(t, mine(s))
	if len(found) != 1 {
		t.Fatalf("%d containers", len(found))
	}
	c := found[0]
	h := c.HostConfig
	switch {
	case !h.AutoRemove || h.Init == nil || !*h.Init || !c.Config.StdinOnce:
		t.Error("it does not go by itself")
	case strings.Join(h.CapDrop, " ") != "ALL" || !strings.Contains(strings.Join(h.SecurityOpt, " "), "no-new-privileges") || !h.ReadonlyRootfs || h.Privileged:
		t.Errorf("rights: %v %v", h.CapDrop, h.SecurityOpt)
	case h.NanoCPUs != 5e8 || h.Memory != 64<<20 || h.PidsLimit == nil || *h.PidsLimit != 512:
		t.Errorf("bounds: %d %d %v", h.NanoCPUs, h.Memory, h.PidsLimit)
	case h.NetworkMode != "none" || h.LogConfig.Type != "none":
		t.Errorf("network %s, log %s", h.NetworkMode, h.LogConfig.Type)
	case !strings.HasPrefix(c.Name, "/toolbay-notes-") || c.Config.Labels[container.LabelServer] != "notes":
		t.Errorf("name %s, labels %v", c.Name, c.Config.Labels)
	}
	// The key stands in the variables and nowhere else.
	c.Config.Env = nil
	if all, err := json.Marshal(c); err != nil || strings.Contains(string(all), "k3y-of-nobody") {
		t.Errorf("the key stands beside the variables: %v", err)
	}
	noKeyInArguments(t, "k3y-of-nobody")
	l.in.Close()
	if err := l.cmd.Wait(); err != nil {
		t.Errorf("the launcher ended with %v", err)
	}
	gone(t, s)
	if left, _ := os.ReadDir(filepath.Join(s.Home, "run")); len(left) != 0 {
		t.Errorf("files are left: %v", left)
	}
}

// noKeyInArguments looks at every program of this computer.
func noKeyInArguments(t *testing.T, key string) {
	t.Helper()
	files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, f := range files {
		if data, err := os.ReadFile(f); err == nil && strings.Contains(string(data), key) {
			t.Errorf("%s has the key", f)
		}
	}
}

func TestTheEnd(t *testing.T) {
	s := begin(t)
	for _, c := range []struct {
		name string
		env  string
		end  func(*launcher)
		code int
	}{
		{"its input ends", "", func(l *launcher) { l.in.Close() }, 0},
		{"it ends by itself with a code", "SERVER_EXIT=3", func(*launcher) {}, 3},
		{"the launcher is asked to end", "", func(l *launcher) { l.cmd.Process.Signal(syscall.SIGTERM) }, 0},
		{"asked to end, with a server that does not care", "SERVER_IGNORES_END=1", func(l *launcher) { l.cmd.Process.Signal(syscall.SIGTERM) }, 0},
		{"its input ends, and it does not care", "SERVER_IGNORES_END=1", func(l *launcher) { l.in.Close() }, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := s
			s.Home = t.TempDir()
			if c.env != "" {
				s.Env = []string{c.env}
			}
			l := launch(t, s)
			if c.code == 0 {
				l.ask(t, hello)
			}
			c.end(l)
			l.cmd.Wait()
			if got := l.cmd.ProcessState.ExitCode(); got != c.code {
				t.Errorf("ended with %d, want %d", got, c.code)
			}
			gone(t, s)
		})
	}
}

// TestKilled kills fifty launchers, with servers that do not end with their
// input: half while they start, at any moment of it, half while they serve.
func TestKilled(t *testing.T) {
	s := begin(t, "SERVER_IGNORES_END=1")
	// How long a start takes here, to spread the kills over it.
	began := time.Now()
	l := launch(t, s)
	l.ask(t, hello)
	took := time.Since(began)
	l.cmd.Process.Kill()
	l.cmd.Wait()
	for i := range 49 {
		l := launch(t, s)
		if i%2 == 0 {
			l.ask(t, hello)
		} else {
			<-time.After(took * time.Duration(i) / 40)
		}
		if err := l.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		l.cmd.Wait()
	}
	gone(t, s)
	// A container could still be on its way; guards wait for that, too.
	noGuards(t, s)
	gone(t, s)
}

// noGuards waits until the guards of a home have ended.
func noGuards(t *testing.T, s container.Start) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; {
		files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
		n := 0
		for _, f := range files {
			if data, err := os.ReadFile(f); err == nil && strings.Contains(string(data), "guard\x00watch") && strings.Contains(string(data), s.Home) {
				n++
			}
		}
		if n == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d guards are left", n)
		}
		<-time.After(20 * time.Millisecond)
	}
}

// Without a guard a stubborn server stays; the next start takes it away.
func TestLeftovers(t *testing.T) {
	s := begin(t, "SERVER_IGNORES_END=1")
	unguarded := s
	unguarded.Guard = nil
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, w := io.Pipe()
	out, answers := io.Pipe()
	// One of a launcher that lives: nobody may take that for a leftover.
	served := make(chan error, 1)
	go func() { served <- container.Serve(unguarded)(ctx, r, answers, io.Discard) }()
	io.WriteString(w, hello+"\n")
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "start.json")
	data, _ := json.Marshal(unguarded)
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	l := &launcher{cmd: exec.Command(s.Guard[0], "serve", file)}
	l.in, _ = l.cmd.StdinPipe()
	stdout, _ := l.cmd.StdoutPipe()
	l.out = bufio.NewReader(stdout)
	if err := l.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	l.ask(t, hello)
	l.cmd.Process.Kill()
	l.cmd.Wait()
	if n := len(containertest.Containers(t, mine(s))); n != 2 {
		t.Fatalf("%d containers, expected the living one and the leftover", n)
	}
	e := open(t, s.Container.Engine)
	if n, err := container.Clear(t.Context(), e, s.Home); n != 1 || err != nil {
		t.Errorf("cleared %d, %v", n, err)
	}
	if n := len(containertest.Containers(t, mine(s))); n != 1 {
		t.Errorf("%d containers are left, expected the living one", n)
	}
	cancel()
	if err := <-served; err != nil {
		t.Error(err)
	}
	gone(t, s)
}

// An image that was cleared away is fetched again by its digest.
func TestImageCameAgain(t *testing.T) {
	image := containertest.Image(t, "acme/again", "1")
	s := container.Start{Home: t.TempDir(), Server: "notes", Container: model.Container{Image: image.Name + "@" + image.Digest, Engine: image.Engine}}
	var said strings.Builder
	err := container.Serve(s)(t.Context(), strings.NewReader(hello+"\n"), &said, io.Discard)
	if err != nil || !strings.Contains(said.String(), "container-test") {
		t.Errorf("%v, %q", err, said.String())
	}
	if !image.Here(t) {
		t.Error("the image is not here")
	}
}

func TestWhatCannotStart(t *testing.T) {
	s := begin(t)
	for _, c := range []struct {
		name   string
		change func(*container.Start)
		code   string
	}{
		{"a folder that is gone", func(s *container.Start) {
			s.Container.Mounts = []model.Mount{{Source: filepath.Join(s.Home, "gone"), Target: "/x"}}
		}, "mount_missing"},
		{"a user that the image does not know", func(s *container.Start) { s.Container.User = "nobody-here" }, "container_refused"},
		{"an engine that is not there", func(s *container.Start) { s.Container.Engine = "unix://" + s.Home + "/none.sock" }, "engine_not_running"},
		{"an image that nobody has", func(s *container.Start) {
			name, _, _ := strings.Cut(s.Container.Image, "@")
			s.Container.Image = name + "@sha256:" + strings.Repeat("0", 64)
		}, "image_unknown"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := s
			s.Home = t.TempDir()
			c.change(&s)
			err := container.Serve(s)(t.Context(), strings.NewReader(""), io.Discard, io.Discard)
			if model.Code(err) != c.code {
				t.Errorf("got %v, want %s", err, c.code)
			}
			gone(t, s)
		})
	}
}

// A program that ends a launcher's whole tree of processes, as some apps do,
// must not find the guard in it.
func TestAGuardIsNobodysChild(t *testing.T) {
	s := begin(t, "SERVER_IGNORES_END=1")
	l := launch(t, s)
	l.ask(t, hello)
	guard := ""
	for deadline := time.Now().Add(20 * time.Second); guard == ""; {
		files, _ := filepath.Glob("/proc/[0-9]*/cmdline")
		for _, f := range files {
			if data, err := os.ReadFile(f); err == nil && strings.Contains(string(data), "guard\x00watch") && strings.Contains(string(data), s.Home) {
				guard = filepath.Dir(f)
			}
		}
		if time.Now().After(deadline) {
			t.Fatal("no guard")
		}
		<-time.After(20 * time.Millisecond)
	}
	stat, err := os.ReadFile(filepath.Join(guard, "stat"))
	if err != nil {
		t.Fatal(err)
	}
	// pid (name) state ppid pgrp session
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	own, launcher := filepath.Base(guard), strconv.Itoa(l.cmd.Process.Pid)
	if fields[1] == launcher || fields[2] != own || fields[3] != own {
		t.Errorf("guard %s has parent %s, group %s, session %s; the launcher is %s", own, fields[1], fields[2], fields[3], launcher)
	}
	l.cmd.Process.Kill()
	l.cmd.Wait()
	gone(t, s)
	noGuards(t, s)
}
