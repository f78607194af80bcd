package engine

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"toolbay/backend/model"
)

// Machine is where an engine is looked for; tests have their own.
type Machine struct {
	OS     string
	Home   string
	UID    int
	Getenv func(string) string
	// Exists tells whether a socket, pipe or folder is there, Program whether a
	// program can be started by name.
	Exists  func(path string) bool
	Program func(name string) bool
}

// Here is this computer.
func Here() Machine {
	home, err := os.UserHomeDir()
	if err != nil {
		home = ""
	}
	return Machine{
		OS: runtime.GOOS, Home: home, UID: os.Getuid(), Getenv: os.Getenv,
		Exists: func(path string) bool {
			_, err := os.Stat(path)
			return err == nil
		},
		Program: func(name string) bool {
			_, err := exec.LookPath(name)
			return err == nil
		},
	}
}

// Find gives the engine to use: the one DOCKER_HOST names, else that of the
// docker program's current context, else the first known place that answers.
// An engine named by the user is never passed over for another. Error codes:
// engine_missing when there is no trace of one, engine_not_running,
// engine_denied, engine_too_old, engine_unsupported.
func Find(ctx context.Context, m Machine) (*Engine, error) {
	chosen, named, err := m.chosen()
	if err != nil {
		return nil, err
	}
	if named {
		return use(ctx, chosen)
	}
	var first error
	for _, host := range m.places() {
		if !m.Exists(socketPath(host)) {
			continue
		}
		e, err := use(ctx, Address{Host: host})
		if err == nil {
			return e, nil
		}
		if ctx.Err() != nil {
			return nil, model.Fail("cancelled", ctx.Err())
		}
		if first == nil || model.Code(first) == "engine_not_running" {
			first = err
		}
	}
	if first != nil {
		return nil, first
	}
	if name := m.stopped(); name != "" {
		return nil, model.Fail("engine_not_running", errors.New(name+" is installed, and none of its usual places is there"), "engine", name, "ways", "")
	}
	return nil, model.Fail("engine_missing", errors.New("neither DOCKER_HOST nor a context names an engine, and none is at the usual places"), "ways", "")
}

func use(ctx context.Context, a Address) (*Engine, error) {
	e, err := Open(a)
	if err == nil {
		err = e.Check(ctx)
	}
	if err != nil {
		return nil, err
	}
	return e, nil
}

// chosen is the engine the user named: by variable or by context.
func (m Machine) chosen() (a Address, named bool, err error) {
	if host := m.Getenv("DOCKER_HOST"); host != "" {
		a, err = ParseAddress(host)
		if m.Getenv("DOCKER_TLS_VERIFY") != "" || m.Getenv("DOCKER_CERT_PATH") != "" && strings.HasPrefix(a.Host, "tcp://") {
			a.Certs = m.Getenv("DOCKER_CERT_PATH")
			if a.Certs == "" {
				a.Certs = m.config()
			}
			a.Trusting = m.Getenv("DOCKER_TLS_VERIFY") == ""
		}
		return a, true, err
	}
	name := m.Getenv("DOCKER_CONTEXT")
	if name == "" {
		var conf struct {
			Current string `json:"currentContext"`
		}
		data, err := readFile(filepath.Join(m.config(), "config.json"))
		if err != nil || json.Unmarshal(data, &conf) != nil {
			return a, false, nil
		}
		name = conf.Current
	}
	if name == "" || name == "default" {
		return a, false, nil
	}
	a, err = m.context(name)
	return a, true, err
}

// config is the folder of the docker program's own settings.
func (m Machine) config() string {
	if dir := m.Getenv("DOCKER_CONFIG"); dir != "" {
		return dir
	}
	return filepath.Join(m.Home, ".docker")
}

