package clients

import (
	"slices"

	"toolbay/backend/configfile"
)

// quirk is what an app does and the table cannot say.
type quirk struct {
	// servers gives a second place of the entries in doc, nil when doc does not
	// use it.
	servers func(doc *configfile.Document, servers []string) []string
	// off tells whether something outside the entry switches it off.
	off func(doc *configfile.Document, name string) bool
}

// quirks are the names a table may use.
var quirks = map[string]quirk{
	"opencode-nested": {servers: opencodeNested},
	"gemini-lists":    {off: geminiLists},
}

// opencodeNested: opencode also reads the layout of its version 2, in which the
// entries stand in "mcp"."servers" (observed in 1.18.33). A server that is
// merely called "servers" has a type.
func opencodeNested(doc *configfile.Document, servers []string) []string {
	nested := append(slices.Clone(servers), "servers")
	v, _ := doc.Get(nested...)
	o, ok := v.(configfile.Object)
	if !ok {
		return nil
	}
	for _, m := range o {
		if _, isObject := m.Value.(configfile.Object); !isObject {
			return nil
		}
	}
	return nested
}

// geminiLists: Gemini CLI leaves out servers that "mcp"."excluded" names, and
// all but those in "mcp"."allowed" when that list is there
// (docs/reference/configuration.md of gemini-cli).
func geminiLists(doc *configfile.Document, name string) bool {
	if v, _ := doc.Get("mcp", "excluded"); v != nil {
		if list, ok := v.([]any); ok && slices.Contains(list, any(name)) {
			return true
		}
	}
	v, _ := doc.Get("mcp", "allowed")
	list, ok := v.([]any)
	return ok && !slices.Contains(list, any(name))
}

func isQuirk(name string) bool {
	_, ok := quirks[name]
	return ok
}
