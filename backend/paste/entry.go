package paste

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"toolbay/backend/catalog/source/registry"
	"toolbay/backend/configfile"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

// entry is a server as some app's settings or a command tell it, before it is
// known what package that is.
type entry struct {
	name, description string
	command           string
	args              []string
	env               map[string]string
	url, transport    string
	headers           map[string]string
	inputs            map[string]model.Input
	warnings          []string
}

// containers are the names under which apps keep their servers; what stands
// there is one. loose names mean other things elsewhere.
var (
	containers = words("mcpServers mcp_servers context_servers amp.mcpServers mcp.servers modelContextProtocolServers experimental.modelContextProtocolServers mcpservers McpServers mcpServerConfigs mcp-servers")
	loose      = words("servers mcp extensions")
)

// words gives a function that tells whether a word is in a list. The list is
// taken apart at first use: every start of a server would pay for it.
func words(list string) func(word string) bool {
	all := sync.OnceValue(func() map[string]bool {
		m := map[string]bool{}
		for _, w := range strings.Fields(list) {
			m[w] = true
		}
		return m
	})
	return func(word string) bool { return all()[word] }
}

// document takes the servers of one piece of settings.
func (r *reader) document(v any, damaged bool) {
	d := dialect{r: r, damaged: damaged, inputs: map[string]model.Input{}}
	d.findInputs(v, 0)
	if d.walk(v, 0) {
		return
	}
	d.bare = true
	switch v := v.(type) {
	case configfile.Object:
		if d.record(v) || d.single(v) {
			return
		}
		// Entries under their names, without what should stand around them.
		if len(v) > 0 && !slices.ContainsFunc(v, func(m configfile.Member) bool { return !startable(m.Value) && m.Key != "inputs" }) {
			d.map_(v, demandShape)
		}
	case []any:
		for _, e := range v {
			if o, ok := e.(configfile.Object); ok && startable(o) {
				d.single(o)
			}
		}
	}
}

// dialect reads entries in any app's way of writing them.
type dialect struct {
	r       *reader
	damaged bool
	inputs  map[string]model.Input
	// bare tells that nothing around the entries says what they are.
	bare bool
}

// How much an object must say to be an entry.
const (
	demandNothing = iota // it stands where servers stand
	demandShape          // it must look like one
)

// findInputs reads the questions that VS Code keeps beside its servers.
func (d *dialect) findInputs(v any, depth int) {
	o, ok := v.(configfile.Object)
	if !ok || depth > 4 {
		return
	}
	for _, m := range o {
		list, isList := m.Value.([]any)
		if m.Key != "inputs" || !isList {
			d.findInputs(m.Value, depth+1)
			continue
		}
		for _, e := range list {
			q, _ := e.(configfile.Object)
			id := str(q, "id")
			if id == "" || len(d.inputs) > 200 {
				continue
			}
			in := model.Input{Required: true, Description: line(str(q, "description"), 500), Default: value(str(q, "default"))}
			if b, _ := q.Get("password"); b == true {
				in.Secret, in.Default = true, ""
			}
			for _, c := range strList(q, "options") {
				if len(in.Choices) < 50 {
					in.Choices = append(in.Choices, value(c))
				}
			}
			d.inputs[strings.Trim(oddName().ReplaceAllString(id, "-"), "-")] = in
		}
	}
}

// walk looks for places where servers stand, at any depth, and tells whether
// there was one.
func (d *dialect) walk(v any, depth int) bool {
	if depth > 8 {
		return false
	}
	found := false
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			found = d.walk(e, depth+1) || found
		}
	case configfile.Object:
		if d.record(v) || toolOfAPI(v) && d.single(v) {
			return true
		}
		for _, m := range v {
			demand := demandNothing
			if loose(m.Key) {
				demand = demandShape
			}
			switch inner := m.Value.(type) {
			case configfile.Object:
				if (containers(m.Key) || loose(m.Key)) && d.map_(inner, demand) {
					found = true
					continue
				}
			case []any:
				if (containers(m.Key) || m.Key == "servers") && d.list(inner) {
					found = true
					continue
				}
			}
			found = d.walk(m.Value, depth+1) || found
		}
	}
	return found
}

// map_ takes the entries of an object whose keys are their names.
func (d *dialect) map_(o configfile.Object, demand int) bool {
	found := false
	if startable(o) && !anyObject(o) {
		return d.take(str(o, "name"), o) // one entry where a map of them should be
	}
	for _, m := range o {
		e, ok := m.Value.(configfile.Object)
		if !ok || demand == demandShape && !startable(e) {
			continue
		}
		found = d.take(m.Key, e) || found
	}
	return found
}

func anyObject(o configfile.Object) bool {
	return slices.ContainsFunc(o, func(m configfile.Member) bool { e, ok := m.Value.(configfile.Object); return ok && startable(e) })
}

