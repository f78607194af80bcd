package main

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"toolbay/backend/configfile"
	"toolbay/backend/repair"
	"toolbay/backend/repair/finding"
)

// token is a blank, a word, a text in quotes with its quotes, a comment or one
// other sign.
var token = regexp.MustCompile(`[ \t]+|\r?\n|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|//[^\r\n]*|[\pL\pN_@./:$+*-]+|(?s:.)`)

// word is what a token says, without the signs around it.
var word = regexp.MustCompile(`[\pL\pN]+`)

// hunk is a part of the text before, in tokens, and what stands there after.
type hunk struct {
	from, to   int // of the tokens before
	lost, made []string
}

// hunks compares two lists of tokens by their longest common part.
func hunks(a, b []string) []hunk {
	n, m := len(a), len(b)
	length := make([][]int32, n+1)
	for i := range length {
		length[i] = make([]int32, m+1)
	}
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			if a[i] == b[j] {
				length[i][j] = length[i+1][j+1] + 1
			} else {
				length[i][j] = max(length[i+1][j], length[i][j+1])
			}
		}
	}
	var all []hunk
	for i, j := 0, 0; i < n || j < m; {
		if i < n && j < m && a[i] == b[j] {
			i, j = i+1, j+1
			continue
		}
		h := hunk{from: i, to: i}
		for (i < n || j < m) && !(i < n && j < m && a[i] == b[j]) {
			if j == m || i < n && length[i+1][j] >= length[i][j+1] {
				h.lost = append(h.lost, a[i])
				i++
			} else {
				h.made = append(h.made, b[j])
				j++
			}
			h.to = i
		}
		all = append(all, h)
	}
	return all
}

func words(tokens []string) []string { return word.FindAllString(strings.Join(tokens, " "), -1) }

// unexplained gives the changes of a text that no finding accounts for: what
// changed must be in the entry a finding is about, on the line or at the member
// it names, or be signs and blanks of a text that could not be read. Where
// servers move their words move along, and none is lost.
func unexplained(file finding.File, src, after []byte, r repair.Report) []string {
	before := token.FindAllString(plainText(src), -1)
	now := token.FindAllString(plainText(after), -1)
	if len(before) > 4000 || len(now) > 4000 || strings.TrimSpace(plainText(src)) == "" {
		return nil
	}
	spans, text, moves, wiped, whole := explained(before, r)
	var faults []string
	for _, h := range hunks(before, now) {
		lost, made := words(h.lost), words(h.made)
		switch {
		case len(lost) == 0 && len(made) == 0 && (text || moves):
		case slices.Equal(lost, made) && text:
		case slices.ContainsFunc(spans, func(s [2]int) bool { return h.from <= s[1]+2 && h.to >= s[0] }):
		case wiped && len(lost) == 0:
		case whole && within(made, before, r):
		case (moves || text) && within(lost, now, r) && within(made, before, r):
		default:
			faults = append(faults, fmt.Sprintf("%q became %q", strings.Join(h.lost, ""), strings.Join(h.made, "")))
		}
	}
	return faults
}

// explained gives the tokens that findings are about, and whether one of them
// is about the text as a whole, about where servers stand, and about servers
// that are gone, and about how all of the text is written.
func explained(before []string, r repair.Report) (spans [][2]int, text, moves, wiped, whole bool) {
	for _, p := range r.Problems {
		switch {
		case strings.HasPrefix(p.Code, "STRUCT_") || strings.HasPrefix(p.Code, "FILE_"):
			moves = true
		case !strings.HasPrefix(p.Code, "ENTRY_") && !strings.HasPrefix(p.Code, "RT_"):
			text = true
		}
		if p.Server != "" {
			spans = append(spans, entrySpans(before, p.Server, r.File.Dialect.Format)...)
		}
		switch p.Code {
		case "JSON_TRUNCATED": // what was cut is left out
			if p.Fix == finding.Confirm {
				spans = append(spans, [2]int{0, len(before)})
			}
		case "TEXT_MERGE_CONFLICT": // the version that does not hold is left out
			if i := slices.Index(before, "<"); i >= 0 {
				spans = append(spans, [2]int{i, len(before)})
			}
		case "TEXT_HTML_ENTITIES", "TEXT_LINE_NUMBERS", "TEXT_ESCAPED", "TEXT_ANSI_CODES", "TEXT_DIFF_MARKERS", "TEXT_OTHER_FORMAT":
			whole = true
		case "FILE_SERVERS_WIPED":
			wiped = true
		}
		var line, column int
		if n, _ := fmt.Sscanf(p.Where, "%d:%d", &line, &column); n == 2 {
			at := 1
			from := -1
			for i, t := range before {
				if at == line && from < 0 {
					from = i
				}
				if strings.HasSuffix(t, "\n") {
					if at == line {
						spans = append(spans, [2]int{from, i})
					}
					at++
				}
			}
			if at == line && from >= 0 {
				spans = append(spans, [2]int{from, len(before)})
			}
		}
	}
	return spans, text, moves, wiped, whole
}

