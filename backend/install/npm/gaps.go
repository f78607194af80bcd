package npm

import (
	"context"
	"fmt"
	"path/filepath"

	"toolbay/backend/install"
	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

// gap is npm ci naming a package that stands in no lock file because the
// registry does not have it: an optional one, made for another system as a
// rule, that was never published or not copied by a company's registry. npm
// install leaves it out of the lock file and is content; npm ci then refuses
// its own npm's lock file (npm 10 and 11).
var gap = pattern.New(`(?m)^npm (?:error|ERR!) Missing: \S+ from lock file`)

func refusesGaps(out install.Output) bool {
	return npmCode(out) == "EUSAGE" && gap().Match(out.Stderr)
}

// fetchDespiteGaps brings what the lock file says with npm install. That may
// choose anew where npm ci may not, so what came is compared with the lock file
// as it was, before any script of a package may run.
func (t *tree) fetchDespiteGaps(ctx context.Context, w watch) error {
	meant, err := t.packages()
	if err != nil {
		return err
	}
	if err := t.npm(ctx, w, "install", "--ignore-scripts"); err != nil {
		return err
	}
	for _, name := range []string{lockName, hereName} {
		got, err := readLock(filepath.Join(t.dir, name))
		if err != nil {
			return err
		}
		if err := asMeant(meant, got); err != nil {
			return model.Fail("package_changed", err, "package", t.pkg.Identifier)
		}
	}
	if !t.scripts {
		return nil
	}
	return t.npm(ctx, w, append([]string{"rebuild"}, runScripts...)...)
}

// asMeant tells whether everything in got is as the lock file meant, and
// nothing that must be there is missing.
func asMeant(meant, got map[string]locked) error {
	for place, g := range got {
		// The bytes of what is in a bundle came with the package around it.
		if place == "" || g.InBundle {
			continue
		}
		m, ok := meant[place]
		switch {
		case !ok:
			return fmt.Errorf("%s %s came unasked", place, g.Version)
		case m.Version != g.Version || m.Integrity != g.Integrity || m.Link != g.Link,
			m.Integrity == "" && m.Resolved != g.Resolved:
			return fmt.Errorf("%s: meant %s %s, got %s %s", place, m.Version, m.Integrity, g.Version, g.Integrity)
		}
	}
	for place, m := range meant {
		if _, ok := got[place]; !ok && place != "" && !m.Optional && !m.Dev && !m.InBundle {
			return fmt.Errorf("%s %s is missing", place, m.Version)
		}
	}
	return nil
}
