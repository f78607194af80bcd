// Package engine speaks to a container engine (Docker, Podman and what is built
// on them) through Docker's API: it finds the engine, fetches images by digest
// and runs containers with their streams attached. install/oci,
// launch/container and backend may import it; nobody else knows the client's
// types.
//
//	e, err := engine.Find(ctx, engine.Here())
//	sum, err := e.Digest(ctx, "acme/notes:1.2")
//	err = e.Pull(ctx, "acme/notes@"+sum, "", report)
package engine

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/versions"
	"github.com/docker/docker/client"

	"toolbay/backend/model"
)

// Engine is one engine. The zero value is none.
type Engine struct {
	// Address is where it answers; Address.String() opens it again.
	Address Address
	api     *client.Client
	// os is what its containers run on: linux, windows.
	os string
}

// leastAPI is Docker 19.03's, of 2019: the first with everything that is asked
// of an engine here.
const leastAPI = "1.40"

// patience bounds the first contact with an engine on this computer and with
// one elsewhere.
const patience, patienceFar = 3 * time.Second, 10 * time.Second

// Open makes an engine of an address without contacting it. Error code:
// engine_unsupported.
func Open(a Address) (*Engine, error) {
	conf, err := a.tls()
	if err != nil {
		return nil, model.Fail("engine_unsupported", err, "engine", a.Host, "ways", "")
	}
	own := &http.Client{
		Transport:     &http.Transport{TLSClientConfig: conf, MaxIdleConns: 2, IdleConnTimeout: 30 * time.Second},
		CheckRedirect: client.CheckRedirect,
	}
	api, err := client.NewClientWithOpts(client.WithHTTPClient(own), client.WithHost(a.Host), client.WithAPIVersionNegotiation())
	if err != nil {
		return nil, model.Fail("engine_unsupported", err, "engine", a.Host, "ways", "")
	}
	return &Engine{Address: a, api: api}, nil
}

// Close lets go of connections that are not in use.
func (e *Engine) Close() { _ = e.api.Close() }

// Check asks whether the engine answers and can be used. Error codes:
// engine_not_running, engine_denied, engine_too_old, engine_unsupported.
func (e *Engine) Check(ctx context.Context) error {
	wait := patience
	if !e.Address.Local() {
		wait = patienceFar
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	ping, err := e.api.Ping(ctx)
	if err != nil {
		return e.failed(err)
	}
	if ping.APIVersion == "" {
		return fail("engine_unsupported", errors.New("it does not answer as an engine does"), e)
	}
	if versions.LessThan(ping.APIVersion, leastAPI) {
		return fail("engine_too_old", errors.New("it speaks version "+ping.APIVersion+" of the API"), e)
	}
	e.api.NegotiateAPIVersionPing(ping)
	e.os = ping.OSType
	if e.os == "windows" {
		return fail("engine_unsupported", errors.New("its containers are Windows containers"), e)
	}
	return nil
}

// Bounds are what an engine can do.
type Bounds struct {
	CPUs int
	// Memory, CPU and Pids tell whether it can bound what a container uses.
	Memory, CPU, Pids bool
	// Mapped tells that the container's root is not this computer's root: the
	// engine runs without its rights, or in a machine of its own.
	Mapped bool
	// Name is what it calls itself: "Docker Desktop", "Debian GNU/Linux 12".
	Name string
}

// Bounds asks what the engine can do.
func (e *Engine) Bounds(ctx context.Context) (Bounds, error) {
	i, err := e.api.Info(ctx)
	if err != nil {
		return Bounds{}, e.failed(err)
	}
	b := Bounds{CPUs: i.NCPU, Memory: i.MemoryLimit, CPU: i.CPUCfsQuota, Pids: i.PidsLimit, Name: i.OperatingSystem}
	b.Mapped = runtime.GOOS != "linux" || !e.Address.Local() || i.OperatingSystem == "Docker Desktop"
	for _, o := range i.SecurityOptions {
		b.Mapped = b.Mapped || strings.HasPrefix(o, "name=rootless") || strings.HasPrefix(o, "name=userns")
	}
	return b, nil
}

// failed gives an error in contact with the engine its code.
func (e *Engine) failed(err error) error {
	var coded *model.Error
	switch {
	case errors.As(err, &coded):
		return err
	case errors.Is(err, context.Canceled):
		return model.Fail("cancelled", err)
	case denied(err):
		return fail("engine_denied", err, e)
	case client.IsErrConnectionFailed(err), errors.Is(err, context.DeadlineExceeded), errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, fs.ErrNotExist):
		return fail("engine_not_running", err, e)
	case errdefs.IsInternal(err) && strings.Contains(err.Error(), "no space left on device"):
		return model.Fail("disk_full", err)
	}
	return err
}

// denied also knows the client's own words, which hide the cause.
func denied(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EACCES) || errdefs.IsPermissionDenied(err) ||
		client.IsErrConnectionFailed(err) && strings.Contains(err.Error(), "permission denied")
}

// fail names the engine; ways is filled in by whoever knows the listing.
func fail(code string, cause error, e *Engine) error {
	return model.Fail(code, cause, "engine", e.Address.Host, "ways", "")
}
