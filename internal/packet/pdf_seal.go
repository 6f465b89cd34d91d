package packet

import (
	"crypto/sha256"
	"fmt"

	"github.com/proofwalk/proofwalk/internal/packet/pades"
	"github.com/proofwalk/proofwalk/internal/packet/verify"
	"github.com/proofwalk/proofwalk/internal/pdf"
)

// The levels of a PDF's signature, and what became of its time stamp.
const (
	LevelBB = "B-B" // no time stamp
	LevelBT = "B-T" // with one

	StampNone        = "none"        // no authority is set
	StampUnreachable = "unreachable" // the authority gave no stamp that holds
	StampStamped     = "stamped"
)

// PDFSeal says how the PDF is signed: the statement's member pdf_seal.
type PDFSeal struct {
	Level     string `json:"level"`
	Stamp     string `json:"stamp"`
	StampedAt *Time  `json:"stamped_at"`
}

// pdfSealer signs a packet's PDF while it is rendered.
type pdfSealer struct {
	seal  Seal
	got   PDFSeal
	token []byte
}

// forRender is what the PDF writer needs to know before.
func (p *pdfSealer) forRender() *pdf.Seal {
	reserve := pades.Reserve
	if p.seal.Stamp != nil {
		reserve = pades.ReserveStamped
	}
	return &pdf.Seal{
		Reserve: reserve, Sign: p.sign, Name: p.seal.PDFCertificate.Subject.CommonName, Reason: "Seal of a readiness packet",
	}
}

// sign makes the CMS object for the digest of the PDF, and has it stamped.
func (p *pdfSealer) sign(digest [sha256.Size]byte) ([]byte, error) {
	signature, err := pades.Sign(p.seal.PDF, p.seal.PDFCertificate, digest)
	if err != nil {
		return nil, err
	}
	p.got = PDFSeal{Level: LevelBB, Stamp: StampNone}
	if p.seal.Stamp != nil {
		if err := p.stamp(signature.Imprint()); err != nil {
			return nil, err
		}
	}
	return signature.CMS(p.token)
}

func (p *pdfSealer) stamp(imprint [sha256.Size]byte) error {
	token, err := p.seal.Stamp(imprint)
	if err != nil {
		return fmt.Errorf("getting a time stamp: %w", err)
	}
	if token == nil {
		p.got.Stamp = StampUnreachable
		return nil
	}
	stamp, err := verify.ReadStamp(token, imprint)
	if err != nil {
		return fmt.Errorf("getting a time stamp: %w", err)
	}
	at := At(stamp.Time)
	p.got, p.token = PDFSeal{Level: LevelBT, Stamp: StampStamped, StampedAt: &at}, token
	return nil
}
