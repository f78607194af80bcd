// Package github reads GitHub's MCP registry: records of the official
// registry's form, chosen by hand, with what GitHub knows of the repository.
// Only catalog imports it.
//
//	page, err := github.Plugin.Open("").Page(ctx, web, "")
package github

import (
	"slices"
	"time"

	"toolbay/backend/catalog/internal/clean"
	"toolbay/backend/catalog/internal/loose"
	"toolbay/backend/catalog/source"
	"toolbay/backend/catalog/source/registry"
)

// ID is the source's.
const ID = "github"

// Origin is where the registry is.
const Origin = "https://api.mcp.github.com"

const maxTags = 50

// Plugin is the source. The registry answers ten requests and then none for a
// while, so it is read slowly and once a day.
var Plugin = source.Plugin{
	ID: ID, Site: "https://github.com/mcp", Curated: true,
	Every: 24 * time.Hour, Pause: 7 * time.Second,
	Open: func(origin string) source.Reader {
		if origin == "" {
			origin = Origin
		}
		return registry.Reader{Origin: origin, Record: Read}
	},
}

// Read reads one record.
func Read(raw []byte) source.Entry {
	e := registry.Entry(raw)
	if e.Err != nil {
		return e
	}
	o, err := loose.JSON(raw)
	if err != nil { // registry.Entry has read it
		return source.Entry{Err: err, Raw: raw}
	}
	l := &e.Listing
	for _, repo := range repositories(o) {
		if n := count(repo); n > l.Stars {
			l.Stars = n
		}
		license := repo.Str("license")
		if license == "" {
			license = repo.Object("license").Str("spdx_id", "spdxId", "key", "name")
		}
		if license = clean.Line(license, 100); license != "" && license != "NOASSERTION" && l.License == "" {
			l.License = license
		}
		if s := clean.Line(repo.Str("display_name", "displayName"), 100); s != "" {
			l.Title = s
		}
		if s := clean.Secure(repo.Str("preferred_image", "preferredImage", "owner_avatar_url", "ownerAvatarUrl")); s != "" && l.Icon == "" {
			l.Icon = s
		}
		if t, err := time.Parse(time.RFC3339, repo.Str("pushed_at", "pushedAt")); err == nil && l.Updated.IsZero() {
			l.Updated = t.UTC()
		}
		for _, tag := range repo.Strings("topics") {
			if tag = clean.Line(tag, 50); tag != "" && len(l.Tags) < maxTags && !slices.Contains(l.Tags, tag) {
				l.Tags = append(l.Tags, tag)
			}
		}
	}
	return e
}

// repositories finds what GitHub says of the repository. It has stood in
// several places since 2025.
func repositories(o loose.Object) []loose.Object {
	var out []loose.Object
	for _, holder := range []loose.Object{o, o.Object("server")} {
		meta := holder.Object("_meta")
		for _, key := range meta.Keys() {
			about := meta.Object(key)
			for _, r := range []loose.Object{about, about.Object("github")} {
				if r.Has("stargazer_count", "stargazerCount", "stargazers_count", "stars", "name_with_owner", "nameWithOwner") {
					out = append(out, r)
				}
			}
		}
	}
	return out
}

func count(o loose.Object) int {
	n := 0
	for _, r := range o.Str("stargazer_count", "stargazerCount", "stargazers_count", "stars") {
		if r < '0' || r > '9' || n > 1<<30 {
			return 0
		}
		n = n*10 + int(r-'0')
	}
	return n
}
