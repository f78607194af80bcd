package probe

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"toolbay/backend/model"
)

func command(name string) Command {
	return Command{Path: os.Args[0], Args: []string{"server", name}, Env: []string{"PATH=" + os.Getenv("PATH"), "SYSTEMROOT=" + os.Getenv("SYSTEMROOT")}}
}

func TestRunOfAGoodServer(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	ticks := 0
	p := Run(t.Context(), command("good"), Options{Now: func() time.Time {
		ticks++
		return now.Add(time.Duration(ticks) * time.Second)
	}})
	yes, no := true, false
	want := model.Probe{
		OK: true, Time: now.Add(time.Second), Protocol: "2025-11-25", Name: "notes", Version: "1.0", TookMS: 1000,
		Tools: []model.Tool{
			{Name: "read", Title: "Read", Description: "Reads.", ReadOnly: &yes},
			{Name: "plain"},
			{Name: "write", Title: "Write", ReadOnly: &no},
		},
		Sizes:       []int{10, 22, 5},
		Fingerprint: p.Fingerprint,
	}
	for i := range p.Tools {
		if len(p.Tools[i].Print) != 16 {
			t.Errorf("the digest of %s is %q", p.Tools[i].Name, p.Tools[i].Print)
		}
		p.Tools[i].Print = ""
	}
	if !reflect.DeepEqual(p, want) || len(p.Fingerprint) != 64 {
		t.Fatalf("got  %+v\nwant %+v", p, want)
	}
}

func TestRun(t *testing.T) {
	const short = 700 * time.Millisecond
	cases := []struct {
		name    string
		timeout time.Duration
		code    string // "" is OK
		log     string // is part of the log
		check   func(model.Probe) bool
	}{
		{"waits-for-initialize", 0, "", "", nil},
		{"noisy", 0, "", "Listening on http://127.0.0.1:3000\n{\"level\":30,\"msg\":\"ready\"}\n[1]\nred\ngot initialize\n",
			func(p model.Probe) bool { return p.Noise == 8 && len(p.Tools) == 3 }},
		{"asks", 0, "", "", func(p model.Probe) bool {
			return p.Name == `"q0"-32601 "q1"-32601 "q2"{} "q3"-32601` && p.Protocol == "2025-06-18"
		}},
		{"loud", 0, "", "xxx\nthe end\n", func(p model.Probe) bool { return len(p.Log) == maxLog }},
		{"no-tools", 0, "", "", func(p model.Probe) bool { return len(p.Tools) == 0 && p.Tools != nil }},
		{"newest-only", 0, "", "", func(p model.Probe) bool {
			return p.Protocol == newest && p.Name == "newest" && p.Version == "9" && len(p.Tools) == 3
		}},
		{"tall", 0, "", "", func(p model.Probe) bool {
			d := p.Tools[0].Description
			return len(d) <= maxDescription && strings.HasSuffix(d, "é…")
		}},
		{"hostile-text", 0, "", "", func(p model.Probe) bool {
			return p.Tools[0].Name == "a b" && p.Tools[0].Description == "one\ntwo three four five"
		}},
		{"exits", 0, "start_exited", "no folder given\n", func(p model.Probe) bool {
			return p.Noise == 1 && strings.Contains(p.Log, "usage: notes FOLDER\n")
		}},
		{"exits-later", 0, "start_exited", "", func(p model.Probe) bool { return p.Name == "notes" }},
		{"silent", short, "start_hangs", "", nil},
		{"mute", short, "start_hangs", "", nil},
		{"garbage", 5 * time.Second, "start_protocol", "Running on port 3000\n", nil},
		{"refuses", 0, "start_refused", "The server answered with error -32000: key ••• is not valid\n", nil},
		{"fails-to-list", 0, "start_refused", "error -32603: no connection\n", nil},
		{"unknown-version", 0, "start_protocol", "", func(p model.Probe) bool { return p.Protocol == "1999-01-01" }},
		{"wrong-shape", 0, "start_protocol", "", nil},
		{"nameless", 0, "start_protocol", "", nil},
		{"loops", 0, "start_too_much", "", nil},
		{"endless", 0, "start_too_much", "", nil},
		{"wide", 0, "start_too_much", "", nil},
		{"one-long-line", 0, "start_too_much", "", nil},
		{"floods", 0, "start_too_much", "", func(p model.Probe) bool { return len(p.Log) <= maxLog }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cmd := command(c.name)
			cmd.Hide = []string{"k3y-v4lue"}
			p := Run(t.Context(), cmd, Options{Timeout: c.timeout})
			if p.Code != c.code || p.OK != (c.code == "") || !strings.Contains(p.Log, c.log) || c.check != nil && !c.check(p) {
				p.Log = p.Log[max(0, len(p.Log)-500):]
				t.Fatalf("want code %q: %+v", c.code, p)
			}
		})
	}
}

