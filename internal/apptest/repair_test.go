package apptest

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"

	"toolbay/internal/fakeremote"
)

var update = flag.Bool("update", false, "write what the apps said into docs/repair-judges.md")

// damage is one way to break a settings file.
type damage struct {
	name string
	// do breaks a healthy text, text is written instead of one, and encode makes
	// the bytes of it.
	do     func(string) string
	text   string
	encode func(string) string
	// servers are those that the app must reach afterwards; none are alpha and beta.
	servers []string
	// fine names the apps that reach all of them although the text is like that,
	// only those that are asked when not all are.
	fine, only string
}

// judge is a real app that is asked what it makes of a file.
type judge struct {
	app, file, healthy string
	kinds              []damage
	// ask gives what the app says; reached is how it says that it reached % and
	// that it has the tools of it.
	ask     func(b *bench, project string) string
	reached string
}

func mcpList(program string, env ...string) func(*bench, string) string {
	return func(b *bench, project string) string {
		b.more = append(b.more, env...)
		out, errs, err := b.command(project, program, "mcp", "list")
		return said(out+errs, err)
	}
}

func said(text string, err error) string {
	if err != nil {
		text = strings.TrimRight(text, "\n") + "\n(" + err.Error() + ")"
	}
	return colour.ReplaceAllString(text, "")
}

// askCodex lets it start the servers: its list tells only what it has read.
func askCodex(b *bench, project string) string {
	out, errs, err := b.command(project, "codex", "mcp", "list")
	if err != nil {
		return said(out+errs, err)
	}
	c := b.prepared(project, "codex", "app-server")
	in, err := c.StdinPipe()
	if err != nil {
		b.t.Fatal(err)
	}
	answers, err := c.StdoutPipe()
	if err != nil {
		b.t.Fatal(err)
	}
	var warned bytes.Buffer
	c.Stderr = &warned
	if err := c.Start(); err != nil {
		b.t.Fatal(err)
	}
	fmt.Fprintln(in, `{"id":1,"method":"initialize","params":{"clientInfo":{"name":"judge","version":"1"}}}`)
	fmt.Fprintln(in, `{"method":"initialized"}`)
	fmt.Fprintln(in, `{"id":2,"method":"mcpServerStatus/list","params":{}}`)
	var tools []string
	for lines := json.NewDecoder(answers); ; {
		var m struct {
			ID     int
			Result struct {
				Data []struct{ Tools map[string]any }
			}
		}
		if lines.Decode(&m) != nil {
			break
		}
		if m.ID == 2 {
			for _, s := range m.Result.Data {
				for name := range s.Tools {
					tools = append(tools, name)
				}
			}
			break
		}
	}
	in.Close()
	err = c.Wait()
	return said(out+errs+warned.String()+"tools: "+strings.Join(tools, " "), err)
}

// askContinue gives its command line a model that only notes which tools it was
// offered.
func askContinue(b *bench, project string) string {
	var mu sync.Mutex
	var tools []string
	model := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var asked struct {
			Tools []struct{ Function struct{ Name string } }
		}
		if json.NewDecoder(r.Body).Decode(&asked) == nil {
			mu.Lock()
			defer mu.Unlock()
			for _, t := range asked.Tools {
				tools = append(tools, t.Function.Name)
			}
		}
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, `data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"judge","choices":[{"index":0,"delta":{"role":"assistant","content":"hello"},"finish_reason":"stop"}]}`+"\n\ndata: [DONE]\n\n")
	}))
	defer model.Close()
	file := filepath.Join(b.home, ".continue", "config.yaml")
	text := b.read(file)
	b.write(".continue/config.yaml", strings.ReplaceAll(text, modelAddress, model.URL))
	out, errs, err := b.command(project, "cn", "-p", "hello")
	b.write(".continue/config.yaml", text)
	mu.Lock()
	defer mu.Unlock()
	return said(out+errs, err) + "\ntools: " + strings.Join(tools, " ")
}

// modelAddress stands in the file until the model has an address.
const modelAddress = "http://127.0.0.1:9"

