package app

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/mac"
	"github.com/wailsapp/wails/v2/pkg/runtime"

	"toolbay/backend"
)

// Opening is a file or link that this computer was asked to open with Toolbay.
type Opening struct {
	// Ref goes to the install sheet when Kind is file, and into the paste box
	// when it is link; of a profile's file and of a folder it is the path.
	Ref  string `json:"ref"`
	Kind string `json:"kind"` // file, link, profile, folder
}

// Opened gives what Toolbay was started with, or what came before the page was
// there, each once. From then on the event "open" tells the next.
func (w *Window) Opened() []Opening {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := append([]Opening{}, w.opened...)
	w.opened, w.listens = nil, true
	return out
}

// Open hands arguments of a start to the page: files and links. dir is where
// relative names begin.
func (w *Window) open(args []string, dir string) {
	for _, arg := range args {
		ref, kind, ok := backend.Opening(arg, dir)
		if !ok {
			continue
		}
		o := Opening{Ref: ref, Kind: kind}
		w.mu.Lock()
		listens := w.listens
		if !listens {
			w.opened = append(w.opened, o)
		}
		w.mu.Unlock()
		if listens {
			w.emit("open", o)
		}
	}
}

// oneOnly makes a second start hand what it was given to the window that is
// open already. Windows of two homes are two.
func (w *Window) oneOnly() *options.SingleInstanceLock {
	if w.back == nil {
		return nil
	}
	sum := sha256.Sum256([]byte(w.back.Home()))
	return &options.SingleInstanceLock{
		UniqueId: "toolbay" + hex.EncodeToString(sum[:8]),
		OnSecondInstanceLaunch: func(second options.SecondInstanceData) {
			w.front()
			w.open(second.Args, second.WorkingDirectory)
		},
	}
}

// onMac is how macOS tells what is to be opened; there it is no argument.
func (w *Window) onMac() *mac.Options {
	open := func(what string) { w.open([]string{what}, "") }
	return &mac.Options{OnFileOpen: open, OnUrlOpen: open}
}

// front brings the window before others.
func (w *Window) front() {
	w.mu.Lock()
	ctx := w.ctx
	w.mu.Unlock()
	if ctx == nil {
		return
	}
	runtime.WindowUnminimise(ctx)
	runtime.WindowShow(ctx)
}
