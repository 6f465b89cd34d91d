package verify

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// golden is a packet of format 1 and the fingerprint of its root.
func golden(t testing.TB) (zip []byte, fingerprint string) {
	t.Helper()
	return kept(t, "r3.1.zip", "fingerprint.txt")
}

func kept(t testing.TB, archive, root string) (zip []byte, fingerprint string) {
	t.Helper()
	zip, err := os.ReadFile(filepath.Join("testdata", archive))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join("testdata", root))
	if err != nil {
		t.Fatal(err)
	}
	fingerprint, err = ParseFingerprint(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return zip, fingerprint
}

func TestGolden(t *testing.T) {
	t.Parallel()
	zip, fingerprint := golden(t)
	got := Verify(zip, Trust{Fingerprint: fingerprint})
	if got.Verdict != Valid || got.Claims.Name != "r3.1" || got.Claims.Decision != "ready" || got.Root != fingerprint {
		t.Errorf("%+v", got)
	}
	if got := Verify(zip, Trust{}).Verdict; got != SignerUnknown {
		t.Errorf("without trust: %s", got)
	}
	if len(got.Checks) != 15 {
		t.Errorf("%d checks", len(got.Checks))
	}
}

// TestEarlierPackets: what was sealed before the report was set anew is as good as it was.
func TestEarlierPackets(t *testing.T) {
	t.Parallel()
	zip, fingerprint := kept(t, "earlier.zip", "earlier.txt")
	if got := Verify(zip, Trust{Fingerprint: fingerprint}); got.Verdict != Valid || got.Claims.Name != "r3.1" {
		t.Errorf("%+v", got)
	}
}

// FuzzVerify: whatever is not the packet itself is never believed, and nothing
// makes the verifier panic.
func FuzzVerify(f *testing.F) {
	good, fingerprint := golden(f)
	seeds := [][]byte{good, good[:len(good)/2], good[len(good)/2:], {}, []byte("PK\x05\x06"), []byte("PK\x03\x04")}
	for _, s := range seeds {
		f.Add(s)
	}
	if len(seeds) != 6 {
		f.Fatalf("%d seeds, want 6", len(seeds))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		got := Verify(b, Trust{Fingerprint: fingerprint})
		if (got.Verdict == Valid) != bytes.Equal(b, good) {
			t.Fatalf("verdict %s", got.Verdict)
		}
		if Verify(b, Trust{}).Verdict == Valid {
			t.Fatal("valid without anyone to believe")
		}
	})
}
