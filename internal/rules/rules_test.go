// Package rules holds the repository's own rules as tests: every package says
// what it is for, layers import only downwards, level-1 texts are plain, and
// nothing names a package registry's host or a place on one machine. Nobody
// imports it.
package rules

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"testing"
)

const root = "../.."

// sources walks the files of the repository that are ours.
func sources(t *testing.T, keep func(path string) bool) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			switch d.Name() {
			case ".git", "node_modules", "dist", "bin", ".deps", "test-results":
				return filepath.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() {
			return nil
		}
		if rel, _ := filepath.Rel(root, path); keep(filepath.ToSlash(rel)) {
			out = append(out, filepath.ToSlash(rel))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) == 0 {
		t.Fatal("found no files: the walk is wrong")
	}
	return out
}

func read(t *testing.T, rel string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, rel))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func goFiles(t *testing.T) []string {
	return sources(t, func(p string) bool { return strings.HasSuffix(p, ".go") && !strings.Contains(p, "/testdata/") })
}

// The doc comment is the first thing a reader of a package sees.
func TestEveryPackageHasADoc(t *testing.T) {
	docs := map[string]string{}
	for _, f := range goFiles(t) {
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, f), nil, parser.ParseComments|parser.PackageClauseOnly)
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.Dir(f)
		docs[dir] += ""
		if file.Doc != nil {
			docs[dir] += file.Doc.Text()
		}
	}
	for dir, doc := range docs {
		if len(doc) < 30 {
			t.Errorf("%s: no package comment that says what it is for", dir)
		}
	}
}

