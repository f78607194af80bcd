package oci

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"toolbay/backend/catalog/recipe"
	"toolbay/backend/install"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/runtimes/engine"
	"toolbay/internal/containertest"
)

// with is a computer whose engine is at an address.
func with(t *testing.T, host string) *engine.Machine {
	return &engine.Machine{
		OS: runtime.GOOS, Home: t.TempDir(), UID: os.Getuid(),
		Getenv: func(name string) string {
			if name == "DOCKER_HOST" {
				return host
			}
			return ""
		},
		Exists:  func(string) bool { return false },
		Program: func(string) bool { return false },
	}
}

func installer(t *testing.T, host string) *Installer {
	return &Installer{Home: t.TempDir(), Machine: with(t, host)}
}

func TestInstallFromARegistry(t *testing.T) {
	image := containertest.Image(t, "acme/install", "1.2")
	in := installer(t, image.Engine)
	pkg := model.Package{Type: "oci", Identifier: image.Name, Version: "1.2", Transport: "stdio"}
	plan, err := in.Plan(t.Context(), pkg)
	if err != nil {
		t.Fatal(err)
	}
	if !plan.Resolved || plan.Integrity != image.Digest || image.Here(t) {
		t.Fatalf("planned %+v; nothing may be fetched for that", plan)
	}
	var stages []string
	var last job.Progress
	done, err := in.Install(t.Context(), plan, install.Options{Server: "notes", Recipe: recipe.Build(pkg, nil, recipe.Here())}, func(p job.Progress) {
		if len(stages) == 0 || stages[len(stages)-1] != p.Stage {
			stages = append(stages, p.Stage)
		}
		if p.Stage == "download" {
			last = p
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if strings.Join(stages, " ") != "download prepare" || last.Total == 0 || last.Done != last.Total || last.Unit != "bytes" {
		t.Errorf("told %v, the fetch ended with %+v", stages, last)
	}
	c := done.Container
	if c == nil || c.Image != image.Name+"@"+image.Digest || c.Engine != image.Engine || !c.ReadOnly || !c.Fetched || done.Version != "1.2" {
		t.Fatalf("installed %+v, %+v", done, c)
	}
	r, err := install.ReadReceipt(done.Dir)
	if err != nil || r.Type != "oci" || r.Integrity != image.Digest || r.Image != c.Image || r.Size == 0 || r.Source != Fetched {
		t.Errorf("receipt %+v, %v", r, err)
	}
	if _, err := os.Stat(filepath.Join(done.Dir, install.SealName)); err != nil {
		t.Error(err)
	}

	t.Run("again, with the image here", func(t *testing.T) {
		plan, err := in.Plan(t.Context(), pkg)
		if err != nil || plan.Size == 0 {
			t.Fatalf("%+v, %v", plan, err)
		}
		done, err := in.Install(t.Context(), plan, install.Options{Server: "other", Recipe: recipe.Build(pkg, nil, recipe.Here())}, job.Silent)
		if err != nil || done.Container.Fetched {
			t.Errorf("%+v, %v", done.Container, err)
		}
	})
	t.Run("by digest", func(t *testing.T) {
		image.Forget(t)
		pkg := model.Package{Type: "oci", Identifier: image.Name + "@" + image.Digest}
		plan, err := in.Plan(t.Context(), pkg)
		if err != nil {
			t.Fatal(err)
		}
		done, err := in.Install(t.Context(), plan, install.Options{Server: "third", Recipe: recipe.Build(pkg, nil, recipe.Here())}, job.Silent)
		if err != nil || done.Container.Image != pkg.Identifier || done.Version != strings.TrimPrefix(image.Digest, "sha256:")[:12] {
			t.Errorf("%+v, %v", done, err)
		}
	})
	t.Run("unknown", func(t *testing.T) {
		for _, p := range []model.Package{{Identifier: image.Name, Version: "9"}, {Identifier: image.Name + "-none"}} {
			if _, err := in.Plan(t.Context(), p); model.Code(err) != "image_unknown" {
				t.Errorf("%s:%s gives %v", p.Identifier, p.Version, err)
			}
		}
	})
	t.Run("stopped", func(t *testing.T) {
		image.Forget(t)
		ctx, cancel := context.WithCancel(t.Context())
		_, err := in.Install(ctx, plan, install.Options{Server: "fourth", Recipe: recipe.Build(pkg, nil, recipe.Here())}, func(p job.Progress) {
			if p.Stage == "prepare" {
				cancel()
			}
		})
		if model.Code(err) != "cancelled" {
			t.Errorf("got %v", err)
		}
		if image.Here(t) {
			t.Error("the image stays although nothing was installed")
		}
		if left, _ := filepath.Glob(filepath.Join(in.Home, "servers", "fourth", "*")); len(left) > 0 {
			t.Errorf("left: %v", left)
		}
	})
}

func TestNoEngine(t *testing.T) {
	for _, c := range []struct {
		name string
		host string
		code string
	}{
		{"none", "", "engine_missing"},
		{"not running", "unix://" + filepath.Join(t.TempDir(), "none.sock"), "engine_not_running"},
		{"over another way", "ssh://ann@far", "engine_ssh"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := installer(t, c.host).Plan(t.Context(), model.Package{Identifier: "acme/notes"}); model.Code(err) != c.code {
				t.Errorf("got %v", err)
			}
		})
	}
	// What is refused is refused before an engine is looked for.
	if _, err := installer(t, "").Plan(t.Context(), listed("--privileged")); model.Code(err) != "image_refused" {
		t.Errorf("got %v", err)
	}
}

// An engine that answers as a test says: Podman of some ages cannot ask a
// registry, others have bounds missing.
func TestOtherEngines(t *testing.T) {
	sum := "sha256:" + strings.Repeat("b", 64)
	image := map[string]any{"Id": "sha256:" + strings.Repeat("c", 64), "RepoDigests": []string{"acme/notes@" + sum}, "Size": 700, "Os": "linux"}
	inspect := func(w http.ResponseWriter) { json.NewEncoder(w).Encode(image) }
	for _, c := range []struct {
		name  string
		serve func(w http.ResponseWriter, key string) bool
		check func(t *testing.T, plan install.Plan, done install.Installed, err error)
	}{
		{"cannot ask a registry", func(w http.ResponseWriter, key string) bool {
			switch key {
			case "GET /distribution/acme/notes:latest/json":
				w.WriteHeader(http.StatusMethodNotAllowed)
			case "GET /images/acme/notes:latest/json":
				if !image["fetched"].(bool) {
					return false
				}
				inspect(w)
			case "POST /images/create":
				image["fetched"] = true
			default:
				return false
			}
			return true
		}, func(t *testing.T, plan install.Plan, done install.Installed, err error) {
			if err != nil || plan.Resolved || done.Container.Image != "acme/notes@"+sum {
				t.Errorf("%+v, %+v, %v", plan, done.Container, err)
			}
		}},
		{"sends something else than it announced", func(w http.ResponseWriter, key string) bool {
			switch key {
			case "GET /distribution/acme/notes:latest/json":
				w.Write([]byte(`{"Descriptor":{"digest":"` + sum + `"}}`))
			case "POST /images/create":
			default:
				return false
			}
			return true
		}, func(t *testing.T, plan install.Plan, done install.Installed, err error) {
			if model.Code(err) != "package_changed" {
				t.Errorf("got %v", err)
			}
		}},
		{"bounds nothing", func(w http.ResponseWriter, key string) bool {
			switch key {
			case "GET /distribution/acme/notes:latest/json":
				w.Write([]byte(`{"Descriptor":{"digest":"` + sum + `"}}`))
			case "GET /images/acme/notes@" + sum + "/json":
				inspect(w)
			default:
				return false
			}
			return true
		}, func(t *testing.T, plan install.Plan, done install.Installed, err error) {
			if err != nil || done.Container.CPUs >= 0 || done.Container.MemoryMB >= 0 || done.Container.Fetched {
				t.Errorf("%+v, %v", done.Container, err)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			image["fetched"] = false
			in := installer(t, serveEngine(t, c.serve))
			pkg := model.Package{Type: "oci", Identifier: "acme/notes"}
			plan, err := in.Plan(t.Context(), pkg)
			if err != nil {
				t.Fatal(err)
			}
			done, err := in.Install(t.Context(), plan, install.Options{Server: "notes", Recipe: recipe.Build(plan.Package, nil, recipe.Here())}, job.Silent)
			c.check(t, plan, done, err)
		})
	}
}

var apiVersion = regexp.MustCompile(`^/v[0-9.]+`)

func serveEngine(t *testing.T, serve func(w http.ResponseWriter, key string) bool) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("sockets in files")
	}
	path := filepath.Join(t.TempDir(), "e.sock")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		key := r.Method + " " + apiVersion.ReplaceAllString(r.URL.Path, "")
		switch {
		case r.URL.Path == "/_ping":
			w.Header().Set("Api-Version", "1.41")
			w.Header().Set("Ostype", "linux")
		case serve(w, key):
		case key == "GET /info":
			w.Write([]byte(`{"NCPU":8}`))
		default:
			w.WriteHeader(http.StatusNotFound)
			w.Write([]byte(`{"message":"not found"}`))
		}
	})}
	go s.Serve(l)
	t.Cleanup(func() { s.Close() })
	return "unix://" + path
}
