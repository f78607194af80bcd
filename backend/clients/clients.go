// Package clients knows the AI apps: how to tell that one is on this computer,
// where it keeps its list of servers, and which dialect it writes there. What
// can be said as data stands in table.json and apps/; the rest is in quirks.go.
// The package only reads: connect plans the writes. connect, profiles, repair
// and backend may import it.
//
//	table, err := clients.Load("")
//	for _, app := range table.Look(clients.Real(), "") {
//		fmt.Println(app.Client.Name, app.Found, len(app.Entries))
//	}
package clients

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"sync"

	"toolbay/backend/model"
)

// The shipped table: what is common and the order of the apps in table.json,
// each app in a file of its own.
//
//go:embed table.json apps/*.json
var shipped embed.FS

// Scopes of a config file. Private is a project's part of the user's own file.
const (
	User    = "user"
	Project = "project"
	Private = "private"
)

// How sure the facts of an app or a place are: by its own source or a run of
// it, by two sources, by one source or against another.
const (
	SureA = "A"
	SureB = "B"
	SureC = "C"
)

// Client is one AI app as the table describes it.
type Client struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Sure is how sure the facts are (SureA, SureB, SureC), Why says by what.
	Sure string `json:"sure"`
	Why  string `json:"why"`
	// Restart is the key of the text line that says what the user must do
	// before the app sees a change; Reload is the same for programs: "self" (it
	// reads its file again by itself), "session", "restart" or "click".
	Restart string     `json:"restart"`
	Reload  string     `json:"reload"`
	Dialect Dialect    `json:"dialect"`
	Files   []FileSpec `json:"files,omitempty"`
	// FileOnly is an app whose file can be anywhere: the user names it.
	FileOnly bool `json:"fileOnly,omitempty"`
	// Reserved are names that the app keeps for itself: it drops entries that
	// have them.
	Reserved []string `json:"reserved,omitempty"`
	// NameSigns are the signs that the name of an entry may have besides letters
	// and digits of ASCII; nothing is any sign.
	NameSigns string `json:"nameSigns,omitempty"`
	Limits    Limits `json:"limits,omitzero"`
	// CloseFirst is an app that writes its file from memory: what is written
	// while it runs may be lost.
	CloseFirst bool `json:"closeFirst,omitempty"`
	// Programs are the names its process has.
	Programs []Program `json:"programs,omitempty"`
	// Managed are files of an organisation's administrator. While one exists
	// the app reads its servers from there only.
	Managed  []Place        `json:"managed,omitempty"`
	Evidence []EvidenceSpec `json:"evidence,omitempty"`

	// overridden clients come from the user's own table: their files must lie
	// in the home or the project folder.
	overridden bool
}

// Limits are what an app, or the model behind it, takes no more of; 0 is none
// known.
type Limits struct {
	NameLength  int `json:"nameLength,omitempty"`  // of a server's name, in characters
	Tools       int `json:"tools,omitempty"`       // of all servers together
	NameAndTool int `json:"nameAndTool,omitempty"` // a server's and a tool's name together
}

// Program names the processes of an app on some systems.
type Program struct {
	OS    []string `json:"os,omitempty"` // empty: all
	Names []string `json:"names"`
	// Within are parts of the program's path, one of which tells it from other
	// programs of that name; empty when none has it.
	Within []string `json:"within,omitempty"`
}

// ProgramsOn gives the names that the app's process may have on a system. On
// macOS a name is that of the program inside the application.
func (c Client) ProgramsOn(goos string) []string {
	var names []string
	for _, p := range c.Programs {
		if len(p.OS) == 0 || slices.Contains(p.OS, goos) {
			names = append(names, p.Names...)
		}
	}
	return names
}

// HasScope tells whether the app keeps servers in files of a scope.
func (c Client) HasScope(scope string) bool {
	return slices.ContainsFunc(c.Files, func(f FileSpec) bool { return f.Scope == scope && f.Aside == "" })
}

// FileSpec is one place where an app looks for its servers. Of several that
// apply in a scope the first is the one that is written.
type FileSpec struct {
	Scope string   `json:"scope"`
	OS    []string `json:"os,omitempty"` // empty: all
	// If must exist for the spec to apply.
	If string `json:"if,omitempty"`
	// Instead means that the app does not read the later places of the scope
	// when this one applies.
	Instead bool `json:"instead,omitempty"`
	// Aside is a place that is read and never written: "old" where the app kept
	// its servers before, "profile" where one of the app's own profiles
	// does, "remote" where it has those for work from another computer.
	Aside string `json:"aside,omitempty"`
	// Existing is a place that is passed over as long as no file is there.
	Existing bool `json:"existing,omitempty"`
	// Shared is a file that other programs keep too: it is no sign of this app.
	Shared bool `json:"shared,omitempty"`
	// Folders are alternatives; the first whose variables are all set counts.
	Folders []string `json:"folders"`
	// Names are the file names the app reads there, the one it would create
	// itself first.
	Names []string `json:"names"`
	// Servers is where the entries stand in this place, when it is elsewhere
	// than the dialect says; the step "{PROJECT}" is projectKey.
	Servers []string `json:"servers,omitempty"`
	// Others are keys of this very file under which another app has its servers,
	// where two apps share a name: they are right as they are.
	Others []string `json:"others,omitempty"`
	// Dialect is that of this place when it differs from the app's.
	Dialect *Dialect `json:"dialect,omitempty"`
	// Sure and Why are of this place alone, when they differ from the app's.
	// Where it is SureC only a file that is there and can be read is written.
	Sure string `json:"sure,omitempty"`
	Why  string `json:"why,omitempty"`
}

