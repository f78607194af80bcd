package tolerant

import (
	"bytes"
	"strings"

	"toolbay/backend/pattern"
	"toolbay/backend/repair/finding"
)

// prose takes away what was written before and behind the settings.
func prose(src []byte, r *Reading) []mend {
	lines := split(src)
	from, to := 0, len(src)
	code := "TEXT_AROUND"
	opens := func(t []byte) bool {
		if len(t) == 0 {
			return false
		}
		switch t[0] {
		case '{', '[', '}', ']', '"', '\'', '/', '#', ',':
			return true
		}
		return t[0] >= 0x80 && (bytes.HasPrefix(t, []byte("“")) || bytes.HasPrefix(t, []byte("‘")) || bytes.HasPrefix(t, []byte("｛")) || bytes.HasPrefix(t, []byte("„")) || bytes.HasPrefix(t, []byte("«")) || hidden(t) == 0 || bytes.HasPrefix(t, []byte("\u00a0")))
	}
	started := false
	for _, l := range lines {
		t := bytes.TrimSpace(src[l.start:l.end])
		if len(t) == 0 {
			continue
		}
		if assign().Match(t) {
			from = l.start + bytes.IndexAny(src[l.start:l.end], "{[(")
			if eq := bytes.IndexByte(src[l.start:l.end], '='); eq >= 0 {
				from = l.start + eq + 1 + bytes.IndexAny(src[l.start+eq+1:l.end], "{[(")
			}
			started = true
			break
		}
		if opens(t) || keyed(t) {
			from, started = l.start, true
			break
		}
		if k := bytes.IndexByte(t, '{'); k >= 0 && !prompt().Match(t) && (k+1 == len(t) || bytes.IndexByte(t[k:], '"') >= 0) {
			from = l.start + bytes.IndexByte(src[l.start:l.end], '{')
			started = true
			break
		}
	}
	if !started {
		return nil
	}
	if len(bytes.TrimSpace(src[:from])) == 0 {
		from = 0
	}
	// Behind the last closer there are words.
	end := bytes.LastIndexAny(src, "}]")
	if end >= from && end+1 < len(src) {
		tail := bytes.TrimLeft(src[end+1:], " \t\r\n,;)")
		if len(tail) > 0 && bytes.IndexAny(tail, "\"'{[:“”") < 0 && !bytes.HasPrefix(tail, []byte("//")) && !bytes.HasPrefix(tail, []byte("/*")) && tail[0] != '#' && bytes.Count(tail, []byte(" ")) > 0 || bytes.HasPrefix(tail, []byte("PS ")) || prompt().Match(tail) {
			to = end + 1
		}
		if js := bytes.TrimSpace(src[end+1:]); from > 0 && (string(js) == ";" || string(js) == ");") {
			to = end + 1
		}
	}
	m := mend{code: code, fix: finding.Confirm, at: 0}
	if from > 0 {
		m.edits = append(m.edits, finding.Edit{To: from})
	}
	if to < len(src) {
		keep := len(src)
		for keep > to && (src[keep-1] == '\n' || src[keep-1] == '\r') {
			keep--
		}
		if len(m.edits) == 0 {
			m.at = to
		}
		m.edits = append(m.edits, finding.Edit{From: to, To: keep})
	}
	for _, e := range m.edits {
		if s := strings.TrimSpace(string(src[e.From:e.To])); s != "" && len(s) < 4096 {
			r.Comments = append(r.Comments, s)
		}
	}
	if len(m.edits) == 0 {
		return nil
	}
	return []mend{m}
}

var bareKey = pattern.New(`^[A-Za-z_$][\w$.@/-]{0,80}["']?\s*[:=]`)

// keyed tells that a line begins with a key, with or without quotes.
func keyed(t []byte) bool {
	if m := bareKey().FindIndex(t); m != nil {
		rest := bytes.TrimSpace(t[m[1]:])
		if len(rest) == 0 {
			return true
		}
		switch rest[0] {
		case '"', '\'', '{', '[':
			return true
		}
		return literal(strings.TrimRight(string(rest), ","))
	}
	return false
}
