package launch

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"toolbay/backend/model"
)

//go:embed lib/args.cjs
var argsScript []byte

// argsVariable carries the values to lib/args.cjs, which deletes it.
const argsVariable = "TOOLBAY_ARGUMENT_SECRETS"

// hideArguments keeps secrets that belong into arguments off the command line.
// Node is told to load a file of ours first, which puts them where their marks
// stand. For any other program there is no such way, and it is refused.
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
	if !isNode(c.Path) {
		return model.Fail("secret_in_argument", nil, "server", fill.server)
	}
	script, err := placeArgsScript(home)
	if err != nil {
		return fmt.Errorf("prepare the arguments of %s: %w", fill.server, err)
	}
	text, err := json.Marshal(secret)
	if err != nil {
		return fmt.Errorf("prepare the arguments of %s", fill.server) // never the cause: it could quote a value
	}
	e.set(argsVariable, string(text))
	c.Args = append([]string{"--require", script}, c.Args...)
	return nil
}

// placeArgsScript makes sure that our file is there, as this program has it.
func placeArgsScript(home string) (string, error) {
	path, err := filepath.Abs(filepath.Join(home, "lib", "args.cjs"))
	if err != nil {
		return "", err
	}
	if have, err := os.ReadFile(path); err == nil && bytes.Equal(have, argsScript) {
		return path, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", err
	}
	return path, writeFile(path, argsScript)
}
