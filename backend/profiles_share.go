package backend

import (
	"context"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"toolbay/backend/catalog/recipe"
	"toolbay/backend/changeset"
	"toolbay/backend/job"
	"toolbay/backend/model"
	"toolbay/backend/paste"
	"toolbay/backend/profiles"
	"toolbay/backend/text"
)

// ProfileExport is a profile as others get it.
type ProfileExport struct {
	Profile string        `json:"profile"`
	File    profiles.File `json:"file"`
	// Left are servers that cannot be given to others, and why.
	Left []LeftServer `json:"left"`
}

// LeftServer is a server that was left out.
type LeftServer struct {
	Server string `json:"server"`
	Title  string `json:"title"`
	App    string `json:"app"`
	Code   string `json:"code"`
}

// ExportProfile gives a profile without its keys and without anything that
// means something on this computer only. Error code: profile_unknown.
func (b *Backend) ExportProfile(ctx context.Context, ref string) (ProfileExport, error) {
	p, err := b.Profile(ctx, ref)
	if err != nil {
		return ProfileExport{}, err
	}
	out := ProfileExport{
		Profile: p.ID, Left: []LeftServer{},
		File: profiles.File{Format: profiles.FileFormat, Name: p.Name, Servers: []profiles.FileServer{}, Apps: p.Apps},
	}
	for _, ps := range p.Servers {
		s, err := b.server(ctx, ps.Server)
		if err != nil {
			return ProfileExport{}, err
		}
		if s.Package.Type == "local" || s.Package.Type == "mcpb" && !strings.HasPrefix(s.Package.Identifier, "https://") {
			out.Left = append(out.Left, LeftServer{Server: s.ID, Title: s.Title, Code: "not_shareable"})
			continue
		}
		f := b.shared(s, ps)
		if b.tells(f) {
			out.Left = append(out.Left, LeftServer{Server: s.ID, Title: s.Title, Code: "tells_too_much"})
			continue
		}
		out.File.Servers = append(out.File.Servers, f)
	}
	return out, nil
}

// tells says whether a server's file has something that looks like a key, or
// names a place of this computer: it is not given away then.
func (b *Backend) tells(f profiles.FileServer) bool {
	texts := append([]string{f.Package.URL}, f.Arguments...)
	for name, v := range f.Answers {
		texts = append(texts, name+"="+v)
	}
	for _, a := range append(slices.Clone(f.Package.PackageArguments), f.Package.RuntimeArguments...) {
		texts = append(texts, strings.TrimLeft(a.Name, "-")+"="+a.Value, a.Default)
	}
	for _, in := range append(slices.Clone(f.Package.Environment), f.Package.Headers...) {
		if !strings.Contains(in.Value, "{") {
			texts = append(texts, in.Name+"="+in.Value, in.Default)
		}
	}
	return slices.ContainsFunc(texts, func(t string) bool { return MaskLine(t) != t || b.somewhere(t) })
}

// shared is a server of a profile for a file.
func (b *Backend) shared(s model.Server, ps model.ProfileServer) profiles.FileServer {
	f := profiles.FileServer{
		Name: s.ID, Title: s.Title, Listing: s.Listing, Package: s.Package,
		Tools: ps.Tools, Off: ps.Off, Answers: map[string]string{},
	}
	f.Package.Version = s.Version
	f.Package.PackageArguments = b.unplaced(s.Package.PackageArguments, s.Package.Type != "oci")
	f.Package.RuntimeArguments = b.unplaced(s.Package.RuntimeArguments, false)
	f.Package.Environment = b.unplacedInputs(s.Package.Environment)
	placed := slices.ContainsFunc(s.Arguments, func(a string) bool { return b.placeHere(a, true) })
	for _, a := range s.Arguments {
		switch {
		case b.placeHere(a, true):
			f.Package.PackageArguments = append(f.Package.PackageArguments, asked(len(f.Package.PackageArguments)))
		case placed: // the order counts
			f.Package.PackageArguments = append(f.Package.PackageArguments, model.Argument{Kind: "positional", Input: model.Input{Value: a}})
		default:
			f.Arguments = append(f.Arguments, a)
		}
	}
	for _, i := range s.Inputs {
		value := i.Answer
		if own, ok := ps.Answers[i.Name]; ok {
			value = own
		}
		switch {
		case i.Set || i.Secret && value != "":
			f.Keys = append(f.Keys, i.Name)
		case value == "":
		case i.Format == "filepath" || i.Format == "folder" || b.placeHere(value, true):
			f.Ask = append(f.Ask, i.Name)
		default:
			f.Answers[i.Name] = value
		}
	}
	slices.Sort(f.Keys)
	slices.Sort(f.Ask)
	return f
}

