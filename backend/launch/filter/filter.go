// Package filter stands between an AI app and a server of which only some tools
// may be used: the others are neither listed nor callable. Whatever is not
// about tools passes as it is, byte for byte and in order. backend/launch
// imports it; it imports nothing of ours.
//
//	err := filter.Serve([]string{"read_file"}, os.Stdin, os.Stdout, os.Stderr, func(in io.Reader, out io.Writer) error {
//		return server(ctx, in, out)
//	})
package filter

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
)

// MaxMessage is the largest message that is read as a whole, in bytes: each one
// of the app, and a server's while a list of tools is awaited. A longer one of
// the app is refused, one of the server is passed on unless it may be the list.
// Either way the conversation goes on, and the log tells of it.
const MaxMessage = 64 << 20

// Serve lets server talk to an app of which stdin and stdout are the two ends,
// and holds back all tools but those named; log is told in words what could not
// be carried. It returns when server does; server sees the end of its input when
// the app's input ends.
func Serve(tools []string, stdin io.Reader, stdout, log io.Writer, server func(in io.Reader, out io.Writer) error) error {
	return serve(MaxMessage, tools, stdin, stdout, log, server)
}

func serve(most int, tools []string, stdin io.Reader, stdout, log io.Writer, server func(in io.Reader, out io.Writer) error) error {
	g := &gate{most: most, allowed: map[string]bool{}, app: stdout, log: log, awaited: map[string]bool{}}
	for _, t := range tools {
		g.allowed[t] = true
	}
	in, toServer := io.Pipe()
	go func() { toServer.CloseWithError(g.ask(stdin, toServer)) }()
	err := server(in, g)
	in.CloseWithError(io.ErrClosedPipe)
	if last := g.end(); err == nil {
		err = last
	}
	return err
}

// gate is one conversation. It is the writer that the server's output goes to.
type gate struct {
	most    int
	allowed map[string]bool
	log     io.Writer

	mu      sync.Mutex
	app     io.Writer
	awaited map[string]bool // ids of requests for the list that have no answer
	held    []byte          // a message of the server that is read as a whole
	holding bool            // the current message is being held
	inside  bool            // the current message is partly written
	lost    bool            // the current message is not passed on
	answers [][]byte        // ours, until a message of the server has ended
}

// ask carries what the app says to the server, but for what the server must not
// see. Its error becomes the end of the server's input.
func (g *gate) ask(app io.Reader, server io.Writer) error {
	r := bufio.NewReaderSize(app, 16<<10)
	for {
		line, err := g.readLine(r)
		if errors.Is(err, errTooLong) {
			_, id := head(line)
			g.say("Toolbay: The app sent a message of more than %d MB, which is more than Toolbay looks through while only some tools of the server can be used. The server did not get it.", g.most>>20)
			if answer := refusal(id, invalidRequest, "This message is too long for a server of which only some tools can be used in Toolbay."); answer != nil {
				if werr := g.answer(append(answer, '\n')); werr != nil {
					return werr
				}
			}
			continue
		}
		if len(bytes.TrimSpace(line)) > 0 {
			pass, answer := g.judge(line)
			if answer != nil {
				if werr := g.answer(answer); werr != nil {
					return werr
				}
			}
			if pass != nil {
				if _, werr := server.Write(pass); werr != nil {
					return werr
				}
			}
		}
		if err != nil {
			return err
		}
	}
}

var errTooLong = errors.New("a message is too long")

// readLine gives a line with its end. The reader's own buffer is not enough:
// arguments of a call can be long. Of one that is too long it gives the
// beginning, and reads to its end.
func (g *gate) readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	tooLong := false
	for {
		part, err := r.ReadSlice('\n')
		tooLong = tooLong || len(line)+len(part) > g.most
		line = append(line, part[:min(len(part), g.most-len(line))]...)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
		case err != nil && !tooLong:
			return line, err
		case tooLong:
			return line, errTooLong // the end of the input comes with the next line
		default:
			return line, nil
		}
	}
}

// head gives what the beginning of a message tells: whether it is a request or a
// notice, and its id.
func head(beginning []byte) (method bool, id json.RawMessage) {
	dec := json.NewDecoder(bytes.NewReader(beginning))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return false, nil
	}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			break
		}
		var value json.RawMessage
		if dec.Decode(&value) != nil {
			break
		}
		switch t {
		case "method":
			method = true
		case "id":
			id = value
		}
	}
	return method, id
}

