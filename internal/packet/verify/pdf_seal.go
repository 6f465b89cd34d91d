package verify

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"time"
)

// The words of the predicate about the PDF's seal.
const (
	levelBB        = "B-B"
	levelBT        = "B-T"
	stampNone      = "none"
	stampNotGot    = "unreachable"
	stampedWord    = "stamped"
	maxReserved    = 1 << 16 // bytes reserved for the CMS object
	certificateTag = "CERTIFICATE"
)

// pdfSeal is what the statement says about the PDF's signature.
type pdfSeal struct {
	level, stamp string
	stampedAt    time.Time // zero without a stamp
}

// pdfSeal reads the predicate's words about the seal, which must agree.
func (r *reader) pdfSeal(n node) pdfSeal {
	m := r.object("the predicate's pdf_seal", n, "level", "stamp", "stamped_at")
	s := pdfSeal{level: r.text("the PDF's level", m[0]), stamp: r.text("the PDF's stamp", m[1])}
	if !m[2].isNull() {
		s.stampedAt = r.time("the time of the stamp", m[2])
	}
	stamped := s.stamp == stampedWord
	if !stamped && s.stamp != stampNone && s.stamp != stampNotGot || stamped == s.stampedAt.IsZero() ||
		stamped && s.level != levelBT || !stamped && s.level != levelBB {
		r.fail("the predicate's pdf_seal")
	}
	return s
}

// checkPDF checks the signature in packet.pdf: there is one, it is over every
// byte but itself, and it is by a PDF key of the list.
func (v *verifier) checkPDF() (string, error) {
	if _, ok := v.byName[pdfName]; !ok || v.statement == nil || v.list == nil {
		return "", notChecked("there is no packet.pdf, no readable statement or no readable list of keys")
	}
	key, certificate, err := v.pdfKey()
	if err != nil {
		return "", err
	}
	report := v.report
	if report.err != nil {
		return "", report.err
	}
	seal, err := checkCMS(report.reserved, certificate, report.digest)
	if err != nil {
		return "", err
	}
	if (seal.token != nil) != (v.statement.seal.level == levelBT) {
		return "", errors.New("packet.pdf has another level than the statement says")
	}
	v.seal, v.attached = &seal, report.attached
	v.signers = append(v.signers, signer{usePDF, key.id, v.statement.madeAt})
	return fmt.Sprintf("packet.pdf has one signature (PAdES %s), over all of it, by key %s", v.statement.seal.level, key.id[:16]), nil
}

// signedReport is what the checks need of packet.pdf.
type signedReport struct {
	digest   [sha256.Size]byte // of what is signed
	reserved []byte            // where the signature stands
	attached bool              // packet.json is the one file that it carries
	err      error
}

func (v *verifier) readReport() (r signedReport) {
	b := v.byName[pdfName]
	f, err := readPDF(b)
	if err != nil {
		return signedReport{err: err}
	}
	if r.digest, r.reserved, r.err = f.readSignature(b); r.err == nil {
		r.attached = f.attaches(v.byName[manifestName])
	}
	return r
}

// pdfKey gives the key of the packet's certificate.
func (v *verifier) pdfKey() (listedKey, *x509.Certificate, error) {
	for _, k := range v.list.keys {
		if k.use == usePDF && bytes.Equal(v.byName[pdfPEMName], certificatePEM(k.certificate)) {
			c, err := x509.ParseCertificate(k.certificate)
			return k, c, err
		}
	}
	return listedKey{}, nil, fmt.Errorf("%s is not the certificate of a PDF key of the list", pdfPEMName)
}

func certificatePEM(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: certificateTag, Bytes: der})
}

// attaches tells whether exactly one file is attached to the PDF, and is this one.
func (f *pdfFile) attaches(data []byte) bool {
	var found *pdfObject
	for _, o := range f.order {
		if !o.is("Type", "EmbeddedFile") {
			continue
		}
		if found != nil {
			return false
		}
		found = o
	}
	if found == nil {
		return false
	}
	attached, err := f.inflateUpTo(found, len(data))
	return err == nil && bytes.Equal(attached, data)
}

