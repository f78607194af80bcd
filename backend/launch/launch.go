// Package launch is what happens when an AI app starts a server: a launch spec
// is read, keys are fetched, and the server takes this program's place. It
// reads no database and imports little, because every start pays for it.
// backend and cmd/toolbay may import it; it imports what a start needs.
//
//	err := launch.Write(home, launch.Spec{Server: "notes", Command: node, Args: []string{entry}})
//	err = launch.Run(home, "notes", "") // on Unix returns only when it failed
package launch

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"toolbay/backend/model"
	"toolbay/backend/whole"
)

// Spec is how one installed server is started. Secrets stand in it only as
// marks, ${secret:NAME}, in Args and SecretEnv.
type Spec struct {
	// Format is 1; Write sets it.
	Format int    `json:"format"`
	Server string `json:"server"`
	Title  string `json:"title"`
	// Command is the absolute path of the program; "" with a container or remote.
	Command string   `json:"command"`
	Args    []string `json:"args"`
	// Container or Remote is what the launcher stays and talks to instead of
	// becoming Command. Args then are the container's.
	Container *model.Container `json:"container,omitempty"`
	Remote    *model.Remote    `json:"remote,omitempty"`
	// Tools are the only ones that can be used where no profile is named; nil is
	// all of them.
	Tools []string `json:"tools,omitzero"`
	// Dir is where the program starts; "" stays where the app is.
	Dir string `json:"dir,omitempty"`
	// Env is added to what the app gives, and wins over it.
	Env map[string]string `json:"env,omitempty"`
	// Path holds folders that come before the PATH the app gives.
	Path []string `json:"path,omitempty"`
	// SecretEnv maps the name of an environment variable to a template with
	// marks.
	SecretEnv map[string]string `json:"secretEnv,omitempty"`
	// Secrets names the keys; when empty no keychain is asked.
	Secrets []string `json:"secrets,omitempty"`
	// KeysIn is "" for the keychain or "file".
	KeysIn   string                 `json:"keysIn,omitempty"`
	Profiles map[string]ProfileSpec `json:"profiles,omitempty"`
}

// ProfileSpec is what a profile sets otherwise than the server itself.
type ProfileSpec struct {
	// Whole tells that Args, Env, SecretEnv and Remote are all there is: nothing
	// of the server's own is left beside them.
	Whole  bool          `json:"whole,omitempty"`
	Remote *model.Remote `json:"remote,omitempty"`
	// Args replace the server's own unless nil.
	Args []string `json:"args,omitempty"`
	// Env and SecretEnv are laid over the server's own, name by name.
	Env       map[string]string `json:"env,omitempty"`
	SecretEnv map[string]string `json:"secretEnv,omitempty"`
	// Secrets, unless nil, says that the profile has keys of its own: all are
	// read from the item "<server>@<profile>" and none from the server's. A key
	// that is missing there is an error, never another account's key.
	Secrets []string `json:"secrets,omitempty"`
	// Tools are the only ones that can be used; nil is all of them.
	Tools []string `json:"tools,omitzero"`
}

const (
	format  = 1
	maxSpec = 4 << 20
)

// Keys gives the names of the keys that a start with this profile needs, and
// the profile whose item in secrets.Keys holds them.
func (s Spec) Keys(profile string) (names []string, item string) {
	if p, ok := s.Profiles[profile]; ok && profile != "" && p.Secrets != nil {
		return p.Secrets, profile
	}
	return s.Secrets, ""
}

// allowed gives the only tools that can be used in a profile, nil for all.
func (s Spec) allowed(profile string) []string {
	if profile == "" {
		return s.Tools
	}
	return s.Profiles[profile].Tools
}

// name is what people call the server.
func (s Spec) name() string {
	if s.Title != "" {
		return s.Title
	}
	return s.Server
}

