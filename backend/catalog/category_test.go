package catalog

import (
	"testing"

	"toolbay/backend/model"
)

func TestCategories(t *testing.T) {
	for name, c := range map[string]struct {
		l    model.Listing
		want string
	}{
		"by its title":                  {model.Listing{Title: "Postgres", Description: "Ask questions"}, "databases"},
		"several things":                {model.Listing{Title: "Calendars"}, "calendar"},
		"what every server says":        {model.Listing{Title: "Acme MCP server", Description: "Connects your AI assistant to Acme with an API key"}, "other"},
		"a name without a title":        {model.Listing{Name: "io.github.acme/stripe-mcp-server"}, "money"},
		"who made it says nothing":      {model.Listing{Name: "io.github.slack/clocks", Title: "Clocks"}, "other"},
		"the source's word decides":     {model.Listing{Title: "Acme", Category: "home"}, "home"},
		"many words outweigh it":        {model.Listing{Title: "Kubernetes clusters", Description: "Deploy with helm", Category: "home"}, "cloud"},
		"ours are sorted by hand":       {model.Listing{ID: "starter/x", Title: "Kubernetes", Category: "home"}, "home"},
		"a category that is not known":  {model.Listing{ID: "starter/x", Title: "Kubernetes", Category: "boating"}, "cloud"},
		"said again says no more":       {model.Listing{Title: "Chess", Description: "video video video"}, "media"},
		"a tag":                         {model.Listing{Title: "Acme", Tags: []string{"email", "gmail"}}, "chat"},
		"nothing at all":                {model.Listing{}, "other"},
		"bytes that are no text at all": {model.Listing{Title: "\xff\xfe", Description: "\x00"}, "other"},
	} {
		t.Run(name, func(t *testing.T) {
			once := complete(c.l)
			if once.Category != c.want {
				t.Errorf("%s, want %s", once.Category, c.want)
			}
			if again := complete(once); again.Category != once.Category {
				t.Errorf("the second time it is %s", again.Category)
			}
		})
	}
}
