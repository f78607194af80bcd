package trust_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"toolbay/backend/catalog/trust"
	"toolbay/backend/model"
	"toolbay/backend/text"
)

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func date(s string) time.Time {
	t, err := time.Parse("2006-01-02", s)
	if err != nil {
		panic(err)
	}
	return t
}

// record is one that a source tells; change says what is special about it.
func record(source, id string, change ...func(*model.Record)) model.Record {
	r := model.Record{Source: source, Listing: model.Listing{ID: id, Name: id, Status: "active", Sources: []string{source}}}
	for _, f := range change {
		f(&r)
	}
	return r
}

func by(name string) func(*model.Record) { return func(r *model.Record) { r.Publisher = name } }
func site(url string) func(*model.Record) {
	return func(r *model.Record) { r.Website = url }
}
func repo(url string) func(*model.Record) {
	return func(r *model.Record) { r.Repository = url }
}
func pkg(kind, id string) func(*model.Record) {
	return func(r *model.Record) {
		r.Packages = append(r.Packages, model.Package{Type: kind, Identifier: id, Transport: "stdio"})
	}
}
func remote(url string) func(*model.Record) {
	return func(r *model.Record) {
		r.Packages = append(r.Packages, model.Package{Type: "remote", Identifier: url, URL: url, Transport: "streamable-http"})
	}
}
func status(s, message string) func(*model.Record) {
	return func(r *model.Record) { r.Status, r.StatusMessage = s, message }
}

// card makes one of records, the first of which speaks.
func card(records ...model.Record) model.Card {
	c := model.Card{Listing: records[0].Listing, Records: records, Origins: map[string]string{}}
	c.Sources = nil
	for _, r := range records {
		c.Sources = append(c.Sources, r.Source)
	}
	return c
}

func find(t *testing.T, facts []model.Fact, code string) (model.Fact, bool) {
	t.Helper()
	var found []model.Fact
	for _, f := range facts {
		if f.Code == code {
			found = append(found, f)
		}
	}
	if len(found) > 1 {
		t.Fatalf("%s is told %d times", code, len(found))
	}
	if len(found) == 0 {
		return model.Fact{}, false
	}
	return found[0], true
}

// said is how a fact is written in the tables: state, how, origin and words.
type said struct{ state, how, origin, words string }

func check(t *testing.T, facts []model.Fact, code string, want said) {
	t.Helper()
	f, ok := find(t, facts, code)
	if want.state == "" {
		if ok {
			t.Fatalf("%s is told: %+v", code, f)
		}
		return
	}
	if !ok {
		t.Fatalf("%s is not told", code)
	}
	got := said{f.State, f.Args["how"], f.Origin, text.Fact(f)}
	if got != want {
		t.Errorf("%s:\n got %+v\nwant %+v", code, got, want)
	}
}

