package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"hash/fnv"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"toolbay/backend/model"
)

// group is the records of one server on their way into the index.
type group struct {
	at       int32 // in Merger.Groups
	score    int16
	featured int16
	tie      uint64 // of the first record's id: an order that favours nobody
	records  []int64
	rank     int
}

// gather shows every record to m and gives the groups that it makes in the
// order of static rank. Those that search does not show come last.
func gather(ctx context.Context, snap *sql.Tx, m Merger) ([]group, error) {
	type record struct {
		n               int64
		tie             uint64
		score, featured int16
	}
	count := 0
	if err := snap.QueryRowContext(ctx, `SELECT count(*) FROM listing`).Scan(&count); err != nil {
		return nil, err
	}
	all := make([]record, 0, count)
	err := eachRecord(ctx, snap, func(r *numbered) {
		m.Add(r.Source, r.Listing)
		h := fnv.New64a()
		h.Write([]byte(r.ID))
		score := standing(r.Listing)
		if r.Status == "deleted" {
			score = hidden
		}
		all = append(all, record{n: r.n, tie: h.Sum64(), score: int16(max(hidden, score)), featured: int16(r.Featured)})
	})
	if err != nil {
		return nil, err
	}
	made := m.Groups()
	copies, _ := m.(copier)
	out := make([]group, 0, len(made))
	held := make([]int64, 0, len(all)) // one array for the numbers of all groups
	for i, members := range made {
		g := group{at: int32(i), score: hidden, records: held[len(held):len(held)]}
		for _, at := range members {
			r := all[at]
			g.records = append(g.records, r.n)
			g.score = max(g.score, r.score)
			if r.score != hidden && r.featured > 0 && (g.featured == 0 || r.featured < g.featured) {
				g.featured = r.featured
			}
			if g.tie == 0 || r.tie < g.tie {
				g.tie = r.tie
			}
		}
		if len(g.records) == 0 {
			continue
		}
		held = held[:len(held)+len(g.records)]
		if copies != nil && g.score > hidden && copies.Copies(i) > 0 {
			g.score = max(hidden+1, g.score-copied)
		}
		out = append(out, g)
	}
	slices.SortFunc(out, func(a, b group) int {
		if (a.score == hidden) != (b.score == hidden) {
			return cmp.Compare(b.score, a.score)
		}
		if (a.featured > 0) != (b.featured > 0) { // the start page's come first, in their order
			return cmp.Compare(b.featured, a.featured)
		}
		return cmp.Or(cmp.Compare(a.featured, b.featured), cmp.Compare(b.score, a.score), cmp.Compare(a.tie, b.tie))
	})
	for i := range out {
		out[i].rank = i + 1
	}
	return out, nil
}

// copied is what one of many copies loses in static rank.
const copied = 200

// builder writes a generation.
type builder struct {
	store  *Store
	merger Merger
	order  order
	snap   *sql.Tx // where records are read
	made   *cards
	text   strings.Builder // of the cards, kept apart: appending to a string copies it
}

// whole is a card as it is kept when it is more than its only record.
type whole struct {
	Listing json.RawMessage   `json:"listing"`
	Origins map[string]string `json:"origins"`
}

// row is a card ready to be written.
type row struct {
	rank               int
	numbers            string
	name, title, text  string // what can be searched; none of a card that is not shown
	marks, short, kept string
	packages           []string
}

// run writes all groups. Cards are made while those before them are written;
// those of one transaction come into their own tables with the next.
func (b *builder) run(ctx context.Context, groups []group) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	ready := make(chan []row, 3)
	go func() {
		defer close(ready)
		for chunk := range slices.Chunk(groups, rowChunk) {
			rows, err := b.make(ctx, chunk)
			if err != nil {
				stop(err)
				return
			}
			select {
			case ready <- rows:
			case <-ctx.Done():
				return
			}
		}
	}()
	var before []row // whose cards are not written yet
	for more := true; more; {
		if err := ctx.Err(); err != nil {
			break
		}
		// Watching ctx inside would cost a goroutine per statement.
		err := b.store.tx(context.WithoutCancel(ctx), func(tx *sql.Tx) error {
			// A statement of several rows makes the search table write all that it
			// holds, so those come before it has anything.
			if err := writeCards(tx, b.made.table(), before); err != nil {
				return err
			}
			before = before[:0]
			search, err := tx.Prepare(insertSearch(b.made.table()))
			if err != nil {
				return err
			}
			defer search.Close()
			for len(before) < indexChunk {
				rows, ok := <-ready
				if more = ok; !more {
					return nil
				}
				for _, r := range rows {
					if r.short != "" {
						if _, err := search.Exec(r.rank, r.name, r.title, r.text, r.marks); err != nil {
							return err
						}
						r.name, r.title, r.text, r.marks = "", "", "", ""
					}
					before = append(before, r)
				}
			}
			return nil
		})
		if err != nil {
			stop(err)
		}
	}
	for range ready { // until no one reads from the snapshot any more
	}
	if err := context.Cause(ctx); err != nil {
		return err
	}
	return b.store.tx(ctx, func(tx *sql.Tx) error {
		if err := writeCards(tx, b.made.table(), before); err != nil {
			return err
		}
		return writeMembers(tx, b.made.table(), groups)
	})
}

