package app

import "toolbay/backend"

// FirstRun is what the first screen shows: what is here already. Nothing is
// written by it.
type FirstRun struct {
	Needed  bool                  `json:"needed"`
	Apps    []AppView             `json:"apps"`
	Servers []backend.FoundServer `json:"servers"`
}

// FirstRun looks at the apps and the servers they have.
func (w *Window) FirstRun() (FirstRun, error) {
	needed, servers, err := w.back.FirstLook(w.context())
	if err != nil {
		return FirstRun{}, err
	}
	apps, err := w.Apps()
	if err != nil {
		return FirstRun{}, err
	}
	return FirstRun{Needed: needed, Apps: apps, Servers: list(servers)}, nil
}

// FinishFirstRun remembers that the first screen was seen.
func (w *Window) FinishFirstRun() error { return w.back.Set(w.context(), "first_run", "done") }
