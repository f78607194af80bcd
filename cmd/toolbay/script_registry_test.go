package main

import (
	"net/http/httptest"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"toolbay/internal/fakeregistry"
)

// cmdRegistry is a registry beside the script:
//
//	registry start VAR [Header=value]   its address is then in VAR
//	registry publish VAR NAME VERSION
//	registry status VAR NAME VERSION STATUS [MESSAGE]
//	registry fault VAR KIND             "" ends it
//	registry asked VAR TEXT             some request for a list had it in its address
func cmdRegistry(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: registry start|publish|status|fault|asked VAR …")
	}
	known := ts.Value("registries").(map[string]*fakeregistry.Registry)
	reg, rest := known[args[1]], args[2:]
	switch {
	case args[0] == "start":
		reg = fakeregistry.New(nil)
		rules := fakeregistry.Rules{Header: map[string]string{}}
		for _, h := range rest {
			name, value, _ := strings.Cut(h, "=")
			rules.Header[name] = value
		}
		reg.Behave(rules)
		srv := httptest.NewServer(reg)
		ts.Defer(srv.Close)
		known[args[1]] = reg
		ts.Setenv(args[1], srv.URL)
	case reg == nil:
		ts.Fatalf("no registry %s", args[1])
	case args[0] == "publish" && len(rest) == 2:
		reg.Publish(rest[0], rest[1], time.Now())
	case args[0] == "status" && len(rest) >= 3:
		reg.SetStatus(rest[0], rest[1], rest[2], strings.Join(rest[3:], " "), time.Now())
	case args[0] == "fault" && len(rest) == 1:
		reg.Fail(fakeregistry.Fault{Kind: rest[0]})
	case args[0] == "asked" && len(rest) == 1:
		found := false
		for _, q := range reg.Requests() {
			found = found || strings.Contains(q.URL.RequestURI(), rest[0])
		}
		if found == neg {
			ts.Fatalf("%s was asked for: %v", rest[0], found)
		}
	default:
		ts.Fatalf("registry: cannot %v", args)
	}
}
