package app

import "crypto/rand"

// randomBytes gives n bytes from the system's random source, which never fails.
func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}
