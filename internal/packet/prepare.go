package packet

import "errors"

// Prepared is content on its way to a packet: checked once, and written once as
// packet.json, whose digest the audit log names before the packet is built.
// What the content points to must not change until then.
type Prepared struct {
	c        *Content // with the names and digests of its files
	manifest *manifest
}

// Prepare checks the content of a decided revision. It changes nothing in c.
func Prepare(c *Content) (*Prepared, error) {
	if err := Check(c); err != nil {
		return nil, err
	}
	return &Prepared{c: withFiles(c)}, nil
}

// LeafCount tells how many leaves, and so how many salts, the packet has.
func (p *Prepared) LeafCount() int { return len(leaves(p.c)) }

// Write writes packet.json with SaltSize bytes of salt for each leaf, and gives
// its SHA-256 in hex.
func (p *Prepared) Write(salts []byte) (digest string, err error) {
	if p.manifest, err = newManifest(p.c, salts); err != nil {
		return "", err
	}
	return digestHex(p.manifest.json), nil
}

// Build makes the packet after Write: packet.json, whose digest is printed in
// the PDF, then the PDF, then the statement over all files.
func (p *Prepared) Build(seal Seal) (*Packet, error) { return p.build(seal, renderReport) }

func (p *Prepared) build(seal Seal, render renderer) (*Packet, error) {
	if p.manifest == nil {
		return nil, errors.New("building packet: packet.json is not written")
	}
	return assemble(p.c, p.manifest, seal, render)
}
