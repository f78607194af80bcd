package run

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/pattern"
	"toolbay/backend/repair/finding"
)

// maxSaid is how much of what was said is read, in bytes.
const maxSaid = 64 << 10

// room is how many characters the shortest names of tools need behind a
// server's own.
const room = 8

// longest is what the models' services take of a server's and a tool's name
// together at least, whatever the app takes.
const longest = 60

// name reports a name that leaves no room for the names of its tools.
func (c *check) name(e *entry) {
	n := utf8.RuneCountInString(e.name)
	limit := c.File.App.Limits.NameLength
	if both := c.File.App.Limits.NameAndTool; limit == 0 && both > 0 {
		limit = both - room
	}
	if limit == 0 {
		limit = longest
	}
	if n <= limit {
		return
	}
	c.report(e, "RT_NAME_LEN", func(f *finding.Finding) {
		f.Args["length"], f.Args["limit"] = strconv.Itoa(n), strconv.Itoa(limit)
	})
}

// twins are entries that start the same server twice: its tools come twice.
func (c *check) twins() {
	first := map[string]string{}
	for _, e := range c.otherScopes() {
		// The same name in both is the app's own way to overrule one.
		if key := c.same(e); key != "" && !slices.ContainsFunc(c.entries, func(o *entry) bool { return o.name == e.name }) {
			first[key] = e.name
		}
	}
	for _, e := range c.entries {
		key := c.same(e)
		if key == "" {
			continue
		}
		if o, ok := first[key]; ok {
			c.report(e, "RT_DUPLICATE_SERVER", func(f *finding.Finding) { f.Args["other"] = o })
			continue
		}
		first[key] = e.name
	}
}

// otherScopes gives the entries of the app's files of another scope, as far as
// what they hold is known.
func (c *check) otherScopes() []*entry {
	scope := map[string]string{clients.User: clients.Project, clients.Project: clients.User}[c.File.Scope]
	var all []*entry
	for _, p := range slices.Sorted(maps.Keys(c.Facts.Content)) {
		place := c.canon(p)
		for _, s := range c.File.App.Files {
			if s.Scope != scope || s.Aside != "" || !c.onSystem(s) || !slices.ContainsFunc(filesOf(s), func(f string) bool { return fits(f, place) }) {
				continue
			}
			at, _, _ := c.File.App.As(c.File.OS, scope, p)
			text, _ := c.Facts.Text(p)
			doc, err := configfile.Parse(text, at.Dialect.Format)
			if err != nil {
				break
			}
			other := &check{Text: finding.Text{File: finding.File{App: c.File.App, Dialect: at.Dialect, OS: c.File.OS}, Doc: doc, Servers: at.Dialect.Servers}}
			all = append(all, other.read()...)
			break
		}
	}
	return all
}

var version = pattern.New(`^(@?[^@]+)@[^@/]+$`)

// same says what an entry starts, "" when it starts nothing. Versions, and the
// ways to say yes in advance, make no other server of it; other arguments,
// variables or headers do.
func (c *check) same(e *entry) string {
	var words []string
	switch {
	case e.url != "" && e.command == "":
		words = append(words, "url", strings.TrimRight(strings.ToLower(e.url), "/"))
	case e.command != "":
		program, from, _ := e.program()
		words = append(words, "command", program)
		for _, a := range e.args[min(from, len(e.args)):] {
			if a == "-y" || a == "--yes" {
				continue
			}
			if m := version().FindStringSubmatch(a); m != nil && !strings.ContainsAny(a, ":= ") {
				a = m[1]
			}
			words = append(words, a)
		}
	default:
		return ""
	}
	var more []string
	for _, v := range slices.Concat(e.env, e.headers) {
		more = append(more, v.name+"="+v.value)
	}
	slices.Sort(more)
	return strings.Join(append(append(words, e.cwd), more...), "\x00")
}

var (
	notJSON  = pattern.New(`(?s)Unexpected token .{1,12}?,? ?"(.{1,80}?)"?\.{0,3}"? is not valid JSON|Expecting value: line 1 column 1|invalid character '.' looking for beginning of value|Failed to parse (?:JSONRPC|JSON-RPC) message`)
	inCache  = pattern.New(`_npx[/\\]+[0-9a-f]{8,}`)
	notFound = pattern.New(`ERR_MODULE_NOT_FOUND|Cannot find (module|package)|ENOTEMPTY|ENOENT|TAR_ENTRY_ERROR|EEXIST`)
	noDocker = pattern.New(`(?i)docker(Desktop)?LinuxEngine|docker_engine|Cannot connect to the Docker daemon|docker daemon is not running|docker desktop is (not running|unable to start|starting)|error during connect: .*docker|dial unix .*docker\.sock|Cannot connect to Podman`)
	tooMany  = pattern.New(`(?i)exceed(s|ed|ing)?\b.{0,40}\b(limit|max\w*)\b.{0,30}\btools|too many tools|maximum (number )?of \d* ?tools|tools? limit|limit of \d+ tools|\d+ tools.{0,40}(exceed|limit|more than)`)
	tooLong  = pattern.New(`(?i)(tools?\.\d+\.\S*name|tool name|function name|name).{0,80}(at most|longer than|maximum length|too long|exceeds?).{0,20}\d\d|combined (server|name).{0,40}(exceed|length)|filtered out .{0,60}(60|64) char`)
	failing  = pattern.New(`(?i)error|cannot|can't|failed|unexpected|not found|refused`)
	timedOut = pattern.New(`-32001|[Rr]equest timed out|[Tt]imed out waiting`)
)

