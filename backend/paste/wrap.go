package paste

import (
	"net"
	"path"
	"slices"
	"strings"

	"toolbay/backend/model"
	"toolbay/backend/pattern"
)

// unwrap takes what stands around a command away: cmd /c, env A=b, sudo, a
// shell with one plain command. ok is false when a shell would be needed.
func unwrap(e *entry) bool {
	for range 6 {
		if e.command == "" {
			return e.url != ""
		}
		b := base(e.command)
		a := e.args
		switch {
		case b == "cmd" && len(a) > 1 && (strings.EqualFold(a[0], "/c") || strings.EqualFold(a[0], "/k")):
			if !e.sentence(a[1:], true) {
				return false
			}
		case b == "cmd" && len(a) > 2 && (strings.EqualFold(a[0], "/d") || strings.EqualFold(a[0], "/s")):
			e.args = a[1:]
		case (b == "bash" || b == "sh" || b == "zsh") && len(a) > 1 && strings.HasPrefix(a[0], "-") && strings.HasSuffix(a[0], "c"):
			if !e.sentence(a[1:2], false) {
				return false
			}
		case (b == "powershell" || b == "pwsh") && len(a) > 1:
			i := slices.IndexFunc(a, func(s string) bool { return strings.EqualFold(s, "-command") || strings.EqualFold(s, "-c") })
			if i < 0 || i+1 >= len(a) || !e.sentence(a[i+1:], true) {
				return false
			}
		case b == "env" || b == "cross-env":
			i := 0
			for i < len(a) && (strings.Contains(a[i], "=") || a[i] == "-i" || a[i] == "-S" || a[i] == "--") {
				e.assign(a[i])
				i++
			}
			if i >= len(a) {
				return false
			}
			e.command, e.args = a[i], a[i+1:]
		case (b == "sudo" || b == "command" || b == "exec" || b == "nohup" || b == "wsl" || b == "wsl.exe") && len(a) > 0 && !strings.HasPrefix(a[0], "-"):
			e.command, e.args = a[0], a[1:]
		case b == "npx" || b == "bunx" || b == "pnpx":
			// The inspector starts the server that is named behind it.
			i := slices.IndexFunc(a, func(s string) bool { return !strings.HasPrefix(s, "-") })
			if i < 0 || packageName(a[i]) != "@modelcontextprotocol/inspector" {
				return true
			}
			rest := a[i+1:]
			for len(rest) > 0 && strings.HasPrefix(rest[0], "-") {
				if rest[0] == "-e" && len(rest) > 1 {
					e.assign(rest[1])
					rest = rest[1:]
				}
				rest = rest[1:]
			}
			if len(rest) == 0 {
				return false
			}
			e.command, e.args = rest[0], rest[1:]
		default:
			return true
		}
	}
	return false
}

// sentence reads the command that a shell was to run. More than one plain
// command is refused.
func (e *entry) sentence(args []string, windows bool) bool {
	w := make([]word, 0, len(args))
	if len(args) == 1 {
		var ok bool
		if w, ok = split(args[0], windows); !ok {
			return false
		}
	} else {
		for _, a := range args {
			if a == "&&" || a == "||" || a == "|" || a == ";" || a == "&" || a == ">" {
				return false
			}
			w = append(w, word{text: a})
		}
	}
	for len(w) > 0 && assignment().MatchString(w[0].text) {
		e.assign(w[0].text)
		w = w[1:]
	}
	if len(w) > 0 && w[0].text == "exec" {
		w = w[1:]
	}
	if len(w) == 0 || slices.ContainsFunc(w, func(x word) bool { return x.op }) {
		return false
	}
	e.command, e.args = w[0].text, nil
	for _, x := range w[1:] {
		e.args = append(e.args, x.text)
	}
	return true
}

var assignment = pattern.New(`^[A-Za-z_][A-Za-z0-9_]*=`)

func (e *entry) assign(s string) {
	name, v, ok := strings.Cut(s, "=")
	if !ok || !envName().MatchString(name) {
		return
	}
	if e.env == nil {
		e.env = map[string]string{}
	}
	e.env[name] = v
}

// byInstall gives an entry whose program the same text installs by hand the
// package that brings it.
func (r *reader) byInstall(e *entry) {
	if e.env == nil {
		e.env = map[string]string{}
	}
	name := base(e.command)
	rest := e.args
	if (name == "python" || name == "python3") && len(rest) > 1 && rest[0] == "-m" {
		root, _, _ := strings.Cut(rest[1], ".")
		name = strings.ReplaceAll(root, "_", "-")
		if r.installs[name] != "" && strings.HasPrefix(r.installs[name], "pypi:") && root == rest[1] {
			e.command, e.args = "uvx", append([]string{strings.TrimPrefix(r.installs[name], "pypi:")}, rest[2:]...)
		}
		return
	}
	spec, ok := r.installs[name]
	if !ok || absolute(e.command) || runners(name) {
		return
	}
	kind, pkg, _ := strings.Cut(spec, ":")
	if kind == "npm" {
		e.command, e.args = "npx", append([]string{"-y", pkg}, rest...)
	} else {
		e.command, e.args = "uvx", append([]string{pkg}, rest...)
	}
}

