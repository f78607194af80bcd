package store

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"

	"toolbay/backend/model"
)

// cards is what ranking and counting need of every listing, in the order of
// static rank: card 1 is the listing that comes first when nothing is asked.
// It is read from a few blobs and held in memory, about 80 bytes each.
type cards struct {
	generation int64
	sources    []string // the bits of card.sources
	list       []card
	byName     []int32 // ranks, rank*2 for its name, rank*2+1 for its title; sorted by that text
	text       string
	ends       []uint32 // four per card: name, title, who, alias

	mu     sync.Mutex
	orders [3][]int32 // all ranks in each of Orders, made when first asked for

	vocabOnce sync.Once
	vocab     *vocabulary

	prepared prepared
}

type card struct {
	sources    uint64 // bits of cards.sources
	traits     trait
	day        uint16 // of the last update, days since 1970, 0 = not known
	score      int16
	category   uint8 // index into model.Categories
	popularity uint8 // see popularity
}

// maxSources is how many sources can be told apart by a filter. Those that
// speak first get their bits first, so only files beyond it have none.
const maxSources = 64

// trait is what a filter asks of a card, one bit each.
type trait uint16

const (
	traitNoKey trait = 1 << iota
	traitNoDocker
	traitFeatured
	traitRemote   // can be used over the network
	traitLocal    // can run on this computer
	traitStdio    // can run on this computer and be talked to by every app
	traitOfficial // by the maker of what it connects to
	traitLinux
	traitDarwin
	traitWindows
	traitSpam // one of many copies
)

const fields = 4

func (c *cards) table() string { return strconv.FormatInt(c.generation, 10) }

func (c *cards) field(rank, n int) string {
	i := (rank-1)*fields + n
	from := uint32(0)
	if i > 0 {
		from = c.ends[i-1]
	}
	return c.text[from:c.ends[i]]
}

func (c *cards) name(rank int) string  { return c.field(rank, 0) }
func (c *cards) title(rank int) string { return c.field(rank, 1) }
func (c *cards) who(rank int) string   { return c.field(rank, 2) }

// alias is what the package is called when the listing has a name of our own:
// starter/files is what others know as "filesystem".
func (c *cards) alias(rank int) string { return c.field(rank, 3) }

func (c *cards) key(entry int32) string { return c.field(int(entry/2), int(entry%2)) }

// named gives the ranks of at most limit listings whose name or title begins
// with text; those that are exactly text come first.
func (c *cards) named(text string, limit int) []int {
	var out []int
	from := sort.Search(len(c.byName), func(i int) bool { return c.key(c.byName[i]) >= text })
	for _, e := range c.byName[from:] {
		if len(out) == limit || !strings.HasPrefix(c.key(e), text) {
			break
		}
		out = append(out, int(e/2))
	}
	return out
}

// add appends the card of l, which must be of the next rank. Its texts go to
// text, which becomes c.text when all are added.
func (c *cards) add(l model.Listing, score int, text *strings.Builder) {
	k := card{
		score:      int16(max(hidden+1, min(score, math.MaxInt16))),
		category:   uint8(max(0, slices.Index(model.Categories, categoryOf(l)))),
		traits:     traits(l),
		day:        day(l.Updated),
		popularity: popularity(l),
	}
	for _, s := range l.Sources {
		if i := slices.Index(c.sources, s); i >= 0 {
			k.sources |= 1 << i
		}
	}
	c.list = append(c.list, k)

	who, what := nameOf(l.ID)
	who = strings.Join(words(who), "")
	name := telling(words(what))
	if who != "" && len(name) > 0 && noise[name[0]] { // com.notion/mcp is notion's
		name = []string{who}
	}
	if who == "" {
		who = strings.Join(words(l.Publisher), "")
	}
	alias := ""
	if !strings.Contains(l.ID, ".") && len(l.Packages) > 0 {
		id := packageName(l.Packages[0])
		alias = strings.Join(telling(words(id[strings.LastIndex(id, "/")+1:])), " ")
	}
	for _, s := range []string{strings.Join(name, " "), strings.Join(telling(words(l.Title)), " "), who, alias} {
		text.WriteString(s[:min(len(s), 80)])
		c.ends = append(c.ends, uint32(text.Len()))
	}
}

