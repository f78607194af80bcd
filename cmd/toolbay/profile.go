package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"toolbay/backend"
	"toolbay/backend/text"
)

func (c *cli) profile() *cobra.Command {
	cmd := &cobra.Command{
		Use: "profile", Short: "Sets of servers, and switching from one to another",
		Args: exactly(0, "profile COMMAND: create, list, show, rename, duplicate, delete, add, remove, set, tools, apps, switch, link, unlink, export or import"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if c.json {
				return wrongUse("no command given")
			}
			return cmd.Help()
		},
	}
	cmd.AddCommand(
		c.profileList(), c.profileShow(), c.profileCreate(), c.profileRename(), c.profileDuplicate(), c.profileDelete(),
		c.profileServers("add SERVER…", "Put installed servers into a profile", (*backend.Backend).AddToProfile),
		c.profileServers("remove SERVER…", "Take servers out of a profile; they stay installed", (*backend.Backend).RemoveFromProfile),
		c.profileSet(), c.profileTools(), c.profileApps(), c.profileSwitch(),
		c.profileLink(), c.profileUnlink(), c.profileExport(), c.profileImport(),
	)
	return cmd
}

func (c *cli) profileList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "Your profiles", Args: exactly(0, "profile list takes nothing"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			all, err := b.Profiles(cmd.Context())
			if err != nil {
				return err
			}
			return c.print(all, func(w io.Writer) {
				for _, p := range all {
					mark := " "
					if p.Active {
						mark = "*"
					}
					fmt.Fprintf(w, "%s %-20s %-24s %3d  %s\n", mark, p.ID, p.Name, len(p.Servers), strings.Join(p.Apps, ", "))
				}
			})
		},
	}
}

func (c *cli) profileShow() *cobra.Command {
	return &cobra.Command{
		Use: "show [PROFILE]", Short: "What is in a profile, and how much room it takes in each app", Args: atMost(1, "name one profile, or none for the one in use"),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			d, err := b.ShowProfile(cmd.Context(), strings.Join(args, ""))
			if err != nil {
				return err
			}
			return c.print(d, func(w io.Writer) {
				fmt.Fprintf(w, "%s (%s)\n", d.Name, d.ID)
				for _, s := range d.Contents {
					fmt.Fprintf(w, "  %-20s %s\n", s.Server, strings.Join(s.Apps, ", "))
					for _, name := range slices.Sorted(maps.Keys(s.Answers)) {
						fmt.Fprintf(w, "    %s = %s\n", name, s.Answers[name])
					}
					for _, name := range s.Keys {
						fmt.Fprintf(w, "    %s: %s\n", name, text.Line("key.set"))
					}
					if !s.AllTools {
						fmt.Fprintf(w, "    %s\n", text.Line("profile.tools", "tools", strings.Join(s.Tools, ", ")))
					}
				}
				tellRoom(w, d.Room)
				tellWarnings(w, d.Warnings)
			})
		},
	}
}

func tellRoom(w io.Writer, room []backend.AppRoom) {
	for _, r := range room {
		line := "profile.room"
		if r.Limit > 0 {
			line = "profile.room.limit"
		}
		fmt.Fprintln(w, text.Line(line, "app", r.Name, "tools", fmt.Sprint(r.Tools), "limit", fmt.Sprint(r.Limit), "tokens", fmt.Sprint(r.Tokens)))
	}
}

func tellWarnings(w io.Writer, list []backend.Warning) {
	for _, x := range list {
		fmt.Fprintln(w, "!", x.Text)
	}
}

func (c *cli) profileCreate() *cobra.Command {
	return c.profileChange("create NAME", "Make an empty profile", 1, "give it one name", func(b *backend.Backend, ctx context.Context, args []string) (backend.ProfileResult, error) {
		return b.CreateProfile(ctx, args[0], "", c.dryRun)
	})
}

func (c *cli) profileDuplicate() *cobra.Command {
	return c.profileChange("duplicate PROFILE NAME", "Make a profile that begins as a copy of another", 2, "name a profile and give the new one a name", func(b *backend.Backend, ctx context.Context, args []string) (backend.ProfileResult, error) {
		return b.CreateProfile(ctx, args[1], args[0], c.dryRun)
	})
}

func (c *cli) profileRename() *cobra.Command {
	return c.profileChange("rename PROFILE NAME", "Give a profile another name", 2, "name a profile and give the new name", func(b *backend.Backend, ctx context.Context, args []string) (backend.ProfileResult, error) {
		return b.RenameProfile(ctx, args[0], args[1], c.dryRun)
	})
}

func (c *cli) profileDelete() *cobra.Command {
	return c.profileChange("delete PROFILE", "Delete a profile that is not in use; undo brings it back", 1, "name one profile", func(b *backend.Backend, ctx context.Context, args []string) (backend.ProfileResult, error) {
		return b.DeleteProfile(ctx, args[0], c.dryRun)
	})
}

// profileChange is a change of a profile that needs nothing but words.
func (c *cli) profileChange(use, short string, n int, what string, do func(*backend.Backend, context.Context, []string) (backend.ProfileResult, error)) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: exactly(n, what),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			res, err := do(b, cmd.Context(), args)
			if err != nil {
				return err
			}
			return c.printProfile(res, "profile.made")
		},
	}
}

