package backend

import (
	"path/filepath"

	"golang.org/x/sys/windows"
)

// policyPlace is where an administrator places a policy: in %ProgramData%, as
// the system knows it and not as this user's environment says.
func policyPlace() string {
	dir, err := windows.KnownFolderPath(windows.FOLDERID_ProgramData, 0)
	if err != nil {
		dir = `C:\ProgramData`
	}
	return filepath.Join(dir, "Toolbay", "policy.json")
}