func TestPublisher(t *testing.T) {
	for _, c := range []struct {
		name string
		card model.Card
		want said
	}{
		{"a GitHub account in the official registry", card(record("official", "io.github.acme/notes")),
			said{"yes", "github", "official", "Published by acme on GitHub. The official registry checked the account."}},
		{"small and large letters", card(record("official", "io.github.CSOAI-ORG/notes")),
			said{"yes", "github", "official", "Published by CSOAI-ORG on GitHub. The official registry checked the account."}},
		{"a domain in the official registry", card(record("official", "com.notion/mcp")),
			said{"yes", "dns", "official", "Published by the owner of notion.com. The official registry checked that."}},
		{"a part of a domain", card(record("official", "com.pulsemcp.servers/fetch")),
			said{"yes", "dns", "official", "Published by the owner of servers.pulsemcp.com. The official registry checked that."}},
		{"deprecated is proved no less", card(record("official", "com.notion/mcp", status("deprecated", ""))),
			said{"yes", "dns", "official", "Published by the owner of notion.com. The official registry checked that."}},
		{"a file claims a GitHub name", card(record("file:servers.json", "io.github.acme/notes", by("acme"))),
			said{"unknown", "", "file:servers.json", "It says it is by acme. Nobody has checked that."}},
		{"mcpm claims a GitHub name", card(record("mcpm", "io.github.acme/notes", by("acme"))),
			said{"unknown", "", "mcpm", "It says it is by acme. Nobody has checked that."}},
		{"a file that is called like the registry", card(record("file:official", "com.notion/mcp", by("notion.com"))),
			said{"unknown", "", "file:official", "It says it is by notion.com. Nobody has checked that."}},
		{"nobody says", card(record("cline", "cline/notes")),
			said{"unknown", "none", "cline", "No list says who publishes it."}},
		{"Docker's list", card(record("docker", "docker/notion", by("makenotion"))),
			said{"yes", "curated", "docker", "Published by makenotion, says a list that people look after."}},
		{"a private registry", card(record("reg-acme", "io.github.acme/notes", by("acme"))),
			said{"yes", "curated", "reg-acme", "Published by acme, says a list that people look after."}},
		{"GitHub's list holds a name that it did not prove", card(record("github", "com.notion/mcp", by("notion.com"))),
			said{"yes", "curated", "github", "Published by notion.com, says a list that people look after."}},
		{"a curated list that names nobody", card(record("toolhive", "io.toolhive/notes")),
			said{"unknown", "none", "toolhive", "No list says who publishes it."}},
		{"proved and in a curated list, by the same package", card(
			record("docker", "docker/notes", by("Acme"), pkg("oci", "docker.io/acme/notes:1.2@sha256:00")),
			record("official", "io.github.acme/notes", pkg("oci", "ACME/notes:2.0"))),
			said{"yes", "github", "official", "Published by acme on GitHub. The official registry checked the account."}},
		{"the same package of Python in another spelling", card(
			record("starter", "starter/fetch", by("MCP"), pkg("pypi", "mcp_server.fetch")),
			record("official", "io.github.acme/fetch", pkg("pypi", "MCP-Server-Fetch"))),
			said{"yes", "github", "official", "Published by acme on GitHub. The official registry checked the account."}},
		{"proved, by the repository", card(
			record("docker", "docker/notes", by("acme"), repo("https://github.com/Acme/notes")),
			record("official", "io.github.acme/notes")),
			said{"yes", "github", "official", "Published by acme on GitHub. The official registry checked the account."}},
		{"proved, by the address", card(
			record("starter", "starter/notion", by("Notion"), remote("https://mcp.notion.com/mcp")),
			record("official", "com.notion/mcp", remote("https://mcp.notion.com/mcp"))),
			said{"yes", "dns", "official", "Published by the owner of notion.com. The official registry checked that."}},
		{"proved, by the website", card(
			record("docker", "docker/notion", by("Notion"), site("https://www.notion.com/product")),
			record("official", "com.notion/mcp")),
			said{"yes", "dns", "official", "Published by the owner of notion.com. The official registry checked that."}},
		{"a stranger registers the address of a known service", card(
			record("starter", "starter/notion", by("Notion"), repo("https://github.com/makenotion/notion-mcp-server"), remote("https://mcp.notion.com/mcp")),
			record("official", "io.github.evil/notion", remote("https://mcp.notion.com/mcp"))),
			said{"yes", "curated", "starter", "Published by Notion, says a list that people look after."}},
		{"a stranger's domain with the address of a known service", card(
			record("starter", "starter/notion", by("Notion"), remote("https://mcp.notion.com/mcp")),
			record("official", "io.evil.com.notion/notion", remote("https://mcp.notion.com/mcp"))),
			said{"yes", "curated", "starter", "Published by Notion, says a list that people look after."}},
		{"a bundle is asked for nothing, so it binds nobody", card(
			record("mcpm", "mcpm/notes", by("acme"), pkg("mcpb", "https://example.com/notes.mcpb")),
			record("official", "io.github.evil/notes", pkg("mcpb", "https://example.com/notes.mcpb"))),
			said{"unknown", "", "mcpm", "It says it is by acme. Nobody has checked that."}},
		{"no account has a dot", card(record("official", "io.github.a.b/notes", by("a.b"))),
			said{"unknown", "", "official", "It says it is by a.b. Nobody has checked that."}},
		{"given to whoever comes", card(record("official", "io.modelcontextprotocol.anonymous/notes")),
			said{"unknown", "none", "official", "No list says who publishes it."}},
		{"a domain by that word is one", card(record("official", "com.anonymous/notes")),
			said{"yes", "dns", "official", "Published by the owner of anonymous.com. The official registry checked that."}},
		{"no domain", card(record("official", "notes/notes")),
			said{"unknown", "none", "official", "No list says who publishes it."}},
		{"GitHub's own pages are not an account", card(record("official", "io.github/notes")),
			said{"unknown", "none", "official", "No list says who publishes it."}},
	} {
		t.Run(c.name, func(t *testing.T) {
			check(t, trust.Facts(c.card, trust.Here{Now: now}), trust.Publisher, c.want)
		})
	}
}

