package backend

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"time"

	"toolbay/backend/launch/container"
	"toolbay/backend/launch/poci"
	"toolbay/backend/model"
	"toolbay/backend/runtimes/engine"
	"toolbay/backend/whole"
)

// A volume is where a server in a container keeps what it stores. The engine
// has it; it carries the server's id and whose it is as labels. It stays when
// the server is removed, since an undo must find it again, and goes when the
// trash is emptied.

// volumesWaiting are those that could not be taken away: their engine did not
// answer. By its address, the ids of the servers.
type volumesWaiting map[string][]string

func (b *Backend) waitingFile() string { return filepath.Join(b.home, "volumes.json") }

func (b *Backend) waiting() volumesWaiting {
	w := volumesWaiting{}
	if data, err := os.ReadFile(b.waitingFile()); err != nil || json.Unmarshal(data, &w) != nil {
		return volumesWaiting{}
	}
	return w
}

func (b *Backend) wait(w volumesWaiting) {
	if len(w) == 0 {
		_ = os.Remove(b.waitingFile())
		return
	}
	data, _ := json.Marshal(w) // addresses and ids always encode
	_ = whole.Write(b.waitingFile(), data)
}

// enginesOf are the engines that have volumes of a server.
func enginesOf(s model.Server) (out []string) {
	all := []*model.Container{s.Container}
	for _, e := range s.Earlier {
		all = append(all, e.Container)
	}
	for _, c := range all {
		if c != nil && keepsVolumes(*c) && !slices.Contains(out, c.Engine) {
			out = append(out, c.Engine)
		}
	}
	return out
}

func keepsVolumes(c model.Container) bool {
	return slices.ContainsFunc(c.Mounts, func(m model.Mount) bool { return m.Volume && m.Source != "" }) ||
		slices.ContainsFunc(c.Tools, func(t model.ContainerTool) bool { return len(poci.Volumes(t)) > 0 })
}

// noteVolumes writes down that what a server has stored is to go. It comes
// before the server's own note does, so that nothing is forgotten in between.
func (b *Backend) noteVolumes(gone model.Server) {
	engines := enginesOf(gone)
	if len(engines) == 0 {
		return
	}
	w := b.waiting()
	for _, address := range engines {
		if !slices.Contains(w[address], gone.ID) {
			w[address] = append(w[address], gone.ID)
		}
	}
	b.wait(w)
}

// again is how long an engine that did not answer is left alone.
const again = time.Hour

// dropVolumes takes away what servers have stored that are gone for good, and
// tells the bytes. A server of the same id, here or in the trash, keeps it. With
// now unset, engines that did not answer lately are not asked again.
func (b *Backend) dropVolumes(ctx context.Context, now bool) (freed int64) {
	st, err := os.Stat(b.waitingFile())
	if err != nil || !now && time.Since(st.ModTime()) < again {
		return 0
	}
	w := b.waiting()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	servers, err := b.store.Servers(ctx)
	if err != nil {
		return 0
	}
	kept := map[string]bool{}
	for _, s := range servers {
		kept[s.ID] = true
	}
	for _, t := range b.trashedServers() {
		kept[t.Server.ID] = true
	}
	for address, ids := range w {
		// What a server of that id keeps goes with that one.
		ids = slices.DeleteFunc(ids, func(id string) bool { return kept[id] })
		n, done := b.dropVolumesOf(ctx, address, ids)
		freed += n
		if ids = slices.DeleteFunc(ids, func(id string) bool { return done[id] }); len(ids) > 0 {
			w[address] = ids
		} else {
			delete(w, address)
		}
	}
	b.wait(w)
	return freed
}

// dropVolumesOf takes away the volumes of servers from one engine; done are
// those of which none is left.
func (b *Backend) dropVolumesOf(ctx context.Context, address string, ids []string) (freed int64, done map[string]bool) {
	done = map[string]bool{}
	if len(ids) == 0 {
		return 0, done
	}
	e, err := openEngine(ctx, address)
	if err != nil {
		return 0, done
	}
	defer e.Close()
	volumes, err := b.ownVolumes(ctx, e)
	if err != nil {
		return 0, done
	}
	for _, id := range ids {
		done[id] = true
	}
	for _, v := range volumes {
		if !slices.Contains(ids, v.server) {
			continue
		}
		if err := e.RemoveVolume(ctx, v.name); err != nil {
			done[v.server] = false
			continue
		}
		freed += v.bytes
	}
	return freed, done
}

// ownVolume is a volume of a server of ours.
type ownVolume struct {
	name, server string
	bytes        int64 // 0 when the engine does not say
}

// ownVolumes lists them.
func (b *Backend) ownVolumes(ctx context.Context, e *engine.Engine) (out []ownVolume, err error) {
	list, err := e.Volumes(ctx, container.LabelHome, container.HomeMark(b.home))
	if err != nil || len(list) == 0 {
		return nil, err
	}
	sizes, err := e.VolumeSizes(ctx)
	if err != nil {
		sizes = nil // that it cannot say is no reason to keep them
	}
	for _, v := range list {
		out = append(out, ownVolume{v.Name, v.Labels[container.LabelServer], sizes[v.Name]})
	}
	return out, nil
}

// volumesHere is what servers have stored in volumes, those in the trash, too,
// as far as their engines answer.
func (b *Backend) volumesHere(ctx context.Context, servers []model.Server) (parts []DiskPart) {
	for _, t := range b.trashedServers() {
		servers = append(slices.Clip(servers), t.Server)
	}
	var engines []string
	for _, s := range servers {
		engines = append(engines, enginesOf(s)...)
	}
	slices.Sort(engines)
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for _, address := range slices.Compact(engines) {
		e, err := openEngine(ctx, address)
		if err != nil {
			continue
		}
		volumes, err := b.ownVolumes(ctx, e)
		e.Close()
		if err != nil {
			continue
		}
		for _, v := range volumes {
			parts = append(parts, DiskPart{Kind: DiskVolumes, Name: v.name, Bytes: v.bytes, Used: true})
		}
	}
	return parts
}
