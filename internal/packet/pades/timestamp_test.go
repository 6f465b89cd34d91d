package pades

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"strings"
	"testing"
	"time"
)

var (
	stampTime   = time.Date(2026, 11, 21, 22, 5, 6, 0, time.UTC)
	testImprint = sha256.Sum256([]byte("a signature"))
	testNonce   = big.NewInt(4711)
)

var oidSigningCertificateV1 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 2, 12}

// answer is an authority's answer in the making; each test spoils one thing of it.
type answer struct {
	status      int
	key         *ecdsa.PrivateKey
	certificate *x509.Certificate
	carried     []byte // certificates
	content     asn1.ObjectIdentifier
	hash        asn1.ObjectIdentifier
	imprint     []byte
	time        string
	nonce       *big.Int
	extra       []byte // behind the TSTInfo's last member
	named       asn1.ObjectIdentifier
	named2      any    // SigningCertificate or V2
	digest      []byte // message digest; nil for the right one
	kind        asn1.ObjectIdentifier
	algorithm   asn1.ObjectIdentifier
	flip        bool // a bit of the signature
	pad         int  // bytes in an unsigned attribute
	behind      []byte
}

// timeStamping makes the extended key usage of an authority.
func timeStamping(critical bool, more ...asn1.ObjectIdentifier) func(*x509.Certificate) {
	return func(c *x509.Certificate) {
		value, err := asn1.Marshal(append([]asn1.ObjectIdentifier{{1, 3, 6, 1, 5, 5, 7, 3, 8}}, more...))
		if err != nil {
			panic(err)
		}
		c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{2, 5, 29, 37}, Critical: critical, Value: value}}
	}
}

func goodAnswer(t testing.TB, change func(*x509.Certificate)) *answer {
	key, certificate := certified(t, elliptic.P256(), change)
	hash := sha256.Sum256(certificate.Raw)
	return &answer{
		key: key, certificate: certificate, carried: certificate.Raw, content: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4},
		hash: oidSHA256, imprint: testImprint[:], time: "20261121220506Z", nonce: testNonce,
		named: oidSigningCertificate, named2: signingCertificateV2{[]essCertID{{hash[:]}}}, kind: oidSHA256, algorithm: oidECDSAWithSHA256,
	}
}

