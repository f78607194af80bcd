package catalog_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"toolbay/backend/job"
	"toolbay/internal/fakeregistry"
)

// TestManyUnreadableRecordsAreCounted has more of them than are told one by one.
func TestManyUnreadableRecordsAreCounted(t *testing.T) {
	records := made(7)
	for i := range 10_050 {
		r := fakeregistry.Make(fmt.Sprintf("com.example/without-name-%05d", i), "1.0.0", true)
		r.Raw = json.RawMessage(`{"server":{"version":"1.0.0"}}`)
		records = append(records, r)
	}
	b := newBench(t, records)
	res, err := b.Sync(t.Context(), "official", job.Silent)
	if err != nil || len(res) != 1 {
		t.Fatal(res, err)
	}
	if r := res[0]; r.Read != 10_057 || r.Kept != 7 || r.Older != 0 || len(r.Unreadable) != 10_000 || r.Untold != 50 {
		t.Errorf("read %d, kept %d, older %d, unreadable %d and %d", r.Read, r.Kept, r.Older, len(r.Unreadable), r.Untold)
	}
}
