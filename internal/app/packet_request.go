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
	encoded, err := json.Marshal(source)
	if err != nil {
		return fmt.Errorf("encoding a packet's content: %w", err)
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
