package main

import (
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"toolbay/backend/text"
)

// bundleFrom makes a bundle of an installed server.
func (c *cli) bundleFrom() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use: "from SERVER", Short: "Make a bundle of an installed npm or PyPI server, without any key or answer of yours", Args: exactly(1, "name one server"),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			if output == "" {
				output = args[0] + ".mcpb"
			}
			to, err := filepath.Abs(output)
			if err != nil {
				return err
			}
			where := to
			if c.dryRun {
				where = ""
			}
			p, err := b.BundleFrom(cmd.Context(), args[0], where)
			if err != nil {
				return err
			}
			out := packed{
				File: to, Name: p.Manifest.Name, Version: p.Manifest.Version, Files: p.Files, Ignored: p.Ignored,
				Size: p.Size, SHA256: p.SHA256, Verdict: p.Verdict.Verdict, Reasons: p.Verdict.Reasons, Manifest: &p.Manifest,
			}
			return c.print(out, func(w io.Writer) {
				fmt.Fprintln(w, text.Line("bundle.made", "file", to, "title", p.Manifest.Title, "version", p.Manifest.Version))
				for _, r := range out.Reasons {
					fmt.Fprintf(w, "  - %s  (%s)\n", oneLine(r.Text), r.Code)
				}
			})
		},
	}
	cmd.Flags().StringVar(&output, "output", "", "the file to write; without it the server's name with .mcpb, here")
	return cmd
}
