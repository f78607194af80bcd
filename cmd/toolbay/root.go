package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"unicode"

	"github.com/spf13/cobra"

	"toolbay/backend"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/text"
)

// Exit codes, a contract (docs/cli.md).
const (
	exitOK      = 0
	exitFailed  = 1
	exitUse     = 2
	exitConsent = 3
)

// cli is one run of the command line.
type cli struct {
	in       *bufio.Reader
	out, err io.Writer
	json     bool
	yes      bool
	dryRun   bool
	back     *backend.Backend
	printed  bool
}

func run(args []string, in io.Reader, out, errw io.Writer) int {
	c := &cli{in: bufio.NewReader(in), out: out, err: errw}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := c.root()
	root.SetArgs(args)
	root.SetErr(errw)
	// Known before the flags are parsed, so that a wrong flag is reported as
	// JSON too.
	c.json = asked(args, "--json")
	// Help and the version are plain text; with --json they become the one
	// document.
	var words strings.Builder
	root.SetOut(out)
	if c.json {
		root.SetOut(&words)
	}
	err := root.ExecuteContext(ctx)
	if c.back != nil {
		c.back.Close()
	}
	if err == nil && c.json && !c.printed {
		err = c.print(map[string]string{"text": words.String()}, nil)
	}
	if err == nil {
		return exitOK
	}
	if ctx.Err() != nil && model.Code(err) == "unexpected" {
		err = model.Fail("cancelled", err)
	}
	return c.fail(err)
}

func asked(args []string, flag string) bool {
	for _, a := range args {
		if a == "--" {
			return false
		}
		if a == flag || a == flag+"=true" {
			return true
		}
	}
	return false
}

func (c *cli) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "toolbay",
		Short:         "Give your AI apps their tools",
		Version:       backend.Version,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return wrongUse("there is no command " + args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if c.json {
				return wrongUse("no command given")
			}
			return cmd.Help()
		},
	}
	f := root.PersistentFlags()
	f.BoolVar(&c.json, "json", false, "print exactly one JSON document")
	f.BoolVar(&c.yes, "yes", false, "agree to downloads and to changes of the apps' files")
	f.BoolVar(&c.dryRun, "dry-run", false, "show what would happen, write nothing")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return wrongUse(err.Error()) })
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(
		c.search(), c.show(), c.plan(), c.catalog(), c.sync(), c.status(),
		c.install(), c.paste(), c.adopt(), c.giveBack(), c.list(), c.test(), c.remove(),
		c.update(), c.rollback(), c.pin("pin", true, "Keep a server at its version"), c.pin("unpin", false, "Let a server be updated again"), c.verify(), c.disk(),
		c.apps(), c.connect(), c.disconnect(), c.notices(), c.render(), c.repair(), c.doctor(), c.undo(), c.history(), c.diff(), c.backups(), c.restore(),
		c.profile(), c.login(), c.logout(), c.keys(), c.settings(), c.bundle(), c.extensions(), runHelp(),
	)
	return root
}

// runHelp stands in the help only; main answers `run` before anything else.
func runHelp() *cobra.Command {
	return &cobra.Command{
		Use: "run SERVER [--profile P]", Short: "Start an installed server; AI apps call this",
		RunE: func(*cobra.Command, []string) error { return wrongUse("run must come first") },
	}
}

// open opens the backend once for this run.
func (c *cli) open(ctx context.Context) (*backend.Backend, error) {
	dir, err := os.Getwd()
	if err != nil {
		dir = ""
	}
	// This program is what apps start, under whatever name it was built.
	self, err := os.Executable()
	if err != nil {
		self = ""
	}
	c.back, err = backend.Open(ctx, backend.Options{
		ProjectDir: dir, Launcher: self,
		Unpacking: func() { fmt.Fprintln(c.err, text.Line("catalogue.unpacking")) },
	})
	if err == nil && c.back.Rebuilt() {
		fmt.Fprintln(c.err, text.Line("database.rebuilt"))
	}
	return c.back, err
}

