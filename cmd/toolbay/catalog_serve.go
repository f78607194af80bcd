package main

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"toolbay/backend/text"
)

func (c *cli) catalogServe() *cobra.Command {
	port := 0
	cmd := &cobra.Command{
		Use: "serve", Short: "Offer the catalogue to other programs on this computer, as a registry", Args: exactly(0, "serve takes flags only"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if port < 0 || port > 65535 {
				return wrongUse("--port is a number from 0 to 65535")
			}
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			s, err := b.Serve(cmd.Context(), port)
			if err != nil {
				return err
			}
			if c.json {
				// On one line: who started this reads it while this goes on.
				c.printed = true
				err = json.NewEncoder(c.out).Encode(map[string]string{"url": s.URL})
			} else {
				_, err = fmt.Fprintln(c.out, text.Line("serve.ready", "address", s.URL))
			}
			if err != nil {
				return err
			}
			return s.Wait()
		},
	}
	cmd.Flags().IntVar(&port, "port", 0, "the port, 0 for any that is free")
	return cmd
}

func (c *cli) catalogExport() *cobra.Command {
	return &cobra.Command{
		Use: "export PATH", Short: "Write every record of every source to a file", Args: exactly(1, "name one file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			res, err := b.Export(cmd.Context(), args[0], c.dryRun)
			if err != nil {
				return err
			}
			return c.print(res, func(w io.Writer) {
				fmt.Fprintln(w, text.Line("export.done", "n", fmt.Sprint(res.Listings), "sources", strings.Join(res.Sources, ", "), "file", filepath.Base(args[0])))
			})
		},
	}
}
