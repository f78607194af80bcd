package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"toolbay/backend"
	"toolbay/backend/text"
)

func (c *cli) keys() *cobra.Command {
	cmd := &cobra.Command{
		Use: "keys", Short: "The keys of your servers; values are never shown", Args: exactly(0, "keys takes nothing, or: keys set, keys remove"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			keys, err := b.Keys(cmd.Context())
			if err != nil {
				return err
			}
			return c.print(keys, func(w io.Writer) {
				for _, k := range keys {
					state := text.Line("key.unset")
					if k.Set {
						state = text.Line("key.set")
					}
					server := k.Server
					if k.Profile != "" {
						server += " (" + k.Profile + ")"
					}
					fmt.Fprintf(w, "%-20s %-32s %s\n", server, k.Name, state)
				}
			})
		},
	}
	var secret []string
	var risk bool
	set := &cobra.Command{
		Use: "set SERVER --secret NAME=-", Short: "Give a key a new value, read from standard input", Args: exactly(1, "name one server"),
		RunE: func(cmd *cobra.Command, args []string) error {
			values, err := c.readSecrets("secret", secret)
			if err != nil {
				return err
			}
			if len(values) == 0 {
				return wrongUse("name the key with --secret NAME=-")
			}
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			for name := range values {
				if err := b.CheckKey(cmd.Context(), args[0], name); err != nil {
					return err
				}
			}
			if c.dryRun {
				return c.printKeys(args[0], len(values))
			}
			for name, v := range values {
				if err := b.ReplaceKey(cmd.Context(), args[0], name, v, risk); err != nil {
					return err
				}
			}
			return c.printKeys(args[0], len(values))
		},
	}
	set.Flags().StringArrayVar(&secret, "secret", nil, "the key, NAME=-; its value is one line of standard input")
	set.Flags().BoolVar(&risk, "accept-risk", false, "keep keys in a file where there is no keychain")
	cmd.AddCommand(set, &cobra.Command{
		Use: "remove SERVER NAME", Short: "Forget a key", Args: exactly(2, "name a server and a key"),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			if err := b.CheckKey(cmd.Context(), args[0], args[1]); err != nil || c.dryRun {
				if err == nil {
					err = c.printKeys(args[0], 1)
				}
				return err
			}
			if err := b.RemoveKey(cmd.Context(), args[0], args[1]); err != nil {
				return err
			}
			return c.printKeys(args[0], 1)
		},
	})
	return cmd
}

func (c *cli) printKeys(server string, n int) error {
	return c.print(map[string]any{"server": server, "changed": n}, func(w io.Writer) {
		fmt.Fprintln(w, text.Line("key.changed", "server", server))
	})
}

func (c *cli) settings() *cobra.Command {
	return &cobra.Command{
		Use: "settings [NAME VALUE]", Short: "Show the settings, or change one",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 0 && len(args) != 2 {
				return wrongUse("settings, or: settings NAME VALUE")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			if len(args) == 2 {
				if err := backend.CheckSetting(args[0], args[1]); err != nil {
					return err
				}
				if !c.dryRun {
					if err := b.Set(cmd.Context(), args[0], args[1]); err != nil {
						return err
					}
				}
			}
			all, err := b.Settings(cmd.Context())
			if err != nil {
				return err
			}
			for i := range all.Choices {
				if len(args) == 2 && all.Choices[i].Name == args[0] {
					all.Choices[i].Value = args[1] // as it would be, in a dry run
				}
			}
			return c.print(all, func(w io.Writer) {
				fmt.Fprintf(w, "home            %s\n", all.Home)
				for _, s := range all.Choices {
					fmt.Fprintf(w, "%-15s %s\n", s.Name, s.Value)
				}
			})
		},
	}
}
