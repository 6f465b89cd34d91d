package app

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/internal/store"
)

// PacketFile is the file name of a packet's archive; see packet.Content.ArchiveName.
func PacketFile(partner, integration string, p store.Packet) string {
	return "packet-" + slug(partner+" "+integration) + "-" + p.Name() + ".zip"
}

// DownloadPacket notes in the audit log that the actor takes a packet and then
// gives its name and bytes; bytes that changed in the store are not given.
func (a *App) DownloadPacket(ctx context.Context, cmd Command, integrationID, id uuid.UUID) (name string, archive []byte, err error) {
	read, err := a.notePacketRead(ctx, cmd, integrationID, id, "packet.download")
	if err != nil {
		return "", nil, err
	}
	archive, err = a.readArchive(ctx, read.packet)
	return read.file, archive, err
}

// ReadPacket notes in the audit log that the actor reads a packet's report and
// then gives the report as it is in the archive.
func (a *App) ReadPacket(ctx context.Context, cmd Command, integrationID, id uuid.UUID) (name string, pdf []byte, err error) {
	read, err := a.notePacketRead(ctx, cmd, integrationID, id, actionView)
	if err != nil {
		return "", nil, err
	}
	o, err := a.openPacket(ctx, read.packet)
	if err != nil {
		return "", nil, err
	}
	pdf, err = o.copyOf("packet.pdf")
	return strings.TrimSuffix(read.file, ".zip") + ".pdf", pdf, err
}

// actionView is the action of an audit entry about a packet that somebody reads.
const actionView = "packet.view"

// notedRead is a packet that is about to be given.
type notedRead struct {
	packet store.Packet
	file   string    // name of its archive
	entry  uuid.UUID // the audit entry that says so
}

// notePacketRead appends the audit entry of a packet that is about to be given.
func (a *App) notePacketRead(ctx context.Context, cmd Command, integrationID, id uuid.UUID, action string) (read notedRead, err error) {
	_, err = a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		i, err := store.FindIntegration(ctx, w.Tx, cmd.Actor.Scope(), integrationID)
		if err != nil {
			return uuid.Nil, err
		}
		p, err := store.FindPacket(ctx, w.Tx, cmd.Actor.Scope(), integrationID, id)
		if err != nil {
			return uuid.Nil, err
		}
		if p.Digest == nil {
			return uuid.Nil, apperr.New(apperr.Conflict, "The packet is being made. Load the page again in a few seconds.")
		}
		entry, err := w.entryID()
		if err != nil {
			return uuid.Nil, err
		}
		read = notedRead{packet: p, file: PacketFile(i.PartnerName, i.Name, p), entry: entry}
		w.Audit(action, p.PartnerID, integrationID, audit.Object{ID: p.Name(), Kind: "packet"},
			map[string]audit.Value{"digest": audit.Text(*p.Digest)})
		return p.ID, nil
	})
	return read, err
}

// DraftPDF renders the integration as it stands: unsigned, DRAFT on each page.
func (a *App) DraftPDF(ctx context.Context, cmd Command, integrationID uuid.UUID) (name string, pdf []byte, err error) {
	name, source, err := a.noteDraft(ctx, cmd, integrationID, "packet.draft")
	if err != nil {
		return "", nil, err
	}
	if err := a.loadBytes(ctx, &source); err != nil {
		return "", nil, err
	}
	pdf, err = packet.RenderDraft(&source.Content)
	if err != nil {
		return "", nil, fmt.Errorf("rendering a draft: %w", err)
	}
	return "draft-" + name, pdf, nil
}

// noteDraft appends the audit entry of a draft that is about to be given, and gives
// what it is made of with the name of the file behind its kind.
func (a *App) noteDraft(ctx context.Context, cmd Command, integrationID uuid.UUID, action string) (name string, source packetSource, err error) {
	_, err = a.write(ctx, cmd, func(ctx context.Context, w *Write) (uuid.UUID, error) {
		i, err := store.FindIntegration(ctx, w.Tx, cmd.Actor.Scope(), integrationID)
		if err != nil {
			return uuid.Nil, err
		}
		if source, err = a.draftContent(ctx, w.Tx, cmd.Actor.Scope(), integrationID, w.Now); err != nil {
			return uuid.Nil, err
		}
		name = slug(i.PartnerName+" "+i.Name) + ".pdf"
		w.Audit(action, i.PartnerID, i.ID, audit.Object{ID: i.ID.String(), Kind: "integration"}, nil)
		return i.ID, nil
	})
	return name, source, err
}
