package bundle

import (
	"bytes"
	"crypto/x509"
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func signed(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "signed", name+".mcpb"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func testRoots(t testing.TB) *x509.CertPool {
	t.Helper()
	pem, err := os.ReadFile("testdata/signed/root.pem")
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		t.Fatal("no certificate")
	}
	return pool
}

func openBytes(t testing.TB, b []byte, o Options) *Bundle {
	t.Helper()
	out, err := Open(bytes.NewReader(b), int64(len(b)), o)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Gate 2. What the official tool signs verifies, which it cannot do itself.
func TestSigned(t *testing.T) {
	roots := testRoots(t)
	now := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		o                                Options
		status, publisher, verdict, code string
	}{
		"plain":                                  {Options{}, Unsigned, "", Accept, ""},
		"own":                                    {Options{}, SelfMade, "MCPB Self-Signed Certificate", Noted, "signature_unknown"},
		"self":                                   {Options{}, SelfMade, "Example Self Publisher", Noted, "signature_unknown"},
		"comment":                                {Options{}, SelfMade, "Example Self Publisher", Noted, "signature_unknown"},
		"patched":                                {Options{}, SelfMade, "Example Self Publisher", Noted, "signature_unknown"},
		"chain":                                  {Options{Roots: roots, Now: now}, Trusted, "Example Tools Ltd", Accept, ""},
		"ecdsa":                                  {Options{Roots: roots, Now: now}, Trusted, "Example EC Publisher", Accept, ""},
		"web":                                    {Options{Roots: roots, Now: now}, Untrusted, "Example Tools Ltd", Noted, "signature_unknown"},
		"chain with the system's certificates":   {Options{}, Untrusted, "Example Tools Ltd", Noted, "signature_unknown"},
		"chain when its certificate has run out": {Options{Roots: roots, Now: now.AddDate(200, 0, 0)}, Untrusted, "Example Tools Ltd", Noted, "signature_expired"},
	} {
		t.Run(name, func(t *testing.T) {
			file, _, _ := strings.Cut(name, " ")
			b := openBytes(t, signed(t, file), c.o)
			v := b.Verdict(linux)
			if b.Signature.Status != c.status || b.Signature.Publisher != c.publisher || v.Verdict != c.verdict || codes(v.Reasons) != c.code {
				t.Errorf("%+v, %s because of %q", b.Signature, v.Verdict, codes(v.Reasons))
			}
			if (c.status == Unsigned) != (b.Signature.Fingerprint == "") || (c.status == Unsigned) != b.Signature.Signed.IsZero() {
				t.Errorf("%+v", b.Signature)
			}
			if b.Manifest.Name != "signed-notes" {
				t.Errorf("manifest %+v", b.Manifest)
			}
		})
	}
	if a, b := openBytes(t, signed(t, "self"), Options{}), openBytes(t, signed(t, "comment"), Options{}); a.Signature.Fingerprint != b.Signature.Fingerprint {
		t.Error("the same key has two fingerprints")
	}
	if a, b := openBytes(t, signed(t, "self"), Options{}), openBytes(t, signed(t, "chain"), Options{}); a.Signature.Fingerprint == b.Signature.Fingerprint {
		t.Error("two keys have one fingerprint")
	}
}

// blockOf makes what stands behind an archive.
func blockOf(der []byte) []byte {
	b := binary.LittleEndian.AppendUint32([]byte(blockStart), uint32(len(der)))
	return append(append(b, der...), blockEnd...)
}

// Every change of a signed bundle is refused, wherever it is made.
func TestTampered(t *testing.T) {
	plain := signed(t, "plain")
	for _, name := range []string{"self", "chain", "comment", "patched", "ecdsa"} {
		whole := signed(t, name)
		zip := whole[:bytes.Index(whole, []byte(blockStart))]
		der := whole[len(zip)+len(blockStart)+4 : len(whole)-len(blockEnd)]
		cases := map[string][]byte{
			"a byte behind":            append(bytes.Clone(whole), 0),
			"a byte before":            append([]byte{0}, whole...),
			"another archive behind":   append(bytes.Clone(whole), plain...),
			"another archive before":   append(bytes.Clone(plain), whole...),
			"signed twice":             append(bytes.Clone(whole), whole[len(zip):]...),
			"end mark missing":         whole[:len(whole)-len(blockEnd)],
			"end mark cut":             whole[:len(whole)-1],
			"length too large":         append(bytes.Clone(zip), grow(blockOf(der), 1)...),
			"length too small":         append(bytes.Clone(zip), grow(blockOf(der), -1)...),
			"nothing signed":           append(bytes.Clone(zip), blockOf(nil)...),
			"behind the signature":     append(bytes.Clone(zip), blockOf(append(bytes.Clone(der), 0))...),
			"a byte before the mark":   append(append(bytes.Clone(zip), 0), blockOf(der)...),
			"signature of another":     append(bytes.Clone(mutated(plain, len(plain)/3)), blockOf(der)...),
			"a comment of the archive": append(append(bytes.Clone(zip[:len(zip)-2]), 4, 0, 'e', 'v', 'i', 'l'), blockOf(der)...),
		}
		for what, b := range cases {
			t.Run(name+"/"+what, func(t *testing.T) {
				got := openBytes(t, b, Options{})
				if v := got.Verdict(linux); v.Verdict != Rejected || got.Signature.Status != Malformed && got.Signature.Status != Invalid {
					t.Errorf("%s, %s because of %q", got.Signature.Status, v.Verdict, codes(v.Reasons))
				}
				if got.Signature.Publisher != "" {
					t.Errorf("named %q", got.Signature.Publisher)
				}
				if _, err := got.Extract(t.Context(), t.TempDir()); err == nil {
					t.Error("was unpacked")
				}
			})
		}
		// Any byte of the archive, the mark, the length and the end.
		for i := range whole {
			if i >= len(zip)+len(blockStart)+4 && i < len(whole)-len(blockEnd) {
				continue // bytes of the signature: below
			}
			b := openBytes(t, mutated(whole, i), Options{})
			if v := b.Verdict(linux); v.Verdict != Rejected {
				t.Fatalf("%s: byte %d of %d changed: %s, %s", name, i, len(whole), b.Signature.Status, v.Verdict)
			}
		}
	}
}

// A changed signature is refused, or says the same of the same bytes by another
// certificate: only parts nobody signed, such as the name of an algorithm, may
// differ.
func TestTamperedSignature(t *testing.T) {
	whole := signed(t, "chain")
	o := Options{Roots: testRoots(t), Now: time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)}
	honest := openBytes(t, whole, o).Signature
	for i := bytes.Index(whole, []byte(blockStart)) + len(blockStart) + 4; i < len(whole)-len(blockEnd); i++ {
		s := openBytes(t, mutated(whole, i), o).Signature
		if s.Status == Trusted && s != honest {
			t.Fatalf("byte %d: %+v", i, s)
		}
	}
}

