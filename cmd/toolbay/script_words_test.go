package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// The words that scripts have besides testscript's own:
//
//	answers SHAPE ARG…    toolbay --json ARG… succeeds, and what it prints is one document of that shape
//	fails CODE ARG…       toolbay --json ARG… fails with that code, and the exit code that belongs to it
//	exits N ARG…          toolbay ARG… ends with exit code N
//	field PATH [VALUE]    in the last document, PATH (a.0.b) is VALUE; with a leading ! it is not
//	needs KIND NAME FLAG  the last failure asks for exactly this, and for nothing else
//	setfield VAR PATH     a variable takes a field's value
//	remember              notes every file below the home
//	unchanged [PATH…]     every file below the home is as remembered, except those
//	mode OCTAL PATH       a file's permissions
//	edit PATH OLD NEW     somebody changes a text in a file, where it stands first

// said is the last document a script's toolbay printed, and what it remembers.
type said struct {
	doc   any
	files map[string]string
}

func of(ts *testscript.TestScript) *said { return ts.Value("said").(*said) }

// toolbay runs the program and gives its exit code.
func toolbay(ts *testscript.TestScript, args []string) int {
	err := ts.Exec("toolbay", args...)
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit):
		return exit.ExitCode()
	}
	ts.Fatalf("toolbay: %v", err)
	return -1
}

// document reads the one document that must be all of standard output.
func document(ts *testscript.TestScript) any {
	dec := json.NewDecoder(strings.NewReader(ts.ReadFile("stdout")))
	var doc any
	if err := dec.Decode(&doc); err != nil {
		ts.Fatalf("standard output is no JSON: %v", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		ts.Fatalf("something follows the document on standard output")
	}
	of(ts).doc = doc
	return doc
}

func cmdAnswers(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: answers SHAPE ARG…")
	}
	exit := toolbay(ts, append([]string{"--json"}, args[1:]...))
	want := 0
	if strings.HasSuffix(args[0], "-failed") {
		want = 1
	}
	if exit != want {
		ts.Fatalf("exit code %d, want %d", exit, want)
	}
	if err := conforms(shape(ts, args[0]), document(ts), "answer"); err != nil {
		ts.Fatalf("%v", err)
	}
}

func cmdFails(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: fails CODE ARG…")
	}
	exit := toolbay(ts, append([]string{"--json"}, args[1:]...))
	if err := conforms(shape(ts, "error"), document(ts), "answer"); err != nil {
		ts.Fatalf("%v", err)
	}
	e := of(ts).doc.(map[string]any)["error"].(map[string]any)
	if e["code"] != args[0] {
		ts.Fatalf("code %v, want %s", e["code"], args[0])
	}
	if e["message"] == "" || e["hint"] == "" || strings.ContainsAny(fmt.Sprint(e["message"], e["hint"]), "{}") {
		ts.Fatalf("the failure is not told in words: %q, %q", e["message"], e["hint"])
	}
	want := map[string]int{"wrong_use": exitUse, "consent_needed": exitConsent, "input_needed": exitConsent, "apps_in_the_way": exitConsent}[args[0]]
	if want == 0 {
		want = exitFailed
	}
	if exit != want {
		ts.Fatalf("exit code %d, want %d", exit, want)
	}
	if needs, _ := e["needs"].([]any); (want == exitConsent) != (len(needs) > 0) {
		ts.Fatalf("needs %v with exit code %d", e["needs"], exit)
	}
}

func cmdExits(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(append(args, "")[0])
	if neg || err != nil {
		ts.Fatalf("usage: exits N ARG…")
	}
	if got := toolbay(ts, args[1:]); got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// at follows a path such as results.0.id.
func at(doc any, path string) (any, error) {
	for _, step := range strings.Split(path, ".") {
		switch d := doc.(type) {
		case map[string]any:
			v, ok := d[step]
			if !ok {
				return nil, fmt.Errorf("there is no field %s in %s", step, path)
			}
			doc = v
		case []any:
			if step == "length" {
				return float64(len(d)), nil
			}
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(d) {
				return nil, fmt.Errorf("there is no element %s in %s, of %d", step, path, len(d))
			}
			doc = d[i]
		default:
			return nil, fmt.Errorf("%s leads into a plain value at %s", path, step)
		}
	}
	return doc, nil
}

func text1(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	b, _ := json.Marshal(v) // it came from JSON
	return string(b)
}

func cmdField(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: field PATH VALUE")
	}
	v, err := at(of(ts).doc, args[0])
	ts.Check(err)
	if (text1(v) == args[1]) == neg {
		ts.Fatalf("%s is %s", args[0], text1(v))
	}
}

func cmdSetField(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: setfield VAR PATH")
	}
	v, err := at(of(ts).doc, args[1])
	ts.Check(err)
	ts.Setenv(args[0], text1(v))
}

