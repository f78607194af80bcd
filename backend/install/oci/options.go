package oci

import (
	"path"
	"strconv"
	"strings"

	"toolbay/backend/catalog/recipe"
	"toolbay/backend/model"
	"toolbay/backend/runtimes/engine"
)

// asked is what a listing asks of `docker run`.
type asked struct {
	c      model.Container
	env    map[string]string
	mounts []mounted
	// notes say what is left out.
	notes []string
}

// mounted is a folder, a file or a volume as the listing wants it seen.
type mounted struct {
	model.Mount
	// writing tells that the listing says so itself, reading that it forbids
	// writing.
	writing, reading bool
}

// The options of `docker run` that say nothing here: they are ours to decide,
// are done anyway, or take away what nobody is given. Of those with which a
// server may do otherwise the recipe warns.
var moot = words(`-i --interactive --rm --init --sig-proxy --pull --name -h --hostname --cap-drop -l --label --label-file
 --restart --log-driver --log-opt --expose -P --publish-all -p --publish --stop-signal --stop-timeout --cidfile --network-alias
 -a --attach --pids-limit --memory-swap --ulimit --no-healthcheck -q --quiet --read-only --oom-kill-disable`)

// Those that have no value, of all that may come.
var alone = words(`-i --interactive --rm --init --sig-proxy -P --publish-all --no-healthcheck -q --quiet --read-only --oom-kill-disable --privileged`)

func words(s string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(s) {
		m[w] = true
	}
	return m
}

