package pades

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/asn1"
	"errors"
	"math/big"
)

// SignP256 signs a message with ECDSA P-256 over SHA-256, deterministically by
// RFC 6979 where the signer can. Of the two values of s that verify it takes
// the lower, so that a message and a key have one signature only, and it
// verifies what it made. The signature is the DER of ECDSA-Sig-Value.
func SignP256(signer crypto.Signer, message []byte) ([]byte, error) {
	public, ok := signer.Public().(*ecdsa.PublicKey)
	if !ok || public.Curve != elliptic.P256() {
		return nil, errors.New("the key is not of P-256")
	}
	digest := sha256.Sum256(message)
	der, err := signer.Sign(nil, digest[:], crypto.SHA256)
	if err != nil {
		return nil, err
	}
	var sig struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(der, &sig); err != nil || len(rest) > 0 {
		return nil, errors.New("the signer gave no DER signature")
	}
	n := elliptic.P256().Params().N
	if sig.S.Cmp(new(big.Int).Rsh(n, 1)) > 0 {
		sig.S.Sub(n, sig.S)
	}
	der, err = asn1.Marshal(sig)
	if err != nil {
		return nil, err
	}
	if !ecdsa.VerifyASN1(public, digest[:], der) {
		return nil, errors.New("the signature does not verify")
	}
	return der, nil
}
