package packet

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/packet/pades"
	"github.com/proofwalk/proofwalk/internal/pdf"
)

// Seal is what makes content a packet that nobody else can make.
type Seal struct {
	// Salts are NewSalts' bytes, SaltSize for each leaf, kept by the caller so
	// that building again gives the same packet. Prepared.Write has its own.
	Salts []byte
	// Signer is the bundle key, ECDSA P-256. With RFC 6979 signatures for a nil
	// random source the packet is reproducible.
	Signer crypto.Signer
	KeyID  string // SHA-256 of the key's SubjectPublicKeyInfo, hex
	// PDF is the key of the PDF's signature, ECDSA P-256 as well, with its
	// certificate as it stands in KeysJSON.
	PDF            crypto.Signer
	PDFCertificate *x509.Certificate
	// Stamp gets the time-stamp token (RFC 3161) over a SHA-256, or nil when the
	// authority gives none; the packet then says so. Its error makes Build fail.
	// It is called once. A nil Stamp means that no authority is asked.
	Stamp func(imprint [sha256.Size]byte) (token []byte, err error)
	// KeysJSON is the signed list of the server's keys.
	KeysJSON []byte
	// Log is what the audit log says of the packet.
	Log Log
}

// Log is the packet's part of the audit log: the entries of its integration up
// to the one that seals it, and the proofs that they are in the log.
type Log struct {
	// Entries are encoded by audit.Encode, in the order of the log. The last is
	// packet.seal: it names the digest of packet.json, see Prepared.Write.
	Entries [][]byte
	// Proofs are written by audit.EncodeProofs, one for each entry.
	Proofs []byte
	// Checkpoint is the signed note of the tree that the proofs are about.
	Checkpoint []byte
	// Key is the public key that signed the checkpoint, its SubjectPublicKeyInfo in DER.
	Key []byte
}

// Packet is a built packet.
type Packet struct {
	Name           string // file name of the archive
	Zip            []byte
	SHA256         string // of Zip, hex: the packet's digest, named by the next edition
	PDF            []byte
	Manifest       []byte // packet.json
	ManifestSHA256 string // hex: printed in the PDF
	PDFSeal        PDFSeal
}

// sheet is what a report is rendered from.
type sheet struct {
	c              *Content
	summary        Summary
	manifest       []byte // packet.json, attached to the PDF; nil in a draft
	manifestSHA256 string
	fingerprint    string // of the root
	keyID          string
	draft          bool
	seal           *pdf.Seal // how the PDF is signed; nil in a draft
	unsigned       bool      // made beside a packet and not as a file of it
	frugal         bool      // made in little memory
	excerpt        *Excerpt  // whose parts are shown; nil for all of them
}

// renderer makes the PDF.
type renderer func(*sheet) ([]byte, error)

func build(c *Content, seal Seal, render renderer) (*Packet, error) {
	p, err := Prepare(c)
	if err != nil {
		return nil, err
	}
	if _, err := p.Write(seal.Salts); err != nil {
		return nil, err
	}
	return p.build(seal, render)
}

// assemble makes the packet of checked content and its packet.json.
func assemble(c *Content, m *manifest, seal Seal, render renderer) (*Packet, error) {
	fingerprint, rootPEM, err := rootOf(seal.KeysJSON)
	if err != nil {
		return nil, fmt.Errorf("reading keys.json: %w", err)
	}
	bundlePEM, err := publicPEM(seal)
	if err != nil {
		return nil, err
	}
	if err := checkLog(c, m, seal.Log); err != nil {
		return nil, err
	}
	sealer := &pdfSealer{seal: seal}
	s := &sheet{
		c: c, summary: Summarize(c), manifest: m.json, manifestSHA256: digestHex(m.json),
		fingerprint: fingerprint, keyID: seal.KeyID, seal: sealer.forRender(),
	}
	report, err := render(s)
	if err != nil {
		return nil, fmt.Errorf("rendering report: %w", err)
	}

	files := contentFiles(c, m, report, seal.Log)
	files = append(files,
		file{"validation/bundle.pub.pem", bundlePEM},
		file{"validation/keys.json", seal.KeysJSON},
		file{"validation/pdf.crt.pem", pemOf("CERTIFICATE", seal.PDFCertificate.Raw)},
		file{"validation/root.pub.pem", rootPEM},
		file{"VERIFY.md", verifyText(s, sealer.got)},
	)
	if sealer.token != nil {
		files = append(files, file{"validation/timestamp.tsr", sealer.token})
	}
	sortFiles(files)
	files, err = sealFiles(c, m, files, seal, sealer.got)
	if err != nil {
		return nil, err
	}
	zip, err := archive(files)
	if err != nil {
		return nil, err
	}
	return &Packet{
		Name: c.ArchiveName(), Zip: zip, SHA256: digestHex(zip), PDF: report,
		Manifest: m.json, ManifestSHA256: s.manifestSHA256, PDFSeal: sealer.got,
	}, nil
}

