package store

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"toolbay/backend/model"
)

// lockFile gives the file of a lock. The name of a source may hold what not
// every system takes in a file's name, "file:notes.json" for one, or be as long
// as a file's name may be.
func (s *Store) lockFile(name string) string {
	if !plain(name) || len(name) > 60 {
		name = fmt.Sprintf("%x", sha256.Sum256([]byte(name)))[:20]
	}
	return s.path + "." + name + ".lock"
}

func plain(name string) bool {
	return strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// Exclusive takes a lock that only one process holds at a time and that ends
// with the process, however that ends. ok is false when another holds it.
func (s *Store) Exclusive(name string) (release func(), ok bool, err error) {
	lock := flock.New(s.lockFile(name))
	ok, err = lock.TryLock()
	if err != nil {
		return nil, false, model.Fail("database_unusable", err)
	}
	if !ok {
		return nil, false, nil
	}
	return func() { lock.Unlock() }, true, nil
}

// lock waits for the lock of that name.
func (s *Store) lock(ctx context.Context, name string) (release func(), err error) {
	lock := flock.New(s.lockFile(name))
	if _, err := lock.TryLockContext(ctx, 20*time.Millisecond); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, model.Fail("database_unusable", err)
	}
	return func() { lock.Unlock() }, nil
}
