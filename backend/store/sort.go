package store

import (
	"cmp"
	"slices"
)

// sorted gives ranks in the order asked for; "" and what is not known leave
// them as they are.
func (c *cards) sorted(ranks []int, by string) []int {
	var less func(a, b int) int
	switch by {
	case ByName:
		less = func(a, b int) int { return cmp.Compare(c.label(a), c.label(b)) }
	case ByUpdated:
		less = func(a, b int) int { return cmp.Compare(c.list[b-1].day, c.list[a-1].day) }
	case ByPopularity:
		less = func(a, b int) int { return cmp.Compare(c.list[b-1].popularity, c.list[a-1].popularity) }
	default:
		return ranks
	}
	ranks = slices.Clone(ranks)
	slices.SortFunc(ranks, func(a, b int) int { return cmp.Or(less(a, b), cmp.Compare(a, b)) })
	return ranks
}

// label is what a card is sorted by when by name.
func (c *cards) label(rank int) string {
	if t := c.title(rank); t != "" {
		return t
	}
	return c.name(rank)
}

// everything gives all ranks in the order asked for. Sorting a million cards
// takes a good part of a second, so it is done once for each order.
func (c *cards) everything(by string) []int32 {
	i := slices.Index(Orders, by)
	if i < 0 {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.orders[i] == nil {
		ranks := make([]int, len(c.list))
		for i := range ranks {
			ranks[i] = i + 1
		}
		out := make([]int32, len(ranks))
		for j, r := range c.sorted(ranks, by) {
			out[j] = int32(r)
		}
		c.orders[i] = out
	}
	return c.orders[i]
}
