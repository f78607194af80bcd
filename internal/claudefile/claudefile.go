// Package claudefile makes a file like a ~/.claude.json after years of use:
// projects with histories of pasted text, and a server. Tests and internal/bench
// may import it.
//
//	src := claudefile.Make(5 << 20)
package claudefile

import (
	"bytes"
	"fmt"
	"strings"
)

// Make gives a file of at least size bytes.
func Make(size int) []byte {
	var b bytes.Buffer
	b.WriteString("{\n  \"numStartups\": 412,\n  \"projects\": {")
	for i := 0; b.Len() < size; i++ {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "\n    \"/home/ada/project-%d\": {\n      \"allowedTools\": [],\n      \"history\": [", i)
		for j := range 20 {
			if j > 0 {
				b.WriteByte(',')
			}
			text := strings.Repeat("please look at \\\"main.go\\\" and tell me why\\n\\tthe test fails — ", 1+j%9)
			fmt.Fprintf(&b, "\n        {\n          \"display\": \"%s\",\n          \"pastedContents\": {}\n        }", text)
		}
		fmt.Fprintf(&b, "\n      ],\n      \"mcpServers\": {},\n      \"exampleFilesGeneratedAt\": %d,\n      \"hasTrustDialogAccepted\": true\n    }", 1700000000000+i)
	}
	b.WriteString("\n  },\n  \"mcpServers\": {\n    \"notes\": {\n      \"command\": \"npx\",\n      \"args\": []\n    }\n  }\n}\n")
	return b.Bytes()
}
