package app

import (
	"encoding/json"
	"errors"
	"testing"

	"toolbay/backend/model"
	"toolbay/backend/text"
)

func TestSignInPage(t *testing.T) {
	for _, c := range []struct {
		name, page string
		want       bool
	}{
		{"encrypted", "https://accounts.example.com/authorize?client_id=x", true},
		{"on this computer", "http://127.0.0.1:4000/authorize", true},
		{"on this computer by name", "http://localhost:4000/authorize", true},
		{"on this computer, version 6", "http://[::1]:4000/", true},
		{"not encrypted", "http://accounts.example.com/authorize", false},
		{"a name that only begins like it", "http://127.0.0.1.example.com/", false},
		{"with a name and a password", "https://a:b@example.com/", false},
		{"a file", "file:///etc/passwd", false},
		{"a program", "javascript:alert(1)", false},
		{"nothing", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := signInPage(c.page); got != c.want {
				t.Errorf("signInPage(%q) = %v", c.page, got)
			}
		})
	}
}

func TestARiskShowsItsCommandApart(t *testing.T) {
	for _, c := range []struct {
		name      string
		need      model.Need
		text, cmd string
	}{
		{"a command", model.Need{Name: "command_outside", Text: "It starts a program: sh -c: x"}, "It starts a program.", "sh -c: x"},
		{"another risk with a colon", model.Need{Name: "signature_unknown", Text: "Signed as: X"}, "Signed as: X", ""},
		{"a command without one", model.Need{Name: "command_code", Text: "Something else."}, "Something else.", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := risk(c.need)
			if got.Code != c.need.Name || got.Text != c.text || got.Command != c.cmd {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestTheSheetShowsOtherWaysItself(t *testing.T) {
	said := model.Fail("engine_missing", nil, "ways", "It can also be had without: npm:x.")
	if w := words(withoutWays(said)); w.Args["ways"] != "" {
		t.Errorf("the words still name the ways: %+v", w)
	}
	if said.Args["ways"] == "" {
		t.Error("the error itself was changed")
	}
	other := errors.New("another")
	if withoutWays(other) != other {
		t.Error("another error was changed")
	}
}

func TestWhatIsHereIsNotFetched(t *testing.T) {
	for _, c := range []struct {
		name string
		p    model.Package
		want bool
	}{
		{"a package", model.Package{Type: "npm", Identifier: "notes"}, true},
		{"a bundle from the network", model.Package{Type: "mcpb", Identifier: "https://example.com/notes.mcpb"}, true},
		{"a bundle on this computer", model.Package{Type: "mcpb", Identifier: "/home/ann/notes.mcpb"}, false},
		{"a bundle on this computer, Windows", model.Package{Type: "mcpb", Identifier: `C:\Users\Ann\notes.mcpb`}, false},
		{"a program", model.Package{Type: "local", Identifier: "/usr/bin/notes"}, false},
		{"a server online", model.Package{Type: "remote", Identifier: "https://example.com/mcp"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := fetched(c.p); got != c.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

// Wails keeps only text of what a call is rejected with.
func TestAFailureIsText(t *testing.T) {
	said, ok := FormatError(model.Fail("consent_needed", nil)).(string)
	var w text.Words
	if !ok || json.Unmarshal([]byte(said), &w) != nil || w.Code != "consent_needed" || w.Message == "" {
		t.Errorf("got %q", said)
	}
}

func TestAProfilesFileHasANameEverywhere(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", "Work", "Work.json"},
		{"with signs that files cannot have", `a/b\c: "d"?`, "a-b-c- -d--.json"},
		{"with dots around it", "..home. ", "home.json"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := fileName(c.in); got != c.want {
				t.Errorf("got %q", got)
			}
		})
	}
}
