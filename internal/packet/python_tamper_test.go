package packet

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/keys"
	"github.com/proofwalk/proofwalk/internal/packet/pades"
	"github.com/proofwalk/proofwalk/internal/packet/verify"
	"github.com/proofwalk/proofwalk/internal/testkit/authority"
)

// sealer is a stamped packet that can be sealed anew, after a change, by the
// right keys: what is left to tell is the thing that was changed.
type sealer struct {
	t     *testing.T
	ring  *keys.Ring
	c     *Content
	m     *manifest
	seal  Seal
	good  *Packet
	token []byte
}

func newSealer(t *testing.T, r *keys.Ring, stamp func([sha256.Size]byte) ([]byte, error)) *sealer {
	t.Helper()
	c := withFiles(largeContent(t))
	seal := sealFor(t, c, r)
	seal.Stamp = stamp
	m, err := newManifest(c, seal.Salts)
	if err != nil {
		t.Fatal(err)
	}
	good, err := build(c, seal, fewBytes)
	if err != nil {
		t.Fatal(err)
	}
	return &sealer{t, r, c, m, seal, good, unzip(t, good.Zip, nil)["validation/timestamp.tsr"]}
}

// with seals the packet after a change of its files; said is what the statement
// says of the PDF.
func (s *sealer) with(said PDFSeal, change func(files map[string][]byte)) []byte {
	s.t.Helper()
	return repack(s.t, s.good.Zip, func(files []file) []file {
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
		sealed, err := sealFiles(s.c, s.m, files, s.seal, said)
		if err != nil {
			s.t.Fatal(err)
		}
		return sealed
	})
}

// signed gives a small PDF by the PDF key, after a change of what is signed.
func (s *sealer) signed(seal Seal, spoil func(*smallPDF)) []byte {
	s.t.Helper()
	small := newSmallPDF("x", pades.ReserveStamped)
	spoil(small)
	b, err := small.sign((&pdfSealer{seal: seal}).sign)
	if err != nil {
		s.t.Fatal(err)
	}
	return b
}

// wrongPDFs are packets that the bundle key sealed over a PDF which is not theirs.
func wrongPDFs(t *testing.T, s *sealer) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	put := func(what string, b []byte) {
		out[what] = s.with(s.good.PDFSeal, func(f map[string][]byte) { f["packet.pdf"] = b })
	}
	flipped := func(at int) []byte {
		b := bytes.Clone(s.good.PDF)
		b[at] ^= 1
		return b
	}
	second := "<</Type/Sig/ByteRange[0 1 2 3]/Contents<00>>>"
	put("PDF with another byte", flipped(40))
	put("PDF with another byte in its middle", flipped(len(s.good.PDF)/3))
	put("PDF with another last byte", flipped(len(s.good.PDF)-1))
	put("a byte behind the PDF", append(bytes.Clone(s.good.PDF), '\n'))
	put("a revision behind the PDF", append(bytes.Clone(s.good.PDF), "9 0 obj\n<<>>\nendobj\nstartxref\n0\n%%EOF\n"...))
	put("no PDF", nil)
	put("a second signature", s.signed(s.seal, func(p *smallPDF) { p.extra = "9 0 obj\n" + second + "\nendobj\n" }))
	put("a second signature, packed", s.signed(s.seal, func(p *smallPDF) { p.packed[1] += second }))
	put("a second signature, escaped", s.signed(s.seal, func(p *smallPDF) { p.packed[1] += strings.Replace(second, "Byte", "#42y#74e", 1) }))
	put("a second field", s.signed(s.seal, func(p *smallPDF) { p.packed[2] += "<</FT/Sig/V 5 0 R>>" }))
	put("a comment", s.signed(s.seal, func(p *smallPDF) { p.packed[2] += "%" }))
	put("another kind of signature", s.signed(s.seal, func(p *smallPDF) { p.signature = strings.Replace(p.signature, "ETSI.CAdES", "adbe.pkcs7", 1) }))
	put("another good PDF with another stamp", s.signed(s.seal, func(*smallPDF) {}))
	unstamped := s.seal
	unstamped.Stamp = nil
	put("a PDF without the stamp", s.signed(unstamped, func(*smallPDF) {}))

	begin, _ := reserved(t, s.good.PDF)
	cms, places := cmsOf(t, s.good.PDF)
	for i, e := range places {
		if i%5 == 0 && e.size > 0 { // a digit of each fifth element
			b := bytes.Clone(s.good.PDF)
			at := begin + 2*(e.content+e.size-1) + 1
			b[at] = "1032547698badcfe"[strings.IndexByte("0123456789abcdef", b[at])]
			put("CMS with another byte at "+e.path, b)
		}
	}
	behind := bytes.Clone(s.good.PDF)
	behind[begin+2*len(cms)+10] = '1'
	put("a digit behind the CMS", behind)
	return out
}

