package pen

import (
	"slices"

	"toolbay/backend/configfile"
)

// WithoutNulls takes the members of a JSON text out whose values are a null that
// stands at one of some offsets, but those that keep says. What it cannot take
// out stays.
func WithoutNulls(src []byte, f configfile.Format, at []int, keep func(path []string) bool) []byte {
	var paths [][]string
	var walk func(n *node, path []string)
	walk = func(n *node, path []string) {
		if slices.Contains(at, n.start) && len(path) > 0 && string(src[n.start:n.end]) == "null" && !keep(path) {
			paths = append(paths, slices.Clone(path))
		}
		if n.kind == configfile.BeginObject { // a place in a list has no path
			for _, k := range n.kids {
				walk(k, append(path, k.key))
			}
		}
	}
	if root := tree(src); root != nil {
		walk(root, nil)
	}
	for _, path := range paths {
		if out, err := configfile.Remove(src, f, path, nil); err == nil {
			src = out
		}
	}
	return src
}
