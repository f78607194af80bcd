package finding

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// Facts are what is known about a machine. What is nil is not known; nothing
// may be concluded from it.
type Facts struct {
	// Which is what the app would find for a command on its own PATH, "" for
	// nothing; LoginShellWhich what the user's terminal finds.
	Which           map[string]string `json:"which,omitempty"`
	LoginShellWhich map[string]string `json:"login_shell_which,omitempty"`
	// GUIPath are the folders of the PATH of programs with a window.
	GUIPath []string        `json:"gui_path,omitempty"`
	Exists  map[string]bool `json:"exists,omitempty"`
	// Content is the text of other files, or their parsed JSON.
	Content map[string]json.RawMessage `json:"content,omitempty"`
	// LastKnownGood and LastWrittenByUs are servers by name.
	LastKnownGood   json.RawMessage `json:"last_known_good,omitempty"`
	LastWrittenByUs json.RawMessage `json:"last_written_by_us,omitempty"`
	Home            string          `json:"home,omitempty"`
	NodeVersions    Nodes           `json:"node_versions,omitempty"`
	// ClientRunning is nil when nobody looked.
	ClientRunning *bool  `json:"client_running,omitempty"`
	ObservedError string `json:"observed_error,omitempty"`
}

// Known tells whether anything is known about the machine.
func (f Facts) Known() bool {
	return f.Which != nil || f.LoginShellWhich != nil || f.GUIPath != nil || f.Exists != nil || f.Content != nil ||
		f.LastKnownGood != nil || f.LastWrittenByUs != nil || f.Home != "" || f.NodeVersions != nil ||
		f.ClientRunning != nil || f.ObservedError != ""
}

// Text gives the text of another file; ok is false when it is not known.
func (f Facts) Text(path string) (text []byte, ok bool) {
	raw, ok := f.Content[path]
	if !ok || bytes.Equal(raw, []byte("null")) {
		return nil, false
	}
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return []byte(s), true
	}
	return raw, true
}

// Node is a Node.js on the machine.
type Node struct {
	Path    string `json:"path"`
	Version string `json:"version"`
}

// Nodes are in the order in which the app would find them. They are read from
// a list of versions, paths or objects, or from an object of versions by path.
type Nodes []Node

// UnmarshalJSON takes each of those forms.
func (n *Nodes) UnmarshalJSON(src []byte) error {
	*n = Nodes{}
	var list []json.RawMessage
	if json.Unmarshal(src, &list) == nil {
		for _, raw := range list {
			var s string
			var node Node
			switch {
			case json.Unmarshal(raw, &s) == nil && strings.ContainsAny(s, `/\`):
				node.Path = s
			case s != "":
				node.Version = s
			default:
				if err := json.Unmarshal(raw, &node); err != nil {
					return err
				}
			}
			*n = append(*n, node)
		}
		return nil
	}
	var byPath map[string]string
	if err := json.Unmarshal(src, &byPath); err != nil {
		var one string
		if json.Unmarshal(src, &one) != nil {
			return err
		}
		*n = Nodes{{Version: one}}
		return nil
	}
	for path, version := range byPath {
		*n = append(*n, Node{Path: path, Version: version})
	}
	slices.SortFunc(*n, func(a, b Node) int { return strings.Compare(a.Path, b.Path) })
	return nil
}
