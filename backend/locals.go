package backend

import (
	"context"

	"toolbay/backend/install/local"
	"toolbay/backend/model"
	"toolbay/backend/runtimes"
)

// anyNode is the Node.js for scripts that are here already.
func (b *Backend) anyNode(ctx context.Context) (string, error) {
	n, err := b.nodes.Find(ctx, "")
	return n.Path, err
}

// anyPython is the Python for scripts that are here already. Error code:
// local_no_python.
func (b *Backend) anyPython(ctx context.Context) (string, error) {
	list, err := (&runtimes.Pythons{Home: b.home}).List(ctx, "")
	if err != nil {
		return "", err
	}
	if len(list) == 0 {
		return "", model.Fail("local_no_python", nil)
	}
	return list[0].Path, nil
}

// sameProgram tells whether a program that was here already is what it was when
// it was agreed to.
func sameProgram(path, digest string) bool {
	now, _, err := local.Digest(path)
	return err == nil && now == digest
}
