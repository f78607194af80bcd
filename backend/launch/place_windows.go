package launch

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// swapIn moves a launcher that may be running aside, which Windows allows
// where it refuses to overwrite, and puts it back when the new one cannot come.
func swapIn(tmp, target string) error {
	aside := filepath.Join(filepath.Dir(target), oldPrefix+strconv.FormatInt(time.Now().UnixNano(), 36))
	err := os.Rename(target, aside)
	if errors.Is(err, os.ErrNotExist) {
		return os.Rename(tmp, target)
	}
	if err != nil {
		return err
	}
	if err := os.Rename(tmp, target); err != nil {
		return errors.Join(err, os.Rename(aside, target))
	}
	os.Remove(aside) // fails while it runs; the next placing sweeps it
	return nil
}

func syncDir(string) error { return nil }
