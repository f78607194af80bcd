package backend

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"toolbay/backend/model"
	"toolbay/backend/text"
)

func fromImage(name string) model.Package {
	return model.Package{Type: "oci", Identifier: name, Transport: "stdio"}
}

func TestAnImageIsTheLastChoice(t *testing.T) {
	far := model.Package{Type: "remote", URL: "https://sundial.example/mcp", Transport: "streamable-http"}
	for _, c := range []struct {
		name     string
		packages []model.Package
		want     int
	}{
		{"before a package", []model.Package{fromImage("acme/a"), fromNpm("a")}, 1},
		{"before a service", []model.Package{fromImage("acme/a"), far}, 1},
		{"alone", []model.Package{fromImage("acme/a"), fromImage("acme/b")}, 0},
		{"beside what cannot be installed", []model.Package{{Type: "nuget", Identifier: "A"}, fromImage("acme/a")}, 1},
		{"nothing", nil, -1},
	} {
		if got := choose(c.packages, Installable); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

func TestWithoutAnEngineOtherWaysAreNamed(t *testing.T) {
	r := ref{model.Listing{Packages: []model.Package{fromImage("acme/a"), fromNpm("@acme/a"), {Type: "nuget", Identifier: "A"}, fromImage("acme/b")}}, 0}
	missing := model.Fail("engine_missing", errors.New("none"), "ways", "")
	if got := text.ForError(r.otherWays(missing)); got.Code != "engine_missing" || !strings.Contains(got.Hint, "npm:@acme/a") || strings.Contains(got.Hint, "acme/b") {
		t.Errorf("%+v", got)
	}
	alone := ref{model.Listing{Packages: []model.Package{fromImage("acme/a")}}, 0}
	if got := text.ForError(alone.otherWays(missing)); strings.Contains(got.Hint, "{") || strings.Contains(got.Hint, "npm") {
		t.Errorf("%+v", got)
	}
	if missing.Args["ways"] != "" {
		t.Error("the first error was changed")
	}
	other := model.Fail("image_unknown", nil)
	if got := r.otherWays(other); got != error(other) {
		t.Errorf("%v", got)
	}
}

func TestReferencesToImages(t *testing.T) {
	sum := "@sha256:" + strings.Repeat("a", 64)
	for in, want := range map[string]string{
		"oci:acme/notes-mcp:1.2":             "acme/notes-mcp",
		"oci:images.example:5000/acme/notes": "images.example:5000/acme/notes",
		"oci:acme/notes:1" + sum:             "acme/notes",
		"oci:Acme Notes":                     "",
		"oci:":                               "",
		"oci:acme/notes@sha256:aa":           "",
		"oci:-v":                             "",
	} {
		l, ok, err := parseRef(in)
		if !ok || (err == nil) != (want != "") || l.Name != want {
			t.Errorf("%s: %q, %v, %v", in, l.Name, ok, err)
		}
		if want == "" && model.Code(err) != "image_unknown" {
			t.Errorf("%s: %v", in, err)
		}
	}
}

func TestLooser(t *testing.T) {
	got := looser(model.Container{ReadOnly: true, User: "65534:65534"})
	if len(got) != 1 || got[0].ReadOnly || got[0].User != "65534:65534" {
		t.Errorf("%+v", got)
	}
	if got := looser(model.Container{User: "1:1"}); len(got) != 0 {
		t.Errorf("%+v", got)
	}
	if !slices.EqualFunc(containersOf(model.Server{Container: &model.Container{Image: "a"}, Earlier: []model.Installation{{Container: &model.Container{Image: "b"}}, {}}}),
		[]string{"a", "b"}, func(c model.Container, image string) bool { return c.Image == image }) {
		t.Error("not all containers of a server")
	}
}
