package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/auth"
)

// PacketState is a packet's state.
type PacketState string

// The states of a packet.
const (
	PacketPending    PacketState = "pending"    // asked for, not made yet
	PacketMade       PacketState = "made"       // signed and stored
	PacketSuperseded PacketState = "superseded" // a later edition of its revision was made
	PacketWithdrawn  PacketState = "withdrawn"  // nobody should rely on it; the reason is public
)

// PacketCause is what asked for a packet.
type PacketCause string

// What asks for packets.
const (
	CauseDecision PacketCause = "decision" // the revision is ready
	CauseOutcome  PacketCause = "outcome"  // of the walkthrough
	CauseSignOff  PacketCause = "sign_off"
	CauseRenewal  PacketCause = "renewal" // nobody should rely on the edition before; this one says the same
)

// Packet is one edition of a revision's packet.
type Packet struct {
	PartnerID      uuid.UUID
	ID             uuid.UUID
	IntegrationID  uuid.UUID
	RevisionID     uuid.UUID
	RevisionNumber int
	Edition        int
	Cause          PacketCause
	State          PacketState
	Problem        *string // why the last attempt did not succeed
	Digest         *string // SHA-256 of the archive
	PacketJSON     *string // SHA-256 of packet.json
	Bytes          *int64
	PDFLevel       *string // of the PDF's signature, PAdES
	Stamp          *PacketStamp
	StampedAt      *time.Time
	CreatedAt      time.Time
	SealingAt      *time.Time // when its content was fixed for good
	MadeAt         *time.Time
	// The withdrawal, if there was one.
	WithdrawnAt     *time.Time
	WithdrawnByName string
	WithdrawnReason *string
}

// Name is what the packet is called: "r3.1".
func (p Packet) Name() string { return fmt.Sprintf("r%d.%d", p.RevisionNumber, p.Edition) }

// PacketStamp says what became of the time stamp of a packet's PDF.
type PacketStamp string

// What became of it. As long as nobody asked there is none of these.
const (
	StampNone        PacketStamp = "none"        // no authority is set
	StampUnreachable PacketStamp = "unreachable" // the authority gave no stamp that holds
	StampStamped     PacketStamp = "stamped"
)

// PacketSource is what a packet is made of.
type PacketSource struct {
	Packet
	Seed       []byte // of the salts
	Content    []byte // JSON
	StampToken []byte // RFC 3161; nil without a stamp
}

const packetColumns = `k.partner_id, k.id, k.integration_id, k.revision_id, r.number AS revision_number, k.edition, k.cause, k.state, k.problem,
	k.digest, k.packet_json, k.bytes, k.pdf_level, k.stamp, k.stamped_at, k.created_at, k.sealing_at, k.made_at, k.withdrawn_at,
	COALESCE(u.name, '') AS withdrawn_by_name, k.withdrawn_reason`

const packetTables = `packets k JOIN revisions r ON r.partner_id = k.partner_id AND r.id = k.revision_id LEFT JOIN users u ON u.id = k.withdrawn_by`

// InsertPacket asks for a packet.
func InsertPacket(ctx context.Context, tx Querier, p PacketSource) error {
	return exec(ctx, tx, "inserting a packet", `
		INSERT INTO packets (partner_id, id, integration_id, revision_id, edition, cause, state, salts, content, created_at)
		VALUES (@partner_id, @id, @integration_id, @revision_id, @edition, @cause, @state, @seed, @content, @created_at)`,
		pgx.NamedArgs{"partner_id": p.PartnerID, "id": p.ID, "integration_id": p.IntegrationID, "revision_id": p.RevisionID,
			"edition": p.Edition, "cause": string(p.Cause), "state": string(PacketPending), "seed": p.Seed, "content": p.Content, "created_at": p.CreatedAt})
}

const sourceColumns = packetColumns + `, k.salts AS seed, k.content, k.stamp_token`

// FindPacketSource gives a packet with what it is made of.
func FindPacketSource(ctx context.Context, q Querier, scope auth.Scope, id uuid.UUID) (PacketSource, error) {
	return one[PacketSource](ctx, q, "finding a packet's source", `
		SELECT `+sourceColumns+` FROM `+packetTables+`
		WHERE (@all_partners OR k.partner_id = ANY(@partners)) AND k.id = @id`, scopeArgs(scope, pgx.NamedArgs{"id": id}))
}

// LockLastEdition gives the newest edition of a revision's packet and keeps it
// from being sealed until the transaction ends.
func LockLastEdition(ctx context.Context, tx Querier, scope auth.Scope, revision uuid.UUID) (PacketSource, error) {
	return one[PacketSource](ctx, tx, "locking the last edition", `
		SELECT `+sourceColumns+` FROM `+packetTables+`
		WHERE (@all_partners OR k.partner_id = ANY(@partners)) AND k.revision_id = @revision
		ORDER BY k.edition DESC LIMIT 1 FOR UPDATE OF k`, scopeArgs(scope, pgx.NamedArgs{"revision": revision}))
}

