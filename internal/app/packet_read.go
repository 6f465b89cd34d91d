package app

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/packet"
	"github.com/proofwalk/proofwalk/internal/store"
)

// What pages keep in memory of the packets that were read last.
const (
	maxOpened = 64 << 20 // bytes of all together
	// parsedShare is how much more than its bytes the content of a packet.json takes.
	parsedShare = 4
)

// openedPacket is a made packet in memory. It is shared by all who read it:
// nobody changes it.
type openedPacket struct {
	files []archiveFile
	says  *packet.Content // with the bytes of its transcripts and pictures
}

// archiveFile is a file of an archive; data is a part of the archive's bytes.
type archiveFile struct {
	name string
	data []byte
}

// archiveFiles lists the files of an archive that stores them as they are, as
// packets do.
func archiveFiles(archive []byte) ([]archiveFile, error) {
	r, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return nil, fmt.Errorf("opening a packet: %w", err)
	}
	files := make([]archiveFile, len(r.File))
	for i, f := range r.File {
		begin, err := f.DataOffset()
		if err != nil {
			return nil, fmt.Errorf("opening a file of a packet: %w", err)
		}
		size := int64(f.CompressedSize64)
		if f.Method != zip.Store || size < 0 || size > int64(len(archive))-begin {
			return nil, errors.New("opening a file of a packet: it is not stored as it is")
		}
		end := begin + size
		files[i] = archiveFile{f.Name, archive[begin:end:end]}
	}
	return files, nil
}

// file gives one file of the packet: a part of the archive, which it keeps in memory.
func (o *openedPacket) file(name string) ([]byte, error) {
	for _, f := range o.files {
		if f.name == name {
			return f.data, nil
		}
	}
	return nil, apperr.New(apperr.NotFound, "The packet has no such file.")
}

// copyOf is file with bytes of its own, for whoever takes their time to read it.
func (o *openedPacket) copyOf(name string) ([]byte, error) {
	b, err := o.file(name)
	return bytes.Clone(b), err
}

// openPacket reads a made packet from the store, or from memory when it was read
// before; bytes that changed in the store are not taken. Whoever calls it has
// found p in the reader's scope.
func (a *App) openPacket(ctx context.Context, p store.Packet) (*openedPacket, error) {
	if p.Digest == nil {
		return nil, apperr.New(apperr.Conflict, "The packet is being made.")
	}
	if o, known := a.opened.get(*p.Digest); known {
		return o, nil
	}
	a.opening.Lock() // one at a time: everybody opens a new packet in the same minute
	defer a.opening.Unlock()
	if o, known := a.opened.get(*p.Digest); known {
		return o, nil
	}
	if err := ctx.Err(); err != nil { // gave up waiting
		return nil, err
	}
	archive, err := a.readArchive(ctx, p)
	if err != nil {
		return nil, err
	}
	o := &openedPacket{}
	if o.files, err = archiveFiles(archive); err != nil {
		return nil, err
	}
	manifest, err := o.file("packet.json")
	if err != nil {
		return nil, err
	}
	if o.says, err = packet.ReadManifest(manifest); err != nil {
		return nil, err
	}
	if err := packet.AddFiles(o.says, o.file); err != nil {
		return nil, err
	}
	a.opened.put(*p.Digest, o, int64(len(archive)+parsedShare*len(manifest)), maxOpened)
	return o, nil
}

// readArchive gives the stored bytes of a made packet; apperr.Damaged where they
// are not those that were made, or cannot be read.
func (a *App) readArchive(ctx context.Context, p store.Packet) ([]byte, error) {
	archive, err := a.Blobs.Read(ctx, *p.Digest)
	if err == nil || ctx.Err() != nil {
		return archive, err
	}
	a.opened.forget(*p.Digest) // pages have nothing from memory that the store has lost
	return nil, apperr.Wrap(apperr.Damaged, "Packet "+p.Name()+" cannot be given: what is stored here is not what was made.", err)
}

// PacketContent gives what a made packet says, read from its packet.json; it is
// shared and not to be changed. It is for pages that lead into the packet and show
// its labels; a page that shows the packet itself uses OpenPacket.
func (a *App) PacketContent(ctx context.Context, p store.Packet) (*packet.Content, error) {
	o, err := a.openPacket(ctx, p)
	if err != nil {
		return nil, err
	}
	return o.says, nil
}

// PacketView is a packet that somebody reads.
type PacketView struct {
	Packet store.Packet
	Says   *packet.Content // with the bytes of transcripts and pictures; shared, not to be changed
	Entry  uuid.UUID       // the audit entry that notes it
}

// OpenPacket notes in the audit log that the actor reads a packet and gives what
// it says: from the stored archive alone.
func (a *App) OpenPacket(ctx context.Context, cmd Command, integrationID, id uuid.UUID) (PacketView, error) {
	read, err := a.notePacketRead(ctx, cmd, integrationID, id, actionView)
	if err != nil {
		return PacketView{}, err
	}
	o, err := a.openPacket(ctx, read.packet)
	if err != nil {
		return PacketView{}, err
	}
	return PacketView{Packet: read.packet, Says: o.says, Entry: read.entry}, nil
}

// viewLasts is how long the pictures of a view are given under its audit entry.
const viewLasts = 24 * time.Hour

// PacketPicture gives a picture of a packet as PNG, by its label ("s-001"). The
// audit log has noted that the actor looks at it: with the view that it is a part
// of, or, where view is none of theirs, with an entry of its own.
func (a *App) PacketPicture(ctx context.Context, cmd Command, integrationID, id uuid.UUID, label string, view uuid.UUID) ([]byte, error) {
	if rest, ok := strings.CutPrefix(label, packet.LabelScreenshot); !ok || strings.Trim(rest, "0123456789") != "" {
		return nil, apperr.New(apperr.NotFound, "The packet has no such picture.")
	}
	p, err := store.FindPacket(ctx, a.Store.Reader(), cmd.Actor.Scope(), integrationID, id)
	if err != nil {
		return nil, err
	}
	noted, err := store.PacketViewNoted(ctx, a.Store.Reader(), cmd.Actor.Scope(), store.NotedView{Entry: view, Actor: cmd.Actor.UserID, Action: actionView,
		Integration: integrationID, Packet: p.Name(), After: a.Now().Add(-viewLasts)})
	if err != nil {
		return nil, err
	}
	if !noted {
		if _, err := a.notePacketRead(ctx, cmd, integrationID, id, actionView); err != nil {
			return nil, err
		}
	}
	o, err := a.openPacket(ctx, p)
	if err != nil {
		return nil, err
	}
	return o.copyOf("screenshots/" + label + ".png")
}

// PacketSummary notes in the audit log that the actor takes the summary of a
// packet, and makes it from the packet's packet.json.
func (a *App) PacketSummary(ctx context.Context, cmd Command, integrationID, id uuid.UUID) (name string, pdf []byte, err error) {
	read, err := a.notePacketRead(ctx, cmd, integrationID, id, "packet.summary")
	if err != nil {
		return "", nil, err
	}
	o, err := a.openPacket(ctx, read.packet)
	if err != nil {
		return "", nil, err
	}
	c := *o.says
	c.Fonts = a.Fonts
	pdf, err = packet.RenderSummary(&c, packet.SummaryOf{SHA256: *read.packet.Digest, ManifestSHA256: deref(read.packet.PacketJSON)})
	return "summary-" + strings.TrimSuffix(strings.TrimPrefix(read.file, "packet-"), ".zip") + ".pdf", pdf, err
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
