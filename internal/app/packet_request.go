package app

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/internal/store"
)

// packetSource is a packet's content as it is fixed when the packet is asked
// for: everything but the bytes, which the digests name.
type packetSource struct {
	Content packet.Content
	// Facts and Minutes are parts of the content that its own JSON leaves out.
	Facts   []packet.Fact
	Minutes []packet.MinutesEntry
	// Transcripts and Screenshots are the digests of the bytes, in the content's order.
	Transcripts []string
	Screenshots []string
}

// encode is the content as the row of a packet keeps it.
func (s packetSource) encode() ([]byte, error) {
	b, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("encoding a packet's content: %w", err)
	}
	return b, nil
}

// decodeSource reads what encode wrote.
func decodeSource(content []byte) (packetSource, error) {
	var s packetSource
	if err := json.Unmarshal(content, &s); err != nil {
		return s, fmt.Errorf("decoding a packet's content: %w", err)
	}
	return s, nil
}

// fold puts the parts that the content's own JSON leaves out back into it.
func (s *packetSource) fold() {
	s.Content.Integration.Facts = s.Facts
	if s.Content.Walkthrough != nil {
		s.Content.Walkthrough.Minutes = s.Minutes
	}
}

// requestPacket fixes the content of an edition of a revision's packet and
// enqueues the job that makes it, inside the running write.
func (a *App) requestPacket(ctx context.Context, w *Write, revision uuid.UUID, edition int, cause store.PacketCause) error {
	if err := w.keepPasses(ctx); err != nil { // the packet holds the write's own texts
		return err
	}
	source, r, err := a.packetContent(ctx, w.Tx, w.Cmd.Actor.Scope(), revision, edition, w.Now)
	if err != nil {
		return err
	}
	return a.askForPacket(ctx, w, r, cause, source)
}

// askForPacket keeps what a packet will say and enqueues the job that makes it.
func (a *App) askForPacket(ctx context.Context, w *Write, r store.Revision, cause store.PacketCause, source packetSource) error {
	encoded, err := source.encode()
	if err != nil {
		return err
	}
	p := store.PacketSource{
		Packet: store.Packet{PartnerID: r.PartnerID, ID: store.NewID(), IntegrationID: r.IntegrationID, RevisionID: r.ID, Edition: source.Content.Edition,
			Cause: cause, CreatedAt: w.Now},
		Seed: randomBytes(sha256.Size), Content: encoded,
	}
	if err := store.InsertPacket(ctx, w.Tx, p); err != nil {
		return err
	}
	if _, err := a.Jobs.InsertTx(ctx, w.Tx, BuildPacketArgs{PacketID: p.ID}, nil); err != nil {
		return fmt.Errorf("enqueuing a packet: %w", err)
	}
	return nil
}
