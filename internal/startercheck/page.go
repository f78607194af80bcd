package main

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"toolbay/backend/catalog/source/starter"
	"toolbay/backend/model"
)

// maxTool is enough of a tool's description to find it by; the server tells
// the rest itself once it is installed.
const maxTool = 160

// keepTools puts the tools that were learned into the catalogue, so that a
// search for what a server does finds it.
func keepTools(entries []starter.Entry, outcomes []outcome) {
	for _, o := range outcomes {
		if !o.started() {
			continue
		}
		for i := range entries {
			if entries[i].Key != o.Entry.Key {
				continue
			}
			entries[i].Tools = []model.Tool{}
			for _, t := range o.Probe.Tools {
				entries[i].Tools = append(entries[i].Tools, model.Tool{Name: t.Name, Description: firstSentence(t.Description)})
			}
		}
	}
}

// firstSentence makes one short line of a description.
func firstSentence(s string) string {
	s = oneLine(s, 2000)
	if i := strings.Index(s, ". "); i > 20 {
		s = s[:i+1]
	}
	return oneLine(s, maxTool)
}

// oneLine drops line ends and what cannot be seen, and cuts at a word.
func oneLine(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	s = strings.Join(strings.Fields(s), " ")
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	cut := strings.TrimRight(string(r[:most-1]), " ")
	if i := strings.LastIndexByte(cut, ' '); i > most/2 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,;:.") + "…"
}

// lastOf gives the last line of a log that says something.
func lastOf(log string) string {
	lines := strings.Split(strings.TrimSpace(log), "\n")
	return lines[len(lines)-1]
}

// page is docs/starter.md.
func page(outcomes []outcome, when time.Time) string {
	checked, started, failed := count(outcomes)
	var b strings.Builder
	fmt.Fprintf(&b, `# The starter catalogue, checked

Written by `+"`go run ./internal/startercheck -all -write`"+` on %s: %d checked, %d started, %d failed.

Every npm and PyPI package was looked up with its own client. Every npm server that needs nothing, or only a folder, was installed by Toolbay's own installer, without install scripts, into an empty home and asked for its tools; seconds are for the install and the answer together. The others were tried with made-up keys, only to learn their tools; that some of them want a real one first is no failure. Addresses of remote servers are not called.

| server | package | version | needs | outcome | tools | seconds |
|---|---|---|---|---|---|---|
`, when.UTC().Format("2006-01-02"), checked, started, failed)
	for _, o := range outcomes {
		p := o.Entry.Packages[0]
		tools, seconds, result := "", "", "exists"
		switch {
		case o.Missing != nil:
			result = "**not found**"
		case o.started():
			result = "started"
			tools, seconds = fmt.Sprint(len(o.Probe.Tools)), fmt.Sprintf("%.1f", o.Took.Seconds())
		case o.Must:
			result = "**does not start**"
		case o.Err != nil:
			result = "exists; could not be installed here (`" + model.Code(o.Err) + "`)"
		case o.Tried:
			result = "exists; wants its key, app or sign-in first"
		case p.Type == "remote":
			result = "not called"
		}
		fmt.Fprintf(&b, "| %s | %s `%s` | %s | %s | %s | %s | %s |\n", o.Entry.Key, p.Type, p.Identifier, p.Version, o.Entry.Needs, result, tools, seconds)
	}
	return b.String()
}