// startable tells whether there is something to start.
func (s Spec) startable() bool {
	if s.Container != nil || s.Remote != nil {
		return s.Command == "" && (s.Container == nil || s.Remote == nil)
	}
	return filepath.IsAbs(s.Command)
}

// with gives the spec as it is in a profile. A profile that stands in no
// Profiles has no settings of its own.
func (s Spec) with(profile string) Spec {
	p, ok := s.Profiles[profile]
	if !ok || profile == "" {
		return s
	}
	if p.Whole {
		s.Args, s.Env, s.SecretEnv = p.Args, p.Env, p.SecretEnv
		if p.Remote != nil {
			s.Remote = p.Remote
		}
		s.Secrets, _ = s.Keys(profile)
		return s
	}
	env, secretEnv := map[string]string{}, map[string]string{}
	for k, v := range s.Env {
		if _, secret := p.SecretEnv[k]; !secret {
			env[k] = v
		}
	}
	for k, v := range s.SecretEnv {
		if _, plain := p.Env[k]; !plain {
			secretEnv[k] = v
		}
	}
	for k, v := range p.Env {
		env[k] = v
	}
	for k, v := range p.SecretEnv {
		secretEnv[k] = v
	}
	s.Env, s.SecretEnv = env, secretEnv
	if p.Args != nil {
		s.Args = p.Args
	}
	s.Secrets, _ = s.Keys(profile)
	return s
}

// Write puts a spec into home/launch, at once or not at all, readable by this
// user alone. Error code: server_unknown for an id that is none.
func Write(home string, s Spec) error {
	path, err := specPath(home, s.Server)
	if err != nil {
		return err
	}
	if !s.startable() {
		return fmt.Errorf("write launch spec of %s: there is nothing to start, or its path is not absolute", s.Server)
	}
	for _, name := range s.Secrets {
		if v, ok := s.Env[name]; ok && v != "" {
			return fmt.Errorf("write launch spec of %s: %s is a key and must not stand in it", s.Server, name)
		}
	}
	s.Format = format
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("write launch spec of %s: %w", s.Server, err)
	}
	if err := whole.Write(path, append(data, '\n')); err != nil {
		return fmt.Errorf("write launch spec of %s: %w", s.Server, err)
	}
	return nil
}

// Read gives the spec of a server. Error codes: server_unknown, spec_broken,
// spec_newer (a newer Toolbay wrote it).
func Read(home, server string) (Spec, error) {
	var s Spec
	path, err := specPath(home, server)
	if err != nil {
		return s, err
	}
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return s, model.Fail("server_unknown", err, "server", server)
	case err != nil:
		return s, model.Fail("spec_broken", err, "server", server)
	case len(data) > maxSpec:
		return s, model.Fail("spec_broken", errors.New("too large"), "server", server)
	}
	if err := json.Unmarshal(data, &s); err != nil {
		return Spec{}, model.Fail("spec_broken", err, "server", server)
	}
	if s.Format > format {
		return Spec{}, model.Fail("spec_newer", nil, "server", server)
	}
	if s.Format != format || s.Server != server || !s.startable() {
		return Spec{}, model.Fail("spec_broken", errors.New("a part is missing"), "server", server)
	}
	return s, nil
}

// Delete forgets a server's spec; nil when there is none.
func Delete(home, server string) error {
	path, err := specPath(home, server)
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("delete launch spec of %s: %w", server, err)
	}
	return nil
}

// ValidID tells whether s is a server's id: one to twenty of [a-z0-9-].
func ValidID(s string) bool {
	return s != "" && len(s) <= 20 && !slices.ContainsFunc([]byte(s), func(c byte) bool {
		return (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-'
	})
}

// specPath checks the id before it becomes part of a path.
func specPath(home, server string) (string, error) {
	if !ValidID(server) {
		if len(server) > 40 {
			server = server[:40] + "…"
		}
		return "", model.Fail("server_unknown", nil, "server", server)
	}
	return filepath.Join(home, "launch", server+".json"), nil
}
