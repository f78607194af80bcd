package store

import (
	"runtime/debug"
	"sync"
)

// frugal is how much garbage there may be beside what is in use, in percent,
// while an index is built: with 150,000 records that is 25 MB less than the
// usual 100, for a twentieth more work.
const frugal = 50

var saving struct {
	sync.Mutex
	works int
	usual int
}

// thrifty does work with less memory, in the whole program. Several may run at
// once.
func thrifty(work func() error) error {
	saving.Lock()
	if saving.works++; saving.works == 1 {
		if saving.usual = debug.SetGCPercent(frugal); saving.usual < frugal { // so set by the user
			debug.SetGCPercent(saving.usual)
		}
	}
	saving.Unlock()
	defer func() {
		saving.Lock()
		if saving.works--; saving.works == 0 {
			debug.SetGCPercent(saving.usual)
		}
		saving.Unlock()
	}()
	return work()
}
