package apptest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What Toolbay writes for one project and its user alone is what the real Claude
// Code has there as a server of scope "local": in any folder of the repository,
// beside one that its own command added, and in no other project.
func TestClaudeCodeHasWhatIsPrivateToAProject(t *testing.T) {
	b := newBench(t)
	for _, dir := range []string{"shop/.git", "shop/src", "other"} {
		if err := os.MkdirAll(filepath.Join(b.home, filepath.FromSlash(dir)), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	src := filepath.Join(b.home, "shop", "src")
	claude := func(dir string, args ...string) string {
		t.Helper()
		out, errs, err := b.command(dir, "claude", append([]string{"mcp"}, args...)...)
		if err != nil {
			t.Fatalf("claude mcp %s: %v\n%s%s", strings.Join(args, " "), err, out, errs)
		}
		return colour.ReplaceAllString(out+errs, "")
	}
	toolbay := func(args ...string) {
		t.Helper()
		if out, errs, err := b.command(src, b.toolbay, append(args, "--json")...); err != nil {
			t.Fatalf("toolbay %s: %v\n%s%s", strings.Join(args, " "), err, out, errs)
		}
	}
	other, err := filepath.Abs("testdata/other.mjs")
	if err != nil {
		t.Fatal(err)
	}
	claude(src, "add", "--scope", "local", "other", "--", filepath.Join(b.node, "node"), other)
	toolbay("connect", "claude-code", "everything", "--scope", "private")
	if said := claude(src, "get", "everything"); !strings.Contains(said, "Local config") || !strings.Contains(said, "Connected") {
		t.Errorf("Claude Code says of the server:\n%s", said)
	}
	if said := claude(filepath.Join(b.home, "shop"), "list"); !strings.Contains(said, "everything: ") || !strings.Contains(said, "other: ") {
		t.Errorf("the project has\n%s", said)
	}
	if said := claude(filepath.Join(b.home, "other"), "list"); strings.Contains(said, "everything") {
		t.Errorf("another project has it too:\n%s", said)
	}
	toolbay("disconnect", "claude-code", "everything", "--scope", "private")
	if said := claude(src, "list"); strings.Contains(said, "everything") || !strings.Contains(said, "other: ") {
		t.Errorf("left in the project:\n%s", said)
	}
}
