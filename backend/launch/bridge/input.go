package bridge

import (
	"context"
	"time"
)

const (
	// maxAhead bounds what is read of the app's messages before they are sent, in
	// bytes; perLine is what keeping one takes besides.
	maxAhead = 32 << 20
	perLine  = 64
	// lastLines is how long what the app has written is still sent once it has
	// closed its side. A server that answers no hello holds all of it up.
	lastLines = 10 * time.Second
)

// input is what the app writes. It is read on while a message waits for the
// server, or the app's end would not show until the server has answered.
type input struct {
	lines chan []byte
	// ended is closed when the last line has been taken from lines.
	ended chan struct{}
	ahead [][]byte
	size  int
	// limit ends the wait for the server; nil until the app has closed its side.
	limit <-chan time.Time
}

// pass sends what the app writes, in its order; false when the server did not
// take all of it.
func (b *bridge) pass(ctx context.Context, in *input) bool {
	for {
		line, ok := in.next(ctx)
		if !ok {
			return ctx.Err() == nil
		}
		for _, m := range b.parse(line) {
			if !in.await(ctx, b.handle(m)) {
				return false
			}
		}
	}
}

// next gives the next line; false when there is none any more.
func (in *input) next(ctx context.Context) ([]byte, bool) {
	if ctx.Err() != nil {
		return nil, false
	}
	if len(in.ahead) > 0 {
		line := in.ahead[0]
		in.ahead = in.ahead[1:]
		in.size -= len(line) + perLine
		return line, true
	}
	select {
	case line := <-in.lines:
		return line, true
	case <-in.ended:
	case <-ctx.Done():
	}
	return nil, false
}

// await waits until the next message may be sent; false when none will be.
func (in *input) await(ctx context.Context, sent <-chan struct{}) bool {
	ended := in.ended
	for {
		lines := in.lines
		if in.size >= maxAhead {
			lines = nil
		}
		select {
		case <-sent:
			return true
		case line := <-lines:
			in.ahead = append(in.ahead, line)
			in.size += len(line) + perLine
		case <-ended:
			if len(in.ahead) == 0 {
				return true // it was the last: nothing comes after it
			}
			if in.limit == nil {
				in.limit = time.After(lastLines)
			}
			ended = nil
		case <-in.limit:
			return false
		case <-ctx.Done():
			return false
		}
	}
}
