package bundle

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/binary"
	"encoding/hex"
	"io"
	"time"
)

// What stands of a signature.
const (
	Unsigned  = "unsigned"
	Trusted   = "signed-trusted"   // by somebody this computer's certificates vouch for
	SelfMade  = "signed-self"      // by a key that vouches for itself
	Untrusted = "signed-untrusted" // by somebody nobody here vouches for
	Invalid   = "signed-invalid"   // the bundle was changed after it was signed
	Malformed = "malformed"        // there is something like a signature that is none
)

// Signature is who signed a bundle.
type Signature struct {
	Status string
	// Publisher is the name in the certificate. Only with Trusted did anybody
	// check it.
	Publisher string
	// Fingerprint is the SHA-256 of the signer's public key, in hex; it stays
	// when a certificate is renewed.
	Fingerprint string
	// Signed is when the signer says it was signed. Nobody witnessed it.
	Signed time.Time
}

const (
	blockStart = "MCPB_SIG_V1"
	blockEnd   = "MCPB_SIG_END"
	// maxBlock bounds a signature; one with three certificates has 5 kB.
	maxBlock = 1 << 20
)

// block is where a signature stands: behind the archive, up to the last byte.
type block struct {
	zipEnd int64 // what was signed ends here
	size   int64 // of the whole file
	der    []byte
}

func (b block) found() bool { return b.der != nil }

func (b block) length() int64 { return b.size - b.zipEnd }

// locate finds the signature at the very end of the file. A block that does not
// fill exactly what is between its header and the end is refused, and so is a
// file in which two would fit.
func locate(r io.ReaderAt, size int64) (block, Reason) {
	b := block{zipEnd: size, size: size}
	tail := make([]byte, min(size, maxBlock))
	if _, err := r.ReadAt(tail, size-int64(len(tail))); err != nil && err != io.EOF {
		return b, because("archive_unreadable")
	}
	if !bytes.HasSuffix(tail, []byte(blockEnd)) {
		return b, Reason{}
	}
	inner := tail[:len(tail)-len(blockEnd)]
	fits := 0
	for from := 0; ; {
		at := bytes.Index(inner[from:], []byte(blockStart))
		if at < 0 {
			break
		}
		at += from
		from = at + 1
		body := inner[at+len(blockStart):]
		if len(body) < 4 || int64(binary.LittleEndian.Uint32(body)) != int64(len(body)-4) {
			continue
		}
		fits++
		b.der, b.zipEnd = body[4:], size-int64(len(tail))+int64(at)
	}
	if fits != 1 || len(b.der) == 0 {
		return block{zipEnd: size, size: size}, because("signature_malformed")
	}
	return b, Reason{}
}

// leftOver tells that a refused file without a signature at its end has the
// beginning of one somewhere before: something was put behind it, or its end is
// missing.
func leftOver(r io.ReaderAt, size int64) bool {
	tail := make([]byte, min(size, maxBlock))
	if _, err := r.ReadAt(tail, size-int64(len(tail))); err != nil && err != io.EOF {
		return false
	}
	return bytes.Contains(tail, []byte(blockStart))
}

// verify tells whose signature it is and whether it is of this very file.
func (b block) verify(r io.ReaderAt, o Options) (Signature, Reason) {
	signed, err := parseSigned(b.der)
	if err != nil {
		return Signature{Status: Malformed}, because("signature_malformed")
	}
	key := sha256.Sum256(signed.signer.RawSubjectPublicKeyInfo)
	s := Signature{
		Status: Invalid, Fingerprint: hex.EncodeToString(key[:]), Signed: signed.time,
		Publisher: oneLine(signed.signer.Subject.CommonName, 200),
	}
	if s.Publisher == "" && len(signed.signer.Subject.Organization) > 0 {
		s.Publisher = oneLine(signed.signer.Subject.Organization[0], 200)
	}
	if !b.matches(r, signed) || signed.check() != nil {
		s.Publisher = "" // a name that signed something else
		return s, because("signature_invalid")
	}
	var reason Reason
	s.Status, reason = signed.trust(o, s.Publisher)
	return s, reason
}

// matches compares what was signed with the file, as it stands and, where the
// archive counts the signature as its comment, as it was before.
func (b block) matches(r io.ReaderAt, signed *signedBlock) bool {
	asStored := signed.hash.New()
	if _, err := io.Copy(asStored, io.NewSectionReader(r, 0, b.zipEnd)); err != nil {
		return false
	}
	if bytes.Equal(asStored.Sum(nil), signed.digest) {
		return true
	}
	end := make([]byte, endSize)
	if b.zipEnd < endSize {
		return false
	}
	if _, err := r.ReadAt(end, b.zipEnd-endSize); err != nil && err != io.EOF {
		return false
	}
	if !bytes.HasPrefix(end, []byte("PK\x05\x06")) || int64(binary.LittleEndian.Uint16(end[20:])) != b.length() {
		return false
	}
	before := signed.hash.New()
	if _, err := io.Copy(before, io.NewSectionReader(r, 0, b.zipEnd-2)); err != nil {
		return false
	}
	before.Write([]byte{0, 0})
	return bytes.Equal(before.Sum(nil), signed.digest)
}

// trust tells who vouches for the signer. Certificates are judged at the
// present time: nobody witnessed when it was signed, so a signer's word about
// the time cannot bring an expired certificate back.
func (s *signedBlock) trust(o Options, name string) (string, Reason) {
	now := o.Now
	if now.IsZero() {
		now = time.Now()
	}
	between := x509.NewCertPool()
	for _, c := range s.others {
		between.AddCert(c)
	}
	verify := x509.VerifyOptions{Roots: o.Roots, Intermediates: between, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning}}
	if _, err := s.signer.Verify(verify); err == nil {
		return Trusted, Reason{}
	}
	if bytes.Equal(s.signer.RawIssuer, s.signer.RawSubject) {
		return SelfMade, because("signature_unknown", "name", name)
	}
	if verify.CurrentTime = s.time; !s.time.IsZero() && s.time.Before(now) {
		if _, err := s.signer.Verify(verify); err == nil {
			return Untrusted, because("signature_expired", "name", name)
		}
	}
	return Untrusted, because("signature_unknown", "name", name)
}
