package store

import (
	"math"
	"math/bits"
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

// What finding something is worth. Figures were set on the judged questions
// (internal/searchcheck) that are not held out.
const (
	wholeExact   = 400 // the whole name is what was asked for
	allNamed     = 150 // every word that counts is in name or title
	noneNamed    = -150
	nothingElse  = 120 // name or title hold nothing but what was asked for
	manyThere    = 250 // and they are many
	allThere     = 80  // every word is somewhere, the light ones too
	makersOwn    = 200 // github/github-mcp-server for "github"
	perList      = 15  // in one more list
	copiedScore  = -250
	lightPercent = 30 // of what a word that counts is worth
)

// known is what is known of a card before anything is asked.
func (k card) known() int {
	n := int(k.score) + int(k.popularity)/3 + perList*min(4, bits.OnesCount64(k.sources)-1)
	if k.traits&traitOfficial != 0 {
		n += 25
	}
	if k.traits&traitSpam != 0 {
		n += copiedScore
	}
	return n
}

// score says how well a card answers what was asked: the whole name before its
// beginning, its beginning before a word of it, a word of it before the text.
// all tells that every word is somewhere in it.
func (q asked) score(c *cards, rank int, all bool) int {
	k := c.list[rank-1]
	texts := [3]string{c.name(rank), c.title(rank), c.alias(rank)}
	who := c.who(rank)
	n, whole := k.known(), 0
	for _, p := range q.phrases {
		w := 0
		for _, t := range texts {
			w = max(w, p.whole(t))
		}
		whole = max(whole, w*p.worth/100)
	}
	n += whole
	heavy, found := 0, 0
	for _, t := range q.terms {
		best := 0
		for i, w := range t.ways {
			best = max(best, w.worth*w.within(texts, who, i == 0 && t.open)/100)
		}
		if t.light {
			n += best * lightPercent / 100
			continue
		}
		heavy++
		if n += best; best > 0 {
			found++
		}
	}
	switch {
	case found == heavy:
		n += allNamed
	case found == 0 && len(q.terms) > 1:
		n += noneNamed
	}
	if len(q.terms) > 1 {
		n += nothingElse * max(q.cover(texts[0]), q.cover(texts[1]), q.cover(texts[2])) / 100
	}
	if all {
		n += allThere
		if heavy > 2 { // by chance nobody has that many
			n += manyThere
		}
	}
	for _, p := range q.phrases {
		if p.worth == 100 && who == p.solid && whole >= wholeExact {
			return n + makersOwn
		}
	}
	return n
}

func (p phrase) whole(text string) int {
	if text == "" {
		return 0
	}
	switch {
	case text == p.joined, solid(text, p.solid):
		return wholeExact
	case strings.HasPrefix(text, p.joined+" "):
		return 180 - 10*min(8, strings.Count(text, " "))
	case strings.HasPrefix(text, p.joined):
		// The closer the name is to what was typed so far, the better.
		return 80 + 80*len(p.joined)/len(text)
	}
	return 0
}

// solid tells whether text without its spaces is s.
func solid(text, s string) bool {
	if len(text) < len(s) {
		return false
	}
	at := 0
	for i := 0; i < len(text); i++ {
		if text[i] == ' ' {
			continue
		}
		if at == len(s) || text[i] != s[at] {
			return false
		}
		at++
	}
	return at == len(s)
}

// within rates a way to write something in a card's texts: all of its words
// must be in one of them.
func (w way) within(texts [3]string, who string, open bool) int {
	best := 0
	for _, t := range texts {
		least := 100
		for _, word := range w.words {
			if least = min(least, within(word, t)); least == 0 {
				break
			}
		}
		best = max(best, least)
	}
	if len(w.words) == 1 {
		if word := w.words[0]; who == word || open && len(word) > 2 && strings.HasPrefix(who, word) {
			best = max(best, 60)
		}
	}
	return best
}

// within rates a word in a text: a word of it 100, another form of one 80, the
// beginning of one up to 60.
func within(w, text string) int {
	best := 0
	for len(text) > 0 {
		t := text
		if end := strings.IndexByte(text, ' '); end >= 0 {
			t, text = text[:end], text[end+1:]
		} else {
			text = ""
		}
		if best = max(best, alike(w, t)); best == 100 {
			break
		}
	}
	return best
}

// alike rates one word as another.
func alike(w, t string) int {
	if len(w) == 0 || len(t) == 0 || w[0] != t[0] { // nearly always
		return 0
	}
	long := strings.HasPrefix(t, w)
	switch {
	case long && (len(t) == len(w) || len(t) == len(w)+1 && t[len(w)] == 's'),
		len(w) == len(t)+1 && w[len(t)] == 's' && strings.HasPrefix(w, t):
		return 100
	}
	if root := stem(w); len(root) >= minStem && strings.HasPrefix(t, root) && stem(t) == root {
		return 80
	}
	if long {
		return 20 + 40*len(w)/len(t)
	}
	return 0
}

// cover is how much of a text's words was asked for, in percent.
func (q asked) cover(text string) int {
	if text == "" {
		return 0
	}
	n, asked := 0, 0
	for more := true; more; {
		var t string
		t, text, more = strings.Cut(text, " ")
		n++
		if q.asksFor(t) {
			asked++
		}
	}
	return 100 * asked / n
}

func (q asked) asksFor(word string) bool {
	for _, t := range q.terms {
		for _, w := range t.ways {
			for _, x := range w.words {
				if alike(x, word) >= 80 {
					return true
				}
			}
		}
	}
	return false
}
