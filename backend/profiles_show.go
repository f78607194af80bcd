package backend

import (
	"context"
	"slices"
	"strconv"

	"toolbay/backend/clients"
	"toolbay/backend/connect"
	"toolbay/backend/model"
	"toolbay/backend/profiles"
	"toolbay/backend/text"
)

// ProfileDetail is everything about one profile.
type ProfileDetail struct {
	ProfileView
	Contents []ProfileContent `json:"contents"`
	Room     []AppRoom        `json:"room"`
	Warnings []Warning        `json:"warnings"`
}

// ProfileContent is one server in a profile.
type ProfileContent struct {
	Server string `json:"server"`
	Title  string `json:"title"`
	// Apps are those that get it.
	Apps []string `json:"apps"`
	Off  []string `json:"off"`
	// Cannot tells of an app that cannot be given it, and why in words.
	Cannot  map[string]string `json:"cannot"`
	Answers map[string]string `json:"answers"`
	// Keys are those of the profile's own.
	Keys []string `json:"keys"`
	// AllTools tells that every tool can be used; else only Tools can. Known is
	// how many the server has, -1 where that is not known.
	AllTools bool     `json:"all_tools"`
	Tools    []string `json:"tools"`
	Known    int      `json:"known"`
}

// AppRoom is how much of what an app takes a profile uses.
type AppRoom struct {
	App     string `json:"app"`
	Name    string `json:"name"`
	Servers int    `json:"servers"`
	Tools   int    `json:"tools"`
	// Limit is how many tools the app takes, 0 where none is known.
	Limit int `json:"limit"`
	// Tokens is an estimate of what the list of tools costs in each conversation.
	Tokens int `json:"tokens"`
	// Unknown are servers whose tools are not known and not counted.
	Unknown []string `json:"unknown"`
}

// ShowProfile tells everything about a profile; "" is the one in use. Error
// code: profile_unknown.
func (b *Backend) ShowProfile(ctx context.Context, ref string) (ProfileDetail, error) {
	p, err := b.Profile(ctx, ref)
	if err != nil {
		return ProfileDetail{}, err
	}
	active, err := b.activeProfile(ctx)
	if err != nil {
		return ProfileDetail{}, err
	}
	servers, err := b.serversByID(ctx)
	if err != nil {
		return ProfileDetail{}, err
	}
	d := ProfileDetail{
		ProfileView: ProfileView{ID: p.ID, Name: p.Name, Active: p.ID == active, Servers: []string{}, Apps: p.Apps, Folders: p.Folders, Changed: p.Changed.UTC()},
		Contents:    []ProfileContent{},
	}
	looked := map[string]clients.App{}
	for _, id := range p.Apps {
		if a, err := b.apps.LookOne(b.system, id, ""); err == nil {
			looked[id] = a
		}
	}
	for _, word := range p.Servers {
		s, here := servers[word.Server]
		if !here {
			continue
		}
		c := ProfileContent{
			Server: s.ID, Title: s.Title, Apps: []string{}, Off: append([]string{}, word.Off...), Cannot: map[string]string{},
			Answers: map[string]string{}, Keys: append([]string{}, word.Keys...),
			AllTools: word.Tools == nil, Tools: append([]string{}, word.Tools...), Known: -1,
		}
		for _, app := range p.Apps {
			if !slices.Contains(word.Off, app) {
				c.Apps = append(c.Apps, app)
			}
			if a, ok := looked[app]; ok {
				if err := connect.Refuses(a, s.ID); err != nil {
					c.Cannot[app] = text.ForError(err).Message
				}
			}
		}
		for name, v := range word.Answers {
			c.Answers[name] = v
		}
		if s.Probe != nil && s.Probe.OK {
			c.Known = len(s.Probe.Tools)
		}
		d.Servers, d.Contents = append(d.Servers, s.ID), append(d.Contents, c)
	}
	d.Room, d.Warnings = b.weigh(p, servers, p.Apps)
	for _, r := range d.Room {
		a, ok := looked[r.App]
		if !ok {
			continue
		}
		if err := connect.Refuses(a, ""); err != nil {
			why := text.ForError(err)
			d.Warnings = append(d.Warnings, Warning{Code: why.Code, App: r.App, Text: why.Message})
		}
	}
	return d, nil
}

// ToolCosts estimates the tokens that each tool of a server costs in every
// conversation, in their order.
func ToolCosts(p *model.Probe) []int { return profiles.Costs(p) }

func (b *Backend) serversByID(ctx context.Context) (map[string]model.Server, error) {
	all, err := b.store.Servers(ctx)
	out := make(map[string]model.Server, len(all))
	for _, s := range all {
		out[s.ID] = s
	}
	return out, err
}

// weigh tells how much room a profile takes in apps, and what is too much.
func (b *Backend) weigh(p model.Profile, servers map[string]model.Server, apps []string) ([]AppRoom, []Warning) {
	room, warnings := []AppRoom{}, []Warning{}
	for _, id := range apps {
		c, ok := b.apps.Get(id)
		if !ok {
			continue
		}
		limits := limitsOf(c)
		load, troubles := profiles.Weigh(p, id, limits, func(server string) *model.Probe { return servers[server].Probe })
		room = append(room, AppRoom{
			App: id, Name: c.Name, Servers: load.Servers, Tools: load.Tools, Limit: limits.Tools, Tokens: load.Tokens,
			Unknown: append([]string{}, load.Unknown...),
		})
		for _, t := range troubles {
			warnings = append(warnings, Warning{Code: t.Code, App: id, Server: t.Server, Text: text.Line("profile.warn."+t.Code,
				"app", c.Name, "server", t.Server, "tool", t.Tool, "have", strconv.Itoa(t.Have), "limit", strconv.Itoa(t.Limit))})
		}
	}
	return room, warnings
}

// limitsOf are an app's limits.
func limitsOf(c clients.Client) profiles.Limits {
	return profiles.Limits{NameLength: c.Limits.NameLength, Tools: c.Limits.Tools, NameAndTool: c.Limits.NameAndTool}
}

// warn tells what the apps of the profiles in an edit come up against that get
// something otherwise.
func (b *Backend) warn(ctx context.Context, e *profileEdit) []Warning {
	out := []Warning{}
	servers, err := b.serversByID(ctx)
	if err != nil {
		return out // it is said with the profile all the same
	}
	for _, id := range sortedKeys(e.is) {
		was, is := e.was[id], e.is[id]
		if was == nil || is == nil {
			continue
		}
		var apps []string
		for _, app := range is.Apps {
			if slices.ContainsFunc(is.Servers, func(s model.ProfileServer) bool {
				return profiles.On(*is, s.Server, app) != profiles.On(*was, s.Server, app)
			}) {
				apps = append(apps, app)
			}
		}
		_, warnings := b.weigh(*is, servers, apps)
		out = append(out, warnings...)
	}
	return out
}
