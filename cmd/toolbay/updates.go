package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"toolbay/backend"
	"toolbay/backend/model"
	"toolbay/backend/text"
	"toolbay/backend/update"
)

// updateLine is one server of an update of all.
type updateLine struct {
	backend.UpdateResult
	Error *failure `json:"error"`
}

func (c *cli) update() *cobra.Command {
	var (
		req              backend.UpdateRequest
		check            bool
		answers, secrets []string
	)
	cmd := &cobra.Command{
		Use: "update [SERVER]", Short: "Bring one server, or all, up to date; --check only looks", Args: atMost(1, "name one server, or none for all"),
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			if len(args) == 1 {
				req.Server = args[0]
			} else if req.Again || len(answers)+len(secrets) > 0 {
				return wrongUse("name the server that this is for")
			}
			if req.Answers, err = pairs("--answer", answers); err != nil {
				return err
			}
			if req.Secrets, err = c.readSecrets("secret", secrets); err != nil {
				return err
			}
			req.Yes, req.DryRun = c.yes, c.dryRun
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			switch {
			case check && (req.Server == "" || !req.Yes):
				return c.checkUpdates(cmd, b, args)
			case check:
				res, err := b.PrepareUpdate(cmd.Context(), req, c.progress())
				if err != nil {
					return err
				}
				return c.print(res, func(w io.Writer) { tellUpdate(w, res, req) })
			case req.Server == "":
				return c.updateAll(cmd, b, req)
			}
			res, err := b.Update(cmd.Context(), req, c.progress())
			if model.Code(err) == "consent_needed" && c.agree(err) {
				req.Yes = true
				res, err = b.Update(cmd.Context(), req, c.progress())
			}
			if err != nil {
				return err
			}
			return c.print(res, func(w io.Writer) { tellUpdate(w, res, req) })
		},
	}
	f := cmd.Flags()
	f.BoolVar(&check, "check", false, "only look; with a server and --yes the new version is fetched and compared, not switched to")
	f.BoolVar(&req.Again, "again", false, "fetch the version that is installed once more, and put it in place")
	f.StringArrayVar(&answers, "answer", nil, "a setting that the new version asks for, NAME=VALUE")
	f.StringArrayVar(&secrets, "secret", nil, "a key that the new version asks for, NAME=-; its value is one line of standard input")
	f.BoolVar(&req.AllowScripts, "allow-scripts", false, "let packages run their own set-up programs")
	f.BoolVar(&req.AcceptRisk, "accept-risk", false, "agree to what is risky about the new version")
	return cmd
}

func (c *cli) checkUpdates(cmd *cobra.Command, b *backend.Backend, ids []string) error {
	look := func() ([]backend.UpdateView, error) { return b.CheckUpdates(cmd.Context(), ids...) }
	if c.dryRun {
		look = func() ([]backend.UpdateView, error) { return b.Updates(cmd.Context()) }
	}
	found, err := look()
	if err != nil {
		return err
	}
	return c.print(found, func(w io.Writer) {
		for _, u := range found {
			state := text.Line("update."+u.State, "version", u.Newer)
			if u.Pinned {
				state += ", " + text.Line("update.pinned")
			}
			if u.Error != "" {
				state += ": " + text.ForError(model.Fail(u.Error, nil, "server", u.Server)).Message
			}
			fmt.Fprintf(w, "%-20s %-12s %s\n", u.Server, u.Version, state)
			if u.Said != nil {
				fmt.Fprintf(w, "%-20s %s\n", "", u.Said.Message)
			}
		}
	})
}

// updateAll brings everything up to date that has something newer and is not
// pinned. What needs more than a yes, or fails, is told and left as it is.
func (c *cli) updateAll(cmd *cobra.Command, b *backend.Backend, req backend.UpdateRequest) error {
	found, err := b.CheckUpdates(cmd.Context())
	if err != nil {
		return err
	}
	out, exit := []updateLine{}, exitOK
	for _, u := range found {
		if u.Pinned || u.State != backend.UpdateNewer && u.State != backend.UpdateChanged {
			continue
		}
		req.Server = u.Server
		res, err := b.Update(cmd.Context(), req, c.progress())
		line := updateLine{UpdateResult: res}
		if err != nil {
			if cmd.Context().Err() != nil {
				return err
			}
			line.Server, line.Title, line.From, line.To = u.Server, u.Title, u.Version, cmp.Or(u.Newer, u.Version)
			line.Difference = update.Compare(update.Side{Version: u.Version}, update.Side{Version: line.To})
			f, n := failureOf(err)
			line.Error, exit = &f, worse(exit, n)
		}
		out = append(out, line)
	}
	if err := c.print(out, func(w io.Writer) {
		for _, line := range out {
			if line.Error == nil {
				tellUpdate(w, line.UpdateResult, req)
				continue
			}
			fmt.Fprintf(w, "%s: %s\n", line.Title, line.Error.Message)
			for _, n := range line.Error.Needs {
				fmt.Fprintf(w, "  - %s  (%s)\n", oneLine(n.Text), n.Flag)
			}
		}
		if len(out) == 0 {
			fmt.Fprintln(w, text.Line("update.all-current"))
		}
	}); err != nil || exit == exitOK {
		return err
	}
	return &reported{exit}
}

