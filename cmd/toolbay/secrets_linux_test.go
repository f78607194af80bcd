package main

import (
	"bufio"
	"crypto/rand"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"toolbay/backend/secrets/secretstest"
)

// keyed is a listing whose server takes one key in its environment, one in an
// argument and one inside a longer value.
const keyed = `{
  "name": "io.github.acme/keyed", "description": "Needs keys", "version": "1.0.0",
  "packages": [{"registryType": "npm", "identifier": "keyed-mcp", "version": "1.0.0", "transport": {"type": "stdio"},
    "packageArguments": [{"type": "named", "name": "--token", "isRequired": true, "isSecret": true, "value": "{token}",
      "variables": {"token": {"isRequired": true, "isSecret": true}}}],
    "environmentVariables": [
      {"name": "ACME_API_KEY", "isRequired": true, "isSecret": true},
      {"name": "AUTHORIZATION", "value": "Bearer {bearer}", "variables": {"bearer": {"isRequired": true, "isSecret": true}}}]}]
}`

// Made up anew by each run: the program under test is this one, and must not
// hold them.
var (
	keyInEnv, keyInArgument = madeUpKey(), madeUpKey()
	keyInside, keyReplaced  = madeUpKey(), madeUpKey()

	allKeys   = []string{keyInEnv, keyInArgument, keyInside, keyReplaced}
	threeKeys = []string{"--secret", "ACME_API_KEY=-", "--secret", "token=-", "--secret", "bearer=-"}
	threeLine = keyInEnv + "\n" + keyInArgument + "\n" + keyInside + "\n"
)

func madeUpKey() string { return "tbkey" + strings.ToLower(rand.Text()) }

// A key that is given to Toolbay is in the keychain and in the memory of the
// server that needs it, and nowhere else at any time: in no file, no output, no
// command line.
func TestKeysAreNowhereElse(t *testing.T) {
	bus := secretstest.Start(t, filepath.Join(t.TempDir(), "bus"))
	bus.StartKeychain(t)
	m := newMachine(t, "DBUS_SESSION_BUS_ADDRESS="+bus.Address)
	m.write("listing.json", keyed)
	m.write(".cursor/mcp.json", "{\"mcpServers\": {}}\n")
	m.write(".codex/config.toml", "")
	seen := watchCommandLines(t, allKeys)

	m.succeeds("", "catalog", "import", m.path("listing.json"))
	install := append([]string{"install", "io.github.acme/keyed", "--yes", "--name", "keyed", "--app", "cursor", "--app", "codex"}, threeKeys...)
	m.succeeds(threeLine, install...)

	// The server has them all, as it was promised.
	got := m.report("keyed")
	if !slices.Equal(got.Argv, []string{"--token", keyInArgument}) {
		t.Errorf("the server's arguments are %q", got.Argv)
	}
	if got.Env["ACME_API_KEY"] != keyInEnv || got.Env["AUTHORIZATION"] != "Bearer "+keyInside {
		t.Errorf("the server's environment is %q", got.Env)
	}
	for name, v := range got.Env {
		if strings.HasPrefix(name, "TOOLBAY") && !strings.HasPrefix(name, "TOOLBAY_HOME") {
			t.Errorf("something of ours is in the server's environment: %s=%s", name, v)
		}
	}

	// A server that prints its own key and does not start.
	m.fails("start_exited", keyInEnv+"\n", "install", "npm:blurts-mcp", "--yes", "--secret", "ACME_API_KEY=-")
	m.fails("start_exited", keyInEnv+"\n", "install", "npm:blurts-mcp", "--yes", "--secret", "ACME_API_KEY=-", "--app", "cursor", "--", "--verbose")

	// Every command that could show something.
	m.succeeds("", "test", "keyed")
	m.succeeds(keyReplaced+"\n", "keys", "set", "keyed", "--secret", "ACME_API_KEY=-")
	if got := m.report("keyed"); got.Env["ACME_API_KEY"] != keyReplaced || got.Env["AUTHORIZATION"] != "Bearer "+keyInside {
		t.Errorf("after one key was replaced the environment is %q", got.Env)
	}
	for _, args := range [][]string{
		{"list"}, {"show", "io.github.acme/keyed"}, {"search", "keyed"}, {"keys"}, {"settings"}, {"apps"}, {"status"}, {"history"},
		{"test", "keyed"}, {"disconnect", "cursor", "keyed"}, {"connect", "cursor", "keyed", "--dry-run"}, {"undo"},
		{"connect", "cursor", "keyed", "--file", m.path("other.json")}, {"remove", "keyed", "--dry-run"}, {"remove", "keyed"},
		{"undo"}, {"test", "keyed"}, {"keys"},
	} {
		m.succeeds("", args...)
	}
	changes, _ := m.succeeds("", "history").([]any)
	for _, c := range changes {
		m.succeeds("", "diff", m.field(c, "id"))
	}
	for _, args := range [][]string{{"list"}, {"keys"}, {"apps"}, {"test", "keyed"}, {"show", "io.github.acme/keyed"}} {
		if exit, _ := m.run("", args...); exit != exitOK {
			t.Errorf("%v: exit code %d", args, exit)
		}
	}
	m.succeeds("", "keys", "remove", "keyed", "ACME_API_KEY")
	m.fails("secret_missing", "", "keys", "set", "keyed", "--secret", "ACME_API_KEY=-")
	m.fails("key_unknown", "x\n", "keys", "set", "keyed", "--secret", "NO_SUCH_KEY=-")
	if list := m.succeeds("", "list"); m.field(list, "0.status") != "needs-key" {
		t.Errorf("without a key that it must have the status is %s", m.field(list, "0.status"))
	}
	m.succeeds(keyReplaced+"\n", "keys", "set", "keyed", "--secret", "ACME_API_KEY=-")

	// What is left behind by a locked keychain, and by none.
	bus.Lock(t)
	m.run("", "--json", "test", "keyed")
	m.fails("consent_needed", keyInEnv+"\n", "install", "npm:hello-mcp", "--yes", "--name", "locked", "--secret", "ACME_API_KEY=-")
	bus.StopKeychain(t)
	m.run("", "--json", "test", "keyed")
	m.fails("consent_needed", keyInEnv+"\n", "install", "npm:hello-mcp", "--yes", "--name", "absent", "--secret", "ACME_API_KEY=-")

	for _, key := range allKeys {
		if found := m.holding(key); len(found) > 0 {
			t.Errorf("%s is in %q", key, found)
		}
		if strings.Contains(m.heard.String(), key) {
			t.Errorf("%s was printed", key)
		}
	}
	if lines := seen(); len(lines) > 0 {
		t.Errorf("a key stood in a command line: %q", lines)
	}
}

