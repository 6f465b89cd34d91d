package app

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"fmt"
	"time"

	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/keys"
	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/internal/store"
)

// CheckSealing seals a small packet with the keys as they are and verifies it
// as a stranger would, so that a server that cannot seal says so when it starts
// and not when a packet is due. Nothing is stored but the list of keys. Where
// keys cannot be read, the error has keys.ErrMissing in its chain.
func (a *App) CheckSealing(ctx context.Context) error {
	now := a.Now()
	ring, err := a.SigningKeys(ctx)
	if err != nil {
		return err
	}
	sample := sampleContent(packet.At(now))
	_, err = sealContent(sample, ring, rand.Reader, nil, func(digest string) (packet.Log, error) { return sampleLog(sample, digest, ring) })
	if err != nil {
		return fmt.Errorf("checking the sealing with a sample: %w", err)
	}
	return nil
}

// sampleContent is a packet that says nothing of anybody.
func sampleContent(at packet.Time) *packet.Content {
	return &packet.Content{
		Integration: packet.Integration{ID: store.NewID().String(), Name: "Sample", Slug: "sample", Partner: "Proofwalk", Protocol: "oauth",
			Environment: "sandbox", ConfigVersion: 1, Facts: []packet.Fact{{Name: "name", Values: []string{"Sample"}}}},
		Revision: 1, Edition: 1, MadeAt: at, Template: 1, RuleSet: 1,
		Decision: &packet.Decision{Word: "ready", Act: packet.Act{By: "Proofwalk", Organisation: "Proofwalk", At: at}},
		Sections: []packet.Section{{ID: "A", Title: "Sample"}},
		Items:    []packet.Item{{ID: "A-01", Section: "A", Title: "Keys sign and verify", Version: 1, Phase: "review", By: "consultant", State: "open"}},
	}
}

// sampleLog is a log of the one entry that seals the sample.
func sampleLog(c *packet.Content, digest string, ring *keys.Ring) (packet.Log, error) {
	entry, err := audit.Encode(audit.Entry{ID: store.NewID().String(), IntegrationID: c.Integration.ID, Actor: audit.Actor{Kind: "system"},
		Action: packet.SealAction, Object: audit.Object{ID: c.Name(), Kind: "packet"}, At: c.MadeAt.Time,
		Details: map[string]audit.Value{"packet_json": audit.Text(digest)}})
	if err != nil {
		return packet.Log{}, err
	}
	var edge audit.Edge
	edge.Append(audit.LeafHash(entry))
	signer, _ := ring.Checkpoint()
	signed, err := newCheckpoint(ring, audit.Head{Size: edge.Size(), Root: edge.Root()}, c.MadeAt.Time, time.Time{})
	if err != nil {
		return packet.Log{}, err
	}
	key, err := x509.MarshalPKIXPublicKey(signer.Public())
	if err != nil {
		return packet.Log{}, fmt.Errorf("encoding the checkpoint key: %w", err)
	}
	return packet.Log{Entries: [][]byte{entry}, Proofs: audit.EncodeProofs(edge.Size(), []int64{0}, [][]audit.Hash{nil}), Checkpoint: []byte(signed.Note), Key: key}, nil
}
