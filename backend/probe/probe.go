// Package probe starts a server as an AI app would, says hello, asks for its
// tools and ends it with everything it started. Only a server that answers is
// ever given to an app. backend and install may import it; it imports model
// only.
//
//	p := probe.Run(ctx, probe.Command{Path: node, Args: []string{entry}, Env: env}, probe.Options{})
//	if !p.OK { … p.Code, p.Log … }
package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"time"

	"toolbay/backend/model"
)

// Command is the program to start. Env is all of its environment.
type Command struct {
	Path string
	Args []string
	Env  []string
	Dir  string
	// Hide are secret values; wherever they appear in what the server says
	// they become "•••".
	Hide []string
	// Serve is set instead of Path when no program of this computer is started:
	// it carries the conversation with a container or a remote server.
	Serve func(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) error
}

// Options have a zero value that is right.
type Options struct {
	// Timeout bounds start and conversation together; 0 is 30 seconds, since a
	// first start may be slow.
	Timeout time.Duration
	// Version is the version of Toolbay that the server is told; "" is "dev".
	Version string
	// Now is time.Now unless set.
	Now func() time.Time
}

// grace is how long a server may take to end by itself once it is told to.
const grace = 500 * time.Millisecond

// Run never fails: what went wrong is in the Probe's Code. Codes: start_exited,
// start_hangs, start_not_found, start_protocol (it talks, but not as AI apps
// need), start_refused (it answered with an error), start_too_much (it exceeds
// the limits in tools.go), cancelled. When Run returns, the server is gone.
func Run(ctx context.Context, c Command, o Options) model.Probe {
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	if o.Version == "" {
		o.Version = "dev"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	deadline, cancel := context.WithTimeout(ctx, o.Timeout)
	defer cancel()

	// Today's apps open with initialize in the version before 2026-07-28. A
	// server that refuses that may be one that knows the newest version only;
	// it gets a fresh start, as the refusal may have left it in any state, and
	// about the time that the first took.
	first := try(deadline, c, o, initialize)
	if !first.OK && (first.Code == "start_refused" || first.Code == "start_protocol") && deadline.Err() == nil {
		again, cancel := context.WithTimeout(deadline, 2*time.Second+2*time.Duration(first.TookMS)*time.Millisecond)
		defer cancel()
		if second := try(again, c, o, discover); second.OK {
			first = second
		}
	}
	if !first.OK && ctx.Err() != nil {
		first.Code = "cancelled"
	}
	return first
}

// try is one start of the server and one conversation.
func try(ctx context.Context, c Command, o Options, hello func(context.Context, *dialogue, string) (greeting, error)) model.Probe {
	// On Linux the server is tied to the thread that starts it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	began := o.Now()
	m := newMask(c.Hide)
	probe := model.Probe{Time: began.UTC(), Tools: []model.Tool{}}
	p, err := start(c)
	if err != nil {
		probe.Code, probe.Log = "start_not_found", m.text(err.Error())
		return probe
	}
	probe = converse(ctx, p, o, m, hello, probe)
	probe.TookMS = o.Now().Sub(began).Milliseconds()
	p.stop()
	probe.Noise, probe.Log = p.noiseCount(), m.log(p.log)
	return probe
}

func converse(ctx context.Context, p *process, o Options, m *mask, hello func(context.Context, *dialogue, string) (greeting, error), probe model.Probe) model.Probe {
	d := &dialogue{process: p}
	g, err := hello(ctx, d, o.Version)
	probe.Protocol, probe.Name, probe.Version = m.line(g.protocol, 40), m.line(g.name, 200), m.line(g.version, 80)
	var tools []wireTool
	if err == nil {
		tools, err = listTools(ctx, d, g)
	}
	if err != nil {
		probe.Code = codeOf(ctx, p, err)
		var said *rpcError
		if errors.As(err, &said) {
			fmt.Fprintf(p.log, "%v\n", said)
		}
		return probe
	}
	probe.OK = true
	probe.Tools, probe.Sizes, probe.Fingerprint = describe(tools, m)
	return probe
}

// codeOf tells what an end of the conversation means.
func codeOf(ctx context.Context, p *process, err error) string {
	var said *rpcError
	switch {
	case errors.As(err, &said):
		return "start_refused"
	case errors.Is(err, errTooMuch):
		return "start_too_much"
	case errors.Is(err, errEnded):
		return "start_exited"
	case ctx.Err() != nil && p.noiseCount() > 0 && !p.spoke():
		return "start_protocol" // it does say something, such as the address of a web page
	case ctx.Err() != nil:
		return "start_hangs"
	}
	return "start_protocol"
}