// The same for a server of every kind, from its install to its removal.
func TestKeysOfEveryKindAreNowhereElse(t *testing.T) {
	for _, k := range everyKind {
		t.Run(k.name, func(t *testing.T) {
			args, env := k.prepare(t)
			m := newMachine(t, env...)
			m.write(".cursor/mcp.json", "{}\n")
			key, name := madeUpKey(), "ACME_API_KEY"
			if k.name == "remote" {
				name = "X-Key"
			}
			seen := watchCommandLines(t, []string{key})
			m.succeeds(key+"\n", append(args, "--yes", "--accept-risk", "--name", "hello", "--app", "cursor", "--secret", name+"=-")...)
			for _, args := range [][]string{{"list"}, {"show", "hello"}, {"keys"}, {"test", "hello"}, {"verify", "hello"}, {"history"}} {
				m.run("", append([]string{"--json"}, args...)...)
			}
			if found := m.holding(key); !slices.Equal(found, []string{".toolbay/keys/hello.json"}) {
				t.Errorf("the key is in %q", found)
			}
			m.succeeds("", "remove", "hello", "--keys")
			if found := m.holding(key); len(found) > 0 {
				t.Errorf("removed, the key is in %q", found)
			}
			if strings.Contains(m.heard.String(), key) {
				t.Error("the key was printed")
			}
			if lines := seen(); len(lines) > 0 {
				t.Errorf("the key stood in a command line: %q", lines)
			}
		})
	}
}

