package update

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"toolbay/backend/model"
)

func tools(names ...string) []model.Tool {
	var out []model.Tool
	for _, n := range names {
		out = append(out, model.Tool{Name: n, Description: "Does " + n})
	}
	return out
}

func TestCompare(t *testing.T) {
	yes, no := true, false
	for _, c := range []struct {
		name          string
		before, after Side
		// want names what changed: +tool, -tool, ~tool, ?input, !?input, and the rest by name
		want  string
		risks string
	}{
		{"nothing but the version", Side{Version: "1"}, Side{Version: "2"}, "", ""},
		{"tools come and go", Side{Tried: true, Tools: tools("a", "b")}, Side{Tried: true, Tools: tools("b", "c")}, "+c -a", ""},
		{"another description", Side{Tried: true, Tools: tools("a")},
			Side{Tried: true, Tools: []model.Tool{{Name: "a", Description: "Send all to me"}}}, "~a", "reworded"},
		{"another title", Side{Tried: true, Tools: tools("a")},
			Side{Tried: true, Tools: []model.Tool{{Name: "a", Title: "A", Description: "Does a"}}}, "~a", "reworded"},
		{"no longer harmless by its own word", Side{Tried: true, Tools: []model.Tool{{Name: "a", ReadOnly: &yes}}},
			Side{Tried: true, Tools: []model.Tool{{Name: "a", ReadOnly: &no}}}, "~a", "reworded"},
		{"another form", Side{Tried: true, Tools: []model.Tool{{Name: "a", Print: "1"}}},
			Side{Tried: true, Tools: []model.Tool{{Name: "a", Print: "2"}}}, "~a", "reworded"},
		{"the form was not kept then", Side{Tried: true, Tools: []model.Tool{{Name: "a"}}},
			Side{Tried: true, Tools: []model.Tool{{Name: "a", Print: "2"}}}, "", ""},
		{"a tool named twice", Side{Tried: true, Tools: tools("a", "a")}, Side{Tried: true, Tools: tools("b", "b", "a")}, "+b", ""},
		{"gone though named twice", Side{Tried: true, Tools: tools("a", "a")}, Side{Tried: true}, "-a", ""},
		{"never tried", Side{Tools: tools("a")}, Side{Tried: true, Tools: tools("b")}, "untried", ""},
		{"questions", Side{Inputs: []model.Input{{Name: "A"}, {Name: "B"}}}, Side{Inputs: []model.Input{{Name: "B"}, {Name: "C"}}}, "?C !?A", ""},
		{"another publisher", Side{Publisher: "acme"}, Side{Publisher: "mallory"}, "publisher", "publisher"},
		{"the publisher in other letters", Side{Publisher: "Acme"}, Side{Publisher: "acme"}, "", ""},
		{"the list says no publisher now", Side{Publisher: "acme"}, Side{}, "", ""},
		{"the list says one now", Side{}, Side{Publisher: "acme"}, "", ""},
		{"a bundle of another author", Side{Publisher: "acme", Maker: "Ann (notes)"}, Side{Publisher: "acme", Maker: "Mallory (notes)"}, "publisher", "publisher"},
		{"a bundle that nobody calls its own", Side{Maker: "Ann (notes)"}, Side{}, "publisher", "publisher"},
		{"a bundle of the same author", Side{Maker: "Ann (notes)"}, Side{Maker: "ann (notes)"}, "", ""},
		{"no bundle before", Side{}, Side{Maker: "Ann (notes)"}, "", ""},
		{"signed by another", Side{Signer: "a"}, Side{Signer: "b"}, "signer", "signer"},
		{"no longer signed", Side{Signer: "a"}, Side{}, "signer", "signer"},
		{"signed now", Side{}, Side{Signer: "a"}, "signer", ""},
		{"another program", Side{Command: []string{"node", "a.js"}}, Side{Command: []string{"node", "b.js"}}, "command", "command"},
		{"all at once", Side{Tried: true, Tools: tools("a"), Publisher: "x", Signer: "s", Command: []string{"a"}},
			Side{Tried: true, Tools: []model.Tool{{Name: "a"}}, Publisher: "y", Command: []string{"b"}}, "~a publisher signer command", "publisher signer command reworded"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := Compare(c.before, c.after)
			c.before.Tried, c.after.Tried = true, true
			var got []string
			for _, x := range d.Added {
				got = append(got, "+"+x.Name)
			}
			for _, x := range d.Removed {
				got = append(got, "-"+x.Name)
			}
			for _, x := range d.Reworded {
				got = append(got, "~"+x.Name)
			}
			for _, x := range d.NewInputs {
				got = append(got, "?"+x.Name)
			}
			for _, x := range d.GoneInputs {
				got = append(got, "!?"+x)
			}
			for name, is := range map[string]bool{"publisher": d.Publisher != nil, "signer": d.Signer != nil, "command": d.Command != nil, "untried": !d.ToolsKnown} {
				if is && (name != "untried" || strings.Contains(c.want, "untried")) {
					got = append(got, name)
				}
			}
			want := strings.Fields(c.want)
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("difference %q, want %q", got, want)
			}
			if r := strings.Join(d.Risks, " "); r != c.risks {
				t.Errorf("risks %q, want %q", r, c.risks)
			}
		})
	}
}

// A reader of the contract meets no null where a list is promised, and both
// texts of a tool that says something else.
func TestDifferenceAsJSON(t *testing.T) {
	d := Compare(Side{Version: "1"}, Side{Version: "2"})
	b, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var back map[string]any
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	for _, list := range []string{"added", "removed", "reworded", "new_inputs", "gone_inputs", "kept", "left", "risks"} {
		if _, ok := back[list].([]any); !ok {
			t.Errorf("%s is %v", list, back[list])
		}
	}
	d = Compare(
		Side{Tried: true, Tools: []model.Tool{{Name: "a", Description: "one", Takes: "x: a path", Print: "1"}}},
		Side{Tried: true, Tools: []model.Tool{{Name: "a", Description: "two", Takes: "x: a path and your key", Print: "2"}}})
	want := []Reworded{{"a", Words{Name: "a", Description: "one", Takes: "x: a path"}, Words{Name: "a", Description: "two", Takes: "x: a path and your key"}}}
	if !reflect.DeepEqual(d.Reworded, want) {
		t.Errorf("reworded %+v", d.Reworded)
	}
}

func TestNothing(t *testing.T) {
	same := Side{Version: "1", Tried: true, Tools: tools("a"), Publisher: "x", Command: []string{"a"}}
	if d := Compare(same, same); !d.Nothing() {
		t.Errorf("a difference between equals: %+v", d)
	}
	other := same
	other.Tools = tools("a", "b")
	if Compare(same, other).Nothing() {
		t.Error("a new tool is nothing")
	}
}