func marshal(t testing.TB, v any, params string) []byte {
	t.Helper()
	b, err := asn1.MarshalWithParams(v, params)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (a *answer) token(t testing.TB) []byte {
	t.Helper()
	type tstInfo struct {
		Version int
		Policy  asn1.ObjectIdentifier
		Imprint messageImprint
		Serial  int
		Time    asn1.RawValue
		Nonce   *big.Int      `asn1:"optional"`
		Extra   asn1.RawValue `asn1:"optional"`
	}
	info := marshal(t, tstInfo{
		1, asn1.ObjectIdentifier{1, 2, 3}, messageImprint{pkix.AlgorithmIdentifier{Algorithm: a.hash}, a.imprint}, 9,
		asn1.RawValue{Tag: 24, Bytes: []byte(a.time)}, a.nonce, asn1.RawValue{FullBytes: a.extra},
	}, "")
	digest := sha256.Sum256(info)
	if a.digest == nil {
		a.digest = digest[:]
	}
	attributes := []attribute{
		{oidContentType, []asn1.RawValue{{FullBytes: marshal(t, a.content, "")}}},
		{oidMessageDigest, []asn1.RawValue{{FullBytes: marshal(t, a.digest, "")}}},
	}
	if a.named2 != nil {
		attributes = append(attributes, attribute{a.named, []asn1.RawValue{{FullBytes: marshal(t, a.named2, "")}}})
	}
	signed, err := attributeSet(attributes...)
	if err != nil {
		t.Fatal(err)
	}
	value, err := SignP256(a.key, signed)
	if err != nil {
		t.Fatal(err)
	}
	if a.flip {
		value[len(value)-1] ^= 1
	}
	signed[0] = 0xa0
	signer := signerInfo{
		Version: 1, Signer: issuerAndSerial{asn1.RawValue{FullBytes: a.certificate.RawIssuer}, a.certificate.SerialNumber},
		Digest: pkix.AlgorithmIdentifier{Algorithm: a.kind}, Signed: asn1.RawValue{FullBytes: signed},
		Algorithm: pkix.AlgorithmIdentifier{Algorithm: a.algorithm}, Signature: value,
	}
	if a.pad > 0 {
		signer.Unsigned = tagged(1, marshal(t, attribute{asn1.ObjectIdentifier{1, 2, 3}, []asn1.RawValue{{FullBytes: marshal(t, make([]byte, a.pad), "")}}}, ""))
	}
	type data struct {
		Version int
		Digests []pkix.AlgorithmIdentifier `asn1:"set"`
		Content struct {
			Type    asn1.ObjectIdentifier
			Content asn1.RawValue
		}
		Certificates asn1.RawValue
		Signers      []signerInfo `asn1:"set"`
	}
	d := data{Version: 3, Digests: []pkix.AlgorithmIdentifier{signer.Digest}, Certificates: tagged(0, a.carried), Signers: []signerInfo{signer}}
	d.Content.Type, d.Content.Content = a.content, tagged(0, marshal(t, info, ""))
	return append(marshal(t, contentInfo{oidSignedData, tagged(0, marshal(t, d, ""))}, ""), a.behind...)
}

func (a *answer) response(t testing.TB) []byte {
	t.Helper()
	type status struct{ Status int }
	return marshal(t, struct {
		Status status
		Token  asn1.RawValue
	}{status{a.status}, asn1.RawValue{FullBytes: a.token(t)}}, "")
}

// TestStampToken: what a hostile or broken authority may answer is refused with
// a reason; what real ones differ in is taken.
func TestStampToken(t *testing.T) {
	t.Parallel()
	purpose := timeStamping(true)
	other, _ := certified(t, elliptic.P256(), nil)
	for name, tt := range map[string]struct {
		certificate func(*x509.Certificate)
		change      func(*answer)
		want        string // in the error; empty when it is taken
	}{
		"good":                       {purpose, func(*answer) {}, ""},
		"granted with modifications": {purpose, func(a *answer) { a.status = 1 }, ""},
		"a fraction of a second":     {purpose, func(a *answer) { a.time = "20261121220506.25Z" }, ""},
		"an extension":               {purpose, func(a *answer) { a.extra = []byte{0xa1, 2, 0x30, 0} }, ""},
		"the authority's name":       {purpose, func(a *answer) { a.extra = []byte{0xa0, 2, 0x82, 0} }, ""},
		"an older kind of name": {purpose, func(a *answer) {
			sum := sha1.Sum(a.certificate.Raw)
			a.named, a.named2 = oidSigningCertificateV1, signingCertificateV2{[]essCertID{{sum[:]}}}
		}, ""},
		"certificates beside it":     {purpose, func(a *answer) { _, c := certified(t, elliptic.P384(), nil); a.carried = append(c.Raw, a.carried...) }, ""},
		"an unsigned attribute":      {purpose, func(a *answer) { a.pad = 100 }, ""},
		"rejected":                   {purpose, func(a *answer) { a.status = 2 }, "not granted, status 2"},
		"waiting":                    {purpose, func(a *answer) { a.status = 3 }, "not granted, status 3"},
		"another imprint":            {purpose, func(a *answer) { a.imprint = make([]byte, 32) }, "for something else"},
		"an imprint of another hash": {purpose, func(a *answer) { a.hash = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 4} }, "for something else"},
		"another nonce":              {purpose, func(a *answer) { a.nonce = big.NewInt(4712) }, "another request"},
		"a negative nonce":           {purpose, func(a *answer) { a.nonce = big.NewInt(-4711) }, "another request"},
		"no nonce":                   {purpose, func(a *answer) { a.nonce = nil }, "another request"},
		"a changed time stamp":       {purpose, func(a *answer) { a.digest = make([]byte, 32) }, "its digest is another"},
		"a broken signature":         {purpose, func(a *answer) { a.flip = true }, "signature does not hold"},
		"signed by another key":      {purpose, func(a *answer) { a.key = other }, "signature does not hold"},
		"no certificate":             {purpose, func(a *answer) { a.carried = nil }, "does not hold its signer's certificate"},
		"another certificate": {purpose, func(a *answer) {
			_, c := certified(t, elliptic.P384(), func(c *x509.Certificate) { c.SerialNumber = big.NewInt(3) })
			a.carried = c.Raw
		}, "does not hold its signer's certificate"},
		"bound to another one":        {purpose, func(a *answer) { a.named2 = signingCertificateV2{[]essCertID{{make([]byte, 32)}}} }, "bound to another certificate"},
		"bound to none":               {purpose, func(a *answer) { a.named2 = nil }, "not a token"},
		"not critical":                {timeStamping(false), func(*answer) {}, "not one for time stamping alone"},
		"for more than time stamping": {timeStamping(true, asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 3, 4}), func(*answer) {}, "not one for time stamping alone"},
		"for something unknown":       {timeStamping(true, asn1.ObjectIdentifier{1, 2, 3}), func(*answer) {}, "not one for time stamping alone"},
		"for nothing":                 {nil, func(*answer) {}, "not one for time stamping alone"},
		"not valid yet":               {func(c *x509.Certificate) { purpose(c); c.NotBefore = stampTime.Add(time.Minute) }, func(*answer) {}, "not valid at its time"},
		"not valid any more":          {func(c *x509.Certificate) { purpose(c); c.NotAfter = stampTime.Add(-time.Minute) }, func(*answer) {}, "not valid at its time"},
		"a time without a zone":       {purpose, func(a *answer) { a.time = "20261121220506" }, "not a token"},
		"a time in another zone":      {purpose, func(a *answer) { a.time = "20261121220506+0100" }, "not a token"},
		"no such day":                 {purpose, func(a *answer) { a.time = "20261131220506Z" }, "not a token"},
		"a zero behind the fraction":  {purpose, func(a *answer) { a.time = "20261121220506.50Z" }, "not a token"},
		"another content":             {purpose, func(a *answer) { a.content = oidData }, "not a token"},
		"something behind the info":   {purpose, func(a *answer) { a.extra = []byte{4, 0} }, "not a token"},
		"an unknown hash":             {purpose, func(a *answer) { a.kind = asn1.ObjectIdentifier{1, 3, 14, 3, 2, 26} }, "a hash that is not known"},
		"another hash":                {purpose, func(a *answer) { a.kind = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 2} }, "its digest is another"},
		"an unknown signature":        {purpose, func(a *answer) { a.algorithm = asn1.ObjectIdentifier{1, 2, 840, 10045, 4, 1} }, "algorithm that is not known"},
		"too large":                   {purpose, func(a *answer) { a.pad = MaxToken }, "larger than"},
		"something behind the token":  {purpose, func(a *answer) { a.behind = []byte{5, 0} }, ""},
	} {
		a := goodAnswer(t, tt.certificate)
		tt.change(a)
		token, err := StampToken(a.response(t), testImprint, testNonce)
		if tt.want == "" && (err != nil || len(token) == 0) || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
	for name, b := range map[string]string{"nothing": "", "text": "hello", "an empty sequence": "\x30\x00", "no token": "\x30\x05\x30\x03\x02\x01\x00"} {
		if _, err := StampToken([]byte(b), testImprint, testNonce); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

// TestStampTokenOfOtherHashes: the hash in the signature may be longer.
func TestStampTokenOfOtherHashes(t *testing.T) {
	t.Parallel()
	a := goodAnswer(t, timeStamping(true))
	hash := sha512.Sum512(a.certificate.Raw)
	type withHash struct {
		Algorithm pkix.AlgorithmIdentifier
		Hash      []byte
	}
	a.named2 = struct{ Certs []withHash }{[]withHash{{pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 3}}, hash[:]}}}
	if _, err := StampToken(a.response(t), testImprint, testNonce); err != nil {
		t.Error(err)
	}
}

// FuzzStampToken: no answer but a true one is taken, and none makes it panic.
func FuzzStampToken(f *testing.F) {
	good := goodAnswer(f, timeStamping(true)).response(f)
	f.Add(good)
	f.Add(good[:len(good)/2])
	f.Add([]byte("\x30\x05\x30\x03\x02\x01\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		token, err := StampToken(b, testImprint, testNonce)
		if (err == nil) != (token != nil) {
			t.Errorf("token of %d bytes with %v", len(token), err)
		}
	})
}
