package identity_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"toolbay/backend/catalog/identity"
	"toolbay/backend/model"
	"toolbay/internal/corpus"
)

// rec makes a record of few words: the source and id, then "npm:…", "oci:…",
// "remote:…", "repo:owner/name", "folder:…", "text:…", "title:…", "renamed:…",
// "deleted".
func rec(source, id string, more ...string) corpus.Record {
	l := model.Listing{ID: id, Name: id, Status: "active"}
	for _, m := range more {
		kind, v, _ := strings.Cut(m, ":")
		switch kind {
		case "repo":
			l.Repository = "https://github.com/" + v
		case "folder":
			l.Subfolder = v
		case "text":
			l.Description = v
		case "title":
			l.Title = v
		case "renamed":
			l.Renamed = v
		case "deleted":
			l.Status = "deleted"
		default:
			l.Packages = append(l.Packages, model.Package{Type: kind, Identifier: v})
		}
	}
	return corpus.Record{Source: source, Listing: l}
}

// sets gives the groups as sorted texts, whatever the order of records was.
func sets(list []corpus.Record) []string {
	g := identity.New(identity.Options{
		Order: corpus.Place, Curated: corpus.Curated, Proves: corpus.Proves, Checks: corpus.Proves, Kept: corpus.Kept,
		Enriches: func(source string) bool { return source == "cline" },
	})
	for _, r := range list {
		g.Add(r.Source, r.Listing)
	}
	var out []string
	for _, members := range g.Groups() {
		var ids []string
		for _, i := range members {
			ids = append(ids, list[i].Source+" "+list[i].ID)
		}
		slices.Sort(ids)
		out = append(out, strings.Join(ids, "; "))
	}
	slices.Sort(out)
	return out
}

func TestGroups(t *testing.T) {
	tests := []struct {
		name    string
		records []corpus.Record
		want    int // groups
	}{
		{"one name in two sources, in another case", []corpus.Record{rec("official", "io.github.acme/notes"), rec("file:x", "io.github.Acme/Notes")}, 1},
		{"one package", []corpus.Record{rec("docker", "docker/notes", "npm:@acme/notes"), rec("official", "io.github.acme/notes", "npm:@acme/notes")}, 1},
		{"a package of another project by mistake", []corpus.Record{rec("mcpm", "mcpm/charts", "npm:charts", "repo:acme/charts"), rec("mcpm", "mcpm/qwen", "npm:charts", "repo:other/qwen")}, 2},
		{"a fork that offers the original's package", []corpus.Record{rec("mcpm", "mcpm/notes", "npm:notes-mcp", "repo:acme/notes-mcp"), rec("toolsdk", "toolsdk/x.notes", "npm:notes-mcp", "repo:other/notes-mcp")}, 1},
		{"a fork with its own package", []corpus.Record{rec("official", "io.github.acme/notes", "npm:notes", "repo:acme/notes"), rec("official", "io.github.other/notes", "npm:@other/notes", "repo:other/notes")}, 2},
		{"a bridge that many start", []corpus.Record{rec("mcpm", "mcpm/a", "npm:mcp-remote"), rec("mcpm", "mcpm/b", "npm:mcp-remote"), rec("official", "io.github.geelen/mcp-remote", "npm:mcp-remote")}, 3},
		{"a package that many names claim", []corpus.Record{
			rec("official", "io.github.a/apples", "npm:fruit"), rec("official", "io.github.b/pears", "npm:fruit"),
			rec("official", "io.github.c/plums", "npm:fruit"), rec("official", "io.github.d/figs", "npm:fruit"),
		}, 4},
		{"an old and a new name of one package", []corpus.Record{rec("official", "io.github.jo/notes", "npm:notes-mcp"), rec("official", "com.acme/notes", "npm:notes-mcp")}, 1},
		{"renamed in words", []corpus.Record{rec("official", "io.github.jo/old", "renamed:com.acme/notes"), rec("official", "com.acme/notes", "npm:notes")}, 1},
		{"a list of all the maker's servers", []corpus.Record{
			rec("official", "com.acme/all", "remote:https://a.acme.com/mcp", "remote:https://b.acme.com/mcp", "remote:https://c.acme.com/mcp", "remote:https://d.acme.com/mcp", "remote:https://e.acme.com/mcp", "remote:https://f.acme.com/mcp"),
			rec("docker", "docker/acme-a", "remote:https://a.acme.com/sse"), rec("docker", "docker/acme-b", "remote:https://b.acme.com/sse"),
		}, 3},
		{"several of one repository", []corpus.Record{rec("official", "io.github.acme/mail", "repo:acme/servers", "folder:mail"), rec("official", "io.github.acme/notes", "repo:acme/servers", "folder:notes")}, 2},
		{"the same ones in another list", []corpus.Record{
			rec("official", "io.github.acme/mail", "repo:acme/servers", "folder:mail"), rec("official", "io.github.acme/notes", "repo:acme/servers", "folder:notes"),
			rec("docker", "docker/acme-mail", "repo:acme/servers"), rec("docker", "docker/acme-files", "repo:acme/servers"),
		}, 3},
		{"the only one of two lists", []corpus.Record{rec("docker", "docker/notes", "repo:acme/notes-server"), rec("official", "io.github.acme/mcp-notebook", "repo:acme/notes-server", "title:Acme notes")}, 1},
		{"the only one of two lists, but nothing alike", []corpus.Record{rec("docker", "docker/graphs", "repo:acme/platform", "text:Runs queries on graphs"), rec("official", "io.github.acme/docs", "repo:acme/platform", "text:Searches the manual")}, 2},
		{"local and hosted", []corpus.Record{rec("toolhive", "io.github.stacklok/notes", "repo:acme/mono", "oci:ghcr.io/stacklok/notes"), rec("toolhive", "io.github.stacklok/notes-remote", "repo:acme/mono", "remote:https://mcp.acme.com")}, 1},
		{"one text, but a package each", []corpus.Record{rec("mcpm", "mcpm/neo-memory", "repo:neo/mcp", "pypi:neo-memory", "text:Graph database and separate memory of it"), rec("mcpm", "mcpm/neo-cloud", "repo:neo/mcp", "pypi:neo-cloud", "text:Graph database and separate memory of it")}, 2},
		{"what only enriches joins one server", []corpus.Record{rec("official", "io.github.acme/notes", "repo:acme/notes"), rec("cline", "cline/notes", "repo:acme/notes")}, 1},
		{"what only enriches is none by itself", []corpus.Record{rec("official", "io.github.acme/mail", "repo:acme/mail"), rec("cline", "cline/notes", "repo:acme/notes")}, 1},
		{"what only enriches fits two", []corpus.Record{rec("official", "io.github.acme/mail", "repo:acme/all", "folder:a"), rec("official", "io.github.acme/notes", "repo:acme/all", "folder:b"), rec("cline", "cline/all", "repo:acme/all")}, 2},
		{"nothing at all", []corpus.Record{rec("official", ""), rec("mcpm", "/"), rec("x", "a.b/")}, 3},
		{"remote servers on this computer", []corpus.Record{rec("official", "io.github.a/x", "remote:http://localhost:3000/mcp"), rec("official", "io.github.b/y", "remote:http://localhost:3000/mcp")}, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := sets(tt.records); len(got) != tt.want {
				t.Errorf("%d groups, want %d: %q", len(got), tt.want, got)
			}
		})
	}
}

