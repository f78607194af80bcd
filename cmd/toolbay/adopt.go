package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"toolbay/backend"
	"toolbay/backend/model"
	"toolbay/backend/text"
)

// adoptLine is what adopt says of one server.
type adoptLine struct {
	ID string `json:"id"`
	backend.AdoptResult
	Error *failure `json:"error"`
}

func (c *cli) adopt() *cobra.Command {
	var (
		all, noBrowser bool
		forget         bool
		req            backend.AdoptRequest
		answers, keys  []string
	)
	cmd := &cobra.Command{
		Use: "adopt [ID…]", Short: "Take servers over that apps have already; without an id, list them",
		RunE: func(cmd *cobra.Command, args []string) error {
			if all && len(args) > 0 {
				return wrongUse("give ids or --all, not both")
			}
			var err error
			if req.Answers, err = pairs("--answer", answers); err != nil {
				return err
			}
			if req.Secrets, err = c.readSecrets("secret", keys); err != nil {
				return err
			}
			if forget && (all || len(args) == 0) {
				return wrongUse("name the servers to forget")
			}
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			if forget {
				return c.forgetParked(cmd.Context(), b, args)
			}
			found, err := b.Adoptables(cmd.Context())
			if err != nil {
				return err
			}
			if !all && len(args) == 0 {
				return c.print(found, func(w io.Writer) { printAdoptables(w, found) })
			}
			titles := map[string]string{}
			for _, a := range found {
				titles[a.ID] = a.Title
				if all && a.Usable {
					args = append(args, a.ID)
				}
			}
			if len(args) > 1 && (req.Name != "" || len(answers)+len(keys) > 0) {
				return wrongUse("--name, --answer and --secret go with one server")
			}
			out, exit := []adoptLine{}, exitOK
			for _, id := range args {
				req.ID, req.Yes, req.DryRun = id, c.yes, c.dryRun
				req.SignIn = c.openPage(titles[id], noBrowser)
				line := adoptLine{ID: id}
				line.AdoptResult, err = b.Adopt(cmd.Context(), req, c.progress())
				if err != nil {
					if cmd.Context().Err() != nil || len(args) == 1 {
						return err
					}
					f, n := failureOf(err)
					line.Error, exit = &f, worse(exit, n)
					line.Title = titles[id]
				}
				out = append(out, line)
			}
			if err := c.print(out, func(w io.Writer) { c.tellAdopted(w, out) }); err != nil || exit == exitOK {
				return err
			}
			return &reported{exit}
		},
	}
	f := cmd.Flags()
	f.BoolVar(&all, "all", false, "every server that can be taken over")
	f.BoolVar(&forget, "forget", false, "forget servers that a repair took out of a file; list shows them as off")
	f.StringVar(&req.Name, "name", "", "the server's id")
	f.StringArrayVar(&answers, "answer", nil, "a setting, NAME=VALUE")
	f.StringArrayVar(&keys, "secret", nil, "a key, NAME=-; its value is one line of standard input")
	f.BoolVar(&req.AllowScripts, "allow-scripts", false, "let packages run their own set-up programs")
	f.BoolVar(&req.AcceptRisk, "accept-risk", false, "keep keys in a file where there is no keychain")
	f.BoolVar(&noBrowser, "no-browser", false, "where a sign-in is wanted, only print the address of the page")
	return cmd
}

// forgotten is what adopt --forget answers.
type forgotten struct {
	Forgotten []string `json:"forgotten"`
}

func (c *cli) forgetParked(ctx context.Context, b *backend.Backend, ids []string) error {
	if c.dryRun {
		ids = []string{}
	} else if err := b.ForgetParked(ctx, ids); err != nil {
		return err
	}
	return c.print(forgotten{ids}, func(w io.Writer) {
		fmt.Fprintln(w, text.Line("adopt.forgotten", "n", strconv.Itoa(len(ids))))
	})
}

func printAdoptables(w io.Writer, found []backend.Adoptable) {
	if len(found) == 0 {
		fmt.Fprintln(w, text.Line("adopt.none"))
	}
	for _, a := range found {
		apps := []string{}
		for _, p := range a.Places {
			apps = append(apps, p.App)
		}
		line := fmt.Sprintf("%s\t%s\t%s", a.ID, oneLine(a.Title), strings.Join(apps, ", "))
		if len(a.Keys) > 0 {
			line += "\t" + text.Line("adopt.readable", "names", strings.Join(a.Keys, ", "))
		}
		if a.Problem != "" {
			line += "\t" + text.ForError(model.Fail(a.Problem, nil, "name", a.Name, "type", a.Kind)).Message
		}
		fmt.Fprintln(w, line)
	}
}

func (c *cli) tellAdopted(w io.Writer, out []adoptLine) {
	for _, l := range out {
		switch {
		case l.Error != nil:
			fmt.Fprintf(w, "%s: %s\n", oneLine(l.Title), l.Error.Message)
			for _, n := range l.Error.Needs {
				fmt.Fprintf(w, "  - %s  (%s)\n", oneLine(n.Text), n.Flag)
			}
		case c.dryRun:
			fmt.Fprintln(w, text.Line("adopt.would", "title", l.Title, "version", l.Version))
		default:
			fmt.Fprintln(w, text.Line("adopt.done", "title", l.Title, "version", l.Version, "server", l.Server))
			for _, r := range l.Restart {
				fmt.Fprintf(w, "%s: %s\n", r.Name, r.Text)
			}
		}
	}
}

func (c *cli) giveBack() *cobra.Command {
	var acceptRisk bool
	cmd := &cobra.Command{
		Use: "give-back SERVER", Short: "Write the entries of a server as they were before Toolbay took it over",
		Args: exactly(1, "give one server"),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			res, err := b.GiveBack(cmd.Context(), args[0], acceptRisk, c.dryRun)
			if err != nil {
				return err
			}
			return c.printChange(res, text.Line("change.none"))
		},
	}
	cmd.Flags().BoolVar(&acceptRisk, "accept-risk", false, "let keys stand readable in the apps' files again")
	return cmd
}
