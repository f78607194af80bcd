package changeset

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// A program that opened the file before we exchanged it writes to it after:
// what it writes lands in a file that only we still have a name for.
func TestWrittenLate(t *testing.T) {
	for name, tc := range map[string]struct {
		remove bool
		point  string
		want   string
	}{
		"while the others are put in place": {false, "all in place", "theirs\nours\n"},
		"at the instant of the exchange":    {false, "exchanged", "theirs\nours\n"},
		"a file that we removed":            {true, "all in place", ""},
	} {
		t.Run(name, func(t *testing.T) {
			e, user := engine(t, Options{})
			a := filepath.Join(user, "a")
			put(t, a, "old\n")
			plan := addLine("ours")
			if tc.remove {
				plan = func(b []byte) ([]byte, error) {
					if string(b) == "theirs\n" {
						return b, nil
					}
					return nil, nil
				}
			}
			f, err := os.OpenFile(a, os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			e.o.Fault = at(tc.point, func() {
				// The other one truncates now, and is in no hurry.
				if err := f.Truncate(0); err != nil {
					t.Error(err)
				}
				go func() {
					time.Sleep(30 * time.Millisecond)
					_, _ = f.WriteString("theirs\n")
					_ = f.Close()
				}()
			})
			r := apply(t, e, File{a, plan})
			if tc.remove {
				wantFile(t, a, "theirs\n")
				if r.ID != "" {
					t.Errorf("a record of nothing: %+v", r)
				}
			} else {
				wantFile(t, a, tc.want)
				undo(t, e, r.ID)
				wantFile(t, a, "theirs\n")
			}
			wantNoTemp(t, user)
			wantSettled(t, e)
			if len(e.Settled()) != 0 {
				t.Errorf("settled %+v", e.Settled())
			}
		})
	}
}

func TestBeingWritten(t *testing.T) {
	a := filepath.Join(t.TempDir(), "a")
	put(t, a, "x")
	if beingWritten(a) {
		t.Error("nobody writes")
	}
	r, err := os.Open(a)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if beingWritten(a) {
		t.Error("somebody reads only")
	}
	w, err := os.OpenFile(a, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if !beingWritten(a) {
		t.Skip("this file system gives no leases")
	}
	if err := w.Close(); err != nil || beingWritten(a) {
		t.Errorf("still, %v", err)
	}
}
