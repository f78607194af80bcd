// Package container starts a server in a container and carries its
// conversation with an app: created, attached and started through the engine,
// shut off from this computer as far as it works, and gone when either side is.
// launch imports it; it imports runtimes/engine only.
//
//	serve := container.Serve(container.Start{Home: home, Server: "notes", Container: c, Env: env})
//	err := serve(ctx, os.Stdin, os.Stdout, os.Stderr) // an *Exited tells the server's exit code
package container

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/runtimes/engine"
)

// The labels a container of ours carries.
const (
	LabelServer   = "toolbay.server"
	LabelHome     = "toolbay.home"     // whose it is, see HomeMark
	LabelLauncher = "toolbay.launcher" // the process id of what started it
)

// What a server may use unless its record says otherwise. Docker's own gateway
// gives 1 processor and 2 GB; two keep a server that works in parallel from
// crawling.
const (
	UsualCPUs     = 2.0
	UsualMemoryMB = 2048
	pids          = 512
)

// Start is what is started, for whom.
type Start struct {
	// Home is TOOLBAY_HOME.
	Home      string
	Server    string
	Container model.Container
	// Args are the container's, Env its variables with the keys in them.
	Args []string
	Env  []string
	// Patient lets the program be silent as long as it likes once its input has
	// ended: it does one thing and ends.
	Patient bool
	// Guard is the command that takes the container away when this program is
	// killed; nil for none, then only the next start does.
	Guard []string
}

// Exited tells that the server ended with another code than 0.
type Exited struct{ Code int }

func (e *Exited) Error() string { return fmt.Sprintf("the server ended with code %d", e.Code) }

// ExitCode is the server's.
func (e *Exited) ExitCode() int { return e.Code }

// Serve gives what carries the conversation. Error codes: those of
// engine.Check, Create and Start, image_unknown and what else keeps an image
// from being fetched again, mount_missing.
func Serve(s Start) func(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) error {
	return func(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) error {
		return s.serve(ctx, stdin, stdout, stderr)
	}
}

func (s Start) serve(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) error {
	if err := s.mountsThere(); err != nil {
		return err
	}
	address, err := engine.ParseAddress(s.Container.Engine)
	if err != nil {
		return err
	}
	e, err := engine.Open(address)
	if err != nil {
		return err
	}
	defer e.Close()

	name := s.name()
	alive := hold(s.Home, name)
	// Whether it is known that no container of that name is there.
	none := true
	defer func() { alive.release(none) }()
	// The guard stands before there is anything to guard.
	watch, err := post(s.Guard, address, name, alive.path)
	if err != nil {
		fmt.Fprintln(stderr, "Toolbay: no guard stands by this container:", err)
	}
	defer func() { watch.leave(none) }()
	if err := e.Check(ctx); err != nil {
		return err
	}
	id, none, err := s.create(ctx, e, name, stderr)
	if err != nil {
		return err
	}
	c := &conversation{engine: e, id: id, patient: s.Patient}
	defer func() { none = c.close() }()
	if err := c.begin(ctx); err != nil {
		return err
	}
	// Not while the server starts: the engine has enough to do.
	later := time.AfterFunc(settling, func() { tidy(e, s.Home) })
	defer later.Stop()
	return c.carry(ctx, stdin, stdout, stderr)
}

// mountsThere looks before the engine does, whose words are hard to read.
func (s Start) mountsThere() error {
	for _, m := range s.Container.Mounts {
		if m.Volume {
			continue
		}
		if _, err := os.Stat(m.Source); err != nil {
			return model.Fail("mount_missing", err, "path", m.Source)
		}
	}
	return nil
}

// name is unique and tells whose container it is.
func (s Start) name() string {
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails
	return "toolbay-" + s.Server + "-" + hex.EncodeToString(b[:])
}

// HomeMark stands for a TOOLBAY_HOME of one user on one computer: an engine may
// serve several.
func HomeMark(home string) string {
	if real, err := filepath.EvalSymlinks(home); err == nil {
		home = real
	}
	host, err := os.Hostname()
	if err != nil {
		host = ""
	}
	sum := sha256.Sum256([]byte(host + "\x00" + strconv.Itoa(os.Getuid()) + "\x00" + home))
	return hex.EncodeToString(sum[:8])
}

// create makes the container. An image that was cleared away meanwhile is
// fetched again: its digest says which. With an error, none tells that the
// engine has certainly made nothing.
func (s Start) create(ctx context.Context, e *engine.Engine, name string, stderr io.Writer) (id string, none bool, err error) {
	c := s.Container
	for _, m := range c.Mounts {
		if m.Volume && m.Source != "" {
			// Labelled, so that it is known whose it is when the server has gone.
			labels := map[string]string{LabelServer: s.Server, LabelHome: HomeMark(s.Home)}
			if err := e.MakeVolume(ctx, m.Source, labels); err != nil {
				return "", true, err
			}
		}
	}
	spec := engine.Container{
		Name: name, Image: c.Image, Platform: c.Platform,
		Labels:     map[string]string{LabelServer: s.Server, LabelHome: HomeMark(s.Home), LabelLauncher: strconv.Itoa(os.Getpid())},
		Entrypoint: c.Entrypoint, Args: s.Args, Env: s.Env, Workdir: c.Workdir, User: c.User,
		Network: c.Network, Hosts: c.Hosts, Mounts: c.Mounts, ReadOnly: c.ReadOnly,
		CPUs: bound(c.CPUs, UsualCPUs), Memory: int64(bound(float64(c.MemoryMB), UsualMemoryMB)) << 20, Pids: pids,
		Shm: int64(c.ShmMB) << 20, GPUs: c.GPUs,
	}
	id, none, err = createOne(ctx, e, spec)
	if model.Code(err) != "image_missing" {
		return id, none, err
	}
	fmt.Fprintf(stderr, "Toolbay: %s is not on this computer any more and is fetched again.\n", c.Image)
	if err := e.Pull(ctx, c.Image, c.Platform, engine.Here().Credentials(ctx, e, c.Image), job.Silent); err != nil {
		return "", true, err
	}
	return createOne(ctx, e, spec)
}

