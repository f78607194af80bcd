package engine

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/docker/docker/api/types/registry"

	"toolbay/backend/pattern"
)

// Credentials gives what `docker login` or `podman login` left for an image's
// registry, in the form the engine wants it handed on, or "". It is asked for
// at every use and kept nowhere. What is not there or cannot be read is none:
// the registry then says whether it wants one.
func (m Machine) Credentials(ctx context.Context, e *Engine, ref string) string {
	files := []string{filepath.Join(m.config(), "config.json")}
	if run := m.Getenv("XDG_RUNTIME_DIR"); run != "" {
		files = append(files, filepath.Join(run, "containers", "auth.json"))
	}
	files = append(files, filepath.Join(m.Home, ".config", "containers", "auth.json"))
	for _, f := range files {
		var c authFile
		data, err := readFile(f)
		if err != nil || json.Unmarshal(data, &c) != nil || len(c.Auths) == 0 && c.Store == "" && len(c.Helpers) == 0 {
			continue
		}
		server := hostOf(ref)
		if server == "" {
			// Only the engine knows where a name without a host comes from.
			i, err := e.api.Info(ctx)
			if err != nil {
				return ""
			}
			server = i.IndexServerAddress
		}
		if auth, ok := c.find(ctx, server); ok {
			text, err := registry.EncodeAuthConfig(auth)
			if err == nil {
				return text
			}
		}
	}
	return ""
}

// authFile is the part of a settings file that is about registries.
type authFile struct {
	Auths   map[string]authEntry `json:"auths"`
	Store   string               `json:"credsStore"`
	Helpers map[string]string    `json:"credHelpers"`
}

type authEntry struct {
	Auth          string `json:"auth"`
	IdentityToken string `json:"identitytoken"`
}

func (c authFile) find(ctx context.Context, server string) (registry.AuthConfig, bool) {
	if server == "" {
		return registry.AuthConfig{}, false
	}
	helper := c.Helpers[bareHost(server)]
	if helper == "" {
		helper = c.Store
	}
	if helper != "" {
		if a, ok := askHelper(ctx, helper, server); ok {
			return a, true
		}
	}
	for name, entry := range c.Auths {
		if bareHost(name) != bareHost(server) || entry.Auth == "" {
			continue
		}
		plain, err := base64.StdEncoding.DecodeString(entry.Auth)
		user, password, ok := strings.Cut(string(plain), ":")
		if err == nil && ok {
			return registry.AuthConfig{Username: user, Password: strings.TrimRight(password, "\x00"), IdentityToken: entry.IdentityToken, ServerAddress: server}, true
		}
	}
	return registry.AuthConfig{}, false
}

var helperName = pattern.New(`^[A-Za-z0-9._-]+$`)

// askHelper asks the program that keeps the user's passwords. The server's name
// goes to its input, the answer comes from its output.
func askHelper(ctx context.Context, helper, server string) (registry.AuthConfig, bool) {
	if !helperName().MatchString(helper) {
		return registry.AuthConfig{}, false
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, "docker-credential-"+helper, "get")
	cmd.WaitDelay = time.Second
	cmd.Stdin = strings.NewReader(server)
	var out bytes.Buffer
	cmd.Stdout = &limited{&out, 64 << 10}
	if cmd.Run() != nil {
		return registry.AuthConfig{}, false
	}
	var got struct{ Username, Secret string }
	if json.Unmarshal(out.Bytes(), &got) != nil || got.Secret == "" {
		return registry.AuthConfig{}, false
	}
	a := registry.AuthConfig{Username: got.Username, Password: got.Secret, ServerAddress: server}
	if got.Username == "<token>" {
		a = registry.AuthConfig{IdentityToken: got.Secret, ServerAddress: server}
	}
	return a, true
}

// limited drops what comes after the first left bytes.
type limited struct {
	w    io.Writer
	left int
}

func (l *limited) Write(p []byte) (int, error) {
	n := min(len(p), l.left)
	l.left -= n
	_, err := l.w.Write(p[:n])
	return len(p), err
}

// hostOf is the registry that an image's name begins with, "" for the engine's
// own default. The first part is a host when it could be no folder.
func hostOf(ref string) string {
	first, _, ok := strings.Cut(ref, "/")
	if ok && (strings.ContainsAny(first, ".:") || first == "localhost") {
		return first
	}
	return ""
}

// bareHost takes scheme and path off an address, as settings files have them.
func bareHost(s string) string {
	if _, rest, ok := strings.Cut(s, "://"); ok {
		s = rest
	}
	s, _, _ = strings.Cut(s, "/")
	return s
}
