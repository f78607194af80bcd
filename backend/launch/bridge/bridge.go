// Package bridge lets an AI app that can only start programs use a server on
// the network: what the app writes to our input is sent there over HTTP, what
// the server says comes out of our output, one message a line. launch imports
// it; it imports web and model only, because every start pays for what it
// brings.
//
//	err := bridge.Serve(ctx, bridge.Options{Server: "notes", Remote: remote}, os.Stdin, os.Stdout, os.Stderr)
package bridge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"toolbay/backend/model"
	"toolbay/backend/web"
)

// Options say which server. Server, Title and Remote are needed.
type Options struct {
	// Server is its id and Title its name, for what a person is told.
	Server, Title string
	// Remote has its secrets filled in.
	Remote model.Remote
	// Token gives the token of the user's sign-in. stale is one that the server
	// did not accept, "" for none: another comes back, or the error that says why
	// there is none. Nil means nobody is signed in.
	Token func(ctx context.Context, stale string) (string, error)
	// Env are settings of the network, as web.Options has them.
	Env map[string]string
	// Agent is what the server is told of us; "" is "Toolbay".
	Agent string
}

const (
	// maxMessage bounds one message in bytes, either way.
	maxMessage = 32 << 20
	// maxCalls bounds how many answers are waited for at a time.
	maxCalls = 256
	// lastAnswers is how long the answers to what was asked are waited for once
	// the app has closed its side.
	lastAnswers = 5 * time.Second
	// farewell bounds how long the server is told that the conversation is over.
	farewell = 2 * time.Second
	// lastWrite is how long the app may hold up the end of a conversation.
	lastWrite = time.Second
	// orderPatience is how long a server may take to accept a message before the
	// next is sent all the same.
	orderPatience = 10 * time.Second
)

// Serve carries one conversation until the app closes its side or ctx ends. A
// server that cannot be reached is no error of Serve: each request of the app
// is answered with an error that says what is wrong and what to do. Only when
// the conversation never began, that error is returned at its end. Error codes:
// remote_address, remote_unreachable, remote_redirected, remote_refused,
// remote_answer, remote_too_much, signin_needed, and those of Options.Token.
func Serve(ctx context.Context, o Options, stdin io.Reader, stdout, stderr io.Writer) error {
	client, err := web.New(o.Remote.URL, web.Options{Env: o.Env})
	if err != nil {
		return err
	}
	defer client.Close()
	// What is under way outlives a request to end for as long as a farewell.
	inner, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	b := &bridge{
		o: o, web: client, ctx: inner, out: stdout, log: stderr, calls: map[string]*call{},
	}
	b.http = &streamable{b: b, url: client.Origin().String()}
	b.old = &old{b: b, url: client.Origin().String()}
	b.run(ctx, stdin)
	cancel()
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		b.work.Wait()
	}()
	select {
	case <-gone:
	case <-time.After(lastWrite): // the app reads no more and holds up a write
	}
	return b.unborn()
}

// bridge is one conversation.
type bridge struct {
	o   Options
	web *web.Client
	// ctx ends when the conversation has.
	ctx  context.Context
	log  io.Writer
	http *streamable
	old  *old
	work sync.WaitGroup

	writing sync.Mutex
	out     io.Writer

	mu    sync.Mutex
	calls map[string]*call
	// wire is what the server speaks, nil until it is known.
	wire wire
	// hello is the app's initialize, kept for a session that has to be begun
	// again; begun tells that the server has answered one.
	hello *message
	begun bool
	// broken is why the first hello failed.
	broken error
}

// wire is one of the two ways of speaking over HTTP.
type wire interface {
	// deliver sends a message and, when it asks something, stays until the answer
	// has come. written is called, maybe more than once, when the message is out.
	deliver(ctx context.Context, m *message, written func()) error
	// ready is called when the app has said that it is ready.
	ready()
	// close tells the server that the conversation is over.
	close(ctx context.Context)
}

// call is a request that waits for its answer.
type call struct {
	cancel context.CancelFunc
	// take gets the answer; nil hands it to the app.
	take func(raw []byte)
	done chan struct{}
}

// run reads what the app writes until it ends.
func (b *bridge) run(ctx context.Context, stdin io.Reader) {
	in := &input{lines: make(chan []byte), ended: make(chan struct{})}
	go func() {
		defer close(in.ended)
		b.read(stdin, in.lines)
	}()
	if b.pass(ctx, in) {
		b.settle(ctx)
	}
	b.mu.Lock()
	w := b.wire
	b.mu.Unlock()
	if w != nil {
		bye, cancel := context.WithTimeout(b.ctx, farewell)
		defer cancel()
		w.close(bye)
	}
}

// settle waits for the answers to what the app has asked.
func (b *bridge) settle(ctx context.Context) {
	limit := time.NewTimer(lastAnswers)
	defer limit.Stop()
	for {
		b.mu.Lock()
		var open *call
		for _, c := range b.calls {
			open = c
			break
		}
		b.mu.Unlock()
		if open == nil {
			return
		}
		select {
		case <-open.done:
		case <-ctx.Done():
			return
		case <-limit.C:
			return
		}
	}
}