// Where there is no keychain the user is told and asked. With a yes the keys
// are in one file that nobody else may read, and nowhere else.
func TestKeysInAFileAfterAYes(t *testing.T) {
	m := newMachine(t)
	m.write("listing.json", keyed)
	m.write(".cursor/mcp.json", "{}\n")
	m.succeeds("", "catalog", "import", m.path("listing.json"))
	seen := watchCommandLines(t, allKeys)
	before := m.snapshot()
	install := append([]string{"install", "io.github.acme/keyed", "--yes", "--name", "keyed", "--app", "cursor"}, threeKeys...)
	exit, out := m.run(threeLine, append([]string{"--json"}, install...)...)
	var doc any
	if err := json.Unmarshal([]byte(out), &doc); err != nil || exit != exitConsent {
		t.Fatalf("exit code %d, %v", exit, err)
	}
	if m.field(doc, "error.needs.length") != "1" || m.field(doc, "error.needs.0.kind") != "risk" || m.field(doc, "error.needs.0.flag") != "--accept-risk" {
		t.Errorf("it asks for %s", m.field(doc, "error.needs"))
	}
	m.unchanged(before)

	m.succeeds(threeLine, append(install, "--accept-risk")...)
	for path, want := range map[string]os.FileMode{".toolbay/keys": 0o700, ".toolbay/keys/keyed.json": 0o600} {
		if st, err := os.Stat(m.path(path)); err != nil || st.Mode().Perm() != want {
			t.Errorf("%s: %v, want %v, %v", path, st.Mode(), want, err)
		}
	}
	if got := m.report("keyed"); !slices.Equal(got.Argv, []string{"--token", keyInArgument}) || got.Env["ACME_API_KEY"] != keyInEnv {
		t.Errorf("the server got %q and %q", got.Argv, got.Env)
	}
	m.fails("consent_needed", keyReplaced+"\n", "install", "npm:hello-mcp", "--yes", "--name", "second", "--secret", "ACME_API_KEY=-")
	for _, key := range []string{keyInEnv, keyInArgument, keyInside} {
		if found := m.holding(key); !slices.Equal(found, []string{".toolbay/keys/keyed.json"}) {
			t.Errorf("%s is in %q", key, found)
		}
	}
	m.succeeds("", "remove", "keyed")
	for _, key := range allKeys {
		if strings.Contains(m.heard.String(), key) {
			t.Errorf("%s was printed", key)
		}
	}
	if lines := seen(); len(lines) > 0 {
		t.Errorf("a key stood in a command line: %q", lines)
	}
}

// What is removed can be brought back for thirty days; then it is gone with its
// key, and the history says so before anybody tries.
func TestTrashIsEmptiedAfterThirtyDays(t *testing.T) {
	m := newMachine(t)
	m.write(".cursor/mcp.json", "{}\n")
	m.succeeds(keyInEnv+"\n", "install", "npm:hello-mcp", "--yes", "--app", "cursor", "--accept-risk", "--secret", "ACME_API_KEY=-")
	change := m.field(m.succeeds("", "remove", "hello"), "change")
	m.succeeds("", "undo", change)
	if got := m.report("hello"); got.Env["ACME_API_KEY"] != keyInEnv {
		t.Errorf("brought back, it gets %q", got.Env)
	}
	change = m.field(m.succeeds("", "remove", "hello"), "change")
	note := filepath.Join(".toolbay", "trash", change, "hello", "trashed.json")
	var trashed map[string]any
	if err := json.Unmarshal([]byte(m.read(note)), &trashed); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		days int
		kept bool
	}{{29, true}, {31, false}} {
		trashed["time"] = time.Now().Add(-time.Duration(c.days) * 24 * time.Hour)
		data, err := json.Marshal(trashed)
		if err != nil {
			t.Fatal(err)
		}
		m.write(note, string(data))
		history := m.succeeds("", "history")
		if m.field(history, "0.id") != change || m.field(history, "0.undoable") != map[bool]string{true: "true", false: "false"}[c.kept] {
			t.Errorf("after %d days the history says %s", c.days, m.field(history, "0"))
		}
		if _, err := os.Stat(m.path(".toolbay", "keys", "hello.json")); (err == nil) != c.kept {
			t.Errorf("after %d days the key: %v", c.days, err)
		}
	}
	before := m.snapshot()
	m.fails("trash_emptied", "", "undo", change)
	m.unchanged(before)
}

