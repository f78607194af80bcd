package bridge

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"toolbay/backend/model"
)

const (
	methodInitialize  = "initialize"
	methodInitialized = "notifications/initialized"
	methodCancelled   = "notifications/cancelled"
)

// Codes of JSON-RPC.
const (
	codeParse    = -32700
	codeInvalid  = -32600
	codeNoMethod = -32601
	codeServer   = -32000
)

// rpcError is an error as the protocol writes it.
type rpcError struct {
	Code    int             `json:"code"`
	Message string          `json:"message"`
	Data    json.RawMessage `json:"data,omitempty"`
}

func (e *rpcError) Error() string { return fmt.Sprintf("error %d: %s", e.Code, e.Message) }

// message is one message of the app. raw is the whole of it on one line.
type message struct {
	raw    []byte
	id     json.RawMessage
	method string
	params json.RawMessage
}

type envelope struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  json.RawMessage `json:"error"`
}

// asks tells whether an answer is expected.
func (m *message) asks() bool { return m.method != "" && m.id != nil }

// key names a request among those under way.
func (m *message) key() string { return keyOf(m.id) }

// keyOf makes one text of an id; 1 and "1" are two.
func keyOf(id json.RawMessage) string {
	var text string
	if len(id) > 0 && id[0] == '"' && json.Unmarshal(id, &text) == nil {
		return `"` + text
	}
	return string(id)
}

// cancelled is the key of the request that a cancellation names.
func (m *message) cancelled() string {
	var p struct {
		ID json.RawMessage `json:"requestId"`
	}
	if json.Unmarshal(m.params, &p) != nil {
		return ""
	}
	return keyOf(bytes.TrimSpace(p.ID))
}

// meta reads what the newest protocol puts into every request: its version, and
// what the request is about.
func (m *message) meta() (version, about string) {
	var p struct {
		Meta struct {
			Version string `json:"io.modelcontextprotocol/protocolVersion"`
		} `json:"_meta"`
		Name string `json:"name"`
		URI  string `json:"uri"`
	}
	if m.params == nil || json.Unmarshal(m.params, &p) != nil {
		return "", ""
	}
	switch m.method {
	case "tools/call", "prompts/get":
		about = p.Name
	case "resources/read":
		about = p.URI
	}
	return p.Meta.Version, about
}

var renewals atomic.Int64

// renewed is the same question under an id of our own.
func (m *message) renewed() *message {
	id, err := json.Marshal(fmt.Sprintf("toolbay-%d", renewals.Add(1)))
	if err != nil {
		return m // a short plain text always encodes
	}
	raw, err := json.Marshal(struct {
		Version string          `json:"jsonrpc"`
		ID      json.RawMessage `json:"id"`
		Method  string          `json:"method"`
		Params  json.RawMessage `json:"params,omitempty"`
	}{"2.0", id, m.method, m.params})
	if err != nil {
		return m // it was read from JSON
	}
	return &message{raw: raw, id: id, method: m.method, params: m.params}
}

func readyMessage() *message {
	return &message{raw: []byte(`{"jsonrpc":"2.0","method":"` + methodInitialized + `"}`), method: methodInitialized}
}

var errLine = errors.New("a line is too long")

