package oci

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"toolbay/backend/catalog/recipe"
	"toolbay/backend/install"
	"toolbay/backend/model"
)

// listed is a package whose runtime arguments are words of a command line.
func listed(line ...string) model.Package {
	p := model.Package{Type: "oci", Identifier: "acme/notes", Version: "1.2", Transport: "stdio"}
	for _, w := range line {
		a := model.Argument{Kind: "positional", Input: model.Input{Value: w}}
		if strings.HasPrefix(w, "-") {
			a = model.Argument{Kind: "named", Input: model.Input{Name: w}}
		}
		p.RuntimeArguments = append(p.RuntimeArguments, a)
	}
	return p
}

func TestOptions(t *testing.T) {
	for _, c := range []struct {
		line string
		want func(a *asked) bool
		code string
	}{
		{line: "-i --rm --init -d -t --name notes --label a=b --pull always --restart always -p 80:80", want: func(a *asked) bool { return len(a.mounts) == 0 && len(a.env) == 0 }},
		{line: "-e PLAIN=word -e HANDED_ON", want: func(a *asked) bool { return a.env["PLAIN"] == "word" && len(a.env) == 1 }},
		{line: "-u 1000:1000 -w /srv --entrypoint /run --platform linux/amd64", want: func(a *asked) bool {
			return a.c.User == "1000:1000" && a.c.Workdir == "/srv" && a.c.Entrypoint[0] == "/run" && a.c.Platform == "linux/amd64"
		}},
		{line: "--network none --add-host db:10.0.0.7 --cpus 0.5 -m 512m", want: func(a *asked) bool {
			return a.c.Network == "none" && a.c.Hosts[0] == "db:10.0.0.7" && a.c.CPUs == 0.5 && a.c.MemoryMB == 512
		}},
		{line: "--network bridge", want: func(a *asked) bool { return a.c.Network == "" }},
		{line: "--network host", want: func(a *asked) bool { return a.c.Network == "host" && len(a.needs("x")) == 1 }},
		{line: "--network none", want: func(a *asked) bool { return len(a.needs("x")) == 0 }},
		{line: "--network company-db", want: func(a *asked) bool {
			n := a.needs("x")
			return a.c.Network == "company-db" && len(n) == 1 && n[0].Kind == "risk" && n[0].Name == "network:company-db" && n[0].Flag == "--accept-risk" && strings.Contains(n[0].Text, "company-db")
		}},
		{line: "-v notes:/data", want: func(a *asked) bool { return a.mounts[0].Volume && a.mounts[0].Writable && !a.folders() }},
		{line: "-v notes:/data:ro", want: func(a *asked) bool { return a.mounts[0].Volume && !a.mounts[0].Writable }},
		{line: "-v /data", want: func(a *asked) bool { return a.mounts[0].Volume && a.mounts[0].Source == "" }},
		{line: "-v /home/ann/notes:/notes", want: func(a *asked) bool {
			return a.folders() && !a.mounts[0].Writable && a.mounts[0].Source == "/home/ann/notes" && len(a.needs("x")) == 1
		}},
		{line: "-v /home/ann/notes:/notes:rw,z", want: func(a *asked) bool { return a.mounts[0].writing && a.needs("x")[0].Name == "mount-write" }},
		{line: `-v C:\Users\Ann\notes:/notes`, want: func(a *asked) bool {
			return a.mounts[0].Source == `C:\Users\Ann\notes` && a.mounts[0].Target == "/notes"
		}},
		{line: `-v C:\Users\Ann:C:\Users\Ann:ro`, want: func(a *asked) bool { return a.mounts[0].Target == "/C/Users/Ann" && a.mounts[0].reading }},
		{line: "--mount type=bind,src=/home/ann,dst=/notes,readonly", want: func(a *asked) bool { return a.mounts[0].reading && a.folders() }},
		{line: "--mount source=cache,target=/cache", want: func(a *asked) bool { return a.mounts[0].Volume }},
		{line: "--tmpfs /work:size=64m", want: func(a *asked) bool { return a.mounts[0].Volume && a.mounts[0].Target == "/work" }},
		{line: "--security-opt no-new-privileges", want: func(a *asked) bool { return true }},
		{line: "--privileged", code: "image_refused"},
		{line: "--cap-add SYS_ADMIN", code: "image_refused"},
		{line: "--device /dev/kvm", code: "image_refused"},
		{line: "--pid host", code: "image_refused"},
		{line: "--ipc host", code: "image_refused"},
		{line: "--userns host", code: "image_refused"},
		{line: "--network container:db", code: "image_refused"},
		{line: "--security-opt seccomp=unconfined", code: "image_refused"},
		{line: "--volumes-from db", code: "image_refused"},
		{line: "--group-add docker", code: "image_refused"},
		{line: "-v /var/run/docker.sock:/var/run/docker.sock", code: "image_refused"},
		{line: "--mount type=bind,source=/run/user/1000/podman/podman.sock,target=/s", code: "image_refused"},
		{line: "-v //./pipe/docker_engine://./pipe/docker_engine", code: "image_refused"},
		{line: "--shm-size 1g", want: func(a *asked) bool { return a.c.ShmMB == 1024 && len(a.needs("x")) == 0 }},
		{line: "--gpus all", want: func(a *asked) bool {
			n := a.needs("x")
			return a.c.GPUs == "all" && len(n) == 1 && n[0].Kind == "risk" && n[0].Name == "gpus"
		}},
		{line: "--shm-size much", code: "image_option"},
		{line: "--gpus capabilities=utility", code: "image_option"},
		{line: "--env-file /home/ann/.env", code: "image_env_file"},
		{line: "-v /a:b", code: "image_option"},
		{line: "-v /a:/", code: "image_option"},
		{line: "--mount type=npipe,source=a,target=/b", code: "image_option"},
		{line: "-m 1k", code: "image_option"},
		{line: "--cpus nan", code: "image_option"},
	} {
		t.Run(c.line, func(t *testing.T) {
			a, err := options(recipe.Build(listed(strings.Fields(c.line)...), nil, recipe.Here()))
			if model.Code(err) != c.code {
				t.Fatalf("got %v, want %q", err, c.code)
			}
			if err == nil && !c.want(a) {
				t.Errorf("read as %+v", a)
			}
		})
	}
}

