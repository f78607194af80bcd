package main

import (
	"bufio"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	_ "modernc.org/sqlite"
)

// A database of a later Toolbay is left as it is, and nothing else is touched.
func TestNewerDatabaseIsRefused(t *testing.T) {
	m := newMachine(t)
	m.succeeds("", "status")
	db, err := sql.Open("sqlite", m.path(".toolbay", "toolbay.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("PRAGMA user_version = 9999"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	before := m.snapshot()
	for _, args := range [][]string{{"list"}, {"search", "files"}, {"install", "npm:hello-mcp", "--yes"}, {"undo"}} {
		m.fails("database_newer", "", args...)
	}
	m.unchanged(before)
}

// A damaged database is set aside, not deleted, and made anew from what is on
// disk: servers, their apps and how to undo are all still known.
func TestDamagedDatabaseIsRebuilt(t *testing.T) {
	m := newMachine(t)
	const cursor = "{\n  \"mcpServers\": {\"theirs\": {\"command\": \"x\"}}\n}\n"
	m.write(".cursor/mcp.json", cursor)
	m.write(".codex/config.toml", "")
	installed := m.succeeds("", "install", "npm:hello-mcp", "--yes", "--app", "cursor", "--app", "codex")
	for _, part := range []string{"-wal", "-shm"} {
		if err := os.Remove(m.path(".toolbay", "toolbay.db"+part)); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	garbage := strings.Repeat("this is no database any more ", 1000)
	m.write(".toolbay/toolbay.db", garbage)

	exit, _ := m.run("", "list")
	if exit != exitOK || !strings.Contains(m.heard.String(), "set aside") {
		t.Error("the user is not told that the database was set aside")
	}
	list := m.succeeds("", "list")
	if m.field(list, "0.id") != "hello" || m.field(list, "0.status") != "ok" || m.field(list, "0.apps") != `["cursor","codex"]` {
		t.Errorf("after that the list is %v", list)
	}
	aside, err := filepath.Glob(m.path(".toolbay", "toolbay.db.damaged-*"))
	if err != nil || len(aside) != 1 {
		t.Fatalf("set aside: %v %v", aside, err)
	}
	if data, err := os.ReadFile(aside[0]); err != nil || string(data) != garbage {
		t.Errorf("what was set aside is not what was there: %v", err)
	}
	m.succeeds("", "test", "hello")
	m.succeeds("", "undo", m.field(installed, "change"))
	if got := m.read(".cursor/mcp.json"); got != cursor {
		t.Errorf("after undo: %q", got)
	}
	if list, _ := m.succeeds("", "list").([]any); len(list) != 0 {
		t.Errorf("after undo the list is %v", list)
	}
}

// Several Toolbays at once, into the same files: each one's work survives, and
// taking it all away again leaves the files as they were.
func TestToolbaysAtOnce(t *testing.T) {
	m := newMachine(t)
	const cursor, codex = "{\"theme\": \"x\"}\n", "model = \"o3\"\n"
	m.write(".cursor/mcp.json", cursor)
	m.write(".codex/config.toml", codex)
	m.succeeds("", "status")

	atOnce := func(commands ...[]string) (exits []int) {
		exits = make([]int, len(commands))
		var all sync.WaitGroup
		for i, args := range commands {
			all.Go(func() {
				cmd := m.command(args...)
				out, err := cmd.CombinedOutput()
				if err != nil {
					t.Logf("%v: %v: %s", args, err, out)
				}
				exits[i] = cmd.ProcessState.ExitCode()
			})
		}
		all.Wait()
		return exits
	}
	both := []string{"--yes", "--app", "cursor", "--app", "codex"}
	for i, exit := range atOnce(
		append([]string{"install", "npm:hello-mcp"}, both...), append([]string{"install", "npm:hello-mcp"}, both...),
		append([]string{"install", "npm:@acme/other-mcp"}, both...),
	) {
		if exit != exitOK {
			t.Errorf("install %d ended with %d", i, exit)
		}
	}
	list := m.succeeds("", "list")
	for i, want := range []string{"hello", "hello-2", "other"} {
		if got := m.field(list, "length"); got != "3" {
			t.Fatalf("%s servers", got)
		}
		found := false
		for j := range 3 {
			id := []string{"0", "1", "2"}[j]
			found = found || m.field(list, id+".id") == want && m.field(list, id+".apps") == `["cursor","codex"]`
		}
		if !found {
			t.Errorf("server %d, %s, is not in both apps", i, want)
		}
	}
	// One name for two: exactly one of them gets it.
	exits := atOnce([]string{"install", "npm:hello-mcp", "--name", "mine", "--yes"}, []string{"install", "npm:@acme/other-mcp", "--name", "mine", "--yes"})
	if exits[0]+exits[1] != exitFailed || exits[0] == exits[1] {
		t.Errorf("two installs under one name ended with %v", exits)
	}
	m.succeeds("", "test", "mine")

	atOnce([]string{"disconnect", "cursor", "hello"}, []string{"disconnect", "cursor", "other"}, []string{"connect", "cursor", "mine"}, []string{"disconnect", "codex", "hello"})
	apps := m.succeeds("", "apps", "cursor")
	if m.field(apps, "0.servers.length") != "2" {
		t.Errorf("in Cursor are now %s", m.field(apps, "0.servers"))
	}
	for i, exit := range atOnce([]string{"remove", "mine", "hello"}, []string{"remove", "hello-2"}, []string{"remove", "other"}) {
		if exit != exitOK {
			t.Errorf("remove %d ended with %d", i, exit)
		}
	}
	if got := m.read(".cursor/mcp.json"); got != cursor {
		t.Errorf("Cursor's file is %q", got)
	}
	if got := m.read(".codex/config.toml"); got != codex {
		t.Errorf("Codex's file is %q", got)
	}
}

// A removal that was cut off leaves the server here and in the trash. It can be
// undone, wherever it was cut off.
func TestRemovalCutOff(t *testing.T) {
	m := newMachine(t)
	m.write(".cursor/mcp.json", "{}\n")
	m.succeeds("", "install", "npm:hello-mcp", "--yes", "--app", "cursor")
	record := m.read(".toolbay/servers/hello/server.json")
	change := m.field(m.succeeds("", "remove", "hello"), "change")
	trash := []string{".toolbay", "trash", change, "hello"}

	// The database is made anew with the server in it, its files in the trash.
	m.write(".toolbay/servers/hello/server.json", record)
	for _, part := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(m.path(".toolbay", "toolbay.db"+part)); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	if list := m.succeeds("", "list"); m.field(list, "length") != "1" {
		t.Fatalf("the list is %v", list)
	}
	if err := os.RemoveAll(m.path(".toolbay", "servers", "hello")); err != nil {
		t.Fatal(err)
	}
	if history := m.succeeds("", "history"); m.field(history, "0.undoable") != "true" {
		t.Errorf("the history says %s", m.field(history, "0"))
	}
	m.succeeds("", "undo", change)
	m.succeeds("", "test", "hello")
	if _, err := os.Stat(m.path(trash...)); !os.IsNotExist(err) {
		t.Errorf("it is still in the trash: %v", err)
	}
}

// Undoing an install takes away what it brought, not a later server of the same
// id.
func TestUndoOfAnInstallLeavesALaterServer(t *testing.T) {
	m := newMachine(t)
	first := m.field(m.succeeds("", "install", "npm:hello-mcp@1.0.0", "--yes", "--name", "same"), "change")
	m.succeeds("", "remove", "same")
	m.succeeds("", "install", "npm:hello-mcp", "--yes", "--name", "same")
	m.fails("not_undoable", "", "undo", first)
	if list := m.succeeds("", "list"); m.field(list, "0.version") != "1.1.0" {
		t.Errorf("the list is %v", list)
	}
}

// An install that is killed, wherever it is, is gone at the next start: its
// files, its key, its name.
func TestKilledInstallIsSwept(t *testing.T) {
	m := newMachine(t)
	m.write(".cursor/mcp.json", "{}\n")
	m.succeeds("", "status")
	before := m.snapshot()
	for _, c := range []struct{ name, pkg, at string }{
		{"while versions are looked up", "npm:hello-mcp", "Looking it up"},
		{"while it downloads", "npm:hello-mcp", "Downloading"},
		{"while it is put in place", "npm:hello-mcp", "Preparing"},
		{"while the server is waited for", "npm:waits-mcp", "Saying hello"},
		{"while a server that does not end by itself is waited for", "npm:hangs-mcp", "Saying hello"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cmd := m.command("install", c.pkg, "--name", "killed", "--app", "cursor", "--yes", "--accept-risk", "--secret", "ACME_API_KEY=-")
			cmd.Stdin = strings.NewReader(keyOfKilled + "\n")
			errs, err := cmd.StderrPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			lines, reached := bufio.NewScanner(errs), false
			for !reached && lines.Scan() {
				reached = strings.HasPrefix(lines.Text(), c.at)
			}
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = cmd.Wait() // it was killed
			if !reached {
				t.Fatalf("it never came to %q", c.at)
			}
			if list, _ := m.succeeds("", "list").([]any); len(list) != 0 {
				t.Errorf("the list is %v", list)
			}
			noneLeft(t, m.path(".toolbay"))
			m.succeeds("", "apps", "cursor")
			after := m.snapshot()
			delete(after, ".toolbay/keys") // the folder; no file is left in it
			for _, d := range differences(before, after) {
				t.Errorf("changed: %s", d)
			}
		})
	}
	m.succeeds("", "install", "npm:hello-mcp", "--name", "killed", "--yes")
}

// noneLeft waits until no process has a path in its command line: what was
// killed ends when the system comes to it.
func noneLeft(t *testing.T, path string) {
	t.Helper()
	deadline, tick := time.Now().Add(10*time.Second), time.NewTicker(20*time.Millisecond)
	defer tick.Stop()
	for {
		var left []string
		lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
		for _, l := range lines {
			if data, _ := os.ReadFile(l); strings.Contains(string(data), path) { // it may have ended
				left = append(left, strings.ReplaceAll(string(data), "\x00", " "))
			}
		}
		if len(left) == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Errorf("still running: %q", left)
			return
		}
		<-tick.C
	}
}

// keyOfKilled is no key of anybody's.
const keyOfKilled = "made-up-key-of-the-killed"

// Where Toolbay's own folder cannot be used it says so and does nothing.
func TestHomeThatCannotBeUsed(t *testing.T) {
	m := newMachine(t)
	m.write("file", "")
	m.write(".cursor/mcp.json", "{}\n")
	before := m.snapshot()
	m.env = append(m.env, "TOOLBAY_HOME="+m.path("file", "toolbay"))
	for _, args := range [][]string{{"list"}, {"status"}, {"install", "npm:hello-mcp", "--yes", "--app", "cursor"}, {"undo"}} {
		m.fails("home_unwritable", "", args...)
	}
	if exit, out := m.run("", "run", "hello"); exit != exitFailed || out != "" {
		t.Errorf("run: exit code %d, output %q", exit, out)
	}
	m.unchanged(before)
}
