package tolerant

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"toolbay/backend/repair/finding"
)

// mend is one place that is wrong, and the bytes that put it right.
type mend struct {
	code   string
	fix    finding.Kind
	at     int
	server string
	needs  string
	edits  []finding.Edit
	args   map[string]string
}

func change(code string, fix finding.Kind, from, to int, s string) mend {
	return mend{code: code, fix: fix, at: from, edits: []finding.Edit{{From: from, To: to, New: s}}}
}

// findings makes one finding of all places with the same code, kind of fix and
// server, and gives the text with all edits. Edits that another swallows are
// dropped; of those at the same place one is made, so that findings can be
// applied in any order.
func findings(src []byte, ms []mend) ([]finding.Finding, []byte) {
	type piece struct {
		finding.Edit
		of   int
		more []string // what comes behind New: of others at the same place
	}
	var all []piece
	for i, m := range ms {
		for _, e := range m.edits {
			if e.From < e.To || e.New != "" {
				all = append(all, piece{Edit: e, of: i})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b piece) int {
		if c := cmp.Compare(a.From, b.From); c != 0 {
			return c
		}
		// An insertion comes before what replaces the bytes behind it.
		return cmp.Compare(btoi(a.To > a.From), btoi(b.To > b.From))
	})
	// lost counts the edits that a mend lost to another one.
	keep := make([]piece, 0, len(all))
	left := make([]int, len(ms))
	for _, p := range all {
		if n := len(keep); n > 0 {
			last := &keep[n-1]
			if p.From < last.To { // inside what another edit replaces
				if p.To > last.To {
					last.To = p.To
				}
				worse(&ms[last.of], ms[p.of])
				continue
			}
			if p.From == last.From && last.From == last.To { // at the same place
				last.more = append(last.more, p.New)
				last.To = p.To
				worse(&ms[last.of], ms[p.of])
				if ms[last.of].code == "JSON_MISSING_COMMA" {
					// The bracket says more than the comma beside it.
					ms[last.of], ms[p.of] = ms[p.of], ms[last.of]
				}
				continue
			}
		}
		keep = append(keep, p)
	}
	edits := make([][]finding.Edit, len(ms))
	for i := range keep {
		p := &keep[i]
		if len(p.more) > 0 {
			p.New += strings.Join(p.more, "")
		}
		edits[p.of] = append(edits[p.of], p.Edit)
		left[p.of]++
	}
	type group struct {
		code, server string
		fix          finding.Kind
	}
	at := map[group]int{}
	var out []finding.Finding
	places := []int{}
	for i, m := range ms {
		if left[i] == 0 && len(m.edits) > 0 {
			continue
		}
		g := group{m.code, m.server, m.fix}
		k, ok := at[g]
		if !ok {
			f := finding.New(m.code)
			f.Fix, f.Server, f.At, f.Needs = m.fix, m.server, m.at, m.needs
			f.Args = m.args
			k = len(out)
			at[g] = k
			out, places = append(out, f), append(places, 0)
		}
		places[k]++
		out[k].At = min(out[k].At, m.at)
		out[k].Edits = append(out[k].Edits, edits[i]...)
		if out[k].Needs == "" {
			out[k].Needs = m.needs
		}
	}
	for k := range out {
		if places[k] > 1 {
			if out[k].Args == nil {
				out[k].Args = map[string]string{}
			}
			out[k].Args["places"] = strconv.Itoa(places[k])
		}
	}
	var b strings.Builder
	b.Grow(len(src) + 64)
	pos := 0
	for _, p := range keep {
		b.Write(src[pos:p.From])
		b.WriteString(p.New)
		pos = p.To
	}
	b.Write(src[pos:])
	return out, []byte(b.String())
}

// worse lets a mend that took over another's edit ask when that one would.
func worse(m *mend, other mend) {
	if other.fix == finding.Confirm && m.fix == finding.Safe {
		m.fix = finding.Confirm
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
