package verify

import "crypto/sha256"

// RootList is rootList for tests that also use the package that makes packets.
var RootList = rootList

// readSignature reads a PDF and its signature.
func readSignature(b []byte) (digest [sha256.Size]byte, reserved []byte, err error) {
	f, err := readPDF(b)
	if err != nil {
		return digest, nil, err
	}
	return f.readSignature(b)
}
