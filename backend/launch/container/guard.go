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
	// It ends as soon as the guard proper runs, which then is nobody's child:
	// programs that end a whole tree of processes do not find it.
	go func() { _ = cmd.Wait() }()
	return &sentry{w}, nil
}

// dismiss tells the guard that there is nothing left to do.
func (s *sentry) dismiss() {
	if s.pipe != nil {
		_, _ = s.pipe.Write([]byte("done"))
		s.pipe.Close()
	}
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
		return second(args)
	case "watch":
		return watch(args[1], args[2], args[3], os.Stdin)
	}
	return 2
}

// second starts the guard proper and ends.
func second(args []string) int {
	self, err := os.Executable()
	if err != nil {
		return watch(args[1], args[2], args[3], os.Stdin)
	}
	cmd := exec.Command(self, "guard", "watch", args[1], args[2], args[3])
	cmd.Stdin, cmd.Env, cmd.Dir = os.Stdin, os.Environ(), os.TempDir()
	own(cmd)
	if err := cmd.Start(); err != nil {
		return watch(args[1], args[2], args[3], os.Stdin)
	}
	return 0
}

// watch waits for the pipe to close and takes the container away.
func watch(address, name, alive string, pipe io.Reader) int {
	// It sits there as long as the server does: give back what starting took.
	debug.SetGCPercent(10)
	debug.FreeOSMemory()
	var word [4]byte
	if _, err := io.ReadFull(pipe, word[:]); err == nil && string(word[:]) == "done" {
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
	remove(ctx, e, name, true)
	if alive != "" {
		_ = os.Remove(alive)
	}
	return 0
}
