//go:build !windows

package launch

import "os"

// swapIn renames over the target; programs that run from it keep the old file.
func swapIn(tmp, target string) error { return os.Rename(tmp, target) }

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
