package engine

import (
	"context"
	"errors"
	"io"
	"net"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/mount"

	"toolbay/backend/model"
)

// Container is one to be run: attached, without a terminal, gone when it ends.
type Container struct {
	// Name and Labels find it again.
	Name     string
	Labels   map[string]string
	Image    string
	Platform string
	// Entrypoint replaces the image's when it is not nil; Args replace its
	// command when there are any.
	Entrypoint, Args []string
	// Env holds keys among others. The engine keeps it while the container is
	// there.
	Env     []string
	Workdir string
	User    string
	Network string
	Hosts   []string
	Mounts  []model.Mount
	// ReadOnly leaves only /tmp and the mounts to be written to.
	ReadOnly bool
	// CPUs, Memory in bytes and Pids bound what it may use; 0 is no bound.
	CPUs   float64
	Memory int64
	Pids   int64
	// Shm is the size of /dev/shm in bytes, 0 for the engine's own.
	Shm int64
	// GPUs is as --gpus says it, "" for none.
	GPUs string
}

// Create makes a container and gives its id. Error codes: image_missing,
// mount_missing, container_refused and those of Check.
func (e *Engine) Create(ctx context.Context, c Container) (string, error) {
	made, err := e.api.ContainerCreate(ctx, c.config(), c.host(), nil, platformOf(c.Platform), c.Name)
	switch {
	case err == nil:
		return made.ID, nil
	case errdefs.IsNotFound(err):
		return "", model.Fail("image_missing", err, "image", c.Image)
	case errdefs.IsInvalidArgument(err), errdefs.IsConflict(err):
		return "", model.Fail("container_refused", err, "image", c.Image)
	}
	return "", e.failed(err)
}

func (c Container) config() *container.Config {
	return &container.Config{
		Image: c.Image, Labels: c.Labels, Env: c.Env, WorkingDir: c.Workdir, User: c.User,
		Entrypoint: c.Entrypoint, Cmd: c.Args,
		AttachStdin: true, AttachStdout: true, AttachStderr: true,
		// The engine closes the server's input when we are gone.
		OpenStdin: true, StdinOnce: true,
		// An image's check of its own health is a program started every few
		// seconds, and nobody looks at what it says.
		Healthcheck: &container.HealthConfig{Test: []string{"NONE"}},
	}
}

func (c Container) host() *container.HostConfig {
	yes := true
	h := &container.HostConfig{
		AutoRemove: true, Init: &yes, ReadonlyRootfs: c.ReadOnly,
		NetworkMode: container.NetworkMode(c.Network), ExtraHosts: c.Hosts,
		SecurityOpt: []string{"no-new-privileges"}, CapDrop: []string{"ALL"},
		// What the server says is the app's. The engine would keep it in a file.
		LogConfig: container.LogConfig{Type: "none"},
		Resources: container.Resources{NanoCPUs: int64(c.CPUs * 1e9), Memory: c.Memory},
	}
	if c.Pids > 0 {
		h.Resources.PidsLimit = &c.Pids
	}
	h.ShmSize = c.Shm
	if r, ok := gpus(c.GPUs); ok {
		h.Resources.DeviceRequests = []container.DeviceRequest{r}
	}
	tmp := true
	for _, m := range c.Mounts {
		kind := mount.TypeBind
		if m.Volume {
			kind = mount.TypeVolume
		} else {
			// Where SELinux stands guard, a container sees nothing of a folder
			// unless the folder is given another label or this is said.
			h.SecurityOpt = []string{"no-new-privileges", "label=disable"}
		}
		tmp = tmp && m.Target != "/tmp"
		h.Mounts = append(h.Mounts, mount.Mount{Type: kind, Source: m.Source, Target: m.Target, ReadOnly: !m.Writable})
	}
	if c.ReadOnly && tmp {
		h.Tmpfs = map[string]string{"/tmp": "rw,exec,nosuid,nodev,mode=1777"}
	}
	return h
}

