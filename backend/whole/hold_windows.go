package whole

import "os"

// closeFirst: Windows does not rename a file that is open.
const closeFirst = true

// hold has nothing to do: Windows does not remove a file that is open.
func hold(*os.File) bool { return true }

func remove(path string) bool { return os.Remove(path) == nil }
