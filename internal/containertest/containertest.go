// Package containertest gives tests an image of a small server in a real
// engine and in an image registry, as build/engine.sh starts them. Without
// those the test is skipped. Tests only.
//
//	img := containertest.Image(t)
//	// img.Engine is the engine's address, img.Name the image in the registry
package containertest

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/image"
	"github.com/docker/docker/api/types/volume"
	"github.com/docker/docker/client"
)

// Pushed is an image that stands in the registry and not in the engine.
type Pushed struct {
	Engine string // the engine's address
	Name   string // host:port/name, without a tag
	Digest string // sha256:…
	api    *client.Client
}

// Engine gives the address of the engine for tests, or skips.
func Engine(t testing.TB) string {
	t.Helper()
	host := os.Getenv("TOOLBAY_TEST_ENGINE")
	if host == "" {
		t.Skip("no engine for containers: run this with build/engine.sh, which needs root, docker.io and docker-registry")
	}
	return host
}

var (
	serverOnce sync.Once
	serverFile []byte
	serverErr  error
)

// server is the test server's program, built once for all tests of a package.
func server(t testing.TB) []byte {
	t.Helper()
	serverOnce.Do(func() {
		dir, err := os.MkdirTemp("", "container-server-")
		if err != nil {
			serverErr = err
			return
		}
		defer os.RemoveAll(dir)
		out := filepath.Join(dir, "server")
		cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", out, "toolbay/internal/containertest/server")
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOFLAGS=")
		if text, err := cmd.CombinedOutput(); err != nil {
			serverErr = fmt.Errorf("%w\n%s", err, text)
			return
		}
		serverFile, serverErr = os.ReadFile(out)
	})
	if serverErr != nil {
		t.Fatal(serverErr)
	}
	return serverFile
}

// Image puts the test server's image into the registry under name:tag, with
// changes as a Dockerfile has them (ENV …), and takes it out of the engine
// again. Each call makes another image. It is removed at the test's end.
func Image(t testing.TB, name, tag string, changes ...string) Pushed {
	t.Helper()
	p := Pushed{Engine: Engine(t)}
	images := os.Getenv("TOOLBAY_TEST_IMAGES")
	if images == "" {
		t.Skip("no image registry: run this with build/engine.sh")
	}
	p.Name = images + "/" + name
	p.api = connect(t, p.Engine)
	ref := p.Name + ":" + tag
	changes = append([]string{`ENTRYPOINT ["/server"]`, "LABEL test=" + t.Name()}, changes...)
	body, err := p.api.ImageImport(t.Context(), image.ImportSource{Source: layer(t), SourceName: "-"}, ref, image.ImportOptions{Changes: changes})
	if err == nil {
		err = drain(body)
	}
	if err != nil {
		t.Fatal(err)
	}
	body, err = p.api.ImagePush(t.Context(), ref, image.PushOptions{RegistryAuth: "e30="})
	if err == nil {
		err = drain(body)
	}
	if err != nil {
		t.Fatal(err)
	}
	have, err := p.api.ImageInspect(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range have.RepoDigests {
		if n, sum, _ := strings.Cut(d, "@"); n == p.Name {
			p.Digest = sum
		}
	}
	if p.Digest == "" {
		t.Fatalf("no digest of %s", ref)
	}
	p.Forget(t)
	t.Cleanup(func() { p.Forget(t) })
	return p
}

// Forget takes the image out of the engine.
func (p Pushed) Forget(t testing.TB) {
	t.Helper()
	ctx := context.Background()
	list, err := p.api.ImageList(ctx, image.ListOptions{All: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range list {
		for _, d := range append(append([]string{}, i.RepoDigests...), i.RepoTags...) {
			if strings.HasPrefix(d, p.Name+"@") || strings.HasPrefix(d, p.Name+":") {
				if _, err := p.api.ImageRemove(ctx, i.ID, image.RemoveOptions{Force: true}); err != nil {
					t.Log(err)
				}
				break
			}
		}
	}
}

// Here tells whether the engine has the image.
func (p Pushed) Here(t testing.TB) bool {
	t.Helper()
	_, err := p.api.ImageInspect(t.Context(), p.Name+"@"+p.Digest)
	return err == nil
}

// Containers gives what the engine tells of all containers with a label, those
// that have ended too.
func Containers(t testing.TB, label string) []container.InspectResponse {
	t.Helper()
	api := connect(t, Engine(t))
	list, err := api.ContainerList(context.Background(), container.ListOptions{All: true, Filters: filters.NewArgs(filters.Arg("label", label))})
	if err != nil {
		t.Fatal(err)
	}
	var out []container.InspectResponse
	for _, c := range list {
		if full, err := api.ContainerInspect(context.Background(), c.ID); err == nil {
			out = append(out, full)
		}
	}
	return out
}

// Volumes gives the labels of all volumes with a label.
func Volumes(t testing.TB, label string) (out []map[string]string) {
	t.Helper()
	list, err := connect(t, Engine(t)).VolumeList(context.Background(), volume.ListOptions{Filters: filters.NewArgs(filters.Arg("label", label))})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range list.Volumes {
		out = append(out, v.Labels)
	}
	return out
}

func connect(t testing.TB, host string) *client.Client {
	t.Helper()
	api, err := client.NewClientWithOpts(client.WithHost(host), client.WithAPIVersionNegotiation())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { api.Close() })
	return api
}

// layer is a root folder with the server, and something of the test's own so
// that each image has its own digest.
func layer(t testing.TB) io.Reader {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	put := func(h tar.Header, data []byte) {
		h.Size = int64(len(data))
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	put(tar.Header{Name: "server", Mode: 0o755}, server(t))
	put(tar.Header{Name: "test-of", Mode: 0o644}, []byte(t.Name()+t.TempDir()))
	put(tar.Header{Name: "tmp/", Mode: 0o1777, Typeflag: tar.TypeDir}, nil)
	put(tar.Header{Name: "data/", Mode: 0o777, Typeflag: tar.TypeDir}, nil)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &b
}

// drain reads what the engine tells and gives the error in it.
func drain(body io.ReadCloser) error {
	defer body.Close()
	for dec := json.NewDecoder(body); ; {
		var m struct {
			Error string `json:"error"`
		}
		if err := dec.Decode(&m); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if m.Error != "" {
			return errors.New(m.Error)
		}
	}
}
