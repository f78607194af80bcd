package identity

import (
	"slices"
	"strings"
	"sync"
	"unicode"

	"toolbay/backend/model"
)

// hash is FNV-1a: the same on every run, so that what is decided by it is too.
func hash(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

func fold(s string) uint64 { return hash(strings.ToLower(s)) }

func short(s string) uint32 {
	if s == "" {
		return 0
	}
	h := hash(s)
	return max(1, uint32(h>>32)^uint32(h))
}

func word16(s string) uint16 {
	h := short(s)
	return max(1, uint16(h>>16)^uint16(h))
}

// wordSet holds some words of a name.
type wordSet [8]uint16

func (w *wordSet) add(s string) {
	h := word16(s)
	for i := range w {
		if w[i] == h {
			return
		}
		if w[i] == 0 {
			w[i] = h
			return
		}
	}
}

func (w *wordSet) has(h uint16) bool { return h != 0 && slices.Contains(w[:], h) }

func (w *wordSet) shares(o *wordSet) bool {
	for _, h := range w {
		if o.has(h) {
			return true
		}
	}
	return false
}

// empty are words that say nothing about which server a name means.
var empty = map[string]bool{
	"mcp": true, "server": true, "servers": true, "mcpserver": true, "mcpservers": true, "remote": true, "hosted": true,
	"local": true, "official": true, "the": true, "for": true, "modelcontextprotocol": true, "ai": true, "smithery": true,
}

// emptiest are those that say nothing even alone.
var emptiest = map[string]bool{"mcp": true, "server": true, "servers": true, "mcpserver": true, "mcpservers": true, "modelcontextprotocol": true, "": true}

// split gives the words of a name: letters and digits between anything else,
// without an "mcp" grown onto them.
func split(name string) []string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, w := range words {
		if len(w) > 6 {
			words[i] = strings.TrimPrefix(strings.TrimSuffix(w, "mcp"), "mcp")
		}
	}
	return words
}

// essence gives what is left of a name without empty words; of "local-mcp",
// "local".
func essence(name string) []string {
	words := split(name)
	left := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return empty[w] })
	if len(left) == 0 {
		left = slices.DeleteFunc(words, func(w string) bool { return emptiest[w] })
	}
	return left
}

// plain is a name in letters and digits alone: "Digital-Defiance" and
// "digitaldefiance" are alike. That proves nothing, see owner.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// name is what an id says.
type name struct {
	registry  bool   // of a registry: a reversed domain before the slash
	label     string // who: "acme" of io.github.acme/x, com.acme/x and @acme/x
	space     uint64
	tail, alt uint32
	words     wordSet
}

func nameOf(l model.Listing) name {
	space, rest, _ := strings.Cut(l.ID, "/")
	n := name{registry: strings.Contains(space, ".")}
	switch {
	case n.registry:
		labels := strings.Split(strings.ToLower(space), ".")
		n.label = labels[min(1, len(labels)-1)]
		if account, ok := strings.CutPrefix(strings.ToLower(space), "io.github."); ok {
			n.label = account
		}
		n.space = fold(space)
	case strings.HasPrefix(rest, "@") && strings.Contains(rest, "/"):
		n.label, rest, _ = strings.Cut(rest[1:], "/")
		n.space = fold(space + "/@" + n.label)
	case space == "toolsdk": // its ids begin with the folder, "databases.notes"
		if _, name, ok := strings.Cut(rest, "."); ok {
			rest = name
		}
		n.space = fold(space)
		// What it took over from the registry is a list in the list.
		if name, ok := strings.CutPrefix(rest, "toolsdk-remote-"); ok {
			rest, n.space = name, fold(space+"/remote")
		}
	default:
		n.space = fold(space)
	}
	tail := strings.Join(essence(rest), "")
	n.label = plain(n.label)
	n.tail, n.alt = short(tail), short(n.label+tail)
	for _, w := range essence(rest) {
		n.words.add(w)
	}
	for _, w := range essence(l.Title) {
		n.words.add(w)
	}
	if n.tail == 0 && n.label != "" {
		n.words.add(n.label)
	}
	return n
}

// home is a repository.
type home struct {
	hash        uint64
	owner, core uint32
	words       []string // of its name when that says something, for lists that name it otherwise
}

func repositoryOf(address string) home {
	_, rest, ok := strings.Cut(strings.ToLower(address), "://")
	if !ok {
		return home{}
	}
	parts := strings.Split(strings.Trim(rest, "/"), "/")
	host := strings.TrimPrefix(parts[0], "www.")
	if len(parts) < 3 || parts[1] == "" || parts[2] == "" {
		return home{}
	}
	owner, repo := parts[1], strings.TrimSuffix(parts[2], ".git")
	if host == "gitlab.com" { // groups in groups
		for _, p := range parts[3:] {
			if p == "-" {
				break
			}
			repo += "/" + strings.TrimSuffix(p, ".git")
		}
	}
	core := strings.Join(essence(repo), "")
	if core == "" {
		core = plain(owner)
	}
	return home{hash: hash(host + "/" + owner + "/" + repo), owner: short(plain(owner)), core: short(core)}
}

// homeOf is where a listing's server is made: the repository it names, or the
// one whose release its bundle is when that is another owner's. A name can say
// anything, the file is where it is.
func homeOf(l model.Listing) home {
	h := repositoryOf(l.Repository)
	for _, p := range l.Packages[:min(len(l.Packages), 64)] {
		if p.Type != "mcpb" {
			continue
		}
		if m := release().FindStringSubmatch(p.Identifier); m != nil {
			if made := repositoryOf("https://" + m[1] + "/" + m[2]); made.owner != h.owner {
				return made
			}
		}
		break
	}
	return h
}

func folder(s string) string { return strings.ToLower(strings.Trim(s, "/. ")) }

// textOf is a description's hash, 0 for one too short to be anybody's own.
func textOf(s string) uint32 {
	h, n := uint64(14695981039346656037), 0
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			h = (h ^ uint64(unicode.ToLower(r))) * 1099511628211
			n++
		}
	}
	if n < 24 {
		return 0
	}
	return max(1, uint32(h>>32)^uint32(h))
}

// prosePart is how much of a description is looked at for its words.
const prosePart = 300

// proseOf gives the first words of a description that are not in every one.
func proseOf(s string) (out [16]uint16) {
	n := 0
	for _, w := range split(s[:min(len(s), prosePart)]) {
		if len(w) < 2 || empty[w] || common()[w] {
			continue
		}
		if h := word16(w); !slices.Contains(out[:n], h) {
			out[n] = h
			if n++; n == len(out) {
				break
			}
		}
	}
	slices.Sort(out[:n])
	return out
}

// common is made at first use: every program of ours would pay for it at start.
var common = sync.OnceValue(func() map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq("a an and are as at by from in into is it its of on or over that this to via with your you any all model context protocol using use provides provide enables enable integrates integration access agents agent assistant assistants llm llms claude tools tool data") {
		m[w] = true
	}
	return m
})

// overlap counts words in both and in either.
func overlap(a, b *[16]uint16) (both, either int) {
	for _, h := range a {
		if h == 0 {
			break
		}
		either++
		if slices.Contains(b[:], h) {
			both++
		}
	}
	for _, h := range b {
		if h == 0 {
			break
		}
		either++
	}
	return both, either - both
}
