package app

import "toolbay/backend"

// closing reads what the user said about apps that run and write their file
// from memory: "close" asks them to close, "write" writes all the same. With
// anything else nothing is written, and the answer names them as needs of kind
// close.
func closing(how string) backend.Closing {
	return backend.Closing{CloseApps: how == "close", WriteAnyway: how == "write"}
}

// appsOf are the apps that a change is about.
func appsOf(list []backend.Restart) []string {
	apps := []string{}
	for _, r := range list {
		apps = append(apps, r.App)
	}
	return apps
}
