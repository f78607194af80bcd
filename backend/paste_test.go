package backend

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"toolbay/backend/model"
)

func pasteOne(t *testing.T, b *Backend, text string) PasteItem {
	t.Helper()
	items, err := b.Paste(t.Context(), text)
	if err != nil || len(items) != 1 {
		t.Fatalf("%d items, %v", len(items), err)
	}
	return items[0]
}

func notesListing() model.Listing {
	return model.Listing{
		ID: "docker/notes", Name: "notes", Title: "Notes", Publisher: "Acme", Repository: "https://github.com/acme/notes",
		Packages: []model.Package{{
			Type: "npm", Identifier: "@acme/notes-mcp", Version: "1.0.0", Transport: "stdio",
			Environment: []model.Input{
				{Name: "NOTES_TOKEN", Description: "From the site", Required: true, Secret: true},
				{Name: "NOTES_PIN", Description: "Four digits", Secret: true},
				{Name: "NOTES_MODE", Choices: []string{"fast", "slow"}},
			},
			PackageArguments: []model.Argument{
				{Kind: "named", Input: model.Input{Name: "--vault", Format: "folder", Required: true}},
				{Kind: "named", Input: model.Input{Name: "--key", Secret: true}},
				{Kind: "positional", ValueHint: "place", Input: model.Input{Name: "place"}},
			},
		}},
	}
}

// What a listing says wins over what was guessed of the text.
func TestPasteKnowsListings(t *testing.T) {
	b := withLists(t, map[string][]model.Listing{"docker": {notesListing()}})
	item := pasteOne(t, b, `{"mcpServers":{"mine":{"command":"npx","args":["-y","@acme/notes-mcp@1.2.0","--vault","/srv/vault","--key=sk-0123456789abc","here"],
		"env":{"NOTES_TOKEN":"nt-topsecret-1","NOTES_PIN":"4321","NOTES_MODE":"slow","EXTRA":"1"}}}}`)
	if item.Listing != "docker/notes" || item.Known != "Notes" || item.Publisher != "Acme" || item.Package.Version != "1.2.0" || item.Name != "mine" {
		t.Errorf("%+v", item)
	}
	if !slices.Equal(item.Keys, []string{"NOTES_PIN", "NOTES_TOKEN", "key"}) {
		t.Errorf("keys %q", item.Keys)
	}
	if want := []string{"-y", "@acme/notes-mcp@1.2.0", "--vault", "/srv/vault", "--key", "${--key}", "here"}; !slices.Equal(item.Plan.Args, want) {
		t.Errorf("starts with %q", item.Plan.Args)
	}
	if item.Plan.Env["NOTES_MODE"] != "slow" || item.Plan.Env["EXTRA"] != "1" || item.Plan.Env["NOTES_PIN"] != "${NOTES_PIN}" {
		t.Errorf("env %v", item.Plan.Env)
	}
	body, _ := json.Marshal(item)
	for _, key := range []string{"nt-topsecret", "4321", "sk-0123"} {
		if strings.Contains(string(body), key) {
			t.Errorf("%s is in %s", key, body)
		}
	}

	form, err := b.Form(t.Context(), item.Ref, -1)
	if err != nil {
		t.Fatal(err)
	}
	if form.Server != "mine" || !slices.Contains(form.Given, "NOTES_TOKEN") || !slices.Contains(form.Given, "key") {
		t.Errorf("form for %s, given %q", form.Server, form.Given)
	}
	for _, in := range form.Inputs {
		if in.Name == "vault" && in.Default != "/srv/vault" || in.Secret && in.Default != "" {
			t.Errorf("%s is filled with %q", in.Name, in.Default)
		}
	}
	req := b.presetRequest(t.Context(), InstallRequest{Ref: item.Ref, Answers: map[string]string{"NOTES_MODE": "fast"}, Secrets: map[string]string{"NOTES_PIN": "9999"}})
	if req.Secrets["NOTES_TOKEN"] != "nt-topsecret-1" || req.Secrets["NOTES_PIN"] != "9999" || req.Answers["NOTES_MODE"] != "fast" || req.Answers["vault"] != "/srv/vault" || req.Name != "mine" {
		t.Errorf("asked for %+v", req)
	}
}

