package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"toolbay/internal/fakedesktop"
	"toolbay/internal/fakenpm"
	"toolbay/internal/fakeregistry"
	"toolbay/internal/fakeremote"
)

// The scripts in testdata/script run this very program: the test binary, when
// it is started under the name toolbay, is toolbay.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"toolbay": main, "claude-desktop": fakedesktop.Main})
}

func TestScripts(t *testing.T) {
	needNode(t)
	npm := fakenpm.New(t, packages...)
	// npm's own cache is its own affair: it stands outside every home, so that a
	// home that changed was changed by us.
	npmEnv := npmEnvironment(npm, t.TempDir())
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(e *testscript.Env) error {
			home := filepath.Join(e.WorkDir, "home")
			e.Vars = append(e.Vars, npmEnv...)
			e.Setenv("HOME", home)
			e.Setenv("USERPROFILE", home)
			e.Setenv("NPM", npm.URL)
			// Nor a source of listings on the network.
			e.Setenv("TOOLBAY_SOURCE_MIRROR", npm.URL+"/no-source")
			// No script may reach the keychain of whoever runs the tests.
			e.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+filepath.Join(e.WorkDir, "no-bus"))
			e.Values["said"] = &said{}
			e.Values["registries"] = map[string]*fakeregistry.Registry{}
			e.Values["sites"] = map[string]*site{}
			e.Values["remotes"] = map[string]*fakeremote.Server{}
			return os.MkdirAll(home, 0o700)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"answers":   cmdAnswers,
			"fails":     cmdFails,
			"exits":     cmdExits,
			"field":     cmdField,
			"needs":     cmdNeeds,
			"remember":  cmdRemember,
			"unchanged": cmdUnchanged,
			"setfield":  cmdSetField,
			"registry":  cmdRegistry,
			"mode":      cmdMode,
			"edit":      cmdEdit,
			"await":     cmdAwait,
			"site":      cmdSite,
			"sign":      cmdSign,
			"remote":    cmdRemote,
		},
		RequireExplicitExec: true,
	})
}

func needNode(t *testing.T) {
	t.Helper()
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip("needs Node.js with npm")
		}
	}
}

// npmEnvironment is how npm is told to know the made-up registry only.
func npmEnvironment(reg *fakenpm.Registry, dir string) []string {
	return []string{
		"npm_config_registry=" + reg.URL, "npm_config_cache=" + filepath.Join(dir, "cache"),
		"npm_config_userconfig=" + filepath.Join(dir, "user-npmrc"), "npm_config_globalconfig=" + filepath.Join(dir, "global-npmrc"),
		"npm_config_fetch_retries=0",
		// The race detector would keep every toolbay for a second at its end.
		"GORACE=atexit_sleep_ms=0",
	}
}
