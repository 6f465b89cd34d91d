package keys

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const (
	secretName  = "rounds.key"
	secretSize  = 32 // bytes: AES-256
	sealVersion = 1  // first byte of a sealed value
	nonceSize   = 12
)

// Secret seals small values of the database under a key that is in no backup of
// the database. It is no signing key and lives in a directory of its own, so that
// signing keys that are lost or locked stop nothing but signing. It is safe for
// concurrent use.
type Secret struct{ key []byte }

// OpenSecret reads the secret of the directory, and makes both where they are
// not there yet.
func OpenSecret(dir string) (*Secret, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the folder of the secret: %w", err)
	}
	unlock, err := lock(filepath.Join(dir, "lock"))
	if err != nil {
		return nil, fmt.Errorf("locking the folder of the secret: %w", err)
	}
	defer unlock()
	path := filepath.Join(dir, secretName)
	if !exists(path) {
		made := make([]byte, secretSize)
		if _, err := rand.Read(made); err != nil {
			return nil, fmt.Errorf("making the secret: %w", err)
		}
		if err := writeFile(path, []byte(hex.EncodeToString(made)+"\n")); err != nil {
			return nil, fmt.Errorf("making the secret: %w", err)
		}
	}
	b, err := readFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the secret: %w", err)
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(b)))
	if err != nil || len(key) != secretSize {
		return nil, fmt.Errorf("reading the secret: %s holds no 32 bytes in hex", secretName)
	}
	return &Secret{key: key}, nil
}

// Seal encrypts a small value for the database (AES-256-GCM) so
// that a copy of the database does not open it. The aad says what and whose the value is, for example
// "pseudonym-key/INTEGRATION/ROUND"; Open needs the same. Two seals of one
// value differ.
func (s *Secret) Seal(plaintext, aad []byte) ([]byte, error) {
	gcm, err := s.gcm()
	if err != nil {
		return nil, err
	}
	out := make([]byte, 1+nonceSize, 1+nonceSize+len(plaintext)+gcm.Overhead())
	out[0] = sealVersion
	if _, err := rand.Read(out[1:]); err != nil {
		return nil, fmt.Errorf("sealing value: %w", err)
	}
	return gcm.Seal(out, out[1:1+nonceSize], plaintext, aad), nil
}

// Open decrypts what Seal made with the same aad.
func (s *Secret) Open(sealed, aad []byte) ([]byte, error) {
	if len(sealed) < 1+nonceSize || sealed[0] != sealVersion {
		return nil, errors.New("opening sealed value: unknown form")
	}
	gcm, err := s.gcm()
	if err != nil {
		return nil, err
	}
	plain, err := gcm.Open(nil, sealed[1:1+nonceSize], sealed[1+nonceSize:], aad)
	if err != nil {
		return nil, errors.New("opening sealed value: it was changed, or sealed for something else or by another server")
	}
	return plain, nil
}

func (s *Secret) gcm() (cipher.AEAD, error) {
	block, err := aes.NewCipher(s.key)
	if err != nil {
		return nil, fmt.Errorf("preparing cipher: %w", err)
	}
	return cipher.NewGCM(block)
}
