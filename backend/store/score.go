package store

import (
	"math"
	"strings"

	"toolbay/backend/model"
)

// hidden is the standing of what search never shows.
const hidden = math.MinInt16

// standing is a listing's static rank, before anything is asked: what was
// chosen by hand first, then what can be installed and says what it is.
func standing(l model.Listing) int {
	n := 0
	switch l.Sources[0] {
	case "starter":
		n += 300
		if l.Featured > 0 {
			n += 50
		}
	case "docker":
		n += 60
	default:
		n += 40
	}
	way := -60 // nothing to install
	for _, p := range l.Packages {
		w := 15
		switch {
		case p.Type == "npm" && (p.Transport == "" || p.Transport == "stdio"):
			w = 60
		case p.Type == "npm", p.Type == "pypi", p.Type == "oci", p.Type == "mcpb":
			w = 35
		}
		way = max(way, w)
	}
	n += way
	if l.Repository != "" {
		n += 10
	}
	if len(l.Description) > 40 {
		n += 5
	}
	if len(l.Tools) > 0 {
		n += 10
	}
	if ownTitle(l) {
		n += 15
	}
	switch l.Needs {
	case model.NeedsNothing, model.NeedsFolder:
		n += 10
	}
	if l.Status == "deprecated" {
		n -= 300
	}
	return n
}

// ownTitle tells whether the publisher gave a title that is more than the name
// spelled with spaces.
func ownTitle(l model.Listing) bool {
	_, what := nameOf(l.ID)
	return strings.Join(telling(words(l.Title)), "") != strings.Join(telling(words(what)), "")
}

// asked is a query ready to be compared with cards.
type asked struct {
	words  []string
	joined string // with spaces
	solid  string // without
}

func ask(ws []string) asked {
	return asked{words: ws, joined: strings.Join(ws, " "), solid: strings.Join(ws, "")}
}

// score says how well a listing that matches answers what was asked: the whole
// name before its beginning, its beginning before a word of it, a word of it
// before the text. Figures were set on the table in rank_test.go.
func (q asked) score(c *cards, rank int) int {
	k := c.list[rank-1]
	name, title, who := c.name(rank), c.title(rank), c.who(rank)
	alias := c.alias(rank)
	n := int(k.score) + max(q.whole(name), q.whole(title), q.whole(alias))
	found := 0
	for i, w := range q.words {
		last := i == len(q.words)-1
		best := max(within(w, name), within(w, title), within(w, alias))
		if who == w || last && len(w) > 2 && strings.HasPrefix(who, w) {
			best = max(best, 60)
		}
		if best > 0 {
			found++
		}
		n += best
	}
	if found == len(q.words) {
		n += 150
	}
	// The maker's own: github/github-mcp-server for "github".
	if who == q.solid && (q.whole(name) >= wholeExact || q.whole(title) >= wholeExact) {
		n += 200
	}
	return n
}

const wholeExact = 400

func (q asked) whole(text string) int {
	if text == "" {
		return 0
	}
	switch {
	case text == q.joined, strings.ReplaceAll(text, " ", "") == q.solid:
		return wholeExact
	case strings.HasPrefix(text, q.joined+" "):
		return 180 - 10*min(8, strings.Count(text, " "))
	case strings.HasPrefix(text, q.joined):
		// The closer the name is to what was typed so far, the better.
		return 80 + 80*len(q.joined)/len(text)
	}
	return 0
}

// within rates a word in a text: a word of it 100, the beginning of one up to
// 60.
func within(w, text string) int {
	best := 0
	for t := range strings.SplitSeq(text, " ") {
		switch {
		case t == w, t+"s" == w, w+"s" == t:
			return 100
		case strings.HasPrefix(t, w):
			best = max(best, 20+40*len(w)/len(t))
		}
	}
	return best
}
