package bridge

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"toolbay/backend/model"
)

// app is the other side of a bridge.
type app struct {
	t     *testing.T
	in    *io.PipeWriter
	lines chan string
	log   *buffer
	err   chan error
	stop  context.CancelFunc
}

type buffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func serve(t *testing.T, o Options) *app {
	t.Helper()
	if o.Server == "" {
		o.Server, o.Title = "notes", "Notes"
	}
	ctx, cancel := context.WithCancel(t.Context())
	inr, inw := io.Pipe()
	outr, outw := io.Pipe()
	a := &app{t: t, in: inw, lines: make(chan string, 1000), log: &buffer{}, err: make(chan error, 1), stop: cancel}
	go func() {
		a.err <- Serve(ctx, o, inr, outw, a.log)
		outw.Close()
	}()
	go func() {
		r := bufio.NewReader(outr)
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				close(a.lines)
				return
			}
			a.lines <- strings.TrimSuffix(line, "\n")
		}
	}()
	t.Cleanup(func() { cancel(); inw.Close() })
	return a
}

func (a *app) say(line string) {
	a.t.Helper()
	if _, err := io.WriteString(a.in, line+"\n"); err != nil {
		a.t.Fatal(err)
	}
}

func (a *app) hear() string {
	a.t.Helper()
	select {
	case line, ok := <-a.lines:
		if !ok {
			a.t.Fatal("the bridge has ended")
		}
		return line
	case <-time.After(20 * time.Second):
		a.t.Fatal("nothing came")
		return ""
	}
}

func (a *app) hears(parts ...string) string {
	a.t.Helper()
	line := a.hear()
	for _, p := range parts {
		if !strings.Contains(line, p) {
			a.t.Fatalf("heard %s, which has no %s", line, p)
		}
	}
	return line
}

const hello = `{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"a","version":"1"}}}`
const isReady = `{"jsonrpc":"2.0","method":"notifications/initialized"}`

func (a *app) greet() {
	a.t.Helper()
	a.say(hello)
	a.hears(`"id":0`, `"protocolVersion"`)
	a.say(isReady)
}

// end closes the app's side and gives what Serve returned.
func (a *app) end() error {
	a.t.Helper()
	a.in.Close()
	select {
	case err := <-a.err:
		return err
	case <-time.After(20 * time.Second):
		a.t.Fatal("the bridge does not end")
		return nil
	}
}

func until(t *testing.T, ok func() bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("did not happen")
		}
	}
}

func remote(s *server) model.Remote {
	return model.Remote{URL: s.URL + "/mcp", Transport: "streamable-http"}
}

func TestConversation(t *testing.T) {
	s := newServer(t)
	r := remote(s)
	r.Headers = map[string]string{"X-Key": "k-secret"}
	a := serve(t, Options{Remote: r})
	a.greet()
	for i := range 20 {
		a.say(fmt.Sprintf(`{"jsonrpc":"2.0","method":"notifications/n%02d"}`, i))
	}
	a.say(`{"jsonrpc":"2.0","id":"x","method":"tools/list"}`)
	a.hears(`"id":"x"`, `"tools/list"`)
	if err := a.end(); err != nil {
		t.Fatal(err)
	}
	var methods []string
	for _, raw := range s.heard() {
		var m struct{ Method string }
		json.Unmarshal([]byte(raw), &m)
		methods = append(methods, m.Method)
	}
	want := []string{"initialize", "notifications/initialized"}
	for i := range 20 {
		want = append(want, fmt.Sprintf("notifications/n%02d", i))
	}
	if !slices.Equal(methods, append(want, "tools/list")) {
		t.Errorf("came as %q", methods)
	}
	last := s.headers[len(s.headers)-1]
	if !slices.Contains(s.asked(), "DELETE") {
		t.Errorf("the session was not ended: %q", s.asked())
	}
	for i, h := range s.headers {
		if h.Get("X-Key") != "k-secret" {
			t.Error("a request without the user's header")
		}
		if i > 0 && (h.Get("Mcp-Session-Id") != "session-1" || h.Get("Mcp-Protocol-Version") != "2025-06-18") {
			t.Errorf("request %d: %v", i, h)
		}
	}
	if last.Get("User-Agent") != "Toolbay" || s.headers[0].Get("Mcp-Session-Id") != "" {
		t.Errorf("%v", last)
	}
	if strings.Contains(a.log.String(), "k-secret") {
		t.Error(a.log.String())
	}
}

