package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"

	"toolbay/backend/model"
)

const (
	defaultLimit  = 20
	maxLimit      = 200
	maxQuery      = 200 // characters
	maxQueryWords = 8
	maxCount      = 1000 // totals are exact up to here
	otherNames    = 40   // how many names are ranked that begin with another way to write the words
	headSize      = 300  // how many of the matches are ranked by how well they match
)

// ForYou is the category of the start page: the starter catalogue's first
// choices, in their order.
const ForYou = "for-you"

// Query is a search. The zero value lists everything, best first.
type Query struct {
	Text     string   `json:"text"`
	Category string   `json:"category"` // one of model.Categories, ForYou or "" for all
	Source   string   `json:"source"`   // an id, "file" for all imported files, "" for all
	Filters  []string `json:"filters"`  // of Filters; what is listed must pass every one
	Sort     string   `json:"sort"`     // one of Orders, "" for the best first
	Apps     string   `json:"apps"`     // what the filter MyApps means: StdioApps, or any app
	Limit    int      `json:"limit"`    // 20 when 0, at most 200
	Offset   int      `json:"offset"`
}

// Results are one page of what a query found.
type Results struct {
	// Total is exact up to 1,000; More tells that there are more than that.
	Total int  `json:"total"`
	More  bool `json:"more"`
	// Listings come in brief: packages without their inputs, tools without
	// descriptions. Store.Listing gives everything.
	Listings []model.Listing `json:"results"`
	Facets   Facets          `json:"facets"`
}

// Facets count what each filter would leave of what the text finds, all other
// filters staying as they are. They are exact when the text finds no more than
// 1,000, else they count the first 1,000 of its matches.
type Facets struct {
	All        int            `json:"all"` // with any category
	Categories map[string]int `json:"categories"`
	Sources    map[string]int `json:"sources"`
	Filters    map[string]int `json:"filters"` // every one of Filters, that of MyApps by Query.Apps
}

// Search finds listings by words in name, title, description and tools. All
// words must be there; each may be the beginning of one.
func (s *Store) Search(ctx context.Context, q Query) (Results, error) {
	q.Limit = min(q.Limit, maxLimit)
	if q.Limit <= 0 {
		q.Limit = defaultLimit
	}
	q.Offset = max(q.Offset, 0)
	out := Results{Listings: []model.Listing{}, Facets: Facets{Categories: map[string]int{}, Sources: map[string]int{}, Filters: map[string]int{}}}
	s.prepare(ctx)
	err := s.view(ctx, func(tx *sql.Tx) error {
		c, err := s.current(ctx, tx)
		if err != nil || c == nil {
			return err
		}
		f := newFilter(c, q)
		var ranks []int
		if strings.TrimSpace(q.Text) == "" {
			ranks = browse(c, f, q, &out)
		} else if ranks, err = s.match(ctx, tx, c, f, q, &out); err != nil {
			return err
		}
		if q.Offset >= len(ranks) {
			return nil
		}
		page := ranks[q.Offset:min(len(ranks), q.Offset+q.Limit)]
		out.Listings, err = fetch(ctx, tx, c, page)
		return err
	})
	return out, err
}

// browse lists everything that passes the filter, in the order of static rank
// unless another is asked for.
func browse(c *cards, f filter, q Query, out *Results) []int {
	var ranks []int
	n := f.counter(q.Apps)
	for i, k := range c.list {
		n.add(k)
		if f.pass(k) {
			ranks = append(ranks, i+1)
		}
	}
	out.Facets = n.facets()
	out.Total, out.More = min(len(ranks), maxCount), len(ranks) > maxCount
	switch {
	case q.Sort == "":
	case len(ranks) <= maxCount:
		ranks = c.sorted(ranks, q.Sort)
	default:
		ranks = ranks[:0]
		for _, r := range c.everything(q.Sort) {
			if f.pass(c.list[r-1]) {
				ranks = append(ranks, int(r))
			}
		}
	}
	return ranks
}

// few is how many matches are too few to be content with: words are then taken
// for mistyped, and not all of them insisted on.
const few = 5

