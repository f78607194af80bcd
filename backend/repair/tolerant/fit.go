package tolerant

// name is a key whose place in a settings file is known.
type name uint8

const (
	nOther name = iota
	nServers
	nCommand
	nArgs
	nEnv // and headers: names with a text each
	nURL
	nField // another member of a server
)

// names are the keys that say where one is. They are those of every app's
// dialect that stand at one place only.
var names = map[string]name{
	"mcpServers": nServers, "servers": nServers, "mcp_servers": nServers, "context_servers": nServers, "mcp": nServers,
	"extensions": nServers, "amp.mcpServers": nServers, "mcp.servers": nServers,
	"command": nCommand, "cmd": nCommand,
	"args": nArgs, "arguments": nArgs,
	"env": nEnv, "envs": nEnv, "environment": nEnv, "headers": nEnv, "http_headers": nEnv, "requestInit": nField,
	"url": nURL, "serverUrl": nURL, "httpUrl": nURL, "uri": nURL, "baseUrl": nURL,
	"type": nField, "disabled": nField, "enabled": nField, "timeout": nField, "cwd": nField, "autoApprove": nField,
	"alwaysAllow": nField, "transport": nField, "trust": nField, "tools": nField, "disabledTools": nField, "isActive": nField,
	"bundled": nField, "envFile": nField, "transportType": nField, "includeTools": nField, "excludeTools": nField,
	"description": nField, "startup_timeout_sec": nField, "bearer_token_env_var": nField, "source": nField, "settings": nField, "oauth": nField,
}

func known(key string) name {
	if len(key) > 24 {
		return nOther
	}
	return names[key]
}

// role is what an object is for.
type role uint8

const (
	rOther role = iota
	rRoot
	rServers // holds servers by name
	rServer
	rFlat // holds texts by name
	rArgs
	rList // of servers
)

// child gives the role of what a key's value holds.
func child(up *frame, key name, array, server bool) role {
	switch {
	case up == nil:
		if array {
			return rOther
		}
		return rRoot
	case up.role == rArgs:
		return rOther
	case key == nServers && (up.role == rRoot || up.role == rOther || up.role == rServers):
		if array {
			return rList
		}
		return rServers
	case up.role == rServers && !array, up.role == rList && !array:
		return rServer
	case key == nArgs && array, key == nCommand && array:
		return rArgs
	case key == nEnv && !array:
		return rFlat
	case server && !array:
		return rServer
	}
	return rOther
}

// ahead is what follows a key.
type ahead uint8

const (
	aScalar ahead = iota
	aArray
	aObject
	aServer // an object whose first member a server has
	aNothing
)

// look tells what the key's value at token i (behind the colon) is.
func look(toks []token, i int) ahead {
	switch toks[min(i, len(toks)-1)].kind {
	case tOpenArray:
		return aArray
	case tOpenObject:
		if i+2 < len(toks) && toks[i+1].kind == tString && toks[i+2].kind == tColon {
			switch toks[i+1].key {
			case nCommand, nURL, nArgs:
				return aServer
			case nField:
				return aServer
			}
		}
		return aObject
	case tString, tValue:
		return aScalar
	}
	return aNothing
}

// fit says how odd a key is in an object: 0 is not at all.
func fit(f *frame, t *token, a ahead) int {
	cost := 0
	k := t.key
	field := k == nCommand || k == nArgs || k == nURL || k == nEnv
	switch f.role {
	case rFlat:
		switch {
		case a == aServer || k == nServers && a == aObject:
			cost += 8
		case a == aObject || a == aArray:
			cost += 6
		case k == nCommand || k == nArgs || k == nField:
			cost += 2
		}
	case rServer:
		switch {
		case a == aServer && k == nOther:
			cost += 8
		case k == nServers && a == aObject:
			cost += 6
		case k == nOther && a == aObject:
			cost += 3
		case a == aServer:
			cost += 2
		}
	case rServers:
		switch {
		case field && a != aServer && a != aObject:
			cost += 7
		case k == nEnv:
			cost += 6
		case k == nField && (a == aScalar || a == aArray):
			cost += 6
		case a == aScalar || a == aArray:
			cost += 4
		case k == nServers && a == aObject:
			cost += 3
		}
	case rRoot:
		switch {
		case a == aServer && f.seen&(1<<nServers) != 0 && k == nOther:
			cost += 4
		case field && a != aServer:
			cost += 4
		}
	case rArgs, rList:
		cost += 6
	}
	if k != nOther && k != nField && f.seen&(1<<k) != 0 {
		cost += 5
	}
	if t.first {
		cost += f.indented(t.col)
	}
	return cost
}

// indented says how odd the indentation of a member is that begins its line.
func (f *frame) indented(col int) int {
	if f.child >= 0 {
		if f.child == col {
			return 0
		}
		for up, n := f.up, 0; up != nil && n < 32; up, n = up.up, n+1 {
			if up.child == col {
				return 4
			}
		}
		return 2
	}
	if f.up != nil && col <= f.line && f.open >= 0 {
		return 3
	}
	return 0
}
