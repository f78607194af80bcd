package clients

import (
	"reflect"
	"testing"
)

// first are the apps whose entries these tests have in full; the others stand
// in docs/apps-table.md.
var first = map[string]bool{"claude-desktop": true, "claude-code": true, "cursor": true, "vscode": true, "codex": true, "gemini-cli": true, "opencode": true}

// Apps that speak to servers on the network get the entry their own
// documentation has.
func TestEncodeRemote(t *testing.T) {
	l := Launch{URL: "https://x.example/mcp?a=b%20c", Transport: "streamable-http", Headers: map[string]string{"X-Region": "eu"}}
	headers := obj{mem("X-Region", "eu")}
	typed := func(kind, key string) obj {
		return obj{mem("type", kind), mem("url", l.URL), {Key: key, Value: headers}}
	}
	want := map[string]obj{
		"claude-code": typed("http", "headers"),
		"cursor":      {mem("url", l.URL), {Key: "headers", Value: headers}},
		"vscode":      typed("http", "headers"),
		"codex":       {mem("url", l.URL), {Key: "http_headers", Value: headers}},
		"gemini-cli":  typed("http", "headers"),
		"opencode":    append(typed("remote", "headers"), obj{{Key: "enabled", Value: true}}...),
	}
	old := map[string]bool{"claude-code": true, "cursor": true, "vscode": true, "gemini-cli": true}
	for _, c := range shippedTable(t).All() {
		d := c.Dialect
		if !first[c.ID] {
			continue
		}
		if d.Speaks(l) != (want[c.ID] != nil) {
			t.Errorf("%s speaks: %v", c.ID, d.Speaks(l))
		}
		if want[c.ID] != nil && !reflect.DeepEqual(d.Encode(l), want[c.ID]) {
			t.Errorf("%s: %+v", c.ID, d.Encode(l))
		}
		if sse := (Launch{URL: l.URL, Transport: "sse"}); d.Speaks(sse) != old[c.ID] {
			t.Errorf("%s speaks the older transport: %v", c.ID, d.Speaks(sse))
		}
		// What an app would take for a variable of its own does not reach it.
		for _, odd := range []Launch{
			{URL: "https://x.example/${HOME}", Transport: "streamable-http"},
			{URL: "https://x.example/{env:HOME}", Transport: "streamable-http"},
			{URL: "https://x.example/", Transport: "streamable-http", Headers: map[string]string{"X": "a$b"}},
			{Command: "npx", Transport: "streamable-http"},
		} {
			if d.Speaks(odd) {
				t.Errorf("%s is told of %+v", c.ID, odd)
			}
		}
	}
}

// In a file that a team shares each reader's own variable stands in a header.
func TestRemoteWithKeysOfTheReader(t *testing.T) {
	carries := map[string]bool{"claude-code": true, "cursor": true, "vscode": true, "gemini-cli": true, "opencode": true}
	for _, c := range shippedTable(t).All() {
		if !first[c.ID] {
			continue
		}
		l := Launch{URL: "https://x.example/", Transport: "streamable-http", Headers: map[string]string{"Authorization": "Bearer " + c.Dialect.EnvRef("KEY")}}
		if c.Dialect.Carries(l) != carries[c.ID] && c.ID != "claude-desktop" {
			t.Errorf("%s: %v", c.ID, c.Dialect.Carries(l))
		}
		if c.ID == "claude-desktop" && c.Dialect.Carries(l) {
			t.Error("Claude Desktop has no servers on the network")
		}
	}
}

func TestRemoteOfTheTable(t *testing.T) {
	for _, bad := range []*Remote{{}, {Types: map[string]string{"sse": ""}}, {Headers: "h"}, {Types: map[string]string{"http": "http"}, Headers: "h"}} {
		if bad.check() == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}
