package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"toolbay/backend/model"
	"toolbay/backend/text"
)

func (c *cli) show() *cobra.Command {
	return &cobra.Command{
		Use: "show ID", Short: "Everything known about one listing", Args: exactly(1, "name one listing"),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			card, err := b.Show(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return c.print(card, func(w io.Writer) { tell(w, card) })
		},
	}
}

// signs stand before a fact for its state.
var signs = map[string]string{"yes": "+", "no": "-", "unknown": "?"}

func tell(w io.Writer, card model.Card) {
	fmt.Fprintf(w, "%s\n%s\n", card.Title, card.Description)
	if card.Publisher != "" {
		fmt.Fprintln(w, text.Line("show.publisher", "name", card.Publisher))
	}
	fmt.Fprintln(w, text.Line("show.lists", "lists", text.Sources(card.Sources)))
	for _, p := range card.Packages {
		fmt.Fprintf(w, "  %s %s%s %s\n", p.Type, identifier(p), p.URL, p.Version)
		if words := text.Hosts(p.Hosts); words != "" {
			fmt.Fprintln(w, "    "+words)
		}
	}
	fmt.Fprintln(w, text.Line("show.facts"))
	for _, f := range card.Facts {
		fmt.Fprintf(w, "  %s %s (%s)\n", signs[f.State], oneLine(text.Fact(f)), text.Source(f.Origin))
	}
	if len(card.Tools) > 0 {
		fmt.Fprintln(w, text.Line("show.tools"))
	}
	for _, t := range card.Tools {
		fmt.Fprintf(w, "  - %s: %s\n", t.Name, oneLine(t.Description))
	}
}

// identifier is a package's name, which for a remote is its address again.
func identifier(p model.Package) string {
	if p.Identifier == p.URL {
		return ""
	}
	return p.Identifier
}
