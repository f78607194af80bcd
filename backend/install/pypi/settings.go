package pypi

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"toolbay/backend/pattern"
	"toolbay/backend/runtimes"
)

// kept are the user's own settings for uv that say where packages come from and
// how to get there. The others are for the user's own work and would lead an
// install astray.
var kept = []string{
	"UV_INDEX", "UV_DEFAULT_INDEX", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_KEYRING_PROVIDER",
	"UV_NATIVE_TLS", "UV_SYSTEM_CERTS", "UV_INSECURE_HOST", "UV_HTTP", "UV_REQUEST_TIMEOUT", "UV_CONCURRENT", "UV_CREDENTIALS_DIR", "UV_AUTH",
	"UV_CONFIG_FILE", "UV_NO_CONFIG", "UV_EXCLUDE_NEWER", "UV_CONSTRAINT", "UV_LINK_MODE", "UV_TORCH_BACKEND",
	"UV_PYTHON_INSTALL_MIRROR", "UV_PYTHON_DOWNLOADS_JSON_URL", "UV_PYTHON_CPYTHON_BUILD",
}

// settings is the environment for uv: the user's, without what is not kept, with
// pip's settings where the user has none for uv, and with our own folders.
// noIndex is the one setting of pip's that uv has no variable for.
func (in *Installer) settings(cache string) (out []string, noIndex bool) {
	env := map[string]string{}
	var order []string
	set := func(key, value string) {
		if _, ok := env[key]; !ok {
			order = append(order, key)
		}
		env[key] = value
	}
	for _, e := range in.environ() {
		key, value, ok := strings.Cut(e, "=")
		if runtime.GOOS == "windows" {
			key = strings.ToUpper(key)
		}
		if ok && keep(key) {
			set(key, value)
		}
	}
	pip := in.pip(env)
	if !in.ownIndex(env) {
		noIndex = pip.index(set)
	}
	pip.connection(env, set)
	if in.PythonOrigin != "" && env["UV_PYTHON_INSTALL_MIRROR"] == "" {
		set("UV_PYTHON_INSTALL_MIRROR", in.PythonOrigin)
	}
	for _, own := range [][2]string{
		{"UV_CACHE_DIR", cache}, {"UV_PYTHON_INSTALL_DIR", runtimes.PythonsDir(in.Home)}, {"UV_PYTHON_DOWNLOADS", "never"},
		{"UV_PYTHON_INSTALL_BIN", "0"}, {"UV_PYTHON_INSTALL_REGISTRY", "0"}, {"UV_NO_PROGRESS", "1"}, {"UV_NO_ENV_FILE", "1"},
		{"NO_COLOR", "1"},
	} {
		set(own[0], own[1])
	}
	for _, key := range order {
		out = append(out, key+"="+env[key])
	}
	return out, noIndex
}

func keep(key string) bool {
	switch {
	case key == "VIRTUAL_ENV" || key == "CONDA_PREFIX" || key == "RUST_LOG" || key == "FORCE_COLOR" || key == "CLICOLOR_FORCE" || strings.HasPrefix(key, "TOOLBAY_"):
		return false
	case strings.HasPrefix(key, "PYTHON"):
		return false // PYTHONHOME, PYTHONPATH: of another Python
	case !strings.HasPrefix(key, "UV_"):
		return true
	}
	for _, k := range kept {
		if strings.HasPrefix(key, k) {
			return true
		}
	}
	return false
}

var indexSetting = pattern.New(`(?m)^\s*(\[\[(pip\.)?index\]\]|(index-url|extra-index-url|default-index|find-links|no-index|index)\s*=)`)

// ownIndex tells whether the user has told uv where packages come from; then
// pip's settings do not matter.
func (in *Installer) ownIndex(env map[string]string) bool {
	for key, value := range env {
		if value != "" && (strings.HasPrefix(key, "UV_INDEX") && key != "UV_INDEX_STRATEGY" || key == "UV_DEFAULT_INDEX" || key == "UV_EXTRA_INDEX_URL" || key == "UV_FIND_LINKS") {
			return true
		}
	}
	if env["UV_NO_CONFIG"] != "" {
		return false
	}
	for _, file := range uvFiles(env) {
		if b, err := readCapped(file, 1<<20); err == nil && indexSetting().Match(b) {
			return true
		}
	}
	return false
}

// uvFiles are where uv reads settings of the user and of the computer.
func uvFiles(env map[string]string) []string {
	if f := env["UV_CONFIG_FILE"]; f != "" {
		return []string{f}
	}
	if runtime.GOOS == "windows" {
		return []string{filepath.Join(env["APPDATA"], "uv", "uv.toml"), filepath.Join(env["PROGRAMDATA"], "uv", "uv.toml")}
	}
	config := env["XDG_CONFIG_HOME"]
	if config == "" {
		config = filepath.Join(env["HOME"], ".config")
	}
	files := []string{filepath.Join(config, "uv", "uv.toml"), "/etc/uv/uv.toml"}
	for _, dir := range filepath.SplitList(env["XDG_CONFIG_DIRS"]) {
		files = append(files, filepath.Join(dir, "uv", "uv.toml"))
	}
	return files
}