// A listing that anybody could have written explains, and adds nothing.
func TestPasteTrustsNoStranger(t *testing.T) {
	l := notesListing()
	l.ID, l.Name = "io.github.stranger/notes", "io.github.stranger/notes"
	l.Packages[0].Environment = append(l.Packages[0].Environment, model.Input{Name: "NODE_OPTIONS", Value: "--require /tmp/evil.js"})
	l.Packages[0].PackageArguments = []model.Argument{{Kind: "positional", Input: model.Input{Value: "--evil"}}}
	b := withLists(t, map[string][]model.Listing{"official": {l}})
	item := pasteOne(t, b, `NOTES_PIN=1234 npx -y @acme/notes-mcp`)
	if item.Listing != "io.github.stranger/notes" || item.Known != "" || item.Publisher != "" {
		t.Errorf("%+v", item)
	}
	if !slices.Equal(item.Plan.Args, []string{"-y", "@acme/notes-mcp"}) || len(item.Plan.Env) != 1 || !slices.Equal(item.Keys, []string{"NOTES_PIN"}) {
		t.Errorf("starts with %q, %v, keys %q", item.Plan.Args, item.Plan.Env, item.Keys)
	}
}

// A variable that makes a known package run other code is told and has to be
// agreed to, and the package is not called known.
func TestPasteThatLoadsCode(t *testing.T) {
	b := withLists(t, map[string][]model.Listing{"docker": {notesListing()}})
	for name, c := range map[string]struct {
		text, warned string
		known        bool
	}{
		"node":                     {`NODE_OPTIONS="--import data:text/javascript,1" npx -y @acme/notes-mcp`, "NODE_OPTIONS", false},
		"the system's loader":      {`{"command":"npx","args":["-y","@acme/notes-mcp"],"env":{"LD_PRELOAD":"/tmp/a.so"}}`, "LD_PRELOAD", false},
		"where programs are":       {`PATH=/tmp/bin npx -y @acme/notes-mcp`, "PATH", false},
		"another registry":         {`npm_config_registry=https://packages.example npx -y @acme/notes-mcp`, "npm_config_registry", false},
		"another index":            {`UV_INDEX_URL=https://packages.example uvx notes-mcp`, "UV_INDEX_URL", false},
		"Python's start file":      {`PYTHONSTARTUP=/tmp/x.py uvx notes-mcp`, "PYTHONSTARTUP", false},
		"in a container":           {`docker run -i --rm -e LD_PRELOAD=/tmp/a.so acme/notes-mcp`, "LD_PRELOAD", false},
		"only memory and warnings": {`NODE_OPTIONS="--max-old-space-size=4096 --no-warnings" npx -y @acme/notes-mcp`, "", true},
		"an ordinary setting":      {`NOTES_MODE=fast npx -y @acme/notes-mcp`, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			item := pasteOne(t, b, c.text)
			r, is, err := b.pastedRef(t.Context(), item.Ref, -1)
			if !is || err != nil {
				t.Fatal(err)
			}
			needs := b.loadNeeds(item.Ref, r, b.presetRequest(t.Context(), InstallRequest{Ref: item.Ref}).Answers)
			if c.warned == "" {
				if len(needs) > 0 || item.Known != "Notes" || slices.ContainsFunc(item.Warnings, func(w string) bool { return strings.HasPrefix(w, "loads-code") }) {
					t.Errorf("%+v asks for %v", item, needs)
				}
				return
			}
			if item.Known != "" || !slices.Contains(item.Warnings, "loads-code:"+c.warned) {
				t.Errorf("known %q, warned of %v", item.Known, item.Warnings)
			}
			if len(needs) != 1 || needs[0].Kind != "risk" || needs[0].Name != "loads-code:"+c.warned || needs[0].Flag != "--accept-risk" || !strings.Contains(PasteWarning("loads-code:"+c.warned), c.warned) {
				t.Errorf("asks for %v", needs)
			}
			if own := b.loadNeeds(item.Ref, r, map[string]string{c.warned: "mine"}); len(own) > 0 {
				t.Errorf("a person's own value is asked about: %v", own)
			}
		})
	}
}

