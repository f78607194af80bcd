package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"toolbay/backend"
	"toolbay/backend/text"
)

func (c *cli) apps() *cobra.Command {
	var app string
	cmd := &cobra.Command{
		Use: "apps [APP]", Short: "The AI apps on this computer and the servers they have", Args: atMost(1, "name one app, or none for all"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				app = args[0]
			}
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			apps, err := b.Apps(cmd.Context(), app)
			if err != nil {
				return err
			}
			return c.print(apps, func(w io.Writer) {
				for _, a := range apps {
					mark := " "
					if a.Found {
						mark = "*"
					}
					fmt.Fprintf(w, "%s %-16s %s\n", mark, a.ID, a.Name)
					for _, f := range a.Files {
						fmt.Fprintf(w, "    %-10s %s\n", f.Health, f.Path)
					}
					for _, s := range a.Servers {
						fmt.Fprintf(w, "    - %s\n", s.Name)
					}
				}
			})
		},
	}
	cmd.Flags().StringVar(&app, "app", "", "only this app")
	return cmd
}

type connectFunc func(*backend.Backend, context.Context, backend.ConnectRequest) (backend.ChangeResult, error)

func (c *cli) connect() *cobra.Command {
	return c.connecting("connect APP SERVER…", "Give an app servers", (*backend.Backend).Connect)
}

func (c *cli) disconnect() *cobra.Command {
	return c.connecting("disconnect APP SERVER…", "Take servers out of an app", (*backend.Backend).Disconnect)
}

func (c *cli) connecting(use, short string, do connectFunc) *cobra.Command {
	var req backend.ConnectRequest
	cmd := &cobra.Command{
		Use: use, Short: short,
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			if req.App, req.Servers, err = appAndServers(req.App, args); err != nil {
				return err
			}
			if !slices.Contains([]string{"user", "project", "private"}, req.Scope) {
				return wrongUse("--scope is user, project or private")
			}
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			req.DryRun = c.dryRun
			res, err := do(b, cmd.Context(), req)
			if err != nil {
				return err
			}
			return c.printChange(res, text.Line("change.none"))
		},
	}
	f := cmd.Flags()
	f.StringVar(&req.App, "app", "", "the app")
	f.StringVar(&req.File, "file", "", "another file of the app's dialect")
	f.StringVar(&req.Scope, "scope", "user", "user, or for the folder you are in: project, or private for you alone")
	f.StringVar(&req.Profile, "profile", "", "the profile the entry is for")
	closingFlags(f, &req.Closing)
	return cmd
}

// printChange prints what became of files, and none where there are none.
func (c *cli) printChange(res backend.ChangeResult, none string) error {
	return c.print(res, func(w io.Writer) {
		for _, f := range res.Files {
			fmt.Fprintf(w, "%s\n%s", f.Shown, f.Diff)
		}
		if len(res.Files) == 0 {
			fmt.Fprintln(w, none)
		}
		for _, r := range res.Restart {
			fmt.Fprintf(w, "%s: %s\n", r.Name, r.Text)
		}
		tellWarnings(w, res.Warnings)
	})
}

func (c *cli) undo() *cobra.Command {
	var how backend.Closing
	cmd := &cobra.Command{
		Use: "undo [CHANGE]", Short: "Take back a change, the newest unless named", Args: atMost(1, "name one change, or none for the newest"),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			id := ""
			if len(args) == 1 {
				id = args[0]
			}
			if !c.dryRun {
				would, err := b.Undo(cmd.Context(), id, true)
				if err == nil {
					err = b.CloseFirst(cmd.Context(), restarted(would.Restart), how)
				}
				if err != nil {
					return err
				}
			}
			res, err := b.Undo(cmd.Context(), id, c.dryRun)
			if err != nil {
				return err
			}
			// A server may have come, gone or changed its version all the same.
			none := text.Line("undo.would")
			if !c.dryRun {
				changes, err := b.History(cmd.Context())
				if err != nil {
					return err
				}
				title := ""
				if at := slices.IndexFunc(changes, func(h backend.ChangeView) bool { return h.ID == res.Change }); at >= 0 {
					title = changes[at].Title
				}
				none = text.Line("undo.done", "title", title)
			}
			return c.printChange(res, none)
		},
	}
	closingFlags(cmd.Flags(), &how)
	return cmd
}

func (c *cli) history() *cobra.Command {
	return &cobra.Command{
		Use: "history", Short: "Every change Toolbay made to a file", Args: exactly(0, "history takes nothing"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			changes, err := b.History(cmd.Context())
			if err != nil {
				return err
			}
			return c.print(changes, func(w io.Writer) {
				for _, h := range changes {
					fmt.Fprintf(w, "%s  %s  %-10s %s\n", h.ID, h.Time.Local().Format("2006-01-02 15:04"), h.Kind, h.Title)
				}
			})
		},
	}
}

func (c *cli) diff() *cobra.Command {
	return &cobra.Command{
		Use: "diff CHANGE", Short: "What a change did to each file", Args: exactly(1, "name one change"),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			files, err := b.Diff(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return c.printChange(backend.ChangeResult{Change: args[0], Files: files, Restart: []backend.Restart{}, Warnings: []backend.Warning{}}, text.Line("change.no-files"))
		},
	}
}
