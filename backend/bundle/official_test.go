package bundle

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The official tool and ours take each other's bundles: what we pack it
// validates and unpacks, what it packs and signs we read and verify.
func TestOfficialTool(t *testing.T) {
	if os.Getenv("TOOLBAY_TEST_APPS") == "" {
		t.Skip("set TOOLBAY_TEST_APPS=1")
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		t.Skip("needs npm")
	}
	tool := t.TempDir()
	run := func(dir, program string, args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), program, args...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s %s: %v\n%s", filepath.Base(program), strings.Join(args, " "), err, out)
		}
		return string(out)
	}
	run(tool, npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", tool, "@anthropic-ai/mcpb@2.1.2")
	mcpb := filepath.Join(tool, "node_modules", ".bin", "mcpb")

	dir := folder(t, map[string]string{"manifest.json": plainManifest, "server/index.js": "1", "server/ünï.js": strings.Repeat("text ", 1000)})
	ours, theirs, unpacked := filepath.Join(tool, "ours.mcpb"), filepath.Join(tool, "theirs.mcpb"), filepath.Join(tool, "unpacked")
	if _, err := Pack(t.Context(), dir, ours); err != nil {
		t.Fatal(err)
	}
	run(tool, mcpb, "unpack", ours, unpacked)
	run(tool, mcpb, "validate", filepath.Join(unpacked, "manifest.json"))
	for _, name := range []string{"manifest.json", "server/index.js", "server/ünï.js"} {
		want, _ := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if got, err := os.ReadFile(filepath.Join(unpacked, filepath.FromSlash(name))); err != nil || string(got) != string(want) {
			t.Errorf("%s came out different: %v", name, err)
		}
	}
	run(tool, mcpb, "pack", dir, theirs)
	if a, b := names(t, ours), names(t, theirs); a != b {
		t.Errorf("we pack %s, it packs %s", a, b)
	}
	for _, path := range []string{ours, theirs} {
		run(tool, mcpb, "sign", path, "--self-signed")
		b := openFile(t, path, Options{})
		if v := b.Verdict(linux); b.Signature.Status != SelfMade || codes(v.Reasons) != "signature_unknown" || b.Signature.Publisher == "" {
			t.Errorf("%s: %+v because of %q", filepath.Base(path), b.Signature, codes(v.Reasons))
		}
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if b := openBytes(t, mutated(whole, 40), Options{}); b.Signature.Status != Invalid {
			t.Errorf("changed: %+v", b.Signature)
		}
	}
}
