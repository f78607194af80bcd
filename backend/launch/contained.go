package launch

import (
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"

	"toolbay/backend/launch/container"
	"toolbay/backend/model"
)

// contained starts a container. Its keys are variables of the container and
// stand nowhere else; a key in an argument is refused, because everybody on
// this computer sees the arguments of what runs in a container, too.
func (s Spec) contained(home string, fill *filler) (Serve, error) {
	for _, arg := range s.Args {
		if len(names(arg)) > 0 {
			return nil, model.Fail("secret_in_argument", nil, "server", s.name())
		}
	}
	var env []string
	for name, value := range s.Env {
		env = append(env, name+"="+value)
	}
	for name, template := range s.SecretEnv {
		value, err := fill.text(template)
		if err != nil {
			return nil, err
		}
		env = append(env, name+"="+value)
	}
	sort.Strings(env)
	return container.Serve(container.Start{
		Home: home, Server: s.Server, Container: *s.Container, Args: s.Args, Env: env, Guard: guard(home),
	}), nil
}

// guard is the command whose "guard" takes a container away when this program
// is killed: this program itself when it is the command line, else the launcher
// at its stable place. Without either the next start clears up.
func guard(home string) []string {
	self, err := os.Executable()
	if err == nil && strings.TrimSuffix(filepath.Base(self), ".exe") == "toolbay" {
		return []string{self}
	}
	placed := filepath.Join(home, "bin", "toolbay")
	if runtime.GOOS == "windows" {
		placed += ".exe"
	}
	if _, err := os.Stat(placed); err != nil {
		return nil
	}
	return []string{placed}
}

// Guard is the hidden command `guard`: args are what follows it.
func Guard(args []string) int { return container.Guard(args) }