// SavePacketContent replaces what a packet will say, while it is not fixed yet.
func SavePacketContent(ctx context.Context, tx Querier, scope auth.Scope, id uuid.UUID, content []byte) error {
	return execOne(ctx, tx, "saving a packet's content", `
		UPDATE packets SET content = @content
		WHERE (@all_partners OR partner_id = ANY(@partners)) AND id = @id AND state = 'pending' AND sealing_at IS NULL`,
		scopeArgs(scope, pgx.NamedArgs{"id": id, "content": content}))
}

// BeginSealing fixes the content of a pending packet for good: all attempts
// from the first on make the same bytes.
func BeginSealing(ctx context.Context, q Querier, scope auth.Scope, id uuid.UUID, now time.Time) error {
	return execOne(ctx, q, "fixing a packet's content", `
		UPDATE packets SET sealing_at = COALESCE(sealing_at, @now)
		WHERE (@all_partners OR partner_id = ANY(@partners)) AND id = @id AND state = 'pending'`,
		scopeArgs(scope, pgx.NamedArgs{"id": id, "now": now}))
}

// FindPacket gives one packet of an integration.
func FindPacket(ctx context.Context, q Querier, scope auth.Scope, integration, id uuid.UUID) (Packet, error) {
	return one[Packet](ctx, q, "finding a packet", `
		SELECT `+packetColumns+` FROM `+packetTables+`
		WHERE (@all_partners OR k.partner_id = ANY(@partners)) AND k.integration_id = @integration AND k.id = @id`,
		scopeArgs(scope, pgx.NamedArgs{"integration": integration, "id": id}))
}

// FindEdition gives one edition of a revision's packet.
func FindEdition(ctx context.Context, q Querier, scope auth.Scope, revision uuid.UUID, edition int) (Packet, error) {
	return one[Packet](ctx, q, "finding an edition", `
		SELECT `+packetColumns+` FROM `+packetTables+`
		WHERE (@all_partners OR k.partner_id = ANY(@partners)) AND k.revision_id = @revision AND k.edition = @edition`,
		scopeArgs(scope, pgx.NamedArgs{"revision": revision, "edition": edition}))
}

// ListPackets gives an integration's packets, newest first.
func ListPackets(ctx context.Context, q Querier, scope auth.Scope, integration uuid.UUID) ([]Packet, error) {
	return many[Packet](ctx, q, "listing packets", `
		SELECT `+packetColumns+` FROM `+packetTables+`
		WHERE (@all_partners OR k.partner_id = ANY(@partners)) AND k.integration_id = @integration
		ORDER BY r.number DESC, k.edition DESC`, scopeArgs(scope, pgx.NamedArgs{"integration": integration}))
}

// SavePacketMade notes that the packet is made.
func SavePacketMade(ctx context.Context, tx Querier, scope auth.Scope, p Packet) error {
	return execOne(ctx, tx, "saving a made packet", `
		UPDATE packets SET state = @state, problem = NULL, digest = @digest, packet_json = @packet_json, bytes = @bytes, made_at = @made_at,
			pdf_level = @pdf_level, stamp = @stamp
		WHERE (@all_partners OR partner_id = ANY(@partners)) AND id = @id AND state = 'pending'`,
		scopeArgs(scope, pgx.NamedArgs{"id": p.ID, "state": string(PacketMade), "digest": p.Digest, "packet_json": p.PacketJSON,
			"bytes": p.Bytes, "made_at": p.MadeAt, "pdf_level": p.PDFLevel, "stamp": p.Stamp}))
}

// SavePacketStamp keeps what became of the time stamp of a packet that is not
// made yet, so that making it again gives the same bytes.
func SavePacketStamp(ctx context.Context, q Querier, scope auth.Scope, id uuid.UUID, stamp PacketStamp, token []byte, at *time.Time) error {
	return execOne(ctx, q, "saving a packet's time stamp", `
		UPDATE packets SET stamp = @stamp, stamp_token = @token, stamped_at = @at
		WHERE (@all_partners OR partner_id = ANY(@partners)) AND id = @id AND state = 'pending'`,
		scopeArgs(scope, pgx.NamedArgs{"id": id, "stamp": string(stamp), "token": token, "at": at}))
}

// SupersedeEditions marks a revision's earlier editions.
func SupersedeEditions(ctx context.Context, tx Querier, scope auth.Scope, revision uuid.UUID, edition int) error {
	return exec(ctx, tx, "superseding editions", `
		UPDATE packets SET state = @state
		WHERE (@all_partners OR partner_id = ANY(@partners)) AND revision_id = @revision AND edition < @edition AND state = 'made'`,
		scopeArgs(scope, pgx.NamedArgs{"revision": revision, "edition": edition, "state": string(PacketSuperseded)}))
}

// SavePacketProblem notes why an attempt did not succeed, in words for users.
func SavePacketProblem(ctx context.Context, tx Querier, scope auth.Scope, id uuid.UUID, problem string) error {
	return exec(ctx, tx, "saving a packet's problem", `
		UPDATE packets SET problem = @problem WHERE (@all_partners OR partner_id = ANY(@partners)) AND id = @id AND state = 'pending'
			AND problem IS DISTINCT FROM @problem`,
		scopeArgs(scope, pgx.NamedArgs{"id": id, "problem": problem}))
}
