package launch

import (
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"

	"toolbay/backend/launch/container"
	"toolbay/backend/launch/poci"
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
	start := container.Start{
		Home: home, Server: s.Server, Container: *s.Container, Args: s.Args, Env: env, Guard: guard(home),
	}
	if len(s.Container.Tools) > 0 {
		return s.tools(start), nil
	}
	return container.Serve(start), nil
}

// tools answers in the place of a server whose tools are a container each. What
// keeps a container apart is the same for each of them.
func (s Spec) tools(start container.Start) Serve {
	run := func(ctx context.Context, use poci.Use, stdout, stderr io.Writer) (code int, err error) {
		one := start
		one.Patient, one.Args = true, use.Args
		one.Container.Image, one.Container.Mounts, one.Container.Tools = use.Tool.Image, use.Mounts, nil
		one.Container.User = cmp.Or(use.User, one.Container.User)
		err = container.Serve(one)(ctx, strings.NewReader(""), stdout, stderr)
		var ended *container.Exited
		if errors.As(err, &ended) {
			return ended.Code, nil
		}
		return 0, err
	}
	server := poci.Server{Name: s.Server, Tools: s.Container.Tools, Folders: s.Container.Mounts, Run: run}
	return func(ctx context.Context, stdin io.Reader, stdout, _ io.Writer) error {
		return server.Serve(ctx, stdin, stdout)
	}
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