// What an install leaves out is told.
func TestPasteTellsWhatIsNotKept(t *testing.T) {
	b := withLists(t, nil)
	for text, want := range map[string]string{
		"uvx --with six notes-mcp":                      "",
		"uvx --with 'six,httpx[socks]>=0.27' notes-mcp": "",
		"uvx --python 3.11 notes-mcp":                   "",
		"uvx --python pypy notes-mcp":                   "option-not-kept:--python",
		"uvx --with ./own notes-mcp":                    "option-not-kept:--with",
		"npx -y -p dotenv -p notes-mcp notes-mcp":       "",
		"npx -y -p ./own -p notes-mcp notes-mcp":        "option-not-kept:--package",
		"uvx --from notes-mcp notes-mcp --with six":     "",
		"npx -y -p notes-mcp notes-mcp":                 "",
		"docker run -i --ulimit nofile=9 acme/notes":    "option-not-kept:--ulimit",
	} {
		t.Run(text, func(t *testing.T) {
			item := pasteOne(t, b, text)
			i := slices.IndexFunc(item.Warnings, func(w string) bool { return strings.HasPrefix(w, "option-not-kept") })
			if want == "" && i >= 0 || want != "" && (i < 0 || item.Warnings[i] != want) {
				t.Errorf("warned of %v, want %q", item.Warnings, want)
			}
		})
	}
}

// Folders that a text names are not the person's choice until they say so.
func TestPastedFoldersAreTold(t *testing.T) {
	dir := t.TempDir()
	b := withLists(t, nil)
	item := pasteOne(t, b, "docker run -i --rm -v "+dir+":/d acme/notes-mcp")
	for name, c := range map[string]struct {
		said map[string]string
		told bool
	}{
		"only pasted": {nil, true},
		"said again":  {map[string]string{"folder": dir}, false},
	} {
		t.Run(name, func(t *testing.T) {
			req := b.presetRequest(t.Context(), InstallRequest{Ref: item.Ref, Answers: c.said})
			if req.Answers["folder"] != dir {
				t.Fatalf("answers %v", req.Answers)
			}
			if o := (&installation{b: b, req: req, ref: ref{listing: model.Listing{Packages: []model.Package{{Type: "oci"}}}}}).options(); o.Told["folder"] != c.told {
				t.Errorf("told %v", o.Told)
			}
		})
	}
}

// A listing that sets such a variable itself is asked about too.
func TestListingThatLoadsCode(t *testing.T) {
	b := withLists(t, nil)
	r := ref{listing: notesListing()}
	r.listing.Packages[0].Environment = append(r.listing.Packages[0].Environment, model.Input{Name: "NODE_OPTIONS", Value: "--require /tmp/evil.js"})
	for _, answers := range []map[string]string{nil, {"NODE_OPTIONS": "mine"}} {
		if needs := b.loadNeeds("docker/notes", r, answers); len(needs) != 1 || needs[0].Name != "loads-code:NODE_OPTIONS" {
			t.Errorf("with %v: %v", answers, needs)
		}
	}
}

func TestPasteOtherWords(t *testing.T) {
	b := withLists(t, map[string][]model.Listing{"docker": {notesListing()}})
	for name, c := range map[string]struct{ text, args string }{
		"an argument nobody lists":   {"npx -y @acme/notes-mcp --loud", "-y @acme/notes-mcp --loud"},
		"too many words":             {"npx -y @acme/notes-mcp here there", "-y @acme/notes-mcp here there"},
		"no words at all":            {"npx -y @acme/notes-mcp", "-y @acme/notes-mcp --vault ${--vault}"},
		"a flag without its value":   {"npx -y @acme/notes-mcp --vault", "-y @acme/notes-mcp --vault"},
		"joined, and in other order": {"npx -y @acme/notes-mcp here --vault=/srv/v", "-y @acme/notes-mcp --vault /srv/v here"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := strings.Join(pasteOne(t, b, c.text).Plan.Args, " "); got != c.args {
				t.Errorf("%s, want %s", got, c.args)
			}
		})
	}
}

