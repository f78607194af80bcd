package poci

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"toolbay/backend/model"
)

var tools = []model.ContainerTool{
	{Name: "curl", Description: "Runs curl", Image: "acme/curl", Command: []string{"{{args|into}}"},
		Parameters: json.RawMessage(`{"type":"object","properties":{"args":{"type":"array","items":{"type":"string"}}},"required":["args"]}`)},
	{Name: "there", Image: "acme/box", Command: []string{"test", "-f", "{{path}}"}, Volumes: []string{"{{path}}:{{path}}"},
		Parameters: json.RawMessage(`{"type":"object","properties":{"path":{"type":"string"}},"required":["path"]}`)},
	{Name: "mixed", Image: "acme/box", Command: []string{"--n={{n}}", "{{flag}}", "{{list}}", "{{other}}", "end"}, Volumes: []string{"toolbay-x_data:/data", "{{dir}}:/in:ro"},
		User:       "{{n}}",
		Parameters: json.RawMessage(`{"properties":{"n":{"type":"integer"},"flag":{"type":"boolean"},"list":{"type":"array"},"other":{"type":"string"},"dir":{"type":"string"}}}`)},
}

// app is an app that talks to a server.
type app struct {
	t    *testing.T
	in   *io.PipeWriter
	out  *bufio.Reader
	done chan error
}

