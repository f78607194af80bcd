package changeset

import (
	"errors"
	"testing"
	"time"
)

// What another program holds up for a moment is waited for; what is wrong for
// good is told at once. The errors stand for those of Windows.
func TestPatience(t *testing.T) {
	held, wrong := errors.New("sharing violation"), errors.New("no such file")
	for name, tc := range map[string]struct {
		fails  int // times that it is held
		last   error
		waited time.Duration
		tries  int
	}{
		"free":             {0, nil, 0, 1},
		"held briefly":     {4, nil, 150 * time.Millisecond, 5},
		"held for good":    {1000, held, 2550 * time.Millisecond, 9},
		"wrong":            {0, wrong, 0, 1},
		"held, then wrong": {1, wrong, 10 * time.Millisecond, 2},
	} {
		t.Run(name, func(t *testing.T) {
			tries, waited := 0, time.Duration(0)
			err := patiently(func() error {
				if tries++; tries <= tc.fails {
					return held
				}
				return tc.last
			}, func(err error) bool { return errors.Is(err, held) }, func(d time.Duration) { waited += d })
			if !errors.Is(err, tc.last) || waited != tc.waited || tries != tc.tries {
				t.Errorf("error %v after %d tries and %v, want %v, %d, %v", err, tries, waited, tc.last, tc.tries, tc.waited)
			}
		})
	}
}
