package app

import (
	"io/fs"
	"os"
	"strings"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/logger"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
	"github.com/wailsapp/wails/v2/pkg/options/linux"
)

// Run opens the window and returns when it is closed. args are what this program
// was started with: files and links to open.
func Run(w *Window, assets fs.FS, args []string) error {
	dir, err := os.Getwd()
	if err != nil {
		dir = "" // then only whole paths are understood
	}
	w.open(args, dir)
	return wails.Run(&options.App{
		Title:     "Toolbay",
		Width:     1280,
		Height:    832,
		MinWidth:  900,
		MinHeight: 600,
		// The page's own ground, so that nothing flashes before it is drawn.
		BackgroundColour: options.NewRGB(0xf1, 0xee, 0xe8),
		AssetServer:      &assetserver.Options{Assets: assets},
		OnStartup:        w.Start,
		OnShutdown:       w.Stop,
		ErrorFormatter:   FormatError,
		Bind:             []any{w},
		Logger:           quiet{logger.NewDefaultLogger()},
		Linux:            &linux.Options{ProgramName: "toolbay"},
		Mac:              w.onMac(),

		SingleInstanceLock: w.oneOnly(),
		// Files can be dropped anywhere; the page says so while one is over it.
		DragAndDrop: &options.DragAndDrop{EnableFileDrop: true},
		// Right-click menus are no feature of ours yet.
		EnableDefaultContextMenu: false,
	})
}

// quiet is Wails' logger without the calls themselves: when one fails inside
// Wails, it would print the whole message, and that may hold a key.
type quiet struct{ logger.Logger }

func (q quiet) Error(message string) {
	if i := strings.Index(message, "process message error"); i >= 0 {
		message = "a call from the window could not be answered"
	}
	q.Logger.Error(message)
}