func talk(t *testing.T, s Server) *app {
	t.Helper()
	s.Tools, s.Name = tools, "box"
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	a := &app{t, inW, bufio.NewReader(outR), make(chan error, 1)}
	go func() {
		err := s.Serve(t.Context(), inR, outW)
		outW.Close()
		a.done <- err
	}()
	t.Cleanup(func() { inW.Close() })
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
	line, err := a.out.ReadString('\n')
	if err != nil {
		a.t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

func TestTalk(t *testing.T) {
	a := talk(t, Server{})
	const meta = `"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}`
	for _, c := range []struct {
		name, say string
		want      []string
	}{
		{"hello", `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18"}}`, []string{`"id":1`, `"protocolVersion":"2025-06-18"`, `"name":"box"`, `"tools":{}`}},
		{"hello of an unknown version", `{"jsonrpc":"2.0","id":"a","method":"initialize","params":{"protocolVersion":"1999-01-01"}}`, []string{`"id":"a"`, `"protocolVersion":"2025-11-25"`}},
		{"discover", `{"jsonrpc":"2.0","id":2,"method":"server/discover","params":{` + meta + `}}`, []string{`"supportedVersions":["2026-07-28"`, `"resultType":"complete"`, `serverInfo":{"name":"box"`}},
		{"unknown version", `{"jsonrpc":"2.0","id":3,"method":"server/discover","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2099-01-01"}}}`, []string{`"error"`, `-32022`, `"supported":[`, `"requested":"2099-01-01"`}},
		{"list", `{"jsonrpc":"2.0","id":4,"method":"tools/list"}`, []string{`"name":"curl"`, `"inputSchema":{"type":"object","properties":{"args"`}},
		{"list of the newest", `{"jsonrpc":"2.0","id":5,"method":"tools/list","params":{` + meta + `}}`, []string{`"resultType":"complete"`, `"ttlMs":0`}},
		{"ping", `{"jsonrpc":"2.0","id":6,"method":"ping"}`, []string{`"result":{}`}},
		{"unknown method", `{"jsonrpc":"2.0","id":7,"method":"prompts/list"}`, []string{`"id":7`, `-32601`}},
		{"unknown tool", `{"jsonrpc":"2.0","id":8,"method":"tools/call","params":{"name":"none"}}`, []string{`-32602`}},
		{"no JSON", `{"jsonrpc":`, []string{`"id":null`, `-32700`}},
		{"several at once", `[{"jsonrpc":"2.0","id":9,"method":"ping"}]`, []string{`-32600`}},
		{"a missing value", `{"jsonrpc":"2.0","id":10,"method":"tools/call","params":{"name":"curl","arguments":{}}}`, []string{`"isError":true`, `args`}},
		{"a value nobody asked for", `{"jsonrpc":"2.0","id":11,"method":"tools/call","params":{"name":"curl","arguments":{"args":[],"image":"x"}}}`, []string{`"isError":true`, `image`}},
		{"a value of another kind", `{"jsonrpc":"2.0","id":12,"method":"tools/call","params":{"name":"curl","arguments":{"args":"one"}}}`, []string{`"isError":true`}},
		{"a list of objects", `{"jsonrpc":"2.0","id":13,"method":"tools/call","params":{"name":"curl","arguments":{"args":[{"a":1}]}}}`, []string{`"isError":true`}},
		{"a sign that ends texts", `{"jsonrpc":"2.0","id":14,"method":"tools/call","params":{"name":"curl","arguments":{"args":["a\u0000b"]}}}`, []string{`"isError":true`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a.t = t
			a.say(c.say)
			got := a.hear()
			for _, want := range c.want {
				if !strings.Contains(got, want) {
					t.Errorf("%s is not in %s", want, got)
				}
			}
		})
	}
	// What awaits no answer gets none.
	a.t = t
	a.say(`{"jsonrpc":"2.0","method":"notifications/initialized"}`)
	a.say(`{"jsonrpc":"2.0","id":5,"result":{}}`)
	a.say(`{"jsonrpc":"2.0","id":20,"method":"ping"}`)
	if got := a.hear(); !strings.Contains(got, `"id":20`) {
		t.Error(got)
	}
	a.in.Close()
	if err := <-a.done; err != nil {
		t.Error(err)
	}
}

// Whatever an app gives, it stands in the argument it is for, whole.
func TestFilled(t *testing.T) {
	folder, other := t.TempDir(), t.TempDir()
	folder, other = real(t, folder), real(t, other)
	file := filepath.Join(folder, "a:b {{x}}.txt")
	for _, p := range []string{file, filepath.Join(other, "key")} {
		if err := os.WriteFile(p, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(other, "key"), filepath.Join(folder, "link")); err != nil {
		t.Fatal(err)
	}
	c := &conversation{Server: Server{Tools: tools, Folders: []model.Mount{{Source: folder, Target: folder, Writable: true}}}}
	for _, x := range []struct {
		name, tool, given string
		args              []string
		mounts            []model.Mount
		wrong             string
	}{
		{name: "a list", tool: "curl", given: `{"args":["-s","$(id)","a b","{{args}}","; rm -rf /",""]}`, args: []string{"-s", "$(id)", "a b", "{{args}}", "; rm -rf /", ""}},
		{name: "numbers in a list", tool: "curl", given: `{"args":[1.50,true,12345678901234567890]}`, args: []string{"1.50", "true", "12345678901234567890"}},
		{name: "every kind", tool: "mixed", given: `{"n":7,"flag":false,"list":["x","y"],"dir":` + quote(folder) + `}`,
			args:   []string{"--n=7", "false", "x", "y", "end"},
			mounts: []model.Mount{{Source: "toolbay-x_data", Target: "/data", Writable: true, Volume: true}, {Source: folder, Target: "/in"}}},
		{name: "a file with a colon", tool: "there", given: `{"path":` + quote(file) + `}`, args: []string{"test", "-f", file}, mounts: []model.Mount{{Source: file, Target: file, Writable: true}}},
		{name: "elsewhere", tool: "there", given: `{"path":` + quote(filepath.Join(other, "key")) + `}`, wrong: "is not in a folder"},
		{name: "elsewhere by two dots", tool: "there", given: `{"path":` + quote(folder+"/../"+filepath.Base(other)+"/key") + `}`, wrong: "is not in a folder"},
		{name: "elsewhere by a link", tool: "there", given: `{"path":` + quote(filepath.Join(folder, "link")) + `}`, wrong: "is not in a folder"},
		{name: "the engine", tool: "there", given: `{"path":"/var/run/docker.sock"}`, wrong: "is not in a folder"},
		{name: "not there", tool: "there", given: `{"path":` + quote(filepath.Join(folder, "none")) + `}`, wrong: "There is no"},
		{name: "no whole path", tool: "there", given: `{"path":"a.txt"}`, wrong: "is not in a folder"},
	} {
		t.Run(x.name, func(t *testing.T) {
			at := slices.IndexFunc(tools, func(t model.ContainerTool) bool { return t.Name == x.tool })
			var arguments map[string]json.RawMessage
			if err := json.Unmarshal([]byte(x.given), &arguments); err != nil {
				t.Fatal(err)
			}
			use, err := c.prepare(tools[at], arguments)
			if x.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), x.wrong) {
					t.Errorf("%+v, %v", use, err)
				}
				return
			}
			if err != nil || !slices.Equal(use.Args, x.args) || !slices.Equal(use.Mounts, x.mounts) {
				t.Errorf("%q %+v, %v", use.Args, use.Mounts, err)
			}
		})
	}
	none := &conversation{Server: Server{Tools: tools}}
	if _, err := none.prepare(tools[1], map[string]json.RawMessage{"path": json.RawMessage(quote(file))}); err == nil || !strings.Contains(err.Error(), "no folder") {
		t.Errorf("without a folder: %v", err)
	}
}