// FuzzOptions looks for a command line that breaks the reader or gets through
// what it must not.
func FuzzOptions(f *testing.F) {
	for _, s := range []string{"-v a:b:c:d", "--mount a=,=,", "-e =", "-v :", `-v C:\:\:`, "--privileged=true", "-m 9999999999999g", "-v /var/run/../run/docker.sock:/x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		a, err := options(recipe.Build(listed(strings.Fields(line)...), nil, recipe.Here()))
		if err != nil {
			return
		}
		for _, m := range a.mounts {
			if reachesEngine(m.Source) || m.Target == "" {
				t.Errorf("%q gives %+v", line, m)
			}
		}
	})
}

// folder is a package that asks which folder to mount.
func folder(option string) model.Package {
	return model.Package{
		Type: "oci", Identifier: "acme/notes", Version: "1.2", Transport: "stdio",
		RuntimeArguments: []model.Argument{{Kind: "named", Input: model.Input{
			Name: "-v", Value: option, Variables: map[string]model.Input{"folder": {Format: "folder", Required: true}},
		}}},
		PackageArguments: []model.Argument{{Kind: "positional", Input: model.Input{Value: "/notes"}}},
	}
}

func TestInputs(t *testing.T) {
	names := func(p model.Package) (out []string) {
		for _, in := range Inputs(p) {
			out = append(out, in.Name)
		}
		return out
	}
	for option, want := range map[string][]string{
		"{folder}:/notes":      {"folder", "write:folder"},
		"{folder}:/notes:rw":   {"folder", "write:folder"},
		"{folder}:/notes:ro":   {"folder"},
		"{folder}:{folder}":    {"folder", "write:folder"},
		"notes:/data/{folder}": {"folder"},
	} {
		if got := names(folder(option)); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", option, got, want)
		}
	}
}

