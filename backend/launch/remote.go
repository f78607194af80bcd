package launch

import (
	"context"
	"io"
	"net/url"
	"strings"

	"toolbay/backend/launch/bridge"
	"toolbay/backend/model"
	"toolbay/backend/signin"
)

// bridged gives what carries the conversation with a server on the network.
func (s Spec) bridged(home string, fill *filler) (Serve, error) {
	server, err := s.signInServer(fill)
	if err != nil {
		return nil, err
	}
	o := bridge.Options{
		Server: server.ID, Title: server.Title, Env: server.Env,
		Remote: model.Remote{URL: server.URL, Transport: server.Transport, Headers: server.Headers},
	}
	if s.Remote.SignIn {
		o.Token = signin.Accounts{Home: home, Keys: keysOf(home, s)}.Tokens(server)
	}
	return func(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) error {
		return bridge.Serve(ctx, o, stdin, stdout, stderr)
	}, nil
}

// SignInServer is the server of a remote's spec as package signin wants it.
// Error code: secret_unknown.
func SignInServer(spec Spec, values map[string]string) (signin.Server, error) {
	return spec.signInServer(&filler{server: spec.name(), values: values, used: map[string]bool{}})
}

func (s Spec) signInServer(fill *filler) (signin.Server, error) {
	out := signin.Server{ID: s.Server, Title: s.name(), Transport: s.Remote.Transport, Headers: map[string]string{}, Env: s.Env}
	var err error
	if out.URL, err = fill.address(s.Remote.URL); err != nil {
		return out, err
	}
	for name, template := range s.Remote.Headers {
		value, err := fill.text(template)
		if err != nil {
			return out, err
		}
		out.Headers[name] = strings.NewReplacer("\r", "", "\n", "").Replace(value)
	}
	return out, nil
}

// address fills the marks in an address. A key may hold signs that end a part
// of an address; one that begins it is an address itself.
func (f *filler) address(template string) (string, error) {
	var pairs []string
	for _, name := range names(template) {
		v, err := f.value(name)
		if err != nil {
			return "", err
		}
		mark := markStart + name + markEnd
		before, _, _ := strings.Cut(template, mark)
		switch {
		case before == "":
		case strings.Contains(before, "?"):
			v = url.QueryEscape(v)
		default:
			v = url.PathEscape(v)
		}
		pairs = append(pairs, mark, v)
	}
	return strings.NewReplacer(pairs...).Replace(template), nil
}
