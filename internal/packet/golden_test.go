package packet

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write verify/testdata/r3.1.zip again, with new keys")

// TestFormatStands: the same content gives the packet.json of the packet that
// is kept beside the verifier. That one was written once; packets of format 1
// are out there, so the bytes may not move as long as the format has that number.
func TestFormatStands(t *testing.T) {
	t.Parallel()
	r := ring(t)
	p := mustBuild(t, smallContent(t), r)
	dir := filepath.Join("verify", "testdata")
	if *update {
		for name, b := range map[string][]byte{"r3.1.zip": p.Zip, "fingerprint.txt": []byte(r.Fingerprint() + "\n")} {
			if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	kept, err := os.ReadFile(filepath.Join(dir, "r3.1.zip"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(unzip(t, kept, nil)["packet.json"], p.Manifest) {
		t.Error("packet.json is another than that of the kept packet")
	}
}
