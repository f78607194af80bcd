// Command bare is a Wails window that does nothing: what any such window
// costs. Only internal/bench builds it.
package main

import (
	"log"
	"testing/fstest"

	"github.com/wailsapp/wails/v2"
	"github.com/wailsapp/wails/v2/pkg/options"
	"github.com/wailsapp/wails/v2/pkg/options/assetserver"
)

func main() {
	page := fstest.MapFS{"index.html": {Data: []byte("<!doctype html><title>Bare</title><p style=\"height:400px;background:linear-gradient(90deg,red,blue)\">Bare</p>")}}
	err := wails.Run(&options.App{Title: "Bare", Width: 1280, Height: 832, AssetServer: &assetserver.Options{Assets: page}})
	if err != nil {
		log.Fatal(err)
	}
}
