package backend

import (
	"context"
	"net/url"
	"strings"
	"unicode"

	"toolbay/backend/model"
)

// Settings are the user's choices and where things are.
type Settings struct {
	Home    string `json:"home"`
	Version string `json:"version"`
	Keys    string `json:"keys"` // where keys are kept: keychain or file
	// Notes are the codes of things that are not as they should be: a table of
	// apps that cannot be used, a database that had to be made anew, a change
	// that was cut off and met a file that somebody else had written since.
	Notes   []string `json:"notes"`
	Choices []Choice `json:"choices"`
}

// Choice is one setting; Value "" means the default.
type Choice struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// choices are the settings that can be changed, with the check for each.
var choices = []struct {
	name string
	ok   func(string) bool
}{
	{"theme", func(v string) bool { return v == "" || v == "system" || v == "light" || v == "dark" }},
	{"node_origin", webAddress},
	{"uv_origin", webAddress},
	{"python_origin", webAddress},
	{"registry", webAddress},
	{"docker_catalog", webAddress},
	{"keys", func(v string) bool { return v == "" || v == "file" }},
	{"updates", func(v string) bool { return v == "" || v == "off" }},
	// The servers that the offer to take them over was put away for.
	{"adopt_note", func(v string) bool { return len(v) <= 1<<16 && !strings.ContainsFunc(v, unicode.IsControl) }},
	{"first_run", func(v string) bool { return v == "" || v == "done" }},
}

func webAddress(v string) bool {
	if v == "" {
		return true
	}
	u, err := url.Parse(v)
	if err != nil || u.Host == "" || u.User != nil {
		return false
	}
	host := u.Hostname()
	return u.Scheme == "https" || u.Scheme == "http" && (host == "localhost" || host == "127.0.0.1" || host == "::1")
}

// Settings reads all settings.
func (b *Backend) Settings(ctx context.Context) (Settings, error) {
	s := Settings{Home: b.home, Version: Version, Keys: b.keysWhere(ctx), Choices: []Choice{}, Notes: []string{}}
	if b.appsErr != nil {
		s.Notes = append(s.Notes, model.Code(b.appsErr))
	}
	if b.store.Damaged() != "" {
		s.Notes = append(s.Notes, "database_damaged")
	}
	for _, x := range b.changes.Settled() {
		if x.Err != nil || len(x.Left) > 0 || len(x.Found) > 0 {
			s.Notes = append(s.Notes, "change_left")
			break
		}
	}
	switch {
	case b.policy.Broken() != nil:
		s.Notes = append(s.Notes, "policy_broken")
	case b.policy.Set():
		s.Notes = append(s.Notes, "policy_set")
	}
	for _, c := range choices {
		v, err := b.store.Setting(ctx, c.name)
		if err != nil {
			return s, err
		}
		s.Choices = append(s.Choices, Choice{c.name, v})
	}
	return s, nil
}

// Set changes one setting; it holds from the next start on where it names an
// address. Error codes: setting_unknown, setting_invalid.
func (b *Backend) Set(ctx context.Context, name, value string) error {
	if err := CheckSetting(name, value); err != nil {
		return err
	}
	defer b.o.Changed("settings")
	if source, ok := strings.CutPrefix(name, "source."); ok {
		defer b.o.Changed("catalogue")
		return b.catalog.Enable(ctx, source, value == "true")
	}
	return b.store.PutSetting(ctx, name, value)
}

// CheckSetting tells whether a setting can have a value, without changing it.
// Error codes: setting_unknown, setting_invalid.
func CheckSetting(name, value string) error {
	if strings.HasPrefix(name, "source.") {
		if value != "true" && value != "false" {
			return model.Fail("setting_invalid", nil, "name", name, "value", value)
		}
		return nil
	}
	for _, c := range choices {
		if c.name == name && !c.ok(value) {
			return model.Fail("setting_invalid", nil, "name", name, "value", value)
		}
		if c.name == name {
			return nil
		}
	}
	return model.Fail("setting_unknown", nil, "name", name)
}