// may says which packages of ours a package under backend may import, besides
// model and pattern. Nothing flows back up: what is not listed is not allowed.
var may = map[string][]string{
	"backend/model":                    {},
	"backend/pattern":                  {},
	"backend/text":                     {},
	"backend/job":                      {},
	"backend/configfile":               {},
	"backend/changeset":                {"backend/configfile"},
	"backend/changeset/reverse":        {"backend/configfile"},
	"backend/clients":                  {"backend/configfile"},
	"backend/connect":                  {"backend/configfile", "backend/changeset", "backend/clients"},
	"backend/repair/finding":           {"backend/clients", "backend/configfile"},
	"backend/repair/pen":               {"backend/configfile", "backend/repair/finding"},
	"backend/repair/tolerant":          {"backend/configfile", "backend/repair/finding"},
	"backend/repair/shape":             {"backend/catalog/command", "backend/clients", "backend/configfile", "backend/repair/finding"},
	"backend/repair/machine":           {"backend/clients", "backend/configfile", "backend/repair/finding", "backend/repair/run"},
	"backend/repair/run":               {"backend/catalog/recipe", "backend/clients", "backend/configfile", "backend/repair/finding"},
	"backend/repair":                   {"backend/clients", "backend/configfile", "backend/repair/finding", "backend/repair/pen", "backend/repair/run", "backend/repair/shape", "backend/repair/tolerant"},
	"backend/store":                    {},
	"backend/running":                  {},
	"backend/watch":                    {},
	"backend/catalog/internal/clean":   {},
	"backend/catalog/internal/domain":  {},
	"backend/catalog/internal/loose":   {"backend/catalog/internal/clean"},
	"backend/catalog/internal/fetch":   {"backend/catalog/internal/clean", "backend/web"},
	"backend/catalog":                  {"backend/catalog/internal/clean", "backend/catalog/internal/loose", "backend/catalog/internal/fetch", "backend/job", "backend/store", "backend/catalog/source/registry", "backend/catalog/source/docker", "backend/catalog/source/starter", "backend/catalog/identity", "backend/catalog/source", "backend/catalog/source/toolhive", "backend/catalog/source/mcpm", "backend/catalog/source/anthropic", "backend/catalog/source/github", "backend/catalog/source/cline", "backend/catalog/source/smithery", "backend/catalog/source/glama", "backend/catalog/source/toolsdk", "backend/catalog/source/dxt", "backend/catalog/command", "backend/catalog/recipe", "backend/catalog/snapshot"},
	"backend/catalog/identity":         {"backend/catalog/internal/domain"},
	"backend/catalog/source":           {},
	"backend/catalog/source/registry":  {"backend/catalog/internal/clean", "backend/catalog/internal/loose", "backend/catalog/internal/fetch", "backend/catalog/source"},
	"backend/catalog/source/docker":    {"backend/catalog/internal/clean", "backend/catalog/internal/loose", "backend/catalog/source"},
	"backend/catalog/source/starter":   {"backend/catalog/internal/clean", "backend/catalog/source"},
	"backend/catalog/command":          {"backend/catalog/internal/clean", "backend/catalog/recipe"},
	"backend/catalog/source/toolhive":  {"backend/catalog/internal/clean", "backend/catalog/internal/loose", "backend/catalog/source", "backend/catalog/source/registry"},
	"backend/catalog/source/mcpm":      {"backend/catalog/internal/clean", "backend/catalog/internal/loose", "backend/catalog/command", "backend/catalog/source"},
	"backend/catalog/source/anthropic": {"backend/catalog/internal/clean", "backend/catalog/internal/loose", "backend/catalog/source", "backend/catalog/source/registry"},
	"backend/catalog/source/github":    {"backend/catalog/internal/clean", "backend/catalog/internal/loose", "backend/catalog/source", "backend/catalog/source/registry"},
	"backend/catalog/source/cline":     {"backend/catalog/internal/clean", "backend/catalog/internal/loose", "backend/catalog/source"},
	"backend/catalog/source/smithery":  {"backend/catalog/internal/clean", "backend/catalog/internal/loose", "backend/catalog/command", "backend/catalog/source"},
	"backend/catalog/source/toolsdk":   {"backend/catalog/internal/clean", "backend/catalog/internal/loose", "backend/catalog/command", "backend/catalog/source"},
	"backend/catalog/source/dxt":       {"backend/catalog/internal/clean", "backend/catalog/internal/loose", "backend/catalog/command", "backend/catalog/source"},
	"backend/catalog/source/glama":     {"backend/catalog/internal/clean", "backend/catalog/internal/loose", "backend/catalog/source"},
	"backend/catalog/recipe":           {},
	"backend/catalog/serve":            {"backend/store"},
	"backend/catalog/snapshot":         {},
	"backend/catalog/trust":            {"backend/catalog/internal/domain"},
	"backend/profiles":                 {},
	"backend/staging":                  {},
	"backend/whole":                    {},
	"backend/runtimes":                 {"backend/job", "backend/staging"},
	"backend/install":                  {"backend/catalog/recipe", "backend/job", "backend/runtimes", "backend/staging"},
	"backend/install/npm":              {"backend/job", "backend/runtimes", "backend/install", "backend/staging"},
	"backend/install/pypi":             {"backend/job", "backend/runtimes", "backend/install", "backend/staging"},
	"backend/install/oci":              {"backend/text", "backend/catalog/recipe", "backend/job", "backend/launch/poci", "backend/runtimes/engine", "backend/install", "backend/staging"},
	"backend/install/mcpb":             {"backend/whole", "backend/bundle", "backend/catalog/command", "backend/catalog/recipe", "backend/job", "backend/runtimes", "backend/install", "backend/staging", "backend/text"},
	"backend/install/remote":           {"backend/catalog/recipe", "backend/job", "backend/install", "backend/staging", "backend/web"},
	"backend/install/local":            {"backend/job", "backend/install", "backend/staging"},
	"backend/bundle":                   {"backend/text"},
	"backend/runtimes/engine":          {"backend/job"},
	"backend/paste":                    {"backend/catalog/command", "backend/catalog/recipe", "backend/catalog/source/registry", "backend/configfile"},
	"backend/signin":                   {"backend/secrets", "backend/web"},
	"backend/web":                      {},
	"backend/launch/filter":            {},
	"backend/launch":                   {"backend/whole", "backend/secrets", "backend/launch/filter", "backend/launch/container", "backend/launch/poci", "backend/launch/bridge", "backend/signin", "backend/web"},
	"backend/launch/container":         {"backend/job", "backend/runtimes/engine"},
	"backend/launch/bridge":            {"backend/web"},
	"backend/launch/poci":              {},
	"backend/secrets":                  {"backend/whole"},
	"backend/update":                   {},
	"backend/probe":                    {},
	"app":                              {"backend", "backend/job", "backend/text"},
	"cmd/toolbay":                      {"backend", "backend/bundle", "backend/catalog", "backend/job", "backend/launch", "backend/text", "backend/update"},
}

