package machine

import (
	"bytes"
	"cmp"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"toolbay/backend/configfile"
	"toolbay/backend/pattern"
	"toolbay/backend/repair/finding"
)

// logs are the places where apps write what their servers say, as their
// documentation and issues have them (modelcontextprotocol.io's page on
// debugging; claude-code#72, #18869, #69427). A star stands for one step.
var logs = []struct {
	app    string
	places []string
}{
	{"claude-desktop", []string{"{HOME}/Library/Logs/Claude/mcp*.log", "{APPDATA}/Claude/logs/mcp*.log", "{LOCALAPPDATA}/Packages/Claude_*/LocalCache/Roaming/Claude/logs/mcp*.log", "{XDG_CONFIG_HOME}/Claude/logs/mcp*.log", "{HOME}/.config/Claude/logs/mcp*.log"}},
	{"claude-code", []string{"{HOME}/Library/Caches/claude-cli-nodejs/*/mcp-logs-*/*", "{HOME}/.cache/claude-cli-nodejs/*/mcp-logs-*/*", "{LOCALAPPDATA}/claude-cli-nodejs/Cache/*/mcp-logs-*/*"}},
	{"vscode", []string{"{HOME}/Library/Application Support/Code/logs/*/window*/mcpServer*.log", "{APPDATA}/Code/logs/*/window*/mcpServer*.log", "{HOME}/.config/Code/logs/*/window*/mcpServer*.log"}},
	{"vscode-insiders", []string{"{HOME}/Library/Application Support/Code - Insiders/logs/*/window*/mcpServer*.log", "{APPDATA}/Code - Insiders/logs/*/window*/mcpServer*.log", "{HOME}/.config/Code - Insiders/logs/*/window*/mcpServer*.log"}},
	{"cursor", []string{"{HOME}/Library/Application Support/Cursor/logs/*/window*/exthost/anysphere.cursor*/MCP*.log", "{APPDATA}/Cursor/logs/*/window*/exthost/anysphere.cursor*/MCP*.log", "{HOME}/.config/Cursor/logs/*/window*/exthost/anysphere.cursor*/MCP*.log"}},
	{"zed", []string{"{HOME}/Library/Logs/Zed/Zed.log", "{HOME}/.local/share/zed/logs/Zed.log", "{LOCALAPPDATA}/Zed/logs/Zed.log"}},
	{"opencode", []string{"{HOME}/.local/share/opencode/log/*.log"}},
	{"copilot-cli", []string{"{HOME}/.copilot/logs/*.log"}},
}

// The limits of reading logs.
const (
	maxLogs  = 24       // the newest of an app
	maxFound = 400      // files that are looked at to find them
	tail     = 64 << 10 // bytes from the end of each
	maxLine  = 2000
	maxSaid  = 16 << 10 // what comes back
	maxAge   = 14 * 24 * time.Hour
)

var (
	// telling are lines that say why a server does not run.
	telling = pattern.New(`(?i)spawn .{1,200} (ENOENT|EINVAL|EACCES)|is not recognized as an internal or external command|command not found|is not valid JSON|Unexpected token|Cannot find (module|package)|ERR_MODULE_NOT_FOUND|ERR_UNKNOWN_BUILTIN|dockerDesktopLinuxEngine|docker daemon|docker\.sock|not a TTY|exceed.{0,40}tools|too many tools|-32001|Request timed out|is not defined|Unsupported engine|You must supply a command|bad option|No such file or directory`)
	// begins is where an app starts a server anew: what stands before is past.
	begins = pattern.New(`(?i)Initializing server|Starting new (stdio )?process|Starting server |Starting connection|Connection state: Starting|starting context server`)
	// answers is a server that runs.
	answers = pattern.New(`"result":\s*\{|Connection state: Running|Discovered \d+ tools|Successfully connected|Found \d+ tools`)
	inQuote = pattern.New(`^\s*"?(?:error|message|debug)"?\s*:\s*`)
)

// observed gives the lines of the app's logs that say why servers do not run,
// each after the server's name in brackets, with what looks like a key left
// out. Lines from before the file was last changed are past.
func (m *Machine) observed(file finding.File, path string, servers []string) string {
	var since time.Time
	if fi, err := os.Stat(path); err == nil {
		since = fi.ModTime()
	}
	if old := time.Now().Add(-maxAge); since.Before(old) {
		since = old
	}
	var said []string
	for _, l := range logs {
		if l.app != file.App.ID {
			continue
		}
		for _, p := range m.newest(l.places, since) {
			for _, line := range readLog(p, servers) {
				if !slices.Contains(said, line) {
					said = append(said, line)
				}
			}
		}
	}
	out := strings.Join(said, "\n")
	return out[:min(len(out), maxSaid)]
}

