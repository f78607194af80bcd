package probe

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The test program is also every server of the tests: started with the
// arguments "server" and the name of one below. It ends by syscall.Exit: os.Exit
// would have the tools for races and coverage wait or write something first.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && os.Args[1] == "server" {
		servers[os.Args[2]]()
		syscall.Exit(0)
	}
	os.Exit(m.Run())
}

var servers = map[string]func(){
	"good": func() { serve(nil) },
	"waits-for-initialize": func() {
		first := true
		serve(func(r request) bool {
			if first && r.Method != "initialize" {
				forever()
			}
			first = false
			return false
		})
	},
	"noisy": func() {
		fmt.Print("Listening on http://127.0.0.1:3000\n\n{\"level\":30,\"msg\":\"ready\"}\n[1]\n\x1b[31mred\x1b[0m\n")
		serve(func(r request) bool {
			fmt.Printf("got %s\n", r.Method)
			return false
		})
	},
	"stays": func() { // at the end of input and when told to end
		signal.Ignore(terminating...)
		tell("stays")
		serve(nil)
		forever()
	},
	"parent": func() {
		startChild(true, nil)
		startChild(false, detach)
		tell("parent")
		serve(nil)
	},
	"child": func() {
		signal.Ignore(terminating...)
		tell("child")
		os.Stdin.WriteString("ready\n")
		forever()
	},
	"leaves-a-child": func() { // and ends: its output stays open
		startChild(true, nil)
		tell("parent")
		syscall.Exit(2)
	},
	"exits": func() {
		fmt.Println("usage: notes FOLDER")
		fmt.Fprintln(os.Stderr, "no folder given")
		syscall.Exit(3)
	},
	"exits-later": func() {
		serve(func(r request) bool {
			if r.Method == "tools/list" {
				syscall.Exit(1)
			}
			return false
		})
	},
	"silent":  forever,
	"garbage": func() { fmt.Println("Running on port 3000"); forever() },
	"mute": func() { // neither reads nor stops talking
		for {
			fmt.Println(`{"jsonrpc":"2.0","id":7,"method":"roots/list"}`)
		}
	},
	"loud": func() {
		line := strings.Repeat("x", 1023) + "\n"
		for range 20 << 10 {
			io.WriteString(os.Stderr, line)
		}
		fmt.Fprintln(os.Stderr, "the end")
		serve(nil)
	},
	"asks": func() {
		var heard []string
		in := bufio.NewReader(os.Stdin)
		serveFrom(in, func(r request) bool {
			if r.Method != "initialize" {
				return false
			}
			for i, method := range []string{"roots/list", "sampling/createMessage", "ping", "elicitation/create"} {
				fmt.Printf(`{"jsonrpc":"2.0","id":"q%d","method":"%s","params":{}}`+"\n", i, method)
				line, _ := in.ReadString('\n')
				var m message
				json.Unmarshal([]byte(line), &m)
				if m.Error != nil {
					heard = append(heard, fmt.Sprint(string(m.ID), m.Error.Code))
				} else {
					heard = append(heard, fmt.Sprint(string(m.ID), string(m.Result)))
				}
			}
			fmt.Println(`{"jsonrpc":"2.0","method":"notifications/message","params":{}}`)
			reply(r, map[string]any{"protocolVersion": "2025-06-18", "capabilities": map[string]any{"tools": map[string]any{}},
				"serverInfo": map[string]any{"name": strings.Join(heard, " ")}})
			return true
		})
	},
	"refuses": func() {
		serve(func(r request) bool { fail(r, -32000, "key k3y-v4lue is not valid"); return true })
	},
	"fails-to-list": func() {
		serve(func(r request) bool {
			if r.Method == "tools/list" {
				fail(r, -32603, "no connection")
			}
			return r.Method == "tools/list"
		})
	},
	"newest-only": func() {
		serve(func(r request) bool {
			var p struct {
				Meta map[string]any `json:"_meta"`
			}
			json.Unmarshal(r.Params, &p)
			switch {
			case r.Method == "initialize":
				fail(r, methodNotFound, "unknown method")
			case p.Meta["io.modelcontextprotocol/protocolVersion"] != newest:
				fail(r, -32602, "no version")
			case r.Method == "server/discover":
				reply(r, map[string]any{"supportedVersions": []string{newest}, "capabilities": map[string]any{"tools": map[string]any{}},
					"_meta": map[string]any{"io.modelcontextprotocol/serverInfo": map[string]any{"name": "newest", "version": "9"}}})
			default:
				return false
			}
			return true
		})
	},
	"unknown-version": func() {
		serve(func(r request) bool {
			if r.Method == "initialize" {
				reply(r, map[string]any{"protocolVersion": "1999-01-01", "capabilities": map[string]any{}})
			}
			return true
		})
	},
	"wrong-shape": func() { serve(func(r request) bool { reply(r, []int{1}); return true }) },
	"no-tools":    func() { listing(func(r request, _ string) { fail(r, methodNotFound, "no") }) },
	"nameless":    func() { listing(func(r request, _ string) { reply(r, page("", tool("", ""))) }) },
	"loops":       func() { listing(func(r request, _ string) { reply(r, page("again", tool("a", ""))) }) },
	"endless":     func() { listing(func(r request, cursor string) { reply(r, page(cursor+"x")) }) },
	"wide":        func() { listing(func(r request, _ string) { reply(r, page("", many(10_000)...)) }) },
	"tall": func() {
		listing(func(r request, _ string) { reply(r, page("", tool("a", strings.Repeat("é", 300_000)))) })
	},
	"one-long-line": func() {
		fmt.Print(strings.Repeat("x", maxLine+100_000))
		forever()
	},
	"floods": func() {
		fmt.Print(strings.Repeat(strings.Repeat("x", 1023)+"\n", maxOutput>>10+1))
		forever()
	},
	"hostile-text": func() {
		listing(func(r request, _ string) {
			reply(r, page("", tool("a\x1b]0;owned\x07\nb", "one\r\ntwo \x1b[2Jthree\u202e four \x00five")))
		})
	},
	"tells-keys": func() {
		key := os.Getenv("KEY")
		fmt.Fprintln(os.Stderr, key, url.QueryEscape(key), url.PathEscape(key), base64.StdEncoding.EncodeToString([]byte(key)))
		fmt.Fprintln(os.Stderr, base64.StdEncoding.EncodeToString([]byte("user:"+key)), base64.URLEncoding.EncodeToString([]byte("u:"+key+":x")))
		text, _ := json.Marshal(map[string]string{"key": key})
		fmt.Fprintf(os.Stderr, "%s %x\n", text, key)
		fmt.Fprintln(os.Stderr, strings.Join(strings.Split(key, ""), "\x1b[0m"))
		fmt.Println("using", key)
		listing(func(r request, _ string) { reply(r, page("", tool("a", "uses "+key))) })
	},
	"reordered": func() {
		listing(func(r request, _ string) {
			fmt.Printf(`{"jsonrpc":"2.0","id":"%s","result":{"tools":[{"description":"B","name":"b"}, {"name":"a","inputSchema":{ "x":1.0 ,"type":"object"}}]}}`+"\n", r.ID)
		})
	},
	"ordered": func() {
		listing(func(r request, _ string) {
			fmt.Printf(`{"jsonrpc":"2.0","id":%s,"result":{"tools":[{"name":"a","inputSchema":{"type":"object","x":1.0}},{"name":"b","description":"B"}]}}`+"\n", r.ID)
		})
	},
	"changed": func() {
		listing(func(r request, _ string) {
			fmt.Printf(`{"jsonrpc":"2.0","id":%s,"result":{"tools":[{"name":"a","inputSchema":{"type":"object","x":1.1}},{"name":"b","description":"B"}]}}`+"\n", r.ID)
		})
	},
}