// placeHere tells whether a text means something on this computer only: it names
// the home folder or, with paths, any place.
func (b *Backend) placeHere(s string, paths bool) bool {
	if b.system.Home != "" && strings.Contains(s, b.system.Home) {
		return true
	}
	return paths && (filepath.IsAbs(s) || len(s) > 2 && s[1] == ':' && (s[2] == '\\' || s[2] == '/'))
}

// unplaced are arguments that ask for what they say of this computer.
func (b *Backend) unplaced(list []model.Argument, paths bool) []model.Argument {
	out := slices.Clone(list)
	for i, a := range out {
		if b.placeHere(a.Value, paths) || b.placeHere(a.Default, paths) {
			ask := asked(i)
			ask.Kind, ask.Description, ask.Format = a.Kind, a.Description, "filepath"
			if a.Name != "" {
				ask.Name = a.Name
			}
			out[i] = ask
		} else if b.placeHere(a.Placeholder, paths) {
			out[i].Placeholder = ""
		}
	}
	return out
}

// asked is an argument in the place of one that is not told.
func asked(i int) model.Argument {
	return model.Argument{Kind: "positional", ValueHint: "place-" + itoa(i+1), Input: model.Input{Required: true, Format: "filepath"}}
}

func (b *Backend) unplacedInputs(list []model.Input) []model.Input {
	out := slices.Clone(list)
	for i, in := range out {
		if b.placeHere(in.Value, true) || b.placeHere(in.Default, true) {
			out[i].Value, out[i].Default, out[i].Required = "", "", true
		}
		if b.placeHere(in.Placeholder, true) {
			out[i].Placeholder = ""
		}
	}
	return out
}

// ImportedServer is a server of a profile's file, seen from this computer.
type ImportedServer struct {
	// Name is its name in the file, Server its id here, "" when it is to be
	// installed.
	Name    string       `json:"name"`
	Server  string       `json:"server"`
	Title   string       `json:"title"`
	Kind    string       `json:"kind"`
	Package PastePackage `json:"package"`
	Known   string       `json:"known"`
	// State is here, install or problem; Problem is the code why.
	State   string       `json:"state"`
	Problem string       `json:"problem"`
	Needs   []model.Need `json:"needs"`
	// Optional is what its giver had set and it can do without.
	Optional []model.Need `json:"optional"`
	Warnings []string     `json:"warnings"`
	// Asks are the settings behind Needs and Optional.
	Asks []model.Input `json:"-"`

	said profiles.FileServer
	ref  string
}

// ProfileReview is what the import of a file would do.
type ProfileReview struct {
	Name    string           `json:"name"`
	Servers []ImportedServer `json:"servers"`
	// Apps get the servers, Missing are apps of the file that are not here.
	Apps    []string `json:"apps"`
	Missing []string `json:"missing"`
}