func real(t *testing.T, dir string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func quote(s string) string {
	b, _ := json.Marshal(s) // a text always encodes
	return string(b)
}

func TestCheck(t *testing.T) {
	if err := Check(tools); err != nil {
		t.Error(err)
	}
	schema := json.RawMessage(`{"properties":{"a":{"type":"string"},"l":{"type":"array"}}}`)
	for _, c := range []struct {
		name string
		tool model.ContainerTool
		code string
	}{
		{"the engine's socket", model.ContainerTool{Volumes: []string{"/var/run/docker.sock:/var/run/docker.sock"}}, "image_refused"},
		{"a folder nobody chose", model.ContainerTool{Volumes: []string{"~/notes:/notes"}}, "image_refused"},
		{"half a place of ours", model.ContainerTool{Volumes: []string{"/home/{{a}}:/x"}}, "image_refused"},
		{"a place that is not given", model.ContainerTool{Command: []string{"{{b}}"}}, "image_option"},
		{"a list in a text", model.ContainerTool{Command: []string{"x{{l}}"}}, "image_option"},
		{"an open place", model.ContainerTool{Command: []string{"{{a"}}, "image_option"},
		{"another filter", model.ContainerTool{Command: []string{"{{a|first}}"}}, "image_option"},
		{"no target", model.ContainerTool{Volumes: []string{"{{a}}"}}, "image_option"},
		{"another mode", model.ContainerTool{Volumes: []string{"{{a}}:/x:z"}}, "image_option"},
		{"a target that is no path", model.ContainerTool{Volumes: []string{"{{a}}:x"}}, "image_option"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.tool.Parameters = schema
			if err := Check([]model.ContainerTool{c.tool}); model.Code(err) != c.code {
				t.Errorf("got %v", err)
			}
		})
	}
	own := OwnVolumes(model.ContainerTool{Volumes: []string{"data:/data:ro", "{{a}}:/x"}}, func(n string) string { return "mine_" + n })
	if !slices.Equal(own.Volumes, []string{"mine_data:/data:ro", "{{a}}:/x"}) || !slices.Equal(Volumes(own), []string{"mine_data"}) {
		t.Errorf("%q", own.Volumes)
	}
}

