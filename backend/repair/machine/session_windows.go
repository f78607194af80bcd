package machine

import (
	"context"

	"golang.org/x/sys/windows/registry"
)

// sessionPath is the PATH that Explorer gives the programs it starts: the
// computer's and then the user's, as they stand in the registry. Our own may be
// older.
func sessionPath(context.Context) string {
	list := ""
	for _, at := range []struct {
		root registry.Key
		path string
	}{
		{registry.LOCAL_MACHINE, `SYSTEM\CurrentControlSet\Control\Session Manager\Environment`},
		{registry.CURRENT_USER, `Environment`},
	} {
		k, err := registry.OpenKey(at.root, at.path, registry.QUERY_VALUE)
		if err != nil {
			continue
		}
		value, kind, err := k.GetStringValue("Path")
		k.Close()
		if err != nil {
			continue
		}
		if kind == registry.EXPAND_SZ {
			if full, err := registry.ExpandString(value); err == nil {
				value = full
			}
		}
		list += value + ";"
	}
	return list
}

// environmentOf is not told on Windows.
func environmentOf(int, string) string { return "" }

// askShell has no use here: a terminal has the PATH of the registry.
func askShell(context.Context, string, string) string { return "" }