// pipSettings are pip's, by name: "index-url".
type pipSettings map[string]string

// pip reads what the user told pip, which uv does not look at: the files,
// weakest first, then the environment.
func (in *Installer) pip(env map[string]string) pipSettings {
	p := pipSettings{}
	files := in.PipFiles
	if files == nil {
		files = pipFiles(env)
	}
	for _, file := range files {
		if b, err := readCapped(file, 1<<20); err == nil {
			p.read(string(b))
		}
	}
	for key, value := range env {
		if name, ok := strings.CutPrefix(key, "PIP_"); ok && value != "" {
			p[strings.ReplaceAll(strings.ToLower(name), "_", "-")] = value
		}
	}
	return p
}

func pipFiles(env map[string]string) []string {
	if f := env["PIP_CONFIG_FILE"]; f != "" {
		if f == os.DevNull {
			return []string{}
		}
		return []string{f}
	}
	home := env["HOME"]
	var files []string
	switch runtime.GOOS {
	case "windows":
		return []string{filepath.Join(env["PROGRAMDATA"], "pip", "pip.ini"), filepath.Join(env["USERPROFILE"], "pip", "pip.ini"), filepath.Join(env["APPDATA"], "pip", "pip.ini")}
	case "darwin":
		files = []string{"/Library/Application Support/pip/pip.conf"}
	}
	for _, dir := range filepath.SplitList(env["XDG_CONFIG_DIRS"]) {
		files = append(files, filepath.Join(dir, "pip", "pip.conf"))
	}
	config := env["XDG_CONFIG_HOME"]
	if config == "" {
		config = filepath.Join(home, ".config")
	}
	files = append(files, "/etc/xdg/pip/pip.conf", "/etc/pip.conf", filepath.Join(home, ".pip", "pip.conf"), filepath.Join(config, "pip", "pip.conf"))
	if runtime.GOOS == "darwin" {
		files = append(files, filepath.Join(home, "Library", "Application Support", "pip", "pip.conf"))
	}
	return files
}

// read takes the sections global and install of a file; later lines win, and
// install wins over global. A value may go on in lines that are set in.
func (p pipSettings) read(text string) {
	found := map[string]map[string]string{"global": {}, "install": {}}
	section, last := "", ""
	for line := range strings.Lines(text) {
		trimmed := strings.TrimSpace(line)
		switch {
		case trimmed == "" || trimmed[0] == '#' || trimmed[0] == ';':
		case trimmed[0] == '[':
			section, last = strings.Trim(trimmed, "[]"), ""
		case (line[0] == ' ' || line[0] == '\t') && last != "":
			if s := found[section]; s != nil {
				s[last] = strings.TrimSpace(s[last] + " " + trimmed)
			}
		default:
			i := strings.IndexAny(trimmed, "=:")
			if i < 0 {
				continue
			}
			last = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(trimmed[:i])), "_", "-")
			if s := found[section]; s != nil {
				s[last] = strings.TrimSpace(trimmed[i+1:])
			}
		}
	}
	for _, s := range []string{"global", "install"} {
		for k, v := range found[s] {
			p[k] = v
		}
	}
}

// index tells uv where pip would look.
func (p pipSettings) index(set func(k, v string)) (noIndex bool) {
	for name, key := range map[string]string{"index-url": "UV_DEFAULT_INDEX", "extra-index-url": "UV_INDEX"} {
		if v := strings.Join(strings.Fields(p[name]), " "); v != "" {
			set(key, v)
		}
	}
	if v := strings.Join(strings.Fields(p["find-links"]), ","); v != "" {
		set("UV_FIND_LINKS", v)
	}
	switch strings.ToLower(p["no-index"]) {
	case "1", "true", "yes", "on", "t", "y":
		return true
	}
	return false
}

// connection tells uv how pip would get there.
func (p pipSettings) connection(env map[string]string, set func(k, v string)) {
	unset := func(keys ...string) bool {
		for _, k := range keys {
			if env[k] != "" {
				return false
			}
		}
		return true
	}
	if v := strings.Join(strings.Fields(p["trusted-host"]), " "); v != "" && unset("UV_INSECURE_HOST") {
		set("UV_INSECURE_HOST", v)
	}
	if v := p["cert"]; v != "" && unset("SSL_CERT_FILE", "SSL_CERT_DIR", "UV_NATIVE_TLS", "UV_SYSTEM_CERTS") {
		set("SSL_CERT_FILE", v)
	}
	if v := p["client-cert"]; v != "" && unset("SSL_CLIENT_CERT") {
		set("SSL_CLIENT_CERT", v)
	}
	if v := p["proxy"]; v != "" && unset("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "https_proxy", "http_proxy", "all_proxy") {
		set("ALL_PROXY", v)
	}
	for _, name := range []string{"default-timeout", "timeout"} {
		if v := p[name]; v != "" && unset("UV_HTTP_TIMEOUT", "UV_REQUEST_TIMEOUT") {
			set("UV_HTTP_TIMEOUT", v)
		}
	}
}