// ReviewProfile reads a profile's file and says what it would bring; nothing is
// fetched or written. Error codes: profile_file_broken, profile_file_newer.
func (b *Backend) ReviewProfile(ctx context.Context, data []byte) (ProfileReview, error) {
	f, err := profiles.ReadFile(data)
	if err != nil {
		return ProfileReview{}, err
	}
	names, err := b.store.ProfileNames(ctx)
	if err != nil {
		return ProfileReview{}, err
	}
	r := ProfileReview{Name: freeName(f.Name, names), Servers: []ImportedServer{}, Apps: []string{}, Missing: []string{}}
	for _, app := range f.Apps {
		if a, err := b.apps.LookOne(b.system, app, ""); err == nil && a.Found {
			r.Apps = append(r.Apps, app)
		} else {
			r.Missing = append(r.Missing, app)
		}
	}
	all, err := b.store.Servers(ctx)
	if err != nil {
		return ProfileReview{}, err
	}
	taken := map[string]bool{}
	for _, s := range f.Servers {
		im := b.imported(ctx, s)
		if id := b.sameHere(s, all, taken); id != "" {
			taken[id] = true
			im.Server, im.State, im.Problem, im.Needs, im.Optional, im.Asks = id, "here", "", []model.Need{}, []model.Need{}, nil
		}
		r.Servers = append(r.Servers, im)
	}
	return r, nil
}

// freeName gives a profile's name that is not in use.
func freeName(name string, names map[string]string) string {
	used := func(n string) bool {
		for _, have := range names {
			if strings.EqualFold(have, n) {
				return true
			}
		}
		return false
	}
	for n, try := 2, name; ; n++ {
		if !used(try) {
			return try
		}
		try = name + " " + itoa(n)
	}
}

// sameHere gives the installed server that a file means: the same package,
// started the same way. One called as in the file comes first.
func (b *Backend) sameHere(s profiles.FileServer, all []model.Server, taken map[string]bool) string {
	found := ""
	for _, have := range all {
		p, q := have.Package, s.Package
		if taken[have.ID] || p.Type != q.Type || p.Identifier != q.Identifier || p.URL != q.URL || !slices.Equal(b.shared(have, model.ProfileServer{}).Arguments, s.Arguments) {
			continue
		}
		if have.ID == s.Name {
			return have.ID
		}
		if found == "" {
			found = have.ID
		}
	}
	return found
}

// imported is a server of a file that would have to be installed.
func (b *Backend) imported(ctx context.Context, s profiles.FileServer) ImportedServer {
	l := model.Listing{Name: s.Name, Title: plainTitle(s), Status: "active", Sources: []string{}, Packages: []model.Package{s.Package}}
	p := pasted{name: s.Name, listing: l, answers: map[string]string{}, keys: map[string]string{}}
	p.answers = maps.Clone(s.Answers)
	if p.answers == nil {
		p.answers = map[string]string{}
	}
	im := ImportedServer{
		Name: s.Name, Title: l.Title, Kind: s.Package.Type, State: "install", Needs: []model.Need{}, Optional: []model.Need{}, Warnings: []string{}, said: s,
		Package: PastePackage{s.Package.Type, s.Package.Identifier, s.Package.Version},
	}
	if known, ok := b.catalog.Known(ctx, s.Package.Type, s.Package.Identifier); ok {
		im.Known = title(known)
	}
	for name := range s.Answers {
		if in := inputNamed(s.Package, name); in.Secret || recipe.LooksSecret(name) {
			delete(p.answers, name) // a key does not come in a file
		} else if recipe.Check(in, s.Answers[name]) != nil {
			delete(p.answers, name)
			im.Warnings = append(im.Warnings, "value-not-allowed:"+name)
		}
	}
	p.loads = loadedBy(paste.Found{Kind: s.Package.Type, Package: s.Package, Answers: p.answers})
	if !Installable(s.Package) {
		im.State, im.Problem = "problem", "package_type_later"
		return im
	}
	im.ref = b.pasted.keep(p)
	for _, in := range inputsOf(s.Package) {
		_, answered := p.answers[in.Name]
		key := slices.Contains(s.Keys, in.Name)
		in.Required = in.Required && in.Default == "" && in.Value == ""
		if answered || !in.Required && !key && !slices.Contains(s.Ask, in.Name) {
			continue
		}
		in.Secret = in.Secret || key
		im.ask(in)
	}
	for _, name := range s.Keys {
		if !slices.ContainsFunc(im.Asks, func(in model.Input) bool { return in.Name == name }) {
			im.ask(model.Input{Name: name, Secret: true, Required: true})
		}
	}
	return im
}

