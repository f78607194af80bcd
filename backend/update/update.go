// Package update tells what a new version of a server would change for its
// user: tools that come, go or say something else now, new questions, another
// publisher, another program. It looks at two descriptions and touches nothing.
// backend imports it; it imports model only.
//
//	d := update.Compare(update.Side{Version: "1.0.0", Tools: had}, update.Side{Version: "1.1.0", Tools: has})
//	if len(d.Risks) > 0 { … ask first … }
package update

import (
	"slices"
	"strings"

	"toolbay/backend/model"
)

// Side is one version of a server.
type Side struct {
	Version   string
	Publisher string
	// Maker is what a bundle says of itself: its author and its name.
	Maker string
	// Signer is the fingerprint of the key that signed it, "" for none.
	Signer string
	// Tools are those it brought when it was last tried; Tried is false when it
	// never was, so that nothing is known of them.
	Tried bool
	Tools []model.Tool
	// Fingerprint is over all that the tools say, also what Tools leaves out.
	Fingerprint string
	// Command says line by line what is started, without the place of the files.
	Command []string
	// Inputs are the questions it asks.
	Inputs []model.Input
}

// Difference is what changes from one version to another. Its field names are
// a contract (docs/cli.md).
type Difference struct {
	From string `json:"from"`
	To   string `json:"to"`
	// ToolsKnown tells that both versions were tried, so that their tools could
	// be compared.
	ToolsKnown bool       `json:"tools_known"`
	Added      []Words    `json:"added"`
	Removed    []Words    `json:"removed"`
	Reworded   []Reworded `json:"reworded"`
	// NewInputs are the questions that the old version did not ask, GoneInputs
	// the names of those that the new one no longer asks.
	NewInputs  []NewInput `json:"new_inputs"`
	GoneInputs []string   `json:"gone_inputs"`
	Publisher  *Pair      `json:"publisher"`
	Signer     *Pair      `json:"signer"`
	Command    *Lines     `json:"command"`
	// Kept are files that the server keeps beside its program: the version that
	// it comes to has them too. Left stay with the version that it leaves: what
	// was changed of it or added to it and could be run.
	Kept []string `json:"kept"`
	Left []string `json:"left"`
	// Risks are the reasons to ask before the new version takes over: some of
	// the constants below, in their order.
	Risks []string `json:"risks"`
}

// Reasons to ask first. A text that an AI app reads can be turned against its
// user, and so can a program that comes from somebody else.
const (
	RiskPublisher = "publisher"
	RiskSigner    = "signer"
	RiskCommand   = "command"
	RiskReworded  = "reworded"
)

// Words are what a tool tells an AI app.
type Words struct {
	Name        string `json:"name"`
	Title       string `json:"title"`
	Description string `json:"description"`
	// Takes says what it is given, a line for each value.
	Takes string `json:"takes"`
	// ReadOnly is its own hint: null when it gives none.
	ReadOnly *bool `json:"read_only"`
}

// Reworded is a tool of both versions that says something else now. With equal
// texts it is the form of what it takes or gives that changed.
type Reworded struct {
	Name   string `json:"name"`
	Before Words  `json:"before"`
	After  Words  `json:"after"`
}

// NewInput is a question that only the new version asks.
type NewInput struct {
	Name     string `json:"name"`
	Label    string `json:"label"`
	Required bool   `json:"required"`
	Secret   bool   `json:"secret"`
}

// Pair is a text that changed.
type Pair struct {
	Before string `json:"before"`
	After  string `json:"after"`
}

// Lines are lines that changed.
type Lines struct {
	Before []string `json:"before"`
	After  []string `json:"after"`
}