// worse is the exit code of two: a failure counts for more than a question.
func worse(a, b int) int {
	if a == exitFailed || b == exitFailed {
		return exitFailed
	}
	return max(a, b)
}

func tellUpdate(w io.Writer, r backend.UpdateResult, req backend.UpdateRequest) {
	args := []string{"title", r.Title, "server", r.Server, "from", r.From, "version", r.To, "earlier", r.From}
	switch {
	case r.Newest:
		fmt.Fprintln(w, text.Line("update.none", args...))
		return
	case req.DryRun:
		fmt.Fprintln(w, text.Line("update.would", args...))
		return
	case r.Change == "":
		fmt.Fprintln(w, text.Line("update.ready", args...))
	case req.Again:
		fmt.Fprintln(w, text.Line("update.mended", args...))
	default:
		fmt.Fprintln(w, text.Line("update.done", args...))
	}
	tellDifference(w, r.Difference)
	for _, path := range r.Trashed {
		fmt.Fprintln(w, text.Line("update.trashed", "path", path))
	}
	if r.FreedBytes > 0 {
		fmt.Fprintln(w, text.Line("update.freed", "size", inMB(r.FreedBytes)))
	}
}

func tellDifference(w io.Writer, d update.Difference) {
	say := func(key string, args ...string) { fmt.Fprintln(w, "  "+text.Line("update."+key, args...)) }
	nobody := func(s string) string { return cmp.Or(s, text.Line("update.nobody")) }
	for _, t := range d.Added {
		say("tool-added", "name", t.Name)
	}
	for _, t := range d.Removed {
		say("tool-removed", "name", t.Name)
	}
	for _, t := range d.Reworded {
		say("tool-reworded", "name", t.Name)
		for _, side := range []struct {
			key   string
			words update.Words
		}{{"before", t.Before}, {"after", t.After}} {
			fmt.Fprintln(w, "    "+text.Line("update."+side.key, "text", oneLine(side.words.Title+" "+side.words.Description+" "+side.words.Takes)))
		}
	}
	for _, i := range d.NewInputs {
		say("input-new", "name", i.Name)
	}
	for _, name := range d.GoneInputs {
		say("input-gone", "name", name)
	}
	if p := d.Publisher; p != nil {
		say("publisher", "before", nobody(p.Before), "after", nobody(p.After))
	}
	if d.Signer != nil {
		say("signer")
	}
	if l := d.Command; l != nil {
		say("command", "before", strings.Join(l.Before, " "), "after", strings.Join(l.After, " "))
	}
	if len(d.Kept) > 0 {
		say("kept", "names", firstOf(d.Kept))
	}
	if len(d.Left) > 0 {
		say("left", "version", d.From, "names", firstOf(d.Left))
	}
}

// firstOf names some of a list and says how many more there are.
func firstOf(list []string) string {
	names := oneLine(strings.Join(list[:min(len(list), maxFindings)], ", "))
	if more := len(list) - maxFindings; more > 0 {
		names += fmt.Sprintf(", … (+%d)", more)
	}
	return names
}

func (c *cli) rollback() *cobra.Command {
	return &cobra.Command{
		Use: "rollback SERVER", Short: "Go back to the version before the last update; again goes forth", Args: exactly(1, "name one server"),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			res, err := b.Rollback(cmd.Context(), args[0], c.dryRun)
			if err != nil {
				return err
			}
			return c.print(res, func(w io.Writer) {
				key := "rollback.done"
				if c.dryRun {
					key = "rollback.would"
				}
				fmt.Fprintln(w, text.Line(key, "title", res.Title, "server", res.Server, "version", res.To, "earlier", res.Earlier))
				tellDifference(w, res.Difference)
			})
		},
	}
}

