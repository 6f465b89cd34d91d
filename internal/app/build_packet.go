package app

import (
	"context"
	"crypto/sha3"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/internal/store"
)

// BuildPacketArgs asks for one packet to be built.
type BuildPacketArgs struct {
	PacketID uuid.UUID `json:"packet_id"`
}

// Kind names the job.
func (BuildPacketArgs) Kind() string { return "build_packet" }

// BuildPacket makes a packet that was asked for: it reads the bytes, builds,
// signs, stores the archive and notes it. A packet that is made already is left
// alone; a retry after a crash makes the same bytes.
func (a *App) BuildPacket(ctx context.Context, id uuid.UUID) error {
	scope := auth.System().Scope()
	row, err := store.FindPacketSource(ctx, a.Store.Reader(), scope, id)
	if err != nil {
		return err
	}
	if row.State != store.PacketPending {
		return nil
	}
	if err := a.makePacket(ctx, scope, row); err != nil {
		return firstError(err, a.notePacketProblem(ctx, id, "The packet could not be made. It is tried again by itself."))
	}
	return nil
}

// GiveUpPacket says on the packets page that no further attempt is made.
func (a *App) GiveUpPacket(ctx context.Context, id uuid.UUID) error {
	return a.notePacketProblem(ctx, id, "The packet could not be made, and it is not tried again. Tell whoever runs this server: the log says why.")
}

// notePacketProblem does so even when the attempt ran out of time.
func (a *App) notePacketProblem(ctx context.Context, id uuid.UUID, problem string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return store.SavePacketProblem(ctx, a.Store.Reader(), auth.System().Scope(), id, problem)
}

func (a *App) makePacket(ctx context.Context, scope auth.Scope, row store.PacketSource) error {
	built, err := a.buildPacket(ctx, scope, row)
	if err != nil {
		return err
	}
	digest, err := a.Blobs.Put(ctx, built.Zip)
	if err != nil {
		return err
	}
	return a.notePacket(ctx, row.Packet, built, digest)
}

// firstError gives the first of two errors and keeps the second in its chain.
func firstError(first, second error) error {
	if second == nil {
		return first
	}
	return fmt.Errorf("%w (and then: %w)", first, second)
}

func (a *App) buildPacket(ctx context.Context, scope auth.Scope, row store.PacketSource) (*packet.Packet, error) {
	var source packetSource
	if err := json.Unmarshal(row.Content, &source); err != nil {
		return nil, fmt.Errorf("decoding a packet's content: %w", err)
	}
	if err := a.loadBytes(ctx, &source); err != nil {
		return nil, err
	}
	c := &source.Content
	if row.Edition > 1 {
		before, err := store.FindEdition(ctx, a.Store.Reader(), scope, row.RevisionID, row.Edition-1)
		if err != nil {
			return nil, err
		}
		if before.Digest == nil {
			return nil, apperr.New(apperr.Unavailable, "The edition before this one is not made yet.")
		}
		c.Supersedes = &packet.Supersedes{Revision: before.RevisionNumber, Edition: before.Edition, SHA256: *before.Digest}
	}
	n, err := packet.LeafCount(c)
	if err != nil {
		return nil, err
	}
	salts, err := packet.NewSalts(saltStream(row.Seed), n)
	if err != nil {
		return nil, err
	}
	signer, keyID := a.Keys.Bundle()
	return packet.Build(c, packet.Seal{Salts: salts, Signer: signer, KeyID: keyID, KeysJSON: a.Keys.KeysJSON()})
}

// saltStream spreads the packet's random seed over as many salts as it needs.
func saltStream(seed []byte) *sha3.SHAKE {
	stream := sha3.NewSHAKE256()
	_, _ = stream.Write(seed) // a hash never answers with an error
	return stream
}

// loadBytes adds to the content what its digests name, checked against them.
func (a *App) loadBytes(ctx context.Context, source *packetSource) error {
	source.fold()
	c := &source.Content
	for i, digest := range source.Transcripts {
		b, err := a.Blobs.Read(ctx, digest)
		if err != nil {
			return fmt.Errorf("reading a transcript for a packet: %w", err)
		}
		c.Transcripts[i].HAR = b
	}
	for i, digest := range source.Screenshots {
		b, err := a.Blobs.Read(ctx, digest)
		if err != nil {
			return fmt.Errorf("reading a screenshot for a packet: %w", err)
		}
		c.Screenshots[i].PNG = b
	}
	return nil
}

// notePacket keeps the made packet and marks the edition before it.
func (a *App) notePacket(ctx context.Context, p store.Packet, built *packet.Packet, digest string) error {
	scope := auth.System().Scope()
	_, err := a.write(ctx, Command{Actor: auth.System()}, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		size := int64(len(built.Zip))
		artifact := store.Artifact{PartnerID: p.PartnerID, Digest: digest, MediaType: "application/zip", Bytes: size, CreatedAt: w.Now}
		if err := store.InsertArtifact(ctx, w.Tx, artifact); err != nil {
			return uuid.Nil, err
		}
		p.Digest, p.PacketJSON, p.Bytes, p.MadeAt = &digest, &built.ManifestSHA256, &size, &w.Now
		if err := store.SavePacketMade(ctx, w.Tx, scope, p); err != nil {
			return uuid.Nil, err
		}
		if err := store.SupersedeEditions(ctx, w.Tx, scope, p.RevisionID, p.Edition); err != nil {
			return uuid.Nil, err
		}
		w.Audit("packet.make", p.PartnerID, p.IntegrationID, audit.Object{ID: fmt.Sprintf("r%d.%d", p.RevisionNumber, p.Edition), Kind: "packet"},
			map[string]audit.Value{"digest": audit.Text(digest), "packet_json": audit.Text(built.ManifestSHA256)})
		return p.ID, nil
	})
	return err
}
