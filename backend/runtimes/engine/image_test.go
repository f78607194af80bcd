package engine

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"toolbay/backend/job"
	"toolbay/backend/model"
)

// What engines and registries say when an image cannot be had, word for word.
func TestWhyAnImageCannotBeHad(t *testing.T) {
	for _, c := range []struct {
		said   string
		status int
		code   string
	}{
		{"manifest for acme/notes:9 not found: manifest unknown: manifest unknown", 404, "image_unknown"},
		{"pull access denied for acme/notes, repository does not exist or may require 'docker login': denied: requested access to the resource is denied", 404, "image_denied"},
		{"unauthorized: authentication required", 500, "image_denied"},
		{"no matching manifest for linux/arm64/v8 in the manifest list entries", 404, "image_platform"},
		{"Get \"https://images.example/v2/\": dial tcp: lookup images.example: no such host", 500, "registry_unreachable"},
		{"Get \"http://127.0.0.1:1/v2/\": dial tcp 127.0.0.1:1: connect: connection refused", 500, "registry_unreachable"},
		{"toomanyrequests: You have reached your pull rate limit.", 429, "registry_unreachable"},
		{"write /data/x: no space left on device", 500, "disk_full"},
		{"invalid reference format", 400, "image_unknown"},
	} {
		t.Run(c.said, func(t *testing.T) {
			f := fakeEngine(t, "1.41", map[string]http.HandlerFunc{
				"GET /distribution/acme/notes:9/json": says(c.status, c.said),
				"POST /images/create":                 says(c.status, c.said),
			})
			if _, err := f.open(t).Digest(t.Context(), "acme/notes:9", ""); model.Code(err) != c.code {
				t.Errorf("asked: %v, want %s", err, c.code)
			}
			if err := f.open(t).Pull(t.Context(), "acme/notes:9", "", "", job.Silent); model.Code(err) != c.code {
				t.Errorf("fetched: %v, want %s", err, c.code)
			}
			// The same, in the middle of a fetch that began well.
			f.routes["POST /images/create"] = func(w http.ResponseWriter, _ *http.Request) {
				fmt.Fprintln(w, `{"status":"Pulling fs layer","progressDetail":{},"id":"a"}`)
				text, _ := json.Marshal(c.said)
				fmt.Fprintf(w, `{"errorDetail":{"message":%s},"error":%s}`+"\n", text, text)
			}
			if err := f.open(t).Pull(t.Context(), "acme/notes:9", "", "", job.Silent); model.Code(err) != c.code {
				t.Errorf("fetched halfway: %v, want %s", err, c.code)
			}
		})
	}
}

func TestProgress(t *testing.T) {
	lines := `{"status":"Pulling from acme/notes","id":"9"}
{"status":"Pulling fs layer","progressDetail":{},"id":"a"}
{"status":"Already exists","progressDetail":{},"id":"z"}
{"status":"Downloading","progressDetail":{"current":10,"total":100},"id":"a"}
{"status":"Downloading","progressDetail":{"current":50,"total":200},"id":"b"}
{"status":"Downloading","progressDetail":{"current":900,"total":100},"id":"a"}
{"status":"Download complete","progressDetail":{},"id":"b"}
{"status":"Extracting","progressDetail":{"current":1,"total":100},"id":"a"}
{"status":"Digest: sha256:1"}
`
	var got []string
	var shown strings.Builder
	err := follow(strings.NewReader(lines), &shown, func(p job.Progress) { got = append(got, fmt.Sprintf("%d/%d", p.Done, p.Total)) })
	want := "0/0 0/0 0/0 10/100 60/300 150/300 300/300 300/300 300/300"
	if err != nil || strings.Join(got, " ") != want {
		t.Errorf("%v, got  %s\nwant %s", err, strings.Join(got, " "), want)
	}
	if want := "9 Pulling from acme/notes\na Pulling fs layer\nz Already exists\nb Download complete\nDigest: sha256:1\n"; shown.String() != want {
		t.Errorf("shown:\n%s", shown.String())
	}
	for _, broken := range []string{"<html>", `{"status":`, `[1]`} {
		if err := follow(strings.NewReader(broken), io.Discard, job.Silent); err == nil {
			t.Errorf("%q was taken", broken)
		}
	}
}