// wrongStamps are packets that claim another seal of the PDF than it has, or whose
// token, certificate or keys are others.
func wrongStamps(t *testing.T, s *sealer) map[string][]byte {
	t.Helper()
	const pdf, tsr, crt = "packet.pdf", "validation/timestamp.tsr", "validation/pdf.crt.pem"
	out := map[string][]byte{}
	stamped := s.good.PDFSeal
	as := func(what string, said PDFSeal) { out[what] = s.with(said, func(map[string][]byte) {}) }
	as("claims B-B", PDFSeal{Level: LevelBB, Stamp: StampNone})
	as("claims no token that holds", PDFSeal{Level: LevelBB, Stamp: StampUnreachable})
	as("claims B-T and no stamp", PDFSeal{Level: LevelBT, Stamp: StampNone})
	as("claims B-T without a time", PDFSeal{Level: LevelBT, Stamp: StampStamped})
	as("claims B-B with a stamp", PDFSeal{Level: LevelBB, Stamp: StampStamped, StampedAt: stamped.StampedAt})
	as("claims another time", PDFSeal{Level: LevelBT, Stamp: StampStamped, StampedAt: ptr(At(stamped.StampedAt.Add(time.Microsecond)))})
	as("claims another level", PDFSeal{Level: "B-LT", Stamp: StampStamped, StampedAt: stamped.StampedAt})

	foreign, err := s.seal.Stamp(sha256.Sum256([]byte("another signature")))
	if err != nil {
		t.Fatal(err)
	}
	broken := bytes.Clone(s.token)
	broken[len(broken)-1] ^= 1
	files := func(what string, change func(f map[string][]byte)) { out[what] = s.with(stamped, change) }
	files("token missing", func(f map[string][]byte) { delete(f, tsr) })
	files("another token beside it", func(f map[string][]byte) { f[tsr] = foreign })
	files("token of another signature", func(f map[string][]byte) { f[pdf], f[tsr] = withToken(t, s.good.PDF, foreign), foreign })
	files("token that its authority did not sign", func(f map[string][]byte) { f[pdf], f[tsr] = withToken(t, s.good.PDF, broken), broken })
	files("token cut", func(f map[string][]byte) { f[tsr] = s.token[:len(s.token)-1] })
	key, certificate, _ := ring(t).PDF()
	stranger := Seal{PDF: key, PDFCertificate: certificate, Stamp: s.seal.Stamp}
	theirs := s.signed(stranger, func(*smallPDF) {})
	files("a stranger's PDF", func(f map[string][]byte) { f[pdf] = theirs })
	files("a stranger's PDF and certificate", func(f map[string][]byte) { f[pdf], f[crt] = theirs, pemOf("CERTIFICATE", certificate.Raw) })
	for _, a := range []string{"bundle.pub.pem", "checkpoint.pub.pem", "root.pub.pem", "pdf.crt.pem"} {
		for _, b := range []string{"bundle.pub.pem", "checkpoint.pub.pem", "root.pub.pem", "pdf.crt.pem"} {
			if a != b {
				files(a+" is "+b, func(f map[string][]byte) { f["validation/"+a] = f["validation/"+b] })
			}
		}
	}
	return out
}

