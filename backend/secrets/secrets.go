// Package secrets keeps the keys of servers in the operating system's
// keychain, or, only after the user has agreed to it, in files that nobody
// else may read. backend and launch may import it; it imports model only.
//
//	keys := secrets.Open(home, os.Getenv)
//	err := keys.Set("github", "", map[string]string{"GITHUB_TOKEN": token})
//	values, err := keys.Get("github", "")
package secrets

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path/filepath"
	"strings"

	"toolbay/backend/model"
)

// Keys keeps one set of named values for each server and profile. Errors
// carry the codes keychain_absent, keychain_locked, keychain_slow,
// keychain_failed, keys_file_failed; no error ever holds a value.
type Keys interface {
	// Get gives all values of a server; secret_unknown when there are none.
	// With a profile it is exactly that profile's item: another account's keys
	// are never taken in its place.
	Get(server, profile string) (map[string]string, error)
	// Set replaces all values of a server; an empty map deletes them. Error
	// code: secret_too_long above 64 KiB together.
	Set(server, profile string, values map[string]string) error
	// Delete forgets a server's values; nil when there were none.
	Delete(server, profile string) error
	// Available tells whether keys can be kept here now.
	Available() error
	// Where is "keychain" or "file".
	Where() string
}

// Parked stands for servers that a repair took out of a file, which have no id.
const Parked = "repair.parked"

// maxSize bounds the values of one server together.
const maxSize = 64 << 10

// itemName is the name of one item: "<server>", "<server>@<profile>",
// "source.<id>" for a source of listings, "signin.<server>" for a sign-in or
// Parked with an item for a server that is none yet. The check makes it safe as
// a file name and unambiguous in a keychain.
func itemName(server, profile string) (string, error) {
	// A source of listings has its keys in an item that no server can have, and
	// so has the sign-in to a server.
	for _, kind := range []string{"source.", "signin."} {
		if id, ok := strings.CutPrefix(server, kind); ok && profile == "" && plain(id, 20) {
			return server, nil
		}
	}
	if server == Parked && plain(profile, 40) {
		return server + "@" + profile, nil
	}
	if !plain(server, 20) {
		return "", model.Fail("server_unknown", nil, "server", clip(server))
	}
	if profile == "" {
		return server, nil
	}
	if !plain(profile, 40) {
		return "", model.Fail("secret_unknown", nil, "server", server, "name", clip(profile))
	}
	return server + "@" + profile, nil
}

// plain tells whether s is one to n characters of [a-z0-9-].
func plain(s string, n int) bool {
	if s == "" || len(s) > n {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

func clip(s string) string {
	if len(s) > 40 {
		return s[:40]
	}
	return s
}

// serviceName is the keychain's name for all items of one home. It must come
// out the same in the window and in the launcher, which apps may start with
// another HOME (a snap has its own), so it goes by the real path alone: a
// folder called .toolbay is "toolbay", any other gets a hash of its path.
func serviceName(home string) string {
	if real, err := filepath.EvalSymlinks(home); err == nil {
		home = real
	}
	home = filepath.Clean(home)
	if filepath.Base(home) == ".toolbay" {
		return "toolbay"
	}
	sum := sha256.Sum256([]byte(home))
	return fmt.Sprintf("toolbay:%s", hex.EncodeToString(sum[:4]))
}