// Somebody who publishes a name that claims the packages of two well-known
// servers must not make one of them, with whatever else it says.
func TestNobodyGluesTwoServers(t *testing.T) {
	known := []corpus.Record{
		rec("docker", "docker/slack", "npm:@slack/mcp", "repo:slack/mcp", "title:Slack"),
		rec("official", "com.notion/mcp", "npm:@notion/mcp", "repo:notion/mcp", "remote:https://mcp.notion.com/mcp", "title:Notion"),
	}
	for name, evil := range map[string][]corpus.Record{
		"both packages":             {rec("official", "com.evil/slack-notion", "npm:@slack/mcp", "npm:@notion/mcp", "title:Slack and Notion")},
		"a package and an endpoint": {rec("official", "io.github.evil/slack-notion", "npm:@slack/mcp", "remote:https://mcp.notion.com/sse")},
		"the repository of one":     {rec("official", "io.github.evil/slack-notion", "repo:slack/mcp", "npm:@notion/mcp", "title:Slack")},
		"two names that vouch for each other": {
			rec("official", "io.github.evil/slack", "npm:@slack/mcp", "npm:@evil/x", "repo:evil/slack"),
			rec("official", "io.github.evil/notion", "npm:@notion/mcp", "npm:@evil/x", "repo:evil/notion"),
		},
		"forks of both": {
			rec("official", "io.github.evil/slack", "npm:@slack/mcp", "npm:@evil/x", "repo:evil/slack-mcp"),
			rec("official", "io.github.evil/notion", "npm:@notion/mcp", "npm:@evil/x", "repo:evil/notion-mcp"),
		},
		"words": {rec("official", "com.evil/slack", "npm:@slack/mcp", "renamed:com.notion/mcp")},
		"fifty names": func() (out []corpus.Record) {
			for i := range 50 {
				out = append(out, rec("official", fmt.Sprintf("com.evil/slack-notion-%d", i), "npm:@slack/mcp", "npm:@notion/mcp"))
			}
			return out
		}(),
	} {
		t.Run(name, func(t *testing.T) {
			for _, s := range sets(append(slices.Clone(known), evil...)) {
				if strings.Contains(s, "docker/slack") && strings.Contains(s, "com.notion/mcp") {
					t.Errorf("glued: %s", s)
				}
			}
		})
	}
}

