package store

import (
	"path/filepath"
	"reflect"
	"testing"

	"toolbay/backend/model"
)

func TestProfiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "toolbay.db")
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	work := model.Profile{ID: "work", Name: "Work", Apps: []string{"cursor"}, Folders: []string{"/a"}, Servers: []model.ProfileServer{
		{Server: "mail", Tools: []string{}, Answers: map[string]string{"HOST": "a"}, Keys: []string{"TOKEN"}},
		{Server: "notes", Off: []string{"cursor"}},
	}}
	first := model.Profile{ID: "default", Name: "Default", Servers: []model.ProfileServer{{Server: "notes", Tools: []string{"read"}}}}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	if all, active, err := s.Profiles(t.Context()); err != nil || len(all) != 0 || active != "" {
		t.Fatalf("a new database has %v, %q, %v", all, active, err)
	}
	must(s.WriteProfiles(t.Context(), []model.Profile{work, first}, nil, "default"))
	s.Close()
	s, err = Open(path)
	must(err)
	defer s.Close()

	all, active, err := s.Profiles(t.Context())
	if err != nil || active != "default" || len(all) != 2 || !reflect.DeepEqual(all[1], work) {
		t.Errorf("after a restart: %+v, %q, %v", all, active, err)
	}
	if tools := all[1].Servers[0].Tools; tools == nil || len(tools) != 0 {
		t.Error("no tools has become all tools")
	}
	if all[0].Servers[0].Tools == nil || all[1].Servers[1].Tools != nil {
		t.Error("some tools and all tools are mixed up")
	}

	// A switch and a change are one write, and one that fails changes nothing.
	work.Name, work.Servers = "Office", work.Servers[:1]
	must(s.WriteProfiles(t.Context(), []model.Profile{work}, nil, "work"))
	if p, active, err := s.Profile(t.Context(), "work"); err != nil || !active || !reflect.DeepEqual(p, work) {
		t.Errorf("%+v, %v, %v", p, active, err)
	}
	work.Name = "Other"
	if err := s.WriteProfiles(t.Context(), []model.Profile{work}, []string{"default"}, "nope"); model.Code(err) != "profile_unknown" {
		t.Errorf("error %v", err)
	}
	if names, err := s.ProfileNames(t.Context()); err != nil || names["work"] != "Office" || names["default"] != "Default" {
		t.Errorf("a write that failed left %v, %v", names, err)
	}
	of, err := s.ProfilesOf(t.Context(), "notes")
	if err != nil || len(of) != 1 || of["default"].Server != "notes" {
		t.Errorf("notes is in %v, %v", of, err)
	}
	must(s.WriteProfiles(t.Context(), nil, []string{"default", "unknown"}, ""))
	if _, _, err := s.Profile(t.Context(), "default"); model.Code(err) != "profile_unknown" {
		t.Errorf("error %v", err)
	}
	if id, err := s.ActiveProfile(t.Context()); err != nil || id != "work" {
		t.Errorf("in use is %q, %v", id, err)
	}
}