// wrongLogs are packets whose part of the log is not theirs.
func wrongLogs(t *testing.T, s *sealer) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	at, begin, end := madeAt.Add(time.Minute), s.seal.Log.Entries[0], s.seal.Log.Entries[1]
	name, digest := s.c.Name(), digestHex(s.m.json)
	foreign := *s.c
	foreign.Integration.ID = "019a0b1c-0000-7000-8000-000000000009"
	other := ring(t)
	put := func(what string, l Log) {
		out[what] = s.with(s.good.PDFSeal, func(f map[string][]byte) {
			f["audit/checkpoint"], f["audit/entries.jsonl"], f["audit/proofs.json"] = l.Checkpoint, lines(l.Entries), l.Proofs
			f["validation/checkpoint.pub.pem"] = pemOf("PUBLIC KEY", l.Key)
		})
	}
	after := entryOf(t, s.c, 4, "packet.view", audit.Object{ID: name, Kind: "packet"}, nil)
	put("log: no seal", logOf(t, s.ring, at, begin))
	put("log: no entry", withEntries(s.seal.Log))
	put("log: the seal is not the last", logOf(t, s.ring, at, begin, end, after))
	put("log: sealed twice", logOf(t, s.ring, at, begin, end, sealEntry(t, s.c, name, digest)))
	put("log: the seal of another packet.json", logOf(t, s.ring, at, begin, sealEntry(t, s.c, name, digestHex([]byte("other")))))
	put("log: the seal of another packet", logOf(t, s.ring, at, begin, sealEntry(t, s.c, "r3.1", digest)))
	put("log: another integration's entry", logOf(t, s.ring, at, entryOf(t, &foreign, 1, "integration.create", audit.Object{Kind: "integration"}, nil), end))
	put("log: another server's", logOf(t, other, at, begin, end))
	put("log: another order", withEntries(s.seal.Log, end, begin))
	put("log: an entry left out", withEntries(s.seal.Log, end))
	put("log: an entry changed", withEntries(s.seal.Log, bytes.Replace(begin, []byte("create"), []byte("delete"), 1), end))
	put("log: the proof of another entry", logWithProofs(s.seal.Log, logOf(t, s.ring, at, begin, after)))
	put("log: the proofs of another tree", logWithProofs(s.seal.Log, logOf(t, s.ring, at, begin, end, end)))
	put("log: an index moved", withProofs(s.seal.Log, bytes.Replace(s.seal.Log.Proofs, []byte(`"index":4`), []byte(`"index":5`), 1)))
	put("log: a hash changed", withProofs(s.seal.Log, flipHash(s.seal.Log.Proofs)))
	put("log: no proofs", withProofs(s.seal.Log, []byte(`{"entries":[],"format":1,"size":7}`)))
	put("log: the checkpoint of another tree", withCheckpoint(s.seal.Log, logOf(t, s.ring, at, begin, end, end).Checkpoint))
	put("log: the checkpoint of another key", withCheckpoint(s.seal.Log, logOf(t, other, at, begin, end).Checkpoint))
	put("log: the checkpoint's key replaced", withKey(s.seal.Log, logOf(t, other, at, begin, end).Key))
	put("log: the checkpoint older than its key", logOf(t, s.ring, madeAt.AddDate(0, 0, -1), begin, end))
	return out
}

func logWithProofs(l, of Log) Log { l.Proofs = of.Proofs; return l }

func flipHash(proofs []byte) []byte {
	out := bytes.Clone(proofs)
	at := bytes.Index(out, []byte(`"hashes":["`)) + len(`"hashes":["`)
	out[at] = "1032547698badcfe"[strings.IndexByte("0123456789abcdef", out[at])]
	return out
}

