// Command toolbay-window is Toolbay's window: it shows what package app offers
// and carries the built frontend in itself.
package main

import (
	"context"
	"embed"
	"log"
	"os"

	"toolbay/app"
	"toolbay/backend"
)

//go:embed all:frontend/dist
var assets embed.FS

func main() {
	window := app.New(func(changed func(string)) (*backend.Backend, error) {
		return backend.Open(context.Background(), backend.Options{Changed: changed, Background: true})
	})
	if err := app.Run(window, assets, os.Args[1:]); err != nil {
		log.Fatal(err)
	}
}
