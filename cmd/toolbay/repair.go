package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"toolbay/backend"
	"toolbay/backend/model"
	"toolbay/backend/text"
)

// maxFacts bounds the file of --facts, in bytes.
const maxFacts = 8 << 20

func (c *cli) repair() *cobra.Command {
	var req backend.RepairRequest
	var facts string
	var write, report bool
	cmd := &cobra.Command{
		Use: "repair [APP] [--file PATH [--as PATH]]", Short: "Find what is wrong in an app's settings file, and mend it",
		Args: atMost(1, "name one app, or none for all"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				req.App = args[0]
			}
			switch {
			case req.OS == "macos":
				req.OS = "darwin"
			case req.OS != "" && !slices.Contains([]string{"linux", "darwin", "windows"}, req.OS):
				return wrongUse("--os is linux, darwin or windows")
			}
			switch {
			case !slices.Contains([]string{"user", "project", "private"}, req.Scope):
				return wrongUse("--scope is user, project or private")
			case cmd.Flags().Changed("file") && req.File == "":
				return wrongUse("--file names no file")
			case !slices.Contains([]string{"none", "safe", "confirm"}, req.Allow):
				return wrongUse("--allow is none, safe or confirm")
			case req.File == "" && (req.As != "" || req.OS != "" || facts != "" || cmd.Flags().Changed("scope")):
				return wrongUse("--as, --os, --scope and --facts go with --file")
			}
			if facts != "" {
				var err error
				if req.Facts, err = readBounded(facts, maxFacts); err != nil {
					return err
				}
			}
			if req.File != "" {
				err := c.repairFile(cmd, req, write, report)
				if req.App == "" && model.Code(err) == "app_unknown" {
					return wrongUse("name the app whose file this is, or say with --as where it would be")
				}
				return err
			}
			return c.repairApps(cmd, req, write, report)
		},
	}
	f := cmd.Flags()
	f.StringVar(&req.File, "file", "", "one file instead of those that the apps have")
	f.StringVar(&req.As, "as", "", "where that file would be; else the app's own place")
	f.StringVar(&req.Scope, "scope", "user", "with --file: user, project, or private (in the user's own file)")
	f.StringVar(&req.OS, "os", "", "with --file: linux, darwin or windows; else this computer's")
	f.StringVar(&facts, "facts", "", "with --file: a file that tells of that computer")
	f.StringVar(&req.Allow, "allow", "safe", "what may be mended: none, safe, or confirm for what else would be asked")
	f.BoolVar(&write, "write", false, "write what was mended; undo takes it back")
	closingFlags(f, &req.Closing)
	f.BoolVar(&report, "report", false, "print a report for somebody who helps: without what the files say")
	return cmd
}

func readBounded(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, model.Fail("file_missing", err, "path", path)
	}
	if err != nil {
		return nil, model.Fail("file_unreadable", err, "path", path)
	}
	defer f.Close()
	src, err := io.ReadAll(io.LimitReader(f, most))
	if err != nil {
		return nil, model.Fail("file_unreadable", err, "path", path)
	}
	return src, nil
}

// repairFile needs nothing but the file, unless it is to be written.
func (c *cli) repairFile(cmd *cobra.Command, req backend.RepairRequest, write, report bool) error {
	if !write {
		view, err := backend.RepairText(req, runtime.GOOS)
		if err != nil {
			return err
		}
		return c.print(view, func(w io.Writer) { printRepairs(w, []backend.RepairView{view}, nil, report) })
	}
	b, err := c.open(cmd.Context())
	if err != nil {
		return err
	}
	result, err := b.RepairOne(cmd.Context(), req, c.dryRun)
	if err != nil {
		return err
	}
	return c.print(result.Views[0], func(w io.Writer) { printRepairs(w, result.Views, &result, report) })
}

func (c *cli) repairApps(cmd *cobra.Command, req backend.RepairRequest, write, report bool) error {
	b, err := c.open(cmd.Context())
	if err != nil {
		return err
	}
	result, err := b.Repair(cmd.Context(), req, c.dryRun || !write)
	if err != nil {
		return err
	}
	views := result.Views
	if views == nil {
		views = []backend.RepairView{}
	}
	return c.print(views, func(w io.Writer) { printRepairs(w, views, &result, report) })
}

func printRepairs(w io.Writer, views []backend.RepairView, result *backend.RepairResult, report bool) {
	if report {
		fmt.Fprint(w, backend.RepairReport(views, backend.ThisOwner()))
		return
	}
	for _, v := range views {
		fmt.Fprintf(w, "%s  %s\n", v.App, v.Path)
		for _, p := range v.Problems {
			where := p.Where
			if where != "" {
				where = "  (" + where + ")"
			}
			fmt.Fprintf(w, "  %s%s\n    %s\n", p.Title, where, p.Detail)
			if p.Fix != "never" {
				fmt.Fprintf(w, "    %s  [%s]\n", text.Line("repair.fix."+p.Fix), p.Code)
			} else {
				fmt.Fprintf(w, "    [%s]\n", p.Code)
			}
		}
		if len(v.Problems) == 0 {
			fmt.Fprintln(w, "  "+text.Line("report.healthy"))
		}
		for _, n := range v.Notes {
			fmt.Fprintln(w, "  - "+strings.ReplaceAll(n, "\n", "\n    "))
		}
	}
	if result == nil {
		return
	}
	for _, f := range result.Files {
		fmt.Fprintf(w, "\n%s\n%s", f.Shown, f.Diff)
	}
	for _, x := range result.Warnings {
		fmt.Fprintln(w, x.Text)
	}
	if result.Change != "" {
		fmt.Fprintln(w, text.Line("repair.done", "change", result.Change))
		for _, r := range result.Restart {
			fmt.Fprintln(w, r.Text)
		}
	} else if len(result.Files) > 0 {
		fmt.Fprintln(w, text.Line("repair.would"))
	}
	if result.Note != "" {
		fmt.Fprintln(w, text.Line("repair.kept", "path", result.Note))
	}
}
