package packet

import (
	"bytes"
	"crypto/elliptic"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/proofwalk/proofwalk/internal/packet/verify"
)

func TestVerdicts(t *testing.T) {
	t.Parallel()
	ours, theirs := ring(t), ring(t)
	for name, c := range map[string]*Content{"small": smallContent(t), "large": largeContent(t)} {
		p, forged := mustBuild(t, c, ours), mustBuild(t, c, theirs)
		for _, tt := range []struct {
			what  string
			zip   []byte
			trust verify.Trust
			want  verify.Verdict
		}{
			{"with the fingerprint", p.Zip, verify.Trust{Fingerprint: ours.Fingerprint()}, verify.Valid},
			{"with keys.json", p.Zip, verify.Trust{Keys: ours.KeysJSON()}, verify.Valid},
			{"with both", p.Zip, verify.Trust{Fingerprint: ours.Fingerprint(), Keys: ours.KeysJSON()}, verify.Valid},
			{"with nothing", p.Zip, verify.Trust{}, verify.SignerUnknown},
			{"with another root", p.Zip, verify.Trust{Fingerprint: theirs.Fingerprint()}, verify.Invalid},
			{"with another keys.json", p.Zip, verify.Trust{Keys: theirs.KeysJSON()}, verify.Invalid},
			{"with a broken keys.json", p.Zip, verify.Trust{Keys: ours.KeysJSON()[1:]}, verify.Invalid},
			{"with a keys.json of another root", p.Zip, verify.Trust{Fingerprint: theirs.Fingerprint(), Keys: ours.KeysJSON()}, verify.Invalid},
			{"re-signed by a stranger", forged.Zip, verify.Trust{Fingerprint: ours.Fingerprint()}, verify.Invalid},
			{"re-signed by a stranger, against keys.json", forged.Zip, verify.Trust{Keys: ours.KeysJSON()}, verify.Invalid},
			{"re-signed by a stranger, nobody trusted", forged.Zip, verify.Trust{}, verify.SignerUnknown},
		} {
			got := verify.Verify(tt.zip, tt.trust)
			if got.Verdict != tt.want {
				t.Errorf("%s, %s: %s, want %s\n%+v", name, tt.what, got.Verdict, tt.want, got.Checks)
			}
			if (got.ExitCode() == 0) != (tt.want == verify.Valid) {
				t.Errorf("%s, %s: exit %d", name, tt.what, got.ExitCode())
			}
		}
	}
}

// TestEveryByte flips a bit in every byte of a packet, then all bits of every
// 7th: each time the answer must be no, with the fingerprint and without.
func TestEveryByte(t *testing.T) {
	t.Parallel()
	r := ring(t)
	p := mustBuild(t, smallContent(t), r)
	trust := verify.Trust{Fingerprint: r.Fingerprint()}
	if got := verify.Verify(p.Zip, trust); got.Verdict != verify.Valid {
		t.Fatalf("%+v", got)
	}
	workers := runtime.GOMAXPROCS(0)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			bad := bytes.Clone(p.Zip)
			for i := w; i < len(bad); i += workers {
				masks := []byte{1 << (i % 8)}
				if i%7 == 0 {
					masks = append(masks, 0xff)
				}
				for _, mask := range masks {
					bad[i] ^= mask
					if got := verify.Verify(bad, trust); got.Verdict != verify.Invalid {
						t.Errorf("byte %d of %d flipped by %#x: %s", i, len(bad), mask, got.Verdict)
					}
					bad[i] ^= mask
				}
			}
		})
	}
	wg.Wait()
	t.Logf("%d bytes flipped", len(p.Zip))
}

func TestCutAndAppended(t *testing.T) {
	t.Parallel()
	r := ring(t)
	zip := mustBuild(t, smallContent(t), r).Zip
	trust := verify.Trust{Fingerprint: r.Fingerprint()}
	for n := 0; n < len(zip); n += 1 + n/40 {
		if got := verify.Verify(zip[:n], trust); got.Verdict != verify.Invalid {
			t.Errorf("cut to %d bytes: %s", n, got.Verdict)
		}
	}
	for _, bad := range [][]byte{append(bytes.Clone(zip), 0), append([]byte{0}, zip...), append(bytes.Clone(zip), zip...)} {
		if got := verify.Verify(bad, trust); got.Verdict != verify.Invalid {
			t.Errorf("appended: %s", got.Verdict)
		}
	}
}

