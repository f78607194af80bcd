package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"toolbay/backend"
	"toolbay/backend/text"
)

func (c *cli) notices() *cobra.Command {
	var watch bool
	cmd := &cobra.Command{
		Use: "notices", Short: "What changed in the apps' files outside Toolbay", Args: exactly(0, "notices takes put-back, keep, or nothing"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			if watch {
				return c.watchNotices(cmd.Context(), b)
			}
			notices, err := b.Notices(cmd.Context())
			if err != nil {
				return err
			}
			return c.print(notices, func(w io.Writer) { tellNotices(w, notices) })
		},
	}
	cmd.Flags().BoolVar(&watch, "watch", false, "stay, and print each as it comes: with --json one line of JSON each")
	cmd.AddCommand(c.putBack(), c.keepNotice())
	return cmd
}

func tellNotices(w io.Writer, notices []backend.NoticeView) {
	for _, n := range notices {
		fmt.Fprintf(w, "%s  %s\n", n.ID, n.Title)
		fmt.Fprintf(w, "          %s\n          %s\n", n.Text, n.File)
	}
	if len(notices) == 0 {
		fmt.Fprintln(w, text.Line("notice.none"))
	}
}

func (c *cli) putBack() *cobra.Command {
	var req backend.PutBackRequest
	cmd := &cobra.Command{
		Use: "put-back ID… | --all", Short: "Make what a notice is about what it was",
		RunE: func(cmd *cobra.Command, args []string) error {
			if (len(args) == 0) != req.All {
				return wrongUse("name notices, or --all")
			}
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			req.IDs, req.DryRun = args, c.dryRun
			res, err := b.PutBack(cmd.Context(), req)
			if err != nil {
				return err
			}
			return c.printChange(res, text.Line("change.none"))
		},
	}
	cmd.Flags().BoolVar(&req.All, "all", false, "everything that can be put back")
	closingFlags(cmd.Flags(), &req.Closing)
	return cmd
}

func (c *cli) keepNotice() *cobra.Command {
	return &cobra.Command{
		Use: "keep ID", Short: "Accept what a notice is about as it is", Args: exactly(1, "name one notice"),
		RunE: func(cmd *cobra.Command, args []string) error {
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			if !c.dryRun {
				if err := b.KeepNotice(cmd.Context(), args[0]); err != nil {
					return err
				}
			}
			return c.print(map[string]string{"kept": args[0]}, func(w io.Writer) { fmt.Fprintln(w, text.Line("notice.kept")) })
		},
	}
}

// noticeLine is a line of --watch that is no notice: "watching" when everything
// that follows is noticed, "slow" when the system tells of no changes, and
// "settled" for a notice that stands no more.
type noticeLine struct {
	ID   string `json:"id"`
	Code string `json:"code"`
	Text string `json:"text"`
}

func (c *cli) watchNotices(ctx context.Context, b *backend.Backend) error {
	c.printed = true
	lines := json.NewEncoder(c.out)
	lines.SetEscapeHTML(false)
	told := map[string]string{}
	err := b.Watch(ctx, func(notices []backend.NoticeView) {
		if len(told) == 0 && c.json {
			lines.Encode(noticeLine{Code: "watching"})
			told[""] = ""
		}
		now := map[string]string{"": ""}
		for _, n := range notices {
			now[n.ID] = n.Code
			switch {
			case told[n.ID] == n.Code:
			case c.json:
				lines.Encode(n)
			default:
				tellNotices(plain{c.out}, []backend.NoticeView{n})
			}
		}
		for _, id := range slices.Sorted(maps.Keys(told)) {
			if _, stands := now[id]; !stands && c.json {
				lines.Encode(noticeLine{ID: id, Code: "settled"})
			}
		}
		told = now
	}, func(m backend.WatchMode) {
		switch {
		case m.Text == "":
		case c.json:
			lines.Encode(noticeLine{Code: "slow", Text: m.Text})
		default:
			fmt.Fprintln(c.err, m.Text)
		}
	})
	if errors.Is(err, context.Canceled) {
		return nil // that is how watching ends
	}
	return err
}

// closingFlags are for commands that change the files of apps which write them
// from memory.
func closingFlags(f *pflag.FlagSet, how *backend.Closing) {
	f.BoolVar(&how.CloseApps, "close-app", false, "ask an app to close first that would lose the change")
	f.BoolVar(&how.WriteAnyway, "write-anyway", false, "change its file while it runs")
}

// restarted are the apps that a change has been written for.
func restarted(list []backend.Restart) []string {
	var apps []string
	for _, r := range list {
		apps = append(apps, r.App)
	}
	return apps
}
