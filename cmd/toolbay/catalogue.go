package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"toolbay/backend"
	"toolbay/backend/catalog"
	"toolbay/backend/model"
	"toolbay/backend/text"
)

// maxLines is how much of what could not be read a person is told; --json has
// all of it.
const maxLines = 20

func (c *cli) search() *cobra.Command {
	var q backend.Query
	var noKey, noDocker bool
	cmd := &cobra.Command{
		Use: "search [WORDS]", Short: "Look through the catalogue",
		RunE: func(cmd *cobra.Command, args []string) error {
			if q.Limit < 1 {
				return wrongUse("--limit must be at least 1")
			}
			if noKey {
				q.Filters = append(q.Filters, catalog.NoKey)
			}
			if noDocker {
				q.Filters = append(q.Filters, catalog.NoDocker)
			}
			for _, f := range q.Filters {
				if !slices.Contains(catalog.Filters, f) {
					return wrongUse("--filter is one of " + strings.Join(catalog.Filters, ", "))
				}
			}
			if q.Sort != "" && !slices.Contains(catalog.Orders, q.Sort) {
				return wrongUse("--sort is one of " + strings.Join(catalog.Orders, ", "))
			}
			if q.Category != "" && !slices.Contains(model.Categories, q.Category) {
				return wrongUse("--category is one of " + strings.Join(model.Categories, ", "))
			}
			if len(args) == 0 && q.Category == "" && q.Source == "" && len(q.Filters) == 0 && q.Sort == "" {
				return wrongUse("search what?")
			}
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			if q.Source != "" {
				if err := knownSource(cmd.Context(), b, q.Source); err != nil {
					return err
				}
			}
			q.Text = strings.Join(args, " ")
			res, err := b.Search(cmd.Context(), q)
			if err != nil {
				return err
			}
			return c.print(res, func(w io.Writer) {
				for _, r := range res.Results {
					fmt.Fprintf(w, "%-48s %s\n", r.ID, oneLine(r.Title+". "+r.Description))
				}
				fmt.Fprintln(w, text.Line("search.total", "n", count(res.Total, res.More)))
			})
		},
	}
	cmd.Flags().IntVar(&q.Limit, "limit", 20, "at most this many results")
	cmd.Flags().StringVar(&q.Category, "category", "", "only this category: "+strings.Join(model.Categories, ", "))
	cmd.Flags().StringVar(&q.Source, "source", "", "only from this source")
	cmd.Flags().StringArrayVar(&q.Filters, "filter", nil, "only what passes: "+strings.Join(catalog.Filters, ", ")+"; may be repeated")
	cmd.Flags().StringVar(&q.Sort, "sort", "", strings.Join(catalog.Orders, ", ")+"; otherwise the best first")
	cmd.Flags().BoolVar(&noKey, "no-key", false, "only what needs no key")
	cmd.Flags().BoolVar(&noDocker, "no-docker", false, "only what needs no Docker")
	return cmd
}

// knownSource tells a mistyped source from one that has nothing.
func knownSource(ctx context.Context, b *backend.Backend, source string) error {
	states, err := b.Sources(ctx)
	if err != nil {
		return err
	}
	if source == catalog.File { // all that was imported
		return nil
	}
	var known []string
	for _, s := range states {
		if s.Source == source {
			return nil
		}
		known = append(known, s.Source)
	}
	return wrongUse("--source is one of " + strings.Join(append(known, catalog.File), ", "))
}

func count(n int, more bool) string {
	if more {
		return fmt.Sprintf("%d+", n)
	}
	return fmt.Sprint(n)
}

// syncResult is the JSON of one source's sync or import.
type syncResult struct {
	Source     string       `json:"source"`
	Read       int          `json:"read"`
	Kept       int          `json:"kept"`
	Older      int          `json:"older"`
	Changes    bool         `json:"changes"`
	Unreadable []unreadable `json:"unreadable"`
	LeftOut    []unreadable `json:"left_out"`
	Untold     int          `json:"untold,omitempty"`
	Error      string       `json:"error"`
	Sources    []syncResult `json:"sources,omitempty"`
}

type unreadable struct {
	Index  int    `json:"index"`
	Reason string `json:"reason"`
}