// judge tells what of a line of the app goes to the server, and what we answer
// in its place.
func (g *gate) judge(line []byte) (pass, answer []byte) {
	// Some servers take a carriage return for the end of a message. In JSON it
	// is a blank like any other.
	if i := bytes.IndexByte(line, '\r'); i >= 0 && i < len(bytes.TrimRight(line, "\r\n")) {
		line = bytes.ReplaceAll(line, []byte("\r"), []byte(" "))
	}
	if trimmed := bytes.TrimSpace(line); trimmed[0] == '[' { // several messages at once
		var all []json.RawMessage
		if json.Unmarshal(trimmed, &all) != nil {
			return nil, refusal(nil, parseError, "This is not JSON.")
		}
		var passed, answers []json.RawMessage
		for _, m := range all {
			if a, ok := g.check(m); ok {
				passed = append(passed, m)
			} else if a != nil {
				answers = append(answers, a)
			}
		}
		if len(passed) == len(all) {
			return line, nil
		}
		return joined(passed), joined(answers)
	}
	if a, ok := g.check(line); !ok {
		if a != nil {
			a = append(a, '\n')
		}
		return nil, a
	}
	return line, nil
}

func joined(messages []json.RawMessage) []byte {
	if len(messages) == 0 {
		return nil
	}
	out, _ := json.Marshal(messages) // they were read as JSON
	return append(out, '\n')
}

// check tells whether a message of the app may pass; if not, answer is what the
// app is told, nil where it awaits none. A message that two readers could read
// in two ways does not pass.
func (g *gate) check(message []byte) (answer []byte, ok bool) {
	m, ok := members(message, "method", "id", "params")
	if !ok {
		return refusal(nil, parseError, "This is not a message, or one that can be read in two ways."), false
	}
	var method string
	if raw, there := m["method"]; there && json.Unmarshal(raw, &method) != nil {
		return refusal(m["id"], invalidRequest, "The method is not a text."), false
	}
	switch method {
	case "tools/list":
		g.mu.Lock()
		g.awaited[key(m["id"])] = true
		g.mu.Unlock()
	case "tools/call":
		params, ok := members(m["params"], "name")
		var name string
		if !ok || json.Unmarshal(params["name"], &name) != nil {
			return refusal(m["id"], invalidParams, "The call names no tool."), false
		}
		if !g.allowed[name] {
			return refusal(m["id"], invalidParams, "Unknown tool: "+name+". It is turned off in Toolbay."), false
		}
	}
	return nil, true
}

// members gives the members of an object. Of those in names there must be one
// of each at most, also under a name that differs by case only: some readers
// take that for the same.
func members(object []byte, names ...string) (map[string]json.RawMessage, bool) {
	dec := json.NewDecoder(bytes.NewReader(object))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, false
	}
	out := map[string]json.RawMessage{}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return nil, false
		}
		name, _ := t.(string)
		var value json.RawMessage
		if dec.Decode(&value) != nil {
			return nil, false
		}
		for _, n := range names {
			if _, twice := out[n]; strings.EqualFold(name, n) && (twice || name != n) {
				return nil, false
			}
		}
		out[name] = value
	}
	if _, err := dec.Token(); err != nil {
		return nil, false
	}
	_, err := dec.Token()
	return out, errors.Is(err, io.EOF)
}

// key is an id as it can be compared: a text may be written in several ways.
func key(id json.RawMessage) string {
	var s string
	if json.Unmarshal(id, &s) == nil {
		return "text " + s
	}
	return string(bytes.TrimSpace(id))
}

// Codes of JSON-RPC.
const (
	parseError     = -32700
	invalidRequest = -32600
	invalidParams  = -32602
	internalError  = -32603
)

// refusal is the answer to a request that the server does not get; nil for a
// notice, which awaits none.
func refusal(id json.RawMessage, code int, text string) []byte {
	if id == nil {
		if code != parseError {
			return nil
		}
		id = json.RawMessage("null")
	}
	out, _ := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": id, "error": map[string]any{"code": code, "message": text}})
	return out
}

// answer writes a message of ours to the app, after the one that is under way.
func (g *gate) answer(message []byte) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.inside {
		g.answers = append(g.answers, message)
		return nil
	}
	_, err := g.app.Write(message)
	return err
}