func TestRunOfWhatCannotStart(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, []byte("no program"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]Command{
		"missing":        {Path: filepath.Join(dir, "gone")},
		"folder":         {Path: dir},
		"no program":     {Path: text},
		"missing folder": {Path: os.Args[0], Dir: filepath.Join(dir, "gone")},
		"no path":        {},
	} {
		t.Run(name, func(t *testing.T) {
			p := Run(t.Context(), c, Options{})
			if p.OK || p.Code != "start_not_found" || p.Log == "" || p.Tools == nil {
				t.Fatalf("%+v", p)
			}
		})
	}
}

func TestRunCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if p := Run(ctx, command("silent"), Options{}); p.OK || p.Code != "cancelled" {
		t.Fatalf("%+v", p)
	}
}

func TestRunHidesKeys(t *testing.T) {
	for _, key := range []string{"hunter2/+ &\"é", "sk-0123456789abcdef", "first line of it\nsecond line of it\n"} {
		cmd := command("tells-keys")
		cmd.Env = append(cmd.Env, "KEY="+key)
		cmd.Hide = []string{key, ""}
		p := Run(t.Context(), cmd, Options{})
		if !p.OK || p.Tools[0].Description != "uses •••" {
			t.Fatalf("%q: %+v", key, p)
		}
		rest := strings.NewReplacer(hidden, "", "using", "", `{"key":"`, "", `"}`, "").Replace(p.Log)
		// Of "user:" and "u:" before a key, and ":x" after it, little is left.
		if rest = strings.Join(strings.Fields(rest), ""); len(rest) > 20 {
			t.Errorf("of %q this is left: %s", key, p.Log)
		}
	}
}

func TestRunOfNode(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("needs node")
	}
	p := Run(t.Context(), Command{Path: node, Args: []string{filepath.Join("testdata", "server.mjs")}}, Options{})
	if !p.OK || p.Name != "notes" || p.Version != "1.2.3" || p.Noise != 2 || len(p.Tools) != 1 || p.Tools[0].ReadOnly == nil || !strings.Contains(p.Log, "got tools/list\n") {
		t.Fatalf("%+v", p)
	}
}

// What a tool takes is read however strangely the rest of its form is written:
// an app's model reads these words too.
func TestTakes(t *testing.T) {
	for _, c := range []struct{ name, schema, want string }{
		{"nothing", `{"type":"object"}`, ""},
		{"two values", `{"properties":{"path":{"type":"string","description":"Where\nit is"},"mode":{"type":["string","null"]}},"required":["path"]}`,
			"mode\npath (string) *: Where it is"},
		{"odd parts", `{"properties":{"a":7,"b":{"type":"number","description":{"x":1}},"c":{"description":"read me"}},"required":"b"}`,
			"a\nb (number)\nc: read me"},
		{"no form at all", `[1]`, ""},
		{"absent", ``, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := takes(json.RawMessage(c.schema)); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestFingerprint(t *testing.T) {
	prints := map[string]string{}
	for _, name := range []string{"ordered", "reordered", "changed", "good"} {
		p := Run(t.Context(), command(name), Options{})
		if !p.OK {
			t.Fatalf("%s: %+v", name, p)
		}
		prints[name] = p.Fingerprint
	}
	if prints["ordered"] != prints["reordered"] {
		t.Error("the order of tools and members counts")
	}
	if prints["ordered"] == prints["changed"] || prints["ordered"] == prints["good"] {
		t.Error("a change does not show")
	}
	// Stored fingerprints are compared with those of later versions.
	if want := "5cd8655553a1359caf0dfa60b4858fe781dbb2b06e6712d5e74e0e05be688968"; prints["ordered"] != want {
		t.Errorf("fingerprints are computed another way now: %s", prints["ordered"])
	}
}