// newest gives the logs that were written to since a time, the last one first.
func (m *Machine) newest(places []string, since time.Time) []string {
	type log struct {
		path string
		at   time.Time
	}
	var found []log
	for _, place := range places {
		for _, p := range m.expandAll(place) {
			if fi, err := os.Stat(p); err == nil && fi.Mode().IsRegular() && !fi.ModTime().Before(since) {
				found = append(found, log{p, fi.ModTime()})
			}
		}
	}
	slices.SortFunc(found, func(a, b log) int { return cmp.Or(b.at.Compare(a.at), strings.Compare(a.path, b.path)) })
	var paths []string
	for _, l := range found[:min(len(found), maxLogs)] {
		paths = append(paths, l.path)
	}
	return paths
}

// expandAll is expand for places with many files: of the names of a step the
// last ones count, which are the newest where a date is the name.
func (m *Machine) expandAll(place string) []string {
	name, rest, _ := strings.Cut(strings.TrimPrefix(place, "{"), "}")
	found := m.expand("{" + name + "}")
	for _, step := range strings.Split(strings.Trim(rest, "/"), "/") {
		var next []string
		for _, dir := range found {
			if !strings.Contains(step, "*") {
				next = append(next, filepath.Join(dir, step))
				continue
			}
			names, _ := os.ReadDir(dir)
			for _, n := range slices.Backward(names) {
				if ok, _ := filepath.Match(step, n.Name()); ok && n.Type()&fs.ModeSymlink == 0 && len(next) < maxFound {
					next = append(next, filepath.Join(dir, n.Name()))
				}
			}
		}
		found = next
	}
	return found
}

// readLog gives what the end of a log says about servers that do not run.
func readLog(path string, servers []string) []string {
	src, err := readTail(path)
	if err != nil {
		return nil
	}
	ofFile := serverOf(path, servers)
	said := map[string][]string{}
	for line := range strings.Lines(string(src)) {
		line = strings.TrimRight(line, "\r\n")
		if len(line) > maxLine {
			line = line[:maxLine]
		}
		server := ofFile
		if server == "" {
			server = named(line, servers)
		}
		if server == "" {
			continue
		}
		switch {
		case begins().MatchString(line) || answers().MatchString(line):
			delete(said, server)
		case telling().MatchString(line) && len(said[server]) < 6:
			said[server] = append(said[server], "["+server+"] "+clean(line))
		}
	}
	var out []string
	for _, s := range servers {
		out = append(out, said[s]...)
	}
	return out
}

func readTail(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	fi, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if fi.Size() > tail {
		if _, err := f.Seek(-tail, io.SeekEnd); err != nil {
			return nil, err
		}
	}
	src, err := io.ReadAll(io.LimitReader(f, tail))
	if err == nil && fi.Size() > tail {
		_, src, _ = bytes.Cut(src, []byte("\n")) // the first line is cut
	}
	return src, err
}

// serverOf tells whose log a file is by its name, "" for one of several servers.
func serverOf(path string, servers []string) string {
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	dir := filepath.Base(filepath.Dir(path))
	best := ""
	for _, s := range servers {
		plain := oddName().ReplaceAllString(s, "-")
		switch {
		case name == "mcp-server-"+s, dir == "mcp-logs-"+s, dir == "mcp-logs-"+plain, strings.HasSuffix(name, "."+s) && strings.HasPrefix(name, "mcpServer"), name == "MCP "+s, strings.HasSuffix(name, "-"+s) && strings.HasPrefix(name, "MCP"):
			if len(s) > len(best) {
				best = s
			}
		}
	}
	return best
}

var oddName = pattern.New(`[^A-Za-z0-9_-]`)

// named gives the server that a line is about, the longest name when several
// fit.
func named(line string, servers []string) string {
	best := ""
	for _, s := range servers {
		if len(s) > len(best) && (strings.Contains(line, "["+s+"]") || strings.Contains(line, `"`+s+`"`) || strings.Contains(line, "'"+s+"'") || strings.Contains(line, "server "+s+" ") || strings.Contains(line, "server="+s+" ") || strings.Contains(line, "key="+s+" ")) {
			best = s
		}
	}
	return best
}

// clean takes out of a line what looks like a key, and what a screen would not
// show.
func clean(line string) string {
	line = inQuote().ReplaceAllString(line, "")
	line = strings.Map(func(r rune) rune {
		if r < 0x20 || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(line, "?"))
	return strings.TrimSpace(configfile.MaskSecrets(line))
}
