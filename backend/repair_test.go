package backend

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"toolbay/backend/repair/finding"
	"toolbay/backend/text"
)

func TestEveryProblemHasWords(t *testing.T) {
	codes := finding.Codes()
	if len(codes) < 90 {
		t.Fatalf("only %d codes", len(codes))
	}
	for _, c := range codes {
		title, detail, ok := text.Problem(c.Name, nil)
		if !ok || title == "" || detail == "" || strings.HasSuffix(title, ".") {
			t.Errorf("%s: %q, %q", c.Name, title, detail)
		}
	}
}

func TestEveryProblemHasAPage(t *testing.T) {
	for _, c := range finding.Codes() {
		page, err := os.ReadFile(filepath.Join("..", "docs", "problems", c.Name+".md"))
		if err != nil {
			t.Error(err)
			continue
		}
		for _, part := range []string{"# ", "## What you see\n", "## Why\n", "## What Toolbay does\n", "## By hand\n"} {
			least := 10
			if part == "## By hand\n" {
				least = 40 // a word alone shows nobody how
			}
			_, rest, ok := strings.Cut(string(page), part)
			if !ok || len(strings.TrimSpace(rest)) < least {
				t.Errorf("%s: nothing under %q", c.Name, part)
			}
		}
		if strings.ContainsAny(string(page), "{}") && strings.Contains(string(page), "{app}") {
			t.Errorf("%s: an app without a name", c.Name)
		}
	}
}
