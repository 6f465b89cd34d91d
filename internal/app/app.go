// Package app holds the write use cases, one file each. A write is one function
// of App: it checks the permission, runs one transaction, appends one audit
// entry, and enqueues its jobs inside. No bytes are read or sent inside a
// transaction.
package app

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/proofwalk/proofwalk/internal/apperr"
	"github.com/proofwalk/proofwalk/internal/audit"
	"github.com/proofwalk/proofwalk/internal/auth"
	"github.com/proofwalk/proofwalk/internal/blob"
	"github.com/proofwalk/proofwalk/internal/keys"
	"github.com/proofwalk/proofwalk/internal/pdf"
	"github.com/proofwalk/proofwalk/internal/store"
)

// App runs the write use cases.
type App struct {
	Store *store.Store
	Blobs *blob.Directory
	// Keys are read through SigningKeys and PublicKeys.
	Keys *keys.Directory
	// Secret seals the pseudonym keys of rounds.
	Secret *keys.Secret
	// Fonts are tried in reports after the built-in ones; nil for none.
	Fonts *pdf.FontSet
	// Jobs enqueues; it works no jobs itself.
	Jobs *river.Client[pgx.Tx]
	// Now is the clock, UTC.
	Now func() time.Time
	Log *slog.Logger
	// Stamp asks the time-stamp authority for a token (RFC 3161) over a SHA-256,
	// and gives one that holds. Nil when no authority is set.
	Stamp func(ctx context.Context, imprint [sha256.Size]byte) (token []byte, err error)
	// Version of the program, as stated in transcripts and packets.
	Version string
	// PublicURL is the one origin that absolute addresses come from.
	PublicURL string
	// PacketsURL is where packets live for strangers, "https://HOST/packets/";
	// empty while the server has no public address.
	PacketsURL string

	recorded atomic.Pointer[*keys.Ring] // whose list the database has
	turns    captureTurns
	pictures sync.Mutex // held while one is decoded
	opened   recent[*openedPacket]
	opening  sync.Mutex // held while a packet is read from the store
	checked  recent[PacketCheck]
	checking sync.Mutex // held while a packet is checked
	asked    askedLast  // new checks of packets
}

// Command says who asks for a write.
type Command struct {
	Actor auth.Actor
	// Key makes a repeated ask recognisable: with the key of an earlier write
	// of the same actor nothing is done again, and the first result is given.
	// It therefore holds all that is asked for. Any length; empty for asks that
	// are harmless to repeat.
	Key string
	// RequestID is that of the request, for the audit entry and the log.
	RequestID string
	// PassReason is why what looks like a credential in a typed text is none;
	// empty for no such claim.
	PassReason string

	passed []passedText // texts that the reason passes
}

// Write is one write in progress: its transaction and its audit entry.
type Write struct {
	Tx  pgx.Tx
	Now time.Time
	Cmd Command

	partner, integration uuid.UUID

	entry    audit.Entry
	personal map[string]string
	audited  bool
}

// Audit fills in the write's one audit entry: what was done to which object.
// details are numbers, truth values, identifiers and words.
func (w *Write) Audit(action string, partner, integration uuid.UUID, object audit.Object, details map[string]audit.Value) {
	w.partner, w.integration = partner, integration
	w.entry.Action, w.entry.Object, w.entry.Details = action, object, details
	if partner != uuid.Nil {
		w.entry.PartnerID = partner.String()
	}
	if integration != uuid.Nil {
		w.entry.IntegrationID = integration.String()
	}
	w.audited = true
}

// entryID is the id of the write's audit entry.
func (w *Write) entryID() (uuid.UUID, error) {
	id, err := uuid.Parse(w.entry.ID)
	if err != nil {
		return uuid.Nil, fmt.Errorf("reading the id of an audit entry: %w", err)
	}
	return id, nil
}

// AuditPersonal adds a field that names a person; the entry gets its salted digest.
func (w *Write) AuditPersonal(field, value string) { w.personal[field] = value }

