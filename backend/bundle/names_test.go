package bundle

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"toolbay/backend/model"
)

// Gate 4: names, on every system.
func TestNames(t *testing.T) {
	for name, want := range map[string]string{
		"server/a.js":                        "",
		"server/@scope/Ünï [slug] (1)+~#.js": "",
		"server/.hidden":                     "",
		"server/日本.js":                       "",
		"server/console.js":                  "",
		"server/com10":                       "",
		"../a":                               "name_outside",
		"a/../../b":                          "name_outside",
		"a/..":                               "name_outside",
		"/a":                                 "name_outside",
		"//host/a":                           "name_outside",
		`..\a`:                               "name_outside",
		`a\..\..\b`:                          "name_outside",
		`\\server\share`:                     "name_outside",
		"C:/a":                               "name_outside",
		"c:a":                                "name_outside",
		"":                                   "name_unsafe",
		"a//b":                               "name_unsafe",
		"./a":                                "name_unsafe",
		"a/./b":                              "name_unsafe",
		`a\b`:                                "name_unsafe",
		"file:stream":                        "name_unsafe",
		"a?b":                                "name_unsafe",
		"a\nb":                               "name_unsafe",
		"a\x00b":                             "name_unsafe",
		"a\u202egpj.exe":                     "name_unsafe",
		"a\u200bb":                           "name_unsafe",
		"e\u0301.js":                         "name_unsafe", // not composed
		"con":                                "name_unsafe",
		"server/Aux.js":                      "name_unsafe",
		"nul .txt":                           "name_unsafe",
		"lpt1/x":                             "name_unsafe",
		"COM¹":                               "name_unsafe",
		"CONIN$":                             "name_unsafe",
		"a./b":                               "name_unsafe",
		"a /b":                               "name_unsafe",
		" a":                                 "name_unsafe",
		"a.":                                 "name_unsafe",
		strings.Repeat("a/", 31) + "a":       "",
		strings.Repeat("a/", 32) + "a":       "name_unsafe",
		strings.Repeat("a", 200):             "",
		strings.Repeat("a", 201):             "name_unsafe",
		strings.Repeat("abcdefghi/", 25):     "name_unsafe",
	} {
		if got := badName(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestCollisions(t *testing.T) {
	link, device, suid := file("server/x", "/etc"), file("server/x", ""), file("server/x", "1")
	link.mode, device.mode, suid.mode = 0o120777, 0o060644, 0o104755
	notUTF8 := file("server/\xff.js", "x")
	verdictsOf(t, linux, Limits{}, archives{
		"the same":                {zipOf(t, with(file("server/index.js", "2"))...), "name_collision"},
		"case":                    {zipOf(t, with(file("Server/INDEX.js", "2"))...), "name_collision"},
		"case beyond ASCII":       {zipOf(t, with(file("ſtraße", "1"), file("STRAßE", "2"))...), "name_collision"},
		"file and folder":         {zipOf(t, with(file("server", "2"))...), "name_collision"},
		"file and folder, case":   {zipOf(t, with(file("SERVER", "2"))...), "name_collision"},
		"file and its own folder": {zipOf(t, with(file("lib", "2"), file("lib/", ""))...), "name_collision"},
		"folders of two cases":    {zipOf(t, with(file("Lib/a", "2"), file("lib/b", ""))...), ""},
		"link":                    {zipOf(t, with(link)...), "name_link"},
		"device":                  {zipOf(t, with(device)...), "name_link"},
		"set user":                {zipOf(t, with(suid)...), "modes_dropped"},
		"not UTF-8":               {zipOf(t, with(notUTF8)...), "name_unsafe"},
		"only backslashes":        {zipOf(t, file("manifest.json", plainManifest), file(`server\index.js`, "1"), file(`server\lib\`, "")), "archive_backslashes"},
		"backslashes that leave":  {zipOf(t, file("manifest.json", plainManifest), file(`server\index.js`, "1"), file(`..\x`, "")), "archive_backslashes name_outside"},
		"both separators":         {zipOf(t, with(file(`server\x.js`, "1"))...), "name_unsafe"},
	})
}

// Many bad names are one problem, told a few times.
func TestManyReasons(t *testing.T) {
	var bad []part
	for i := range 100 {
		bad = append(bad, file("../"+strings.Repeat("x", i+1), ""))
	}
	if v := openBytes(t, zipOf(t, with(bad...)...), Options{}).Verdict(linux); len(v.Reasons) != maxSame || v.Verdict != Rejected {
		t.Errorf("%d reasons", len(v.Reasons))
	}
}

// Gate 5: what is unpacked is what was checked, in its folder and nowhere else.
func TestExtract(t *testing.T) {
	program, packed, suid := file("server/bin", "#!/bin/sh\n"), file("server/lib/deep/a.js", strings.Repeat("text ", 1000)), file("server/suid", "1")
	program.mode, packed.method, suid.mode = 0o100755, deflated, 0o107777
	b := openBytes(t, zipOf(t, with(program, packed, suid, file("empty/", ""))...), Options{})
	dir := t.TempDir()
	files, err := b.Extract(t.Context(), dir, "server/index.js")
	if err != nil {
		t.Fatal(err)
	}
	modes := map[string]fs.FileMode{"manifest.json": 0o644, "server/bin": 0o755, "server/index.js": 0o755, "server/lib/deep/a.js": 0o644, "server/suid": 0o755}
	if len(files) != len(modes) {
		t.Errorf("%d files", len(files))
	}
	for i, f := range files {
		if i > 0 && files[i-1].Path >= f.Path {
			t.Error("not sorted")
		}
		body, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(f.Path)))
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(body)
		if f.SHA256 != hex.EncodeToString(sum[:]) || f.Size != int64(len(body)) {
			t.Errorf("%+v", f)
		}
		st, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(f.Path)))
		if err != nil {
			t.Fatal(err)
		}
		if runtime.GOOS != "windows" && st.Mode() != modes[f.Path] {
			t.Errorf("%s is %v", f.Path, st.Mode())
		}
	}
	if st, err := os.Stat(filepath.Join(dir, "empty")); err != nil || !st.IsDir() {
		t.Error("a folder of its own is missing")
	}
	if _, err := b.Extract(t.Context(), dir); err == nil {
		t.Error("files that were there were written over")
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := b.Extract(stopped, t.TempDir()); model.Code(err) != "cancelled" {
		t.Errorf("stopped: %v", err)
	}
}

// A link that appears in the folder meanwhile leads nowhere.
func TestExtractFollowsNoLink(t *testing.T) {
	b := openBytes(t, zipOf(t, with()...), Options{})
	dir, outside := t.TempDir(), t.TempDir()
	if err := os.Symlink(outside, filepath.Join(dir, "server")); err != nil {
		t.Skip("needs links")
	}
	if _, err := b.Extract(t.Context(), dir); err == nil {
		t.Error("unpacked through a link")
	}
	if left, _ := os.ReadDir(outside); len(left) != 0 {
		t.Errorf("%v was written outside", left)
	}
}

// The folder around everything is taken off.
func TestExtractFromAFolder(t *testing.T) {
	b := openBytes(t, zipOf(t, file("my-ext/manifest.json", plainManifest), file("my-ext/server/index.js", "1"), file("__MACOSX/my-ext/._x", "1")), Options{})
	if v := b.Verdict(linux); codes(v.Reasons) != "manifest_in_folder" {
		t.Errorf("%q", codes(v.Reasons))
	}
	files, err := b.Extract(t.Context(), t.TempDir())
	if err != nil || len(files) != 2 || files[0].Path != "manifest.json" {
		t.Errorf("%v, %v", files, err)
	}
}
