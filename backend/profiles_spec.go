package backend

import (
	"context"
	"slices"

	"toolbay/backend/launch"
	"toolbay/backend/model"
	"toolbay/backend/profiles"
)

// writeSpec writes how a server is started, alone and in each profile that has
// it.
func (b *Backend) writeSpec(ctx context.Context, s model.Server) error {
	of, err := b.store.ProfilesOf(ctx, s.ID)
	if err != nil {
		return err
	}
	return launch.Write(b.home, specIn(s, of))
}

// specIn is specOf with what profiles say of the server, by their ids. A
// profile that says nothing is named too: the launcher starts nothing in one
// that does not have the server.
func specIn(s model.Server, of map[string]model.ProfileServer) launch.Spec {
	spec := specOf(s)
	for id, p := range of {
		if id == model.DefaultProfile {
			spec.Tools = p.Tools
			continue
		}
		if spec.Profiles == nil {
			spec.Profiles = map[string]launch.ProfileSpec{}
		}
		spec.Profiles[id] = profileSpec(s, p)
	}
	return spec
}

// profileSpec is what a profile sets otherwise than the server itself.
func profileSpec(s model.Server, p model.ProfileServer) launch.ProfileSpec {
	spec := launch.ProfileSpec{Tools: p.Tools}
	if len(p.Answers) == 0 && len(p.Keys) == 0 {
		return spec
	}
	own := specOf(inProfile(s, p))
	spec.Whole = true
	spec.Args, spec.Env, spec.SecretEnv, spec.Remote = own.Args, own.Env, own.SecretEnv, own.Remote
	if len(p.Keys) > 0 {
		spec.Secrets = own.Secrets
	}
	return spec
}

// inProfile is a server with the answers and keys of a profile.
func inProfile(s model.Server, p model.ProfileServer) model.Server {
	s.Inputs = slices.Clone(s.Inputs)
	for i := range s.Inputs {
		in := &s.Inputs[i]
		if v, ok := p.Answers[in.Name]; ok {
			in.Answer = v
		}
		if len(p.Keys) > 0 && (in.Secret || in.Set) {
			in.Set = slices.Contains(p.Keys, in.Name)
		}
	}
	return s
}

// respec writes the starts of servers again as the profiles are now.
func (b *Backend) respec(ctx context.Context, servers []string) error {
	for _, id := range servers {
		s, err := b.server(ctx, id)
		if model.Code(err) == "server_unknown" {
			continue // it is on its way out, or not here yet
		}
		if err == nil {
			err = b.writeSpec(ctx, s)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// startable writes the starts of servers so that they work in the profiles as
// they are and, where a server comes into one, as they will be.
func (b *Backend) startable(ctx context.Context, t profileTurn) error {
	for _, id := range t.Servers {
		s, err := b.server(ctx, id)
		if model.Code(err) == "server_unknown" {
			continue
		}
		if err != nil {
			return err
		}
		of, err := b.store.ProfilesOf(ctx, id)
		if err != nil {
			return err
		}
		more := false
		for _, p := range t.Put {
			word, in := profiles.Of(p, id)
			if _, had := of[p.ID]; in && !had {
				of[p.ID], more = word, true
			}
		}
		if !more {
			continue
		}
		if err := launch.Write(b.home, specIn(s, of)); err != nil {
			return err
		}
	}
	return nil
}