// options reads a recipe's docker command line: run OPTIONS IMAGE TAIL. What
// would open the container to this computer is refused, what is not known too:
// a server must not get less or more than its listing says without a word.
// Error codes: image_refused, image_option, image_env_file.
func options(r recipe.Recipe) (*asked, error) {
	a := &asked{env: map[string]string{}}
	end := len(r.Args) - len(r.Tail) - 1
	if end < 1 {
		return a, nil
	}
	list := r.Args[1:end]
	for i := 0; i < len(list); i++ {
		name, value := list[i], ""
		if !alone[name] {
			if i++; i >= len(list) {
				return nil, model.Fail("image_option", nil, "what", name)
			}
			value = list[i]
		}
		if err := a.option(name, value); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func (a *asked) option(name, value string) error {
	refused := model.Fail("image_refused", nil, "what", strings.TrimSpace(name+" "+value))
	unknown := model.Fail("image_option", nil, "what", strings.TrimSpace(name+" "+value))
	switch name {
	case "-e", "--env":
		if key, v, ok := strings.Cut(value, "="); ok {
			a.env[key] = v
		}
	case "-v", "--volume":
		return a.volume(value)
	case "--mount":
		return a.mount(value)
	case "--tmpfs":
		target, _, _ := strings.Cut(value, ":")
		if !path.IsAbs(target) {
			return unknown
		}
		// A volume without a name goes with the container.
		a.mounts = append(a.mounts, mounted{Mount: model.Mount{Target: target, Writable: true, Volume: true}})
	case "-u", "--user":
		a.c.User = value
	case "-w", "--workdir":
		a.c.Workdir = value
	case "--entrypoint":
		if value != "" {
			a.c.Entrypoint = []string{value}
		}
	case "--platform":
		a.c.Platform = value
	case "--add-host":
		// The value is name:address; "host-gateway" is this computer.
		a.c.Hosts = append(a.c.Hosts, value)
	case "--network", "--net":
		switch {
		case value == "none" || value == "host":
			a.c.Network = value
		case value == "bridge" || value == "default" || value == "":
		case strings.HasPrefix(value, "container:"):
			return refused
		default:
			a.c.Network = value // one that the user has made
		}
	case "--cpus":
		n, err := strconv.ParseFloat(value, 64)
		if err != nil || !(n > 0 && n <= 1024) {
			return unknown
		}
		a.c.CPUs = n
	case "-m", "--memory":
		n, ok := megabytes(value)
		if !ok {
			return unknown
		}
		a.c.MemoryMB = n
	case "--shm-size":
		n, ok := megabytes(value)
		if !ok {
			return unknown
		}
		a.c.ShmMB = n
	case "--gpus":
		if !engine.GPUs(value) {
			return unknown
		}
		a.c.GPUs = value
	case "--env-file":
		return model.Fail("image_env_file", nil, "what", strings.TrimSpace(name+" "+value))
	case "--security-opt":
		if value != "no-new-privileges" && value != "no-new-privileges:true" && value != "no-new-privileges=true" {
			return refused
		}
	case "--ipc", "--pid", "--userns", "--uts", "--cgroupns":
		if value == "host" || strings.HasPrefix(value, "container:") {
			return refused
		}
	case "--privileged", "--cap-add", "--device", "--volumes-from", "--sysctl", "--group-add", "--runtime":
		return refused
	default:
		if !moot[name] {
			return unknown
		}
	}
	return nil
}

// volume reads SOURCE:TARGET[:MODE] or TARGET alone.
func (a *asked) volume(s string) error {
	unknown := model.Fail("image_option", nil, "what", "-v "+s)
	drive := ""
	if len(s) > 2 && letter(s[0]) && s[1] == ':' && (s[2] == '\\' || s[2] == '/') {
		drive, s = s[:2], s[2:] // the colon of a Windows path parts nothing
	}
	parts := split(s)
	parts[0] = drive + parts[0]
	m := mounted{}
	switch len(parts) {
	case 1:
		if drive != "" || !path.IsAbs(parts[0]) {
			return unknown
		}
		m.Target, m.Volume = parts[0], true
	case 2, 3:
		m.Source, m.Target = parts[0], inside(parts[1])
		m.Volume = named(m.Source)
		if len(parts) == 3 {
			for _, mode := range strings.Split(parts[2], ",") {
				m.reading, m.writing = m.reading || mode == "ro" || mode == "readonly", m.writing || mode == "rw"
			}
		}
	default:
		return unknown
	}
	return a.add(m, unknown)
}

// split parts at colons, but not at that of a Windows path in second place.
func split(s string) []string {
	parts := strings.Split(s, ":")
	if len(parts) > 2 && len(parts[1]) == 1 && letter(parts[1][0]) && strings.HasPrefix(parts[2], `\`) {
		parts = append([]string{parts[0], parts[1] + ":" + parts[2]}, parts[3:]...)
	}
	return parts
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// inside is a path as a container has it: C:\notes is /C/notes there, as in
// Docker's own catalogue.
func inside(p string) string {
	if len(p) > 2 && letter(p[0]) && p[1] == ':' && p[2] == '\\' {
		return "/" + p[:1] + strings.ReplaceAll(p[2:], `\`, "/")
	}
	return p
}

// named tells whether a source is a volume's name and no path.
func named(s string) bool { return s != "" && !strings.ContainsAny(s, `/\~`) && s != "." && s != ".." }

// mount reads type=bind,source=…,target=…,readonly.
func (a *asked) mount(s string) error {
	unknown := model.Fail("image_option", nil, "what", "--mount "+s)
	m, kind := mounted{}, "volume"
	for _, field := range strings.Split(s, ",") {
		key, value, has := strings.Cut(field, "=")
		switch strings.ToLower(strings.TrimSpace(key)) {
		case "type":
			kind = value
		case "source", "src":
			m.Source = value
		case "target", "dst", "destination":
			m.Target = inside(value)
		case "readonly", "ro":
			m.reading = !has || value == "true" || value == "1"
			m.writing = has && !m.reading
		case "bind-propagation", "consistency", "volume-nocopy", "tmpfs-size", "tmpfs-mode", "bind-nonrecursive":
		default:
			return unknown
		}
	}
	switch kind {
	case "bind":
	case "volume":
		if m.Volume = true; m.Source != "" && !named(m.Source) {
			return unknown
		}
	case "tmpfs":
		m.Volume, m.Source = true, ""
	default:
		return unknown
	}
	return a.add(m, unknown)
}

func (a *asked) add(m mounted, unknown error) error {
	if !path.IsAbs(m.Target) || path.Clean(m.Target) == "/" || !m.Volume && m.Source == "" {
		return unknown
	}
	if reachesEngine(m.Source) {
		return model.Fail("image_refused", nil, "what", m.Source)
	}
	if m.Volume {
		m.Writable = !m.reading
	}
	a.mounts = append(a.mounts, m)
	return nil
}

// folders tells whether something of this computer is to be seen.
func (a *asked) folders() bool {
	for _, m := range a.mounts {
		if !m.Volume {
			return true
		}
	}
	return false
}

// megabytes reads 512m, 2g, 1073741824.
func megabytes(s string) (int, bool) {
	s = strings.TrimSuffix(strings.ToLower(strings.TrimSpace(s)), "b")
	unit := int64(1)
	if s != "" {
		switch s[len(s)-1] {
		case 'k':
			unit = 1 << 10
		case 'm':
			unit = 1 << 20
		case 'g':
			unit = 1 << 30
		}
		if unit > 1 {
			s = s[:len(s)-1]
		}
	}
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil || n <= 0 || n > 1<<43/unit || n*unit < 6<<20 {
		return 0, false // an engine gives no less than 6 MB
	}
	return int(n * unit >> 20), true
}