// readSignature finds the one signature of the PDF that b is. It gives the digest
// of what is signed, which is the whole file but for one hexadecimal string, and
// the bytes of that string.
func (f *pdfFile) readSignature(b []byte) (digest [sha256.Size]byte, reserved []byte, err error) {
	o, err := f.signature()
	if err != nil {
		return digest, nil, err
	}
	contents, ok := o.value("Contents")
	signed, whole := o.numbers("ByteRange", 4)
	if !ok || !whole || contents.kind != kindHex || !o.is("Type", "Sig") || !o.is("Filter", "Adobe.PPKLite") || !o.is("SubFilter", "ETSI.CAdES.detached") {
		return digest, nil, errors.New("the signature in packet.pdf is not one of PAdES")
	}
	if signed[0] != 0 || signed[1] != contents.begin || signed[2] != contents.end || signed[3] != len(b)-contents.end {
		return digest, nil, errors.New("the signature in packet.pdf is not over the whole file")
	}
	text := b[contents.begin+1 : contents.end-1]
	reserved = make([]byte, len(text)/2)
	if _, err := hex.Decode(reserved, text); err != nil || len(reserved) > maxReserved || hex.EncodeToString(reserved) != string(text) {
		return digest, nil, errors.New("the signature in packet.pdf is not in its one encoding")
	}
	h := sha256.New()
	h.Write(b[:contents.begin])
	h.Write(b[contents.end:])
	return [sha256.Size]byte(h.Sum(nil)), reserved, nil
}

// signature looks into every object, and gives the one that is a signature.
func (f *pdfFile) signature() (*pdfObject, error) {
	var found *pdfObject
	ranges, fields := 0, 0
	count := func(t pdfToken) bool {
		if t.kind == kindName && string(t.text) == "ByteRange" {
			ranges++
			return true
		}
		if t.kind == kindName && string(t.text) == "FT" {
			fields++
		}
		return false
	}
	for _, o := range f.order {
		for _, t := range o.tokens {
			if count(t) {
				found = o
			}
		}
		if !o.is("Type", "ObjStm") {
			continue
		}
		packed, err := f.inflate(o)
		if err != nil {
			return nil, err
		}
		s := pdfScanner{b: packed}
		for t, ok := s.next(); ok; t, ok = s.next() {
			count(t)
		}
		if s.at != len(packed) {
			return nil, errPDF
		}
	}
	if ranges != 1 || fields != 1 || found == nil || found.data != nil {
		return nil, fmt.Errorf("packet.pdf has %d signatures and %d form fields, and must have one of each", ranges, fields)
	}
	return found, nil
}

// checkCMS demands that the reserved bytes are the one CMS object that there
// can be for this certificate and digest, then zeros, and that its signature holds.
func checkCMS(reserved []byte, certificate *x509.Certificate, digest [sha256.Size]byte) (cms, error) {
	whole := derOf(reserved).take(tagSequence).whole
	for _, c := range reserved[len(whole):] {
		if c != 0 {
			return cms{}, errors.New("something stands behind the signature in packet.pdf")
		}
	}
	seal, err := readCMS(whole)
	if err != nil {
		return cms{}, err
	}
	again, err := writeCMS(certificate, digest, seal)
	if err != nil {
		return cms{}, err
	}
	if !bytes.Equal(again, whole) {
		return cms{}, errors.New("the signature in packet.pdf is not about this file and this certificate, or was changed")
	}
	if err := verifyECDSA(certificate.RawSubjectPublicKeyInfo, signedAttributes(certificate.Raw, digest), seal.signature); err != nil {
		return cms{}, fmt.Errorf("packet.pdf: %w", err)
	}
	return seal, nil
}

// checkStamp checks the time stamp of the PDF's signature, where there is one.
func (v *verifier) checkStamp() (string, error) {
	if v.statement == nil || v.seal == nil {
		return "", notChecked("there is no readable statement or no signature in packet.pdf that holds")
	}
	file, ok := v.byName[stampName]
	if v.seal.token == nil {
		if ok {
			return "", fmt.Errorf("%s is there without a time stamp in packet.pdf", stampName)
		}
		if v.statement.seal.stamp == stampNotGot {
			return "", notThere("no time stamp: the authority gave none when the packet was sealed")
		}
		return "", notThere("no time stamp: the server asked no authority for one")
	}
	if !bytes.Equal(file, v.seal.token) {
		return "", fmt.Errorf("%s is not the time stamp in packet.pdf", stampName)
	}
	stamp, err := ReadStamp(v.seal.token, sha256.Sum256(v.seal.signature))
	if err != nil {
		return "", err
	}
	if !stamp.Time.Truncate(time.Microsecond).Equal(v.statement.seal.stampedAt) {
		return "", errors.New("the time stamp has another time than the statement says")
	}
	at := stamp.Time.Format("2006-01-02 15:04:05")
	v.result.Stamp = &StampClaim{At: v.statement.seal.stampedAt.Format(timeLayout), Authority: stamp.Authority, Certificate: stamp.Certificate}
	return fmt.Sprintf("stamped %s UTC by %s; whether to believe that authority is yours to judge", at, printable(stamp.Authority)), nil
}
