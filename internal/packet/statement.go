package packet

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"

	"github.com/proofwalk/proofwalk/internal/packet/pades"
)

// The types that the statement and its envelope name.
const (
	statementType = "https://in-toto.io/Statement/v1"
	// PredicateType names the predicate of a packet's statement.
	PredicateType = "https://github.com/proofwalk/proofwalk/packet/v1"
	payloadType   = "application/vnd.in-toto+json"
	bundleType    = "application/vnd.dev.sigstore.bundle.v0.3+json"
)

// statement is the in-toto Statement v1 over every other file.
type statement struct {
	Type          string    `json:"_type"`
	Subject       []subject `json:"subject"`
	PredicateType string    `json:"predicateType"`
	Predicate     predicate `json:"predicate"`
}

type subject struct {
	Name   string            `json:"name"`
	Digest map[string]string `json:"digest"`
}

// predicate says what was decided about what, and binds the head and the
// leaves of packet.json each by a hash of its own, so that an excerpt that
// withholds leaves can still be checked.
type predicate struct {
	Format      int                  `json:"format"`
	Name        string               `json:"name"`
	Integration statementIntegration `json:"integration"`
	Revision    int                  `json:"revision"`
	Edition     int                  `json:"edition"`
	MadeAt      Time                 `json:"made_at"`
	Decision    string               `json:"decision"`
	Outcome     *string              `json:"outcome"`
	PDFSeal     PDFSeal              `json:"pdf_seal"`
	Head        string               `json:"head_sha256"`
	Leaves      int                  `json:"leaves"`
	Root        string               `json:"merkle_root"`
	SignOffs    []statementSignOff   `json:"sign_offs"`
	Supersedes  *Supersedes          `json:"supersedes"`
}

// statementSignOff names who signed off, as the head does.
type statementSignOff struct {
	Role string `json:"role"`
	By   string `json:"by"`
	At   Time   `json:"at"`
}

type statementIntegration struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Partner string `json:"partner"`
}

// bundle is the Sigstore bundle v0.3 around the DSSE envelope.
type bundle struct {
	MediaType            string               `json:"mediaType"`
	VerificationMaterial verificationMaterial `json:"verificationMaterial"`
	Envelope             envelope             `json:"dsseEnvelope"`
}

type verificationMaterial struct {
	PublicKey publicKeyHint `json:"publicKey"`
}

type publicKeyHint struct {
	Hint string `json:"hint"`
}

type envelope struct {
	Payload     string              `json:"payload"`
	PayloadType string              `json:"payloadType"`
	Signatures  []envelopeSignature `json:"signatures"`
}

type envelopeSignature struct {
	Sig string `json:"sig"`
}

// subjectsOf names the files by their digests, in their order. Hashing them is most
// of the work of sealing.
func subjectsOf(files []file) []subject {
	out := make([]subject, len(files))
	inParallel(len(files), func(i int) error {
		out[i] = subject{files[i].name, map[string]string{"sha256": digestHex(files[i].data)}}
		return nil
	})()
	return out
}

// newStatement makes the signed statement over the files.
func newStatement(c *Content, m *manifest, files []subject, seal Seal, pdfSeal PDFSeal) ([]byte, error) {
	p := predicate{
		Format: Format, Name: c.Name(), Revision: c.Revision, Edition: c.Edition, MadeAt: c.MadeAt,
		Integration: statementIntegration{c.Integration.ID, c.Integration.Name, c.Integration.Partner},
		Decision:    c.Decision.Word, Head: hex.EncodeToString(m.head[:]), Leaves: m.leaves,
		Root: hex.EncodeToString(m.root[:]), Supersedes: c.Supersedes, SignOffs: []statementSignOff{},
		PDFSeal: pdfSeal,
	}
	for _, s := range c.SignOffs {
		p.SignOffs = append(p.SignOffs, statementSignOff{s.Role, s.By, s.At})
	}
	if c.Outcome != nil {
		p.Outcome = &c.Outcome.Word
	}
	s := statement{Type: statementType, PredicateType: PredicateType, Subject: files, Predicate: p}
	payload, err := canonical(s)
	if err != nil {
		return nil, err
	}
	sig, err := pades.SignP256(seal.Signer, preAuthEncoding(payload))
	if err != nil {
		return nil, fmt.Errorf("signing statement: %w", err)
	}
	return canonical(bundle{
		MediaType:            bundleType,
		VerificationMaterial: verificationMaterial{publicKeyHint{seal.KeyID}},
		Envelope: envelope{
			Payload: base64.StdEncoding.EncodeToString(payload), PayloadType: payloadType,
			Signatures: []envelopeSignature{{base64.StdEncoding.EncodeToString(sig)}},
		},
	})
}

// preAuthEncoding is what DSSE signs: type and payload with their lengths.
func preAuthEncoding(payload []byte) []byte {
	out := "DSSEv1 " + strconv.Itoa(len(payloadType)) + " " + payloadType + " " + strconv.Itoa(len(payload)) + " "
	return append([]byte(out), payload...)
}

func digestHex(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
