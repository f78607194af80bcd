// Package poci answers an AI app in the place of a server whose tools are a
// container each: it lists them, and each use of one runs one container and
// gives what it said. Who starts containers is told from outside. launch and
// install/oci may import it; it imports model only.
//
//	s := poci.Server{Name: "curl", Tools: c.Tools, Run: run}
//	err := s.Serve(ctx, os.Stdin, os.Stdout)
package poci

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"sync"
	"time"

	"toolbay/backend/model"
)

// Server is one server. Run must be set.
type Server struct {
	Name, Version string
	Tools         []model.ContainerTool
	// Folders are what a use may name a place in: Source is the folder with its
	// links followed, Target how it was called.
	Folders []model.Mount
	// Run runs one container to its end and gives its exit code; it ends the
	// container when ctx does.
	Run func(ctx context.Context, use Use, stdout, stderr io.Writer) (code int, err error)
	// Limit is how long one use may take; 0 is ten minutes.
	Limit time.Duration
}

// Use is one use of a tool: what its container gets.
type Use struct {
	Tool   model.ContainerTool
	Args   []string
	User   string
	Mounts []model.Mount
}

const (
	// maxMessage is the most one message of the app may weigh, in bytes.
	maxMessage = 4 << 20
	// maxOutput is the most that is kept of what a tool says, of each of its two
	// streams: what is more would only fill the model's head.
	maxOutput = 1 << 20
	// atOnce is how many tools run at a time, maxWaiting how many may be asked for.
	atOnce, maxWaiting = 4, 64
	usualLimit         = 10 * time.Minute
	// parting is how long tools that still run have when the app has left.
	parting = 10 * time.Second
)

// Versions of the protocol: the newest has no session, in the others a
// conversation begins with initialize.
const newest = "2026-07-28"

var sessions = []string{"2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05", "2024-10-07"}

// Codes of JSON-RPC and, the last, of MCP.
const (
	parseError     = -32700
	invalidRequest = -32600
	unknownMethod  = -32601
	invalidParams  = -32602
	unknownVersion = -32022
)

// conversation is one with an app.
type conversation struct {
	Server
	mu    sync.Mutex // of out
	out   io.Writer
	slots chan struct{}

	running sync.Mutex // of uses
	uses    map[string]context.CancelFunc
	over    bool // none begins any more
	all     sync.WaitGroup
}