// list takes entries that tell their names themselves.
func (d *dialect) list(l []any) bool {
	found := false
	for _, v := range l {
		e, ok := v.(configfile.Object)
		if !ok {
			continue
		}
		if d.record(e) {
			found = true
			continue
		}
		name := str(e, "name", "id", "title")
		if inner, ok := get(e, "transport", "config").(configfile.Object); ok && startable(inner) {
			found = d.take(name, inner) || found
			continue
		}
		if (name != "" || has(e, "args")) && startable(e) {
			found = d.take(name, e) || found
		}
	}
	return found
}

// single takes an object that is one entry itself.
func (d *dialect) single(o configfile.Object) bool {
	if inner, ok := get(o, "config", "transport").(configfile.Object); ok && startable(inner) && has(o, "name", "id") {
		return d.take(str(o, "name", "id"), inner)
	}
	return startable(o) && d.take(str(o, "name", "server_label"), o)
}

var (
	transports = words("stdio local sse http streamable-http streamableHttp streamable_http streamablehttp remote http-stream ws websocket")
	mcpAddress = pattern.New(`(?i)[/.-](mcp|sse)(?:[/?#.-]|$)|//mcp[.-]`)
)

// startable tells whether an object looks like an entry: a command with what
// is said beside one, or an address that says it is a server's.
func startable(v any) bool {
	o, ok := v.(configfile.Object)
	if !ok {
		return false
	}
	if has(o, "image", "images", "run", "uses", "steps", "request", "scripts", "dependencies", "services", "containers", "label") {
		return false // a container, a task, a debugger's settings
	}
	transport := transports(str(o, "type", "transport"))
	switch c := get(o, "command", "cmd").(type) {
	case string:
		if c != "" && (has(o, "args", "env", "envs", "env_keys") || transport || runnerOf(strings.Fields(c)) != "") {
			return !has(o, "version") || has(o, "args")
		}
	case []any:
		return len(c) > 0 && (transport || has(o, "environment", "enabled"))
	case configfile.Object:
		return str(c, "path", "command") != ""
	}
	if has(o, "serverUrl", "httpUrl") || toolOfAPI(o) {
		return true
	}
	address := str(o, "url", "uri")
	return strings.Contains(address, "://") && (transport || mcpAddress().MatchString(address) || has(o, "headers", "http_headers", "bearer_token_env_var", "requestInit"))
}

// toolOfAPI tells whether an object is a server as a request to a model's API
// names it: {"type": "mcp", "server_label": "…", "server_url": "…"}.
func toolOfAPI(o configfile.Object) bool { return str(o, "type") == "mcp" && has(o, "server_url") }

// take makes a find of one entry.
func (d *dialect) take(name string, o configfile.Object) bool {
	e := entry{name: name, env: map[string]string{}, headers: map[string]string{}, inputs: d.inputs, description: str(o, "description")}
	if d.damaged {
		e.warnings = append(e.warnings, WarnBroken)
	}
	switch c := get(o, "command", "cmd").(type) {
	case string:
		e.command = c
	case []any:
		if l := texts(c); len(l) > 0 {
			e.command, e.args = l[0], l[1:]
		}
	case configfile.Object:
		e.command = str(c, "path", "command")
		e.args = strList(c, "args")
		d.variables(&e, c)
	}
	switch a := get(o, "args", "arguments").(type) {
	case []any:
		e.args = append(e.args, texts(a)...)
	case string:
		if w, ok := split(a, ofWindows(a)); ok {
			for _, one := range w {
				e.args = append(e.args, one.text)
			}
		}
	}
	if len(e.args) == 0 && strings.ContainsAny(e.command, " \t") && !absolute(e.command) {
		// A whole line where the program should be.
		if w, ok := split(e.command, ofWindows(e.command)); ok && len(w) > 1 && runnerOf([]string{w[0].text}) != "" {
			e.command = w[0].text
			for _, one := range w[1:] {
				e.args = append(e.args, one.text)
			}
		}
	}
	d.variables(&e, o)
	e.url = str(o, "url", "serverUrl", "httpUrl", "serverURL", "server_url", "uri", "endpoint")
	if e.transport = strings.ToLower(str(o, "type", "transport", "transportType")); e.transport == "url" || e.transport == "mcp" {
		e.transport = "" // it says no more than that there is an address
	}
	if v := str(o, "authorization"); v != "" && toolOfAPI(o) {
		e.headers["Authorization"] = "Bearer " + strings.TrimPrefix(v, "Bearer ")
	}
	if has(o, "httpUrl") && e.transport == "" {
		e.transport = "http"
	}
	d.headers(&e, o)
	if has(o, "cwd", "workingDirectory", "working_directory") {
		e.warnings = append(e.warnings, WarnWorkFolder)
	}
	if has(o, "envFile", "env_file") {
		e.warnings = append(e.warnings, WarnEnvFile)
	}
	if e.command == "" && e.url == "" {
		return false
	}
	trust := trusting
	if d.bare && !transports(e.transport) && !absolute(e.command) {
		trust = single
		if !has(o, "args", "arguments", "env") && e.url == "" {
			trust = demanding // a task of some other program looks the same
		}
	}
	return d.r.entry(e, trust)
}

