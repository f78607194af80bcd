package oci

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"toolbay/backend/catalog/recipe"
	"toolbay/backend/install"
	"toolbay/backend/model"
	"toolbay/backend/text"
)

// writePrefix begins the name of the question whether a server may change what
// is in a folder it is given.
const writePrefix = "write:"

// Inputs are the questions of a package that is an image: those of its listing,
// and behind each that names a folder or file to be mounted, whether the server
// may change what is in there. What nobody says yes to is mounted for reading.
func Inputs(p model.Package) []model.Input {
	inputs := recipe.Inputs(p)
	for _, name := range shared(p, inputs) {
		inputs = append(inputs, model.Input{Name: writePrefix + name, Format: "boolean", Default: "false"})
	}
	return inputs
}

// MayWrite gives the input whose folder a question of Inputs is about.
func MayWrite(name string) (input string, ok bool) { return strings.CutPrefix(name, writePrefix) }

// shared are the inputs whose answers become folders in the container that the
// listing does not call read-only itself: with a mark as the answer, they are
// the ones whose mark stands where a source does.
func shared(p model.Package, inputs []model.Input) []string {
	answers := map[string]string{}
	for _, in := range inputs {
		if !in.Secret && len(in.Choices) == 0 && in.Format != "number" && in.Format != "boolean" {
			answers[in.Name] = "/\x01" + in.Name + "\x01"
		}
	}
	a, err := options(recipe.Build(p, answers, recipe.Here()))
	if err != nil {
		return nil // the plan says why
	}
	var out []string
	for _, in := range inputs {
		for _, m := range a.mounts {
			if !m.Volume && !m.reading && answers[in.Name] != "" && strings.HasPrefix(m.Source, answers[in.Name]) {
				out = append(out, in.Name)
				break
			}
		}
	}
	return out
}

// needs is what the listing decides without asking, for a person to agree to.
func (a *asked) needs(title string) []model.Need {
	var out []model.Need
	risk := func(name, what string) {
		out = append(out, model.Need{Kind: "risk", Name: name, Text: what, Flag: "--accept-risk"})
	}
	out = append(append(out, a.networks(title)...), a.processors(title)...)
	for _, m := range a.mounts {
		if m.Volume || strings.Contains(m.Source, "${") {
			continue // a volume of the engine, or a folder that is still to be chosen
		}
		if m.writing {
			risk("mount-write", text.Line("need.mount-write", "title", title, "path", m.Source))
		} else {
			risk("mount-read", text.Line("need.mount-whole", "title", title, "path", m.Source))
		}
	}
	return out
}

// networks is what to agree to where a container would reach more than the
// outside. One that an answer names is known only with the answers.
func (a *asked) networks(title string) []model.Need {
	switch n := a.c.Network; {
	case n == "" || n == "none" || strings.Contains(n, "${"):
		return nil
	case n == "host":
		return []model.Need{{Kind: "risk", Name: "host-network", Text: text.Line("need.host-network", "title", title), Flag: "--accept-risk"}}
	default:
		return []model.Need{{Kind: "risk", Name: "network:" + n, Text: text.Line("need.network", "title", title, "network", n), Flag: "--accept-risk"}}
	}
}

// processors is what to agree to where a container gets graphics processors: its
// programs then speak to a driver of this computer, which is part of its system.
func (a *asked) processors(title string) []model.Need {
	if a.c.GPUs == "" {
		return nil
	}
	return []model.Need{{Kind: "risk", Name: "gpus", Text: text.Line("need.gpus", "title", title), Flag: "--accept-risk"}}
}

// container gives what is to be run, with each folder checked: only what the
// person chose is mounted, for reading unless they said more. A folder that
// holds keys, or that the listing or a pasted text chose, wants their word
// besides. Error codes:
// consent_needed, mount_refused, mount_missing.
func (a *asked) container(o install.Options, userHome, home string) (*model.Container, error) {
	c := a.c
	title := o.Server
	needs := append(a.networks(title), a.processors(title)...)
	for _, m := range a.mounts {
		if m.Volume {
			for _, name := range o.Recipe.Files {
				if m.Source != "" && o.Answers[name] == m.Source {
					// A folder was asked for; a bare word would become a volume.
					return nil, model.Fail("mount_missing", nil, "path", m.Source)
				}
			}
			m.Source = ownVolume(title, m.Source)
			c.Mounts = append(c.Mounts, m.Mount)
			continue
		}
		source, err := real(m.Source, userHome)
		if err != nil {
			return nil, err
		}
		m.Source = source
		if off(source, home) {
			return nil, model.Fail("mount_refused", nil, "path", source)
		}
		by, answered := chosenBy(o.Answers, o.Told, source, userHome)
		chosen := answered && !o.Told[by]
		m.Writable = !m.reading && (chosen && !o.Told[writePrefix+by] && truth(o.Answers[writePrefix+by]) || !answered && m.writing)
		if delicate(source, userHome) || !chosen {
			words := text.Line("need.mount-whole", "title", title, "path", source)
			if m.Writable {
				words = text.Line("need.mount-write", "title", title, "path", source)
			}
			needs = append(needs, model.Need{Kind: "risk", Name: "mount:" + source, Text: words, Flag: "--accept-risk"})
		}
		c.Mounts = append(c.Mounts, m.Mount)
	}
	if len(needs) > 0 && !o.Agreed {
		e := model.Fail("consent_needed", nil, "server", title)
		e.Needs = needs
		return nil, e
	}
	return &c, nil
}