func TestRemoteDomain(t *testing.T) {
	yes := func(host, domain string) said {
		return said{"yes", "", "official", "It runs at " + host + ", which belongs to the publisher’s domain " + domain + "."}
	}
	no := func(host, domain string) said {
		return said{"no", "", "official", "It runs at " + host + ", which is not the publisher’s domain " + domain + "."}
	}
	open := func(host string) said {
		return said{"unknown", "", "official", "It runs at " + host + ". Whether that is the publisher’s own is not known."}
	}
	odd := said{"unknown", "odd", "official", "It runs at an address that cannot be compared with the publisher’s."}
	template := said{"unknown", "template", "official", "Where it runs depends on what you fill in."}
	for _, c := range []struct {
		name, id, url string
		want          said
	}{
		{"below the domain", "com.notion/mcp", "https://mcp.notion.com/mcp", yes("mcp.notion.com", "notion.com")},
		{"the domain itself", "com.notion/mcp", "https://notion.com/mcp", yes("notion.com", "notion.com")},
		{"capital letters", "com.Notion/mcp", "HTTPS://MCP.NOTION.COM/mcp", yes("mcp.notion.com", "notion.com")},
		{"a port", "com.notion/mcp", "https://mcp.notion.com:8443/mcp", yes("mcp.notion.com", "notion.com")},
		{"a trailing dot", "com.notion/mcp", "https://mcp.notion.com./mcp", yes("mcp.notion.com", "notion.com")},
		{"a trailing dot and a port", "com.notion/mcp", "https://mcp.notion.com.:443", yes("mcp.notion.com", "notion.com")},
		{"no path but a question", "com.notion/mcp", "https://mcp.notion.com?x=@evil.io/", yes("mcp.notion.com", "notion.com")},
		{"a part of a domain below itself", "com.pulsemcp.servers/x", "https://a.servers.pulsemcp.com", yes("a.servers.pulsemcp.com", "servers.pulsemcp.com")},
		{"in the United Kingdom", "uk.co.acme/x", "https://mcp.acme.co.uk/sse", yes("mcp.acme.co.uk", "acme.co.uk")},
		{"somebody else in the United Kingdom", "uk.co.acme/x", "https://evil.co.uk/sse", no("evil.co.uk", "acme.co.uk")},
		{"an app at Vercel, its own", "app.vercel.acme/x", "https://acme.vercel.app/mcp", yes("acme.vercel.app", "acme.vercel.app")},
		{"an app at Vercel, another's", "app.vercel.acme/x", "https://evil.vercel.app/mcp", no("evil.vercel.app", "acme.vercel.app")},
		{"below a suffix that is everybody's", "app.vercel/x", "https://evil.vercel.app/mcp", no("evil.vercel.app", "vercel.app")},
		{"hosted by somebody else", "com.acme/x", "https://acme.up.railway.app/mcp", no("acme.up.railway.app", "acme.com")},
		{"beside the part that was proved", "com.pulsemcp.servers/x", "https://mcp.pulsemcp.com",
			said{"unknown", "beside", "official", "It runs at mcp.pulsemcp.com, beside the publisher’s servers.pulsemcp.com and not in it."}},
		{"the domain as the beginning of another", "com.notion/mcp", "https://notion.com.evil.io/mcp", no("notion.com.evil.io", "notion.com")},
		{"the domain as the end of a word", "com.notion/mcp", "https://evilnotion.com/mcp", no("evilnotion.com", "notion.com")},
		{"the domain with a dash", "com.notion/mcp", "https://mcp-notion.com/mcp", no("mcp-notion.com", "notion.com")},
		{"another ending", "com.notion/mcp", "https://mcp.notion.co/mcp", no("mcp.notion.co", "notion.com")},
		{"the domain as a user's name", "com.notion/mcp", "https://mcp.notion.com@evil.io/mcp", no("evil.io", "notion.com")},
		{"the domain as name and password", "com.notion/mcp", "https://mcp.notion.com:443@evil.io/mcp", no("evil.io", "notion.com")},
		{"the domain in the path", "com.notion/mcp", "https://evil.io/mcp.notion.com", no("evil.io", "notion.com")},
		{"the domain after a hash", "com.notion/mcp", "https://evil.io#.notion.com", no("evil.io", "notion.com")},
		{"a backslash for a slash", "com.notion/mcp", `https://evil.io\.notion.com/mcp`, odd},
		{"written in percents", "com.notion/mcp", "https://mcp%2enotion.com/mcp", odd},
		{"a letter that looks the same", "com.notion/mcp", "https://mcp.nоtion.com/mcp", no("mcp.nоtion.com", "notion.com")},
		{"the same letter in punycode", "com.notion/mcp", "https://mcp.xn--ntion-oye.com/mcp", no("mcp.xn--ntion-oye.com", "notion.com")},
		{"a domain of punycode", "com.xn--mnchen-3ya/x", "https://mcp.xn--mnchen-3ya.com", yes("mcp.xn--mnchen-3ya.com", "xn--mnchen-3ya.com")},
		{"a domain of punycode and the letters it means", "com.xn--mnchen-3ya/x", "https://mcp.münchen.com", odd},
		{"a number", "com.notion/mcp", "https://203.0.113.7/mcp",
			said{"no", "number", "official", "It runs at the bare number 203.0.113.7, not at the publisher’s domain."}},
		{"a number and a port", "com.notion/mcp", "https://203.0.113.7:8080/mcp",
			said{"no", "number", "official", "It runs at the bare number 203.0.113.7, not at the publisher’s domain."}},
		{"a number in one", "com.notion/mcp", "https://3405803783/mcp",
			said{"no", "number", "official", "It runs at the bare number 3405803783, not at the publisher’s domain."}},
		{"a number of version six", "com.notion/mcp", "https://[2001:db8::7]:8080/mcp",
			said{"no", "number", "official", "It runs at the bare number 2001:db8::7, not at the publisher’s domain."}},
		{"a bracket that is not closed", "com.notion/mcp", "https://[2001:db8::7/mcp", odd},
		{"this computer", "com.notion/mcp", "https://localhost:8080/mcp", no("localhost", "notion.com")},
		{"a template for the host", "com.notion/mcp", "https://{host}/mcp", template},
		{"a template for a part of it", "com.notion/mcp", "https://{tenant}.notion.com/mcp", template},
		{"a template that goes on", "com.notion/mcp", "https://notion.com{rest}/mcp", template},
		{"Anthropic's templates", "com.notion/mcp", "https://{{host}}/mcp", template},
		{"a template for the port", "com.notion/mcp", "https://notion.com:{port}/mcp", template},
		{"a template behind the host", "com.notion/mcp", "https://mcp.notion.com/{workspace}?key={key}", yes("mcp.notion.com", "notion.com")},
		{"a template for all of it", "com.notion/mcp", "{url}", odd},
		{"nothing", "com.notion/mcp", "", odd},
		{"a dot only", "com.notion/mcp", "https://./", odd},
		{"two dots", "com.notion/mcp", "https://.notion.com/", odd},
		{"an account has no domain", "io.github.acme/x", "https://mcp.acme.com", open("mcp.acme.com")},
		{"an account's own pages", "io.github.Acme/x", "https://acme.github.io/mcp",
			said{"yes", "github", "official", "It runs at acme.github.io, the publisher’s own pages on GitHub."}},
		{"another account's pages", "io.github.acme/x", "https://evil.github.io/mcp",
			said{"no", "github", "official", "It runs at evil.github.io, the pages of another GitHub account."}},
		{"a name like GitHub's pages", "io.github.acme/x", "https://acme.github.io.evil.io/mcp", open("acme.github.io.evil.io")},
	} {
		t.Run(c.name, func(t *testing.T) {
			facts := trust.Facts(card(record("official", c.id, remote(c.url))), trust.Here{Now: now})
			check(t, facts, trust.RemoteDomain, c.want)
		})
	}
}

