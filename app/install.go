package app

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"

	"toolbay/backend"
	"toolbay/backend/model"
	"toolbay/backend/text"
)

// InstallRequest is the filled-in install sheet.
type InstallRequest struct {
	Ref          string            `json:"ref"`
	Package      int               `json:"package"`
	Name         string            `json:"name"`
	Profile      string            `json:"profile"`
	Answers      map[string]string `json:"answers"`
	Secrets      map[string]string `json:"secrets"`
	Apps         []string          `json:"apps"`
	AllowScripts bool              `json:"allow_scripts"`
	AcceptRisk   bool              `json:"accept_risk"`
	// Closing is what to do about apps that run and write their file from
	// memory: "close", "write", or "" to be asked first.
	Closing string `json:"closing"`
}

// InputField is one field of the sheet's form.
type InputField struct {
	Key         string   `json:"key"`
	Label       string   `json:"label"`
	Description string   `json:"description"`
	Required    bool     `json:"required"`
	Secret      bool     `json:"secret"`
	Format      string   `json:"format"`
	Default     string   `json:"default"`
	Placeholder string   `json:"placeholder"`
	Choices     []string `json:"choices"`
	Link        string   `json:"link"`
	// Multiple takes several values, one a line.
	Multiple bool     `json:"multiple"`
	Min      *float64 `json:"min"`
	Max      *float64 `json:"max"`
	// Given tells that its key stood in what was pasted.
	Given bool `json:"given"`
}

// AppChoice is one app the server could be added to.
type AppChoice struct {
	ID      string             `json:"id"`
	Name    string             `json:"name"`
	Found   bool               `json:"found"`
	Usable  bool               `json:"usable"`
	Problem *text.Words        `json:"problem,omitempty"`
	Changes []backend.FileDiff `json:"changes"`
	Restart string             `json:"restart"`
}

// KeysPlace says where keys will be kept.
type KeysPlace struct {
	Where   string      `json:"where"`
	Problem *text.Words `json:"problem,omitempty"`
}

// InstallForm is what the sheet shows before the network answers.
type InstallForm struct {
	Ref       string `json:"ref"`
	Package   int    `json:"package"`
	Type      string `json:"type"` // of the package
	Server    string `json:"server"`
	Title     string `json:"title"`
	Publisher string `json:"publisher"`
	Category  string `json:"category"`
	Caution   string `json:"caution"`
	// SignIn tells that the listing speaks of a sign-in.
	SignIn bool `json:"sign_in"`
	// Ways are those of the listing, none for a package asked for by itself.
	Ways   []Way        `json:"ways"`
	Inputs []InputField `json:"inputs"`
	Apps   []AppChoice  `json:"apps"`
	Keys   KeysPlace    `json:"keys"`
}

// Download is one thing that would be fetched.
type Download struct {
	Name  string `json:"name"`
	Text  string `json:"text"`
	Bytes int64  `json:"bytes"`
}

// InstallOffer is what exactly would be fetched.
type InstallOffer struct {
	Version   string     `json:"version"`
	Downloads []Download `json:"downloads"`
	Bytes     int64      `json:"bytes"`
	Scripts   bool       `json:"scripts"`
	// Title and Publisher are the package's own words, "" where it has none.
	Title     string `json:"title"`
	Publisher string `json:"publisher"`
	// OwnInputs tells that only the package knows its settings: Inputs counts,
	// not the form's.
	OwnInputs bool         `json:"own_inputs"`
	Inputs    []InputField `json:"inputs"`
	Risks     []Risk       `json:"risks"`
}

// Risk is something a person must agree to besides the download.
type Risk struct {
	Code string `json:"code"`
	Text string `json:"text"`
	// Command is what would be run, exactly, or "".
	Command string `json:"command"`
}

// InstallForm prepares the sheet, without the network.
func (w *Window) InstallForm(ref string, pack int) (InstallForm, error) {
	f, err := w.back.Form(w.context(), ref, pack)
	if err != nil {
		return InstallForm{}, err
	}
	out := InstallForm{
		Ref: f.Ref, Package: f.Package, Server: f.Server, Title: f.Title, Publisher: f.Listing.Publisher,
		Category: f.Listing.Category, Caution: f.Listing.Caution, SignIn: f.Listing.Needs == model.NeedsSignIn, Ways: []Way{}, Inputs: []InputField{}, Apps: []AppChoice{},
	}
	if len(f.Listing.Packages) > f.Package {
		out.Type = f.Listing.Packages[f.Package].Type
	}
	if !strings.Contains(ref, ":") { // a listing's id
		first := f.Package
		if pack >= 0 {
			// Without a wish the form takes the recommended one.
			if usual, err := w.back.Form(w.context(), ref, -1); err == nil {
				first = usual.Package
			}
		}
		out.Ways = ways(f.Listing.Packages, first)
	}
	out.Keys.Where = f.KeysIn
	out.Keys.Problem = words(f.KeysErr)
	for _, in := range f.Inputs {
		asked := field(in)
		asked.Given = slices.Contains(f.Given, in.Name)
		out.Inputs = append(out.Inputs, asked)
	}
	choices, err := w.back.AppChoices(w.context(), f)
	if err != nil {
		return InstallForm{}, err
	}
	for _, c := range choices {
		out.Apps = append(out.Apps, AppChoice{
			ID: c.ID, Name: c.Name, Found: c.Found, Usable: c.Found && c.Err == nil,
			Problem: words(c.Err), Changes: list(c.Changes), Restart: c.Restart,
		})
	}
	return out, nil
}

