package configfile

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
	"github.com/tailscale/hujson"
	"go.yaml.in/yaml/v3"

	"toolbay/backend/model"
)

// entry is what an app's file gets from us.
func entry(name string) Object {
	if key, name, ok := named(name); ok {
		return append(Object{{key, name}}, entry(name)...)
	}
	return Object{{"command", `C:\Users\Zoë\.toolbay\bin\toolbay.exe`}, {"args", []any{"run", name}}, {"env", Object{{"A", "b"}}}}
}

// judge says whether another parser accepts src; sure is false where the
// judges are known to see it differently from the apps.
func judge(src []byte, f Format) (ok, sure bool) {
	body := bytes.TrimPrefix(src, bom)
	sure = utf8.Valid(body)
	switch f {
	case JSON:
		return json.Valid(body), true
	case TOML:
		var v map[string]any
		return toml.Unmarshal(body, &v) == nil, sure
	case YAML:
		// It also refuses keys that are no text, dates that are none, and more.
		var v any
		return yaml.Unmarshal(body, &v) == nil, false
	}
	// hujson wants a line end behind a last comment and knows two more
	// characters that end lines; we refuse a lone CR in a comment.
	if bytes.Contains(body, []byte("\u2028")) || bytes.Contains(body, []byte("\u2029")) || bytes.Contains(body, []byte("//")) && bytes.Contains(body, []byte("\r")) {
		sure = false
	}
	_, err := hujson.Parse(append(bytes.Clone(body), '\n'))
	return err == nil, sure
}

// checkJudge holds our verdict on src against the judge's.
func checkJudge(t testing.TB, src []byte, f Format) (d *Document, parses bool) {
	t.Helper()
	d, err := Parse(src, f)
	if err != nil {
		switch model.Code(err) {
		case CodeBroken, CodeTooDeep, CodeTooBig:
		default:
			t.Fatalf("Parse: %v\n%q", err, src)
		}
	}
	if f == TOML && err == nil {
		return d, true // go-toml is part of Parse
	}
	if len(src) > 4<<20 && f != JSON {
		return d, err == nil // the judges take seconds
	}
	ok, sure := judge(src, f)
	switch {
	case !sure || model.Code(err) == CodeTooDeep:
	case err == nil && !ok && !(d.Blank() && f != TOML):
		t.Fatalf("%s accepts what its judge refuses: %q", f, src)
	case err != nil && ok && f != JSONComments:
		t.Fatalf("%s refuses what its judge accepts: %v\n%q", f, err, src)
	}
	return d, err == nil
}

// checkSpan holds that an Insert only adds: out is src with text put in at one
// place, and a comma at another.
func checkSpan(t testing.TB, src, out []byte) {
	t.Helper()
	head := 0
	for head < len(src) && head < len(out) && src[head] == out[head] {
		head++
	}
	tail := 0
	for tail < len(src)-head && tail < len(out)-head && src[len(src)-1-tail] == out[len(out)-1-tail] {
		tail++
	}
	// What is between: blanks, comments, an empty pair of braces or null.
	for _, line := range bytes.Split(src[head:len(src)-tail], []byte("\n")) {
		line, _, _ = bytes.Cut(line, []byte("#"))
		line, _, _ = bytes.Cut(line, []byte("//"))
		if text := string(bytes.Trim(line, " \t\r{}[]~,")); text != "" && text != "null" && !bytes.Contains(src, []byte("/*")) {
			t.Fatalf("Insert changed %q:\nsrc %q\nout %q", text, src, out)
		}
	}
}

// checkReading asks another parser for the entry at path.
func checkReading(t testing.TB, out []byte, f Format, path []string) {
	t.Helper()
	var v any
	body := bytes.TrimPrefix(out, bom)
	switch f {
	case JSON:
		dec := json.NewDecoder(bytes.NewReader(body))
		dec.UseNumber()
		if err := dec.Decode(&v); err != nil {
			t.Fatal(err)
		}
	case TOML:
		if err := toml.Unmarshal(body, &v); err != nil {
			t.Fatal(err)
		}
	case YAML:
		if yaml.Unmarshal(body, &v) != nil {
			return // it is stricter than the apps: see judge
		}
	default:
		return
	}
	for _, step := range path {
		step = validText(step)
		if key, name, ok := named(step); ok {
			list, _ := v.([]any)
			v = nil
			for _, e := range list {
				if m, ok := e.(map[string]any); ok && m[key] == any(name) {
					v = m
				}
			}
			continue
		}
		switch m := v.(type) {
		case map[string]any:
			v = m[step]
		case map[any]any: // YAML with keys that are no text beside it
			v = m[step]
		default:
			v = nil
		}
	}
	m, _ := v.(map[string]any)
	want := mustNormal(t, entry(path[len(path)-1])).(Object)
	command, _ := want.Get("command")
	args, _ := m["args"].([]any)
	env, _ := m["env"].(map[string]any)
	if len(m) != len(want) || m["command"] != command || len(args) != 2 || args[0] != "run" || len(env) != 1 || env["A"] != "b" {
		t.Fatalf("another parser reads %v at %q:\n%q", v, path, out)
	}
}

