package launch

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"toolbay/backend/model"
	"toolbay/backend/whole"
)

//go:embed lib/args.cjs
var argsScript []byte

//go:embed lib/args.py
var argsPython []byte

// argsVariable carries the values to lib/args.cjs or lib/args.py, which deletes
// it.
const argsVariable = "TOOLBAY_ARGUMENT_SECRETS"

// hideArguments keeps secrets that belong into arguments off the command line.
// Node is told to load a file of ours first, which puts them where their marks
// stand; Python is given one that does so and then becomes the server's script.
// For any other program there is no such way, and it is refused.
func hideArguments(home string, c *Command, fill *filler, e environment) error {
	secret := map[string]string{}
	for _, arg := range c.Args {
		for _, name := range names(arg) {
			v, err := fill.value(name)
			if err != nil {
				return err
			}
			secret[name] = v
		}
	}
	if len(secret) == 0 {
		return nil
	}
	node := isNode(c.Path)
	if !node && !(isPython(c.Path) && (c.Args[0] == "-m" || !strings.HasPrefix(c.Args[0], "-"))) {
		return model.Fail("secret_in_argument", nil, "server", fill.server)
	}
	name, content := "args.cjs", argsScript
	if !node {
		name, content = "args.py", argsPython
	}
	script, err := placeArgsScript(home, name, content)
	if err != nil {
		return fmt.Errorf("prepare the arguments of %s: %w", fill.server, err)
	}
	text, err := json.Marshal(secret)
	if err != nil {
		return fmt.Errorf("prepare the arguments of %s", fill.server) // never the cause: it could quote a value
	}
	e.set(argsVariable, string(text))
	ours := []string{script}
	if node {
		ours = []string{"--require", script}
	}
	c.Args = append(ours, c.Args...)
	return nil
}

// placeArgsScript makes sure that our file is there, as this program has it.
func placeArgsScript(home, name string, content []byte) (string, error) {
	path, err := filepath.Abs(filepath.Join(home, "lib", name))
	if err != nil {
		return "", err
	}
	if have, err := os.ReadFile(path); err == nil && bytes.Equal(have, content) {
		return path, nil
	}
	return path, whole.Write(path, content)
}