// Place is a path on some systems.
type Place struct {
	OS   []string `json:"os,omitempty"`
	Path string   `json:"path"`
}

// EvidenceSpec is one sign that an app is on this computer.
type EvidenceSpec struct {
	Kind string   `json:"kind"` // folder, app, program
	OS   []string `json:"os,omitempty"`
	Path string   `json:"path,omitempty"` // of a folder or app
	Name string   `json:"name,omitempty"` // of a program
	// Shared are names in the folder that belong to other apps: a folder that
	// holds nothing else is no evidence.
	Shared []string `json:"shared,omitempty"`
}

// Table is the list of apps.
type Table struct {
	clients    []Client
	binFolders []Place
	overridden []string
}

type tableFile struct {
	Format     int      `json:"format"`
	BinFolders []Place  `json:"binFolders"`
	Order      []string `json:"order,omitempty"` // of the shipped apps
	Clients    []Client `json:"clients,omitempty"`
}

// maxTable bounds an override file, in bytes.
const maxTable = 1 << 20

// Load gives the shipped table, changed by the file override when it is not ""
// and exists: a client there replaces the shipped one with its id or comes
// last. When the override is not usable, the shipped table comes back together
// with an error of code clients_table_broken.
func Load(override string) (*Table, error) {
	t := &Table{}
	base, err := readShipped()
	if err != nil {
		return nil, fmt.Errorf("shipped table of apps: %w", err)
	}
	t.clients, t.binFolders = base.Clients, base.BinFolders
	if override == "" {
		return t, nil
	}
	f, err := os.Open(override)
	if errors.Is(err, fs.ErrNotExist) {
		return t, nil
	}
	if err != nil {
		return t, model.Fail("clients_table_broken", err)
	}
	defer f.Close()
	src, err := io.ReadAll(io.LimitReader(f, maxTable+1))
	if err == nil && len(src) > maxTable {
		err = fmt.Errorf("larger than %d bytes", maxTable)
	}
	if err != nil {
		return t, model.Fail("clients_table_broken", err)
	}
	own, err := parseTable(src)
	if err != nil {
		return t, model.Fail("clients_table_broken", err)
	}
	t.binFolders = append(t.binFolders, own.BinFolders...)
	for _, c := range own.Clients {
		c.overridden = true
		t.overridden = append(t.overridden, c.ID)
		t.put(c)
	}
	return t, nil
}

func (t *Table) put(c Client) {
	for i := range t.clients {
		if t.clients[i].ID == c.ID {
			t.clients[i] = c
			return
		}
	}
	t.clients = append(t.clients, c)
}

// All gives the apps in the order of the table.
func (t *Table) All() []Client { return append([]Client(nil), t.clients...) }

// Get gives one app.
func (t *Table) Get(id string) (Client, bool) {
	for _, c := range t.clients {
		if c.ID == id {
			return c, true
		}
	}
	return Client{}, false
}

// Overridden gives the ids of the apps that the user's own table describes.
func (t *Table) Overridden() []string { return append([]string{}, t.overridden...) }

// readShipped reads the embedded files. That they keep the rules is a test's
// matter, not one of every start.
func readShipped() (tableFile, error) {
	var f tableFile
	src, err := shipped.ReadFile("table.json")
	if err == nil {
		err = parseStrictly(src, &f)
	}
	if err != nil {
		return f, err
	}
	// Side by side: forty files one after the other would be noticed at every
	// start.
	f.Clients = make([]Client, len(f.Order))
	faults := make([]error, len(f.Order))
	var reading sync.WaitGroup
	for i, id := range f.Order {
		reading.Go(func() {
			src, err := shipped.ReadFile("apps/" + id + ".json")
			if err == nil {
				err = parseStrictly(src, &f.Clients[i])
			}
			if err != nil {
				faults[i] = fmt.Errorf("%s: %w", id, err)
			}
		})
	}
	reading.Wait()
	return f, errors.Join(faults...)
}

// parseTable reads a user's table.
func parseTable(src []byte) (tableFile, error) {
	var f tableFile
	if err := parseStrictly(src, &f); err != nil {
		return f, err
	}
	return f, f.check()
}

// parseStrictly takes an unknown field for an error, so that a mistyped one is
// not silently without effect.
func parseStrictly(src []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(src))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return errors.New("more than one document")
	}
	return nil
}
