package store

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// asked is a query as it is understood: what its words may mean, ready to be
// looked up and compared with cards.
type asked struct {
	terms   []term
	phrases []phrase // what a whole name may be
	keys    []string // packages that the text may name
}

// term is one thing that was asked for, in the ways it may be written. The
// first of them is how it was typed.
type term struct {
	ways []way
	// light words are typed without telling much: "send" of "send slack
	// message". They help what has them but are not insisted on.
	light bool
	// open is the last word, which may not be finished.
	open bool
}

// way is one or more words, and how much finding them is worth in percent.
type way struct {
	words []string
	worth int
}

// phrase is a text that a whole name may be, with spaces and without.
type phrase struct {
	joined, solid string
	worth         int
}

// understand takes a query apart.
func understand(text string) asked {
	if utf8.RuneCountInString(text) > maxQuery {
		text = string([]rune(text)[:maxQuery])
	}
	text = strings.TrimSpace(text)
	var q asked
	text, owner, keys := pasted(text)
	q.keys = keys
	ws := query(words(text))
	ws = ws[:min(len(ws), maxQueryWords)]
	if len(ws) == 0 {
		return q
	}
	for i := 0; i < len(ws); {
		n, ways := spelled(ws[i:])
		if slices.ContainsFunc(q.terms, func(t term) bool { return slices.Equal(t.ways[0].words, ws[i:i+n]) }) {
			i += n // said twice
			continue
		}
		t := term{ways: append([]way{{ws[i : i+n], 100}}, ways...), open: i+n == len(ws)}
		t.light = n == 1 && lightly[ws[i]]
		q.terms = append(q.terms, t)
		i += n
	}
	if !slices.ContainsFunc(q.terms, func(t term) bool { return !t.light }) {
		for i := range q.terms {
			q.terms[i].light = false // nothing else is there
		}
	}
	for _, w := range query(words(owner)) {
		q.terms = append(q.terms, term{ways: []way{{[]string{w}, 100}}, light: true})
	}
	q.phrase(ws, 100)
	if len(q.terms) == 1 {
		for _, w := range q.terms[0].ways[1:] {
			q.phrase(w.words, w.worth)
		}
	}
	return q
}

func (q *asked) phrase(ws []string, worth int) {
	q.phrases = append(q.phrases, phrase{strings.Join(ws, " "), strings.Join(ws, ""), worth})
}

// typed are the words as they were typed.
func (q asked) typed() []string {
	var out []string
	for _, t := range q.terms {
		out = append(out, t.ways[0].words...)
	}
	return out
}

// heavy are the terms that are insisted on.
func (q asked) heavy() []term {
	return slices.DeleteFunc(slices.Clone(q.terms), func(t term) bool { return t.light })
}

// wanted says in the index's own language what is to be found. Words hold
// letters and digits only, so quoting them is enough. What one part asks for
// stands in no other, as every word costs time wherever it stands.
type wanted struct {
	text  string // anywhere
	names string // in name and title: the best of what text finds
	wider bool   // names finds what text does not, and that counts too
}

// strictly is everything that was asked for, or what counts of it in name and
// title.
func (q asked) strictly() wanted {
	heavy := q.heavy()
	return wanted{q.with(every(q.terms)), inName(q.with(every(heavy))), len(heavy) < len(q.terms)}
}

// loosely is the query without insisting on every word: what counts of it, then
// all of that but one.
func (q asked) loosely() wanted {
	heavy := q.heavy()
	w := wanted{text: q.with(every(heavy))}
	switch {
	case len(heavy) > 2:
		w.text = q.with(allButOne(heavy))
	case len(heavy) == 2:
		w.names, w.wider = inName(q.with(anyOf(heavy))), true
		return w
	}
	w.names = inName(w.text)
	return w
}

// anything is the query when any of its words will do, in name or title. With
// fewer than three that count loosely says so already.
func (q asked) anything() wanted {
	w := q.loosely()
	w.names, w.wider = inName(q.with(anyOf(q.heavy()))), true
	return w
}

// with adds to expr that the words may be written as one: "file system" finds
// "filesystem".
func (q asked) with(expr string) string {
	if ws := q.typed(); len(ws) > 1 && len(ws) < 4 {
		return either([]string{expr, `"` + strings.Join(ws, "") + `" *`})
	}
	return either([]string{expr})
}

// allButOne finds what has all terms but any one of them.
func allButOne(terms []term) string {
	if len(terms) == 2 {
		return anyOf(terms)
	}
	last := len(terms) - 1
	return either([]string{every(terms[:last]), terms[last].expression() + " AND " + allButOne(terms[:last])})
}

func inName(expr string) string { return "{name title} : (" + expr + ")" }

func either(parts []string) string { return "((" + strings.Join(parts, ") OR (") + "))" }

func anyOf(terms []term) string {
	parts := make([]string, len(terms))
	for i, t := range terms {
		parts[i] = t.expression()
	}
	return either(parts)
}

func every(terms []term) string {
	parts := make([]string, len(terms))
	for i, t := range terms {
		parts[i] = t.expression()
	}
	return strings.Join(parts, " AND ")
}

func (t term) expression() string {
	parts := make([]string, 0, len(t.ways))
	for i, w := range t.ways {
		ws := make([]string, len(w.words))
		for j, word := range w.words {
			ws[j] = wordExpression(word, i == 0 && t.open && j == len(w.words)-1)
		}
		parts = append(parts, strings.Join(ws, " AND "))
	}
	if len(parts) == 1 {
		return "(" + parts[0] + ")"
	}
	return either(parts)
}

func wordExpression(w string, open bool) string {
	if s := stem(w); s != w && len(s) >= minStem {
		return `"` + s + `" *`
	}
	term := `"` + w + `"`
	if utf8.RuneCountInString(w) > 2 || open {
		term += " *" // still being typed, or short for more
	}
	if one, plural := strings.CutSuffix(w, "s"); plural && len(one) > 2 && !strings.HasSuffix(one, "s") {
		term = "(" + term + ` OR "` + one + `")`
	}
	return term
}

// minStem is how short what is left of a word may be.
const minStem = 5

// stem cuts a long English word's ending off, so that "translate" finds a
// translator and "monitoring" a monitor. Short words stay as they are: cutting
// them would make other words of them.
func stem(w string) string {
	if len(w) < minStem+2 || !ascii(w) {
		return w
	}
	if strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") && !strings.HasSuffix(w, "us") {
		w = w[:len(w)-1]
	}
	for _, end := range []string{"ing", "ion", "er", "or", "ed", "e"} {
		if s, ok := strings.CutSuffix(w, end); ok && len(s) >= minStem {
			return s
		}
	}
	return w
}
