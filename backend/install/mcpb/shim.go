package mcpb

import (
	"errors"
	"path"
	"strings"

	"toolbay/backend/catalog/command"
	"toolbay/backend/model"
)

// Most bundles bring no program, only a line as "npx -y notes-mcp@1.2". What
// they start then comes from a package registry at each start, and may be
// another release each time. Here it is installed once, as a package of that
// registry would be, and the line's own arguments follow.

// shimOf reads such a line: the package it starts, and the arguments that are
// the server's own. Codes: bundle_container for one that starts a container,
// bundle_elsewhere for a bridge to a server elsewhere, bundle_line where no
// release can be pinned.
func shimOf(program string, args []string) (pkg model.Package, tail []string, err error) {
	if program == "docker" || program == "podman" {
		return pkg, nil, model.Fail("bundle_container", nil, "image", imageOf(program, args))
	}
	// The shortest beginning that names a package is the registry's program's
	// part of the line.
	for n := 1; n <= len(args); n++ {
		p, perr := command.Package(command.Line{Command: program, Args: args[:n]})
		if perr != nil {
			err = perr
			continue
		}
		switch p.Type {
		case "npm", "pypi":
			return p, args[n:], nil
		case "remote":
			return pkg, nil, model.Fail("bundle_elsewhere", nil, "address", p.URL)
		}
		err = errors.New("package of type " + p.Type)
		break
	}
	if err == nil {
		err = errors.New("nothing follows")
	}
	return pkg, nil, model.Fail("bundle_line", err, "line", lineOf(program, args))
}

// imageOf names the image that a line starts, "" where it is not understood.
func imageOf(program string, args []string) string {
	for n := 1; n <= len(args); n++ {
		p, err := command.Package(command.Line{Command: program, Args: args[:n], Typed: true})
		if err == nil && p.Type == "oci" {
			return p.Identifier
		}
	}
	return ""
}

// lineOf shows a command as a person would type it, not longer than can be
// read.
func lineOf(program string, args []string) string {
	line := strings.Join(append([]string{program}, args...), " ")
	if r := []rune(line); len(r) > 200 {
		line = string(r[:199]) + "…"
	}
	return line
}

// program is a command's name without folder and ending: "C:\py\python3.11.exe"
// is python3.11.
func program(cmd string) string {
	name := strings.ToLower(path.Base(strings.ReplaceAll(cmd, `\`, "/")))
	for _, end := range []string{".exe", ".cmd", ".bat"} {
		name = strings.TrimSuffix(name, end)
	}
	return name
}