// write runs fn in one transaction with one audit entry. fn gives the id of
// what it made or changed. A repeated Command.Key gives the first result.
func (a *App) write(ctx context.Context, cmd Command, fn func(ctx context.Context, w *Write) (uuid.UUID, error)) (uuid.UUID, error) {
	var result uuid.UUID
	err := a.Store.InTx(ctx, func(tx pgx.Tx) error {
		now := a.Now()
		if cmd.Key != "" {
			cmd.Key = keyDigest(cmd.Key)
		}
		w := &Write{Tx: tx, Now: now, Cmd: cmd, personal: map[string]string{}, entry: audit.Entry{
			ID: store.NewID().String(), At: now, RequestID: cmd.RequestID, Actor: auditActor(cmd.Actor),
		}}
		if cmd.Key != "" {
			earlier, done, err := store.ClaimIdempotencyKey(ctx, tx, cmd.Actor.UserID, cmd.Key, now)
			if err != nil {
				return err
			}
			if done {
				result, err = uuid.Parse(earlier)
				return err
			}
		}
		id, err := fn(ctx, w)
		if err != nil {
			return err
		}
		result = id
		return a.finish(ctx, w, id)
	})
	return result, err
}

// doneBefore gives the result of an earlier write under the command's key, for
// use cases that would refuse a repetition before they write.
func (a *App) doneBefore(ctx context.Context, cmd Command) (result uuid.UUID, done bool, err error) {
	earlier, done, err := store.FindIdempotencyKey(ctx, a.Store.Reader(), cmd.Actor.UserID, keyDigest(cmd.Key))
	if err != nil || !done {
		return uuid.Nil, false, err
	}
	result, err = uuid.Parse(earlier)
	return result, true, err
}

// keyDigest is what a key is stored as: short, whatever was sent.
func keyDigest(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

// finish appends the audit entry and keeps the result for a repeated ask.
func (a *App) finish(ctx context.Context, w *Write, id uuid.UUID) error {
	if !w.audited {
		return errors.New("finishing a write: it has no audit entry")
	}
	if err := w.keepPasses(ctx); err != nil {
		return err
	}
	if err := appendAudit(ctx, w.Tx, w.entry, w.personal); err != nil {
		return err
	}
	if w.Cmd.Key == "" {
		return nil
	}
	return store.FinishIdempotencyKey(ctx, w.Tx, w.Cmd.Actor.UserID, w.Cmd.Key, w.entry.Action, id.String())
}

// appendAudit encodes the entry with fresh salts and stores it.
func appendAudit(ctx context.Context, tx pgx.Tx, entry audit.Entry, personal map[string]string) error {
	rows := make([]store.AuditPersonal, 0, len(personal))
	entry.Personal = map[string]string{}
	for field, value := range personal {
		var salt [audit.SaltSize]byte
		_, _ = rand.Read(salt[:]) // crypto/rand never gives an error
		digest, err := audit.Personal(salt, value)
		if err != nil {
			return fmt.Errorf("digesting a personal field: %w", err)
		}
		entry.Personal[field] = digest
		rows = append(rows, store.AuditPersonal{Field: field, Salt: salt[:], Value: value})
	}
	encoded, err := audit.Encode(entry)
	if err != nil {
		return err
	}
	return store.InsertAuditEntry(ctx, tx, entry, encoded, rows)
}

func auditActor(actor auth.Actor) audit.Actor {
	if actor.IsSystem() {
		return audit.Actor{Kind: "system"}
	}
	return audit.Actor{ID: actor.UserID.String(), Kind: "user"}
}

// allow refuses an act that no role of the actor grants. An object of a partner
// out of the actor's scope does not exist for the actor.
func allow(actor auth.Actor, p auth.Permission, partner uuid.UUID) error {
	if actor.Can(p, partner) {
		return nil
	}
	if partner != uuid.Nil && !actor.Scope().Includes(partner) {
		return apperr.New(apperr.NotFound, "There is no such page, or it is not one of yours.")
	}
	return apperr.New(apperr.Forbidden, "Your role does not allow this. Ask an admin of your team.")
}