func mutated(b []byte, i int) []byte {
	b = bytes.Clone(b)
	b[i] ^= 0x5a
	return b
}

func grow(block []byte, by int) []byte {
	at := len(blockStart)
	n := binary.LittleEndian.Uint32(block[at:])
	binary.LittleEndian.PutUint32(block[at:], uint32(int(n)+by))
	return block
}

// A reader that takes the last directory sees the second archive, one that
// looks for the signature the first: neither may be installed.
func TestSignedThenAppended(t *testing.T) {
	evil := zipOf(t, file("manifest.json", strings.ReplaceAll(plainManifest, `"notes"`, `"evil"`)), file("server/index.js", "1"))
	b := openBytes(t, append(signed(t, "self"), evil...), Options{})
	v := b.Verdict(linux)
	if v.Verdict != Rejected || b.Signature.Status != Malformed || b.Readable() || !strings.Contains(codes(v.Reasons), "signature_malformed") {
		t.Errorf("%s because of %q, %s", v.Verdict, codes(v.Reasons), b.Signature.Status)
	}
}

// Forms of CMS that leave room for doubt what was signed, or that no tool for
// bundles makes.
func TestOtherFormsAreRefused(t *testing.T) {
	files, err := filepath.Glob("testdata/signed/refused/*.der")
	if err != nil || len(files) != 6 {
		t.Fatal(files, err)
	}
	for _, path := range files {
		der, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		b := openBytes(t, append(signed(t, "plain"), blockOf(der)...), Options{})
		if s := b.Signature.Status; s != Malformed && s != Invalid || b.Readable() || b.Verdict(linux).Verdict != Rejected {
			t.Errorf("%s: %s", filepath.Base(path), s)
		}
	}
}
