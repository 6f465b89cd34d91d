package keys

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func secret(t *testing.T, dir string) *Secret {
	t.Helper()
	s, err := OpenSecret(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSeal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r, other := secret(t, dir), secret(t, t.TempDir())
	a, err := r.Seal([]byte("key"), []byte("i/1"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := r.Seal([]byte("key"), []byte("i/1"))
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Equal(a, b) {
		t.Error("two seals of one value are equal")
	}
	if plain, err := secret(t, dir).Open(a, []byte("i/1")); err != nil || string(plain) != "key" {
		t.Errorf("sealed before a restart: %q, %v", plain, err)
	}
	if _, err := r.Open(a, []byte("i/2")); err == nil {
		t.Error("opened for another round")
	}
	if _, err := other.Open(a, []byte("i/1")); err == nil {
		t.Error("opened by another server")
	}
	for i := range a {
		bad := bytes.Clone(a)
		bad[i] ^= 1
		if _, err := r.Open(bad, []byte("i/1")); err == nil {
			t.Fatalf("opened with byte %d flipped", i)
		}
	}
	for n := range len(a) {
		if _, err := r.Open(a[:n], []byte("i/1")); err == nil {
			t.Fatalf("opened cut to %d bytes", n)
		}
	}
}

// A secret that is damaged or that others can read is refused, never replaced:
// what it sealed would not open again.
func TestOpenSecretRefuses(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		content string
		mode    os.FileMode
		want    string
	}{
		"cut":                {"0011", 0o600, "no 32 bytes"},
		"empty":              {"", 0o600, "no 32 bytes"},
		"readable by others": {strings.Repeat("0", 64), 0o644, "chmod 600"},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, secretName)
		if err := os.WriteFile(path, []byte(tt.content), tt.mode); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenSecret(dir); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", name, err)
		}
		if b, err := os.ReadFile(path); err != nil || string(b) != tt.content {
			t.Errorf("%s: the file was changed", name)
		}
	}
}
