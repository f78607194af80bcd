// Package text turns codes into words. The catalogue, en.json, is the one
// place where sentences for users stand; the frontend reads the same file.
// backend, app and cmd may import it.
//
//	w := text.ForError(err) // w.Message, w.Hint, w.Action
package text

import (
	_ "embed"
	"encoding/json"
	"errors"
	"strings"
	"sync"

	"toolbay/backend/model"
)

//go:embed en.json
var english []byte

// Words is what a person reads about one failure.
type Words struct {
	Code    string            `json:"code"`
	Message string            `json:"message"` // what happened and what it means, in plain words
	Hint    string            `json:"hint"`    // what to do next
	Action  string            `json:"action"`  // the button that does it, a key of section "actions", or ""
	Args    map[string]string `json:"args"`
	// Command is what does it on the command line, "" for nothing or where it is
	// not known what it would be about.
	Command string `json:"-"`
	// Detail is for "Show details": the technical cause. Never on level 1.
	Detail string       `json:"detail"`
	Needs  []model.Need `json:"needs,omitempty"`
}

type catalogue struct {
	Errors map[string]struct{ Message, Hint, Action, Command string } `json:"errors"`
	Lines  map[string]string                                          `json:"lines"`
	Facts  map[string]string                                          `json:"facts"`
	Stages map[string]json.RawMessage                                 `json:"stages"`
	// Problems are the codes of repair.
	Problems map[string]struct{ Title, Detail string } `json:"problems"`
}

// words reads the catalogue at first use: the launcher must not pay for it.
var words = sync.OnceValue(func() catalogue {
	var c catalogue
	if err := json.Unmarshal(english, &c); err != nil {
		panic("backend/text/en.json: " + err.Error())
	}
	return c
})

// Catalogue is the whole catalogue as it is shipped.
func Catalogue() []byte { return english }

// Known tells whether the catalogue has words for an error code.
func Known(code string) bool {
	_, ok := words().Errors[code]
	return ok
}

// Line gives the sentence for key with {name} replaced by the pairs in args.
// An unknown key comes back as it is, so that a gap is seen and not hidden.
func Line(key string, args ...string) string {
	s, ok := words().Lines[key]
	if !ok {
		return key
	}
	m := map[string]string{}
	for i := 0; i+1 < len(args); i += 2 {
		m[args[i]] = args[i+1]
	}
	return fill(s, m)
}

// List joins names for a sentence: "Cursor, Codex and VS Code".
func List(names []string) string {
	switch n := len(names); n {
	case 0:
		return ""
	case 1:
		return names[0]
	default:
		return Line("list.and", "first", strings.Join(names[:n-1], ", "), "last", names[n-1])
	}
}

// Hosts says which addresses a listing names as all that its server needs, and
// that nothing holds it to them; "" for none. Each is host:port, "*" any host.
func Hosts(hosts []string) string {
	if len(hosts) == 0 {
		return ""
	}
	var names []string
	for _, h := range hosts {
		if port, any := strings.CutPrefix(h, "*:"); any {
			h = Line("hosts.any", "port", port)
		}
		names = append(names, strings.TrimSuffix(h, ":443"))
	}
	return Line("hosts", "hosts", List(names))
}

// Stage says what work is doing now, for a stage of job.Progress.
func Stage(key string) string {
	var s struct{ Now string }
	if json.Unmarshal(words().Stages[key], &s) != nil || s.Now == "" {
		return key
	}
	return s.Now
}

// Problem gives the title and the explanation of a code of repair; ok is false
// for an unknown one.
func Problem(code string, args map[string]string) (title, detail string, ok bool) {
	w, ok := words().Problems[code]
	return fill(w.Title, args), fill(w.Detail, args), ok
}

// ForError gives the words for err; errors without a code get those of
// "unexpected".
func ForError(err error) Words {
	w := Words{Code: model.Code(err), Args: map[string]string{}}
	var e *model.Error
	if errors.As(err, &e) {
		w.Needs = e.Needs
		for k, v := range e.Args {
			w.Args[k] = v
		}
	}
	t, ok := words().Errors[w.Code]
	if !ok {
		t = words().Errors["unexpected"]
	}
	w.Message, w.Hint, w.Action = fill(t.Message, w.Args), fill(t.Hint, w.Args), t.Action
	if w.Command = fill(t.Command, w.Args); strings.Contains(w.Command, "{") {
		w.Command = ""
	}
	if err != nil {
		w.Detail = err.Error()
	}
	return w
}

func fill(s string, args map[string]string) string {
	if !strings.Contains(s, "{") {
		return s
	}
	pairs := make([]string, 0, 2*len(args))
	for k, v := range args {
		pairs = append(pairs, "{"+k+"}", v)
	}
	return strings.NewReplacer(pairs...).Replace(s)
}
