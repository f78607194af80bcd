package remote

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"toolbay/backend/catalog/recipe"
	"toolbay/backend/install"
	"toolbay/backend/job"
	"toolbay/backend/model"
)

func quiet(job.Progress) {}

func TestPlan(t *testing.T) {
	cases := []struct {
		name, url, code string
	}{
		{"plain", "https://mcp.example.com/mcp", ""},
		{"blanks", "https://{tenant}.example.com/{path}?k={key}", ""},
		{"all of it is a blank", "{address}", ""},
		{"on this computer", "http://127.0.0.1:3000/mcp", ""},
		{"in the local network, since somebody named it", "https://192.168.1.4/mcp", ""},
		{"not https", "http://example.com/mcp", "remote_address"},
		{"with a name", "https://ann:pw@example.com/", "remote_address"},
		{"no address", "", "package_invalid"},
		{"a file", "file:///etc/passwd", "remote_address"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			in := &Installer{Home: t.TempDir()}
			plan, err := in.Plan(t.Context(), model.Package{Type: "remote", Identifier: c.url, URL: c.url, Transport: "http"})
			if model.Code(err) != c.code {
				t.Fatal(err)
			}
			if err == nil && (!plan.Resolved || plan.Package.Transport != "streamable-http" || plan.Size != 0) {
				t.Errorf("%+v", plan)
			}
			if err != nil && strings.Contains(err.Error(), "pw") {
				t.Error(err)
			}
		})
	}
}

func TestInstall(t *testing.T) {
	home := t.TempDir()
	in := &Installer{Home: home, Getenv: func(name string) string {
		return map[string]string{"https_proxy": "http://proxy.corp:3128", "HTTP_PROXY": "http://ann:pw@proxy", "NO_PROXY": "corp", "SSL_CERT_FILE": "/etc/corp.pem"}[name]
	}}
	pkg := model.Package{
		Type: "remote", Identifier: "https://{tenant}.example.com/mcp", URL: "https://{tenant}.example.com/mcp?key={key}", Transport: "sse",
		Variables: map[string]model.Input{"tenant": {Required: true}, "key": {Required: true, Secret: true}},
		Headers:   []model.Input{{Name: "Authorization", Value: "Bearer {token}", Variables: map[string]model.Input{"token": {Required: true, Secret: true}}}},
	}
	plan, err := in.Plan(t.Context(), pkg)
	if err != nil {
		t.Fatal(err)
	}
	r := recipe.Build(plan.Package, map[string]string{"tenant": "acme", "key": recipe.SecretMark("key"), "token": recipe.SecretMark("token")}, recipe.Here())
	done, err := in.Install(t.Context(), plan, install.Options{Server: "far", Recipe: r}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	if done.Remote.URL != "https://acme.example.com/mcp?key=${secret:key}" || done.Remote.Transport != "sse" || done.Remote.Headers["Authorization"] != "Bearer ${secret:token}" {
		t.Errorf("%+v", done.Remote)
	}
	want := map[string]string{"HTTPS_PROXY": "http://proxy.corp:3128", "NO_PROXY": "corp", "SSL_CERT_FILE": "/etc/corp.pem"}
	if got, _ := json.Marshal(done.Env); string(got) != string(must(json.Marshal(want))) {
		t.Errorf("%s", got)
	}
	receipt, err := install.ReadReceipt(done.Dir)
	if err != nil || receipt.Type != "remote" || receipt.Source != "https://acme.example.com" {
		t.Errorf("%+v %v", receipt, err)
	}
	if filepath.Dir(done.Dir) != filepath.Join(home, "servers", "far") || done.Command != "" {
		t.Errorf("%+v", done)
	}
	if _, err := os.Stat(filepath.Join(done.Dir, install.SealName)); err != nil {
		t.Error(err)
	}

	// What an answer makes of an address is looked at too.
	plan.Package.URL = "{address}"
	for _, bad := range []string{"http://example.com", "https://u:p@x", "gopher://x"} {
		_, err := in.Install(t.Context(), plan, install.Options{Server: "bad", Recipe: recipe.Recipe{URL: bad}}, quiet)
		if model.Code(err) != "remote_address" {
			t.Errorf("%s: %v", bad, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := in.Install(ctx, plan, install.Options{Server: "bad", Recipe: r}, quiet); model.Code(err) != "cancelled" {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(home, "servers", "bad")); err == nil {
		t.Error("something is left")
	}
	if left, _ := os.ReadDir(filepath.Join(home, "staging")); len(left) > 0 && left[0].IsDir() {
		t.Errorf("left in staging: %v", left)
	}
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}
