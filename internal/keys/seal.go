package keys

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
)

const (
	secretSize  = 32 // bytes: AES-256
	sealVersion = 1  // first byte of a sealed value
	nonceSize   = 12
)

// Seal encrypts a small value for the database (AES-256-GCM) under a secret
// that is in the key directory only, so that a copy of the database does not
// open it. The aad says what and whose the value is, for example
// "pseudonym-key/INTEGRATION/ROUND"; Open needs the same. Two seals of one
// value differ.
func (r *Ring) Seal(plaintext, aad []byte) ([]byte, error) {
	gcm, err := r.gcm()
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
func (r *Ring) Open(sealed, aad []byte) ([]byte, error) {
	if len(sealed) < 1+nonceSize || sealed[0] != sealVersion {
		return nil, errors.New("opening sealed value: unknown form")
	}
	gcm, err := r.gcm()
	if err != nil {
		return nil, err
	}
	plain, err := gcm.Open(nil, sealed[1:1+nonceSize], sealed[1+nonceSize:], aad)
	if err != nil {
		return nil, errors.New("opening sealed value: it was changed, or sealed for something else or by another server")
	}
	return plain, nil
}

func (r *Ring) gcm() (cipher.AEAD, error) {
	block, err := aes.NewCipher(r.secret)
	if err != nil {
		return nil, fmt.Errorf("preparing cipher: %w", err)
	}
	return cipher.NewGCM(block)
}
