package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"toolbay/backend"
	"toolbay/backend/model"
	"toolbay/backend/text"
)

func (c *cli) install() *cobra.Command {
	var (
		req              = backend.InstallRequest{Package: -1}
		answers, secrets []string
		noBrowser        bool
	)
	cmd := &cobra.Command{
		Use:   "install REF [-- ARGUMENT…]",
		Short: "Install a server: REF is a listing's id, npm:, pypi:, oci:, mcpb: or remote:",
		RunE: func(cmd *cobra.Command, args []string) error {
			dash := cmd.ArgsLenAtDash()
			if dash >= 0 {
				req.Arguments, args = args[dash:], args[:dash]
			}
			if len(args) != 1 {
				return wrongUse("name one listing or package")
			}
			if cmd.Flags().Changed("name") && req.Name == "" {
				return model.Fail("name_invalid", nil, "name", `""`)
			}
			var err error
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
			req.Ref = args[0]
			req.SignIn = c.openPage(strings.TrimPrefix(args[0], "remote:"), noBrowser)
			return c.installNow(cmd.Context(), b, req)
		},
	}
	f := cmd.Flags()
	f.IntVar(&req.Package, "package", -1, "which of the listing's packages, counted from 0")
	f.StringVar(&req.Name, "name", "", "the server's id")
	f.StringVar(&req.Profile, "profile", "", "the profile it is for")
	f.StringArrayVar(&answers, "answer", nil, "a setting, NAME=VALUE")
	f.StringArrayVar(&secrets, "secret", nil, "a key, NAME=-; its value is one line of standard input")
	f.StringArrayVar(&req.Apps, "app", nil, "an app that gets the server")
	closingFlags(f, &req.Closing)
	f.BoolVar(&req.AllowScripts, "allow-scripts", false, "let packages run their own set-up programs")
	f.BoolVar(&noBrowser, "no-browser", false, "where a sign-in is wanted, only print the address of the page")
	f.BoolVar(&req.AcceptRisk, "accept-risk", false, "keep keys in a file where there is no keychain")
	return cmd
}

// installNow installs, after asking a person at a terminal, and tells what came
// of it.
func (c *cli) installNow(ctx context.Context, b *backend.Backend, req backend.InstallRequest) error {
	req.Yes, req.DryRun = c.yes, c.dryRun
	res, err := b.Install(ctx, req, c.progress())
	if model.Code(err) == "consent_needed" && c.agree(err) {
		req.Yes = true
		res, err = b.Install(ctx, req, c.progress())
	}
	if err != nil {
		return err
	}
	return c.print(res, func(w io.Writer) {
		if c.dryRun {
			fmt.Fprintln(w, text.Line("install.would", "title", res.Title, "version", res.Version))
			return
		}
		fmt.Fprintln(w, text.Line("install.done", "title", res.Title, "version", res.Version, "n", fmt.Sprint(len(res.Tools)), "server", res.Server))
		for _, r := range res.Restart {
			fmt.Fprintf(w, "%s: %s\n", r.Name, r.Text)
		}
	})
}

// agree asks a person at a terminal; everywhere else the answer is no.
func (c *cli) agree(err error) bool {
	if c.json || c.yes {
		return false
	}
	st, serr := os.Stdin.Stat()
	if serr != nil || st.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	for _, n := range text.ForError(err).Needs {
		if n.Kind != "download" && n.Kind != "write" {
			return false
		}
		fmt.Fprintf(c.err, "  - %s %s\n", oneLine(n.Text), n.Name)
	}
	fmt.Fprint(c.err, text.Line("agree"), " ")
	line, _ := c.in.ReadString('\n')
	switch strings.ToLower(strings.TrimSpace(line)) {
	case "y", "yes":
		return true
	}
	return false
}

func pairs(flag string, list []string) (map[string]string, error) {
	m := map[string]string{}
	for _, s := range list {
		k, v, ok := strings.Cut(s, "=")
		if !ok || k == "" {
			return nil, wrongUse(flag + " takes NAME=VALUE")
		}
		m[k] = v
	}
	return m, nil
}

