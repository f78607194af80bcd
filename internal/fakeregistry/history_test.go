package fakeregistry

import (
	"testing"
	"time"
)

// What a mirror relies on, and what it must not rely on.
func TestTimesMoveAsInTheRealOne(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 3, n, 0, 0, 0, 0, time.UTC) }
	find := func(r *Registry, version string) Record {
		for _, rec := range r.Records() {
			if rec.Version == version {
				again, err := NewRecord(rec.Raw)
				if err != nil || again.Status != rec.Status || again.Latest != rec.Latest || !again.Updated.Equal(rec.Updated) {
					t.Errorf("%s: its text says %+v", version, again)
				}
				return rec
			}
		}
		t.Fatalf("no %s", version)
		return Record{}
	}
	r := New(nil)
	r.Publish("a/b", "1.2.0", day(1))
	r.Publish("a/b", "1.10.0", day(2))
	if old := find(r, "1.2.0"); old.Latest || !old.Updated.Equal(day(1)) {
		t.Errorf("the version before: %+v", old)
	}
	r.Publish("a/b", "1.3.0", day(3))
	if find(r, "1.3.0").Latest || !find(r, "1.10.0").Latest {
		t.Error("a lower version became the latest")
	}
	r.SetStatus("a/b", "1.10.0", "deleted", "gone", day(4))
	if now := find(r, "1.3.0"); !now.Latest || !now.Updated.Equal(day(3)) {
		t.Errorf("the one promoted: %+v", now)
	}
	if gone := find(r, "1.10.0"); gone.Latest || !gone.Updated.Equal(day(4)) || gone.Message != "gone" {
		t.Errorf("the one deleted: %+v", gone)
	}
	r.SetStatus("a/b", "1.10.0", "active", "", day(5))
	if !find(r, "1.10.0").Latest || !find(r, "1.3.0").Updated.Equal(day(3)) {
		t.Error("restored, it is not the latest")
	}
	r.SetStatus("a/b", "", "deleted", "", day(6))
	if !find(r, "1.10.0").Latest {
		t.Error("of a server that is gone the highest keeps the mark")
	}
	r.Publish("a/b", "beta", day(7))
	if find(r, "beta").Latest {
		t.Error("a version that is no number beats one that is")
	}
	r.Edit("a/b", "1.2.0", "other words", day(8))
	if !find(r, "1.2.0").Updated.Equal(day(8)) {
		t.Error("an edit moves no time")
	}
}
