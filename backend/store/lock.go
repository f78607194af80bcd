package store

import (
	"context"
	"time"

	"github.com/gofrs/flock"

	"toolbay/backend/model"
)

// Exclusive takes a lock that only one process holds at a time and that ends
// with the process, however that ends. ok is false when another holds it.
func (s *Store) Exclusive(name string) (release func(), ok bool, err error) {
	lock := flock.New(s.path + "." + name + ".lock")
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
	lock := flock.New(s.path + "." + name + ".lock")
	if _, err := lock.TryLockContext(ctx, 20*time.Millisecond); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, model.Fail("database_unusable", err)
	}
	return func() { lock.Unlock() }, nil
}