// wrongStatements are packets whose statement says something else than the head.
func wrongStatements(t *testing.T, s *sealer) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for what, change := range map[string]func(*Content){
		"one sign-off less":          func(c *Content) { c.SignOffs = c.SignOffs[:1] },
		"no sign-off":                func(c *Content) { c.SignOffs = nil },
		"a sign-off by another":      func(c *Content) { c.SignOffs[1].By = "Marcus Hale" },
		"sign-offs in another order": func(c *Content) { slices.Reverse(c.SignOffs) },
		"a sign-off at another time": func(c *Content) { c.SignOffs[0].At = At(madeAt) },
		"a sign-off of another role": func(c *Content) { c.SignOffs[0].Role = "account_team" },
		"one role twice":             func(c *Content) { c.SignOffs[0].Role = c.SignOffs[1].Role },
		"another time":               func(c *Content) { c.MadeAt = At(madeAt.Add(time.Second)) },
		"another revision": func(c *Content) {
			c.Revision, c.Supersedes = 4, &Supersedes{Revision: 4, Edition: 1, SHA256: c.Supersedes.SHA256}
		},
		"another archive before": func(c *Content) {
			c.Supersedes = &Supersedes{Revision: 3, Edition: 1, SHA256: strings.Repeat("0f", 32)}
		},
		"another partner":              func(c *Content) { c.Integration.Partner = "Somebody" },
		"another integration":          func(c *Content) { c.Integration.ID = "019a0b1c-0000-7000-8000-000000000009" },
		"another decision than it has": func(c *Content) { d := *c.Decision; d.Word = "returned"; c.Decision = &d },
		"another outcome than it has":  func(c *Content) { c.Outcome = &Outcome{Word: "go"} },
		"no outcome":                   func(c *Content) { c.Outcome = nil },
	} {
		forged, other := *s, *s.c
		other.SignOffs = slices.Clone(s.c.SignOffs)
		change(&other)
		forged.c = &other
		out["statement with "+what] = forged.with(s.good.PDFSeal, func(map[string][]byte) {})
	}
	return out
}

// TestPythonVerifierOnSeals holds both verifiers against packets that the right
// keys sealed over something wrong.
func TestPythonVerifierOnSeals(t *testing.T) {
	t.Parallel()
	p, r := startPython(t, pythonVerifier), ring(t)
	s := newSealer(t, r, stampBy(t, authority.NewRSA(t))) // its tokens are all of one length
	good := 0
	take := func(name string, zip []byte) {
		good++
		p.same(asked{name: name, zip: zip, fingerprint: r.Fingerprint()}, verify.Valid)
	}
	take("stamped", s.good.Zip)
	take("sealed anew", s.with(s.good.PDFSeal, func(map[string][]byte) {}))
	take("stamped with ECDSA", newSealer(t, r, stampBy(t, authority.New(t))).good.Zip)
	take("excerpt of it", mustCut(t, s.good.Zip, someWithheld...).Zip)
	whole, err := Build(smallContent(t), sealFor(t, smallContent(t), r))
	if err != nil {
		t.Fatal(err)
	}
	take("with the whole report", whole.Zip)
	refused, cut, differ := 0, 0, 0
	for _, bad := range []map[string][]byte{wrongPDFs(t, s), wrongStamps(t, s), wrongLogs(t, s), wrongStatements(t, s)} {
		for name, zip := range bad {
			refused++
			p.same(asked{name: name, zip: zip, fingerprint: r.Fingerprint()}, verify.Invalid)
			// Its excerpt lacks PDF and log: both verifiers say the same of it, whatever that is.
			x, err := CutExcerpt(zip, []string{"f-002"})
			if err != nil {
				continue
			}
			cut++
			ours := verify.Verify(x.Zip, verify.Trust{Fingerprint: r.Fingerprint()}).Verdict
			if ours == verify.Invalid {
				differ++
			}
			p.same(asked{name: name + ", excerpt", zip: x.Zip, fingerprint: r.Fingerprint()}, ours)
		}
	}
	for what, c := range wrongHeads(t) {
		refused++
		p.same(asked{name: what, zip: unchecked(t, smallContent(t), c, r), fingerprint: r.Fingerprint()}, verify.Invalid)
	}
	t.Logf("%d good, %d sealed wrongly and refused; of their %d excerpts %d refused", good, refused, cut, differ)
}

