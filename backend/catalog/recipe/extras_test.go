package recipe

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"toolbay/backend/model"
)

func optioned(kind string, words ...string) model.Package {
	p := model.Package{Type: kind, Identifier: "notes-mcp"}
	for i := 0; i+1 < len(words); i += 2 {
		p.RuntimeArguments = append(p.RuntimeArguments, model.Argument{Kind: "named", Input: model.Input{Name: words[i], Value: words[i+1]}})
	}
	return p
}

func TestExtras(t *testing.T) {
	for name, c := range map[string]struct {
		pack   model.Package
		want   Extras
		warned string
	}{
		"none":               {optioned("pypi"), Extras{}, ""},
		"one":                {optioned("pypi", "--with", "six"), Extras{With: []string{"six"}}, ""},
		"ranges and extras":  {optioned("pypi", "--with", "httpx[http2, socks]>=0.27,<1,six==1.17", "--with", "six==1.17"), Extras{With: []string{"httpx[http2,socks]>=0.27,<1", "six==1.17"}}, ""},
		"as uv writes it":    {optioned("pypi", "-w", "six@1.17.0", "--with", "mcp@latest"), Extras{With: []string{"six==1.17.0", "mcp"}}, ""},
		"the package itself": {optioned("pypi", "--with", "Notes_MCP"), Extras{}, ""},
		"a folder":           {optioned("pypi", "--with", "./own"), Extras{}, "--with"},
		"an address":         {optioned("pypi", "--with", "git+https://example.com/x"), Extras{}, "--with"},
		"one of two is none": {optioned("pypi", "--with", "six,-r"), Extras{}, "--with"},
		"an option":          {optioned("pypi", "--with", "--index-url=x"), Extras{}, "--with"},
		"a file of them":     {optioned("pypi", "--with-requirements", "r.txt"), Extras{}, "--with-requirements"},
		"a question":         {optioned("pypi", "--with", "{pkg}"), Extras{}, "--with"},
		"Python":             {optioned("pypi", "--python", "3.12"), Extras{Python: "==3.12.*"}, ""},
		"Python exactly":     {optioned("pypi", "-p", "python3.12.4"), Extras{Python: "==3.12.4"}, ""},
		"another Python":     {optioned("pypi", "--python", "pypy3.10"), Extras{}, "--python"},
		"Python at a place":  {optioned("pypi", "--python", "/usr/bin/python3"), Extras{}, "--python"},
		"npm":                {optioned("npm", "--package", "@acme/more@^1.2", "-p", "dotenv"), Extras{With: []string{"@acme/more@^1.2", "dotenv"}}, ""},
		"npm itself":         {optioned("npm", "--package", "notes-mcp"), Extras{}, ""},
		"npm from elsewhere": {optioned("npm", "-p", "github:acme/more"), Extras{}, "-p"},
		"npm from a folder":  {optioned("npm", "-p", "../own"), Extras{}, "-p"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := ExtrasOf(c.pack); !reflect.DeepEqual(got, c.want) {
				t.Errorf("%+v, want %+v", got, c.want)
			}
			warnings := Build(c.pack, map[string]string{"pkg": "six"}, Here()).Warnings
			i := slices.IndexFunc(warnings, func(w string) bool { return strings.HasPrefix(w, NotKept) })
			if (i >= 0) != (c.warned != "") || i >= 0 && warnings[i] != NotKept+c.warned {
				t.Errorf("warned of %q, want %q", warnings, c.warned)
			}
		})
	}
}