// read takes lines from the app until it has closed its side. One that is too
// long is passed over; the app is told.
func (b *bridge) read(stdin io.Reader, lines chan<- []byte) {
	r := bufio.NewReaderSize(stdin, 32<<10)
	for {
		line, err := readLine(r)
		if errors.Is(err, errLine) {
			b.write(errorLine(nil, &rpcError{Code: codeInvalid, Message: "the message is too long"}))
			err = nil
		}
		if line = bytes.TrimSpace(line); len(line) > 0 {
			select {
			case lines <- line:
			case <-b.ctx.Done():
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// readLine gives a line without its end. One above maxMessage is read to its
// end and comes back as errLine.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	long := false
	for {
		part, err := r.ReadSlice('\n')
		if long = long || len(line)+len(part) > maxMessage; long {
			line = nil
		} else {
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case long && err == nil:
			err = errLine
		}
		return line, err
	}
}

// parse reads a line of the app: a message, or several in a list as the version
// of March 2025 has them. What is none is answered with an error.
func (b *bridge) parse(line []byte) []*message {
	var list []json.RawMessage
	if line[0] != '[' {
		list = []json.RawMessage{line}
	} else if json.Unmarshal(line, &list) != nil || len(list) == 0 {
		b.write(errorLine(nil, &rpcError{Code: codeParse, Message: "not a message"}))
		return nil
	}
	var out []*message
	for _, raw := range list {
		var e envelope
		var flat bytes.Buffer
		if json.Unmarshal(raw, &e) != nil || json.Compact(&flat, raw) != nil {
			b.write(errorLine(nil, &rpcError{Code: codeParse, Message: "not a message"}))
			continue
		}
		if string(e.ID) == "null" {
			e.ID = nil
		}
		if e.Method == "" && (e.ID == nil || e.Result == nil && e.Error == nil) {
			b.write(errorLine(e.ID, &rpcError{Code: codeInvalid, Message: "neither a question nor an answer"}))
			continue
		}
		out = append(out, &message{raw: flat.Bytes(), id: e.ID, method: e.Method, params: e.Params})
	}
	return out
}

// forward hands what the server said to the app. An answer that nobody waits
// for, because it came before or the question was cancelled, is dropped. What
// is no message is dropped too; false tells so.
func (b *bridge) forward(data []byte) bool {
	data = bytes.TrimSpace(data)
	if len(data) == 0 {
		return true
	}
	list := []json.RawMessage{data}
	if data[0] == '[' && json.Unmarshal(data, &list) != nil {
		return false
	}
	for _, raw := range list {
		var e envelope
		var flat bytes.Buffer
		if json.Unmarshal(raw, &e) != nil || json.Compact(&flat, raw) != nil {
			return false
		}
		if string(e.ID) == "null" {
			e.ID = nil
		}
		switch {
		case e.Method != "":
			b.write(flat.Bytes())
		case e.ID != nil && (e.Result != nil || e.Error != nil):
			c := b.settled(keyOf(e.ID))
			switch {
			case c == nil:
			case c.take != nil:
				c.take(flat.Bytes())
			default:
				b.write(flat.Bytes())
			}
		default:
			return false
		}
	}
	return true
}

// write puts one message on the app's line. When the app has gone there is
// nobody to tell: its closed input ends the conversation.
func (b *bridge) write(raw []byte) {
	b.writing.Lock()
	defer b.writing.Unlock()
	_, _ = b.out.Write(append(raw, '\n'))
}

// answer tells the app that its request failed, and what to do.
func (b *bridge) answer(m *message, err error) {
	var said *rpcError
	var refused *statusError
	if errors.As(err, &refused) && refused.said != nil {
		said = refused.said
	}
	if said == nil && !errors.As(err, &said) {
		data, _ := json.Marshal(map[string]string{"code": model.Code(coded(err))}) // a plain text encodes
		said = &rpcError{Code: codeServer, Message: b.words(err), Data: data}
	}
	b.write(errorLine(m.id, said))
}

func errorLine(id json.RawMessage, e *rpcError) []byte {
	if id == nil {
		id = json.RawMessage("null")
	}
	line, err := json.Marshal(struct {
		Version string          `json:"jsonrpc"`
		ID      json.RawMessage `json:"id"`
		Error   *rpcError       `json:"error"`
	}{"2.0", id, e})
	if err != nil { // its data is the server's own JSON, which was read before
		return []byte(`{"jsonrpc":"2.0","id":null,"error":{"code":-32603,"message":"internal error"}}`)
	}
	return line
}

// errorIn is the error of an answer, nil when it is none.
func errorIn(raw []byte) *rpcError {
	var e envelope
	if json.Unmarshal(raw, &e) != nil || e.Error == nil || string(e.Error) == "null" {
		return nil
	}
	said := &rpcError{}
	if json.Unmarshal(e.Error, said) != nil {
		said = &rpcError{Code: codeServer, Message: "the server answered with an error"}
	}
	return said
}
