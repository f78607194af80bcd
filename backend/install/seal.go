package install

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
)

// SealName is the file that lists what an install put into its folder.
const SealName = "files.json"

// Seal writes the digest of every file below dir into files.json there, so
// that Verify can tell later what was changed. Links are listed with their
// target.
func Seal(dir string) error {
	files, err := digests(dir)
	if err != nil {
		return err
	}
	b, err := json.MarshalIndent(files, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, SealName), append(b, '\n'), 0o600)
}

// digests gives "sha256:…" of each file and "link:…" of each link, by slash
// path.
func digests(dir string) (map[string]string, error) {
	files := map[string]string{}
	var plain []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil || rel == SealName {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.Type()&fs.ModeSymlink != 0 {
			target, err := os.Readlink(path)
			files[rel] = "link:" + filepath.ToSlash(target)
			return err
		}
		if !d.Type().IsRegular() {
			return nil
		}
		plain = append(plain, rel)
		return nil
	})
	if err != nil {
		return nil, err
	}
	sums, errs := make([]string, len(plain)), make([]error, len(plain))
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(plain), 8) {
		wait.Go(func() {
			buffer := make([]byte, 64<<10)
			for i := int(next.Add(1)) - 1; i < len(plain); i = int(next.Add(1)) - 1 {
				sums[i], errs[i] = digest(filepath.Join(dir, filepath.FromSlash(plain[i])), buffer)
			}
		})
	}
	wait.Wait()
	for i, rel := range plain {
		files[rel] = sums[i]
	}
	return files, errors.Join(errs...)
}

func digest(path string, buffer []byte) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	// Hidden behind io.Reader, or the file would bring a new buffer of its own.
	if _, err := io.CopyBuffer(h, struct{ io.Reader }{f}, buffer); err != nil {
		return "", err
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil)), nil
}