func TestRemoteDomainOfOthers(t *testing.T) {
	for _, c := range []struct {
		name string
		card model.Card
		want said
	}{
		{"nothing runs online", card(record("official", "com.notion/mcp", pkg("npm", "notion-mcp"))), said{}},
		{"a package that listens on this computer", card(record("official", "com.notion/mcp", pkg("npm", "notion-mcp"), func(r *model.Record) {
			r.Packages[0].URL = "http://localhost:3000/mcp"
		})), said{}},
		{"one of two is elsewhere", card(record("official", "com.notion/mcp", remote("https://mcp.notion.com/mcp"), remote("https://evil.io/mcp"), remote("https://{x}/"))),
			said{"no", "", "official", "It runs at evil.io, which is not the publisher’s domain notion.com."}},
		{"one of two is not known", card(record("official", "com.notion/mcp", remote("https://mcp.notion.com/mcp"), remote("https://{x}/"))),
			said{"unknown", "template", "official", "Where it runs depends on what you fill in."}},
		{"a file claims a domain", card(record("file:x.json", "com.notion/mcp", remote("https://mcp.notion.com/mcp"))),
			said{"unknown", "", "file:x.json", "It runs at mcp.notion.com. Whether that is the publisher’s own is not known."}},
		{"a curated list names the website", card(record("docker", "docker/notion", by("Notion"), site("https://www.notion.com"), remote("https://mcp.notion.com/mcp"))),
			said{"yes", "website", "docker", "It runs at mcp.notion.com, under the domain of its website, notion.com."}},
		{"the website is on a host of many", card(record("docker", "docker/x", by("X"), site("https://acme.vercel.app"), remote("https://evil.vercel.app/mcp"))),
			said{"unknown", "", "docker", "It runs at evil.vercel.app. Whether that is the publisher’s own is not known."}},
		{"another domain than the website's", card(record("starter", "starter/github", by("GitHub"), site("https://github.com"), remote("https://api.githubcopilot.com/mcp/"))),
			said{"unknown", "", "starter", "It runs at api.githubcopilot.com. Whether that is the publisher’s own is not known."}},
		{"the website that a file names says nothing", card(
			record("docker", "docker/x", by("X"), remote("https://evil.io/mcp")),
			record("file:x", "docker/x", site("https://evil.io"))),
			said{"unknown", "", "docker", "It runs at evil.io. Whether that is the publisher’s own is not known."}},
	} {
		t.Run(c.name, func(t *testing.T) {
			check(t, trust.Facts(c.card, trust.Here{Now: now}), trust.RemoteDomain, c.want)
		})
	}
}