// What the listing does not call a key is kept as one when it is given as one.
func TestAnyInputCanBeGivenAsAKey(t *testing.T) {
	m := newMachine(t)
	m.write("listing.json", strings.ReplaceAll(strings.ReplaceAll(keyed, `, "isSecret": true`, ""), "ACME_API_KEY", "ACME_LOGIN"))
	m.write(".cursor/mcp.json", "{}\n")
	m.succeeds("", "catalog", "import", m.path("listing.json"))
	m.succeeds(threeLine, "install", "io.github.acme/keyed", "--yes", "--name", "keyed", "--app", "cursor", "--accept-risk",
		"--secret", "ACME_LOGIN=-", "--secret", "token=-", "--secret", "bearer=-")
	got := m.report("keyed")
	if !slices.Equal(got.Argv, []string{"--token", keyInArgument}) || got.Env["ACME_LOGIN"] != keyInEnv || got.Env["AUTHORIZATION"] != "Bearer "+keyInside {
		t.Errorf("the server got %q and %q", got.Argv, got.Env)
	}
	for _, key := range []string{keyInEnv, keyInArgument, keyInside} {
		if found := m.holding(key); !slices.Equal(found, []string{".toolbay/keys/keyed.json"}) {
			t.Errorf("%s is in %q", key, found)
		}
	}
}

// A server that does not start with its new keys leaves an earlier one of the
// same name, which was removed, to be brought back with its own.
func TestMistypedKeyLeavesTheTrash(t *testing.T) {
	m := newMachine(t)
	install := func(ref string) []string {
		return []string{"install", ref, "--name", "same", "--yes", "--accept-risk", "--secret", "ACME_API_KEY=-"}
	}
	m.succeeds(keyInEnv+"\n", install("npm:hello-mcp")...)
	change := m.field(m.succeeds("", "remove", "same"), "change")
	m.fails("start_exited", keyReplaced+"\n", install("npm:blurts-mcp")...)
	m.succeeds("", "undo", change)
	if got := m.report("same"); got.Env["ACME_API_KEY"] != keyInEnv {
		t.Errorf("brought back, it gets %q", got.Env)
	}
}

// Removing a key that a server does not have leaves the keys of a removed one of
// the same name alone.
func TestKeyOfAnotherInTheTrash(t *testing.T) {
	m := newMachine(t)
	const listing = `{"name": "io.github.acme/maybe", "description": "May have a key", "version": "1.0.0",
  "packages": [{"registryType": "npm", "identifier": "hello-mcp", "version": "1.0.0", "transport": {"type": "stdio"},
    "environmentVariables": [{"name": "ACME_API_KEY", "isSecret": true}]}]}`
	m.write("maybe.json", listing)
	m.succeeds("", "catalog", "import", m.path("maybe.json"))
	m.succeeds(keyInEnv+"\n", "install", "io.github.acme/maybe", "--name", "same", "--yes", "--accept-risk", "--secret", "ACME_API_KEY=-")
	change := m.field(m.succeeds("", "remove", "same"), "change")
	m.succeeds("", "install", "io.github.acme/maybe", "--name", "same", "--yes")
	m.succeeds("", "keys", "remove", "same", "ACME_API_KEY")
	m.succeeds("", "remove", "same")
	m.succeeds("", "undo", change)
	if got := m.report("same"); got.Env["ACME_API_KEY"] != keyInEnv {
		t.Errorf("brought back, it gets %q", got.Env)
	}
	// A new key of the later one takes the place of the earlier one's.
	change = m.field(m.succeeds("", "remove", "same"), "change")
	m.succeeds("", "install", "io.github.acme/maybe", "--name", "same", "--yes")
	m.succeeds(keyReplaced+"\n", "keys", "set", "same", "--accept-risk", "--secret", "ACME_API_KEY=-")
	m.succeeds("", "remove", "same")
	m.fails("trash_emptied", "", "undo", change)
}

