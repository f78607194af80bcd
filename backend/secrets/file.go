package secrets

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"toolbay/backend/model"
	"toolbay/backend/whole"
)

// OpenFile keeps keys as plain files, readable by this user alone, in
// home/keys. It is for computers without a keychain; the caller has asked the
// user first. The folder is made at the first Set.
func OpenFile(home string) Keys { return files{dir: filepath.Join(home, "keys")} }

type files struct{ dir string }

func (f files) Where() string    { return "file" }
func (f files) Available() error { return nil }

func (f files) Get(server, profile string) (map[string]string, error) {
	path, err := f.path(server, profile)
	if err != nil {
		return nil, err
	}
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, model.Fail("secret_unknown", nil, "server", server)
	}
	if err != nil {
		return nil, model.Fail("keys_file_failed", err)
	}
	values := map[string]string{}
	if json.Unmarshal(data, &values) != nil {
		return nil, model.Fail("keys_file_failed", errors.New("a keys file is not in the form Toolbay writes"))
	}
	return values, nil
}

func (f files) Set(server, profile string, values map[string]string) error {
	if len(values) == 0 {
		return f.Delete(server, profile)
	}
	path, err := f.path(server, profile)
	if err != nil {
		return err
	}
	text, err := encode(values)
	if err != nil {
		return err
	}
	if err := f.write(path, []byte(text)); err != nil {
		return model.Fail("keys_file_failed", err)
	}
	return nil
}

// write puts the file in place at once or not at all, for the user alone; the
// folder is closed to others even when it was there before.
func (f files) write(path string, data []byte) error {
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return err
	}
	if err := os.Chmod(f.dir, 0o700); err != nil {
		return err
	}
	return whole.Write(path, data)
}

func (f files) Delete(server, profile string) error {
	path, err := f.path(server, profile)
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return model.Fail("keys_file_failed", err)
	}
	return nil
}

func (f files) path(server, profile string) (string, error) {
	name, err := itemName(server, profile)
	if err != nil {
		return "", err
	}
	return filepath.Join(f.dir, name+".json"), nil
}