// printProfile tells what became of a profile, and of the apps' files with it.
func (c *cli) printProfile(res backend.ProfileResult, done string) error {
	return c.print(res, func(w io.Writer) {
		for _, f := range res.Files {
			fmt.Fprintf(w, "%s\n%s", f.Shown, f.Diff)
		}
		switch {
		case c.dryRun:
			fmt.Fprintln(w, text.Line("profile.would"))
		case res.Change == "":
			fmt.Fprintln(w, text.Line("profile.none"))
		default:
			fmt.Fprintln(w, text.Line(done, "name", res.Name))
		}
		for _, r := range res.Restart {
			fmt.Fprintf(w, "%s: %s\n", r.Name, r.Text)
		}
		tellRoom(w, res.Room)
		tellWarnings(w, res.Warnings)
	})
}

// profileFlags are those of every change of what is in a profile.
func profileFlags(cmd *cobra.Command, req *backend.ProfileEdit) {
	cmd.Flags().StringVar(&req.Profile, "profile", "", "the profile; without it the one in use")
	skipFlag(cmd, req)
}

func skipFlag(cmd *cobra.Command, req *backend.ProfileEdit) {
	cmd.Flags().StringArrayVar(&req.Skip, "skip", nil, "an app to leave as it is")
	closingFlags(cmd.Flags(), &req.Closing)
}

type profileServersFunc func(*backend.Backend, context.Context, backend.ProfileEdit, []string) (backend.ProfileResult, error)

func (c *cli) profileServers(use, short string, do profileServersFunc) *cobra.Command {
	var req backend.ProfileEdit
	cmd := &cobra.Command{
		Use: use, Short: short, Args: atLeast(1, "name at least one server"),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			req.DryRun = c.dryRun
			res, err := do(b, cmd.Context(), req, args)
			if err != nil {
				return err
			}
			return c.printProfile(res, "profile.made")
		},
	}
	profileFlags(cmd, &req)
	return cmd
}

func (c *cli) profileApps() *cobra.Command {
	var req backend.ProfileEdit
	var none bool
	cmd := &cobra.Command{
		Use: "apps APP… | --none", Short: "Say which apps get a profile's servers",
		RunE: func(cmd *cobra.Command, args []string) error {
			if none == (len(args) > 0) {
				return wrongUse("name the apps that get the servers, or --none")
			}
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			req.DryRun = c.dryRun
			res, err := b.ProfileApps(cmd.Context(), req, args)
			if err != nil {
				return err
			}
			return c.printProfile(res, "profile.made")
		},
	}
	profileFlags(cmd, &req)
	cmd.Flags().BoolVar(&none, "none", false, "no app gets them")
	return cmd
}

func (c *cli) profileSet() *cobra.Command {
	var req backend.ProfileSet
	var answers, secret []string
	cmd := &cobra.Command{
		Use: "set SERVER", Short: "Give a profile settings, keys and apps of its own for a server", Args: exactly(1, "name one server"),
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			if req.Answers, err = pairs("--answer", answers); err != nil {
				return err
			}
			if req.Secrets, err = c.readSecrets("secret", secret); err != nil {
				return err
			}
			if len(req.Answers)+len(req.Secrets)+len(req.Unset)+len(req.On)+len(req.Off) == 0 && !req.Reset {
				return wrongUse("say what to set: --answer, --secret, --unset, --reset, --on or --off")
			}
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			req.Server, req.DryRun = args[0], c.dryRun
			res, err := b.SetInProfile(cmd.Context(), req)
			if err != nil {
				return err
			}
			return c.printProfile(res, "profile.made")
		},
	}
	profileFlags(cmd, &req.ProfileEdit)
	f := cmd.Flags()
	f.StringArrayVar(&answers, "answer", nil, "a setting, NAME=VALUE")
	f.StringArrayVar(&secret, "secret", nil, "a key, NAME=-; its value is one line of standard input")
	f.StringArrayVar(&req.Unset, "unset", nil, "a setting or key that is the server's own again")
	f.BoolVar(&req.Reset, "reset", false, "all settings and keys are the server's own again")
	f.StringArrayVar(&req.On, "on", nil, "an app that gets the server")
	f.StringArrayVar(&req.Off, "off", nil, "an app that does not get the server")
	f.BoolVar(&req.AcceptRisk, "accept-risk", false, "keep keys in a file where there is no keychain")
	return cmd
}

func (c *cli) profileTools() *cobra.Command {
	var req backend.ProfileEdit
	var only []string
	var all, none bool
	cmd := &cobra.Command{
		Use: "tools SERVER --only TOOL,… | --all | --none", Short: "Say which tools of a server can be used in a profile", Args: exactly(1, "name one server"),
		RunE: func(cmd *cobra.Command, args []string) error {
			said := 0
			for _, is := range []bool{len(only) > 0, all, none} {
				if is {
					said++
				}
			}
			if said != 1 {
				return wrongUse("say --only with the tools, --all or --none")
			}
			switch {
			case all:
				only = nil
			case none:
				only = []string{}
			}
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			req.DryRun = c.dryRun
			res, err := b.ProfileTools(cmd.Context(), req, args[0], only)
			if err != nil {
				return err
			}
			return c.printProfile(res, "profile.made")
		},
	}
	profileFlags(cmd, &req)
	f := cmd.Flags()
	f.StringSliceVar(&only, "only", nil, "the tools that can be used")
	f.BoolVar(&all, "all", false, "every tool, also those to come")
	f.BoolVar(&none, "none", false, "no tool")
	return cmd
}

func (c *cli) profileSwitch() *cobra.Command {
	var req backend.ProfileEdit
	cmd := &cobra.Command{
		Use: "switch PROFILE", Short: "Make a profile the one in use, in all of its apps at once", Args: exactly(1, "name one profile"),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			req.Profile, req.DryRun = args[0], c.dryRun
			res, err := b.SwitchProfile(cmd.Context(), req)
			if err != nil {
				return err
			}
			return c.printProfile(res, "profile.switched")
		},
	}
	skipFlag(cmd, &req)
	return cmd
}
