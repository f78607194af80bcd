package bridge

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"
)

// Whatever a server puts into a stream, what reaches the app are whole messages,
// one a line.
func FuzzStream(f *testing.F) {
	for _, seed := range []string{
		"data: {\"jsonrpc\":\"2.0\",\"method\":\"a\"}\n\n", "event: message\r\nid: 1\r\ndata: [\r\ndata: {\"id\":1,\"result\":{}}]\r\n\r\n",
		": hello\n\nretry: 5\nid\ndata\n\n", "\ufeffdata: 1\n\n", "data: {\"id\":1,\n\ndata: \"x\"}\n\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, stream string) {
		var out bytes.Buffer
		b := &bridge{out: &out, log: io.Discard, calls: map[string]*call{"1": {done: make(chan struct{}), cancel: func() {}}}}
		in := newEvents(strings.NewReader(stream))
		for range 1000 {
			e, err := in.next()
			if err != nil {
				break
			}
			b.forward(e.data)
		}
		for line := range strings.Lines(out.String()) {
			if !json.Valid([]byte(line)) || strings.Count(line, "\n") != 1 {
				t.Errorf("%q", line)
			}
		}
	})
}
