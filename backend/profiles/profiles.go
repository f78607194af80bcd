// Package profiles knows what a profile means: which server of it stands in
// which app, what a change of one is and how that is taken back, and what a
// switch from one to another asks of the apps. It reads and writes nothing.
// backend imports it; it imports model only.
//
//	work = profiles.TurnOn(work, "notes", "cursor")
//	if profiles.On(work, "notes", "cursor") { … }
package profiles

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"toolbay/backend/model"
)

// MaxName is the length of the longest name, in characters.
const MaxName = 60

// Named is the profile that entries in the apps' files name: "" for the first
// one.
func Named(id string) string {
	if id == model.DefaultProfile {
		return ""
	}
	return id
}

// ValidID tells whether s can be a profile's id: one to forty of [a-z0-9-], and
// no dash in front.
func ValidID(s string) bool {
	return s != "" && len(s) <= 40 && s[0] != '-' && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-'
	})
}

// ID proposes an id for a profile of that name which is not taken.
func ID(name string, taken func(string) bool) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() >= 32 {
			break
		}
	}
	id := strings.Trim(b.String(), "-")
	if id == "" {
		id = "profile"
	}
	for n, base := 2, id; taken(id); n++ {
		id = base + "-" + strconv.Itoa(n)
	}
	return id
}

// CheckName gives a name as it is kept. Error code: profile_name_invalid.
func CheckName(name string) (string, error) {
	name = strings.Join(strings.Fields(name), " ")
	if name == "" || utf8.RuneCountInString(name) > MaxName || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return "", model.Fail("profile_name_invalid", nil, "name", name)
	}
	return name, nil
}

// Tidy gives a profile in the one form that is kept and compared: servers by
// id, lists without doubles, no list that is null, nothing said of apps that
// the profile does not have.
func Tidy(p model.Profile) model.Profile {
	p.Apps, p.Folders = set(p.Apps), set(p.Folders)
	servers := make([]model.ProfileServer, 0, len(p.Servers))
	for _, s := range p.Servers {
		s.Keys = nilIfNone(set(s.Keys))
		if s.Tools != nil {
			s.Tools = set(s.Tools)
		}
		if len(s.Answers) == 0 {
			s.Answers = nil
		}
		off := set(s.Off)
		s.Off = nilIfNone(slices.DeleteFunc(off, func(app string) bool { return !slices.Contains(p.Apps, app) }))
		servers = append(servers, s)
	}
	slices.SortStableFunc(servers, func(a, b model.ProfileServer) int { return strings.Compare(a.Server, b.Server) })
	p.Servers = slices.CompactFunc(servers, func(a, b model.ProfileServer) bool { return a.Server == b.Server })
	return p
}

// set gives each of a list once, sorted; never nil.
func set(list []string) []string {
	out := append([]string{}, list...)
	slices.Sort(out)
	return slices.Compact(out)
}

func nilIfNone(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	return list
}

// Of gives what a profile says of a server.
func Of(p model.Profile, server string) (model.ProfileServer, bool) {
	if i := at(p, server); i >= 0 {
		return p.Servers[i], true
	}
	return model.ProfileServer{}, false
}

func at(p model.Profile, server string) int {
	return slices.IndexFunc(p.Servers, func(s model.ProfileServer) bool { return s.Server == server })
}

// On tells whether an app gets a server.
func On(p model.Profile, server, app string) bool {
	s, in := Of(p, server)
	return in && slices.Contains(p.Apps, app) && !slices.Contains(s.Off, app)
}

// Own tells whether a profile has something of its own for a server.
func Own(s model.ProfileServer) bool {
	return len(s.Answers) > 0 || len(s.Keys) > 0 || s.Tools != nil
}

// clone gives a profile that shares nothing that the functions here change.
func clone(p model.Profile) model.Profile {
	p.Apps, p.Folders, p.Servers = slices.Clone(p.Apps), slices.Clone(p.Folders), slices.Clone(p.Servers)
	return p
}

// Add puts servers into a profile, on in all of its apps; one that is in it
// already stays as it is.
func Add(p model.Profile, servers ...string) model.Profile {
	p = clone(p)
	for _, s := range servers {
		if at(p, s) < 0 {
			p.Servers = append(p.Servers, model.ProfileServer{Server: s})
		}
	}
	return Tidy(p)
}

// Drop takes servers out of a profile.
func Drop(p model.Profile, servers ...string) model.Profile {
	p = clone(p)
	p.Servers = slices.DeleteFunc(p.Servers, func(s model.ProfileServer) bool { return slices.Contains(servers, s.Server) })
	return Tidy(p)
}

// Put gives a profile its word on one server, new or in place of the old.
func Put(p model.Profile, s model.ProfileServer) model.Profile {
	p = Drop(p, s.Server)
	p.Servers = append(p.Servers, s)
	return Tidy(p)
}

// AddOff puts a server that is new to a profile into it, off in all its apps.
func AddOff(p model.Profile, server string) model.Profile {
	if at(p, server) >= 0 {
		return p
	}
	return Put(p, model.ProfileServer{Server: server, Off: slices.Clone(p.Apps)})
}

// TurnOn gives an app a server, both of which need not have been in the profile:
// an app that is new to it gets this server alone, and a server that is new
// stands in this app alone.
func TurnOn(p model.Profile, server, app string) model.Profile {
	p = clone(p)
	if !slices.Contains(p.Apps, app) {
		for i := range p.Servers {
			p.Servers[i].Off = append(slices.Clone(p.Servers[i].Off), app)
		}
		p.Apps = append(p.Apps, app)
	}
	i := at(p, server)
	if i < 0 {
		p.Servers = append(p.Servers, model.ProfileServer{Server: server, Off: slices.Clone(p.Apps)})
		i = len(p.Servers) - 1
	}
	p.Servers[i].Off = slices.DeleteFunc(slices.Clone(p.Servers[i].Off), func(a string) bool { return a == app })
	return Tidy(p)
}

// TurnOff takes a server from an app. An app that has no server left goes out
// of the profile; a server stays in it, off everywhere.
func TurnOff(p model.Profile, server, app string) model.Profile {
	i := at(p, server)
	if i < 0 || !slices.Contains(p.Apps, app) {
		return p
	}
	p = clone(p)
	p.Servers[i].Off = append(slices.Clone(p.Servers[i].Off), app)
	if !slices.ContainsFunc(p.Servers, func(s model.ProfileServer) bool { return !slices.Contains(s.Off, app) }) {
		p.Apps = slices.DeleteFunc(p.Apps, func(a string) bool { return a == app })
	}
	return Tidy(p)
}

// AppsOf are the apps of either profile.
func AppsOf(a, b model.Profile) []string { return set(append(slices.Clone(a.Apps), b.Apps...)) }
