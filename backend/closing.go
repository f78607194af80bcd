package backend

import (
	"context"
	"runtime"
	"slices"
	"time"

	"toolbay/backend/clients"
	"toolbay/backend/model"
	"toolbay/backend/running"
	"toolbay/backend/text"
)

// Closing is what the user said about apps that write their file from memory:
// what is written while such an app runs is lost when it writes the next time.
type Closing struct {
	// CloseApps asks them to close, as their own menu does, and waits.
	CloseApps bool
	// WriteAnyway writes while they run.
	WriteAnyway bool
}

func programsOf(c clients.Client, goos string) []running.Program {
	var out []running.Program
	for _, p := range c.Programs {
		if len(p.OS) == 0 || slices.Contains(p.OS, goos) {
			out = append(out, running.Program{Names: p.Names, Within: p.Within})
		}
	}
	return out
}

func (b *Backend) goos() string {
	if b.system.OS == "" {
		return runtime.GOOS
	}
	return b.system.OS
}

// startedSince tells since when an app runs that writes its file from memory.
func (b *Backend) startedSince(c clients.Client) (since time.Time, runs bool) {
	if !c.CloseFirst {
		return time.Time{}, false
	}
	return b.running.Since(context.Background(), programsOf(c, b.goos())...)
}

// runningApps gives those of the apps that would lose what is written now.
func (b *Backend) runningApps(apps []string) []clients.Client {
	var out []clients.Client
	for _, id := range apps {
		if c, ok := b.apps.Get(id); ok {
			if _, runs := b.startedSince(c); runs {
				out = append(out, c)
			}
		}
	}
	return out
}

// closeNeeds asks what to do about the apps of a change that would lose it. A
// yes to downloads and writes is no answer: closing an app ends what the user
// does in it.
func (b *Backend) closeNeeds(apps []string, how Closing) (needs []model.Need) {
	if how.CloseApps || how.WriteAnyway {
		return nil
	}
	for _, c := range b.runningApps(apps) {
		needs = append(needs, model.Need{Kind: "close", Name: c.ID, Text: text.Line("need.close", "app", c.Name), Flag: "--close-app"})
	}
	return needs
}

// CloseFirst is for what has no Closing in its request: it is called with the
// apps that a dry run names. Error codes: those of Connect about closing.
func (b *Backend) CloseFirst(ctx context.Context, apps []string, how Closing) error {
	return b.closeFirst(ctx, apps, how)
}

// closeFirst closes the apps of a change that would lose it, when the user said
// so. Error codes: consent_needed with needs of kind close, app_not_closed,
// cancelled.
func (b *Backend) closeFirst(ctx context.Context, apps []string, how Closing) error {
	if how.WriteAnyway {
		return nil
	}
	if !how.CloseApps {
		if needs := b.closeNeeds(apps, how); len(needs) > 0 {
			return needed(needs)
		}
		return nil // none of them runs
	}
	for _, c := range b.runningApps(apps) {
		if err := b.running.Close(ctx, c.Name, programsOf(c, b.goos())...); err != nil {
			return err
		}
	}
	return nil
}
