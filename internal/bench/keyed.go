//go:build !windows

package main

import (
	"os"
	"path/filepath"

	"toolbay/backend/launch"
	"toolbay/backend/secrets"
)

// keyed measures the launcher with one key read from this session's keychain.
func keyed(home, instant string, env []string) error {
	keys := secrets.Open(home, os.Getenv)
	if err := keys.Set("keyed", "", map[string]string{"BENCH_KEY": "invented-for-the-bench"}); err != nil {
		return err
	}
	defer keys.Delete("keyed", "")
	spec := launch.Spec{Server: "keyed", Command: instant, Secrets: []string{"BENCH_KEY"}, SecretEnv: map[string]string{"BENCH_KEY": "${secret:BENCH_KEY}"}}
	if err := launch.Write(home, spec); err != nil {
		return err
	}
	a, b, err := alternate(env, []string{filepath.Join(home, "bin", "toolbay"), "run", "keyed"}, []string{instant}, pairs)
	if err != nil {
		return err
	}
	overhead("with a key", a, b, 15)
	return nil
}
