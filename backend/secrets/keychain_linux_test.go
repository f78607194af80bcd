package secrets

import (
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"toolbay/backend/model"
	"toolbay/backend/secrets/secretstest"
)

// go-keyring keeps one connection for the whole program, so each use of a real
// keychain is a program of its own: this one, started again with one command.
func TestMain(m *testing.M) {
	if command := os.Getenv("TOOLBAY_TEST_KEYS"); command != "" {
		keysCommand(command)
		syscall.Exit(0) // os.Exit would have the race detector wait a second
	}
	os.Exit(m.Run())
}

type answer struct {
	Code   string
	Values map[string]string
}

func keysCommand(command string) {
	var a answer
	keys := Open("/nowhere/.toolbay", os.Getenv)
	verb, value, _ := strings.Cut(command, " ")
	var err error
	switch verb {
	case "available":
		err = keys.Available()
	case "set":
		err = keys.Set("notes", "", map[string]string{"TOKEN": value})
	case "get":
		a.Values, err = keys.Get("notes", value)
	case "delete":
		err = keys.Delete("notes", "")
	}
	a.Code = model.Code(err)
	json.NewEncoder(os.Stdout).Encode(a)
}

func ask(t *testing.T, env []string, command string) answer {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append([]string{"TOOLBAY_TEST_KEYS=" + command}, env...)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	var a answer
	if err := json.Unmarshal(out, &a); err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	return a
}

func TestRealKeychain(t *testing.T) {
	bus := secretstest.Start(t, filepath.Join(t.TempDir(), "bus"))
	long := strings.Repeat("long ü", 1500)
	step := func(command, code, token string) {
		t.Helper()
		if a := ask(t, bus.Env(), command); a.Code != code || a.Values["TOKEN"] != token {
			t.Fatalf("%.20s: code %q, %d bytes; want %q, %d bytes", command, a.Code, len(a.Values["TOKEN"]), code, len(token))
		}
	}
	step("available", "keychain_absent", "") // a bus without a keychain
	step("set x", "keychain_absent", "")

	bus.StartKeychain(t)
	step("available", "", "")
	step("get", "secret_unknown", "")
	step("set first $x \"y\"", "", "")
	step("get", "", "first $x \"y\"")
	step("get work", "secret_unknown", "")
	step("set second", "", "")
	step("get", "", "second")
	step("set "+long, "", "")
	step("get", "", long)

	bus.Lock(t)
	step("available", "keychain_locked", "")
	step("get", "keychain_locked", "")
	step("set y", "keychain_locked", "")
	step("delete", "keychain_locked", "")

	bus.StopKeychain(t)
	step("get", "keychain_absent", "")
}

func TestRealKeychainForgets(t *testing.T) {
	bus := secretstest.Start(t, filepath.Join(t.TempDir(), "bus"))
	bus.StartKeychain(t)
	for _, s := range []struct{ command, code string }{
		{"delete", ""}, {"set x", ""}, {"delete", ""}, {"get", "secret_unknown"},
	} {
		if a := ask(t, bus.Env(), s.command); a.Code != s.code {
			t.Fatalf("%s: %q, want %q", s.command, a.Code, s.code)
		}
	}
}

// Without a bus the D-Bus library would run dbus-launch, whose bus stays
// behind. A program of that name on the PATH would leave a trace.
func TestNoBusIsEverStarted(t *testing.T) {
	if busAddress(func(string) string { return "" }, runtimeFolder()) != "" {
		t.Skip("needs a machine without a session bus")
	}
	dir := t.TempDir()
	trace := filepath.Join(dir, "trace")
	if err := os.WriteFile(filepath.Join(dir, "dbus-launch"), []byte("#!/bin/sh\necho run >"+trace+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, address := range []string{"", "autolaunch:", "unix:path=" + filepath.Join(dir, "none"), "unix:path=/x;autolaunch:"} {
		env := []string{"PATH=" + dir + ":/usr/bin:/bin", "HOME=" + dir, "DBUS_SESSION_BUS_ADDRESS=" + address}
		if a := ask(t, env, "get"); a.Code != "keychain_absent" {
			t.Errorf("%q: %q", address, a.Code)
		}
	}
	if _, err := os.Stat(trace); err == nil {
		t.Error("a bus was started")
	}
}

func TestBusAddress(t *testing.T) {
	dir := t.TempDir()
	none := filepath.Join(dir, "none")
	live := filepath.Join(dir, "live")
	file := filepath.Join(dir, "file")
	for _, d := range []string{none, live, file} {
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	l, err := net.Listen("unix", filepath.Join(live, "bus"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if err := os.WriteFile(filepath.Join(file, "bus"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cases := []struct{ name, given, dir, want string }{
		{"given", "unix:path=/a", live, "unix:path=/a"},
		{"found", "", live, "unix:path=" + live + "/bus"},
		{"never autolaunch", "autolaunch:", live, "unix:path=" + live + "/bus"},
		{"none", "", none, ""},
		{"never autolaunch, none", "autolaunch:", none, ""},
		{"not a socket", "", file, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := busAddress(func(string) string { return c.given }, c.dir); got != c.want {
				t.Fatalf("got %q, want %q", got, c.want)
			}
		})
	}
}
