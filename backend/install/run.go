package install

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"sync"
	"time"

	"toolbay/backend/job"
)

// Program is a package manager to be run, with everything it starts.
type Program struct {
	Argv []string
	Env  []string
	Dir  string
	// Stall ends the program when it says nothing and Alive sees nothing new
	// for this long; 0 is never.
	Stall time.Duration
	// Alive is called now and then; true means that work goes on although the
	// program says nothing. It may report progress. nil is never.
	Alive func() bool
	// Heard is given what the program says on stderr, as it comes; nil is nobody.
	Heard func(chunk []byte)
	// Every is how often Alive is asked; 0 is 200 ms.
	Every time.Duration
}

// Output is what a program said: all of stdout up to 32 MB, the end of stderr.
type Output struct {
	Stdout []byte
	Stderr []byte
}

// ErrStalled is the cause when a program was ended because nothing came from
// it any more.
var ErrStalled = errors.New("nothing came from it any more")

const (
	maxStdout = 32 << 20
	maxStderr = 64 << 10
	// grace is how long a program may tidy up after it was asked to end.
	grace = time.Second
)

// Run runs a program in a group of its own and waits for it. When ctx ends, or
// the program stalls, the whole group is ended and the cause returned; a
// program that ends with another code than 0 gives an *exec.ExitError. What it
// says on stderr also goes to the output of the job that ctx belongs to.
func Run(ctx context.Context, p Program) (Output, error) {
	if err := ctx.Err(); err != nil {
		return Output{}, err
	}
	type result struct {
		out Output
		err error
	}
	done := make(chan result, 1)
	go func() {
		// On Linux the program is tied to the thread that started it, so that it
		// ends when Toolbay is killed; the thread must not go before it.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		out, err := run(ctx, p)
		done <- result{out, err}
	}()
	r := <-done
	return r.out, r.err
}

func run(ctx context.Context, p Program) (Output, error) {
	cmd := exec.Command(p.Argv[0], p.Argv[1:]...)
	cmd.Env, cmd.Dir = p.Env, p.Dir
	said := make(chan struct{}, 1)
	shown := job.Output(ctx)
	defer shown.Close()
	heard := func(chunk []byte) {
		_, _ = shown.Write(chunk)
		if p.Heard != nil {
			p.Heard(chunk)
		}
	}
	stdout, stderr := &head{max: maxStdout, said: said}, &tail{max: maxStderr, said: said, heard: heard}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	// A grandchild that keeps the pipes open must not keep us.
	cmd.WaitDelay = 2 * time.Second
	group, err := startGroup(cmd)
	if err != nil {
		return Output{}, err
	}
	defer group.close()
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()

	every := p.Every
	if every == 0 {
		every = 200 * time.Millisecond
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	last := time.Now()
	var cause error
	for cause == nil {
		select {
		case err := <-ended:
			if p.Alive != nil {
				p.Alive()
			}
			return Output{stdout.bytes(), stderr.bytes()}, err
		case <-said:
			last = time.Now()
		case <-tick.C:
			if p.Alive != nil && p.Alive() {
				last = time.Now()
			}
			if p.Stall > 0 && time.Since(last) > p.Stall {
				cause = fmt.Errorf("%w for %v", ErrStalled, p.Stall)
			}
		case <-ctx.Done():
			cause = ctx.Err()
		}
	}
	group.ask()
	select {
	case <-ended:
		group.kill() // what it started and left behind
	case <-time.After(grace):
		group.kill()
		<-ended
	}
	return Output{stdout.bytes(), stderr.bytes()}, cause
}

// head keeps the first max bytes, tail the last; both tell when something came.
type head struct {
	mu   sync.Mutex
	b    bytes.Buffer
	max  int
	said chan<- struct{}
}

func (h *head) Write(p []byte) (int, error) {
	tell(h.said)
	h.mu.Lock()
	defer h.mu.Unlock()
	if room := h.max - h.b.Len(); room > 0 {
		h.b.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

func (h *head) bytes() []byte {
	h.mu.Lock()
	defer h.mu.Unlock()
	return bytes.Clone(h.b.Bytes())
}

type tail struct {
	mu    sync.Mutex
	b     []byte
	max   int
	said  chan<- struct{}
	heard func([]byte)
}

func (t *tail) Write(p []byte) (int, error) {
	tell(t.said)
	t.heard(p)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, p...)
	if len(t.b) > 2*t.max {
		t.b = bytes.Clone(t.b[len(t.b)-t.max:])
	}
	return len(p), nil
}

func (t *tail) bytes() []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	return bytes.Clone(t.b[max(0, len(t.b)-t.max):])
}

func tell(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
