package bundle

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

// Heads of programs, as far as machineOf reads them.
func elf(machine uint16) string {
	b := make([]byte, 64)
	copy(b, "\x7fELF\x02\x01")
	binary.LittleEndian.PutUint16(b[18:], machine)
	return string(b)
}

func macho(cpus ...uint32) string {
	if len(cpus) == 1 {
		return string(binary.LittleEndian.AppendUint32([]byte("\xcf\xfa\xed\xfe"), cpus[0])) + strings.Repeat("\x00", 24)
	}
	b := binary.BigEndian.AppendUint32([]byte("\xca\xfe\xba\xbe"), uint32(len(cpus)))
	for _, c := range cpus {
		b = append(binary.BigEndian.AppendUint32(b, c), make([]byte, 16)...)
	}
	return string(b)
}

func pe(machine uint16) string {
	b := make([]byte, 256)
	copy(b, "MZ")
	b[60] = 128
	copy(b[128:], "PE\x00\x00")
	binary.LittleEndian.PutUint16(b[132:], machine)
	return string(b)
}

const appleARM, appleIntel = 0x0100000c, 0x01000007

func TestMachine(t *testing.T) {
	for name, c := range map[string]struct{ head, want string }{
		"elf amd64":   {elf(0x3e), "linux [amd64]"},
		"elf arm64":   {elf(0xb7), "linux [arm64]"},
		"elf other":   {elf(0x99), "linux [other]"},
		"macho arm64": {macho(appleARM), "darwin [arm64]"},
		"macho both":  {macho(appleARM, appleIntel), "darwin [arm64 amd64]"},
		"pe amd64":    {pe(0x8664), "windows [amd64]"},
		"pe arm64":    {pe(0xaa64), "windows [arm64]"},
		"a class":     {"\xca\xfe\xba\xbe\x00\x00\x00\x34" + strings.Repeat("\x00", 100), " []"},
		"a script":    {"#!/bin/sh\n", " []"},
		"cut":         {"\x7fELF", " []"},
		"cut pe":      {"MZ" + strings.Repeat("\xff", 70), " []"},
		"nothing":     {"", " []"},
	} {
		m := machineOf([]byte(c.head))
		if got := fmt.Sprintf("%s %v", m.os, m.archs); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func filesOf(names ...string) fstest.MapFS {
	files := fstest.MapFS{}
	for _, n := range names {
		name, body, _ := strings.Cut(n, "=")
		files[name] = &fstest.MapFile{Data: []byte(body)}
	}
	return files
}

// Gate 7: what is started on this system and processor, and that it is there.
func TestResolve(t *testing.T) {
	node := `{"manifest_version":"0.3","name":"n","version":"1","description":"d","author":{"name":"a"},"server":{"type":"node","entry_point":"server/index.js","mcp_config":{"command":"node","args":["${__dirname}/server/index.js","${__dirname}/data"]}}}`
	server := func(kind, entry, config string) string {
		return fmt.Sprintf(`{"manifest_version":"0.3","name":"n","version":"1","description":"d","author":{"name":"a"},"server":{"type":%q,"entry_point":%q,"mcp_config":%s}}`, kind, entry, config)
	}
	binary := server("binary", "bin/notes-darwin-arm64", `{"command":"${__dirname}/bin/notes-darwin-arm64","args":["serve"]}`)
	all := filesOf("bin/notes-darwin-arm64="+macho(appleARM), "bin/notes-darwin-amd64="+macho(appleIntel), "bin/notes-linux-x64="+elf(0x3e), "bin/notes-linux-arm64="+elf(0xb7), "bin/notes-win.exe="+pe(0x8664), "bin/notes-linux-x64.json="+elf(0x3e))
	for name, c := range map[string]struct {
		manifest string
		files    fstest.MapFS
		p        Platform
		want     string // command args entry
		codes    string
	}{
		"node":                  {node, filesOf("server/index.js", "data/x"), linux, "node ${__dirname}/server/index.js ${__dirname}/data <server/index.js>", ""},
		"start file missing":    {node, filesOf("server/main.js"), linux, "", "start_missing"},
		"without an ending":     {server("node", "server/index", `{"command":"node","args":["${__dirname}/server/index"]}`), filesOf("server/index.js"), linux, "node ${__dirname}/server/index <server/index.js>", ""},
		"a folder":              {server("node", "server", `{"command":"node","args":["${__dirname}/server"]}`), filesOf("server/package.json"), linux, "node ${__dirname}/server <server/package.json>", ""},
		"another script":        {server("node", "gone.js", `{"command":"node","args":["--x","${__dirname}/a.js"]}`), filesOf("a.js"), linux, "node --x ${__dirname}/a.js <a.js>", "manifest_loose"},
		"the script is missing": {server("node", "a.js", `{"command":"node","args":["${__dirname}/dist/a.js"]}`), filesOf("a.js"), linux, "", "start_missing"},
		"places relative":       {server("node", "a/b.js", `{"command":"node","args":["./a/b.js","config","--x=a/b.js"]}`), filesOf("a/b.js", "config"), linux, "node ${__dirname}/a/b.js config --x=a/b.js <a/b.js>", ""},
		"any separator":         {server("node", `a\b.js`, `{"command":"node","args":["${__dirname}${/}a${pathSeparator}b.js"]}`), filesOf("a/b.js"), linux, "node ${__dirname}${/}a${pathSeparator}b.js <a/b.js>", ""},
		"start file outside":    {server("node", "../a.js", `{"command":"node","args":["x"]}`), filesOf("a.js"), linux, "", "start_outside"},
		"start file absolute":   {server("node", "/etc/a.js", `{"command":"node","args":["x"]}`), filesOf("a.js"), linux, "", "start_outside"},
		"start file on a drive": {server("node", `C:\a.js`, `{"command":"node","args":["x"]}`), filesOf("a.js"), linux, "", "start_outside"},
		"script outside":        {server("node", "a.js", `{"command":"node","args":["${__dirname}/../b.js"]}`), filesOf("a.js"), linux, "", "start_outside"},
		"script beside":         {server("node", "a.js", `{"command":"node","args":["${__dirname}x/b.js"]}`), filesOf("a.js"), linux, "", "start_outside"},
		"program outside":       {server("binary", "a", `{"command":"${__dirname}/../a"}`), filesOf("a"), linux, "", "start_outside"},
		"a shim needs no file":  {server("node", "", `{"command":"npx","args":["-y","pkg@1.0.0"]}`), filesOf("x"), linux, "npx -y pkg@1.0.0 <>", ""},
		"uv":                    {`{"manifest_version":"0.4","name":"n","version":"1","description":"d","author":{"name":"a"},"server":{"type":"uv","entry_point":"src/s.py"}}`, filesOf("src/s.py", "pyproject.toml"), linux, "uv run --directory ${__dirname} ${__dirname}/src/s.py <src/s.py>", ""},
		"a module":              {server("python", "", `{"command":"python","args":["-m","notes"]}`), filesOf("notes/__main__.py"), linux, "python -m notes <>", ""},
		"other system":          {strings.Replace(node, `"server"`, `"compatibility":{"platforms":["win32"]},"server"`, 1), filesOf("server/index.js"), linux, "", "other_system"},
		"system in other words": {strings.Replace(node, `"server"`, `"compatibility":{"platforms":["macOS","Windows"]},"server"`, 1), filesOf("server/index.js"), Platform{"darwin", "arm64"}, "node ${__dirname}/server/index.js ${__dirname}/data <server/index.js>", ""},
		"override":              {server("node", "a.js", `{"command":"node","args":["a.js"],"platform_overrides":{"win32":{"command":"npx","args":["b"]}}}`), filesOf("a.js"), Platform{"windows", "amd64"}, "npx b <>", ""},
		"override of another":   {server("node", "a.js", `{"command":"node","args":["a.js"],"platform_overrides":{"win32":{"command":"npx"}}}`), filesOf("a.js"), linux, "node ${__dirname}/a.js <a.js>", ""},
		"only overrides":        {server("node", "a.js", `{"platform_overrides":{"win32":{"command":"node"}}}`), filesOf("a.js"), linux, "", "other_system"},
		"the program itself":    {binary, all, Platform{"darwin", "arm64"}, "${__dirname}/bin/notes-darwin-arm64 serve <bin/notes-darwin-arm64>", ""},
		"the one for Intel":     {binary, all, Platform{"darwin", "amd64"}, "${__dirname}/bin/notes-darwin-amd64 serve <bin/notes-darwin-amd64>", "cpu_file_chosen"},
		"the one for Linux":     {binary, all, linux, "${__dirname}/bin/notes-linux-x64 serve <bin/notes-linux-x64>", "cpu_file_chosen"},
		"the one for Windows":   {binary, all, Platform{"windows", "amd64"}, "${__dirname}/bin/notes-win.exe serve <bin/notes-win.exe>", "cpu_file_chosen"},
		"none for it":           {binary, all, Platform{"linux", "riscv64"}, "", "other_system"},
		"other processor":       {server("binary", "bin/n", `{"command":"${__dirname}/bin/n"}`), filesOf("bin/n=" + elf(0xb7)), linux, "", "other_cpu"},
		"a name that lies":      {server("binary", "bin/n", `{"command":"${__dirname}/bin/n"}`), filesOf("bin/n="+elf(0xb7), "bin/linux-amd64/n="+elf(0xb7)), linux, "", "other_cpu"},
		"in a folder":           {server("binary", "bin/n", `{"command":"${__dirname}/bin/n"}`), filesOf("bin/n="+elf(0xb7), "bin/linux_amd64/n="+elf(0x3e)), linux, "${__dirname}/bin/linux_amd64/n <bin/linux_amd64/n>", "cpu_file_chosen"},
		"a name that is not":    {server("binary", "bin/n", `{"command":"${__dirname}/bin/n"}`), filesOf("bin/n-linux-x64="+elf(0x3e), "bin/n-linux-arm64="+elf(0xb7)), linux, "${__dirname}/bin/n-linux-x64 <bin/n-linux-x64>", "cpu_file_chosen"},
		"nothing like it":       {server("binary", "bin/n", `{"command":"${__dirname}/bin/n"}`), filesOf("bin/other=" + elf(0x3e)), linux, "", "start_missing"},
		"translated":            {server("binary", "bin/n", `{"command":"${__dirname}/bin/n"}`), filesOf("bin/n=" + macho(appleIntel)), Platform{"darwin", "arm64"}, "${__dirname}/bin/n <bin/n>", "cpu_emulated"},
		"for both":              {server("binary", "bin/n", `{"command":"${__dirname}/bin/n"}`), filesOf("bin/n=" + macho(appleIntel, appleARM)), Platform{"darwin", "arm64"}, "${__dirname}/bin/n <bin/n>", ""},
		"exe on Windows":        {server("binary", "bin/n", `{"command":"${__dirname}/bin/n"}`), filesOf("bin/n.exe=" + pe(0x8664)), Platform{"windows", "amd64"}, "${__dirname}/bin/n.exe <bin/n.exe>", ""},
		"exe by relative place": {server("binary", "bin/n", `{"command":"bin/n"}`), filesOf("bin/n.exe=" + pe(0x8664)), Platform{"windows", "amd64"}, "${__dirname}/bin/n.exe <bin/n.exe>", ""},
		"a bare name":           {server("binary", "bin/n", `{"command":"n"}`), filesOf("bin/n=" + elf(0x3e)), linux, "${__dirname}/bin/n <bin/n>", ""},
		"a script":              {server("binary", "run.sh", `{"command":"${__dirname}/run.sh"}`), filesOf("run.sh=#!/bin/sh"), linux, "${__dirname}/run.sh <run.sh>", ""},
		"an interpreter inside": {server("python", "s.py", `{"command":"${__dirname}/venv/bin/python3","args":["${__dirname}/s.py"]}`), filesOf("s.py", "venv/bin/python3="+elf(0x3e)), linux, "${__dirname}/venv/bin/python3 ${__dirname}/s.py <s.py>", ""},
		"a program outside":     {server("binary", "a", `{"command":"/bin/sh","args":["-c","x"]}`), filesOf("a"), linux, "/bin/sh -c x <a>", ""},
		"a module of a Mac":     {server("node", "a.js", `{"command":"node","args":["${__dirname}/a.js"]}`), filesOf("a.js", "node_modules/x/build/x.node="+macho(appleARM)), linux, "node ${__dirname}/a.js <a.js>", "native_other"},
		"a module for all":      {server("node", "a.js", `{"command":"node","args":["${__dirname}/a.js"]}`), filesOf("a.js", "node_modules/x/prebuilds/darwin-arm64/x.node="+macho(appleARM), "node_modules/x/prebuilds/linux-x64/x.node="+elf(0x3e), "node_modules/x/prebuilds/android-arm/x.armv7.node="+elf(0x28)), linux, "node ${__dirname}/a.js <a.js>", ""},
		"wheels of Windows":     {server("python", "a.py", `{"command":"python","args":["${__dirname}/a.py"]}`), filesOf("a.py", "lib/x.pyd="+pe(0x8664)), linux, "python ${__dirname}/a.py <a.py>", "native_other"},
		"nothing is looked for": {node, nil, linux, "node ${__dirname}/server/index.js ${__dirname}/data <server/index.js>", ""},
	} {
		t.Run(name, func(t *testing.T) {
			m := manifestOf(t, c.manifest)
			var l Launch
			var reasons []Reason
			var err error
			if c.files == nil {
				l, reasons, err = Resolve(m, c.p, nil)
			} else {
				l, reasons, err = Resolve(m, c.p, c.files)
			}
			if codes(reasons) != c.codes {
				t.Errorf("%q, want %q", codes(reasons), c.codes)
			}
			if (err != nil) != rejected(reasons) {
				t.Errorf("error %v", err)
			}
			if got := strings.Join(append(append([]string{l.Command}, l.Args...), "<"+l.Entry+">"), " "); err == nil && got != c.want {
				t.Errorf("%s\nwant %s", got, c.want)
			}
			if strings.HasPrefix(l.Command, "${__dirname}") && l.Program == "" && err == nil {
				t.Error("a program of the bundle is not named")
			}
		})
	}
}

func TestOverrideThatLosesSettings(t *testing.T) {
	m := manifestOf(t, `{"manifest_version":"0.3","name":"n","version":"1","description":"d","author":{"name":"a"},"user_config":{"k":{"type":"string"}},
		"server":{"type":"node","entry_point":"a.js","mcp_config":{"command":"node","args":["a.js"],"env":{"K":"${user_config.k}"},"platform_overrides":{"linux":{"env":{"X":"1"}}}}}}`)
	l, reasons, _ := Resolve(m, linux, nil)
	if codes(reasons) != "override_loses_settings" || len(l.Env) != 1 || l.Env["X"] != "1" {
		t.Errorf("%q, %v", codes(reasons), l.Env)
	}
	if l, reasons, _ = Resolve(m, Platform{"darwin", "arm64"}, nil); len(reasons) != 0 || l.Env["K"] == "" {
		t.Errorf("%q, %v", codes(reasons), l.Env)
	}
}

// Gate 8: what a person should know about the command.
func TestPolicy(t *testing.T) {
	secret := []Setting{{Key: "k", Title: "K", Sensitive: true}}
	for name, c := range map[string]struct {
		l    Launch
		want string
	}{
		"node":                        {Launch{Runner: "node", Args: []string{"a.js", "-e"}}, ""},
		"a program of the bundle":     {Launch{Program: "bin/n"}, ""},
		"a shell":                     {Launch{Command: "/bin/sh", Args: []string{"-c", "x"}}, "command_outside"},
		"a program by its name":       {Launch{Command: "git"}, "command_outside"},
		"node with its place":         {Launch{Command: "/usr/bin/node"}, "command_outside"},
		"what cannot be seen":         {Launch{Runner: "node", Args: []string{"a\u202eb"}}, "command_hidden"},
		"a program in the command":    {Launch{Runner: "node", Args: []string{"--no-warnings", "-e", "x"}}, "command_code"},
		"a program in the command, =": {Launch{Runner: "node", Args: []string{"--eval=x"}}, "command_code"},
		"a program for Python":        {Launch{Runner: "python", Args: []string{"-c", "x"}}, "command_code"},
		"a program for Python in uv":  {Launch{Runner: "uv", Args: []string{"run", "python", "-c", "x"}}, "command_code"},
		"a config of uv":              {Launch{Runner: "uv", Args: []string{"run", "s.py", "-c", "x"}}, ""},
		"a package":                   {Launch{Runner: "npx", Args: []string{"-y", "pkg@1.0.0", "-c", "x"}}, "fetches_code"},
		"a package of Python":         {Launch{Runner: "uvx", Args: []string{"--from", "pkg==1", "run"}}, "fetches_code"},
		"an image":                    {Launch{Runner: "docker", Args: []string{"run", "-i", "--rm", "x/y"}}, "fetches_code"},
		"an open container":           {Launch{Runner: "docker", Args: []string{"run", "--privileged", "x/y"}}, "fetches_code container_open"},
		"all files in a container":    {Launch{Runner: "docker", Args: []string{"run", "-v", "/:/host", "x/y"}}, "fetches_code container_open"},
		"the engine in a container":   {Launch{Runner: "docker", Args: []string{"run", "-v", "/var/run/docker.sock:/x", "x/y"}}, "fetches_code container_open"},
		"a folder in a container":     {Launch{Runner: "docker", Args: []string{"run", "-v", "/home/u/notes:/n", "x/y"}}, "fetches_code"},
		"preload":                     {Launch{Runner: "node", Env: map[string]string{"LD_PRELOAD": "/tmp/x.so"}}, "loads_foreign_code"},
		"preload of its own":          {Launch{Runner: "node", Env: map[string]string{"LD_PRELOAD": "${__dirname}/x.so"}}, "loads_code"},
		"libraries":                   {Launch{Runner: "node", Env: map[string]string{"LD_LIBRARY_PATH": "/opt/x"}}, "loads_foreign_code"},
		"libraries of its own":        {Launch{Runner: "node", Env: map[string]string{"LD_LIBRARY_PATH": "${__dirname}/lib:${__dirname}/lib64"}}, ""},
		"libraries that lead out":     {Launch{Runner: "node", Env: map[string]string{"LD_LIBRARY_PATH": "${__dirname}/../x"}}, "loads_foreign_code"},
		"libraries of a Mac":          {Launch{Runner: "node", Env: map[string]string{"DYLD_INSERT_LIBRARIES": "x"}}, "loads_foreign_code"},
		"options of Node":             {Launch{Runner: "node", Env: map[string]string{"NODE_OPTIONS": "--max-old-space-size=4096"}}, "loads_code"},
		"options of Node that load":   {Launch{Runner: "node", Env: map[string]string{"NODE_OPTIONS": "--require /tmp/x.js"}}, "loads_foreign_code"},
		"options of Node, in quotes":  {Launch{Runner: "node", Env: map[string]string{"NODE_OPTIONS": `--re"quire" /tmp/x.js`}}, "loads_foreign_code"},
		"options of Node, its own":    {Launch{Runner: "node", Env: map[string]string{"NODE_OPTIONS": "--require ${__dirname}/x.js"}}, "loads_code"},
		"in small letters":            {Launch{Runner: "node", Env: map[string]string{"node_options": "-r /x.js"}}, "loads_foreign_code"},
		"modules of Python":           {Launch{Runner: "python", Env: map[string]string{"PYTHONPATH": "${__dirname}/server/lib"}}, ""},
		"modules of Python, foreign":  {Launch{Runner: "python", Env: map[string]string{"PYTHONPATH": "/opt"}}, "loads_code"},
		"start of Python":             {Launch{Runner: "python", Env: map[string]string{"PYTHONSTARTUP": "/x.py"}}, "loads_foreign_code"},
		"the path":                    {Launch{Runner: "node", Env: map[string]string{"PATH": "${__dirname}/bin"}}, "loads_code"},
		"a key in the arguments":      {Launch{Runner: "node", Args: []string{"--token=${user_config.k}"}, Settings: secret}, "secret_in_arguments"},
		"a key in a variable":         {Launch{Runner: "node", Env: map[string]string{"T": "${user_config.k}"}, Settings: secret}, ""},
		"a setting nobody asks for":   {Launch{Runner: "node", Env: map[string]string{"T": "${user_config.x}"}, Settings: secret}, "setting_undeclared"},
	} {
		if got := codes(policy(c.l)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// Code that stands in the arguments, or that they make a program load.
func TestPolicyOfArguments(t *testing.T) {
	for name, c := range map[string]struct {
		line, want string
	}{
		"an address with its program":     {"node --import data:text/javascript,0 ${__dirname}/a.js", "loads_foreign_code"},
		"the same, joined":                {"node --import=data:text/javascript,0 ${__dirname}/a.js", "loads_foreign_code"},
		"a file from elsewhere":           {"node -r /outside.js ${__dirname}/a.js", "loads_foreign_code"},
		"a file of its own":               {"node -r ${__dirname}/b.js ${__dirname}/a.js", ""},
		"a file that leads out":           {"node -r ${__dirname}/../b.js ${__dirname}/a.js", "loads_foreign_code"},
		"a loader":                        {"node --experimental-loader /l.mjs ${__dirname}/a.js", "loads_foreign_code"},
		"a loader with underscores":       {"node --experimental_loader=/l.mjs ${__dirname}/a.js", "loads_foreign_code"},
		"variables from elsewhere":        {"node --env-file=/e ${__dirname}/a.js", "loads_foreign_code"},
		"variables of its own":            {"node --env-file=${__dirname}/.env ${__dirname}/a.js", ""},
		"behind a flag's value":           {"node -C x -e 1", "command_code"},
		"behind a file as a value":        {"node -C ${__dirname}/a.js -e 1", "command_code"},
		"behind an unknown flag's value":  {"node --some-flag x -e 1", "command_code"},
		"a short flag, joined":            {"node -pe 1", "command_code"},
		"a start file from elsewhere":     {"node /outside.js", "loads_foreign_code"},
		"flags of the server":             {"node --no-warnings ${__dirname}/a.js -e -r /x --import y", ""},
		"flags of Node":                   {"node --max-old-space-size=4096 --enable-source-maps -C production ${__dirname}/a.js", ""},
		"Python behind a value":           {"python -W x -c y", "command_code"},
		"Python behind a joined value":    {"python -Wx -c y", "command_code"},
		"Python, flags in one word":       {"python -Ic y", "command_code"},
		"Python, text joined":             {"python -cimport", "command_code"},
		"Python, another version":         {"python -3.12 -c y", "command_code"},
		"Python, a value with c":          {"python -Xcpu_count=1 ${__dirname}/s.py", ""},
		"Python, a module with c":         {"python -m calc -c x", ""},
		"Python, a module joined":         {"python -mcalc -c x", ""},
		"Python, flags of the server":     {"python -u ${__dirname}/s.py -c x", ""},
		"Python, a file from elsewhere":   {"python /outside.py", "loads_foreign_code"},
		"uv and a Python behind another":  {"uv run --python python3 python -Ic x", "command_code"},
		"uv and a Python by its place":    {"uv run /usr/bin/python3 -c x", "command_code"},
		"uv and Node":                     {"uv run node --import data:x a.js", "loads_foreign_code"},
		"uv and a shell":                  {"uv run sh -c x", "command_code"},
		"uv and a project from elsewhere": {"uv run --directory /outside s", "loads_foreign_code"},
		"uv as it is mostly used":         {"uv run --directory ${__dirname} ${__dirname}/src/s.py", ""},
		"bun":                             {"bun run --preload /x.ts ${__dirname}/a.ts", "loads_foreign_code"},
		"bun and a shell's text":          {"bun exec x", "command_code"},
		"bun as it is mostly used":        {"bun run ${__dirname}/a.ts", ""},
		"deno and a text":                 {"deno -q eval x", "command_code"},
		"deno and an address":             {"deno run -A https://example.org/x.ts", "loads_foreign_code"},
		"npx behind a package":            {"npx -p x -c y", "command_code fetches_code"},
		"npx, flags in one word":          {"npx -yc y", "command_code fetches_code"},
	} {
		words := strings.Fields(c.line)
		if got := codes(policy(Launch{Runner: runnerOf(words[0]), Command: words[0], Args: words[1:]})); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestFetched(t *testing.T) {
	for want, l := range map[string]Launch{
		"pkg@1":  {Runner: "npx", Args: []string{"-y", "pkg@1", "x"}},
		"own@2":  {Runner: "npx", Args: []string{"-p", "own@2", "run"}},
		"q==1":   {Runner: "uvx", Args: []string{"--python", "3.12", "--from", "q==1", "run"}},
		"img/x":  {Runner: "docker", Args: []string{"run", "-i", "--rm", "-e", "A", "-v", "/a:/b", "img/x", "serve"}},
		"docker": {Runner: "docker"},
	} {
		if got := fetched(l); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
