package update

import (
	"cmp"
	"strings"
)

// Later tells whether version b is a later one than a. Versions are written in
// many ways (npm's, Python's, dates, image tags), so they are compared part by
// part as people read them: 1.10 is later than 1.9, 1.0 later than 1.0rc1,
// 1.0.post1 later than 1.0. Where one of them is no version at all, a different
// one counts as later only when a is none.
func Later(a, b string) bool {
	if a == b || b == "" {
		return false
	}
	pa, oka := parts(a)
	pb, okb := parts(b)
	if !oka || !okb {
		return !oka
	}
	return compare(pa, pb) < 0
}

// part is a number, or a word with the rank of what it means.
type part struct {
	word   bool
	rank   int    // of a word: before a release below 0, after it above
	number string // without leading zeros
	text   string
}

// ranks of words: what comes before a release, and what after it.
var ranks = map[string]int{"dev": -5, "a": -4, "alpha": -4, "b": -3, "beta": -3, "c": -2, "rc": -2, "pre": -2, "preview": -2, "post": 1, "rev": 1, "r": 1, "patch": 1}

// parts takes a version apart; ok is false for one that has no number at its
// beginning ("latest", a digest). What follows a + is how it was built, which
// makes no version later.
func parts(v string) (out []part, ok bool) {
	v = strings.TrimPrefix(strings.ToLower(strings.TrimSpace(v)), "v")
	v, _, _ = strings.Cut(v, "+")
	if v == "" || v[0] < '0' || v[0] > '9' {
		return nil, false
	}
	pre := false
	for i := 0; i < len(v); {
		j, digits := i, false
		switch c := v[i]; {
		case c >= '0' && c <= '9':
			for digits = true; j < len(v) && v[j] >= '0' && v[j] <= '9'; j++ {
			}
		case c >= 'a' && c <= 'z':
			for ; j < len(v) && v[j] >= 'a' && v[j] <= 'z'; j++ {
			}
		default:
			// A dash begins what stands before a release, as npm writes it.
			pre = pre || c == '-' && j+1 < len(v) && !(v[j+1] >= '0' && v[j+1] <= '9')
			i++
			continue
		}
		if digits {
			out = append(out, part{number: strings.TrimLeft(v[i:j], "0")})
		} else {
			p := part{word: true, text: v[i:j], rank: ranks[v[i:j]]}
			if p.rank == 0 && pre {
				p.rank = -1
			}
			out = append(out, p)
		}
		i = j
	}
	return out, true
}

func compare(a, b []part) int {
	for i := range max(len(a), len(b)) {
		x, y := at(a, i), at(b, i)
		if c := x.compare(y); c != 0 {
			return c
		}
	}
	return 0
}

// at gives a part, or the zero that a version that has ended goes on with.
func at(list []part, i int) part {
	if i < len(list) {
		return list[i]
	}
	return part{}
}

func (p part) compare(q part) int {
	switch {
	case !p.word && !q.word:
		return cmp.Or(cmp.Compare(len(p.number), len(q.number)), strings.Compare(p.number, q.number))
	case p.word && q.word:
		return cmp.Or(cmp.Compare(p.rank, q.rank), strings.Compare(p.text, q.text))
	case p.word:
		return p.against()
	}
	return -q.against()
}

// against compares a word with a number: 1.0rc1 with 1.0 or 1.0.1. A word that
// means nothing known is a variant of what comes before it ("1.0-slim").
func (p part) against() int {
	if p.rank < 0 {
		return -1
	}
	return 1
}
