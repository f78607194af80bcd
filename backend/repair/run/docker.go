package run

import (
	"slices"
	"strings"

	"toolbay/backend/repair/finding"
)

// withValue are the flags of "docker run" that take the next word.
var withValue = map[string]bool{
	"-e": true, "--env": true, "--env-file": true, "-v": true, "--volume": true, "-p": true, "--publish": true, "--name": true,
	"--network": true, "--net": true, "-w": true, "--workdir": true, "-u": true, "--user": true, "--entrypoint": true, "--mount": true,
	"-l": true, "--label": true, "--add-host": true, "--platform": true, "--pull": true, "-m": true, "--memory": true, "--cpus": true,
	"--gpus": true, "-h": true, "--hostname": true, "--restart": true, "--device": true, "--cap-add": true, "--cap-drop": true,
	"--security-opt": true, "--tmpfs": true, "--ulimit": true, "--dns": true, "--log-driver": true, "--log-opt": true, "--shm-size": true,
	"--userns": true, "--ipc": true, "--pid": true, "--runtime": true, "--stop-timeout": true, "--cidfile": true, "--link": true,
	"--expose": true, "--group-add": true, "-a": true, "--attach": true, "--pids-limit": true, "--memory-swap": true, "--ip": true,
	"--network-alias": true, "--stop-signal": true, "--annotation": true, "--cgroupns": true, "--volumes-from": true, "--domainname": true,
}

// container is a "docker run" within an entry's arguments.
type container struct {
	first, image int // of the flags, and of the image's name (or the end)
	interactive  bool
	passed       map[string]bool // variables
	anyEnv       bool            // a file with variables
	// bad are the places of flags that keep the app from talking to it.
	bad []int
}

func (c *check) docker(e *entry) {
	program, from, inShell := e.program()
	if program != "docker" && program != "podman" && program != "nerdctl" || inShell && base(e.command) != "cmd" || from > len(e.args) {
		return
	}
	first := from
	for first < len(e.args) && strings.HasPrefix(e.args[first], "-") {
		if !strings.Contains(e.args[first], "=") && slices.Contains([]string{"-H", "--host", "-c", "--context", "--config", "-l", "--log-level"}, e.args[first]) {
			first++
		}
		first++
	}
	if first < len(e.args) && e.args[first] == "container" {
		first++
	}
	if first >= len(e.args) || e.args[first] != "run" && e.args[first] != "exec" {
		return
	}
	isRun := e.args[first] == "run"
	r := readRun(e.args, first+1)
	if !r.interactive || len(r.bad) > 0 {
		c.report(e, "RT_DOCKER_FLAGS", func(f *finding.Finding) {
			f.Pointer = e.pointer + pointer("args")
			args := slices.Clone(e.args)
			if r.image == len(args) {
				f.Fix = finding.Never // the image is not named
				return
			}
			f.Args["flags"] = strings.Join(mended(args, r), " ")
			e.setArgs(f, withFlags(args, r))
		})
		r = readRun(e.args, first+1)
	}
	var missing []string
	if isRun && !r.anyEnv {
		for _, v := range e.env {
			if !r.passed[v.name] && !ofDocker(v.name) && v.value != "" {
				missing = append(missing, v.name)
			}
		}
	}
	if len(missing) == 0 {
		return
	}
	c.report(e, "RT_DOCKER_ENV_NOT_PASSED", func(f *finding.Finding) {
		f.Pointer = e.pointer + pointer("args")
		f.Args["name"], f.Args["names"] = missing[0], strings.Join(missing, ", ")
		if r.image == len(e.args) {
			f.Fix = finding.Never
			return
		}
		var words []string
		for _, name := range missing {
			words = append(words, "-e", name)
		}
		e.setArgs(f, slices.Insert(slices.Clone(e.args), r.image, words...))
	})
}

// readRun reads the flags from a place on.
func readRun(args []string, at int) container {
	r := container{first: at, image: len(args), passed: map[string]bool{}}
	for i := at; i < len(args); i++ {
		a := args[i]
		if a == "--" && i+1 < len(args) {
			r.image = i + 1
			break
		}
		if !strings.HasPrefix(a, "-") || a == "-" {
			r.image = i
			break
		}
		name, value, has := strings.Cut(a, "=")
		if !has && withValue[a] && i+1 < len(args) {
			i++
			value = args[i]
		}
		switch {
		case name == "-e" || name == "--env":
			variable, _, _ := strings.Cut(value, "=")
			r.passed[variable] = true
		case name == "--env-file":
			r.anyEnv = true
		case name == "--interactive":
			r.interactive = r.interactive || value != "false"
		case name == "--detach" && value != "false", name == "--tty" && value != "false":
			r.bad = append(r.bad, i)
		case strings.HasPrefix(a, "-e") && !strings.HasPrefix(a, "--") && len(a) > 2 && strings.ToUpper(a[2:3]) == a[2:3]:
			variable, _, _ := strings.Cut(a[2:], "=")
			r.passed[variable] = true
		case short(a):
			r.interactive = r.interactive || strings.Contains(a, "i")
			if strings.ContainsAny(a, "dt") {
				r.bad = append(r.bad, i)
			}
		}
	}
	return r
}

// short is a run of flags of one letter without values.
func short(a string) bool {
	return len(a) > 1 && a[1] != '-' && strings.Trim(a[1:], "idtPqa") == ""
}

// withFlags takes away what detaches the container and gives it an input.
func withFlags(args []string, r container) []string {
	out := slices.Clone(args[:r.first])
	given := r.interactive
	if !given {
		out = append(out, "-i")
	}
	for i := r.first; i < len(args); i++ {
		if !slices.Contains(r.bad, i) {
			out = append(out, args[i])
			continue
		}
		if rest := strings.Map(func(c rune) rune {
			if c == 'd' || c == 't' {
				return -1
			}
			return c
		}, args[i][1:]); short(args[i]) && rest != "" {
			out = append(out, "-"+rest)
		}
	}
	return out
}

// mended names the flags that are wrong, for the words.
func mended(args []string, r container) []string {
	var flags []string
	for _, i := range r.bad {
		flags = append(flags, args[i])
	}
	if !r.interactive {
		flags = append(flags, "-i")
	}
	return flags
}

// ofDocker are variables for docker itself and for finding it.
func ofDocker(name string) bool {
	switch up := strings.ToUpper(name); up {
	case "PATH", "HOME", "USER", "LANG", "TMPDIR", "TEMP", "TMP", "SHELL", "XDG_RUNTIME_DIR", "SYSTEMROOT", "PROGRAMDATA", "PROGRAMFILES", "LOCALAPPDATA", "APPDATA", "USERPROFILE", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY":
		return true
	default:
		return strings.HasPrefix(up, "DOCKER_") || strings.HasPrefix(up, "PODMAN_") || strings.HasPrefix(up, "CONTAINER_") || strings.HasPrefix(up, "BUILDKIT_")
	}
}
