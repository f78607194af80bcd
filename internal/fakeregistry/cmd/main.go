// Command cmd runs the test registry by itself, for end-to-end tests:
//
//	go run ./internal/fakeregistry/cmd -records dump.json.gz -listen 127.0.0.1:0
//
// The first line on standard output is its address. Without -records it holds
// a few made-up servers. Faults come from flags or, while it runs, from
// POST /fault?kind=500&after=3&times=1&wait=2s; kind= ends them.
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"time"

	"toolbay/internal/fakeregistry"
)

func main() {
	records := flag.String("records", "", "JSON list of records, packed with gzip when it ends in .gz")
	listen := flag.String("listen", "127.0.0.1:0", "address to listen on")
	kind := flag.String("fault", "", "500, 403, 429, 503, html, garbage, other, truncated, loop, stuck, endless, slow, hang, huge, bad-records")
	after := flag.String("after", "", "requests answered well before the fault")
	times := flag.String("times", "", "how often the fault happens; always when empty")
	wait := flag.String("wait", "", "how long slow is, or what Retry-After says")
	flag.Parse()
	if err := run(*records, *listen, *kind, *after, *times, *wait); err != nil {
		log.Fatal(err)
	}
}

func run(path, listen, kind, after, times, wait string) error {
	records := []fakeregistry.Record{}
	for _, name := range []string{"io.github.acme/notes", "io.github.acme/clock", "com.example/weather"} {
		records = append(records, fakeregistry.Make(name, "1.0.0", true))
	}
	if path != "" {
		var err error
		if records, err = fakeregistry.Load(path); err != nil {
			return err
		}
	}
	fault, err := fakeregistry.ParseFault(kind, after, times, wait)
	if err != nil {
		return err
	}
	reg := fakeregistry.New(records)
	reg.Fail(fault)
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	fmt.Printf("http://%s\n", l.Addr())
	return (&http.Server{Handler: reg, ReadHeaderTimeout: 10 * time.Second}).Serve(l)
}
