package shape

import (
	"slices"
	"strings"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/repair/finding"
)

// address brings the URL to the app's own key.
func (e *entry) address() {
	own := e.urlKeys()
	if e.reads.NoRemote {
		own = []string{"url"}
	}
	transport := e.transport()
	want := e.d.URLKey(transport)
	for _, key := range urlKeys {
		v, _ := e.o.Get(key)
		address, text := v.(string)
		address = strings.TrimSpace(address)
		if !text || address == "" || key == want || !isURL(address) && !strings.Contains(address, "${") && !strings.Contains(address, "{env:") {
			continue
		}
		if e.hasCommand() && (key == "address" || key == "endpoint" || key == "href" || key == "baseUrl" || key == "uri") {
			continue
		}
		maybe := slices.Contains(e.reads.Maybe, key)
		if slices.Contains(own, key) && !maybe && !e.otherTransport(key, transport) || has(e.o, want) {
			continue
		}
		e.add("ENTRY_WRONG_URL_FIELD", func(f *finding.Finding) {
			e.at(f, key, want)
			if maybe {
				f.Severity = finding.Warn
			}
			if slices.Contains(own, key) && !maybe && e.transportWord() == "" {
				f.Severity, f.Fix = finding.Warn, finding.Confirm
			}
			e.rename(f, key, want)
			// The key of the address said the transport, too.
			if kind, rk := e.typeFor("streamable-http"), e.remoteTypeKey(); (key == "httpUrl" || key == "http_url" || key == "httpURL") && kind != "" && !has(e.o, rk) && !e.anyType() {
				e.set(f, rk, kind)
			}
			if kind, rk := e.typeFor("sse"), e.remoteTypeKey(); (key == "sseUrl" || key == "sse_url") && kind != "" && !has(e.o, rk) && !e.anyType() {
				e.set(f, rk, kind)
			}
		})
		return
	}
}

// otherTransport tells whether an app that has a key for each transport has
// this address under the wrong one.
func (e *entry) otherTransport(key, transport string) bool {
	return e.d.Remote != nil && len(e.d.Remote.URLs) > 0 && e.d.URLKey(transport) != key &&
		(e.transportWord() != "" || transport == "streamable-http" && strings.HasSuffix(strings.TrimRight(e.text(key), "/"), "/mcp"))
}

// transportWord is what the entry's type means, "" for none or an unknown word.
func (e *entry) transportWord() string {
	for _, key := range typeKeys {
		if t := transportOf(e.text(key)); t != "" {
			return t
		}
	}
	return ""
}

// transport is what the entry speaks, as far as it says.
func (e *entry) transport() string {
	address := ""
	for _, key := range urlKeys {
		if s := e.text(key); s != "" {
			address = s
			if key == "httpUrl" && e.transportWord() == "" {
				return "streamable-http"
			}
			break
		}
	}
	switch e.transportWord() {
	case "sse":
		return "sse"
	case "streamable-http":
		if plain(e.text("type")) == "remote" {
			return transportByURL(address)
		}
		return "streamable-http"
	}
	return transportByURL(address)
}