type request struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
}

// serve answers as a well-behaved server does, unless own has answered.
func serve(own func(request) bool) { serveFrom(bufio.NewReader(os.Stdin), own) }

func serveFrom(in *bufio.Reader, own func(request) bool) {
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		var r request
		if json.Unmarshal([]byte(line), &r) != nil || own != nil && own(r) {
			continue
		}
		switch r.Method {
		case "initialize":
			reply(r, map[string]any{"protocolVersion": "2025-11-25", "capabilities": map[string]any{"tools": map[string]any{}},
				"serverInfo": map[string]any{"name": "notes", "version": "1.0"}})
		case "tools/list":
			if strings.Contains(string(r.Params), `"cursor":"2"`) {
				reply(r, page("", map[string]any{"name": "write", "annotations": map[string]any{"title": "Write", "readOnlyHint": false}}))
			} else {
				reply(r, page("2", map[string]any{"name": "read", "title": "Read", "description": "Reads.", "annotations": map[string]any{"readOnlyHint": true}}, tool("plain", "")))
			}
		case "notifications/initialized":
		default:
			fail(r, methodNotFound, "unknown method "+r.Method)
		}
	}
}

// listing is a well-behaved server but for its list of tools.
func listing(list func(r request, cursor string)) {
	serve(func(r request) bool {
		if r.Method != "tools/list" {
			return false
		}
		var p struct{ Cursor string }
		json.Unmarshal(r.Params, &p)
		list(r, p.Cursor)
		return true
	})
}

func reply(r request, result any) {
	json.NewEncoder(os.Stdout).Encode(map[string]any{"jsonrpc": "2.0", "id": r.ID, "result": result})
}

func fail(r request, code int, text string) {
	json.NewEncoder(os.Stdout).Encode(map[string]any{"jsonrpc": "2.0", "id": r.ID, "error": map[string]any{"code": code, "message": text}})
}

func page(next string, tools ...any) map[string]any {
	if tools == nil {
		tools = []any{}
	}
	return map[string]any{"tools": tools, "nextCursor": next}
}

func tool(name, description string) any {
	return map[string]any{"name": name, "description": description, "inputSchema": map[string]any{"type": "object"}}
}

func many(n int) []any {
	out := make([]any, n)
	for i := range out {
		out[i] = tool(fmt.Sprint("tool", i), "")
	}
	return out
}

// tell puts a process into the log, for the test to look after.
func tell(who string) { fmt.Fprintf(os.Stderr, "%s=%d\n", who, os.Getpid()) }

// startChild returns when the child is ready, which the child tells through
// what is otherwise its input.
func startChild(output bool, set func(*exec.Cmd)) {
	child := exec.Command(os.Args[0], "server", "child")
	r, w, err := os.Pipe()
	if err != nil {
		panic(err)
	}
	child.Stdin, child.Stderr = w, os.Stderr
	if output {
		child.Stdout = os.Stdout
	}
	if set != nil {
		set(child)
	}
	if err := child.Start(); err != nil {
		panic(err)
	}
	if _, err := bufio.NewReader(r).ReadString('\n'); err != nil {
		panic(err)
	}
}

// forever is longer than any test waits.
func forever() { <-time.After(time.Hour) }
