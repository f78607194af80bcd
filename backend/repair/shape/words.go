package shape

import (
	"strconv"
	"strings"

	"toolbay/backend/repair/finding"
)

func itoa(n int) string { return strconv.Itoa(n) }

// The keys by which apps name the same thing.
var (
	commandKeys = []string{"command", "cmd", "executable", "exec", "program", "binary", "path"}
	argsKeys    = []string{"args", "arguments", "argv", "params", "arg"}
	envKeys     = []string{"env", "environment", "envs", "envVars", "env_vars", "environmentVariables", "environment_variables", "environments", "variables"}
	urlKeys     = []string{"url", "serverUrl", "httpUrl", "uri", "baseUrl", "server_url", "http_url", "base_url", "endpoint", "sseUrl", "sse_url", "serverURL", "httpURL", "baseURL", "remoteUrl", "href", "address"}
	headerKeys  = []string{"headers", "http_headers", "httpHeaders", "requestHeaders", "request_headers", "customHeaders", "header"}
	headerHolds = []string{"requestInit", "requestOptions", "request_options", "request"}
	typeKeys    = []string{"type", "transport", "transportType", "transport_type", "kind", "serverType"}
	// offKeys say with which value they switch off.
	offKeys = map[string]bool{"disabled": true, "enabled": false, "isActive": false, "active": false, "isEnabled": false, "is_active": false, "is_enabled": false, "enable": false, "disable": true, "isDisabled": true, "inactive": true}
)

// topKeys are the keys under which apps keep their servers, as they are without
// case and signs.
var topKeys = map[string]bool{
	"mcpservers": true, "mcpserver": true, "servers": true, "mcp": true, "contextservers": true, "ampmcpservers": true,
	"extensions": true, "mcpserverconfig": true, "mcpserversconfig": true, "mcpconfig": true, "server": true, "mcpclients": true, "tools": true,
}

func plain(key string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r == '.' || r == ' ' {
			return -1
		}
		return r
	}, strings.ToLower(strings.TrimSpace(key)))
}

// transportOf is what a word for the type means: stdio, streamable-http, sse or
// ws, "" for a word of no app.
func transportOf(word string) string {
	switch plain(word) {
	case "streamablehttp", "http", "https", "httpstream", "streamhttp", "httpstreamable", "streaminghttp", "remote", "streamable", "rest":
		return "streamable-http"
	case "sse", "serversentevents", "httpsse", "ssehttp":
		return "sse"
	case "stdio", "local", "command", "process", "stdin", "stdinout", "stdout", "cmd", "shell":
		return "stdio"
	case "ws", "websocket", "wss":
		return "ws"
	}
	return ""
}

// runners are programs that start servers: a word that follows one of them is
// an argument.
var runners = map[string]bool{
	"npx": true, "npm": true, "pnpm": true, "pnpx": true, "yarn": true, "bunx": true, "bun": true, "node": true, "deno": true, "tsx": true,
	"uvx": true, "uv": true, "pipx": true, "python": true, "python3": true, "py": true, "docker": true, "podman": true,
	"cmd": true, "powershell": true, "pwsh": true, "wsl": true, "bash": true, "sh": true, "zsh": true, "env": true, "java": true, "dotnet": true,
	"go": true, "cargo": true, "ruby": true, "php": true, "mcp-remote": true, "supergateway": true, "mcp-proxy": true, "nix": true, "mise": true,
}

