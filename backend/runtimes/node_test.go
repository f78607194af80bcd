package runtimes

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"toolbay/backend/model"
)

const npmCLI = "lib/node_modules/npm/bin/npm-cli.js"

// machine is a Nodes whose whole world is a temporary folder; programs answer
// with the version written into them.
func machine(t *testing.T, goos string) (*Nodes, string) {
	dir := t.TempDir()
	env := map[string]string{}
	n := &Nodes{
		Home: filepath.Join(dir, "toolbay"), UserHome: filepath.Join(dir, "home"), OS: goos, Arch: "amd64",
		SystemDirs: []string{filepath.Join(dir, "usr", "bin")},
		Getenv:     func(k string) string { return env[k] },
		Run: func(_ context.Context, argv ...string) (string, error) {
			b, err := os.ReadFile(argv[0])
			return string(b) + "\n", err
		},
	}
	env["PATH"] = strings.Join([]string{filepath.Join(dir, "path"), "relative", filepath.Join(dir, "home", ".volta", "bin")}, string(os.PathListSeparator))
	env["APPDATA"], env["LOCALAPPDATA"] = filepath.Join(dir, "roaming"), filepath.Join(dir, "local")
	env["ProgramFiles"] = filepath.Join(dir, "Program Files")
	if goos == "windows" {
		n.SystemDirs = nil
	}
	return n, dir
}