func TestBackLink(t *testing.T) {
	listed := card(record("official", "io.github.acme/notes", pkg("npm", "@acme/notes")))
	starter := card(record("starter", "starter/notes", pkg("npm", "@acme/notes")))
	both := card(record("starter", "starter/notes", pkg("npm", "@acme/notes")), record("official", "io.github.acme/notes", pkg("npm", "@ACME/notes")))
	another := card(record("starter", "starter/notes", pkg("npm", "@acme/notes")), record("official", "io.github.evil/notes", pkg("npm", "@evil/notes")))
	checked := said{"yes", "checked", "official", "The package names this listing. The official registry checked when it was published."}
	unknown := func(origin string) said {
		return said{"unknown", "", origin, "Nobody has checked whether the package names this listing."}
	}
	looked := func(name string) trust.Here {
		return trust.Here{Now: now, Installed: true, Looked: true, PointsTo: name}
	}
	kind := func(k, id string) model.Card { return card(record("official", "io.github.acme/notes", pkg(k, id))) }
	for _, c := range []struct {
		name string
		card model.Card
		here trust.Here
		want said
	}{
		{"npm", listed, trust.Here{}, checked},
		{"PyPI", kind("pypi", "notes"), trust.Here{}, checked},
		{"an image", kind("oci", "ghcr.io/acme/notes:1"), trust.Here{}, checked},
		{"NuGet", kind("nuget", "Acme.Notes"), trust.Here{}, checked},
		{"Rust", kind("cargo", "acme-notes"), trust.Here{}, checked},
		{"a bundle", kind("mcpb", "https://example.com/notes.mcpb"), trust.Here{}, unknown("official")},
		{"only online", card(record("official", "com.notion/mcp", remote("https://mcp.notion.com"))), trust.Here{}, said{}},
		{"only in a curated list", starter, trust.Here{}, unknown("starter")},
		{"the registry has the same package", both, trust.Here{}, checked},
		{"the registry has another package", another, trust.Here{}, unknown("starter")},
		{"a file says it was the registry", card(record("file:dump.json", "io.github.acme/notes", pkg("npm", "@acme/notes"))), trust.Here{}, unknown("file:dump.json")},
		{"seen here", listed, looked("io.github.acme/notes"), said{"yes", "here", "here", "The package on this computer names this listing."}},
		{"seen here in other letters", both, looked("io.github.Acme/Notes"), said{"yes", "here", "here", "The package on this computer names this listing."}},
		{"names another here", listed, looked("io.github.evil/notes"), said{"no", "other", "here", "The package on this computer names another listing, io.github.evil/notes."}},
		{"names none here", listed, looked(""), said{"no", "here", "here", "The package on this computer does not name this listing."}},
		{"names none, and nobody said it would", starter, looked(""), unknown("starter")},
		{"names one that no list has", starter, looked("io.github.acme/notes"), said{"unknown", "other", "here", "The package on this computer names io.github.acme/notes. No list of yours has that."}},
	} {
		t.Run(c.name, func(t *testing.T) {
			check(t, trust.Facts(c.card, c.here), trust.BackLink, c.want)
		})
	}
}

