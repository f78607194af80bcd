package mcpb

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"toolbay/backend/whole"
)

// publisher is who signed a bundle when it was first installed here.
type publisher struct {
	Name        string    `json:"name"`
	Fingerprint string    `json:"fingerprint"`
	Since       time.Time `json:"since"`
}

// publishers remembers, for the name of each bundle, whose key signed it first.
// A certificate that anyone can make says little about who somebody is, but a
// later bundle of that name by another key is by somebody else.
type publishers struct{ home string }

// maxPublishers bounds the file; nobody installs that many bundles.
const maxPublishers = 10_000

func (p publishers) path() string { return filepath.Join(p.home, "publishers.json") }

func (p publishers) read() (map[string]publisher, error) {
	all := map[string]publisher{}
	data, err := os.ReadFile(p.path())
	if errors.Is(err, fs.ErrNotExist) {
		return all, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &all)
	}
	if err != nil {
		return nil, fmt.Errorf("read whose keys signed which bundles: %w", err)
	}
	return all, nil
}

// of gives who signed the bundle of that name first; ok is false when none was.
func (p publishers) of(bundle string) (publisher, bool, error) {
	all, err := p.read()
	if err != nil {
		return publisher{}, false, err
	}
	known, ok := all[key(bundle)]
	return known, ok, nil
}

// pin notes who signed a bundle that was installed. It replaces another key:
// the person has agreed to that one by then.
func (p publishers) pin(bundle string, who publisher) error {
	l := flock.New(p.path() + ".lock")
	if err := l.Lock(); err != nil {
		return err
	}
	defer l.Close()
	all, err := p.read()
	if err != nil {
		return err
	}
	if all[key(bundle)].Fingerprint == who.Fingerprint || len(all) >= maxPublishers {
		return nil
	}
	all[key(bundle)] = who
	data, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		return err
	}
	return whole.Write(p.path(), append(data, '\n'))
}

// key is a bundle's name as it is compared.
func key(bundle string) string { return strings.ToLower(strings.TrimSpace(bundle)) }