// observed ties what an app or a server said to what it means. Nothing of the
// message itself is handed on: it may hold keys.
func (c *check) observed() {
	said := c.Facts.ObservedError
	if said == "" {
		return
	}
	said = said[:min(len(said), maxSaid)]
	isNode := func(e *entry) bool {
		p, _, _ := e.program()
		return p == "node" || slices.Contains(nodeScripts, p)
	}
	isDocker := func(e *entry) bool {
		p, _, _ := e.program()
		return p == "docker" || p == "podman"
	}
	c.tie("DOCKER_DOWN", func(e *entry, said string) bool { return isDocker(e) && noDocker().MatchString(said) })
	c.tie("RT_NPX_CACHE", func(e *entry, said string) bool {
		return isNode(e) && inCache().MatchString(said) && notFound().MatchString(said) && !oldNode().MatchString(said)
	})
	c.tie("RT_STDOUT_NOISE", func(e *entry, said string) bool {
		m := notJSON().FindStringSubmatch(said)
		// What the app quotes of its own file is no word of a server.
		return e.command != "" && m != nil && !(m[1] != "" && strings.Contains(string(c.Src), strings.ReplaceAll(m[1], `\"`, `"`)))
	})
	if tooMany().MatchString(said) {
		c.report(nil, "RT_TOO_MANY_TOOLS", nil)
	} else if tooLong().MatchString(said) {
		if e := c.longest(); e != nil {
			c.report(e, "RT_NAME_LEN", func(f *finding.Finding) {
				f.Args["length"] = strconv.Itoa(utf8.RuneCountInString(e.name))
				f.Args["limit"] = strconv.Itoa(cmp.Or(c.File.App.Limits.NameAndTool, longest))
			})
		}
	}
}

// said gives what was said about an entry: the lines that begin with its name
// in brackets, and those that begin with nobody's.
func (c *check) said(e *entry) string {
	if c.saidOf == nil {
		c.saidOf = map[string]string{}
		said := c.Facts.ObservedError
		names := map[string]bool{}
		for _, o := range c.entries {
			names[o.name] = true
		}
		for line := range strings.Lines(said[:min(len(said), maxSaid)]) {
			name, _, ok := strings.Cut(strings.TrimPrefix(line, "["), "] ")
			if !ok || line[0] != '[' || !names[name] {
				name = ""
			}
			c.saidOf[name] += line
		}
	}
	return c.saidOf[e.name] + c.saidOf[""]
}

// tie reports a code for the entries that a message can be about.
func (c *check) tie(code string, about func(e *entry, said string) bool) {
	for _, e := range c.concerned(func(e *entry) bool { return about(e, c.said(e)) }) {
		c.report(e, code, func(f *finding.Finding) {
			if line := told(c.said(e)); line != "" {
				f.Notes = append(f.Notes, "Its log says: "+line)
			}
		})
	}
}

// told gives the line that says most, with what looks like a key left out.
func told(said string) string {
	best := ""
	for line := range strings.Lines(said) {
		if line = strings.TrimSpace(line); best == "" || failing().MatchString(line) && !failing().MatchString(best) {
			best = line
		}
	}
	if len(best) > 300 {
		best = strings.ToValidUTF8(best[:300], "") + "…"
	}
	return configfile.MaskSecrets(strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f {
			return ' '
		}
		return r
	}, best))
}

// concerned are the entries that a message names, by name or by what they
// start; when it names none, the only one that it can be about, else all.
func (c *check) concerned(can func(*entry) bool) []*entry {
	var all, named []*entry
	for _, e := range c.entries {
		if !can(e) {
			continue
		}
		all = append(all, e)
		if strings.Contains(c.Facts.ObservedError, `"`+e.name+`"`) || strings.Contains(c.Facts.ObservedError, "["+e.name+"]") || strings.Contains(c.Facts.ObservedError, "'"+e.name+"'") ||
			slices.ContainsFunc(e.args, func(a string) bool {
				return len(a) > 4 && !strings.HasPrefix(a, "-") && strings.Contains(c.Facts.ObservedError, bare(a))
			}) {
			named = append(named, e)
		}
	}
	if len(named) > 0 {
		return named
	}
	return all
}

// bare is a package without its version.
func bare(a string) string {
	if m := version().FindStringSubmatch(a); m != nil {
		return m[1]
	}
	return a
}

func (c *check) longest() (found *entry) {
	for _, e := range c.entries {
		if found == nil || len(e.name) > len(found.name) {
			found = e
		}
	}
	return found
}
