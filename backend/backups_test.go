package backend

import "testing"

// A key is found however a file writes it.
func TestUnescaped(t *testing.T) {
	for name, tc := range map[string]struct{ in, want string }{
		"nothing to do":      {"plain", "plain"},
		"quotes and slashes": {`a\"b\\c\/d`, `a"b\c/d`},
		"letters by number":  {`\u006b\u00e9y`, "kéy"},
		"a pair":             {`\ud83d\udd11`, "🔑"},
		"half a pair":        {`\ud83dx`, "\ufffdx"},
		"two halves":         {`\ud83d\ud83d`, "\ufffd\ufffd"},
		"eight digits":       {`\U0001F511`, "🔑"},
		"no digits":          {`\uzz`, `\uzz`},
		"cut off":            {`\u00`, `\u00`},
		"at the very end":    {`\`, `\`},
		"white space":        {`a\nb\tc\rd\be\ff`, "a\nb\tc\rd\be\ff"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := string(unescaped([]byte(tc.in))); got != tc.want {
				t.Errorf("%q, want %q", got, tc.want)
			}
		})
	}
}