// A call that takes long holds up no other, and what the server says and asks
// meanwhile reaches the app.
func TestStreamsAndQuestions(t *testing.T) {
	s := newServer(t)
	answered := make(chan struct{})
	s.on["tools/call"] = func(w http.ResponseWriter, r *http.Request, id string) bool {
		say := stream(w)
		say("", `{"jsonrpc":"2.0","method":"notifications/progress","params":{"text":"half\nway"}}`)
		say("", "{\"jsonrpc\":\"2.0\",\n \"id\":7,\n \"method\":\"sampling/createMessage\"}")
		select {
		case <-answered:
		case <-r.Context().Done():
		}
		say("", `{"jsonrpc":"2.0","id":`+id+`,"result":{"ok":true}}`)
		return true
	}
	s.get = func(w http.ResponseWriter, r *http.Request) {
		stream(w)("e1", `{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}`)
		<-r.Context().Done()
	}
	a := serve(t, Options{Remote: remote(s)})
	a.greet()
	a.hears("list_changed")
	a.say(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"slow"}}`)
	a.hears(`"notifications/progress"`)
	a.hears(`{"jsonrpc":"2.0","id":7,"method":"sampling/createMessage"}`)
	a.say(`{"jsonrpc":"2.0","id":2,"method":"ping"}`)
	a.hears(`"id":2`)
	a.say(`{"jsonrpc":"2.0","id":7,"result":{"text":"yes"}}`)
	until(t, func() bool { return slices.Contains(s.heard(), `{"jsonrpc":"2.0","id":7,"result":{"text":"yes"}}`) })
	close(answered)
	a.hears(`"id":1`, `"ok":true`)
}

func TestResumes(t *testing.T) {
	s := newServer(t)
	var ids []string
	s.on["tools/call"] = func(w http.ResponseWriter, _ *http.Request, id string) bool {
		s.mu.Lock()
		ids = append(ids, id)
		s.mu.Unlock()
		stream(w)("a-1", `{"jsonrpc":"2.0","method":"notifications/progress","params":{"n":1}}`)
		return true // and the connection breaks off
	}
	s.get = func(w http.ResponseWriter, r *http.Request) {
		switch r.Header.Get("Last-Event-Id") {
		case "a-1":
			stream(w)("a-2", `{"jsonrpc":"2.0","method":"notifications/progress","params":{"n":2}}`)
		case "a-2":
			stream(w)("a-3", `{"jsonrpc":"2.0","id":1,"result":{"whole":true}}`)
		default:
			w.WriteHeader(http.StatusMethodNotAllowed)
		}
	}
	a := serve(t, Options{Remote: remote(s)})
	a.greet()
	a.say(`{"jsonrpc":"2.0","id":1,"method":"tools/call"}`)
	a.hears(`"n":1`)
	a.hears(`"n":2`)
	a.hears(`"id":1`, `"whole":true`)
	if len(ids) != 1 {
		t.Errorf("the tool was called %d times", len(ids))
	}
}

func TestNewSession(t *testing.T) {
	cases := []struct {
		name   string
		refuse func(http.ResponseWriter)
	}{
		{"404", nil},
		{"400 that names the session", func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusBadRequest)
			io.WriteString(w, `{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: No valid session ID provided"},"id":null}`)
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newServer(t)
			if c.refuse != nil {
				s.on["tools/list"] = func(w http.ResponseWriter, r *http.Request, _ string) bool {
					s.mu.Lock()
					defer s.mu.Unlock()
					if s.live[r.Header.Get("Mcp-Session-Id")] {
						return false
					}
					c.refuse(w)
					return true
				}
			}
			a := serve(t, Options{Remote: remote(s)})
			a.greet()
			s.forgetAll()
			for i := range 3 {
				a.say(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"tools/list"}`, i+1))
			}
			for range 3 {
				a.hears(`"tools/list"`)
			}
			if err := a.end(); err != nil {
				t.Fatal(err)
			}
			hellos := 0
			for _, m := range s.heard() {
				if strings.Contains(m, `"initialize"`) {
					hellos++
					if !strings.Contains(m, `"clientInfo":{"name":"a","version":"1"}`) {
						t.Errorf("another hello: %s", m)
					}
				}
			}
			if hellos != 2 || s.sessions != 2 {
				t.Errorf("%d hellos, %d sessions", hellos, s.sessions)
			}
		})
	}
}

// Whatever a server does, each question gets exactly one answer.
func TestEveryQuestionIsAnswered(t *testing.T) {
	status := func(code int, body string) func(http.ResponseWriter, *http.Request, string) bool {
		return func(w http.ResponseWriter, _ *http.Request, _ string) bool {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(code)
			io.WriteString(w, body)
			return true
		}
	}
	text := func(kind, body string) func(http.ResponseWriter, *http.Request, string) bool {
		return func(w http.ResponseWriter, _ *http.Request, _ string) bool {
			w.Header().Set("Content-Type", kind)
			io.WriteString(w, body)
			return true
		}
	}
	cases := []struct {
		name string
		on   func(http.ResponseWriter, *http.Request, string) bool
		want []string
	}{
		{"the server's own error", status(400, `{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"bad"}}`), []string{`-32602`, `bad`}},
		{"a plain refusal", status(418, "tea"), []string{`-32000`, `418`, `remote_refused`}},
		{"nothing", status(202, ""), []string{`-32000`, `remote_answer`}},
		{"a web page", text("text/html", "<html>"), []string{`text/html`}},
		{"no JSON", text("application/json", "oops"), []string{`no message`}},
		{"another's answer", text("application/json", `{"jsonrpc":"2.0","id":99,"result":{}}`), []string{`remote_answer`}},
		{"an empty stream", text("text/event-stream", ""), []string{`broke off`}},
		{"an event that is cut off", text("text/event-stream", `data: {"jsonrpc":"2.0","id":1,"result":{}}`), []string{`broke off`}},
		{"too much", text("application/json", strings.Repeat(" ", maxMessage+1)), []string{`remote_too_much`}},
		{"too much in an event", text("text/event-stream", "data: "+strings.Repeat("x", maxMessage)+"\n\n"), []string{`remote_too_much`}},
		{"sent elsewhere", func(w http.ResponseWriter, r *http.Request, _ string) bool {
			http.Redirect(w, r, "http://localhost:1/elsewhere", http.StatusTemporaryRedirect)
			return true
		}, []string{`remote_redirected`, `another address`}},
		{"two answers", func(w http.ResponseWriter, _ *http.Request, id string) bool {
			say := stream(w)
			say("", `{"jsonrpc":"2.0","id":`+id+`,"result":{"n":1}}`)
			say("", `{"jsonrpc":"2.0","id":`+id+`,"result":{"n":2}}`)
			return true
		}, []string{`"n":1`}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newServer(t)
			a := serve(t, Options{Remote: remote(s)})
			a.greet()
			s.when("odd/method", c.on)
			a.say(`{"jsonrpc":"2.0","id":1,"method":"odd/method"}`)
			a.hears(append(c.want, `"id":1`)...)
			a.say(`{"jsonrpc":"2.0","id":2,"method":"ping"}`)
			a.hears(`"id":2`)
		})
	}
}

// An answer that is a redirect within the same host is followed with the body.
func TestRedirectWithinTheHost(t *testing.T) {
	s := newServer(t)
	for _, status := range []int{301, 302, 307, 308} {
		s.when("tools/list", func(w http.ResponseWriter, r *http.Request, _ string) bool {
			if r.URL.Path == "/mcp" {
				http.Redirect(w, r, "/mcp/", status)
				return true
			}
			return false
		})
		a := serve(t, Options{Remote: remote(s)})
		a.greet()
		a.say(`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`)
		a.hears(`"id":1`, `"tools/list"`)
		a.end()
	}
}

func TestWhatTheAppSaysWrong(t *testing.T) {
	s := newServer(t)
	a := serve(t, Options{Remote: remote(s)})
	a.greet()
	for _, c := range []struct{ line, want string }{
		{"hello?", "-32700"},
		{"[]", "-32700"},
		{`{"jsonrpc":"2.0","id":4}`, "-32600"},
		{`[{"jsonrpc":"2.0","id":5,"method":"a"}]`, `"id":5`},
		{strings.Repeat("x", maxMessage+1), "too long"},
	} {
		a.say(c.line)
		a.hears(c.want)
	}
}

// Claude Code asks server/discover before it says hello.
func TestQuestionBeforeHello(t *testing.T) {
	for _, transport := range []string{"streamable-http", "sse"} {
		s := newServer(t)
		r := remote(s)
		r.Transport = transport
		a := serve(t, Options{Remote: r})
		a.say(`{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}`)
		a.hears(`"id":1`, `-32601`)
		a.greet()
	}
}

// A server of the newest version has no sessions and is told in headers what it
// is asked.
func TestNewestVersion(t *testing.T) {
	s := newServer(t)
	s.on["tools/call"] = func(w http.ResponseWriter, r *http.Request, id string) bool {
		answer(w, id, fmt.Sprintf("%q", r.Header.Get("Mcp-Protocol-Version")+"|"+r.Header.Get("Mcp-Method")+"|"+r.Header.Get("Mcp-Name")))
		return true
	}
	a := serve(t, Options{Remote: remote(s)})
	a.say(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"größe","_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}`)
	a.hears(`2026-07-28|tools/call|=?base64?Z3LDtsOfZQ==?=`)
	a.end()
	if got := s.asked(); len(got) != 0 {
		t.Errorf("asked %q", got)
	}
}