func TestFind(t *testing.T) {
	unix := func(prefix, version string) [][2]string {
		return [][2]string{{prefix + "/bin/node", "v" + version}, {prefix + "/" + npmCLI, "//"}}
	}
	win := func(prefix, version string) [][2]string {
		return [][2]string{{prefix + "/node.exe", "v" + version}, {prefix + "/node_modules/npm/bin/npm-cli.js", "//"}}
	}
	join := func(files ...[][2]string) (out [][2]string) {
		for _, f := range files {
			out = append(out, f...)
		}
		return out
	}
	cases := []struct {
		name, goos, engines string
		files               [][2]string
		want                string // path, "" for none
	}{
		{"the system's", "linux", ">=18", unix("usr", "20.20.2"), "usr/bin/node"},
		{"none at all", "linux", "", nil, ""},
		{"too old for the package", "linux", ">=22", unix("usr", "20.20.2"), ""},
		{"too new for the package", "linux", "^18 || ^20", unix("usr", "22.1.0"), ""},
		{"too old for any server", "linux", "*", unix("usr", "12.22.0"), ""},
		{"unreadable engines allow what servers can use", "linux", "node 18 or so", unix("usr", "18.20.8"), "usr/bin/node"},
		{"without npm it is no use", "linux", "", [][2]string{{"usr/bin/node", "v22.0.0"}}, ""},
		{"a shim of a version manager is not asked", "linux", "", [][2]string{{"home/.volta/bin/node", "v22.0.0"}, {"home/.volta/lib/node_modules/npm/bin/npm-cli.js", ""}}, ""},
		{"what stays goes before what is newer", "linux", "", join(unix("usr", "20.20.2"), unix("home/.nvm/versions/node/v24.1.0", "24.1.0")), "usr/bin/node"},
		{"private before a version manager's", "linux", ">=22", join(unix("usr", "20.20.2"), unix("toolbay/runtimes/node-24.21.0-linux-x64", "24.21.0"), unix("home/.nvm/versions/node/v24.1.0", "24.1.0")), "toolbay/runtimes/node-24.21.0-linux-x64/bin/node"},
		{"another machine's private one is not ours", "linux", "", unix("toolbay/runtimes/node-24.21.0-darwin-x64", "24.21.0"), ""},
		{"nvm, the newest that fits", "linux", "^20", join(unix("home/.nvm/versions/node/v20.9.0", "20.9.0"), unix("home/.nvm/versions/node/v20.10.0", "20.10.0"), unix("home/.nvm/versions/node/v24.1.0", "24.1.0")), "home/.nvm/versions/node/v20.10.0/bin/node"},
		{"fnm", "linux", "", unix("home/.local/share/fnm/node-versions/v22.1.0/installation", "22.1.0"), "home/.local/share/fnm/node-versions/v22.1.0/installation/bin/node"},
		{"fnm on a Mac", "darwin", "", unix("home/Library/Application Support/fnm/node-versions/v22.1.0/installation", "22.1.0"), "home/Library/Application Support/fnm/node-versions/v22.1.0/installation/bin/node"},
		{"Volta", "darwin", "", unix("home/.volta/tools/image/node/22.3.0", "22.3.0"), "home/.volta/tools/image/node/22.3.0/bin/node"},
		{"asdf", "linux", "", unix("home/.asdf/installs/nodejs/22.3.0", "22.3.0"), "home/.asdf/installs/nodejs/22.3.0/bin/node"},
		{"mise", "linux", "", unix("home/.local/share/mise/installs/node/22.3.0", "22.3.0"), "home/.local/share/mise/installs/node/22.3.0/bin/node"},
		{"an alias of a version manager", "linux", "", unix("home/.local/share/mise/installs/node/latest", "22.3.0"), ""},
		{"Windows, the installer's", "windows", "", win("Program Files/nodejs", "22.3.0"), "Program Files/nodejs/node.exe"},
		{"Windows, nvm", "windows", "", win("roaming/nvm/v22.3.0", "22.3.0"), "roaming/nvm/v22.3.0/node.exe"},
		{"Windows, fnm", "windows", "", win("roaming/fnm/node-versions/v22.3.0/installation", "22.3.0"), "roaming/fnm/node-versions/v22.3.0/installation/node.exe"},
		{"Windows, Volta", "windows", "", win("local/Volta/tools/image/node/22.3.0", "22.3.0"), "local/Volta/tools/image/node/22.3.0/node.exe"},
		{"Windows, scoop", "windows", "", win("home/scoop/apps/nodejs/current", "22.3.0"), "home/scoop/apps/nodejs/current/node.exe"},
		{"Windows, private", "windows", "", win("toolbay/runtimes/node-24.21.0-win-x64", "24.21.0"), "toolbay/runtimes/node-24.21.0-win-x64/node.exe"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			n, dir := machine(t, c.goos)
			for _, f := range c.files {
				write(t, 0o755, f[1], dir, filepath.FromSlash(f[0]))
			}
			node, err := n.Find(context.Background(), c.engines)
			if c.want == "" {
				if model.Code(err) != "node_missing" {
					t.Fatalf("found %+v, %v", node, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := filepath.Rel(dir, node.Path); filepath.ToSlash(got) != c.want {
				t.Errorf("found %s, want %s", got, c.want)
			}
			if node.Private != strings.HasPrefix(c.want, "toolbay/") {
				t.Errorf("private is %v", node.Private)
			}
			if len(node.NPM) != 2 || node.NPM[0] != node.Path || !isFile(node.NPM[1]) {
				t.Errorf("npm is %q", node.NPM)
			}
		})
	}
}

// Debian's npm is a link in bin to a script somewhere else.
func TestFindDebiansNPM(t *testing.T) {
	n, dir := machine(t, "linux")
	write(t, 0o755, "v20.1.0", dir, "usr", "bin", "node")
	cli := write(t, 0o755, "//", dir, "usr", "share", "nodejs", "npm", "bin", "npm-cli.js")
	if err := os.Symlink(cli, filepath.Join(dir, "usr", "bin", "npm")); err != nil {
		t.Skipf("no links here: %v", err)
	}
	node, err := n.Find(context.Background(), "")
	if err != nil {
		t.Fatal(err)
	}
	if real, _ := filepath.EvalSymlinks(cli); node.NPM[1] != real {
		t.Errorf("npm is %q", node.NPM)
	}
}

func TestFindCancelled(t *testing.T) {
	n, dir := machine(t, "linux")
	write(t, 0o755, "v20.1.0", dir, "usr", "bin", "node")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := n.Find(ctx, ""); model.Code(err) != "cancelled" {
		t.Errorf("got %v", err)
	}
}

func TestOffer(t *testing.T) {
	cases := []struct {
		name, goos, arch, engines, want, url string
	}{
		{"the preferred one", "linux", "amd64", ">=18", "24.21.0", "https://nodejs.org/dist/v24.21.0/node-v24.21.0-linux-x64.tar.gz"},
		{"newer wanted", "darwin", "arm64", ">=26", "26.10.0", "https://nodejs.org/dist/v26.10.0/node-v26.10.0-darwin-arm64.tar.gz"},
		{"older wanted", "linux", "arm64", "^20 || ^22", "22.23.2", "https://nodejs.org/dist/v22.23.2/node-v22.23.2-linux-arm64.tar.gz"},
		{"much older wanted", "windows", "arm64", "20.x", "20.20.2", "https://nodejs.org/dist/v20.20.2/node-v20.20.2-win-arm64.zip"},
		{"nothing so new", "linux", "amd64", ">=99", "", ""},
		{"nothing for this machine", "linux", "riscv64", "", "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			n := &Nodes{OS: c.goos, Arch: c.arch, Getenv: func(string) string { return "" }}
			d, err := n.Offer(c.engines)
			if c.want == "" {
				if model.Code(err) != "node_not_offered" {
					t.Errorf("offers %+v, %v", d, err)
				}
				return
			}
			if err != nil || d.Version != c.want || d.URL != c.url || len(d.SHA256) != 64 {
				t.Errorf("offers %+v, %v", d, err)
			}
		})
	}
}

// An origin may change where bytes come from, never which.
func TestOriginChoosesNoDigest(t *testing.T) {
	env := map[string]string{}
	n := &Nodes{OS: "linux", Arch: "amd64", Getenv: func(k string) string { return env[k] }}
	own, err := n.Offer("")
	if err != nil {
		t.Fatal(err)
	}
	n.Origin = "https://mirror.example/node/"
	set, err := n.Offer("")
	if err != nil || !strings.HasPrefix(set.URL, "https://mirror.example/node/v") {
		t.Errorf("setting: %+v, %v", set, err)
	}
	env["TOOLBAY_NODE_ORIGIN"] = "http://127.0.0.1:9"
	other, err := n.Offer("")
	if err != nil || !strings.HasPrefix(other.URL, "http://127.0.0.1:9/v") {
		t.Errorf("environment: %+v, %v", other, err)
	}
	if own.SHA256 != set.SHA256 || own.SHA256 != other.SHA256 || own.Size != other.Size {
		t.Error("the digest changed with the origin")
	}
	for _, bad := range []string{"file:///etc", "nodejs.org/dist", "http://", "javascript:x"} {
		env["TOOLBAY_NODE_ORIGIN"] = bad
		if _, err := n.Offer(""); model.Code(err) != "node_origin_invalid" {
			t.Errorf("origin %q: %v", bad, err)
		}
	}
}

func TestShippedTableIsComplete(t *testing.T) {
	table, err := ShippedTable()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for _, r := range table.Releases {
		for _, p := range Platforms {
			a, ok := r.Archives[p]
			if !ok {
				t.Errorf("%s has no archive for %s", r.Version, p)
			}
			if other, twice := seen[a.SHA256]; twice {
				t.Errorf("%s of %s has the digest of %s", p, r.Version, other)
			}
			seen[a.SHA256] = p + " of " + r.Version
		}
	}
	if len(table.Releases) < 3 {
		t.Errorf("only %d releases", len(table.Releases))
	}
}

func TestParseTableRefusesDigests(t *testing.T) {
	for _, d := range []string{"", "abc", strings.Repeat("g", 64), strings.Repeat("a", 40)} {
		b, _ := json.Marshal(Table{Releases: []Release{{Version: "1.0.0", Archives: map[string]Archive{"linux-x64": {SHA256: d}}}}})
		if _, err := ParseTable(b); err == nil {
			t.Errorf("digest %q was taken", d)
		}
	}
}

// TestRangeAgainstNPM asks the semver that npm brings about every case.
func TestRangeAgainstNPM(t *testing.T) {
	node, err := (&Nodes{Home: t.TempDir()}).Find(context.Background(), "")
	if err != nil {
		t.Skip("needs Node.js with npm")
	}
	lib := filepath.Join(filepath.Dir(node.NPM[1]), "..", "node_modules", "semver")
	if _, err := os.Stat(lib); err != nil {
		t.Skip("this npm keeps its semver elsewhere")
	}
	type question struct{ R, V string }
	var qs []question
	for _, c := range rangeCases {
		for _, v := range append(append([]string{}, c.in...), c.out...) {
			if c.rng != "latest" { // npm's word, not semver's
				qs = append(qs, question{c.rng, v})
			}
		}
	}
	in, _ := json.Marshal(qs)
	cmd := exec.Command(node.Path, "-e", `const s=require(process.argv[1]);
		console.log(JSON.stringify(JSON.parse(process.argv[2]).map(q=>s.satisfies(q.V,q.R,{includePrerelease:true}))))`, lib, string(in))
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var answers []bool
	if err := json.Unmarshal(out, &answers); err != nil || len(answers) != len(qs) {
		t.Fatalf("%s: %v", out, err)
	}
	for i, q := range qs {
		r, err := ParseRange(q.R)
		if err != nil {
			t.Fatal(err)
		}
		if r.Has(q.V) != answers[i] {
			t.Errorf("%q has %s: npm says %v", q.R, q.V, answers[i])
		}
	}
}
