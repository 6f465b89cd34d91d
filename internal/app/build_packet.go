package app

import (
	"context"
	"crypto/sha3"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/keys"
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
// alone; a retry after a crash makes the same bytes. While the server has no
// signing key, the error has ErrNoSigningKey in its chain.
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
		if errors.Is(err, ErrEditionBefore) {
			return firstError(err, a.noteWaiting(ctx, scope, row.Packet))
		}
		if errors.Is(err, ErrNoSigningKey) {
			return firstError(err, a.notePacketProblem(ctx, id, "Unsigned, pending: the server has no signing key. The packet is made by itself once the key is there again."))
		}
		return firstError(err, a.notePacketProblem(ctx, id, "The packet could not be made. It is tried again by itself."))
	}
	return nil
}

// GiveUpPacket says on the packets page that no further attempt is made.
func (a *App) GiveUpPacket(ctx context.Context, id uuid.UUID) error {
	return a.notePacketProblem(ctx, id, "The packet could not be made, and it is not tried again. Tell whoever runs this server: the log says why.")
}

// noteWaiting says of a packet that it waits for the edition before it, where
// that has a problem: it may wait for long.
func (a *App) noteWaiting(ctx context.Context, scope auth.Scope, p store.Packet) error {
	before, err := store.FindEdition(ctx, a.Store.Reader(), scope, p.RevisionID, p.Edition-1)
	if err != nil || before.Problem == nil {
		return err
	}
	return a.notePacketProblem(ctx, p.ID, "The packet waits for "+before.Name()+", which could not be made so far.")
}

// notePacketProblem does so even when the attempt ran out of time.
func (a *App) notePacketProblem(ctx context.Context, id uuid.UUID, problem string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return store.SavePacketProblem(ctx, a.Store.Reader(), auth.System().Scope(), id, problem)
}

func (a *App) makePacket(ctx context.Context, scope auth.Scope, row store.PacketSource) error {
	ring, err := a.SigningKeys(ctx)
	if err != nil {
		return err
	}
	before, err := a.editionBefore(ctx, scope, row.Packet)
	if err != nil {
		return err
	}
	if err := store.BeginSealing(ctx, a.Store.Reader(), scope, row.ID, a.Now()); err != nil {
		return err
	}
	if row, err = store.FindPacketSource(ctx, a.Store.Reader(), scope, row.ID); err != nil {
		return err
	}
	built, err := a.buildPacket(ctx, row, before, ring)
	if err != nil {
		return err
	}
	if now, err := a.SigningKeys(ctx); err != nil || now != ring {
		// The key may have been marked as compromised meanwhile.
		return firstError(apperr.New(apperr.Unavailable, "The keys changed while the packet was sealed."), err)
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

// ErrEditionBefore is in the chain of an error when a packet waits for the
// edition that it supersedes.
var ErrEditionBefore = apperr.New(apperr.Unavailable, "The edition before this one is not made yet.")

// editionBefore names the edition that a packet takes the place of; nil for the first.
func (a *App) editionBefore(ctx context.Context, scope auth.Scope, p store.Packet) (*packet.Supersedes, error) {
	if p.Edition == 1 {
		return nil, nil
	}
	before, err := store.FindEdition(ctx, a.Store.Reader(), scope, p.RevisionID, p.Edition-1)
	if err != nil {
		return nil, err
	}
	if before.Digest == nil {
		return nil, ErrEditionBefore
	}
	return &packet.Supersedes{Revision: before.RevisionNumber, Edition: before.Edition, SHA256: *before.Digest}, nil
}

func (a *App) buildPacket(ctx context.Context, row store.PacketSource, before *packet.Supersedes, ring *keys.Ring) (*packet.Packet, error) {
	source, err := decodeSource(row.Content)
	if err != nil {
		return nil, err
	}
	if err := a.loadBytes(ctx, &source); err != nil {
		return nil, err
	}
	c := &source.Content
	c.Supersedes = before
	// A packet that waited while a key was rotated cannot be older than its key.
	if since := packet.At(ring.Since()); since.After(c.MadeAt.Time) {
		c.MadeAt = since
	}
	return sealContent(c, ring, saltStream(row.Seed), a.stampOf(ctx, row), func(digest string) (packet.Log, error) {
		return a.logPacket(ctx, row.Packet, digest)
	})
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
	c.Fonts = a.Fonts
	for i, digest := range source.Transcripts {
		b, err := a.Blobs.Read(ctx, digest)
		if err != nil {
			return fmt.Errorf("reading a transcript for a packet: %w", err)
		}
		c.Transcripts[i].HAR = b
		if err := countRedactions(&c.Transcripts[i]); err != nil {
			return err
		}
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
		stamp := store.PacketStamp(built.PDFSeal.Stamp)
		p.Digest, p.PacketJSON, p.Bytes, p.MadeAt = &digest, &built.ManifestSHA256, &size, &w.Now
		p.PDFLevel, p.Stamp = &built.PDFSeal.Level, &stamp
		if err := store.SavePacketMade(ctx, w.Tx, scope, p); err != nil {
			return uuid.Nil, err
		}
		if err := store.SupersedeEditions(ctx, w.Tx, scope, p.RevisionID, p.Edition); err != nil {
			return uuid.Nil, err
		}
		w.Audit("packet.make", p.PartnerID, p.IntegrationID, audit.Object{ID: p.Name(), Kind: "packet"},
			map[string]audit.Value{"digest": audit.Text(digest), "packet_json": audit.Text(built.ManifestSHA256), "stamp": audit.Text(built.PDFSeal.Stamp)})
		return p.ID, nil
	})
	return err
}
