package packet

import (
	"bytes"
	"encoding/base64"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestSigstoreVerifies has sigstore-js, which shares nothing with us, verify a
// packet's statement in Node.js without a network, and refuse changed ones.
func TestSigstoreVerifies(t *testing.T) {
	t.Parallel()
	ours := mustBuild(t, largeContent(t), ring(t))
	theirs := mustBuild(t, largeContent(t), ring(t))
	key := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(key, unzip(t, ours.Zip, nil)["validation/bundle.pub.pem"], 0o600); err != nil {
		t.Fatal(err)
	}
	const statement = "statement.sigstore.json"
	// inPayload changes a word of the signed text and nothing else.
	inPayload := func(before, after string) func(map[string][]byte) {
		return func(files map[string][]byte) {
			_, rest, _ := bytes.Cut(files[statement], []byte(`"payload":"`))
			old, _, _ := bytes.Cut(rest, []byte(`"`))
			payload, err := base64.StdEncoding.DecodeString(string(old))
			if err != nil || !bytes.Contains(payload, []byte(before)) {
				t.Fatalf("%q is not in the payload: %v", before, err)
			}
			payload = bytes.Replace(payload, []byte(before), []byte(after), 1)
			files[statement] = bytes.Replace(files[statement], old, []byte(base64.StdEncoding.EncodeToString(payload)), 1)
		}
	}
	for _, tt := range []struct {
		name, want string
		zip        []byte
		change     func(map[string][]byte)
	}{
		{"good", "verified: ", ours.Zip, func(map[string][]byte) {}},
		{"decision changed", "refused: signature verification failed", ours.Zip, inPayload(`"decision":"ready"`, `"decision":"ruddy"`)},
		{"a file changed", "refused: packet.pdf has another digest", ours.Zip, func(f map[string][]byte) { f["packet.pdf"][99] ^= 1 }},
		{"by a stranger", "refused: key not found", theirs.Zip, func(map[string][]byte) {}},
	} {
		files := unzip(t, tt.zip, nil)
		tt.change(files)
		dir := t.TempDir()
		writeFiles(t, files, dir)
		cmd := exec.Command("node", "sigstore/verify.mjs", dir, key)
		cmd.Dir = filepath.Join("..", "..", "tools", "node")
		out, err := cmd.CombinedOutput()
		if (err == nil) != strings.HasPrefix(tt.want, "verified") || !strings.HasPrefix(string(out), tt.want) {
			t.Errorf("%s: %v, sigstore-js says %q, want %q", tt.name, err, out, tt.want)
		}
	}
}