// contentFiles are the files of what the packet says and of the log that had it.
func contentFiles(c *Content, m *manifest, report []byte, l Log) []file {
	files := []file{{"packet.pdf", report}, {"packet.json", m.json}}
	for _, t := range c.Transcripts {
		files = append(files, file{t.File, t.HAR})
	}
	for _, p := range c.Screenshots {
		files = append(files, file{p.File, p.PNG})
	}
	return append(files,
		file{"audit/checkpoint", l.Checkpoint},
		file{"audit/entries.jsonl", lines(l.Entries)},
		file{"audit/proofs.json", l.Proofs},
		file{"validation/checkpoint.pub.pem", pemOf("PUBLIC KEY", l.Key)},
	)
}

// SealAction is the action of the audit entry that seals a packet.
const SealAction = "packet.seal"

// checkLog demands that the log's last entry seals this packet.json.
func checkLog(c *Content, m *manifest, l Log) error {
	if len(l.Entries) == 0 || len(l.Checkpoint) == 0 || len(l.Proofs) == 0 || len(l.Key) == 0 {
		return errors.New("building packet: a part of the audit log is missing")
	}
	e, err := audit.Parse(l.Entries[len(l.Entries)-1])
	if err != nil {
		return fmt.Errorf("building packet: %w", err)
	}
	if e.Action != SealAction || e.Object.ID != c.Name() || e.Details["packet_json"] != audit.Text(digestHex(m.json)) {
		return errors.New("building packet: the audit log does not end with the entry that seals it")
	}
	return nil
}

// sealFiles adds SHA256SUMS, its signature and the statement.
func sealFiles(c *Content, m *manifest, files []file, seal Seal, pdfSeal PDFSeal) ([]file, error) {
	subjects := subjectsOf(files)
	var sums strings.Builder
	for _, f := range subjects {
		sums.WriteString(f.Digest["sha256"] + "  " + f.Name + "\n")
	}
	sig, err := pades.SignP256(seal.Signer, []byte(sums.String()))
	if err != nil {
		return nil, fmt.Errorf("signing SHA256SUMS: %w", err)
	}
	signed := []file{{"SHA256SUMS", []byte(sums.String())}, {"SHA256SUMS.sig", sig}}
	st, err := newStatement(c, m, append(subjects, subjectsOf(signed)...), seal, pdfSeal)
	if err != nil {
		return nil, err
	}
	return append(append(files, signed...), file{"statement.sigstore.json", st}), nil
}

// withFiles copies the content with the names and digests of its files.
func withFiles(c *Content) *Content {
	out := *c
	out.Transcripts = append([]Transcript(nil), c.Transcripts...)
	for i := range out.Transcripts {
		t := &out.Transcripts[i]
		t.File, t.SHA256 = "transcripts/"+t.ID+".har", digestHex(t.HAR)
	}
	out.Screenshots = append([]Screenshot(nil), c.Screenshots...)
	inParallel(len(out.Screenshots), func(i int) error {
		s := &out.Screenshots[i]
		s.File, s.SHA256 = "screenshots/"+s.ID+".png", digestHex(s.PNG)
		return nil
	})()
	return &out
}

// lines puts each entry on a line.
func lines(entries [][]byte) []byte {
	var buf bytes.Buffer
	for _, e := range entries {
		buf.Write(e)
		buf.WriteByte('\n')
	}
	return buf.Bytes()
}

// rootOf reads the root's fingerprint and public key from keys.json.
func rootOf(keysJSON []byte) (fingerprint string, rootPEM []byte, err error) {
	var list struct {
		Root struct {
			ID        string `json:"id"`
			PublicKey []byte `json:"public_key"`
		} `json:"root"`
	}
	if err := json.Unmarshal(keysJSON, &list); err != nil {
		return "", nil, errors.New("not a list of keys")
	}
	if digestHex(list.Root.PublicKey) != list.Root.ID {
		return "", nil, errors.New("the root's id is not its digest")
	}
	return list.Root.ID, pemOf("PUBLIC KEY", list.Root.PublicKey), nil
}

// publicPEM gives the signer's public key, which must be the one of the id.
func publicPEM(seal Seal) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(seal.Signer.Public())
	if err != nil {
		return nil, fmt.Errorf("encoding bundle key: %w", err)
	}
	if digestHex(der) != seal.KeyID {
		return nil, errors.New("encoding bundle key: the key id is not its digest")
	}
	return pemOf("PUBLIC KEY", der), nil
}

func pemOf(what string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: what, Bytes: der})
}