// context reads one of the docker program's contexts; it keeps each in a folder
// named by the digest of its name.
func (m Machine) context(name string) (Address, error) {
	broken := func(err error) error {
		return model.Fail("engine_unsupported", fmt.Errorf("context %q: %w", name, err), "engine", name, "ways", "")
	}
	sum := sha256.Sum256([]byte(name))
	id := hex.EncodeToString(sum[:])
	data, err := readFile(filepath.Join(m.config(), "contexts", "meta", id, "meta.json"))
	if err != nil {
		return Address{}, broken(err)
	}
	var meta struct {
		Endpoints map[string]struct {
			Host          string
			SkipTLSVerify bool
		}
	}
	if err := json.Unmarshal(data, &meta); err != nil {
		return Address{}, broken(err)
	}
	end := meta.Endpoints["docker"]
	a, err := ParseAddress(end.Host)
	if err != nil {
		return Address{}, err
	}
	if dir := filepath.Join(m.config(), "contexts", "tls", id, "docker"); m.Exists(dir) {
		a.Certs, a.Trusting = dir, end.SkipTLSVerify
	}
	return a, nil
}

const maxConfig = 4 << 20

func readFile(path string) ([]byte, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !st.Mode().IsRegular() || st.Size() > maxConfig {
		return nil, fmt.Errorf("%s is no settings file", path)
	}
	return os.ReadFile(path)
}

// places are where engines answer unless they were told otherwise, in the
// order they are tried: what the user runs without special rights first.
func (m Machine) places() []string {
	if m.OS == "windows" {
		var out []string
		for _, pipe := range []string{"docker_engine", "dockerDesktopLinuxEngine", "podman-machine-default", "rancher_desktop"} {
			out = append(out, "npipe:////./pipe/"+pipe)
		}
		return out
	}
	var files []string
	run := m.Getenv("XDG_RUNTIME_DIR")
	if run == "" && m.OS == "linux" {
		run = fmt.Sprintf("/run/user/%d", m.UID)
	}
	if m.OS == "linux" {
		files = append(files, run+"/docker.sock") // Docker without root
	}
	colima := m.Getenv("COLIMA_HOME")
	if colima == "" {
		colima = m.Home + "/.colima"
	}
	files = append(files,
		"/var/run/docker.sock",
		m.Home+"/.docker/run/docker.sock",     // Docker Desktop on macOS
		m.Home+"/.docker/desktop/docker.sock", // and on Linux
		m.Home+"/.orbstack/run/docker.sock",
		m.Home+"/.rd/docker.sock", // Rancher Desktop
		colima+"/default/docker.sock",
		m.Home+"/.config/colima/default/docker.sock",
	)
	if m.OS == "linux" {
		files = append(files, run+"/podman/podman.sock", "/run/podman/podman.sock")
	} else {
		files = append(files, m.Home+"/.local/share/containers/podman/machine/podman.sock")
		if tmp := m.Getenv("TMPDIR"); tmp != "" {
			files = append(files, filepath.Join(tmp, "podman", "podman-machine-default-api.sock"))
		}
	}
	for i, f := range files {
		files[i] = "unix://" + f
	}
	return files
}

// socketPath is the file of a local address.
func socketPath(host string) string {
	if rest, ok := strings.CutPrefix(host, "npipe://"); ok {
		return strings.ReplaceAll(rest, "/", `\`)
	}
	return strings.TrimPrefix(host, "unix://")
}

// stopped names an engine that is installed although nothing answers.
func (m Machine) stopped() string {
	type sign struct{ name, path, program string }
	for _, s := range []sign{
		{"Docker Desktop", "/Applications/Docker.app", ""},
		{"Docker Desktop", `C:\Program Files\Docker\Docker\Docker Desktop.exe`, ""},
		{"Docker Desktop", "/opt/docker-desktop", ""},
		{"OrbStack", "/Applications/OrbStack.app", "orbctl"},
		{"Rancher Desktop", "/Applications/Rancher Desktop.app", "rdctl"},
		{"Colima", "", "colima"},
		{"Podman", "", "podman"},
		{"Docker", "", "dockerd"},
		{"Docker", "", "docker"},
	} {
		if s.path != "" && m.Exists(s.path) || s.program != "" && m.Program(s.program) {
			return s.name
		}
	}
	return ""
}
