package install

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"toolbay/backend/model"
	"toolbay/backend/staging"
)

func TestReceipt(t *testing.T) {
	dir := t.TempDir()
	want := Receipt{Format: 1, Type: "npm", Server: "notes", Package: "notes-mcp", Version: "1.0.0", NodeArgs: []string{}, Scripts: []string{"x"},
		Installed: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	if err := WriteReceipt(dir, want); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadReceipt(dir); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	for name, body := range map[string]string{"garbage": "{", "another format": `{"format":2}`, "nothing": ""} {
		if err := os.WriteFile(filepath.Join(dir, ReceiptName), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadReceipt(dir); model.Code(err) != "receipt_unreadable" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ReadReceipt(t.TempDir()); model.Code(err) != "receipt_unreadable" {
		t.Errorf("missing: %v", err)
	}
}

// Ids and versions become folder names: nothing else may.
func TestKeepRefusesNames(t *testing.T) {
	home := t.TempDir()
	dir, err := staging.New(home)
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	for _, c := range [][2]string{{"../x", "1.0.0"}, {"", "1.0.0"}, {"Notes", "1.0.0"}, {"notes", "../../x"}, {"notes", ""}, {"notes", "1/2"}, {"notes", ".."}} {
		if place, err := Keep(dir, "server", home, c[0], c[1]); err == nil {
			t.Errorf("%q became %s", c, place)
		}
	}
}