// readSecrets reads one line of standard input for each --FLAG NAME=-, in
// order. A value on the command line would be seen by every user of the
// computer, so none is taken there.
func (c *cli) readSecrets(flag string, list []string) (map[string]string, error) {
	m := map[string]string{}
	for _, s := range list {
		k, v, ok := strings.Cut(s, "=")
		if !ok || k == "" || v != "-" {
			return nil, wrongUse("--" + flag + " takes NAME=- and reads the key from standard input")
		}
		line, err := c.in.ReadString('\n')
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			if err != nil && err != io.EOF {
				return nil, err
			}
			return nil, model.Fail("secret_missing", nil, "name", k)
		}
		m[k] = line
	}
	return m, nil
}

func (c *cli) list() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "What is installed here", Args: exactly(0, "list takes nothing"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			servers, err := b.Servers(cmd.Context())
			if err != nil {
				return err
			}
			// What a repair took out of a file is in the library too, switched off.
			off, err := b.Parked(cmd.Context())
			if err != nil {
				return err
			}
			all := append([]backend.ServerView{}, servers...)
			for _, p := range off {
				all = append(all, backend.ServerView{
					ID: p.ID, Title: p.Title, Publisher: p.Publisher, Package: backend.PackageRef(p.Package),
					Listing: p.Listing, Status: "off", Tools: []string{}, Apps: []string{}, Profiles: []string{}, Installed: p.Since,
				})
			}
			return c.print(all, func(w io.Writer) {
				for _, s := range servers {
					fmt.Fprintf(w, "%-20s %-10s %-10s %s  [%s]\n", s.ID, s.Status, s.Version, s.Title, strings.Join(s.Apps, ", "))
				}
				for _, p := range off {
					fmt.Fprintf(w, "%-20s %-10s %-10s %s\n", p.ID, "off", "", text.Line("list.off", "title", oneLine(p.Title), "app", b.AppName(p.App), "id", p.ID))
				}
			})
		},
	}
}

func (c *cli) test() *cobra.Command {
	return &cobra.Command{
		Use: "test SERVER", Short: "Start a server and say hello to it", Args: exactly(1, "name one server"),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			test := b.Test
			if c.dryRun {
				test = b.Try
			}
			res, err := test(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if err := c.print(res, func(w io.Writer) {
				if res.OK {
					fmt.Fprintln(w, text.Line("test.ok", "server", res.Server, "ms", fmt.Sprint(res.TookMS), "n", fmt.Sprint(len(res.Tools))))
					return
				}
				words := text.ForError(model.Fail(res.Error, nil, "server", res.Server))
				fmt.Fprintf(w, "%s\n%s\n%s\n", words.Message, words.Hint, res.Log)
			}); err != nil {
				return err
			}
			if !res.OK {
				return &reported{exitFailed}
			}
			return nil
		},
	}
}

func (c *cli) remove() *cobra.Command {
	var req backend.RemoveRequest
	var how backend.Closing
	cmd := &cobra.Command{
		Use: "remove SERVER…", Short: "Take servers off this computer and out of every app", Args: atLeast(1, "name at least one server"),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			req.Servers, req.DryRun = args, true
			res, err := b.RemoveWith(cmd.Context(), req)
			if err == nil && !c.dryRun {
				if err := b.CloseFirst(cmd.Context(), res.Apps, how); err != nil {
					return err
				}
				req.DryRun = false
				res, err = b.RemoveWith(cmd.Context(), req)
			}
			if err != nil {
				return err
			}
			return c.print(res, func(w io.Writer) {
				fmt.Fprintln(w, text.Line("remove.done", "servers", strings.Join(res.Removed, ", "), "size", fmt.Sprintf("%.1f MB", float64(res.FreedBytes)/1e6)))
				if res.LaterBytes > 0 {
					fmt.Fprintln(w, text.Line("remove.later", "size", inMB(res.LaterBytes)))
				}
				for _, name := range res.Runtimes {
					fmt.Fprintln(w, text.Line("remove.runtime", "name", name))
				}
				if len(res.Keys) > 0 {
					fmt.Fprintln(w, text.Line("remove.keys", "servers", strings.Join(res.Keys, ", ")))
				}
			})
		},
	}
	f := cmd.Flags()
	closingFlags(f, &how)
	f.BoolVar(&req.Keys, "keys", false, "forget their keys now; undo brings the servers back without them")
	f.BoolVar(&req.Runtimes, "runtimes", false, "also the programs that Toolbay fetched and that no server needs any more")
	return cmd
}
