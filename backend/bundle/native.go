package bundle

import (
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

// maxNative bounds how many compiled modules are looked at.
const maxNative = 2000

// native looks at the compiled modules that a Node.js or Python server brings:
// those for another computer only are why it will not start. Modules for many
// computers lie beside each other, and one that fits is enough.
func (r *resolver) native() {
	if r.files == nil || r.l.Type != "node" && r.l.Type != "python" {
		return
	}
	other, fits, n := map[string]string{}, map[string]bool{}, 0
	_ = fs.WalkDir(r.files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || n == maxNative {
			return nil
		}
		end := path.Ext(name)
		switch end {
		case ".node", ".so", ".pyd", ".dylib":
		default:
			return nil
		}
		n++
		built := machineOf(head(r.files, name))
		if len(built.archs) == 0 {
			return nil
		}
		same := bare(strings.TrimSuffix(name, end))
		if ok, _ := built.runs(r.p); ok {
			fits[same] = true
		} else if other[same] == "" {
			other[same] = name
		}
		return nil
	})
	for _, same := range slices.Sorted(maps.Keys(other)) {
		if !fits[same] {
			r.say("native_other", "file", other[same])
			return // the others are told no better
		}
	}
}
