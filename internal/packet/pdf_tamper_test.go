package packet

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/proofwalk/proofwalk/internal/packet/pades"
	"github.com/proofwalk/proofwalk/internal/packet/verify"
	"github.com/proofwalk/proofwalk/internal/testkit/authority"
)

var byteRange = regexp.MustCompile(`/ByteRange\[0 (\d+) (\d+) (\d+) *\]`)

// reserved finds the place of the hexadecimal digits of a PDF's signature.
func reserved(t testing.TB, pdf []byte) (begin, end int) {
	t.Helper()
	m := byteRange.FindSubmatch(pdf)
	if m == nil {
		t.Fatal("the PDF has no byte range")
	}
	begin, _ = strconv.Atoi(string(m[1])) // digits
	end, _ = strconv.Atoi(string(m[2]))
	return begin + 1, end - 1
}

// derPlace is an element of DER: where its tag, its length and its content stand.
type derPlace struct {
	path               string // tags from the outermost, in hex
	tag, content, size int
}

// derPlaces walks over DER, into everything that is constructed.
func derPlaces(t testing.TB, b []byte, at int, path string) (out []derPlace) {
	t.Helper()
	for i := 0; at < len(b); i++ {
		head, size := 2, int(b[at+1])
		if size >= 0x80 {
			n := size & 0x7f
			size = 0
			for _, c := range b[at+2 : at+2+n] {
				size = size<<8 | int(c)
			}
			head += n
		}
		p := derPlace{fmt.Sprintf("%s/%d:%02x", path, i, b[at]), at, at + head, size}
		out = append(out, p)
		if b[at]&0x20 != 0 {
			out = append(out, derPlaces(t, b[:at+head+size], at+head, p.path)...)
		}
		at += head + size
	}
	return out
}

// cmsOf gives a PDF's CMS object, without the zeros behind it, and its elements.
func cmsOf(t testing.TB, pdf []byte) ([]byte, []derPlace) {
	t.Helper()
	begin, end := reserved(t, pdf)
	b, err := hex.DecodeString(string(pdf[begin:end]))
	if err != nil {
		t.Fatal(err)
	}
	first := 4 + int(b[2])<<8 + int(b[3]) // a length in two bytes
	return b[:first], derPlaces(t, b[:first], 0, "")
}

// Paths of elements in the CMS object.
const (
	signaturePath = "/0:30/1:a0/0:30/4:31/0:30/5:04"
	tokenPath     = "/0:30/1:a0/0:30/4:31/0:30/6:a1"
)

// signatureOf gives the ECDSA signature in a PDF.
func signatureOf(t testing.TB, pdf []byte) []byte {
	t.Helper()
	cms, places := cmsOf(t, pdf)
	i := slices.IndexFunc(places, func(p derPlace) bool { return p.path == signaturePath })
	if i < 0 {
		t.Fatal("there is no signature")
	}
	return cms[places[i].content : places[i].content+places[i].size]
}

// resealer puts another packet.pdf and other files into a packet, as whoever
// holds the bundle key can: only the PDF's own seal is left to tell.
type resealer struct {
	t     *testing.T
	zip   []byte
	c     *Content
	m     *manifest
	seal  Seal
	got   PDFSeal
	trust verify.Trust
}

func newResealer(t *testing.T, stamp func([sha256.Size]byte) ([]byte, error)) (*resealer, *Packet) {
	t.Helper()
	r := ring(t)
	c := withFiles(smallContent(t))
	seal := sealFor(t, c, r)
	seal.Stamp = stamp
	m, err := newManifest(c, seal.Salts)
	if err != nil {
		t.Fatal(err)
	}
	p, err := build(c, seal, fewBytes)
	if err != nil {
		t.Fatal(err)
	}
	return &resealer{t, p.Zip, c, m, seal, p.PDFSeal, verify.Trust{Fingerprint: r.Fingerprint()}}, p
}

// with makes the packet anew after change.
func (r *resealer) with(change func(files map[string][]byte)) verify.Result {
	r.t.Helper()
	zip := repack(r.t, r.zip, func(files []file) []file {
		data := map[string][]byte{}
		for _, f := range files[:len(files)-3] {
			data[f.name] = f.data
		}
		change(data)
		files = nil
		for name, b := range data {
			files = append(files, file{name, b})
		}
		sortFiles(files)
		sealed, err := sealFiles(r.c, r.m, files, r.seal, r.got)
		if err != nil {
			r.t.Fatal(err)
		}
		return sealed
	})
	return verify.Verify(zip, r.trust)
}

// failed gives the names of the checks that failed.
func failed(r verify.Result) string {
	var out []string
	for _, c := range r.Checks {
		if !c.OK {
			out = append(out, c.Name)
		}
	}
	return strings.Join(out, " ")
}

