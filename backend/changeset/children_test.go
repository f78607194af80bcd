//go:build unix

package changeset

// RegisterChild lets the tests outside the package run this binary as another
// process too: as the child of that name, with the arguments after it.
func RegisterChild(name string, run func(args []string) error) { otherChildren[name] = run }

// ChildEnv is the variable that makes this binary a child: "name|argument|…".
const ChildEnv = childEnv

var otherChildren = map[string]func(args []string) error{}
