package rules

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Two versions of one place, left side by side by a merge, are read as text by
// nobody but a person: neither a build nor another test sees them in a page. A
// build sees them in Go, where only the text of a test can hold some.
func TestNoHalfMergedFiles(t *testing.T) {
	left := regexp.MustCompile(`(?m)^(<{7} |>{7} |={7}$)`)
	for _, f := range sources(t, func(p string) bool {
		return readable(p) && !strings.HasSuffix(p, ".go") && !strings.Contains(p, "/testdata/")
	}) {
		if m := left.FindStringIndex(read(t, f)); m != nil {
			t.Errorf("%s:%d: a merge was left half done here", f, 1+strings.Count(read(t, f)[:m[0]], "\n"))
		}
	}
}

// What a program can read in --json is part of the contract, and nobody can
// act on a code that no page names.
func TestEveryCodeStandsInTheContract(t *testing.T) {
	c, all := words(t)
	page := read(t, "docs/cli.md")
	failures, warnings := section(t, page, "Codes of failures"), section(t, page, "Codes of warnings")

	for code := range c.Errors {
		if !failures[code] {
			t.Errorf("docs/cli.md lacks the failure %s", code)
		}
	}
	for code := range failures {
		if _, ok := c.Errors[code]; !ok {
			t.Errorf("docs/cli.md has the failure %s, which there is not", code)
		}
	}

	told := map[string]string{}
	for key := range c.Lines {
		if code, ok := strings.CutPrefix(key, "profile.warn."); ok {
			told[code] = key
		}
		// The others of this kind are sentences and no warnings.
		if code, ok := strings.CutPrefix(key, "paste."); ok && code != "none" && code != "seen" {
			told[code] = key
		}
	}
	problems := all["problems"].(map[string]any)
	for _, f := range goFiles(t) {
		dir := filepath.Dir(f)
		if strings.HasSuffix(f, "_test.go") || dir != "backend" && dir != "backend/catalog/recipe" && dir != "cmd/toolbay" {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, f), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, code := range warned(file) {
			told[code] = f
		}
		for _, code := range coded(file) {
			if warnings[code] {
				told[code] = f
			}
			if _, problem := problems[code]; !problem && !strings.Contains(page, "`"+code+"`") {
				t.Errorf("%s: docs/cli.md lacks the code %s", f, code)
			}
		}
	}
	for code, where := range told {
		if !warnings[code] {
			t.Errorf("%s: docs/cli.md lacks the warning %s", where, code)
		}
	}
	for code := range warnings {
		if told[code] == "" {
			t.Errorf("docs/cli.md has the warning %s, which there is not", code)
		}
	}
	if len(failures) < 200 || len(told) < 40 {
		t.Errorf("looked at %d failures and %d warnings only", len(failures), len(told))
	}
}

// section gives the codes in the tables of one section of a page.
func section(t *testing.T, page, title string) map[string]bool {
	t.Helper()
	_, rest, ok := strings.Cut(page, "\n## "+title+"\n")
	if !ok {
		t.Fatalf("no section %q", title)
	}
	rest, _, _ = strings.Cut(rest, "\n## ")
	out := map[string]bool{}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z_-]+)` \\| [^|]*[^| ][^|]* \\|$").FindAllStringSubmatch(rest, -1) {
		if out[m[1]] {
			t.Errorf("docs/cli.md has %s twice", m[1])
		}
		out[m[1]] = true
	}
	return out
}

// warned gives the warnings that a file has as text: those with a name behind
// a colon by their form, the others by the call that keeps them.
func warned(file *ast.File) []string {
	var out []string
	named := regexp.MustCompile(`^([a-z]+(?:-[a-z]+)+):$`)
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			if m := named.FindStringSubmatch(literal(n)); m != nil {
				out = append(out, m[1])
			}
		case *ast.CallExpr:
			if f, ok := n.Fun.(*ast.SelectorExpr); !ok || f.Sel.Name != "warn" || len(n.Args) != 1 {
				return true
			}
			first := n.Args[0]
			if sum, ok := first.(*ast.BinaryExpr); ok {
				first = sum.X
			}
			if code := strings.TrimSuffix(literal(first), ":"); code != "" {
				out = append(out, code)
			}
		}
		return true
	})
	return out
}

// coded gives the codes that a file puts into answers as they are.
func coded(file *ast.File) []string {
	var out []string
	ast.Inspect(file, func(n ast.Node) bool {
		if pair, ok := n.(*ast.KeyValueExpr); ok {
			if key, _ := pair.Key.(*ast.Ident); key != nil && key.Name == "Code" && literal(pair.Value) != "" {
				out = append(out, literal(pair.Value))
			}
		}
		return true
	})
	return out
}

func literal(e ast.Expr) string {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return ""
	}
	s, _ := strconv.Unquote(lit.Value)
	return s
}
