package configfile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"toolbay/backend/model"
)

// editing is what a Batch and the functions for one edit have in common.
type editing interface {
	Insert(path []string, value any) (Trace, error)
	Remove(path []string, tr *Trace) error
	Update(path []string, value Object) error
}

// singly makes one edit at a time, each parsed and proved by itself.
type singly struct {
	src    []byte
	format Format
}

func (s *singly) Insert(path []string, value any) (tr Trace, err error) {
	out, tr, err := Insert(s.src, s.format, path, value)
	if err == nil {
		s.src = out
	}
	return tr, err
}

func (s *singly) Remove(path []string, tr *Trace) error {
	out, err := Remove(s.src, s.format, path, tr)
	if err == nil {
		s.src = out
	}
	return err
}

func (s *singly) Update(path []string, value Object) error {
	out, err := Update(s.src, s.format, path, value)
	if err == nil {
		s.src = out
	}
	return err
}

// batchOf makes up edits of one file: new entries, others' and own ones that go
// or change, in one container or two. It is the same for the same seed.
func batchOf(seed uint64, src []byte, f Format, container []string, list bool) func(to editing) string {
	var keys []string
	if d, err := Parse(src, f); err == nil {
		if keys = d.Keys(container...); list {
			keys = nil
			for _, n := range d.Names("name", container...) {
				keys = append(keys, Named("name", n))
			}
		}
	}
	return func(to editing) string {
		g := newGen(seed)
		var traces []Trace // of the containers
		traces = append(traces, Trace{}, Trace{})
		names := append([]string(nil), keys...)
		log := ""
		count := 2 + g.IntN(9)
		if g.IntN(8) == 0 {
			count = 40
		}
		for n := range count {
			which, at := 0, container
			if g.IntN(5) == 0 && !list {
				which, at = 1, []string{"more servers"}
			}
			step := fmt.Sprintf("new-%d", g.IntN(4*count))
			if g.IntN(9) == 0 {
				step = "a.b \"c\""
			}
			if list {
				step = Named("name", step)
			}
			what := g.IntN(4)
			if what > 1 && g.IntN(9) > 0 || g.IntN(20) == 0 { // one that is there
				if which, at = 0, container; len(names) == 0 {
					what = 0
				} else {
					step = names[g.IntN(len(names))]
				}
			}
			path := append(at[:len(at):len(at)], step)
			var err error
			switch what {
			case 0, 1:
				var tr Trace
				value := mustNormalValue(entry(step))
				if g.IntN(4) == 0 {
					value = value[:1]
				}
				if tr, err = to.Insert(path, value); err == nil {
					if traces[which] = traces[which].Join(tr); which == 0 {
						names = append(names, step)
					}
				}
				raw, _ := json.Marshal(tr)
				log += fmt.Sprintf("%d insert %q %s\n", n, path, raw)
			case 2:
				tr := &traces[which]
				if g.IntN(3) == 0 {
					tr = nil
				}
				if err = to.Remove(path, tr); err == nil && which == 0 {
					names = slices.DeleteFunc(names, func(n string) bool { return n == step })
				}
				log += fmt.Sprintf("%d remove %q %v\n", n, path, tr != nil)
			default:
				value := Object{{"args", []any{"run", step, fmt.Sprint(n)}}}
				if g.IntN(3) == 0 {
					value = append(value, Member{"env", Object{{"K", "v"}}}, Member{"timeout", json.Number("5")})
				}
				err = to.Update(path, value)
				log += fmt.Sprintf("%d update %q\n", n, path)
			}
			if err != nil {
				return log + "   " + model.Code(err) + "\n"
			}
		}
		return log
	}
}

func mustNormalValue(v Object) Object {
	n, err := normal(v)
	if err != nil {
		panic(err)
	}
	return n.(Object)
}

// TestBatchIsOneByOne: many edits in one go give the bytes, the traces and the
// errors of the same edits one at a time.
func TestBatchIsOneByOne(t *testing.T) {
	for _, f := range []Format{JSON, JSONC, JSONComments, TOML, YAML} {
		t.Run(string(f), func(t *testing.T) {
			t.Parallel()
			whole, stopped := 0, 0
			for seed := range uint64(generatedFiles / 5) {
				text, container, list := generatedFile(f, seed)
				src := []byte(text)
				if len(src) > 1<<20 {
					continue
				}
				if seed%50 == 0 {
					src = nil
				}
				kept := bytes.Clone(src)
				b, err := Begin(src, f)
				if err != nil {
					continue
				}
				edits := batchOf(seed, src, f, container, list)
				one := &singly{src, f}
				did, want := edits(b), edits(one)
				if strings.HasSuffix(want, "unexpected\n") {
					continue // one of them came out wrong and was refused; what both gave may be right
				}
				if did != want {
					t.Fatalf("seed %d: at once\n%sone by one\n%ssrc %q", seed, did, want, src)
				}
				if bytes.Contains([]byte(did), []byte("\n   ")) {
					stopped++
					continue
				}
				out, err := b.Done()
				if err != nil || !bytes.Equal(out, one.src) || (out == nil) != (one.src == nil) {
					t.Fatalf("seed %d: %v\n%ssrc        %q\nat once    %q\none by one %q", seed, err, did, src, out, one.src)
				}
				if !bytes.Equal(src, kept) {
					t.Fatalf("seed %d: the argument was changed", seed)
				}
				if !bytes.Equal(out, src) {
					whole++
				}
			}
			t.Logf("%d batches, %d more that an edit stopped", whole, stopped)
			if whole < generatedFiles/50 {
				t.Errorf("only %d batches changed anything", whole)
			}
		})
	}
}