func TestAFetchIsStopped(t *testing.T) {
	began := make(chan struct{})
	f := fakeEngine(t, "1.41", map[string]http.HandlerFunc{"POST /images/create": func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, `{"status":"Downloading","progressDetail":{"current":1,"total":100},"id":"a"}`)
		w.(http.Flusher).Flush()
		close(began)
		<-r.Context().Done() // the engine is told
	}})
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-began
		cancel()
	}()
	if err := f.open(t).Pull(ctx, "acme/notes:9", "", "", job.Silent); model.Code(err) != "cancelled" {
		t.Errorf("got %v", err)
	}
}

func TestRemoveImage(t *testing.T) {
	have := gives(map[string]any{"Id": "sha256:1", "Size": 700})
	for _, c := range []struct {
		name  string
		have  http.HandlerFunc
		gone  http.HandlerFunc
		freed int64
		code  string
	}{
		{"removed", have, gives([]map[string]string{{"Untagged": "x"}, {"Deleted": "sha256:1"}}), 700, ""},
		{"another name needs it", have, gives([]map[string]string{{"Untagged": "x"}}), 0, ""},
		{"a container needs it", have, says(409, "conflict: unable to remove: container 1 is using it"), 0, ""},
		{"not there", says(404, "No such image"), nil, 0, ""},
		{"gone meanwhile", have, says(404, "No such image"), 0, ""},
		{"the engine fails", have, says(500, "oh"), 0, "unexpected"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := fakeEngine(t, "1.41", map[string]http.HandlerFunc{"GET /images/acme/json": c.have, "DELETE /images/acme": c.gone})
			freed, err := f.open(t).RemoveImage(t.Context(), "acme")
			if freed != c.freed || model.Code(err) != c.code {
				t.Errorf("%d, %v", freed, err)
			}
		})
	}
}

// What `docker login` left reaches the engine, and no error or other request.
func TestCredentials(t *testing.T) {
	const password = "s3cret-of-nobody"
	f := fakeEngine(t, "1.41", map[string]http.HandlerFunc{"GET /info": gives(map[string]string{"IndexServerAddress": "https://index.example/v1/"})})
	e := f.open(t)
	auth := base64.StdEncoding.EncodeToString([]byte("ann:" + password))
	for _, c := range []struct{ name, config, ref, user string }{
		{"a registry with a name", `{"auths":{"images.example:5000":{"auth":"` + auth + `"}}}`, "images.example:5000/acme/notes", "ann"},
		{"the engine's default", `{"auths":{"https://index.example/v1/":{"auth":"` + auth + `"}}}`, "acme/notes", "ann"},
		{"another registry", `{"auths":{"images.example":{"auth":"` + auth + `"}}}`, "other.example/acme/notes", ""},
		{"nothing kept", `{}`, "images.example/acme", ""},
		{"broken", `{"auths":{"images.example":{"auth":"%%%"}}}`, "images.example/acme", ""},
		{"a helper with a strange name", `{"credsStore":"../../x","auths":{}}`, "images.example/acme", ""},
		{"a helper that is not there", `{"credHelpers":{"images.example":"none-of-ours"},"auths":{"images.example":{"auth":"` + auth + `"}}}`, "images.example/acme", "ann"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := nowhere(t, nil)
			if err := os.MkdirAll(filepath.Join(m.Home, ".docker"), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(m.Home, ".docker", "config.json"), []byte(c.config), 0o600); err != nil {
				t.Fatal(err)
			}
			text := m.Credentials(t.Context(), e, c.ref)
			plain, err := base64.URLEncoding.DecodeString(text)
			if err != nil {
				t.Fatal(err)
			}
			var got struct{ Username, Password string }
			json.Unmarshal(plain, &got)
			if got.Username != c.user || c.user != "" && got.Password != password {
				t.Errorf("got %+v, want %q", got, c.user)
			}
		})
	}
}

func TestHelper(t *testing.T) {
	dir := t.TempDir()
	script := "#!/bin/sh\nread -r server\nprintf '{\"ServerURL\":\"%s\",\"Username\":\"ann\",\"Secret\":\"from %s\"}' \"$server\" \"$server\"\n"
	if err := os.WriteFile(filepath.Join(dir, "docker-credential-ours"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	a, ok := authFile{Store: "ours"}.find(t.Context(), "images.example")
	if !ok || a.Username != "ann" || a.Password != "from images.example" {
		t.Errorf("%+v, %v", a, ok)
	}
}