func TestUses(t *testing.T) {
	const call = `{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":{"name":"curl","arguments":{"args":[%q]}}}`
	waiting := make(chan string, 10)
	var mu sync.Mutex
	ended := map[string]error{}
	a := talk(t, Server{Limit: time.Hour, Run: func(ctx context.Context, use Use, stdout, stderr io.Writer) (int, error) {
		switch use.Args[0] {
		case "quiet":
			return 0, nil
		case "noisy":
			fmt.Fprint(stderr, "progress")
			fmt.Fprint(stdout, "page")
			return 0, nil
		case "fails":
			fmt.Fprint(stderr, "no such place")
			return 6, nil
		case "cannot":
			return 0, io.ErrUnexpectedEOF
		case "long":
			for range 3 {
				if _, err := stdout.Write(make([]byte, maxOutput)); err != nil {
					return 0, err
				}
			}
			return 0, nil
		}
		waiting <- use.Args[0]
		<-ctx.Done()
		mu.Lock()
		ended[use.Args[0]] = ctx.Err()
		mu.Unlock()
		return 137, nil
	}})
	for _, c := range []struct {
		arg  string
		want []string
		not  string
	}{
		{"quiet", []string{`"text":""`}, "isError"},
		{"noisy", []string{`"text":"page"`}, "progress"},
		{"fails", []string{`no such place`, `code 6`, `"isError":true`}, "{{"},
		{"cannot", []string{`could not be run`, `"isError":true`}, "{{"},
		{"long", []string{fmt.Sprintf("%d more bytes", 2*maxOutput)}, "isError"},
	} {
		t.Run(c.arg, func(t *testing.T) {
			a.t = t
			a.say(fmt.Sprintf(call, 1, c.arg))
			got := a.hear()
			for _, want := range c.want {
				if !strings.Contains(got, want) {
					t.Errorf("%s is not in %.300s", want, got)
				}
			}
			if strings.Contains(got, c.not) {
				t.Errorf("%s is in %.300s", c.not, got)
			}
		})
	}
	a.t = t
	// One that is cancelled is ended and not answered; others go on.
	a.say(fmt.Sprintf(call, 7, "sleep"))
	if <-waiting != "sleep" {
		t.Fatal("another one runs")
	}
	a.say(fmt.Sprintf(call, 7, "again"))
	if got := a.hear(); !strings.Contains(got, "-32600") {
		t.Errorf("two of one id: %s", got)
	}
	a.say(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}}`)
	a.say(`{"jsonrpc":"2.0","id":8,"method":"ping"}`)
	if got := a.hear(); !strings.Contains(got, `"id":8`) {
		t.Errorf("got %s", got)
	}
	a.in.Close()
	if err := <-a.done; err != nil {
		t.Error(err)
	}
	if ended["sleep"] == nil {
		t.Error("what was cancelled went on")
	}
}

// A use that takes too long is ended and the model is told.
func TestLimit(t *testing.T) {
	a := talk(t, Server{Limit: time.Second, Run: func(ctx context.Context, _ Use, stdout, _ io.Writer) (int, error) {
		fmt.Fprint(stdout, "half")
		<-ctx.Done()
		return 137, nil
	}})
	a.say(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"curl","arguments":{"args":["x"]}}}`)
	if got := a.hear(); !strings.Contains(got, "half") || !strings.Contains(got, "longer than") || !strings.Contains(got, `"isError":true`) {
		t.Error(got)
	}
}

// When the program is asked to end, what runs ends with it.
func TestEnd(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	in, w := io.Pipe()
	defer w.Close()
	started, ended := make(chan bool), make(chan bool, 1)
	s := Server{Tools: tools, Run: func(ctx context.Context, _ Use, _, _ io.Writer) (int, error) {
		close(started)
		<-ctx.Done()
		ended <- true
		return 0, nil
	}}
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, in, io.Discard) }()
	fmt.Fprintln(w, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"curl","arguments":{"args":["x"]}}}`)
	<-started
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if len(ended) != 1 {
		t.Error("it still runs")
	}
}