var judges = []judge{
	{
		app: "claude-code", file: ".claude.json", healthy: standardJSON, kinds: slices.Concat(jsonText, standardShape, claudeShape),
		ask: mcpList("claude"), reached: `(?m)^%: .*Connected`,
	},
	{
		app: "gemini-cli", file: ".gemini/settings.json", healthy: standardJSON, kinds: slices.Concat(jsonText, standardShape, geminiShape),
		ask: mcpList("gemini", "GEMINI_CLI_NO_RELAUNCH=true"), reached: `(?m)✓ %: .*Connected`,
	},
	{
		app: "opencode", file: ".config/opencode/opencode.json", healthy: opencodeJSON, kinds: slices.Concat(jsonText, opencodeShape),
		ask: mcpList("opencode"), reached: `(?m)✓ % .*connected`,
	},
	{
		app: "codex", file: ".codex/config.toml", healthy: codexTOML, kinds: tomlKinds,
		ask: askCodex, reached: `(?m)^tools: .*\b%_ping\b`,
	},
	{
		app: "continue", file: ".continue/config.yaml", healthy: continueYAML, kinds: yamlKinds,
		ask: askContinue, reached: `(?m)^tools: .*\b%_ping\b`,
	},
}

// mended is what repair says of one file.
type mended struct {
	Path        string
	Problems    []struct{ Code string }
	Repaired    *string
	ParsesAfter bool `json:"parses_after"`
}

// healthy is no damage: it shows that an app judges the damage and nothing else.
const healthy = "nothing is wrong"

// verdict is a line of docs/repair-judges.md.
type verdict struct{ kind, before, codes, after string }

// Real apps are the judges of what repair does: each refuses the broken file or
// misses a server, and reaches the same servers after a repair by the real
// command line. What an app takes as it is must go on working.
func TestRealAppsAcceptWhatWasRepaired(t *testing.T) {
	bareBench(t)
	remote := fakeremote.New(t)
	remote.Tools = []string{"gamma_ping"}
	verdicts := map[string][]verdict{}
	var mu sync.Mutex
	t.Run("all", func(t *testing.T) {
		for _, j := range judges {
			kinds := append([]damage{{name: healthy, fine: j.app}}, j.kinds...)
			verdicts[j.app] = make([]verdict, len(kinds))
			for i, k := range kinds {
				if k.only != "" && !names(k.only, j.app) {
					continue
				}
				t.Run(j.app+"/"+k.name, func(t *testing.T) {
					t.Parallel()
					v := j.judges(t, k, remote.URL)
					mu.Lock()
					defer mu.Unlock()
					verdicts[j.app][i] = v
				})
			}
		}
	})
	if *update {
		writeVerdicts(t, verdicts)
	}
}

func names(list, app string) bool {
	for _, one := range strings.Fields(list) {
		if one == app {
			return true
		}
	}
	return false
}

func (j judge) judges(t *testing.T, k damage, remote string) verdict {
	b := bareBench(t)
	b.own = filepath.Join(b.home, ".toolbay")
	project := filepath.Join(b.home, "project")
	if err := os.Mkdir(project, 0o755); err != nil {
		t.Fatal(err)
	}
	b.write(".gemini/trustedFolders.json", `{"`+project+`":"TRUST_FOLDER"}`)
	server, err := filepath.Abs("testdata/judged.mjs")
	if err != nil {
		t.Fatal(err)
	}
	fill := strings.NewReplacer("%NODE%", filepath.Join(b.node, "node"), "%SERVER%", server, "%REMOTE%", remote, "%MODEL%", modelAddress).Replace
	broken := j.healthy
	switch {
	case k.text != "":
		broken = k.text
	case k.do != nil:
		broken = k.do(broken)
	}
	if broken = fill(broken); k.encode != nil {
		broken = k.encode(broken)
	}
	if broken == fill(j.healthy) && k.name != healthy {
		t.Fatal("nothing is broken in it")
	}
	file := b.write(j.file, broken)
	servers := k.servers
	if servers == nil {
		servers = []string{"alpha", "beta"}
	}
	missing := func(said string) (list []string) {
		for _, s := range servers {
			if !regexp.MustCompile(strings.ReplaceAll(j.reached, "%", s)).MatchString(said) {
				list = append(list, s)
			}
		}
		return list
	}

	v := verdict{kind: k.name}
	before := j.ask(b, project)
	lost := missing(before)
	if fine := names(k.fine, j.app); fine != (len(lost) == 0) {
		t.Errorf("%s takes the broken file: %v, want %v; it misses %v and says:\n%s\nfile:\n%q", j.app, !fine, fine, lost, before, broken)
	}
	v.before = words(b, before, lost)

	// Claude Code writes its file anew when it could read it.
	b.write(j.file, broken)
	repair := func() mended {
		var all []mended
		b.run(&all, "repair", j.app, "--allow", "confirm", "--write")
		for _, m := range all {
			if m.Path == file {
				return m
			}
		}
		t.Fatalf("repair does not name %s: %+v", file, all)
		return mended{}
	}
	first := repair()
	after := b.read(file)
	for _, p := range first.Problems {
		if !strings.Contains(v.codes, p.Code) {
			v.codes = strings.TrimSpace(v.codes + " " + p.Code)
		}
	}
	if !first.ParsesAfter {
		t.Errorf("it does not parse afterwards:\n%s", after)
	}
	if second := repair(); second.Repaired != nil || b.read(file) != after {
		t.Errorf("a second repair changes it:\n%s\nto\n%s", after, b.read(file))
	}
	if after == broken {
		v.after = "the same"
		if len(lost) > 0 {
			t.Errorf("repair leaves it as it is:\n%s\n%s says:\n%s", broken, j.app, before)
		}
		return v
	}
	now := j.ask(b, project)
	lost = missing(now)
	if len(lost) > 0 {
		t.Errorf("%s misses %v after the repair and says:\n%s\nfile:\n%s\nit was:\n%s", j.app, lost, now, after, broken)
	}
	v.after = words(b, now, lost)
	return v
}

