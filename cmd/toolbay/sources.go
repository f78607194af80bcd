package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"toolbay/backend"
	"toolbay/backend/text"
)

// sourceState is the JSON of one source.
type sourceState struct {
	Source     string  `json:"source"`
	Enabled    bool    `json:"enabled"`
	Listings   int     `json:"listings"`
	Synced     *string `json:"synced"`
	Error      string  `json:"error"`
	Kind       string  `json:"kind"`
	Name       string  `json:"name"`
	Badge      string  `json:"badge"`
	Site       string  `json:"site"`
	NeedsKey   bool    `json:"needs_key"`
	KeySet     bool    `json:"key_set"`
	Curated    bool    `json:"curated"`
	Enriches   bool    `json:"enriches"`
	Unreadable int     `json:"unreadable"`
	Allowed    bool    `json:"allowed"`
	Managed    bool    `json:"managed"`
}

func jsonSource(s backend.SourceState) sourceState {
	out := sourceState{
		Source: s.Source, Enabled: s.Enabled, Listings: s.Listings, Error: s.Error, Kind: s.Kind, Name: s.Name,
		Badge: s.Badge, Site: s.Site, NeedsKey: s.NeedsKey, KeySet: s.KeySet, Curated: s.Curated, Enriches: s.Enriches,
		Unreadable: s.Unreadable, Allowed: s.Allowed, Managed: s.Managed,
	}
	if s.Synced != nil {
		t := s.Synced.UTC().Format(time.RFC3339)
		out.Synced = &t
	}
	return out
}

func (c *cli) status() *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "How each source of listings is", Args: exactly(0, "status takes nothing"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			return c.printSources(cmd, b)
		},
	}
}

func (c *cli) printSources(cmd *cobra.Command, b *backend.Backend) error {
	states, err := b.Sources(cmd.Context())
	if err != nil {
		return err
	}
	out := []sourceState{}
	for _, s := range states {
		out = append(out, jsonSource(s))
	}
	return c.print(out, func(w io.Writer) {
		for _, s := range out {
			when := "-"
			if s.Synced != nil {
				when = *s.Synced
			}
			state := s.Error
			switch {
			case !s.Allowed:
				state = text.Line("source.not-allowed")
			case !s.Enabled:
				state = text.Line("source.off")
			}
			fmt.Fprintf(w, "%-20s %6d  %-22s %s\n", s.Source, s.Listings, when, strings.TrimSpace(s.Name+"  "+state))
		}
	})
}

// sources are the commands below catalog that look after sources.
func (c *cli) sources() []*cobra.Command {
	sync, status := c.sync(), c.status()
	return []*cobra.Command{sync, status, c.addRegistry(), c.removeSource(), c.sourceKey(), c.orderSources()}
}

func (c *cli) addRegistry() *cobra.Command {
	var spec backend.RegistrySpec
	var key string
	var headers []string
	cmd := &cobra.Command{
		Use: "add-registry URL", Short: "Add a registry of your own, after asking it once", Args: exactly(1, "name one address"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if key != "" && key != "-" {
				return wrongUse("--key takes only - and reads the key from standard input")
			}
			if key != "" {
				headers = append([]string{"Authorization=" + key}, headers...)
			}
			values, err := c.readSecrets("header", headers)
			if err != nil {
				return err
			}
			if key != "" {
				spec.Key = values["Authorization"]
				delete(values, "Authorization")
			}
			spec.URL, spec.Headers = args[0], values
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			asked, err := b.TestRegistry(cmd.Context(), spec)
			if err != nil {
				return err
			}
			if !asked.OK {
				return asked.Error
			}
			type answer struct {
				sourceState
				Servers int  `json:"servers"`
				More    bool `json:"more"`
			}
			out := answer{sourceState: sourceState{Name: spec.Name, Badge: spec.Badge, Site: args[0], Kind: "private", Allowed: true}, Servers: asked.Servers, More: asked.More}
			if !c.dryRun {
				s, err := b.AddRegistry(cmd.Context(), spec)
				if err != nil {
					return err
				}
				out.sourceState = jsonSource(s)
			}
			return c.print(out, func(w io.Writer) {
				fmt.Fprintln(w, text.Line("registry.added", "source", out.Source, "n", count(out.Servers, out.More)))
			})
		},
	}
	cmd.Flags().StringVar(&spec.Name, "name", "", "what to call it")
	cmd.Flags().StringVar(&spec.Badge, "badge", "", "a word beside its servers")
	cmd.Flags().StringVar(&spec.CAFile, "ca", "", "a file with its certificate")
	cmd.Flags().StringVar(&key, "key", "", "its key: only -, which is one line of standard input")
	cmd.Flags().StringArrayVar(&headers, "header", nil, "a header it is sent, NAME=-; its value is one line of standard input")
	return cmd
}

func (c *cli) removeSource() *cobra.Command {
	return &cobra.Command{
		Use: "remove SOURCE", Short: "Forget a registry of your own or an imported file", Args: exactly(1, "name one source"),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			s, err := b.Source(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if !c.dryRun {
				if err := b.RemoveSource(cmd.Context(), args[0]); err != nil {
					return err
				}
			}
			return c.print(map[string]any{"source": s.Source, "listings": s.Listings}, func(w io.Writer) {
				fmt.Fprintln(w, text.Line("source.removed", "source", s.Source, "n", fmt.Sprint(s.Listings)))
			})
		},
	}
}

func (c *cli) sourceKey() *cobra.Command {
	var key string
	cmd := &cobra.Command{
		Use: "key SOURCE --key -", Short: "Give a source its key, read from standard input; an empty line forgets it", Args: exactly(1, "name one source"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if key != "-" {
				return wrongUse("--key - reads the key from standard input")
			}
			value, err := c.in.ReadString('\n')
			if err != nil && err != io.EOF {
				return err
			}
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			if _, err := b.Source(cmd.Context(), args[0]); err != nil {
				return err
			}
			if !c.dryRun {
				if err := b.SetSourceKey(cmd.Context(), args[0], strings.TrimRight(value, "\r\n")); err != nil {
					return err
				}
			}
			s, err := b.Source(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return c.print(jsonSource(s), func(w io.Writer) {
				fmt.Fprintln(w, text.Line("key.changed", "server", s.Source))
			})
		},
	}
	cmd.Flags().StringVar(&key, "key", "", "only -, which is one line of standard input")
	return cmd
}

func (c *cli) orderSources() *cobra.Command {
	return &cobra.Command{
		Use: "order [SOURCE…]", Short: "Which source is believed where they differ, the first most; none is the usual order",
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			if !c.dryRun {
				if err := b.OrderSources(cmd.Context(), args); err != nil {
					return err
				}
			}
			return c.printSources(cmd, b)
		},
	}
}
