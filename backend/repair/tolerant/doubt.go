package tolerant

import "bytes"

// doubtfulList tells that a list lost more than one quote, or one beside words
// that have none. Where its elements begin and end is then anybody's guess, and
// a wrong one moves all that follow: such a text is left as it is.
func (l *lexer) doubtfulList() bool {
	type list struct{ open, lost, bare int }
	var lists []list // those that are open, and objects as open -1
	k := 0           // of the mends, which are in the order of the text
	for i, t := range l.toks {
		for k < len(l.mends) && l.mends[k].at < t.start {
			k++
		}
		switch t.kind {
		case tOpenArray:
			lists = append(lists, list{open: i})
		case tOpenObject:
			lists = append(lists, list{open: -1})
		case tCloseArray, tCloseObject:
			if len(lists) > 0 {
				lists = lists[:len(lists)-1]
			}
		case tString, tJunk:
			if len(lists) == 0 || lists[len(lists)-1].open < 0 {
				break
			}
			in := &lists[len(lists)-1]
			if t.kind == tJunk {
				in.bare++
			}
			// "--say','hello": the first quote inside closes what did not open.
			if q := bytes.IndexByte(l.src[t.start:t.end], '\''); q > 0 && bytes.HasPrefix(l.src[t.start+q:t.end], []byte("','")) && l.src[t.start] == '"' {
				return true
			}
			for ; k < len(l.mends) && l.mends[k].at <= t.end; k++ {
				switch l.mends[k].code {
				case "JSON_UNCLOSED_STRING", "JSON_UNESCAPED_QUOTE":
					in.lost++
				case "JSON_UNQUOTED_VALUE":
					in.bare++
				}
			}
			if in.lost > 0 && in.lost+in.bare > 1 {
				return true
			}
		}
	}
	return false
}
