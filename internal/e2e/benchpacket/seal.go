package main

import (
	"crypto/x509"
	"fmt"
	"time"

	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/e2e/benchpacket/shape"
	"github.com/proofwalk/proofwalk/internal/keys"
	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/internal/packet/verify"
)

// sealed makes a whole packet as a server does, with all that a server seals
// with, but for a time stamp, which another machine makes; and verifies it, as
// a server does with each before it stores it.
func sealed(c *packet.Content, ring *keys.Ring) (*packet.Packet, error) {
	prepared, err := packet.Prepare(c)
	if err != nil {
		return nil, err
	}
	salts, err := packet.NewSalts(zeros{}, prepared.LeafCount())
	if err != nil {
		return nil, err
	}
	digest, err := prepared.Write(salts)
	if err != nil {
		return nil, err
	}
	log, err := logFor(c, ring, digest)
	if err != nil {
		return nil, err
	}
	signer, id := ring.Bundle()
	pdfSigner, certificate, _ := ring.PDF()
	built, err := prepared.Build(packet.Seal{
		Signer: signer, KeyID: id, KeysJSON: ring.KeysJSON(), PDF: pdfSigner, PDFCertificate: certificate, Log: log,
	})
	if err != nil {
		return nil, err
	}
	return built, verified(built, ring)
}

func verified(p *packet.Packet, ring *keys.Ring) error {
	got := verify.Verify(p.Zip, verify.Trust{Fingerprint: ring.Fingerprint(), Keys: ring.KeysJSON()})
	if got.Verdict != verify.Valid {
		return fmt.Errorf("the packet that was measured is %s", got.Verdict)
	}
	return nil
}

// logFor is a log with the entries of the integration alone; the last one seals
// the packet.json of that digest.
func logFor(c *packet.Content, ring *keys.Ring, digest string) (packet.Log, error) {
	var entries [][]byte
	var leaves []audit.Hash
	var positions []int64
	var edge audit.Edge
	for n := range shape.Entries {
		e := audit.Entry{
			ID: fmt.Sprintf("019a0b1c-2d3e-7f40-8a1b-%012d", n), IntegrationID: c.Integration.ID, Actor: audit.Actor{Kind: "system"},
			Action: "capture.add", Object: audit.Object{ID: c.Integration.ID, Kind: "integration"}, At: c.MadeAt.Add(time.Duration(n-shape.Entries) * time.Second),
		}
		if n == shape.Entries-1 {
			e.Action, e.Object = packet.SealAction, audit.Object{ID: c.Name(), Kind: "packet"}
			e.Details = map[string]audit.Value{"packet_json": audit.Text(digest)}
		}
		entry, err := audit.Encode(e)
		if err != nil {
			return packet.Log{}, err
		}
		leaf := audit.LeafHash(entry)
		entries, leaves, positions = append(entries, entry), append(leaves, leaf), append(positions, edge.Size())
		edge.Append(leaf)
	}
	return signedLog(ring, audit.Head{Size: edge.Size(), Root: edge.Root()}, entries, leaves, positions, c.MadeAt.Time)
}

// signedLog proves each entry against the head and signs the head.
func signedLog(ring *keys.Ring, head audit.Head, entries [][]byte, leaves []audit.Hash, positions []int64, at time.Time) (packet.Log, error) {
	proofs, err := audit.NewProver(head, func([]audit.Tile) (map[audit.Tile][]audit.Hash, error) {
		return map[audit.Tile][]audit.Hash{{}: leaves}, nil
	}).Records(positions, leaves)
	if err != nil {
		return packet.Log{}, err
	}
	signer, _ := ring.Checkpoint()
	signed, err := audit.Checkpoint{Origin: audit.Origin(ring.Fingerprint()), Head: head, At: at}.Sign(signer)
	if err != nil {
		return packet.Log{}, err
	}
	key, err := x509.MarshalPKIXPublicKey(signer.Public())
	if err != nil {
		return packet.Log{}, fmt.Errorf("encoding the checkpoint's key: %w", err)
	}
	return packet.Log{Entries: entries, Proofs: audit.EncodeProofs(head.Size, positions, proofs), Checkpoint: signed, Key: key}, nil
}
