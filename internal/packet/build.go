package packet

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// Seal is what makes content a packet that nobody else can make.
type Seal struct {
	// Salts are NewSalts' bytes, SaltSize for each leaf, kept by the caller so
	// that building again gives the same packet.
	Salts []byte
	// Signer is the bundle key, ECDSA P-256. With RFC 6979 signatures for a nil
	// random source the packet is reproducible.
	Signer crypto.Signer
	KeyID  string // SHA-256 of the key's SubjectPublicKeyInfo, hex
	// KeysJSON is the signed list of the server's keys.
	KeysJSON []byte
}

// Packet is a built packet.
type Packet struct {
	Name           string // file name of the archive
	Zip            []byte
	SHA256         string // of Zip, hex: the packet's digest, named by the next edition
	PDF            []byte
	Manifest       []byte // packet.json
	ManifestSHA256 string // hex: printed in the PDF
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
	unsigned       bool     // made beside a packet and not as a file of it
	excerpt        *Excerpt // whose parts are shown; nil for all of them
}

// renderer makes the PDF.
type renderer func(*sheet) ([]byte, error)

func build(c *Content, seal Seal, render renderer) (*Packet, error) {
	if err := Check(c); err != nil {
		return nil, err
	}
	fingerprint, rootPEM, err := rootOf(seal.KeysJSON)
	if err != nil {
		return nil, fmt.Errorf("reading keys.json: %w", err)
	}
	bundlePEM, err := publicPEM(seal)
	if err != nil {
		return nil, err
	}
	c = withFiles(c)
	m, err := newManifest(c, seal.Salts)
	if err != nil {
		return nil, err
	}
	s := &sheet{
		c: c, summary: Summarize(c), manifest: m.json, manifestSHA256: digestHex(m.json),
		fingerprint: fingerprint, keyID: seal.KeyID,
	}
	pdf, err := render(s)
	if err != nil {
		return nil, fmt.Errorf("rendering report: %w", err)
	}

	files := []file{{"packet.pdf", pdf}, {"packet.json", m.json}}
	for _, t := range c.Transcripts {
		files = append(files, file{t.File, t.HAR})
	}
	for _, p := range c.Screenshots {
		files = append(files, file{p.File, p.PNG})
	}
	files = append(files,
		file{"audit/entries.jsonl", lines(c.Audit)},
		file{"validation/bundle.pub.pem", bundlePEM},
		file{"validation/keys.json", seal.KeysJSON},
		file{"validation/root.pub.pem", rootPEM},
		file{"VERIFY.md", verifyText(s)},
	)
	sortFiles(files)
	files, err = sealFiles(c, m, files, seal)
	if err != nil {
		return nil, err
	}
	zip, err := archive(files)
	if err != nil {
		return nil, err
	}
	return &Packet{
		Name: c.ArchiveName(), Zip: zip, SHA256: digestHex(zip), PDF: pdf,
		Manifest: m.json, ManifestSHA256: s.manifestSHA256,
	}, nil
}

// sealFiles adds SHA256SUMS, its signature and the statement.
func sealFiles(c *Content, m *manifest, files []file, seal Seal) ([]file, error) {
	var sums strings.Builder
	for _, f := range files {
		sums.WriteString(digestHex(f.data) + "  " + f.name + "\n")
	}
	sig, err := sign(seal.Signer, []byte(sums.String()))
	if err != nil {
		return nil, fmt.Errorf("signing SHA256SUMS: %w", err)
	}
	files = append(files, file{"SHA256SUMS", []byte(sums.String())}, file{"SHA256SUMS.sig", sig})
	st, err := newStatement(c, m, files, seal)
	if err != nil {
		return nil, err
	}
	return append(files, file{"statement.sigstore.json", st}), nil
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
	for i := range out.Screenshots {
		s := &out.Screenshots[i]
		s.File, s.SHA256 = "screenshots/"+s.ID+".png", digestHex(s.PNG)
	}
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
	return list.Root.ID, pemOf(list.Root.PublicKey), nil
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
	return pemOf(der), nil
}

func pemOf(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}