// TestPythonVerifierOnKeys holds both verifiers against keys that were retired,
// stolen or not yet valid when they signed. The short one believes no stolen key.
func TestPythonVerifierOnKeys(t *testing.T) {
	t.Parallel()
	p, short := startPython(t, pythonVerifier), startPython(t, shortVerifier)
	var now atomic.Pointer[time.Time]
	set := func(at time.Time) { now.Store(&at) }
	set(madeAt.Add(-time.Hour))
	d := keys.NewDirectory(t.TempDir(), "", func() time.Time { return *now.Load() })
	if err := d.Make(); err != nil {
		t.Fatal(err)
	}
	ringNow := func() *keys.Ring {
		r, err := d.Ring()
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	first := ringNow()
	packetAt := func(at time.Time, r *keys.Ring) []byte {
		c := smallContent(t)
		c.MadeAt = At(at)
		b, err := Build(c, sealFor(t, c, r)) // the whole report, in which packet.json is
		if err != nil {
			t.Fatal(err)
		}
		return b.Zip
	}
	old, late := packetAt(madeAt, first), packetAt(madeAt.Add(2*time.Hour), first)
	early := packetAt(madeAt.Add(-2*time.Hour), first)
	cases := 0
	judge := func(what string, zip []byte, want, excerpt verify.Verdict) {
		t.Helper()
		list := ringNow().KeysJSON()
		cases += 2
		whole := asked{name: what, zip: zip, keys: list, fingerprint: first.Fingerprint()}
		part := asked{name: what + ", excerpt", zip: mustCut(t, zip, "f-002").Zip, keys: list}
		p.same(whole, want)
		p.same(part, excerpt)
		short.says(whole, excerpt) // neither it nor an excerpt has the log to believe a stolen key by
		short.says(part, excerpt)
	}
	judge("active", old, verify.Valid, verify.Valid)
	judge("not yet valid", early, verify.Invalid, verify.Invalid)
	set(madeAt.Add(time.Hour))
	if _, err := d.Rotate(keys.Uses()...); err != nil {
		t.Fatal(err)
	}
	judge("retired later", old, verify.Valid, verify.Valid)
	judge("retired before", late, verify.Invalid, verify.Invalid)
	judge("another key", packetAt(madeAt.Add(2*time.Hour), ringNow()), verify.Valid, verify.Valid)
	_, bundle := first.Bundle()
	_, _, pdf := first.PDF()
	_, log := first.Checkpoint()
	hours := 3
	steal := func(id string, at time.Time) {
		t.Helper()
		set(madeAt.Add(time.Duration(hours) * time.Hour))
		hours++
		if _, _, err := d.Compromise(id, at); err != nil {
			t.Fatal(err)
		}
	}
	steal(bundle, madeAt.Add(time.Minute))
	judge("bundle key stolen later", old, verify.Valid, verify.Invalid)
	steal(pdf, madeAt.Add(time.Minute))
	judge("and the PDF key", old, verify.Invalid, verify.Invalid)
	steal(log, madeAt.Add(time.Minute))
	judge("and the checkpoint key", old, verify.Invalid, verify.Invalid)
	steal(bundle, madeAt)
	judge("bundle key stolen before", old, verify.Invalid, verify.Invalid)
	t.Logf("%d questions about keys", cases)
}
