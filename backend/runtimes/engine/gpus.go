package engine

import (
	"strconv"
	"strings"

	"github.com/docker/docker/api/types/container"
)

// GPUs tells whether a value of --gpus is understood: "all", a number, or
// "device=0,1" with numbers or names of processors.
func GPUs(s string) bool {
	_, ok := gpus(s)
	return ok
}

func gpus(s string) (r container.DeviceRequest, ok bool) {
	r.Capabilities = [][]string{{"gpu"}}
	s = strings.Trim(s, `"'`) // a list is quoted once more for docker's own reading
	if ids, named := strings.CutPrefix(s, "device="); named {
		r.DeviceIDs = strings.Split(ids, ",")
		for _, id := range r.DeviceIDs {
			if id == "" || strings.ContainsAny(id, "= \t\n\"") {
				return r, false
			}
		}
		return r, true
	}
	if s == "all" {
		r.Count = -1
		return r, true
	}
	n, err := strconv.Atoi(s)
	r.Count = n
	return r, err == nil && n > 0 && n <= 64
}
