package reverse

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"toolbay/backend/configfile"
	"toolbay/backend/model"
	"toolbay/backend/text"
)

const (
	one   = "{\n  // mine\n  \"mcpServers\": {\n    \"a\": { \"command\": \"a\" }\n  },\n  \"theme\": \"dark\"\n}\n"
	both  = "{\n  // mine\n  \"mcpServers\": {\n    \"a\": { \"command\": \"a\" },\n    \"notes\": { \"command\": \"n\", \"args\": [\"1\"] }\n  },\n  \"theme\": \"dark\"\n}\n"
	three = "{\n  // mine\n  \"mcpServers\": {\n    \"a\": { \"command\": \"a\" },\n    \"notes\": { \"command\": \"n\", \"args\": [\"1\"] },\n    \"late\": { \"command\": \"l\" }\n  },\n  \"theme\": \"dark\"\n}\n"
)

func TestFile(t *testing.T) {
	rep := strings.NewReplacer
	for _, tc := range []struct {
		name               string
		path               string
		before, after, now string // "-" is an absent file
		want               string
		code, what         string
	}{
		{name: "an entry was added after ours", path: "a.json", before: one, after: both, now: three,
			want: strings.Replace(one, `{ "command": "a" }`, "{ \"command\": \"a\" },\n    \"late\": { \"command\": \"l\" }", 1)},
		{name: "something far away was changed", path: "a.json", before: one, after: both, now: strings.Replace(both, "dark", "light", 1),
			want: strings.Replace(one, "dark", "light", 1)},
		{name: "a comment came", path: "a.json", before: one, after: both, now: "// top\n" + both, want: "// top\n" + one},
		{name: "ours was taken out already", path: "a.json", before: one, after: both, now: strings.Replace(one, "dark", "light", 1),
			want: strings.Replace(one, "dark", "light", 1)},
		{name: "ours was edited", path: "a.json", before: one, after: both, now: strings.Replace(both, `["1"]`, `["2"]`, 1),
			code: "undo_overlaps", what: "mcpServers › notes"},
		{name: "somebody added a variable to ours", path: "a.json", before: one, after: both,
			now:  strings.Replace(both, `["1"] }`, `["1"], "env": {"X": "1"} }`, 1),
			code: "undo_overlaps", what: "mcpServers › notes"},
		{name: "removed, and another came", path: "a.json", before: both, after: one,
			now:  strings.Replace(one, `{ "command": "a" }`, "{ \"command\": \"a\" },\n    \"late\": { \"command\": \"l\" }", 1),
			want: strings.Replace(one, `{ "command": "a" }`, "{ \"command\": \"a\" },\n    \"late\": { \"command\": \"l\" },\n    \"notes\": { \"command\": \"n\", \"args\": [\"1\"] }", 1)},
		{name: "removed, and the same name came", path: "a.json", before: both, after: one,
			now: strings.Replace(both, `"n"`, `"other"`, 1), code: "undo_overlaps", what: "mcpServers › notes"},
		{name: "changed, and a neighbour changed", path: "a.json", before: both, after: strings.Replace(both, `["1"]`, `["2"]`, 1),
			now:  rep(`["1"]`, `["2"]`, `"command": "n"`, `"command": "m"`).Replace(both),
			want: strings.Replace(both, `"command": "n"`, `"command": "m"`, 1)},
		{name: "changed, and changed again", path: "a.json", before: both, after: strings.Replace(both, `["1"]`, `["2"]`, 1),
			now: strings.Replace(both, `["1"]`, `["3"]`, 1), code: "undo_overlaps", what: "mcpServers › notes › args"},
		{name: "changed, and taken out", path: "a.json", before: both, after: strings.Replace(both, `["1"]`, `["2"]`, 1),
			now: one, code: "undo_overlaps", what: "mcpServers › notes"},
		{name: "the whole container was ours", path: "a.json", before: `{}`, after: `{"mcpServers":{"x":{"command":"x"}}}`,
			now: `{"mcpServers":{"x":{"command":"x"},"y":{"command":"y"}}}`, want: `{"mcpServers":{"y":{"command":"y"}}}`},
		{name: "the whole file was ours", path: "a.json", before: "-", after: `{"mcpServers":{"x":{"command":"x"}}}`,
			now: `{"mcpServers":{"x":{"command":"x"},"y":{"command":"y"}}}`, want: `{"mcpServers":{"y":{"command":"y"}}}`},
		{name: "the file went", path: "a.json", before: one, after: both, now: "-", want: "-"},
		{name: "the file went, with what we took out of it", path: "a.json", before: both, after: one, now: "-",
			code: "undo_overlaps", what: "mcpServers › notes"},
		{name: "the file was removed by us and made anew", path: "a.json", before: one, after: "-",
			now: `{"theme":"dark"}`, want: `{"theme":"dark","mcpServers":{"a":{"command":"a"}}}`},
		{name: "numbers are not rounded", path: "a.json", before: `{"n":1}`, after: `{"n":12345678901234567890.10}`,
			now: `{"n":12345678901234567890.10,"m":2}`, want: `{"m":2,"n":1}`},
		{name: "does not parse now", path: "a.json", before: `{"a":1}` + "\n", after: `{"a":2}` + "\n", now: `{"a":2` + "\n",
			code: "undo_overlaps", what: "line 1"},
		{name: "toml", path: "config.toml", before: "model = \"x\"\n", after: "model = \"x\"\n\n[mcp_servers.n]\ncommand = \"n\"\n",
			now:  "model = \"y\"\n\n[mcp_servers.n]\ncommand = \"n\"\n\n[mcp_servers.late]\ncommand = \"l\"\n",
			want: "model = \"y\"\n\n[mcp_servers.late]\ncommand = \"l\"\n"},
		{name: "yaml", path: "config.yaml", before: "# mine\nextensions:\n  own:\n    enabled: true\n",
			after: "# mine\nextensions:\n  own:\n    enabled: true\n  notes:\n    cmd: n\n",
			now:   "# mine\nextensions:\n  own:\n    enabled: false\n  notes:\n    cmd: n\n  late:\n    cmd: l\n",
			want:  "# mine\nextensions:\n  own:\n    enabled: false\n  late:\n    cmd: l\n"},
		{name: "a list of named servers", path: "config.yaml", before: "mcpServers:\n  - name: own\n    command: o\n",
			after: "mcpServers:\n  - name: own\n    command: o\n  - name: notes\n    command: n\n",
			now:   "mcpServers:\n  - name: own\n    command: o\n  - name: notes\n    command: n\n  - name: late\n    command: l\n",
			want:  "mcpServers:\n  - name: own\n    command: o\n  - name: late\n    command: l\n"},
		{name: "a list of named servers, ours edited", path: "config.yaml", before: "mcpServers:\n  - name: own\n    command: o\n",
			after: "mcpServers:\n  - name: own\n    command: o\n  - name: notes\n    command: n\n",
			now:   "mcpServers:\n  - name: own\n    command: o\n  - name: notes\n    command: m\n",
			code:  "undo_overlaps", what: "mcpServers › notes"},
		{name: "a list of named servers in toml", path: "config.toml", before: "x = 1\n",
			after: "x = 1\n\n[[mcp_servers]]\nname = \"notes\"\ncommand = \"n\"\n",
			now:   "x = 2\n\n[[mcp_servers]]\nname = \"notes\"\ncommand = \"n\"\n\n[[mcp_servers]]\nname = \"late\"\ncommand = \"l\"\n",
			want:  "x = 2\n\n[[mcp_servers]]\nname = \"late\"\ncommand = \"l\"\n"},
		{name: "text", path: "notes.txt", before: "a\nb\nc\n", after: "a\nb\nc\nd\n", now: "z\na\nb\nc\nd\n", want: "z\na\nb\nc\n"},
		{name: "text that touches", path: "notes.txt", before: "a\n", after: "a\nb\n", now: "a\nb\nc\n", code: "undo_overlaps", what: "line 3"},
		{name: "text, other line ends", path: "notes.txt", before: "a\r\nb\r\nc\r\nd\r\n", after: "a\r\nB\r\nc\r\nd\r\n", now: "a\r\nB\r\nc\r\nD",
			want: "a\r\nb\r\nc\r\nD"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			out, err := File(tc.path, content(tc.before), content(tc.after), content(tc.now))
			if tc.code != "" {
				var e *model.Error
				if model.Code(err) != tc.code {
					t.Fatalf("%q, error %v, want code %s", out, err, tc.code)
				}
				if !text.Known(tc.code) {
					t.Errorf("no words for %s", tc.code)
				}
				if e = err.(*model.Error); e.Args["what"] != tc.what {
					t.Errorf("overlaps at %q, want %q", e.Args["what"], tc.what)
				}
				return
			}
			if err != nil || (out == nil) != (tc.want == "-") || out != nil && string(out) != tc.want {
				t.Fatalf("error %v\n%s\nwant:\n%s", err, out, tc.want)
			}
		})
	}
}

