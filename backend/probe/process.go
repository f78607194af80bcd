package probe

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"
)

// process is a started server with everything it starts in turn.
type process struct {
	group ender
	// stdin, stdout and stderr are our ends of its streams.
	stdin, stdout, stderr *os.File
	outbox                chan []byte
	inbox                 chan message
	log                   *tail
	noise                 atomic.Int64
	heard                 atomic.Bool
	// failed is why the inbox was closed; read it only then.
	failed error
	// stopped ends our goroutines, ended tells that the program has ended,
	// logged that all it wrote to its error stream was read.
	stopped, ended, logged chan struct{}
	readers                sync.WaitGroup
	once                   sync.Once
}

// ender ends what was started: it is asked to by closing its input, and made to
// when it has not ended after some time.
type ender interface {
	end(ended <-chan struct{}, grace time.Duration, closeInput func())
}

// served is a conversation that is carried instead of a program's.
type served struct{ cancel context.CancelFunc }

func (s served) end(ended <-chan struct{}, grace time.Duration, closeInput func()) {
	closeInput()
	select {
	case <-ended:
	case <-time.After(grace):
	}
	s.cancel()
}

// start starts the program in a group of its own. Its streams are pipes that
// the program holds directly, so that nothing here waits for a grandchild that
// keeps one open.
func start(c Command) (*process, error) {
	p := &process{
		log:    &tail{},
		outbox: make(chan []byte, 16), inbox: make(chan message),
		stopped: make(chan struct{}), ended: make(chan struct{}), logged: make(chan struct{}),
	}
	var theirs []*os.File
	pipe := func(writing bool) (ours, their *os.File, err error) {
		r, w, err := os.Pipe()
		if err != nil {
			return nil, nil, err
		}
		if writing {
			r, w = w, r
		}
		theirs = append(theirs, w)
		return r, w, nil
	}
	closeTheirs := func() {
		for _, f := range theirs {
			f.Close()
		}
	}
	var in, out, errs *os.File
	var err error
	if p.stdin, in, err = pipe(true); err == nil {
		if p.stdout, out, err = pipe(false); err == nil {
			p.stderr, errs, err = pipe(false)
		}
	}
	var wait func()
	if err == nil && c.Serve != nil {
		ctx, cancel := context.WithCancel(context.Background())
		p.group = served{cancel}
		wait = func() {
			defer closeTheirs()
			defer cancel()
			if err := c.Serve(ctx, in, out, errs); err != nil && ctx.Err() == nil {
				fmt.Fprintln(errs, err)
			}
		}
	} else if err == nil {
		cmd := exec.Command(c.Path, c.Args...)
		cmd.Dir, cmd.Env = c.Dir, append([]string{}, c.Env...)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = in, out, errs
		var g *group
		if g, err = startGroup(cmd); err == nil {
			p.group, wait = g, func() { cmd.Wait() }
		}
		closeTheirs()
	}
	if err != nil {
		closeTheirs()
		p.closeStreams()
		return nil, fmt.Errorf("start the server: %w", err)
	}

	p.readers.Add(3)
	go p.readOutput()
	go p.readErrors()
	go p.writeInput()
	go func() {
		wait()
		close(p.ended)
	}()
	return p, nil
}

func (p *process) closeStreams() {
	for _, f := range []*os.File{p.stdin, p.stdout, p.stderr} {
		if f != nil {
			f.Close()
		}
	}
}

// readOutput turns lines into messages. Lines that are none are counted and go
// to the log.
func (p *process) readOutput() {
	defer p.readers.Done()
	defer close(p.inbox)
	r := bufio.NewReaderSize(p.stdout, 64<<10)
	total := 0
	for {
		line, err := readLine(r)
		total += len(line) + 1
		if errors.Is(err, errTooMuch) || total > maxOutput {
			p.failed = errTooMuch
			return
		}
		if m, ok := parse(line); ok {
			p.heard.Store(true)
			select {
			case p.inbox <- m:
			case <-p.stopped:
				return
			}
		} else if len(line) > 0 {
			p.noise.Add(1)
			p.log.Write(append(line, '\n'))
		}
		if err != nil {
			p.failed = errEnded
			return
		}
	}
}

// readLine gives a line without its end and without spaces around it.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > maxLine:
			return nil, errTooMuch
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		}
		return bytes.TrimSpace(line), err
	}
}

func (p *process) readErrors() {
	defer p.readers.Done()
	defer close(p.logged)
	// A read error is the stream's end; there is nobody to tell.
	_, _ = io.Copy(struct{ io.Writer }{p.log}, p.stderr)
}

// writeInput is apart so that a server that does not read cannot hold us.
func (p *process) writeInput() {
	defer p.readers.Done()
	for {
		select {
		case line := <-p.outbox:
			if _, err := p.stdin.Write(line); err != nil {
				return // it has ended or closed its input; the answer that does not come tells
			}
		case <-p.stopped:
			return
		}
	}
}

func (p *process) send(ctx context.Context, line []byte) error {
	select {
	case p.outbox <- line:
		return nil
	case <-p.ended:
		return errEnded
	case <-ctx.Done():
		return ctx.Err()
	}
}

// next gives the next message.
func (p *process) next(ctx context.Context) (message, error) {
	ended := p.ended
	var last <-chan time.Time
	for {
		select {
		case m, ok := <-p.inbox:
			if !ok {
				return message{}, p.failed
			}
			return m, nil
		case <-ended:
			// What it said before stands in the pipe still. A grandchild may
			// hold that open for ever, so it is read for a moment only.
			ended = nil
			timer := time.NewTimer(grace)
			defer timer.Stop()
			last = timer.C
		case <-last:
			return message{}, errEnded
		case <-ctx.Done():
			return message{}, ctx.Err()
		}
	}
}

func (p *process) noiseCount() int { return int(p.noise.Load()) }

// spoke tells whether a message came at all.
func (p *process) spoke() bool { return p.heard.Load() }

// stop ends the program and everything it has started: first asked to, then
// made to. Afterwards the log is complete.
func (p *process) stop() {
	p.once.Do(func() {
		p.group.end(p.ended, grace, func() { p.stdin.Close() })
		<-p.ended
		select {
		case <-p.logged:
		case <-time.After(grace): // somebody beyond our reach holds it open
		}
		close(p.stopped)
		p.closeStreams()
		p.readers.Wait()
	})
}
