//go:build unix && !linux

package connect

import "errors"

func bindMount(_, _ string) error { return errors.New("no bind mounts on this system") }
