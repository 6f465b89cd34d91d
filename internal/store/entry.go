package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/auth"
)

// Entry is one entry of a capture, with what is searched and drawn beside it.
type Entry struct {
	N        int // from 0, the transcript's index
	Method   string
	Status   int // 0 without an answer
	Scheme   string
	Host     string
	Path     string
	Role     string // lane: partner, provider, third_party
	Kind     string // redirect, page, sub_request, back_channel
	IsHop    bool
	Part     string // what it is in its sign-in, empty for most
	PageName string // what the partner calls the page
	Parent   int    // page that asked for a sub-request, -1 without one
	// Entry is its JSON, see transcript.DecodeEntry; nil for a page resource,
	// which stands in the transcript at the place that follows.
	Entry     []byte
	FirstByte *int64
	ByteCount *int
	Digest    []byte // SHA-256 of its bytes there
	// Searched is what a search looks through, in lower case. It is only written.
	Searched string `db:"-"`
	// HappenedAt is the start of the request and CapturedAt its end, by the
	// clock of the recording machine; nil when unknown.
	HappenedAt *time.Time
	CapturedAt *time.Time
}

var entryColumns = []string{"partner_id", "capture_id", "n", "method", "status", "scheme", "host", "path", "role", "kind", "is_hop",
	"part", "page_name", "parent", "entry", "first_byte", "byte_count", "digest", "searched", "happened_at", "captured_at", "received_at"}

// InsertEntries adds the n entries of a new capture in one go; at gives each by
// its number, so that they need not all be in memory.
func InsertEntries(ctx context.Context, tx pgx.Tx, c Capture, n int, at func(i int) Entry) error {
	partner, capture := [16]byte(c.PartnerID), [16]byte(c.ID) // which cost less to encode, for thousands of rows
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"entries"}, entryColumns, pgx.CopyFromSlice(n, func(i int) ([]any, error) {
		e := at(i)
		return []any{partner, capture, e.N, e.Method, e.Status, e.Scheme, e.Host, e.Path, e.Role, e.Kind, e.IsHop,
			e.Part, e.PageName, e.Parent, e.Entry, e.FirstByte, e.ByteCount, e.Digest, e.Searched, e.HappenedAt, e.CapturedAt, c.ReceivedAt}, nil
	}))
	return wrap("inserting entries", err)
}

// EntryFilter chooses entries of a capture.
type EntryFilter struct {
	// Hops keeps entries that are drawn by themselves, and those of Also.
	Hops bool
	// SubRequests keeps what pages asked for.
	SubRequests bool
	// Only keeps these entries alone; nil keeps all.
	Only []int
	// Also are entries that Hops keeps although they are sub-requests.
	Also []int
	// Text is looked for, without regard to case, in host, path and the names of parameters.
	Text string
	// After keeps only what comes after this entry; -1 keeps all.
	After int
	// From is how many of what is kept ListEntries leaves out before the first.
	From int
}

// EntryCounts is how many entries of a capture there are.
type EntryCounts struct {
	All, Hops, SubRequests int
	// Matching is how many the filter keeps.
	Matching int
}

const entryFilter = `
	n > @after AND (NOT @hops::boolean OR is_hop OR n = ANY(@also::integer[])) AND (NOT @sub_requests::boolean OR NOT is_hop)
	AND (@only::integer[] IS NULL OR n = ANY(@only::integer[]))
	AND (@text::text = '' OR position(lower(@text) IN searched) > 0)`

func (f EntryFilter) args(scope auth.Scope, partner, capture uuid.UUID) pgx.NamedArgs {
	also := f.Also
	if also == nil {
		also = []int{}
	}
	return scopeArgs(scope, pgx.NamedArgs{"partner": partner, "capture": capture, "hops": f.Hops, "also": also,
		"sub_requests": f.SubRequests, "only": f.Only, "text": f.Text, "after": f.After})
}

// ListEntries gives at most limit entries of a capture that the filter keeps, in order.
func ListEntries(ctx context.Context, q Querier, scope auth.Scope, partner, capture uuid.UUID, f EntryFilter, limit int) ([]Entry, error) {
	args := f.args(scope, partner, capture)
	args["from"], args["limit"] = f.From, limit
	return many[Entry](ctx, q, "listing entries", `
		SELECT n, method, status, scheme, host, path, role, kind, is_hop, part, page_name, parent, entry, first_byte, byte_count, digest, happened_at, captured_at
		FROM entries
		WHERE (@all_partners OR partner_id = ANY(@partners)) AND partner_id = @partner AND capture_id = @capture
		  AND `+entryFilter+` ORDER BY n OFFSET @from LIMIT @limit`, args)
}

// CountEntries counts the entries of a capture and those that the filter keeps.
func CountEntries(ctx context.Context, q Querier, scope auth.Scope, partner, capture uuid.UUID, f EntryFilter) (EntryCounts, error) {
	return one[EntryCounts](ctx, q, "counting entries", `
		SELECT count(*) AS all, count(*) FILTER (WHERE is_hop) AS hops, count(*) FILTER (WHERE NOT is_hop) AS sub_requests,
		       count(*) FILTER (WHERE `+entryFilter+`) AS matching
		FROM entries WHERE (@all_partners OR partner_id = ANY(@partners)) AND partner_id = @partner AND capture_id = @capture`,
		f.args(scope, partner, capture))
}

// ListRequestEntries gives the authorization requests of a capture, in order.
func ListRequestEntries(ctx context.Context, q Querier, scope auth.Scope, partner, capture uuid.UUID) ([]Entry, error) {
	return many[Entry](ctx, q, "listing authorization requests", `
		SELECT n, method, status, scheme, host, path, role, kind, is_hop, part, page_name, parent, entry, first_byte, byte_count, digest, happened_at, captured_at
		FROM entries
		WHERE (@all_partners OR partner_id = ANY(@partners)) AND partner_id = @partner AND capture_id = @capture
		  AND is_hop AND part = 'authorize'
		ORDER BY n LIMIT 20`, scopeArgs(scope, pgx.NamedArgs{"partner": partner, "capture": capture}))
}
