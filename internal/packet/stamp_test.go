package packet

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/packet/pades"
	"github.com/proofwalk/proofwalk/internal/packet/verify"
	"github.com/proofwalk/proofwalk/internal/testkit/authority"
)

// stampBy asks an authority as the server does, without the network between.
func stampBy(t testing.TB, a *authority.Authority) func([sha256.Size]byte) ([]byte, error) {
	return func(imprint [sha256.Size]byte) ([]byte, error) {
		nonce, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 62))
		if err != nil {
			return nil, err
		}
		nonce.SetBit(nonce, 62, 1) // tokens of one authority have one length
		request, err := pades.StampRequest(imprint, nonce)
		if err != nil {
			return nil, err
		}
		answer, err := a.Answer(request)
		if err != nil {
			return nil, err
		}
		return pades.StampToken(answer, imprint, nonce)
	}
}

// TestStampedPacket has others judge a packet whose PDF is signed with a time
// stamp (PAdES B-T): poppler, openssl's cms and openssl's ts.
func TestStampedPacket(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]*authority.Authority{"ECDSA": authority.New(t), "RSA": authority.NewRSA(t)} {
		r := ring(t)
		c := smallContent(t)
		seal := sealFor(t, c, r)
		seal.Stamp = stampBy(t, a)
		p, err := Build(c, seal)
		if err != nil {
			t.Fatal(err)
		}
		if p.PDFSeal.Level != LevelBT || p.PDFSeal.Stamp != StampStamped || p.PDFSeal.StampedAt == nil {
			t.Errorf("%s: sealed as %+v", name, p.PDFSeal)
		}
		got := verify.Verify(p.Zip, verify.Trust{Fingerprint: r.Fingerprint()})
		if got.Verdict != verify.Valid || got.Stamp == nil || got.Stamp.Authority != "CN="+authority.Name {
			t.Errorf("%s: %+v", name, got)
		}
		var said strings.Builder
		if err := got.Write(&said); err != nil || !strings.Contains(said.String(), "says the time-stamp authority CN="+authority.Name) {
			t.Errorf("%s: %v, the answer does not name the authority:\n%s", name, err, said.String())
		}
		dir := t.TempDir()
		files := unpack(t, p.Zip, dir)
		readme := string(files["VERIFY.md"])
		if !strings.Contains(readme, "PAdES B-T") || !strings.Contains(readme, "A time-stamp authority says") {
			t.Errorf("%s: VERIFY.md does not tell of the stamp:\n%s", name, readme)
		}
		stockTools(t, dir)
		imprint := sha256.Sum256(signatureOf(t, p.PDF))
		out := command(t, dir, "openssl", "ts", "-verify", "-token_in", "-in", "validation/timestamp.tsr",
			"-digest", hex.EncodeToString(imprint[:]), "-CAfile", a.RootFile)
		if !strings.Contains(out, "Verification: OK") {
			t.Errorf("%s: openssl ts: %s", name, out)
		}
	}
}

// TestUnstampedPacket: without an authority, and with one that gives nothing,
// the packet is sealed all the same and says so.
func TestUnstampedPacket(t *testing.T) {
	t.Parallel()
	r := ring(t)
	for want, stamp := range map[string]func([sha256.Size]byte) ([]byte, error){
		StampNone:        nil,
		StampUnreachable: func([sha256.Size]byte) ([]byte, error) { return nil, nil },
	} {
		c := smallContent(t)
		seal := sealFor(t, c, r)
		seal.Stamp = stamp
		p, err := Build(c, seal)
		if err != nil {
			t.Fatal(err)
		}
		if p.PDFSeal != (PDFSeal{Level: LevelBB, Stamp: want}) {
			t.Errorf("sealed as %+v, want %s", p.PDFSeal, want)
		}
		got := verify.Verify(p.Zip, verify.Trust{Fingerprint: r.Fingerprint()})
		if got.Verdict != verify.Valid || got.Stamp != nil {
			t.Errorf("%s: %+v", want, got)
		}
		dir := t.TempDir()
		files := unpack(t, p.Zip, dir)
		if _, there := files["validation/timestamp.tsr"]; there || !strings.Contains(string(files["VERIFY.md"]), "It has no time stamp") {
			t.Errorf("%s: the files tell of a stamp", want)
		}
		stockTools(t, dir)
	}
}

// TestStampDecides: an error of the stamp, and a token for something else, stop
// the sealing: the caller decides what a packet without a stamp is.
func TestStampDecides(t *testing.T) {
	t.Parallel()
	c := smallContent(t)
	seal := sealFor(t, c, ring(t))
	broken := errors.New("the database is gone")
	seal.Stamp = func([sha256.Size]byte) ([]byte, error) { return nil, broken }
	if _, err := build(c, seal, fewBytes); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	other, err := stampBy(t, authority.New(t))(sha256.Sum256([]byte("another signature")))
	if err != nil {
		t.Fatal(err)
	}
	seal.Stamp = func([sha256.Size]byte) ([]byte, error) { return other, nil }
	if _, err := build(c, seal, fewBytes); err == nil || !strings.Contains(err.Error(), "for something else") {
		t.Errorf("got %v", err)
	}
}

// TestStampedAgain: with the same token the packet has the same bytes.
func TestStampedAgain(t *testing.T) {
	t.Parallel()
	c := smallContent(t)
	seal := sealFor(t, c, ring(t))
	ask := stampBy(t, authority.New(t))
	var token []byte
	seal.Stamp = func(imprint [sha256.Size]byte) (_ []byte, err error) {
		if token == nil {
			token, err = ask(imprint)
		}
		return token, err
	}
	var first []byte
	for range 2 {
		p, err := Build(c, seal)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = p.Zip
		}
		if !bytes.Equal(first, p.Zip) {
			t.Error("the same token gave other bytes")
		}
	}
}

// stockTools has poppler and openssl check packet.pdf by the commands of VERIFY.md.
func stockTools(t *testing.T, dir string) {
	t.Helper()
	blocks := shellBlocks(t, dir)
	said := command(t, dir, "sh", "-ec", blocks[3])
	for _, want := range []string{
		"\n  - Signature Validation: Signature is Valid.\n",
		"\n  - Total document signed\n", "ETSI.CAdES.detached",
	} {
		if !strings.Contains(said, want) || strings.Contains(said, "Signature #2") {
			t.Errorf("pdfsig does not say %q:\n%s", want, said)
		}
	}
	if out := command(t, dir, "sh", "-ec", blocks[4]); !strings.Contains(out, "CAdES Verification successful\n") {
		t.Errorf("openssl cms: %s", out)
	}
}
