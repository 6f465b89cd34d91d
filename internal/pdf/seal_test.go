package pdf

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// sealedDoc is a document with a seal and, when shown, a box for it.
func sealedDoc(shown bool, sign func([sha256.Size]byte) ([]byte, error)) *Doc {
	d := New(Options{Title: "Sealed", Created: made, Seal: &Seal{Reserve: 3000, Sign: sign, Name: "Kestrel (x) \\", Reason: "Packet r3.1"}})
	d.Add(Heading{Level: 1, Text: "Sealed"}, Paragraph{Spans: []Span{T("before")}})
	if shown {
		d.Add(SealBox{Spans: []Span{{Text: "Sealed by Kestrel", Bold: true, Icon: MarkPass}, T("\nZażółć, packet r3.1")}, Width: 260, Fill: PassTint, Border: Pass})
	}
	d.Add(Paragraph{Spans: []Span{T("behind "), To("top", "top")}, Anchor: "top"})
	return d
}

var byteRange = regexp.MustCompile(`/ByteRange\[0 (\d+) (\d+) (\d+) *\]`)

// signedParts cuts a file at its byte range.
func signedParts(t *testing.T, b []byte) (signed, contents []byte) {
	t.Helper()
	m := byteRange.FindSubmatch(b)
	if m == nil {
		t.Fatal("the file has no byte range")
	}
	n := [3]int{}
	for i := range n {
		n[i], _ = strconv.Atoi(string(m[i+1]))
	}
	if n[1]+n[2] != len(b) {
		t.Fatalf("the byte range ends at %d of %d", n[1]+n[2], len(b))
	}
	if b[n[0]] != '<' || b[n[1]-1] != '>' || !bytes.HasSuffix(b[:n[0]], []byte("/Contents")) {
		t.Fatal("the byte range leaves out something else than the signature")
	}
	return append(append([]byte(nil), b[:n[0]]...), b[n[1]:]...), b[n[0]+1 : n[1]-1]
}

var emptyBox = regexp.MustCompile(`"/BBox": \[\s+0,\s+0,\s+0,\s+0\s+\]`)

func TestSeal(t *testing.T) {
	t.Parallel()
	for _, shown := range []bool{true, false} {
		var asked [][sha256.Size]byte
		out, path := rendered(t, sealedDoc(shown, func(d [sha256.Size]byte) ([]byte, error) {
			asked = append(asked, d)
			return []byte{0x30, 0x03, 0x02, 0x01, 0x07}, nil
		}))
		signed, contents := signedParts(t, out.Bytes)
		if len(asked) != 1 || asked[0] != sha256.Sum256(signed) {
			t.Error("the digest is not that of everything but the signature, or was asked for twice")
		}
		if want := "3003020107" + strings.Repeat("0", 5990); string(contents) != want {
			t.Errorf("the place holds %.20s… of %d digits", contents, len(contents))
		}
		js := tool(t, "qpdf", "--json", "--json-key=qpdf", path)
		for _, want := range []string{`"/SigFlags": 3`, `"/SubFilter": "/ETSI.CAdES.detached"`, `"/S": "/Form"`, `"/FT": "/Sig"`, `"/Reason": "u:Packet r3.1"`} {
			if strings.Count(js, want) != 1 {
				t.Errorf("shown %v: the file does not have %s once", shown, want)
			}
		}
		tree := tool(t, "pdfinfo", "-struct", path)
		if !strings.Contains(tree, "Form") {
			t.Error("the field is not in the structure tree")
		}
		if got := emptyBox.MatchString(js); got == shown || !strings.Contains(js, `"/AP": {`) {
			t.Errorf("shown %v: its appearance is empty: %v", shown, got)
		}
	}
}

// TestSealHolds has openssl sign and pdfsig check a document.
func TestSealHolds(t *testing.T) {
	t.Parallel()
	first, err := sealedDoc(true, func([sha256.Size]byte) ([]byte, error) { return nil, nil }).Render()
	if err != nil {
		t.Fatal(err)
	}
	signed, _ := signedParts(t, first.Bytes)
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	if err := os.WriteFile(at("data"), signed, 0o600); err != nil {
		t.Fatal(err)
	}
	quiet := func(args ...string) {
		t.Helper()
		tool(t, "sh", append([]string{"-c", `exec openssl "$@" 2>&1`, "openssl"}, args...)...)
	}
	quiet("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", at("key"), "-out", at("crt"), "-days", "2", "-subj", "/CN=Test seal")
	quiet("cms", "-sign", "-binary", "-cades", "-md", "sha256", "-nosmimecap", "-signer", at("crt"), "-inkey", at("key"), "-in", at("data"), "-outform", "DER", "-out", at("cms"))
	cms, err := os.ReadFile(at("cms"))
	if err != nil {
		t.Fatal(err)
	}
	_, path := rendered(t, sealedDoc(true, func([sha256.Size]byte) ([]byte, error) { return cms, nil }))
	said := tool(t, "pdfsig", "-nocert", path)
	for _, want := range []string{"Signature #1:", "  - Signature Validation: Signature is Valid.", "  - Total document signed", "ETSI.CAdES.detached"} {
		if !strings.Contains(said, want) {
			t.Errorf("pdfsig does not say %q:\n%s", want, said)
		}
	}
	if strings.Contains(said, "Signature #2") {
		t.Error("there are two signatures")
	}
}

func TestSealRefuses(t *testing.T) {
	t.Parallel()
	broken := errors.New("no key")
	sign := func(n int, err error) func([sha256.Size]byte) ([]byte, error) {
		return func([sha256.Size]byte) ([]byte, error) { return make([]byte, n), err }
	}
	for name, tc := range map[string]struct {
		want error
		doc  *Doc
	}{
		"too large": {ErrSealTooLarge, sealedDoc(true, sign(3001, nil))},
		"no key":    {broken, sealedDoc(true, sign(0, broken))},
	} {
		if _, err := tc.doc.Render(); !errors.Is(err, tc.want) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	two := sealedDoc(true, sign(1, nil))
	two.Add(SealBox{})
	if _, err := two.Render(); !errors.Is(err, ErrTwoSeals) {
		t.Errorf("two boxes: got %v", err)
	}
	for _, n := range []int{0, -1, MaxSealReserve + 1} {
		d := sealedDoc(true, sign(0, nil))
		d.opt.Seal.Reserve = n
		if _, err := d.Render(); !errors.Is(err, ErrSealReserve) {
			t.Errorf("reserve %d: got %v", n, err)
		}
	}
	plain := plainDoc()
	plain.Add(SealBox{Spans: []Span{T("not here")}})
	out, path := rendered(t, plain)
	if text := tool(t, "pdftotext", path, "-"); strings.Contains(text, "not here") || bytes.Contains(out.Bytes, []byte("/AcroForm")) {
		t.Error("a document without a seal shows one")
	}
}

// TestSealedBytesStand: what is signed does not depend on the signature.
func TestSealedBytesStand(t *testing.T) {
	t.Parallel()
	var digests []string
	for i := range 3 {
		out, err := sealedDoc(true, func([sha256.Size]byte) ([]byte, error) { return bytes.Repeat([]byte{byte(i)}, i), nil }).Render()
		if err != nil {
			t.Fatal(err)
		}
		signed, _ := signedParts(t, out.Bytes)
		sum := sha256.Sum256(signed)
		digests = append(digests, hex.EncodeToString(sum[:]))
	}
	if digests[0] != digests[1] || digests[1] != digests[2] {
		t.Errorf("got %v", digests)
	}
}
