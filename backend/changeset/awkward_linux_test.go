package changeset

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// mount does a real mount, or skips where that is not allowed.
func mount(t *testing.T, source, at, kind string, flags uintptr, data string) {
	t.Helper()
	if err := unix.Mount(source, at, kind, flags, data); err != nil {
		t.Skipf("mounting is not allowed here: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(at, 0); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
}

func TestBindMountedFile(t *testing.T) {
	e, user := engine(t, Options{})
	real, at, other := filepath.Join(user, "real"), filepath.Join(user, "mounted"), filepath.Join(user, "other")
	put(t, real, "old\n")
	put(t, at, "")
	put(t, other, "old\n")
	mount(t, real, at, "", unix.MS_BIND, "")
	r := apply(t, e, File{other, addLine("ours")}, File{at, addLine("ours")})
	wantFile(t, at, "old\nours\n")
	wantFile(t, real, "old\nours\n")
	wantFile(t, other, "old\nours\n")
	if r.Files[0].InPlace || !r.Files[1].InPlace {
		t.Errorf("record %+v", r.Files)
	}
	wantNoTemp(t, user)
	undo(t, e, r.ID)
	wantFile(t, real, "old\n")
	// It cannot be removed, and then nothing of the change happens.
	_, err := e.Apply(context.Background(), change(File{other, addLine("ours")}, File{at, removeFile}))
	wantCode(t, err, "file_busy")
	wantFile(t, at, "old\n")
	wantFile(t, other, "old\n")
	wantNoTemp(t, user)
}

func TestReadOnlyMount(t *testing.T) {
	e, user := engine(t, Options{})
	ro := filepath.Join(user, "ro")
	put(t, filepath.Join(ro, "f"), "old\n")
	mount(t, ro, ro, "", unix.MS_BIND, "")
	if err := unix.Mount("", ro, "", unix.MS_BIND|unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
		t.Skipf("remounting is not allowed here: %v", err)
	}
	_, err := e.Apply(context.Background(), change(File{filepath.Join(ro, "f"), addLine("ours")}))
	wantCode(t, err, "file_read_only")
	_, err = e.Apply(context.Background(), change(File{filepath.Join(ro, "new"), addLine("ours")}))
	wantCode(t, err, "folder_read_only")
	wantFile(t, filepath.Join(ro, "f"), "old\n")
}

func TestDiskFull(t *testing.T) {
	const room = 128 << 10
	long := strings.Repeat("x", room)
	grow := func(b []byte) ([]byte, error) { return append(b, long...), nil }
	for _, c := range []struct {
		name string
		// full is the folder that is small; hard makes the file be written in place.
		full string
		hard bool
	}{
		{name: "beside the file", full: "user/small"},
		{name: "written in place", full: "user/small", hard: true},
		{name: "in our own folder", full: "changes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := t.TempDir()
			small := filepath.Join(root, c.full)
			if err := os.MkdirAll(small, 0o755); err != nil {
				t.Fatal(err)
			}
			mount(t, "tmpfs", small, "tmpfs", 0, "size=128k")
			user := filepath.Join(root, "user")
			a, b := filepath.Join(user, "a"), filepath.Join(user, "small", "b")
			put(t, a, "old\n")
			put(t, b, "old\n"+strings.Repeat("y", 8192)+"\n")
			if c.hard {
				if err := os.Link(b, b+".second"); err != nil {
					t.Fatal(err)
				}
			}
			old := tree(t, user)
			e := open(t, filepath.Join(root, "changes"), Options{})
			_, err := e.Apply(context.Background(), change(File{a, addLine("ours")}, File{b, grow}))
			wantCode(t, err, "disk_full")
			if got := tree(t, user); got != old {
				t.Errorf("changed:\n%s\nwas:\n%s", got, old)
			}
			wantSettled(t, e)
			if len(history(t, e)) != 0 || len(e.Settled()) != 0 {
				t.Errorf("history %v, settled %v", history(t, e), e.Settled())
			}
			// What fits still goes.
			apply(t, e, File{a, addLine("ours")}, File{b, addLine("ours")})
			wantNoTemp(t, user)
		})
	}
}

func TestSpecialFiles(t *testing.T) {
	e, user := engine(t, Options{})
	fifo := filepath.Join(user, "fifo")
	if err := unix.Mkfifo(fifo, 0o644); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(user, "link")
	symlink(t, "/dev/null", link)
	for _, path := range []string{fifo, "/dev/null", link} {
		_, err := e.Apply(context.Background(), change(File{path, addLine("ours")}))
		wantCode(t, err, "file_special")
	}
	// A FIFO that takes the place between look and read does not hang us.
	_, err := read(fifo)
	wantCode(t, err, "file_special")
	wantNoTemp(t, user)
}

func TestOwnerAndAttributesAreKept(t *testing.T) {
	for name, owner := range map[string][2]int{"user": {12345, -1}, "group": {-1, 23456}, "both": {12345, 23456}} {
		t.Run(name, func(t *testing.T) { ownerIsKept(t, owner[0], owner[1]) })
	}
}

func ownerIsKept(t *testing.T, uid, gid int) {
	e, user := engine(t, Options{})
	f := filepath.Join(user, "f")
	put(t, f, "old\n")
	if err := os.Chown(f, uid, gid); err != nil {
		t.Skipf("changing owners is not allowed here: %v", err)
	}
	if err := os.Chmod(f, 0o664|os.ModeSetuid); err != nil {
		t.Fatal(err)
	}
	attributes := unix.Setxattr(f, "user.note", []byte("mine"), 0) == nil
	before, err := os.Stat(f)
	if err != nil {
		t.Fatal(err)
	}
	r := apply(t, e, File{f, addLine("ours")})
	check := func(when string) {
		t.Helper()
		after, err := os.Stat(f)
		if err != nil {
			t.Fatal(err)
		}
		is, was := after.Sys().(*syscall.Stat_t), before.Sys().(*syscall.Stat_t)
		if is.Uid != was.Uid || is.Gid != was.Gid || after.Mode() != before.Mode() {
			t.Errorf("%s: owner %d:%d mode %v", when, is.Uid, is.Gid, after.Mode())
		}
		value := make([]byte, 10)
		if n, err := unix.Getxattr(f, "user.note", value); attributes && (err != nil || string(value[:n]) != "mine") {
			t.Errorf("%s: attribute %q %v", when, value[:max(n, 0)], err)
		}
	}
	check("after apply")
	undo(t, e, r.ID)
	check("after undo")
}

func TestImmutableFile(t *testing.T) {
	e, user := engine(t, Options{})
	f, other := filepath.Join(user, "f"), filepath.Join(user, "other")
	put(t, f, "old\n")
	put(t, other, "old\n")
	if err := setImmutable(f, true); err != nil {
		t.Skipf("immutable files are not allowed here: %v", err)
	}
	t.Cleanup(func() { _ = setImmutable(f, false) })
	_, err := e.Apply(context.Background(), change(File{other, addLine("ours")}, File{f, addLine("ours")}))
	wantCode(t, err, "file_read_only")
	wantFile(t, f, "old\n")
	wantFile(t, other, "old\n")
	wantNoTemp(t, user)
	if len(e.Settled()) != 0 {
		t.Errorf("settled %v", e.Settled())
	}
}

func setImmutable(path string, on bool) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	flags, err := unix.IoctlGetInt(int(f.Fd()), unix.FS_IOC_GETFLAGS)
	if err != nil {
		return err
	}
	const immutable = 0x10 // FS_IMMUTABLE_FL
	if flags &^= immutable; on {
		flags |= immutable
	}
	return unix.IoctlSetPointerInt(int(f.Fd()), unix.FS_IOC_SETFLAGS, flags)
}

