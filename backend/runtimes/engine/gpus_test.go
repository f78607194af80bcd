package engine

import (
	"slices"
	"testing"
)

func TestGPUs(t *testing.T) {
	for _, c := range []struct {
		name, value string
		ok          bool
		count       int
		ids         []string
	}{
		{"none", "", false, 0, nil},
		{"all", "all", true, -1, nil},
		{"some", "2", true, 2, nil},
		{"one by number", "device=0", true, 0, []string{"0"}},
		{"two, quoted", `"device=0,GPU-3a23"`, true, 0, []string{"0", "GPU-3a23"}},
		{"less than none", "-1", false, 0, nil},
		{"an empty name", "device=0,", false, 0, nil},
		{"more than is understood", "all,capabilities=utility", false, 0, nil},
		{"another member", "device=0,driver=nvidia", false, 0, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, ok := gpus(c.value)
			if ok != c.ok || ok && (r.Count != c.count || !slices.Equal(r.DeviceIDs, c.ids)) {
				t.Errorf("%+v, %v", r, ok)
			}
			h := Container{GPUs: c.value, Shm: 1 << 30}.host()
			if got := len(h.DeviceRequests); h.ShmSize != 1<<30 || ok && got != 1 || !ok && got != 0 {
				t.Errorf("the engine is asked for %+v and %d bytes", h.DeviceRequests, h.ShmSize)
			}
		})
	}
}
