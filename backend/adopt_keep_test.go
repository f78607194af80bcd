package backend

import (
	"reflect"
	"testing"

	"toolbay/backend/configfile"
)

// TestWithKey: a key gets its new value where it is the key, and a word that
// equals it stays.
func TestWithKey(t *testing.T) {
	type o = configfile.Object
	for name, c := range map[string]struct{ before, after o }{
		"a variable of its name": {
			o{{Key: "command", Value: "prod"}, {Key: "args", Value: []any{"prod", "--token", "prod"}}, {Key: "env", Value: o{{Key: "MODE", Value: "prod"}, {Key: "KEY", Value: "prod"}}}},
			o{{Key: "command", Value: "prod"}, {Key: "args", Value: []any{"prod", "--token", "prod"}}, {Key: "env", Value: o{{Key: "MODE", Value: "prod"}, {Key: "KEY", Value: "new"}}}},
		},
		"a header": {
			o{{Key: "url", Value: "https://production.example/mcp"}, {Key: "headers", Value: o{{Key: "Authorization", Value: "Bearer prod"}, {Key: "X-Mode", Value: "products"}}}},
			o{{Key: "url", Value: "https://production.example/mcp"}, {Key: "headers", Value: o{{Key: "Authorization", Value: "Bearer new"}, {Key: "X-Mode", Value: "products"}}}},
		},
		"an argument": {
			o{{Key: "type", Value: "prod"}, {Key: "command", Value: []any{"prod", "--key=prod", "products"}}},
			o{{Key: "type", Value: "prod"}, {Key: "command", Value: []any{"prod", "--key=new", "products"}}},
		},
		"nowhere": {o{{Key: "note", Value: "prod"}}, o{{Key: "note", Value: "prod"}}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := withKey(c.before, "KEY", "prod", "new"); !reflect.DeepEqual(got, c.after) {
				t.Errorf("%v", got)
			}
		})
	}
}
