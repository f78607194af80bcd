package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"reflect"
	"slices"
	"sort"
	"strings"

	"toolbay/backend/configfile"
	"toolbay/backend/repair"
	"toolbay/backend/repair/finding"
)

// way breaks a text; at is where, -1 for the whole text. ok is false where it
// does not apply.
type way struct {
	name string
	do   func(rng *rand.Rand, src []byte) (out []byte, at int, ok bool)
}

// tally counts what came back.
type tally struct {
	tried, back int
	strays      int // other values that changed
	by          map[string][2]int
	faults      []string
}

// mutate breaks files in ways each and repairs them: singly, and up to three
// ways at once.
func mutate(w io.Writer, files, times int, seed uint64, verbose bool) bool {
	rng := rand.New(rand.NewPCG(seed, 7))
	one, many := tally{by: map[string][2]int{}}, tally{by: map[string][2]int{}}
	for _, s := range samples(files, seed) {
		want := entriesIn(s.file, repaired(s.file, s.src))
		ws := waysOf(s.file.Dialect)
		rng.Shuffle(len(ws), func(i, j int) { ws[i], ws[j] = ws[j], ws[i] })
		for n, did := 0, 0; did < times && n < 4*times; n++ {
			if one.attempt(rng, s, want, []way{ws[n%len(ws)]}) {
				did++
			}
		}
		for n, did := 0, 0; did < times && n < 4*times; n++ {
			some := []way{ws[rng.IntN(len(ws))], ws[rng.IntN(len(ws))]}
			if rng.IntN(2) == 0 {
				some = append(some, ws[rng.IntN(len(ws))])
			}
			// A text is written, then copied, then stored.
			slices.SortStableFunc(some, func(a, b way) int { return stages[a.name] - stages[b.name] })
			some = slices.CompactFunc(some, func(a, b way) bool {
				return stages[a.name] >= 8 && stages[b.name] >= 8 || a.name == b.name && stages[a.name] > 0
			})
			if len(some) < 2 {
				continue
			}
			if many.attempt(rng, s, want, some) {
				did++
			}
		}
	}
	fmt.Fprintf(w, "one way        %d broken, %d came back (%.2f %%), %d other values changed\n", one.tried, one.back, one.percent(), one.strays)
	fmt.Fprintf(w, "two or three   %d broken, %d came back (%.2f %%), %d other values changed\n", many.tried, many.back, many.percent(), many.strays)
	if verbose {
		names := make([]string, 0, len(one.by))
		for name := range one.by {
			names = append(names, name)
		}
		sort.Strings(names)
		for _, name := range names {
			fmt.Fprintf(w, "  %-40s %5d of %5d\n", name, one.by[name][0], one.by[name][1])
		}
		for _, f := range append(one.faults, many.faults...) {
			fmt.Fprintln(w, f)
		}
	}
	return one.percent() >= 98 && many.percent() >= 90 && one.strays+many.strays == 0
}

func (t *tally) percent() float64 { return 100 * float64(t.back) / float64(max(1, t.tried)) }

func (t *tally) attempt(rng *rand.Rand, s sample, want any, ws []way) bool {
	src := s.src
	var names []string
	var did damage
	loses := false
	for _, w := range ws {
		out, at, ok := w.do(rng, src)
		if !ok || bytes.Equal(out, src) {
			continue
		}
		did.add(src, out, at >= 0)
		src = out
		names = append(names, w.name)
		loses = loses || lossy[w.name]
	}
	whole := leaves(s.file, s.src)
	before := values(whole)
	if len(names) < len(ws) || repair.Parses(s.file, src) && reflect.DeepEqual(values(leaves(s.file, src)), before) {
		return false // nothing is wrong with it
	}
	t.tried++
	text := repaired(s.file, src)
	got := entriesIn(s.file, text)
	name := strings.Join(names, " + ")
	count := t.by[name]
	count[1]++
	if reflect.DeepEqual(got, want) || loses && part(got, want) {
		t.back++
		count[0]++
	} else {
		t.fault("==== %s: %s\n%s\n---- became\n%s", s.name, name, src, text)
	}
	t.by[name] = count
	after := values(leaves(s.file, text))
	if after == nil {
		return true
	}
	broken := values(leaves(s.file, src)) // what says something else now was not changed by the repair
	for _, l := range whole {
		was, now := before[l.path], after[l.path]
		if _, there := after[l.path]; there && now != was && broken[l.path] != now && !did.touches(l) {
			t.strays++
			t.fault("==== %s: %s: %s was %q, is %q\n%s\n---- became\n%s", s.name, name, l.path, was, now, src, text)
		}
	}
	return true
}

func (t *tally) fault(format string, args ...any) {
	if len(t.faults) < 400 {
		t.faults = append(t.faults, fmt.Sprintf(format, args...))
	}
}

// part tells that of the entries wanted some may be gone, and none is another.
func part(got, want any) bool {
	switch got := got.(type) {
	case map[string]any:
		want, _ := want.(map[string]any)
		for name, v := range got {
			if !reflect.DeepEqual(v, want[name]) {
				return false
			}
		}
		return want != nil
	case []any:
		want, _ := want.([]any)
		return len(got) <= len(want) && reflect.DeepEqual(got, want[:len(got)])
	}
	return got == nil
}

func repaired(file finding.File, src []byte) []byte {
	if r := repair.Check(file, src, finding.Facts{}, finding.Confirm); r.Text != nil {
		return r.Text
	}
	return src
}

// entriesIn gives the entries of a text, nil when it cannot be read.
func entriesIn(file finding.File, src []byte) any {
	doc, err := configfile.Parse(bytes.TrimPrefix(src, []byte("\xef\xbb\xbf")), file.Dialect.Format)
	if err != nil {
		return nil
	}
	v, _ := doc.Get(file.Dialect.Servers...)
	return unordered(v)
}

func unordered(v any) any {
	switch v := v.(type) {
	case configfile.Object:
		m := map[string]any{}
		for _, e := range v {
			m[e.Key] = unordered(e.Value)
		}
		return m
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = unordered(v[i])
		}
		return out
	}
	return v
}
