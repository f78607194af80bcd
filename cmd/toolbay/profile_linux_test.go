package main

import (
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"toolbay/backend/secrets/secretstest"
)

// Two profiles with keys of their own for the same server: each start has its
// own profile's, an undo brings them back, and they are in no file.
func TestProfilesKeepTheirKeys(t *testing.T) {
	bus := secretstest.Start(t, filepath.Join(t.TempDir(), "bus"))
	bus.StartKeychain(t)
	m := newMachine(t, "DBUS_SESSION_BUS_ADDRESS="+bus.Address)
	m.write("listing.json", keyed)
	m.write(".cursor/mcp.json", "{\"mcpServers\": {}}\n")
	own, other := madeUpKey(), madeUpKey()
	m.succeeds("", "catalog", "import", m.path("listing.json"))
	m.succeeds(threeLine, append([]string{"install", "io.github.acme/keyed", "--yes", "--name", "keyed", "--app", "cursor"}, threeKeys...)...)
	m.succeeds("", "profile", "create", "Work")
	m.succeeds("", "profile", "apps", "cursor", "--profile", "work")
	m.fails("profile_lacks", own+"\n", "profile", "set", "keyed", "--profile", "work", "--secret", "ACME_API_KEY=-")
	m.succeeds("", "profile", "add", "keyed", "--profile", "work")
	if exit, out := m.run(own+"\n", "--json", "profile", "set", "keyed", "--profile", "work", "--secret", "ACME_API_KEY=-"); exit != exitConsent || !strings.Contains(out, "bearer") {
		t.Errorf("some keys of its own and some of the server's: %d %s", exit, out)
	}
	set := append([]string{"profile", "set", "keyed", "--profile", "work"}, threeKeys...)
	m.succeeds(own+"\n"+keyInArgument+"\n"+keyInside+"\n", set...)
	key := func(profile string) string {
		t.Helper()
		return m.reportOf(m.command("run", "keyed", "--profile", profile)).Env["ACME_API_KEY"]
	}
	if key("work") != own || m.report("keyed").Env["ACME_API_KEY"] != keyInEnv {
		t.Error("a profile has the server's own key, or the server the profile's")
	}
	if exit, out := m.run("", "run", "keyed", "--profile", "gone"); exit != exitFailed || out != "" {
		t.Errorf("a profile that is not there: %d, %q", exit, out)
	}
	m.succeeds("", "profile", "switch", "work")
	m.succeeds(other+"\n", "profile", "set", "keyed", "--secret", "ACME_API_KEY=-")
	if key("work") != other {
		t.Error("the new key is not there")
	}
	m.succeeds("", "undo")
	if key("work") != own {
		t.Error("the old key did not come back")
	}
	m.succeeds("", "profile", "switch", "default")
	m.succeeds("", "profile", "delete", "work")
	m.succeeds("", "undo")
	if key("work") != own {
		t.Error("the key did not come back with its profile")
	}
	m.succeeds("", "remove", "keyed")
	m.succeeds("", "undo")
	if key("work") != own {
		t.Error("the key did not come back with its server")
	}
	m.succeeds("", "profile", "set", "keyed", "--profile", "work", "--reset")
	if key("work") != keyInEnv {
		t.Error("it is not the server's own again")
	}
	for _, k := range append([]string{own, other}, allKeys...) {
		if found := m.holding(k); len(found) > 0 {
			t.Errorf("%s is in %q", k, found)
		}
		if strings.Contains(m.heard.String(), k) {
			t.Errorf("%s was printed", k)
		}
	}
}

// switching makes a machine with two profiles that differ in their servers.
func switching(t *testing.T) *machine {
	m := newMachine(t)
	m.write(".cursor/mcp.json", "{}\n")
	m.write(".codex/config.toml", "")
	m.write(".gemini/settings.json", "{}\n")
	m.succeeds("", "install", "npm:hello-mcp", "--yes", "--name", "hello", "--app", "cursor", "--app", "codex", "--app", "gemini-cli")
	m.succeeds("", "profile", "duplicate", "default", "Work")
	return m
}

// agrees tells which profile is in use, and that every file says the same.
func agrees(t *testing.T, m *machine) string {
	t.Helper()
	list := m.succeeds("", "profile", "list")
	in := "default"
	if m.field(list, "1.active") == "true" {
		in = "work"
	}
	for _, file := range []string{".cursor/mcp.json", ".codex/config.toml", ".gemini/settings.json"} {
		if text := m.read(file); strings.Contains(text, `"work"`) != (in == "work") || !strings.Contains(text, "hello") {
			t.Errorf("%s is in use, and %s says\n%s", in, file, text)
		}
	}
	return in
}

// A switch that is killed, at any moment: at the next start files and record
// agree.
func TestKilledSwitch(t *testing.T) {
	m := switching(t)
	began := time.Now()
	m.succeeds("", "profile", "switch", "work")
	took := time.Since(began)
	seen := map[string]bool{agrees(t, m): true}
	// On a busy computer the first was quick and the others take longer.
	for i := 0; i < 24 || len(seen) < 2 && i < 48; i++ {
		if i >= 24 {
			took = took * 5 / 4
		}
		to := "work"
		if agrees(t, m) == "work" {
			to = "default"
		}
		cmd := m.command("--json", "profile", "switch", to)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(took * time.Duration(min(i, 23)+1) / 24)
		_ = cmd.Process.Kill() // it may have ended
		_ = cmd.Wait()
		seen[agrees(t, m)] = true
	}
	if len(seen) != 2 {
		t.Errorf("seen %v", seen)
	}
}

// Two switches at once: one comes after the other.
func TestTwoSwitchesAtOnce(t *testing.T) {
	m := switching(t)
	for range 4 {
		var both sync.WaitGroup
		for _, to := range []string{"work", "default"} {
			cmd := m.command("--json", "profile", "switch", to)
			both.Go(func() {
				if err := cmd.Run(); err != nil {
					t.Errorf("switch to %s: %v", to, err)
				}
			})
		}
		both.Wait()
		agrees(t, m)
	}
}