// make makes the next cards.
func (b *builder) make(ctx context.Context, groups []group) ([]row, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	ctx = context.WithoutCancel(ctx) // watching it would cost a goroutine per statement
	var numbers []int64
	for _, g := range groups {
		numbers = append(numbers, g.records...)
	}
	slices.Sort(numbers)
	read, err := storedOf(ctx, b.snap, numbers)
	if err != nil {
		return nil, err
	}
	rows := make([]row, len(groups))
	var records []model.Record
	for i, g := range groups {
		if records, err = b.records(g, read, records[:0]); err != nil {
			return nil, err
		}
		if rows[i], err = b.row(g, records); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// records gives the records of a group and sorts their numbers like them.
func (b *builder) records(g group, read map[int64]stored, records []model.Record) ([]model.Record, error) {
	number := make(map[recordKey]int64, len(g.records))
	for _, n := range g.records {
		row := read[n]
		var r model.Record
		if err := row.record(&r); err != nil {
			return nil, err
		}
		records = append(records, r)
		number[recordKey{r.Source, r.ID}] = n
	}
	if len(records) > 1 {
		b.order.sortRecords(records)
	}
	for i, r := range records {
		g.records[i] = number[recordKey{r.Source, r.ID}]
	}
	return records, nil
}

type recordKey struct{ source, id string }

// row makes the card of a group.
func (b *builder) row(g group, records []model.Record) (row, error) {
	c := makeCard(b.merger, int(g.at), records)
	kept, err := encodeWhole(c, records)
	out := row{rank: g.rank, numbers: joinNumbers(speakerFirst(c, records, g.records)), kept: kept}
	if err != nil || g.score == hidden {
		return out, err
	}
	l := c.Listing
	score := standing(l)
	if l.Copies > 0 {
		score -= copied
	}
	b.made.add(l, score, &b.text)
	out.name, out.title, out.text = texts(l)
	out.marks = marks(b.made.list[g.rank-1], l)
	// Those of the card alone: a record that only claims to be the same server
	// must not have its packages taken for it.
	for _, p := range l.Packages {
		if key := packageKey(p.Type, p.Identifier); !slices.Contains(out.packages, key) {
			out.packages = append(out.packages, key)
		}
	}
	out.short, err = body(brief(l))
	return out, err
}

// makeCard asks m for a card and sees to what the rest relies on.
func makeCard(m Merger, group int, records []model.Record) model.Card {
	c := m.Card(group, records)
	if c.ID == "" {
		c.Listing = records[0].Listing
	}
	if len(c.Sources) == 0 {
		c.Sources = []string{records[0].Source}
	}
	if c.Packages == nil {
		c.Packages = []model.Package{}
	}
	if c.Tools == nil {
		c.Tools = []model.Tool{}
	}
	return c
}

// speakerFirst gives the numbers of records with that of the record whose id
// the card has in front.
func speakerFirst(c model.Card, records []model.Record, numbers []int64) []int64 {
	i := slices.IndexFunc(records, func(r model.Record) bool { return r.ID == c.ID })
	if i <= 0 {
		return numbers
	}
	return append([]int64{numbers[i]}, slices.Delete(slices.Clone(numbers), i, i+1)...)
}

// encodeWhole gives the card as it is kept, "" when its only record and its
// brief say all.
func encodeWhole(c model.Card, records []model.Record) (string, error) {
	if len(records) == 1 && reflect.DeepEqual(c.Packages, records[0].Packages) && reflect.DeepEqual(c.Tools, records[0].Tools) {
		return "", nil
	}
	l, err := body(c.Listing)
	if err != nil {
		return "", err
	}
	b, err := json.Marshal(whole{json.RawMessage(l), c.Origins})
	return string(b), err
}

func joinNumbers(ns []int64) string {
	var b []byte
	for i, n := range ns {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, n, 10)
	}
	return string(b)
}