// handle takes one message of the app. The channel is closed when the next one
// may be sent: a question once it is on its way, the hello once it is answered,
// and what is not answered once the server has taken it, so that the server
// gets them in order.
func (b *bridge) handle(m *message) <-chan struct{} {
	next := make(chan struct{})
	var once sync.Once
	release := func() { once.Do(func() { close(next) }) }
	written := release
	switch {
	case !m.asks():
		written = func() {}
		time.AfterFunc(orderPatience, release)
	case m.method == methodInitialize:
		written = func() {}
	}
	ctx, cancel := context.WithCancel(b.ctx)
	if m.asks() {
		if err := b.expect(m.key(), &call{cancel: cancel, done: make(chan struct{})}); err != nil {
			cancel()
			b.answer(m, err)
			release()
			return next
		}
	}
	b.work.Add(1)
	go func() {
		defer b.work.Done()
		defer cancel()
		defer release()
		err := b.deliver(ctx, m, written)
		switch {
		case m.asks():
			b.finish(m, err)
		case m.method == methodCancelled:
			b.abandon(m.cancelled())
		case err != nil && b.ctx.Err() == nil:
			b.say(err)
		}
	}()
	return next
}

// expect notes a request that waits for its answer.
func (b *bridge) expect(key string, c *call) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, twice := b.calls[key]; twice {
		return &rpcError{Code: codeInvalid, Message: "a request with this id is under way"}
	}
	if len(b.calls) >= maxCalls {
		return &rpcError{Code: codeServer, Message: "too many requests are under way"}
	}
	b.calls[key] = c
	return nil
}

// settled takes a call off the list; nil when it has been answered.
func (b *bridge) settled(key string) *call {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.calls[key]
	if c != nil {
		delete(b.calls, key)
		close(c.done)
	}
	return c
}

func (b *bridge) waits(key string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.calls[key] != nil
}

// finish ends a request: one that has no answer yet gets the error.
func (b *bridge) finish(m *message, err error) {
	if b.settled(m.key()) == nil {
		return
	}
	if err == nil {
		err = model.Fail("remote_answer", errors.New("the server ended the connection without an answer"))
	}
	b.answer(m, err)
}

// abandon ends a request that the app has cancelled; its answer is not wanted
// any more.
func (b *bridge) abandon(key string) {
	if c := b.settled(key); c != nil {
		c.cancel()
	}
}

// deliver sends a message over the wire that the server speaks, which is found
// out by the app's hello.
func (b *bridge) deliver(ctx context.Context, m *message, written func()) error {
	if m.method == methodInitialize {
		return b.begin(ctx, m)
	}
	b.mu.Lock()
	w := b.wire
	b.mu.Unlock()
	if w == nil {
		// Before the hello there are only questions of the newest protocol, which
		// the old transport does not know.
		if b.o.Remote.Transport == "sse" {
			return &rpcError{Code: codeNoMethod, Message: "Method not found"}
		}
		w = b.http
	}
	err := w.deliver(ctx, m, written)
	var refused *statusError
	if errors.As(err, &refused) && refused.said == nil && !b.isBegun() && refused.status < 500 && refused.status != http.StatusUnauthorized {
		// An older server does not know what it was asked; apps then go on with
		// initialize.
		return &rpcError{Code: codeNoMethod, Message: "Method not found"}
	}
	if err == nil && m.method == methodInitialized {
		w.ready()
	}
	return err
}

// begin says hello. A server that does not take it one way may take it the
// other: the specification has clients try the older transport when the newer
// one is answered with 400, 404 or 405, and lists name the wrong one now and
// then.
func (b *bridge) begin(ctx context.Context, m *message) error {
	b.mu.Lock()
	b.hello = m
	wires := []wire{b.http, b.old}
	if b.wire != nil {
		wires = []wire{b.wire}
	} else if b.o.Remote.Transport == "sse" {
		wires = []wire{b.old, b.http}
	}
	b.mu.Unlock()
	var first error
	for _, w := range wires {
		err := w.deliver(ctx, m, func() {})
		if err == nil {
			b.mu.Lock()
			b.wire, b.begun, b.broken = w, true, nil
			b.mu.Unlock()
			return nil
		}
		if first == nil {
			first = err
		}
		var refused *statusError
		if !errors.As(err, &refused) || !refused.otherWay() {
			break
		}
	}
	b.mu.Lock()
	if !b.begun {
		b.broken = coded(first)
	}
	b.mu.Unlock()
	return first
}

func (b *bridge) isBegun() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.begun
}

// unborn is why the conversation never began, nil when it did.
func (b *bridge) unborn() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.broken
}

// again says hello once more on a session of our own making, after the server
// has lost the one there was.
func (b *bridge) again(ctx context.Context, w wire) error {
	b.mu.Lock()
	hello := b.hello
	b.mu.Unlock()
	if hello == nil {
		return model.Fail("remote_answer", errors.New("the server has ended the session"))
	}
	m := hello.renewed()
	answered := make(chan []byte, 1)
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := b.expect(m.key(), &call{cancel: cancel, done: make(chan struct{}), take: func(raw []byte) { answered <- raw }}); err != nil {
		return err
	}
	err := w.deliver(ctx, m, func() {})
	b.settled(m.key())
	if err != nil {
		return err
	}
	select {
	case raw := <-answered:
		if said := errorIn(raw); said != nil {
			return said
		}
	case <-ctx.Done():
		return model.Fail("remote_answer", errors.New("the server did not begin a new session"))
	}
	return w.deliver(ctx, readyMessage(), func() {})
}

// say tells whoever reads the error stream.
func (b *bridge) say(err error) {
	b.writing.Lock()
	defer b.writing.Unlock()
	fmt.Fprintln(b.log, "Toolbay:", b.words(err))
}
