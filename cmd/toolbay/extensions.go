package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"toolbay/backend/text"
)

// extensions lists what Claude Desktop has, to be brought in.
func (c *cli) extensions() *cobra.Command {
	return &cobra.Command{
		Use: "extensions", Short: "List the extensions that Claude Desktop has here; install brings one in", Args: exactly(0, "extensions takes nothing"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			found, err := b.Extensions(cmd.Context())
			if err != nil {
				return err
			}
			return c.print(found, func(w io.Writer) {
				if len(found) == 0 {
					fmt.Fprintln(w, text.Line("extensions.none"))
					return
				}
				for _, e := range found {
					if e.Problem != nil {
						fmt.Fprintf(w, "%-10s %s  %s\n", e.Version, oneLine(e.Title), text.ForError(e.Problem).Message)
						continue
					}
					fmt.Fprintf(w, "%-10s %s  [%s]\n", e.Version, oneLine(e.Title), e.Server)
					fmt.Fprintln(w, "  "+text.Line("extensions.bring", "ref", e.Ref))
				}
			})
		},
	}
}