func TestCurated(t *testing.T) {
	none := said{"no", "", "here", "In no list that people look after."}
	for _, c := range []struct {
		name string
		card model.Card
		want said
	}{
		{"one", card(record("official", "com.notion/mcp"), record("docker", "docker/notion")),
			said{"yes", "", "docker", "In lists that people look after: Docker catalogue."}},
		{"several, each once", card(record("starter", "starter/a"), record("docker", "docker/a"), record("docker", "docker/b"), record("reg-acme", "com.acme/a")),
			said{"yes", "", "starter", "In lists that people look after: Starter catalogue, Docker catalogue and acme."}},
		{"none", card(record("official", "com.notion/mcp"), record("mcpm", "mcpm/notion"), record("cline", "cline/notion")), none},
		{"a file with a fine name", card(record("file:docker", "docker/notion")), none},
		{"taken off it", card(record("official", "com.notion/mcp"), record("github", "com.notion/mcp", status("deleted", ""))), none},
	} {
		t.Run(c.name, func(t *testing.T) {
			check(t, trust.Facts(c.card, trust.Here{Now: now}), trust.Curated, c.want)
		})
	}
}

func TestDates(t *testing.T) {
	dated := func(published, updated, seen, version string) func(*model.Record) {
		return func(r *model.Record) {
			for _, d := range []struct {
				to   *time.Time
				text string
			}{{&r.Published, published}, {&r.Updated, updated}, {&r.Seen, seen}} {
				if d.text != "" {
					*d.to = date(d.text)
				}
			}
			r.Version = version
		}
	}
	noFirst := said{"unknown", "", "here", "Since when it is listed is not known."}
	noLast := said{"unknown", "", "here", "When its newest version came out is not known."}
	for _, c := range []struct {
		name        string
		card        model.Card
		first, last said
	}{
		{"published and seen", card(record("official", "a.b/c", dated("2026-01-02", "2026-03-01", "2026-06-01", "1.2.0"))),
			said{"yes", "", "official", "Listed since 2026-01-02 or longer."}, said{"yes", "", "official", "Version 1.2.0 came out on 2026-01-02."}},
		{"seen before this version", card(record("official", "a.b/c", dated("2026-08-02", "", "2026-06-01", "1.3.0"))),
			said{"yes", "here", "here", "Seen by this Toolbay since 2026-06-01. It may be older."}, said{"yes", "", "official", "Version 1.3.0 came out on 2026-08-02."}},
		{"only changed", card(record("docker", "docker/c", dated("", "2025-06-17", "", ""))),
			noFirst, said{"yes", "changed", "docker", "What is said of it last changed on 2025-06-17."}},
		{"no version", card(record("official", "a.b/c", dated("2026-08-02", "", "", ""))),
			said{"yes", "", "official", "Listed since 2026-08-02 or longer."}, said{"yes", "unnamed", "official", "The newest version came out on 2026-08-02."}},
		{"the oldest and the newest of several", card(
			record("github", "a.b/c", dated("2026-02-02", "", "2026-07-01", "1.0.0")), record("official", "a.b/c", dated("2026-08-02", "", "2026-06-01", "2.0.0"))),
			said{"yes", "", "github", "Listed since 2026-02-02 or longer."}, said{"yes", "", "official", "Version 2.0.0 came out on 2026-08-02."}},
		{"dates that cannot be", card(record("file:x", "a.b/c", dated("1970-01-01", "2031-01-01", "", "1.0.0"))), noFirst, noLast},
		{"a removed one releases nothing", card(record("official", "a.b/c", dated("2026-01-02", "", "", "1.0.0"), status("deleted", ""))),
			said{"yes", "", "official", "Listed since 2026-01-02 or longer."}, noLast},
		{"nothing", card(record("mcpm", "mcpm/c")), noFirst, noLast},
	} {
		t.Run(c.name, func(t *testing.T) {
			facts := trust.Facts(c.card, trust.Here{Now: now})
			check(t, facts, trust.FirstSeen, c.first)
			check(t, facts, trust.LastRelease, c.last)
		})
	}
}

