package signin

import (
	"strings"
	"testing"
)

// What a server answers to a stranger is read without end or harm.
func FuzzChallenge(f *testing.F) {
	for _, seed := range []string{
		`Bearer resource_metadata="https://a/b", scope="a b"`, `Basic realm="a \"b\", c=d", Bearer scope=x`, `Bearer ,,,=`, `a= "`, `Bearer x="\`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		c := challengeIn([]string{header, header})
		if len(c.metadata) > len(header) || len(c.scope) > maxWords || strings.ContainsAny(c.scope, "\r\n\"\x00") {
			t.Errorf("%+v", c)
		}
	})
}
