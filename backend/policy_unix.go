//go:build !windows

package backend

import "runtime"

// policyPlace is where an administrator places a policy.
func policyPlace() string {
	if runtime.GOOS == "darwin" {
		return "/Library/Application Support/Toolbay/policy.json"
	}
	return "/etc/toolbay/policy.json"
}
