package engine

import (
	"context"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/api/types"
	"github.com/docker/docker/api/types/filters"
	"github.com/docker/docker/api/types/volume"
)

// Volume is one that carries a label asked for.
type Volume struct {
	Name   string
	Labels map[string]string
}

// MakeVolume makes a volume with labels. One that is there stays as it is, with
// the labels that it has.
func (e *Engine) MakeVolume(ctx context.Context, name string, labels map[string]string) error {
	if _, err := e.api.VolumeCreate(ctx, volume.CreateOptions{Name: name, Labels: labels}); err != nil {
		return e.failed(err)
	}
	return nil
}

// Volumes lists the volumes that carry a label of a value.
func (e *Engine) Volumes(ctx context.Context, label, value string) ([]Volume, error) {
	list, err := e.api.VolumeList(ctx, volume.ListOptions{Filters: filters.NewArgs(filters.Arg("label", label+"="+value))})
	if err != nil {
		return nil, e.failed(err)
	}
	var out []Volume
	for _, v := range list.Volumes {
		if v != nil {
			out = append(out, Volume{v.Name, v.Labels})
		}
	}
	return out, nil
}

// VolumeSizes gives the bytes in the engine's volumes, by their names, as far as
// it knows them. It looks at every file in them.
func (e *Engine) VolumeSizes(ctx context.Context) (map[string]int64, error) {
	use, err := e.api.DiskUsage(ctx, types.DiskUsageOptions{Types: []types.DiskUsageObject{types.VolumeObject}})
	if err != nil {
		return nil, e.failed(err)
	}
	out := map[string]int64{}
	for _, v := range use.Volumes {
		if v != nil && v.UsageData != nil && v.UsageData.Size > 0 {
			out[v.Name] = v.UsageData.Size
		}
	}
	return out, nil
}

// RemoveVolume takes a volume and what is in it away. One that is gone is no
// error; one that a container has is.
func (e *Engine) RemoveVolume(ctx context.Context, name string) error {
	err := e.api.VolumeRemove(ctx, name, false)
	if err == nil || errdefs.IsNotFound(err) {
		return nil
	}
	return e.failed(err)
}
