package store

import "strings"

// splitASCII is split for text of nothing but ASCII, which nearly all is. The
// words are parts of one text.
func splitASCII(text string, camel bool) []string {
	lower := strings.ToLower(text)
	out := make([]string, 0, len(text)/6+1)
	word, part := -1, 0
	for i := 0; i <= len(text); i++ {
		switch {
		case i == len(text) || !letterOrDigit(lower[i]):
			if word >= 0 {
				if part > word {
					out = append(out, lower[part:i])
				}
				out = append(out, lower[word:i])
			}
			word = -1
		case word < 0:
			word, part = i, i
		case camel && text[i] != lower[i] && text[i-1] >= 'a' && text[i-1] <= 'z':
			out = append(out, lower[part:i])
			part = i
		}
	}
	return out
}

func letterOrDigit(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' }
