//go:build unix && !linux

package install

import "syscall"

// tie does nothing where the kernel offers nothing: a package manager whose
// Toolbay was killed ends by itself, and its folder is swept afterwards.
func tie(*syscall.SysProcAttr) {}
