// Command server is a small server for tests, put into an image: it answers
// initialize, tools/list and the tools "env" (its variables), "write" (a file),
// "read" (a folder's names) and "who" (user and folder). Variables make it
// awkward:
// SERVER_IGNORES_END (stays when its input ends), SERVER_EXIT=N (ends at once),
// SERVER_WRITES=PATH (writes there first and ends when it cannot). With
// SERVER_TOOL it is no server but a program that does one thing and ends: "say",
// "cat", "put", "exit", "flood", "sleep", "who".
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"
)

type request struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params struct {
		Protocol  string            `json:"protocolVersion"`
		Name      string            `json:"name"`
		Arguments map[string]string `json:"arguments"`
	} `json:"params"`
}

func main() {
	if os.Getenv("SERVER_TOOL") != "" {
		os.Exit(tool(os.Args[1:]))
	}
	fmt.Fprintln(os.Stderr, "test server is up", strings.Join(os.Args[1:], " "))
	if n, err := strconv.Atoi(os.Getenv("SERVER_EXIT")); err == nil {
		os.Exit(n)
	}
	if path := os.Getenv("SERVER_WRITES"); path != "" {
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(7)
		}
	}
	stubborn := os.Getenv("SERVER_IGNORES_END") != ""
	if stubborn {
		signal.Ignore(syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT, syscall.SIGPIPE)
	}
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 16<<20)
	for in.Scan() {
		var r request
		if json.Unmarshal(in.Bytes(), &r) != nil || r.ID == nil {
			continue
		}
		answer(r)
	}
	for stubborn {
		time.Sleep(time.Hour)
	}
}

func answer(r request) {
	var result any
	switch r.Method {
	case "initialize":
		result = map[string]any{
			"protocolVersion": r.Params.Protocol, "capabilities": map[string]any{"tools": map[string]any{}},
			"serverInfo": map[string]string{"name": "container-test", "version": "1"},
		}
	case "tools/list":
		tools := []map[string]any{}
		for _, n := range []string{"env", "write", "read", "who"} {
			tools = append(tools, map[string]any{"name": n, "description": "Does " + n, "inputSchema": map[string]any{"type": "object"}})
		}
		result = map[string]any{"tools": tools}
	case "tools/call":
		result = map[string]any{"content": []map[string]string{{"type": "text", "text": call(r)}}}
	case "ping":
		result = map[string]any{}
	default:
		out(map[string]any{"jsonrpc": "2.0", "id": r.ID, "error": map[string]any{"code": -32601, "message": "no such method"}})
		return
	}
	out(map[string]any{"jsonrpc": "2.0", "id": r.ID, "result": result})
}

func call(r request) string {
	a := r.Params.Arguments
	switch r.Params.Name {
	case "env":
		return os.Getenv(a["name"])
	case "write":
		if err := os.WriteFile(a["path"], []byte(a["text"]), 0o600); err != nil {
			return err.Error()
		}
		return "written"
	case "read":
		entries, err := os.ReadDir(a["path"])
		if err != nil {
			return err.Error()
		}
		var names []string
		for _, e := range entries {
			names = append(names, e.Name())
		}
		return strings.Join(names, "\n")
	case "who":
		dir, _ := os.Getwd()
		return fmt.Sprintf("%d %s %s", os.Getuid(), dir, strings.Join(os.Args[1:], " "))
	}
	return "no such tool"
}

// out writes one line at once.
func out(v any) {
	b, _ := json.Marshal(v)
	_, _ = os.Stdout.Write(append(b, '\n'))
}

// tool does what its arguments say.
func tool(args []string) int {
	fail := func(err error) int {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	switch args[0] {
	case "say":
		text, _ := json.Marshal(args[1:]) // texts always encode
		fmt.Println(string(text), os.Getenv("SERVER_SAYS"))
	case "cat":
		data, err := os.ReadFile(args[1])
		if err != nil {
			return fail(err)
		}
		_, _ = os.Stdout.Write(data)
	case "put":
		if err := os.WriteFile(args[1], []byte(args[2]), 0o600); err != nil {
			return fail(err)
		}
	case "exit":
		n, _ := strconv.Atoi(args[1])
		fmt.Fprintln(os.Stderr, "it went wrong")
		return n
	case "flood":
		for range 3 << 10 {
			fmt.Println(strings.Repeat("x", 1023))
		}
	case "sleep":
		signal.Ignore(syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT)
		time.Sleep(time.Hour)
	case "who":
		_, err := os.Stat("/var/run/docker.sock")
		fmt.Println(os.Getuid(), err != nil)
	}
	return 0
}