// TestEveryPlaceOfTheSignature changes tag, length, and first and last byte of
// the content of every element of the CMS object, the digits behind it, and the
// byte range, and seals the changed PDF anew with the bundle key.
func TestEveryPlaceOfTheSignature(t *testing.T) {
	t.Parallel()
	r, p := newResealer(t, stampBy(t, authority.New(t)))
	if got := r.with(func(map[string][]byte) {}); got.Verdict != verify.Valid {
		t.Fatalf("sealed anew unchanged: %+v", got)
	}
	begin, end := reserved(t, p.PDF)
	cms, places := cmsOf(t, p.PDF)
	flipped := 0
	flip := func(what string, at int, to byte, lines ...string) {
		t.Helper()
		pdf := bytes.Clone(p.PDF)
		if pdf[at] == to {
			return
		}
		pdf[at] = to
		flipped++
		got := r.with(func(f map[string][]byte) { f["packet.pdf"] = pdf })
		if got.Verdict != verify.Invalid || !slices.Contains(lines, failed(got)) {
			t.Errorf("%s: %s, failed: %s; want one of %q", what, got.Verdict, failed(got), lines)
		}
	}
	other := func(at int) byte { // another digit
		if p.PDF[at] == '1' {
			return '2'
		}
		return '1'
	}
	token := places[slices.IndexFunc(places, func(e derPlace) bool { return e.path == tokenPath+"/0:30/1:31/0:30" })]
	for _, e := range places {
		at := []int{e.tag, e.tag + 1}
		if e.size > 0 {
			at = append(at, e.content, e.content+e.size-1)
		}
		for _, i := range at {
			lines := []string{"pdf stamp"} // the second is not checked without the first
			if i >= token.tag && i < token.content+token.size {
				lines = append(lines, "stamp")
			}
			flip(fmt.Sprintf("%s, byte %d of the CMS object", e.path, i), begin+2*i, other(begin+2*i), lines...)
			flip(fmt.Sprintf("%s, byte %d of the CMS object", e.path, i), begin+2*i+1, other(begin+2*i+1), lines...)
		}
	}
	for at := begin + 2*len(cms); at < end; at += 1 + (end-begin)/40 {
		flip("a zero behind the signature", at, '1', "pdf stamp")
		flip("a zero behind the signature", at, 'A', "pdf stamp")
	}
	flip("the last zero", end-1, '1', "pdf stamp")
	for i := begin; i < begin+2*len(cms); i++ {
		if strings.IndexByte("abcdef", p.PDF[i]) >= 0 {
			flip("a digit in upper case", i, p.PDF[i]-'a'+'A', "pdf stamp")
			break
		}
	}
	m := byteRange.FindIndex(p.PDF)
	for at := m[0]; at < end+20; at++ {
		if at == begin {
			at = end
		}
		flip(fmt.Sprintf("byte %d around the byte range", at-m[0]), at, p.PDF[at]^1, "pdf stamp")
	}
	t.Logf("%d places, %d elements of DER", flipped, len(places))
	if flipped < 500 {
		t.Error("these are too few")
	}
}

