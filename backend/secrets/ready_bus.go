//go:build !windows && !darwin

package secrets

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	secretservice "github.com/zalando/go-keyring/secret_service"

	"toolbay/backend/model"
)

const busVariable = "DBUS_SESSION_BUS_ADDRESS"

// ready looks for a Secret Service on the session bus and whether its
// collection is locked. go-keyring shares the connection made here.
func ready(getenv func(string) string) error {
	address := busAddress(getenv, runtimeFolder())
	if address == "" {
		return model.Fail("keychain_absent", errors.New("no session bus"))
	}
	// go-keyring takes the address from the environment, and without one it
	// has the D-Bus library start a bus of its own, which would outlive us.
	if os.Getenv(busVariable) != address {
		if err := os.Setenv(busVariable, address); err != nil {
			return model.Fail("keychain_absent", err)
		}
	}
	service, err := secretservice.NewSecretService()
	if err != nil {
		return model.Fail("keychain_absent", err)
	}
	locked, err := service.GetLoginCollection().GetProperty("org.freedesktop.Secret.Collection.Locked")
	if err != nil {
		return model.Fail("keychain_absent", err)
	}
	if yes, _ := locked.Value().(bool); yes {
		return model.Fail("keychain_locked", nil)
	}
	return nil
}

func runtimeFolder() string { return "/run/user/" + strconv.Itoa(os.Getuid()) }

// busAddress is the address given, else the socket that systemd puts into the
// user's runtime folder. AI apps pass on no address, and none of the variables
// it could be found by.
func busAddress(getenv func(string) string, runtimeDir string) string {
	if a := getenv(busVariable); a != "" && a != "autolaunch:" {
		return a
	}
	socket := filepath.Join(runtimeDir, "bus")
	if st, err := os.Stat(socket); err == nil && st.Mode()&fs.ModeSocket != 0 {
		return "unix:path=" + socket
	}
	return ""
}
