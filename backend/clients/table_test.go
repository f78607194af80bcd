package clients

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"toolbay/backend/model"
	"toolbay/backend/text"
)

func TestShippedTable(t *testing.T) {
	table := shippedTable(t)
	var ids []string
	for _, c := range table.All() {
		ids = append(ids, c.ID)
		if text.Line(c.Restart) == c.Restart {
			t.Errorf("%s: no words for %s", c.ID, c.Restart)
		}
	}
	files, err := shipped.ReadDir("apps")
	if err != nil || len(files) != len(ids) || len(ids) < 32 {
		t.Errorf("%d apps in %d files: %v", len(ids), len(files), err)
	}
	f, err := readShipped()
	if err == nil {
		err = f.check()
	}
	if err != nil {
		t.Error(err)
	}
	if _, err := table.LookOne(System{}, "nope", ""); model.Code(err) != "app_unknown" {
		t.Errorf("unknown app: %v", err)
	}
}

func TestEveryCodeHasWords(t *testing.T) {
	for _, code := range []string{
		"app_unknown", "clients_table_broken", "file_broken", "wrong_shape", "file_blank",
		"file_is_folder", "link_dangling", "file_unreadable",
	} {
		if !text.Known(code) {
			t.Errorf("no words for %s", code)
		}
	}
}

// minimal is a table with one app; the cases below spoil one thing in it.
const minimal = `{"format":1,"binFolders":[],"clients":[{"id":"mine","name":"Mine","restart":"restart.codex",
"dialect":{"format":"json","servers":["mcpServers"],"env":"env"},
"files":[{"scope":"user","folders":["{HOME}/.mine"],"names":["mcp.json"]}],
"evidence":[{"kind":"folder","path":"{HOME}/.mine"}]}]}`

func TestOverride(t *testing.T) {
	file := filepath.Join(t.TempDir(), "clients.json")
	load := func(content string) (*Table, error) {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return Load(file)
	}

	if table, err := Load(filepath.Join(t.TempDir(), "absent.json")); err != nil || len(table.Overridden()) != 0 {
		t.Errorf("an absent override: %v", err)
	}
	table, err := load(minimal)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := table.Get("mine"); !ok || len(table.All()) != len(shippedTable(t).All())+1 || !slices.Equal(table.Overridden(), []string{"mine"}) {
		t.Errorf("a new app: %v", table.Overridden())
	}
	table, err = load(strings.Replace(minimal, `"mine"`, `"cursor"`, 1))
	if err != nil {
		t.Fatal(err)
	}
	if c, _ := table.Get("cursor"); c.Name != "Mine" || len(table.All()) != len(shippedTable(t).All()) || table.All()[2].ID != "cursor" {
		t.Errorf("a replaced app: %+v", c)
	}

	bad := map[string][2]string{
		"another format":           {`"format":1`, `"format":2`},
		"an unknown field":         {`"name":"Mine"`, `"name":"Mine","nmae":"x"`},
		"no name":                  {`"name":"Mine"`, `"name":""`},
		"an id that is a path":     {`"mine"`, `"../x"`},
		"an unknown dialect":       {`"format":"json"`, `"format":"ini"`},
		"a quirk that is not here": {`"env":"env"`, `"env":"env","quirk":"x"`},
		"a way out":                {`{HOME}/.mine"],"names"`, `{HOME}/../.mine"],"names"`},
		"an absolute folder":       {`["{HOME}/.mine"]`, `["/etc/mine"]`},
		"an unknown variable":      {`["{HOME}/.mine"]`, `["{SECRET}/.mine"]`},
		"a variable in the middle": {`["{HOME}/.mine"]`, `["{HOME}/{HOME}"]`},
		"a file name that climbs":  {`["mcp.json"]`, `["../mcp.json"]`},
		"an absolute file name":    {`["mcp.json"]`, `["/mcp.json"]`},
		"an unknown system":        {`"scope":"user"`, `"scope":"user","os":["beos"]`},
		"an unknown scope":         {`"scope":"user"`, `"scope":"all"`},
		"a project file at home":   {`"scope":"user"`, `"scope":"project"`},
		"unknown evidence":         {`"kind":"folder"`, `"kind":"registry"`},
		"a program that is a path": {`"kind":"folder","path":"{HOME}/.mine"`, `"kind":"program","name":"a/b"`},
		"a second document":        {`]}]}`, `]}]}{}`},
		"not JSON":                 {`{"format"`, `{{"format"`},
	}
	for name, change := range bad {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(minimal, change[0]) {
				t.Fatal("the case changes nothing")
			}
			table, err := load(strings.Replace(minimal, change[0], change[1], 1))
			if model.Code(err) != "clients_table_broken" {
				t.Errorf("error %v", err)
			}
			if table == nil || len(table.All()) != len(shippedTable(t).All()) {
				t.Error("the shipped table is not there to go on with")
			}
		})
	}
}

func TestOverriddenAppsStayAtHome(t *testing.T) {
	b := newBox(t, "linux")
	file := b.path("clients.json")
	b.file("clients.json", strings.Replace(minimal, `["{HOME}/.mine"]`, `["{CODEX_HOME}/mine","{HOME}/.mine"]`, 1))
	table, err := Load(file)
	if err != nil {
		t.Fatal(err)
	}
	for folder, want := range map[string]string{
		"srv":            "home/ann/.mine/mcp.json", // outside: passed over
		"home/ann/codex": "home/ann/codex/mine/mcp.json",
		"home/annex":     "home/ann/.mine/mcp.json",
	} {
		b.env["CODEX_HOME"] = b.path(folder)
		a, err := table.LookOne(b.sys, "mine", "")
		if err != nil {
			t.Fatal(err)
		}
		if f, _ := a.Primary(User); f.Path != b.path(want) {
			t.Errorf("%s: would write %s", folder, f.Path)
		}
	}
}
