package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"toolbay/backend/catalog/recipe"
	"toolbay/backend/catalog/source/starter"
	"toolbay/backend/install"
	"toolbay/backend/install/npm"
	"toolbay/backend/job"
	"toolbay/backend/launch"
	"toolbay/backend/model"
	"toolbay/backend/probe"
	"toolbay/backend/runtimes"
)

// patience is how long one server may take to install, and then to answer.
const (
	patience = 6 * time.Minute
	hello    = 60 * time.Second
)

// workshop installs and starts servers in a home of its own.
type workshop struct {
	home, user, folder string
	npm                *npm.Installer
}

func newWorkshop(dir string) (*workshop, error) {
	w := &workshop{
		home: filepath.Join(dir, "toolbay"), user: filepath.Join(dir, "user"), folder: filepath.Join(dir, "user", "Documents"),
	}
	for _, d := range []string{w.home, w.folder} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, err
		}
	}
	w.npm = &npm.Installer{Home: w.home, Nodes: &runtimes.Nodes{Home: w.home}}
	return w, nil
}

// start installs an entry's npm package, asks it for its tools and takes it
// away again.
func (w *workshop) start(ctx context.Context, e starter.Entry) (model.Probe, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	plan, err := w.npm.Plan(ctx, e.Packages[0])
	if err != nil {
		return model.Probe{}, err
	}
	id := e.Key[:min(len(e.Key), 20)]
	done, err := w.npm.Install(ctx, plan, install.Options{Server: id}, job.Silent)
	if err != nil {
		return model.Probe{}, err
	}
	defer w.npm.Remove(done.Dir)

	r := recipe.Build(e.Packages[0], w.answers(e.Packages[0]), recipe.Here())
	spec := launch.Spec{
		Server: id, Command: done.Command, Args: slices.Concat(done.Args, r.Tail), Dir: done.Dir,
		Env: r.Env, SecretEnv: r.SecretEnv, Secrets: r.Secrets,
	}
	if done.Node != "" {
		spec.Path = []string{filepath.Dir(done.Node)}
	}
	made := map[string]string{}
	for _, name := range r.Secrets {
		made[name] = "startercheck"
	}
	command, err := launch.Prepare(w.home, spec, "", made, w.env())
	if err != nil {
		return model.Probe{}, err
	}
	return probe.Run(ctx, probe.Command{
		Path: command.Path, Args: command.Args, Env: command.Env, Dir: command.Dir, Hide: command.Hide,
	}, probe.Options{Timeout: hello}), nil
}

// answers fills in what a package asks for, as far as it must be.
func (w *workshop) answers(p model.Package) map[string]string {
	out := map[string]string{}
	for _, in := range recipe.Inputs(p) {
		switch {
		case !in.Required || in.Default != "":
		case in.Secret:
			out[in.Name] = recipe.SecretMark(in.Name)
		case in.Format == "folder":
			out[in.Name] = w.folder
		case len(in.Choices) > 0:
			out[in.Name] = in.Choices[0]
		default:
			out[in.Name] = "startercheck"
		}
	}
	return out
}

// env is what apps leave of the environment, with an empty home.
func (w *workshop) env() []string {
	return launch.AppEnvironment(func(name string) string {
		switch name {
		case "HOME", "USERPROFILE":
			return w.user
		case "APPDATA", "LOCALAPPDATA":
			return filepath.Join(w.user, name)
		}
		return os.Getenv(name)
	})
}

// exists asks the package's own client for exactly this version.
func exists(ctx context.Context, p model.Package) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	switch p.Type {
	case "npm":
		out, err := exec.CommandContext(ctx, "npm", "view", p.Identifier+"@"+p.Version, "version").Output()
		if err != nil {
			return fmt.Errorf("npm does not know it: %w", said(err))
		}
		if strings.TrimSpace(string(out)) != p.Version {
			return fmt.Errorf("npm knows no version %s", p.Version)
		}
	case "pypi":
		out, err := exec.CommandContext(ctx, "python3", "-m", "pip", "index", "versions", "--ignore-requires-python", p.Identifier).Output()
		if err != nil {
			return fmt.Errorf("pip does not know it: %w", said(err))
		}
		for _, word := range strings.FieldsFunc(string(out), func(r rune) bool { return strings.ContainsRune(" ,()\n", r) }) {
			if word == p.Version {
				return nil
			}
		}
		return fmt.Errorf("pip knows no version %s", p.Version)
	default:
		return fmt.Errorf("no client to ask about %s", p.Type)
	}
	return nil
}

// said adds what a program printed to its error.
func said(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) && len(exit.Stderr) > 0 {
		return fmt.Errorf("%w: %s", err, oneLine(lastOf(string(exit.Stderr)), 200))
	}
	return err
}