var everyOrder = [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}

// checkInsertRemove is the promise of this package: one member, and three in
// every order, leave no trace; the file stays what its format says.
func checkInsertRemove(t testing.TB, src []byte, f Format, container []string, names []string, orders [][]int) {
	t.Helper()
	kept := bytes.Clone(src)
	_, parses := checkJudge(t, src, f)
	cur := src
	var trace Trace
	var paths [][]string
	for i, name := range names {
		path := append(container[:len(container):len(container)], name)
		out, tr, err := Insert(cur, f, path, entry(name))
		switch code := model.Code(err); {
		case !parses && err == nil:
			t.Fatalf("a broken file was spliced: %q", src)
		case !parses && out != nil:
			t.Fatalf("bytes for a broken file: %q", src)
		case code == CodeExists || code == CodeShape || code == CodeShared || code == CodeBroken && !parses || code == CodeTooDeep:
			if len(paths) > 0 && code != CodeExists {
				t.Fatalf("Insert %d: %v\n%q", i, err, cur)
			}
			continue
		case err != nil:
			t.Fatalf("Insert %q: %v\nsrc %q", path, err, cur)
		}
		d, ok := checkJudge(t, out, f)
		if !ok {
			t.Fatalf("the result does not parse: %q\nfrom %q", out, cur)
		}
		if v, _ := d.Get(path...); !Same(v, mustNormal(t, entry(name))) {
			t.Fatalf("the entry is not there: %q", out)
		}
		checkSpan(t, cur, out)
		if len(out) < 1<<16 {
			checkReading(t, out, f, path)
		}
		back, err := Remove(out, f, path, &tr)
		if err != nil || !bytes.Equal(back, cur) || (back == nil) != (cur == nil) {
			t.Fatalf("insert then remove %q: %v\nsrc  %q\nwith %q\nback %q", path, err, cur, out, back)
		}
		if len(paths) == 0 {
			trace = tr
		} else {
			trace = trace.Join(tr)
		}
		paths = append(paths, path)
		cur = out
	}
	if !bytes.Equal(kept, src) {
		t.Fatalf("Insert changed its argument: %q", kept)
	}
	// The ledger keeps traces as JSON.
	raw, _ := json.Marshal(trace)
	var stored Trace
	if err := json.Unmarshal(raw, &stored); err != nil {
		t.Fatal(err)
	}
	for _, order := range orders {
		back := cur
		for n, i := range order {
			if i >= len(paths) {
				continue
			}
			var err error
			from := back
			if back, err = Remove(back, f, paths[i], &stored); err != nil {
				t.Fatalf("Remove %q (step %d of %v): %v\nfrom %q\nsrc %q", paths[i], n, order, err, from, src)
			}
		}
		if !bytes.Equal(back, src) || (back == nil) != (src == nil) {
			t.Fatalf("%v removed in order %v with %s\nsrc  %q\nwith %q\nback %q", paths, order, raw, src, cur, back)
		}
	}
}