// The groups are the same whatever the order of records.
func TestOrderDoesNotMatter(t *testing.T) {
	list := made(3000)
	want := sets(list)
	if len(want) < 500 || len(want) > 2900 {
		t.Fatalf("%d groups of %d: the made records test nothing", len(want), len(list))
	}
	for seed := range uint64(5) {
		shuffled := slices.Clone(list)
		r := rand.New(rand.NewPCG(seed, 1))
		r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if got := sets(shuffled); !slices.Equal(got, want) {
			t.Fatalf("seed %d: %d groups instead of %d, or others", seed, len(got), len(want))
		}
	}
}

// On real records too.
func TestOrderDoesNotMatterForRealRecords(t *testing.T) {
	list := slices.Clone(records(t))
	want := sets(list)
	rand.New(rand.NewPCG(7, 7)).Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	if got := sets(list); !slices.Equal(got, want) {
		t.Errorf("%d groups instead of %d, or others", len(got), len(want))
	}
}

// made makes records that agree with each other now and then.
func made(n int) []corpus.Record {
	r := rand.New(rand.NewPCG(3, 4))
	names := strings.Fields("notes mail files maps music graph search slack sql chart news bank")
	pick := func(k int) string { return fmt.Sprint(names[r.IntN(len(names))], r.IntN(k)) }
	sources := []string{"official", "docker", "mcpm", "toolsdk", "file:x", "cline"}
	seen := map[string]bool{}
	var out []corpus.Record
	for len(out) < n {
		source := sources[r.IntN(len(sources))]
		id := source + "/" + pick(200)
		if source == "official" || source == "file:x" {
			id = "io.github." + pick(10) + "/" + pick(20)
		}
		if seen[source+id] {
			continue
		}
		seen[source+id] = true
		var more []string
		if r.IntN(3) > 0 {
			more = append(more, "repo:"+pick(10)+"/"+pick(5)+"-mcp")
		}
		if r.IntN(2) > 0 {
			more = append(more, "npm:"+pick(40))
		}
		if r.IntN(4) == 0 {
			more = append(more, "remote:https://"+pick(3)+".example.org/"+pick(2)+"/mcp")
		}
		if r.IntN(6) == 0 {
			more = append(more, "folder:"+pick(2))
		}
		if r.IntN(10) == 0 {
			more = append(more, "renamed:io.github."+pick(10)+"/"+pick(20))
		}
		more = append(more, "text:A server for "+pick(2)+" and "+pick(2)+" and "+pick(2))
		out = append(out, rec(source, id, more...))
	}
	return out
}

// Asking twice gives the same.
func TestGroupsTwice(t *testing.T) {
	g := identity.New(identity.Options{})
	for _, r := range made(50) {
		g.Add(r.Source, r.Listing)
	}
	if a, b := g.Groups(), g.Groups(); len(a) == 0 || len(a) != len(b) {
		t.Errorf("%d and %d groups", len(a), len(b))
	}
	if got := identity.New(identity.Options{}).Groups(); len(got) != 0 {
		t.Errorf("no records have groups: %v", got)
	}
}

func TestCopies(t *testing.T) {
	var list []corpus.Record
	for i := range 30 {
		list = append(list, rec("official", fmt.Sprintf("io.github.spam/thing%d-mcp", i), fmt.Sprintf("npm:thing%d", i),
			fmt.Sprintf("text:thing%d amazing productivity solution by Spam Labs", i)))
	}
	for i := range 30 {
		list = append(list, rec("official", fmt.Sprintf("io.github.good/tool%d", i), fmt.Sprintf("text:Reads word%d from file%d into cell%d of sheet%d with key%d", i, i, i, i, i)))
	}
	for i := range 6 {
		list = append(list, rec("official", fmt.Sprintf("io.github.beginner%d/first%d", i, i), "text:Description of my MCP server, to be written"))
	}
	for i := range 20 {
		list = append(list, rec("official", fmt.Sprintf("io.github.maker/service%d", i), fmt.Sprintf("npm:@maker/service%d", i), fmt.Sprintf("text:The official way to service%d of Maker Labs", i)))
	}
	list = append(list, rec("docker", "docker/service1", "npm:@maker/service1"))
	g := graphOf(list)
	for n, members := range g.Groups() {
		id, want := list[members[0]].ID, 0
		switch {
		case strings.Contains(id, "spam"):
			want = 30
		case strings.Contains(id, "beginner"):
			want = 6
		}
		if got := g.Copies(n); got != want {
			t.Errorf("%s: %d copies, want %d", id, got, want)
		}
	}
}
