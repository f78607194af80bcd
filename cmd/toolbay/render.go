package main

import (
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"toolbay/backend"
)

func (c *cli) render() *cobra.Command {
	var req backend.RenderRequest
	cmd := &cobra.Command{
		Use: "render SERVER --app APP", Short: "Show the entry an app would be given, for any system", Args: exactly(1, "name one server"),
		RunE: func(cmd *cobra.Command, args []string) error {
			req.Server = args[0]
			switch {
			case req.App == "":
				return wrongUse("name the app with --app")
			case req.OS != "" && !slices.Contains([]string{"linux", "darwin", "windows"}, req.OS):
				return wrongUse("--os is linux, darwin or windows")
			case !slices.Contains([]string{"user", "private", "project"}, req.Scope):
				return wrongUse("--scope is user, private or project")
			case req.Home != "" && req.OS == "":
				return wrongUse("--home is for another computer: name its system with --os")
			}
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			r, err := b.Render(cmd.Context(), req)
			if err != nil {
				return err
			}
			return c.print(r, func(w io.Writer) {
				fmt.Fprintf(w, "%s\n%s\n\n%s", r.Path, r.Pointer, r.Text)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&req.App, "app", "", "the app")
	f.StringVar(&req.OS, "os", "", "linux, darwin or windows; else this computer")
	f.StringVar(&req.Scope, "scope", "user", "user, private or project")
	f.StringVar(&req.File, "file", "", "another file of the app's dialect")
	f.StringVar(&req.ProjectDir, "project", "", "the project's folder, else the one you are in")
	f.StringVar(&req.Home, "home", "", "the home folder on the system of --os, else an invented one")
	f.StringVar(&req.Profile, "profile", "", "the profile the entry is for")
	return cmd
}