// TestOtherSignatures puts what a reader of PDFs might take for the same into a
// packet that is sealed anew with the bundle key.
func TestOtherSignatures(t *testing.T) {
	t.Parallel()
	stamp := stampBy(t, authority.NewRSA(t)) // its tokens are all of one length
	r, p := newResealer(t, stamp)
	refuse := func(what, lines, word string, change func(files map[string][]byte)) {
		t.Helper()
		got := r.with(change)
		said := ""
		for _, c := range got.Checks {
			if !c.OK {
				said += c.Detail + "\n"
			}
		}
		if got.Verdict != verify.Invalid || failed(got) != lines || !strings.Contains(said, word) {
			t.Errorf("%s: %s, failed: %s; want %s with %q in\n%s", what, got.Verdict, failed(got), lines, word, said)
		}
	}
	pdf := func(b []byte, err error) func(map[string][]byte) {
		if err != nil {
			t.Fatal(err)
		}
		return func(f map[string][]byte) { f["packet.pdf"] = b }
	}
	const name = "packet.pdf"
	refuse("a byte behind the end", "pdf stamp", "", pdf(append(bytes.Clone(p.PDF), '\n'), nil))
	refuse("a second revision", "pdf stamp", "", pdf(append(bytes.Clone(p.PDF), "9 0 obj\n<<>>\nendobj\nstartxref\n0\n%%EOF\n"...), nil))
	refuse("an unsigned PDF", "pdf stamp", "0 signatures", pdf(bytes.ReplaceAll(p.PDF, []byte("/ByteRange"), []byte("/ByteRanke")), nil))

	made := func(spoil func(*smallPDF)) func(map[string][]byte) {
		small := newSmallPDF("x", pades.ReserveStamped)
		spoil(small)
		return pdf(small.sign((&pdfSealer{seal: r.seal}).sign))
	}
	refuse("another good PDF with another stamp", "stamp", "not the time stamp", made(func(*smallPDF) {}))
	second := "<</Type/Sig/ByteRange[0 1 2 3]/Contents<00>>>"
	refuse("a second signature", "pdf stamp", "2 signatures", made(func(s *smallPDF) { s.extra = "9 0 obj\n" + second + "\nendobj\n" }))
	refuse("a second signature, packed", "pdf stamp", "2 signatures", made(func(s *smallPDF) { s.packed[1] += second }))
	refuse("a second signature, escaped", "pdf stamp", "2 signatures", made(func(s *smallPDF) { s.packed[1] += strings.Replace(second, "Byte", "#42y#74e", 1) }))
	refuse("a second field", "pdf stamp", "2 form fields", made(func(s *smallPDF) { s.packed[2] += "<</FT/Sig/V 5 0 R>>" }))
	refuse("a comment", "pdf stamp", "", made(func(s *smallPDF) { s.packed[2] += "%" }))
	refuse("an object in a picture", "pdf stamp", "", made(func(s *smallPDF) { s.extra = "9 0 obj\n<</Length 9>>\nstream\n123\nendstream\nendobj\n" }))
	refuse("another kind of signature", "pdf stamp", "not one of PAdES", made(func(s *smallPDF) {
		s.signature = strings.Replace(s.signature, "ETSI.CAdES.detached", "adbe.pkcs7.detached", 1)
	}))

	theirs := ring(t)
	key, certificate, _ := theirs.PDF()
	stranger := Seal{PDF: key, PDFCertificate: certificate, Stamp: stamp}
	signed := func(s Seal) []byte {
		b, err := newSmallPDF("x", pades.ReserveStamped).sign((&pdfSealer{seal: s}).sign)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	refuse("a stranger's signature", "pdf stamp", "not about this file and this certificate", pdf(signed(stranger), nil))
	refuse("a stranger's signature and certificate", "pdf stamp", "not the certificate of a PDF key of the list", func(f map[string][]byte) {
		f[name], f["validation/pdf.crt.pem"] = signed(stranger), pemOf("CERTIFICATE", certificate.Raw)
	})
	refuse("no stamp", "pdf stamp", "another level", pdf(signed(Seal{PDF: r.seal.PDF, PDFCertificate: r.seal.PDFCertificate}), nil))
	refuse("no file of the stamp", "stamp", "not the time stamp", func(f map[string][]byte) { delete(f, "validation/timestamp.tsr") })
	later, err := stamp(sha256.Sum256(signatureOf(t, p.PDF)))
	if err != nil {
		t.Fatal(err)
	}
	refuse("another stamp beside it", "stamp", "not the time stamp", func(f map[string][]byte) { f["validation/timestamp.tsr"] = later })
	foreign, err := stamp(sha256.Sum256([]byte("another signature")))
	if err != nil {
		t.Fatal(err)
	}
	swap := func(token []byte) func(map[string][]byte) {
		return func(f map[string][]byte) {
			f[name], f["validation/timestamp.tsr"] = withToken(t, p.PDF, token), token
		}
	}
	refuse("the stamp of another signature", "stamp", "for something else", swap(foreign))
	broken := bytes.Clone(unzip(t, r.zip, nil)["validation/timestamp.tsr"])
	broken[len(broken)-1] ^= 1
	refuse("a stamp that its authority did not sign", "stamp", "signature does not hold", swap(broken))
	r.got.StampedAt = ptr(At(r.got.StampedAt.Add(time.Microsecond)))
	refuse("another time in the statement", "stamp", "another time than the statement says", func(map[string][]byte) {})
	r.got = PDFSeal{Level: LevelBB, Stamp: StampNone}
	refuse("another level in the statement", "pdf stamp", "another level", func(map[string][]byte) {})
	r.got = PDFSeal{Level: LevelBT, Stamp: StampNone}
	if got := r.with(func(map[string][]byte) {}); got.Verdict != verify.Invalid || !strings.Contains(failed(got), "statement") {
		t.Errorf("a statement that contradicts itself: %+v", got)
	}
}

// withToken puts another time-stamp token into a PDF.
func withToken(t *testing.T, pdf, token []byte) []byte {
	t.Helper()
	cms, places := cmsOf(t, pdf)
	i := slices.IndexFunc(places, func(p derPlace) bool { return p.path == tokenPath+"/0:30/1:31/0:30" })
	old := places[i]
	if got := old.content + old.size - old.tag; got != len(token) {
		t.Fatalf("a token of %d bytes for one of %d", len(token), got)
	}
	cms = bytes.Clone(cms)
	copy(cms[old.tag:], token)
	out := bytes.Clone(pdf)
	begin, _ := reserved(t, pdf)
	hex.Encode(out[begin:], cms)
	return out
}
