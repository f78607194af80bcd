// Package model holds the plain types that every layer shares: what a
// catalogue lists, what is installed here, and how a failure is named. It
// imports nothing of ours; everybody may import it.
//
//	l := model.Listing{ID: "io.github.acme/notes", Title: "Notes"}
package model

import (
	"encoding/json"
	"time"
)

// Listing is a catalogue's entry for a server that could be installed.
type Listing struct {
	// ID names the listing in the command line and stays valid across syncs:
	// the registry's own name ("io.github.acme/notes") where it has one, else
	// "<source>/<key>" ("docker/fetch", "starter/files").
	ID          string `json:"id"`
	Name        string `json:"name"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Publisher   string `json:"publisher"`
	Repository  string `json:"repository"`
	Website     string `json:"website"`
	Icon        string `json:"icon"`
	Version     string `json:"version"`
	License     string `json:"license"`
	// Category is one of the keys in Categories, or "".
	Category string `json:"category"`
	// Needs says what a person must have before it works.
	Needs Needs `json:"needs"`
	// Sample is a question to ask an AI app once the server is there.
	Sample string `json:"sample"`
	// Caution is a plain sentence about a risk the user should know, or "".
	Caution  string    `json:"caution"`
	Status   string    `json:"status"` // active, deprecated, deleted
	Updated  time.Time `json:"updated"`
	Sources  []string  `json:"sources"`
	Packages []Package `json:"packages"`
	Tools    []Tool    `json:"tools"`
	// Featured marks the "Good first servers" of the starter catalogue; lower
	// numbers come first, 0 is not featured.
	Featured int `json:"featured"`

	// Subfolder is the place inside Repository, for one that holds many servers.
	Subfolder string `json:"subfolder,omitempty"`
	// StatusMessage is the publisher's word on Status.
	StatusMessage string `json:"statusMessage,omitempty"`
	// Renamed is the name that the server has now, when its publisher says so.
	Renamed string `json:"renamed,omitempty"`
	// Published is when this version came out.
	Published time.Time `json:"published,omitzero"`
	// Tags are the source's own words for finding it.
	Tags []string `json:"tags,omitempty"`
	// Vendor tells that the source calls it the maker's own server: Notion's for
	// Notion.
	Vendor bool `json:"vendor,omitempty"`
	// Stars and Downloads are as the source tells them; 0 is not known.
	Stars     int `json:"stars,omitempty"`
	Downloads int `json:"downloads,omitempty"`
	// Copies counts listings by the same publisher with nearly the same words,
	// this one among them, when there are suspiciously many.
	Copies int `json:"copies,omitempty"`
	// Fork is another listing, whose repository has the same name and words and
	// another owner: one of the two is a copy of the other.
	Fork string `json:"fork,omitempty"`
	// Merged are the ids of all records of this card, ID among them, when there
	// are several.
	Merged []string `json:"merged,omitempty"`
}

// Needs is what a listing asks of its user.
type Needs string

const (
	NeedsNothing Needs = "nothing"
	NeedsKey     Needs = "key"
	NeedsSignIn  Needs = "sign-in"
	NeedsFolder  Needs = "folder"
	NeedsApp     Needs = "app" // another program on this computer
	NeedsDocker  Needs = "docker"
	NeedsUnknown Needs = ""
)

// Categories are the keys of Listing.Category in the order of the window.
var Categories = []string{"files", "calendar", "coding", "databases", "web", "design", "money", "chat", "ai", "cloud", "media", "science", "home", "other"}

// Package is one way to get a listing's server.
type Package struct {
	Type             string     `json:"type"` // npm, pypi, oci, mcpb, remote, nuget, cargo, local
	Identifier       string     `json:"identifier"`
	Version          string     `json:"version"`
	RuntimeHint      string     `json:"runtimeHint,omitempty"`
	Transport        string     `json:"transport,omitempty"` // stdio, streamable-http, sse
	URL              string     `json:"url,omitempty"`       // of a remote, or of a package that speaks HTTP on this computer
	FileSHA256       string     `json:"fileSha256,omitempty"`
	RuntimeArguments []Argument `json:"runtimeArguments,omitempty"`
	PackageArguments []Argument `json:"packageArguments,omitempty"`
	Environment      []Input    `json:"environmentVariables,omitempty"`
	Headers          []Input    `json:"headers,omitempty"`
	// Variables fill {placeholders} in URL.
	Variables map[string]Input `json:"variables,omitempty"`
	// Hosts are the only addresses that its listing says it needs, host:port; nil
	// says nothing. Nothing holds a server to them.
	Hosts []string `json:"hosts,omitempty"`
	// Tools make a server of tools that are a container each: every use of one
	// starts its container. Identifier is the image of the first.
	Tools []ContainerTool `json:"tools,omitempty"`
}

// ContainerTool is a tool that is a container of its own. In Command, Volumes
// and User, {{name}} stands for what the tool is given by that name, {{name|into}}
// for a list of it.
type ContainerTool struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	// Image is with its digest in a server that is installed.
	Image   string   `json:"image"`
	Command []string `json:"command,omitempty"`
	Volumes []string `json:"volumes,omitempty"`
	User    string   `json:"user,omitempty"`
	// Parameters is the JSON schema of what it is given.
	Parameters json.RawMessage `json:"parameters,omitempty"`
	// Fetched tells that the image came with the install of a server here.
	Fetched bool `json:"fetched,omitempty"`
}

// Input is one value a package can be given. The fields are server.json's
// (schema 2025-12-11).
type Input struct {
	Name        string           `json:"name,omitempty"`
	Description string           `json:"description,omitempty"`
	Required    bool             `json:"isRequired,omitempty"`
	Secret      bool             `json:"isSecret,omitempty"`
	Format      string           `json:"format,omitempty"` // string, number, boolean, filepath; ours: folder
	Value       string           `json:"value,omitempty"`  // fixed, not the user's to change
	Default     string           `json:"default,omitempty"`
	Placeholder string           `json:"placeholder,omitempty"`
	Choices     []string         `json:"choices,omitempty"`
	Variables   map[string]Input `json:"variables,omitempty"`
	// Link is a web page where a key can be had.
	Link string `json:"link,omitempty"`
	// Title is what to call it, where Description says more than a name.
	Title string `json:"title,omitempty"`
	// Multiple takes several values, one a line.
	Multiple bool `json:"multiple,omitempty"`
	// Min and Max bound a number; nil is no bound.
	Min *float64 `json:"min,omitempty"`
	Max *float64 `json:"max,omitempty"`
}

// Argument is one command-line argument of a package.
type Argument struct {
	Input
	Kind      string `json:"type"` // positional, named
	ValueHint string `json:"valueHint,omitempty"`
	Repeated  bool   `json:"isRepeated,omitempty"`
}

// Tool is what a server can do, as it says itself.
type Tool struct {
	Name        string `json:"name"`
	Title       string `json:"title,omitempty"`
	Description string `json:"description,omitempty"`
	// ReadOnly is the server's own hint: nil when it gives none.
	ReadOnly *bool `json:"readOnly,omitempty"`
	// Takes says what it is given, a line for each value, and Print is a digest
	// over all that it says. Both are known of servers that were tried only.
	Takes string `json:"takes,omitempty"`
	Print string `json:"print,omitempty"`
}

// Server is one that is installed here. Two accounts are two servers.
type Server struct {
	// ID is the entry name in the apps' files: [a-z0-9-]{1,20}.
	ID        string    `json:"id"`
	Title     string    `json:"title"`
	Version   string    `json:"version"`
	Package   Package   `json:"package"`
	Listing   string    `json:"listing"`
	Publisher string    `json:"publisher"`
	Category  string    `json:"category"`
	Sample    string    `json:"sample"`
	Installed time.Time `json:"installed"`
	// Dir is the server's private folder inside TOOLBAY_HOME.
	Dir string `json:"dir"`
	// Command and Args start the installed program; the package's own
	// arguments and then Arguments, which the user added, follow.
	Command   string   `json:"command"`
	Args      []string `json:"args"`
	Arguments []string `json:"arguments,omitempty"`
	// Path is put before PATH when the program starts, Env added to what it gets.
	Path []string          `json:"path,omitempty"`
	Env  map[string]string `json:"env,omitempty"`
	// Container or Remote is set when that is started instead of Command.
	Container *Container `json:"container,omitempty"`
	Remote    *Remote    `json:"remote,omitempty"`
	// Pinned keeps this version when there is a newer one.
	Pinned bool `json:"pinned,omitempty"`
	// Signer is the fingerprint of the key that signed a bundle, "" for none.
	Signer string `json:"signer,omitempty"`
	// Earlier are versions that were replaced and can be gone back to, the
	// latest first.
	Earlier []Installation `json:"earlier,omitempty"`
	// KeysIn is where its keys are: "" the keychain, "file" a file the user
	// agreed to.
	KeysIn string `json:"keys_in,omitempty"`
	// Inputs are the inputs the user was asked for, without any secret value.
	Inputs []AnsweredInput `json:"inputs"`
	Probe  *Probe          `json:"probe,omitempty"`
}

// Installation is one installed version of a server: what an update replaces.
type Installation struct {
	Version   string            `json:"version"`
	Package   Package           `json:"package"`
	Installed time.Time         `json:"installed"`
	Dir       string            `json:"dir"`
	Command   string            `json:"command"`
	Args      []string          `json:"args"`
	Path      []string          `json:"path,omitempty"`
	Env       map[string]string `json:"env,omitempty"`
	Container *Container        `json:"container,omitempty"`
	Remote    *Remote           `json:"remote,omitempty"`
	Signer    string            `json:"signer,omitempty"`
	Inputs    []AnsweredInput   `json:"inputs"`
	Probe     *Probe            `json:"probe,omitempty"`
}

// Container is a server that runs in a container, and how it is kept apart
// from this computer. Its variables stand elsewhere.
type Container struct {
	// Image is the image with its digest.
	Image string `json:"image"`
	// Engine is the address of the engine that has it.
	Engine string `json:"engine"`
	// Platform is "os/processor" where the listing asks for one, "" for the
	// engine's own.
	Platform string `json:"platform,omitempty"`
	// Fetched tells that the image came with the install of a server here, and
	// goes with the last one.
	Fetched    bool     `json:"fetched,omitempty"`
	Entrypoint []string `json:"entrypoint,omitempty"`
	Workdir    string   `json:"workdir,omitempty"`
	User       string   `json:"user,omitempty"`
	// Network is "none" or "" for the engine's own.
	Network string `json:"network,omitempty"`
	// Hosts are names with their addresses, as "name:address".
	Hosts  []string `json:"hosts,omitempty"`
	Mounts []Mount  `json:"mounts,omitempty"`
	// ReadOnly keeps it from writing outside its mounts and /tmp.
	ReadOnly bool `json:"read_only,omitempty"`
	// CPUs and MemoryMB bound what it may use; 0 is the usual bound, below 0
	// there is none: this engine cannot bound it.
	CPUs     float64 `json:"cpus,omitempty"`
	MemoryMB int     `json:"memory_mb,omitempty"`
	// ShmMB is the size of /dev/shm, 0 for the engine's own.
	ShmMB int `json:"shm_mb,omitempty"`
	// GPUs are the graphics processors it gets, as --gpus says it: "all", "2",
	// "device=0,1"; "" for none.
	GPUs string `json:"gpus,omitempty"`
	// Tools are what is started instead of Image, one container for each use.
	// Mounts then are the folders that their uses may name.
	Tools []ContainerTool `json:"tools,omitempty"`
}

// Mount is a folder or file of this computer, or a volume of the engine, that
// a container sees.
type Mount struct {
	Source   string `json:"source"`
	Target   string `json:"target"`
	Writable bool   `json:"writable,omitempty"`
	// Volume tells that Source names a volume.
	Volume bool `json:"volume,omitempty"`
}

// Remote is a server that runs somewhere else. URL and Headers may hold marks
// of secrets.
type Remote struct {
	URL       string            `json:"url"`
	Transport string            `json:"transport"` // streamable-http, sse
	Headers   map[string]string `json:"headers,omitempty"`
	// SignIn tells that it wants its user signed in.
	SignIn bool `json:"sign_in,omitempty"`
}

// AnsweredInput is one input of an installed server and, unless it is a
// secret, the answer given.
type AnsweredInput struct {
	Input
	Answer string `json:"answer,omitempty"`
	// Set tells that a secret was given; its value is in the keychain only.
	Set bool `json:"set,omitempty"`
}

// Probe is the outcome of starting a server and saying hello to it.
type Probe struct {
	OK       bool      `json:"ok"`
	Time     time.Time `json:"time"`
	Protocol string    `json:"protocol"`
	Name     string    `json:"name"`    // as the server calls itself
	Version  string    `json:"version"` // as the server calls itself
	Tools    []Tool    `json:"tools"`
	// Sizes are how many bytes each of Tools takes in the list that an app reads,
	// of name, description and schema together; nil where that was not kept.
	Sizes       []int  `json:"sizes,omitempty"`
	Fingerprint string `json:"fingerprint"` // SHA-256 over names, descriptions and schemas of all tools
	TookMS      int64  `json:"took_ms"`
	// Noise counts lines on the server's output that were no messages.
	Noise int `json:"noise"`
	// Code is the error's code when not OK; Log is what the server printed, at
	// most 64 KiB, with every secret given to it replaced by "•••".
	Code string `json:"code"`
	Log  string `json:"log"`
}
