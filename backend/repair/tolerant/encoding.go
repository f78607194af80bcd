package tolerant

import (
	"bytes"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"toolbay/backend/repair/finding"
)

// encoding finds bytes that are no plain UTF-8 text.
func encoding(src []byte) []mend {
	if ms := wide(src); ms != nil {
		return ms
	}
	var ms []mend
	n := 0
	for bytes.HasPrefix(src[n:], []byte("\xef\xbb\xbf")) {
		n += 3
	}
	if n > 0 {
		ms = append(ms, change("ENC_BOM", finding.Safe, 0, n, ""))
	}
	// A disk that failed leaves zero bytes, at the end or everywhere.
	if bytes.IndexByte(src, 0) >= 0 {
		for i := n; i < len(src); i++ {
			if src[i] != 0 {
				continue
			}
			from := i
			for i < len(src) && src[i] == 0 {
				i++
			}
			ms = append(ms, change("ENC_CONTROL_CHARS", finding.Safe, from, i, ""))
		}
		if len(bytes.Trim(src[n:], "\x00 \r\n\t")) == 0 {
			return []mend{change("FILE_EMPTY", finding.Confirm, 0, len(src), "{}\n")}
		}
	}
	if utf8.Valid(src) {
		return ms
	}
	for i := n; i < len(src); {
		r, size := utf8.DecodeRune(src[i:])
		if r != utf8.RuneError || size != 1 {
			i += size
			continue
		}
		s, size := legacy(src[i:])
		ms = append(ms, change("ENC_LEGACY", finding.Confirm, i, i+size, s))
		i += size
	}
	return ms
}

// wide finds UTF-16 and UTF-32, with a mark or by the zeros of plain letters.
func wide(src []byte) []mend {
	var size, low, skip int // bytes of a unit, where its lowest one is, of the mark
	zero := func(i int) bool { return i < len(src) && src[i] == 0 }
	switch {
	case bytes.HasPrefix(src, []byte("\xff\xfe\x00\x00")):
		size, low, skip = 4, 0, 4
	case bytes.HasPrefix(src, []byte("\x00\x00\xfe\xff")):
		size, low, skip = 4, 3, 4
	case bytes.HasPrefix(src, []byte("\xff\xfe")):
		size, low, skip = 2, 0, 2
	case bytes.HasPrefix(src, []byte("\xfe\xff")):
		size, low, skip = 2, 1, 2
	case len(src) >= 8 && zero(1) && zero(3) && zero(5) && !zero(0) && !zero(2) && !zero(4):
		size, low = 2, 0
	case len(src) >= 8 && zero(0) && zero(2) && zero(4) && !zero(1) && !zero(3) && !zero(5):
		size, low = 2, 1
	default:
		return nil
	}
	unit := func(i int) rune {
		var r rune
		for k := range size {
			b := src[i+k]
			if low == 0 {
				b = src[i+size-1-k]
			}
			r = r<<8 | rune(b)
		}
		return r
	}
	m := mend{code: "ENC_UTF16", fix: finding.Safe}
	var line strings.Builder
	from := skip
	m.edits = append(m.edits, finding.Edit{From: 0, To: skip})
	end := skip + (len(src)-skip)/size*size
	flush := func(to int) {
		m.edits = append(m.edits, finding.Edit{From: from, To: to, New: line.String()})
		line.Reset()
		from = to
	}
	for i := skip; i < end; i += size {
		r := unit(i)
		if utf16.IsSurrogate(r) && i+2*size <= end {
			if pair := utf16.DecodeRune(r, unit(i+size)); pair != utf8.RuneError {
				r = pair
				i += size
			}
		}
		if r == 0xfeff {
			continue
		}
		line.WriteRune(r) // a lone surrogate becomes U+FFFD
		if r == '\n' {
			flush(i + size)
		}
	}
	flush(len(src))
	return []mend{m}
}

// legacy reads what is no UTF-8: text in the encoding of older Windows, or a
// character that was cut or written as half a pair.
func legacy(b []byte) (string, int) {
	// Half pairs written as if they were characters: CESU-8.
	if len(b) >= 6 && b[0] == 0xed && b[1] >= 0xa0 && b[1] < 0xb0 && b[3] == 0xed && b[4] >= 0xb0 && b[4] < 0xc0 {
		hi := rune(b[1]&0x3f)<<6 | rune(b[2]&0x3f) | 0xd000
		lo := rune(b[4]&0x3f)<<6 | rune(b[5]&0x3f) | 0xd000
		if r := utf16.DecodeRune(hi, lo); r != utf8.RuneError {
			return string(r), 6
		}
	}
	if b[0] == 0xc0 && len(b) >= 2 && b[1]&0xc0 == 0x80 { // overlong
		if r := rune(b[0]&0x1f)<<6 | rune(b[1]&0x3f); r >= 0x20 && r != '"' && r != '\\' {
			return string(r), 2
		}
		return "", 2
	}
	const high = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ"
	if b[0] < 0xa0 {
		n := int(b[0] - 0x80)
		for _, r := range high {
			if n == 0 {
				return string(r), 1
			}
			n--
		}
	}
	return string(rune(b[0])), 1
}
