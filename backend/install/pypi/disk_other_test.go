//go:build !linux

package pypi

import "testing"

func tinyDisk(t *testing.T, size int) string {
	t.Skip("a small disk is made on Linux only")
	return ""
}