// making is how long the engine may take to create a container.
const making = time.Minute

// createOne creates a container, to the end also when ctx ends meanwhile: an engine
// that was asked makes it all the same, and then its id must be known.
func createOne(ctx context.Context, e *engine.Engine, spec engine.Container) (id string, none bool, err error) {
	if ctx.Err() != nil {
		return "", true, ctx.Err()
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), making)
	defer cancel()
	id, err = e.Create(ctx, spec)
	// Any other error may be one of the way to the engine and back.
	code := model.Code(err)
	return id, code == "image_missing" || code == "container_refused", err
}

// bound reads a bound of a record: 0 is the usual one, below 0 none.
func bound(own, usual float64) float64 {
	switch {
	case own == 0:
		return usual
	case own < 0:
		return 0
	}
	return own
}

// conversation is one with a container.
type conversation struct {
	engine *engine.Engine
	id     string
	stream *engine.Stream
	ended  <-chan engine.Outcome
	gone   bool
	cancel context.CancelFunc
	// patient is Start.Patient.
	patient bool
}

// begin attaches, so that nothing is lost, and starts.
func (c *conversation) begin(ctx context.Context) (err error) {
	if c.stream, err = c.engine.Attach(ctx, c.id); err != nil {
		return err
	}
	// It goes on when ctx ends: the end has to be waited for then, too.
	waiting, cancel := context.WithCancel(context.WithoutCancel(ctx))
	c.cancel = cancel
	c.ended = c.engine.Wait(waiting, c.id)
	return c.engine.Start(ctx, c.id)
}

// close leaves nothing behind, whatever happened; false when the engine did not
// say that the container is gone.
func (c *conversation) close() bool {
	if c.stream != nil {
		c.stream.Close()
	}
	if !c.gone {
		ctx, cancel := context.WithTimeout(context.Background(), tidying)
		defer cancel()
		c.gone = remove(ctx, c.engine, c.id, false)
	}
	if c.cancel != nil {
		c.cancel()
	}
	return c.gone
}

const (
	// tidying is how long taking a container away may take.
	tidying = 15 * time.Second
	// quiet is how long a server whose input has ended may say nothing before
	// it is ended too.
	quiet = 10 * time.Second
	// piece is how much of a stream is carried at a time.
	piece = 16 << 10
)

// carry runs the conversation until the server has ended.
func (c *conversation) carry(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) error {
	inputEnded := make(chan struct{})
	go func() {
		defer close(inputEnded)
		buf := make([]byte, piece)
		// A write fails when the server has ended; its end tells.
		_, _ = io.CopyBuffer(struct{ io.Writer }{c.stream}, struct{ io.Reader }{stdin}, buf)
		_ = c.stream.CloseInput()
	}()
	heard := make(chan struct{}, 1)
	output := make(chan error, 1)
	go func() { output <- split(c.stream, stdout, stderr, heard) }()

	var patience <-chan time.Time
	timer := time.NewTimer(quiet)
	timer.Stop()
	defer timer.Stop()
	for {
		select {
		case <-inputEnded:
			inputEnded = nil
			if !c.patient {
				timer.Reset(quiet)
				patience = timer.C
			}
		case <-heard:
			if patience != nil {
				timer.Reset(quiet)
			}
		case err := <-output:
			if err != nil {
				return err // nobody hears the server any more; close takes it away
			}
			return c.outcome(ctx)
		case <-patience:
			return c.stop(ctx, output)
		case <-ctx.Done():
			return c.stop(ctx, output)
		}
	}
}

// outcome waits for the end of a server whose streams have ended.
func (c *conversation) outcome(ctx context.Context) error {
	select {
	case o := <-c.ended:
		if o.Err != nil {
			return o.Err
		}
		c.gone = true
		if o.Code != 0 {
			return &Exited{o.Code}
		}
		return nil
	case <-time.After(tidying):
		return errors.New("the connection with the engine has ended, and the server has not")
	case <-ctx.Done():
		return nil
	}
}

// stop ends the server as its app would: asked first, then made to.
func (c *conversation) stop(ctx context.Context, output <-chan error) error {
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), tidying)
	defer cancel()
	if err := c.engine.Stop(ending, c.id); err != nil {
		return err
	}
	select {
	case <-output:
	case <-ending.Done():
	}
	select {
	case o := <-c.ended:
		c.gone = o.Err == nil
	case <-ending.Done():
	}
	return nil
}

// remove takes a container away and tries again while the engine is at it.
// With patience it also waits for one that is only about to be created. It tells
// whether the container is gone; one that never came could still come.
func remove(ctx context.Context, e *engine.Engine, id string, patient bool) (gone bool) {
	missed := 0
	for {
		found, err := e.Remove(ctx, id)
		switch {
		case !found && err == nil:
			if missed++; missed > 50 || !patient {
				return !patient
			}
		case found && err == nil:
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(100 * time.Millisecond):
		}
	}
}