// Apps pass on six variables and no more. The launcher finds its home by where
// it stands, and its keys; nothing of it is on standard output or left running,
// and its exit code is the server's.
func TestLauncherAsAppsStartIt(t *testing.T) {
	m := newMachine(t, "TOOLBAY_HOME="+filepath.Join(t.TempDir(), "elsewhere, with spaces"))
	m.write("listing.json", keyed)
	m.write(".cursor/mcp.json", "{}\n")
	m.succeeds("", "catalog", "import", m.path("listing.json"))
	install := append([]string{"install", "io.github.acme/keyed", "--yes", "--name", "keyed", "--app", "cursor", "--accept-risk", "--answer", "EXIT_WITH=7"}, threeKeys...)
	m.succeeds(threeLine, install...)

	var file struct {
		McpServers map[string]struct {
			Command string
			Args    []string
		}
	}
	if err := json.Unmarshal([]byte(m.read(".cursor/mcp.json")), &file); err != nil {
		t.Fatal(err)
	}
	entry := file.McpServers["keyed"]
	cmd := exec.Command(entry.Command, entry.Args...)
	cmd.Dir = t.TempDir()
	cmd.Env = []string{"HOME=" + m.home, "LOGNAME=user", "PATH=" + os.Getenv("PATH"), "SHELL=/bin/sh", "TERM=dumb", "USER=user"}
	got := m.reportOf(cmd)
	if got.PID != cmd.Process.Pid {
		t.Errorf("the server is process %d, the app started %d: something of ours stays between them", got.PID, cmd.Process.Pid)
	}
	if !slices.Equal(got.Argv, []string{"--token", keyInArgument}) || got.Env["ACME_API_KEY"] != keyInEnv {
		t.Errorf("the server got %q and %q", got.Argv, got.Env)
	}
	if dir, err := filepath.EvalSymlinks(cmd.Dir); err != nil || got.CWD != dir {
		t.Errorf("the server stands in %s, the app in %s (%v)", got.CWD, dir, err)
	}
	if code := cmd.ProcessState.ExitCode(); code != 7 {
		t.Errorf("exit code %d, the server's is 7", code)
	}
	if err := os.Remove(entry.Command); err != nil {
		t.Fatal(err)
	}
	// A launcher that has gone comes back with the next connect.
	m.succeeds("", "disconnect", "cursor", "keyed")
	m.succeeds("", "connect", "cursor", "keyed")
	if _, err := os.Stat(entry.Command); err != nil {
		t.Error(err)
	}
}

// report is what a made-up server says of how it was started.
type report struct {
	Argv []string
	Env  map[string]string
	CWD  string
	PID  int
}

func (m *machine) report(server string) report { return m.reportOf(m.command("run", server)) }

// reportOf starts a server, asks it, and ends it by the end of its input. All
// that stands on its standard output is its one answer.
func (m *machine) reportOf(cmd *exec.Cmd) report {
	m.t.Helper()
	in, err := cmd.StdinPipe()
	if err != nil {
		m.t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		m.t.Fatal(err)
	}
	var errs strings.Builder
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		m.t.Fatal(err)
	}
	if _, err := in.Write([]byte(`{"jsonrpc":"2.0","id":1,"method":"report"}` + "\n")); err != nil {
		m.t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	if !lines.Scan() {
		m.t.Fatalf("no answer, %s", errs.String())
	}
	var answer struct{ Result report }
	if err := json.Unmarshal(lines.Bytes(), &answer); err != nil {
		m.t.Fatalf("%q: %v", lines.Text(), err)
	}
	in.Close()
	if lines.Scan() {
		m.t.Errorf("something else on standard output: %q", lines.Text())
	}
	_ = cmd.Wait() // its exit code is the test's to judge
	m.heard.WriteString(errs.String())
	return answer.Result
}

// watchCommandLines looks at the command line of every process, again and
// again, until seen is called: it gives those that held one of the texts.
func watchCommandLines(t *testing.T, texts []string) (seen func() []string) {
	t.Helper()
	stop, found := make(chan struct{}), make(chan []string)
	go func() {
		var bad []string
		looked := 0
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				if looked == 0 {
					bad = append(bad, "nothing was looked at")
				}
				found <- bad
				return
			case <-tick.C:
			}
			lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
			for _, path := range lines {
				data, _ := os.ReadFile(path) // it may have ended
				looked += len(data)
				if line := string(data); slices.ContainsFunc(texts, func(s string) bool { return strings.Contains(line, s) }) {
					bad = append(bad, strings.ReplaceAll(line, "\x00", " "))
				}
			}
		}
	}()
	var once []string
	done := false
	seen = func() []string {
		if !done {
			close(stop)
			once, done = <-found, true
		}
		return once
	}
	t.Cleanup(func() { seen() })
	return seen
}
