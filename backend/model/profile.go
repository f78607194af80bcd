package model

import "time"

// DefaultProfile is the id of the profile that is always there. Entries of its
// servers name no profile.
const DefaultProfile = "default"

// Profile is a named set of servers with its own choices of apps, folders,
// settings and tools.
type Profile struct {
	// ID stands in the apps' files after --profile: [a-z0-9-]{1,40}.
	ID      string          `json:"id"`
	Name    string          `json:"name"`
	Servers []ProfileServer `json:"servers"`
	// Apps are the apps that get its servers, Folders the projects it is linked
	// to.
	Apps    []string  `json:"apps"`
	Folders []string  `json:"folders"`
	Changed time.Time `json:"changed"`
}

// ProfileServer is a server in a profile, and what is otherwise there than with
// the server itself.
type ProfileServer struct {
	Server string `json:"server"`
	// Answers are settings of the profile's own; never a key.
	Answers map[string]string `json:"answers,omitempty"`
	// Keys names the keys that the profile has of its own. When there is one,
	// all of the server's keys come from the profile's item.
	Keys []string `json:"keys,omitempty"`
	// Tools are the only ones that can be used; nil is all of them.
	Tools []string `json:"tools"`
	// Off are apps of the profile that do not get this server.
	Off []string `json:"off,omitempty"`
}
