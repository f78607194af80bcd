package trust

import (
	"net/url"
	"strings"

	"toolbay/backend/catalog/internal/domain"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

// official is the one registry whose names are proved: it lets nobody publish
// under io.github.acme who has not signed in as acme, nor under com.example who
// has not shown a key in the DNS or on the web page of example.com. The same
// name in a file, or in a list of whatever a file said, proves nothing.
const official = "official"

// proof is who publishes, and how that is known.
type proof struct {
	how    string // github, dns, curated; "" is not at all
	name   string // the account, the domain, or what the list says
	origin string
}

// account is a GitHub name; it holds no dot, so that io.github.a.b is nobody's.
var account = pattern.New(`^[a-z0-9](?:[a-z0-9-]{0,38})$`)

// claim says what a registry's name says of its publisher; how is "" when the
// name belongs to nobody.
func claim(id string) (how, name string) {
	space, _, ok := strings.Cut(id, "/")
	if !ok {
		return "", ""
	}
	if who, ok := cutPrefixFold(space, "io.github."); ok {
		if account().MatchString(strings.ToLower(who)) {
			return "github", who
		}
		return "", ""
	}
	labels := strings.Split(strings.ToLower(space), ".")
	for i, j := 0, len(labels)-1; i < j; i, j = i+1, j-1 {
		labels[i], labels[j] = labels[j], labels[i]
	}
	space = strings.Join(labels, ".")
	// What a registry gives to whoever comes belongs to nobody.
	if !domainName().MatchString(space) || space == "anonymous.modelcontextprotocol.io" || space == "github.io" {
		return "", ""
	}
	return "dns", space
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

// prove finds the best proof. The record that speaks for the card may be
// another's than the one that is proved: somebody can register a name of his
// own for the address of a known service, and the two come to be one card. So
// the proof must have something in common with what speaks.
func (k *known) prove() {
	for _, r := range k.Records {
		how, name := claim(r.ID)
		if r.Source == official && how != "" && k.binds(r, how, name) {
			k.proof = proof{how, name, official}
			return
		}
	}
	for _, r := range k.live {
		if looksAfter(r.Source) && r.Publisher != "" {
			k.proof = proof{"curated", r.Publisher, r.Source}
			return
		}
	}
}

// binds tells whether the proved publisher of a record is that of the record
// that speaks: it is the same record, or has a package that names its listing,
// or the speaking record points to the account or domain that is proved.
func (k *known) binds(r model.Record, how, name string) bool {
	speaks := k.Records[0]
	if speaks.Source == r.Source && speaks.ID == r.ID {
		return true
	}
	for _, p := range r.Packages {
		for _, q := range speaks.Packages {
			if checkedAtPublish(p.Type) && samePackage(p, q) {
				return true
			}
		}
	}
	if how == "github" {
		owner, _ := home(speaks.Repository)
		return strings.EqualFold(owner, name)
	}
	if host, ok := hostOf(speaks.Website); ok && domain.Within(host, name) {
		return true
	}
	for _, p := range speaks.Packages {
		if host, ok := hostOf(p.URL); ok && p.Type == "remote" && domain.Within(host, name) {
			return true
		}
	}
	return false
}

func (k *known) publisher() model.Fact {
	var f model.Fact
	switch {
	case k.proof.how != "":
		f, _ = fact(Publisher, yes, k.proof.origin, "how", k.proof.how, "name", k.proof.name)
	case k.Card.Publisher != "":
		f, _ = fact(Publisher, unknown, k.originOf("publisher"), "name", k.Card.Publisher)
	default:
		f, _ = fact(Publisher, unknown, k.originOf("publisher"), "how", "none")
	}
	return f
}

// originOf names the source that a field of the card comes from.
func (k *known) originOf(field string) string {
	if s := k.Origins[field]; s != "" {
		return s
	}
	if len(k.Records) > 0 {
		return k.Records[0].Source
	}
	return here
}

// home takes a repository's address on GitHub apart.
func home(repository string) (owner, name string) {
	u, err := url.Parse(repository)
	if err != nil || !strings.EqualFold(u.Hostname(), "github.com") {
		return "", ""
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(parts) < 2 {
		return "", ""
	}
	return parts[0], strings.TrimSuffix(parts[1], ".git")
}

// fork tells that lists name homes of the same name with different owners.
// Which one is the copy is not known: accounts are renamed too.
func (k *known) fork() (model.Fact, bool) {
	var first, owner, name string
	for _, r := range k.live {
		o, n := home(r.Repository)
		switch {
		case o == "":
		case owner == "":
			first, owner, name = r.Repository, o, n
		case strings.EqualFold(n, name) && !strings.EqualFold(o, owner):
			return fact(Fork, unknown, r.Source, "repository", short(first), "other", short(r.Repository))
		}
	}
	return model.Fact{}, false
}

// short is an address as a person reads it.
func short(address string) string {
	return strings.TrimSuffix(strings.TrimPrefix(address, "https://"), "/")
}