func TestLayers(t *testing.T) {
	for _, f := range goFiles(t) {
		dir := filepath.Dir(f)
		if strings.HasSuffix(f, "_test.go") || dir == "." || dir == "backend" || strings.HasSuffix(dir, "test") || strings.HasPrefix(dir, "internal/") {
			continue
		}
		allowed, known := may[dir]
		if !known {
			t.Errorf("%s: a package that the layers do not know; add it to the table and say who may import it", dir)
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, f), nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, imp := range file.Imports {
			path, _ := strconv.Unquote(imp.Path.Value)
			ours, ok := strings.CutPrefix(path, "toolbay/")
			if !ok || ours == "backend/model" || ours == "backend/pattern" || ours == dir {
				continue
			}
			if !contains(allowed, ours) {
				t.Errorf("%s imports %s, which is not below it", f, ours)
			}
		}
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// There is one way to write Toolbay's own files, so that there is one place
// where full disks and kills are thought of.
func TestOneWriterOfOwnFiles(t *testing.T) {
	others := map[string]string{
		"backend/whole/whole.go":            "is it",
		"backend/launch/place.go":           "the launcher, which is a program and large",
		"backend/catalog/snapshot.go":       "a file that the user named",
		"backend/bundle/pack.go":            "a file that the user named",
		"backend/install/mcpb/extension.go": "a bundle in the cache, which has its own sweep",
		"backend/install/npm/tree.go":       "in staging",
		"backend/install/pypi/lock.go":      "in staging",
	}
	for _, f := range goFiles(t) {
		if strings.HasSuffix(f, "_test.go") || !strings.HasPrefix(f, "backend/") {
			continue
		}
		if others[f] == "" && strings.Contains(read(t, f), "os.CreateTemp(") {
			t.Errorf("%s makes a temporary file; Toolbay's own files are written with whole.Write", f)
		}
	}
}

// What a package makes before main is paid for at every start of a server, so
// patterns are compiled at first use; here it is seen that they compile.
func TestPatternsCompileAtFirstUse(t *testing.T) {
	found := 0
	for _, f := range goFiles(t) {
		if strings.HasSuffix(f, "_test.go") || !strings.HasPrefix(f, "backend/") && !strings.HasPrefix(f, "cmd/") || f == "backend/pattern/pattern.go" {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, f), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			fun, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			switch from, _ := fun.X.(*ast.Ident); {
			case from == nil:
			case from.Name == "regexp" && strings.HasPrefix(fun.Sel.Name, "MustCompile"):
				t.Errorf("%s compiles a pattern itself; use pattern.New", f)
			case from.Name == "pattern" && fun.Sel.Name == "New":
				found++
				lit, ok := call.Args[0].(*ast.BasicLit)
				if !ok {
					t.Errorf("%s: a pattern that is put together cannot be checked here", f)
					return true
				}
				expr, err := strconv.Unquote(lit.Value)
				if err == nil {
					_, err = regexp.Compile(expr)
				}
				if err != nil {
					t.Errorf("%s: %v", f, err)
				}
			}
			return true
		})
	}
	if found == 0 {
		t.Error("no pattern found")
	}
}

type catalogue struct {
	Errors map[string]struct{ Message, Hint, Action string }
	Lines  map[string]string
}

func words(t *testing.T) (catalogue, map[string]any) {
	t.Helper()
	var c catalogue
	var all map[string]any
	data := []byte(read(t, "backend/text/en.json"))
	if err := json.Unmarshal(data, &c); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	return c, all
}

// banned are words a person who has never opened a terminal cannot know.
var banned = regexp.MustCompile(`(?i)\b(stdio|spawn(ed|s)?|enoent|eacces|env(ironment)? vars?|environment variables?|json-rpc|transport|stderr|stdout|stdin|daemon|symlink|sigkill|exit code|npx|uvx|argv|localhost|payload|timeout|regex|null|boolean)\b`)

func TestLevelOneTextsArePlain(t *testing.T) {
	_, all := words(t)
	n := 0
	var walk func(key string, v any)
	walk = func(key string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, x := range v {
				walk(key+"."+k, x)
			}
		case string:
			n++
			if m := banned.FindString(v); m != "" && !strings.HasPrefix(key, ".ui.details.") {
				t.Errorf("%s says %q: %s", key, m, v)
			}
		}
	}
	walk("", all)
	if n < 100 {
		t.Errorf("looked at %d texts only", n)
	}
}

// Every failure the user sees offers a next step.
func TestEveryErrorHasANextStep(t *testing.T) {
	c, _ := words(t)
	for code, e := range c.Errors {
		if e.Message == "" || e.Hint == "" || e.Action == "" {
			t.Errorf("error %s: message, hint and action must all be there", code)
		}
	}
}