func cmdNeeds(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args)%3 != 0 {
		ts.Fatalf("usage: needs KIND NAME FLAG …")
	}
	list, err := at(of(ts).doc, "error.needs")
	ts.Check(err)
	var got, want []string
	for _, n := range list.([]any) {
		m := n.(map[string]any)
		if m["text"] == "" {
			ts.Fatalf("%v does not say what it is about", m)
		}
		got = append(got, fmt.Sprintf("%v %v %v", m["kind"], m["name"], m["flag"]))
	}
	for part := range slices.Chunk(args, 3) {
		want = append(want, strings.Join(part, " "))
	}
	sort.Strings(got)
	sort.Strings(want)
	if !slices.Equal(got, want) {
		ts.Fatalf("needs %q, want %q", got, want)
	}
}

func cmdRemember(ts *testscript.TestScript, neg bool, args []string) {
	files, err := snapshot(ts.Getenv("HOME"))
	ts.Check(err)
	of(ts).files = files
}

func cmdUnchanged(ts *testscript.TestScript, neg bool, args []string) {
	files, err := snapshot(ts.Getenv("HOME"))
	ts.Check(err)
	for _, d := range differences(of(ts).files, files) {
		path, _, _ := strings.Cut(d, ":")
		if !slices.ContainsFunc(args, func(a string) bool { return path == a || strings.HasPrefix(path, a+"/") }) {
			ts.Fatalf("changed: %s", d)
		}
	}
}

func cmdMode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: mode OCTAL PATH")
	}
	st, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if got := fmt.Sprintf("%o", st.Mode().Perm()); got != args[0] {
		ts.Fatalf("%s has mode %s", args[1], got)
	}
}

func cmdEdit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: edit PATH OLD NEW")
	}
	before := ts.ReadFile(args[0])
	after := strings.Replace(before, args[1], args[2], 1)
	if after == before {
		ts.Fatalf("%s has no %q:\n%s", args[0], args[1], before)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(after), 0o600))
}

// snapshot describes every file below dir, apart from the database's own and
// the locks, which come and go with each run.
func snapshot(dir string) (map[string]string, error) {
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := filepath.Base(path)
		if strings.HasPrefix(name, "toolbay.db") || name == ".lock" || name == ".plan.lock" || name == "staging" {
			return nil
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		st, err := d.Info()
		if err != nil {
			return err
		}
		what := st.Mode().String()
		switch {
		case d.Type()&fs.ModeSymlink != 0:
			to, err := os.Readlink(path)
			if err != nil {
				return err
			}
			what += " " + to
		case st.Size() > 4<<20: // the launcher: whether it was written again is enough
			what += fmt.Sprintf(" %d bytes of %v", st.Size(), st.ModTime())
		case d.Type().IsRegular():
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			what += fmt.Sprintf(" %x", sha256.Sum256(content))
		}
		files[filepath.ToSlash(rel)] = what
		return nil
	})
	return files, err
}

// differences lists what is not the same in two snapshots, "PATH: what".
func differences(before, after map[string]string) []string {
	var out []string
	for path, was := range before {
		if is, ok := after[path]; !ok {
			out = append(out, path+": gone")
		} else if is != was {
			out = append(out, fmt.Sprintf("%s: was %s, is %s", path, was, is))
		}
	}
	for path := range after {
		if _, ok := before[path]; !ok {
			out = append(out, path+": new")
		}
	}
	sort.Strings(out)
	return out
}

func shape(ts *testscript.TestScript, name string) any {
	text, ok := shapes[name]
	if !ok {
		ts.Fatalf("there is no shape %q", name)
	}
	dec := json.NewDecoder(bytes.NewReader([]byte(text)))
	var v any
	ts.Check(dec.Decode(&v))
	return v
}

// conforms tells in what a value is not of the given shape. More fields than
// the shape has are fine, a null where it has none is not.
func conforms(shape, v any, where string) error {
	if v == nil {
		if s, ok := shape.(string); ok && strings.HasSuffix(s, "?") {
			return nil
		}
		if o, ok := shape.(map[string]any); ok && o["?"] != nil {
			return nil
		}
		return fmt.Errorf("%s is null", where)
	}
	switch want := shape.(type) {
	case map[string]any:
		have, ok := v.(map[string]any)
		if !ok {
			return fmt.Errorf("%s is %T, want an object", where, v)
		}
		for key := range want {
			if _, ok := have[key]; !ok && key != "?" {
				return fmt.Errorf("%s has no field %s", where, key)
			}
		}
		for key, x := range have {
			if err := conforms(want[key], x, where+"."+key); err != nil {
				return err
			}
		}
	case []any:
		have, ok := v.([]any)
		if !ok {
			return fmt.Errorf("%s is %T, want a list", where, v)
		}
		for i, x := range have {
			if err := conforms(want[0], x, fmt.Sprintf("%s.%d", where, i)); err != nil {
				return err
			}
		}
	case string:
		s, ok := v.(string)
		if !ok {
			return fmt.Errorf("%s is %T, want a text", where, v)
		}
		return conformsText(strings.TrimSuffix(want, "?"), s, where)
	case nil: // a field the shape does not have
		return nil
	default:
		if reflect.TypeOf(shape) != reflect.TypeOf(v) {
			return fmt.Errorf("%s is %T, want %T", where, v, shape)
		}
	}
	return nil
}
