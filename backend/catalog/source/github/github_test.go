package github

import (
	"encoding/json"
	"testing"
	"time"
)

const notes = `{"server":{"name":"io.github.acme/notes","description":"Keeps notes","version":"1.0.0","packages":[{"registryType":"npm","identifier":"notes","version":"1.0.0","transport":{"type":"stdio"}}],
 "_meta":{"io.modelcontextprotocol.registry/publisher-provided":{"github":{"display_name":"Notes","stargazer_count":1234,"license":"MIT License","topics":["notes","notes"],"owner_avatar_url":"https://avatars.example/1","pushed_at":"2026-01-02T03:04:05Z","readme":"# Notes"}}}},
 "_meta":{"io.modelcontextprotocol.registry/official":{"status":"active","isLatest":true}}}`

func TestRead(t *testing.T) {
	e := Read([]byte(notes))
	l := e.Listing
	if e.Err != nil || l.Stars != 1234 || l.License != "MIT License" || l.Title != "Notes" || len(l.Tags) != 1 || l.Icon == "" || l.Updated.Year() != 2026 || e.Latest == nil || len(l.Packages) != 1 {
		t.Errorf("%+v", e)
	}
	for name, body := range map[string]string{
		"other place": `{"server":{"name":"a.b/c"},"_meta":{"com.github":{"stargazers_count":"7","license":{"spdx_id":"MIT"}}}}`,
		"nothing":     `{"server":{"name":"a.b/c"}}`,
		"nonsense":    `{"server":{"name":"a.b/c"},"_meta":{"com.github":{"stars":-3,"license":[1],"topics":{}},"x":17}}`,
		"too many":    `{"server":{"name":"a.b/c"},"_meta":{"com.github":{"stars":"99999999999999999999999"}}}`,
	} {
		e := Read([]byte(body))
		if want := map[string]int{"other place": 7}[name]; e.Err != nil || e.Listing.Stars != want {
			t.Errorf("%s: %+v", name, e)
		}
	}
	if Plugin.Every != 24*time.Hour || Plugin.Pause < 6*time.Second {
		t.Error("the registry answers ten requests a minute at best")
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(notes))
	f.Fuzz(func(t *testing.T, body []byte) {
		e := Read(body)
		if e.Err == nil && (e.Listing.ID == "" || e.Listing.Stars < 0) {
			t.Errorf("%+v", e)
		}
		if _, err := json.Marshal(e.Listing); err != nil {
			t.Error(err)
		}
	})
}
