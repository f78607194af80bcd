package paste

import (
	"slices"
	"strings"

	"toolbay/backend/configfile"
	"toolbay/backend/pattern"
)

var (
	fence     = pattern.New("^[ \t>]*(`{3,}|~{3,})[ \t]*([A-Za-z0-9+#-]*)[^`\n]*$")
	shebang   = pattern.New(`^#!\s*/`)
	tomlStart = pattern.New(`^\[{1,2}\s*"?(?:mcp_servers|mcpServers|mcp-servers|mcp\.servers|mcp|extensions)\b[^\]\n]*\]{1,2}\s*(?:#.*)?$`)
	yamlStart = pattern.New(`^(?:mcpServers|mcp_servers|mcp-servers|extensions|mcp|servers|experimental)\s*:\s*(?:#.*)?$|^-\s+(?:name|command|cmd|type)\s*:\s*\S|^(?:command|cmd|url|uri|type|name)\s*:\s*[^\s{\[,]`)
	jsKey     = pattern.New(`^[A-Za-z_][\w.-]*\s*:\s*[{\[]`)
	quotedKey = pattern.New(`^["'“”‘][^"'“”’\n]{1,200}["'“”’]\s*:`)
	codeSpan  = pattern.New("`([^`\n]{3,900})`")
)

// languages in which a block may hold servers; a block of any other is code.
var settings = words("json jsonc json5 hjson toml yaml yml ini conf bash sh shell zsh console shell-session shellsession terminal powershell ps1 pwsh cmd bat batch text txt plaintext plain none js javascript cursor claude vscode")

// whole reads a text from its first to its last line.
func (r *reader) whole(text string) {
	text = strings.TrimSpace(text)
	if text == "" || shebang().MatchString(text) {
		return
	}
	if r.tokens(text) {
		return
	}
	r.alone = !strings.Contains(text, "\n")
	lines := strings.SplitAfter(text, "\n")
	var piece strings.Builder
	inside, mark, language := false, "", ""
	blocks := 0
	flush := func() {
		s := piece.String()
		piece.Reset()
		if strings.TrimSpace(s) == "" {
			return
		}
		r.piece++
		clear(r.pending)
		if inside && language != "" && !settings(language) || shebang().MatchString(strings.TrimSpace(s)) {
			return
		}
		r.scan(s)
	}
	for i, l := range lines {
		m := fence().FindStringSubmatch(strings.TrimRight(l, "\n"))
		switch {
		case m != nil && !inside:
			flush()
			inside, mark, language = true, m[1], strings.ToLower(m[2])
			if blocks++; blocks == 1 && i == 0 {
				// A single block is as good as its contents alone.
				rest := strings.TrimSpace(strings.Join(lines[1:], ""))
				r.alone = strings.HasSuffix(rest, mark) && strings.Count(strings.Trim(strings.TrimSuffix(rest, mark), "\n"), "\n") == 0
			}
		case m != nil && m[2] == "" && strings.HasPrefix(m[1], mark):
			flush()
			inside = false
		default:
			piece.WriteString(l)
		}
	}
	flush()
}

// scan reads a piece of text that has no blocks inside.
func (r *reader) scan(text string) {
	if r.alone || !strings.Contains(strings.TrimSpace(text), "\n") && r.piece <= 1 {
		r.alone = true
	} else if _, n := logical(strings.TrimSpace(text)); n >= len(strings.TrimSpace(text)) && r.piece <= 1 {
		r.alone = true // one command over several lines
	}
	for i := 0; i < len(text) && r.vain < maxVain; {
		end := strings.IndexByte(text[i:], '\n')
		if end < 0 {
			end = len(text) - i
		}
		raw := text[i : i+end]
		l := strings.TrimSpace(raw)
		indent := strings.Index(raw, l)
		if l == "" || strings.HasPrefix(l, "//") {
			i += end + 1
			continue
		}
		if n := r.at(text[i+indent:], l, raw); n > 0 {
			i += indent + n
			// What follows on the line of a value is no line of its own.
			if next := strings.IndexByte(text[min(i, len(text)):], '\n'); next >= 0 && strings.Trim(text[i:i+next], " \t,;)]}") == "" {
				i += next + 1
			}
			continue
		}
		i += end + 1
	}
}