// match finds by text.
func (s *Store) match(ctx context.Context, tx *sql.Tx, c *cards, f filter, query Query, out *Results) ([]int, error) {
	q := understand(query.Text)
	pinned, err := exactly(ctx, tx, c, query.Text, q.keys)
	if err != nil {
		return nil, err
	}
	if len(q.terms) == 0 {
		return nil, nil
	}
	ask := looking{ctx: ctx, tx: tx, c: c}
	want := q.strictly()
	every, err := ask.find(want)
	if err != nil {
		return nil, err
	}
	all := merge(every, pinned)
	if len(all) < few {
		if all, want, err = ask.widen(&q, want, all, pinned); err != nil {
			return nil, err
		}
	}
	more := len(all) > maxCount
	n := f.counter(query.Apps)
	for _, rank := range all[:min(len(all), maxCount)] {
		n.add(c.list[rank-1])
	}
	out.Facets = n.facets()

	ranks := all
	if f.any() {
		if more { // the first thousand may hold few that pass
			want.text, want.names = want.text+f.expression(), want.names+f.expression()
			if ranks, err = ask.find(want); err != nil {
				return nil, err
			}
			more = len(ranks) > maxCount
			ranks = merge(ranks, pinned)
		}
		ranks = slices.DeleteFunc(slices.Clone(ranks), func(rank int) bool { return !f.pass(c.list[rank-1]) })
	}
	out.Total, out.More = min(len(ranks), maxCount), more
	if query.Sort != "" {
		return c.sorted(ranks[:out.Total], query.Sort), nil
	}

	head := ranks[:min(len(ranks), maxCount)]
	if more {
		// Names that match may stand far down by static rank.
		head = ranks[:min(len(ranks), headSize)]
		names, err := ask.names(want)
		if err != nil {
			return nil, err
		}
		head = merge(head, names)
		for i, p := range q.phrases {
			limit := headSize
			if i > 0 {
				limit = otherNames
			}
			named := slices.DeleteFunc(c.named(p.joined, limit), func(rank int) bool { return !f.pass(c.list[rank-1]) })
			slices.Sort(named)
			head = merge(head, named)
		}
	}
	ranks = rankHead(c, q, every, head, ranks)
	for i := len(pinned) - 1; i >= 0; i-- { // what was named goes first
		if at := slices.Index(ranks, pinned[i]); at >= 0 {
			ranks = slices.Insert(slices.Delete(ranks, at, at+1), 0, pinned[i])
		}
	}
	return ranks, nil
}

// looking is what has been looked up for a query.
type looking struct {
	ctx context.Context
	tx  *sql.Tx
	c   *cards

	text, named     string // asked last
	inText, inNames []int
}

// find gives the first that are wanted, one more than are counted.
func (l *looking) find(w wanted) ([]int, error) {
	if l.text != w.text {
		found, err := find(l.ctx, l.tx, l.c, w.text, findAll)
		if err != nil {
			return nil, err
		}
		l.text, l.inText = w.text, found
	}
	if !w.wider {
		return l.inText, nil
	}
	found, err := find(l.ctx, l.tx, l.c, w.names, findAll)
	if err != nil {
		return nil, err
	}
	l.named, l.inNames = w.names, found
	all := merge(l.inText, found)
	return all[:min(len(all), maxCount+1)], nil
}

// names gives the first that are wanted by their names, as many as are ranked.
func (l *looking) names(w wanted) ([]int, error) {
	if l.named == w.names {
		return l.inNames[:min(len(l.inNames), headSize)], nil
	}
	return find(l.ctx, l.tx, l.c, w.names, findHead)
}

// widen asks again for what found too little: with what mistyped words may have
// been meant as, then without insisting on every word.
func (l *looking) widen(q *asked, want wanted, all, pinned []int) ([]int, wanted, error) {
	corrected, err := correct(l.ctx, l.tx, l.c, q)
	if err != nil {
		return nil, want, err
	}
	var ways []wanted
	if corrected {
		ways = append(ways, q.strictly())
	}
	heavy := len(q.heavy())
	if heavy > 1 || heavy < len(q.terms) {
		ways = append(ways, q.loosely())
	}
	if heavy > 2 {
		ways = append(ways, q.anything())
	}
	for _, w := range ways {
		found, err := l.find(w)
		if err != nil {
			return nil, want, err
		}
		if all, want = merge(found, pinned), w; len(all) >= few {
			break
		}
	}
	return all, want, nil
}

// correct gives the words that nothing has other ways to be written.
func correct(ctx context.Context, tx *sql.Tx, c *cards, q *asked) (bool, error) {
	done := false
	for i, t := range q.terms {
		w := t.ways[0].words
		if len(w) != 1 || len(w[0]) < minTypo {
			continue
		}
		if _, known := slices.BinarySearch(c.vocabulary().words, w[0]); known {
			continue // rare perhaps, but not mistyped
		}
		have, err := find(ctx, tx, c, t.expression(), findFew)
		if err != nil {
			return false, err
		}
		if len(have) >= few {
			continue
		}
		for _, better := range c.vocabulary().corrections(w[0], t.open) {
			q.terms[i].ways = append(q.terms[i].ways, way{[]string{better}, worthCorrected})
			if _, ways := spelled([]string{better}); len(ways) > 0 && ways[0].worth == worthSame {
				q.terms[i].ways = append(q.terms[i].ways, way{ways[0].words, worthCorrected})
			}
			done = true
		}
	}
	if !done {
		return false, nil
	}
	var best []string
	for _, t := range q.terms {
		w := t.ways[0].words
		for _, x := range t.ways[1:] {
			if x.worth == worthCorrected {
				w = x.words
				break
			}
		}
		best = append(best, w...)
	}
	q.phrase(best, worthCorrected)
	return true, nil
}

