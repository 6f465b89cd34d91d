package verify_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/internal/packet/verify"
)

// That a packet is older than the loss of its key only its log can show, and an
// excerpt has none: with a compromised key it is never believed.
func TestExcerptOfCompromisedKey(t *testing.T) {
	t.Parallel()
	kept, err := os.ReadFile(filepath.Join("testdata", "r3.1.zip"))
	if err != nil {
		t.Fatal(err)
	}
	fingerprint, err := os.ReadFile(filepath.Join("testdata", "fingerprint.txt"))
	if err != nil {
		t.Fatal(err)
	}
	x, err := packet.CutExcerpt(kept, []string{"f-002"})
	if err != nil {
		t.Fatal(err)
	}
	got := verify.Verify(x.Zip, verify.Trust{Fingerprint: strings.TrimSpace(string(fingerprint))})
	if got.Verdict != verify.Valid || got.Excerpt.String() != "excerpt of packet r3.1: 8 of 9 parts shown, 1 withheld, none altered" {
		t.Errorf("%+v", got)
	}
	for status, want := range map[string]verify.Verdict{"active": verify.Valid, "compromised": verify.Invalid} {
		var lines []string
		for _, k := range keysOf(t, kept) {
			if k["status"] = status; status == "compromised" {
				k["compromised_at"] = "2030-01-01T00:00:00.000000Z"
			}
			line, err := json.Marshal(k)
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, string(line))
		}
		if got := verify.Verify(x.Zip, verify.Trust{Keys: verify.RootList(t, lines...)}); got.Verdict != want {
			t.Errorf("%s key: %s, %+v", status, got.Verdict, got.Checks)
		}
	}
}

// keysOf are the lines of a packet's list of keys.
func keysOf(t *testing.T, archived []byte) []map[string]any {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(archived), int64(len(archived)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open("validation/keys.json")
	if err != nil {
		t.Fatal(err)
	}
	var list struct {
		Keys []map[string]any `json:"keys"`
	}
	if err := json.NewDecoder(f).Decode(&list); err != nil {
		t.Fatal(err)
	}
	return list.Keys
}
