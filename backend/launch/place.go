package launch

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"toolbay/backend/model"
)

// Names of what a placing leaves when it is killed or, on Windows, while the
// launcher before it still runs.
const newPrefix, oldPrefix = ".toolbay-new-", ".toolbay-old-"

// PlaceLauncher puts the program at self to its stable place, home/bin, where
// apps start it, and gives that place. When the same bytes stand there already
// nothing is written; any other launcher, older or newer, is replaced at once,
// also while servers run. Error code: launcher_not_placed.
func PlaceLauncher(home, self string) (string, error) {
	name := "toolbay"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	bin := filepath.Join(home, "bin")
	target := filepath.Join(bin, name)
	if err := place(bin, target, self); err != nil {
		return "", model.Fail("launcher_not_placed", err)
	}
	return target, nil
}

func place(bin, target, self string) error {
	st, err := os.Stat(self)
	if err != nil {
		return err
	}
	if !st.Mode().IsRegular() {
		return fmt.Errorf("%s is not a program", self)
	}
	sweep(bin)
	same, err := sameBytes(self, target)
	if err != nil || same {
		return err
	}
	if err := os.MkdirAll(bin, 0o700); err != nil {
		return err
	}
	tmp, err := copyProgram(bin, self)
	if err != nil {
		return err
	}
	defer os.Remove(tmp)
	if err := swapIn(tmp, target); err != nil {
		return err
	}
	return syncDir(bin)
}

// copyProgram makes a complete copy, safely on the disk, beside the target.
func copyProgram(bin, self string) (path string, err error) {
	in, err := os.Open(self)
	if err != nil {
		return "", err
	}
	defer in.Close()
	out, err := os.CreateTemp(bin, newPrefix+"*")
	if err != nil {
		return "", err
	}
	defer func() {
		if cerr := out.Close(); err == nil {
			err = cerr
		}
		if err != nil {
			os.Remove(out.Name())
		}
	}()
	if _, err := io.Copy(out, in); err != nil {
		return "", err
	}
	if err := out.Chmod(0o755); err != nil && runtime.GOOS != "windows" {
		return "", err
	}
	return out.Name(), out.Sync()
}

// sameBytes compares two files; an absent target is different.
func sameBytes(self, target string) (bool, error) {
	a, err := os.Open(self)
	if err != nil {
		return false, err
	}
	defer a.Close()
	b, err := os.Open(target)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer b.Close()
	sa, err := a.Stat()
	if err != nil {
		return false, err
	}
	sb, err := b.Stat()
	if err != nil {
		return false, err
	}
	if os.SameFile(sa, sb) {
		return true, nil
	}
	if sa.Size() != sb.Size() || !runnable(sb) {
		return false, nil
	}
	bufA, bufB := make([]byte, 256<<10), make([]byte, 256<<10)
	for {
		n, errA := io.ReadFull(a, bufA)
		m, errB := io.ReadFull(b, bufB)
		if n != m || !bytes.Equal(bufA[:n], bufB[:m]) {
			return false, nil
		}
		if errA == io.EOF || errA == io.ErrUnexpectedEOF {
			return true, nil
		}
		if err := errors.Join(errA, errB); err != nil {
			return false, err
		}
	}
}

func runnable(st os.FileInfo) bool {
	return st.Mode().IsRegular() && (runtime.GOOS == "windows" || st.Mode().Perm()&0o100 != 0)
}

// sweep deletes what killed placings and replaced launchers left; a copy under
// way is younger than an hour, and Windows keeps what still runs.
func sweep(bin string) {
	entries, err := os.ReadDir(bin)
	if err != nil {
		return
	}
	for _, e := range entries {
		st, err := e.Info()
		if err != nil {
			continue
		}
		old := strings.HasPrefix(e.Name(), oldPrefix)
		if old || strings.HasPrefix(e.Name(), newPrefix) && time.Since(st.ModTime()) > time.Hour {
			os.Remove(filepath.Join(bin, e.Name()))
		}
	}
}
