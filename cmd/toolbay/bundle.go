package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"toolbay/backend"
	"toolbay/backend/bundle"
	"toolbay/backend/model"
	"toolbay/backend/text"
)

func (c *cli) bundle() *cobra.Command {
	cmd := &cobra.Command{
		Use: "bundle", Short: "Look at bundles (.mcpb, .dxt) and make them",
		Args: func(*cobra.Command, []string) error { return wrongUse("bundle is followed by check, pack or from") },
		RunE: func(*cobra.Command, []string) error { return nil },
	}
	cmd.AddCommand(c.bundleCheck(), c.bundlePack(), c.bundleFrom())
	return cmd
}

// checked is the JSON of `bundle check`.
type checked struct {
	Verdict   string           `json:"verdict"`
	Reasons   []bundle.Reason  `json:"reasons"`
	Signature signature        `json:"signature"`
	Manifest  *bundle.Manifest `json:"manifest"`
}

type signature struct {
	Status      string  `json:"status"`
	Publisher   string  `json:"publisher"`
	Fingerprint string  `json:"fingerprint"`
	Signed      *string `json:"signed"`
}

func (c *cli) bundleCheck() *cobra.Command {
	var system, processor string
	cmd := &cobra.Command{
		Use: "check FILE", Short: "Tell whether a bundle can be installed, and what to know about it", Args: exactly(1, "name one file"),
		RunE: func(_ *cobra.Command, args []string) error {
			on, ok := backend.PlatformOf(system, processor)
			if !ok {
				return wrongUse("--os is linux, darwin or windows, --arch is amd64 or arm64")
			}
			out, err := checkBundle(args[0], bundle.Platform(on))
			if err != nil {
				return err
			}
			return c.print(out, func(w io.Writer) { printChecked(w, out) })
		},
	}
	cmd.Flags().StringVar(&system, "os", "", "for linux, darwin or windows, when not for this computer")
	cmd.Flags().StringVar(&processor, "arch", "", "for amd64 or arm64, when not for this computer")
	return cmd
}

func checkBundle(name string, on bundle.Platform) (checked, error) {
	called := filepath.Base(name)
	f, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return checked{}, model.Fail("import_missing", err, "file", called)
	}
	if err != nil {
		return checked{}, model.Fail("import_unreadable", err, "file", called)
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil || !st.Mode().IsRegular() {
		return checked{}, model.Fail("import_unreadable", err, "file", called)
	}
	b, err := bundle.Open(f, st.Size(), bundle.Options{})
	if err != nil {
		return checked{}, model.Fail("import_unreadable", err, "file", called)
	}
	v := b.Verdict(on)
	out := checked{
		Verdict: v.Verdict, Reasons: v.Reasons,
		Signature: signature{Status: b.Signature.Status, Publisher: b.Signature.Publisher, Fingerprint: b.Signature.Fingerprint},
	}
	if t := b.Signature.Signed; !t.IsZero() {
		said := t.UTC().Format(time.RFC3339)
		out.Signature.Signed = &said
	}
	if b.Readable() {
		out.Manifest = &b.Manifest
	}
	return out, nil
}

func printChecked(w io.Writer, out checked) {
	if m := out.Manifest; m != nil {
		line := "bundle.title"
		if m.Author.Name == "" {
			line = "bundle.title-nobody"
		}
		fmt.Fprintln(w, text.Line(line, "title", m.Title, "version", m.Version, "publisher", m.Author.Name))
	}
	fmt.Fprintln(w, text.Line("bundle.verdict."+out.Verdict))
	for _, r := range out.Reasons {
		fmt.Fprintf(w, "  - %s  (%s)\n", oneLine(r.Text), r.Code)
	}
	fmt.Fprintln(w, text.Line("bundle.signature."+out.Signature.Status, "name", out.Signature.Publisher))
}

// packed is the JSON of `bundle pack`.
type packed struct {
	File     string           `json:"file"`
	Name     string           `json:"name"`
	Version  string           `json:"version"`
	Files    int              `json:"files"`
	Ignored  int              `json:"ignored"`
	Size     int64            `json:"size"`
	SHA256   string           `json:"sha256"`
	Verdict  string           `json:"verdict"`
	Reasons  []bundle.Reason  `json:"reasons"`
	Manifest *bundle.Manifest `json:"manifest"`
}

func (c *cli) bundlePack() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use: "pack DIR", Short: "Make a bundle of a folder with a manifest.json", Args: exactly(1, "name one folder"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if output == "" {
				dir, err := filepath.Abs(args[0])
				if err != nil {
					return err
				}
				output = filepath.Base(dir) + ".mcpb"
			}
			to, err := filepath.Abs(output)
			if err != nil {
				return err
			}
			where := to
			if c.dryRun {
				where = ""
			}
			p, err := bundle.Pack(cmd.Context(), args[0], where)
			if err != nil {
				return err
			}
			out := packed{
				File: to, Name: p.Manifest.Name, Version: p.Manifest.Version, Files: p.Files, Ignored: p.Ignored,
				Size: p.Size, SHA256: p.SHA256, Verdict: p.Verdict.Verdict, Reasons: p.Verdict.Reasons, Manifest: &p.Manifest,
			}
			return c.print(out, func(w io.Writer) {
				fmt.Fprintln(w, text.Line("bundle.packed", "file", to, "files", fmt.Sprint(p.Files), "sha256", p.SHA256))
				for _, r := range out.Reasons {
					fmt.Fprintf(w, "  - %s  (%s)\n", oneLine(r.Text), r.Code)
				}
			})
		},
	}
	cmd.Flags().StringVar(&output, "output", "", "the file to write; without it the folder's name with .mcpb, here")
	return cmd
}
