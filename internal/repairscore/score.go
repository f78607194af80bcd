package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"toolbay/backend/clients"
	"toolbay/backend/configfile"
	"toolbay/backend/repair"
	"toolbay/backend/repair/finding"
)

// testCase is one file of the corpus with what is expected of it.
type testCase struct {
	ID           string `json:"id"`
	Client       string `json:"client"`
	OS           string `json:"os"`
	Scope        string `json:"scope"`
	Path         string `json:"path"`
	ParsesBefore bool   `json:"parses_before"`
	Problems     []struct {
		Code     string       `json:"code"`
		Severity string       `json:"severity"`
		Fix      finding.Kind `json:"fix"`
		Server   string       `json:"server"`
	} `json:"problems"`
	MustSurvive struct {
		Servers          []string `json:"servers"`
		CommentsInFile   []string `json:"comments_in_file"`
		CommentsInBackup []string `json:"comments_in_backup"`
		Keys             []struct {
			Pointer string `json:"pointer"`
			Value   any    `json:"value"`
		} `json:"keys"`
	} `json:"must_survive"`
	Repaired struct {
		ServersPointer string `json:"servers_pointer"`
		Servers        any    `json:"servers"`
		AlsoAccepted   []any  `json:"also_accepted"`
	} `json:"repaired"`
	Facts      finding.Facts `json:"env_facts"`
	OtherFiles struct {
		Write string `json:"write"`
	} `json:"other_files"`

	src []byte
}

func readCases(dir, only string) ([]testCase, error) {
	var cases []testCase
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base, ok := strings.CutSuffix(path, ".expect.json")
		if !ok {
			return nil
		}
		raw, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var c testCase
		if err := json.Unmarshal(raw, &c); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if only != "" && !strings.Contains(c.ID, only) {
			return nil
		}
		files, _ := filepath.Glob(base + ".*")
		for _, f := range files {
			if f != path {
				if c.src, err = os.ReadFile(f); err != nil {
					return err
				}
			}
		}
		cases = append(cases, c)
		return nil
	})
	if err == nil && len(cases) == 0 {
		err = fmt.Errorf("no cases in %s", dir)
	}
	return cases, err
}

// score counts what came out right.
type score struct {
	cases, expected, found, extra      int
	kinds, parses, servers, survival   int
	minimality, idempotence, restraint int
	faults                             []string
}

func (s *score) add(o score) {
	s.cases += o.cases
	s.expected += o.expected
	s.found += o.found
	s.extra += o.extra
	s.kinds += o.kinds
	s.parses += o.parses
	s.servers += o.servers
	s.survival += o.survival
	s.minimality += o.minimality
	s.idempotence += o.idempotence
	s.restraint += o.restraint
	s.faults = append(s.faults, o.faults...)
}

func (s score) String() string {
	precision := 100.0
	if s.found+s.extra > 0 {
		precision = 100 * float64(s.found) / float64(s.found+s.extra)
	}
	return fmt.Sprintf(`cases          %d
codes          %d of %d found, %d not expected (recall %.1f %%, precision %.1f %%)
severity, fix  %d
parses before  %d
servers        %d
survival       %d
minimality     %d
idempotence    %d
restraint      %d
`, s.cases, s.found, s.expected, s.extra, 100*float64(s.found)/float64(max(1, s.expected)), precision, s.kinds, s.parses, s.servers, s.survival, s.minimality, s.idempotence, s.restraint)
}

func (s *score) fault(format string, args ...any) {
	s.faults = append(s.faults, fmt.Sprintf(format, args...))
}

var table = func() *clients.Table {
	t, err := clients.Load("")
	if err != nil {
		panic(err)
	}
	return t
}()

func fileOf(client, system, scope, path string) finding.File {
	if system == "macos" {
		system = "darwin"
	}
	app, _ := table.Get(client)
	at, _, _ := app.As(system, scope, path)
	return finding.File{App: app, Dialect: at.Dialect, OS: system, Scope: scope, Path: path}
}