// variables reads what an entry says about its environment.
func (d *dialect) variables(e *entry, o configfile.Object) {
	for _, key := range []string{"env", "environment", "envs", "env_vars", "env_keys"} {
		switch v := get(o, key).(type) {
		case configfile.Object:
			for _, m := range v {
				s, plain := m.Value.(string)
				if !plain {
					s = text(m.Value)
				}
				e.env[m.Key] = unshelled(m.Key, s)
			}
		case []any:
			// Names only, or NAME=VALUE.
			for _, one := range texts(v) {
				name, val, ok := strings.Cut(one, "=")
				if _, have := e.env[name]; have || name == "" {
					continue
				}
				if !ok {
					val = "${" + name + "}"
				}
				e.env[name] = val
			}
		}
	}
}

func (d *dialect) headers(e *entry, o configfile.Object) {
	sets := []any{get(o, "headers"), get(o, "http_headers"), get(o, "httpHeaders")}
	if init, ok := get(o, "requestInit", "requestOptions").(configfile.Object); ok {
		sets = append(sets, get(init, "headers"))
	}
	for _, s := range sets {
		if h, ok := s.(configfile.Object); ok {
			for _, m := range h {
				e.headers[m.Key] = unshelled(m.Key, text(m.Value))
			}
		}
	}
	if h, ok := get(o, "env_http_headers").(configfile.Object); ok {
		for _, m := range h {
			e.headers[m.Key] = "${" + text(m.Value) + "}"
		}
	}
	if v := str(o, "bearer_token_env_var"); v != "" {
		e.headers["Authorization"] = "Bearer ${" + v + "}"
	}
	if v := str(o, "authorization_token", "bearerToken", "bearer_token"); v != "" {
		e.headers["Authorization"] = "Bearer " + v
	}
}

// record takes a server.json, whose packages say everything themselves.
func (d *dialect) record(o configfile.Object) bool {
	server := o
	if inner, ok := get(o, "server").(configfile.Object); ok && has(inner, "packages", "remotes") {
		server = inner
	}
	if str(server, "name") == "" || !registryParts(get(server, "packages"), "registryType", "registry_type", "registry_name", "identifier") && !registryParts(get(server, "remotes"), "url") {
		return false
	}
	raw, err := json.Marshal(plainTree(server))
	if err != nil {
		return false
	}
	parts, err := registry.Parts(raw)
	if err != nil {
		return false
	}
	var packages []model.Package
	for _, p := range parts {
		if p.Err == nil && known(p.Package.Type) {
			packages = append(packages, p.Package)
		}
	}
	return d.r.record(str(server, "name"), str(server, "title"), str(server, "description"), packages)
}

// known are the types of packages that can be installed at all.
var known = words("npm pypi oci mcpb remote")

func registryParts(v any, keys ...string) bool {
	l, _ := v.([]any)
	for _, e := range l {
		if o, ok := e.(configfile.Object); ok && has(o, keys...) {
			return true
		}
	}
	return false
}

// plainTree turns Objects into maps, for encoding/json.
func plainTree(v any) any {
	switch v := v.(type) {
	case configfile.Object:
		m := map[string]any{}
		for _, e := range v {
			m[e.Key] = plainTree(e.Value)
		}
		return m
	case []any:
		l := make([]any, len(v))
		for i, e := range v {
			l[i] = plainTree(e)
		}
		return l
	}
	return v
}

func get(o configfile.Object, keys ...string) any {
	for _, k := range keys {
		if v, ok := o.Get(k); ok && v != nil {
			return v
		}
	}
	return nil
}

func has(o configfile.Object, keys ...string) bool { return get(o, keys...) != nil }

func str(o configfile.Object, keys ...string) string {
	for _, k := range keys {
		if v, _ := o.Get(k); v != nil {
			if s, ok := v.(string); ok && s != "" {
				return s
			}
		}
	}
	return ""
}

func strList(o configfile.Object, key string) []string {
	l, _ := get(o, key).([]any)
	return texts(l)
}

func texts(l []any) []string {
	var out []string
	for _, v := range l {
		out = append(out, text(v))
	}
	return out
}

func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool, int, int64, float64, uint64:
		return fmt.Sprint(v)
	}
	return ""
}