func TestStatusAndRemoved(t *testing.T) {
	for _, c := range []struct {
		name            string
		card            model.Card
		status, removed said
	}{
		{"active", card(record("official", "a.b/c")), said{"yes", "", "official", "It is listed as active."}, said{}},
		{"nobody would say otherwise", card(record("mcpm", "mcpm/c")),
			said{"unknown", "", "mcpm", "Whether anybody still looks after it is not known."}, said{}},
		{"deprecated", card(record("official", "a.b/c", status("deprecated", ""))),
			said{"no", "deprecated", "official", "It is listed as out of date. Better take another."}, said{}},
		{"deprecated with a word", card(record("starter", "starter/c"), record("official", "a.b/c", status("deprecated", "Use d."))),
			said{"no", "deprecated-said", "official", "It is listed as out of date. The publisher says: Use d."}, said{}},
		{"deleted everywhere", card(record("official", "a.b/c", status("deleted", ""))),
			said{"no", "deleted", "official", "It was taken off every list."}, said{"yes", "", "official", "Taken off Official registry."}},
		{"deleted everywhere with a word", card(record("official", "a.b/c", status("deleted", "Malware."))),
			said{"no", "deleted-said", "official", "It was taken off every list. The reason given: Malware."},
			said{"yes", "said", "official", "Taken off Official registry. The reason given: Malware."}},
		{"deleted while others have it", card(record("docker", "docker/c"), record("mcpm", "mcpm/c"), record("official", "a.b/c", status("deleted", ""))),
			said{"yes", "", "docker", "It is listed as active."},
			said{"yes", "still", "official", "Taken off Official registry. Still in Docker catalogue and mcpm.sh."}},
		{"deleted with a word while others have it", card(record("mcpm", "mcpm/c"), record("official", "a.b/c", status("deleted", "Malware {n}."))),
			said{"unknown", "", "mcpm", "Whether anybody still looks after it is not known."},
			said{"yes", "still-said", "official", "Taken off Official registry, still in mcpm.sh. The reason given: Malware {n}."}},
	} {
		t.Run(c.name, func(t *testing.T) {
			facts := trust.Facts(c.card, trust.Here{Now: now})
			check(t, facts, trust.Status, c.status)
			check(t, facts, trust.Removed, c.removed)
		})
	}
}

func TestStartedHere(t *testing.T) {
	yes, no := true, false
	c := card(record("official", "a.b/c"))
	for _, x := range []struct {
		name string
		here trust.Here
		want said
	}{
		{"never here", trust.Here{}, said{"unknown", "", "here", "It was never started on this computer."}},
		{"installed only", trust.Here{Installed: true}, said{"unknown", "installed", "here", "It is on this computer but was not tried yet."}},
		{"started", trust.Here{Installed: true, Started: &yes, Tried: now}, said{"yes", "", "here", "It started on this computer on 2026-11-22."}},
		{"did not start", trust.Here{Installed: true, Started: &no, Tried: now}, said{"no", "", "here", "It did not start on this computer on 2026-11-22."}},
		{"started at some time", trust.Here{Installed: true, Started: &yes}, said{"yes", "undated", "here", "It started on this computer."}},
		{"did not start at some time", trust.Here{Installed: true, Started: &no}, said{"no", "undated", "here", "It did not start on this computer."}},
	} {
		t.Run(x.name, func(t *testing.T) { check(t, trust.Facts(c, x.here), trust.StartedHere, x.want) })
	}
}

func TestRenamedForkCopies(t *testing.T) {
	renamed := func(to string) func(*model.Record) { return func(r *model.Record) { r.Renamed = to } }
	copies := func(n int) model.Card {
		c := card(record("official", "io.github.spam/a"))
		c.Copies = n
		return c
	}
	for _, c := range []struct {
		name, code string
		card       model.Card
		want       said
	}{
		{"a new name", trust.Renamed, card(record("official", "io.github.me/x", renamed("io.github.acme/x"))),
			said{"yes", "", "official", "Its publisher calls it io.github.acme/x now."}},
		{"its own name", trust.Renamed, card(record("official", "io.github.me/x", renamed("io.github.ME/x"))), said{}},
		{"no name", trust.Renamed, card(record("official", "io.github.me/x")), said{}},
		{"two homes", trust.Fork, card(record("docker", "docker/x", repo("https://github.com/acme/x")), record("mcpm", "mcpm/x", repo("https://github.com/me/X.git"))),
			said{"unknown", "", "mcpm", "Lists name two homes, github.com/acme/x and github.com/me/X.git. One may be a copy."}},
		{"one home in two spellings", trust.Fork, card(record("docker", "docker/x", repo("https://github.com/acme/x")), record("mcpm", "mcpm/x", repo("https://github.com/Acme/X.git"))), said{}},
		{"a project that is a part of another", trust.Fork, card(record("docker", "docker/x", repo("https://github.com/acme/x")), record("mcpm", "mcpm/x", repo("https://github.com/me/servers"))), said{}},
		{"homes elsewhere", trust.Fork, card(record("docker", "docker/x", repo("https://gitlab.com/acme/x")), record("mcpm", "mcpm/x", repo("https://gitlab.com/me/x"))), said{}},
		{"many copies", trust.Copies, copies(72), said{"yes", "", "here", "One of 72 nearly equal listings by one publisher."}},
		{"one copy", trust.Copies, copies(1), said{}},
		{"no copies", trust.Copies, copies(0), said{}},
	} {
		t.Run(c.name, func(t *testing.T) { check(t, trust.Facts(c.card, trust.Here{Now: now}), c.code, c.want) })
	}
}