func (c testCase) score() score {
	s := score{cases: 1}
	file := fileOf(c.Client, c.OS, c.Scope, c.Path)
	full := repair.Check(file, c.src, c.Facts, finding.Confirm)
	safe := repair.Check(file, c.src, c.Facts, finding.Safe)
	s.codes(c, full)
	if full.ParsesBefore == c.ParsesBefore {
		s.parses++
	} else {
		s.fault("parses before: %v", full.ParsesBefore)
	}
	after := c.src
	if full.Text != nil {
		after = full.Text
	}
	holder, at := after, file
	if c.OtherFiles.Write != "" {
		holder = []byte(full.Aside[c.OtherFiles.Write])
		at = fileOf(c.Client, c.OS, c.Scope, c.OtherFiles.Write)
	}
	got := servers(holder, at.Dialect.Format, c.Repaired.ServersPointer)
	if slices.ContainsFunc(append([]any{c.Repaired.Servers}, c.Repaired.AlsoAccepted...), func(want any) bool { return reflect.DeepEqual(got, want) }) {
		s.servers++
	} else {
		b, _ := json.Marshal(got)
		s.fault("servers: %s", b)
	}
	s.survive(c, full, after, file, got)
	if fault := kept([]byte(plainText(c.src)), after); fault != "" {
		s.fault("minimality: %s", fault)
	} else if faults := unexplained(file, c.src, after, full); len(faults) > 0 {
		s.fault("minimality: no finding says why %s", strings.Join(faults, "; "))
	} else {
		s.minimality++
	}
	if again := repair.Check(file, after, c.Facts, finding.Confirm); again.Text == nil {
		s.idempotence++
	} else {
		var codes []string
		for _, p := range again.Problems {
			codes = append(codes, p.Code)
		}
		s.fault("idempotence: a second repair changes something: %v", codes)
	}
	s.restrain(c, file, safe)
	return s
}

func (s *score) codes(c testCase, r repair.Report) {
	want := map[string]int{}
	var wanted []string
	for _, p := range c.Problems {
		want[p.Code+"|"+p.Server]++
		wanted = append(wanted, p.Code)
	}
	s.expected = len(c.Problems)
	kinds := true
	for _, p := range r.Problems {
		key := p.Code + "|" + p.Server
		if want[key] == 0 && want[p.Code+"|"] > 0 {
			key = p.Code + "|"
		}
		if want[key] == 0 {
			s.extra++
			s.fault("not expected: %s %s at %s", p.Code, p.Server, p.Where)
			continue
		}
		want[key]--
		s.found++
		for _, w := range c.Problems {
			if w.Code == p.Code && (w.Server == p.Server || w.Server == "") && (w.Severity != p.Severity || w.Fix != p.Fix) {
				kinds = false
				s.fault("%s is %s/%s, expected %s/%s", p.Code, p.Severity, p.Fix, w.Severity, w.Fix)
			}
		}
	}
	for key, n := range want {
		if n > 0 {
			s.fault("not found: %s", key)
		}
	}
	if kinds {
		s.kinds++
	}
}

func (s *score) survive(c testCase, r repair.Report, after []byte, file finding.File, got any) {
	before := len(s.faults)
	names, _ := got.(map[string]any)
	for _, name := range c.MustSurvive.Servers {
		if _, ok := names[name]; !ok {
			s.fault("server %s is gone", name)
		}
	}
	for _, text := range c.MustSurvive.CommentsInFile {
		if !bytes.Contains(after, []byte(text)) {
			s.fault("comment is gone: %s", text)
		}
	}
	aside := strings.Join(r.Comments, "\n")
	for _, p := range r.Parked {
		aside += "\n" + p.Text
	}
	for _, text := range c.MustSurvive.CommentsInBackup {
		if !strings.Contains(aside, text) {
			s.fault("comment is not kept aside: %s", text)
		}
	}
	for _, k := range c.MustSurvive.Keys {
		if v := servers(after, file.Dialect.Format, k.Pointer); !reflect.DeepEqual(v, k.Value) {
			s.fault("%s is %v", k.Pointer, v)
		}
	}
	if len(s.faults) == before {
		s.survival++
	}
}

