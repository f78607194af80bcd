package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"toolbay/internal/fakepypi"
	"toolbay/internal/fakeregistry"
	"toolbay/internal/uvarchive"
)

// pythonServer answers as apps need, with a word from the package it leans on.
const pythonServer = `import json, os, sys
from greeting import word

def main():
    for line in sys.stdin:
        m = json.loads(line)
        if 'id' not in m:
            continue
        answer = {'jsonrpc': '2.0', 'id': m['id']}
        if m['method'] == 'initialize':
            answer['result'] = {'protocolVersion': m['params']['protocolVersion'], 'capabilities': {'tools': {}}, 'serverInfo': {'name': word, 'version': '1.0.0'}}
        elif m['method'] == 'tools/list':
            answer['result'] = {'tools': [{'name': name, 'description': 'Does ' + name, 'inputSchema': {'type': 'object'}} for name in ('greet', 'part')]}
        elif m['method'] == 'report':
            answer['result'] = {'argv': sys.argv[1:], 'env': dict(os.environ)}
        else:
            answer['error'] = {'code': -32601, 'message': 'unknown method'}
        print(json.dumps(answer), flush=True)

if __name__ == '__main__':
    main()
`

// pythonPackages are what the made-up index has.
func pythonPackages() []fakepypi.Package {
	greet := func(version string) fakepypi.Package {
		return fakepypi.Package{
			Name: "greet-mcp", Version: version, Python: ">=3.8", Needs: []string{"greeting-lib>=2", "loud-lib ; extra == 'loud'"},
			Files: map[string]string{"greet.py": pythonServer}, Scripts: map[string]string{"greet-mcp": "greet:main"},
		}
	}
	needy := greet("1.0.0")
	needy.Name, needy.Needs = "needy-mcp", []string{"nowhere-to-be-found"}
	build := greet("1.0.0")
	build.Name, build.Source, build.Scripts = "built-mcp", true, map[string]string{"built-mcp": "greet:main"}
	breaks := fakepypi.Package{Name: "exits-mcp", Version: "1.0.0", Files: map[string]string{"exits.py": "import sys\ndef main():\n    print('no settings found', file=sys.stderr)\n    sys.exit(3)\n"},
		Scripts: map[string]string{"exits-mcp": "exits:main"}}
	return []fakepypi.Package{
		greet("1.0.0"), greet("1.1.0"), needy, build, breaks,
		{Name: "greeting-lib", Version: "2.0.0", Files: map[string]string{"greeting.py": "word = 'hello'\n"}},
		{Name: "loud-lib", Version: "1.0.0", Files: map[string]string{"loud.py": ""}},
	}
}

// TestPythonScripts drives the program on a machine with a package index and uv.
func TestPythonScripts(t *testing.T) {
	uv := uvarchive.Program(t)
	index := fakepypi.New(t, pythonPackages()...)
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "python"),
		Setup: func(e *testscript.Env) error {
			home := filepath.Join(e.WorkDir, "home")
			e.Setenv("HOME", home)
			e.Setenv("USERPROFILE", home)
			e.Setenv("PATH", e.Getenv("PATH")+string(os.PathListSeparator)+filepath.Dir(uv))
			e.Setenv("UV_DEFAULT_INDEX", index.URL)
			e.Setenv("UV_HTTP_RETRIES", "0")
			// No Python is fetched from anywhere.
			e.Setenv("UV_PYTHON_DOWNLOADS_JSON_URL", index.URL+"/no-list")
			e.Setenv("TOOLBAY_SOURCE_MIRROR", index.URL+"/no-source")
			e.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+filepath.Join(e.WorkDir, "no-bus"))
			e.Values["said"] = &said{}
			e.Values["registries"] = map[string]*fakeregistry.Registry{}
			return os.MkdirAll(home, 0o700)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"answers": cmdAnswers, "fails": cmdFails, "exits": cmdExits, "field": cmdField, "needs": cmdNeeds,
			"setfield": cmdSetField, "registry": cmdRegistry, "remember": cmdRemember, "unchanged": cmdUnchanged,
		},
		RequireExplicitExec: true,
	})
}
