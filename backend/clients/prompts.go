package clients

import (
	"slices"
	"strings"

	"toolbay/backend/configfile"
)

// Prompts is how an app asks its user for a key that an entry names: a list in
// the same file, of which an entry refers to an item.
type Prompts struct {
	// List is where the list stands in the document.
	List []string `json:"list"`
	// Reference is how a value names an item, with NAME in its place.
	Reference string `json:"reference"`
}

// Prompt is one key that an app asks for.
type Prompt struct{ ID, Text string }

// Path is where the item of a prompt stands.
func (p Prompts) Path(id string) []string {
	return append(slices.Clone(p.List), configfile.Named("id", id))
}

// Ref is how a value names a prompt.
func (p Prompts) Ref(id string) string { return strings.ReplaceAll(p.Reference, "NAME", id) }

// Encode is the item of a prompt, which hides what is typed.
func (p Prompts) Encode(q Prompt) configfile.Object {
	return configfile.Object{
		{Key: "type", Value: "promptString"},
		{Key: "id", Value: q.ID},
		{Key: "description", Value: q.Text},
		{Key: "password", Value: true},
	}
}

// KeyRef is how an entry for a file that others read names a key: a prompt of
// the app where it has them, else a variable of the reader's own.
func (d Dialect) KeyRef(server, name string) (ref string, prompt *Prompt) {
	if d.Prompts == nil {
		return d.EnvRef(name), nil
	}
	q := Prompt{ID: server + "-" + strings.ToLower(strings.ReplaceAll(name, "_", "-"))}
	return d.Prompts.Ref(q.ID), &q
}
