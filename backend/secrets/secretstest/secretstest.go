//go:build linux

// Package secretstest starts a real session bus and a real keychain for one
// test, away from the user's own. Tests only may import it.
//
//	bus := secretstest.Start(t, filepath.Join(t.TempDir(), "bus"))
//	bus.StartKeychain(t)
//	cmd.Env = bus.Env()
package secretstest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	secretservice "github.com/zalando/go-keyring/secret_service"
)

const (
	secretsName = "org.freedesktop.secrets"
	secretsPath = "/org/freedesktop/secrets"
	collection  = dbus.ObjectPath("/org/freedesktop/secrets/collection/login")
)

// Bus is a session bus that starts no service by itself.
type Bus struct {
	Address string
	dir     string
	conn    *dbus.Conn
	stop    func()
}

// busConfig lets everybody talk to everybody and names no folder of services,
// so that the bus cannot start the machine's own keychain.
const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path=%s</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>
</busconfig>`

// Start runs a bus that listens at socket until the test ends. It skips the
// test where the programs are missing.
func Start(t testing.TB, socket string) *Bus {
	t.Helper()
	for _, program := range []string{"dbus-daemon", "gnome-keyring-daemon"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("needs %s: install the packages dbus and gnome-keyring", program)
		}
	}
	b := &Bus{Address: "unix:path=" + socket, dir: t.TempDir()}
	config := filepath.Join(b.dir, "bus.conf")
	if err := os.WriteFile(config, fmt.Appendf(nil, busConfig, socket), 0o600); err != nil {
		t.Fatal(err)
	}
	b.run(t, nil, "dbus-daemon", "--config-file="+config, "--nofork", "--nopidfile")
	b.await(t, "the bus", func() bool {
		conn, err := dbus.Connect(b.Address)
		b.conn = conn
		return err == nil
	})
	t.Cleanup(func() { b.conn.Close() })
	return b
}

// StartKeychain runs an unlocked, empty keychain on the bus.
func (b *Bus) StartKeychain(t testing.TB) {
	t.Helper()
	b.stop = b.run(t, strings.NewReader("test"), "gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets", "--control-directory="+b.dir)
	b.await(t, "the keychain", func() bool {
		v, err := b.conn.Object(secretsName, collection).GetProperty("org.freedesktop.Secret.Collection.Locked")
		return err == nil && v.Value() == false
	})
}

// StopKeychain ends the keychain; the bus stays.
func (b *Bus) StopKeychain(t testing.TB) {
	t.Helper()
	b.stop()
	b.await(t, "the keychain's end", func() bool {
		var owned bool
		err := b.conn.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, secretsName).Store(&owned)
		return err == nil && !owned
	})
}

// Lock locks the keychain. It can only be unlocked by a person.
func (b *Bus) Lock(t testing.TB) {
	t.Helper()
	call := b.conn.Object(secretsName, secretsPath).Call("org.freedesktop.Secret.Service.Lock", 0, []dbus.ObjectPath{collection})
	if call.Err != nil {
		t.Fatal(call.Err)
	}
}

// Store keeps a password as go-keyring does.
func (b *Bus) Store(t testing.TB, service, user, password string) {
	t.Helper()
	object := b.conn.Object(secretsName, secretsPath)
	var ignored dbus.Variant
	var session dbus.ObjectPath
	if err := object.Call("org.freedesktop.Secret.Service.OpenSession", 0, "plain", dbus.MakeVariant("")).Store(&ignored, &session); err != nil {
		t.Fatal(err)
	}
	properties := map[string]dbus.Variant{
		"org.freedesktop.Secret.Item.Label":      dbus.MakeVariant(user),
		"org.freedesktop.Secret.Item.Attributes": dbus.MakeVariant(map[string]string{"username": user, "service": service}),
	}
	secret := secretservice.Secret{Session: session, Parameters: []byte{}, Value: []byte(password), ContentType: "text/plain"}
	if err := b.conn.Object(secretsName, collection).Call("org.freedesktop.Secret.Collection.CreateItem", 0, properties, secret, true).Err; err != nil {
		t.Fatal(err)
	}
}

// Env is an environment in which programs find this bus and a home of the
// test's own.
func (b *Bus) Env() []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + b.dir, "XDG_RUNTIME_DIR=" + b.dir, "XDG_DATA_HOME=" + b.dir,
		"DBUS_SESSION_BUS_ADDRESS=" + b.Address,
	}
}

// run starts a program and gives the function that ends it.
func (b *Bus) run(t testing.TB, stdin *strings.Reader, name string, args ...string) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = b.Env()
	if stdin != nil {
		cmd.Stdin = stdin
	}
	if err := cmd.Start(); err != nil {
		cancel()
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		cmd.Wait()
		close(ended)
	}()
	stop = func() {
		cancel()
		<-ended
	}
	t.Cleanup(stop)
	return stop
}

func (b *Bus) await(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("%s did not come up", what)
		}
	}
}
