package verify

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
)

// rootList makes a keys.json with these lines for keys, signed by a root of its own.
func rootList(t *testing.T, keys ...string) []byte {
	t.Helper()
	private := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	der, err := x509.MarshalPKIXPublicKey(private.Public())
	if err != nil {
		t.Fatal(err)
	}
	body := fmt.Sprintf(`{"format":1,"issued_at":"2026-11-21T22:04:05.000000Z","keys":[%s],"root":{"algorithm":"ed25519","id":"%s","public_key":"%s"}`,
		strings.Join(keys, ","), digestHex(der), base64.StdEncoding.EncodeToString(der))
	signature := ed25519.Sign(private, []byte(body+"}"))
	return []byte(body + `,"signature":"` + base64.StdEncoding.EncodeToString(signature) + `"}`)
}

// listed is a line of keys.json about a key that is one byte long.
func listed(key byte, notBefore, status string) string {
	return fmt.Sprintf(`{"algorithm":"ecdsa-p256-sha256","certificate":null,"compromised_at":null,"id":"%s","not_before":"%s","public_key":"%s","retired_at":null,"status":"%s","use":"bundle"}`,
		digestHex([]byte{key}), notBefore, base64.StdEncoding.EncodeToString([]byte{key}), status)
}

func TestListsOfKeys(t *testing.T) {
	t.Parallel()
	const at = "2026-11-21T22:04:05.000000Z"
	many := make([]string, MaxKeys+1)
	for i := range many {
		many[i] = listed(1, at, "active")
	}
	for name, tt := range map[string]struct {
		list []byte
		ok   bool
	}{
		"one key":                          {rootList(t, listed(1, at, "active")), true},
		"two keys":                         {rootList(t, listed(1, at, "active"), listed(2, at, "retired")), true},
		"one key with two states":          {rootList(t, listed(1, at, "active"), listed(1, at, "compromised")), false},
		"a comma in a time":                {rootList(t, listed(1, "2026-11-21T22:04:05,000000Z", "active")), false},
		"a time with an hour of one digit": {rootList(t, listed(1, "2026-11-21T2:04:05.000000Z", "active")), false},
		"too many keys":                    {rootList(t, many...), false},
		"millions of what is no key":       {rootList(t, strings.Repeat("0,", 4<<20)+"0"), false},
	} {
		if _, err := parseKeys(tt.list); (err == nil) != tt.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Two leaves that name one file do not stand for a second file.
func TestFileWithoutLeaf(t *testing.T) {
	t.Parallel()
	leaf := func(file string, data []byte) node {
		return node(fmt.Sprintf(`{"anchor":"a","body":{"file":"%s","sha256":"%s"},"kind":"transcript","salt":"%032d"}`, file, digestHex(data), 0))
	}
	one, two := []byte("one"), []byte("two")
	files := []entry{{"transcripts/t-001.har", one}, {"transcripts/t-002.har", two}}
	check := func(leaves ...node) error {
		hashes := make([][sha256.Size]byte, len(leaves))
		for i, l := range leaves {
			hashes[i] = sha256.Sum256(append([]byte{0}, l...))
		}
		root := merkleRoot(hashes)
		v := &verifier{
			files: files, byName: map[string][]byte{files[0].name: one, files[1].name: two},
			digests:   map[string]string{files[0].name: digestHex(one), files[1].name: digestHex(two)},
			statement: &statement{root: hex.EncodeToString(root[:]), leaves: int64(len(leaves))},
		}
		_, err := v.checkLeaves(&reader{}, leaves)
		return err
	}
	if err := check(leaf(files[0].name, one), leaf(files[1].name, two)); err != nil {
		t.Error(err)
	}
	if check(leaf(files[0].name, one), leaf(files[0].name, one)) == nil {
		t.Error("the second file was taken for named")
	}
}

// Reading JSON costs its length: the test ends at all.
func TestEscapesAreCheap(t *testing.T) {
	t.Parallel()
	text := []byte(`"` + strings.Repeat(`\u001f`, 4<<20) + `"`)
	n, err := parseJSON(text)
	if err != nil || !bytes.Equal(n, text) {
		t.Error(err)
	}
}
