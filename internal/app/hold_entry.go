package app

import (
	"context"
	"encoding/hex"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/store"
)

// holdAction is the action of the audit entry that tells of a note that got no position.
const holdAction = "audit.hold"

// logHeld appends the entry that tells of a note that is held back: which entry
// it names, why, and the leaf hash in it, so that the tree vouches for that too.
func (a *App) logHeld(ctx context.Context, tx pgx.Tx, h store.HeldEntry) error {
	entry := audit.Entry{
		ID: store.NewID().String(), At: a.Now(), Actor: auditActor(auth.System()), Action: holdAction,
		Object:  audit.Object{ID: h.EntryID.String(), Kind: "audit_entry"},
		Details: map[string]audit.Value{"reason": audit.Text(h.Reason), "leaf_hash": audit.Text(hex.EncodeToString(h.LeafHash))},
	}
	if h.PartnerID != nil {
		entry.PartnerID = h.PartnerID.String()
	}
	if h.IntegrationID != nil {
		entry.IntegrationID = h.IntegrationID.String()
	}
	return appendAudit(ctx, tx, entry, nil)
}

// sayHeld says in the server's log what the audit log holds back, once committed.
func (a *App) sayHeld(held []store.HeldEntry) {
	for _, h := range held {
		a.Log.Error("the audit log holds back an entry, see `proofwalkd fsck`", "entry", h.EntryID, "reason", h.Reason)
	}
}

// holdOf is what one hold is compared by.
func holdOf(entry, reason, leafHash string) string { return entry + " " + reason + " " + leafHash }

// heldWords say why an entry is held back.
var heldWords = map[string]string{
	"no_entry":     "there is no such entry",
	"has_position": "it has its place already",
	"other_hash":   "its bytes are not those that were written",
}

// held lists what is held back, and compares it with what the log says of it.
func (c *logCheck) held() error {
	after := int64(0)
	for {
		rows, err := store.ListAuditHeld(c.ctx, c.q, after, pageSize)
		if err != nil {
			return err
		}
		for _, row := range rows {
			after = row.Number
			c.report.Held++
			c.report.problem("entry %s is held back from the log: %s", row.EntryID, heldWords[row.Reason])
			c.holds[holdOf(row.EntryID.String(), row.Reason, hex.EncodeToString(row.LeafHash))]--
		}
		if len(rows) < pageSize {
			break
		}
	}
	for hold, more := range c.holds { // fewer: the entry that tells of it still waits
		if more > 0 {
			entry, _, _ := strings.Cut(hold, " ")
			c.report.problem("entry %s: the log says that it is held back, but what was held back is gone", entry)
		}
	}
	return nil
}