func TestFolders(t *testing.T) {
	user := t.TempDir()
	home := filepath.Join(user, ".toolbay")
	place := func(parts ...string) string {
		dir := filepath.Join(append([]string{user}, parts...)...)
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	notes, keys, own := place("notes"), place(".ssh"), place(".toolbay", "launch")
	link := filepath.Join(user, "link")
	if err := os.Symlink(keys, link); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name    string
		option  string
		answers map[string]string
		agreed  bool
		code    string
		write   bool
	}{
		{"chosen, for reading", "{folder}:/notes", map[string]string{"folder": notes}, false, "", false},
		{"chosen, for writing", "{folder}:/notes", map[string]string{"folder": notes, "write:folder": "true"}, false, "", true},
		{"the listing says writing, the person does not", "{folder}:/notes:rw", map[string]string{"folder": notes}, false, "", false},
		{"the listing says reading", "{folder}:/notes:ro", map[string]string{"folder": notes, "write:folder": "true"}, false, "", false},
		{"in the person's own folder", "{folder}:/notes", map[string]string{"folder": "~/notes"}, false, "", false},
		{"keys", "{folder}:/notes", map[string]string{"folder": keys}, false, "consent_needed", false},
		{"keys, agreed to", "{folder}:/notes", map[string]string{"folder": keys}, true, "", false},
		{"keys behind a link", "{folder}:/notes", map[string]string{"folder": link}, false, "consent_needed", false},
		{"everything the person has", "{folder}:/notes", map[string]string{"folder": user}, false, "consent_needed", false},
		{"the listing's choice", notes + ":/notes", nil, false, "consent_needed", false},
		{"the listing's choice, agreed to", notes + ":/notes:rw", nil, true, "", true},
		{"not there", "{folder}:/notes", map[string]string{"folder": notes + "x"}, true, "mount_missing", false},
		{"not a whole path", "{folder}:/notes", map[string]string{"folder": "notes"}, true, "mount_missing", false},
		{"the system", "{folder}:/notes", map[string]string{"folder": "/etc"}, true, "mount_refused", false},
		{"all of it", "{folder}:/notes", map[string]string{"folder": "/"}, true, "mount_refused", false},
		{"ours", "{folder}:/notes", map[string]string{"folder": own}, true, "mount_refused", false},
		{"ours as a whole", "{folder}:/notes", map[string]string{"folder": home}, true, "mount_refused", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := recipe.Build(folder(c.option), c.answers, recipe.Here())
			a, err := options(r)
			if err != nil {
				t.Fatal(err)
			}
			got, err := a.container(install.Options{Server: "notes", Answers: c.answers, Recipe: r, Agreed: c.agreed}, user, home)
			if model.Code(err) != c.code {
				t.Fatalf("got %v, want %q", err, c.code)
			}
			if err == nil && (len(got.Mounts) != 1 || got.Mounts[0].Writable != c.write || got.Mounts[0].Target != "/notes") {
				t.Errorf("mounts %+v", got.Mounts)
			}
		})
	}
}

// A folder that only a pasted text names is not one that the person chose.
func TestFoldersOfAText(t *testing.T) {
	user, home := t.TempDir(), t.TempDir()
	documents := filepath.Join(user, "Documents")
	if err := os.Mkdir(documents, 0o700); err != nil {
		t.Fatal(err)
	}
	answers := map[string]string{"folder": documents, "write:folder": "true"}
	for _, c := range []struct {
		name   string
		told   map[string]bool
		agreed bool
		code   string
		write  bool
	}{
		{"only told", map[string]bool{"folder": true, "write:folder": true}, false, "consent_needed", false},
		{"told and agreed to: for reading", map[string]bool{"folder": true, "write:folder": true}, true, "", false},
		{"told, with a yes to writing", map[string]bool{"folder": true}, true, "", false},
		{"said again", map[string]bool{"write:folder": true}, false, "", false},
		{"said again, for writing", nil, false, "", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := recipe.Build(folder("{folder}:/d:rw"), answers, recipe.Here())
			a, err := options(r)
			if err != nil {
				t.Fatal(err)
			}
			got, err := a.container(install.Options{Server: "notes", Answers: answers, Told: c.told, Recipe: r, Agreed: c.agreed}, user, home)
			if model.Code(err) != c.code {
				t.Fatalf("got %v, want %q", err, c.code)
			}
			if err == nil && (len(got.Mounts) != 1 || got.Mounts[0].Writable != c.write) {
				t.Errorf("mounts %+v", got.Mounts)
			}
		})
	}
}

