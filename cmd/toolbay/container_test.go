package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"toolbay/backend/launch/container"
	"toolbay/internal/containertest"
	"toolbay/internal/fakeregistry"
)

// TestContainerScripts drives the program on a machine with an engine and an
// image registry (build/engine.sh).
func TestContainerScripts(t *testing.T) {
	notes := containertest.Image(t, "acme/notes-mcp", "1.2")
	listed := containertest.Image(t, "acme/listed-mcp", "1.2")
	writes := containertest.Image(t, "acme/writes-mcp", "1.0", "ENV SERVER_WRITES=/state")
	fails := containertest.Image(t, "acme/fails-mcp", "1.0", "ENV SERVER_EXIT=4")
	broken := containertest.Image(t, "acme/broken-mcp", "1.0", "ENV SERVER_EXIT=4")
	tool := containertest.Image(t, "acme/tool", "latest", "ENV SERVER_TOOL=1")
	// Scripts run side by side: one that asks whether an image is here has it alone.
	sleeper := containertest.Image(t, "acme/sleeper", "latest", "ENV SERVER_TOOL=1")
	other := containertest.Image(t, "acme/other-tool", "7", "ENV SERVER_TOOL=1", "ENV SERVER_SAYS=other")
	moving := containertest.Image(t, "acme/moving-mcp", "1.2")
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "container"),
		Setup: func(e *testscript.Env) error {
			home := filepath.Join(e.WorkDir, "home")
			e.Setenv("HOME", home)
			e.Setenv("USERPROFILE", home)
			e.Setenv("DOCKER_HOST", notes.Engine)
			e.Setenv("NOTES", notes.Name)
			e.Setenv("NOTES_DIGEST", notes.Digest)
			e.Setenv("WRITES", writes.Name)
			e.Setenv("FAILS", fails.Name)
			e.Setenv("TOOL_DIGEST", tool.Digest)
			e.Setenv("OTHER_DIGEST", other.Digest)
			e.Setenv("MOVING", moving.Name)
			e.Setenv("MOVING_DIGEST", moving.Digest)
			e.Setenv("TOOLBAY_SOURCE_MIRROR", "http://127.0.0.1:1/no-source")
			e.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+filepath.Join(e.WorkDir, "no-bus"))
			e.Values["said"] = &said{}
			e.Values["registries"] = map[string]*fakeregistry.Registry{}
			// The listing names the image where this registry stands.
			for _, name := range []string{"server.json", "danger.json", "docker.json", "broken.json", "calls.jsonl", "put.jsonl"} {
				path := filepath.Join(e.WorkDir, name)
				data, err := os.ReadFile(path)
				if err != nil {
					continue
				}
				names := strings.NewReplacer("IMAGE", listed.Name, "TOOL", tool.Name, "SLEEPER", sleeper.Name, "OTHER", other.Name, "BROKEN", broken.Name, "HOMEDIR", home)
				if err := os.WriteFile(path, []byte(names.Replace(string(data))), 0o600); err != nil {
					return err
				}
			}
			return os.MkdirAll(filepath.Join(home, "notes"), 0o700)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"answers": cmdAnswers, "fails": cmdFails, "exits": cmdExits, "field": cmdField, "needs": cmdNeeds,
			"setfield": cmdSetField, "remember": cmdRemember, "unchanged": cmdUnchanged,
			// containers SERVER N: so many containers of a server are there, at once or
			// after a while.
			"containers": func(ts *testscript.TestScript, _ bool, args []string) {
				for deadline := time.Now().Add(20 * time.Second); ; {
					n := 0
					for _, c := range containertest.Containers(t, container.LabelHome+"="+container.HomeMark(ts.MkAbs("home/.toolbay"))) {
						if c.Config.Labels[container.LabelServer] == args[0] {
							n++
						}
					}
					if strconv.Itoa(n) == args[1] {
						return
					}
					if time.Now().After(deadline) {
						ts.Fatalf("%d containers of %s, want %s", n, args[0], args[1])
					}
					<-time.After(50 * time.Millisecond)
				}
			},
			// volumes SERVER N: so many volumes of a server are there.
			"volumes": func(ts *testscript.TestScript, _ bool, args []string) {
				n := 0
				for _, labels := range containertest.Volumes(t, container.LabelHome+"="+container.HomeMark(ts.MkAbs("home/.toolbay"))) {
					if labels[container.LabelServer] == args[0] {
						n++
					}
				}
				if strconv.Itoa(n) != args[1] {
					ts.Fatalf("%d volumes of %s, want %s", n, args[0], args[1])
				}
			},
			// republish: another image stands behind the tag of moving from now on.
			"republish": func(*testscript.TestScript, bool, []string) { containertest.Image(t, "acme/moving-mcp", "1.2") },
			// image [NAME]: the notes image, or another one, is in the engine.
			"image": func(ts *testscript.TestScript, neg bool, args []string) {
				is := notes
				if len(args) > 0 {
					is = map[string]containertest.Pushed{"fails": fails, "tool": tool, "other": other}[args[0]]
				}
				if is.Here(t) == neg {
					ts.Fatalf("the image is here: %v", !neg)
				}
			},
		},
		RequireExplicitExec: true,
	})
}
