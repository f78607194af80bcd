package registry

import (
	"bytes"
	"errors"
	"fmt"

	"toolbay/backend/catalog/internal/loose"
	"toolbay/backend/model"
)

// Part is one entry of a server.json's packages and remotes, or why it cannot
// be used.
type Part struct {
	Package model.Package
	Err     error
}

// Parts reads one server.json, bare or as {"server":…}, in either spelling, and
// gives its packages and then its remotes. Every entry keeps its place, those
// that cannot be used too, so that a number means what it means in the file.
func Parts(raw []byte) ([]Part, error) {
	if len(raw) > maxRecord {
		return nil, errors.New("too large")
	}
	o, err := loose.JSON(bytes.TrimPrefix(raw, []byte("\ufeff")))
	if err != nil {
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	if o.Has("servers") {
		return nil, errors.New("a list of servers, not one")
	}
	server := o
	if inner := o.Object("server"); inner != nil {
		server = inner
	}
	if !server.Has("packages", "remotes", "name") {
		return nil, errors.New("neither a name nor packages nor remotes")
	}
	var parts []Part
	for _, kind := range []struct {
		name string
		read func(loose.Object) (model.Package, error)
	}{{"packages", local}, {"remotes", remote}} {
		for _, v := range limit(server.List(kind.name), maxPackages) {
			p := Part{Err: errors.New("not an object")}
			if e := (loose.Object{"": v}).Object(""); e != nil {
				p.Package, p.Err = kind.read(e)
			}
			parts = append(parts, p)
		}
	}
	return parts, nil
}