// entrySpans gives the tokens from a name to the end of what it is the name of,
// wherever it stands.
func entrySpans(before []string, name string, f configfile.Format) (spans [][2]int) {
	toml := f == configfile.TOML
	for i, t := range before {
		said := strings.Trim(t, `"':.“”„`)
		if said != name && !(toml && (strings.HasSuffix(said, "."+name) || strings.Contains(said, "."+name+"."))) && !strings.HasPrefix(name, said+".") {
			continue
		}
		end := len(before)
		switch f {
		case configfile.TOML:
			for j := i + 1; j < end; j++ {
				if before[j] == "[" && strings.HasSuffix(before[j-1], "\n") {
					end = j
				}
			}
		case configfile.YAML:
			own := indentAt(before, i)
			for j := i + 1; j < end; j++ {
				if strings.HasSuffix(before[j-1], "\n") && indentAt(before, j) <= own && !strings.HasSuffix(before[j], "\n") {
					end = j
				}
			}
		default:
			depth := 0
			for j := i + 1; j < end; j++ {
				switch before[j] {
				case "{", "[":
					depth++
				case "}", "]":
					if depth--; depth <= 0 {
						end = j
					}
				}
			}
		}
		from := i
		for f == configfile.TOML && from > 0 && !strings.HasSuffix(before[from-1], "\n") {
			from-- // the brackets of its head
		}
		spans = append(spans, [2]int{from, end})
	}
	return spans
}

// indentAt is how far the line of a token is indented.
func indentAt(tokens []string, i int) int {
	for i > 0 && !strings.HasSuffix(tokens[i-1], "\n") {
		i--
	}
	return len(tokens[i]) - len(strings.TrimLeft(tokens[i], " \t"))
}

// ownWords are those that a fix may take away or bring: keys of servers, of
// their names, and of questions.
var ownWords = strings.Fields("mcpServers servers mcp context extensions name type id description inputs password promptString true 2")

// within tells whether words stand in a text, or aside of it.
func within(list, text []string, r repair.Report) bool {
	all := strings.Join(words(text), " ") + " " + strings.Join(words(r.Comments), " ")
	for _, p := range r.Parked {
		all += " " + strings.Join(words([]string{p.Text}), " ")
	}
	all += " " + strings.Join(words(slices.Concat(r.File.Dialect.Servers, ownWords)), " ")
	have := strings.Fields(all)
	return !slices.ContainsFunc(list, func(w string) bool { return !slices.Contains(have, w) })
}

// plainText is a text in UTF-8 without a mark.
func plainText(src []byte) string {
	if !utf8.Valid(src) && !bytes.ContainsRune(src, 0) {
		var b strings.Builder
		for _, c := range src {
			b.WriteRune(rune(c))
		}
		return b.String()
	}
	order := 0
	switch {
	case strings.HasPrefix(string(src), "\xff\xfe"), len(src) > 1 && src[0] != 0 && src[1] == 0:
		order = 1
	case strings.HasPrefix(string(src), "\xfe\xff"), len(src) > 1 && src[0] == 0 && src[1] != 0:
		order = 2
	}
	if order == 0 {
		return strings.Trim(strings.TrimPrefix(string(src), "\xef\xbb\xbf"), "\x00")
	}
	var units []uint16
	for i := 0; i+1 < len(src); i += 2 {
		u := uint16(src[i]) | uint16(src[i+1])<<8
		if order == 2 {
			u = uint16(src[i])<<8 | uint16(src[i+1])
		}
		units = append(units, u)
	}
	s := string(utf16.Decode(units))
	if r, n := utf8.DecodeRuneInString(s); r == '\ufeff' {
		s = s[n:]
	}
	return s
}