// checkForeign removes and updates what others wrote: Remove and Update prove
// themselves that all else is as it was, so an error here is a fault.
func checkForeign(t testing.TB, src []byte, f Format, container []string, most int) {
	t.Helper()
	d, err := Parse(src, f)
	if err != nil {
		return
	}
	for i, key := range d.Keys(container...) {
		if i == most {
			return
		}
		path := append(container[:len(container):len(container)], key)
		out, err := Remove(src, f, path, nil)
		if model.Code(err) == CodeShared {
			continue
		}
		if err != nil {
			t.Fatalf("Remove %q: %v\n%q", path, err, src)
		}
		after, ok := checkJudge(t, out, f)
		if !ok {
			t.Fatalf("broken after Remove %q: %q\nfrom %q", path, out, src)
		}
		if _, still := after.Get(path...); still {
			t.Fatalf("Remove %q left it: %q", path, out)
		}
		value := Object{{"command", "new"}, {"added", json.Number("1")}, {"env", Object{{"K", "v"}}}}
		out, err = Update(src, f, path, value)
		if code := model.Code(err); code == CodeShape || code == CodeShared {
			continue
		}
		if err != nil {
			t.Fatalf("Update %q: %v\n%q", path, err, src)
		}
		after, ok = checkJudge(t, out, f)
		if !ok {
			t.Fatalf("broken after Update %q: %q", path, out)
		}
		for _, m := range value {
			if v, _ := after.Get(append(path, m.Key)...); !Same(v, m.Value) {
				t.Fatalf("Update %q: %s is %v in %q", path, m.Key, v, out)
			}
		}
		if again, err := Update(out, f, path, value); err != nil || !bytes.Equal(again, out) {
			t.Fatalf("a second Update changed something: %v\n%q\n%q", err, out, again)
		}
	}
}

func mustNormal(t testing.TB, v any) any {
	n, err := normal(v)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// checkReplace gives entries of others another value and puts the old text
// back: but for the entry no byte may change, and then none at all.
func checkReplace(t testing.TB, src []byte, f Format, paths [][]string) {
	t.Helper()
	d, err := Parse(src, f)
	if err != nil {
		return
	}
	for _, path := range paths {
		old, ok := d.Get(path...)
		value := Object{{"command", "other"}, {"args", []any{"-y", "no"}}, {"env", Object{{"K", "1.10"}}}}
		if key, name, ok := named(path[len(path)-1]); ok {
			value = append(Object{{key, name}}, value...)
		}
		text, err := Text(src, f, path)
		if code := model.Code(err); code == CodeShared || f == TOML && code == CodeShape || !ok && code == CodeMissing {
			continue
		}
		if err != nil || !bytes.Contains(src, text) && f != TOML {
			t.Fatalf("Text %q: %q, %v\n%q", path, text, err, src)
		}
		spans, _ := d.spans(path)
		out, err := Replace(src, f, path, value)
		if model.Code(err) == CodeShared {
			continue
		}
		if err != nil {
			t.Fatalf("Replace %q: %v\n%q", path, err, src)
		}
		after, ok := checkJudge(t, out, f)
		if !ok {
			t.Fatalf("broken after Replace %q: %q\nfrom %q", path, out, src)
		}
		if v, _ := after.Get(path...); !Same(v, mustNormal(t, value)) {
			t.Fatalf("Replace %q: %v in %q", path, v, out)
		}
		end := spans[len(spans)-1].end
		if !bytes.HasPrefix(out, src[:spans[0].start]) || !bytes.HasSuffix(out, src[end:]) {
			t.Fatalf("Replace %q changed more than that:\nsrc %q\nout %q", path, src, out)
		}
		if again, err := Replace(out, f, path, value); err != nil || !bytes.Equal(again, out) {
			t.Fatalf("a second Replace changed something: %v\n%q\n%q", err, out, again)
		}
		back, err := PutText(out, f, path, text)
		if err != nil {
			t.Fatalf("PutText %q %q: %v\nsrc %q\nout %q", path, text, err, src, out)
		}
		if len(spans) == 1 && !bytes.Equal(back, src) {
			t.Fatalf("Replace then PutText %q:\nsrc  %q\nout  %q\nback %q", path, src, out, back)
		}
		d, _ := Parse(back, f)
		if v, _ := d.Get(path...); !Same(v, old) {
			t.Fatalf("Replace then PutText %q: %v, was %v", path, v, old)
		}
		if _, err := PutText(src, f, path, append([]byte("]}"), text...)); err == nil {
			t.Fatalf("PutText %q took anything\n%q", path, src)
		}
	}
}

// entryPaths gives the paths of the members or named elements of a container.
func entryPaths(d *Document, container ...string) [][]string {
	var paths [][]string
	for _, k := range d.Keys(container...) {
		paths = append(paths, append(container[:len(container):len(container)], k))
	}
	if len(container) > 0 {
		for _, n := range d.Names("name", container...) {
			paths = append(paths, append(container[:len(container):len(container)], Named("name", n)))
		}
	}
	return paths
}

func checkReplaceAll(t testing.TB, src []byte, f Format, most int, containers ...[]string) {
	t.Helper()
	d, err := Parse(src, f)
	if err != nil {
		return
	}
	for _, c := range containers {
		paths := entryPaths(d, c...)
		checkReplace(t, src, f, paths[:min(most, len(paths))])
	}
}
