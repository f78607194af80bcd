package main

import (
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"toolbay/backend"
	"toolbay/backend/text"
)

func (c *cli) doctor() *cobra.Command {
	var report bool
	cmd := &cobra.Command{
		Use: "doctor", Short: "Look whether everything is in order", Args: exactly(0, "doctor takes nothing"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			b, err := c.open(cmd.Context())
			if err != nil {
				return err
			}
			d, err := b.Doctor(cmd.Context(), nil)
			if err != nil {
				return err
			}
			if err := c.print(d, func(w io.Writer) {
				if report {
					fmt.Fprint(w, backend.DoctorReport(d, backend.ThisOwner()))
					return
				}
				tellDiagnosis(w, d)
			}); err != nil || d.Healthy {
				return err
			}
			return &reported{exitFailed}
		},
	}
	cmd.Flags().BoolVar(&report, "report", false, "print a report for somebody who helps: without keys and names")
	return cmd
}

func tellDiagnosis(w io.Writer, d backend.Diagnosis) {
	for _, check := range d.Checks {
		fmt.Fprintf(w, "%-7s  %s\n", text.Line("doctor.state."+check.State), oneLine(check.Title))
		if check.State == backend.CheckOK {
			continue
		}
		place := check.File
		if check.Where != "" {
			place += "  " + check.Where
		}
		for _, line := range []string{check.Detail, place} {
			if line != "" {
				fmt.Fprintf(w, "%-7s  %s\n", "", oneLine(line))
			}
		}
		if check.Command != "" {
			fmt.Fprintf(w, "%-7s  %s\n", "", text.Line("doctor.do", "command", check.Command))
		}
	}
	switch d.Attention {
	case 0:
		fmt.Fprintln(w, text.Line("doctor.healthy"))
	case 1:
		fmt.Fprintln(w, text.Line("doctor.attention_one"))
	default:
		fmt.Fprintln(w, text.Line("doctor.attention_other", "n", strconv.Itoa(d.Attention)))
	}
}