// ask notes a setting that the file does not say. What the server cannot do
// without is needed; what its giver had besides can be left empty.
func (im *ImportedServer) ask(in model.Input) {
	im.Asks = append(im.Asks, in)
	if need := importNeed(im.Name, in, in.Secret); in.Required {
		im.Needs = append(im.Needs, need)
	} else {
		im.Optional = append(im.Optional, need)
	}
}

// plainTitle is what a file calls a server, if that can be shown.
func plainTitle(s profiles.FileServer) string {
	if name, err := profiles.CheckName(s.Title); err == nil {
		return name
	}
	return titleOf(s.Name)
}

func importNeed(server string, in model.Input, secret bool) model.Need {
	n := model.Need{Kind: "input", Name: server + "." + in.Name, Text: about(in), Flag: "--answer " + server + "." + in.Name + "="}
	if secret {
		n.Kind, n.Flag = "secret", "--secret "+server+"."+in.Name+"=-"
	}
	return n
}

func inputNamed(p model.Package, name string) model.Input {
	for _, in := range inputsOf(p) {
		if in.Name == name {
			return in
		}
	}
	return model.Input{Name: name}
}

// ProfileImport is a file with what it does not say.
type ProfileImport struct {
	Data []byte
	// Name is another name for the profile.
	Name string
	// Answers and Secrets are by SERVER.NAME.
	Answers, Secrets map[string]string
	// Skip are servers of the file that are left out.
	Skip                                  []string
	Yes, AcceptRisk, AllowScripts, DryRun bool
	SignIn                                func(title, address string)
}

// ProfileImported is what an import did.
type ProfileImported struct {
	ProfileResult
	// Installed are the servers that came, Here those that were here already,
	// Left those of the file that are not in the profile.
	Installed []string     `json:"installed"`
	Here      []string     `json:"here"`
	Left      []LeftServer `json:"left"`
	Missing   []string     `json:"missing"`
}

// ImportProfile makes a profile of a file: servers that are not here are
// installed, and only what is missing is asked for. When an install fails, the
// servers that came before it stay and are told in the error's place; the
// profile is not made. Error codes: those of ReviewProfile, Install and
// SaveProfile; input_needed and consent_needed with every need at once.
func (b *Backend) ImportProfile(ctx context.Context, req ProfileImport, report job.Report) (ProfileImported, error) {
	review, err := b.ReviewProfile(ctx, req.Data)
	if err != nil {
		return ProfileImported{}, err
	}
	out := ProfileImported{Installed: []string{}, Here: []string{}, Left: []LeftServer{}, Missing: review.Missing}
	p := model.Profile{Name: review.Name, Apps: review.Apps, Folders: []string{}}
	if req.Name != "" {
		p.Name = req.Name
	}
	var installs []ImportedServer
	var needs []model.Need
	for _, im := range review.Servers {
		switch {
		case slices.Contains(req.Skip, im.Name):
			out.Left = append(out.Left, LeftServer{Server: im.Name, Title: im.Title, Code: "left_out"})
			continue
		case im.State == "problem":
			out.Left = append(out.Left, LeftServer{Server: im.Name, Title: im.Title, Code: im.Problem})
			continue
		case im.State == "here":
			out.Here = append(out.Here, im.Server)
			if p, err = b.takeIn(ctx, p, im); err != nil {
				return out, err
			}
			continue
		}
		installs = append(installs, im)
		more, err := b.importNeeds(ctx, req, im)
		if err != nil {
			return out, err
		}
		needs = append(needs, more...)
	}
	if err := needed(needs); err != nil {
		return out, err
	}
	for _, im := range installs {
		if req.DryRun {
			out.Installed = append(out.Installed, im.Name)
			continue
		}
		res, err := b.Install(ctx, req.install(im), report)
		if err != nil {
			return out, err
		}
		im.Server = res.Server
		out.Installed = append(out.Installed, res.Server)
		p = profiles.Put(p, model.ProfileServer{Server: res.Server, Tools: im.said.Tools, Off: im.said.Off})
	}
	saved, err := b.SaveProfile(ctx, ProfileSave{Profile: p, AcceptRisk: req.AcceptRisk, DryRun: req.DryRun})
	out.ProfileResult = saved
	return out, err
}