// A volume that a listing names is the server's own: one that somebody else on
// this computer has under that name is not reached.
func TestVolumesAreTheServersOwn(t *testing.T) {
	for line, want := range map[string]string{
		"-v pgdata:/data": "toolbay-notes_pgdata",
		"--mount type=volume,src=pgdata,target=/data": "toolbay-notes_pgdata",
		"-v toolbay-other_pgdata:/data":               "toolbay-notes_toolbay-other_pgdata",
		"-v /data":                                    "",
	} {
		t.Run(line, func(t *testing.T) {
			r := recipe.Build(listed(strings.Fields(line)...), nil, recipe.Here())
			a, err := options(r)
			if err != nil {
				t.Fatal(err)
			}
			c, err := a.container(install.Options{Server: "notes", Recipe: r}, t.TempDir(), t.TempDir())
			if err != nil || len(c.Mounts) != 1 || c.Mounts[0].Source != want || !c.Mounts[0].Volume {
				t.Errorf("got %+v, %v; want %q", c, err, want)
			}
		})
	}
}

// A network that only an answer names is agreed to as well.
func TestNetworksAreAgreedTo(t *testing.T) {
	p := listed()
	p.RuntimeArguments = []model.Argument{{Kind: "named", Input: model.Input{Name: "--network", Value: "{net}", Variables: map[string]model.Input{"net": {Default: "company-db"}}}}}
	r := recipe.Build(p, map[string]string{"net": "company-db"}, recipe.Here())
	a, err := options(r)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.container(install.Options{Server: "notes", Recipe: r}, t.TempDir(), t.TempDir()); model.Code(err) != "consent_needed" {
		t.Errorf("without a word: %v", err)
	}
	if c, err := a.container(install.Options{Server: "notes", Recipe: r, Agreed: true}, t.TempDir(), t.TempDir()); err != nil || c.Network != "company-db" {
		t.Errorf("agreed: %+v, %v", c, err)
	}
}

func TestReferences(t *testing.T) {
	sum := "sha256:" + strings.Repeat("a", 64)
	for _, c := range []struct {
		in, version       string
		name, tag, pinned string
	}{
		{"acme/notes", "", "acme/notes", "latest", ""},
		{"acme/notes", "1.2", "acme/notes", "1.2", ""},
		{"acme/notes:2", "1.2", "acme/notes", "2", ""},
		{"images.example:5000/acme/notes", "", "images.example:5000/acme/notes", "latest", ""},
		{"images.example:5000/acme/notes:1_x@" + sum, "", "images.example:5000/acme/notes", "1_x", sum},
		{"acme/notes@" + sum, "1", "acme/notes", "", sum},
		{in: "acme/notes@sha256:abc"},
		{in: "Acme/Notes"},
		{in: "acme/notes:../x"},
		{in: "-v/notes"},
		{in: "acme notes"},
		{in: "acme/notes", version: "1 2"},
		{in: ""},
	} {
		r, err := parse(model.Package{Identifier: c.in, Version: c.version})
		if (err == nil) != (c.name != "") || r.name != c.name || r.tag != c.tag || r.digest != c.pinned {
			t.Errorf("%q: %+v, %v", c.in, r, err)
		}
	}
	for tag, want := range map[string]string{"1.2": "1.2", "1_2": "1-2", "latest": "aaaaaaaaaaaa", "": "aaaaaaaaaaaa"} {
		if got := (reference{tag: tag}).version(sum); got != want {
			t.Errorf("tag %q: version %s", tag, got)
		}
	}
}

// What is left out, and with which a server may do otherwise, is told.
func TestNotes(t *testing.T) {
	for line, want := range map[string]string{
		"-p 8080:8080":                         "-p.",
		"-P":                                   "-P.",
		"--hostname notes":                     "--hostname.",
		"--ulimit nofile=9":                    "--ulimit.",
		"--name notes --restart always --init": "",
		"--shm-size 1g":                        "",
	} {
		t.Run(line, func(t *testing.T) {
			a, err := askedOf(listed(strings.Fields(line)...))
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Join(a.notes, " ")
			if want == "" && got != "" || !strings.Contains(got, want) {
				t.Errorf("told %q, want %q", got, want)
			}
		})
	}
}