func TestCancel(t *testing.T) {
	s := newServer(t)
	ended := make(chan struct{})
	s.on["tools/call"] = func(w http.ResponseWriter, r *http.Request, _ string) bool {
		stream(w)("", `{"jsonrpc":"2.0","method":"notifications/progress"}`)
		<-r.Context().Done()
		close(ended)
		return true
	}
	a := serve(t, Options{Remote: remote(s)})
	a.greet()
	a.say(`{"jsonrpc":"2.0","id":"c","method":"tools/call"}`)
	a.hears("progress")
	a.say(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"c"}}`)
	<-ended
	a.say(`{"jsonrpc":"2.0","id":2,"method":"ping"}`)
	a.hears(`"id":2`) // and no answer to what was cancelled
	if !slices.ContainsFunc(s.heard(), func(m string) bool { return strings.Contains(m, "notifications/cancelled") }) {
		t.Error("the server was not told")
	}
}

func TestTokens(t *testing.T) {
	s := newServer(t)
	s.tokens = map[string]bool{"first": true}
	var asked []string
	good := "first"
	var fail error
	var mu sync.Mutex
	o := Options{Remote: remote(s), Token: func(_ context.Context, stale string) (string, error) {
		mu.Lock()
		defer mu.Unlock()
		if stale != "" {
			asked = append(asked, stale)
			if fail != nil {
				return "", fail
			}
			good = "second"
		}
		return good, nil
	}}
	a := serve(t, o)
	a.greet()
	s.mu.Lock()
	s.tokens = map[string]bool{"second": true}
	s.mu.Unlock()
	a.say(`{"jsonrpc":"2.0","id":1,"method":"ping"}`)
	a.hears(`"id":1`, `"ping"`)
	mu.Lock()
	fail = model.Fail("signin_again", errors.New("refused"), "server", "Notes")
	mu.Unlock()
	s.mu.Lock()
	s.tokens = map[string]bool{}
	s.mu.Unlock()
	a.say(`{"jsonrpc":"2.0","id":2,"method":"ping"}`)
	line := a.hears(`"id":2`, "Sign in again", "toolbay login notes", "signin_again")
	for _, secret := range []string{"first", "second"} {
		if strings.Contains(line+a.log.String(), secret) {
			t.Errorf("a token is told: %s", line)
		}
	}
	if !slices.Contains(asked, "first") || !slices.Contains(asked, "second") {
		t.Errorf("asked about %q", asked)
	}
}

func TestNobodySignedIn(t *testing.T) {
	s := newServer(t)
	s.tokens = map[string]bool{}
	a := serve(t, Options{Remote: remote(s)})
	a.say(hello)
	a.hears("Sign in to Notes", "toolbay login notes", "signin_needed")
	if err := a.end(); model.Code(err) != "signin_needed" {
		t.Fatalf("%v", err)
	}
	r := remote(s)
	r.Headers = map[string]string{"authorization": "Bearer wrong-key"}
	a = serve(t, Options{Remote: r})
	a.say(hello)
	if line := a.hears("does not accept the key"); strings.Contains(line, "wrong-key") {
		t.Error(line)
	}
}

func TestUnreachable(t *testing.T) {
	s := newServer(t)
	r := remote(s)
	s.Close()
	a := serve(t, Options{Remote: r})
	a.say(hello)
	a.hears("cannot be reached", "remote_unreachable")
	if err := a.end(); model.Code(err) != "remote_unreachable" {
		t.Fatalf("%v", err)
	}
	for _, bad := range []string{"http://example.com/mcp", "https://u:p@example.com", "ftp://x", "https://169.254.169.254/x", ""} {
		err := Serve(t.Context(), Options{Remote: model.Remote{URL: bad}}, strings.NewReader(hello+"\n"), io.Discard, io.Discard)
		if model.Code(err) != "remote_address" {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

// The end of a conversation does not wait for a server that is silent.
func TestEnds(t *testing.T) {
	s := newServer(t)
	s.on["tools/call"] = func(w http.ResponseWriter, r *http.Request, _ string) bool {
		<-r.Context().Done()
		return true
	}
	a := serve(t, Options{Remote: remote(s)})
	a.greet()
	a.say(`{"jsonrpc":"2.0","id":1,"method":"tools/call"}`)
	until(t, func() bool { return len(s.heard()) == 3 })
	a.stop()
	if err := <-a.err; err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(s.asked(), "DELETE") {
		t.Errorf("the session was not ended: %q", s.asked())
	}
}

// A server that is busy is asked again; one that may have done what it was asked
// is not.
func TestBusyServers(t *testing.T) {
	for _, c := range []struct {
		name   string
		status int
		after  string
		times  int
		want   string
	}{
		{"busy", 503, "0", 2, `"result"`},
		{"too many questions", 429, "", 2, `"result"`},
		{"busy for long", 503, "3600", 1, `503`},
		{"a gateway that got no answer", 504, "", 1, `504`},
		{"a gateway that got a wrong one", 502, "0", 1, `502`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newServer(t)
			times := 0
			s.when("tools/call", func(w http.ResponseWriter, _ *http.Request, _ string) bool {
				s.mu.Lock()
				defer s.mu.Unlock()
				if times++; times > 1 {
					return false
				}
				if c.after != "" {
					w.Header().Set("Retry-After", c.after)
				}
				w.WriteHeader(c.status)
				return true
			})
			a := serve(t, Options{Remote: remote(s)})
			a.greet()
			a.say(`{"jsonrpc":"2.0","id":1,"method":"tools/call"}`)
			a.hears(`"id":1`, c.want)
			s.mu.Lock()
			defer s.mu.Unlock()
			if times != c.times {
				t.Errorf("asked %d times", times)
			}
		})
	}
}

// A server that answers no hello does not keep us when the app has gone, whatever
// the app wrote before it went.
func TestGoneWithoutAnAnswerToTheHello(t *testing.T) {
	for _, c := range []struct {
		name string
		says []string
	}{
		{"after the hello", []string{hello}},
		{"after more than that", []string{hello, isReady, `{"jsonrpc":"2.0","id":1,"method":"tools/list"}`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newServer(t)
			s.when("initialize", func(_ http.ResponseWriter, r *http.Request, _ string) bool {
				<-r.Context().Done()
				return true
			})
			a := serve(t, Options{Remote: model.Remote{URL: s.URL}})
			for _, line := range c.says {
				a.say(line)
			}
			a.in.Close()
			select {
			case <-a.err:
			case <-time.After(40 * time.Second):
				t.Fatal("the bridge is still there")
			}
			if n := len(s.heard()); n != 1 {
				t.Errorf("%d messages were sent before the hello was answered", n-1)
			}
		})
	}
}

// What an app has written before it closes its side is sent, in its order, also
// when it waited for no answer.
func TestAllIsSentThatWasWritten(t *testing.T) {
	s := newServer(t)
	written := make(chan struct{})
	s.when("initialize", func(http.ResponseWriter, *http.Request, string) bool {
		<-written
		return false
	})
	a := serve(t, Options{Remote: model.Remote{URL: s.URL}})
	a.say(hello)
	a.say(isReady)
	var want []string
	for i := 1; i <= 50; i++ {
		line := fmt.Sprintf(`{"jsonrpc":"2.0","method":"notifications/n","params":{"n":%d}}`, i)
		a.say(line)
		want = append(want, line)
	}
	a.say(`{"jsonrpc":"2.0","id":1,"method":"tools/list"}`)
	a.in.Close()
	close(written)
	a.hears(`"id":0`)
	a.hears(`"id":1`, "tools/list")
	if err := <-a.err; err != nil {
		t.Error(err)
	}
	if got := s.heard(); len(got) != 53 || !slices.Equal(got[2:52], want) {
		t.Errorf("%d messages, in the order %q", len(got), got)
	}
}
