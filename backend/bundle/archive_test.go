package bundle

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"io/fs"
	"strings"
	"testing"
)

const plainManifest = `{"manifest_version":"0.3","name":"notes","version":"1.0.0","description":"d","author":{"name":"a"},` +
	`"server":{"type":"node","entry_point":"server/index.js","mcp_config":{"command":"node","args":["${__dirname}/server/index.js"]}}}`

// part is one file of an archive that a test makes, with whatever lies in it.
type part struct {
	name, body string
	local      string // the name in the local header, when it differs
	mode       uint32
	system     byte
	method     uint16
	flags      uint16
	size       uint32 // told, when not 0
	sum        uint32 // told, when not 0
	extra      string
	before     string // between the last file and this
	after      string // within its packed bytes
	attributes uint32
}

func file(name, body string) part { return part{name: name, body: body, mode: 0o100644, system: 3} }

func zipOf(t testing.TB, parts ...part) []byte { return zipWith(t, nil, parts...) }

// zipWith writes an archive byte by byte, as no library would.
func zipWith(t testing.TB, end func(b []byte) []byte, parts ...part) []byte {
	t.Helper()
	var out, directory bytes.Buffer
	le := binary.LittleEndian
	for _, p := range parts {
		out.WriteString(p.before)
		offset := out.Len()
		body := []byte(p.body)
		if p.method == deflated {
			var packed bytes.Buffer
			w, _ := flate.NewWriter(&packed, 9)
			w.Write(body)
			w.Close()
			body = packed.Bytes()
		}
		body = append(body, p.after...)
		sum, size := crc32.ChecksumIEEE([]byte(p.body)), uint32(len(p.body))
		if p.size != 0 {
			size = p.size
		}
		if p.sum != 0 {
			sum = p.sum
		}
		local := p.name
		if p.local != "" {
			local = p.local
		}
		h := make([]byte, 30)
		copy(h, "PK\x03\x04")
		le.PutUint16(h[4:], 20)
		le.PutUint16(h[6:], p.flags)
		le.PutUint16(h[8:], p.method)
		if p.flags&flagDescriptor == 0 {
			le.PutUint32(h[14:], sum)
			le.PutUint32(h[18:], uint32(len(body)))
			le.PutUint32(h[22:], size)
		}
		le.PutUint16(h[26:], uint16(len(local)))
		out.Write(h)
		out.WriteString(local)
		out.Write(body)
		if p.flags&flagDescriptor != 0 {
			d := make([]byte, 16)
			copy(d, "PK\x07\x08")
			le.PutUint32(d[4:], sum)
			le.PutUint32(d[8:], uint32(len(body)))
			le.PutUint32(d[12:], size)
			out.Write(d)
		}
		c := make([]byte, 46)
		copy(c, "PK\x01\x02")
		c[5] = p.system
		le.PutUint16(c[6:], 20)
		le.PutUint16(c[8:], p.flags)
		le.PutUint16(c[10:], p.method)
		le.PutUint32(c[16:], sum)
		le.PutUint32(c[20:], uint32(len(body)))
		le.PutUint32(c[24:], size)
		le.PutUint16(c[28:], uint16(len(p.name)))
		le.PutUint16(c[30:], uint16(len(p.extra)))
		le.PutUint32(c[38:], p.mode<<16|p.attributes)
		le.PutUint32(c[42:], uint32(offset))
		directory.Write(c)
		directory.WriteString(p.name)
		directory.WriteString(p.extra)
	}
	e := make([]byte, 22)
	copy(e, "PK\x05\x06")
	le.PutUint16(e[8:], uint16(len(parts)))
	le.PutUint16(e[10:], uint16(len(parts)))
	le.PutUint32(e[12:], uint32(directory.Len()))
	le.PutUint32(e[16:], uint32(out.Len()))
	if end != nil {
		e = end(e)
	}
	out.Write(directory.Bytes())
	out.Write(e)
	return out.Bytes()
}

func with(parts ...part) []part {
	return append([]part{file("manifest.json", plainManifest), file("server/index.js", "1")}, parts...)
}

// verdictsOf opens each archive and compares the verdict with its name's.
func verdictsOf(t *testing.T, p Platform, limits Limits, cases map[string]struct {
	zip  []byte
	want string // codes
}) {
	t.Helper()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := openBytes(t, c.zip, Options{Limits: limits})
			v := b.Verdict(p)
			if codes(v.Reasons) != c.want {
				t.Errorf("%s because of %q, want %q", v.Verdict, codes(v.Reasons), c.want)
			}
			dir := t.TempDir()
			if _, err := b.Extract(t.Context(), dir); (err != nil) != rejected(b.reasons) {
				t.Errorf("unpacked: %v", err)
			}
		})
	}
}

type archives = map[string]struct {
	zip  []byte
	want string
}

