package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"toolbay/backend"
	"toolbay/backend/model"
	"toolbay/backend/text"
)

func (c *cli) backups() *cobra.Command {
	app := ""
	cmd := &cobra.Command{
		Use: "backups [FILE]", Short: "The copies that Toolbay has of your apps' files",
		Args: atMost(1, "name one file, or none for all"),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			file := ""
			if len(args) == 1 {
				file = args[0]
			}
			list, err := b.Backups(cmd.Context(), file, app)
			if err != nil {
				return err
			}
			return c.print(list, func(w io.Writer) { printBackups(w, list) })
		},
	}
	cmd.Flags().StringVar(&app, "app", "", "only files of this app")
	cmd.AddCommand(c.backupsDiff(), c.backupsDelete())
	return cmd
}

func printBackups(w io.Writer, list backend.BackupList) {
	for _, f := range list.Files {
		fmt.Fprintf(w, "%s  %s  %s\n", f.Path, strings.Join(f.Apps, ", "), inKB(f.Bytes))
		for _, v := range f.Versions {
			what := v.Kind + " " + v.Title
			if v.By == "other" {
				what = text.Line("backups.found")
			}
			if v.First {
				what = text.Line("backups.first")
			}
			var marks []string
			for _, m := range []struct {
				is   bool
				line string
			}{{v.Absent, "backups.absent"}, {v.Stands, "backups.stands"}, {v.Deleted, "backups.deleted"}} {
				if m.is {
					marks = append(marks, text.Line(m.line))
				}
			}
			if len(marks) > 0 {
				what += " (" + strings.Join(marks, ", ") + ")"
			}
			fmt.Fprintf(w, "  %-28s %s  %9s  %s\n", v.ID, v.Time.Local().Format("2006-01-02 15:04"), inKB(v.Bytes), what)
		}
	}
	if len(list.Files) == 0 {
		fmt.Fprintln(w, text.Line("backups.none"))
		return
	}
	fmt.Fprintln(w, text.Line("backups.total", "size", inKB(list.Bytes)))
}

func inKB(n int64) string {
	if n >= 1e6 {
		return inMB(n)
	}
	return fmt.Sprintf("%.1f kB", float64(n)/1e3)
}

func (c *cli) backupsDiff() *cobra.Command {
	var from, to string
	cmd := &cobra.Command{
		Use: "diff FILE --from ID [--to ID]", Short: "What changed from one copy of a file to another, or to the file as it is",
		Args: exactly(1, "name one file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if from == "" {
				return wrongUse("name a copy with --from ID")
			}
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			d, err := b.DiffBackups(cmd.Context(), args[0], from, to)
			if err != nil {
				return err
			}
			return c.printChange(backend.ChangeResult{Files: []backend.FileDiff{d}, Restart: []backend.Restart{}, Warnings: []backend.Warning{}}, "")
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "the ID of a copy")
	cmd.Flags().StringVar(&to, "to", "", "the ID of another copy; the file as it is unless given")
	return cmd
}

func (c *cli) backupsDelete() *cobra.Command {
	key := ""
	cmd := &cobra.Command{
		Use: "delete --holding-key SERVER[/NAME]|-", Short: "Delete the copies in which a key stands readable",
		Args: exactly(0, "delete takes --holding-key and nothing else"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if key == "" {
				return wrongUse("name whose key with --holding-key SERVER[/NAME], or - to read it from standard input")
			}
			values := []string{}
			if key == "-" {
				read, err := c.readSecrets("holding-key", []string{"key=-"})
				if err != nil {
					return err
				}
				values = append(values, read["key"])
			}
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			if key != "-" {
				server, name, _ := strings.Cut(key, "/")
				if values, err = b.KeyValues(cmd.Context(), server, name); err != nil {
					return err
				}
			}
			res, err := b.DeleteHolding(cmd.Context(), values, c.dryRun, c.yes)
			if model.Code(err) == "consent_needed" && c.agree(err) {
				res, err = b.DeleteHolding(cmd.Context(), values, false, true)
			}
			if err != nil {
				return err
			}
			return c.print(res, func(w io.Writer) {
				for _, held := range res.Copies {
					fmt.Fprintf(w, "%s  %s\n", held.Path, held.Version)
				}
				switch {
				case len(res.Copies) == 0:
					fmt.Fprintln(w, text.Line("backups.holds-none"))
				case c.dryRun:
					fmt.Fprintln(w, text.Line("backups.would-delete", "n", fmt.Sprint(len(res.Copies))))
				default:
					fmt.Fprintln(w, text.Line("backups.did-delete", "n", fmt.Sprint(res.Deleted)))
				}
				for _, path := range res.Still {
					fmt.Fprintln(w, text.Line("backups.still", "path", path))
				}
			})
		},
	}
	cmd.Flags().StringVar(&key, "holding-key", "", "a server, or one key of it; - reads the key from standard input")
	return cmd
}

func (c *cli) restore() *cobra.Command {
	var at string
	var risk bool
	cmd := &cobra.Command{
		Use: "restore FILE --at ID", Short: "Make a file what it was in one of its copies",
		Args: exactly(1, "name one file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if at == "" {
				return wrongUse("name a copy with --at ID; `toolbay backups FILE` lists them")
			}
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			res, err := b.Restore(cmd.Context(), args[0], at, c.dryRun, risk)
			if err != nil {
				return err
			}
			return c.printChange(res, text.Line("change.none"))
		},
	}
	cmd.Flags().StringVar(&at, "at", "", "the ID of a copy")
	cmd.Flags().BoolVar(&risk, "accept-risk", false, "also when an app cannot read that copy")
	return cmd
}
