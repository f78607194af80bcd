package container

import (
	"context"
	"io"
	"os"
	"os/exec"
	"runtime/debug"
	"time"

	"toolbay/backend/runtimes/engine"
)

// A guard is a program in a session of its own that holds the other end of a
// pipe. When its launcher is gone, in whatever way, the pipe closes and the
// guard takes the container away. A server that honours the end of its input
// would go by itself; many do not.

// sentry is the launcher's end of the pipe.
type sentry struct{ pipe *os.File }

// post starts a guard for a container that is about to be created.
func post(command []string, address engine.Address, name, alive string) (*sentry, error) {
	if len(command) == 0 {
		return &sentry{}, nil
	}
	r, w, err := os.Pipe()
	if err != nil {
		return &sentry{}, err
	}
	defer r.Close()
	cmd := exec.Command(command[0], append(command[1:], "guard", "post", address.String(), name, alive)...)
	cmd.Stdin, cmd.Env, cmd.Dir = r, guardEnv(), os.TempDir()
	own(cmd)
	if err := cmd.Start(); err != nil {
		w.Close()
		return &sentry{}, err
	}
	// After a moment it gives way to the guard proper, which is nobody's child:
	// programs that end a whole tree of processes do not find that.
	go func() { _ = cmd.Wait() }()
	return &sentry{w}, nil
}

// leave tells the guard that there is nothing left to do, or leaves the
// container to it.
func (s *sentry) leave(none bool) {
	if s.pipe == nil {
		return
	}
	if none {
		_, _ = s.pipe.Write([]byte("done"))
	}
	s.pipe.Close()
}

// guardEnv is what a program of ours needs, and nothing the app has.
func guardEnv() []string {
	env := []string{}
	for _, name := range []string{"HOME", "PATH", "USERPROFILE", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR"} {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return env
}

// removing is how long a guard tries: an engine that is starting again or very
// busy answers within that.
const removing = 2 * time.Minute

// Guard is the guard's own program: `guard post|watch ADDRESS NAME FILE`, with
// the pipe as its input. It gives the exit code.
func Guard(args []string) int {
	if len(args) != 4 {
		return 2
	}
	switch args[0] {
	case "post":
		return second(args[1], args[2], args[3])
	case "watch":
		return watch(args[1], args[2], args[3])
	}
	return 2
}

// settling is how long a guard stays what it was started as: the launcher's
// child. Starting it anew while the server starts would cost the server time.
const settling = 2 * time.Second

// second waits a moment, then starts the guard proper and ends. Until then it is
// the guard itself.
func second(address, name, alive string) int {
	closed := make(chan bool, 1)
	go func() { closed <- dismissed(os.Stdin) }()
	select {
	case done := <-closed:
		return finish(done, address, name, alive)
	case <-time.After(settling):
	}
	if self, err := os.Executable(); err == nil {
		cmd := exec.Command(self, "guard", "watch", address, name, alive)
		cmd.Stdin, cmd.Env, cmd.Dir = os.Stdin, os.Environ(), os.TempDir()
		own(cmd)
		if cmd.Start() == nil {
			return 0
		}
	}
	return finish(<-closed, address, name, alive)
}

// dismissed waits for the pipe to close and tells whether the launcher said that
// there is nothing to do.
func dismissed(pipe io.Reader) bool {
	var word [4]byte
	_, err := io.ReadFull(pipe, word[:])
	return err == nil && string(word[:]) == "done"
}

// watch is the guard proper.
func watch(address, name, alive string) int {
	// It sits there as long as the server does: give back what starting took.
	debug.SetGCPercent(10)
	debug.FreeOSMemory()
	return finish(dismissed(os.Stdin), address, name, alive)
}

// finish takes the container away unless that is done.
func finish(done bool, address, name, alive string) int {
	if done {
		return 0
	}
	a, err := engine.ParseAddress(address)
	if err != nil {
		return 1
	}
	e, err := engine.Open(a)
	if err != nil {
		return 1
	}
	ctx, cancel := context.WithTimeout(context.Background(), removing)
	defer cancel()
	// The file stays for a container that may yet come: the next start finds it.
	if remove(ctx, e, name, true) && alive != "" {
		_ = os.Remove(alive)
	}
	return 0
}
