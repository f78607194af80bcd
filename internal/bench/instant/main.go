// Command instant is an MCP server that answers at once; what a start of it
// costs through the launcher is the launcher's own cost. internal/bench starts
// it, and tests put it into bundles and containers.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
)

func main() {
	in := bufio.NewReader(os.Stdin)
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		var m struct {
			ID     json.RawMessage
			Method string
		}
		if json.Unmarshal(line, &m) != nil || m.ID == nil {
			continue
		}
		answer := `"error":{"code":-32601,"message":"there is no such method"}`
		switch m.Method {
		case "initialize":
			answer = `"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"instant","version":"1"}}`
		case "tools/list":
			answer = `"result":{"tools":[{"name":"nothing","description":"Does nothing","inputSchema":{"type":"object"}}]}`
		case "ping":
			answer = `"result":{}`
		}
		fmt.Printf("{\"jsonrpc\":\"2.0\",\"id\":%s,%s}\n", m.ID, answer)
	}
}