// Every code that is made somewhere has its words.
func TestEveryErrorCodeHasWords(t *testing.T) {
	c, _ := words(t)
	found := 0
	for _, f := range goFiles(t) {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, f), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) < 2 {
				return true
			}
			if sel, ok := call.Fun.(*ast.SelectorExpr); !ok || sel.Sel.Name != "Fail" {
				return true
			}
			if lit, ok := call.Args[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
				found++
				code, _ := strconv.Unquote(lit.Value)
				if _, ok := c.Errors[code]; !ok {
					t.Errorf("%s: error code %q has no words in backend/text/en.json", f, code)
				}
			}
			return true
		})
	}
	if found < 30 {
		t.Errorf("found only %d codes", found)
	}
}

func readable(p string) bool {
	switch filepath.Ext(p) {
	case ".go", ".ts", ".tsx", ".js", ".mjs", ".cjs", ".json", ".md", ".sh", ".css", ".html", ".txtar", ".sql", ".yaml", ".toml", "":
		return true
	}
	return false
}

// Code never chooses a package registry (docs/architecture.md): npm, uv and
// docker know theirs. The names are put together here so that this file does
// not hold them either.
func TestNoRegistryHosts(t *testing.T) {
	var hosts []string
	for _, h := range [][]string{
		{"registry", "npmjs", "org"}, {"registry", "yarnpkg", "com"}, {"npm", "pkg", "github", "com"},
		{"pypi", "org"}, {"files", "pythonhosted", "org"}, {"proxy", "golang", "org"}, {"static", "crates", "io"},
		{"registry-1", "docker", "io"}, {"auth", "docker", "io"}, {"repo1", "maven", "org"}, {"deb", "debian", "org"},
	} {
		hosts = append(hosts, strings.Join(h, "."))
	}
	for _, f := range sources(t, readable) {
		body := read(t, f)
		for _, h := range hosts {
			if strings.Contains(body, h) {
				t.Errorf("%s names %s", f, h)
			}
		}
	}
}

// A path that exists on one machine only has no place in the project.
func TestNoPathsOfOneMachine(t *testing.T) {
	places := regexp.MustCompile(`(^|[\s"'=(:])/(` + strings.Join([]string{"wor" + "k", "ro" + "ot"}, "|") + `)/[a-z.]`)
	for _, f := range sources(t, readable) {
		for i, line := range strings.Split(read(t, f), "\n") {
			if places.MatchString(line) {
				t.Errorf("%s:%d: %s", f, i+1, strings.TrimSpace(line))
			}
		}
	}
}

func TestLockFileHasNoDownloadAddresses(t *testing.T) {
	if lock := read(t, "frontend/package-lock.json"); strings.Contains(lock, `"resolved"`) {
		t.Error("frontend/package-lock.json holds download addresses: run npm with the repository's .npmrc")
	}
}

// The window's TypeScript contract names exactly the methods that Go offers.
func TestWindowContractMatches(t *testing.T) {
	fset := token.NewFileSet()
	offered := map[string]bool{}
	for _, f := range goFiles(t) {
		if filepath.Dir(f) != "app" || strings.HasSuffix(f, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(fset, filepath.Join(root, f), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv == nil || !fn.Name.IsExported() || !ofWindow(fn) {
				continue
			}
			switch fn.Name.Name {
			case "Start", "Stop":
				continue // Wails' own hooks
			}
			offered[strings.ToLower(fn.Name.Name[:1])+fn.Name.Name[1:]] = true
		}
	}
	body := read(t, "frontend/src/backend/types.ts")
	body = body[strings.Index(body, "export interface Backend"):]
	asked := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^  (\w+)\(`).FindAllStringSubmatch(body, -1) {
		if m[1] != "on" {
			asked[m[1]] = true
		}
	}
	var diff []string
	for m := range asked {
		if !offered[m] {
			diff = append(diff, "Go lacks "+m)
		}
	}
	for m := range offered {
		if !asked[m] {
			diff = append(diff, "types.ts lacks "+m)
		}
	}
	sort.Strings(diff)
	if len(asked) == 0 || len(diff) > 0 {
		t.Error(strings.Join(diff, "; "))
	}
}

func ofWindow(fn *ast.FuncDecl) bool {
	star, ok := fn.Recv.List[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	name, ok := star.X.(*ast.Ident)
	return ok && name.Name == "Window"
}
