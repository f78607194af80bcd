package store

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"
)

// vocabulary are the words of names and titles, to which mistyped words are
// compared.
type vocabulary struct {
	words []string // sorted
	masks []uint32 // which letters each has
	best  []int32  // the first card that has it
}

const (
	vocabularyCards = 40_000 // of the best: beyond, words get rare and odd
	minTypo         = 4      // letters: shorter words are like too many others
	maxCorrections  = 3
)

// vocabulary is made once: that costs tens of milliseconds.
func (c *cards) vocabulary() *vocabulary {
	c.vocabOnce.Do(func() { c.vocab = c.makeVocabulary() })
	return c.vocab
}

func (c *cards) makeVocabulary() *vocabulary {
	best := map[string]int32{}
	for rank := 1; rank <= min(len(c.list), vocabularyCards); rank++ {
		name, title := c.name(rank), c.title(rank)
		for i, text := range [3]string{name, title, c.alias(rank)} {
			if i == 1 && title == name {
				continue
			}
			for more := text != ""; more; {
				var w string
				w, text, more = strings.Cut(text, " ")
				if len(w) < minTypo {
					continue
				}
				if _, have := best[w]; !have {
					best[w] = int32(rank)
				}
			}
		}
	}
	v := &vocabulary{words: make([]string, 0, len(best))}
	for w := range best {
		v.words = append(v.words, w)
	}
	slices.Sort(v.words)
	v.masks, v.best = make([]uint32, len(v.words)), make([]int32, len(v.words))
	for i, w := range v.words {
		v.masks[i], v.best[i] = letters(w), best[w]
	}
	return v
}

// letters gives a bit for every letter of a word. Two words that are n steps
// apart differ in 2n bits at most, which rules out nearly all without a look.
func letters(w string) uint32 {
	var m uint32
	for i := 0; i < len(w); i++ {
		m |= 1 << (w[i] & 31)
	}
	return m
}

// corrections are the words that a mistyped one may have been meant as, those
// nearest to it, the best known first. One that is not finished may be the
// beginning of them.
func (v *vocabulary) corrections(word string, open bool) []string {
	n := utf8.RuneCountInString(word)
	if n < minTypo || !ascii(word) {
		return nil
	}
	reach := 1
	if n >= 8 {
		reach = 2
	}
	mask := letters(word)
	type found struct {
		at, distance int
		more         bool // than what was typed
	}
	var all []found
	var rows distanceRows
	for i, w := range v.words {
		if len(w) < n-reach || !open && len(w) > n+reach || bitsApart(mask, v.masks[i], open) > 2*reach || w[0] != word[0] && w[0] != word[1] && (len(w) < 2 || w[1] != word[0]) {
			continue
		}
		if d := rows.distance(word, w, reach, open); d <= reach && d > 0 {
			all = append(all, found{i, d, len(w) > len(word)+reach})
		}
	}
	slices.SortFunc(all, func(a, b found) int {
		if a.distance == b.distance && a.more != b.more {
			if a.more {
				return 1
			}
			return -1
		}
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(v.best[a.at], v.best[b.at]))
	})
	var out []string
	for _, f := range all[:min(len(all), maxCorrections)] {
		out = append(out, v.words[f.at])
	}
	return out
}

// bitsApart counts the letters that only one of two words has; of a word that
// may go on, only those that the typed one has alone.
func bitsApart(typed, word uint32, open bool) int {
	apart := typed ^ word
	if open {
		apart = typed &^ word
	}
	return bits.OnesCount32(apart)
}

// distanceRows are three rows of the table, kept between calls.
type distanceRows [3][]int

// distance counts the letters put in, left out, changed or swapped with their
// neighbour between two words, up to reach and then more. When b may go on, the
// nearest of its beginnings counts, which must not be the shorter word.
func (r *distanceRows) distance(a, b string, reach int, open bool) int {
	if open && len(b) > len(a)+reach {
		b = b[:len(a)+reach]
	}
	for i := range r {
		if len(r[i]) < len(b)+1 {
			r[i] = make([]int, len(b)+16)
		}
	}
	before, last, row := r[0], r[1], r[2]
	for j := 0; j <= len(b); j++ {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		low := row[0]
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			low = min(low, row[j])
		}
		if low > reach {
			return reach + 1
		}
		before, last, row = last, row, before
	}
	if !open {
		return last[len(b)]
	}
	d := last[len(b)]
	for j := len(a); j < len(b); j++ {
		d = min(d, last[j])
	}
	return d
}
