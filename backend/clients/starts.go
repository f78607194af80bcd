package clients

// starting are the members by which apps say what an entry starts, with which
// variables and keys. The others (switches, times, approvals) are the user's
// and mean the same whatever is started.
var starting = map[string]bool{
	"command": true, "cmd": true, "args": true, "cwd": true, "type": true, "transport": true,
	"env": true, "environment": true, "envs": true, "env_keys": true, "env_vars": true, "envFile": true,
	"url": true, "uri": true, "httpUrl": true, "serverUrl": true, "baseUrl": true,
	"headers": true, "http_headers": true, "env_http_headers": true, "headersHelper": true,
	"bearer_token_env_var": true, "oauth": true, "auth": true,
}

// Starts tells whether a member of an entry says what it starts: it makes no
// sense beside another command.
func (d Dialect) Starts(member string) bool {
	return starting[member] || member == d.Env || member == d.ReferenceList
}
