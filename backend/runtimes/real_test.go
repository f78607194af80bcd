package runtimes_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"toolbay/backend/job"
	"toolbay/backend/runtimes"
	"toolbay/internal/nodearchive"
)

// TestRealPrivateNode fetches a real Node.js of 60 MB from loopback and runs
// the npm in it, on a machine that has none of its own.
func TestRealPrivateNode(t *testing.T) {
	const version = "24.21.0"
	archive, table := nodearchive.Linux(t, version)
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v"+version+"/node-v"+version+"-linux-x64.tar.gz" {
			http.NotFound(w, r)
			return
		}
		http.ServeFile(w, r, archive)
	}))
	defer origin.Close()
	n := &runtimes.Nodes{
		Home: t.TempDir(), UserHome: t.TempDir(), Origin: origin.URL, Table: table,
		Getenv: func(string) string { return "" }, SystemDirs: []string{},
	}
	ctx := context.Background()
	if node, err := n.Find(ctx, ""); err == nil {
		t.Fatalf("there is one already: %+v", node)
	}
	offer, err := n.Offer("^24")
	if err != nil {
		t.Fatal(err)
	}
	var last job.Progress
	node, err := n.Fetch(ctx, offer, func(p job.Progress) { last = p })
	if err != nil {
		t.Fatal(err)
	}
	if last.Done != offer.Size || last.Total != offer.Size {
		t.Errorf("last progress %+v of %d bytes", last, offer.Size)
	}
	if node.Version != version || !node.Private {
		t.Errorf("%+v", node)
	}
	// npm by its script, and by the link a package's own program would use.
	for _, argv := range [][]string{
		append(append([]string{}, node.NPM...), "--version"),
		{filepath.Join(filepath.Dir(node.Path), "npm"), "--version"},
	} {
		cmd := exec.Command(argv[0], argv[1:]...)
		cmd.Env = []string{"HOME=" + n.UserHome, "PATH=" + filepath.Dir(node.Path)}
		out, err := cmd.Output()
		if err != nil || !strings.HasPrefix(string(out), "11.") {
			t.Errorf("%q says %q, %v", argv, out, err)
		}
	}
	found, err := n.Find(ctx, ">=22")
	if err != nil || found.Path != node.Path {
		t.Errorf("found %+v, %v", found, err)
	}
	if _, err := os.Stat(filepath.Join(n.Home, "staging", "archive")); err == nil {
		t.Error("the archive is still there")
	}
}
