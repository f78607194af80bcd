package bundle

import (
	"bytes"
	"encoding/binary"
	"io"
	"io/fs"
	"slices"
	"strings"
	"unicode/utf8"
)

// The archive is read by a reader of our own: Go's archive/zip takes the last
// directory it finds, allows anything before and between the files, and never
// compares the two places where a file's name stands. A file that other
// programs would read differently is refused here instead.

const (
	endSize     = 22
	centralSize = 46
	localSize   = 30
	maxComment  = 65535

	flagEncrypted  = 1<<0 | 1<<6 | 1<<13
	flagDescriptor = 1 << 3
	flagUTF8       = 1 << 11

	stored   = 0
	deflated = 8
)

// entry is one file or folder as the directory has it.
type entry struct {
	name    string // as it stands there, with slashes; folders end in one
	method  uint16
	flags   uint16
	sum     uint32
	packed  int64
	size    int64
	offset  int64 // of its own header
	data    int64 // of its contents
	mode    fs.FileMode
	special bool // a link, a device: nothing that belongs here
	dropped bool // had rights that are not given
}

func (e entry) dir() bool { return strings.HasSuffix(e.name, "/") }

// archive is one whose layout and names were found good.
type archive struct {
	r       io.ReaderAt
	entries []entry
	// root is the folder in which everything lies, with its slash, or "".
	root string
	tree tree
}

// scan reads the directory of the archive in r up to end, and compares it with
// what is really there. comment is the length of the signature that may count
// as the archive's comment. What it returns with a fatal reason is not usable.
func scan(r io.ReaderAt, end, comment int64, limits Limits) (*archive, []Reason) {
	refuse := func(code string, args ...string) (*archive, []Reason) { return nil, []Reason{because(code, args...)} }
	tail := make([]byte, min(end, endSize+maxComment))
	if _, err := r.ReadAt(tail, end-int64(len(tail))); err != nil && err != io.EOF {
		return refuse("archive_unreadable")
	}
	in := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	if in < 0 || len(tail)-in < endSize {
		return refuse("archive_unreadable")
	}
	at, last := end-int64(len(tail))+int64(in), tail[in:]
	u16, u32 := binary.LittleEndian.Uint16, binary.LittleEndian.Uint32
	size, start, said := int64(u32(last[12:])), int64(u32(last[16:])), int64(u16(last[20:]))
	switch behind := end - at - endSize; {
	case said == behind, comment > 0 && behind == 0 && said == comment:
	case said > behind:
		return refuse("archive_unreadable") // cut off
	default:
		return refuse("archive_ambiguous", "what", "end")
	}
	count := int(u16(last[10:]))
	if bytes.Contains(last[endSize:], []byte(blockStart)) {
		return refuse("signature_malformed")
	}
	if u16(last[4:]) != 0 || u16(last[6:]) != 0 || int(u16(last[8:])) != count || count == 0xffff || size == 0xffffffff || start == 0xffffffff {
		return refuse("archive_unusual", "what", "parts")
	}
	switch {
	case start+size > at:
		return refuse("archive_unreadable")
	case start+size < at:
		return refuse("archive_ambiguous", "what", "start")
	case count > limits.Entries, size > int64(limits.Entries)*1024:
		return refuse("archive_too_big", "limit", "entries")
	}
	directory := make([]byte, size)
	if _, err := r.ReadAt(directory, start); err != nil && err != io.EOF {
		return refuse("archive_unreadable")
	}
	a := &archive{r: r}
	for range count {
		e, rest, reason := central(directory)
		if reason.Code != "" {
			return nil, []Reason{reason}
		}
		a.entries, directory = append(a.entries, e), rest
	}
	if len(directory) != 0 {
		return refuse("archive_ambiguous", "what", "directory")
	}
	if reason := a.layout(start); reason.Code != "" {
		return nil, []Reason{reason}
	}
	if reason := a.sizes(limits); reason.Code != "" {
		return nil, []Reason{reason}
	}
	return a, a.names()
}

// central reads one entry of the directory.
func central(b []byte) (entry, []byte, Reason) {
	u16, u32 := binary.LittleEndian.Uint16, binary.LittleEndian.Uint32
	if len(b) < centralSize || !bytes.HasPrefix(b, []byte("PK\x01\x02")) {
		return entry{}, nil, because("archive_unreadable")
	}
	name, extra, comment := int(u16(b[28:])), int(u16(b[30:])), int(u16(b[32:]))
	if len(b) < centralSize+name+extra+comment {
		return entry{}, nil, because("archive_unreadable")
	}
	e := entry{
		name:  string(b[centralSize : centralSize+name]),
		flags: u16(b[8:]), method: u16(b[10:]), sum: u32(b[16:]),
		packed: int64(u32(b[20:])), size: int64(u32(b[24:])), offset: int64(u32(b[42:])),
	}
	switch {
	case e.flags&flagEncrypted != 0:
		return e, nil, because("archive_unusual", "what", "encrypted")
	case e.method != stored && e.method != deflated:
		return e, nil, because("archive_unusual", "what", "method")
	case u16(b[34:]) != 0, e.packed == 0xffffffff, e.size == 0xffffffff, e.offset == 0xffffffff:
		return e, nil, because("archive_unusual", "what", "parts")
	case e.method == stored && e.packed != e.size, e.dir() && e.size != 0:
		return e, nil, because("archive_ambiguous", "what", shown(e.name))
	case !utf8.ValidString(e.name):
		return e, nil, because("name_unsafe", "file", e.name)
	case otherName(b[centralSize+name:centralSize+name+extra], e.name):
		return e, nil, because("archive_ambiguous", "what", shown(e.name))
	}
	e.rights(b[5], u32(b[38:]))
	return e, b[centralSize+name+extra+comment:], Reason{}
}