// base is the name of a program without its folder and suffix.
func base(program string) string {
	if i := strings.LastIndexAny(program, `/\`); i >= 0 {
		program = program[i+1:]
	}
	program = strings.ToLower(program)
	for _, suffix := range []string{".exe", ".cmd", ".bat"} {
		program = strings.TrimSuffix(program, suffix)
	}
	return program
}

// split cuts a line into words. Text in quotes stays together; a backslash is
// a letter, as in the paths of Windows.
func split(line string) (words []string, ok bool) {
	var b strings.Builder
	open, in := rune(0), false
	for _, r := range line {
		switch {
		case open != 0 && r == open:
			open = 0
		case open != 0:
			b.WriteRune(r)
		case r == '"' || r == '\'':
			open, in = r, true
		case r == ' ' || r == '\t' || r == '\n' || r == '\r':
			if in {
				words = append(words, b.String())
				b.Reset()
			}
			in = false
		default:
			b.WriteRune(r)
			in = true
		}
	}
	if in {
		words = append(words, b.String())
	}
	return words, open == 0
}

// line is a command with its arguments in one text.
type line struct {
	env   [][2]string
	words []string
	// sure tells that it can mean nothing else.
	sure bool
}

// commandLine tells whether a command holds arguments, too.
func commandLine(command string, facts finding.Facts) (l line, is bool) {
	text := strings.TrimSpace(command)
	if !strings.ContainsAny(text, " \t\n") || strings.Contains(text, "${") || facts.Exists[command] || facts.Exists[text] {
		return l, false
	}
	words, ok := split(text)
	if !ok || len(words) == 0 {
		return l, false
	}
	for len(words) > 1 {
		name, value, ok := strings.Cut(words[0], "=")
		if !ok || name == "" || strings.ContainsAny(name, `/\-.:`) {
			break
		}
		l.env = append(l.env, [2]string{name, value})
		words = words[1:]
	}
	known, missing := facts.Exists[command]
	missing = missing && !known
	if len(words) == 1 {
		l.words, l.sure = words, true
		return l, len(l.env) > 0 || strings.ContainsAny(text[:1], `"'`)
	}
	first, second := words[0], words[1]
	switch {
	case strings.ContainsAny(text[:1], `"'`):
		l.words, l.sure = words, true
	case len(first) == 1 && strings.Contains(second, `\`):
		return line{}, false // C \Users: a path that lost its colon
	case runners[base(first)]:
		l.words, l.sure = words, true
	case !strings.ContainsAny(first, `/\`):
		l.words = words
		l.sure = missing || strings.HasPrefix(second, "-") || len(l.env) > 0
	case strings.HasPrefix(second, "-") || strings.HasPrefix(second, "/") || len(second) > 2 && second[1] == ':':
		l.words, l.sure = words, true
	default:
		// A path with blanks in it: its end is a program's, if it is anywhere.
		for i, w := range words {
			lower := strings.ToLower(w)
			if strings.HasSuffix(lower, ".exe") || strings.HasSuffix(lower, ".cmd") || strings.HasSuffix(lower, ".bat") {
				if i+1 == len(words) {
					return line{}, false
				}
				l.words = append([]string{strings.Join(words[:i+1], " ")}, words[i+1:]...)
				l.sure = missing
				return l, true
			}
		}
		return line{}, false
	}
	return l, true
}

// packageName is a name for a server that has none, taken from what it starts.
func packageName(words []string) string {
	best := ""
	for _, w := range words {
		if w == "" || strings.HasPrefix(w, "-") || runners[base(w)] || w == "run" || w == "exec" || w == "dlx" {
			continue
		}
		if isURL(w) {
			rest := w[strings.Index(w, "//")+2:]
			host, _, _ := strings.Cut(rest, "/")
			host, _, _ = strings.Cut(host, ":")
			parts := strings.Split(host, ".")
			best = parts[max(0, len(parts)-2)]
			break
		}
		best = w
		break
	}
	if i := strings.LastIndexAny(best, `/\`); i >= 0 {
		best = best[i+1:]
	}
	best, _, _ = strings.Cut(best, "@")
	for _, suffix := range []string{".js", ".py", ".ts", ".exe", ".mjs", ".cmd"} {
		best = strings.TrimSuffix(best, suffix)
	}
	best = strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '-'
	}, best)
	if best = strings.Trim(best, "-"); best == "" {
		return "server"
	}
	return best
}

// near tells whether two words differ by one slip of the fingers: a letter too
// many, too few, another or two that changed places.
func near(a, b string) bool {
	if a == b || len(a) < 3 || len(b) < 3 {
		return false
	}
	if len(a) > len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	switch len(b) - len(a) {
	case 1:
		return a[i:] == b[i+1:]
	case 0:
		return a[i+1:] == b[i+1:] || i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
	}
	return false
}
