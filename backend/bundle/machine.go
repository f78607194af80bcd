package bundle

import (
	"bytes"
	"encoding/binary"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"toolbay/backend/pattern"
)

// machine is what a program was built for; no archs is not a program of a
// format that says.
type machine struct {
	os    string
	archs []string
}

// machineOf reads the head of an ELF, Mach-O or PE file.
func machineOf(head []byte) machine {
	le, be := binary.LittleEndian, binary.BigEndian
	name := func(id uint32, names map[uint32]string) string {
		if n, ok := names[id]; ok {
			return n
		}
		return "other"
	}
	apple := map[uint32]string{0x01000007: "amd64", 0x0100000c: "arm64", 7: "386", 12: "arm"}
	switch {
	case len(head) >= 20 && bytes.HasPrefix(head, []byte("\x7fELF")):
		id := uint32(le.Uint16(head[18:]))
		if head[5] == 2 {
			id = uint32(be.Uint16(head[18:]))
		}
		return machine{"linux", []string{name(id, map[uint32]string{0x3e: "amd64", 0xb7: "arm64", 3: "386", 0x28: "arm", 243: "riscv64", 21: "ppc64le", 22: "s390x"})}}
	case len(head) >= 8 && (le.Uint32(head) == 0xfeedfacf || le.Uint32(head) == 0xfeedface):
		return machine{"darwin", []string{name(le.Uint32(head[4:]), apple)}}
	case len(head) >= 8 && be.Uint32(head) == 0xcafebabe:
		m := machine{os: "darwin"}
		n := be.Uint32(head[4:])
		if n == 0 || n > 20 || len(head) < 8+int(n)*20 {
			return machine{} // a Java class begins the same way
		}
		for i := range int(n) {
			m.archs = append(m.archs, name(be.Uint32(head[8+i*20:]), apple))
		}
		return m
	case len(head) >= 64 && bytes.HasPrefix(head, []byte("MZ")):
		at := int(le.Uint32(head[60:]))
		if at < 0 || at > len(head)-6 || !bytes.HasPrefix(head[at:], []byte("PE\x00\x00")) {
			return machine{}
		}
		return machine{"windows", []string{name(uint32(le.Uint16(head[at+4:])), map[uint32]string{0x8664: "amd64", 0xaa64: "arm64", 0x14c: "386"})}}
	}
	return machine{}
}

const headSize = 4096

func head(files fs.FS, name string) []byte {
	f, err := files.Open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	b := make([]byte, headSize)
	n, _ := io.ReadFull(f, b)
	return b[:n]
}

// runs tells whether a program runs on p, and whether the system translates it.
func (m machine) runs(p Platform) (ok, translated bool) {
	if len(m.archs) == 0 {
		return true, false // a script, or nothing that says
	}
	if m.os != p.OS {
		return false, false
	}
	if slices.Contains(m.archs, p.Arch) {
		return true, false
	}
	switch p.OS + "/" + p.Arch {
	case "darwin/arm64":
		return slices.Contains(m.archs, "amd64"), true
	case "windows/arm64":
		return slices.Contains(m.archs, "amd64") || slices.Contains(m.archs, "386"), true
	case "windows/amd64":
		return slices.Contains(m.archs, "386"), false
	}
	return false, false
}

// forMachine gives the file to run for the one that is named: itself, or the
// one beside it that was built for this kind of computer. Publishers put the
// programs for all computers into one bundle, and a manifest has no word for
// the processor.
func (r *resolver) forMachine(file string) string {
	there := r.isFile(file)
	var built machine
	translated := false
	if there {
		built = machineOf(head(r.files, file))
		var ok bool
		if ok, translated = built.runs(r.p); ok && !translated {
			return file
		}
	}
	if other := r.sibling(file); other != "" {
		r.say("cpu_file_chosen", "file", other, "instead", file)
		return other
	}
	switch {
	case translated:
		r.say("cpu_emulated", "file", file)
		return file
	case !there:
		r.say("start_missing", "file", file)
	case built.os != r.p.OS:
		r.say("other_system", "made", built.os)
	default:
		r.say("other_cpu", "made", strings.Join(built.archs, ", "))
	}
	return ""
}

// platformWord is a word in a file's place that says for which computer it is.
var platformWord = pattern.New(`(?i)^(darwin|macos|mac|osx|linux|win|win32|win64|windows|android|freebsd|openbsd|sunos|arm|arm64|aarch64|armv[678]l?|x64|amd64|x86|64|i[36]86|ia32|386|ppc64(le)?|s390x|riscv64|loong(arch)?64|universal2?|glibc|musl|gnu|gnueabihf|musleabihf|apple|unknown|pc|msvc)$`)

var between = pattern.New(`[-_./]+`)

// bare is a file's place without the words for computers.
func bare(file string) string {
	file = strings.TrimSuffix(strings.ToLower(file), ".exe")
	words := slices.DeleteFunc(between().Split(file, -1), func(w string) bool { return platformWord().MatchString(w) })
	return strings.Join(words, " ")
}

// sibling finds the program that differs from file in the words for computers
// only and was built for this one. What a file says of itself counts, not its
// name.
func (r *resolver) sibling(file string) string {
	want, found, second := bare(file), "", ""
	_ = fs.WalkDir(r.files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || name == file || path.Ext(name) == ".json" || bare(name) != want {
			return nil
		}
		built := machineOf(head(r.files, name))
		ok, translated := built.runs(r.p)
		switch {
		case len(built.archs) == 0 || !ok:
		case translated:
			second = name
		case found == "":
			found = name
		}
		return nil
	})
	if found == "" {
		return second
	}
	return found
}