func TestPastedHeaders(t *testing.T) {
	remote := func(headers ...model.Input) model.Listing {
		return model.Listing{ID: "docker/maps", Name: "maps", Title: "Maps", Packages: []model.Package{{Type: "remote", Identifier: "https://mcp.maps.example/mcp", URL: "https://mcp.maps.example/mcp", Transport: "streamable-http", Headers: headers}}}
	}
	text := `{"mcpServers":{"maps":{"url":"https://mcp.maps.example/mcp","headers":{"Authorization":"Bearer mk-123456","X-Team":"blue"}}}}`
	for name, c := range map[string]struct {
		listing model.Listing
		key     string
		value   string
	}{
		"a header as a whole": {remote(model.Input{Name: "Authorization", Secret: true, Required: true}), "Authorization", "Bearer mk-123456"},
		"a part of a header":  {remote(model.Input{Name: "authorization", Value: "Bearer {apiKey}", Variables: map[string]model.Input{"apiKey": {Secret: true, Required: true}}}), "apiKey", "mk-123456"},
		"another form":        {remote(model.Input{Name: "Authorization", Value: "Token {apiKey}", Variables: map[string]model.Input{"apiKey": {Secret: true, Required: true}}}), "token", "mk-123456"},
		"not listed":          {remote(), "token", "mk-123456"},
	} {
		t.Run(name, func(t *testing.T) {
			b := withLists(t, map[string][]model.Listing{"docker": {c.listing}})
			item := pasteOne(t, b, text)
			req := b.presetRequest(t.Context(), InstallRequest{Ref: item.Ref})
			if item.Listing != "docker/maps" || len(req.Secrets) != 1 || req.Secrets[c.key] != c.value || item.Plan.Headers["X-Team"] != "blue" {
				t.Errorf("%s, %v, %v", item.Listing, req.Secrets, item.Plan.Headers)
			}
		})
	}
}

func TestPastedListings(t *testing.T) {
	b := withLists(t, map[string][]model.Listing{"docker": {notesListing()}})
	for text, want := range map[string]string{
		"https://github.com/acme/notes":             "docker/notes",
		"acme/notes":                                "docker/notes",
		"docker/notes":                              "docker/notes",
		"toolbay://install?ref=docker/notes":        "docker/notes",
		"https://github.com/acme/other-mcp":         "",
		"toolbay://install?ref=io.github.acme/nope": "",
	} {
		t.Run(text, func(t *testing.T) {
			item := pasteOne(t, b, text)
			if item.Kind != "listing" || item.Listing != want || item.Usable != (want != "") {
				t.Errorf("%+v", item)
			}
			form, err := b.Form(t.Context(), item.Ref, -1)
			if want != "" && (err != nil || form.Title != "Notes" || item.Package.Identifier != "@acme/notes-mcp") {
				t.Errorf("%+v, %v", form, err)
			}
			if want == "" && model.Code(err) != "paste_source_only" {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestPasteForgets(t *testing.T) {
	b := withLists(t, nil)
	if _, err := b.Form(t.Context(), "paste:7", -1); model.Code(err) != "paste_unknown" {
		t.Errorf("%v", err)
	}
	if _, err := b.Paste(t.Context(), strings.Repeat("x", 2<<20)); model.Code(err) != "paste_too_big" {
		t.Errorf("%v", err)
	}
}

// Paths of somebody's own settings are taken as they are, those of a README
// are asked for.
func TestPastedPlaces(t *testing.T) {
	b := withLists(t, nil)
	b.system.Home = t.TempDir()
	here := filepath.Join(t.TempDir(), "home", "ann")
	if err := os.MkdirAll(here, 0o700); err != nil {
		t.Fatal(err)
	}
	item := pasteOne(t, b, `npx -y files-mcp ~/notes /Users/you/notes`)
	if want := filepath.Join(b.system.Home, "notes"); item.Plan.Args[2] != b.system.Home+"/notes" {
		t.Errorf("%q, want %s", item.Plan.Args, want)
	}
	if item.Plan.Args[3] != "${path}" {
		t.Errorf("%q", item.Plan.Args)
	}
	program := filepath.Join(here, "server.py")
	if err := os.WriteFile(program, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	item = pasteOne(t, b, `{"mcpServers":{"x":{"command":"python3","args":["`+filepath.ToSlash(program)+`"]}}}`)
	if item.Kind != "local" || len(item.Warnings) > 0 || !item.Usable {
		t.Errorf("%+v", item)
	}
}
