package paste

import (
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"

	"toolbay/backend/catalog/recipe"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

var (
	headerName = pattern.New("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")
	mark       = pattern.New(`\$\{([A-Za-z0-9_][A-Za-z0-9_.-]*)(?::[-=]?([^{}]*))?\}`)
	hostPart   = pattern.New(`^(?:[A-Za-z0-9._-]|\$\{[^{}]*\}|\[[0-9a-fA-F:]+\])+(?::[0-9]+|:\$\{[^{}]*\})?$`)
)

// remote makes the find of a server elsewhere.
func (f *Found) remote(e entry, k *keeper, trust int) bool {
	if e.transport == "ws" || e.transport == "websocket" || e.transport == "stdio" && e.command != "" {
		return false
	}
	address := angles(plainReferences(strings.Trim(strings.TrimSpace(e.url), "<>")))
	if value(address) == "" || strings.ContainsAny(address, " \n\t\"'`\\^") || len(address) > 2000 {
		return false
	}
	lower := strings.ToLower(address)
	start := 0
	switch {
	case strings.HasPrefix(lower, "https://"):
		start = len("https://")
	case strings.HasPrefix(lower, "http://"):
		start = len("http://")
		if !loopback(address) {
			f.warn(WarnNotEncrypted)
		}
	case strings.HasPrefix(address, "${"):
	default:
		return false
	}
	// The server is sent to what stands before the path, so that must be plain.
	host, _, _ := strings.Cut(address[start:], "/")
	host, _, _ = strings.Cut(host, "?")
	if at := strings.LastIndex(host, "@"); at >= 0 && start > 0 {
		address = k.user(address, start, host[:at])
		host = host[at+1:]
	}
	if start > 0 && !hostPart().MatchString(host) {
		return false
	}
	p := model.Package{Type: "remote", Transport: "streamable-http"}
	in := k.template(k.address(address))
	p.URL, p.Variables = in.Value, in.Variables
	p.Identifier = p.URL
	if e.transport == "sse" || e.transport == "" && pathEnd(p.URL) == "sse" {
		p.Transport = "sse"
	}
	seen := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(e.headers)) {
		name, given := strings.TrimSpace(name), e.headers[name]
		if !headerName().MatchString(name) || len(name) > 200 || len(given) > maxValue || seen[strings.ToLower(name)] {
			continue
		}
		seen[strings.ToLower(name)] = true
		if dull(strings.ToLower(name)) {
			continue // set by whoever speaks to the server
		}
		h := k.template(k.header(name, given))
		if v := value(h.Value); v == "" || v != h.Value {
			continue
		}
		// The whole value is what is asked for.
		if h.Value == "{"+name+"}" {
			h = k.inputs[name]
			h.Secret, h.Required = true, true
		}
		h.Name = name
		p.Headers = append(p.Headers, h)
	}
	if k.basic != "" && !seen["authorization"] {
		k.secrets["Authorization"] = k.basic
		p.Headers = append(p.Headers, model.Input{Name: "Authorization", Secret: true, Required: true})
	}
	f.Kind, f.Package = "remote", p
	return true
}

// dull headers belong to the connection and not to the server.
var dull = words("accept content-type user-agent connection host content-length")

// user takes the user and password before the @ of an address away and keeps
// them as the header that they would become.
func (k *keeper) user(address string, start int, who string) string {
	if !strings.Contains(who, "${") && who != "" {
		name, password, _ := strings.Cut(who, ":")
		if !standsFor(password) || !standsFor(name) && password == "" {
			plain := func(s string) string {
				if u, err := url.PathUnescape(s); err == nil {
					return u
				}
				return s
			}
			k.basic = "Basic " + encoded(plain(name)+":"+plain(password))
		}
	}
	k.warned[WarnKeyInAddress] = true
	return address[:start] + address[start+len(who)+1:]
}

func loopback(address string) bool {
	u, err := url.Parse(strings.NewReplacer("${", "x", "}", "x").Replace(address))
	if err != nil {
		return false
	}
	h := u.Hostname()
	ip := net.ParseIP(h)
	return strings.EqualFold(h, "localhost") || ip != nil && ip.IsLoopback()
}

// pathEnd is the last part of an address's path.
func pathEnd(address string) string {
	address, _, _ = strings.Cut(address, "?")
	address = strings.TrimRight(address, "/")
	return strings.ToLower(address[strings.LastIndexByte(address, '/')+1:])
}

// template turns ${NAME} into the placeholder {NAME} with its declaration.
func (k *keeper) template(s string) model.Input {
	in := model.Input{}
	in.Value = mark().ReplaceAllStringFunc(s, func(m string) string {
		parts := mark().FindStringSubmatch(m)
		name := parts[1]
		v, known := k.inputs[name]
		if !known {
			v = model.Input{Required: true}
		}
		if parts[2] != "" && v.Default == "" && !recipe.LooksSecret(name) {
			v.Default = value(parts[2])
		}
		v.Name = ""
		v.Secret = v.Secret || recipe.LooksSecret(name)
		if in.Variables == nil {
			in.Variables = map[string]model.Input{}
		}
		in.Variables[name] = v
		return "{" + name + "}"
	})
	return in
}