// Stream is a container's attached streams.
type Stream struct {
	conn net.Conn
	r    io.Reader
}

// Attach connects to a container's streams; it must come before Start, or what
// the server says first is lost.
func (e *Engine) Attach(ctx context.Context, id string) (*Stream, error) {
	got, err := e.api.ContainerAttach(ctx, id, container.AttachOptions{Stream: true, Stdin: true, Stdout: true, Stderr: true})
	if err != nil {
		return nil, e.failed(err)
	}
	return &Stream{got.Conn, got.Reader}, nil
}

// Read gives what the server says, both its streams in frames.
func (s *Stream) Read(p []byte) (int, error) { return s.r.Read(p) }

// Write sends to the server's input.
func (s *Stream) Write(p []byte) (int, error) { return s.conn.Write(p) }

// CloseInput tells the server that nothing more comes.
func (s *Stream) CloseInput() error {
	if half, ok := s.conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.New("this connection cannot be closed halfway")
}

// Close ends the connection.
func (s *Stream) Close() error { return s.conn.Close() }

// Outcome is how a container ended.
type Outcome struct {
	Code int
	Err  error
}

// Wait tells when a container has ended and was removed. Call it before Start.
func (e *Engine) Wait(ctx context.Context, id string) <-chan Outcome {
	out := make(chan Outcome, 1)
	done, failed := e.api.ContainerWait(ctx, id, container.WaitConditionRemoved)
	go func() {
		select {
		case r := <-done:
			out <- Outcome{Code: int(r.StatusCode)}
		case err := <-failed:
			out <- Outcome{Err: e.failed(err)}
		}
	}()
	return out
}

// Start starts a container that was created. Error codes: container_refused
// when the engine cannot start what is in it.
func (e *Engine) Start(ctx context.Context, id string) error {
	err := e.api.ContainerStart(ctx, id, container.StartOptions{})
	if err == nil {
		return nil
	}
	if coded := e.failed(err); model.Code(coded) != "unexpected" {
		return coded
	}
	return model.Fail("container_refused", err, "image", "")
}

// Stop asks a container to end and makes it after a second. One that is gone
// is no error.
func (e *Engine) Stop(ctx context.Context, id string) error {
	second := 1
	err := e.api.ContainerStop(ctx, id, container.StopOptions{Timeout: &second})
	if err == nil || errdefs.IsNotFound(err) {
		return nil
	}
	return e.failed(err)
}

// Remove ends and removes a container by id or name, with the volumes that
// only it had. found is false when there is none; an error that is no code of
// this package's means that it is being removed already or that it has to be
// tried again.
func (e *Engine) Remove(ctx context.Context, id string) (found bool, err error) {
	err = e.api.ContainerRemove(ctx, id, container.RemoveOptions{Force: true, RemoveVolumes: true})
	if err == nil {
		return true, nil
	}
	if errdefs.IsNotFound(err) {
		return false, nil
	}
	return true, e.failed(err)
}

// Found is a container that carries a label asked for.
type Found struct {
	ID, Name string
	Labels   map[string]string
	Created  time.Time
	Running  bool
}

// Labelled lists the containers, ended ones too, that carry a label of a value.
func (e *Engine) Labelled(ctx context.Context, label, value string) ([]Found, error) {
	list, err := e.api.ContainerList(ctx, container.ListOptions{All: true, Filters: filters.NewArgs(filters.Arg("label", label+"="+value))})
	if err != nil {
		return nil, e.failed(err)
	}
	var out []Found
	for _, c := range list {
		f := Found{ID: c.ID, Labels: c.Labels, Created: time.Unix(c.Created, 0), Running: c.State == "running"}
		if len(c.Names) > 0 {
			f.Name = c.Names[0]
			if f.Name != "" && f.Name[0] == '/' {
				f.Name = f.Name[1:]
			}
		}
		out = append(out, f)
	}
	return out, nil
}
