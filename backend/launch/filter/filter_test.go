package filter

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
)

// run lets an app that says lines talk to a server that echoes what it gets
// and says each line of saying for the first that it hears.
func run(t *testing.T, tools []string, lines []string, saying ...string) (heard, told []string) {
	t.Helper()
	r, w := io.Pipe()
	var got []string
	out := make(chan []string)
	appIn, app := io.Pipe()
	go func() {
		var lines []string
		s := bufio.NewScanner(appIn)
		s.Buffer(nil, MaxMessage)
		for s.Scan() {
			lines = append(lines, s.Text())
		}
		out <- lines
	}()
	go func() {
		for _, l := range lines {
			io.WriteString(w, l+"\n")
		}
		w.Close()
	}()
	err := Serve(tools, r, app, io.Discard, func(in io.Reader, out io.Writer) error {
		s := bufio.NewScanner(in)
		s.Buffer(nil, MaxMessage)
		for s.Scan() {
			got = append(got, s.Text())
		}
		for _, l := range saying {
			if _, err := io.WriteString(out, l); err != nil {
				return err
			}
		}
		return s.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	app.Close()
	return got, <-out
}

func TestCalls(t *testing.T) {
	const refused = `"error":{"code":-32602,"message":"Unknown tool: rm. It is turned off in Toolbay."}`
	for name, c := range map[string]struct {
		line   string
		passes bool
		answer string
	}{
		"another method":        {`{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{"name":"rm"}}`, true, ""},
		"a notice":              {`{"jsonrpc":"2.0","method":"notifications/initialized"}`, true, ""},
		"an answer":             {`{"jsonrpc":"2.0","id":1,"result":{"name":"rm"}}`, true, ""},
		"an allowed tool":       {`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read","arguments":{"name":"rm"}}}`, true, ""},
		"a tool turned off":     {`{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"rm"}}`, false, refused},
		"written with escapes":  {`{"jsonrpc":"2.0","id":1,"method":"tools\/c\u0061ll","params":{"name":"\u0072m"}}`, false, refused},
		"its case":              {`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"READ"}}`, false, "Unknown tool: READ"},
		"without an id":         {`{"jsonrpc":"2.0","method":"tools/call","params":{"name":"rm"}}`, false, ""},
		"no name":               {`{"jsonrpc":"2.0","id":1,"method":"tools/call"}`, false, "names no tool"},
		"two names":             {`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read","name":"rm"}}`, false, "names no tool"},
		"two names by case":     {`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"read","Name":"rm"}}`, false, "names no tool"},
		"two methods":           {`{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call","params":{"name":"rm"}}`, false, "two ways"},
		"method by case":        {`{"jsonrpc":"2.0","id":1,"Method":"tools/call","params":{"name":"rm"}}`, false, "two ways"},
		"method no text":        {`{"jsonrpc":"2.0","id":1,"method":["tools/call"]}`, false, "not a text"},
		"no JSON":               {`{"jsonrpc":"2.0","id":1,"method":"tools/call",}`, false, "two ways"},
		"more behind":           {`{"id":1,"method":"ping"}{"id":2,"method":"tools/call","params":{"name":"rm"}}`, false, "two ways"},
		"several, all allowed":  {`[{"id":1,"method":"ping"},{"id":2,"method":"tools/call","params":{"name":"read"}}]`, true, ""},
		"several, all refused":  {`[{"id":2,"method":"tools/call","params":{"name":"rm"}}]`, false, refused},
		"a list that is broken": {`[{"id":2}`, false, "not JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			got, told := run(t, []string{"read"}, []string{c.line})
			if c.passes != (len(got) == 1 && got[0] == c.line) {
				t.Errorf("the server got %q", got)
			}
			if answer := strings.Join(told, ""); (c.answer == "") != (answer == "") || !strings.Contains(answer, c.answer) {
				t.Errorf("the app was told %q, want %q", answer, c.answer)
			}
		})
	}
}

func TestSeveralAtOnce(t *testing.T) {
	got, told := run(t, []string{"read"}, []string{
		`[{"id":1,"method":"ping"},{"id":2,"method":"tools/call","params":{"name":"rm"}}]`,
	})
	if len(got) != 1 || got[0] != `[{"id":1,"method":"ping"}]` {
		t.Errorf("the server got %q", got)
	}
	if len(told) != 1 || !strings.HasPrefix(told[0], `[{`) || !strings.Contains(told[0], `"id":2`) {
		t.Errorf("the app was told %q", told)
	}
}

func TestList(t *testing.T) {
	ask := `{"jsonrpc":"2.0","id":7,"method":"tools/list"}`
	for name, c := range map[string]struct {
		allowed     []string
		asked, says string
		want        string
	}{
		"some go":            {[]string{"b"}, ask, `{"jsonrpc":"2.0","id":7,"result":{"nextCursor":"x","tools":[{"name":"a"},{"name":"b","description":"1 < 2 & 3"}]}}`, `{"id":7,"jsonrpc":"2.0","result":{"nextCursor":"x","tools":[{"name":"b","description":"1 < 2 & 3"}]}}`},
		"none is allowed":    {[]string{}, ask, `{"id":7,"result":{"tools":[{"name":"a"}]}}`, `{"id":7,"result":{"tools":[]}}`},
		"all are allowed":    {[]string{"a"}, ask, `{ "id": 7, "result": {"tools": [{"name": "a"}]} }`, `{ "id": 7, "result": {"tools": [{"name": "a"}]} }`},
		"another way of id":  {[]string{}, ask, `{"id":7.0,"result":{"tools":[{"name":"a"}]}}`, `{"id":7.0,"result":{"tools":[]}}`},
		"escaped key":        {[]string{}, ask, `{"id":7,"result":{"tool\u0073":[{"name":"a"}]}}`, `{"id":7,"result":{"tools":[]}}`},
		"no name":            {[]string{""}, ask, `{"id":7,"result":{"tools":[{},4]}}`, `{"id":7,"result":{"tools":[]}}`},
		"tools of a shape":   {[]string{}, ask, `{"id":7,"result":{"tools":{"a":1}}}`, `{"id":7,"result":{"tools":[]}}`},
		"an error":           {[]string{}, ask, `{"id":7,"error":{"code":1,"message":"no"}}`, `{"id":7,"error":{"code":1,"message":"no"}}`},
		"not asked for":      {[]string{}, `{"id":1,"method":"ping"}`, `{"id":1,"result":{}}`, `{"id":1,"result":{}}`},
		"noise":              {[]string{}, ask, `starting…`, `starting…`},
		"its own question":   {[]string{}, ask, `{"id":7,"method":"x","result":{"tools":[{"name":"a"}]}}`, `{"id":7,"method":"x","result":{"tools":[{"name":"a"}]}}`},
		"in a list":          {[]string{}, ask, `[{"id":7,"result":{"tools":[{"name":"a"}]}}]`, `[{"id":7,"result":{"tools":[]}}]`},
		"a list with no one": {[]string{}, ask, `[{"id":9,"result":{}}]`, `[{"id":9,"result":{}}]`},
	} {
		t.Run(name, func(t *testing.T) {
			_, told := run(t, c.allowed, []string{c.asked}, c.says[:len(c.says)/2], c.says[len(c.says)/2:]+"\n")
			if len(told) != 1 || told[0] != c.want {
				t.Errorf("the app was told\n%q, want\n%q", told, c.want)
			}
		})
	}
}

// What we answer stands between messages of the server, never within one.
func TestOrder(t *testing.T) {
	stdin, app := io.Pipe()
	var out strings.Builder
	started, answered := make(chan struct{}), make(chan struct{})
	go func() {
		<-started
		io.WriteString(app, `{"id":1,"method":"tools/call","params":{"name":"rm"}}`+"\n")
		io.WriteString(app, `{"id":2,"method":"ping"}`+"\n")
	}()
	err := Serve([]string{}, stdin, &out, io.Discard, func(in io.Reader, w io.Writer) error {
		io.WriteString(w, `{"id":0,"resu`)
		close(started)
		if line, _ := bufio.NewReader(in).ReadString('\n'); !strings.Contains(line, "ping") {
			return errors.New("the server got " + line)
		}
		close(answered) // the refusal came before the ping
		io.WriteString(w, `lt":{}}`+"\n")
		io.WriteString(w, `{"id":2,"result":{}}`+"\n")
		return nil
	})
	<-answered
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 3 || lines[0] != `{"id":0,"result":{}}` || !strings.Contains(lines[1], "turned off") || lines[2] != `{"id":2,"result":{}}` {
		t.Errorf("the app was told %q", lines)
	}
}

// A message may be longer than any buffer, both ways.
func TestLong(t *testing.T) {
	long := strings.Repeat("x", 3<<20)
	line := `{"id":1,"method":"tools/call","params":{"name":"read","arguments":{"text":"` + long + `"}}}`
	got, told := run(t, []string{"read"}, []string{line}, `{"id":1,"result":{"text":"`, long, "\"}}\n")
	if len(got) != 1 || got[0] != line {
		t.Errorf("the server got %d messages", len(got))
	}
	if len(told) != 1 || !json.Valid([]byte(told[0])) || len(told[0]) < len(long) {
		t.Errorf("the app was told %d messages", len(told))
	}
}

// conversation is one with the limit at 64 bytes: the app says first, and then
// the server, which ends when it has.
func conversation(t *testing.T, app, server string) (got, told, log string) {
	t.Helper()
	var heard, out, words strings.Builder
	err := serve(64, []string{"read"}, strings.NewReader(app), &out, &words, func(in io.Reader, w io.Writer) error {
		if _, err := io.Copy(&heard, in); err != nil {
			return err
		}
		for _, part := range strings.SplitAfter(server, " ") {
			if _, err := io.WriteString(w, part); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return heard.String(), out.String(), words.String()
}

// TestTooLong: what is too long to be looked through is refused in words, or
// passed on where there is nothing to look for; the conversation goes on.
func TestTooLong(t *testing.T) {
	pad := strings.Repeat("x ", 100)
	const list = `{"id":1,"method":"tools/list"}` + "\n"
	for name, c := range map[string]struct{ app, server, got, told, log string }{
		"a call": {`{"id":7,"method":"tools/call","params":{"name":"read","arguments":{"a":"` + pad + `"}}}` + "\n" + `{"id":2,"method":"ping"}` + "\n", "",
			`{"id":2,"method":"ping"}` + "\n", `{"error":{"code":-32600,"message":"This message is too long for a server of which only some tools can be used in Toolbay."},"id":7,"jsonrpc":"2.0"}` + "\n", "The server did not get it"},
		"the last call": {`{"id":7,"params":{"a":"` + pad, "", "", `{"error":{"code":-32600,"message":"This message is too long for a server of which only some tools can be used in Toolbay."},"id":7,"jsonrpc":"2.0"}` + "\n", "The server did not get it"},
		"another answer while the list is awaited": {list, `{"id":2,"result":"` + pad + `"}` + "\n" + `{"id":1,"result":{"tools":[{"name":"rm"}]}}` + "\n",
			list, `{"id":2,"result":"` + pad + `"}` + "\n" + `{"id":1,"result":{"tools":[]}}` + "\n", ""},
		"a notice": {list, `{"method":"log","params":"` + pad + `"}` + "\n", list, `{"method":"log","params":"` + pad + `"}` + "\n", ""},
		"the list": {list, `{"id":1,"result":{"tools":[{"name":"rm","description":"` + pad + `"}]}}` + "\n" + `{"id":3,"result":{}}` + "\n",
			list, `{"error":{"code":-32603,"message":"The server's list of tools is too long for Toolbay to look through."},"id":1,"jsonrpc":"2.0"}` + "\n" + `{"id":3,"result":{}}` + "\n", "The app did not get it"},
		"perhaps the list": {list, `{"id":1.0,"result":{"tools":[{"name":"rm","description":"` + pad + `"}]}}` + "\n", list, "", "The app did not get it"},
		"an id at the end": {list, `{"result":{"tools":[{"name":"rm","description":"` + pad + `"}]},"id":1}` + "\n", list, "", "The app did not get it"},
	} {
		t.Run(name, func(t *testing.T) {
			got, told, log := conversation(t, c.app, c.server)
			if got != c.got || told != c.told || (log == "") != (c.log == "") || !strings.Contains(log, c.log) {
				t.Errorf("the server got %q\nthe app was told %q\nlog %q", got, told, log)
			}
		})
	}
}

// TestEnd: a server that ends has said what it said, also without an end of
// line, and the app has our answers.
func TestEnd(t *testing.T) {
	const list = `{"id":1,"method":"tools/list"}` + "\n"
	got, told, _ := conversation(t, list, `{"id":1,"result":{"tools":[{"name":"rm"},{"name":"read"}]}}`)
	if got != list || told != `{"id":1,"result":{"tools":[{"name":"read"}]}}`+"\n" {
		t.Errorf("held at the end: %q", told)
	}
	if _, told, _ = conversation(t, list, `half a`); told != "half a" {
		t.Errorf("held, and no message: %q", told)
	}
	out := &strings.Builder{}
	r, w := io.Pipe()
	err := Serve([]string{"read"}, r, out, io.Discard, func(in io.Reader, app io.Writer) error {
		io.WriteString(app, `{"id":0,`)
		io.WriteString(w, `{"id":1,"method":"tools/call","params":{"name":"rm"}}`+"\n"+`{"id":2,"method":"ping"}`+"\n")
		bufio.NewReader(in).ReadString('\n') // by then the first has its answer
		return nil
	})
	if lines := strings.Split(out.String(), "\n"); err != nil || len(lines) != 3 || lines[0] != `{"id":0,` || !strings.Contains(lines[1], "turned off") {
		t.Errorf("an answer of ours: %q, %v", out, err)
	}
}
