package main

import (
	"bytes"
	"encoding/binary"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"

	"toolbay/internal/fakeremote"
)

// site is a web server that hands out the files of a folder.
type site struct {
	mu      sync.Mutex
	fetched []string
}

// cmdSite is a web server beside the script, whose certificate its programs
// trust (on Linux, by SSL_CERT_FILE):
//
//	site start VAR DIR   its address is then in VAR; it hands out what is in DIR
//	site gave VAR PATH   PATH was fetched; with a leading ! it was not
func cmdSite(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 || neg && args[0] != "gave" {
		ts.Fatalf("usage: site start VAR DIR, [!] site gave VAR PATH")
	}
	known := ts.Value("sites").(map[string]*site)
	if args[0] == "gave" {
		s := known[args[1]]
		s.mu.Lock()
		defer s.mu.Unlock()
		if slices.Contains(s.fetched, args[2]) == neg {
			ts.Fatalf("fetched: %v", s.fetched)
		}
		return
	}
	s := &site{}
	files := http.FileServer(http.Dir(ts.MkAbs(args[2])))
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			s.mu.Lock()
			s.fetched = append(s.fetched, r.URL.Path)
			s.mu.Unlock()
		}
		files.ServeHTTP(w, r)
	}))
	ts.Defer(srv.Close)
	trusted := ts.MkAbs("site.pem")
	ts.Check(os.WriteFile(trusted, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: srv.Certificate().Raw}), 0o600))
	ts.Setenv("SSL_CERT_FILE", trusted)
	known[args[1]] = s
	ts.Setenv(args[1], srv.URL)
}

// cmdSign signs a bundle as the official tool does, with openssl:
//
//	sign FILE NAME   each NAME has a key of its own
func cmdSign(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: sign FILE NAME")
	}
	file, key, cert := ts.MkAbs(args[0]), ts.MkAbs(args[1]+".key"), ts.MkAbs(args[1]+".crt")
	openssl := func(words ...string) {
		if out, err := exec.Command("openssl", words...).CombinedOutput(); err != nil {
			ts.Fatalf("openssl %q: %v\n%s", words, err, out)
		}
	}
	if _, err := os.Stat(key); err != nil {
		openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN="+args[1], "-addext", "extendedKeyUsage=codeSigning", "-keyout", key, "-out", cert)
	}
	signature := filepath.Join(filepath.Dir(file), "signature.der")
	openssl("cms", "-sign", "-binary", "-md", "sha256", "-in", file, "-signer", cert, "-inkey", key, "-outform", "DER", "-out", signature)
	der, err := os.ReadFile(signature)
	ts.Check(err)
	ts.Check(os.Remove(signature))
	b, err := os.ReadFile(file)
	ts.Check(err)
	length := binary.LittleEndian.AppendUint32(nil, uint32(len(der)))
	ts.Check(os.WriteFile(file, bytes.Join([][]byte{b, []byte("MCPB_SIG_V1"), length, der, []byte("MCPB_SIG_END")}, nil), 0o600))
}

// cmdRemote is a remote server beside the script:
//
//	remote start VAR               its address is then in VAR
//	remote reword VAR TOOL WORDS   a tool says something else of itself now
func cmdRemote(ts *testscript.TestScript, neg bool, args []string) {
	known := ts.Value("remotes").(map[string]*fakeremote.Server)
	switch {
	case !neg && len(args) == 2 && args[0] == "start":
		s := fakeremote.Begin()
		ts.Defer(s.Stop)
		known[args[1]] = s
		ts.Setenv(args[1], s.URL)
	case !neg && len(args) == 4 && args[0] == "reword":
		known[args[1]].Reword(args[2], args[3])
	default:
		ts.Fatalf("usage: remote start VAR, remote reword VAR TOOL WORDS")
	}
}