func (c *cli) pin(name string, pinned bool, short string) *cobra.Command {
	return &cobra.Command{
		Use: name + " SERVER", Short: short, Args: exactly(1, "name one server"),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			if !c.dryRun {
				if err := b.Pin(cmd.Context(), args[0], pinned); err != nil {
					return err
				}
			}
			known, err := b.Updates(cmd.Context())
			if err != nil {
				return err
			}
			for _, u := range known {
				if u.Server == args[0] {
					u.Pinned = pinned // as it would be, in a dry run
					return c.print(u, func(w io.Writer) {
						fmt.Fprintln(w, text.Line(name+".done", "title", u.Title, "version", u.Version))
					})
				}
			}
			return model.Fail("server_unknown", nil, "server", args[0])
		},
	}
}

// maxFindings is how many files a person is told of each kind; --json has all.
const maxFindings = 10

func (c *cli) verify() *cobra.Command {
	return &cobra.Command{
		Use: "verify [SERVER…]", Short: "Compare what is installed with what was installed",
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			res, err := b.Verify(cmd.Context(), args...)
			if err != nil {
				return err
			}
			wrong := false
			for _, r := range res {
				wrong = wrong || r.State == backend.VerifiedWrong
			}
			if err := c.print(res, func(w io.Writer) { tellVerified(w, res) }); err != nil || !wrong {
				return err
			}
			return &reported{exitFailed}
		},
	}
}

func tellVerified(w io.Writer, res []backend.VerifyResult) {
	for _, r := range res {
		fmt.Fprintln(w, text.Line("verify."+r.State, "server", r.Server, "version", r.Version, "n", fmt.Sprint(r.Files)))
		told := map[string]int{}
		for _, f := range r.Findings {
			if told[f.Code]++; told[f.Code] <= maxFindings {
				fmt.Fprintln(w, "  "+oneLine(f.Text))
			}
		}
		for _, f := range r.Findings {
			if n := told[f.Code] - maxFindings; n > 0 {
				fmt.Fprintln(w, "  "+text.Line("verify.more", "n", fmt.Sprint(n)))
				told[f.Code] = 0
			}
		}
		if r.Hint != "" {
			fmt.Fprintln(w, r.Hint)
		}
	}
}

func (c *cli) disk() *cobra.Command {
	var clean, trash bool
	cmd := &cobra.Command{
		Use: "disk", Short: "What Toolbay takes on this computer; --clean gives back what nobody uses", Args: exactly(0, "disk takes nothing"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if trash && !clean {
				return wrongUse("--trash goes with --clean")
			}
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			if clean {
				res, err := b.CleanDisk(cmd.Context(), trash, c.dryRun)
				if err != nil {
					return err
				}
				return c.print(res, func(w io.Writer) {
					for _, p := range res.Removed {
						fmt.Fprintf(w, "%10s  %s %s\n", inMB(p.Bytes), text.Line("disk."+p.Kind), p.Name)
					}
					key := "disk.cleaned"
					if c.dryRun {
						key = "disk.would-clean"
					}
					fmt.Fprintln(w, text.Line(key, "size", inMB(res.FreedBytes)))
				})
			}
			use, err := b.DiskUse(cmd.Context())
			if err != nil {
				return err
			}
			return c.print(use, func(w io.Writer) {
				for _, p := range use.Parts {
					note := ""
					if !p.Used {
						note = " (" + text.Line("disk.unused") + ")"
					}
					fmt.Fprintf(w, "%10s  %s %s%s\n", inMB(p.Bytes), text.Line("disk."+p.Kind), p.Name, note)
				}
				fmt.Fprintf(w, "%10s  %s\n", inMB(use.Total), text.Line("disk.total"))
				if use.Free > 0 {
					fmt.Fprintln(w, text.Line("disk.free", "size", inMB(use.Free)))
				}
			})
		},
	}
	f := cmd.Flags()
	f.BoolVar(&clean, "clean", false, "remove what nobody uses: programs that run no server any more, kept downloads")
	f.BoolVar(&trash, "trash", false, "also what was removed and could still be brought back")
	return cmd
}

// failureOf is an error as it is told, with the exit code that belongs to it.
func failureOf(err error) (failure, int) {
	w := text.ForError(err)
	exit := exitFailed
	switch w.Code {
	case "wrong_use":
		exit = exitUse
	case "consent_needed", "input_needed", "apps_in_the_way":
		exit = exitConsent
	}
	return failure{Code: w.Code, Message: w.Message, Hint: w.Hint, Command: w.Command, Args: w.Args, Needs: append([]model.Need{}, w.Needs...), Detail: w.Detail}, exit
}

func inMB(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }
