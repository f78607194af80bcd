package backend

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"

	"toolbay/backend/launch"
	"toolbay/backend/whole"
)

// RemoveRequest is which servers go, and what goes with them.
type RemoveRequest struct {
	Servers []string
	// Keys forgets their keys now. Without it they wait with the servers, and go
	// when undo ends.
	Keys bool
	// Runtimes takes along the programs that Toolbay has fetched for itself and
	// that no server needs any more.
	Runtimes bool
	DryRun   bool
}

// runtimesIn is the place for runtimes in the trash of a change. It is no id of
// a server.
const runtimesIn = "+runtimes"

// forgetKeys forgets the keys of a server in the trash of a change. Brought
// back, it asks for them.
func (b *Backend) forgetKeys(change, id string) error {
	file := filepath.Join(b.trashDir(change, id), "trashed.json")
	var t trashed
	data, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(data, &t)
	}
	if err != nil {
		return err
	}
	keys := b.keysIn(t.Spec.KeysIn)
	for profile, p := range t.Spec.Profiles {
		if p.Secrets != nil {
			if err := keys.Delete(id, profile); err != nil {
				return err
			}
		}
	}
	if err := keys.Delete(id, ""); err != nil {
		return err
	}
	if signedIn(t.Spec.Remote) {
		b.accounts(t.Spec.KeysIn).Forget(id)
	}
	for i := range t.Server.Inputs {
		t.Server.Inputs[i].Set = false
	}
	profiles := t.Spec.Profiles
	t.Spec = specOf(t.Server)
	t.Spec.Profiles = map[string]launch.ProfileSpec{}
	for name, p := range profiles {
		if p.Secrets == nil {
			t.Spec.Profiles[name] = p
		}
	}
	if data, err = json.Marshal(t); err != nil {
		return err
	}
	return whole.Write(file, data)
}

// runtimesToTrash moves what no server needs to the trash of a change, whose
// own servers do not count, and tells the bytes. What does not go stays.
func (b *Backend) runtimesToTrash(change string, res *RemoveResult) (bytes int64) {
	if b.installing() {
		return 0 // it may be for that
	}
	for _, r := range b.runtimesHere(change) {
		if r.Used {
			continue
		}
		to := filepath.Join(b.home, "trash", change, runtimesIn, filepath.FromSlash(r.Name))
		if os.MkdirAll(filepath.Dir(to), 0o700) != nil || os.Rename(r.path, to) != nil {
			continue
		}
		res.Runtimes = append(res.Runtimes, r.Name)
		bytes += r.Bytes
	}
	return bytes
}

// runtimesBack brings back what a removal took along. What is there again since
// stays as it is.
func (b *Backend) runtimesBack(change string) error {
	root := filepath.Join(b.home, "trash", change, runtimesIn)
	if !isFolder(root) {
		return nil
	}
	for _, name := range append(names(root), under("python", names(filepath.Join(root, "python")))...) {
		from, to := filepath.Join(root, name), filepath.Join(b.home, "runtimes", name)
		if name == "python" || isFolder(to) {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := os.Rename(from, to); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return os.RemoveAll(root)
}

func under(dir string, list []string) []string {
	out := make([]string, 0, len(list))
	for _, name := range list {
		out = append(out, filepath.Join(dir, name))
	}
	return out
}

// dropTrash removes the trash of a change when no server is in it any more.
func (b *Backend) dropTrash(change string) {
	left := names(change)
	if len(left) == 0 || len(left) == 1 && left[0] == runtimesIn {
		os.RemoveAll(change)
	}
}
