package app

import (
	"crypto/sha256"
	"fmt"
	"io"

	"github.com/proofwalk/proofwalk/internal/keys"
	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/internal/packet/verify"
)

// sealContent makes a packet with the keys of a ring and verifies it as a
// stranger would: nobody gets one that does not hold. The salts come from random.
// log gives what the audit log says of a packet.json of a digest, stamp the time
// stamp; nil for none.
func sealContent(
	c *packet.Content, ring *keys.Ring, random io.Reader,
	stamp func(imprint [sha256.Size]byte) ([]byte, error), log func(digest string) (packet.Log, error),
) (*packet.Packet, error) {
	prepared, err := packet.Prepare(c)
	if err != nil {
		return nil, err
	}
	salts, err := packet.NewSalts(random, prepared.LeafCount())
	if err != nil {
		return nil, err
	}
	digest, err := prepared.Write(salts)
	if err != nil {
		return nil, err
	}
	logged, err := log(digest)
	if err != nil {
		return nil, err
	}
	signer, keyID := ring.Bundle()
	pdfSigner, certificate, _ := ring.PDF()
	built, err := prepared.Build(packet.Seal{
		Signer: signer, KeyID: keyID, KeysJSON: ring.KeysJSON(), PDF: pdfSigner, PDFCertificate: certificate, Log: logged, Stamp: stamp,
	})
	if err != nil {
		return nil, err
	}
	return built, mustVerify(built.Zip, verify.Trust{Fingerprint: ring.Fingerprint(), Keys: ring.KeysJSON()})
}

// mustVerify demands that a packet is valid, and says of another what is not.
func mustVerify(archive []byte, trust verify.Trust) error {
	result := verify.Verify(archive, trust)
	if result.Verdict == verify.Valid {
		return nil
	}
	for _, check := range result.Checks {
		if !check.OK {
			return fmt.Errorf("verifying the packet: %s: %s: %s", result.Verdict, check.Name, check.Detail)
		}
	}
	return fmt.Errorf("verifying the packet: %s", result.Verdict)
}
