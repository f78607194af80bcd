package mcpb

import (
	"context"
	"fmt"
	"io/fs"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"toolbay/backend/bundle"
	"toolbay/backend/catalog/recipe"
	"toolbay/backend/install"
	"toolbay/backend/model"
)

// What a bundle's server runs on.
const (
	onNode    = "node"    // a Node.js that Toolbay found or fetched
	onPython  = "python"  // a Python environment of the server's own
	onProgram = "program" // a program in the bundle
	onFound   = "found"   // a program of this computer
	onPackage = "package" // a package that the bundle only names
)

// start is how a bundle's server is started once it is installed.
type start struct {
	on string
	// args follow the program, as templates.
	args []string
	// file is the program's place in the bundle, or on this computer.
	file string
	// engines is the range of Node.js versions.
	engines string
	// env are variables besides the bundle's, as templates.
	env map[string]string
	// python is the environment to be made; its folders are places in the
	// bundle.
	python Environment
	// command is a program of the environment to start instead of its Python.
	command string
	// project is the bundle's own code where that is a project, nil for none.
	project *project
	// other is what is planned for the package that the bundle names.
	other install.Plan
}

// dirname stands for the bundle's folder in templates.
const dirname = "${__dirname}"

// howToStart decides what a bundle's server runs on and adds to the plan what
// has to be fetched for that. Codes: bundle_container, bundle_elsewhere,
// bundle_line, bundle_program, node_not_offered and those of the kinds that a
// bundle's packages go through.
func (in *Installer) howToStart(ctx context.Context, l bundle.Launch, m bundle.Manifest, files fs.FS, plan *install.Plan) (start, error) {
	s := start{args: l.Args, env: map[string]string{}}
	name := program(l.Command)
	switch {
	case l.Program != "":
		script := dirname + "/" + l.Program
		switch strings.ToLower(path.Ext(l.Program)) {
		case ".js", ".mjs", ".cjs":
			s.on, s.args = onNode, append([]string{script}, l.Args...)
		case ".py":
			s.on, s.args = onPython, append([]string{script}, l.Args...)
		default:
			s.on, s.file = onProgram, l.Program
		}
	case l.Runner == "node":
		s.on = onNode
	case l.Runner == "python":
		s.on = onPython
	case l.Runner == "uv" && l.Entry != "":
		if err := s.uv(l.Args, files); err != nil {
			return start{}, err
		}
	case slices.Contains([]string{"npx", "bunx", "pnpx", "npm", "pnpm", "yarn", "uv", "uvx", "pipx", "docker", "podman"}, name) && name == strings.ToLower(l.Command):
		return in.named(ctx, name, l.Args, plan)
	default:
		return in.found(l)
	}
	switch s.on {
	case onNode:
		return s, in.planNode(ctx, &s, m, plan)
	case onPython:
		return s, in.planPython(ctx, &s, m, l, files, plan)
	}
	return s, nil
}

func (in *Installer) planNode(ctx context.Context, s *start, m bundle.Manifest, plan *install.Plan) error {
	s.engines = npmRange(m.Runtimes["node"])
	plan.Engines = s.engines
	_, err := in.Nodes.Find(ctx, s.engines)
	if model.Code(err) != "node_missing" {
		return err
	}
	d, err := in.Nodes.Offer(s.engines)
	if err != nil {
		return err
	}
	d = in.Nodes.Measure(ctx, d)
	plan.Node = &d
	return nil
}

// named plans the package that a line starts: that is where the code comes
// from.
func (in *Installer) named(ctx context.Context, name string, args []string, plan *install.Plan) (start, error) {
	pkg, tail, err := shimOf(name, args)
	if err != nil {
		return start{}, err
	}
	kind, ok := in.Others[pkg.Type]
	if !ok {
		return start{}, model.Fail("package_type_later", nil, "type", pkg.Type)
	}
	other, err := kind.Plan(ctx, pkg)
	if err != nil {
		return start{}, err
	}
	plan.Node, plan.Engines, plan.Scripts = other.Node, other.Engines, other.Scripts
	plan.Runs = append([]model.Package{other.Package}, other.Runs...)
	plan.Fetch = append(append([]install.Fetch{}, other.Fetch...), install.Fetch{
		Name: pkg.Type + "-code", Version: strings.TrimSpace(other.Package.Identifier + " " + other.Package.Version), Size: other.Size,
	})
	return start{on: onPackage, args: tail, env: map[string]string{}, other: other}, nil
}

// bin names the program that the line picks of its package, "" for its own
// choice.
func (s start) bin() string { return recipe.Build(s.other.Package, nil, recipe.Here()).Bin }

// found takes a program of this computer that the person agreed to.
func (in *Installer) found(l bundle.Launch) (start, error) {
	cmd := l.Command
	if !filepath.IsAbs(cmd) {
		look := in.LookPath
		if look == nil {
			look = exec.LookPath
		}
		p, err := look(cmd)
		if err == nil && !filepath.IsAbs(p) {
			err = fmt.Errorf("found at %s", p)
		}
		if err != nil {
			return start{}, model.Fail("bundle_program", err, "program", lineOf(cmd, nil))
		}
		cmd = p
	}
	return start{on: onFound, args: l.Args, file: cmd, env: map[string]string{}}, nil
}