// packageName is a package without its version.
func packageName(spec string) string {
	if i := strings.LastIndex(spec, "@"); i > 0 {
		return spec[:i]
	}
	return spec
}

// bridged gives an entry that only passes on to a server elsewhere that
// server's address.
func bridged(e *entry) {
	b, args := base(e.command), e.args
	switch b {
	case "npx", "bunx", "pnpx", "uvx", "pipx", "npm", "pnpm":
		i := slices.IndexFunc(args, func(s string) bool {
			return !strings.HasPrefix(s, "-") && s != "run" && s != "exec" && s != "dlx" && s != "x"
		})
		if i < 0 {
			return
		}
		b, args = packageName(args[i]), args[i+1:]
	}
	switch b {
	case "mcp-remote", "mcp-proxy", "supergateway", "mcp-remote-client":
	default:
		return
	}
	address, transport := "", ""
	headers := map[string]string{}
	for i := 0; i < len(args); i++ {
		a := args[i]
		name, v, joined := strings.Cut(a, "=")
		if !joined && i+1 < len(args) {
			v = args[i+1]
		}
		switch name {
		case "--header", "--headers", "-H":
			if !joined {
				i++
			}
			if b == "mcp-proxy" && !joined && i+1 < len(args) && !strings.Contains(v, ":") {
				headers[v] = args[i+1] // that one takes the name and the value apart
				i++
				continue
			}
			if h, val, ok := strings.Cut(v, ":"); ok {
				headers[strings.TrimSpace(h)] = strings.TrimSpace(val)
			}
		case "--oauth2Bearer":
			headers["Authorization"] = "Bearer " + v
		case "--sse", "--streamableHttp", "--streamable-http":
			if strings.Contains(v, "://") {
				address = v
				if name == "--sse" {
					transport = "sse"
				}
			}
			if !joined {
				i++
			}
		case "--transport":
			if strings.HasPrefix(v, "sse") {
				transport = "sse"
			}
			if !joined {
				i++
			}
		case "--stdio":
			return // the other way round: it offers a program to others
		default:
			if address == "" && !strings.HasPrefix(a, "-") && (strings.Contains(a, "://") || strings.HasPrefix(a, "${")) {
				address = a
			}
		}
	}
	if address == "" {
		return
	}
	if v := e.env["API_ACCESS_TOKEN"]; b == "mcp-proxy" && v != "" && headers["Authorization"] == "" {
		headers["Authorization"] = "Bearer " + v
	}
	// A header may stand in a variable of the entry.
	for h, v := range headers {
		plain := plainReferences(v)
		for name, val := range e.env {
			if mark := "${" + name + "}"; strings.Contains(plain, mark) && val != "" {
				plain = strings.ReplaceAll(plain, mark, val)
			}
		}
		headers[h] = plain
	}
	e.command, e.args, e.url, e.transport, e.headers = "", nil, address, transport, headers
}

// sourceOf gives the repository that a command would build a server from.
func sourceOf(runner string, args []string) (page, name string) {
	for i, a := range args {
		s := a
		if _, v, ok := strings.Cut(a, "="); ok && strings.HasPrefix(a, "--") {
			s = v
		}
		s = strings.TrimPrefix(s, "git+")
		if i > 0 && strings.HasPrefix(args[i-1], "-") && args[i-1] != "--from" && args[i-1] != "--spec" && args[i-1] != "-y" && args[i-1] != "--yes" && args[i-1] != "-p" && args[i-1] != "--package" {
			continue
		}
		short := ""
		switch {
		case strings.HasPrefix(s, "github:"):
			short = strings.TrimPrefix(s, "github:")
		case (runner == "npx" || runner == "bunx" || runner == "pnpx") && ownerRepo().MatchString(s) && !strings.HasPrefix(s, "@"):
			short = s
		case strings.HasPrefix(a, "http") && strings.Contains(a, "://") || strings.HasPrefix(a, "git+") || strings.Contains(a, "=git+") || strings.HasSuffix(s, ".git"):
			page, _, repo := repositoryOf(s)
			if page != "" {
				return page, repo
			}
			continue
		default:
			if !strings.HasPrefix(a, "-") && (runner == "npx" || runner == "uvx") && !strings.Contains(a, "@git+") {
				return "", ""
			}
			if _, at, ok := strings.Cut(a, "@ git+"); ok {
				if page, _, repo := repositoryOf(at); page != "" {
					return page, repo
				}
			}
			continue
		}
		short, _, _ = strings.Cut(short, "#")
		if ownerRepo().MatchString(short) {
			return "https://" + github() + "/" + short, path.Base(short)
		}
	}
	return "", ""
}

var ownerRepo = pattern.New(`^[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}$`)