// The system lets nobody but the superuser ignore mode bits, so the answers
// must not depend on who asks. This one asks as somebody else.
func TestFileOfAnotherUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs the superuser to give a file away")
	}
	root, err := os.MkdirTemp("", "changeset")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(root) })
	s := site{root}
	put(t, s.user("a.json"), "old\n")
	put(t, s.user("b.json"), "old\n")
	for path, mode := range map[string]os.FileMode{root: 0o777, s.user(""): 0o777, s.user("a.json"): 0o666, s.user("b.json"): 0o644} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ file, code string }{{"a.json", ""}, {"b.json", "file_read_only"}} {
		out := runAs(t, 12345, "as|"+root+"|"+c.file)
		if out != c.code {
			t.Errorf("%s: code %q, want %q", c.file, out, c.code)
		}
	}
	// Writable, but the owner could not be kept by an exchange: in place.
	wantFile(t, s.user("a.json"), "old\nours\n")
	wantFile(t, s.user("b.json"), "old\n")
	info, err := os.Stat(s.user("a.json"))
	if err != nil || info.Sys().(*syscall.Stat_t).Uid != 0 {
		t.Errorf("owner changed: %v %v", info, err)
	}
	h := history(t, open(t, s.changes(), Options{}))
	if len(h) != 1 || !h[0].Files[0].InPlace {
		t.Errorf("history %+v", h)
	}
	wantNoTemp(t, s.user(""))
}
