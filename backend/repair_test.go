package backend

import (
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
