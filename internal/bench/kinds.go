//go:build !windows

package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"toolbay/backend/launch"
	"toolbay/backend/text"
)

const (
	pyPackage = "mcp-server-time"
	pyVersion = "2026.10.19"
	rounds    = 12
)

// kinds measures every kind of package beside what people use for it without
// Toolbay. What cannot be measured here says why.
func kinds(toolbay, work string, env []string) error {
	home := filepath.Join(work, "kinds")
	env = append(env, "TOOLBAY_HOME="+home)
	uv, env := withUV(env)
	if err := installs(toolbay, work, uv, env); err != nil {
		return err
	}

	fmt.Println("\nStarting a server of each kind: time to its answer to initialize")
	launcher := filepath.Join(home, "bin", "toolbay")
	if _, err := launch.PlaceLauncher(home, toolbay); err != nil {
		return err
	}
	if uv != "" {
		if _, err := install(toolbay, env, "pypi:"+pyPackage+"@"+pyVersion, "time"); err != nil {
			return err
		}
		if err := beside(home, launcher, env, "time", "its own program"); err != nil {
			return err
		}
	}
	bundle, err := pack(toolbay, work, env)
	if err != nil {
		return err
	}
	if _, err := install(toolbay, env, "mcpb:"+bundle, "bundled"); err != nil {
		return err
	}
	if err := beside(home, launcher, env, "bundled", "node <entry>"); err != nil {
		return err
	}
	return containers(toolbay, work, launcher, env)
}

// installs measures installs alone.
func installs(toolbay, work, uv string, env []string) error {
	fmt.Println("\nInstalling, by turns, with warm caches. Starting the server once to prove it is no part of an install; plain ones do without")
	if err := installing(toolbay, work, env, "npm:"+pkg, []string{"npm", "install", "--no-audit", "--no-fund", "--prefix", "%DIR%", pkg}); err != nil {
		return err
	}
	if uv == "" {
		fmt.Println("  pypi: not measured, there is no uv here (build/uv.sh brings one)")
		return nil
	}
	return installing(toolbay, work, env, "pypi:"+pyPackage+"@"+pyVersion,
		[]string{"env", "UV_TOOL_DIR=%DIR%/tools", "UV_TOOL_BIN_DIR=%DIR%/bin", uv, "tool", "install", pyPackage + "==" + pyVersion})
}

// withUV gives a uv for the comparison, the one that tests use or this
// computer's, and an environment in which Toolbay takes the same one; "" when
// there is none.
func withUV(env []string) (string, []string) {
	if own, err := filepath.Abs(".deps/uv"); err == nil {
		if _, err := os.Stat(filepath.Join(own, "uv")); err == nil {
			return filepath.Join(own, "uv"), append(env, "PATH="+own+string(os.PathListSeparator)+os.Getenv("PATH"))
		}
	}
	uv, err := exec.LookPath("uv")
	if err != nil || !filepath.IsAbs(uv) {
		return "", env
	}
	return uv, env
}