// Compare tells what changes from one version to another.
func Compare(before, after Side) Difference {
	d := Difference{
		From: before.Version, To: after.Version, ToolsKnown: before.Tried && after.Tried,
		Added: []Words{}, Removed: []Words{}, Reworded: []Reworded{},
		NewInputs: []NewInput{}, GoneInputs: []string{}, Risks: []string{},
		Kept: []string{}, Left: []string{},
	}
	if d.ToolsKnown {
		d.tools(before, after)
	}
	d.inputs(before.Inputs, after.Inputs)
	// A list that no longer names a publisher says nothing against the new
	// version, and one that only now does nothing either.
	if before.Publisher != "" && after.Publisher != "" && !strings.EqualFold(before.Publisher, after.Publisher) {
		d.Publisher = &Pair{before.Publisher, after.Publisher}
	} else if before.Maker != "" && !strings.EqualFold(before.Maker, after.Maker) {
		d.Publisher = &Pair{before.Maker, after.Maker}
	}
	if d.Publisher != nil {
		d.Risks = append(d.Risks, RiskPublisher)
	}
	if before.Signer != after.Signer {
		d.Signer = &Pair{before.Signer, after.Signer}
		if before.Signer != "" {
			d.Risks = append(d.Risks, RiskSigner)
		}
	}
	if !slices.Equal(before.Command, after.Command) {
		d.Command = &Lines{lines(before.Command), lines(after.Command)}
		d.Risks = append(d.Risks, RiskCommand)
	}
	if len(d.Reworded) > 0 {
		d.Risks = append(d.Risks, RiskReworded)
	}
	return d
}

// Nothing tells whether there is no difference at all, the version included.
func (d Difference) Nothing() bool {
	return d.From == d.To && len(d.Added)+len(d.Removed)+len(d.Reworded)+len(d.NewInputs)+len(d.GoneInputs) == 0 &&
		d.Publisher == nil && d.Signer == nil && d.Command == nil
}

func (d *Difference) tools(before, after Side) {
	had, has := byName(before.Tools), byName(after.Tools)
	for _, t := range after.Tools {
		if has[t.Name] == nil {
			continue // named twice
		}
		has[t.Name] = nil
		if old := had[t.Name]; old == nil {
			d.Added = append(d.Added, words(t))
		} else if !same(*old, t) {
			d.Reworded = append(d.Reworded, Reworded{t.Name, words(*old), words(t)})
		}
	}
	for _, t := range before.Tools {
		if _, both := has[t.Name]; !both {
			d.Removed = append(d.Removed, words(t))
			has[t.Name] = nil
		}
	}
}

func byName(tools []model.Tool) map[string]*model.Tool {
	m := map[string]*model.Tool{}
	for i := range tools {
		if m[tools[i].Name] == nil {
			m[tools[i].Name] = &tools[i]
		}
	}
	return m
}

// same tells whether a tool says the same in both versions. What an older
// Toolbay did not keep is not compared.
func same(a, b model.Tool) bool {
	if a.Print != "" && b.Print != "" {
		return a.Print == b.Print
	}
	return a.Title == b.Title && a.Description == b.Description && readOnly(a) == readOnly(b)
}

func readOnly(t model.Tool) string {
	switch {
	case t.ReadOnly == nil:
		return ""
	case *t.ReadOnly:
		return "yes"
	}
	return "no"
}

func words(t model.Tool) Words {
	return Words{Name: t.Name, Title: t.Title, Description: t.Description, Takes: t.Takes, ReadOnly: t.ReadOnly}
}

func (d *Difference) inputs(before, after []model.Input) {
	asked := func(list []model.Input, name string) bool {
		return slices.ContainsFunc(list, func(i model.Input) bool { return i.Name == name })
	}
	for _, i := range after {
		if !asked(before, i.Name) {
			d.NewInputs = append(d.NewInputs, NewInput{Name: i.Name, Label: i.Description, Required: i.Required && i.Default == "", Secret: i.Secret})
		}
	}
	for _, i := range before {
		if !asked(after, i.Name) {
			d.GoneInputs = append(d.GoneInputs, i.Name)
		}
	}
}

func lines(l []string) []string { return append([]string{}, l...) }
