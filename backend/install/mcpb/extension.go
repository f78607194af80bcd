package mcpb

import (
	"context"
	"os"
	"strings"

	"toolbay/backend/job"
	"toolbay/backend/model"
)

// ExtensionPrefix begins the identifier of an extension that Claude Desktop has
// unpacked on this computer.
const ExtensionPrefix = "claude-extension:"

// Extension is one of those: its folder, and the settings made there. A key
// among them is encrypted for Claude alone and is not in Settings.
type Extension struct {
	ID       string
	Dir      string
	Settings map[string]string
}

// answered gives an imported extension's questions the answers it had as their
// defaults.
func (f file) answered(inputs []model.Input) []model.Input {
	if f.imported == nil {
		return inputs
	}
	for i, in := range inputs {
		v, ok := f.imported.Settings[in.Name]
		if ok && v != "" && !in.Secret && !strings.Contains(v, "${secret:") {
			inputs[i].Default = v
		}
	}
	return inputs
}

// extension packs an extension's folder, so that it goes the way of every
// bundle.
func (in *Installer) extension(ctx context.Context, id string, report job.Report) (file, error) {
	if in.Extension == nil {
		return file{}, model.Fail("extension_unknown", nil, "id", id)
	}
	e, err := in.Extension(id)
	if err != nil {
		return file{}, err
	}
	if err := os.MkdirAll(in.cache(), 0o700); err != nil {
		return file{}, err
	}
	in.tidy()
	tmp, err := os.CreateTemp(in.cache(), ".packing-*")
	if err != nil {
		return file{}, err
	}
	defer os.Remove(tmp.Name())
	defer tmp.Close()
	report(job.Progress{Stage: "prepare"})
	if err := pack(ctx, tmp, e.Dir); err != nil {
		return file{}, err
	}
	if err := tmp.Close(); err != nil {
		return file{}, err
	}
	f, err := local(tmp.Name(), "")
	if err != nil {
		return file{}, err
	}
	place := in.cached(f.sha256)
	if err := os.Rename(tmp.Name(), place); err != nil {
		return file{}, err
	}
	f.path, f.cached, f.source, f.imported = place, true, ExtensionPrefix+id, &e
	return f, nil
}