// at reads what begins here, which is a line's first character, and says how
// much of it that was; 0 is nothing more than this line.
func (r *reader) at(rest, l, raw string) int {
	switch {
	case tomlStart().MatchString(l):
		return r.toml(rest)
	case yamlStart().MatchString(l):
		if n := r.yaml(rest, len(raw)-len(strings.TrimLeft(raw, " \t"))); n > 0 {
			return n
		}
	case l[0] == '{' || l[0] == '[' || quotedKey().MatchString(l) || jsKey().MatchString(l):
		v, n, damaged, ok := parseJSON(rest)
		if ok && holdsObject(v) {
			r.piece++
			r.document(v, damaged)
			return n
		}
		r.vain++
		if !ok && n > len(l) {
			r.prose(l)
			return n
		}
	}
	if n := r.line(rest, l); n > 0 {
		return n
	}
	// Settings behind a word or two: "config = {", "Add this: { … }".
	if at := strings.IndexByte(l, '{'); at > 0 && (strings.Contains(l[at:], "ommand") || strings.Contains(l[at:], "erver") || strings.HasSuffix(l, "{")) && !strings.Contains(l[:at], "(http") {
		v, n, damaged, ok := parseJSON(rest[at:])
		if ok && holdsObject(v) {
			r.piece++
			r.document(v, damaged)
		} else {
			r.vain++
		}
		if ok || at+n > len(l) {
			return at + n
		}
	}
	r.prose(l)
	return 0
}

func holdsObject(v any) bool {
	switch v := v.(type) {
	case configfile.Object:
		return len(v) > 0
	case []any:
		return slices.ContainsFunc(v, holdsObject)
	}
	return false
}

// prose takes commands in code marks and links that install something.
func (r *reader) prose(l string) {
	for _, m := range codeSpan().FindAllStringSubmatch(l, 20) {
		if strings.Contains(m[1], " ") {
			r.command(m[1], demanding)
		}
	}
	for _, s := range links().FindAllString(l, 50) {
		s = strings.TrimRight(s, ".,;:!?'\"”’")
		if strings.Count(s, ")") > strings.Count(s, "(") {
			s = s[:strings.IndexByte(s, ')')]
		}
		r.piece++
		r.install(s, 0)
	}
}

// line takes the command that begins here.
func (r *reader) line(rest, l string) int {
	at := strings.Index(rest, unprompted(l))
	if at < 0 || at > len(l) {
		return 0
	}
	starts := firstWord(rest[at:])
	if !starter(starts) && !(r.alone && absolute(starts)) {
		// A list of commands may have a mark before each.
		if cut := bullet().FindString(l); cut != "" && starter(firstWord(l[len(cut):])) {
			at = strings.Index(rest, strings.TrimSpace(l[len(cut):]))
		} else {
			return 0
		}
	}
	whole, n := logical(rest[at:])
	trust := demanding
	if r.alone {
		trust = single
	}
	r.command(whole, trust)
	return at + n
}

func firstWord(s string) string {
	if i := strings.IndexAny(s, " \t\n"); i >= 0 {
		return s[:i]
	}
	return s
}

// starter tells whether a line with this first word may be a command.
func starter(w string) bool {
	w = strings.Trim(w, `"'&`)
	if set := assignment().FindString(w); set != "" {
		return !strings.HasPrefix(w[len(set):], "[") && !strings.HasPrefix(w[len(set):], "{") // a program's own text
	}
	return starters(base(w)) || strings.HasPrefix(w, "$env:")
}

var starters = words(`npx bunx pnpx npm pnpm yarn bun uvx uv pipx pip pip3 docker podman node deno python python3 py java cmd powershell pwsh bash sh env cross-env export set sudo wsl
claude codex gemini qwen code code-insiders codium cursor windsurf kiro kiro-cli q amp droid auggie goose copilot openhands crush factory hermes fastmcp smithery opencode vibe iflow kimi trae grok codebuddy`)
