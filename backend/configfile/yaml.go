package configfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"toolbay/backend/model"
)

// A YAML file is parsed by yaml.v3 into its nodes, which say where each begins.
// Where it ends we find out ourselves. Nothing is ever written by a library:
// an edit is a splice of text between two such places.

// yamlFile is a parsed file.
type yamlFile struct {
	src    []byte
	lines  []int      // where each line begins
	ascii  bool       // then columns are bytes
	root   *yaml.Node // nil in a blank file
	from   int        // of a blank file: where a first value may stand
	to     int
	shared map[*yaml.Node]bool // what an alias stands for
	// memory of the last place looked up, for long lines with other letters
	line, column, offset int
	// and of where the members and elements of collections stand
	places map[*yaml.Node][]yamlItem
}

// parseYAML reads a whole file. What the parsers of the apps understand
// differently is refused: line ends other than LF and CRLF, a key that occurs
// twice, a second document.
func parseYAML(src []byte) (*yamlFile, error) {
	if len(src) > MaxYAMLSize {
		return nil, model.Fail(CodeTooBig, nil, "limit", strconv.Itoa(MaxYAMLSize>>20)+" MB")
	}
	if at := oddLineEnd(src); at >= 0 {
		return nil, broken(src, at, reasonLineEnd)
	}
	if yamlEntries(src) > MaxYAMLEntries {
		return nil, tooManyEntries()
	}
	if at := bomLen(src); bomLen(src[at:]) > 0 {
		return nil, broken(src, at, reasonYAML) // the parser would pass over it
	}
	y := &yamlFile{src: src, shared: map[*yaml.Node]bool{}}
	y.lines = append(y.lines, bomLen(src))
	for i, c := range src {
		if c == '\n' {
			y.lines = append(y.lines, i+1)
		}
	}
	y.ascii = !bytes.ContainsFunc(src[bomLen(src):], func(r rune) bool { return r >= utf8.RuneSelf })
	doc, more, err := decodeYAML(src)
	if err != nil {
		return nil, broken(src, y.errorPlace(err), reasonYAML)
	}
	if more != nil {
		return nil, broken(src, y.at(more.Line, 1), reasonDocuments)
	}
	y.from, y.to = bomLen(src), len(src)
	if doc == nil || len(doc.Content) == 0 {
		return y, nil
	}
	y.root = doc.Content[0]
	c := yamlCheck{file: y, open: map[*yaml.Node]bool{}, size: map[*yaml.Node]int{}, depth: map[*yaml.Node]int{}}
	if _, _, err := c.node(y.root); err != nil {
		return nil, err
	}
	if y.implicit(y.root) {
		y.blank()
	}
	return y, nil
}

// decodeYAML gives the first document and, if there is one, the second. Of a
// parser that has had its share of crashes on odd input none may be ours.
func decodeYAML(src []byte) (doc, more *yaml.Node, err error) {
	defer func() {
		if r := recover(); r != nil {
			doc, more, err = nil, nil, fmt.Errorf("yaml: %v", r)
		}
	}()
	if i := bytes.Index(src, []byte("%YAML 1.2")); i >= 0 && startsLine(src, i) {
		// The parser knows this version too, but not by its name.
		src = bytes.Clone(src)
		src[i+8] = '1'
	}
	dec := yaml.NewDecoder(bytes.NewReader(src))
	doc = new(yaml.Node)
	if err = dec.Decode(doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, nil, nil
		}
		return nil, nil, err
	}
	more = new(yaml.Node)
	if err = dec.Decode(more); err != nil {
		if errors.Is(err, io.EOF) {
			return doc, nil, nil
		}
		return nil, nil, err
	}
	return doc, more, nil
}

// oddLineEnd finds a line end of YAML 1.1 that YAML 1.2 does not have, or a
// lone CR, which editors and parsers count differently; -1 when there is none.
func oddLineEnd(src []byte) int {
	for i := 0; i < len(src); i++ {
		switch src[i] {
		case '\r':
			if i+1 == len(src) || src[i+1] != '\n' {
				return i
			}
		case 0xC2:
			if i+1 < len(src) && src[i+1] == 0x85 {
				return i
			}
		case 0xE2:
			if i+2 < len(src) && src[i+1] == 0x80 && (src[i+2] == 0xA8 || src[i+2] == 0xA9) {
				return i
			}
		}
	}
	return -1
}

// yamlEntries counts what may begin an entry: more than there are, never fewer.
func yamlEntries(src []byte) int {
	n := 0
	for i, c := range src {
		switch c {
		case '[', '{', ',':
			n++
		case '-', '?', ':':
			if i+1 == len(src) || isBlank(src[i+1:i+2]) {
				n++
			}
		}
	}
	return n
}

