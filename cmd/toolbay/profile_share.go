package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"toolbay/backend"
	"toolbay/backend/model"
	"toolbay/backend/text"
)

func (c *cli) profileExport() *cobra.Command {
	var profile string
	cmd := &cobra.Command{
		Use: "export [FILE]", Short: "A profile for others, without its keys; without a file it is printed",
		Args: atMost(1, "name one file, or none"),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			res, err := b.ExportProfile(cmd.Context(), profile)
			if err != nil {
				return err
			}
			data, err := res.Bytes()
			if err != nil {
				return err
			}
			if len(args) == 1 && !c.dryRun {
				if err := b.WriteProfileFile(cmd.Context(), args[0], res.File.Name, data); err != nil {
					return err
				}
			}
			for _, l := range res.Left {
				fmt.Fprintln(c.err, text.ForError(model.Fail(l.Code, nil, "name", l.Title)).Message)
			}
			return c.print(res, func(w io.Writer) {
				if len(args) == 1 {
					fmt.Fprintln(w, text.Line("profile.exported", "name", res.File.Name, "file", args[0]))
					return
				}
				w.Write(data)
			})
		},
	}
	cmd.Flags().StringVar(&profile, "profile", "", "the profile; without it the one in use")
	return cmd
}

func (c *cli) profileImport() *cobra.Command {
	var (
		req              backend.ProfileImport
		answers, secrets []string
		review           bool
		noBrowser        bool
	)
	cmd := &cobra.Command{
		Use: "import FILE|FOLDER", Short: "Make a profile of a file that somebody gave you, or of a project's " + backend.ProjectFile,
		Args: exactly(1, "name one file or folder"),
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			if req.Data, err = backend.ReadProfileFile(args[0]); err != nil {
				return err
			}
			if req.Answers, err = pairs("--answer", answers); err != nil {
				return err
			}
			if req.Secrets, err = c.readSecrets("secret", secrets); err != nil {
				return err
			}
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			if review {
				r, err := b.ReviewProfile(cmd.Context(), req.Data)
				if err != nil {
					return err
				}
				return c.print(r, func(w io.Writer) { printReview(w, r) })
			}
			req.Yes, req.DryRun = c.yes, c.dryRun
			req.SignIn = func(title, address string) { c.openPage(title, noBrowser)(address) }
			res, err := b.ImportProfile(cmd.Context(), req, c.progress())
			if model.Code(err) == "consent_needed" && c.agree(err) {
				req.Yes = true
				res, err = b.ImportProfile(cmd.Context(), req, c.progress())
			}
			if err != nil {
				return err
			}
			return c.print(res, func(w io.Writer) {
				fmt.Fprintln(w, text.Line("profile.imported", "name", res.Name, "n", fmt.Sprint(len(res.Installed)), "here", fmt.Sprint(len(res.Here))))
				for _, l := range res.Left {
					fmt.Fprintln(w, text.ForError(model.Fail(l.Code, nil, "name", l.Title, "type", "")).Message)
				}
			})
		},
	}
	f := cmd.Flags()
	f.BoolVar(&review, "review", false, "only say what it would bring")
	f.StringVar(&req.Name, "name", "", "another name for the profile")
	f.StringArrayVar(&answers, "answer", nil, "a setting, SERVER.NAME=VALUE")
	f.StringArrayVar(&secrets, "secret", nil, "a key, SERVER.NAME=-; its value is one line of standard input")
	f.StringArrayVar(&req.Skip, "leave-out", nil, "a server of the file that you do not want")
	f.BoolVar(&req.AllowScripts, "allow-scripts", false, "let packages run their own set-up programs")
	f.BoolVar(&req.AcceptRisk, "accept-risk", false, "agree to what the servers' checks found, and to keys in a file where there is no keychain")
	f.BoolVar(&noBrowser, "no-browser", false, "where a sign-in is wanted, only print the address of the page")
	return cmd
}

func printReview(w io.Writer, r backend.ProfileReview) {
	fmt.Fprintln(w, oneLine(r.Name))
	for _, s := range r.Servers {
		line := "  " + s.Name + "\t" + oneLine(s.Title) + "\t" + text.Line("profile.import."+s.State)
		fmt.Fprintln(w, line)
		for _, n := range s.Needs {
			fmt.Fprintf(w, "    - %s  (%s)\n", oneLine(n.Text), n.Flag)
		}
		for _, n := range s.Optional {
			fmt.Fprintf(w, "    - %s  (%s)\n", text.Line("profile.import.optional", "what", oneLine(n.Text)), n.Flag)
		}
	}
	if len(r.Missing) > 0 {
		fmt.Fprintln(w, text.Line("profile.import.missing", "apps", strings.Join(r.Missing, ", ")))
	}
}

func (c *cli) profileLink() *cobra.Command {
	return c.foldering("link FOLDER", "Give a project's folder the servers of a profile", (*backend.Backend).LinkFolder)
}

func (c *cli) profileUnlink() *cobra.Command {
	return c.foldering("unlink FOLDER", "Take a profile's servers out of a project's folder", (*backend.Backend).UnlinkFolder)
}

type folderFunc func(b *backend.Backend, ctx context.Context, profile, folder string, skip []string, dryRun bool) (backend.ProfileResult, error)

func (c *cli) foldering(use, short string, do folderFunc) *cobra.Command {
	var (
		profile string
		skip    []string
	)
	cmd := &cobra.Command{
		Use: use, Short: short, Args: exactly(1, "name one folder"),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			res, err := do(b, cmd.Context(), profile, args[0], skip, c.dryRun)
			if err != nil {
				return err
			}
			return c.print(res, func(w io.Writer) {
				for _, f := range res.Files {
					fmt.Fprintln(w, f.Shown)
					fmt.Fprint(w, f.Diff)
				}
				for _, warn := range res.Warnings {
					fmt.Fprintln(w, oneLine(warn.Text))
				}
				if len(res.Files) == 0 {
					fmt.Fprintln(w, text.Line("change.none"))
				}
			})
		},
	}
	cmd.Flags().StringVar(&profile, "profile", "", "the profile; without it the one in use")
	cmd.Flags().StringArrayVar(&skip, "skip", nil, "an app to leave as it is")
	return cmd
}