// merge joins two ascending lists.
func merge(a, b []int) []int {
	if len(b) == 0 {
		return a
	}
	out := slices.Concat(a, b)
	slices.Sort(out)
	return slices.Compact(out)
}

// exactly gives the cards whose id or package was asked for, the best first.
func exactly(ctx context.Context, tx *sql.Tx, c *cards, text string, keys []string) ([]int, error) {
	if len(text) > maxQuery {
		return nil, nil
	}
	rank, err := byID(ctx, tx, c, text)
	if err != nil {
		return nil, err
	}
	if rank != 0 {
		return []int{rank}, nil
	}
	if len(keys) == 0 {
		return nil, nil
	}
	where, args := make([]string, 0, len(keys)), make([]any, 0, len(keys))
	for _, k := range keys {
		where, args = append(where, "key = ?"), append(args, k)
		if strings.HasPrefix(k, "oci:") { // images carry their tag or digest
			where, args = append(where, "key > ? AND key < ?", "key > ? AND key < ?"), append(args, k+":", k+";", k+"@", k+"A")
		}
	}
	rows, err := tx.QueryContext(ctx, `SELECT DISTINCT card FROM package_`+c.table()+` WHERE `+strings.Join(where, " OR ")+` ORDER BY card LIMIT 20`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []int
	for rows.Next() {
		var rank int
		if err := rows.Scan(&rank); err != nil {
			return nil, err
		}
		if rank >= 1 && rank <= len(c.list) {
			out = append(out, rank)
		}
	}
	return out, rows.Err()
}

// byID gives the rank of the listing whose id was asked for, else 0.
func byID(ctx context.Context, tx *sql.Tx, c *cards, text string) (int, error) {
	id := strings.TrimSpace(text)
	if !strings.Contains(id, "/") || len(id) > maxQuery {
		return 0, nil
	}
	rank, _, err := numberOf(ctx, tx, c, id)
	if rank > len(c.list) { // deleted
		rank = 0
	}
	return rank, err
}

// rankHead gives head sorted by how well it matches, then the rest of ranks as
// it stands. every are those that have every word.
func rankHead(c *cards, q asked, every, head, ranks []int) []int {
	type scored struct{ rank, score int }
	list := make([]scored, len(head))
	in := make(map[int]bool, len(head))
	for i, rank := range head {
		_, all := slices.BinarySearch(every, rank)
		list[i] = scored{rank, q.score(c, rank, all)}
		in[rank] = true
	}
	slices.SortStableFunc(list, func(a, b scored) int { return cmp.Compare(b.score, a.score) })
	out := make([]int, 0, len(ranks))
	for _, s := range list {
		out = append(out, s.rank)
	}
	for _, rank := range ranks {
		if !in[rank] {
			out = append(out, rank)
		}
	}
	return out[:min(len(out), maxCount)]
}

// find gives the first ranks that match, as many as the statement is for.
func find(ctx context.Context, tx *sql.Tx, c *cards, expr string, statement int) ([]int, error) {
	list, err := c.ask(ctx, tx, statement, expr)
	if err != nil || list == "" {
		return nil, err
	}
	out := make([]int, 0, strings.Count(list, ",")+1)
	for s := range strings.SplitSeq(list, ",") {
		if rank, err := strconv.Atoi(s); err == nil && rank >= 1 && rank <= len(c.list) {
			out = append(out, rank)
		}
	}
	slices.Sort(out)
	return out, nil
}

// fetch reads the listings of ranks, in that order.
func fetch(ctx context.Context, tx *sql.Tx, c *cards, ranks []int) ([]model.Listing, error) {
	list := make([]byte, 0, 8*len(ranks))
	for _, rank := range ranks {
		list = strconv.AppendInt(append(list, ','), int64(rank), 10)
	}
	list[0] = '['
	rows, err := c.ask(ctx, tx, readBrief, string(append(list, ']')))
	if err != nil {
		return nil, err
	}
	out := make([]model.Listing, len(ranks))
	found := make([]bool, len(ranks))
	for row := range strings.SplitSeq(rows, between) {
		at := strings.IndexByte(row, '{')
		if at < 0 {
			continue
		}
		rank, err := strconv.Atoi(row[:at])
		if err != nil {
			return nil, err
		}
		i := slices.Index(ranks, rank)
		if i < 0 {
			continue
		}
		if err := readBody([]byte(row[at:]), &out[i]); err != nil {
			return nil, err
		}
		found[i] = true
	}
	kept := out[:0]
	for i, l := range out {
		if found[i] {
			kept = append(kept, l)
		}
	}
	return kept, nil
}
