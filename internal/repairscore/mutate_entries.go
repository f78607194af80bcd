package main

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
	"toolbay/backend/repair/pen"
)

// places are where some apps look for their servers, and the next ones what
// they call the variables and the address.
var (
	places    = []string{"mcpServers", "servers", "mcp_servers", "context_servers"}
	variables = []string{"env", "environment", "envs"}
	addresses = []string{"url", "serverUrl", "httpUrl"}
)

// changed breaks what a text says, which must be one that parses: change gives
// what an entry becomes, nothing where it does not apply.
func changed(d clients.Dialect, change func(rng *rand.Rand, path []string, e configfile.Object) []finding.Change) func(*rand.Rand, []byte) ([]byte, int, bool) {
	return func(rng *rand.Rand, src []byte) ([]byte, int, bool) {
		doc, err := configfile.Parse(src, d.Format)
		if err != nil {
			return nil, 0, false
		}
		var paths [][]string
		for _, name := range namesIn(doc, d) {
			paths = append(paths, d.Path(name))
		}
		rng.Shuffle(len(paths), func(i, j int) { paths[i], paths[j] = paths[j], paths[i] })
		for _, path := range paths {
			v, _ := doc.Get(path...)
			e, ok := v.(configfile.Object)
			if !ok {
				continue
			}
			if todo := change(rng, path, e); len(todo) > 0 {
				out, err := pen.Apply(src, d.Format, todo...)
				return out, 0, err == nil
			}
		}
		return nil, 0, false
	}
}

// namesIn gives the names of the entries.
func namesIn(doc *configfile.Document, d clients.Dialect) []string {
	if d.List != "" {
		return doc.Names(d.List, d.Servers...)
	}
	return doc.Keys(d.Servers...)
}

// another renames a member that goes by one of several names in other apps.
func another(d clients.Dialect, of []string) func(*rand.Rand, []byte) ([]byte, int, bool) {
	return changed(d, func(rng *rand.Rand, path []string, e configfile.Object) []finding.Change {
		for _, own := range of {
			if _, ok := e.Get(own); ok {
				as := of[rng.IntN(len(of))]
				if as == own {
					as = of[(slices.Index(of, own)+1)%len(of)]
				}
				return []finding.Change{{Path: append(path, own), Key: as}}
			}
		}
		return nil
	})
}

// commandLine gives what a command and its arguments are on one line, "" where
// they could not be told apart again.
func commandLine(e configfile.Object) (command string, args []string) {
	v, _ := e.Get("command")
	command, _ = v.(string)
	v, _ = e.Get("args")
	list, _ := v.([]any)
	for _, a := range list {
		s, ok := a.(string)
		if !ok || s == "" || strings.ContainsAny(s, " \"'\\") {
			return "", nil
		}
		args = append(args, s)
	}
	if strings.ContainsAny(command, ` \`) || len(args) == 0 {
		return "", nil
	}
	return command, args
}

// inside is the value of a member, without its key.
func inside(member []byte) []byte {
	_, value, _ := bytes.Cut(member, []byte(":"))
	return bytes.TrimSpace(value)
}

// entryWays are the ways in which a text says what another app would read.
func entryWays(d clients.Dialect) []way {
	ways := []way{
		{"another app's variables", another(d, variables)},
		{"arguments as one text", changed(d, func(_ *rand.Rand, path []string, e configfile.Object) []finding.Change {
			command, args := commandLine(e)
			if command == "" {
				return nil
			}
			return []finding.Change{{Path: append(path, "args"), Value: strings.Join(args, " ")}}
		})},
		{"a command with its arguments", changed(d, func(_ *rand.Rand, path []string, e configfile.Object) []finding.Change {
			command, args := commandLine(e)
			if command == "" {
				return nil
			}
			return []finding.Change{
				{Path: append(slices.Clone(path), "command"), Value: command + " " + strings.Join(args, " ")},
				{Path: append(slices.Clone(path), "args"), Remove: true},
			}
		})},
		{"a number among the arguments", changed(d, func(_ *rand.Rand, path []string, e configfile.Object) []finding.Change {
			v, _ := e.Get("args")
			list, _ := v.([]any)
			i := slices.Index(list, any("12"))
			if i < 0 {
				return nil
			}
			list = slices.Clone(list)
			list[i] = json.Number("12")
			return []finding.Change{{Path: append(path, "args"), Value: list}}
		})},
	}
	if d.Remote != nil && len(d.Remote.URLs) == 0 {
		ways = append(ways, way{"another app's address", another(d, addresses)})
	}
	if len(d.Servers) != 1 {
		return ways
	}
	ways = append(ways, way{"another app's place", func(rng *rand.Rand, src []byte) ([]byte, int, bool) {
		as := places[rng.IntN(len(places))]
		if as == d.Servers[0] {
			return nil, 0, false
		}
		out, err := pen.Apply(src, d.Format, finding.Change{Path: d.Servers, Key: as})
		return out, -1, err == nil
	}})
	if d.List != "" || d.Format == configfile.TOML || d.Format == configfile.YAML {
		return ways
	}
	return append(ways,
		way{"a place in itself", func(_ *rand.Rand, src []byte) ([]byte, int, bool) {
			text, err := configfile.Text(src, d.Format, d.Servers)
			if err != nil {
				return nil, 0, false
			}
			text = inside(text)
			at := strings.LastIndex(string(src), string(text))
			return spliced(src, at, at+len(text), `{"`+d.Servers[0]+`": `+string(text)+"}"), -1, at >= 0
		}},
		way{"no place", func(_ *rand.Rand, src []byte) ([]byte, int, bool) {
			doc, err := configfile.Parse(src, d.Format)
			if err != nil || len(doc.Keys()) != 1 {
				return nil, 0, false
			}
			text, err := configfile.Text(src, d.Format, d.Servers)
			return append(inside(text), '\n'), -1, err == nil
		}},
		way{"a server outside", func(rng *rand.Rand, src []byte) ([]byte, int, bool) {
			doc, err := configfile.Parse(src, d.Format)
			if err != nil {
				return nil, 0, false
			}
			names := namesIn(doc, d)
			if len(names) < 2 {
				return nil, 0, false
			}
			name := names[rng.IntN(len(names))]
			out, err := pen.Apply(src, d.Format, finding.Change{Path: d.Path(name), To: []string{name}})
			return out, -1, err == nil
		}},
		way{"escaped as a whole", func(_ *rand.Rand, src []byte) ([]byte, int, bool) {
			out, err := json.Marshal(string(src))
			return append(out, '\n'), -1, err == nil
		}},
	)
}