// words is the line that tells most of what an app said.
func words(b *bench, said string, lost []string) string {
	ours, _ := filepath.Abs("testdata")
	said = strings.NewReplacer(b.home, "~", b.node+"/node", "node", ours+"/", "", "|", "¦", "`", "'").Replace(said)
	if len(lost) == 0 {
		return "reached"
	}
	for line := range strings.Lines(said) {
		line = stamp.ReplaceAllString(strings.Join(strings.Fields(line), " "), "")
		// Codex says what is wrong below.
		if telling.MatchString(line) && !strings.Contains(line, "PATH aliases") && !strings.HasSuffix(line, "bootstrap configuration") {
			if r := []rune(line); len(r) > 150 {
				line = string(r[:150]) + " …"
			}
			return "`" + strings.Map(visible, line) + "`"
		}
	}
	return "silent; not reached: " + strings.Join(lost, ", ")
}

var stamp = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\S+ `)

var telling = regexp.MustCompile(`(?i)error|toml:|utf-8|transport|invalid|not valid|corrupt|skipped|expected|unknown|unrecognized|failed|disconnected|malformed|duplicate`)

// page opens docs/repair-judges.md; a section for each app follows.
const page = `# Repair, judged by real apps

What real apps said of broken files and of the repaired ones. ` + "`make test-apps`" + ` runs it: the test writes the broken file, asks the app, repairs it with ` + "`toolbay repair APP --allow confirm --write`" + `, checks that a second repair changes nothing, and asks the app again. Reached means that the app started every server of the file and has its tools. Where an app takes a broken file as it is, it is no judge of that kind; then the test checks that nothing gets worse.

This page is written by the test itself, with ` + "`-update`" + `.
`

// writeVerdicts writes the sections of the apps that were asked everything.
func writeVerdicts(t *testing.T, all map[string][]verdict) {
	const file = "../../docs/repair-judges.md"
	before, _ := os.ReadFile(file)
	sections := map[string]string{}
	for _, s := range strings.Split(string(before), "\n## ")[1:] {
		app, _, _ := strings.Cut(s, ":")
		sections[app] = s
	}
	out := page
	for _, j := range judges {
		judged, rows := 0, ""
		for _, v := range all[j.app] {
			if v.kind == "" {
				continue
			}
			before, codes := v.before, v.codes
			if before == "reached" {
				before = "taken as it is"
			} else {
				judged++
			}
			if codes == "" {
				codes = "nothing"
			}
			rows += fmt.Sprintf("| %s | %s | %s | %s |\n", v.kind, before, codes, v.after)
		}
		if rows != "" {
			sections[j.app] = fmt.Sprintf("%s: %d kinds\n\n| kind | before | what Toolbay found | after |\n|---|---|---|---|\n%s", j.app, judged, rows)
		}
		if sections[j.app] != "" {
			out += "\n## " + strings.TrimRight(sections[j.app], "\n") + "\n"
		}
	}
	if err := os.WriteFile(file, []byte(out), 0o644); err != nil {
		t.Fatal(err)
	}
}

// visible leaves out what would make a binary file of the page.
func visible(r rune) rune {
	if unicode.IsControl(r) || r == unicode.ReplacementChar || r == '\ufeff' {
		return -1
	}
	return r
}
