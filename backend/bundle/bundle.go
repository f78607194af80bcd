// Package bundle says everything that can be said about a bundle of a server
// (a .mcpb or .dxt file) without installing it: whether it is whole, who signed
// it, whether it is safe to unpack, what it asks for and how it is started on
// one kind of computer. It runs nothing and fetches nothing; it writes only
// where Extract and Pack are told to. backend/install/mcpb, backend and
// cmd/toolbay may import it; it imports model, pattern and text only.
//
//	b, err := bundle.Open(file, size, bundle.Options{})
//	v := b.Verdict(bundle.Here())                       // may it be installed, and why not
//	files, err := b.Extract(ctx, dir)                   // refuses what was rejected
//	l, _, err := bundle.Resolve(b.Manifest, bundle.Here(), b.Files())
//	f, err := bundle.Substitute(l, bundle.Values{Dir: dir, Answers: answers, Folders: folders})
package bundle

import (
	"crypto/x509"
	"fmt"
	"io"
	"io/fs"
	"runtime"
	"slices"
	"time"
)

// Platform names an operating system and processor as Go does.
type Platform struct{ OS, Arch string }

// Here is the platform this program runs on.
func Here() Platform { return Platform{runtime.GOOS, runtime.GOARCH} }

// Limits bound what a bundle may hold; a zero field is the usual bound.
type Limits struct {
	Packed  int64 // bytes of the file: 256 MB
	Entries int   // 20,000; a server with all its packages has 1,000 to 6,000
	Total   int64 // bytes unpacked: 1 GB
	File    int64 // bytes of one file unpacked: 256 MB
	Ratio   int64 // unpacked to packed, looked at from 10 MB: 200
}

func (l Limits) filled() Limits {
	set := func(v *int64, usual int64) {
		if *v == 0 {
			*v = usual
		}
	}
	set(&l.Packed, 256<<20)
	set(&l.Total, 1<<30)
	set(&l.File, 256<<20)
	set(&l.Ratio, 200)
	if l.Entries == 0 {
		l.Entries = 20000
	}
	return l
}

// Options says how a bundle is read; the zero value is right for most.
type Options struct {
	Limits Limits
	// Roots are the certificates to trust; nil is the system's.
	Roots *x509.CertPool
	// Now is the time certificates are judged at; zero is now.
	Now time.Time
}

// Bundle is one that was read. What could not be read is empty: Verdict says
// what is wrong.
type Bundle struct {
	Manifest  Manifest
	Signature Signature

	archive *archive
	reasons []Reason
	// read tells that Manifest holds one.
	read bool
}

// Open reads and checks a bundle, every byte of it, in the order of the gates:
// signature, archive, names, contents, manifest. The error is of reading r
// only; what is wrong with the bundle is told by Verdict.
func Open(r io.ReaderAt, size int64, o Options) (*Bundle, error) {
	o.Limits = o.Limits.filled()
	b := &Bundle{Signature: Signature{Status: Unsigned}}
	if size > o.Limits.Packed {
		b.say("archive_too_big", "limit", "size")
		return b, nil
	}
	at := &errorsOf{r: r}
	b.open(at, size, o)
	if at.err != nil {
		return nil, fmt.Errorf("read bundle: %w", at.err)
	}
	return b, nil
}

func (b *Bundle) open(r io.ReaderAt, size int64, o Options) {
	block, reason := locate(r, size)
	if reason.Code != "" {
		b.Signature.Status = Malformed
		b.reasons = append(b.reasons, reason)
		return
	}
	if block.found() {
		b.Signature, reason = block.verify(r, o)
		if reason.Code != "" {
			b.reasons = append(b.reasons, reason)
		}
		if b.Signature.Status == Malformed || b.Signature.Status == Invalid {
			return
		}
	}
	a, reasons := scan(r, block.zipEnd, block.length(), o.Limits)
	b.reasons = append(b.reasons, reasons...)
	if a == nil || rejected(b.reasons) {
		if !block.found() && leftOver(r, size) {
			b.Signature.Status = Malformed
			if !slices.ContainsFunc(reasons, func(r Reason) bool { return r.Code == "signature_malformed" }) {
				b.say("signature_malformed")
			}
		}
		return
	}
	if b.reasons = append(b.reasons, a.contents(o.Limits)...); rejected(b.reasons) {
		return
	}
	b.archive = a
	raw, reasons := a.manifest()
	b.reasons = append(b.reasons, reasons...)
	if rejected(b.reasons) {
		return
	}
	m, reason := ReadManifest(raw)
	if reason.Code != "" {
		b.reasons = append(b.reasons, reason)
		return
	}
	b.Manifest, b.read = m, true
}

func (b *Bundle) say(code string, args ...string) {
	b.reasons = append(b.reasons, because(code, args...))
}

// Readable tells whether Manifest holds what the bundle says of itself.
func (b *Bundle) Readable() bool { return b.read }

// Files are the files of the bundle, by their place in it. It is nil when the
// archive was rejected.
func (b *Bundle) Files() fs.FS {
	if b.archive == nil {
		return nil
	}
	return b.archive
}

// Verdict tells whether the bundle may be installed on a computer of kind p.
func (b *Bundle) Verdict(p Platform) Verdict {
	reasons := append([]Reason{}, b.reasons...)
	if b.read && !rejected(reasons) {
		reasons = append(reasons, Judge(b.Manifest, p, b.archive)...)
	}
	return verdictOf(reasons)
}

// errorsOf keeps the first failure of a reader that is not the end of what it
// reads.
type errorsOf struct {
	r   io.ReaderAt
	err error
}

func (e *errorsOf) ReadAt(p []byte, off int64) (int, error) {
	n, err := e.r.ReadAt(p, off)
	if err != nil && err != io.EOF && e.err == nil {
		e.err = err
	}
	return n, err
}