// repack reads a packet's files, lets them be changed and makes a flawless
// archive of them.
func repack(t *testing.T, zip []byte, change func([]file) []file) []byte {
	t.Helper()
	var files []file
	unzip(t, zip, func(name string, data []byte) { files = append(files, file{name, data}) })
	out, err := archive(change(files))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestFilesRemovedAddedMoved(t *testing.T) {
	t.Parallel()
	r := ring(t)
	zip := mustBuild(t, smallContent(t), r).Zip
	trust := verify.Trust{Fingerprint: r.Fingerprint()}
	if got := verify.Verify(repack(t, zip, func(f []file) []file { return f }), trust); got.Verdict != verify.Valid {
		t.Fatalf("packed again unchanged: %+v", got)
	}
	refuse := func(what string, change func([]file) []file) {
		t.Helper()
		if got := verify.Verify(repack(t, zip, change), trust); got.Verdict != verify.Invalid {
			t.Errorf("%s: %s", what, got.Verdict)
		}
	}
	count := len(unzip(t, zip, nil))
	for i := range count {
		refuse("a file removed", func(f []file) []file { return slices.Delete(f, i, i+1) })
		refuse("a file twice", func(f []file) []file { return slices.Insert(f, i, f[i]) })
		for _, name := range []string{"transcripts/t-002.har", "packet.pdf ", "../evil", "x", ""} {
			refuse("a file added", func(f []file) []file { return slices.Insert(f, i, file{name, []byte("x")}) })
		}
		if i+1 < count {
			refuse("files in another order", func(f []file) []file { f[i], f[i+1] = f[i+1], f[i]; return f })
		}
	}
}

// TestFilesOfLaterVersions: a file more under audit or validation is no fault
// if the statement names it, and one if it does not.
func TestFilesOfLaterVersions(t *testing.T) {
	t.Parallel()
	r := ring(t)
	trust := verify.Trust{Fingerprint: r.Fingerprint()}
	c := withFiles(smallContent(t))
	seal := sealFor(t, c, r)
	m, err := newManifest(c, seal.Salts)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]verify.Verdict{
		"audit/witness": verify.Valid, "validation/tsa.pem": verify.Valid,
		"validation/../x": verify.Invalid, "validation/.x": verify.Invalid, "audit/": verify.Invalid, "notes/x": verify.Invalid,
	} {
		zip := repack(t, mustBuild(t, smallContent(t), r).Zip, func(files []file) []file {
			files = append(files[:len(files)-3], file{name, []byte("later")})
			sortFiles(files)
			sealed, err := sealFiles(c, m, files, seal, PDFSeal{Level: LevelBB, Stamp: StampNone})
			if err != nil {
				t.Fatal(err)
			}
			return sealed
		})
		if got := verify.Verify(zip, trust); got.Verdict != want {
			t.Errorf("%s: %s, %+v", name, got.Verdict, got.Checks)
		}
	}
}

