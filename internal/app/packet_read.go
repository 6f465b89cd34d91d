package app

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/internal/store"
)

// packetFiles opens the archive of a made packet.
func (a *App) packetFiles(ctx context.Context, p store.Packet) (*zip.Reader, error) {
	archive, err := a.Blobs.Read(ctx, *p.Digest)
	if err != nil {
		return nil, err
	}
	files, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return nil, fmt.Errorf("opening a packet: %w", err)
	}
	return files, nil
}

// packetFile gives one file of an archive.
func packetFile(files *zip.Reader, name string) ([]byte, error) {
	f, err := files.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, apperr.New(apperr.NotFound, "The packet has no such file.")
	}
	if err != nil {
		return nil, fmt.Errorf("opening a file of a packet: %w", err)
	}
	defer func() { _ = f.Close() }() // reading only
	b, err := io.ReadAll(f)
	if err != nil {
		return nil, fmt.Errorf("reading a file of a packet: %w", err)
	}
	return b, nil
}

// packetSays reads what a packet says out of its own packet.json.
func packetSays(files *zip.Reader) (*packet.Content, error) {
	b, err := packetFile(files, "packet.json")
	if err != nil {
		return nil, err
	}
	return packet.ReadManifest(b)
}

// PacketContent gives what a made packet says, read from its packet.json, without
// the bytes of transcripts and pictures. It is for pages that lead into the packet
// and show its labels; a page that shows the packet itself uses OpenPacket.
func (a *App) PacketContent(ctx context.Context, p store.Packet) (*packet.Content, error) {
	if p.Digest == nil {
		return nil, apperr.New(apperr.Conflict, "The packet is being made.")
	}
	files, err := a.packetFiles(ctx, p)
	if err != nil {
		return nil, err
	}
	return packetSays(files)
}

// OpenPacket notes in the audit log that the actor reads a packet and gives what
// it says, with the bytes of its transcripts and pictures: from the stored archive
// alone.
func (a *App) OpenPacket(ctx context.Context, cmd Command, integrationID, id uuid.UUID) (*packet.Content, store.Packet, error) {
	_, p, err := a.notePacketRead(ctx, cmd, integrationID, id, "packet.view")
	if err != nil {
		return nil, p, err
	}
	files, err := a.packetFiles(ctx, p)
	if err != nil {
		return nil, p, err
	}
	c, err := packetSays(files)
	if err != nil {
		return nil, p, err
	}
	return c, p, packet.AddFiles(c, func(name string) ([]byte, error) { return packetFile(files, name) })
}

// PacketPicture notes in the audit log that the actor looks at a picture of a
// packet, by its label ("s-001"), and gives it as PNG.
func (a *App) PacketPicture(ctx context.Context, cmd Command, integrationID, id uuid.UUID, label string) ([]byte, error) {
	if rest, ok := strings.CutPrefix(label, packet.LabelScreenshot); !ok || strings.Trim(rest, "0123456789") != "" {
		return nil, apperr.New(apperr.NotFound, "The packet has no such picture.")
	}
	_, p, err := a.notePacketRead(ctx, cmd, integrationID, id, "packet.view")
	if err != nil {
		return nil, err
	}
	files, err := a.packetFiles(ctx, p)
	if err != nil {
		return nil, err
	}
	return packetFile(files, "screenshots/"+label+".png")
}

// PacketSummary notes in the audit log that the actor takes the summary of a
// packet, and makes it from the packet's packet.json.
func (a *App) PacketSummary(ctx context.Context, cmd Command, integrationID, id uuid.UUID) (name string, pdf []byte, err error) {
	name, p, err := a.notePacketRead(ctx, cmd, integrationID, id, "packet.summary")
	if err != nil {
		return "", nil, err
	}
	files, err := a.packetFiles(ctx, p)
	if err != nil {
		return "", nil, err
	}
	c, err := packetSays(files)
	if err != nil {
		return "", nil, err
	}
	c.Fonts = a.Fonts
	pdf, err = packet.RenderSummary(c, packet.SummaryOf{SHA256: *p.Digest, ManifestSHA256: deref(p.PacketJSON)})
	return "summary-" + strings.TrimSuffix(strings.TrimPrefix(name, "packet-"), ".zip") + ".pdf", pdf, err
}

// DraftSummary makes the summary of the integration as it stands: unsigned, DRAFT
// on each page.
func (a *App) DraftSummary(ctx context.Context, cmd Command, integrationID uuid.UUID) (name string, pdf []byte, err error) {
	name, source, err := a.noteDraft(ctx, cmd, integrationID, "packet.summary")
	if err != nil {
		return "", nil, err
	}
	source.fold()
	source.Content.Fonts = a.Fonts
	pdf, err = packet.RenderSummary(&source.Content, packet.SummaryOf{})
	return "draft-summary-" + name, pdf, err
}