// restrain checks that nothing was done unasked: with only safe fixes allowed
// every problem that must be asked about is still there.
func (s *score) restrain(c testCase, file finding.File, safe repair.Report) {
	text := c.src
	if safe.Text != nil {
		text = safe.Text
	}
	left := repair.Check(file, text, c.Facts, repair.None)
	if name := c.changedUnasked(file, text, safe); name != "" {
		s.fault("restraint: %s was changed unasked", name)
		return
	}
	for _, p := range c.Problems {
		if p.Fix != finding.Safe && !slices.ContainsFunc(left.Problems, func(q repair.Problem) bool { return q.Code == p.Code }) {
			s.fault("restraint: %s was done unasked", p.Code)
			return
		}
	}
	s.restraint++
}

// changedUnasked gives an entry that became another one although nothing but
// what must be asked was found in it.
func (c testCase) changedUnasked(file finding.File, text []byte, safe repair.Report) string {
	if !safe.ParsesBefore {
		return ""
	}
	ask := map[string]bool{}
	for _, p := range safe.Problems {
		if all, known := ask[p.Server]; p.Server != "" && (!known || all) {
			ask[p.Server] = p.Fix != finding.Safe
		}
		if strings.HasPrefix(p.Code, "STRUCT_") || p.Code == "JSON_DUPLICATE_KEY" {
			return "" // entries have moved
		}
	}
	before, _ := servers(c.src, file.Dialect.Format, c.Repaired.ServersPointer).(map[string]any)
	after, _ := servers(text, file.Dialect.Format, c.Repaired.ServersPointer).(map[string]any)
	for name, only := range ask {
		if only && !reflect.DeepEqual(before[name], after[name]) {
			return name
		}
	}
	return ""
}

// kept compares what a text has besides its words: ends of lines, the last of
// them, indentation by tabs, and a byte order mark.
func kept(before, after []byte) string {
	switch {
	case bytes.HasPrefix(after, []byte("\xef\xbb\xbf")):
		return "a byte order mark"
	case len(bytes.TrimSpace(before)) == 0:
		return ""
	case bytes.HasSuffix(before, []byte("\n")) != bytes.HasSuffix(after, []byte("\n")) && !bytes.HasSuffix(bytes.TrimSpace(before), []byte("```")):
		return "the end of the last line"
	}
	crlf := bytes.Count(before, []byte("\r\n"))
	if crlf > 0 && bytes.Count(after, []byte("\n")) != bytes.Count(after, []byte("\r\n")) {
		return "LF among CRLF"
	}
	if crlf == 0 && bytes.Contains(after, []byte("\r")) {
		return "CR among LF"
	}
	return ""
}

// servers gives what stands at a JSON pointer, as encoding/json has it; a list
// of objects with names becomes an object.
func servers(text []byte, f configfile.Format, pointer string) any {
	doc, err := configfile.Parse(text, f)
	if err != nil {
		return err.Error()
	}
	v, ok := doc.Get()
	for _, step := range strings.Split(pointer, "/")[1:] {
		step = strings.NewReplacer("~1", "/", "~0", "~").Replace(step)
		switch c := v.(type) {
		case configfile.Object:
			v, ok = c.Get(step)
		case []any:
			var i int
			if _, err := fmt.Sscan(step, &i); err != nil || i >= len(c) {
				return nil
			}
			v = c[i]
		}
	}
	if !ok {
		return nil
	}
	if list, is := v.([]any); is {
		o := configfile.Object{}
		for _, e := range list {
			m, _ := e.(configfile.Object)
			name, _ := m.Get("name")
			text, ok := name.(string)
			if !ok {
				return generic(v)
			}
			o = append(o, configfile.Member{Key: text, Value: m})
		}
		if len(o) > 0 {
			return generic(o)
		}
	}
	return generic(v)
}

func generic(v any) any {
	switch v := v.(type) {
	case configfile.Object:
		o := map[string]any{}
		for _, m := range v {
			o[m.Key] = generic(m.Value)
		}
		return o
	case []any:
		list := make([]any, len(v))
		for i := range v {
			list[i] = generic(v[i])
		}
		return list
	case json.Number:
		n, err := v.Float64()
		if err != nil {
			return v.String()
		}
		return n
	}
	return v
}
