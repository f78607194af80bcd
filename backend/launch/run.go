package launch

import (
	"fmt"
	"os"
	"time"

	"toolbay/backend/model"
	"toolbay/backend/secrets"
)

// Run starts a server in this program's place. On Unix it returns only when
// that failed; on Windows the program ends with the server. Standard output is
// the server's alone; a line about a locked keychain goes to standard error.
// Error codes: server_unknown, profile_gone, spec_broken, spec_newer, program_missing,
// secret_in_argument and those of secrets.
func Run(home, server, profile string) error {
	env := os.Environ() // before the keychain may add the address of its bus
	spec, err := Read(home, server)
	if err != nil {
		return err
	}
	if _, in := spec.Profiles[profile]; profile != "" && !in {
		return model.Fail("profile_gone", nil, "server", spec.name(), "profile", profile)
	}
	var values map[string]string
	if names, item := spec.Keys(profile); len(names) > 0 {
		if values, err = keysOf(home, spec).Get(server, item); err != nil {
			return err
		}
	}
	c, err := Prepare(home, spec, profile, values, env)
	if err != nil {
		return err
	}
	if tools := spec.allowed(profile); tools != nil {
		return here(filtered(c, spec, tools))
	}
	if c.Serve != nil {
		return here(c.Serve)
	}
	return start(c, spec)
}

func keysOf(home string, spec Spec) secrets.Keys {
	if spec.KeysIn == "file" {
		return secrets.OpenFile(home)
	}
	return secrets.OpenWith(home, os.Getenv, secrets.Options{
		// Apps give a server about a minute to start; a person needs most of it
		// to find the window and type a password.
		Patience: 45 * time.Second,
		Waiting: func() {
			fmt.Fprintf(os.Stderr, "Toolbay: your keys are locked. %s starts when you unlock them.\n", spec.name())
		},
	})
}