// installing compares whole installs by turns, each first as often as the other.
func installing(toolbay, work string, env []string, ref string, plain []string) error {
	var a, b, proofs, whole []time.Duration
	for i := range rounds + 1 {
		name := fmt.Sprintf("turn-%d", i)
		dir := filepath.Join(work, "plain", name)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		argv := strings.Split(strings.ReplaceAll(strings.Join(plain, "\x00"), "%DIR%", dir), "\x00")
		c := exec.Command(argv[0], argv[1:]...)
		c.Env, c.Dir = env, dir
		var ours timing
		var theirs time.Duration
		turns := []func() error{
			func() (err error) { ours, err = install(toolbay, env, ref, name); return err },
			func() error {
				began := time.Now()
				out, err := c.CombinedOutput()
				theirs = time.Since(began)
				if err != nil {
					return fmt.Errorf("%s: %w\n%s", strings.Join(argv, " "), err, out)
				}
				return nil
			},
		}
		for j := range turns {
			if err := turns[(i+j)%2](); err != nil {
				return err
			}
		}
		if i > 0 { // the first fills the caches
			a, b = append(a, ours.whole-ours.proof), append(b, theirs)
			proofs, whole = append(proofs, ours.proof), append(whole, ours.whole)
		}
		if out, err := run1(env, toolbay, "remove", name); err != nil {
			return fmt.Errorf("remove: %w\n%s", err, out)
		}
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	fmt.Printf(" %s\n", ref)
	compare("installed", a, "plain", b, 1.15)
	fmt.Printf("  %-12s min %9s  median %9s   (no goal; with it the ratio is min %.3f, median %.3f)\n", "its proof",
		ms(least(proofs)), ms(median(proofs)), float64(least(whole))/float64(least(b)), float64(median(whole))/float64(median(b)))
	return nil
}

// timing is how long an install took, and how much of that the server took that
// was started to see whether it answers, until it had ended again.
type timing struct{ whole, proof time.Duration }

// install installs a server and takes the time. What goes on is read from the
// lines that toolbay says.
func install(toolbay string, env []string, ref, name string) (t timing, err error) {
	c := exec.Command(toolbay, "install", ref, "--yes", "--accept-risk", "--name", name, "--json")
	c.Env = env
	lines, err := c.StderrPipe()
	if err != nil {
		return t, err
	}
	began := time.Now()
	if err := c.Start(); err != nil {
		return t, err
	}
	var said strings.Builder
	var hello, apps time.Time
	for r := bufio.NewScanner(lines); r.Scan(); {
		switch said.WriteString(r.Text() + "\n"); r.Text() {
		case text.Stage("hello"):
			hello = time.Now()
		case text.Stage("apps"):
			apps = time.Now()
		}
	}
	if err := c.Wait(); err != nil {
		return t, fmt.Errorf("install %s: %w\n%s", ref, err, said.String())
	}
	if hello.IsZero() || apps.IsZero() {
		return t, fmt.Errorf("install %s: its start cannot be told apart in\n%s", ref, said.String())
	}
	return timing{time.Since(began), apps.Sub(hello)}, nil
}

func run1(env []string, argv ...string) ([]byte, error) {
	c := exec.Command(argv[0], argv[1:]...)
	c.Env = env
	return c.Output()
}

// beside compares `toolbay run` with the program that the spec starts.
func beside(home, launcher string, env []string, id, what string) error {
	spec, err := launch.Read(home, id)
	if err != nil {
		return err
	}
	direct := env
	for k, v := range spec.Env {
		direct = append(direct, k+"="+v)
	}
	var a, b []time.Duration
	for range pairs {
		x, err := start(env, []string{launcher, "run", id})
		if err != nil {
			return err
		}
		y, err := start(direct, append([]string{spec.Command}, spec.Args...))
		if err != nil {
			return err
		}
		a, b = append(a, x), append(b, y)
	}
	compare("run "+id, a, what, b, 1.05)
	return nil
}

// pack makes a bundle of a published server with everything it needs.
func pack(toolbay, work string, env []string) (string, error) {
	if _, err := install(toolbay, env, "npm:"+pkg, "packed"); err != nil {
		return "", err
	}
	file := filepath.Join(work, "packed.mcpb")
	if out, err := run1(env, toolbay, "bundle", "from", "packed", "--output", file); err != nil {
		return "", fmt.Errorf("bundle from: %w\n%s", err, out)
	}
	return file, nil
}

// containers needs an engine and a registry (build/engine.sh).
func containers(toolbay, work, launcher string, env []string) error {
	registry := os.Getenv("TOOLBAY_TEST_IMAGES")
	if registry == "" {
		fmt.Println("  containers: not measured, there is no engine here (build/engine.sh starts one)")
		return nil
	}
	image := registry + "/acme/instant:1"
	build := exec.Command("go", "build", "-o", filepath.Join(work, "server"), "./internal/bench/instant")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	for _, c := range []*exec.Cmd{
		build,
		exec.Command("tar", "-C", work, "-cf", filepath.Join(work, "image.tar"), "server"),
		exec.Command("docker", "import", "--change", `ENTRYPOINT ["/server"]`, filepath.Join(work, "image.tar"), image),
		exec.Command("docker", "push", image),
	} {
		if out, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", strings.Join(c.Args, " "), err, out)
		}
	}
	if _, err := install(toolbay, env, "oci:"+image, "box"); err != nil {
		return err
	}
	a, b, err := alternate(env, []string{launcher, "run", "box"}, []string{"docker", "run", "-i", "--rm", "--init", image}, pairs/2)
	if err != nil {
		return err
	}
	compare("run box", a, "docker run -i", b, 1.0)
	return besideContainer(launcher, env)
}

// besideContainer adds up the memory that nobody else has of all our programs
// while a container runs.
func besideContainer(launcher string, env []string) error {
	c := exec.Command(launcher, "run", "box")
	c.Env = env
	in, err := c.StdinPipe()
	if err != nil {
		return err
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	defer func() { in.Close(); c.Wait() }()
	if _, err := in.Write([]byte(hello)); err != nil {
		return err
	}
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		return err
	}
	time.Sleep(2 * time.Second) // what was needed for the start is given back
	dirty, rss, n := 0, 0, 0
	exes, _ := filepath.Glob("/proc/[0-9]*/exe")
	for _, e := range exes {
		if to, err := os.Readlink(e); err != nil || to != launcher {
			continue
		}
		n++
		dirty += kilobytes(filepath.Join(filepath.Dir(e), "smaps_rollup"), "Private_Dirty:")
		rss += kilobytes(filepath.Join(filepath.Dir(e), "smaps_rollup"), "Rss:")
	}
	fmt.Printf("  beside a container %d programs of ours: private %.1f MB (goal at most 8), resident %.1f MB\n", n, float64(dirty)/1e3, float64(rss)/1e3)
	return nil
}

func kilobytes(file, field string) int {
	data, _ := os.ReadFile(file) // it may have ended
	for l := range strings.Lines(string(data)) {
		if f := strings.Fields(l); len(f) > 1 && f[0] == field {
			n, _ := strconv.Atoi(f[1])
			return n
		}
	}
	return 0
}
