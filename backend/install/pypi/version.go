package pypi

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"toolbay/backend/pattern"
)

var versionParts = pattern.New(`^v?(?:([0-9]+)!)?([0-9]+(?:\.[0-9]+)*)(?:[-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?([0-9]*))?(?:-([0-9]+)|[-_.]?(post|rev|r)[-_.]?([0-9]*))?(?:[-_.]?(dev)[-_.]?([0-9]*))?(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?$`)

// Compare orders two versions as PEP 440 does: below 0 when a is the older one.
// What is no version comes before everything else.
func Compare(a, b string) int {
	x, okX := sortKey(a)
	y, okY := sortKey(b)
	if !okX || !okY {
		if okX == okY {
			return strings.Compare(a, b)
		}
		return map[bool]int{true: 1, false: -1}[okX]
	}
	return slices.Compare(x, y)
}

// Newer tells whether version b came after version a.
func Newer(a, b string) bool { return Compare(a, b) < 0 }

// releaseNumbers is how many numbers of a release are compared.
const releaseNumbers = 8

// sortKey makes numbers of a version that order as versions do: epoch, release,
// then dev < pre < final < post within it.
func sortKey(v string) ([]int, bool) {
	m := versionParts().FindStringSubmatch(strings.ToLower(strings.TrimSpace(v)))
	if m == nil {
		return nil, false
	}
	number := func(s string) int {
		n, err := strconv.Atoi(s)
		if err != nil {
			return 0
		}
		return n
	}
	key := make([]int, 1, releaseNumbers+8)
	key[0] = number(m[1])
	parts := strings.Split(m[2], ".")
	for i := range releaseNumbers {
		n := 0
		if i < len(parts) {
			n = number(parts[i])
		}
		key = append(key, n)
	}
	const none = 4
	pre := none
	switch m[3] {
	case "a", "alpha":
		pre = 1
	case "b", "beta":
		pre = 2
	case "c", "rc", "pre", "preview":
		pre = 3
	}
	post := m[5] != "" || m[6] != ""
	if pre == none && !post && m[8] != "" {
		pre = 0 // a .dev of the release itself comes before its pre-releases
	}
	key = append(key, pre, number(m[4]))
	key = append(key, map[bool]int{true: 1 + number(cmp.Or(m[5], m[7]))}[post])
	if m[8] == "" {
		return append(key, 1, 0), true
	}
	return append(key, 0, number(m[9])), true
}