// print answers a command: v as JSON, or lines for a person.
func (c *cli) print(v any, lines func(w io.Writer)) error {
	c.printed = true
	if c.json {
		enc := json.NewEncoder(c.out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		return enc.Encode(v)
	}
	lines(plain{c.out})
	return nil
}

// plain writes text that came from anywhere, a server's log or a listing, to
// what may be a terminal: without the signs by which a terminal is told to do
// something.
type plain struct{ w io.Writer }

func (p plain) Write(b []byte) (int, error) {
	kept := strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			return -1
		}
		return r
	}, string(b))
	if _, err := io.WriteString(p.w, kept); err != nil {
		return 0, err
	}
	return len(b), nil
}

type failure struct {
	Code    string            `json:"code"`
	Message string            `json:"message"`
	Hint    string            `json:"hint"`
	Command string            `json:"command"`
	Args    map[string]string `json:"args"`
	Needs   []model.Need      `json:"needs"`
	Detail  string            `json:"detail"`
}

// fail reports err and gives the exit code.
func (c *cli) fail(err error) int {
	var said *reported
	if errors.As(err, &said) {
		return said.exit
	}
	w, exit := failureOf(err)
	if c.json {
		enc := json.NewEncoder(c.out)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		enc.Encode(map[string]failure{"error": w})
		return exit
	}
	to := plain{c.err}
	fmt.Fprintln(to, w.Message)
	for _, n := range w.Needs {
		fmt.Fprintf(to, "  - %s  (%s)\n", oneLine(n.Text), n.Flag)
	}
	if w.Hint != "" {
		fmt.Fprintln(to, w.Hint)
	}
	if w.Command != "" {
		fmt.Fprintln(to, text.Line("failure.do", "command", w.Command))
	}
	if w.Code == "unexpected" || exit == exitFailed && w.Detail != w.Code {
		fmt.Fprintln(to, "Details:", w.Detail)
	}
	return exit
}

// reported is a failure whose answer is on stdout already.
type reported struct{ exit int }

func (*reported) Error() string { return "reported" }

func wrongUse(what string) error { return model.Fail("wrong_use", nil, "what", what) }

// progress tells a person, on the error output, which stage work is in.
func (c *cli) progress() job.Report {
	// One line for a stage and each tenth of it: a log must stay readable.
	last, telling := "", sync.Mutex{}
	return func(p job.Progress) {
		// Several sources are read at once.
		telling.Lock()
		defer telling.Unlock()
		step := p.Stage
		if p.Total > 0 {
			step += fmt.Sprint(p.Done * 10 / p.Total)
		}
		if step == last {
			return
		}
		last = step
		switch {
		case p.Total > 0 && p.Unit == "bytes":
			fmt.Fprintf(c.err, "%s %.0f/%.0f MB\n", text.Stage(p.Stage), float64(p.Done)/1e6, float64(p.Total)/1e6)
		case p.Total > 0:
			fmt.Fprintf(c.err, "%s %d/%d\n", text.Stage(p.Stage), p.Done, p.Total)
		default:
			fmt.Fprintln(c.err, text.Stage(p.Stage))
		}
	}
}

// appAndServers reads "APP SERVER…" where APP may come as --app instead.
func appAndServers(app string, args []string) (string, []string, error) {
	if app == "" {
		if len(args) < 2 {
			return "", nil, wrongUse("name an app and at least one server")
		}
		return args[0], args[1:], nil
	}
	if len(args) == 0 {
		return "", nil, wrongUse("name at least one server")
	}
	return app, args, nil
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// exactly and atLeast are argument rules whose failure is a wrong use.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != n {
			return wrongUse(what)
		}
		return nil
	}
}

func atMost(n int, what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) > n {
			return wrongUse(what)
		}
		return nil
	}
}

func atLeast(n int, what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) < n {
			return wrongUse(what)
		}
		return nil
	}
}