// Gate 3: the layout. Every program that reads the archive finds the same.
func TestArchive(t *testing.T) {
	good := zipOf(t, with()...)
	field := func(at int, value uint16) func([]byte) []byte {
		return func(e []byte) []byte { binary.LittleEndian.PutUint16(e[at:], value); return e }
	}
	packed := file("server/a.js", strings.Repeat("text ", 100))
	packed.method = deflated
	streamed := packed
	streamed.flags = flagDescriptor
	hidden := packed
	hidden.after = "hidden"
	wrongSum := packed
	wrongSum.sum = 7
	less, more := packed, packed
	less.size, more.size = 10, 1000
	unicodePath := file("server/a.js", "x")
	unicodePath.extra = "\x75\x70\x0d\x00\x01\x00\x00\x00\x00evil.js\x00"
	encrypted, method, gap, renamed, link := file("a", "x"), file("a", "x"), file("a", "x"), file("a", "x"), file("a", "x")
	encrypted.flags, method.method, gap.before, renamed.local = 1, 12, "hidden", "b"
	link.system, link.mode, link.attributes = 0, 0, 0x400
	locator := "PK\x06\x07" + strings.Repeat("\x00", 16)
	verdictsOf(t, linux, Limits{}, archives{
		"good":                         {good, ""},
		"packed":                       {zipOf(t, with(packed)...), ""},
		"sizes behind the contents":    {zipOf(t, with(streamed)...), ""},
		"a comment":                    {append(zipWith(t, field(20, 2), with()...), 'h', 'i'), ""},
		"a comment cut off":            {append(zipWith(t, field(20, 3), with()...), 'h', 'i'), "archive_unreadable"},
		"bytes behind":                 {append(bytes.Clone(good), 0), "archive_ambiguous"},
		"bytes before":                 {append([]byte("#!/bin/sh\n"), good...), "archive_ambiguous"},
		"bytes between":                {zipOf(t, with(gap)...), "archive_ambiguous"},
		"bytes before the directory":   {beforeDirectory(good), "archive_ambiguous"},
		"nothing":                      {nil, "archive_unreadable"},
		"an end in the comment":        {append(zipWith(t, field(20, 22), with()...), good[len(good)-22:]...), "archive_ambiguous"},
		"two names":                    {zipOf(t, with(renamed)...), "archive_ambiguous"},
		"a name in an extra field":     {zipOf(t, with(unicodePath)...), "archive_ambiguous"},
		"hidden behind what is packed": {zipOf(t, with(hidden)...), "archive_damaged"},
		"wrong checksum":               {zipOf(t, with(wrongSum)...), "archive_damaged"},
		"more than it says":            {zipOf(t, with(less)...), "archive_too_big"},
		"less than it says":            {zipOf(t, with(more)...), "archive_too_big"},
		"encrypted":                    {zipOf(t, with(encrypted)...), "archive_unusual"},
		"another method":               {zipOf(t, with(method)...), "archive_unusual"},
		"several discs":                {zipWith(t, field(4, 1), with()...), "archive_unusual"},
		"counts differ":                {zipWith(t, field(8, 1), with()...), "archive_unusual"},
		"more files than entries":      {zipWith(t, func(e []byte) []byte { return field(10, 1)(field(8, 1)(e)) }, with()...), "archive_ambiguous"},
		"fewer files than entries":     {zipWith(t, func(e []byte) []byte { return field(10, 3)(field(8, 3)(e)) }, with()...), "archive_unreadable"},
		"zip64":                        {zipWith(t, func(e []byte) []byte { return append([]byte(locator), e...) }, with()...), "archive_ambiguous"},
		"a reparse point":              {zipOf(t, with(link)...), "name_link"},
		"a folder with contents":       {zipOf(t, with(file("lib/", "x"))...), "archive_ambiguous"},
		"folders of their own":         {zipOf(t, with(file("lib/", ""), file("lib/a.js", "x"))...), ""},
	})
}

// beforeDirectory puts a byte between the last file and the directory.
func beforeDirectory(b []byte) []byte {
	end := bytes.Clone(b[len(b)-22:])
	start := binary.LittleEndian.Uint32(end[16:])
	binary.LittleEndian.PutUint32(end[16:], start+1)
	return append(append(append(bytes.Clone(b[:start]), 0), b[start:len(b)-22]...), end...)
}

// The limits count what is told and what is really there.
func TestLimits(t *testing.T) {
	zeros := file("server/zeros", strings.Repeat("\x00", 11<<20))
	zeros.method = deflated
	small := file("server/small", strings.Repeat("\x00", 1<<20))
	small.method = deflated
	liar := small
	liar.size = 100
	for name, c := range map[string]struct {
		limits Limits
		part   part
		want   string
	}{
		"dense":           {Limits{}, zeros, "archive_too_big"},
		"dense but small": {Limits{}, small, ""},
		"a lie":           {Limits{}, liar, "archive_too_big"},
		"a large file":    {Limits{File: 1 << 19}, small, "archive_too_big"},
		"all together":    {Limits{Total: 1 << 19}, small, "archive_too_big"},
		"entries":         {Limits{Entries: 2}, small, "archive_too_big"},
		"packed":          {Limits{Packed: 1000}, small, "archive_too_big"},
	} {
		t.Run(name, func(t *testing.T) {
			verdictsOf(t, linux, c.limits, archives{"": {zipOf(t, with(c.part)...), c.want}})
		})
	}
}

// What other programs pack is read as well.
func TestArchivesOfOthers(t *testing.T) {
	var b bytes.Buffer
	w := zip.NewWriter(&b) // sizes behind the contents, folders of their own
	for _, p := range with(file("server/lib/", ""), file("server/lib/Ünï.js", "x")) {
		f, err := w.Create(p.name)
		if err != nil {
			t.Fatal(err)
		}
		f.Write([]byte(p.body))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	verdictsOf(t, linux, Limits{}, archives{"Go": {b.Bytes(), ""}, "fflate, by the official tool": {signed(t, "plain"), ""}})
}

// Files gives what the archive holds, to those who resolve a manifest.
func TestFiles(t *testing.T) {
	packed := file("server/lib/a.js", strings.Repeat("text ", 100))
	packed.method = deflated
	files := openBytes(t, zipOf(t, with(packed)...), Options{}).Files()
	var all []string
	if err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			all = append(all, name)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(all, " "); got != "manifest.json server/index.js server/lib/a.js" {
		t.Error(got)
	}
	if b, err := fs.ReadFile(files, "server/lib/a.js"); err != nil || string(b) != packed.body {
		t.Errorf("%q, %v", b, err)
	}
	if openBytes(t, []byte("no"), Options{}).Files() != nil {
		t.Error("a refused archive has files")
	}
}
