package profiles

import (
	"encoding/json"
	"reflect"
	"testing"

	"toolbay/backend/model"
)

func work() model.Profile {
	return Tidy(model.Profile{ID: "work", Name: "Work", Apps: []string{"cursor", "codex"}, Servers: []model.ProfileServer{
		{Server: "notes", Off: []string{"codex"}}, {Server: "mail", Keys: []string{"TOKEN"}, Tools: []string{"send", "read"}},
	}})
}

func TestID(t *testing.T) {
	taken := func(id string) bool { return id == "work" }
	for name, want := range map[string]string{"Work": "work-2", "Für Zuhause!": "f-r-zuhause", "日本": "profile", " a  b ": "a-b"} {
		if got := ID(name, taken); got != want || !ValidID(got) {
			t.Errorf("%q gets %q, want %q", name, got, want)
		}
	}
}

func TestTurn(t *testing.T) {
	p := TurnOn(work(), "notes", "vscode")
	if !On(p, "notes", "vscode") || On(p, "mail", "vscode") || On(p, "notes", "codex") {
		t.Errorf("a new app does not get this server alone: %+v", p)
	}
	p = TurnOn(p, "third", "cursor")
	if !On(p, "third", "cursor") || On(p, "third", "codex") || On(p, "third", "vscode") {
		t.Errorf("a new server is not in this app alone: %+v", p)
	}
	p = TurnOff(p, "notes", "vscode")
	if len(p.Apps) != 2 {
		t.Errorf("an app without servers stays: %v", p.Apps)
	}
	p = TurnOff(TurnOff(p, "third", "cursor"), "third", "codex")
	if _, in := Of(p, "third"); !in {
		t.Error("a server that is off everywhere is gone")
	}
}

// TestDelta: every change can be taken back and done again, also when it comes
// back from a file and when another change stands.
func TestDelta(t *testing.T) {
	before := work()
	cases := map[string]func(model.Profile) model.Profile{
		"renamed":    func(p model.Profile) model.Profile { p.Name = "Office"; return p },
		"server in":  func(p model.Profile) model.Profile { return Add(p, "third") },
		"server out": func(p model.Profile) model.Profile { return Drop(p, "mail") },
		"other tools": func(p model.Profile) model.Profile {
			return Put(p, model.ProfileServer{Server: "mail", Tools: []string{}})
		},
		"all tools": func(p model.Profile) model.Profile {
			return Put(p, model.ProfileServer{Server: "mail", Keys: []string{"TOKEN"}})
		},
		"app in":         func(p model.Profile) model.Profile { return TurnOn(p, "notes", "vscode") },
		"app out":        func(p model.Profile) model.Profile { return TurnOff(p, "mail", "codex") },
		"several things": func(p model.Profile) model.Profile { p.Name = "x"; return TurnOn(Drop(p, "mail"), "third", "zed") },
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			after := Tidy(change(work()))
			d, differ := Diff(&before, &after)
			if !differ {
				t.Fatal("no difference")
			}
			data, err := json.Marshal(d)
			if err != nil {
				t.Fatal(err)
			}
			var read Delta
			if err := json.Unmarshal(data, &read); err != nil {
				t.Fatal(err)
			}
			if done, err := read.Do(&before); err != nil || !reflect.DeepEqual(*done, after) {
				t.Errorf("done again: %+v, %v, want %+v", done, err, after)
			}
			if back, err := read.Reverse().Do(&after); err != nil || !reflect.DeepEqual(*back, before) {
				t.Errorf("taken back: %+v, %v, want %+v", back, err, before)
			}
			other := Add(after, "other")
			if back, err := read.Reverse().Do(&other); err != nil || !reflect.DeepEqual(Drop(*back, "other"), before) {
				t.Errorf("taken back beside another change: %+v, %v", back, err)
			}
		})
	}
}

func TestDeltaConflicts(t *testing.T) {
	before := work()
	after := Put(work(), model.ProfileServer{Server: "mail", Tools: []string{"read"}})
	d, _ := Diff(&before, &after)
	later := Put(after, model.ProfileServer{Server: "mail", Tools: []string{"send"}})
	if _, err := d.Reverse().Do(&later); model.Code(err) != "profile_changed" {
		t.Errorf("error %v", err)
	}
	if _, err := d.Reverse().Do(nil); model.Code(err) != "profile_changed" {
		t.Errorf("error %v", err)
	}
	made, _ := Diff(nil, &before)
	if _, err := made.Reverse().Do(&later); model.Code(err) != "profile_changed" {
		t.Errorf("a profile that was filled since is deleted: %v", err)
	}
	if p, err := made.Reverse().Do(&before); p != nil || err != nil {
		t.Errorf("%v, %v", p, err)
	}
}

func TestWeigh(t *testing.T) {
	probes := map[string]*model.Probe{"mail": {OK: true, Sizes: []int{40, 41, 400}, Tools: []model.Tool{{Name: "read"}, {Name: "send_a_message"}, {Name: "wipe"}}}}
	lim := Limits{Tools: 2, NameLength: 3, NameAndTool: 16}
	l, _ := Weigh(work(), "cursor", lim, func(s string) *model.Probe { return probes[s] })
	if l.Tools != 1 || l.Tokens != 10 || l.Servers != 2 || len(l.Unknown) != 1 {
		t.Errorf("%+v", l)
	}
	all := Put(work(), model.ProfileServer{Server: "mail"})
	l, troubles := Weigh(all, "codex", lim, func(s string) *model.Probe { return probes[s] })
	var codes []string
	for _, x := range troubles {
		codes = append(codes, x.Code)
	}
	if l.Tools != 3 || l.Tokens != 10+11+100 || !reflect.DeepEqual(codes, []string{"name_too_long", "tool_name_too_long", "tools_over"}) {
		t.Errorf("%+v %v", l, codes)
	}
}