func categoryOf(l model.Listing) string {
	if l.Category == "" {
		return "other"
	}
	return l.Category
}

const (
	cardSize  = 16        // bytes of a card when kept, beside its texts
	cardsPart = 256 << 10 // bytes of one blob, as a large one would be in memory several times
)

var errCards = errors.New("the stored search cards cannot be read")

// encode sorts byName and writes the cards as decodeCards reads them.
func (c *cards) encode(to io.Writer) error {
	order := make([]int32, 0, 2*len(c.list))
	for rank := 1; rank <= len(c.list); rank++ {
		order = append(order, int32(rank*2))
		if c.title(rank) != c.name(rank) {
			order = append(order, int32(rank*2+1))
		}
	}
	slices.SortStableFunc(order, func(a, b int32) int { return strings.Compare(c.key(a), c.key(b)) })
	c.byName = order

	w := bufio.NewWriterSize(to, cardsPart)
	b := w.AvailableBuffer
	sources := strings.Join(c.sources, "\n")
	w.Write(binary.AppendUvarint(b(), uint64(len(c.list))))
	w.Write(binary.AppendUvarint(b(), uint64(len(sources))))
	w.WriteString(sources)
	for _, k := range c.list {
		e := binary.LittleEndian.AppendUint64(b(), k.sources)
		e = binary.LittleEndian.AppendUint16(e, uint16(k.traits))
		e = binary.LittleEndian.AppendUint16(e, k.day)
		e = binary.LittleEndian.AppendUint16(e, uint16(k.score))
		w.Write(append(e, k.category, k.popularity))
	}
	for _, e := range c.ends {
		w.Write(binary.LittleEndian.AppendUint32(b(), e))
	}
	w.Write(binary.AppendUvarint(b(), uint64(len(order))))
	for _, e := range order {
		w.Write(binary.LittleEndian.AppendUint32(b(), uint32(e)))
	}
	w.WriteString(c.text)
	return w.Flush() // which tells of the first failure
}

func decodeCards(b []byte) (*cards, error) {
	c := &cards{}
	take := func(n int) []byte {
		if n < 0 || n > len(b) {
			return nil
		}
		head := b[:n]
		b = b[n:]
		return head
	}
	count := func() int {
		v, n := binary.Uvarint(b)
		if n <= 0 || v > uint64(len(b)) {
			return -1
		}
		b = b[n:]
		return int(v)
	}
	n := count()
	sources := take(count())
	fixed, ends := take(n*cardSize), take(n*fields*4)
	order := take(count() * 4)
	if n < 0 || len(fixed) != n*cardSize || len(ends) != n*fields*4 || len(order)%4 != 0 {
		return nil, errCards
	}
	if len(sources) > 0 {
		c.sources = strings.Split(string(sources), "\n")
	}
	c.text = string(b)
	c.list = make([]card, n)
	for i := range c.list {
		f := fixed[i*cardSize:]
		c.list[i] = card{
			sources:    binary.LittleEndian.Uint64(f),
			traits:     trait(binary.LittleEndian.Uint16(f[8:])),
			day:        binary.LittleEndian.Uint16(f[10:]),
			score:      int16(binary.LittleEndian.Uint16(f[12:])),
			category:   f[14],
			popularity: f[15],
		}
		if int(f[14]) >= len(model.Categories) {
			return nil, errCards
		}
	}
	c.ends = make([]uint32, n*fields)
	last := uint32(0)
	for i := range c.ends {
		c.ends[i] = binary.LittleEndian.Uint32(ends[i*4:])
		if c.ends[i] < last || c.ends[i] > uint32(len(c.text)) {
			return nil, errCards
		}
		last = c.ends[i]
	}
	c.byName = make([]int32, len(order)/4)
	for i := range c.byName {
		c.byName[i] = int32(binary.LittleEndian.Uint32(order[i*4:]))
		if r := c.byName[i] / 2; r < 1 || int(r) > n {
			return nil, errCards
		}
	}
	return c, nil
}
