package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// sample is a file in which nothing is wrong.
type sample struct {
	name string
	file finding.File
	src  []byte
}

// samples makes n files in the shapes of every app: with servers of all kinds,
// other settings around them, comments where the app reads them, and the
// layouts that people and programs leave.
func samples(n int, seed uint64) []sample {
	rng := rand.New(rand.NewPCG(seed, 6))
	all := table.All()
	var out []sample
	for i := 0; len(out) < n; i++ {
		c := all[i%len(all)]
		s, err := makeSample(rng, c)
		if err != nil {
			panic(fmt.Sprintf("%s: %v", c.ID, err)) // a mistake in this program
		}
		s.name = fmt.Sprintf("%s-%d", c.ID, i)
		out = append(out, s)
	}
	return out
}

var bases = map[configfile.Format][]string{
	configfile.JSON:  {"{}\n", "{\n  \"theme\": \"dark\",\n  \"fontSize\": 13\n}\n", "{\n    \"window\": { \"zoom\": 1.25, \"maximized\": false },\n    \"recent\": [\"/home/ann/a\", \"/home/ann/b\"]\n}", "{\n\t\"lang\": \"de\",\n\t\"note\": \"it's \\\"fine\\\"\"\n}\n"},
	configfile.JSONC: {"{\n  // look\n  \"theme\": \"dark\", // evenings\n  \"fontSize\": 13\n}\n", "{\n    \"editor.tabSize\": 2,\n    \"editor.rulers\": [80, 100]\n}\n", "{}"},
	configfile.TOML:  {"", "# mine\nmodel = \"large\" # daily\napproval = true\n", "[ui]\ncolor = \"dark\"\nsize = 12\n"},
	configfile.YAML:  {"", "# mine\nprovider: local # daily\nlimit: 20\n", "ui:\n  color: dark\n  size: 12\n"},
}

func makeSample(rng *rand.Rand, c clients.Client) (sample, error) {
	d := c.Dialect
	format := d.Format
	if format == configfile.JSONComments {
		format = configfile.JSONC
	}
	base := bases[format][rng.IntN(len(bases[format]))]
	if d.List != "" && format == configfile.YAML && base == "" {
		base = "name: mine\nversion: 1.0.0\nschema: v1\n"
	}
	src := []byte(base)
	names := []string{"notes", "clock", "docs", "mail", "git-hub", "db_local", "files", "search", "maps"}
	rng.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	for _, name := range names[:1+rng.IntN(5)] {
		doc, err := configfile.Parse(src, d.Format)
		if err != nil {
			return sample{}, err
		}
		src, _, err = configfile.Insert(src, d.Format, d.PathIn(doc, name), d.Encode(launch(rng, d, name)))
		if err != nil {
			return sample{}, err
		}
	}
	if d.Format == configfile.JSON && rng.IntN(3) == 0 {
		src = laidOut(rng, src)
	}
	if rng.IntN(4) == 0 {
		src = bytes.ReplaceAll(bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
	}
	return sample{file: finding.File{App: c, Dialect: d, OS: "linux", Scope: "user"}, src: src}, nil
}

func launch(rng *rand.Rand, d clients.Dialect, name string) clients.Launch {
	if d.Remote != nil && rng.IntN(4) == 0 {
		l := clients.Launch{Name: name, URL: "https://" + name + ".example.com/mcp", Transport: "streamable-http"}
		if rng.IntN(2) == 0 {
			l.Headers = map[string]string{"X-Team": "blue"}
		}
		if d.Carries(l) {
			return l
		}
	}
	l := clients.Launch{Name: name, Command: "npx", Args: []string{"-y", "@acme/" + name + "-mcp"}}
	switch rng.IntN(5) {
	case 0:
		l.Command, l.Args = "uvx", []string{name + "-mcp", "--zone", "Europe/Rome"}
	case 1:
		l.Command, l.Args = `C:\Users\Ann\bin\`+name+`.exe`, []string{"--root", `D:\Data\new files`}
	case 2:
		l.Command, l.Args = `C:\tools\new\run-`+name+`.exe`, []string{"--team", "Büro Zürich"}
	case 3:
		l.Command, l.Args = "/usr/local/bin/"+name, []string{"--say", "hello, world: it's me", "--n", "12"}
	}
	if rng.IntN(2) == 0 {
		l.Env = map[string]string{"LOG_LEVEL": "info", "MODE": "ro"}
		if rng.IntN(2) == 0 {
			l.Env["BASE"] = "https://example.com/a?b=1&c=2"
		}
	}
	return l
}

// laidOut writes JSON in another layout.
func laidOut(rng *rand.Rand, src []byte) []byte {
	var b bytes.Buffer
	var err error
	switch rng.IntN(3) {
	case 0:
		err = json.Compact(&b, src)
	case 1:
		err = json.Indent(&b, src, "", "\t")
	default:
		err = json.Indent(&b, src, "", strings.Repeat(" ", 4))
	}
	if err != nil {
		return src
	}
	return append(b.Bytes(), '\n')
}
