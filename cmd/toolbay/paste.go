package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"toolbay/backend"
	"toolbay/backend/model"
	"toolbay/backend/text"
)

// maxPaste is the most that is read of a text; backend.Paste says what is too
// much.
const maxPaste = 4 << 20

func (c *cli) paste() *cobra.Command {
	var (
		install, noBrowser bool
		item               int
		req                = backend.InstallRequest{Package: -1}
		answers, secrets   []string
	)
	cmd := &cobra.Command{
		Use: "paste [TEXT|-]", Short: "Find the servers in any text: settings, commands, links, names; - or nothing reads standard input",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return wrongUse("put the text into quotes, or hand it over on standard input with -")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			fromInput := len(args) == 0 || args[0] == "-"
			for _, f := range []string{"item", "name", "profile", "answer", "secret", "app", "allow-scripts", "accept-risk", "no-browser"} {
				if cmd.Flags().Changed(f) && !install {
					return wrongUse("--" + f + " goes with --install")
				}
			}
			if fromInput && len(secrets) > 0 {
				return wrongUse("--secret reads standard input, which is the text here; give the text as an argument, without its keys")
			}
			body, err := c.pastedText(args, fromInput)
			if err != nil {
				return err
			}
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			items, err := b.Paste(cmd.Context(), body)
			if err != nil {
				return err
			}
			if !fromInput {
				for _, it := range items {
					if len(it.Keys) > 0 {
						fmt.Fprintln(c.err, text.Line("paste.seen"))
						break
					}
				}
			}
			if !install {
				return c.print(items, func(w io.Writer) { printPasted(w, items) })
			}
			one, err := chosen(items, item, cmd.Flags().Changed("item"))
			if err != nil {
				return err
			}
			if cmd.Flags().Changed("name") && req.Name == "" {
				return model.Fail("name_invalid", nil, "name", `""`)
			}
			if req.Answers, err = pairs("--answer", answers); err != nil {
				return err
			}
			if req.Secrets, err = c.readSecrets("secret", secrets); err != nil {
				return err
			}
			req.Ref = one.Ref
			req.SignIn = c.openPage(one.Package.Identifier, noBrowser)
			return c.installNow(cmd.Context(), b, req)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&install, "install", false, "install what is found")
	f.IntVar(&item, "item", 0, "which of several, counted from 0")
	f.StringVar(&req.Name, "name", "", "the server's id")
	f.StringVar(&req.Profile, "profile", "", "the profile it is for")
	f.StringArrayVar(&answers, "answer", nil, "a setting, NAME=VALUE")
	f.StringArrayVar(&secrets, "secret", nil, "a key, NAME=-; its value is one line of standard input")
	f.StringArrayVar(&req.Apps, "app", nil, "an app that gets the server")
	f.BoolVar(&req.AllowScripts, "allow-scripts", false, "let packages run their own set-up programs")
	f.BoolVar(&noBrowser, "no-browser", false, "where a sign-in is wanted, only print the address of the page")
	f.BoolVar(&req.AcceptRisk, "accept-risk", false, "keep keys in a file where there is no keychain, and agree to what a bundle's check found")
	return cmd
}

// pastedText is the argument, or all of standard input.
func (c *cli) pastedText(args []string, fromInput bool) (string, error) {
	if !fromInput {
		return args[0], nil
	}
	if len(args) == 0 {
		if st, err := os.Stdin.Stat(); err == nil && st.Mode()&os.ModeCharDevice != 0 {
			return "", wrongUse("give the text in quotes, or - to read it from standard input")
		}
	}
	body, err := io.ReadAll(io.LimitReader(c.in, maxPaste))
	if err != nil {
		return "", model.Fail("import_unreadable", err, "file", text.Line("plan.stdin"))
	}
	return string(body), nil
}

// chosen is the item that is meant.
func chosen(items []backend.PasteItem, n int, named bool) (backend.PasteItem, error) {
	switch {
	case len(items) == 0:
		return backend.PasteItem{}, model.Fail("paste_nothing", nil)
	case n < 0:
		return backend.PasteItem{}, wrongUse("--item counts from 0")
	case n >= len(items):
		return backend.PasteItem{}, model.Fail("paste_number", nil, "number", fmt.Sprint(n), "last", fmt.Sprint(len(items)-1))
	case !named && len(items) > 1:
		return backend.PasteItem{}, wrongUse(fmt.Sprintf("the text has %d servers; choose one with --item, counted from 0", len(items)))
	}
	return items[n], nil
}

func printPasted(w io.Writer, items []backend.PasteItem) {
	if len(items) == 0 {
		fmt.Fprintln(w, text.Line("paste.none"))
	}
	for i, it := range items {
		what := it.Package.Identifier
		if it.Package.Version != "" {
			what += " " + it.Package.Version
		}
		fmt.Fprintf(w, "%d  %s  %s  %s", i, oneLine(it.Name), it.Kind, oneLine(what))
		if it.Listing != "" {
			fmt.Fprintf(w, "  %s", oneLine(it.Listing))
		}
		fmt.Fprintln(w)
		plan := it.Plan
		plan.Warnings = nil // of the recipe; the item has its own
		printPlan(w, plan)
		for _, k := range it.Keys {
			fmt.Fprintf(w, "  * %s\n", oneLine(k))
		}
		for _, code := range it.Warnings {
			fmt.Fprintf(w, "  ! %s\n", backend.PasteWarning(code))
		}
	}
}
