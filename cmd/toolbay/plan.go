package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"toolbay/backend"
	"toolbay/backend/model"
	"toolbay/backend/text"
)

// maxServerJSON is the most that is read of one server's description.
const maxServerJSON = 1 << 20

func (c *cli) plan() *cobra.Command {
	var (
		file, system, processor string
		number                  int
		answers                 []string
	)
	cmd := &cobra.Command{
		Use: "plan --server-json FILE", Short: "Show how a server would be started, from its server.json", Args: exactly(0, "plan takes flags only"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if file == "" {
				return wrongUse("plan needs --server-json FILE, or - for standard input")
			}
			req := backend.PlanRequest{Package: -1}
			if cmd.Flags().Changed("package") {
				if number < 0 {
					return wrongUse("--package counts from 0")
				}
				req.Package = number
			}
			var ok bool
			if req.On, ok = backend.PlatformOf(system, processor); !ok {
				return wrongUse("--os is linux, darwin or windows, --arch is amd64 or arm64")
			}
			var err error
			if req.Answers, err = pairs("--answer", answers); err != nil {
				return err
			}
			if req.File, req.ServerJSON, err = c.serverJSON(file); err != nil {
				return err
			}
			plan, err := backend.PlanServer(req)
			if err != nil {
				return err
			}
			return c.print(plan, func(w io.Writer) { printPlan(w, plan) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&file, "server-json", "", "the server's description; - reads standard input")
	f.IntVar(&number, "package", 0, "which of its packages, and then remotes, counted from 0; without it the best for the system")
	f.StringArrayVar(&answers, "answer", nil, "a setting, NAME=VALUE; a key's value is not shown")
	f.StringVar(&system, "os", "", "for linux, darwin or windows, when not for this computer")
	f.StringVar(&processor, "arch", "", "for amd64 or arm64, when not for this computer")
	return cmd
}

// serverJSON reads the file called name and says what to call it in errors.
func (c *cli) serverJSON(name string) (called string, body []byte, err error) {
	in := io.Reader(c.in)
	called = text.Line("plan.stdin")
	if name != "-" {
		called = filepath.Base(name)
		f, err := os.Open(name)
		if errors.Is(err, fs.ErrNotExist) {
			return "", nil, model.Fail("import_missing", err, "file", called)
		}
		if err != nil {
			return "", nil, model.Fail("import_unreadable", err, "file", called)
		}
		defer f.Close()
		in = f
	}
	if body, err = io.ReadAll(io.LimitReader(in, maxServerJSON+1)); err != nil {
		return "", nil, model.Fail("import_unreadable", err, "file", called)
	}
	return called, body, nil
}

func printPlan(w io.Writer, p backend.Plan) {
	if p.Command != "" {
		words := []string{p.Command}
		for _, a := range p.Args {
			if a == "" || strings.ContainsAny(a, " \t\n\"'") {
				a = fmt.Sprintf("%q", a)
			}
			words = append(words, a)
		}
		fmt.Fprintln(w, strings.Join(words, " "))
	}
	if p.URL != "" {
		fmt.Fprintln(w, p.URL)
	}
	for _, m := range []map[string]string{p.Env, p.Headers} {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			fmt.Fprintf(w, "  %s=%s\n", k, oneLine(m[k]))
		}
	}
	for _, in := range p.Inputs {
		fmt.Fprintf(w, "  - %s: %s\n", in.Name, in.Label)
	}
	for _, warning := range p.Warnings {
		fmt.Fprintf(w, "  ! %s\n", warning)
	}
}
