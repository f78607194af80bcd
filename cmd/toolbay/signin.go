package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"toolbay/backend"
	"toolbay/backend/model"
	"toolbay/backend/text"
)

func (c *cli) login() *cobra.Command {
	var (
		req       backend.SignInRequest
		noBrowser bool
		secrets   []string
	)
	cmd := &cobra.Command{
		Use: "login SERVER", Short: "Sign in to a server on the network", Args: exactly(1, "name one server"),
		RunE: func(cmd *cobra.Command, args []string) error {
			given, err := c.readSecrets("client-secret", secrets)
			if err != nil {
				return err
			}
			req.Server, req.ClientSecret = args[0], given["client"]
			if len(given) > 0 && (req.ClientSecret == "" || req.ClientID == "") {
				return wrongUse("--client-secret takes client=- and needs --client-id")
			}
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			req.Open = c.openPage(args[0], noBrowser)
			res, err := b.SignIn(cmd.Context(), req, c.progress())
			if err != nil {
				return err
			}
			return c.print(res, func(w io.Writer) {
				fmt.Fprintln(w, text.Line("signin.done", "server", res.Title))
				if !res.OK {
					words := text.ForError(model.Fail(res.Error, nil, "server", res.Title, "id", res.Server))
					fmt.Fprintln(w, words.Message, words.Hint)
				}
			})
		},
	}
	f := cmd.Flags()
	f.BoolVar(&noBrowser, "no-browser", false, "only print the address of the page")
	f.StringVar(&req.ClientID, "client-id", "", "Toolbay's ID at a server whose maker gives it out by hand")
	f.StringArrayVar(&secrets, "client-secret", nil, "the secret that goes with --client-id: client=-, its value is one line of standard input")
	f.BoolVar(&req.AcceptRisk, "accept-risk", false, "keep the sign-in in a file where there is no keychain")
	return cmd
}

func (c *cli) logout() *cobra.Command {
	return &cobra.Command{
		Use: "logout SERVER", Short: "Sign out of a server on the network", Args: exactly(1, "name one server"),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			res, err := b.SignOut(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return c.print(res, func(w io.Writer) { fmt.Fprintln(w, text.Line("signin.out", "server", res.Title)) })
		},
	}
}

// openPage gives what shows a person the page where they sign in: its address
// on the error output, for whoever has no browser here, and the browser.
func (c *cli) openPage(name string, noBrowser bool) func(string) {
	return func(address string) {
		to := plain{c.err}
		fmt.Fprintln(to, text.Line("signin.open", "server", name))
		fmt.Fprintln(to, address)
		fmt.Fprintln(to, text.Line("signin.wait"))
		if !noBrowser {
			openBrowser(address)
		}
	}
}

// openBrowser opens a page in the user's browser, where there is one. The
// address was checked: it begins with http and is one argument of a program, of
// no shell.
func openBrowser(address string) {
	if !strings.HasPrefix(address, "https://") && !strings.HasPrefix(address, "http://") {
		return
	}
	var cmd *exec.Cmd
	switch runtime.GOOS {
	case "darwin":
		cmd = exec.Command("/usr/bin/open", address)
	case "windows":
		cmd = exec.Command("rundll32", "url.dll,FileProtocolHandler", address)
	default:
		if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
			return
		}
		cmd = exec.Command("xdg-open", address)
	}
	// The address is printed too, so a browser that does not come up is no error.
	if cmd.Start() == nil {
		go cmd.Wait()
	}
}