// otherName tells whether the extra fields hold another name, which some
// programs take instead.
func otherName(extra []byte, name string) bool {
	for len(extra) >= 4 {
		n := int(binary.LittleEndian.Uint16(extra[2:]))
		if len(extra) < 4+n {
			return false
		}
		if field := extra[4 : 4+n]; binary.LittleEndian.Uint16(extra) == 0x7075 && (n < 5 || string(field[5:]) != name) {
			return true
		}
		extra = extra[4+n:]
	}
	return false
}

// rights reads what kind of file it is. Of its rights only whether it can be
// run is kept.
func (e *entry) rights(system byte, attributes uint32) {
	unix := attributes >> 16
	e.mode = 0o644
	if unix&0o111 != 0 {
		e.mode = 0o755
	}
	e.dropped = unix&0o7000 != 0
	switch unix & 0xf000 {
	case 0, 0x8000:
	case 0x4000:
		e.special = !e.dir()
	default:
		e.special = true
	}
	// On Windows: devices and reparse points.
	if (system == 0 || system == 10 || system == 11) && attributes&0x440 != 0 {
		e.special = true
	}
}

// layout sees that the files lie one behind the other from the first byte to
// the directory, each under the name and with the sizes that the directory has.
func (a *archive) layout(start int64) Reason {
	order := make([]int, len(a.entries))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int { return int(a.entries[i].offset - a.entries[j].offset) })
	at := int64(0)
	for n, i := range order {
		e := &a.entries[i]
		next := start
		if n+1 < len(order) {
			next = a.entries[order[n+1]].offset
		}
		if e.offset != at || !a.local(e, next) {
			what := shown(e.name)
			if n == 0 && e.offset > 0 {
				what = "start"
			}
			return because("archive_ambiguous", "what", what)
		}
		at = next
	}
	if at != start {
		return because("archive_ambiguous", "what", "start")
	}
	return Reason{}
}

// local compares a file's own header with the directory; next is where the
// following one begins.
func (a *archive) local(e *entry, next int64) bool {
	u16, u32 := binary.LittleEndian.Uint16, binary.LittleEndian.Uint32
	head := make([]byte, localSize+len(e.name))
	if e.offset+int64(len(head)) > next {
		return false
	}
	if _, err := a.r.ReadAt(head, e.offset); err != nil && err != io.EOF {
		return false
	}
	if !bytes.HasPrefix(head, []byte("PK\x03\x04")) || int(u16(head[26:])) != len(e.name) || string(head[localSize:]) != e.name ||
		u16(head[6:]) != e.flags || u16(head[8:]) != e.method {
		return false
	}
	extra := make([]byte, u16(head[28:]))
	e.data = e.offset + int64(len(head)+len(extra))
	behind := next - e.data - e.packed
	if behind < 0 {
		return false
	}
	if _, err := a.r.ReadAt(extra, e.offset+int64(len(head))); err != nil && err != io.EOF || otherName(extra, e.name) {
		return false
	}
	sum, packed, size := u32(head[14:]), int64(u32(head[18:])), int64(u32(head[22:]))
	same := sum == e.sum && packed == e.packed && size == e.size
	if e.flags&flagDescriptor == 0 {
		return same && behind == 0
	}
	if !same && (sum != 0 || packed != 0 || size != 0) {
		return false
	}
	return a.descriptor(e, behind)
}

// descriptor reads what stands behind a file whose size was not known when its
// header was written.
func (a *archive) descriptor(e *entry, length int64) bool {
	u32 := binary.LittleEndian.Uint32
	if length != 12 && length != 16 {
		return false
	}
	b := make([]byte, length)
	if _, err := a.r.ReadAt(b, e.data+e.packed); err != nil && err != io.EOF {
		return false
	}
	if length == 16 {
		if !bytes.HasPrefix(b, []byte("PK\x07\x08")) {
			return false
		}
		b = b[4:]
	}
	return u32(b) == e.sum && int64(u32(b[4:])) == e.packed && int64(u32(b[8:])) == e.size
}

// sizes looks at the sizes that are told; contents counts the real ones.
func (a *archive) sizes(limits Limits) Reason {
	total := int64(0)
	for _, e := range a.entries {
		total += e.size
		switch {
		case e.size > limits.File:
			return because("archive_too_big", "limit", shown(e.name))
		case total > limits.Total:
			return because("archive_too_big", "limit", "total")
		case tooDense(e.size, e.packed, limits):
			return because("archive_too_big", "limit", shown(e.name))
		}
	}
	return Reason{}
}

func tooDense(size, packed int64, limits Limits) bool {
	return size > 10<<20 && size > packed*limits.Ratio
}