// TestOtherSpellings changes bytes without changing what they mean to a
// tolerant reader: each is refused.
func TestOtherSpellings(t *testing.T) {
	t.Parallel()
	r := ring(t)
	zip := mustBuild(t, smallContent(t), r).Zip
	trust := verify.Trust{Fingerprint: r.Fingerprint()}
	refuse := func(what string, change func(map[string][]byte)) {
		t.Helper()
		bad := repack(t, zip, func(files []file) []file {
			data := map[string][]byte{}
			for _, f := range files {
				data[f.name] = f.data
			}
			change(data)
			for i := range files {
				files[i].data = data[files[i].name]
			}
			return files
		})
		if bytes.Equal(bad, zip) {
			t.Fatalf("%s: nothing was changed", what)
		}
		if got := verify.Verify(bad, trust); got.Verdict != verify.Invalid {
			t.Errorf("%s: %s", what, got.Verdict)
		}
	}
	const st = "statement.sigstore.json"
	refuse("a space in the bundle", func(f map[string][]byte) { f[st] = bytes.Replace(f[st], []byte(":"), []byte(": "), 1) })
	refuse("a newline after the bundle", func(f map[string][]byte) { f[st] = append(f[st], '\n') })
	refuse("one more name in the bundle", func(f map[string][]byte) {
		f[st] = bytes.Replace(f[st], []byte(`{"sig"`), []byte(`{"keyid":"","sig"`), 1)
	})
	refuse("an escaped letter", func(f map[string][]byte) { f[st] = bytes.Replace(f[st], []byte(`"hint"`), []byte(`"\u0068int"`), 1) })
	refuse("a second signature", func(f map[string][]byte) {
		sig := f[st][bytes.Index(f[st], []byte(`{"sig"`)):bytes.Index(f[st], []byte(`}]`))]
		f[st] = bytes.Replace(f[st], []byte(`}]`), append(append([]byte(`},`), sig...), `}]`...), 1)
	})
	refuse("the other s in SHA256SUMS.sig", func(f map[string][]byte) { f["SHA256SUMS.sig"] = otherS(t, f["SHA256SUMS.sig"]) })
	refuse("a byte after SHA256SUMS.sig", func(f map[string][]byte) { f["SHA256SUMS.sig"] = append(f["SHA256SUMS.sig"], 0) })
	refuse("the other s in the envelope", func(f map[string][]byte) {
		var b bundle
		if err := json.Unmarshal(f[st], &b); err != nil {
			t.Fatal(err)
		}
		sig, err := base64.StdEncoding.DecodeString(b.Envelope.Signatures[0].Sig)
		if err != nil {
			t.Fatal(err)
		}
		f[st] = bytes.Replace(f[st], []byte(b.Envelope.Signatures[0].Sig), []byte(base64.StdEncoding.EncodeToString(otherS(t, sig))), 1)
	})
	refuse("URL-safe base64", func(f map[string][]byte) { f[st] = spoilBase64(f[st]) })
	refuse("a line end in SHA256SUMS", func(f map[string][]byte) {
		f["SHA256SUMS"] = bytes.ReplaceAll(f["SHA256SUMS"], []byte("\n"), []byte("\r\n"))
	})
}

// otherS gives the second signature that ECDSA has for the same message.
func otherS(t *testing.T, der []byte) []byte {
	t.Helper()
	var sig struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &sig); err != nil {
		t.Fatal(err)
	}
	sig.S.Sub(elliptic.P256().Params().N, sig.S)
	out, err := asn1.Marshal(sig)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// spoilBase64 puts a line feed, which many decoders skip, into the payload.
func spoilBase64(b []byte) []byte {
	return bytes.Replace(b, []byte(`"payload":"`), []byte(`"payload":"\n`), 1)
}

// TestStrangerKeepsOurKeys: a stranger's signature beside our list of keys.
func TestStrangerKeepsOurKeys(t *testing.T) {
	t.Parallel()
	ours, theirs := ring(t), ring(t)
	c := smallContent(t)
	seal := sealFor(t, c, theirs)
	seal.KeysJSON = ours.KeysJSON()
	p, err := build(c, seal, fewBytes)
	if err != nil {
		t.Fatal(err)
	}
	for _, trust := range []verify.Trust{{}, {Fingerprint: ours.Fingerprint()}, {Keys: ours.KeysJSON()}, {Keys: theirs.KeysJSON()}} {
		if got := verify.Verify(p.Zip, trust); got.Verdict != verify.Invalid {
			t.Errorf("%+v", got)
		}
	}
}

func TestResultForPeople(t *testing.T) {
	t.Parallel()
	r := ring(t)
	c := smallContent(t)
	c.Integration.Name = "Sale\x1b[31m\u202e evil"
	p := mustBuild(t, c, r)
	text := func(trust verify.Trust, zip []byte) string {
		var b strings.Builder
		if err := verify.Verify(zip, trust).Write(&b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	valid := text(verify.Trust{Fingerprint: r.Fingerprint()}, p.Zip)
	for _, want := range []string{"\nVALID\n", "Review decision: ready", "Packet r3.1", "rest on a declaration"} {
		if !strings.Contains(strings.ReplaceAll(valid, "rests on a declaration", "rest on a declaration"), want) {
			t.Errorf("%q is not in\n%s", want, valid)
		}
	}
	if strings.ContainsAny(valid, "\x1b\u202e") {
		t.Error("control characters reach the terminal")
	}
	if unknown := text(verify.Trust{}, p.Zip); !strings.Contains(unknown, "\nINTACT, SIGNER UNKNOWN\n") || strings.Contains(unknown, "FAIL") {
		t.Error(unknown)
	}
	bad := bytes.Clone(p.Zip)
	bad[len(bad)/2] ^= 1
	if invalid := text(verify.Trust{}, bad); !strings.Contains(invalid, "\nINVALID\n") || strings.Contains(invalid, "Kestrel") {
		t.Error(invalid)
	}
}
