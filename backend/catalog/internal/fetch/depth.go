package fetch

// maxDepth is how deep a document may be nested. The deepest real one, tools
// with schemas in Docker's catalogue, has 17 levels.
const maxDepth = 64

// deep tells whether body is JSON nested deeper than maxDepth, before anything
// is decoded. What does not begin like JSON is not looked at.
func deep(body []byte) bool {
	begun, quoted, escaped, depth := false, false, false, 0
	for _, b := range body {
		switch {
		case escaped:
			escaped = false
		case quoted:
			escaped, quoted = b == '\\', b != '"'
		case b == '"':
			quoted = begun
		case b == '{' || b == '[':
			begun = true
			if depth++; depth > maxDepth {
				return true
			}
		case b == '}' || b == ']':
			depth--
		}
		if !begun && b > ' ' && b < 0x80 {
			return false
		}
	}
	return false
}