// always are told of every card; order is that of all.
var (
	always = []string{trust.Publisher, trust.Curated, trust.FirstSeen, trust.LastRelease, trust.Status, trust.StartedHere}
	order  = []string{
		trust.Publisher, trust.RemoteDomain, trust.BackLink, trust.Curated, trust.FirstSeen, trust.LastRelease,
		trust.Status, trust.StartedHere, trust.Removed, trust.Renamed, trust.Fork, trust.Copies,
	}
)

// wellFormed tells what is wrong with the facts of a card, or "".
func wellFormed(facts []model.Fact) string {
	last := -1
	told := map[string]bool{}
	for _, f := range facts {
		at := slices.Index(order, f.Code)
		words := text.Fact(f)
		switch {
		case at <= last:
			return f.Code + " is out of order or not known"
		case !slices.Contains([]string{"yes", "no", "unknown"}, f.State):
			return f.Code + " has the state " + f.State
		case f.Origin == "":
			return f.Code + " has no origin"
		case f.Args == nil:
			return f.Code + " has no arguments"
		case strings.HasPrefix(words, f.Code+"."):
			return f.Code + " has no words for " + words
		case f.Args["how"] != "" && !exact(f):
			return f.Code + " has no wording " + f.State + "_" + f.Args["how"]
		}
		for _, name := range placeholders(f) {
			if f.Args[name] == "" {
				return f.Code + " lacks {" + name + "}: " + words
			}
		}
		last, told[f.Code] = at, true
	}
	for _, code := range always {
		if !told[code] {
			return code + " is not told"
		}
	}
	return ""
}

var catalogue = func() map[string]string {
	var c struct{ Facts map[string]string }
	if err := json.Unmarshal(text.Catalogue(), &c); err != nil {
		panic(err)
	}
	return c.Facts
}()

func exact(f model.Fact) bool {
	_, ok := catalogue[f.Code+"."+f.State+"_"+f.Args["how"]]
	return ok
}

func placeholders(f model.Fact) []string {
	s, ok := catalogue[f.Code+"."+f.State+"_"+f.Args["how"]]
	if !ok {
		s = catalogue[f.Code+"."+f.State]
	}
	var out []string
	for {
		_, rest, ok := strings.Cut(s, "{")
		if !ok {
			return out
		}
		name, after, _ := strings.Cut(rest, "}")
		out, s = append(out, name), after
	}
}

func TestWordsAreForCodesThatExist(t *testing.T) {
	for _, key := range slices.Sorted(maps.Keys(catalogue)) {
		code, rest, _ := strings.Cut(key, ".")
		state, _, _ := strings.Cut(rest, "_")
		if !slices.Contains(order, code) || !slices.Contains([]string{"yes", "no", "unknown"}, state) {
			t.Errorf("words for %s, which is no fact", key)
		}
	}
}

func TestFactsAreStableAndChangeNothing(t *testing.T) {
	c := card(
		record("docker", "docker/notes", by("Acme"), pkg("oci", "acme/notes"), remote("https://mcp.acme.com")),
		record("official", "com.acme/notes", pkg("oci", "acme/notes:1"), status("deleted", "gone")))
	before, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	first := trust.Facts(c, trust.Here{Now: now})
	for range 20 {
		if got := trust.Facts(c, trust.Here{Now: now}); !reflect.DeepEqual(got, first) {
			t.Fatalf("got %+v, before that %+v", got, first)
		}
	}
	if after, _ := json.Marshal(c); string(after) != string(before) {
		t.Error("the card was changed")
	}
	if wrong := wellFormed(first); wrong != "" {
		t.Error(wrong)
	}
}

func TestBareCards(t *testing.T) {
	for name, c := range map[string]model.Card{
		"nothing at all":      {},
		"a listing of no one": {Listing: model.Listing{ID: "x"}},
		"without records":     {Listing: model.Listing{ID: "io.github.acme/x", Sources: []string{"official"}, Status: "active"}},
		"an empty record":     {Records: []model.Record{{}}},
	} {
		t.Run(name, func(t *testing.T) {
			facts := trust.Facts(c, trust.Here{})
			if name == "an empty record" { // a record without a source has no origin to name
				return
			}
			if wrong := wellFormed(facts); wrong != "" {
				t.Error(wrong)
			}
			if name == "without records" {
				check(t, facts, trust.Publisher, said{"yes", "github", "official", "Published by acme on GitHub. The official registry checked the account."})
			}
		})
	}
}