var versionEnd = pattern.New(`[-_ ]v?\d+(?:\.\d+)*$`)

// fillers say nothing in a name.
var fillers = words("mcp server servers modelcontextprotocol node js npm py the")

// nameOf makes a name of a package's.
func nameOf(p model.Package) string {
	s := p.Identifier
	switch p.Type {
	case "remote":
		_, s, _ = strings.Cut(s, "://")
		s, _, _ = strings.Cut(s, "/")
		s, _, _ = strings.Cut(s, ":")
		var labels []string
		all := strings.Split(s, ".")
		if net.ParseIP(s) != nil {
			return s
		}
		for i, l := range all {
			if i > 0 && i == len(all)-1 {
				break
			}
			if !siteParts(strings.ToLower(l)) && !strings.ContainsAny(l, "{}") {
				labels = append(labels, l)
			}
		}
		if len(labels) > 0 {
			s = labels[len(labels)-1]
		}
		return line(s, maxName)
	case KindLocal, "mcpb":
		s = path.Base(strings.ReplaceAll(s, `\`, "/"))
		for _, end := range []string{".js", ".mjs", ".cjs", ".ts", ".py", ".exe", ".mcpb", ".dxt", ".jar"} {
			s = strings.TrimSuffix(s, end)
		}
		if v := versionEnd().FindString(s); v != "" && len(v) < len(s) {
			s = strings.TrimSuffix(s, v)
		}
		if generic(s) {
			parts := strings.FieldsFunc(p.Identifier, func(r rune) bool { return r == '/' || r == '\\' })
			for i := len(parts) - 2; i >= 0; i-- {
				if !generic(strings.ToLower(parts[i])) {
					s = parts[i]
					break
				}
			}
		}
	case "oci":
		s, _, _ = strings.Cut(path.Base(s), "@")
		s, _, _ = strings.Cut(s, ":")
	default:
		s, _, _ = strings.Cut(s, "[")
		if strings.HasPrefix(s, "@") && fillers(strings.ToLower(path.Base(s))) {
			s = strings.TrimPrefix(path.Dir(s), "@") // @playwright/mcp
		} else {
			s = path.Base(s)
		}
	}
	var kept []string
	all := strings.FieldsFunc(s, func(r rune) bool { return r == '-' || r == '_' || r == '.' || r == ' ' })
	for _, w := range all {
		if !fillers(strings.ToLower(w)) {
			kept = append(kept, w)
		}
	}
	if len(kept) == 0 {
		kept = all
	}
	return line(strings.Join(kept, "-"), maxName)
}

var (
	siteParts = words("mcp api app apps www com org net io ai dev co sse http server run cloud host us eu")
	generic   = words("index main server src dist build lib bin out start app run cli scripts")
)

// sdks are what servers are made with or looked at by, and no servers.
var sdks = words("@modelcontextprotocol/sdk @modelcontextprotocol/inspector @modelcontextprotocol/create-server @modelcontextprotocol/client @modelcontextprotocol/server @modelcontextprotocol/ext-apps mcp fastmcp mcp[cli] mcp-framework mcp-handler mcp-use @anthropic-ai/mcpb @anthropic-ai/dxt mcp-evals mcp-agent @mastra/mcp @vercel/mcp-adapter create-mcp-server create-mcp-app mcp-get mcp-installer mcptools @anthropic-ai/claude-code @smithery/cli install-mcp add-mcp @openai/codex @google/gemini-cli langchain-mcp-adapters mcp-cli @wong2/mcp-cli mcpo")

// tools are programs that people start the same way and that are no servers.
var tools = words(`cowsay pycowsay hello-world tsc typescript prettier eslint jest vitest mocha vite webpack rollup esbuild parcel next nuxt astro gatsby serve http-server live-server json-server
nodemon ts-node tsx tailwindcss playwright cypress puppeteer husky lint-staged npm-check-updates ncu degit rimraf concurrently prisma drizzle-kit wrangler vercel netlify netlify-cli firebase firebase-tools
expo expo-cli react-native cap ng cli storybook sb biome turbo nx lerna changeset semantic-release license-checker depcheck knip kill-port npkill shadcn shadcn-ui shadcn@latest supabase yo gulp grunt
browserslist update-browserslist-db npm-run-all dotenv pm2 forever ruff black isort flake8 mypy pytest pyright pylint tox nox poetry pdm hatch cookiecutter copier httpie pre-commit jupyter jupyterlab notebook
streamlit uvicorn gunicorn flask django-admin mkdocs sphinx-build twine yt-dlp ansible awscli llm aider aider-chat bandit pipenv virtualenv build codespell djlint sqlfluff pip-audit ty marimo
remotion hardhat truffle svgo sharp-cli imagemin-cli markdownlint markdownlint-cli commitlint stylelint standard xo ava nyc c8 zx tldr fkill-cli speed-test localtunnel ngrok claude-code codex gemini-cli opencode-ai`)
