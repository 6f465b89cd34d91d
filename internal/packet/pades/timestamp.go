package pades

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"

	"github.com/proofwalk/proofwalk/internal/packet/verify"
)

// The media types of RFC 3161, section 3.4.
const (
	RequestType  = "application/timestamp-query"
	ResponseType = "application/timestamp-reply"
)

type (
	messageImprint struct {
		Algorithm pkix.AlgorithmIdentifier
		Hash      []byte
	}
	timeStampReq struct {
		Version int
		Imprint messageImprint
		Nonce   *big.Int
		CertReq bool
	}
	timeStampResp struct {
		Status asn1.RawValue
		Token  asn1.RawValue `asn1:"optional"`
	}
)

// StampRequest gives the DER of a request for a time stamp over an imprint
// (RFC 3161, section 2.4.1). nonce is positive and new each time; the answer
// must hold the authority's certificate.
func StampRequest(imprint [sha256.Size]byte, nonce *big.Int) ([]byte, error) {
	if nonce.Sign() <= 0 {
		return nil, errors.New("asking for a time stamp: the nonce is not positive")
	}
	out, err := asn1.Marshal(timeStampReq{
		Version: 1, Imprint: messageImprint{pkix.AlgorithmIdentifier{Algorithm: oidSHA256}, imprint[:]}, Nonce: nonce, CertReq: true,
	})
	if err != nil {
		return nil, fmt.Errorf("asking for a time stamp: %w", err)
	}
	return out, nil
}

// StampToken takes the token out of an authority's answer (RFC 3161, section
// 2.4.2). It demands that the stamp was granted, that it is for the imprint and
// answers the nonce, and all that a verifier of packets will demand, so that no
// token is sealed that will be refused.
func StampToken(response []byte, imprint [sha256.Size]byte, nonce *big.Int) ([]byte, error) {
	var r timeStampResp
	if rest, err := asn1.Unmarshal(response, &r); err != nil || len(rest) > 0 {
		return nil, errors.New("reading a time stamp: the answer is not DER of RFC 3161")
	}
	var status int
	if _, err := asn1.Unmarshal(r.Status.Bytes, &status); err != nil {
		return nil, errors.New("reading a time stamp: the answer has no status")
	}
	if status != 0 && status != 1 { // granted, granted with modifications
		return nil, fmt.Errorf("reading a time stamp: it was not granted, status %d", status)
	}
	token := bytes.Clone(r.Token.FullBytes)
	if len(token) > MaxToken {
		return nil, fmt.Errorf("reading a time stamp: larger than %d bytes", MaxToken)
	}
	stamp, err := verify.ReadStamp(token, imprint)
	if err != nil {
		return nil, fmt.Errorf("reading a time stamp: %w", err)
	}
	if stamp.Nonce == nil || stamp.Nonce.Cmp(nonce) != 0 {
		return nil, errors.New("reading a time stamp: it answers another request")
	}
	return token, nil
}
