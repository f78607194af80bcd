package bundle

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// small keeps a run of the fuzzer from unpacking for seconds.
var small = Limits{Packed: 1 << 20, Total: 4 << 20, File: 1 << 20, Entries: 200}

// FuzzArchive opens anything as a bundle: nothing panics, what is refused is
// not unpacked, what is taken lands in its folder, and the signature counts for
// nothing else than what was signed.
func FuzzArchive(f *testing.F) {
	for _, dir := range []string{"hostile", "signed"} {
		files, err := filepath.Glob(filepath.Join("testdata", dir, "*.mcpb"))
		if err != nil || len(files) == 0 {
			f.Fatal(err)
		}
		for _, path := range files {
			if b, err := os.ReadFile(path); err == nil && len(b) < 100<<10 {
				f.Add(b)
			}
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := Open(bytes.NewReader(b), int64(len(b)), Options{Limits: small})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range []Platform{linux, {"windows", "arm64"}} {
			v := got.Verdict(p)
			if v.Verdict == Rejected != (v.Err() != nil) {
				t.Fatalf("%s, %v", v.Verdict, v.Err())
			}
			for _, r := range v.Reasons {
				if hasHidden(r.Text) || strings.HasPrefix(r.Text, "bundle.") {
					t.Fatalf("%q", r.Text)
				}
			}
		}
		if s := got.Signature; s.Status == Invalid || s.Status == Malformed {
			if got.Readable() || got.Files() != nil || s.Publisher != "" {
				t.Fatalf("%+v is readable", s)
			}
		}
		unpackedInside(t, got)
	})
}

// FuzzEntry puts one file with any name and kind into an archive that is right
// otherwise, which the fuzzer of bytes does not get past the checksums.
func FuzzEntry(f *testing.F) {
	for _, name := range []string{"a", "../a", `..\a`, "server", "SERVER/index.js", "con.txt", "a:b", "e\u0301", "lib/", "ſerver/index.js"} {
		f.Add(name, "", "body", uint32(0o100644), uint32(0), byte(3), uint16(0))
	}
	f.Fuzz(func(t *testing.T, name, local, body string, mode, attributes uint32, system byte, flags uint16) {
		if len(name) > 1000 || len(local) > 1000 {
			return
		}
		p := part{name: name, local: local, body: body, mode: mode, attributes: attributes, system: system, flags: flags}
		unpackedInside(t, openBytes(t, zipOf(t, with(p)...), Options{Limits: small}))
	})
}

// unpackedInside sees that what is refused is not unpacked, and that the rest
// lands in its folder.
func unpackedInside(t *testing.T, b *Bundle) {
	if rejected(b.reasons) {
		if _, err := b.Extract(t.Context(), os.DevNull); err == nil {
			t.Fatal("unpacked what was refused")
		}
		return
	}
	parent := t.TempDir()
	dir := filepath.Join(parent, "inside")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	files, err := b.Extract(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if st, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(file.Path))); err != nil || !st.Mode().IsRegular() || st.Size() != file.Size || st.Mode()&0o7022 != 0 {
			t.Fatalf("%+v: %v", file, err)
		}
	}
	if left, err := os.ReadDir(parent); err != nil || len(left) != 1 {
		t.Fatalf("outside: %v", left)
	}
}

// FuzzManifest reads anything as a manifest: nothing panics, texts are clean,
// what is written again reads the same, no answer is read twice.
func FuzzManifest(f *testing.F) {
	for _, s := range []string{plainManifest,
		`{"name":"w","mcp":{"command":"node","args":["a.js","${k}"]},"configuration":{"k":{"storage":"keychain"},"l":{"default":["a"],"multiple":true}}}`,
		`{"manifest_version":"0.4","name":"n","server":{"type":"uv","entry_point":"s.py"},"user_config":{"d":{"type":"directory","multiple":true,"default":["${HOME}/x"]},"n":{"type":"number","min":1,"default":2}}}`,
		`{"dxt_version":"0.1","name":"n","server":{"type":"binary","entry_point":"bin/x","mcp_config":{"command":"${__dirname}/bin/x","args":["--d=${user_config.d}"],"env":{"A":"${user_config.d}"},"platform_overrides":{"win32":{"command":"x.exe","args":[],"env":{}}}}},"compatibility":{"platforms":["linux"],"runtimes":{"node":">=18"}}}`,
	} {
		f.Add([]byte(s), "answer ${HOME} $& ${user_config.d}")
	}
	files := filesOf("a.js", "server/index.js", "bin/x="+elf(0xb7), "bin/x-linux-x64="+elf(0x3e), "s.py")
	f.Fuzz(func(t *testing.T, raw []byte, answer string) {
		m, reason := ReadManifest(raw)
		if reason.Code != "" {
			if !reason.Fatal {
				t.Fatal(reason)
			}
			return
		}
		if hasHidden(m.Name + m.Title + m.Description + m.Author.Name) {
			t.Fatalf("%+v", m)
		}
		again, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		n, reason := ReadManifest(again)
		if reason.Code != "" {
			t.Fatalf("%s\n%s\n%s", raw, again, reason.Text)
		}
		if twice, err := json.Marshal(n); err != nil || !bytes.Equal(again, twice) {
			t.Fatalf("%s\n%s", again, twice)
		}
		for _, p := range []Platform{linux, {"windows", "amd64"}, {"darwin", "arm64"}} {
			Judge(m, p, files)
			l, _, err := Resolve(m, p, files)
			if err != nil {
				continue
			}
			answers := map[string]string{}
			for _, in := range m.Inputs(Folders{}) {
				answers[in.Name] = answer
			}
			filled, err := Substitute(l, Values{Dir: "/bundle", Answers: answers, Folders: Folders{Home: "/home/u"}})
			if err != nil {
				continue
			}
			for k, v := range filled.Env {
				if strings.Contains(v, "${secret:") {
					t.Fatalf("%s=%s", k, v)
				}
			}
		}
	})
}
