package connect

import (
	"slices"

	"toolbay/backend/clients"
	"toolbay/backend/model"
)

// Refuses tells why an app can be given no entry for a server whatever stands
// in its file, nil when it can: a file that only has to be repaired is no
// reason. Error codes: app_not_found, app_managed, app_needs_file,
// place_unsure, name_reserved.
func Refuses(app clients.App, server string) error {
	name := app.Client.Name
	primary, ok := app.Primary(clients.User)
	switch {
	case app.Client.FileOnly:
		return model.Fail("app_needs_file", nil, "app", name)
	case !app.Found || !ok:
		return model.Fail("app_not_found", nil, "app", name)
	case app.Managed != "":
		return model.Fail("app_managed", nil, "app", name)
	case slices.Contains(app.Client.Reserved, server):
		return model.Fail("name_reserved", nil, "app", name, "name", server)
	}
	return mayMake(app, primary)
}
