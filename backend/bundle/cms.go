package bundle

import (
	"bytes"
	"crypto"
	_ "crypto/sha256"
	_ "crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"math/big"
	"slices"
	"time"
)

// signedBlock is a CMS SignedData (RFC 5652) with one signer and without the
// content itself: the only form in which bundles are signed.
type signedBlock struct {
	signer    *x509.Certificate
	others    []*x509.Certificate
	hash      crypto.Hash
	digest    []byte // of the content
	attrs     []byte // the bytes that are signed
	signature []byte
	time      time.Time
}

var (
	oidSigned  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidContent = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidType    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidDigest  = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidTime    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 5}
)

type contentOf struct {
	Type    asn1.ObjectIdentifier
	Content asn1.RawValue `asn1:"explicit,optional,tag:0"`
}

type signedData struct {
	Version      int
	Digests      []pkix.AlgorithmIdentifier `asn1:"set"`
	Content      contentOf
	Certificates asn1.RawValue `asn1:"optional,tag:0"`
	CRLs         asn1.RawValue `asn1:"optional,tag:1"`
	Signers      []signerOf    `asn1:"set"`
}

type signerOf struct {
	Version   int
	Who       issuedBy
	Digest    pkix.AlgorithmIdentifier
	Attrs     asn1.RawValue `asn1:"optional,tag:0"`
	Algorithm pkix.AlgorithmIdentifier
	Signature []byte
	More      asn1.RawValue `asn1:"optional,tag:1"`
}

type issuedBy struct {
	Issuer asn1.RawValue
	Serial *big.Int
}

type attribute struct {
	Type   asn1.ObjectIdentifier
	Values asn1.RawValue
}

// plainAlgorithms are RSA as PKCS #1 v1.5 has it and ECDSA, by themselves or
// with a hash. The hash counts that the digest names.
var plainAlgorithms = []asn1.ObjectIdentifier{
	{1, 2, 840, 113549, 1, 1, 1}, {1, 2, 840, 113549, 1, 1, 11}, {1, 2, 840, 113549, 1, 1, 12}, {1, 2, 840, 113549, 1, 1, 13},
	{1, 2, 840, 10045, 2, 1}, {1, 2, 840, 10045, 4, 3, 2}, {1, 2, 840, 10045, 4, 3, 3}, {1, 2, 840, 10045, 4, 3, 4},
}

var errForm = errors.New("not the form of a bundle's signature")

const maxCertificates = 20

func parseSigned(der []byte) (*signedBlock, error) {
	var outer contentOf
	if rest, err := asn1.Unmarshal(der, &outer); err != nil || len(rest) > 0 || !outer.Type.Equal(oidSigned) {
		return nil, errForm
	}
	var data signedData
	if rest, err := asn1.Unmarshal(outer.Content.Bytes, &data); err != nil || len(rest) > 0 {
		return nil, errForm
	}
	if len(data.Signers) != 1 || !data.Content.Type.Equal(oidContent) || len(data.Content.Content.FullBytes) > 0 {
		return nil, errForm
	}
	certificates, err := x509.ParseCertificates(data.Certificates.Bytes)
	if err != nil || len(certificates) > maxCertificates {
		return nil, errForm
	}
	from := data.Signers[0]
	s := &signedBlock{signature: from.Signature, hash: hashOf(from.Digest.Algorithm)}
	for _, c := range certificates {
		if s.signer == nil && c.SerialNumber.Cmp(from.Who.Serial) == 0 && bytes.Equal(c.RawIssuer, from.Who.Issuer.FullBytes) {
			s.signer = c
		} else {
			s.others = append(s.others, c)
		}
	}
	if s.signer == nil || s.hash == 0 || len(from.Attrs.FullBytes) == 0 || !slices.ContainsFunc(plainAlgorithms, from.Algorithm.Algorithm.Equal) {
		return nil, errForm
	}
	// What is signed is the attributes as a SET, in the order in which they
	// stand: the official tool does not sort them.
	s.attrs = bytes.Clone(from.Attrs.FullBytes)
	s.attrs[0] = 0x31
	return s, s.readAttributes(from.Attrs.Bytes)
}

func hashOf(oid asn1.ObjectIdentifier) crypto.Hash {
	for hash, id := range map[crypto.Hash]asn1.ObjectIdentifier{
		crypto.SHA256: {2, 16, 840, 1, 101, 3, 4, 2, 1},
		crypto.SHA384: {2, 16, 840, 1, 101, 3, 4, 2, 2},
		crypto.SHA512: {2, 16, 840, 1, 101, 3, 4, 2, 3},
	} {
		if oid.Equal(id) {
			return hash
		}
	}
	return 0
}

// readAttributes reads what was signed: the kind and the digest of the content,
// each exactly once, and when.
func (s *signedBlock) readAttributes(b []byte) error {
	kind := false
	for len(b) > 0 {
		var a attribute
		rest, err := asn1.Unmarshal(b, &a)
		if err != nil || a.Values.Tag != asn1.TagSet || !a.Values.IsCompound {
			return errForm
		}
		b = rest
		switch {
		case a.Type.Equal(oidType):
			var oid asn1.ObjectIdentifier
			if rest, err := asn1.Unmarshal(a.Values.Bytes, &oid); err != nil || len(rest) > 0 || !oid.Equal(oidContent) || kind {
				return errForm
			}
			kind = true
		case a.Type.Equal(oidDigest):
			var digest []byte
			if rest, err := asn1.Unmarshal(a.Values.Bytes, &digest); err != nil || len(rest) > 0 || s.digest != nil {
				return errForm
			}
			s.digest = digest
		case a.Type.Equal(oidTime):
			if _, err := asn1.Unmarshal(a.Values.Bytes, &s.time); err != nil {
				return errForm
			}
		}
	}
	if !kind || len(s.digest) != s.hash.Size() {
		return errForm
	}
	return nil
}

// check sees that the signer signed the attributes.
func (s *signedBlock) check() error {
	algorithms := map[x509.PublicKeyAlgorithm]map[crypto.Hash]x509.SignatureAlgorithm{
		x509.RSA:   {crypto.SHA256: x509.SHA256WithRSA, crypto.SHA384: x509.SHA384WithRSA, crypto.SHA512: x509.SHA512WithRSA},
		x509.ECDSA: {crypto.SHA256: x509.ECDSAWithSHA256, crypto.SHA384: x509.ECDSAWithSHA384, crypto.SHA512: x509.ECDSAWithSHA512},
	}
	return s.signer.CheckSignature(algorithms[s.signer.PublicKeyAlgorithm][s.hash], s.attrs, s.signature)
}