// InstallOffer asks what exactly would be fetched.
func (w *Window) InstallOffer(ref string, pack int) (InstallOffer, error) {
	plan, err := w.back.Offer(w.context(), ref, pack)
	if err != nil {
		return InstallOffer{}, withoutWays(err)
	}
	o := InstallOffer{
		Version: plan.Package.Version, Scripts: plan.Scripts, Title: plan.Title, Publisher: plan.Publisher,
		OwnInputs: plan.Inputs != nil, Inputs: []InputField{}, Risks: []Risk{}, Downloads: []Download{},
	}
	if fetched(plan.Package) {
		o.Downloads = append(o.Downloads, Download{Name: plan.Package.Identifier, Text: text.Line("download.package"), Bytes: plan.Size})
	}
	if plan.Node != nil {
		o.Downloads = append(o.Downloads, Download{Name: "Node " + plan.Node.Version, Text: text.Line("download.node"), Bytes: plan.Node.Size})
	}
	for _, f := range plan.Fetch {
		name := f.Name + " " + f.Version
		if f.Name == "with" || strings.HasSuffix(f.Name, "-code") {
			name = f.Version // of a package: with its name
		}
		o.Downloads = append(o.Downloads, Download{Name: name, Text: text.Line("download." + f.Name), Bytes: f.Size})
	}
	for _, in := range plan.Inputs {
		o.Inputs = append(o.Inputs, field(in))
	}
	for _, n := range plan.Needs {
		if n.Kind == "risk" {
			o.Risks = append(o.Risks, risk(n))
		}
	}
	for _, d := range o.Downloads {
		o.Bytes += d.Bytes
	}
	return o, nil
}

// fetched tells whether a package comes from elsewhere: not a server that runs
// online, nor a program or a bundle that is on this computer already.
func fetched(p model.Package) bool {
	return p.Type != "remote" && p.Type != "local" && (p.Type != "mcpb" || strings.Contains(p.Identifier, "://"))
}

// FetchBundle brings a bundle to this computer so that InstallForm and
// InstallOffer can tell what it asks: the yes to what InstallOffer asked for.
func (w *Window) FetchBundle(ref string, pack int) error {
	return w.back.Fetch(w.context(), ref, pack)
}

// withoutWays leaves out of an error how else the server can be had: the sheet
// shows the other ways itself.
func withoutWays(err error) error {
	var e *model.Error
	if !errors.As(err, &e) || !strings.HasPrefix(e.Code, "engine_") {
		return err
	}
	same := *e
	same.Args = maps.Clone(e.Args)
	if same.Args == nil {
		same.Args = map[string]string{}
	}
	same.Args["ways"] = ""
	return &same
}

// exact are the risks whose sentence ends with what would be run, word for
// word.
var exact = []string{"command_outside", "command_code", "command_hidden", "loads_foreign_code", "loads_code", "container_open"}

// risk takes apart what a risk says and what would be run, so that the latter
// can be shown as it is.
func risk(n model.Need) Risk {
	said, command, found := strings.Cut(n.Text, ": ")
	if !found || !slices.Contains(exact, n.Name) {
		return Risk{Code: n.Name, Text: n.Text}
	}
	return Risk{Code: n.Name, Text: said + ".", Command: command}
}

func field(in model.Input) InputField {
	f := InputField{
		Key: in.Name, Label: cmp.Or(in.Title, backend.LabelOf(in)), Description: sentence(in.Description), Required: in.Required, Secret: in.Secret,
		Format: in.Format, Default: in.Default, Placeholder: in.Placeholder, Choices: list(in.Choices), Link: in.Link,
		Multiple: in.Multiple, Min: in.Min, Max: in.Max,
	}
	if f.Format == "" {
		f.Format = "string"
	}
	return f
}

// sentence ends a description that its author left open, as another sentence
// follows it on the sheet.
func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" || strings.ContainsAny(s[len(s)-1:], ".!?:") {
		return s
	}
	return s + "."
}

func words(err error) *text.Words {
	if err == nil {
		return nil
	}
	w := text.ForError(err)
	return &w
}