// Write takes what the server says. It is passed on at once, but while a list
// of tools is awaited each message is read as a whole first.
func (g *gate) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for rest := p; len(rest) > 0; {
		part := rest
		end := bytes.IndexByte(rest, '\n')
		if end >= 0 {
			part = rest[:end+1]
		}
		rest = rest[len(part):]
		if !g.inside && !g.holding && !g.lost {
			g.holding = len(g.awaited) > 0
		}
		if err := g.tell(part, end >= 0); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// tell passes on a part of a message; ends says that it is the last.
func (g *gate) tell(part []byte, ends bool) error {
	if g.lost {
		g.lost = !ends
		return g.between(ends)
	}
	if g.holding {
		g.held = append(g.held, part...)
		switch {
		case len(g.held) > g.most && !g.harmless(g.held):
			return g.lose(ends)
		case len(g.held) > g.most:
			part, g.held, g.holding = g.held, nil, false
		case !ends:
			return nil
		default:
			part, g.held, g.holding = g.listed(g.held), nil, false
		}
	}
	g.inside = !ends
	if _, err := g.app.Write(part); err != nil {
		return err
	}
	return g.between(ends)
}

// between writes our answers once a message has ended.
func (g *gate) between(ended bool) error {
	if !ended {
		return nil
	}
	for _, a := range g.answers {
		if _, err := g.app.Write(a); err != nil {
			return err
		}
	}
	g.answers = nil
	return nil
}

// harmless tells whether a message that is too long to be read as a whole is no
// answer to a request for the list, as far as its beginning says.
func (g *gate) harmless(beginning []byte) bool {
	method, id := head(beginning)
	if method {
		return true
	}
	// The same number can be written in several ways, and only one is safe to
	// compare.
	if !plainID(id) || g.awaited[key(id)] {
		return false
	}
	for awaited := range g.awaited {
		if !strings.HasPrefix(awaited, "text ") && !plainID(json.RawMessage(awaited)) {
			return false
		}
	}
	return true
}

// plainID tells whether an id is a text or a whole number as everybody writes it.
func plainID(id json.RawMessage) bool {
	digits := strings.TrimPrefix(string(id), "-")
	return len(id) > 0 && id[0] == '"' ||
		digits != "" && strings.Trim(digits, "0123456789") == "" && (digits == "0" || digits[0] != '0')
}

// lose leaves a message out that may be the list and is too long to be read.
func (g *gate) lose(ended bool) error {
	_, id := head(g.held)
	g.held, g.holding, g.lost = nil, false, !ended
	g.say("Toolbay: The server sent a list of more than %d MB while only some of its tools can be used, which is more than Toolbay looks through. The app did not get it.", g.most>>20)
	if g.awaited[key(id)] {
		delete(g.awaited, key(id))
		g.answers = append(g.answers, append(refusal(id, internalError, "The server's list of tools is too long for Toolbay to look through."), '\n'))
	}
	return g.between(ended)
}

// say puts a line into the log.
func (g *gate) say(format string, args ...any) { fmt.Fprintf(g.log, format+"\n", args...) }

// end passes on what is still held when the server has ended, and our answers.
func (g *gate) end() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.held) > 0 {
		rest := g.listed(g.held)
		g.held, g.holding, g.inside = nil, false, !bytes.HasSuffix(rest, []byte("\n"))
		if _, err := g.app.Write(rest); err != nil {
			return err
		}
	}
	if g.inside && len(g.answers) > 0 {
		if _, err := io.WriteString(g.app, "\n"); err != nil {
			return err
		}
	}
	g.inside, g.lost = false, false
	return g.between(true)
}

// listed takes the tools that may not be used out of a message, if it is the
// answer to a request for the list.
func (g *gate) listed(line []byte) []byte {
	trimmed := bytes.TrimSpace(line)
	if len(trimmed) > 0 && trimmed[0] == '[' {
		var all []json.RawMessage
		if json.Unmarshal(trimmed, &all) != nil {
			return line
		}
		changed := false
		for i, m := range all {
			if out := g.without(m); out != nil {
				all[i], changed = out, true
			}
		}
		if !changed {
			return line
		}
		return joined(all)
	}
	if out := g.without(trimmed); out != nil {
		return append(out, '\n')
	}
	return line
}

// without gives an answer without the tools that may not be used, nil for a
// message that is none or that holds no other. It looks at any answer that has
// tools in it, whatever its id: a server may write the id in another way.
func (g *gate) without(message []byte) []byte {
	var m map[string]json.RawMessage
	if json.Unmarshal(message, &m) != nil || m["id"] == nil || m["method"] != nil {
		return nil
	}
	delete(g.awaited, key(m["id"]))
	var result map[string]json.RawMessage
	if json.Unmarshal(m["result"], &result) != nil || result["tools"] == nil {
		return nil
	}
	var tools []json.RawMessage
	kept := []json.RawMessage{}
	if json.Unmarshal(result["tools"], &tools) == nil {
		for _, t := range tools {
			var tool map[string]json.RawMessage
			var name string
			if json.Unmarshal(t, &tool) == nil && json.Unmarshal(tool["name"], &name) == nil && g.allowed[name] {
				kept = append(kept, t)
			}
		}
		if len(kept) == len(tools) {
			return nil
		}
	}
	result["tools"] = marshal(kept)
	m["result"] = marshal(result)
	return marshal(m)
}

// marshal writes what was read as JSON; unlike json.Marshal it leaves <, > and
// & in a tool's words as they are.
func marshal(v any) json.RawMessage {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.Encode(v)
	return bytes.TrimSpace(b.Bytes())
}
