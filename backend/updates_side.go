package backend

import (
	"path/filepath"
	"sort"
	"strings"

	"toolbay/backend/install/mcpb"
	"toolbay/backend/launch"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
	"toolbay/backend/update"
)

// side is what a server is compared by.
func (b *Backend) side(s model.Server) update.Side {
	x := update.Side{Version: s.Version, Publisher: s.Publisher, Signer: s.Signer, Command: b.commandLines(s)}
	if s.Package.Type == "mcpb" {
		x.Maker = mcpb.Maker(s.Dir)
	}
	if s.Probe != nil && s.Probe.OK {
		x.Tried, x.Tools, x.Fingerprint = true, s.Probe.Tools, s.Probe.Fingerprint
	}
	for _, i := range s.Inputs {
		in := i.Input
		in.Description = about(i.Input)
		x.Inputs = append(x.Inputs, in)
	}
	return x
}

// commandLines says what is started, line by line, in words that stay the same
// as long as it is the same: without the folder of the version, the version of
// the program that runs it, and what the user answered.
func (b *Backend) commandLines(s model.Server) []string {
	spec := specOf(s)
	tidy := func(v string) string {
		if s.Dir != "" {
			v = strings.ReplaceAll(v, s.Dir, ".")
		}
		return runtimeFolder().ReplaceAllString(filepath.ToSlash(v), "$1")
	}
	var out []string
	if spec.Command != "" {
		program := tidy(spec.Command)
		if !strings.HasPrefix(program, "./") {
			program = strings.TrimSuffix(filepath.Base(spec.Command), ".exe")
		}
		out = append(out, program)
	}
	for _, a := range spec.Args {
		out = append(out, tidy(a))
	}
	asked := map[string]bool{}
	for _, i := range s.Inputs {
		asked[i.Name] = true
	}
	var env []string
	for name, v := range spec.Env {
		if !asked[name] {
			env = append(env, name+"="+tidy(v))
		}
	}
	for name, v := range spec.SecretEnv {
		if !asked[name] {
			env = append(env, name+"="+v)
		}
	}
	sort.Strings(env)
	out = append(out, env...)
	out = append(out, containerLines(spec)...)
	if spec.Remote != nil {
		out = append(out, spec.Remote.URL)
	}
	return out
}

// runtimeFolder is the place of a program that runs servers, in which its
// version stands.
var runtimeFolder = pattern.New(`[^ =:;]*/runtimes/(?:python/)?([a-z]+)-[^/ :;]+`)

// containerLines says what image runs and what it sees of this computer.
func containerLines(spec launch.Spec) (out []string) {
	c := spec.Container
	if c == nil {
		return nil
	}
	for _, one := range imagesOf(c) {
		image, _, _ := strings.Cut(one.Image, "@")
		if at := strings.LastIndex(image, ":"); at > strings.LastIndex(image, "/") {
			image = image[:at]
		}
		out = append(out, image)
	}
	for _, t := range c.Tools {
		out = append(append(out, t.Name+": "+strings.Join(t.Command, " "), "user="+t.User), t.Volumes...)
	}
	out = append(out, c.Entrypoint...)
	out = append(out, "user="+c.User, "network="+c.Network)
	out = append(out, c.Hosts...)
	for _, m := range c.Mounts {
		mode := ":ro"
		if m.Writable {
			mode = ":rw"
		}
		out = append(out, m.Source+":"+m.Target+mode)
	}
	if !c.ReadOnly {
		out = append(out, "writable")
	}
	return out
}