// ownVolume is a volume's name with that of its server before it: a listing gets
// no volume that the user, another program or another server has. An id has no
// underscore, so no two servers meet in one name.
func ownVolume(server, name string) string {
	if name == "" {
		return "" // goes with the container
	}
	return "toolbay-" + server + "_" + name
}

// real is a source as the engine is told it: absolute, links followed, so that
// what was agreed to is what is mounted.
func real(source, userHome string) (string, error) {
	if rest, ok := strings.CutPrefix(source, "~"); ok && (rest == "" || rest[0] == '/' || rest[0] == '\\') && userHome != "" {
		source = userHome + rest
	}
	if strings.ContainsAny(source, "\n\r\x00") || !filepath.IsAbs(source) {
		return "", model.Fail("mount_missing", nil, "path", source)
	}
	path, err := filepath.EvalSymlinks(source)
	if err != nil {
		return "", model.Fail("mount_missing", err, "path", source)
	}
	st, err := os.Stat(path)
	if err != nil {
		return "", model.Fail("mount_missing", err, "path", source)
	}
	if !st.IsDir() && !st.Mode().IsRegular() {
		return "", model.Fail("mount_refused", nil, "path", source)
	}
	return path, nil
}

// chosenBy gives the input whose answer names a folder, one that the person
// answered before one that a text told.
func chosenBy(answers map[string]string, told map[string]bool, source, userHome string) (by string, ok bool) {
	for name, value := range answers {
		for _, line := range strings.Split(value, "\n") {
			if line == "" {
				continue
			}
			if path, err := real(line, userHome); err == nil && path == source {
				if !told[name] {
					return name, true
				}
				by, ok = name, true
			}
		}
	}
	return by, ok
}

func truth(s string) bool {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "true", "yes", "on", "1":
		return true
	}
	return false
}

// off tells of places that no server is ever given: the system's own, and
// Toolbay's, which has keys and what other servers are started with.
func off(path, home string) bool {
	if path == filepath.VolumeName(path)+string(filepath.Separator) || reachesEngine(path) {
		return true
	}
	if real, err := filepath.EvalSymlinks(home); err == nil && (within(path, real) || within(real, path) && filepath.Dir(real) != path) {
		return true
	}
	if within(path, "/run/media") && path != "/run/media" {
		return false // a disk that was put in
	}
	places := []string{"/proc", "/sys", "/dev", "/boot", "/etc", "/var/run", "/run", "/var/lib", "/usr", "/bin", "/sbin", "/lib", "/System", "/Library", "/private/etc", "/private/var/run"}
	if runtime.GOOS == "windows" {
		places = []string{os.Getenv("SystemRoot"), os.Getenv("ProgramData"), os.Getenv("ProgramFiles")}
	}
	for _, p := range places {
		if p != "" && within(path, p) {
			return true
		}
	}
	return false
}

// secretPlaces are names of folders and files that hold keys and passwords.
// Docker's own gateway never mounts them; here a person may say so.
var secretPlaces = words(`.ssh .gnupg .aws .azure .kube .docker .config .netrc .npmrc .pypirc .password-store .mozilla .thunderbird .git-credentials
 .pki .terraform.d .bash_history .zsh_history Keychains AppData id_rsa id_ed25519 id_ecdsa .env .claude.json .claude .codex .gemini .cursor`)

// delicate tells whether a place holds keys, or everything a person has.
func delicate(path, userHome string) bool {
	if real, err := filepath.EvalSymlinks(userHome); err == nil && within(real, path) {
		return true // the home folder, or what is above it
	}
	for _, part := range strings.Split(filepath.ToSlash(path), "/") {
		if secretPlaces[part] {
			return true
		}
	}
	return false
}

// within tells whether path is dir or in it.
func within(path, dir string) bool {
	rel, err := filepath.Rel(dir, path)
	return err == nil && (rel == "." || rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator)))
}

// reachesEngine tells of a socket through which a container would command the
// engine, and with it this computer.
func reachesEngine(source string) bool {
	base := strings.ToLower(source[strings.LastIndexAny(source, `/\`)+1:])
	return base == "docker.sock" || base == "podman.sock" || base == "containerd.sock" || base == "crio.sock" || strings.Contains(strings.ToLower(source), `\\.\pipe\`) || strings.HasPrefix(source, "//./pipe/")
}
