//go:build !linux && !darwin && !windows

package machine

import "context"

func sessionPath(context.Context) string { return "" }

func environmentOf(int, string) string { return "" }