func content(s string) []byte {
	if s == "-" {
		return nil
	}
	return []byte(s)
}

// Changes to different entries can be taken back in any order, and what is left
// is what the other changes alone would have made.
func TestAnyOrder(t *testing.T) {
	for name, f := range map[string]struct {
		path, start, key string
		format           configfile.Format
	}{
		"json":  {"a.json", "{\n\t\"other\": [1,2],\n\t\"mcpServers\": {\n\t\t\"e0\": {\"command\": \"old\"}\n\t}\n}\n", "mcpServers", configfile.JSON},
		"jsonc": {"a.json", "// mine\n{\n  \"servers\": {\n    \"e0\": {\"command\": \"old\"}, // keep\n  },\n}\n", "servers", configfile.JSONC},
		"yaml":  {"a.yaml", "# mine\nother: [1, 2]\nservers:\n  e0:\n    command: old\n", "servers", configfile.YAML},
		"toml":  {"a.toml", "# mine\nmodel = \"x\"\n\n[mcp_servers.e0]\ncommand = \"old\"\n", "mcp_servers", configfile.TOML},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := range 150 {
				r := rand.New(rand.NewSource(int64(seed)))
				// Each change works on an entry of its own; e0 is there before.
				type change struct {
					edit          func([]byte) ([]byte, error)
					before, after []byte
					undone        bool
				}
				entry := func(i int) configfile.Object {
					return configfile.Object{{Key: "command", Value: fmt.Sprint("c", i)}, {Key: "args", Value: []string{"run", fmt.Sprint(i)}}}
				}
				changes := []*change{{edit: func(b []byte) ([]byte, error) {
					if r.Intn(2) == 0 {
						return configfile.Remove(b, f.format, []string{f.key, "e0"}, nil)
					}
					return configfile.Update(b, f.format, []string{f.key, "e0"}, configfile.Object{{Key: "command", Value: "new"}})
				}}}
				for i := 1; i < 6; i++ {
					changes = append(changes, &change{edit: func(b []byte) ([]byte, error) {
						out, _, err := configfile.Insert(b, f.format, []string{f.key, fmt.Sprint("e", i)}, entry(i))
						return out, err
					}})
				}
				now := []byte(f.start)
				r.Shuffle(len(changes), func(i, k int) { changes[i], changes[k] = changes[k], changes[i] })
				for _, c := range changes {
					out, err := c.edit(now)
					if err != nil {
						t.Fatal(err)
					}
					c.before, c.after, now = now, out, out
				}
				start, err := value([]byte(f.start), f.format)
				if err != nil {
					t.Fatal(err)
				}
				r.Shuffle(len(changes), func(i, k int) { changes[i], changes[k] = changes[k], changes[i] })
				for i, c := range changes {
					out, err := File(f.path, c.before, c.after, now)
					if err != nil {
						t.Fatalf("seed %d, undo %d: %v\nbefore:\n%s\nafter:\n%s\nnow:\n%s", seed, i, err, c.before, c.after, now)
					}
					now = out
					if strings.Contains(f.start, "// ") && !strings.Contains(string(now), "// mine") || strings.Contains(f.start, "# ") && !strings.Contains(string(now), "# mine") {
						t.Fatalf("the comment went:\n%s", now)
					}
				}
				got, err := value(now, f.format)
				if err != nil || !configfile.Same(filled(got), filled(start)) {
					t.Fatalf("seed %d: %v\n%s\nwant the value of:\n%s", seed, err, now, f.start)
				}
			}
		})
	}
}

// hunks is checked by what it is for: applied to the one text it gives the other.
func TestHunks(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	for range 2000 {
		some := func() [][]byte {
			var l [][]byte
			for range r.Intn(12) {
				l = append(l, []byte{byte('a' + r.Intn(4)), '\n'})
			}
			return l
		}
		a, b := some(), some()
		var out [][]byte
		at := 0
		for _, h := range hunks(a, b) {
			if h.from < at || h.to < h.from {
				t.Fatalf("hunks out of order: %q %q %v", a, b, hunks(a, b))
			}
			out = append(out, a[at:h.from]...)
			if h.newFrom != len(out) {
				t.Fatalf("wrong place: %q %q %v", a, b, hunks(a, b))
			}
			out = append(out, b[h.newFrom:h.newTo]...)
			at = h.to
		}
		out = append(out, a[at:]...)
		if fmt.Sprintf("%q", out) != fmt.Sprintf("%q", b) {
			t.Fatalf("%q to %q gives %q by %v", a, b, out, hunks(a, b))
		}
	}
}