func jsonSync(r catalog.SyncResult) syncResult {
	out := syncResult{Source: r.Source, Read: r.Read, Kept: r.Kept, Older: r.Older, Changes: r.Changes, Unreadable: []unreadable{}, LeftOut: []unreadable{}, Untold: r.Untold}
	for _, u := range r.Unreadable {
		out.Unreadable = append(out.Unreadable, unreadable{u.Index, u.Reason})
	}
	for _, u := range r.LeftOut {
		out.LeftOut = append(out.LeftOut, unreadable{u.Index, u.Reason})
	}
	if r.Err != nil {
		out.Error = text.ForError(r.Err).Code
	}
	return out
}

// openCatalogue opens the backend for work on the catalogue, which is a passing
// one in a dry run.
func (c *cli) openCatalogue(ctx context.Context) (*backend.Backend, func(), error) {
	b, err := c.open(ctx)
	if err != nil {
		return nil, nil, err
	}
	if !c.dryRun {
		return b, func() {}, nil
	}
	return b.Rehearse(ctx)
}

func (c *cli) catalog() *cobra.Command {
	cmd := &cobra.Command{Use: "catalog", Short: "The lists of servers",
		RunE: func(cmd *cobra.Command, args []string) error {
			var known []string
			for _, sub := range cmd.Commands() {
				known = append(known, sub.Name())
			}
			what := "catalog " + strings.Join(known, ", ")
			if len(args) > 0 {
				what = "there is no command catalog " + args[0] + ", only " + strings.Join(known, ", ")
			}
			return wrongUse(what)
		}}
	cmd.AddCommand(c.sources()...)
	cmd.AddCommand(c.catalogExport(), c.catalogServe())
	cmd.AddCommand(&cobra.Command{
		Use: "import PATH", Short: "Load listings from a file or folder", Args: exactly(1, "name one file or folder"),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, end, err := c.openCatalogue(cmd.Context())
			if err != nil {
				return err
			}
			defer end()
			r, err := b.Import(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return c.print(jsonSync(r), func(w io.Writer) {
				fmt.Fprintln(w, text.Line("sync.done", "source", r.Source, "read", fmt.Sprint(r.Read), "kept", fmt.Sprint(r.Kept)))
				for i, u := range r.Unreadable {
					if i == maxLines {
						fmt.Fprintln(w, "  …")
						break
					}
					fmt.Fprintln(w, "  "+text.Line("import.unread", "n", fmt.Sprint(u.Index), "reason", u.Reason))
				}
			})
		},
	})
	return cmd
}

func (c *cli) sync() *cobra.Command {
	return &cobra.Command{
		Use: "sync [SOURCE]", Short: "Bring the lists up to date", Args: atMost(1, "name one source, or none for all"),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, end, err := c.openCatalogue(cmd.Context())
			if err != nil {
				return err
			}
			defer end()
			source := ""
			if len(args) == 1 {
				source = args[0]
			}
			results, err := b.Sync(cmd.Context(), source, c.progress())
			if err != nil {
				return err
			}
			all := syncResult{Source: source, Unreadable: []unreadable{}, LeftOut: []unreadable{}, Sources: []syncResult{}}
			var errs []error
			for _, r := range results {
				one := jsonSync(r)
				all.Read += one.Read
				all.Kept += one.Kept
				all.Older += one.Older
				all.Untold += one.Untold
				all.Unreadable = append(all.Unreadable, one.Unreadable...)
				all.LeftOut = append(all.LeftOut, one.LeftOut...)
				all.Sources = append(all.Sources, one)
				if r.Err != nil {
					errs = append(errs, r.Err)
				}
			}
			// One source that is down is skipped; nothing reached is a failure.
			if len(errs) > 0 && len(errs) == len(results) {
				return errors.Join(errs...)
			}
			return c.print(all, func(w io.Writer) {
				for _, r := range results {
					if r.Err != nil {
						fmt.Fprintf(w, "%s: %s\n", r.Source, text.ForError(r.Err).Message)
						continue
					}
					fmt.Fprintln(w, text.Line("sync.done", "source", r.Source, "read", fmt.Sprint(r.Read), "kept", fmt.Sprint(r.Kept)))
				}
			})
		},
	}
}
