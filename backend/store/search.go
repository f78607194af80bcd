package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"toolbay/backend/model"
)

const (
	defaultLimit  = 20
	maxLimit      = 200
	maxQuery      = 200 // characters
	maxQueryWords = 8
	maxCount      = 1000 // totals are exact up to here
	headSize      = 300  // how many of the matches are ranked by how well they match
)

// ForYou is the category of the start page: the starter catalogue's first
// choices, in their order.
const ForYou = "for-you"

// Query is a search. The zero value lists everything, best first.
type Query struct {
	Text     string `json:"text"`
	Category string `json:"category"` // one of model.Categories, ForYou or "" for all
	Source   string `json:"source"`   // "" for all
	NoKey    bool   `json:"no_key"`
	NoDocker bool   `json:"no_docker"`
	Limit    int    `json:"limit"` // 20 when 0, at most 200
	Offset   int    `json:"offset"`
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
// filters staying as they are. They count at most the first 1,000 of a text's
// matches.
type Facets struct {
	All        int            `json:"all"` // with any category
	Categories map[string]int `json:"categories"`
	Sources    map[string]int `json:"sources"`
	NoKey      int            `json:"no_key"`
	NoDocker   int            `json:"no_docker"`
}

// Search finds listings by words in name, title, description and tools. All
// words must be there; each may be the beginning of one.
func (s *Store) Search(ctx context.Context, q Query) (Results, error) {
	q.Limit = min(q.Limit, maxLimit)
	if q.Limit <= 0 {
		q.Limit = defaultLimit
	}
	q.Offset = max(q.Offset, 0)
	out := Results{Listings: []model.Listing{}, Facets: Facets{Categories: map[string]int{}, Sources: map[string]int{}}}
	err := s.view(ctx, func(tx *sql.Tx) error {
		c, err := s.current(ctx, tx)
		if err != nil || c == nil {
			return err
		}
		f := newFilter(c, q)
		var ranks []int
		if strings.TrimSpace(q.Text) == "" {
			ranks = browse(c, f, &out)
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

// browse lists everything that passes the filter in the order of static rank.
func browse(c *cards, f filter, out *Results) []int {
	var ranks []int
	n := f.counter()
	for i, k := range c.list {
		n.add(k)
		if f.pass(k) {
			ranks = append(ranks, i+1)
		}
	}
	out.Facets = n.facets()
	out.Total, out.More = len(ranks), false
	if len(ranks) > maxCount {
		out.Total, out.More = maxCount, true
	}
	return ranks
}

// match finds by text.
func (s *Store) match(ctx context.Context, tx *sql.Tx, c *cards, f filter, q Query, out *Results) ([]int, error) {
	ws := queryWords(q.Text)
	if len(ws) == 0 {
		return nil, nil
	}
	expr := expression(ws)
	all, err := find(ctx, tx, c, expr, maxCount+1)
	if err != nil {
		return nil, err
	}
	more := len(all) > maxCount
	n := f.counter()
	for _, rank := range all[:min(len(all), maxCount)] {
		n.add(c.list[rank-1])
	}
	out.Facets = n.facets()

	ranks := all
	if f.any() {
		if more { // the first thousand may hold few that pass
			if ranks, err = find(ctx, tx, c, expr+f.expression(), maxCount+1); err != nil {
				return nil, err
			}
			more = len(ranks) > maxCount
		} else {
			ranks = slices.DeleteFunc(slices.Clone(all), func(rank int) bool { return !f.pass(c.list[rank-1]) })
		}
	}
	out.Total, out.More = min(len(ranks), maxCount), more

	head := ranks[:min(len(ranks), headSize)]
	if len(ranks) > headSize {
		// Names that match may stand far down by static rank.
		names, err := find(ctx, tx, c, "{name title} : ("+expr+")"+f.expression(), headSize)
		if err != nil {
			return nil, err
		}
		head = append(slices.Clone(head), names...)
		for _, rank := range c.named(strings.Join(ws, " "), headSize) {
			if f.pass(c.list[rank-1]) {
				head = append(head, rank)
			}
		}
		slices.Sort(head)
		head = slices.Compact(head)
	}
	ranks = rankHead(c, ask(ws), head, ranks)
	pasted, err := byID(ctx, tx, c, q.Text)
	if err != nil || pasted == 0 || !f.pass(c.list[pasted-1]) {
		return ranks, err
	}
	if i := slices.Index(ranks, pasted); i >= 0 {
		ranks = slices.Insert(slices.Delete(ranks, i, i+1), 0, pasted)
	}
	return ranks, nil
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
// it stands.
func rankHead(c *cards, q asked, head, ranks []int) []int {
	type scored struct{ rank, score int }
	list := make([]scored, len(head))
	in := make(map[int]bool, len(head))
	for i, rank := range head {
		list[i] = scored{rank, q.score(c, rank)}
		in[rank] = true
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].score > list[j].score })
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

// queryWords are the words of a query that are searched for.
func queryWords(text string) []string {
	if utf8.RuneCountInString(text) > maxQuery {
		text = string([]rune(text)[:maxQuery])
	}
	if who, what := nameOf(text); strings.Contains(text, ".") && who != "" {
		text = who + " " + what // somebody pasted a listing's id
	}
	ws := telling(words(text))
	return ws[:min(len(ws), maxQueryWords)]
}

// expression is the query in the index's own language. Words hold letters and
// digits only, so quoting them is enough.
func expression(ws []string) string {
	var b strings.Builder
	b.WriteString("((")
	for i, w := range ws {
		if i > 0 {
			b.WriteString(" AND ")
		}
		term := `"` + w + `"`
		if utf8.RuneCountInString(w) > 2 || i == len(ws)-1 {
			term += " *" // still being typed, or short for more
		}
		if one, plural := strings.CutSuffix(w, "s"); plural && len(one) > 2 && !strings.HasSuffix(one, "s") {
			term = "(" + term + ` OR "` + one + `")`
		}
		b.WriteString(term)
	}
	b.WriteString(")")
	if len(ws) > 1 && len(ws) < 4 { // "file system" finds "filesystem"
		b.WriteString(` OR "` + strings.Join(ws, "") + `" *`)
	}
	b.WriteString(")")
	return b.String()
}

// find gives the first ranks that match. They come as one row: handing over a
// thousand costs as much as finding them.
func find(ctx context.Context, tx *sql.Tx, c *cards, expr string, limit int) ([]int, error) {
	var list sql.NullString
	err := tx.QueryRowContext(ctx, `SELECT group_concat(rowid) FROM (SELECT rowid FROM search_`+c.table()+
		` WHERE search_`+c.table()+` MATCH ? LIMIT ?)`, expr, limit).Scan(&list)
	if err != nil || list.String == "" {
		return nil, err
	}
	out := make([]int, 0, limit)
	for s := range strings.SplitSeq(list.String, ",") {
		if rank, err := strconv.Atoi(s); err == nil && rank >= 1 && rank <= len(c.list) {
			out = append(out, rank)
		}
	}
	slices.Sort(out)
	return out, nil
}

// fetch reads the listings of ranks, in that order.
func fetch(ctx context.Context, tx *sql.Tx, c *cards, ranks []int) ([]model.Listing, error) {
	args := make([]any, len(ranks))
	for i, rank := range ranks {
		args[i] = rank
	}
	rows, err := tx.QueryContext(ctx, `SELECT rank, brief FROM card_`+c.table()+` WHERE rank IN (?`+strings.Repeat(",?", len(ranks)-1)+`)`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	at := make(map[int]model.Listing, len(ranks))
	for rows.Next() {
		var rank int
		var body sql.RawBytes
		if err := rows.Scan(&rank, &body); err != nil {
			return nil, err
		}
		var l model.Listing
		if err := json.Unmarshal(body, &l); err != nil {
			return nil, err
		}
		at[rank] = l
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	out := make([]model.Listing, 0, len(ranks))
	for _, rank := range ranks {
		if l, ok := at[rank]; ok {
			out = append(out, l)
		}
	}
	return out, nil
}
