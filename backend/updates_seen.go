package backend

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"time"

	"toolbay/backend/launch"
	"toolbay/backend/whole"
)

const (
	// lookEvery is how often the window looks for updates by itself.
	lookEvery = 24 * time.Hour
	// lookFirst is how long it waits for that after it was opened, and lookAgain
	// how often it sees whether it is time: a computer that sleeps stops clocks.
	lookFirst = time.Minute
	lookAgain = time.Hour
)

// seenUpdates is what was found out about newer versions, and when.
type seenUpdates struct {
	// Checked is when all servers were looked at.
	Checked time.Time             `json:"checked,omitzero"`
	Servers map[string]seenUpdate `json:"servers"`
}

type seenUpdate struct {
	Checked time.Time `json:"checked"`
	// Version and Dir tell for which installed version this holds.
	Version string `json:"version"`
	Dir     string `json:"dir"`
	State   string `json:"state"`
	Newer   string `json:"newer,omitempty"`
	Error   string `json:"error,omitempty"`
}

// updatesFile is the place of one file about updates; names have an ending, so
// that no server's is another's.
func (b *Backend) updatesFile(name string) string { return filepath.Join(b.home, "updates", name) }

func (b *Backend) readSeen() seenUpdates {
	var seen seenUpdates
	data, err := os.ReadFile(b.updatesFile("seen.json"))
	if err != nil || json.Unmarshal(data, &seen) != nil {
		seen = seenUpdates{} // what cannot be read is asked for anew
	}
	if seen.Servers == nil {
		seen.Servers = map[string]seenUpdate{}
	}
	return seen
}

// remember adds what was found to what is known; all tells that it is of all
// servers, so that nothing else is worth keeping.
func (b *Backend) remember(found map[string]seenUpdate, all bool) (seenUpdates, error) {
	seen := b.readSeen()
	if all {
		seen = seenUpdates{Checked: b.o.Now().UTC(), Servers: map[string]seenUpdate{}}
	}
	for id, n := range found {
		seen.Servers[id] = n
	}
	data, err := json.Marshal(seen)
	if err != nil {
		return seen, err
	}
	return seen, whole.Write(b.updatesFile("seen.json"), data)
}

// forgetUpdates drops what is known of updates of a server that is gone.
func (b *Backend) forgetUpdates(id string) {
	if !launch.ValidID(id) {
		return
	}
	b.discard(id)
	os.Remove(b.turnFile(id))
}

// watchUpdates looks for updates once a day while a program that stays is open.
// It only looks: nothing is fetched or changed without its user.
func (b *Backend) watchUpdates(ctx context.Context) {
	if !b.o.Background {
		return
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	b.unwatch = func() { cancel(); <-ended }
	go func() {
		defer close(ended)
		for wait := time.NewTimer(lookFirst); ; wait.Reset(lookAgain) {
			select {
			case <-ctx.Done():
				wait.Stop()
				return
			case <-wait.C:
			}
			if b.lookIsDue(ctx) {
				// What could not be found out is in what is remembered.
				_, _ = b.CheckUpdates(ctx)
			}
		}
	}()
}

// lookIsDue tells whether it is time to look for updates. The user may have
// switched that off.
func (b *Backend) lookIsDue(ctx context.Context) bool {
	if b.setting(ctx, "updates", "", "") == "off" {
		return false
	}
	age := b.o.Now().Sub(b.readSeen().Checked)
	return age >= lookEvery || age < 0
}