// install is the install of a server of a file.
func (req ProfileImport) install(im ImportedServer) InstallRequest {
	r := InstallRequest{
		Ref: im.ref, Package: -1, Name: "", Answers: map[string]string{}, Secrets: map[string]string{},
		Arguments: im.said.Arguments, AllowScripts: req.AllowScripts, AcceptRisk: req.AcceptRisk, Yes: req.Yes, DryRun: req.DryRun,
		alone: true,
	}
	if req.SignIn != nil {
		r.SignIn = func(address string) { req.SignIn(im.Title, address) }
	}
	for name, v := range req.Answers {
		if own, ok := strings.CutPrefix(name, im.Name+"."); ok {
			r.Answers[own] = v
		}
	}
	for name, v := range req.Secrets {
		if own, ok := strings.CutPrefix(name, im.Name+"."); ok {
			r.Secrets[own] = v
		}
	}
	return r
}

// importNeeds is what is missing before a server of a file can be installed.
func (b *Backend) importNeeds(ctx context.Context, req ProfileImport, im ImportedServer) (needs []model.Need, err error) {
	for _, n := range im.Needs {
		_, answered := req.Answers[n.Name]
		_, given := req.Secrets[n.Name]
		if !answered && !given {
			needs = append(needs, n)
		}
	}
	if len(needs) > 0 || req.DryRun {
		return needs, nil
	}
	// The rest is asked by the install itself, without doing anything.
	in, err := b.prepare(ctx, req.install(im), func(job.Progress) {})
	if err == nil {
		in.claim.release()
		return nil, nil
	}
	if code := model.Code(err); code != "consent_needed" && code != "input_needed" {
		return nil, err
	}
	for _, n := range text.ForError(err).Needs {
		n.Text = im.Title + ": " + n.Text
		needs = append(needs, n)
	}
	return needs, nil
}

// takeIn puts a server that is here into the profile; what the file says
// otherwise than the server becomes the profile's own.
func (b *Backend) takeIn(ctx context.Context, p model.Profile, im ImportedServer) (model.Profile, error) {
	s, err := b.server(ctx, im.Server)
	if err != nil {
		return p, err
	}
	ps := model.ProfileServer{Server: im.Server, Tools: im.said.Tools, Off: im.said.Off, Answers: map[string]string{}}
	for _, i := range s.Inputs {
		// A server with keys goes on as its owner set it: another's settings could
		// send the keys elsewhere.
		if v, ok := im.said.Answers[i.Name]; ok && len(keysSet(s)) == 0 && v != i.Answer && !i.Secret && recipe.Check(i.Input, v) == nil {
			ps.Answers[i.Name] = v
		}
	}
	return profiles.Put(p, ps), nil
}

// Bytes is the file as it is written.
func (e ProfileExport) Bytes() ([]byte, error) { return profiles.WriteFile(e.File) }

// WriteProfileFile puts an exported profile where the user said, as a change
// that can be taken back. Error codes: those of backend/changeset.
func (b *Backend) WriteProfileFile(ctx context.Context, path, title string, data []byte) error {
	abs, err := filepath.Abs(path)
	if err != nil {
		return model.Fail("export_unwritable", err, "file", path)
	}
	_, err = b.changes.Apply(ctx, changeset.Change{Kind: "export", Title: title, Files: []changeset.File{{
		Path: abs, Plan: func(before []byte) ([]byte, error) {
			if _, err := profiles.ReadFile(before); len(before) > 0 && err != nil {
				return nil, model.Fail("export_other_file", nil, "file", path)
			}
			return data, nil
		},
	}}})
	b.o.Changed("history")
	return err
}
