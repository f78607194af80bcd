package probe

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
)

var (
	errEnded   = errors.New("the server ended")
	errTooMuch = errors.New("the server says more than is accepted")
	errShape   = errors.New("the server's answer has not the form of the protocol")
)

// message is a JSON-RPC message of any kind.
type message struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  json.RawMessage `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   *rpcError       `json:"error,omitempty"`
}

// rpcError is an error the server answered with.
type rpcError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

const methodNotFound = -32601

func (e *rpcError) Error() string {
	text := e.Message
	if len(text) > 4096 {
		text = text[:4096]
	}
	return fmt.Sprintf("The server answered with error %d: %s", e.Code, text)
}

// parse reads one line of the server's output; ok is false for a line that is
// no message, such as a log line, also when that is JSON.
func parse(line []byte) (m message, ok bool) {
	if len(line) == 0 || line[0] != '{' || json.Unmarshal(line, &m) != nil {
		return message{}, false
	}
	return m, m.Version == "2.0" && (m.Method != "" || m.Result != nil || m.Error != nil)
}

// dialogue is a conversation with one process: one question at a time.
type dialogue struct {
	process *process
	last    int
}

// call asks and waits for the answer. What the server asks meanwhile is
// answered too: a server that waits for that would never answer us.
func (d *dialogue) call(ctx context.Context, method string, params any) (json.RawMessage, error) {
	text, err := json.Marshal(params)
	if err != nil {
		return nil, fmt.Errorf("encode the parameters of %s: %w", method, err)
	}
	d.last++
	id := strconv.Itoa(d.last)
	if err := d.send(ctx, message{ID: json.RawMessage(id), Method: method, Params: text}); err != nil {
		return nil, err
	}
	for {
		m, err := d.process.next(ctx)
		switch {
		case err != nil:
			return nil, err
		case m.Method != "" && m.ID != nil:
			if err := d.send(ctx, answer(m)); err != nil {
				return nil, err
			}
		case m.Method == "" && isID(m.ID, id):
			if m.Error != nil {
				return nil, m.Error
			}
			return m.Result, nil
		}
	}
}

func (d *dialogue) send(ctx context.Context, m message) error {
	m.Version = "2.0"
	line, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("encode a message: %w", err)
	}
	return d.process.send(ctx, append(line, '\n'))
}

// answer replies to what a server asks of its app. Only ping is an app's duty;
// files, questions to the model and to the user are not on offer here.
func answer(m message) message {
	if m.Method == "ping" {
		return message{ID: m.ID, Result: json.RawMessage("{}")}
	}
	return message{ID: m.ID, Error: &rpcError{Code: methodNotFound, Message: "not available while Toolbay looks at this server"}}
}

// isID compares ids the way the TypeScript SDK does, which takes "1" for 1.
func isID(got json.RawMessage, want string) bool {
	return bytes.Equal(bytes.Trim(got, `"`), []byte(want))
}

// greeting is what a server says of itself.
type greeting struct {
	protocol, name, version string
	hasTools                bool
	// meta goes with every later request of the newest protocol.
	meta map[string]any
}

// initializeVersions are the versions that today's apps take as an answer to
// initialize (the TypeScript SDK's list).
var initializeVersions = []string{"2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05", "2024-10-07"}

const newest = "2026-07-28"

type implementation struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type capabilities struct {
	Tools json.RawMessage `json:"tools"`
}

// initialize is the hello that every app of today opens with.
func initialize(ctx context.Context, d *dialogue, version string) (greeting, error) {
	result, err := d.call(ctx, "initialize", map[string]any{
		"protocolVersion": initializeVersions[0],
		"capabilities":    map[string]any{},
		"clientInfo":      implementation{"toolbay", version},
	})
	if err != nil {
		return greeting{}, err
	}
	var r struct {
		ProtocolVersion string         `json:"protocolVersion"`
		Capabilities    capabilities   `json:"capabilities"`
		ServerInfo      implementation `json:"serverInfo"`
	}
	if json.Unmarshal(result, &r) != nil {
		return greeting{}, errShape
	}
	g := greeting{protocol: r.ProtocolVersion, name: r.ServerInfo.Name, version: r.ServerInfo.Version, hasTools: r.Capabilities.Tools != nil}
	if !slices.Contains(initializeVersions, r.ProtocolVersion) {
		return g, errShape
	}
	return g, d.send(ctx, message{Method: "notifications/initialized"})
}

// discover is the hello of version 2026-07-28 (SEP-2575): no session, every
// request carries who asks.
func discover(ctx context.Context, d *dialogue, version string) (greeting, error) {
	const prefix = "io.modelcontextprotocol/"
	meta := map[string]any{
		prefix + "protocolVersion":    newest,
		prefix + "clientInfo":         implementation{"toolbay", version},
		prefix + "clientCapabilities": map[string]any{},
	}
	result, err := d.call(ctx, "server/discover", map[string]any{"_meta": meta})
	if err != nil {
		return greeting{}, err
	}
	var r struct {
		SupportedVersions []string                   `json:"supportedVersions"`
		Capabilities      capabilities               `json:"capabilities"`
		Meta              map[string]json.RawMessage `json:"_meta"`
	}
	if json.Unmarshal(result, &r) != nil || !slices.Contains(r.SupportedVersions, newest) {
		return greeting{}, errShape
	}
	var who implementation
	if text, ok := r.Meta[prefix+"serverInfo"]; ok && json.Unmarshal(text, &who) != nil {
		return greeting{}, errShape
	}
	return greeting{protocol: newest, name: who.Name, version: who.Version, hasTools: r.Capabilities.Tools != nil, meta: meta}, nil
}