// headers brings the headers to the app's own key.
func (e *entry) headers() {
	own := "headers"
	if e.d.Remote != nil {
		own = e.d.Remote.Headers
	}
	_, address := e.url()
	if address == "" || e.d.Remote == nil {
		return // or nobody knows how this app has them
	}
	outer, inner, nested := strings.Cut(own, "/")
	for _, key := range headerKeys {
		v, there := e.o.Get(key)
		if !there || key == own || !isObject(v) && !isList(v) {
			continue
		}
		e.add("ENTRY_WRONG_FIELD_NAME", func(f *finding.Finding) {
			e.at(f, key, strings.ReplaceAll(own, "/", " > "))
			switch {
			case nested:
				hold, _ := e.o.Get(outer)
				o, _ := hold.(configfile.Object)
				if has(o, inner) {
					f.Fix = finding.Never
					return
				}
				e.set(f, outer, append(slices.Clone(o), configfile.Member{Key: inner, Value: v}))
				e.remove(f, key)
			case has(e.o, own):
				f.Fix = finding.Never
			default:
				e.rename(f, key, own)
			}
		})
	}
	for _, key := range headerHolds {
		v, _ := e.o.Get(key)
		o, _ := v.(configfile.Object)
		h, there := o.Get("headers")
		if !there || nested && key == outer || has(e.o, own) {
			continue
		}
		e.add("ENTRY_WRONG_FIELD_NAME", func(f *finding.Finding) {
			e.at(f, key, strings.ReplaceAll(own, "/", " > "))
			if nested {
				e.set(f, outer, configfile.Object{{Key: inner, Value: h}})
			} else {
				e.set(f, own, h)
			}
			rest := slices.DeleteFunc(slices.Clone(o), func(m configfile.Member) bool { return m.Key == "headers" })
			if len(rest) == 0 {
				e.remove(f, key)
			} else {
				e.set(f, key, rest)
			}
		})
	}
	if !nested {
		e.tokens(own)
		e.strings("headers", own)
	}
}

// tokens turns the names of variables that another app puts into headers into
// this app's references.
func (e *entry) tokens(own string) {
	if e.d.Reference == "" || e.d.ReferenceList != "" || e.File.App.ID == "codex" {
		return
	}
	add := func(key, header, value string) {
		e.add("ENTRY_WRONG_FIELD_NAME", func(f *finding.Finding) {
			e.at(f, key, own)
			had, _ := e.o.Get(own)
			o, _ := had.(configfile.Object)
			if !has(o, header) {
				e.set(f, own, append(slices.Clone(o), configfile.Member{Key: header, Value: value}))
			}
			e.remove(f, key)
		})
	}
	if name := e.text("bearer_token_env_var"); name != "" {
		add("bearer_token_env_var", "Authorization", "Bearer "+e.d.EnvRef(name))
	}
}

// remoteToProgram bridges an address for an app that starts programs only.
func (e *entry) remoteToProgram() {
	if !e.reads.NoRemote || e.hasCommand() {
		return
	}
	var key, address string
	for _, k := range urlKeys {
		if v := e.text(k); isURL(v) {
			key, address = k, strings.TrimSpace(v)
			break
		}
	}
	if address == "" {
		return
	}
	e.add("ENTRY_REMOTE_UNSUPPORTED", func(f *finding.Finding) {
		e.at(f, key, "")
		f.Needs = "Connect " + e.name + " through a small program (mcp-remote), or add it in " + e.File.App.Name + " under Settings, Connectors, instead?"
		l := clients.Launch{Command: "npx", Args: []string{"-y", "mcp-remote", address}}
		had, _ := e.o.Get(e.d.Env)
		env, _ := had.(configfile.Object)
		env = slices.Clone(env)
		v, _ := e.o.Get("headers")
		headers, _ := v.(configfile.Object)
		for _, h := range headers {
			value, ok := h.Value.(string)
			if !ok {
				f.Fix = finding.Never
				return
			}
			name := headerVariable(h.Key)
			l.Args = append(l.Args, "--header", h.Key+":${"+name+"}")
			env = append(env, configfile.Member{Key: name, Value: value})
		}
		if transportOf(e.text("type")) == "sse" {
			l.Args = append(l.Args, "--transport", "sse-only")
		}
		for _, k := range []string{key, "type", "headers", "transport"} {
			if has(e.o, k) {
				e.remove(f, k)
			}
		}
		e.set(f, e.commandKey(), l.Command)
		e.set(f, "args", anys(l.Args))
		if len(env) > 0 {
			e.set(f, e.d.Env, env)
		}
	})
}

// headerVariable is a variable for the value of a header.
func headerVariable(header string) string {
	if strings.EqualFold(header, "Authorization") {
		return "AUTH_HEADER"
	}
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, strings.ToUpper(header)) + "_HEADER"
}