// Serve answers until the app's input ends or ctx does; then nothing runs any
// more.
func (s Server) Serve(ctx context.Context, stdin io.Reader, stdout io.Writer) error {
	if s.Limit == 0 {
		s.Limit = usualLimit
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c := &conversation{Server: s, out: stdout, slots: make(chan struct{}, atOnce), uses: map[string]context.CancelFunc{}}
	read := make(chan error, 1)
	go func() { read <- c.read(ctx, stdin) }()
	var err error
	select {
	case err = <-read:
	case <-ctx.Done():
		// Whoever reads goes on to wait for the app; this program ends.
	}
	c.running.Lock()
	c.over = true
	c.running.Unlock()
	late := time.AfterFunc(parting, cancel)
	defer late.Stop()
	c.all.Wait()
	return err
}

func (c *conversation) read(ctx context.Context, stdin io.Reader) error {
	r := bufio.NewReaderSize(stdin, 16<<10)
	for {
		line, err := readLine(r)
		if line = bytes.TrimSpace(line); len(line) > 0 && ctx.Err() == nil {
			c.hear(ctx, line)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

var errTooLong = errors.New("a message of the app is longer than 4 MB")

func readLine(r *bufio.Reader) (line []byte, err error) {
	for {
		part, err := r.ReadSlice('\n')
		if line = append(line, part...); len(line) > maxMessage {
			return nil, errTooLong
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}

// message is one of the app's.
type message struct {
	ID     json.RawMessage `json:"id"`
	Method *string         `json:"method"`
	Params json.RawMessage `json:"params"`
}

// era is what a request says of the protocol it is written in.
type era struct {
	Meta struct {
		Version string `json:"io.modelcontextprotocol/protocolVersion"`
	} `json:"_meta"`
}

// hear answers one line.
func (c *conversation) hear(ctx context.Context, line []byte) {
	var m message
	switch {
	case !json.Valid(line):
		c.refuse(json.RawMessage("null"), parseError, "This is not JSON.", nil)
		return
	case line[0] != '{' || json.Unmarshal(line, &m) != nil:
		c.refuse(json.RawMessage("null"), invalidRequest, "This is not one message.", nil)
		return
	case m.Method == nil: // an answer; nothing was asked
		return
	}
	if len(m.ID) == 0 || string(m.ID) == "null" {
		if *m.Method == "notifications/cancelled" {
			c.cancelled(m.Params)
		}
		return
	}
	var e era
	_ = json.Unmarshal(m.Params, &e) // one of another form names no version
	if v := e.Meta.Version; v != "" && v != newest && !slices.Contains(sessions, v) {
		c.refuse(m.ID, unknownVersion, "This version of the protocol is not known.", map[string]any{"supported": versions(), "requested": v})
		return
	}
	result := map[string]any{}
	if e.Meta.Version == newest {
		result["resultType"] = "complete"
	}
	switch *m.Method {
	case "initialize":
		result["protocolVersion"] = agreed(m.Params)
		result["capabilities"], result["serverInfo"] = capabilities(), c.who()
	case "server/discover":
		result["supportedVersions"], result["capabilities"] = versions(), capabilities()
		result["_meta"] = map[string]any{"io.modelcontextprotocol/serverInfo": c.who()}
		result["ttlMs"], result["cacheScope"] = 0, "private"
	case "ping":
	case "tools/list":
		result["tools"] = c.list()
		if e.Meta.Version == newest {
			result["ttlMs"], result["cacheScope"] = 0, "private"
		}
	case "tools/call":
		c.call(ctx, m, result)
		return
	default:
		c.refuse(m.ID, unknownMethod, "This server does not know "+*m.Method+".", nil)
		return
	}
	c.answer(m.ID, result)
}

func versions() []string { return append([]string{newest}, sessions...) }

// agreed is the version of a conversation that begins with initialize: the
// app's where it is known.
func agreed(params json.RawMessage) string {
	var p struct {
		Version string `json:"protocolVersion"`
	}
	if json.Unmarshal(params, &p) == nil && slices.Contains(sessions, p.Version) {
		return p.Version
	}
	return sessions[0]
}

func capabilities() map[string]any { return map[string]any{"tools": map[string]any{}} }

func (c *conversation) who() map[string]string {
	version := c.Version
	if version == "" {
		version = "1"
	}
	return map[string]string{"name": c.Name, "version": version}
}

func (c *conversation) list() []map[string]any {
	out := []map[string]any{}
	for _, t := range c.Tools {
		schema := t.Parameters
		if len(schema) == 0 {
			schema = json.RawMessage(`{"type":"object"}`)
		}
		out = append(out, map[string]any{"name": t.Name, "description": t.Description, "inputSchema": schema})
	}
	return out
}

// answered is a message of ours.
type answered struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Result  map[string]any  `json:"result,omitzero"`
	Error   *refused        `json:"error,omitempty"`
}

type refused struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	Data    any    `json:"data,omitempty"`
}

// say writes one message, whole.
func (c *conversation) say(m answered) {
	m.Version = "2.0"
	b, err := json.Marshal(m)
	if err != nil {
		return // a listing's own JSON was read before it was kept
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_, _ = c.out.Write(append(b, '\n')) // the app has left; the end of its input tells
}

func (c *conversation) answer(id json.RawMessage, result map[string]any) {
	c.say(answered{ID: id, Result: result})
}

func (c *conversation) refuse(id json.RawMessage, code int, text string, more any) {
	c.say(answered{ID: id, Error: &refused{code, text, more}})
}