// errorPlace finds the line that an error of the parser names.
func (y *yamlFile) errorPlace(err error) int {
	_, rest, ok := strings.Cut(err.Error(), "line ")
	if !ok {
		return bomLen(y.src)
	}
	digits, _, _ := strings.Cut(rest, ":")
	n, err := strconv.Atoi(digits)
	if err != nil {
		return bomLen(y.src)
	}
	return y.at(n, 1)
}

// at turns a line and a column in characters, both from 1, into an offset.
func (y *yamlFile) at(line, column int) int {
	if line > len(y.lines) { // at the end of a file without a last line end
		return len(y.src)
	}
	line = max(line, 1)
	start := y.lines[line-1]
	if y.ascii {
		return min(start+column-1, len(y.src))
	}
	if line != y.line || column < y.column {
		y.line, y.column, y.offset = line, 1, start
	}
	for y.column < column && y.offset < len(y.src) {
		_, n := utf8.DecodeRune(y.src[y.offset:])
		y.offset += n
		y.column++
	}
	return y.offset
}

// columnOf is how many characters stand before an offset on its line.
func (y *yamlFile) columnOf(at int) int {
	return utf8.RuneCount(y.src[lineStart(y.src, at):at])
}

// implicit tells that a node is written as nothing at all.
func (y *yamlFile) implicit(n *yaml.Node) bool {
	if n.Kind != yaml.ScalarNode || n.Value != "" || n.Anchor != "" || n.Style != 0 {
		return false
	}
	at := y.start(n)
	return at == len(y.src) || y.src[at] != '!' // a tag that says nothing
}

// blank makes the file one without a value: the root is written as nothing.
func (y *yamlFile) blank() {
	src := y.src
	y.to = y.at(y.root.Line, y.root.Column)
	y.root = nil
	for i := y.from; i < y.to; {
		end := y.lineEnd(i)
		if bytes.HasPrefix(src[i:], []byte("---")) {
			y.from = i + 3
			return
		}
		i = end
		for i < len(src) && (src[i] == '\r' || src[i] == '\n') {
			i++
		}
	}
}

// lineEnd is the end of the line of an offset, before its line end.
func (y *yamlFile) lineEnd(at int) int {
	end := len(y.src)
	if n := bytes.IndexByte(y.src[at:], '\n'); n >= 0 {
		end = at + n
		if end > at && y.src[end-1] == '\r' {
			end--
		}
	}
	return end
}

// lineBreak is the start of the line end before the line of an offset, -1 on
// the first line.
func (y *yamlFile) lineBreak(at int) int {
	i := lineStart(y.src, at)
	if i == bomLen(y.src) {
		return -1
	}
	if i--; i > 0 && y.src[i-1] == '\r' {
		i--
	}
	return i
}

// yamlCheck looks at every node once: depth, aliases, duplicates.
type yamlCheck struct {
	file  *yamlFile
	open  map[*yaml.Node]bool // the anchored nodes around
	size  map[*yaml.Node]int  // of anchored nodes, aliases written out
	depth map[*yaml.Node]int
	level int
}

func (c *yamlCheck) node(n *yaml.Node) (size, depth int, err error) {
	if n.Kind == yaml.AliasNode {
		t := n.Alias
		if c.open[t] {
			return 0, 0, broken(c.file.src, c.file.at(n.Line, n.Column), reasonAlias)
		}
		c.file.shared[t] = true
		return c.size[t], c.depth[t], nil
	}
	if c.level++; c.level > MaxDepth {
		return 0, 0, tooDeep()
	}
	if n.Anchor != "" {
		c.open[n] = true
	}
	size, depth = 1, 0
	for _, child := range n.Content {
		s, d, err := c.node(child)
		if err != nil {
			return 0, 0, err
		}
		size, depth = size+s, max(depth, d)
		// A handful of aliases of aliases would be more than a computer holds.
		if size > 4*MaxYAMLEntries {
			return 0, 0, tooManyEntries()
		}
	}
	if depth++; c.level+depth > MaxDepth+1 {
		return 0, 0, tooDeep()
	}
	if n.Kind == yaml.MappingNode {
		seen := make(map[string]bool, len(n.Content)/2)
		for i := 0; i < len(n.Content); i += 2 {
			k := n.Content[i]
			if k.Kind != yaml.ScalarNode || isMerge(k) {
				continue
			}
			id := k.ShortTag() + " " + k.Value
			if seen[id] {
				return 0, 0, broken(c.file.src, c.file.at(k.Line, k.Column), reasonDuplicate)
			}
			seen[id] = true
		}
	}
	c.level--
	if n.Anchor != "" {
		delete(c.open, n)
		c.size[n], c.depth[n] = size, depth
	}
	return size, depth, nil
}
